"""The sets that are not stored here: from the reader's folder first, else from OpenML, else a clear message."""

import time
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
import sklearn.datasets

from gd_ui import housing
from gd_ui.housing import BOSTON_FILE, CALIFORNIA_FILE, FOLDER, Unavailable, at_hand, boston, california, has_boston

pytestmark = pytest.mark.usefixtures("nothing_fetched")
ROWS = 6


@pytest.fixture
def nothing_fetched(monkeypatch: pytest.MonkeyPatch) -> None:
    """Forget what was fetched, and let nothing reach the network."""
    monkeypatch.setattr(housing, "_fetched", {})
    monkeypatch.setattr(sklearn.datasets, "fetch_openml", offline)


def offline(**asked: object) -> object:
    raise OSError("no network in tests")


def boston_frame() -> pd.DataFrame:
    """Return a table as OpenML's, whose columns chas and rad are categories of texts."""
    rng = np.random.default_rng(0)
    frame = pd.DataFrame(rng.random((ROWS, 14)), columns=[f"c{i}" for i in range(14)])
    frame["c3"] = pd.Categorical(["0", "1"] * (ROWS // 2))
    frame["c8"] = pd.Categorical(["24", "4", "5"] * (ROWS // 3))
    return frame


def houses_frame() -> pd.DataFrame:
    """Return a table as OpenML's "houses", with totals per district and the price first."""
    names = [
        "median_house_value", "median_income", "housing_median_age", "total_rooms", "total_bedrooms", "population",
        "households", "latitude", "longitude",
    ]  # fmt: skip
    return pd.DataFrame([[200_000.0, 8.0, 41.0, 880.0, 129.0, 322.0, 126.0, 37.9, -122.2]] * ROWS, columns=names)


def openml(frame: pd.DataFrame, calls: list[dict] | None = None) -> object:
    """Return what stands in for scikit-learn's fetcher, noting how it is called."""

    def fetch(**asked: object) -> SimpleNamespace:
        if calls is not None:
            calls.append(asked)
        return SimpleNamespace(frame=frame)

    return fetch


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
def test_without_file_and_connection_one_message_says_what_to_do(load: object, name: str, no_boston_file: None) -> None:
    with pytest.raises(Unavailable, match="put " + name):
        load()
    with pytest.raises(Unavailable, match="could not be reached") as caught:
        load(fetch=True)
    assert "OSError" in str(caught.value)
    assert "\n" not in str(caught.value)
    assert at_hand(name) is None


def test_boston_is_fetched_once_with_the_values_of_its_categories(
    no_boston_file: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls: list[dict] = []
    monkeypatch.setattr(sklearn.datasets, "fetch_openml", openml(boston_frame(), calls))
    with pytest.raises(Unavailable):
        boston()
    assert calls == []
    data = boston(fetch=True)
    assert data.x[:, 8].tolist() == [24, 4, 5] * (ROWS // 3)
    assert data.x[:, 3].tolist() == [0, 1] * (ROWS // 2)
    assert boston().x.tolist() == boston(fetch=True).x.tolist() == data.x.tolist()
    assert len(calls) == 1
    assert calls[0]["name"] == "boston"
    assert at_hand(BOSTON_FILE) == "OpenML"


def test_california_s_totals_become_means_per_household(no_boston_file: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """The first row of scikit-learn's own copy: 6.98 rooms, 1.02 bedrooms, 2.56 people."""
    monkeypatch.setattr(sklearn.datasets, "fetch_openml", openml(houses_frame()))
    data = california(fetch=True)
    expected = [8.0, 41.0, 880 / 126, 129 / 126, 322.0, 322 / 126, 37.9, -122.2]
    assert data.x[0] == pytest.approx(expected)
    assert data.x[0, [2, 3, 5]].round(2).tolist() == [6.98, 1.02, 2.56]
    assert data.y[0, 0] == 2.0


@pytest.mark.parametrize(
    "frame", [boston_frame().iloc[:, 1:], boston_frame().replace({"c0": {boston_frame()["c0"][0]: np.nan}})]
)
def test_what_openml_sends_is_checked(
    frame: pd.DataFrame, no_boston_file: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sklearn.datasets, "fetch_openml", openml(frame))
    with pytest.raises(Unavailable, match="14 complete columns"):
        boston(fetch=True)
    assert at_hand(BOSTON_FILE) is None


def test_a_server_that_never_answers_is_not_waited_for(no_boston_file: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sklearn.datasets, "fetch_openml", lambda **asked: time.sleep(0.5))
    monkeypatch.setattr(housing, "ANSWER_WITHIN", 0.05)
    with pytest.raises(Unavailable, match="TimeoutError"):
        boston(fetch=True)
