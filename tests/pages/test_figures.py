"""Every link by which data/README.md points at a figure of the course opens its lesson, and nothing is refused."""

import re
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from gd_ui.lessons import LESSONS
from tests.pages.visits import visited

ROOT = Path(__file__).parents[2]
README = (ROOT / "data" / "README.md").read_text(encoding="utf-8")
LINKS = sorted(set(re.findall(r"`(/[a-z-]+(?:\?[^`]+)?)`", README)))


def test_all_eighteen_figures_have_a_place() -> None:
    rows = re.findall(r"^\| ([\d, ]+) \|", README, re.MULTILINE)
    assert sorted(int(figure) for row in rows for figure in row.split(",")) == list(range(1, 19))


@pytest.mark.parametrize("link", LINKS)
def test_a_link_opens_its_figure(link: str) -> None:
    parts = urlsplit(link)
    lesson = next(lesson for lesson in LESSONS if f"/{lesson.path}" == parts.path)
    asked = {name: values[0] for name, values in parse_qs(parts.query).items()}
    app = visited(lesson.file, asked)
    assert not app.exception
    assert not app.warning
    for name, value in asked.items():
        assert app.session_state[name] == value
