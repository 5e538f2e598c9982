"""Imports point one way: pages, user interface, core, NumPy; and inside the core, from right to left."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]

# The core's modules in layers; each may import modules of the layers above its own line.
CORE_LAYERS = (
    {"shapes"},
    {"checks", "affine_maps", "triangle"},
    {"data", "losses", "models", "optimizers", "schedules", "batching", "scaling", "landscapes", "chain", "extent"},
    {"objective", "heavy_ball"},
    {"curvature", "bowl", "recurrence", "stretch", "fixed", "gradcheck", "least_squares"},
    {"descent", "rank_one", "tiles", "batch_maps"},
    {"resumption", "many", "quadratic", "small_network", "executors", "surface"},
    {"scan"},
    {"engines"},
    {"strided"},
    {"experiment", "hiring"},
    {"sweep"},
)
CORE = sorted(file for file in (ROOT / "gd_core").glob("*.py") if file.stem != "__init__")
INTERFACE = sorted((ROOT / "gd_ui").rglob("*.py"))
PAGES = sorted((ROOT / "pages").glob("*.py"))


def imported(file: Path) -> Iterator[str]:
    """Yield the full dotted name of everything a file imports, wherever in the file it does so."""
    package = file.relative_to(ROOT).parent.parts
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = package[: len(package) - node.level + 1] if node.level else ()
            origin = ".".join([*above, *([node.module] if node.module else [])])
            yield from (f"{origin}.{alias.name}" for alias in node.names)


def packages(file: Path) -> set[str]:
    """Return the top-level packages that a file imports."""
    return {name.partition(".")[0] for name in imported(file)}


def layer(module: str) -> int:
    """Return the number of a core module's layer, counted from the bottom."""
    return next(number for number, modules in enumerate(CORE_LAYERS) if module in modules)


@pytest.mark.parametrize("file", CORE, ids=lambda file: file.stem)
def test_the_core_imports_numpy_and_the_standard_library_only(file: Path) -> None:
    assert packages(file) <= {"gd_core", "numpy", *sys.stdlib_module_names}


def test_every_core_module_has_a_place_in_the_layers() -> None:
    assert sorted(set().union(*CORE_LAYERS)) == [file.stem for file in CORE]


@pytest.mark.parametrize("file", CORE, ids=lambda file: file.stem)
def test_a_core_module_imports_only_what_is_more_basic(file: Path) -> None:
    modules = {name.split(".")[1] for name in imported(file) if name.startswith("gd_core.")}
    assert all(layer(module) < layer(file.stem) for module in modules)


@pytest.mark.parametrize("file", INTERFACE, ids=lambda file: str(file.relative_to(ROOT)))
def test_the_interface_imports_no_page(file: Path) -> None:
    assert "pages" not in packages(file)


@pytest.mark.parametrize("file", PAGES, ids=lambda file: file.stem)
def test_a_page_leaves_arithmetic_and_drawing_to_others(file: Path) -> None:
    assert not packages(file) & {"numpy", "pandas", "altair", "sklearn", "contourpy", "pages"}


def test_importing_the_core_loads_nothing_of_the_interface() -> None:
    heavy = {"streamlit", "pandas", "altair", "sklearn", "scipy", "contourpy", "gd_ui"}
    command = "import sys, gd_core; print(*{name.partition('.')[0] for name in sys.modules})"
    loaded = subprocess.run(
        [sys.executable, "-c", command], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout
    assert "gd_core" in loaded.split()
    assert not heavy & set(loaded.split())
