"""Promises that are no ratio of times: a surface's memory, and how near a network's path is to the plain loop's."""

from __future__ import annotations

import tracemalloc
from collections.abc import Callable

from benchmarks.engine.answer import distance
from benchmarks.engine.workloads import WORKLOADS

GRID = 1.1
"""A surface at a million rows may take so many times the memory of one at ten thousand: nothing grows with the rows."""
NEAR = 1e-12
"""Of the run's largest number."""


def peak(work: Callable[[], object]) -> int:
    """Return the most bytes that a piece of work held at a time."""
    tracemalloc.start()
    work()
    held = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return held


def main() -> None:
    """Print both, each with its goal."""
    large, small = (WORKLOADS[f"W5 n = {n}"].case for n in ("1,000,000", "10,000"))
    most, ratio = peak(large.ours), peak(large.ours) / peak(small.ours)
    print(
        f"W5, memory of a surface at a million rows: {most / 1e6:.2f} MB, {most / 8 / large.size:.0f} numbers a point, "
        f"{ratio:.2f} times that at ten thousand rows (goal: {GRID}, {verdict(ratio <= GRID)})"
    )
    case = WORKLOADS["W6"].case
    apart = distance(case.ours(), case.by_the_loop())
    print(f"W6, the network's path and loss against the plain loop's: {apart:.0e} apart (goal: {NEAR:.0e}, ", end="")
    print(f"{verdict(apart <= NEAR)})")


def verdict(reached: bool) -> str:
    """Return what to say of a goal."""
    return "holds" if reached else "does NOT hold"


if __name__ == "__main__":
    main()
