"""Growth: how the engine's cost rises with rows, updates and runs.

Where cost ∝ sizeˢ the slope s of log cost over log size says all: 0 where the size does not matter, 1 where the cost is
proportional to it. Small sizes are bent upwards by what a call costs at all, so the slope is that of the larger half.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from benchmarks.engine.case import Case
from benchmarks.engine.timing import in_turn
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
        (1, 4, 16, 64, 256, 1024, 4096),
        lambda r: WORKLOADS["W7"].make(Size(1000, 2, r)),
    ),
)


def measured(growth: Growth) -> Array:
    """Return the median seconds (sizes,) at every size."""
    cases = {str(size): growth.make(size) for size in growth.sizes}
    taken = in_turn({name: case.ours for name, case in cases.items()}, ROUNDS)
    return np.array([np.median(values) for values in taken.values()])


def slope(sizes: tuple[int, ...], seconds: Array) -> float:
    """Return the slope of log seconds (sizes,) over log size, over the larger half of the sizes."""
    half = min(len(sizes) // 2, len(sizes) - 2)
    return float(np.polyfit(np.log(sizes[half:]), np.log(seconds[half:]), 1)[0])


def points() -> Iterator[dict[str, object]]:
    """Measure and print every growth; yield its points for the chart."""
    for growth in GROWTHS:
        seconds = measured(growth)
        steepness = slope(growth.sizes, seconds)
        times = ", ".join(
            f"{size:,}: {1000 * value:.3g} ms" for size, value in zip(growth.sizes, seconds.tolist(), strict=True)
        )
        print(f"{growth.title}, over {growth.over}: slope {steepness:.2f} ({times})", flush=True)
        for size, value in zip(growth.sizes, seconds.tolist(), strict=True):
            title = f"{growth.title} (slope {steepness:.2f})"
            yield {"over": growth.over, "size": size, "milliseconds": 1000 * value, "work": title}


def drawn(values: Sequence[dict[str, object]], file: Path) -> None:
    """Draw the points on log-log axes into a file, HTML or JSON by its ending."""
    import altair as alt

    colour = alt.Color("work:N", title=None, legend=alt.Legend(orient="bottom", columns=1, labelLimit=500))
    chart = (
        alt.Chart(alt.Data(values=values))
        .mark_line(point=True)
        .encode(
            x=alt.X("size:Q", scale=alt.Scale(type="log"), title="Size"),
            y=alt.Y("milliseconds:Q", scale=alt.Scale(type="log"), title="Time (ms)"),
            color=colour,
        )
        .properties(width=260, height=260)
        .facet(column=alt.Column("over:N", title=None, sort=["rows N", "updates T", "runs R"]))
        .resolve_scale(x="independent")
    )
    chart.save(file)


def main(file: Path | None = None) -> None:
    """Print the slopes; draw them into a file, if one is named."""
    values = list(points())
    if file is not None:
        drawn(values, file)


if __name__ == "__main__":
    main()
