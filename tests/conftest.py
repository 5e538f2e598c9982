"""What tests of every part share: the Boston file, which is never stored here."""

import os
from pathlib import Path

import pytest

from gd_ui.housing import BOSTON_FILE, FOLDER

BESIDE = Path(__file__).parents[2] / "shared" / "data"
"""Where the file may lie beside the project's folder."""


@pytest.fixture
def boston_file(monkeypatch: pytest.MonkeyPatch) -> Path:
    """Let the lab find the Boston file, or skip the test and say why."""
    folders = [Path(folder) for folder in (os.environ.get(FOLDER), BESIDE) if folder]
    for folder in folders:
        if (folder / BOSTON_FILE).is_file():
            monkeypatch.setenv(FOLDER, str(folder))
            return folder / BOSTON_FILE
    pytest.skip(f"{BOSTON_FILE} is not stored in the project; name its folder in {FOLDER} to run this test.")


@pytest.fixture
def no_boston_file(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the lab find no Boston file, whatever this machine has."""
    monkeypatch.delenv(FOLDER, raising=False)
