"""The sets that are not stored here: from the reader's folder first, else from OpenML, else a clear message."""

import time
from pathlib import Path

import numpy as np
import pytest

from gd_ui.housing import BOSTON_FILE, CALIFORNIA_FILE, FOLDER, Unavailable, at_hand, boston, california, has_boston
from tests.gd_ui.openml_server import OpenML, Serve, boston_table, houses_table

pytestmark = pytest.mark.usefixtures("nothing_fetched")
ROWS = 6


def written(folder: Path, name: str, columns: int, rows: int = ROWS) -> Path:
    """Write a CSV of numbers with a header."""
    lines = [",".join(f"c{i}" for i in range(columns))]
    lines += [",".join(str(row + column / 100) for column in range(columns)) for row in range(rows)]
    file = folder / name
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return file


@pytest.mark.parametrize(("load", "name", "columns"), [(boston, BOSTON_FILE, 14), (california, CALIFORNIA_FILE, 9)])
def test_a_file_in_the_readers_folder_is_found_and_read(
    load: object, name: str, columns: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(FOLDER, str(tmp_path))
    assert at_hand(name) is None
    file = written(tmp_path, name, columns)
    data = load()
    assert data.x.shape == (ROWS, columns - 1)
    assert data.y.shape == (ROWS, 1)
    assert data.x[2, 3] == 2.03
    assert data.y[2, 0] == 2 + (columns - 1) / 100
    assert len(data.features) == len(set(data.features)) == columns - 1
    assert str(file) in str(at_hand(name))
    assert has_boston() is (name == BOSTON_FILE)


def test_a_file_that_changed_is_read_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(FOLDER, str(tmp_path))
    written(tmp_path, CALIFORNIA_FILE, 9)
    first, before = california(), at_hand(CALIFORNIA_FILE)
    time.sleep(0.01)
    written(tmp_path, CALIFORNIA_FILE, 9, rows=ROWS + 1)
    assert len(california().x) == len(first.x) + 1
    assert at_hand(CALIFORNIA_FILE) != before


def test_the_course_s_rows_train(boston_file: Path) -> None:
    data = boston()
    assert (len(data.x), len(data.train), len(data.validation)) == (506, 404, 102)
    assert data.train.tolist() == list(range(404))
    assert data.x[:, 8].max() == 24
    assert data.y.min() == 5
    assert data.y.max() == 50


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("a,b\n1,2\n", "14 complete columns"),
        ("h\n" + ",".join(["x"] * 14) + "\n", "cannot be read as numbers"),
        ("h\n" + ",".join(["nan"] * 14) + "\n", "14 complete columns"),
        ("h\n" + ",".join(["1"] * 14) + "\n1,2\n", "cannot be read as numbers"),
        ("", "14 complete columns"),
    ],
)
def test_a_file_that_is_something_else_is_named(
    text: str, why: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(FOLDER, str(tmp_path))
    (tmp_path / BOSTON_FILE).write_text(text, encoding="utf-8")
    with pytest.raises(Unavailable, match=why) as caught:
        boston()
    assert BOSTON_FILE in str(caught.value)


@pytest.mark.parametrize(("load", "name"), [(boston, BOSTON_FILE), (california, CALIFORNIA_FILE)])
@pytest.mark.filterwarnings("ignore:A network error:UserWarning")
def test_without_file_and_connection_one_message_says_what_to_do(load: object, name: str) -> None:
    with pytest.raises(Unavailable, match="put " + name):
        load()
    with pytest.raises(Unavailable, match=r"could not be reached \(Connection refused\)") as caught:
        load(fetch=True)
    assert "\n" not in str(caught.value)
    assert at_hand(name) is None
    assert not has_boston()


def test_boston_is_fetched_once_with_the_values_of_its_categories(serve: Serve) -> None:
    table = boston_table()
    server = serve(OpenML(table))
    with pytest.raises(Unavailable):
        boston()
    assert server.asked == []
    data = boston(fetch=True)
    names = list(table.columns)
    for column, name in enumerate(names[:-1]):
        assert data.x[:, column].tolist() == table.column(name)
    assert data.y[:, 0].tolist() == table.column("MEDV")
    assert set(data.x[:, names.index("RAD")]) == {1, 2, 3, 4, 5, 6, 7, 8, 24}
    assert (data.x.shape, data.x.dtype) == ((506, 13), np.float64)
    assert data.train.tolist() == list(range(404))
    assert at_hand(BOSTON_FILE) == "OpenML"
    assert has_boston()
    asked = list(server.asked)
    assert boston().x.tolist() == boston(fetch=True).x.tolist() == data.x.tolist()
    assert server.asked == asked == ["list", "description", "features", "qualities", "file"]


def test_california_s_totals_become_means_per_household(serve: Serve) -> None:
    """The first row of scikit-learn's own copy: 6.98 rooms, 1.02 bedrooms, 2.56 people."""
    table = houses_table()
    table.rows[0] = ["200000.0", "8.0", "41.0", "880.0", "129.0", "322.0", "126.0", "37.9", "-122.2"]
    serve(OpenML(table))
    data = california(fetch=True)
    assert data.x.shape == (20_640, 8)
    expected = [8.0, 41.0, 880 / 126, 129 / 126, 322.0, 322 / 126, 37.9, -122.2]
    assert data.x[0] == pytest.approx(expected)
    assert data.x[0, [2, 3, 5]].round(2).tolist() == [6.98, 1.02, 2.56]
    assert data.y[0, 0] == 2.0
    people, households = table.column("population"), table.column("households")
    assert data.x[:, 5].tolist() == (np.array(people) / np.array(households)).tolist()
    assert at_hand(CALIFORNIA_FILE) == "OpenML"


def test_a_district_without_households_is_refused(serve: Serve) -> None:
    table = houses_table()
    table.rows[7][list(table.columns).index("households")] = "0"
    serve(OpenML(table))
    with pytest.raises(Unavailable, match="nobody lives"):
        california(fetch=True)
    assert at_hand(CALIFORNIA_FILE) is None


def test_a_file_of_the_reader_s_goes_before_what_was_fetched(
    serve: Serve, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    serve(OpenML(boston_table()))
    boston(fetch=True)
    monkeypatch.setenv(FOLDER, str(tmp_path))
    written(tmp_path, BOSTON_FILE, 14)
    assert len(boston().x) == ROWS
    assert BOSTON_FILE in str(at_hand(BOSTON_FILE))
