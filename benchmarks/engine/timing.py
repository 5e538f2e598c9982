"""Timing: works in turn, round after round, so that what disturbs the machine disturbs all of them alike.

Processor seconds of the process are counted, those of every thread it may have: on an idle machine they are the time on
the wall, and on a busy one they stay what the work costs.
"""

from __future__ import annotations

import gc
import time
from collections.abc import Callable, Mapping
from typing import NamedTuple

import numpy as np

from gd_core.shapes import Array

ENOUGH = 0.02
"""Seconds that a measurement lasts at least; a short work is repeated within it."""


class Spread(NamedTuple):
    """A quantity measured in several rounds."""

    low: float
    """Its lower quartile."""
    median: float
    high: float
    """Its upper quartile."""


def spread(values: Array) -> Spread:
    """Return the quartiles of the values (rounds,)."""
    return Spread(*np.quantile(values, [0.25, 0.5, 0.75]).tolist())


def in_turn(works: Mapping[str, Callable[[], object]], rounds: int) -> dict[str, Array]:
    """Return the seconds (rounds,) that each work takes. Every round starts with another one."""
    names = list(works)
    repeats = {name: max(1, round(ENOUGH / max(seconds(works[name], 1), 1e-7))) for name in names}
    taken: dict[str, list[float]] = {name: [] for name in names}
    for turn in range(rounds):
        first = turn % len(names)
        for name in names[first:] + names[:first]:
            taken[name].append(seconds(works[name], repeats[name]))
    return {name: np.array(values) for name, values in taken.items()}


def seconds(work: Callable[[], object], repeats: int) -> float:
    """Return the processor seconds of one call, the mean over the repeats."""
    gc.collect()
    gc.disable()
    started = time.process_time()
    for _ in range(repeats):
        work()
    taken = time.process_time() - started
    gc.enable()
    return taken / repeats
