"""Batch descent in closed form is the plain loop's, whatever the rate, and reads its rows a fixed number of times."""

import sys
import tracemalloc
from collections.abc import Callable
from functools import partial

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gd_core import (
    ACTIVATIONS,
    LOSSES,
    NEVER,
    OPTIMIZERS,
    SCHEDULES,
    Batching,
    Model,
    Objective,
    Plan,
    bowl,
    curvature,
    everywhere,
    linear,
    objective,
    quadratic,
)
from gd_core.descent import loop, recorded
from gd_core.optimizers import Optimizer, gd, momentum
from gd_core.shapes import Array

Build = Callable[[float], Optimizer]


def regression(n: int = 50, d: int = 3, *, bias: bool = True, loss: str = "squared", seed: int = 0) -> Objective:
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(n, d)) + rng.normal(size=d)
    return objective(linear(d, bias=bias), LOSSES[loss], x, x @ rng.normal(size=d) + 1 + 0.5 * rng.normal(size=n))


def closed(on: Objective, optimizer: Optimizer, starts: Array, plan: Plan) -> Array | None:
    """Return the path in closed form, if there is one."""
    found = quadratic.history(on, optimizer, starts, plan)
    return None if found is None else found.path


def steepest(on: Objective) -> float:
    """Return the largest eigenvalue of the Hessian."""
    return float(curvature(on, np.zeros(on.n_params)).eigenvalues[-1])


def apart(paths: Array, reference: Array) -> float:
    """Return how far paths (R, T+1, P) are apart, relative to how far each had come from 0 by then."""
    size = np.maximum.accumulate(np.abs(reference).max(axis=2), axis=1)
    return float((np.abs(paths - reference).max(axis=2) / size).max())


@pytest.mark.parametrize("loss", ["squared", "half squared"])
@pytest.mark.parametrize("bias", [True, False])
@pytest.mark.parametrize(("reach", "accuracy"), [(0.01, 1e-12), (1, 1e-12), (1.9, 1e-12), (2, 1e-10), (2.05, 1e-10)])
def test_the_closed_form_is_the_loop(reach: float, accuracy: float, bias: bool, loss: str) -> None:
    on = regression(bias=bias, loss=loss)
    rule, plan = gd(reach / steepest(on)), Batching().plan(on.n, 1000, [0])
    starts = on.model.init([1, 2])
    found = closed(on, rule, starts, plan)
    assert found is not None
    assert found[:, 0].tolist() == starts.tolist()
    assert apart(found, loop(on, rule, starts, plan)) < accuracy


@given(
    st.integers(1, 30),
    st.integers(1, 6),
    st.integers(1, 3),
    st.integers(1, 300),
    st.lists(st.floats(1e-4, 3), min_size=1, max_size=3),
    st.booleans(),
    st.integers(0, 2**32),
)
def test_any_rows_rates_and_outputs_descend_as_in_the_loop_or_are_left_to_it(
    n: int, d: int, outputs: int, updates: int, reaches: list[float], bias: bool, seed: int
) -> None:
    rng = np.random.default_rng(seed)
    model = Model((d, outputs), bias=bias)
    on = objective(model, LOSSES["squared"], rng.normal(size=(n, d)), rng.normal(size=(n, outputs)))
    rates = np.array(reaches)[:, None] / steepest(on)
    starts, plan = model.init(range(len(reaches))), Batching().plan(n, updates, [0])
    found, expected = (walk(on, gd(rates), starts, plan) for walk in (closed, loop))
    if found is None:
        assert (max(reaches) - 1) ** updates > quadratic.FAR * 0.99
    else:
        assert apart(found, expected) < (1e-12 if max(reaches) < 1.99 else 1e-10)


@pytest.mark.parametrize(
    ("offset", "scale", "updates"), [(10.0, 1e-6, 2000), (1e3, 1.0, 20_000), (1e6, 1.0, 2000), (1e6, 1e6, 2000)]
)
def test_offsets_and_units_cost_no_digits(offset: float, scale: float, updates: int) -> None:
    rng = np.random.default_rng(3)
    x = (rng.normal(size=(60, 2)) + offset) * scale
    on = objective(linear(2), LOSSES["squared"], x, x.sum(axis=1) + 1 + rng.normal(size=60))
    rule, plan, starts = gd(1 / steepest(on)), Batching().plan(60, updates, [0]), rng.normal(size=(10, 3))
    assert apart(closed(on, rule, starts, plan), loop(on, rule, starts, plan)) < 1e-12


def test_a_run_that_starts_where_every_slope_is_zero_stays_there_at_any_rate() -> None:
    """A rounding error of the first update would grow without limit."""
    rng = np.random.default_rng(4)
    x, weights = rng.integers(-9, 10, (20, 3)), np.array([3.0, -7.0, 5.0])
    on = objective(linear(3, bias=False), LOSSES["squared"], x, x @ weights)
    found = closed(on, gd(9 / steepest(on)), np.stack([weights, weights + 1]), Batching().plan(20, 90, [0]))
    assert (found[0] == weights).all()
    assert (found[1, 1:] != weights).all()


def test_the_history_is_that_of_the_path() -> None:
    on, held_out, plan = regression(3000), regression(70, seed=1), Batching().plan(3000, 100, [0])
    rule, starts, fractions = gd(0.05), on.model.init([1, 2]), []
    history = quadratic.history(on, rule, starts, plan, held_out, fractions.append)
    expected = recorded(on, closed(on, rule, starts, plan), plan, held_out)
    assert all(np.array_equal(one, other) for one, other in zip(history, expected, strict=True))
    assert history.loss == pytest.approx(everywhere(on.value, history.path), rel=1e-13)
    assert history.diverged_at.tolist() == [NEVER, NEVER]
    assert fractions[-1] == 1.0
    assert fractions == sorted(fractions)


def test_any_number_of_updates_reads_the_rows_once(monkeypatch: pytest.MonkeyPatch) -> None:
    module = sys.modules["gd_core.triangle"]
    read: list[int] = []
    tiles = module._tiles

    def watched(x: Array, y: Array, middle: Array) -> object:
        read.append(len(x))
        return tiles(x, y, middle)

    on, updates = regression(100_000, 4), 1000
    touched: list[int] = []
    loss = on.loss._replace(
        value=lambda p, y: touched.append(p.size) or on.loss.value(p, y),
        slope=lambda p, y: touched.append(p.size) or on.loss.slope(p, y),
    )
    monkeypatch.setattr(module, "_tiles", watched)
    plan, start = Batching().plan(on.n, updates, [0]), on.model.init([0])
    tracemalloc.start()
    history = quadratic.history(on._replace(loss=loss), gd(0.05), start, plan)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert read == [on.n]
    assert sum(touched) <= 2  # the loss is asked about a single error, to learn its weight
    assert peak < on.x.nbytes / 2
    few = Batching().plan(on.n, 5, [0])
    assert apart(history.path[:, :6], loop(on, gd(0.05), start, few)) < 1e-13


@pytest.mark.parametrize(
    ("rate", "start", "updates"),
    [(1.0, 0.0, 2000), (1e250, 0.0, 3), (1e308, 0.0, 1), (0.1, 1e150, 3)],
    ids=["slowly", "at once", "beyond all numbers", "far away"],
)
def test_a_run_that_goes_far_is_left_to_the_loop(rate: float, start: float, updates: int) -> None:
    on = regression()
    starts = np.full((2, 4), start)
    assert closed(on, gd(rate), starts, Batching().plan(on.n, updates, [0])) is None
    assert quadratic.history(on, gd(rate), starts, Batching().plan(on.n, updates, [0])) is None


@pytest.mark.parametrize(
    ("build", "limit", "updates"),
    [
        (gd, 2.0, quadratic.UNDAMPED + 1),
        (partial(momentum, momentum=0.99), 2 * 1.99, 600),
        (partial(momentum, momentum=0.9), 2 * 1.9, 6000),
    ],
    ids=["gd", "momentum 0.99", "momentum 0.9"],
)
def test_a_long_run_that_nothing_damps_is_left_to_the_loop(
    monkeypatch: pytest.MonkeyPatch, build: Build, limit: float, updates: int
) -> None:
    """The rounding of an eigenvalue adds up where a run swings for ever, the more so the nearer two roots are."""
    module = sys.modules["gd_core.quadratic"]
    asked: list[int] = []
    monkeypatch.setattr(module, "loop", lambda *given: asked.append(len(given[3])) or loop(*given))
    on = regression()
    plan, start = Batching().plan(on.n, updates, [0]), on.model.init([0])
    found = closed(on, build(limit / steepest(on)), start, plan)
    assert asked == [updates]
    assert np.array_equal(found, loop(on, build(limit / steepest(on)), start, plan))
    assert closed(on, build(0.95 * limit / steepest(on)), start, plan) is not None
    assert closed(on, build(limit / steepest(on)), start, plan.until(updates // 10)) is not None
    assert asked == [updates]


def level_and_steep(offset: float, *, bias: bool, n: int = 60, d: int = 3, seed: int = 0) -> Objective:
    """Return a loss that bends about offset² times as much along one direction as along the others."""
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(n, d)) + offset
    return objective(linear(d, bias=bias), LOSSES["squared"], x, x @ rng.normal(size=d) + 1 + 0.3 * rng.normal(size=n))


LIMITS: dict[str, Callable[[float], float]] = {
    "momentum": lambda beta: 2 * (1 + beta),
    "nesterov": lambda beta: 2 * (1 + beta) / (1 + 2 * beta),
}
"""rate times the largest eigenvalue at which a rule stops converging."""


@pytest.mark.parametrize("schedule", ["constant", *SCHEDULES])
@pytest.mark.parametrize("offset", [0.0, 100.0, 1e4])
@pytest.mark.parametrize("share", [0.2, 0.9, 0.97])
@pytest.mark.parametrize("beta", [0.5, 0.9, 0.99])
@pytest.mark.parametrize("rule", LIMITS)
def test_momentum_near_its_limit_is_the_loop(
    rule: str, beta: float, share: float, offset: float, schedule: str
) -> None:
    """A chain of matrices, which hold level and steep directions in one, was 5e-12 off after some thousand updates."""
    on, updates = level_and_steep(offset, bias=offset < 1e4), 2000
    rate = share * LIMITS[rule](beta) / steepest(on)
    factor = SCHEDULES.get(schedule)
    optimizer = OPTIMIZERS[rule](rate if factor is None else lambda t: rate * factor(t, updates), beta)
    plan, starts = Batching().plan(on.n, updates, [0]), on.model.init([0])
    assert apart(closed(on, optimizer, starts, plan), loop(on, optimizer, starts, plan)) < 1e-12


@given(
    st.sampled_from(list(LIMITS)),
    st.floats(0.5, 0.99),
    st.floats(0.1, 0.97),
    st.floats(-1, 4),
    st.integers(1, 6),
    st.sampled_from([100, 1000, 4000]),
    st.booleans(),
    st.integers(0, 2**32),
)
def test_any_momentum_below_its_limit_is_the_loop(
    rule: str, beta: float, share: float, power: float, d: int, updates: int, bias: bool, seed: int
) -> None:
    on = level_and_steep(10.0**power, bias=bias, n=3 + 10 * d, d=d, seed=seed)
    optimizer = OPTIMIZERS[rule](share * LIMITS[rule](beta) / steepest(on), beta)
    plan, starts = Batching().plan(on.n, updates, [0]), on.model.init([seed])
    assert apart(closed(on, optimizer, starts, plan), loop(on, optimizer, starts, plan)) < 1e-12


def following(share: float, *, n: int = 12, d: int = 3, aside: float = 0.0, seed: int = 0) -> Objective:
    """Return a loss whose every column is the one before but for a small share; targets lie `aside` of them all."""
    rng = np.random.default_rng(seed)
    x = np.cumprod(np.hstack([rng.normal(size=(n, 1)), 1 + share * rng.normal(size=(n, d - 1))]), axis=1)
    return objective(linear(d, bias=False), LOSSES["squared"], x, x @ rng.normal(size=d) + rng.normal(size=n) + aside)


@given(
    st.sampled_from(["gd", *LIMITS]),
    st.sampled_from([0.5, 0.9, 0.99, 0.999]),
    st.floats(0.05, 0.97),
    st.floats(-10, -1),
    st.integers(2, 7),
    st.sampled_from([0.0, 1e3]),
    st.sampled_from([100, 1000, 4000]),
    st.sampled_from([1e-3, 1.0, 1e3]),
    st.integers(0, 2**32),
)
def test_nearly_singular_columns_cost_no_digits(
    rule: str, beta: float, share: float, power: float, d: int, aside: float, updates: int, start: float, seed: int
) -> None:
    """The steep axis' rounding goes on along a level one for as long as the run lasts: it was 5e-10 once."""
    on = following(10.0**power, n=3 + 4 * d, d=d, aside=aside, seed=seed)
    optimizer = gd(2 * share / steepest(on))
    if rule in LIMITS:
        optimizer = OPTIMIZERS[rule](share * LIMITS[rule](beta) / steepest(on), beta)
    plan, starts = Batching().plan(on.n, updates, [0]), start * on.model.init([seed])
    assert apart(closed(on, optimizer, starts, plan), loop(on, optimizer, starts, plan)) < 1e-12


@pytest.mark.parametrize(
    ("on", "optimizer", "updates"),
    [
        (following(1e-7, aside=1e3), gd(0.2), 10_000),
        (following(1e-6), OPTIMIZERS["nesterov"](0.2, 0.995), 4000),
        (regression(), OPTIMIZERS["momentum"](3.8 / steepest(regression()), 0.9998), 10_000),
    ],
    ids=["targets aside", "momentum", "hardly damped"],
)
def test_where_rounding_may_be_seen_the_loop_walks(
    monkeypatch: pytest.MonkeyPatch, on: Objective, optimizer: Optimizer, updates: int
) -> None:
    plan, starts = Batching().plan(on.n, updates, [0]), on.model.init([0])
    expected = loop(on, optimizer, starts, plan)
    assert np.array_equal(closed(on, optimizer, starts, plan), expected)
    assert quadratic.states(on, bowl(on), optimizer, starts, np.array([1, updates])) is None
    monkeypatch.setattr(quadratic, "CERTAIN", np.inf)
    assert apart(closed(on, optimizer, starts, plan), expected) > 1e-12


@pytest.mark.parametrize("rule", ["gd", *LIMITS])
@pytest.mark.parametrize("offset", [0.0, 3.0])
def test_ordinary_data_never_need_the_loop(monkeypatch: pytest.MonkeyPatch, offset: float, rule: str) -> None:
    def never(*_: object) -> None:
        raise AssertionError

    monkeypatch.setattr(quadratic, "loop", never)
    on = level_and_steep(offset, bias=True)
    optimizer, plan = OPTIMIZERS[rule](1 / steepest(on)), Batching().plan(on.n, 1000, [0])
    found = closed(on, optimizer, on.model.init([0]), plan)
    monkeypatch.undo()
    assert apart(found, loop(on, optimizer, on.model.init([0]), plan)) < 1e-12


@pytest.mark.parametrize("rule", LIMITS)
@pytest.mark.parametrize("beta", [0.5, 0.9, 0.99])
@pytest.mark.parametrize(("share", "updates"), [(1.0, 1000), (1.001, 500), (1.05, 500)])
def test_momentum_at_and_beyond_its_limit_is_the_loop(rule: str, beta: float, share: float, updates: int) -> None:
    on = level_and_steep(3.0, bias=True)
    optimizer = OPTIMIZERS[rule](share * LIMITS[rule](beta) / steepest(on), beta)
    plan, starts = Batching().plan(on.n, updates, [0]), on.model.init([0, 1])
    assert apart(closed(on, optimizer, starts, plan), loop(on, optimizer, starts, plan)) < 1e-10


def test_data_whose_squares_are_beyond_all_numbers_are_left_to_the_loop() -> None:
    plan = Batching().plan(2, 3, [0])
    for x in ([[1e308], [-1e308]], [[1e200], [1.0]]):
        on = objective(linear(1), LOSSES["squared"], x, [1.0, 2.0])
        assert closed(on, gd(0.1), np.zeros((1, 2)), plan) is None


def test_it_applies_to_batch_descent_by_any_affine_rule() -> None:
    on, full = regression(), Batching().plan(50, 3, [0])
    network = objective(Model((3, 2, 1), ACTIVATIONS["tanh"]), LOSSES["squared"], on.x, on.y)
    assert quadratic.applies(on, gd(0.1), 1, full)
    assert quadratic.applies(on, gd(np.array([[0.1], [0.2]])), 2, full)
    assert quadratic.applies(on, gd(lambda t: 0.1), 1, full)
    assert not quadratic.applies(on, gd(0.1), 1, Batching(10).plan(50, 3, [0]))
    assert not quadratic.applies(network, gd(0.1), 1, full)
    assert not quadratic.applies(regression(loss="absolute"), gd(0.1), 1, full)
    affine = [name for name, rule in OPTIMIZERS.items() if quadratic.applies(on, rule(0.1), 1, full)]
    assert affine == ["gd", "momentum", "nesterov"]
