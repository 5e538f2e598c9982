"""The README promises two commands; the first is what people type, the second is what CI runs."""

import ast
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

README = Path(__file__).parents[1] / "README.md"
COMMANDS = (
    "pip install -r requirements.txt && streamlit run streamlit_app.py",
    "pip install -r requirements-dev.txt && pytest",
)


@pytest.mark.parametrize("command", COMMANDS)
def test_the_readme_gives_the_command_once_on_a_line_of_its_own(command: str) -> None:
    assert README.read_text(encoding="utf-8").splitlines().count(command) == 1


def test_no_other_line_could_be_mistaken_for_the_test_command() -> None:
    lines = README.read_text(encoding="utf-8").splitlines()
    assert [line for line in lines if line.endswith("&& pytest")] == [COMMANDS[1]]


def test_the_five_lines_for_a_notebook_run_as_printed() -> None:
    """The library example trains a run and ends with a chart of its loss, as the README says."""
    code = README.read_text(encoding="utf-8").split("```python\n")[1].split("```")[0]
    *statements, chart = ast.parse(code).body
    assert len(statements) + 1 == 5
    assert isinstance(chart, ast.Expr)
    names: dict[str, Any] = {}
    exec(compile(ast.Module(statements, type_ignores=[]), "README.md", "exec"), names)
    assert names["history"].loss[0, -1] < names["history"].loss[0, 0]
    spec = eval(compile(ast.Expression(chart.value), "README.md", "eval"), names).to_dict()
    assert spec["mark"]["type"] == "line"
    assert len(next(iter(spec["datasets"].values()))) == len(names["history"].epochs)


def test_the_sweep_runs_as_printed(tmp_path: Path) -> None:
    """As a script of its own: its processes import it anew, and must not start processes themselves."""
    code = README.read_text(encoding="utf-8").split("```python\n")[2].split("```")[0]
    script = tmp_path / "sweep.py"
    told = "print([outcome.kept.shape for outcome in outcomes], [outcome.error for outcome in outcomes])"
    script.write_text(f"{code}    {told}\n", encoding="utf-8")
    command = [sys.executable, "-W", "error", str(script)]
    environment = {**os.environ, "PYTHONPATH": str(README.parent)}
    said = subprocess.run(command, env=environment, capture_output=True, text=True, check=True, timeout=120).stdout
    assert said.strip() == f"{[(20,)] * 6} {[None] * 6}"
