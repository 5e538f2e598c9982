"""The runs at several rates: borders, predictions and measurements, against plain NumPy."""

import numpy as np
import pytest

from gd_core import REGIMES
from gd_ui.datasets import CATALOGUE, load
from gd_ui.learning_rates.rates import GOAL, PATIENCE, RateSettings, regime_of, run_rates
from tests.gd_ui.learning_rates.descents import COURSE, TELLING, descended

every_run = pytest.mark.parametrize("name", TELLING)


@every_run
def test_the_path_is_that_of_plain_gradient_descent(name: str) -> None:
    run, loaded = descended(*TELLING[name])
    columns = loaded.train.x if not loaded.train.model.bias else np.c_[loaded.train.x, np.ones(loaded.train.n)]
    for i, rate in enumerate(run.settings.rates):
        theta = np.array(CATALOGUE[run.settings.data].start)
        for update in range(8):
            assert run.history.path[i, update] == pytest.approx(theta, rel=1e-9, abs=1e-12)
            theta = theta - rate * 2 / loaded.train.n * columns.T @ (columns @ theta - loaded.train.y[:, 0])


@every_run
def test_predicted_and_measured_updates_differ_by_at_most_one_and_keep_the_bound(name: str) -> None:
    run, _ = descended(*TELLING[name])
    for fate in run.fates:
        if fate.diverges:
            assert fate.predicted_updates is None or fate.bound is None
            continue
        assert fate.predicted_updates is not None
        assert fate.bound is not None
        assert fate.predicted_updates <= fate.bound
        if fate.predicted_updates < PATIENCE:
            assert fate.measured_updates is not None
            assert abs(fate.predicted_updates - fate.measured_updates) <= 1
        else:
            assert fate.measured_updates is None


@pytest.mark.parametrize("data", CATALOGUE)
@pytest.mark.parametrize("share", [0.99, 1.01])
@pytest.mark.parametrize("reach", [0.5, 1, 2])
def test_the_borders_of_the_regimes_hold_at_one_percent(data: str, share: float, reach: float) -> None:
    loaded = load(data)
    rate = share * reach / float(loaded.curvature.eigenvalues[-1])
    (fate, _) = run_rates(RateSettings(data, (rate, rate / 7), 20), loaded).fates
    assert fate.seen == fate.predicted
    assert fate.predicted == REGIMES[[0.5, 1, 2].index(reach) + (share > 1)]
    assert fate.measured_factor == pytest.approx(fate.factor, abs=1e-6)


def test_the_course_s_rates_have_the_course_s_fates() -> None:
    run, _ = descended(*COURSE)
    assert [fate.seen for fate in run.fates] == ["crawling", "zigzag", "divergent"]
    assert [fate.measured_updates for fate in run.fates] == [33, 165, None]


def test_an_arrival_is_the_first_update_with_one_percent_left_whether_or_not_it_is_shown() -> None:
    short, loaded = descended("line", (0.2, 0.8), 20)
    long, _ = descended("line", (0.2, 0.8), 500)
    assert [fate.measured_updates for fate in short.fates] == [fate.measured_updates for fate in long.fates]
    for i, fate in enumerate(long.fates):
        excess = long.history.loss[i] - loaded.best_loss
        assert fate.measured_updates is not None
        assert excess[fate.measured_updates] <= GOAL * excess[0] < excess[fate.measured_updates - 1]


def test_a_rate_runs_alone_as_it_runs_among_others() -> None:
    many, _ = descended("line", (0.2, 0.8, 1.1))
    few, _ = descended("line", (0.8, 0.3))
    assert many.history.path[1] == pytest.approx(few.history.path[0], rel=1e-12)
    assert many.fates[1] == few.fates[0]._replace(measured_factor=many.fates[1].measured_factor)


@pytest.mark.parametrize(
    ("factor", "regime"),
    [(0.9, 0), (0.5, 1), (0.0, 1), (-1e-12, 1), (-0.1, 2), (-0.999, 2), (-1.0, 3), (-1 + 1e-12, 3), (-30, 3)],
)
def test_a_measured_factor_has_the_regime_it_shows(factor: float, regime: int) -> None:
    assert regime_of(factor) == REGIMES[regime]


def test_the_memory_told_is_that_of_the_histories() -> None:
    run, _ = descended(*COURSE)
    assert run.nbytes >= run.history.path.nbytes + run.history.loss.nbytes
