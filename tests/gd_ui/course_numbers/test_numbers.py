"""The rule that judges a printed number, and the table's lines under it: each status can be reached and lost."""

import numpy as np
import pytest

from gd_ui.course_numbers.numbers import (
    AGREES,
    DIFFERS,
    FAULT,
    IN_RANGE,
    NEEDS_FILE,
    NO_DATA,
    OUTSIDE,
    ROUNDING,
    UNPRINTED,
    Band,
    Line,
    agreement,
    as_printed,
    course,
    judge,
    one_by_one,
)
from gd_ui.lessons import LESSONS


def line(printed: tuple[str, ...], values: list[float], **more: object) -> Line:
    """Return a line with so much printed and computed."""
    labels = tuple(f"number {i}" for i in range(len(values)))
    return Line("B", "some numbers", lambda: np.array(values), "one-step", {}, printed, labels)._replace(**more)


@pytest.mark.parametrize(
    ("value", "printed", "text"),
    [
        (-0.13826430117, "-0.1382643", "-0.1382643"),
        (-2.8988, "-2.90", "-2.90"),
        (506.0, "506", "506"),
        (2.7421577700550976, "2.7421577700550976", "2.7421577700550976"),
        (-1.0918438870293816e-13, "-1.0918438870293816e-13", "-1.0918438870293816e-13"),
        (0.04996, "0.0435", "0.0500"),
    ],
)
def test_a_number_is_written_with_the_digits_printed(value: float, printed: str, text: str) -> None:
    assert as_printed(value, printed) == text


@pytest.mark.parametrize(
    ("printed", "value", "status"),
    [
        ("0.6273", 0.62734, AGREES),
        ("0.6273", 0.62736, DIFFERS),
        ("404", 404.0, AGREES),
        ("404", 405.0, DIFFERS),
        ("1.8984947314576224", 1.8984947314576224, AGREES),
        ("1.8984947314576224", 1.8984947314576277, ROUNDING),
        ("1.8984947314576224", 1.8984947314676224, DIFFERS),
        ("1.898494", 1.8984951, DIFFERS),  # with few digits printed nothing is excused
        ("686.3005008179159", 686.3005008179160, ROUNDING),
    ],
)
def test_a_number_agrees_only_to_the_digits_printed(printed: str, value: float, status: str) -> None:
    assert agreement(printed, value) == status


def test_what_is_left_of_terms_that_cancel_is_rounding_only_beside_these_terms() -> None:
    printed, value = "-1.0918438870293816e-13", -1.0924e-13
    assert agreement(printed, value) == DIFFERS
    assert agreement(printed, value, terms=12.0) == ROUNDING
    assert agreement(printed, -1.0924e-9, terms=12.0) == DIFFERS


def test_a_list_is_as_good_as_its_worst_number() -> None:
    assert judge(line(("1.5", "2.5"), [1.5, 2.5]), has_boston=False).status == AGREES
    judged = judge(line(("1.5", "2.5", "686.3005008179159"), [1.5, 2.5, 686.300500817916]), has_boston=False)
    assert (judged.status, judged.each) == (ROUNDING, (AGREES, AGREES, ROUNDING))
    judged = judge(line(("1.5", "2.5"), [1.5, 2.4]), has_boston=False)
    assert (judged.status, judged.each) == (DIFFERS, (AGREES, DIFFERS))
    assert judged.difference == pytest.approx(-0.1)


def test_a_fault_excuses_only_what_it_explains() -> None:
    right, printed = [1.0, 2.0], ("1.0", "3.0")
    explained = judge(line(printed, right, faulty=lambda: np.array([5.0, 3.0])), has_boston=False)
    assert (explained.status, explained.each) == (FAULT, (AGREES, FAULT))
    not_explained = judge(line(printed, right, faulty=lambda: np.array([5.0, 3.1])), has_boston=False)
    assert (not_explained.status, not_explained.each) == (DIFFERS, (AGREES, DIFFERS))


def test_numbers_drawn_without_a_seed_are_held_against_a_range() -> None:
    band = Band(np.array([0.0, 0.0, 0.0]), np.array([1.0, 1.0, 1.0]), np.zeros((2, 3)), outside=1)
    medians = [0.5, 0.5, 0.5]
    inside = judge(line(("0.2", "0.9", "1.1"), medians, band=lambda: band), has_boston=False)
    assert (inside.status, inside.each) == (IN_RANGE, (IN_RANGE, IN_RANGE, OUTSIDE))
    beyond = judge(line(("0.2", "-0.1", "1.1"), medians, band=lambda: band), has_boston=False)
    assert beyond.status == DIFFERS


def test_what_no_text_prints_is_held_against_a_plain_loop() -> None:
    close = judge(line((), [1.0, 2.0], plain=lambda: np.array([1.0, 2.0 + 1e-13])), has_boston=False)
    assert (close.status, close.size) == (UNPRINTED, 2)
    apart = judge(line((), [1.0, 2.0], plain=lambda: np.array([1.0, 2.0001])), has_boston=False)
    assert (apart.status, apart.each) == (DIFFERS, (UNPRINTED, DIFFERS))


def test_without_the_file_nothing_is_computed() -> None:
    def compute() -> np.ndarray:
        raise AssertionError("computed without the file")

    judged = judge(line(("1.5",), [])._replace(compute=compute, needs_boston=True), has_boston=False)
    assert (judged.status, judged.each, judged.size) == (NEEDS_FILE, (NEEDS_FILE,), 1)
    assert np.isnan(judged.difference)


def test_a_claim_without_data_is_not_judged() -> None:
    judged = judge(line(("10",), [])._replace(compute=None), has_boston=True)
    assert (judged.status, judged.each) == (NO_DATA, (NO_DATA,))


def test_a_pair_can_be_told_one_by_one() -> None:
    parts = one_by_one(line(("1.5", "2.5"), [1.5, 2.6]))
    assert [part.what for part in parts] == ["some numbers: number 0", "some numbers: number 1"]
    assert [part.printed for part in parts] == [("1.5",), ("2.5",)]
    assert [judge(part, has_boston=False).status for part in parts] == [AGREES, DIFFERS]


def test_a_link_names_the_lesson_and_its_settings() -> None:
    plain = line(("1",), [1.0])
    assert plain.link == "one-step"
    assert plain._replace(settings={"stage": "2 Error", "lr": "0.1"}).link == "one-step?stage=2+Error&lr=0.1"
    assert "one-step" in {lesson.path for lesson in LESSONS}


def test_printed_digits_survive_reading() -> None:
    assert course()["line"]["nudge"]["slope"]["b"] == "-2.90"
    assert course()["housing"]["weights_at_159"]["gradient_b"] == "-1.0918438870293816e-13"
