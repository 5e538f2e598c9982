"""The log axis of learning rates that charts share, and how the labels of any log axis are written."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import altair as alt

from gd_ui.charts.template import first

POWERS = "datum.value >= 0.001 && datum.value < 1e5 ? format(datum.value, ',~f') : format(datum.value, '.0e')"
"""The expression that writes the label of a log axis."""
TICKS = [float(f"{mantissa}e{power}") for power in range(-9, 4) for mantissa in (1, 2, 5)]
"""Rates that may stand below the axis; those in view do."""


class Span(NamedTuple):
    """The rates an axis shows, from low to high."""

    low: float
    high: float


def rate_axis(title: str | None = None) -> Callable[[str], Any]:
    """Return the function that turns a field into an encoding on the log axis of rates, from `low` to `high`.

    Without a title the axis is bare: labels and nothing else.
    """
    scale = alt.Scale(type="log", domain=[alt.ExprRef("low"), alt.ExprRef("high")], nice=False)
    bare: dict[str, Any] = {"domain": False, "ticks": False} if title is None else {}
    axis = alt.Axis(labelExpr=POWERS, values=TICKS, labelOverlap=True, grid=False, title=title, **bare)
    return lambda field: alt.X(f"{field}:Q", scale=scale, axis=axis)


def span_params() -> dict[str, str]:
    """Return the parameters that `rate_axis` reads."""
    return {"low": first("this", "low", 0.01), "high": first("this", "high", 1)}
