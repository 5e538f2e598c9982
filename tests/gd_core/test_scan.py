"""The scan walks where the loop walks, and leaves to the loop what it cannot walk."""

import tracemalloc
from typing import NamedTuple

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.datasets import load_diabetes

from gd_core import (
    ACTIVATIONS,
    COURSE_DATA,
    LOSSES,
    NEVER,
    OPTIMIZERS,
    ORDERS,
    SCHEDULES,
    Batching,
    Dataset,
    History,
    Model,
    Objective,
    Problem,
    Recipe,
    curvature,
    dataset,
    experiment,
    least_squares,
    linear,
    objective,
    prepare,
    scan,
    single_example_limit,
    train,
)
from gd_core.descent import loop
from gd_core.optimizers import gd
from gd_core.shapes import Array


def diabetes() -> Dataset:
    """Return scikit-learn's 442 patients: ten measurements in their own units, one target."""
    x, y = load_diabetes(scaled=False, return_X_y=True)
    return dataset(x, y[:, None], [f"measurement {i}" for i in range(10)], ["score"], "scikit-learn")


DATA = COURSE_DATA | {"diabetes": diabetes}
PROBLEMS = {
    "three points": Problem("three-points"),
    "three points, one weight": Problem("three-points", bias=False),
    "line": Problem("line"),
    "line, half squared": Problem("line", loss="half squared"),
    "line through 0": Problem("line", bias=False, loss="half squared"),
    "thousand points": Problem("thousand-points"),
    "applicants": Problem("applicants"),
    "patients": Problem("diabetes", scaling="standardise", validation_fraction=0.2),
    "patients, unscaled": Problem("diabetes", validation_fraction=0.2),
    "patients, unscaled and half squared": Problem("diabetes", "half squared", bias=False, validation_fraction=0.2),
}
every_problem = pytest.mark.parametrize("problem", PROBLEMS.values(), ids=PROBLEMS)


def noisy(n: int, features: int = 2, *, loss: str = "squared", bias: bool = True, seed: int = 0) -> Objective:
    """Return an objective on n random rows."""
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(n, features))
    y = x @ np.arange(1, features + 1) + 0.5 + 0.3 * rng.normal(size=n)
    return objective(linear(features, bias=bias), LOSSES[loss], x, y)


def never(*_: object) -> None:
    """Stand in for what must not be called."""
    raise AssertionError


class Histories(NamedTuple):
    """The same recipe walked both ways."""

    scanned: History
    looped: History


def both(on: Objective, recipe: Recipe, validation: Objective | None = None) -> Histories:
    """Train with the scan, which must not fall back to the loop, and with the loop, which must not scan."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(experiment, "loop", never)
        scanned = train(on, recipe, validation)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(scan, "path", never)
        return Histories(scanned, train(on, recipe, validation, method="loop"))


def apart(paths: Array, reference: Array) -> float:
    """Return how far paths (R, T+1, P) are apart, relative to how far each had come from 0 by then."""
    size = np.maximum.accumulate(np.abs(reference).max(axis=2), axis=1)
    return float((np.abs(paths - reference).max(axis=2) / size).max())


def expect_same(on: Objective, recipe: Recipe, validation: Objective | None = None) -> Histories:
    """Expect that scan and loop give one history but for rounding; return what each gave."""
    scanned, looped = found = both(on, recipe, validation)
    assert np.isfinite(looped.loss).all()
    assert scanned.path.shape == looped.path.shape
    assert apart(scanned.path, looped.path) < 1e-12
    for loss, reference in ((scanned.loss, looped.loss), (scanned.validation_loss, looped.validation_loss)):
        if reference is None:
            assert loss is None
        else:
            assert np.abs(loss - reference).max() < 3e-12 * reference.max()
    assert scanned.seen.tolist() == looped.seen.tolist()
    assert scanned.epochs.tolist() == looped.epochs.tolist()
    assert scanned.diverged_at.tolist() == looped.diverged_at.tolist()
    return found


def safe(on: Objective) -> float:
    """Return a rate at which no single row can throw a run out."""
    return single_example_limit(on) / 2


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("size", [1, 2, 7, 60, None])
@every_problem
def test_scan_and_loop_walk_the_same_path(problem: Problem, size: int | None, order: str) -> None:
    task = prepare(problem, DATA[problem.data]())
    size = None if size is None else min(size, task.train.n)
    recipe = Recipe((safe(task.train),), batch_size=size, order=order, epochs=3, seeds=(5,))
    scanned, _ = expect_same(task.train, recipe, task.validation)
    assert np.abs(np.diff(scanned.path, axis=1)).max() > 0


@every_problem
def test_batch_descent_of_many_updates_arrives_where_the_loop_arrives(problem: Problem) -> None:
    on = prepare(problem, DATA[problem.data]()).train
    rate = curvature(on, np.zeros(on.model.n_params)).best_learning_rate
    expect_same(on, Recipe((rate,), epochs=3000, start=(0.5,) * on.model.n_params))


@pytest.mark.parametrize("loss", ["squared", "half squared"])
@pytest.mark.parametrize("bias", [True, False])
@pytest.mark.parametrize("size", [1, 6, None])
def test_with_and_without_bias_and_half(loss: str, bias: bool, size: int | None) -> None:
    on, held_out = noisy(20, 3, loss=loss, bias=bias), noisy(7, 3, loss=loss, bias=bias, seed=1)
    expect_same(on, Recipe((0.03,), batch_size=size, epochs=12), held_out)


@pytest.mark.parametrize("schedule", SCHEDULES)
@pytest.mark.parametrize("size", [1, 6, None])
@pytest.mark.parametrize(
    ("rates", "seeds"),
    [((0.05,), (4,)), ((0.01, 0.02, 0.05), (4,)), ((0.05,), (4, 5, 6)), ((0.01, 0.02, 0.05), (4, 5, 6))],
    ids=["one run", "rates", "seeds", "both"],
)
def test_runs_side_by_side_follow_their_own_rate_seed_and_schedule(
    rates: tuple[float, ...], seeds: tuple[int, ...], size: int | None, schedule: str
) -> None:
    recipe = Recipe(rates, schedule=schedule, batch_size=size, seeds=seeds, epochs=8)
    scanned, _ = expect_same(noisy(20), recipe)
    ends = {tuple(end) for end in scanned.path[:, -1].tolist()}
    assert len(ends) == recipe.runs


@pytest.mark.parametrize("rate", [0.05, np.array([[0.01], [0.05]]), lambda t: 0.1 / (t + 1)], ids=["1", "R", "of t"])
@pytest.mark.parametrize("size", [1, 6, None])
def test_a_rate_may_be_a_number_a_column_or_a_function_of_the_update(rate: object, size: int | None) -> None:
    on, plan = noisy(20), Batching(size).plan(20, 5, [1, 2])
    starts = np.array([[1.0, -2.0, 0.5], [3.0, 0.0, 0.0]])
    assert apart(scan.path(on, rate, starts, plan), loop(on, gd(rate), starts, plan)) < 1e-13


@pytest.mark.parametrize("updates", [1, 2, 3, 4, 5, 8, 9, 10, 15, 16, 17, 97])
def test_a_run_of_any_length_is_walked_to_its_end(updates: int) -> None:
    scanned, _ = expect_same(noisy(20), Recipe((0.05,), epochs=updates))
    assert scanned.path.shape == (1, updates + 1, 3)


def test_one_row_and_one_update_are_a_run() -> None:
    scanned, _ = expect_same(noisy(1), Recipe((0.05,), batch_size=1, epochs=1, start=(1.0, 2.0, 3.0)))
    assert scanned.path[0, 0].tolist() == [1.0, 2.0, 3.0]
    assert scanned.path.shape == (1, 2, 3)


@pytest.mark.parametrize("schedule", ["constant", "cosine"])
@pytest.mark.parametrize("size", [1, 6, None])
@pytest.mark.parametrize("chunk", [1, 40, 200, 1000])
def test_chunks_shorter_than_the_run_change_nothing(
    monkeypatch: pytest.MonkeyPatch, chunk: int, size: int | None, schedule: str
) -> None:
    monkeypatch.setattr(scan, "CHUNK", chunk)
    expect_same(noisy(20), Recipe((0.01, 0.05), schedule=schedule, batch_size=size, seeds=(1, 2), epochs=9))


@pytest.mark.parametrize("size", [1, 50, 200, None])
def test_a_long_run_is_walked_in_little_memory(monkeypatch: pytest.MonkeyPatch, size: int | None) -> None:
    monkeypatch.setattr(scan, "CHUNK", 2**14)
    on = noisy(200, 4)
    plan = Batching(size).plan(200, {1: 200, None: 40_000}.get(size, 400), [0])
    tracemalloc.start()
    places = scan.path(on, 0.01, np.zeros((1, 5)), plan)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 3 * places.nbytes + 6 * 8 * scan.CHUNK


LEFT_TO_THE_LOOP = {
    **{name: (noisy(12), Recipe((0.01,), name, epochs=3)) for name in OPTIMIZERS if name != "gd"},
    "absolute loss": (noisy(12, loss="absolute"), Recipe((0.01,), epochs=3)),
    "logistic loss": (noisy(12, loss="logistic"), Recipe((0.01,), epochs=3)),
    "network": (
        objective(Model((2, 3, 1), ACTIVATIONS["tanh"]), LOSSES["squared"], np.eye(4)[:, :2], [1, 2, 3, 4]),
        Recipe((0.1,), epochs=3),
    ),
    "sigmoid output": (
        objective(Model((2, 1), output=ACTIVATIONS["sigmoid"]), LOSSES["squared"], np.eye(4)[:, :2], [1, 0, 0, 1]),
        Recipe((0.1,), epochs=3),
    ),
    "two outputs": (
        objective(Model((2, 2)), LOSSES["squared"], np.eye(4)[:, :2], np.eye(4)[:, 1:3]),
        Recipe((0.1,), epochs=3),
    ),
    "many runs": (noisy(12), Recipe((0.01,), seeds=tuple(range(50)), epochs=3)),
    "many parameters": (noisy(12, 40), Recipe((0.01,), epochs=3)),
}


@pytest.mark.parametrize("size", [1, 3, None])
@pytest.mark.parametrize(("on", "recipe"), LEFT_TO_THE_LOOP.values(), ids=LEFT_TO_THE_LOOP)
def test_what_no_scan_can_walk_sooner_is_walked_by_the_loop(
    monkeypatch: pytest.MonkeyPatch, on: Objective, recipe: Recipe, size: int | None
) -> None:
    plan = Batching(size).plan(on.n, 3, recipe.seeds)
    expected = loop(on, recipe.build_optimizer(len(plan)), on.model.init(recipe.seeds), plan)
    monkeypatch.setattr(scan, "path", never)
    recipe = Recipe(recipe.learning_rate, recipe.optimizer, batch_size=size, epochs=3, seeds=recipe.seeds)
    assert train(on, recipe).path.tolist() == expected.tolist()


@pytest.mark.parametrize("bias", [True, False])
@pytest.mark.parametrize("size", [1, 3, None])
@pytest.mark.parametrize("features", [1, 2, 11, 20])
@pytest.mark.parametrize("loss", ["squared", "half squared"])
def test_a_scan_applies_to_linear_models_of_a_few_parameters_and_runs(
    loss: str, features: int, bias: bool, size: int | None
) -> None:
    assert scan.applies(noisy(4, features, loss=loss, bias=bias), 1, Batching(size).plan(4, 3, [0]))
    assert not scan.applies(noisy(4, features, loss=loss, bias=bias), 100, Batching(size).plan(4, 3, range(100)))


# Data, rate and batch size: in all of these at least one run is lost.
LOST = {
    "batch descent": (noisy(20), (1.5,), None),
    "single rows": (noisy(20), (0.5,), 1),
    "mini-batches": (noisy(20), (1.1,), 6),
    "one weight": (noisy(20, 1, bias=False), (2.0,), None),
    "at once": (noisy(20), (1e250,), None),
    "one of three": (noisy(20), (0.01, 0.02, 1.5), 6),
    "huge numbers": (objective(linear(1), LOSSES["squared"], [[1e180], [1.0]], [1.0, 2.0]), (1.0,), 1),
}


@pytest.mark.parametrize(("on", "rates", "size"), LOST.values(), ids=LOST)
@pytest.mark.parametrize("chunk", [300, 2**19])
def test_a_run_that_is_lost_has_exactly_the_loops_history(
    monkeypatch: pytest.MonkeyPatch, chunk: int, on: Objective, rates: tuple[float, ...], size: int | None
) -> None:
    monkeypatch.setattr(scan, "CHUNK", chunk)
    recipe = Recipe(rates, batch_size=size, epochs=1000)
    found, expected = train(on, recipe), train(on, recipe, method="loop")
    assert (expected.diverged_at != NEVER).any()
    assert found.diverged_at.tolist() == expected.diverged_at.tolist()
    assert np.array_equal(found.path, expected.path, equal_nan=True)
    assert np.array_equal(found.loss, expected.loss, equal_nan=True)


@pytest.mark.parametrize("size", [1, 6, None])
def test_a_run_on_its_way_to_infinity_is_walked_as_long_as_its_numbers_are_small(size: int | None) -> None:
    scanned, _ = expect_same(noisy(20), Recipe((1.2,), batch_size=size, epochs={1: 3, 6: 20}.get(size, 100)))
    assert 1e6 < np.abs(scanned.path[0, -1]).max() < scan.FAR


@pytest.mark.parametrize("size", [1, 2, None])
@pytest.mark.parametrize("rate", [0.01, 0.3, 1.0])
def test_a_run_that_starts_where_every_gradient_is_zero_stays_there_at_any_rate(rate: float, size: int | None) -> None:
    """A rounding error in the first update would grow without limit at the larger rates."""
    on = prepare(Problem("three-points", bias=False), COURSE_DATA["three-points"]()).train
    recipe = Recipe((rate,), batch_size=size, epochs=100, start=(2.0,))
    for method in experiment.METHODS:
        history = train(on, recipe, method=method)
        assert (history.path == 2).all()
        assert (history.loss == 0).all()


def test_a_run_that_starts_far_away_arrives() -> None:
    on = noisy(20)
    scanned, looped = expect_same(on, Recipe((0.3,), epochs=500, start=(1e6, -1e6, 1e6)))
    assert scanned.path[0, -1] == pytest.approx(least_squares(on), rel=1e-8)
    assert scanned.loss[0, -1] == pytest.approx(looped.loss[0, -1], rel=1e-12)


@given(
    st.integers(1, 30).flatmap(lambda n: st.tuples(st.just(n), st.none() | st.integers(1, n))),
    st.integers(1, 12),
    st.floats(1e-3, 3),
    st.integers(1, 4),
    st.integers(1, 3),
    st.sampled_from(list(ORDERS)),
    st.booleans(),
    st.integers(0, 2**32),
)
def test_any_run_is_the_loops_or_goes_too_far(
    drawn: tuple[int, int | None],
    epochs: int,
    reach: float,
    features: int,
    runs: int,
    order: str,
    bias: bool,
    seed: int,
) -> None:
    """Rates go up to three times the limit of batch descent, where rows in a row can throw a run very far."""
    n, size = drawn
    on = noisy(n, features, bias=bias, seed=seed)
    rate = reach / curvature(on, np.zeros(on.model.n_params)).eigenvalues[-1]
    plan = Batching(size, order).plan(n, epochs, range(seed, seed + runs))
    starts = on.model.init(range(runs))
    found, expected = scan.path(on, rate, starts, plan), loop(on, gd(rate), starts, plan)
    if found is None:
        assert not np.abs(expected).max() < scan.FAR / 2
    else:
        assert apart(found, expected) < 1e-11


def test_a_scan_does_not_apply_to_batches_so_large_that_the_loop_is_sooner() -> None:
    on, plan = noisy(400, 10), Batching(200).plan(400, 1, [0])
    assert not scan.applies(on, 1, plan)
    assert scan.applies(on, 1, Batching(16).plan(400, 1, [0]))
    assert scan.applies(on, 1, Batching(None).plan(400, 1, [0]))
