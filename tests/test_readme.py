"""The README promises two commands; the first is what people type, the second is what CI runs."""

from pathlib import Path

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
