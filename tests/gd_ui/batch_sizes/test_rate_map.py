"""The rate map holds the ends of the runs it names, and calls those diverged that the race would."""

from dataclasses import replace

import numpy as np
import pytest

from gd_core import OPTIMIZERS
from gd_ui.batch_sizes.controls import rates as rates_on_offer
from gd_ui.batch_sizes.race import MOST_UPDATES, TENFOLD, Race, run_race
from gd_ui.batch_sizes.race import outcome as race_outcome
from gd_ui.batch_sizes.rate_map import (
    COLUMNS,
    FEWEST_SEEDS,
    MOST_WORK,
    SEEDS,
    affordable,
    asked,
    batch_sizes,
    learning_rates,
    run_map,
)
from gd_ui.datasets import CATALOGUE, load
from tests.gd_ui.batch_sizes.races import defaults
from tests.gd_ui.batch_sizes.rate_maps import made_up, mapped


@pytest.mark.parametrize("data", CATALOGUE)
def test_rates_are_even_on_a_log_scale_between_the_sliders_ends_and_pass_the_limit(data: str) -> None:
    rates, offered = learning_rates(load(data)), rates_on_offer(load(data))
    assert len(rates) == COLUMNS == 40
    assert (rates[0], rates[-1]) == (offered[0], offered[-1])
    steps = np.diff(np.log(rates))
    assert np.abs(steps / steps.mean() - 1).max() < 0.06  # three digits
    assert rates[0] < load(data).curvature.max_stable_learning_rate() < rates[-1]


@pytest.mark.parametrize("n", [1, 2, 3, 80, 127, 128, 129, 200, 354, 1000, 10**6])
def test_sizes_reach_from_one_row_to_all_and_are_at_most_eight(n: int) -> None:
    sizes = batch_sizes(n)
    assert sizes[0] == 1
    assert sizes[-1] == n
    assert list(sizes) == sorted(set(sizes))
    assert len(sizes) <= 8
    assert len(sizes) == 8 or n < 257


def test_the_courses_data_have_as_many_sizes_as_they_can() -> None:
    assert batch_sizes(3) == (1, 2, 3)
    assert batch_sizes(80) == (1, 2, 4, 8, 16, 32, 64, 80)
    assert len(batch_sizes(354)) == len(batch_sizes(1000)) == 8


def by_hand(size: int, rate: float, seed: int, epochs: int) -> float:
    """Return the last loss on the data set "line", one update after the other, in plain NumPy."""
    loaded = load("line")
    x, y = loaded.train.x[:, 0], loaded.train.y[:, 0]
    w, b = CATALOGUE["line"].start
    rng = np.random.default_rng(seed)
    for _ in range(epochs):
        order = rng.permutation(len(x)) if size < len(x) else np.arange(len(x))
        for start in range(0, len(x), size):
            rows = order[start : start + size]
            error = w * x[rows] + b - y[rows]
            w, b = w - rate * 2 * (error * x[rows]).mean(), b - rate * 2 * error.mean()
    return float(((w * x + b - y) ** 2).mean())


@pytest.mark.parametrize(("row", "column"), [(0, 5), (0, 33), (3, 20), (6, 38), (7, 12), (7, 39)])
def test_a_cell_holds_the_last_losses_of_its_runs(row: int, column: int) -> None:
    found, _ = mapped(seed=5)
    for k in range(found.settings.seeds):
        expected = by_hand(found.sizes[row], found.rates[column], 5 + k, 3)
        assert found.loss[row, column, k] == pytest.approx(expected, rel=1e-9)


def test_pieces_of_a_map_give_what_the_whole_gives(monkeypatch: pytest.MonkeyPatch) -> None:
    found, loaded = mapped()
    monkeypatch.setattr("gd_ui.batch_sizes.rate_map.ROOM", 5_000)
    again = run_map(found.settings, loaded)
    assert np.allclose(found.loss, again.loss, rtol=1e-9)
    assert (found.diverged == again.diverged).all()


@pytest.mark.parametrize("data", ["line", "three points"])
@pytest.mark.parametrize("optimizer", ["gd", "momentum"])
def test_a_cell_says_diverged_where_the_race_does(data: str, optimizer: str) -> None:
    epochs = 4
    found, loaded = mapped(data, epochs=epochs, seeds=1, optimizer=optimizer)
    for column in (0, 20, 36, 37, 38, 39):
        settings = defaults(data, learning_rate=found.rates[column], batch_size=2, epochs=epochs, optimizer=optimizer)
        race: Race = run_race(settings, loaded)
        for size, method in ((1, "stochastic"), (2, "mini-batch"), (found.sizes[-1], "batch")):
            expected = race_outcome(race, method, loaded)
            row = found.sizes.index(size)
            assert bool(found.diverged[row, column, 0]) == expected.diverging
            assert found.loss[row, column, 0] == pytest.approx(expected.loss, rel=1e-9, abs=1e-15)


def test_what_is_far_above_the_start_diverged_even_while_finite_and_what_left_all_numbers_is_infinite() -> None:
    found, loaded = mapped(epochs=400, seeds=1, data="three points")
    far = TENFOLD * max(found.first, loaded.reference_loss)
    assert (found.diverged[:-1] == ~(found.loss[:-1] <= far)).all()
    assert np.isinf(found.loss).any()
    assert not np.isnan(found.loss).any()
    assert found.diverged[np.isinf(found.loss)].all()
    assert np.isinf(found.middle[found.gone == 1]).any()


def test_beyond_its_limit_batch_descent_diverged_if_its_loss_rose_at_all() -> None:
    found, loaded = mapped("three points", epochs=1)
    beyond = np.array(found.rates) > loaded.curvature.max_stable_learning_rate()
    assert beyond.any()
    assert (found.loss[-1, beyond] < TENFOLD * found.first).any()
    assert found.diverged[-1, beyond].all()
    assert not found.diverged[-1, ~beyond].any()


def test_the_best_cell_is_the_lowest_median_without_a_diverged_seed() -> None:
    inf = np.inf
    found = made_up([[[0.5, 0.1, 0.6], [0.01, 0.01, inf]], [[0.4, 0.4, 0.4], [0.3, 0.9, 0.9]]])
    assert found.middle.tolist() == [[0.5, 0.01], [0.4, 0.9]]
    assert found.gone.tolist() == [[0, 1], [0, 0]]
    assert found.best() == (1, 0)
    assert found.best(0) == (0, 0)
    assert made_up([[[inf, 1.0]], [[1.0, inf]]]).best() is None
    assert made_up([[[inf, 1.0]], [[1.0, 1.0]]]).best(0) is None


def test_a_map_asks_for_what_the_race_runs_whatever_its_rate_and_size() -> None:
    race = defaults("line", order="with replacement", optimizer="adam", seed=7, seeds=100, epochs=5)
    settings = asked(race)
    assert (settings.epochs, settings.order, settings.optimizer, settings.seed) == (5, "with replacement", "adam", 7)
    assert settings.start == race.start
    assert settings.seeds == SEEDS == 20
    assert asked(replace(race, learning_rate=0.9, batch_size=3)) == settings
    assert asked(replace(race, order="sequential")).seeds == 1


@pytest.mark.parametrize("data", CATALOGUE)
def test_the_default_map_is_affordable_and_the_longest_is_made_so(data: str) -> None:
    loaded = load(data)
    usual = asked(defaults(data))
    assert affordable(usual, loaded) == usual
    long = affordable(replace(usual, epochs=MOST_UPDATES // loaded.train.n), loaded)
    n, width = loaded.train.n, loaded.train.model.n_params + 1
    assert n * long.epochs * width * long.seeds * COLUMNS * len(batch_sizes(n)) <= MOST_WORK
    assert long.seeds >= FEWEST_SEEDS
    assert long.epochs == MOST_UPDATES // n or long.seeds == FEWEST_SEEDS  # seeds go first


def test_progress_rises_to_one_and_may_stop_the_work() -> None:
    told: list[float] = []
    found, loaded = mapped()
    run_map(found.settings, loaded, told.append)
    assert told == sorted(told)
    assert told[-1] == pytest.approx(1)

    def stop(fraction: float) -> None:
        raise InterruptedError

    with pytest.raises(InterruptedError):
        run_map(found.settings, loaded, stop)


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
@pytest.mark.parametrize("order", ["sequential", "with replacement"])
def test_every_rule_and_order_makes_a_map(optimizer: str, order: str) -> None:
    found, _ = mapped("three points", optimizer=optimizer, order=order, seeds=1 if order == "sequential" else 2)
    assert found.loss.shape == (3, COLUMNS, found.settings.seeds)
    assert found.nbytes < 10_000
