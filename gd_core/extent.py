"""Extent: how large a run is, known before anything is computed, and at what stride its history fits the memory.

Of R runs of T updates a whole history has, for every update, the P parameters and the losses of every run:

    numbers = R (T + 1) (P + losses) + (row numbers read)

Where that is too much, the history keeps the start, every `stride`-th update and the last one, 1 + ceil(T / stride)
entries; the rows are then drawn piece by piece, and part of the memory is left to work in.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

NUMBER = 8
"""Bytes of a number, real or whole."""
WORKING = 8
"""One part in so many of the memory is left to work in."""
HOLDING = 4
"""How often a piece of the run may be held in it: by the engine that walks it, and for the losses of all its states."""
MOVING = 8
"""Rows of parameters that one update needs: theta, gradient, step, and the memory of the rule before and after."""


class Extent(NamedTuple):
    """How large a run is."""

    runs: int
    params: int
    losses: int
    """1, or 2 with held-out rows."""
    n: int
    batch_size: int | None
    epochs: int

    @property
    def per_epoch(self) -> int:
        """Updates in an epoch."""
        return 1 if self.batch_size is None else -(-self.n // self.batch_size)

    @property
    def updates(self) -> int:
        """T."""
        return self.epochs * self.per_epoch

    @property
    def rows(self) -> int:
        """Row numbers read in an epoch by all runs; batch descent needs none."""
        return 0 if self.batch_size is None else self.runs * self.n

    @property
    def entry(self) -> int:
        """Numbers that a history has for one update."""
        return self.runs * (self.params + self.losses)

    @property
    def whole(self) -> int:
        """Bytes of the whole history and the rows that the run reads."""
        return NUMBER * ((self.updates + 1) * self.entry + self.epochs * self.rows)

    def seen(self, updates: NDArray[np.intp]) -> NDArray[np.intp]:
        """Return the examples read after some numbers of updates; the last batch of an epoch may be short."""
        return updates // self.per_epoch * self.n + updates % self.per_epoch * (self.batch_size or self.n)


class Fit(NamedTuple):
    """How a run is recorded within some memory."""

    extent: Extent
    stride: int
    """The smallest that fits."""
    room: int
    """Numbers that a piece of the run may have: its states, losses and rows."""

    @property
    def updates(self) -> NDArray[np.intp]:
        """The updates that are kept: 0, stride, 2 stride, …, and T."""
        return np.append(np.arange(0, self.extent.updates, self.stride), self.extent.updates)

    @property
    def entries(self) -> int:
        """How many states, with their losses, make a piece."""
        return max(1, self.room // self.extent.entry)


def fit(extent: Extent, memory: int) -> Fit:
    """Return how a run is recorded within so many bytes.

    Raises ValueError, with the estimate, when not even the start and the end fit.
    """
    if (read := extent.epochs * extent.n) > (most := np.iinfo(np.intp).max):
        raise ValueError(f"epochs must keep the examples read within {most:.3g}, to be counted; got {read:.3g}.")
    entry = NUMBER * (extent.entry + 3)  # with how many updates, examples and epochs it comes after
    needed = NUMBER * (extent.rows + MOVING * extent.runs * extent.params)
    if memory // WORKING + needed + 2 * entry > memory:
        raise ValueError(
            f"runs, parameters and rows must leave room to record the start and the end within {memory / 1e9:g} GB, an "
            f"eighth of it to work in; got about {(needed + 2 * entry) / 1e9:.3g} GB ({extent.runs} runs, "
            f"{extent.params} parameters, {extent.n} rows): take fewer runs."
        )
    kept = (memory - memory // WORKING - needed) // entry
    return Fit(extent, -(-extent.updates // (kept - 1)), memory // (WORKING * HOLDING * NUMBER))
