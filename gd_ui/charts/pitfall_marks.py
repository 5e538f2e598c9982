"""What was read, and what was scored? Rows as bars, and scores over learning rates."""

from __future__ import annotations

from typing import Any

import altair as alt

from gd_ui.charts import text
from gd_ui.charts.ground import Place, curve_params
from gd_ui.charts.template import INK, LABEL_WIDTH, MUTED, PAPER, Spec, build, data, fill, first, stroke
from gd_ui.lanes import Lane


def rows_read(lane: Lane, height: int) -> Spec:
    """Return how often each row was read.

    Data: this (one row: the ends of the axes, their names `across` and `up`), bars (from, to, none, count).
    """
    place = _rows_and_counts()
    bar = data("bars").mark_rect(clip=True, aria=False)
    nothing = data("bars").mark_point(shape="cross", size=60, strokeWidth=1.6, clip=True, aria=False)
    encoded = place("from", "none")
    missing = nothing.transform_filter("datum.count == 0").transform_calculate(middle="(datum.from + datum.to) / 2")
    layers = [
        bar.encode(**encoded, x2="to:Q", y2="count:Q", fill=fill(lane.slot)),
        missing.encode(**place("middle", "none"), stroke=stroke(MUTED)),
        text.caption("left", INK, "datum.up"),
        text.caption("right", INK, "datum.across"),
    ]
    return build(alt.layer(*layers).resolve_scale(fill="shared"), height, curve_params(), plays=False)


def _rows_and_counts() -> Place:
    """Return axes whose numbers are whole: there is no half a row."""
    x: dict[str, Any] = {"axis": alt.Axis(tickCount=5, tickMinStep=1, title=None, format=",~f")}
    y: dict[str, Any] = {"axis": alt.Axis(tickCount=4, tickMinStep=1, title=None, format=",~f", **LABEL_WIDTH)}
    for channel, low, high in ((x, "left", "right"), (y, "bottom", "top")):
        channel["scale"] = alt.Scale(domain=[alt.ExprRef(low), alt.ExprRef(high)], nice=False, zero=False)
    return lambda a, b: {"x": alt.X(f"{a}:Q", **x), "y": alt.Y(f"{b}:Q", **y)}


def rate_scores(lane: Lane, height: int) -> Spec:
    """Return the score of every rate, a line for every seed, with a dot at the rate each seed picks.

    Data: this (one row: the ends of the axes, their names `across` and `up`), lines (seed, rate, score), picks (rate,
    score).
    """
    ends = {
        name: [alt.ExprRef(low), alt.ExprRef(high)]
        for name, low, high in (("x", "left", "right"), ("y", "bottom", "top"))
    }
    across = alt.Scale(type="log", domain=ends["x"], nice=False)
    up = alt.Scale(type="log", domain=ends["y"], nice=False)
    ticks = alt.Axis(title=None, format="~g", tickCount=4, grid=True, gridOpacity=0.4, minExtent=42, maxExtent=42)
    place = {
        "x": alt.X("rate:Q", scale=across, axis=alt.Axis(title=None, format="~g", tickCount=4)),
        "y": alt.Y("score:Q", scale=up, axis=ticks),
    }
    line = data("lines").mark_line(strokeWidth=1.4, clip=True, aria=False)
    pick = data("picks").mark_point(shape=lane.shape, filled=True, size=110, strokeWidth=1.4, clip=True, aria=False)
    layers = [
        line.encode(**place, detail="seed:N", stroke=stroke(MUTED)),
        pick.encode(**place, fill=fill(lane.slot), stroke=stroke(PAPER)),
        text.caption("left", INK, "datum.up"),
        text.caption("right", INK, "datum.across"),
    ]
    params = {
        name: first("this", name, 0.1 if name in ("left", "bottom") else 1)
        for name in ("left", "right", "bottom", "top")
    }
    return build(alt.layer(*layers), height, params, plays=False)
