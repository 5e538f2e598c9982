"""Table: rows of a comparison as Markdown."""

from __future__ import annotations

from collections.abc import Iterable

from benchmarks.engine.comparison import Row
from benchmarks.engine.timing import Spread

HEAD = """| Work | Who | Keeps | Time, ms | Times ours | Goal | Holds | Notes |
| --- | --- | --- | ---: | ---: | ---: | --- | --- |"""


def line(row: Row) -> str:
    """Return one row of the table."""
    goal = "" if row.goal is None else f"≥ {figure(row.goal)}"
    holds = {None: "", True: "yes", False: "**no**"}[row.holds]
    time = "" if row.seconds is None else spread_out(Spread(*(1000 * value for value in row.seconds)))
    ratio = "" if row.ratio is None else spread_out(row.ratio)
    return f"| {row.workload} | {row.label} | {row.keeps} | {time} | {ratio} | {goal} | {holds} | {row.note} |"


def table(rows: Iterable[Row]) -> str:
    """Return the whole table."""
    return "\n".join([HEAD, *map(line, rows)])


def spread_out(quantity: Spread) -> str:
    """Return a median with its quartiles."""
    return f"{figure(quantity.median)} ({figure(quantity.low)}–{figure(quantity.high)})"


def figure(value: float) -> str:
    """Return a number with three digits, without an exponent."""
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"
