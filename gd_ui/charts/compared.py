"""Several lines over one quantity, each with its look and its name, on linear or log axes.

Nothing here moves with a player. Verticals are named places of the horizontal axis, marks single points with a shape.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import altair as alt
import numpy as np

from gd_ui.charts import text
from gd_ui.charts.rate_axis import POWERS
from gd_ui.charts.template import INK, MUTED, PAPER, SLOTS, Columns, Layer, Spec, build, data, first, stroke
from gd_ui.optimizers.rules import RULES

LOOKS: dict[str, tuple[float, ...]] = {
    "line": (1, 0),
    "dashes": (7, 4),
    "dots": (2, 3),
    **{rule.name: rule.dash for rule in RULES.values()},
}
"""Dash patterns by name."""
ENDS = ("left", "right", "bottom", "top")
DECADES = range(-14, 10)
"""Powers of ten that a log axis may have ticks at; those in view are drawn."""
PLAIN: Spec = {"format": ",~f", "tickCount": 6}
"""How a linear axis is labelled."""


def compared_lines(height: int) -> Spec:
    """Return the chart without a kind of axes; `on_axes` gives it one.

    Data: this (one row: the ends of the axes `left`, `right`, `bottom`, `top`, `across`, `up`, and `level`, the height
    of a thin horizontal line), lines (slot, look, piece, x, y), verticals (x, name, row), marks (slot, shape, x, y),
    notes (x, y, label, side: left or right of its place).
    """
    x = _axis(alt.X, "left", "right", alt.Axis(title=None))
    y = _axis(alt.Y, "bottom", "top", alt.Axis(title=None, minExtent=46, maxExtent=46, grid=True, gridOpacity=0.4))
    colour = alt.Scale(domain=SLOTS)
    dash = alt.Scale(domain=list(LOOKS), range=[list(pattern) for pattern in LOOKS.values()])
    shapes = sorted({rule.shape for rule in RULES.values()})
    drawn = data("lines").mark_line(strokeWidth=2.2, clip=True, strokeJoin="round", aria=False)
    marks = data("marks").mark_point(filled=True, size=130, opacity=1, strokeWidth=1.4, clip=True)
    level = data("this").mark_rule(strokeWidth=1.4, aria=False, clip=True)
    layers: list[Layer] = [
        level.encode(x=alt.XValue(0), x2=alt.X2Value(alt.expr("width")), y=y("level"), stroke=stroke(MUTED)),
        drawn.encode(
            x=x("x"),
            y=y("y"),
            detail="piece:O",
            order="x:Q",
            stroke=alt.Stroke("slot:N", scale=colour, legend=None),
            strokeDash=alt.StrokeDash("look:N", scale=dash, legend=None),
        ),
        *_verticals(x),
        marks.encode(
            x=x("x"),
            y=y("y"),
            shape=alt.Shape("shape:N", scale=alt.Scale(domain=shapes, range=shapes), legend=None),
            fill=alt.Fill("slot:N", scale=colour, legend=None),
            stroke=stroke(PAPER),
        ),
        *_notes(x, y),
        *text.names("across", "up"),
    ]
    params = {name: first("this", name, 1 if name in ("right", "top") else 0.1) for name in ENDS}
    chart = alt.layer(*layers).resolve_scale(fill="shared", stroke="shared", shape="independent")
    return build(chart, height, params, plays=False)


def on_axes(spec: Spec, *, x_log: bool, y_log: bool) -> Spec:
    """Return a copy of the chart with each axis linear or log; building it anew would cost the server's start more."""
    copy: Spec = json.loads(json.dumps(spec))
    for channel, log in (("x", x_log), ("y", y_log)):
        for encoding in _channels(copy, channel):
            encoding["scale"]["type"] = "log" if log else "linear"
            encoding["axis"] |= (
                {"labelExpr": POWERS, "values": {"expr": _ticks(channel)}, "labelOverlap": True} if log else PLAIN
            )
    return copy


def _ticks(channel: str) -> str:
    """Return the expression for the ticks of a log axis: fewer where it spans more decades."""
    low, high = ("left", "right") if channel == "x" else ("bottom", "top")
    fine, coarse = (
        [float(f"{mantissa}e{power}") for power in DECADES[::stride] for mantissa in mantissas]
        for stride, mantissas in ((1, (1, 2, 5)), (2, (1,)))
    )
    plain = [10.0**power for power in DECADES]
    span = f"log({high} / {low}) / LN10"
    return f"{span} > 7 ? {coarse} : {span} > 2.5 ? {plain} : {fine}"


def _channels(node: object, channel: str) -> Iterator[Spec]:
    """Yield every encoding of a channel that has an axis."""
    if isinstance(node, dict):
        found = node.get("encoding", {}).get(channel, {})
        if "axis" in found:
            yield found
    children = node.values() if isinstance(node, dict) else node if isinstance(node, list) else ()
    for child in children:
        yield from _channels(child, channel)


def no_rows(*names: str) -> Columns:
    """Return a table of numbers without a row."""
    return {name: np.array([], dtype="f8") for name in names}


def _axis(kind: Any, low: str, high: str, axis: alt.Axis) -> Any:
    """Return the function that turns a field into an encoding on an axis with fixed ends."""
    scale = alt.Scale(domain=[alt.ExprRef(low), alt.ExprRef(high)], nice=False)
    return lambda field: kind(f"{field}:Q", scale=scale, axis=axis)


def _verticals(x: Any) -> list[Layer]:
    """Mark places of the horizontal axis and name them at the top, each on its row."""
    rule = data("verticals").mark_rule(strokeWidth=1.5, strokeDash=[2, 2], clip=True, aria=False)
    at = {"x": x("x"), "y": alt.YValue(alt.expr("6 + 17 * datum.row"))}
    style: dict[str, Any] = {"align": "right", "baseline": "top", "dx": -4}
    drawn = rule.encode(x=x("x"), y=alt.YValue(0), y2=alt.Y2Value(alt.expr("height")), stroke=stroke(INK))
    return [drawn, *text.haloed(data("verticals"), INK, "name:N", at, **style)]


def _notes(x: Any, y: Any) -> list[Layer]:
    layers = []
    for side, align, dx in (("left", "right", -9), ("right", "left", 9)):
        notes = data("notes").transform_filter(f"datum.side == '{side}'")
        style: dict[str, Any] = {"align": align, "baseline": "middle", "dx": dx, "fontWeight": "bold"}
        layers += text.haloed(notes, INK, "label:N", {"x": x("x"), "y": y("y")}, **style)
    return layers
