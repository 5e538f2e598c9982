"""What do units change? The data over each unit, and the sections of each loss: not the line, only its numbers."""

from __future__ import annotations

from typing import Any

import altair as alt

from gd_ui.charts import text
from gd_ui.charts.ground import curve_params, curve_place
from gd_ui.charts.scales import DASHES
from gd_ui.charts.template import SLOTS, STEP, Layer, Spec, build, data, first, stroke
from gd_ui.charts.trail import columns, now
from gd_ui.lanes import Lane


def unit_scatter(lanes: tuple[Lane, ...], height: int) -> Spec:
    """Return the data in every unit on one axis, with each unit's line at the player's step.

    Data: this (the ends of the axes, `across`, `up`, and packed columns `b_` and `w_` of every lane; `from_` and
    `to_`, between which its line is drawn), rows (slot, shape, u, y).
    """
    place = curve_place()
    points = data("rows").mark_point(filled=True, size=26, opacity=0.45, strokeWidth=0, clip=True, aria=False)
    layers: list[Layer] = [
        points.encode(
            **place("u", "y"),
            shape=alt.Shape("shape:N", scale=None),
            fill=alt.Fill("slot:N", scale=alt.Scale(domain=SLOTS), legend=None),
        ),
        *(_line(lane, place) for lane in lanes),
        *text.names("across", "up"),
    ]
    params = curve_params()
    for lane in lanes:
        params |= columns(lane.word, STEP, "b", "w")
    return build(alt.layer(*layers), height, params)


def sections(height: int) -> Spec:
    """Return the sections of every unit's loss along one parameter, the other at its best value, laid over each other.

    Data: this (the ends of the axes, `across`, `up`), curves (slot, value, loss).
    """
    place = curve_place()
    line: dict[str, Any] = {"clip": True, "strokeWidth": 2.6, "aria": False}
    curves = data("curves").mark_line(**line).encode(
        **place("value", "loss"),
        color=alt.Color("slot:N", scale=alt.Scale(domain=SLOTS), legend=None),
        strokeDash=alt.StrokeDash("slot:N", scale=DASHES, legend=None),
        order=alt.Order("value:Q"),
    )  # fmt: skip
    return build(alt.layer(curves, *text.names("across", "up")), height, curve_params(), plays=False)


def _line(lane: Lane, place: Any) -> Layer:
    """Draw the lane's line between the ends of its feature; one of a diverging run is held at the plot's edge."""
    b, w = (f"toNumber({now(name, lane.word)})" for name in ("b", "w"))
    ends = {end: first("this", f"{end}_{lane.word}") for end in ("from", "to")}
    bottom, top = first("this", "bottom"), first("this", "top", 1)
    reach = f"({top} - {bottom})"

    def height_at(u: str) -> str:
        return f"clamp({b} + {w} * {u}, {bottom} - 9 * {reach}, {top} + 9 * {reach})"

    rows = data("this").transform_calculate(
        u=ends["from"], u2=ends["to"], y=height_at(ends["from"]), y2=height_at(ends["to"])
    )
    mark = rows.mark_rule(strokeWidth=2.8, strokeDash=list(lane.dash), clip=True, aria=False)
    return mark.encode(**place("u", "y"), x2="u2:Q", y2="y2:Q", stroke=stroke(lane.slot))
