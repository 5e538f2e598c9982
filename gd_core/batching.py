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
"""Writes the row numbers of all epochs (epochs, n): a new permutation each, the stored order, or n independent draws.

All epochs in one call, since a call takes longer than to shuffle a handful of rows; NumPy draws the same numbers as it
does epoch by epoch.
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
        seen = self.seen[: updates + 1]
        return Plan(None if self.streams is None else self.streams[:, : seen[-1]], seen, self.reader)

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
        checks.whole("n", n, 1)
        checks.whole("epochs", epochs, 1)
        size = n if self.size is None else checks.whole("batch_size", self.size, 1, n)
        cuts = np.append(np.arange(size, n, size), n)
        seen = np.append(0, np.arange(0, epochs * n, n)[:, None] + cuts)
        if self.size is None:
            return Plan(None, seen)
        distinct = {seed: s for s, seed in enumerate(dict.fromkeys(seeds))}
        streams = np.empty((len(distinct), epochs, n), dtype=np.intp)
        for seed, s in distinct.items():
            ORDERS[self.order](np.random.default_rng(seed), streams[s])
        own = len(distinct) == len(seeds)
        return Plan(
            streams.reshape(-1, epochs * n), seen, None if own else np.array([distinct[seed] for seed in seeds])
        )
