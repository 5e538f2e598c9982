"""What does this run report? A number by update, with others beside it, up to the player's frame."""

from __future__ import annotations

from typing import Any

import altair as alt

from gd_ui.charts import text
from gd_ui.charts.curtain import curtain
from gd_ui.charts.packed import listed
from gd_ui.charts.template import INK, MUTED, PAPER, STEP, Layer, Spec, build, data, fill, first, number, stroke
from gd_ui.lanes import Lane


def reported(lane: Lane, height: int, *, log: bool) -> Spec:
    """Return the chart of one run's report.

    Data: this (one row: `first` and `last` update, `bottom` and `top` of the axis, packed `values`, `unit` of
    an update and `what` is reported), main, second and sides (line, at, value), marks (at, value), tags (value, text).
    """
    place = _place(log)
    line: dict[str, Any] = {"strokeJoin": "round", "clip": True, "aria": False}
    mark = data("marks").mark_point(shape="triangle-up", filled=True, size=40, strokeWidth=0.8, clip=True, aria=False)
    at_edge = {"x": alt.XValue(alt.expr("width")), "y": alt.YValue(alt.expr("scale('y', datum.value)"))}
    layers: list[Layer] = [
        data("sides").mark_line(strokeWidth=1.2, **line).encode(**place, detail="line:N", stroke=stroke(MUTED)),
        data("main").mark_line(strokeWidth=2.4, **line).encode(**place, stroke=stroke(lane.slot)),
        data("second").mark_line(strokeWidth=2, strokeDash=[7, 4], **line).encode(**place, stroke=stroke(INK)),
        mark.encode(**place, fill=fill(INK), stroke=stroke(PAPER)),
        curtain(),
        _dot(lane),
        *text.haloed(data("tags"), INK, "text:N", at_edge, align="right", baseline="middle", dx=-5),
        text.caption("left", INK, _told()),
    ]
    ends = {"bottom": 0.1, "top": 1, "first": 0, "last": 1}
    params = {name: first("this", name, otherwise) for name, otherwise in ends.items()}
    return build(alt.layer(*layers).resolve_scale(fill="shared"), height, params | {"values": listed("values")})


def _place(log: bool) -> dict[str, Any]:
    """Return the encodings of a value by update."""
    across = alt.Scale(domain=[0, alt.ExprRef("last")], nice=False)
    ends = [alt.ExprRef("bottom"), alt.ExprRef("top")]
    up = alt.Scale(type="log", domain=ends, nice=False) if log else alt.Scale(domain=ends, nice=False, zero=False)
    room: dict[str, Any] = {"minExtent": 42, "maxExtent": 42}
    ticks = alt.Axis(title=None, format="~g", tickCount=4, grid=True, gridOpacity=0.4, **room)
    return {
        "x": alt.X("at:Q", scale=across, axis=alt.Axis(title=None, format=",~f", tickCount=5)),
        "y": alt.Y("value:Q", scale=up, axis=ticks),
    }


NOW = f"min({STEP} - first, length(values) - 1)"
"""The index of the value at the player's frame; below zero before the first."""


def _dot(lane: Lane) -> Layer:
    value = f"toNumber(values[{NOW}])"
    shown = f"(length(values) && {NOW} >= 0 && {value} > 0 && {value} <= top)"
    dot = data("this").mark_point(shape=lane.shape, filled=True, size=95, strokeWidth=1.5, aria=False)
    return dot.encode(
        x=alt.XValue(alt.expr(f"{shown} ? scale('x', {NOW} + first) : 0")),
        y=alt.YValue(alt.expr(f"{shown} ? scale('y', max({value}, bottom)) : 0")),
        opacity=alt.OpacityValue(alt.expr(f"{shown} ? 1 : 0")),
        fill=fill(lane.slot),
        stroke=stroke(PAPER),
    )


def _told() -> str:
    """Return the expression for the update and its value, above the plot."""
    told = f"datum.unit + ' ' + format({STEP}, ',') + '  ·  ' + datum.what + ' ' + {number(f'toNumber(values[{NOW}])')}"
    return f"length(values) && {NOW} >= 0 ? {told} : ''"
