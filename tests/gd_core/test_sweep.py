"""A sweep gives every recipe what `train` gives it alone, wherever it is computed."""

import multiprocessing
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from importlib import import_module
from operator import attrgetter
from unittest import mock

import numpy as np
import pytest
from distributed import Client, LocalCluster
from hypothesis import given
from hypothesis import strategies as st

from gd_core import (
    ACTIVATIONS,
    LOSSES,
    OPTIMIZERS,
    ORDERS,
    SCHEDULES,
    History,
    Model,
    Objective,
    Problem,
    Recipe,
    noisy_line,
    objective,
    prepare,
    train,
)
from gd_core.experiment import train_from
from gd_core.shapes import Array
from gd_core.sweep import Outcome, final_loss, sweep

MODULE = import_module("gd_core.sweep")
"""The module, whose name the package may give to its function."""


def threads() -> Executor:
    return ThreadPoolExecutor(2)


def processes() -> Executor:
    return ProcessPoolExecutor(2, mp_context=multiprocessing.get_context("spawn"))


@contextmanager
def dask() -> Iterator[Executor]:
    """Start a cluster of two processes that nobody outside this computer can reach, and no dashboard."""
    with (
        LocalCluster(
            n_workers=2,
            threads_per_worker=1,
            host="127.0.0.1",
            dashboard_address="127.0.0.1:0",
            scheduler_kwargs={"dashboard": False},
        ) as cluster,
        Client(cluster) as client,
        client.get_executor() as executor,
    ):
        yield executor


EXECUTORS: dict[str, Callable[[], AbstractContextManager[Executor]]] = {
    "threads": threads,
    "processes": processes,
    "dask": dask,
}


@pytest.fixture(scope="module", params=EXECUTORS)
def executor(request: pytest.FixtureRequest) -> Iterator[Executor]:
    """Return each executor in turn, and end its threads and processes."""
    before = set(multiprocessing.active_children())
    with EXECUTORS[request.param]() as started:
        yield started
    assert set(multiprocessing.active_children()) <= before


def few_rows(n: int = 12) -> tuple[Objective, Objective]:
    """Return the first rows of course B's line to train on, and six more to validate."""
    task = prepare(Problem("line", validation_fraction=0.0), noisy_line())
    x, y = task.train.x, task.train.y
    return tuple(task.train._replace(x=x[rows], y=y[rows]) for rows in (slice(0, n), slice(n, n + 6)))


TRAIN, HELD_OUT = few_rows()

NETWORK = objective(
    Model((1, 3, 1), hidden=ACTIVATIONS["tanh"], output=ACTIVATIONS["sigmoid"]), LOSSES["squared"], TRAIN.x, TRAIN.y
)

RATES = st.sampled_from([0.003, 0.01, 0.05])
SEEDS = st.integers(0, 3)
RATES_AND_SEEDS = st.one_of(
    st.lists(st.tuples(RATES, SEEDS), min_size=1, max_size=3).map(lambda pairs: tuple(zip(*pairs, strict=True))),
    st.tuples(st.tuples(RATES), st.lists(SEEDS, min_size=1, max_size=3).map(tuple)),
    st.tuples(st.lists(RATES, min_size=1, max_size=3).map(tuple), st.tuples(SEEDS)),
)
"""Learning rates and seeds: in pairs, or one of them for all."""

STARTS = st.sampled_from([None, None, (0.0, 1.0), (2.0, 0.0)])

KINDS = st.builds(
    Recipe,
    optimizer=st.sampled_from(["gd", *OPTIMIZERS]),
    schedule=st.sampled_from(["constant", *SCHEDULES]),
    batch_size=st.sampled_from([None, 1, 5]),
    order=st.sampled_from(list(ORDERS)),
    epochs=st.integers(1, 2),
)


@st.composite
def mixes(draw: st.DrawFn) -> list[Recipe]:
    """Draw up to eight recipes of up to three kinds, so that some of them go together."""
    kinds = draw(st.lists(KINDS, min_size=1, max_size=3))
    mix = []
    for _ in range(draw(st.integers(1, 8))):
        rates, seeds = draw(RATES_AND_SEEDS)
        kind, start = draw(st.sampled_from(kinds)), draw(STARTS)
        mix.append(replace(kind, learning_rate=rates, seeds=seeds, start=start))
    return mix


def numbers(recipe: Recipe) -> int:
    """Count what a recipe on the twelve rows holds: rows it reads, and two parameters and two losses per state."""
    updates = {None: 1, 1: 12, 5: 3}[recipe.batch_size] * recipe.epochs
    return recipe.runs * ((12 * recipe.epochs if recipe.batch_size else 0) + 4 * (updates + 1))


def alike(found: History, expected: History, tolerance: float) -> None:
    """Assert that two histories have the same shapes, the same gaps and, up to rounding, the same numbers."""
    for name, ours, theirs in zip(History._fields, found, expected, strict=True):
        if theirs is None:
            assert ours is None, name
        else:
            np.testing.assert_allclose(ours, theirs, rtol=tolerance, atol=tolerance, err_msg=name)


def to_the_bit(history: History) -> list[object]:
    """Return every field of a history as something that is equal only if all bits are."""
    fields = [None if field is None else np.asarray(field) for field in history]
    return [None if field is None else (field.shape, field.dtype.str, field.tobytes()) for field in fields]


@given(mixes(), st.sampled_from([1, 200, 1000, 2**21]), st.booleans())
def test_every_recipe_of_any_mix_gets_the_history_it_gets_alone(mix: list[Recipe], piece: int, held_out: bool) -> None:
    validation = HELD_OUT if held_out else None
    with mock.patch.object(MODULE, "PIECE", piece):
        outcomes = sweep(TRAIN, mix, validation=validation)
    assert [outcome.recipe for outcome in outcomes] == mix
    for recipe, outcome in zip(mix, outcomes, strict=True):
        assert outcome.error is None
        alike(outcome.kept, train(TRAIN, recipe, validation), 1e-12)


@given(mixes(), st.sampled_from([1, 200, 1000, 2**21]))
def test_recipes_that_agree_in_all_but_rate_seed_and_start_are_one_batch_of_bounded_size(
    mix: list[Recipe], piece: int
) -> None:
    trained: list[Recipe] = []

    def spy(theta: Array, on: Objective, recipe: Recipe, *rest: object) -> History:
        trained.append(recipe)
        return train_from(theta, on, recipe, *rest)

    settings = attrgetter("optimizer", "schedule", "batch_size", "order", "epochs")
    with mock.patch.object(MODULE, "train_from", spy), mock.patch.object(MODULE, "PIECE", piece):
        sweep(TRAIN, mix)
    assert sum(batch.runs for batch in trained) == sum(recipe.runs for recipe in mix)
    assert {settings(batch) for batch in trained} == {settings(recipe) for recipe in mix}
    assert all(numbers(batch) <= max(piece, *map(numbers, mix)) for batch in trained)
    if piece == 2**21:
        assert len(trained) == len(set(map(settings, mix)))


@pytest.mark.parametrize("optimizer", ["gd", "momentum", "nesterov"])
@pytest.mark.parametrize("schedule", ["constant", *SCHEDULES])
@pytest.mark.parametrize("method", ["fastest", "loop"])
def test_batch_descent_from_many_starts_together_has_the_bits_of_each_alone(
    optimizer: str, schedule: str, method: str
) -> None:
    starts = [None, (0.0, 1.0), (2.0, 0.0), (-3.0, 1e3), (0.0, 0.0), (1e-3, 7.0), (5.0, 5.0)]
    mix = [Recipe((0.02,), optimizer, schedule, epochs=100, seeds=(1, 2), start=start) for start in starts]
    batches: list[int] = []

    def spy(theta: Array, on: Objective, recipe: Recipe, *rest: object) -> History:
        batches.append(recipe.runs)
        return train_from(theta, on, recipe, *rest)

    with mock.patch.object(MODULE, "train_from", spy):
        outcomes = sweep(TRAIN, mix, validation=HELD_OUT, method=method)
    assert batches == [2 * len(mix)]
    for recipe, outcome in zip(mix, outcomes, strict=True):
        assert to_the_bit(outcome.kept) == to_the_bit(train(TRAIN, recipe, HELD_OUT, method=method))


def test_a_start_that_does_not_fit_fails_alone_among_those_it_was_joined_with() -> None:
    mix = [Recipe(start=start) for start in ((0.0, 1.0), (1.0,), (2.0, 0.0), None)]
    outcomes = sweep(TRAIN, mix)
    assert [outcome.error is None for outcome in outcomes] == [True, False, True, True]
    assert outcomes[1].error == "ValueError: start must have shape (2,), no axis empty; got shape (1,)."
    assert [outcome.kept.path[0, 0].tolist() for outcome in outcomes[:3:2]] == [[0.0, 1.0], [2.0, 0.0]]


def test_a_batch_ends_before_it_is_too_large_and_one_large_recipe_goes_alone() -> None:
    runs: list[int] = []

    def spy(theta: Array, on: Objective, recipe: Recipe, *rest: object) -> History:
        runs.append(recipe.runs)
        return train_from(theta, on, recipe, *rest)

    one, two, five = Recipe(batch_size=5), Recipe((0.1, 0.2), batch_size=5), Recipe(batch_size=5, seeds=(1, 2, 3, 4, 5))
    mix = [one, one, one, five, two, one, one]
    with mock.patch.object(MODULE, "train_from", spy), mock.patch.object(MODULE, "PIECE", 3 * numbers(one)):
        sweep(TRAIN, mix)
    assert runs == [3, 5, 3, 1]


@pytest.mark.parametrize("optimizer", ["gd", "momentum"])
@pytest.mark.parametrize("batch_size", [None, 1, 5])
def test_a_run_that_diverges_neither_changes_nor_is_changed_by_its_neighbours(
    optimizer: str, batch_size: int | None
) -> None:
    rates = [0.01, 1e3, 0.05, 30.0, 0.02]
    mix = [Recipe((rate,), optimizer, batch_size=batch_size, epochs=200) for rate in rates]
    outcomes = sweep(TRAIN, mix, validation=HELD_OUT)
    lost = [outcome.kept.diverged_at[0] >= 0 for outcome in outcomes]
    assert lost == [False, True, False, True, False]
    for recipe, outcome, is_lost in zip(mix, outcomes, lost, strict=True):
        alike(outcome.kept, train(TRAIN, recipe, HELD_OUT), 1e-10 if is_lost else 1e-12)


MIX = [
    Recipe((rate,), optimizer, batch_size=batch_size, epochs=3, seeds=seeds, start=start)
    for rate in (0.02, 300.0)
    for optimizer in ("gd", "adam")
    for batch_size in (None, 1, 5)
    for seeds in ((1,), (2, 3))
    for start in (None, (1.0, 2.0), (1.0,))
] + [Recipe(batch_size=13), Recipe(epochs=50, seeds=tuple(range(9)))]


@pytest.mark.parametrize("piece", [500, 2**21])
@pytest.mark.parametrize(
    "on", [TRAIN, TRAIN._replace(loss=LOSSES["absolute"]), NETWORK], ids=["linear", "absolute", "network"]
)
def test_every_executor_gives_the_same_bits(on: Objective, piece: int, executor: Executor) -> None:
    with mock.patch.object(MODULE, "PIECE", piece):
        here = sweep(on, MIX, validation=on)
        elsewhere = sweep(on, MIX, executor, validation=on)
    failed = [outcome.error for outcome in here if outcome.error]
    assert 0 < len(failed) < len(MIX)
    assert [outcome[::2] for outcome in elsewhere] == [outcome[::2] for outcome in here]
    for ours, theirs in zip(elsewhere, here, strict=True):
        assert ours.error or to_the_bit(ours.kept) == to_the_bit(theirs.kept)


def test_a_stopped_sweep_leaves_the_executor_fit_for_the_next(executor: Executor) -> None:
    class StopError(Exception):
        pass

    def stop(fraction: float) -> None:
        raise StopError

    with mock.patch.object(MODULE, "PIECE", 1):
        with pytest.raises(StopError):
            sweep(TRAIN, MIX, executor, report=stop)
        heard: list[float] = []
        outcomes = sweep(TRAIN, MIX, executor, keep=final_loss, report=heard.append)
    assert [outcome.recipe for outcome in outcomes] == MIX
    assert heard == sorted(heard)
    assert len(heard) == len(MIX)
    assert heard[-1] == 1.0


def test_a_history_is_reduced_where_it_was_computed(executor: Executor) -> None:
    mix = [Recipe((rate,), batch_size=5, seeds=(1, 2, 3)) for rate in (0.01, 0.02)]
    for keep in (final_loss, attrgetter("diverged_at")):
        outcomes = sweep(TRAIN, mix, executor, keep=keep)
        for recipe, outcome in zip(mix, outcomes, strict=True):
            assert outcome.kept.tolist() == pytest.approx(keep(train(TRAIN, recipe)).tolist(), rel=1e-12)


def test_what_cannot_be_sent_is_named_in_every_outcome() -> None:
    with processes() as pool:
        outcomes = sweep(TRAIN, MIX[:3], pool, keep=lambda history: history.loss)
    assert [outcome.recipe for outcome in outcomes] == MIX[:3]
    assert all("pickle" in str(outcome.error) and outcome.kept is None for outcome in outcomes)


def test_final_losses_hold_on_to_nothing_else() -> None:
    (outcome,) = sweep(TRAIN, [Recipe(seeds=(1, 2))], keep=final_loss)
    assert outcome.kept.base is None


def test_a_failing_recipe_is_named_and_the_others_are_kept() -> None:
    mix = [Recipe(), Recipe(batch_size=13), Recipe(start=(1.0, 2.0, 3.0)), Recipe((0.2,))]
    outcomes = sweep(TRAIN, mix)
    assert [outcome.error for outcome in outcomes] == [
        None,
        "ValueError: batch_size must be a whole number >= 1 and <= 12; got 13.",
        "ValueError: start must have shape (2,), no axis empty; got shape (3,).",
        None,
    ]
    assert [outcome.kept is None for outcome in outcomes] == [False, True, True, False]


def test_a_recipe_whose_history_cannot_be_kept_fails_alone() -> None:
    def picky(history: History) -> float:
        if history.loss.shape[0] == 2:
            raise LookupError("two")
        return float(history.loss[0, -1])

    outcomes = sweep(TRAIN, [Recipe(), Recipe(seeds=(1, 2)), Recipe(seeds=(3,))], keep=picky)
    assert [outcome.error for outcome in outcomes] == [None, "LookupError: two", None]


def test_a_batch_that_fails_is_halved_until_the_failing_recipe_is_found() -> None:
    def fussy(theta: Array, on: Objective, recipe: Recipe, *rest: object) -> History:
        if 7 in recipe.seeds:
            raise MemoryError("seven")
        return train_from(theta, on, recipe, *rest)

    mix = [Recipe(seeds=(seed,), batch_size=5) for seed in range(10)]
    with mock.patch.object(MODULE, "train_from", fussy):
        outcomes = sweep(TRAIN, mix)
    for seed, outcome in enumerate(outcomes):
        assert outcome.recipe == mix[seed]
        if seed == 7:
            assert outcome == Outcome(mix[7], None, "MemoryError: seven")
        else:
            alike(outcome.kept, train(TRAIN, mix[seed]), 1e-12)


def test_a_report_hears_the_finished_share_and_may_stop_the_work() -> None:
    heard: list[float] = []
    sweep(TRAIN, MIX, report=heard.append)
    assert heard == sorted(heard)
    assert 0 < heard[0] < 0.1
    assert heard[-1] == 1.0

    def stop(fraction: float) -> None:
        raise LookupError("stopped")

    with pytest.raises(LookupError, match=r"^stopped$"):
        sweep(TRAIN, MIX, report=stop)


def test_the_loop_can_be_asked_for() -> None:
    (looped,) = sweep(TRAIN, [Recipe(batch_size=1)], method="loop")
    assert to_the_bit(looped.kept) == to_the_bit(train(TRAIN, Recipe(batch_size=1), method="loop"))


def test_where_the_rows_lie_in_memory_changes_nothing() -> None:
    odd = np.empty(TRAIN.x.nbytes + 4, np.uint8)[4:].view(float).reshape(TRAIN.x.shape)
    odd[:] = TRAIN.x
    spread = np.repeat(TRAIN.x, 2, axis=0)[::2]
    assert not odd.flags.aligned
    assert not spread.flags.c_contiguous

    def spy(theta: Array, on: Objective, recipe: Recipe, validation: Objective, *rest: object) -> History:
        assert on.x.flags.aligned
        assert validation.x.flags.aligned
        assert on.x.flags.c_contiguous
        assert validation.x.flags.c_contiguous
        return train_from(theta, on, recipe, validation, *rest)

    with mock.patch.object(MODULE, "train_from", spy):
        plain, *moved = (
            sweep(TRAIN._replace(x=x), MIX[:2], validation=TRAIN._replace(x=x)) for x in (TRAIN.x, odd, spread)
        )
    for outcomes in moved:
        for ours, theirs in zip(outcomes, plain, strict=True):
            assert ours.error is None
            assert to_the_bit(ours.kept) == to_the_bit(theirs.kept)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((TRAIN, []), r"recipes must hold at least one Recipe; got none\."),
        ((TRAIN, Recipe()), r"recipes must be a sequence of Recipes; got a value of type Recipe\."),
        ((TRAIN, [Recipe(), "gd"]), r"recipes must hold nothing but Recipes; got a value of type str as recipes\[1\]"),
        ((TRAIN, [Recipe]), r"recipes must hold nothing but Recipes; got the class Recipe as recipes\[0\]"),
        ((TRAIN, [Recipe(start=[0.0, 0.0])]), r"start must be a tuple or None; got a value of type list in recipes"),
        ((TRAIN, [Recipe()], "threads"), r"executor must be None or a .*Executor; got a value of type str\."),
        ((TRAIN, [Recipe()], ThreadPoolExecutor), r"executor must be .*; got the class ThreadPoolExecutor\."),
        ((Problem("line"), [Recipe()]), r"objective must be an Objective, such as .*; got a value of type Problem\."),
        (
            (TRAIN, [Recipe()], None, None, final_loss, lambda f: None, "scan"),
            "method must be one of 'fastest', 'loop'",
        ),
    ],
)
def test_what_is_no_sweep_is_refused_in_one_sentence(arguments: tuple[object, ...], message: str) -> None:
    with pytest.raises(ValueError, match=f"^{message}"):
        sweep(*arguments)
