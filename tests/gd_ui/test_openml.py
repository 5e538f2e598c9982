"""Fetching, through the real scikit-learn, from a server on this computer that answers well, badly or not at all."""

import hashlib
import re
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from gd_ui import openml
from gd_ui.housing import BOSTON_FILE, Unavailable, at_hand, boston
from gd_ui.lessons import ROOT
from gd_ui.openml_trouble import Failed, why
from tests.gd_ui.openml_server import (
    Answer,
    OpenML,
    Serve,
    Table,
    boston_table,
    cut,
    hang,
    mute,
    plain,
    reset,
    short,
    sign_in,
    status,
    well,
)

pytestmark = [
    pytest.mark.usefixtures("nothing_fetched"),
    # What scikit-learn tells the server's log before it tries again.
    pytest.mark.filterwarnings("ignore:A network error:UserWarning"),
    pytest.mark.filterwarnings("ignore:Invalid cache:RuntimeWarning"),
]

PARTS = ["list", "description", "features", "qualities", "file"]
"""What scikit-learn asks for, in this order."""


def changed(change: Callable[[list[str]], list[str]], table: Table | None = None) -> Table:
    """Return the Boston table with every row changed alike."""
    table = boston_table() if table is None else table
    return table._replace(rows=[change(row) for row in table.rows])


def renamed() -> Table:
    """Return the table with one column under another name."""
    table = boston_table()
    return table._replace(columns={name.replace("LSTAT", "STATUS"): kinds for name, kinds in table.columns.items()})


def with_one(value: str) -> Table:
    """Return the table with another value in one place of the column INDUS."""
    table = boston_table()
    table.rows[5][2] = value
    return table


def of_text() -> Table:
    """Return the table with a column of words."""
    table = changed(lambda row: [*row[:2], "far", *row[3:]])
    return table._replace(columns=table.columns | {"INDUS": ["far"]})


def left(home: Path) -> list[str]:
    """Return the names of all files below a folder."""
    return sorted(file.name for file in home.rglob("*") if file.is_file())


@pytest.mark.parametrize("answer", [well, plain])
def test_a_set_that_came_is_kept_on_disk_and_read_again_without_a_connection(
    answer: Answer, serve: Serve, nothing_fetched: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = serve(OpenML(boston_table(), answers=dict.fromkeys(PARTS, answer)))
    first = boston(fetch=True)
    assert server.asked == PARTS
    assert "boston.arff.gz" in left(nothing_fetched)
    assert all(openml.FOLDER in file.parts for file in nothing_fetched.rglob("*.gz"))
    monkeypatch.setattr(openml, "_answers", {})  # as after a restart
    assert at_hand(BOSTON_FILE) is None
    server.answers = dict.fromkeys(PARTS, status(500))
    assert boston(fetch=True).x.tolist() == first.x.tolist()
    assert server.asked == PARTS


@pytest.mark.parametrize("kinds", ["categories", "quoted", "numbers"])
def test_columns_are_taken_by_name_and_categories_as_the_numbers_they_spell(kinds: str, serve: Serve) -> None:
    table = boston_table()
    numbers = np.array([table.column(name) for name in table.columns]).T
    columns, rows = dict(reversed(table.columns.items())), [row[::-1] for row in table.rows]
    if kinds == "quoted":
        columns = {name: [f"'{value}'" for value in values] for name, values in columns.items()}
        nominal = [bool(values) for values in columns.values()]
        rows = [[f"'{v}'" if quoted else v for v, quoted in zip(row, nominal, strict=True)] for row in rows]
    if kinds == "numbers":
        columns = {name: [] for name in columns}
    serve(OpenML(table._replace(columns=columns, rows=rows)))
    data = boston(fetch=True)
    assert np.hstack([data.x, data.y]).tolist() == numbers.tolist()


@pytest.mark.filterwarnings("ignore:Version 1 of dataset boston is inactive:UserWarning")
def test_a_set_that_openml_withdrew_but_still_has_is_fetched(serve: Serve) -> None:
    server = serve(OpenML(boston_table(), withdrawn=True))
    assert boston(fetch=True).x.shape == (506, 13)
    assert server.asked == ["unknown", *PARTS]


TROUBLES: dict[str, tuple[OpenML, str]] = {
    **{f"{part} 404": (OpenML(boston_table(), {part: status(404)}), "error 404 (Not Found)") for part in PARTS},
    **{f"{part} 412": (OpenML(boston_table(), {part: status(412)}), "no such set") for part in PARTS},
    **{f"{part} 500": (OpenML(boston_table(), {part: status(500)}), "error 500") for part in PARTS},
    **{f"{part} cut": (OpenML(boston_table(), {part: cut}), "arrived incomplete") for part in PARTS},
    **{f"{part} hangs": (OpenML(boston_table(), {part: hang}), "fell silent") for part in ("list", "file")},
    **{f"{part} unanswered": (OpenML(boston_table(), {part: mute}), "fell silent") for part in ("list", "features")},
    **{f"{part} breaks off": (OpenML(boston_table(), {part: reset}), "broke off") for part in ("list", "file")},
    "another name": (OpenML(boston_table()._replace(name="else")), "no such set"),
    "sign in": (OpenML(boston_table(), {"list": sign_in}), "Something else than OpenML answered"),
    "sign in for the file": (OpenML(boston_table(), {"file": sign_in}), "checksum"),
    "half the rows": (OpenML(boston_table(), {"file": short}), "checksum"),
    "wrong checksum": (OpenML(boston_table(), md5=hashlib.md5(b"").hexdigest()), "checksum"),
    "fewer rows": (OpenML(boston_table(300)), "300 rows instead of 506"),
    "no rows": (OpenML(boston_table(0)), "cannot be read as a table"),
    "another column": (OpenML(renamed()), "other columns: lstat"),
    "a value missing": (OpenML(with_one("?")), "missing or infinite values: indus"),
    "an infinite value": (OpenML(with_one("inf")), "missing or infinite values: indus"),
    "a word": (OpenML(with_one("far")), "cannot be read as a table"),
    "a column of words": (OpenML(of_text()), "text where there should be numbers"),
    "short rows": (OpenML(changed(lambda row: row[1:])), "cannot be read as a table"),
}  # fmt: skip
"""By what is wrong: a server, and what the message names."""


@pytest.mark.parametrize("trouble", TROUBLES)
def test_whatever_goes_wrong_is_named_in_one_message_and_leaves_nothing(
    trouble: str, serve: Serve, nothing_fetched: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    server, named = TROUBLES[trouble]
    monkeypatch.setattr(openml, "SILENCE", 0.2)
    serve(server)
    with pytest.raises(Unavailable, match=re.escape(named)) as caught:
        boston(fetch=True)
    said = str(caught.value)
    assert "\n" not in said
    assert not any(mark in said for mark in "<>[]")
    assert str(nothing_fetched) not in said
    assert said.endswith(".")
    assert at_hand(BOSTON_FILE) is None
    assert left(nothing_fetched) == []


@pytest.mark.parametrize("trouble", ["another column", "wrong checksum", "file cut", "features 404"])
def test_asking_again_after_trouble_asks_openml_again(trouble: str, serve: Serve) -> None:
    serve(TROUBLES[trouble][0])
    with pytest.raises(Unavailable):
        boston(fetch=True)
    serve(OpenML(boston_table()))
    assert boston(fetch=True).x.shape == (506, 13)


def test_what_a_server_writes_is_not_repeated(serve: Serve) -> None:
    def refuse(handler: object, content: bytes) -> None:
        handler.send_response(404, "![](https://evil.example/x.png)")
        handler.end_headers()

    serve(OpenML(boston_table(), {"list": refuse}))
    with pytest.raises(Unavailable, match=r"error 404 \(Not Found\)"):
        boston(fetch=True)


def test_a_folder_that_cannot_be_written_is_named_as_the_trouble(
    serve: Serve, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    serve(OpenML(boston_table()))
    (tmp_path / "a file").touch()
    monkeypatch.setenv("SCIKIT_LEARN_DATA", str(tmp_path / "a file" / "below"))
    with pytest.raises(Unavailable, match=r"cannot be kept on this computer \(Not a directory\)"):
        boston(fetch=True)


def test_the_wait_ends_and_a_set_that_comes_late_is_at_hand(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    go_on = threading.Event()

    def late(handler: object, content: bytes) -> None:
        go_on.wait()
        well(handler, content)

    server = serve(OpenML(boston_table(), {"file": late}))
    monkeypatch.setattr(openml, "ANSWER_WITHIN", 0.3)
    monkeypatch.setattr(openml, "STEP", 0.05)
    waited: list[float] = []
    with pytest.raises(Unavailable, match="within 0 seconds"):
        boston(fetch=True, report=waited.append)
    assert len(waited) > 1
    assert waited == sorted(waited)
    assert max(waited) <= 0.3
    with pytest.raises(Unavailable, match="within"):
        boston(fetch=True)
    go_on.set()
    until(lambda: at_hand(BOSTON_FILE) is not None)
    assert boston().x.shape == (506, 13)
    assert server.asked == PARTS


def test_who_stops_waiting_does_not_stop_the_request(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    go_on = threading.Event()

    def late(handler: object, content: bytes) -> None:
        go_on.wait()
        well(handler, content)

    def control_moved(seconds: float) -> None:
        raise KeyboardInterrupt

    serve(OpenML(boston_table(), {"list": late}))
    monkeypatch.setattr(openml, "STEP", 0.01)
    with pytest.raises(KeyboardInterrupt):
        boston(fetch=True, report=control_moved)
    go_on.set()
    until(lambda: at_hand(BOSTON_FILE) is not None)


def test_visitors_who_ask_at_the_same_time_share_one_request(serve: Serve) -> None:
    server = serve(OpenML(boston_table()))
    shapes: list[tuple[int, ...]] = []
    visitors = [threading.Thread(target=lambda: shapes.append(boston(fetch=True).x.shape)) for _ in range(8)]
    for visitor in visitors:
        visitor.start()
    for visitor in visitors:
        visitor.join()
    assert shapes == [(506, 13)] * 8
    assert server.asked == PARTS


def until(is_so: Callable[[], bool]) -> None:
    """Wait until something is so, for ten seconds at most."""
    for _ in range(1000):
        if is_so():
            return
        time.sleep(0.01)
    raise AssertionError("it did not come to be so")


HANGING = """
from gd_ui import openml
openml._fetched = lambda wanted: __import__("time").sleep(60)
openml.ANSWER_WITHIN = 0.2
from gd_ui.housing import Unavailable, boston
try:
    boston(fetch=True)
except Unavailable as error:
    print(error)
"""


def test_a_request_that_hangs_does_not_keep_the_server_from_stopping() -> None:
    ended = subprocess.run([sys.executable, "-c", HANGING], cwd=ROOT, capture_output=True, text=True, timeout=30)
    assert ended.returncode == 0, ended.stderr
    assert "has not sent the set" in ended.stdout


def test_an_error_nobody_thought_of_is_named_by_its_kind() -> None:
    assert "(ZeroDivisionError)" in why(ZeroDivisionError("secret"))
    assert "secret" not in why(ZeroDivisionError("secret"))
    assert why(Failed("As it is.")) == "As it is."


def project_files() -> set[Path]:
    """Return what lies in the project's folder and in those of its data, interface and pages."""
    folders = [ROOT, *(ROOT / name for name in ("data", "gd_ui", "pages"))]
    return {file for folder in folders for file in folder.iterdir() if not file.name.startswith((".", "__"))}


def test_nothing_fetched_is_left_in_the_project(serve: Serve, nothing_fetched: Path) -> None:
    before = project_files()
    serve(OpenML(boston_table()))
    boston(fetch=True)
    assert project_files() == before
    assert not nothing_fetched.is_relative_to(ROOT)
