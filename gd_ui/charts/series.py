"""Series: a few measured lines and points over a log or linear axis, each with its name. Nothing moves."""

from __future__ import annotations

import copy
from typing import Any

import altair as alt

from gd_ui.charts import text
from gd_ui.charts.template import INK, PAPER, SLOTS, Spec, build, data, first, stroke
from gd_ui.lanes import LANES
from gd_ui.methods import METHODS

_DASHES = {look.slot: list(look.dash) for look in LANES} | {name: list(look.dash) for name, look in METHODS.items()}

NUMBER = "format(datum.value, abs(datum.value) >= 1 || datum.value == 0 ? ',~f' : '~g')"
"""The expression that writes a label of an axis."""
DECADES = [float(f"1e{power}") for power in range(-6, 7)]


def series(height: int) -> Spec:
    """Return the chart on linear axes; `on_log` gives it others.

    Data: this (one row: left, right, bottom, top, across, up), lines (series, slot, x, y), points (slot, sign, x, y),
    names (name, x, y, side: "left" where the text begins at its place, "right" where it ends there).
    """
    x = _axis("x", ["left", "right"], alt.Axis(title=None, tickCount=5, labelExpr=NUMBER, labelOverlap=True))
    ticks = alt.Axis(title=None, tickCount=4, grid=True, gridOpacity=0.4, minExtent=42, maxExtent=42, labelExpr=NUMBER)
    y = _axis("y", ["bottom", "top"], ticks)
    colour: dict[str, Any] = {"scale": alt.Scale(domain=SLOTS), "legend": None}
    dashes = alt.Scale(domain=SLOTS, range=[_DASHES.get(slot, [1, 0]) for slot in SLOTS])
    lines = data("lines").mark_line(strokeWidth=2.2, strokeJoin="round", clip=True, aria=False)
    drawn = lines.encode(
        x=x,
        y=y,
        detail="series:N",
        order="order:Q",
        stroke=alt.Stroke("slot:N", **colour),
        strokeDash=alt.StrokeDash("slot:N", scale=dashes, legend=None),
    )
    points = data("points").mark_point(filled=True, size=80, opacity=1, strokeWidth=1.2, clip=True, aria=False)
    dots = points.encode(
        x=x, y=y, shape=alt.Shape("sign:N", scale=None), fill=alt.Fill("slot:N", **colour), stroke=stroke(PAPER)
    )
    layers = [drawn, dots]
    for side, shift in (("left", 7), ("right", -7)):
        names = data("names").transform_filter(f"datum.side == '{side}'")
        layers += text.haloed(
            names, INK, "name:N", {"x": x, "y": y}, align=side, baseline="middle", dx=shift, dy=-9, fontSize=14
        )
    layers += text.names("across", "up")
    params = {name: first("this", name, 1) for name in ("left", "bottom")}
    params |= {name: first("this", name, 10) for name in ("right", "top")}
    return build(alt.layer(*layers), height, params, {"left": 2, "right": 10, "top": 6, "bottom": 2}, plays=False)


def on_log(spec: Spec, *channels: str) -> Spec:
    """Return the chart with log axes for "x", "y" or both."""
    found = copy.deepcopy(spec)
    for layer in found["layer"]:
        for channel in channels:
            scale = layer["encoding"].get(channel, {}).get("scale")
            if scale is not None:
                scale["type"] = "log"
                del scale["zero"]
                layer["encoding"][channel]["axis"]["values"] = DECADES
    return found


def _axis(channel: str, ends: list[str], axis: alt.Axis) -> Any:
    scale = alt.Scale(domain=[alt.ExprRef(end) for end in ends], nice=False, zero=False)
    return {"x": alt.X, "y": alt.Y}[channel](f"{channel}:Q", scale=scale, axis=axis)
