"""The table's Markdown, and what stands above it."""

from __future__ import annotations

import platform
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest

from benchmarks.engine import machine
from benchmarks.engine.comparison import Row
from benchmarks.engine.peers import Family
from benchmarks.engine.table import HEAD, figure, line, table
from benchmarks.engine.threads import ONE_THREAD, pinned
from benchmarks.engine.timing import Spread

ROW = Row("W1", "numba loop", "path", Spread(0.001, 0.002, 0.003), Spread(290, 301, 1234.5), 300, "equal to 1e-16")


def test_a_row_shows_medians_quartiles_the_goal_and_that_it_holds() -> None:
    assert line(ROW) == "| W1 | numba loop | path | 2 (1–3) | 301 (290–1,234) | ≥ 300 | yes | equal to 1e-16 |"


def test_a_goal_not_reached_is_marked() -> None:
    assert "| ≥ 302 | **no** |" in line(ROW._replace(goal=302))


def test_a_peer_that_is_absent_has_a_goal_and_no_figures() -> None:
    row = Row("W7", "JAX scan, vmap", goal=1, note="absent: not installed")
    assert line(row) == "| W7 | JAX scan, vmap |  |  |  | ≥ 1 |  | absent: not installed |"


def test_all_rows_have_the_columns_of_the_head() -> None:
    lines = table([ROW, Row("W1", "gd_core")]).splitlines()
    assert "\n".join(lines[:2]) == HEAD
    assert len({text.count("|") for text in lines}) == 1


@pytest.mark.parametrize(("value", "shown"), [(0.14285, "0.143"), (1, "1"), (99.96, "100"), (12345.6, "12,346")])
def test_figures_have_three_digits_and_no_exponent(value: float, shown: str) -> None:
    assert figure(value) == shown


def test_what_stands_above_names_no_host_and_says_what_is_absent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine, "FAMILIES", {"Nowhere": Family("no_such_library", "no-such-package", "none")})
    text = machine.described(7)
    assert "Nowhere absent" in text
    assert "OPENBLAS_NUM_THREADS=1" in text
    assert "Medians of 7 rounds" in text
    assert f"{date.today():%Y-%m-%d}" in text
    assert platform.node() not in text


def test_threads_are_pinned_by_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in ONE_THREAD.items():
        monkeypatch.setenv(name, value)
    assert pinned()
    monkeypatch.setenv("OPENBLAS_NUM_THREADS", "2")
    assert not pinned()


def test_naming_the_benchmarks_imports_no_numpy() -> None:
    program = "import sys, benchmarks.__main__; sys.exit('numpy' in sys.modules)"
    root = Path(__file__).parents[3]
    assert subprocess.run([sys.executable, "-c", program], cwd=root, check=False).returncode == 0
