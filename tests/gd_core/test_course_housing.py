"""Course text C's printed numbers, to the digits printed; the data are not stored here, so these may be skipped."""

import json
from pathlib import Path

import numpy as np
import pytest

from gd_core import Objective, Problem, Recipe, Task, prepare, train
from gd_core.fixed import only
from gd_ui.course_numbers.last_digits import losses
from gd_ui.housing import boston

FILE = Path(__file__).parents[2] / "data" / "course_numbers.json"
PRINTED = json.loads(FILE.read_text(encoding="utf-8"))["housing"]
PAIR = [5, 9]
"""The course's two weights, counted from zero: rooms and tax."""


@pytest.fixture
def task(boston_file: Path) -> Task:
    """Provide the course's split and scaling."""
    return prepare(Problem("boston", scaling="mean-range"), boston())


@pytest.fixture
def houses(task: Task) -> Objective:
    """Provide the training rows with the squared loss, whose gradient is twice the course's."""
    return task.train


def start(pair: float | None = None) -> np.ndarray:
    """Return the course's start, with the two weights set to one number or left as drawn."""
    theta = np.append(np.random.RandomState(0).randn(13), 0.0)
    if pair is not None:
        theta[PAIR] = pair
    return theta


def pulls(houses: Objective, theta: np.ndarray, rows: slice = slice(None)) -> np.ndarray:
    """Return the course's gradient of every row, (z - y) x, of shape (N, 13)."""
    z = houses.x[rows] @ theta[:13, None] + theta[13]
    return (z - houses.y[rows]) * houses.x[rows]


def test_the_first_rows_are_the_printed_ones(houses: Objective) -> None:
    assert houses.x[0] == pytest.approx(PRINTED["first_row_x"], abs=5e-9)
    assert houses.y[:3, 0] == pytest.approx(PRINTED["first_three_y"], abs=5e-9)
    assert houses.n == 404


def test_the_first_three_predictions_are_the_printed_ones(houses: Objective) -> None:
    z = houses.model.predict(start(159)[None], houses.x[:3])[0, :, 0]
    assert z == pytest.approx(PRINTED["weights_at_159"]["z_first_three"], abs=5e-9)


@pytest.mark.parametrize("row", [1, 2, 3])
def test_the_gradient_of_one_row_is_the_printed_one(houses: Objective, row: int) -> None:
    printed = PRINTED["weights_at_159"][f"gradient_sample_{row}"]
    assert len(printed) == 13
    assert pulls(houses, start(159), slice(row - 1, row))[0] == pytest.approx(printed, abs=5e-9)
    ours = houses.grad(start(159)[None], np.array([row - 1]))[0]
    assert ours[:13] / 2 == pytest.approx(printed, abs=5e-9)


def test_the_mean_gradient_is_the_printed_one_and_half_of_ours(houses: Objective) -> None:
    printed = PRINTED["weights_at_159"]["gradient_mean"]
    assert pulls(houses, start(159)).mean(axis=0) == pytest.approx(printed, abs=5e-9)
    ours = houses.grad(start(159)[None])[0]
    assert ours[:13] / 2 == pytest.approx(printed, abs=5e-9)
    assert abs(ours[13] / 2) < 1e-12  # rounding, as the printed number is
    assert abs(PRINTED["weights_at_159"]["gradient_b"]) < 1e-12


def test_one_step_on_two_weights_goes_where_it_is_printed_to_go(houses: Objective) -> None:
    printed = PRINTED["weights_at_minus_100"]
    theta = start(-100)
    assert houses.value(theta[None])[0] == pytest.approx(printed["loss"], rel=1e-14)
    assert houses.grad(theta[None])[0, PAIR] / 2 == pytest.approx(printed["gradient_w5_w9"], rel=1e-13)
    rate = printed["learning_rate"] / 2  # ours steps along the whole gradient
    two = only(houses, theta, PAIR)
    history = train(two, Recipe((rate,), epochs=1, start=tuple(theta[PAIR])))
    after = printed["after_one_step"]
    assert history.path[0, 1] == pytest.approx(after["w5_w9"], rel=1e-14)
    assert history.loss[0] == pytest.approx([printed["loss"], after["loss"]], rel=1e-13)
    assert two.grad(history.path[0, 1][None])[0] / 2 == pytest.approx(after["gradient_w5_w9"], rel=1e-12)


def test_training_all_weights_loses_what_is_printed_a_hundred_times(houses: Objective) -> None:
    printed = PRINTED["all_weights"]
    assert len(printed["rows"]) == 100
    history = train(houses, Recipe((printed["learning_rate"] / 2,), epochs=1000, start=tuple(start())))
    for iteration, loss in printed["rows"]:
        assert history.loss[0, iteration] == pytest.approx(loss, rel=1e-14)


def test_summed_as_an_older_openblas_does_every_loss_is_the_printed_one_to_the_last_digit(boston_file: Path) -> None:
    """All hundred equal; the core's own order of sums differs from it by less than the tolerance above."""
    printed, data = PRINTED["all_weights"], boston()
    rows = np.column_stack([data.x, data.y])[: PRINTED["counts"]["train"]]
    found = losses(rows, start(), printed["learning_rate"], updates=1000)
    assert [found[iteration] for iteration, _ in printed["rows"]] == [loss for _, loss in printed["rows"]]


def test_training_two_weights_without_the_listing_s_fault_ends_elsewhere(houses: Objective) -> None:
    """Erratum E1: with the right slope the run reaches w5 = -78.33, w9 = -35.64, loss 147.43 at iteration 1950."""
    printed = PRINTED["two_weights_only"]
    two = only(houses, start(-100), PAIR)
    history = train(two, Recipe((printed["learning_rate"] / 2,), epochs=2000, start=(-100.0, -100.0)))
    assert history.path[0, 1951].round(2).tolist() == [-78.33, -35.64]
    assert round(float(history.loss[0, 1950]), 2) == 147.43


def test_the_listing_s_fault_gives_the_printed_rows(houses: Objective) -> None:
    """Its slope along w5 is the one after the single step above, for all two thousand iterations."""
    printed = PRINTED["two_weights_only"]
    stuck = PRINTED["weights_at_minus_100"]["after_one_step"]["gradient_w5_w9"][0]
    rows = {row[0]: row[1:] for row in printed["rows"]}
    two = only(houses, start(-100), PAIR)
    here = np.array([[-100.0, -100.0]])
    for iteration in range(max(rows) + 1):
        loss, slope = two.value(here)[0], two.grad(here)[0, 1] / 2
        here = here - printed["learning_rate"] * np.array([stuck, slope])
        if iteration in rows:
            assert [*here[0], loss] == pytest.approx(rows[iteration], rel=1e-14)
