"""No number is typed into prose: what a page says of a run is computed from the run."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
INTERFACE = ROOT / "gd_ui"
CATALOGUES = {"datasets.py", "features/sets.py", "questions.py"}
"""Descriptions of data sets and links: facts that no run changes."""
FORMULAS_ONLY = {"charts", "player", "server"}
"""Folders whose long texts are expressions of charts, code and headers."""
WORDED = [file.relative_to(INTERFACE) for file in sorted(INTERFACE.rglob("*.py"))]
SOURCES = [
    *sorted((ROOT / "pages").glob("*.py")),
    *(INTERFACE / file for file in WORDED if file.parts[0] not in FORMULAS_ONLY and file.as_posix() not in CATALOGUES),
]
# Digits that belong to a formula or to the definition of a measure, and to no run.
FORMULAS = (
    r"\d/\(?λ",  # 1/λmax, 2/λmax, 2/(λmin + λmax)
    r"1 − rate",
    r"\^\{?2",
    r"\\t?frac\{1\}",
    r"(?<!\d)2 ?\\[,c]",  # the factor of the squared loss: 2\,(p - y), 2 \cdot
    r"10\^",
    r"10–90 %",
    r"\b1 % of\b",
    r"\b3-D\b",
    r"\bexactly 0\b",
    r"\babove 0\b",
    r"^0, as\b",
    r"N\(0, 1\)",
    r"</?h4>",  # a heading in HTML
)


def texts(source: str) -> Iterator[str]:
    """Yield every string of a source that is neither a docstring, a bare constant's note nor a format."""
    tree = ast.parse(source)
    notes: set[int] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.FormattedValue) and node.format_spec is not None:
            notes |= {id(part) for part in ast.walk(node.format_spec)}
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            notes.add(id(node.value))
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in notes:
            yield node.value


def typed_numbers(source: str) -> list[str]:
    """Return the texts of four words and more that have a digit outside a formula."""
    found = []
    for text in texts(source):
        plain = text
        for formula in FORMULAS:
            plain = re.sub(formula, "", plain)
        if len(re.findall(r"[^\W\d_]{2,}", text)) >= 4 and re.search(r"\d", plain):
            found.append(text)
    return found


@pytest.mark.parametrize("file", SOURCES, ids=lambda file: file.name)
def test_no_number_is_typed_into_prose(file: Path) -> None:
    assert typed_numbers(file.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    "source",
    [
        'x = "The run arrives after 12 updates here."',
        'x = f"The loss of {n} examples falls to 0.0080 in the end."',
        'st.markdown("At rate 0.1 the batch method converges slowly.")',
    ],
)
def test_a_typed_number_would_be_found(source: str) -> None:
    assert typed_numbers(source)
