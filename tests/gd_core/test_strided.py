"""A run too long to keep is recorded at a stride, and what is kept is what the whole history has there."""

import sys
import tracemalloc
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from unittest import mock

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_array_equal

from gd_core import (
    LOSSES,
    NEVER,
    OPTIMIZERS,
    SCHEDULES,
    Batching,
    History,
    Model,
    Objective,
    Problem,
    Recipe,
    experiment,
    least_squares,
    linear,
    noisy_line,
    objective,
    prepare,
    quadratic,
    sweep,
    train,
)
from gd_core.engines import METHODS
from gd_core.extent import Extent, Fit, fit
from gd_core.strided import pieces

TASK = prepare(Problem("line"), noisy_line())
"""80 rows to train on and 20 held out."""
sweep_module = sys.modules["gd_core.sweep"]  # the package has a function of that name


@contextmanager
def memory(size: int) -> Iterator[None]:
    """Let a history have so many bytes."""
    with mock.patch.object(experiment, "LARGEST_HISTORY", size):
        yield


def same_where_kept(found: History, whole: History, tolerance: float = 0.0) -> None:
    """Assert that a history has what the whole one has at its updates, the same gaps, and the very last state."""
    assert found.stride > 1 == whole.stride
    updates = found.updates
    assert updates[-1] == len(whole.seen) - 1
    assert updates[:-1].tolist() == list(range(0, len(whole.seen) - 1, found.stride))
    for name in ("path", "loss", "validation_loss"):
        ours, theirs = getattr(found, name), getattr(whole, name)
        assert (ours is None) == (theirs is None)
        if ours is not None:
            np.testing.assert_allclose(ours, theirs[:, updates], rtol=tolerance, atol=tolerance, err_msg=name)
    assert found.seen.tolist() == whole.seen[updates].tolist()
    assert found.epochs.tolist() == whole.epochs[updates].tolist()
    assert found.diverged_at.tolist() == whole.diverged_at.tolist()


def both(on: Objective, recipe: Recipe, size: int, validation: Objective | None, method: str) -> tuple[History, ...]:
    """Return the history at a stride, and the whole one."""
    whole = train(on, recipe, validation, method=method)
    with memory(size):
        return train(on, recipe, validation, method=method), whole


SIZES = [(None, 600, 9_000), (1, 6, 12_000), (7, 23, 9_000), (7, 23, 6_000), (80, 100, 5_000), (33, 50, 5_500)]
"""Batch sizes, epochs and bytes to keep the history in: strides and pieces of many lengths, with short last batches."""


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
@pytest.mark.parametrize(("batch_size", "epochs", "size"), SIZES)
def test_what_is_kept_is_the_whole_history_of_the_loop_to_the_bit(
    optimizer: str, batch_size: int | None, epochs: int, size: int
) -> None:
    recipe = Recipe((0.01, 0.03), optimizer, batch_size=batch_size, epochs=epochs, seeds=(1, 2))
    same_where_kept(*both(TASK.train, recipe, size, TASK.validation, "loop"))


@pytest.mark.parametrize("schedule", SCHEDULES)
@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_a_schedule_and_a_memory_go_on_from_piece_to_piece(optimizer: str, schedule: str) -> None:
    recipe = Recipe((0.01, 0.03, 0.05), optimizer, schedule, batch_size=7, epochs=23)
    same_where_kept(*both(TASK.train, recipe, 9_000, None, "loop"))


@pytest.mark.parametrize("schedule", SCHEDULES)
@pytest.mark.parametrize("runs", [1, 300])
@pytest.mark.parametrize(("batch_size", "epochs"), [(None, 600), (1, 6), (7, 23), (80, 100)])
def test_the_fastest_plain_descent_keeps_the_same_up_to_rounding(
    schedule: str, runs: int, batch_size: int | None, epochs: int
) -> None:
    rates = tuple(np.linspace(0.001, 0.05, runs).tolist())
    recipe = Recipe(rates, "gd", schedule, batch_size, epochs=epochs)
    same_where_kept(*both(TASK.train, recipe, 2_500 * runs, TASK.validation, "fastest"), 1e-12)


@pytest.mark.parametrize("optimizer", [name for name in OPTIMIZERS if name != "gd"])
def test_a_rule_with_a_memory_goes_by_the_loop(optimizer: str) -> None:
    recipe = Recipe((0.01, 0.03), optimizer, batch_size=7, epochs=23)
    with memory(9_000):
        found = train(TASK.train, recipe, TASK.validation)
    same_where_kept(found, train(TASK.train, recipe, TASK.validation, method="loop"))


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("optimizer", ["gd", "momentum", "adam"])
@pytest.mark.parametrize("batch_size", [None, 1, 7])
@pytest.mark.parametrize("size", [16_000, 40_000])
def test_the_first_update_that_is_not_finite_is_known_even_if_it_is_not_kept(
    batch_size: int | None, optimizer: str, size: int, method: str
) -> None:
    rates = {"adam": (0.1, 1e307, 1e154, 1e160)}.get(optimizer, (0.1, 2.0, 5.0, 40.0))
    recipe = Recipe(rates, optimizer, batch_size=batch_size, epochs={None: 800, 1: 10, 7: 60}[batch_size], seeds=(3,))
    found, whole = both(TASK.train, recipe, size, TASK.validation, method)
    same_where_kept(found, whole, 0 if method == "loop" else 1e-10)
    assert found.diverged_at[0] == NEVER
    assert set(found.diverged_at[1:].tolist()) - set(found.updates.tolist())


def test_a_loss_that_overflows_for_data_beyond_bounds_is_known_to_the_stride() -> None:
    on = objective(linear(1, bias=False), LOSSES["squared"], [[1e90], [2e90]], [0.0, 0.0])
    recipe = Recipe((1e-180,), epochs=200, start=(1e60,))  # grows fourfold at every update, from short of FAR
    found, whole = both(on, recipe, 1_300, None, "loop")
    lost, at = int(whole.diverged_at[0]), int(found.diverged_at[0])
    assert found.stride > 1
    assert at in found.updates
    assert lost <= at < lost + found.stride


@pytest.mark.parametrize("method", METHODS)
def test_networks_are_recorded_at_a_stride_too(method: str) -> None:
    rng = np.random.default_rng(4)
    on = objective(Model((2, 2, 1)), LOSSES["half squared"], rng.normal(size=(9, 2)), rng.uniform(size=9))
    recipe = Recipe((0.5,), batch_size=2, epochs=60, seeds=(0, 1))
    same_where_kept(*both(on, recipe, 12_000, None, method), 0 if method == "loop" else 1e-12)


def test_runs_of_one_seed_read_the_same_and_a_run_ignores_its_neighbours() -> None:
    recipe = Recipe((0.01, 0.02), batch_size=7, epochs=40, seeds=(5, 5), start=(0.0, 0.0))
    with memory(12_000):
        together = train(TASK.train, recipe)
    for r, rate in enumerate(recipe.learning_rate):
        alone = train(TASK.train, Recipe((rate,), batch_size=7, epochs=40, seeds=(5,), start=(0.0, 0.0)))
        np.testing.assert_allclose(together.path[r], alone.path[0, together.updates], rtol=1e-12)


@pytest.mark.parametrize("rule", ["gd", "momentum", "nesterov"])
def test_batch_descent_in_closed_form_goes_straight_to_what_is_kept(rule: str) -> None:
    with memory(10**5):
        found = train(TASK.train, Recipe((0.1,), optimizer=rule, epochs=10**12), TASK.validation)
    assert found.updates[-1] == 10**12
    assert found.epochs[-1] == 10**12
    assert found.seen[-1] == 80 * 10**12
    assert found.path[0, -1] == pytest.approx(least_squares(TASK.train), abs=1e-12)
    assert 8 * 3 * len(found.seen) < 10**5


def test_where_the_closed_form_may_not_be_used_the_updates_are_walked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(quadratic, "UNDAMPED", 100)
    monkeypatch.setattr(quadratic, "ALMOST_ONE", -1)  # every run longer than UNDAMPED is left to others
    recipe = Recipe((0.1, 0.2), epochs=600)
    same_where_kept(*both(TASK.train, recipe, 9_000, None, "fastest"), 1e-12)


@pytest.mark.parametrize("order", ["shuffled", "sequential", "with replacement"])
@pytest.mark.parametrize("room", [10, 100, 700, 5000, 10**6])
@pytest.mark.parametrize("batch_size", [None, 1, 7, 23])
def test_the_pieces_of_a_plan_together_are_the_plan(batch_size: int | None, room: int, order: str) -> None:
    seeds, batching = (3, 8, 3), Batching(batch_size, order)
    whole = batching.plan(23, 31, seeds)
    parts = list(pieces(batching, seeds, Fit(Extent(3, 2, 1, 23, batch_size, 31), 2, room)))
    assert np.concatenate([[0], *(np.diff(plan.seen) for plan in parts)]).cumsum().tolist() == whole.seen.tolist()
    assert all(plan.seen[0] == 0 and len(plan) for plan in parts)
    if batch_size is None:
        assert all(plan.stream is None for plan in parts)
    else:
        assert_array_equal(np.hstack([plan.stream for plan in parts]), whole.stream)
        assert all(np.diff(plan.seen).max() == plan.seen[1] for plan in parts)  # an engine asks the first for the size
    assert max(9 * len(plan) for plan in parts) <= max(room, 9)
    assert room < 10**6 or len(parts) == 1


def test_a_run_whose_rows_alone_are_too_many_is_kept_in_full() -> None:
    recipe = Recipe((0.1,), batch_size=80, epochs=100, seeds=(1, 2))
    whole = train(TASK.train, recipe, method="loop")
    with memory(16_000):  # the rows take eight times as much
        found = train(TASK.train, recipe, method="loop")
    assert found.stride == 1
    assert_array_equal(found.path, whole.path)
    assert found.updates.tolist() == whole.updates.tolist() == list(range(101))


@pytest.mark.parametrize(
    "recipe",
    [
        Recipe((0.01,) * 300, "adam", batch_size=20, epochs=600),
        Recipe((0.01,) * 4, batch_size=1, epochs=4000),
        Recipe(tuple(np.linspace(0.5, 3, 40).tolist()), batch_size=20, epochs=3000),
        Recipe((0.01, 0.02), epochs=10**7),
    ],
    ids=["memory", "stochastic", "diverging", "batch"],
)
def test_the_memory_taken_stays_within_the_bound(recipe: Recipe) -> None:
    bound = 16_000_000
    with memory(bound):
        tracemalloc.start()
        found = train(TASK.train, recipe, TASK.validation)
        taken = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    assert found.stride > 1
    assert taken < bound
    assert (recipe.runs == 40) == (found.diverged_at != NEVER).any()


@given(
    st.builds(
        Extent,
        st.integers(1, 50),
        st.integers(1, 20),
        st.integers(1, 2),
        st.integers(1, 300),
        st.none() | st.integers(1, 300),
        st.integers(1, 10**9),
    ),
    st.integers(10**4, 10**7),
)
def test_the_stride_is_the_smallest_that_fits(extent: Extent, size: int) -> None:
    def needed(stride: int) -> int:
        """Count the bytes of what is kept, with its updates, examples and epochs, and of what is worked on."""
        kept = (1 + -(-extent.updates // stride)) * (extent.runs * (extent.params + extent.losses) + 3)
        rows = 0 if extent.batch_size is None else extent.runs * extent.n
        return size // 8 + 8 * (kept + rows + 8 * extent.runs * extent.params)

    try:
        stride = fit(extent, size).stride
    except ValueError:
        assert needed(extent.updates) > size  # not even start and end
    else:
        assert needed(stride) <= size
        assert stride == 1 or needed(stride - 1) > size


@pytest.mark.parametrize("method", METHODS)
def test_what_does_not_fit_at_any_stride_is_refused_before_memory_is_taken(method: str) -> None:
    on = objective(Model((1000, 10**6)), LOSSES["squared"], np.ones((1, 1000)), np.ones((1, 10**6)))
    tracemalloc.start()
    with pytest.raises(ValueError, match=r"^runs, parameters and rows must leave room .* within 2 GB.*about 80.1 GB"):
        train(on, Recipe(), method=method)
    assert tracemalloc.get_traced_memory()[1] < 10**6
    tracemalloc.stop()


@pytest.mark.parametrize(
    ("extent", "message"),
    [
        (Extent(1000, 2, 1, 10**6, 1, 5), r"got about 8 GB \(1000 runs, 2 parameters, 1000000 rows\)"),
        (Extent(10**7, 50, 1, 80, None, 5), r"got about 40.2 GB \(10000000 runs, 50 parameters, 80 rows\)"),
        (Extent(1, 2, 1, 80, None, 10**18), r"epochs must keep the examples read within 9.22e\+18.*got 8e\+19"),
    ],
    ids=["rows", "states", "count"],
)
def test_a_refusal_names_the_estimate(extent: Extent, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        fit(extent, 2 * 10**9)


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("recipe", [Recipe((0.1,), batch_size=1, epochs=50), Recipe((0.1,), "adam", epochs=2500)])
def test_a_report_hears_of_the_work_and_may_stop_it(recipe: Recipe, method: str) -> None:
    heard: list[float] = []
    with memory(20_000):
        train(TASK.train, recipe, TASK.validation, heard.append, method)
    assert np.diff(heard).min() > -1e-12
    assert 0 < heard[0] < 0.5 < heard[-2] < heard[-1] == pytest.approx(1)

    def stop(fraction: float) -> None:
        raise InterruptedError

    with memory(20_000), pytest.raises(InterruptedError):
        train(TASK.train, recipe, report=stop, method=method)


@pytest.mark.parametrize("executor", [None, ThreadPoolExecutor(2)], ids=["here", "threads"])
def test_a_sweep_records_at_a_stride_what_is_too_large_by_itself(executor: ThreadPoolExecutor | None) -> None:
    recipes = [Recipe((rate,), batch_size=7, epochs=23, seeds=(2,)) for rate in (0.01, 0.03)]
    recipes.append(Recipe((0.02,), batch_size=40, epochs=2))
    with memory(9_000), mock.patch.object(sweep_module, "PIECE", 1):
        *long, short = sweep(TASK.train, recipes, executor, TASK.validation)
    assert short.kept.stride == 1
    for recipe, outcome in zip(recipes, long, strict=False):
        same_where_kept(outcome.kept, train(TASK.train, recipe, TASK.validation), 1e-12)


@pytest.mark.parametrize("rule", ["gd", "momentum", "nesterov"])
def test_batch_descent_goes_straight_to_where_walking_every_update_leads(rule: str) -> None:
    recipe = Recipe((0.05, 0.2), optimizer=rule, epochs=5_000)
    with memory(9_000):
        found = train(TASK.train, recipe)
    whole = train(TASK.train, recipe, method="loop")
    assert found.stride > 20
    np.testing.assert_allclose(found.path, whole.path[:, found.updates], rtol=1e-12)
