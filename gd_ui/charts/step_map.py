"""A line is one point here: the map of its two parameters, or the loss over one, with the updates made so far.

Two arrows belong to an update: the gradient, uphill and drawn with its two parts, and the step, against it.
"""

from __future__ import annotations

from typing import Literal

import altair as alt

from gd_ui.charts import ground, text, trail
from gd_ui.charts.scatter import MODEL, axes
from gd_ui.charts.template import INK, PAPER, STEP, Layer, Spec, build, data, fill, first, stroke

RUN = "descent"
"""The name of the path in packed columns: `path_descent` and `length_descent`."""
WIDTH = 2.6
HEAD = "M0,0L0.62,1.7L-0.62,1.7Z"
"""An arrow head whose tip is at its place."""

Arrow = Literal["none", "gradient", "step"]


def contour_map(height: int, *, plays: bool, arrow: Arrow = "none") -> Spec:
    """Return the map, at the player's frame if it `plays`, else at the update `at` of `this`.

    Data: this (one row, with the packed path; for an arrow `from_a`, `from_b`, `to_a`, `to_b`, the end of its shaft
    `shaft_a`, `shaft_b`, its `angle`, whether it is `drawn`, and its text `tip`), bands.
    """
    place = ground.map_place()
    update = _update(plays)
    layers = [
        ground.land(place),
        *trail.trail(RUN, MODEL, WIDTH, whole=plays),
        *([] if plays else [trail.stops(RUN, update, MODEL)]),
        *ground.landmarks(place),
        *(_arrow(place, arrow) if arrow != "none" else []),
        trail.dot(RUN, MODEL),
        *_captions(plays),
    ]
    params = ground.map_params() | {"grain": trail.GRAIN_ON_MAP}
    params |= trail.columns(RUN, update, "path", "length") | trail.here(RUN) | {"tag_side": first("this", "side", 1)}
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


def _arrow(place: ground.Place, arrow: Arrow) -> list[Layer]:
    slot = INK if arrow == "gradient" else MODEL
    shown = data("this").transform_filter("datum.drawn")
    shaft = {"strokeCap": "round", "clip": True, "aria": False}
    layers = []
    if arrow == "gradient":
        leg = shown.mark_rule(strokeWidth=1.8, strokeDash=[5, 4], clip=True, aria=False)
        layers += [
            leg.encode(**place("from_a", "from_b"), x2="to_a:Q", stroke=stroke(INK)),
            leg.encode(**place("to_a", "from_b"), y2="to_b:Q", stroke=stroke(INK)),
        ]
    for colour, width in ((PAPER, 6.0), (slot, 3.2)):
        rule = shown.mark_rule(strokeWidth=width, **shaft)
        layers.append(rule.encode(**place("from_a", "from_b"), x2="shaft_a:Q", y2="shaft_b:Q", stroke=stroke(colour)))
    head = shown.mark_point(shape=HEAD, filled=True, size=300, opacity=1, strokeWidth=1, clip=True, aria=False)
    angle = alt.Angle("angle:Q", scale=None)
    layers.append(head.encode(**place("to_a", "to_b"), angle=angle, fill=fill(slot), stroke=stroke(PAPER)))
    beside = {"align": alt.ExprRef("tag_side > 0 ? 'left' : 'right'"), "dx": alt.ExprRef("9 * tag_side")}
    at = place("to_a", "to_b")
    return [*layers, *text.haloed(shown, slot, "tip:N", at, baseline="middle", fontWeight="bold", **beside)]
