"""Batching: which examples each update sees, decided before the run from a seed.

A run reads one long stream of row numbers, epoch after epoch. Batch size only says after how many of them it
updates: methods with the same order and seed read the same examples in the same order, and differ in nothing
but that. The stream is cut at the end of every epoch, so the last batch of an epoch may be short and never
takes rows of the next.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from gd_core import checks
from gd_core.shapes import FULL, Rows


def _shuffled(rng: np.random.Generator, epochs: NDArray[np.intp]) -> None:
    _sequential(rng, epochs)
    rng.permuted(epochs, axis=1, out=epochs)


def _sequential(rng: np.random.Generator, epochs: NDArray[np.intp]) -> None:
    epochs[:] = np.arange(epochs.shape[1])


def _with_replacement(rng: np.random.Generator, epochs: NDArray[np.intp]) -> None:
    epochs[:] = rng.integers(0, epochs.shape[1], epochs.shape)


ORDERS: dict[str, Callable[[np.random.Generator, NDArray[np.intp]], None]] = {
    "shuffled": _shuffled,
    "sequential": _sequential,
    "with replacement": _with_replacement,
}
"""Each writes the row numbers of all epochs (E, n): a new permutation each, the stored order, or n independent draws.

All epochs in one call, since a call takes longer than to shuffle a handful of rows; NumPy draws the same numbers as it
does epoch by epoch, however many come after.
"""


@dataclass(frozen=True, eq=False)
class Plan:
    """Every batch of every run. Iterating gives the rows of update 1, 2, … T: indices (R, B), or FULL."""

    streams: NDArray[np.intp] | None
    """Row numbers in reading order (S, epochs * n), or None when every update uses all rows."""
    seen: NDArray[np.intp]
    """Examples read up to each update, (T+1,) from 0; update t reads stream[:, seen[t-1]:seen[t]]."""
    reader: NDArray[np.intp] | None = None
    """(R,) which of the streams each run reads; None if each has its own."""

    @cached_property
    def stream(self) -> NDArray[np.intp] | None:
        """The stream of every run (R, epochs * n), or None. Runs that share one have copies: see `streams` if many."""
        return self.streams if self.streams is None or self.reader is None else self.streams[self.reader]

    @property
    def runs(self) -> int | None:
        """R, or None when every update uses all rows: such a plan fits any number of runs."""
        return None if self.streams is None else len(self.streams if self.reader is None else self.reader)

    def only(self, chosen: NDArray[np.bool_]) -> Plan:
        """Return the plan of the chosen (R,) among the runs."""
        if self.streams is None:
            return self
        if self.reader is None:
            return Plan(self.streams[chosen], self.seen)
        return Plan(self.streams, self.seen, self.reader[chosen])

    def __len__(self) -> int:
        """Return T, the number of updates."""
        return len(self.seen) - 1

    def until(self, updates: int) -> Plan:
        """Return the same plan ended after so many updates, or after its own last one."""
        return self.between(0, updates)

    def between(self, start: int, end: int) -> Plan:
        """Return the updates after the first `start`, up to the `end`-th or the plan's last, as a plan by itself."""
        seen = self.seen[start : end + 1]
        streams = None if self.streams is None else self.streams[:, seen[0] : seen[-1]]
        return Plan(streams, seen - seen[0], self.reader)

    def __iter__(self) -> Iterator[Rows]:
        """Yield the batch of every update."""
        for start, end in pairwise(self.seen):
            yield FULL if self.stream is None else self.stream[:, start:end]


@dataclass(frozen=True)
class Batching:
    """How an epoch of examples is cut into updates.

    Raises ValueError when the size is below 1 or the order is unknown, and `plan` when the size exceeds n.
    """

    size: int | None = None
    """Examples per update; None is batch descent: every update uses all rows once, whatever the order."""
    order: str = "shuffled"

    def __post_init__(self) -> None:
        """Check size and order."""
        if self.size is not None:
            checks.whole("batch_size", self.size, 1)
        checks.choice("order", self.order, ORDERS)

    def plan(self, n: int, epochs: int, seeds: Sequence[int]) -> Plan:
        """Return the batches of one run per seed over `epochs` passes of n rows.

        Each seed has its own generator, so a run sees the same batches alone as among a thousand others.
        """
        return next(self.pieces(n, epochs, seeds, epochs))

    def pieces(self, n: int, epochs: int, seeds: Sequence[int], at_once: int) -> Iterator[Plan]:
        """Yield the same batches `at_once` epochs at a time, each piece a plan by itself: for runs too long to plan."""
        checks.whole("n", n, 1)
        checks.whole("epochs", epochs, 1)
        size = n if self.size is None else checks.whole("batch_size", self.size, 1, n)
        cuts = np.append(np.arange(size, n, size), n)
        distinct = {seed: s for s, seed in enumerate(dict.fromkeys(seeds))}
        reader = None if len(distinct) == len(seeds) else np.array([distinct[seed] for seed in seeds])
        generators = [np.random.default_rng(seed) for seed in distinct]
        for done in range(0, epochs, at_once):
            length = min(at_once, epochs - done)
            seen = np.append(0, np.arange(0, length * n, n)[:, None] + cuts)
            if self.size is None:
                yield Plan(None, seen)
                continue
            streams = np.empty((len(distinct), length, n), dtype=np.intp)
            for rows, generator in zip(streams, generators, strict=True):
                ORDERS[self.order](generator, rows)
            yield Plan(streams.reshape(-1, length * n), seen, reader)
