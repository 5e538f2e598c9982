"""Many runs side by side walk where the loop walks: every rule, any rows, lost runs included."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from gd_core import (
    ACTIVATIONS,
    LOSSES,
    OPTIMIZERS,
    ORDERS,
    SCHEDULES,
    Batching,
    Model,
    Objective,
    Plan,
    hyperparameters,
    linear,
    many,
    objective,
    single_example_limit,
)
from gd_core.descent import loop
from gd_core.heavy_ball import rate_in_velocity
from gd_core.optimizers import Optimizer, adam, gd
from gd_core.shapes import Array

Bools = NDArray[np.bool_]

N = 20
SEEDS = {
    "each its own rows": (0, 1, 2, 3, 4, 5),
    "one for all": (7, 7, 7, 7, 7, 7),
    "pairs": (1, 1, 2, 2, 3, 3),
    "in turn": (1, 2, 3, 1, 2, 3),
    "unequal groups": (1, 1, 1, 1, 2, 3),
    "the first again": (1, 1, 2, 2, 1, 2),
}
HYPERPARAMETERS = {
    "momentum": st.floats(0, 0.95),
    "beta1": st.floats(0, 0.95),
    "beta2": st.floats(0.5, 0.999),
    "eps": st.floats(1e-8, 1e-2),
}


def noisy(features: int = 2, *, n: int = N, loss: str = "squared", bias: bool = True, seed: int = 0) -> Objective:
    """Return an objective on n random rows."""
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(n, features))
    y = x @ np.arange(1, features + 1) + 0.5 + 0.3 * rng.normal(size=n)
    return objective(linear(features, bias=bias), LOSSES[loss], x, y)


def rates(on: Objective, runs: int, top: float = 0.2) -> Array:
    """Return rates (R, 1) up to this share of that at which one row can throw a run out."""
    return single_example_limit(on) * np.geomspace(top / 10, top, runs)[:, None]


def starts(on: Objective, runs: int) -> Array:
    """Return a different start for every run, (R, P)."""
    return np.random.default_rng(9).normal(size=(runs, on.n_params))


def apart(path: Array, reference: Array) -> float:
    """Return how far paths (R, T+1, P) are apart, relative to how far each had come from 0 by then."""
    size = np.maximum.accumulate(np.abs(reference).max(axis=2), axis=1)
    return float((np.abs(path - reference).max(axis=2) / size).max())


def expect_same(on: Objective, optimizer: Optimizer, plan: Plan, runs: int) -> Array:
    """Expect the loop's path, but for rounding; return it."""
    theta = starts(on, runs)
    expected, path = loop(on, optimizer, theta, plan), many.path(on, optimizer, theta, plan)
    assert path.shape == expected.shape
    assert path[:, 0].tolist() == theta.tolist()
    assert np.isfinite(expected).all()
    assert apart(path, expected) < 1e-12
    assert np.abs(np.diff(expected, axis=1)).max() > 0
    return path


@pytest.mark.parametrize("name", OPTIMIZERS)
@given(data=st.data())
def test_every_rule_walks_as_in_the_loop(name: str, data: st.DataObject) -> None:
    on = noisy(
        data.draw(st.integers(1, 4), "features"),
        loss=data.draw(st.sampled_from(["squared", "half squared"]), "loss"),
        bias=data.draw(st.booleans(), "bias"),
        seed=data.draw(st.integers(0, 99), "seed of the data"),
    )
    seeds = data.draw(st.sampled_from(list(SEEDS.values())), "seeds")
    order, size = data.draw(st.sampled_from(list(ORDERS)), "order"), data.draw(st.sampled_from([1, 3, 7, N, None]))
    plan = Batching(size, order).plan(N, data.draw(st.integers(1, 8), "epochs"), seeds)
    factor = SCHEDULES[data.draw(st.sampled_from(list(SCHEDULES)), "schedule")]
    settings = {setting: data.draw(HYPERPARAMETERS[setting], setting) for setting in hyperparameters(name)}
    rate = rates(on, len(seeds), 0.02)
    rule = OPTIMIZERS[name](lambda t: rate * factor(t, len(plan)), **settings)
    expect_same(on, rule, plan, len(seeds))


@pytest.mark.parametrize("name", [name for name in OPTIMIZERS if name != "gd"])
@pytest.mark.parametrize("seeds", SEEDS.values(), ids=SEEDS)
def test_a_rule_with_a_memory_on_single_rows_of_one_input_is_right_to_the_bit(seeds: Sequence[int], name: str) -> None:
    on, plan, theta = noisy(1), Batching(1).plan(N, 10, seeds), starts(noisy(1), len(seeds))
    rule = OPTIMIZERS[name](rates(on, len(seeds)))
    assert many.path(on, rule, theta, plan).tolist() == loop(on, rule, theta, plan).tolist()


@pytest.mark.parametrize("name", OPTIMIZERS)
@pytest.mark.parametrize("seeds", SEEDS.values(), ids=SEEDS)
@pytest.mark.parametrize("held", [1, 50, 700])
def test_rows_looked_up_a_few_at_a_time_are_the_same_rows(
    monkeypatch: pytest.MonkeyPatch, held: int, seeds: Sequence[int], name: str
) -> None:
    on, plan = noisy(), Batching(7).plan(N, 6, seeds)
    rule = OPTIMIZERS[name](rates(on, len(seeds)))
    at_once = many.path(on, rule, starts(on, len(seeds)), plan)
    monkeypatch.setattr(many, "HELD", held)
    assert expect_same(on, rule, plan, len(seeds)).tolist() == at_once.tolist()


def test_rows_that_runs_share_in_a_regular_way_are_looked_up_once() -> None:
    kept = {name: many._shared(Batching(1).plan(N, 10, seeds)).shape[:2] for name, seeds in SEEDS.items()}
    assert kept == {
        "each its own rows": (6, 1),
        "one for all": (1, 1),
        "pairs": (3, 1),
        "in turn": (1, 3),
        "unequal groups": (6, 1),
        "the first again": (6, 1),
    }


@pytest.mark.parametrize("size", [1, 7, None])
def test_runs_with_equal_seeds_and_different_rates_go_different_ways(size: int | None) -> None:
    seeds = (1,) * 5 + (2,) * 5
    on, plan = noisy(), Batching(size).plan(N, 6, seeds)
    path = many.path(on, adam(rates(on, 10)), np.zeros((10, 3)), plan)
    assert len({tuple(end) for end in path[:, -1].tolist()}) == 10


@pytest.mark.parametrize("name", OPTIMIZERS)
@pytest.mark.parametrize("size", [1, 7, None])
def test_a_run_alone_goes_where_it_goes_among_others(size: int | None, name: str) -> None:
    on, seeds = noisy(), (1, 1, 2, 2, 3, 3)
    theta, rate = starts(on, 6), rates(on, 6)
    together = many.path(on, OPTIMIZERS[name](rate), theta, Batching(size).plan(N, 6, seeds))
    for r, seed in enumerate(seeds):
        alone = many.path(on, OPTIMIZERS[name](rate[[r]]), theta[[r]], Batching(size).plan(N, 6, [seed]))
        assert apart(alone, together[[r]]) < 1e-13


@pytest.mark.parametrize("rate", [0.01, np.full((1, 1), 0.01), lambda t: 0.02 / (t + 2)], ids=["number", "1", "of t"])
@pytest.mark.parametrize("rule", [gd, adam, rate_in_velocity])
def test_a_rule_and_a_rate_of_any_kind_will_do(
    rule: Callable[..., Optimizer], rate: float | Array | Callable[[int], float]
) -> None:
    expect_same(noisy(), rule(rate), Batching(1).plan(N, 5, range(4)), 4)


class Fate(NamedTuple):
    """What became of the runs, (R,) each."""

    lost: Bools
    """Whether the loop lost it."""
    off: Array
    """How far `many.path` is from the loop where there are numbers, relative to how far each run had come from 0."""


def fate(on: Objective, optimizer: Optimizer, plan: Plan, runs: int) -> Fate:
    """Expect the loop's inf and NaN in their places, and nowhere else."""
    theta = starts(on, runs)
    expected, path = loop(on, optimizer, theta, plan), many.path(on, optimizer, theta, plan)
    finite = np.isfinite(expected)
    assert np.array_equal(path[~finite], expected[~finite], equal_nan=True)
    size = np.maximum.accumulate(np.where(finite, np.abs(expected), 0).max(axis=2, keepdims=True), axis=1)
    off = np.abs(path / size - expected / size, where=finite, out=np.zeros_like(path))
    return Fate(~finite.all(axis=(1, 2)), off.max(axis=(1, 2)))


# Data, the largest of six rates (the smallest is 0.001), and the batch size.
LOST: dict[str, tuple[Objective, float, int | None]] = {
    "single rows": (noisy(1), 3, 1),
    "slowly": (noisy(3), 0.5, 1),
    "batches": (noisy(), 10, 7),
    "all rows": (noisy(), 5, None),
    "at once": (noisy(), 1e250, 7),
    "huge numbers": (objective(linear(1), LOSSES["squared"], [[1e180], [1.0]], [1.0, 2.0]), 1, 1),
    "huge columns": (objective(linear(2), LOSSES["squared"], [[1e180, -1e180], [1.0, 2.0]], [1.0, 2.0]), 1, 1),
}


@pytest.mark.parametrize("name", OPTIMIZERS)
@pytest.mark.parametrize(("on", "top", "size"), LOST.values(), ids=LOST)
@pytest.mark.parametrize("seeds", [SEEDS["each its own rows"], SEEDS["pairs"]], ids=["own", "pairs"])
@pytest.mark.filterwarnings("ignore:invalid value:RuntimeWarning", "ignore:overflow:RuntimeWarning")
def test_a_lost_run_leaves_all_numbers_as_in_the_loop(
    seeds: Sequence[int], on: Objective, top: float, size: int | None, name: str
) -> None:
    plan = Batching(size).plan(on.n, 150 if size else 600, seeds)
    lost, off = fate(on, OPTIMIZERS[name](np.geomspace(1e-3, top, 6)[:, None]), plan, 6)
    if name in ("gd", "momentum", "nesterov"):
        assert lost[-1]
        assert on.n == 2 or not lost[0]
    if name != "rmsprop":  # at rates this large it circles the minimum without end, and rounding decides where
        assert off.max() < 1e-10


@given(data=st.data())
@pytest.mark.filterwarnings("ignore:invalid value:RuntimeWarning", "ignore:overflow:RuntimeWarning")
def test_whatever_the_rate_the_same_numbers_are_lost_at_the_same_update(data: st.DataObject) -> None:
    on = noisy(data.draw(st.integers(1, 3), "features"), seed=data.draw(st.integers(0, 99), "seed"))
    name = data.draw(st.sampled_from(["gd", "momentum", "nesterov"]), "rule")
    seeds = data.draw(st.sampled_from(list(SEEDS.values())), "seeds")
    plan = Batching(data.draw(st.sampled_from([1, 7, None]), "size")).plan(N, 150, seeds)
    top = single_example_limit(on) * 10 ** data.draw(st.floats(-2, 4), "rate")
    assert fate(on, OPTIMIZERS[name](top * np.geomspace(0.1, 1, 6)[:, None]), plan, 6).off.max() < 1e-10


@pytest.mark.parametrize("size", [1, 7, None])
def test_a_run_whose_gradient_is_lost_before_its_parameters_is_lost_with_its_gradient(size: int | None) -> None:
    on = noisy()._replace(x=1e40 * noisy().x)  # gradients are 1e80 times the parameters, rates times gradients are not
    plan, theta = Batching(size).plan(N, 600, [0]), starts(on, 1)
    expected = loop(on, gd(1e-79), theta, plan)
    lost = int((~np.isfinite(expected[0])).any(axis=1).argmax())
    assert 1e200 < np.abs(expected[0, lost - 1]).max() < 1e240
    path = many.path(on, gd(1e-79), theta, plan.until(lost))
    assert np.array_equal(path, expected[:, : lost + 1], equal_nan=True)


def test_a_lost_run_takes_no_other_with_it() -> None:
    on, plan = noisy(), Batching(7).plan(N, 60, (1, 1, 2, 2))
    rate = np.array([[0.01], [1e3], [0.02], [1e3]])
    path = many.path(on, gd(rate), np.zeros((4, 3)), plan)
    tame = many.path(on, gd(np.full((4, 1), 0.01)), np.zeros((4, 3)), plan)
    assert path[0].tolist() == tame[0].tolist()
    assert np.isfinite(path).all(axis=(1, 2)).tolist() == [True, False, True, False]


APPLIES: dict[str, tuple[Objective, int | None, bool]] = {
    "a line, single rows": (noisy(1), 1, True),
    "a line, batches": (noisy(1), 16, True),
    "a line, few rows": (noisy(1), None, True),
    "a line, many rows": (noisy(1, n=500), None, False),
    "many inputs, single rows": (noisy(30), 1, True),
    "many inputs, batches": (noisy(30), 16, False),
    "half squared": (noisy(loss="half squared"), 1, True),
    "huge inputs": (noisy()._replace(x=1e60 * noisy().x), 1, False),
    "huge targets": (noisy()._replace(y=1e60 * noisy().y), 1, False),
    "a kink, where rounding decides": (noisy(loss="absolute"), 1, False),
    "a curve": (noisy(loss="logistic"), 1, False),
    "two outputs": (objective(Model((2, 2)), LOSSES["squared"], np.eye(2), np.eye(2)), 1, False),
    "a network": (objective(Model((2, 2, 1), ACTIVATIONS["tanh"]), LOSSES["squared"], np.eye(2), [1, 2]), 1, False),
}


@pytest.mark.parametrize("name", OPTIMIZERS)
@pytest.mark.parametrize(("on", "size", "expected"), APPLIES.values(), ids=APPLIES)
def test_it_applies_to_linear_models_on_batches_of_few_numbers(
    on: Objective, size: int | None, expected: bool, name: str
) -> None:
    for runs in (1, 100):
        assert many.applies(on, OPTIMIZERS[name](0.1), runs, Batching(size).plan(on.n, 2, range(runs))) == expected


def test_two_threads_with_different_problems_get_their_own_answers() -> None:
    work = [(noisy(1), Batching(1)), (noisy(3, seed=1), Batching(3)), (noisy(2, seed=2), Batching(None))] * 4

    def walked(task: tuple[Objective, Batching]) -> list[float]:
        on, batching = task
        path = many.path(on, adam(rates(on, 6)), starts(on, 6), batching.plan(N, 20, SEEDS["pairs"]))
        return list(path.ravel())

    expected = [walked(task) for task in work]
    with ThreadPoolExecutor(2) as pool:
        assert list(pool.map(walked, work)) == expected


def test_progress_is_reported_and_the_report_may_stop_the_work() -> None:
    on, plan = noisy(), Batching(1).plan(N, 200, [0, 1])
    fractions: list[float] = []
    many.path(on, gd(0.01), starts(on, 2), plan, fractions.append)
    assert fractions == [0.25, 0.5, 0.75, 1.0]

    class StopError(Exception):
        pass

    def stop(fraction: float) -> None:
        raise StopError

    with pytest.raises(StopError):
        many.path(on, gd(0.01), starts(on, 2), plan, stop)
