"""The scan walks where the loop walks, and leaves to the loop what it cannot walk."""

import tracemalloc
from concurrent.futures import ThreadPoolExecutor
from itertools import product
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
    affine_maps,
    curvature,
    dataset,
    engines,
    least_squares,
    linear,
    objective,
    prepare,
    scan,
    single_example_limit,
    tiles,
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
RULES = [name for name in OPTIMIZERS if OPTIMIZERS[name](0.1).affine is not None]
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
    """Train with the scan alone, which must not fall back to the loop, and with the loop."""
    scan_alone = (engines.Engine(scan.applies, engines.recording(scan.path)),)
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(engines.METHODS, "fastest", scan_alone)
        patch.setattr(scan, "resumed", never)
        return Histories(train(on, recipe, validation), train(on, recipe, validation, method="loop"))


def apart(paths: Array, reference: Array) -> float:
    """Return how far paths (R, T+1, P) are apart, relative to how far each had come from 0 by then.

    Where the reference is no number any more there is nothing to compare.
    """
    numbers = np.isfinite(reference).all(axis=2)
    size = np.maximum.accumulate(np.where(numbers, np.abs(reference).max(axis=2), 0), axis=1)
    off = np.abs(np.where(numbers[:, :, None], paths - np.where(numbers[:, :, None], reference, 0), 0)).max(axis=2)
    return float((off / np.maximum(size, np.finfo(float).tiny)).max())


def expect_same_pattern(values: Array, reference: Array) -> None:
    """Expect NaN, inf and -inf in the same places."""
    for special in (np.isnan, np.isposinf, np.isneginf):
        assert np.array_equal(special(values), special(reference))


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
@pytest.mark.parametrize("size", [1, 7, 60, None])
@pytest.mark.parametrize("rule", RULES)
@every_problem
def test_scan_and_loop_walk_the_same_path(problem: Problem, rule: str, size: int | None, order: str) -> None:
    task = prepare(problem, DATA[problem.data]())
    size = None if size is None else min(size, task.train.n)
    rate = safe(task.train) if rule == "gd" else safe(task.train) / 10
    recipe = Recipe((rate,), rule, batch_size=size, order=order, epochs=3, seeds=(5,))
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
    assert apart(scan.path(on, gd(rate), starts, plan), loop(on, gd(rate), starts, plan)) < 1e-13


@pytest.mark.parametrize("beta", [0.9, 0.99, 0.995])
@pytest.mark.parametrize(
    ("seed", "n", "features", "size", "offset"),
    [
        *[(0, 15, 6, 15, 70.0), (1, 15, 6, 15, 70.0), (2, 15, 6, 15, 70.0), (3, 31, 3, 2, 30.0), (4, 20, 3, 20, 300.0)],
        *[(75, 12, 3, 1, 1000.0), (167, 12, 3, 1, 1000.0), (66, 12, 2, 1, 300.0), (82, 12, 2, 1, 300.0)],
    ],
)
def test_with_momentum_inputs_far_from_zero_cost_no_digits(
    seed: int, n: int, features: int, size: int, offset: float, beta: float
) -> None:
    """Unturned, such inputs took digits from the level directions: 2.0e-12 after 4,000 updates of one row each."""
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(n, features)) + offset
    on = objective(
        linear(features), LOSSES["squared"], x, rng.normal(size=n) + (x - offset) @ rng.normal(size=features)
    )
    rate = (1 + beta) / curvature(on, np.zeros(features + 1)).eigenvalues[-1]
    plan = Batching(size).plan(n, -(-4000 * size // n), [seed])
    optimizer, starts = OPTIMIZERS["momentum"](rate, beta), rng.normal(size=(1, features + 1))
    assert apart(scan.path(on, optimizer, starts, plan), loop(on, optimizer, starts, plan)) < 1e-12


@pytest.mark.parametrize("updates", [1, 2, 3, 15, 16, 17, 97, 399, 400, 401, 6399, 6400, 10_001])
@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("features", [2, 9])
def test_a_run_of_any_length_is_walked_to_its_end(features: int, rule: str, updates: int) -> None:
    on = noisy(20, features)
    plan = Batching(1).plan(20, -(-updates // 20), [3]).until(updates)
    optimizer, start = OPTIMIZERS[rule](0.005), np.ones((1, features + 1))
    found, expected = scan.path(on, optimizer, start, plan), loop(on, optimizer, start, plan)
    assert found.shape == (1, updates + 1, features + 1)
    assert apart(found, expected) < 1e-12


def test_one_row_and_one_update_are_a_run() -> None:
    scanned, _ = expect_same(noisy(1), Recipe((0.05,), batch_size=1, epochs=1, start=(1.0, 2.0, 3.0)))
    assert scanned.path[0, 0].tolist() == [1.0, 2.0, 3.0]
    assert scanned.path.shape == (1, 2, 3)


@pytest.mark.parametrize("schedule", ["constant", "cosine"])
@pytest.mark.parametrize("size", [1, 6, None])
@pytest.mark.parametrize("numbers", [1, 200, 5000])
@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("features", [2, 9])
def test_stretches_shorter_than_the_run_change_nothing(
    monkeypatch: pytest.MonkeyPatch, features: int, rule: str, numbers: int, size: int | None, schedule: str
) -> None:
    monkeypatch.setattr(scan, "NUMBERS", numbers)
    recipe = Recipe((0.001, 0.005), rule, schedule, size, seeds=(1, 2), epochs=43)
    expect_same(noisy(20, features), recipe)


@pytest.mark.parametrize("size", [1, 6, None])
@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("features", [2, 9])
def test_where_the_check_fails_the_loop_walks_on_from_where_the_run_was(
    monkeypatch: pytest.MonkeyPatch, features: int, rule: str, size: int | None
) -> None:
    monkeypatch.setattr(scan, "FAR", 0.0)  # nothing is trusted
    monkeypatch.setattr(scan, "NUMBERS", 300)
    on, plan = noisy(20, features), Batching(size).plan(20, 45, [1, 2])
    optimizer, starts = OPTIMIZERS[rule](lambda t: 0.01 / (1 + t / 100)), on.model.init([1, 2])
    assert scan.path(on, optimizer, starts, plan).tolist() == loop(on, optimizer, starts, plan).tolist()


@pytest.mark.parametrize(("features", "rule"), [*((2, rule) for rule in RULES), (9, "gd")])
def test_pieces_that_do_not_meet_are_noticed(monkeypatch: pytest.MonkeyPatch, features: int, rule: str) -> None:
    """One chain of maps goes wrong in its middle, by no more than a billionth."""
    link = affine_maps.chain

    def bent(maps: Array, first: Array) -> Array:
        states = link(maps, first)
        states[len(states) // 2 :] *= 1 + 1e-9
        return states

    for form in (affine_maps, tiles):
        monkeypatch.setattr(form, "chain", bent)
    on, plan = noisy(20, features), Batching(1).plan(20, 50, [0])
    optimizer, starts = OPTIMIZERS[rule](0.01), np.ones((1, features + 1))
    walked = scan.path(on, optimizer, starts, plan)
    assert apart(walked, loop(on, optimizer, starts, plan)) < 1e-12


def test_scans_in_many_threads_give_each_its_own_answer() -> None:
    problems = [noisy(60, features, seed=features) for features in (1, 3, 9)]
    tasks = list(product(problems, RULES, (1, 7)))

    def walk(task: tuple[Objective, str, int]) -> Array:
        on, rule, size = task
        return train(on, Recipe((0.002,), rule, batch_size=size, epochs=60)).path

    alone = [walk(task) for task in tasks]
    with ThreadPoolExecutor(8) as pool:
        for _ in range(5):
            together = list(pool.map(walk, tasks))
            assert all(np.array_equal(a, b) for a, b in zip(alone, together, strict=True))


@pytest.mark.parametrize("size", [1, 50, 200, None])
def test_a_long_run_is_walked_in_little_memory(monkeypatch: pytest.MonkeyPatch, size: int | None) -> None:
    monkeypatch.setattr(scan, "NUMBERS", 2**14)
    on = noisy(200, 4)
    plan = Batching(size).plan(200, {1: 200, None: 40_000}.get(size, 400), [0])
    tracemalloc.start()
    places = scan.path(on, gd(0.01), np.zeros((1, 5)), plan)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 3 * places.nbytes + 6 * 8 * scan.NUMBERS


OTHERS = {
    **{name: (noisy(12), name, 1) for name in OPTIMIZERS if OPTIMIZERS[name](0.1).affine is None},
    "absolute loss": (noisy(12, loss="absolute"), "gd", 1),
    "logistic loss": (noisy(12, loss="logistic"), "gd", 1),
    "network": (
        objective(Model((2, 3, 1), ACTIVATIONS["tanh"]), LOSSES["squared"], np.eye(4)[:, :2], [1, 2, 3, 4]),
        "gd",
        1,
    ),
    "sigmoid output": (
        objective(Model((2, 1), output=ACTIVATIONS["sigmoid"]), LOSSES["squared"], np.eye(4)[:, :2], [1, 0, 0, 1]),
        "gd",
        1,
    ),
    "two outputs": (objective(Model((2, 2)), LOSSES["squared"], np.eye(4)[:, :2], np.eye(4)[:, 1:3]), "gd", 1),
    "thousands of runs": (noisy(12), "gd", 5000),
    "many parameters": (noisy(12, 150), "momentum", 1),
}


@pytest.mark.parametrize("size", [1, 3, None])
@pytest.mark.parametrize(("on", "optimizer", "runs"), OTHERS.values(), ids=OTHERS)
def test_a_scan_does_not_apply_where_it_cannot_walk_or_not_sooner(
    on: Objective, optimizer: str, runs: int, size: int | None
) -> None:
    assert not scan.applies(on, OPTIMIZERS[optimizer](0.1), runs, Batching(size).plan(on.n, 3, range(runs)))


@pytest.mark.parametrize("bias", [True, False])
@pytest.mark.parametrize("size", [1, 3, None])
@pytest.mark.parametrize("features", [1, 2, 11, 20])
@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("loss", ["squared", "half squared"])
def test_a_scan_applies_to_linear_models_of_a_few_parameters(
    loss: str, rule: str, features: int, bias: bool, size: int | None
) -> None:
    plan = Batching(size).plan(4, 3, [0])
    assert scan.applies(noisy(4, features, loss=loss, bias=bias), OPTIMIZERS[rule](0.1), 1, plan)


def test_a_scan_does_not_apply_to_batches_so_large_that_the_loop_is_sooner() -> None:
    on, optimizer = noisy(4000, 10), gd(0.1)
    assert not scan.applies(on, optimizer, 1, Batching(2000).plan(4000, 1, [0]))
    assert scan.applies(on, optimizer, 1, Batching(16).plan(4000, 1, [0]))
    assert scan.applies(on, optimizer, 1, Batching(None).plan(4000, 1, [0]))


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


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize(("on", "rates", "size"), LOST.values(), ids=LOST)
@pytest.mark.parametrize("numbers", [300, 2**17])
def test_a_run_leaves_all_numbers_where_and_how_the_loop_does(
    monkeypatch: pytest.MonkeyPatch, numbers: int, on: Objective, rates: tuple[float, ...], size: int | None, rule: str
) -> None:
    monkeypatch.setattr(scan, "NUMBERS", numbers)
    recipe = Recipe(
        tuple(3 * rate for rate in rates) if rule == "momentum" else rates, rule, batch_size=size, epochs=1000
    )
    found, expected = train(on, recipe), train(on, recipe, method="loop")
    assert (expected.diverged_at != NEVER).any()
    assert found.diverged_at.tolist() == expected.diverged_at.tolist()
    expect_same_pattern(found.path, expected.path)
    expect_same_pattern(found.loss, expected.loss)
    assert apart(found.path, expected.path) < 1e-10


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
    for method in engines.METHODS:
        history = train(on, recipe, method=method)
        assert (history.path == 2).all()
        assert (history.loss == 0).all()


def test_a_run_that_starts_far_away_arrives() -> None:
    on = noisy(20)
    scanned, looped = expect_same(on, Recipe((0.3,), epochs=500, start=(1e6, -1e6, 1e6)))
    assert scanned.path[0, -1] == pytest.approx(least_squares(on), rel=1e-8)
    assert scanned.loss[0, -1] == pytest.approx(looped.loss[0, -1], rel=1e-12)


@given(
    size=st.sampled_from([1, 1, 3, 16, None]),
    rule=st.sampled_from(RULES),
    schedule=st.sampled_from(list(SCHEDULES)),
    order=st.sampled_from(list(ORDERS)),
    features=st.sampled_from([1, 2, 6, 7, 12]),
    bias=st.booleans(),
    reach=st.sampled_from([0.01, 0.3, 0.9, 1.0, 1.1, 1.5, 4.0, 100.0]),
    spread=st.sampled_from([1.0, 1e-3, 1e3]),
    runs=st.integers(1, 3),
    epochs=st.sampled_from([1, 3, 30]),
    seed=st.integers(0, 2**32),
)
def test_every_run_is_the_loops_in_its_numbers_and_in_where_they_end(
    size: int | None,
    rule: str,
    schedule: str,
    order: str,
    features: int,
    bias: bool,
    reach: float,
    spread: float,
    runs: int,
    epochs: int,
    seed: int,
) -> None:
    """Rates go far beyond the limit of batch descent, and features differ in scale by up to 1000."""
    plain = noisy(37, features, bias=bias, seed=seed)
    on = plain._replace(x=plain.x * np.geomspace(1, spread, features))
    limit = 2 / curvature(on, np.zeros(on.model.n_params)).eigenvalues[-1]
    rates = tuple(reach * limit / (1 + r) for r in range(runs))
    recipe = Recipe(rates, rule, schedule, size, order, epochs, tuple(range(seed, seed + runs)))
    plan = Batching(size, order).plan(37, epochs, recipe.seeds)
    optimizer, starts = recipe.build_optimizer(len(plan)), on.model.init(range(runs))
    found, expected = scan.path(on, optimizer, starts, plan), loop(on, optimizer, starts, plan)
    expect_same_pattern(found, expected)
    assert apart(found, expected) < (1e-12 if np.abs(expected).max() < 1e3 else 1e-10)
