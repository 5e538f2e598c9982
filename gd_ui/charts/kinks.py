"""Squared and absolute loss along one weight: their curves, their slopes, and a short descent on each.

Each chart draws two curves told apart by hue and dash, those of the first two lanes.
"""

from __future__ import annotations

from typing import Any

import altair as alt

from gd_ui.charts import ground, text
from gd_ui.charts.template import INK, MUTED, PAPER, SLOTS, Layer, Spec, build, data, stroke
from gd_ui.lanes import LANES

COMPARED = LANES[:2]


def losses(height: int) -> Spec:
    """Return both losses on the same axes, with the updates of both descents on them.

    Data: this (ends of the axes, and where both are lowest), curves (x, y, slot), stops (x, y, slot).
    """
    place = ground.curve_place()
    marks = data("stops").mark_point(filled=True, size=42, opacity=1, strokeWidth=1, clip=True, aria=False)
    stops = marks.encode(**place("x", "y"), color=_slot(), shape=_shape(), stroke=stroke(PAPER))
    says: dict[str, Any] = {"align": "center", "fontWeight": "bold"}
    named = [
        *text.haloed(data("this"), INK, "kink:N", place("kink_x", "kink_y"), dy=-16, **says),
        *text.haloed(data("this"), INK, "level:N", place("level_x", "level_y"), dy=14, **says),
    ]
    return _chart([_curves(place), stops, *named], height)


def slopes(height: int) -> Spec:
    """Return the slopes of both losses: a straight line, and a staircase with one step per kink.

    Data: this (ends of the axes), curves (x, y, slot).
    """
    zero = data("this").mark_rule(strokeWidth=1.2, strokeDash=[3, 3], aria=False, clip=True)
    level = zero.encode(y=alt.YValue(alt.expr("scale('y', 0)")), stroke=stroke(MUTED))
    return _chart([level, _curves(ground.curve_place())], height)


def descents(height: int) -> Spec:
    """Return the weight after every update of both descents, and where each loss is lowest.

    Data: this (ends of the axes), curves (x, y, slot), lowest (y, slot).
    """
    place = ground.curve_place()
    level = data("lowest").mark_rule(strokeWidth=1.4, strokeDash=[3, 3], clip=True, aria=False)
    marks = data("curves").mark_point(filled=True, size=34, opacity=1, strokeWidth=0.8, clip=True, aria=False)
    stops = marks.encode(**place("x", "y"), color=_slot(), shape=_shape(), stroke=stroke(PAPER))
    levels = level.encode(y=place("x", "y")["y"], color=_slot())
    return _chart([levels, _curves(place), stops], height)


def _chart(layers: list[Layer], height: int) -> Spec:
    names = [text.caption("right", MUTED, "datum.across"), text.caption("left", INK, "datum.told")]
    chart = alt.layer(*layers, *names).resolve_scale(color="shared", stroke="shared")
    return build(chart, height, ground.curve_params(), plays=False)


def _curves(place: ground.Place) -> Layer:
    line = data("curves").mark_line(strokeWidth=2.6, clip=True, strokeJoin="round", aria=False)
    dashes = _of_lanes({lane.slot: list(lane.dash) for lane in COMPARED}, [1, 0])
    dash = alt.StrokeDash("slot:N", scale=alt.Scale(domain=SLOTS, range=dashes), legend=None)
    return line.encode(**place("x", "y"), order="x:Q", color=_slot(), strokeDash=dash)


def _slot() -> alt.Color:
    return alt.Color("slot:N", scale=alt.Scale(domain=SLOTS), legend=None)


def _shape() -> Any:
    shapes = _of_lanes({lane.slot: lane.shape for lane in COMPARED}, "circle")
    return alt.Shape("slot:N", scale=alt.Scale(domain=SLOTS, range=shapes), legend=None)


def _of_lanes(looks: dict[str, Any], otherwise: Any) -> list[Any]:
    """Return a look for every slot: scales over the same names share a chart without asking for a legend."""
    return [looks.get(slot, otherwise) for slot in SLOTS]
