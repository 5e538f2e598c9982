"""Growth: how the engine's cost rises with rows, updates and runs.

Where cost ∝ sizeˢ the slope s of log cost over log size says all: 0 where the size does not matter, 1 where the cost is
proportional to it. Small sizes are bent upwards by what a call costs at all, so the slope is that of the larger half.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from benchmarks.engine import growth_chart
from benchmarks.engine.case import Case
from benchmarks.engine.table import figure
from benchmarks.engine.timing import Spread, in_turn, spread
from benchmarks.engine.workloads import WORKLOADS, Size, all_rows, loss_surface, single_sample
from gd_core.shapes import Array

ROUNDS = 5


class Growth(NamedTuple):
    """One workload at several sizes."""

    title: str
    over: str
    """What the size counts."""
    sizes: tuple[int, ...]
    make: Callable[[int], Case]


GROWTHS = (
    Growth(
        "batch descent, 1,000 updates",
        "rows N",
        (1000, 10_000, 100_000, 1_000_000),
        lambda n: all_rows(Size(n, 1000)),
    ),
    Growth(
        "single-sample descent, 64,000 updates",
        "rows N",
        (1000, 4000, 16_000, 64_000),
        lambda n: single_sample(Size(n, 64_000 // n)),
    ),
    Growth("surface, 101 by 101", "rows N", (1000, 10_000, 100_000, 1_000_000), lambda n: loss_surface(Size(n))),
    Growth(
        "single-sample descent, 1,000 rows",
        "updates T",
        (1000, 4000, 16_000, 64_000, 256_000),
        lambda t: single_sample(Size(1000, t // 1000)),
    ),
    Growth(
        "batch descent, 100,000 rows",
        "updates T",
        (100, 1000, 10_000, 100_000),
        lambda t: all_rows(Size(100_000, t)),
    ),
    Growth(
        "single-sample descent, 2,000 updates",
        "runs R",
        (1, 4, 16, 64, 250, 1000, 4000),
        lambda r: WORKLOADS["W7"].make(Size(1000, 2, r)),
    ),
)


class Grown(NamedTuple):
    """What a growth was found to be."""

    growth: Growth
    spreads: tuple[Spread, ...]
    """The seconds at every size."""

    @property
    def half(self) -> slice:
        """Which sizes the slope is that of: the larger half, two at least."""
        return larger(self.growth.sizes)

    @property
    def slope(self) -> float:
        """That of the medians."""
        return slope(self.growth.sizes, np.array([spread.median for spread in self.spreads]))

    def __str__(self) -> str:
        """Say the slope, and the medians it comes from."""
        times = zip(self.growth.sizes, self.spreads, strict=True)
        told = ", ".join(f"{size:,}: {figure(1000 * spread.median)} ms" for size, spread in times)
        return f"{self.growth.title}, over {self.growth.over}: slope {self.slope:.2f} ({told})"


def measured(growth: Growth) -> Grown:
    """Time a workload at all its sizes in turn."""
    cases = {str(size): growth.make(size) for size in growth.sizes}
    taken = in_turn({name: case.ours for name, case in cases.items()}, ROUNDS)
    return Grown(growth, tuple(spread(values) for values in taken.values()))


def larger(sizes: Sequence[int]) -> slice:
    """Return which sizes are the larger half, two at least."""
    return slice(min(len(sizes) // 2, len(sizes) - 2), None)


def slope(sizes: Sequence[int], seconds: Array) -> float:
    """Return the slope of log seconds (sizes,) over log size, over the larger half of the sizes."""
    half = larger(sizes)
    return float(np.polyfit(np.log(sizes[half]), np.log(seconds[half]), 1)[0])


def main(file: Path | None = None) -> None:
    """Print how cost grows; draw it into a file, if one is named."""
    print("\nHow the engine's time grows: slope of log time over log size, over the larger half of the sizes")
    print(f"(0: the size does not matter; 1: in proportion to it), medians of {ROUNDS} rounds.")
    found = []
    for growth in GROWTHS:
        found.append(measured(growth))
        print(f"- {found[-1]}", flush=True)
    if file is not None:
        growth_chart.drawn(found).save(file)
        print(f"Drawn in {file}.")


if __name__ == "__main__":
    main()
