"""How fast does each rate come down? The loss above the minimum, update by update, on a log scale.

All curves are drawn once; a pale curtain covers what is still to come, because moving one rectangle is cheap.
"""

from __future__ import annotations

import json
from typing import Any

import altair as alt

from gd_ui.charts import text, trail
from gd_ui.charts.curtain import curtain
from gd_ui.charts.rate_axis import POWERS
from gd_ui.charts.tags import tags
from gd_ui.charts.template import INK, MUTED, PAPER, SLOTS, STEP, Layer, Spec, build, data, fill, first, stroke
from gd_ui.lanes import LANES, Lane


def excess_curves(height: int) -> Spec:
    """Return the chart of the excess loss of all lanes; `of_first` makes of it that of fewer.

    Data: this (one row: `last`, `bottom`, `ceiling`, `goal`, `goal_text` and, of every lane, the packed column
    `excess_`), excess (slot, at, loss: the points of the curves), tags (label, slot, at_x, at_y, side).
    """
    x, dashes = update_axis(), {lane.slot: lane.dash for lane in LANES}
    curves = data("excess").mark_line(strokeJoin="round", strokeWidth=2.2, clip=True, aria=False)
    look: dict[str, Any] = {
        "stroke": alt.Stroke("slot:N", scale=alt.Scale(domain=SLOTS), legend=None),
        "strokeDash": alt.StrokeDash(
            "slot:N",
            scale=alt.Scale(domain=SLOTS, range=[list(dashes.get(slot, (1, 0))) for slot in SLOTS]),
            legend=None,
        ),
        "order": alt.Order("at:Q"),
    }
    goal = data("this").mark_rule(strokeWidth=1.2, strokeDash=[3, 3], clip=True, aria=False)
    at_goal = alt.YValue(alt.expr("scale('y', goal)"))
    layers: list[Layer] = [
        curves.encode(x=x("at"), y=_y("loss"), **look),
        curtain(),
        goal.encode(x=alt.XValue(0), x2=alt.X2Value(alt.expr("width")), y=at_goal, stroke=stroke(MUTED)),
        *text.haloed(
            data("this"), INK, "goal_text:N", {"x": alt.XValue(4), "y": at_goal}, align="left", baseline="top", dy=4
        ),
        *tags(),
        text.lines(
            text.Line("'Loss above the minimum'", above=2, bold=True), text.Line("'log scale'", slot=MUTED, above=1)
        ),
        *(_dot(lane) for lane in LANES),
    ]
    params = {name: first("this", name, 1) for name in ("last", "ceiling")}
    params |= {name: first("this", name, 0.1) for name in ("bottom", "goal")}
    for lane in LANES:
        params |= trail.columns(lane.word, STEP, "excess")
    chart = alt.layer(*layers).resolve_scale(fill="shared")
    return build(chart, height, params)


def of_first(count: int, spec: Spec) -> Spec:
    """Return the chart with the dots of the first `count` lanes only: each costs the browser two lists."""
    others = [lane.word for lane in LANES[count:]]

    def kept(parts: list[Spec]) -> list[Spec]:
        return [part for part in parts if not any(word in json.dumps(part) for word in others)]

    return {**spec, "layer": kept(spec["layer"]), "params": kept(spec["params"])}


def update_axis() -> Any:
    """Return the function that turns a field into an encoding on the axis of updates."""
    scale = alt.Scale(domain=[0, alt.ExprRef("last")], nice=False)
    axis = alt.Axis(title=None, format=",~f", tickCount=4)
    return lambda field: alt.X(f"{field}:Q", scale=scale, axis=axis)


def _y(field: str) -> alt.Y:
    ticks = alt.Axis(labelExpr=POWERS, tickCount=4, grid=True, gridOpacity=0.4, minExtent=42, maxExtent=42)
    scale = alt.Scale(type="log", domain=[alt.ExprRef("bottom"), alt.ExprRef("ceiling")], nice=False)
    return alt.Y(f"{field}:Q", title=None, scale=scale, axis=ticks)


def _dot(lane: Lane) -> Layer:
    """The lane's current update on its curve; gone once the run has left the chart."""
    now = trail.now("excess", lane.word)
    value = f"toNumber({now})"
    drawn = f"{now} && {value} <= ceiling"
    dot = data("this").mark_point(shape=lane.shape, filled=True, size=95, strokeWidth=1.5, aria=False)
    return dot.encode(
        x=alt.XValue(alt.expr(f"{drawn} ? scale('x', min({STEP}, last)) : 0")),
        y=alt.YValue(alt.expr(f"{drawn} ? scale('y', max({value}, bottom)) : 0")),
        opacity=alt.OpacityValue(alt.expr(f"{drawn} ? 1 : 0")),
        fill=fill(lane.slot),
        stroke=stroke(PAPER),
    )
