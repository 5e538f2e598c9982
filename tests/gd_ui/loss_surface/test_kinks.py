"""Squared against absolute loss: slopes, descents and the sentences on them, recomputed from the rows."""

import re

import numpy as np
import pytest

from gd_ui.datasets import CATALOGUE, load
from gd_ui.loss_surface.kinks import LATE, UPDATES, Kinks, frames, kinks, sentences
from gd_ui.loss_surface.loss import ABSOLUTE, SQUARED, columns, weights

EVERY = [
    (data, along, rows)
    for data in CATALOGUE
    for along in range(len(weights(data)))
    for rows in (1, 3, 5, load(data).train.n)
]
every_comparison = pytest.mark.parametrize(("data", "along", "rows"), EVERY)


def errors(data: str, along: int, rows: int, places: np.ndarray) -> np.ndarray:
    """Return the errors (V, N) of the first rows at values of one weight."""
    inputs, targets = columns(load(data), (weights(data)[along],))
    return places[:, None] * inputs[:rows, 0] - targets[:rows]


@every_comparison
def test_the_curves_are_the_mean_of_the_errors(data: str, along: int, rows: int) -> None:
    shown = kinks(data, along, min(rows, load(data).train.n))
    wrong = errors(data, along, rows, shown.places)
    assert shown.sides[SQUARED].values == pytest.approx((wrong**2).mean(axis=1), rel=1e-8, abs=1e-18)
    assert shown.sides[ABSOLUTE].values == pytest.approx(np.abs(wrong).mean(axis=1), rel=1e-9, abs=1e-12)
    signs = np.diff(np.sign(wrong[[0, -1]]), axis=0)
    assert shown.kinks == int((signs != 0).sum())


@every_comparison
def test_both_descents_start_together_with_equal_steps_and_squared_arrives(data: str, along: int, rows: int) -> None:
    squared, absolute = kinks(data, along, rows).sides.values()
    assert squared.path[0] == absolute.path[0]
    steps = [np.abs(np.diff(side.path)) for side in (squared, absolute)]
    assert steps[0][0] == pytest.approx(steps[1][0], rel=1e-9)
    assert (np.diff(steps[0]) < 0).all()
    assert abs(squared.path[-1] - squared.lowest) < 1e-3 * abs(squared.path[0] - squared.lowest)


@every_comparison
def test_half_way_to_its_lowest_point_the_slope_of_the_square_has_halved(data: str, along: int, rows: int) -> None:
    steep, half = kinks(data, along, rows).sides[SQUARED].halving
    assert half == pytest.approx(steep / 2, rel=1e-9)


def test_one_row_steps_across_its_kink_for_ever() -> None:
    shown = kinks("line", 0, 1)
    steps = np.abs(np.diff(shown.sides[ABSOLUTE].path))
    assert steps == pytest.approx(np.full(UPDATES, steps[0]), rel=1e-9)
    told = sentences(shown)[2]
    assert f"{LATE} times in the last {LATE} updates" in told
    assert f"{steps[0]:.4f}" in told


@every_comparison
def test_the_sentence_on_the_absolute_descent_is_true(data: str, along: int, rows: int) -> None:
    side, told = kinks(data, along, rows).sides[ABSOLUTE], sentences(kinks(data, along, rows))[2]
    steps, away = np.abs(np.diff(side.path)), side.path - side.lowest
    late, before = steps[-LATE:], steps[-2 * LATE : -LATE]
    crossings = int((away[-LATE:] * away[-LATE - 1 : -1] < 0).sum())
    if "stood still" in told:
        assert late.max() == 0
        since = int(re.search(r"update (\d+)", told)[1])
        assert (side.path[since:] == side.path[-1]).all()
        assert since == 0 or side.path[since - 1] != side.path[-1]
    elif "no longer shrink" in told:
        assert crossings
        assert late.max() >= before.max() * (1 - 1e-9)
        assert f"{crossings} times" in told
    elif "settling" in told:
        assert crossings
        assert late.max() < before.max()
    else:
        assert "on its way" in told
        assert not crossings
        assert late.max() > 0


@pytest.mark.parametrize("rows", [1, 5])
def test_the_staircase_has_a_step_at_every_kink_and_none_between(rows: int) -> None:
    shown: Kinks = kinks("line", 0, rows)
    slopes = shown.sides[ABSOLUTE].slopes
    assert len(np.unique(np.round(slopes, 9))) <= 2 * rows + 1
    assert slopes[-1] - slopes[0] == pytest.approx(2)


@every_comparison
def test_the_charts_hold_what_they_draw(data: str, along: int, rows: int) -> None:
    for tables in frames(kinks(data, along, rows)).values():
        this, curves = tables["this"], tables["curves"]
        assert this["bottom"][0] < curves["y"].min() < curves["y"].max() < this["top"][0]
        assert all(np.isfinite(column).all() for column in (curves["x"], curves["y"]))
