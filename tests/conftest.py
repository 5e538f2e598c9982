"""What tests of every part share: sets that are never stored here, an OpenML on this computer, and little waiting."""

import functools
import gc
import os
import socket
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from streamlit.components.v2 import manifest_scanner
from streamlit.runtime.scriptrunner.script_cache import ScriptCache
from streamlit.testing.v1 import app_test, local_script_runner
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling

from gd_ui import openml
from gd_ui.house_prices import sets
from gd_ui.housing import BOSTON_FILE, FOLDER
from tests.gd_ui.openml_server import OpenML, Serve, ask_at, serving

BESIDE = Path(__file__).parents[2] / "shared" / "data"
"""Where the file may lie beside the project's folder."""
FOLDERS = [Path(folder) for folder in (os.environ.get(FOLDER), BESIDE) if folder]
"""Where it is looked for; noted before a test takes the variable away."""


class ByFile(LoadScopeScheduling):
    """Hands a file of tests to the process that is free, and all files of the browser, who share one, to the same."""

    def _split_scope(self, nodeid: str) -> str:
        file = nodeid.partition("::")[0]
        return "browser" if file.startswith("tests/browser/") else file


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> ByFile:
    """Share the tests out by file; xdist's own groups, marks of tests, are not read with this version of pytest."""
    return ByFile(config, log)


def pytest_collection_finish() -> None:
    """Set aside what is loaded by now, as the server does: Streamlit collects garbage after every run of a page."""
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session", autouse=True)
def streamlit_keeps_what_a_server_keeps() -> Iterator[None]:
    """Let all runs of pages share the list of installed components and the compiled scripts.

    To an AppTest every run is a new server's first: it reads about every installed package and compiles every script.
    """
    compiled = ScriptCache()
    with pytest.MonkeyPatch.context() as patch:
        installed = functools.cache(manifest_scanner.scan_component_manifests)
        patch.setattr(manifest_scanner, "scan_component_manifests", installed)
        patch.setattr(app_test, "ScriptCache", lambda: compiled)
        patch.setattr(local_script_runner, "ScriptCache", lambda: compiled)
        yield


@pytest.fixture
def boston_file(monkeypatch: pytest.MonkeyPatch) -> Path:
    """Let the lab find the Boston file, or skip the test and say why."""
    for folder in FOLDERS:
        if (folder / BOSTON_FILE).is_file():
            monkeypatch.setenv(FOLDER, str(folder))
            return folder / BOSTON_FILE
    pytest.skip(f"{BOSTON_FILE} is not stored in the project; name its folder in {FOLDER} to run this test.")


@pytest.fixture
def no_boston_file(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the lab find no Boston file, whatever this machine has."""
    monkeypatch.delenv(FOLDER, raising=False)


@pytest.fixture
def nothing_fetched(no_boston_file: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Provide an empty folder for what is fetched, forget what was, and let a port that refuses stand for OpenML."""
    home = tmp_path / "scikit_learn_data"
    monkeypatch.setenv("SCIKIT_LEARN_DATA", str(home))
    monkeypatch.setattr(openml, "_answers", {})
    sets._kept.cache_clear()
    with socket.socket() as deaf:
        deaf.bind(("127.0.0.1", 0))  # taken, and nobody listens
        ask_at(f"http://127.0.0.1:{deaf.getsockname()[1]}", monkeypatch)
        yield home
    sets._kept.cache_clear()


@pytest.fixture
def serve(nothing_fetched: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Serve]:
    """Provide a function that lets an OpenML of a test answer on this computer until the test ends."""
    with ExitStack() as servers:

        def started(server: OpenML) -> OpenML:
            servers.enter_context(serving(server))
            ask_at(server.address, monkeypatch)
            return server

        yield started
