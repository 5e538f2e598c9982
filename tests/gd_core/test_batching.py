"""Batching: an epoch is a permutation, and a run sees the same batches alone as among others."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gd_core import ORDERS, Batching
from gd_core.shapes import FULL

SEEDS = st.integers(0, 2**64)
DRAWS = st.integers(1, 40).flatmap(lambda n: st.tuples(st.just(n), st.integers(1, n)))
"""A number of rows n, and a batch size from 1 to n."""


@given(DRAWS, SEEDS, st.integers(1, 4))
def test_every_epoch_is_a_new_permutation_cut_into_batches(draw: tuple[int, int], seed: int, epochs: int) -> None:
    n, size = draw
    plan = Batching(size).plan(n, epochs, [seed])
    batches = [batch[0].tolist() for batch in plan]
    per_epoch = -(-n // size)
    assert len(plan) == len(batches) == epochs * per_epoch
    for start in range(0, len(batches), per_epoch):
        epoch = batches[start : start + per_epoch]
        assert sorted(row for batch in epoch for row in batch) == list(range(n))
        assert [len(batch) for batch in epoch[:-1]] == [size] * (per_epoch - 1)
        assert len(epoch[-1]) == n - size * (per_epoch - 1)  # short, and nothing of it leaks onwards


@pytest.mark.parametrize("n", [1, 2, 7, 404])
def test_the_epochs_are_those_of_a_generator_that_is_asked_for_one_after_the_other(n: int) -> None:
    rng, drawing = np.random.default_rng(3), np.random.default_rng(3)
    (shuffled,), (drawn,) = (Batching(1, order).plan(n, 5, [3]).stream for order in ("shuffled", "with replacement"))
    assert shuffled.tolist() == [row for _ in range(5) for row in rng.permutation(n).tolist()]
    assert drawn.tolist() == [row for _ in range(5) for row in drawing.integers(0, n, n).tolist()]


def test_epochs_are_shuffled_anew() -> None:
    first, second = Batching(50).plan(50, 2, [3])
    assert first.tolist() != second.tolist()


@pytest.mark.parametrize("order", ORDERS)
@given(DRAWS, SEEDS)
def test_the_batch_size_does_not_change_the_stream(order: str, draw: tuple[int, int], seed: int) -> None:
    n, size = draw
    streams = [
        np.concatenate([batch[0] for batch in Batching(chosen, order).plan(n, 3, [seed])]).tolist()
        for chosen in (1, size, n)
    ]
    assert streams[0] == streams[1] == streams[2]


@pytest.mark.parametrize("order", ORDERS)
@given(DRAWS, st.lists(SEEDS, min_size=1, max_size=5))
def test_a_run_sees_the_batches_it_sees_alone(order: str, draw: tuple[int, int], seeds: list[int]) -> None:
    n, size = draw
    together = [batch.tolist() for batch in Batching(size, order).plan(n, 3, seeds)]
    for r, seed in enumerate(seeds):
        alone = [batch[0].tolist() for batch in Batching(size, order).plan(n, 3, [seed])]
        assert [batch[r] for batch in together] == alone


@given(st.integers(1, 300), SEEDS)
def test_epochs_drawn_at_once_are_those_drawn_one_after_the_other(n: int, seed: int) -> None:
    shuffled, drawn = np.random.default_rng(seed), np.random.default_rng(seed)
    one_by_one = {
        "shuffled": [shuffled.permutation(n).tolist() for _ in range(3)],
        "with replacement": [drawn.integers(0, n, n).tolist() for _ in range(3)],
    }
    for order, epochs in one_by_one.items():
        assert Batching(1, order).plan(n, 3, [seed]).stream.reshape(3, n).tolist() == epochs


@given(DRAWS, st.lists(st.integers(0, 3), min_size=1, max_size=8))
def test_runs_of_one_seed_read_one_stream_that_is_kept_once(draw: tuple[int, int], seeds: list[int]) -> None:
    n, size = draw
    plan = Batching(size).plan(n, 3, seeds)
    assert plan.streams.shape == (len(set(seeds)), 3 * n)
    assert plan.runs == len(seeds)
    assert plan.stream.tolist() == [Batching(size).plan(n, 3, [seed]).stream[0].tolist() for seed in seeds]
    chosen = np.array(seeds) == seeds[0]
    assert plan.only(chosen).stream.tolist() == plan.stream[chosen].tolist()


@given(DRAWS, SEEDS)
def test_sequential_order_is_the_stored_order(draw: tuple[int, int], seed: int) -> None:
    n, size = draw
    stream = [row for batch in Batching(size, "sequential").plan(n, 2, [seed]) for row in batch[0].tolist()]
    assert stream == [*range(n), *range(n)]


@given(DRAWS, SEEDS)
def test_draws_with_replacement_stay_in_range_and_fill_the_same_batches(draw: tuple[int, int], seed: int) -> None:
    n, size = draw
    drawn, shuffled = (Batching(size, order).plan(n, 2, [seed]) for order in ("with replacement", "shuffled"))
    assert drawn.seen.tolist() == shuffled.seen.tolist()
    assert all(0 <= row < n for batch in drawn for row in batch[0])


def test_draws_with_replacement_hit_every_row_equally_often() -> None:
    (batch,) = Batching(10, "with replacement").plan(10, 1, range(4000))
    counts = np.bincount(batch.ravel(), minlength=10)
    assert counts == pytest.approx(np.full(10, 4000), abs=6 * np.sqrt(4000))  # six standard deviations
    assert any(len(set(row)) < 10 for row in batch.tolist())


def test_seeds_differ_in_what_they_draw() -> None:
    (batch,) = Batching(20).plan(20, 1, range(50))
    assert len({tuple(row) for row in batch.tolist()}) == 50


@pytest.mark.parametrize("order", ORDERS)
def test_batch_descent_uses_all_rows_once_per_update_whatever_the_order(order: str) -> None:
    plan = Batching(None, order).plan(7, 3, [0, 1])
    assert list(plan) == [FULL] * 3
    assert plan.seen.tolist() == [0, 7, 14, 21]


@given(DRAWS, st.integers(1, 3))
def test_examples_seen_count_up_batch_by_batch(draw: tuple[int, int], epochs: int) -> None:
    n, size = draw
    plan = Batching(size).plan(n, epochs, [0])
    assert plan.seen[0] == 0
    assert plan.seen[-1] == epochs * n
    assert np.diff(plan.seen).tolist() == [batch.shape[1] for batch in plan]
    assert set(range(n, epochs * n + 1, n)) <= set(plan.seen.tolist())  # every epoch ends with an update


@given(DRAWS, st.integers(1, 3), st.integers(0, 130), st.booleans())
def test_a_plan_until_an_update_is_its_beginning(draw: tuple[int, int], epochs: int, updates: int, whole: bool) -> None:
    n, size = draw
    plan = Batching(None if whole else size).plan(n, epochs, [3, 4])
    begun = plan.until(updates)
    assert len(begun) == min(updates, len(plan))
    assert begun.seen.tolist() == plan.seen[: updates + 1].tolist()
    for batch, expected in zip(begun, list(plan)[:updates], strict=True):
        assert (batch == expected) if whole else (batch.tolist() == expected.tolist())
    if not whole:
        assert begun.stream.tolist() == plan.stream[:, : begun.seen[-1]].tolist()
