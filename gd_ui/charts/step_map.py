"""A line is one point here: the map of its two parameters, or the loss over one, with the updates made so far.

Two arrows belong to an update: the gradient, uphill and drawn with its two parts, and the step, against it. A map shows
the one it is sent, or none.
"""

from __future__ import annotations

import altair as alt

from gd_ui.charts import ground, rings, text, trail
from gd_ui.charts.scatter import MODEL, axes
from gd_ui.charts.template import INK, PAPER, SLOTS, STEP, Layer, Spec, build, data, first, stroke

RUN = "descent"
"""The name of the path in packed columns: `path_descent` and `length_descent`."""
WIDTH = 2.6
HEAD = "M0,0L0.62,1.7L-0.62,1.7Z"
"""An arrow head whose tip is at its place."""

ARROW = ("from_a", "from_b", "to_a", "to_b", "shaft_a", "shaft_b", "angle", "slot", "tip", "side", "legs")
"""Columns of an arrow: tail, tip, end of its shaft, angle of its head, colour, name and the side this stands on."""


def contour_map(height: int, *, plays: bool) -> Spec:
    """Return the map, at the player's frame if it `plays`, else at the update `at` of `this` and with an arrow.

    Data: this (one row, with the packed path), the packed bands (level, ring), and where it does not play the arrow,
    one row or none.
    """
    place = ground.map_place()
    update = _update(plays)
    layers = [
        rings.land(),
        *trail.trail(RUN, MODEL, WIDTH, whole=plays),
        *([] if plays else [trail.stops(RUN, update, MODEL)]),
        *ground.landmarks(place),
        *([] if plays else _arrow(place)),
        trail.dot(RUN, MODEL),
        *_captions(plays),
    ]
    params = ground.map_params() | {"grain": trail.GRAIN_ON_MAP}
    params |= trail.columns(RUN, update, "path", "length") | trail.here(RUN)
    params |= {} if plays else {"tag_side": first("arrow", "side", 1)}
    names = text.names("across", "up")
    return build(
        alt.layer(*layers, *names).resolve_scale(stroke="shared", fill="independent"), height, params, plays=plays
    )


def loss_curve(height: int, *, plays: bool) -> Spec:
    """Return the loss over the only weight with the updates walking on it. Data: this, bands (the curve: x, y)."""
    place = axes()
    update = _update(plays)
    curve = data("bands").mark_line(clip=True, strokeWidth=2.4, aria=False)
    layers = [
        curve.encode(**place("x", "y"), stroke=stroke(INK), opacity=alt.OpacityValue(0.5)),
        *trail.walk(RUN, update, MODEL, WIDTH),
        trail.stops(RUN, update, MODEL),
        *ground.landmarks(place),
        trail.dot(RUN, MODEL),
        *_captions(plays),
    ]
    params = ground.curve_params() | {"grain": trail.GRAIN_ON_CURVE}
    params |= trail.columns(RUN, update, "path") | trail.here(RUN)
    names = text.names("across", "up")
    return build(alt.layer(*layers, *names), height, params, plays=plays)


def _update(plays: bool) -> str:
    return STEP if plays else first("this", "at")


def _captions(plays: bool) -> list[Layer]:
    """Say where the dot is: the update above the plot, and inside it when the dot lies beyond."""
    beyond = data("this").transform_calculate(text=f"{trail.outside(RUN)} ? 'outside this view' : ''")
    corner = {"x": alt.XValue(0), "y": alt.YValue(0)}
    warning = text.haloed(beyond, MODEL, "text:N", corner, align="left", baseline="top", dx=5, dy=24, fontWeight="bold")
    lost = f"{_update(plays)} >= datum.countable"
    off = "'off all scales since update ' + format(datum.countable, ',')"
    update = f"{lost} ? {off} : 'update ' + format({_update(plays)}, ',')"
    return [*warning, text.caption("left", INK, update)]


def _arrow(place: ground.Place) -> list[Layer]:
    """Draw the arrow, and where it has `legs`, its parts across and up."""
    shown, palette = data("arrow"), alt.Scale(domain=SLOTS)
    shaft = {"strokeCap": "round", "clip": True, "aria": False}
    leg = shown.transform_filter("datum.legs").mark_rule(strokeWidth=1.8, strokeDash=[5, 4], clip=True, aria=False)
    casing, rule = (shown.mark_rule(strokeWidth=width, **shaft) for width in (6.0, 3.2))
    ends = {**place("from_a", "from_b"), "x2": "shaft_a:Q", "y2": "shaft_b:Q"}
    head = shown.mark_point(shape=HEAD, filled=True, size=300, opacity=1, strokeWidth=1, clip=True, aria=False)
    angle, coloured = alt.Angle("angle:Q", scale=None), alt.Fill("slot:N", scale=palette, legend=None)
    beside = {"align": alt.ExprRef("tag_side > 0 ? 'left' : 'right'"), "dx": alt.ExprRef("9 * tag_side")}
    at = place("to_a", "to_b")
    halo, name = text.haloed(shown, INK, "tip:N", at, baseline="middle", fontWeight="bold", **beside)
    return [
        leg.encode(**place("from_a", "from_b"), x2="to_a:Q", stroke=stroke(INK)),
        leg.encode(**place("to_a", "from_b"), y2="to_b:Q", stroke=stroke(INK)),
        casing.encode(**ends, stroke=stroke(PAPER)),
        rule.encode(**ends, stroke=alt.Stroke("slot:N", scale=palette, legend=None)),
        head.encode(**at, angle=angle, fill=coloured, stroke=stroke(PAPER)),
        halo,
        name.encode(fill=coloured),
    ]
