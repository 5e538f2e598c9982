"""Sets are split and scaled on training rows; both runs are plain gradient descent from one start."""

from pathlib import Path

import numpy as np
import pytest

from gd_core import NEVER, SCALINGS
from gd_core.data import dataset
from gd_ui.house_prices.controls import default_rate, default_size, rates, working_rate
from gd_ui.house_prices.run import HouseSettings, drawable, run_house
from gd_ui.house_prices.sets import HELD_OUT, SETS, drawn_start, house, house_of
from gd_ui.housing import Unavailable
from tests.gd_ui.house_prices.houses import BUNDLED, EVERY, house_settings, ran

every_task = pytest.mark.parametrize(("data", "scaling"), EVERY)


@every_task
def test_statistics_come_from_the_training_rows_alone(data: str, scaling: str) -> None:
    houses, raw = house(data, scaling), SETS[data].load()
    n = len(raw.y)
    rows = np.random.default_rng(42).permutation(n)
    held_out = rows[: round(HELD_OUT * n)]
    trained = rows[round(HELD_OUT * n) :]
    expected = SCALINGS[scaling](raw.x[trained])
    assert houses.task.features.shift == pytest.approx(expected.shift)
    assert houses.train.x == pytest.approx(expected.apply(raw.x[trained]))
    assert houses.validation is not None
    assert houses.validation.x == pytest.approx(expected.apply(raw.x[held_out]))


@every_task
def test_both_runs_are_gradient_descent_on_the_mean_of_squared_errors(data: str, scaling: str) -> None:
    run, houses = ran(data, scaling, updates=50)
    x, y = np.hstack([houses.train.x, np.ones((houses.train.n, 1))]), houses.train.y
    rate, pair = run.settings.learning_rate, list(run.settings.pair)
    theta = run.start.copy()
    two = run.start.copy()
    for _ in range(50):
        theta = theta - rate * 2 * (x.T @ (x @ theta[:, None] - y))[:, 0] / len(y)
        slope = 2 * (x.T @ (x @ two[:, None] - y))[:, 0] / len(y)
        two[pair] -= rate * slope[pair]
    scale = np.abs(theta).max()
    assert run.everything.path[0, -1] == pytest.approx(theta, rel=1e-6, abs=1e-8 * scale)
    assert run.whole_two[-1] == pytest.approx(two, rel=1e-6, abs=1e-8 * scale)
    for history, end in ((run.everything, theta), (run.two, two)):
        assert history.loss[0, -1] == pytest.approx(np.square(x @ end[:, None] - y).mean(), rel=1e-6)
        held = houses.validation
        assert held is not None
        assert history.validation_loss is not None
        assert history.validation_loss[0, -1] == pytest.approx(held.value(end[None])[0], rel=1e-6)


def test_weights_are_drawn_as_the_course_draws_them() -> None:
    assert drawn_start(14, 0)[:13].tolist() == np.random.RandomState(0).randn(13, 1).ravel().tolist()
    assert drawn_start(14, 0)[13] == 0
    assert drawn_start(5, 7).tolist() != drawn_start(5, 8).tolist()


def test_the_two_weights_start_where_they_are_told_to_and_the_others_as_drawn() -> None:
    settings = house_settings(start=(-7.0, 3.0))
    theta, drawn = settings.theta(11), drawn_start(11, 0)
    assert theta[list(settings.pair)].tolist() == [-7.0, 3.0]
    assert np.delete(theta, settings.pair).tolist() == np.delete(drawn, settings.pair).tolist()
    assert house_settings(start=None).theta(11).tolist() == drawn.tolist()


@every_task
def test_the_rates_on_offer_reach_beyond_the_limit_and_the_first_one_is_within(data: str, scaling: str) -> None:
    houses = house(data, scaling)
    offered = rates(houses)
    assert offered[0] < houses.limit / 500
    assert offered[-1] > houses.limit
    assert default_rate(data, scaling) in offered
    assert 0.2 * houses.limit < working_rate(houses) < 0.5 * houses.limit
    run, _ = ran(data, scaling, updates=50)
    assert run.everything.loss[0, -1] < run.everything.loss[0, 0]


@pytest.mark.parametrize("data", BUNDLED)
def test_the_first_batch_size_leaves_a_short_last_batch(data: str) -> None:
    n = house(data, "mean-range").train.n
    left = n % default_size(n)
    assert 0 < left < default_size(n) / 3


def test_batch_sizes_fit_however_few_rows_there_are() -> None:
    assert [default_size(n) for n in (404, 354, 16_512, 20, 10, 1)] == [100, 50, 100, 10, 1, 1]


def test_the_rate_that_stops_two_weights_is_no_smaller_than_the_one_that_stops_all() -> None:
    for data, scaling in EVERY:
        run, houses = ran(data, scaling, updates=50)
        assert run.limit_two >= houses.limit * (1 - 1e-9)


def test_a_run_beyond_the_limit_is_drawn_while_its_numbers_can_be() -> None:
    run, houses = ran("wine", learning_rate=1.5)
    assert run.everything.loss[0, -1] > 1e30
    assert 1 < drawable(run.everything) < 500
    assert drawable(run.two) == 501
    assert run.two.diverged_at[0] == NEVER
    assert houses.limit < 1.5 < run.limit_two


def test_columns_that_never_vary_and_very_few_rows_break_nothing() -> None:
    x = np.array([[1.0, 5.0, 2.0], [2.0, 5.0, 2.5], [4.0, 5.0, 1.0], [3.0, 5.0, 0.0], [0.0, 5.0, 3.0]])
    houses = house_of(dataset(x, x[:, :1] * 2, ["a", "constant", "c"], ["y"], "made up"), "mean-range")
    run = run_house(HouseSettings("made up", "mean-range", 0.2, 30, (0, 1), (1.0, 1.0), batch_size=2), houses)
    assert np.isfinite(run.everything.loss).all()
    assert run.nbytes > 0
    assert houses.names == ("a", "constant", "c", "intercept b")


def test_the_course_s_numbers_come_out_of_the_page_s_own_run(boston_file: Path) -> None:
    run, _ = ran("Boston")
    assert run.settings.learning_rate == 0.005
    assert run.two.loss[0, 0] == pytest.approx(686.3005008179159, rel=1e-13)
    assert run.two.path[0, 1951].round(2).tolist() == [-78.33, -35.64]
    assert round(float(run.two.loss[0, 1950]), 2) == 147.43
    drawn, _ = ran("Boston", start=None, updates=1000)
    assert drawn.everything.loss[0, 9] == pytest.approx(1.8984947314576224, rel=1e-13)


def test_a_set_that_is_not_at_hand_says_so(no_boston_file: None) -> None:
    assert SETS["Boston"].from_where is None
    with pytest.raises(Unavailable, match="not stored here"):
        house("Boston", "none")
