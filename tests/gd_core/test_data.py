"""The course's data: files and generators agree bit for bit, and CSV loses nothing."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from gd_core import COURSE_DATA, Dataset, applicants, dataset, from_csv, noisy_line, thousand_points, to_csv
from gd_core.data import three_points

FOLDER = Path(__file__).parents[2] / "data"
NUMBERS = st.floats(allow_nan=False, allow_infinity=False)
NAMES = st.text(st.characters(exclude_categories=["Cs", "Cc"]))


@st.composite
def datasets(draw: st.DrawFn) -> Dataset:
    n, d, k = draw(st.integers(1, 6)), draw(st.integers(1, 3)), draw(st.integers(1, 3))
    return dataset(
        draw(arrays(float, (n, d), elements=NUMBERS)),
        draw(arrays(float, (n, k), elements=NUMBERS)),
        draw(st.lists(NAMES, min_size=d, max_size=d)),
        draw(st.lists(NAMES, min_size=k, max_size=k)),
        draw(NAMES),
        draw(st.integers(1, n)),
    )


def assert_identical(one: Dataset, other: Dataset) -> None:
    for name, a, b in zip(Dataset._fields, one, other, strict=True):
        if isinstance(a, np.ndarray):
            assert a.shape == b.shape, name
            assert a.dtype == b.dtype, name
            assert a.tobytes() == b.tobytes(), name  # the bits, so that -0.0 is not 0.0
        else:
            assert a == b, name


@pytest.mark.parametrize("name", COURSE_DATA)
def test_the_stored_file_is_what_the_generator_writes(name: str) -> None:
    assert (FOLDER / f"{name}.csv").read_bytes().decode() == to_csv(COURSE_DATA[name]())


@pytest.mark.parametrize("name", COURSE_DATA)
def test_the_stored_file_reads_back_bit_for_bit(name: str) -> None:
    data = COURSE_DATA[name]()
    text = (FOLDER / f"{name}.csv").read_text(encoding="utf-8")
    assert_identical(from_csv(text, 1, data.source), data)


def test_every_course_data_set_has_a_file_and_every_file_a_data_set() -> None:
    assert {file.stem for file in FOLDER.glob("*.csv")} == set(COURSE_DATA)


@given(datasets())
def test_reading_csv_undoes_writing_it(data: Dataset) -> None:
    assert_identical(from_csv(to_csv(data), len(data.targets), data.source), data)


def test_held_out_rows_may_stand_anywhere_in_a_file() -> None:
    data = from_csv("x,y,split\n1,2,train\n3,4,validation\n5,6,train\n", 1, "")
    assert data.train.tolist() == [0, 2]
    assert data.validation.tolist() == [1]


def test_three_points_lie_on_a_line_through_the_origin() -> None:
    data = three_points()
    assert np.hstack([data.x, data.y]).tolist() == [[1, 2], [2, 4], [3, 6]]


def test_applicants_are_the_four_of_the_course() -> None:
    data = applicants()
    assert np.hstack([data.x, data.y]).tolist() == [[1, 0.1, 1], [0.1, 1, 0], [0.1, 0.1, 0], [1, 1, 1]]


def test_the_noisy_line_keeps_20_of_100_rows_for_validation() -> None:
    data = noisy_line()
    assert data.train.tolist() == list(range(80))
    assert data.validation.tolist() == list(range(80, 100))
    rng = np.random.RandomState(42)
    assert sorted(data.x.ravel()) == sorted(rng.rand(100))
    assert sorted((data.y - 1 - 2 * data.x).ravel()) == pytest.approx(sorted(0.1 * rng.randn(100)), abs=1e-14)


def test_a_thousand_points_scatter_by_a_tenth_about_their_line() -> None:
    data = thousand_points()
    rng = np.random.RandomState(0)
    x = 20 * rng.random_sample(1000) - 10
    noise = 0.1 * rng.standard_normal(1000)
    assert len(data.train) == 1000
    assert len(data.validation) == 0
    assert data.x.ravel() == pytest.approx(x, abs=1e-14)
    assert data.y.ravel() == pytest.approx(0.915 + 1.915 * x + noise, abs=1e-13)
