"""The course's printed numbers, to the digits printed (`data/course_numbers.json`)."""

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from gd_core import (
    LOSSES,
    SCALINGS,
    Objective,
    Problem,
    Recipe,
    coordinate_plane,
    curvature,
    least_squares,
    linear,
    noisy_line,
    noisy_line_start,
    objective,
    prepare,
    surface,
    train,
)

PRINTED = json.loads(
    (Path(__file__).parents[2] / "data" / "course_numbers.json").read_text(encoding="utf-8"), parse_float=str
)["line"]
GRIDS = PRINTED["grids"]


def digits(value: float, printed: str) -> str:
    """Write a value with as many decimals as a printed number has."""
    return f"{value:.{len(printed.partition('.')[2])}f}"


@pytest.fixture
def line() -> Objective:
    """Return course B's line, on its training rows."""
    return prepare(Problem("line"), noisy_line()).train


@pytest.mark.parametrize(("index", "name"), list(enumerate("wb")))
def test_the_start_is_the_printed_one(index: int, name: str) -> None:
    assert digits(noisy_line_start()[index], PRINTED["start"][name]) == PRINTED["start"][name]


def test_the_loss_at_the_start_is_the_printed_one(line: Objective) -> None:
    loss = line.value(np.array([noisy_line_start()]))[0]
    assert loss == pytest.approx(float(PRINTED["loss_at_start"]), rel=1e-15)


@pytest.mark.parametrize(("index", "name"), list(enumerate("wb")))
def test_the_gradient_at_the_start_is_the_printed_one(line: Objective, index: int, name: str) -> None:
    slope = line.grad(np.array([noisy_line_start()]))[0, index]
    assert slope == pytest.approx(float(PRINTED["gradient_at_start"][name]), rel=1e-15)


@pytest.mark.parametrize(("index", "name"), list(enumerate("wb")))
def test_one_step_leads_where_the_text_says(line: Objective, index: int, name: str) -> None:
    printed = PRINTED["after_one_step"]
    history = train(line, Recipe((float(printed["learning_rate"]),), epochs=1, start=noisy_line_start()))
    assert digits(history.path[0, 1, index], printed[name]) == printed[name]


def bad_feature(line: Objective) -> Objective:
    return objective(line.model, line.loss, line.x * PRINTED["bad_feature"]["x_times"], line.y)


def standardised(line: Objective) -> Objective:
    return objective(line.model, line.loss, SCALINGS["standardise"](line.x).apply(line.x), line.y)


def truth(which: str, line: Objective) -> dict[str, float]:
    """Return the parameters at the centre of a printed grid.

    The standardised feature has no true parameters of its own; the text takes those of the best fit, to one decimal.
    """
    if which == "standardised":
        w, b = least_squares(standardised(line)).round(1).tolist()
    else:
        w, b = 2.0, 1.0
        w = w / PRINTED["bad_feature"]["w_divided_by"] if which == "bad" else w
    return {"w": w, "b": b}


@pytest.mark.parametrize("name", ["w", "b"])
@pytest.mark.parametrize("which", ["original", "bad", "standardised"])
def test_a_printed_grid_spans_three_to_each_side_of_the_truth(line: Objective, which: str, name: str) -> None:
    low, high = (float(end) for end in GRIDS[which][name])
    centre = truth(which, line)[name]
    assert (low, high) == pytest.approx((centre - 3, centre + 3), abs=1e-12)


@pytest.mark.parametrize(
    ("which", "of"), [("original", lambda on: on), ("bad", bad_feature), ("standardised", standardised)]
)
def test_the_surface_over_a_printed_grid_is_the_mean_of_squared_errors(
    line: Objective, which: str, of: Callable[[Objective], Objective]
) -> None:
    on = of(line)
    w, b = (np.linspace(*map(float, GRIDS[which][name]), GRIDS["points"]) for name in "wb")
    heights = surface(on, coordinate_plane([0, 0], 0, 1), w, b)
    expected = sum((w[None, :] * x + b[:, None] - y) ** 2 for x, y in zip(on.x[:, 0], on.y[:, 0], strict=True))
    assert heights.shape == (101, 101)
    assert heights == pytest.approx(expected / on.n, rel=1e-12)


@pytest.mark.parametrize("name", ["w", "b"])
def test_a_nudge_on_the_grid_gives_the_printed_slopes(line: Objective, name: str) -> None:
    # Figure 8: from the grid point nearest to the start, not from the start itself, which gives -2.92 and -1.80.
    grid = {key: np.linspace(*map(float, GRIDS["original"][key]), GRIDS["points"]) for key in "wb"}
    start = dict(zip("wb", noisy_line_start(), strict=True))
    here = {key: float(values[np.abs(values - start[key]).argmin()]) for key, values in grid.items()}
    nudge = float(PRINTED["nudge"]["size"])
    there = here | {name: here[name] + nudge}
    before, after = (line.value(np.array([[at["w"], at["b"]]]))[0] for at in (here, there))
    assert (after - before) / nudge == pytest.approx(float(PRINTED["nudge"]["slope"][name]), abs=0.005)
    assert nudge == pytest.approx(2 * (grid[name][1] - grid[name][0]), rel=1e-12)


@pytest.mark.parametrize(("rate", "regime"), [("low", "crawling"), ("high", "zigzag"), ("very_high", "divergent")])
def test_the_printed_rates_are_low_high_and_very_high(line: Objective, rate: str, regime: str) -> None:
    value = float(PRINTED["learning_rates"][rate])
    bowl = curvature(line, [0, 0])
    assert bowl.regime(value) == regime
    assert (value < bowl.max_stable_learning_rate()) is (rate != "very_high")


def test_a_rate_of_0_80_converges_and_0_81_diverges_although_each_section_allows_more(line: Objective) -> None:
    # Erratum E9: the sections alone would allow rates up to 1.0 (b) and 3.15 (w).
    bowl = curvature(line, [0, 0])
    bends = np.diag(bowl.eigenvectors @ np.diag(bowl.eigenvalues) @ bowl.eigenvectors.T)
    assert [f"{2 / bend:.2f}" for bend in bends] == ["3.15", "1.00"]
    loss = train(line, Recipe((0.80, 0.81), epochs=3000, start=noisy_line_start())).loss
    best = line.value(least_squares(line)[None])[0]
    assert loss[0, -1] == pytest.approx(best, rel=1e-12)
    assert loss[1, -1] > 1e20 * loss[1, 0]


def test_repeating_the_update_ends_at_the_best_line(line: Objective) -> None:
    history = train(line, Recipe((0.1,), epochs=3000, start=noisy_line_start()))
    assert history.path[0, -1] == pytest.approx(least_squares(line), abs=1e-12)


def test_the_bad_feature_describes_the_same_lines(line: Objective) -> None:
    theta = np.array([[2.0, 1.0], [-0.5, 0.3]])
    divided = theta / [PRINTED["bad_feature"]["w_divided_by"], 1]
    assert bad_feature(line).value(divided) == pytest.approx(line.value(theta), rel=1e-13)


def test_the_bad_feature_has_a_longer_valley(line: Objective) -> None:
    columns = np.hstack([10 * line.x, np.ones((80, 1))])
    condition = curvature(bad_feature(line), [0, 0]).condition
    assert condition == pytest.approx(np.linalg.cond(columns) ** 2, rel=1e-12)
    assert condition > 100 > 20 > curvature(line, [0, 0]).condition


def test_the_standardised_feature_has_a_round_valley(line: Objective) -> None:
    assert curvature(standardised(line), [0, 0]).condition == pytest.approx(1, abs=1e-12)


def test_half_the_loss_steps_half_as_far(line: Objective) -> None:
    # Erratum E3: the same rate on half the loss is half the rate on the loss.
    half = objective(linear(1), LOSSES["half squared"], line.x, line.y)
    one = train(half, Recipe((0.2,), epochs=20, start=noisy_line_start()))
    other = train(line, Recipe((0.1,), epochs=20, start=noisy_line_start()))
    assert one.path == pytest.approx(other.path, abs=1e-13)
    assert one.loss == pytest.approx(other.loss / 2, abs=1e-13)
