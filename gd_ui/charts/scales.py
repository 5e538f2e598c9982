"""One rate, several units: in which regime it is for each, where each descent goes, and how fast its loss falls.

Lanes are known by their number. A chart reads a lane's run from packed columns of `this` that end with its word:
`path_lane_1`, `length_lane_1`, `loss_lane_1`, and `drawn_lane_1`, how many updates have numbers that can be drawn.
"""

from __future__ import annotations

from typing import Any

import altair as alt

from gd_ui.charts import ground, rings, text, trail
from gd_ui.charts.curtain import curtain
from gd_ui.charts.template import (
    INK,
    MUTED,
    PAPER,
    SLOTS,
    STEP,
    Layer,
    Spec,
    build,
    data,
    fill,
    first,
    kept,
    number,
    stroke,
)
from gd_ui.lanes import LANES, Lane

_BY_SLOT = {lane.slot: list(lane.dash) for lane in LANES}
DASHES = alt.Scale(domain=SLOTS, range=[_BY_SLOT.get(slot, [1, 0]) for slot in SLOTS])
"""Every lane's dash, by the slot of its colour."""
MARK, LETTER = 12, 6.6
"""Pixels from the middle of a rate's mark to where a word may begin, and of a letter across."""
LANE_NAMES: dict[str, Any] = {"minExtent": 98, "maxExtent": 98}
"""Room for the names of the units beside the strip."""


def regime_strip(height: int) -> Spec:
    """Return the regimes of every rate, one lane of tints per unit, with the rate in use marked in each.

    Data: this (low, high), strips (name, regime, low, high, middle, share: of the axis; marked: the rate in use),
    limits (name, rate, told), rates (name, rate, slot, shape, regime).
    """
    ends = [alt.ExprRef("low"), alt.ExprRef("high")]

    def x(field: str) -> alt.X:
        axis = alt.Axis(format="~g", tickCount=6, title=None, domain=False, ticks=False, labelOverlap=True)
        return alt.X(f"{field}:Q", scale=alt.Scale(type="log", domain=ends, nice=False), axis=axis)

    axis = alt.Axis(
        title=None, domain=False, ticks=False, labelFontSize=14, labelFontWeight="bold", labelPadding=6, **LANE_NAMES
    )
    y = alt.Y("name:N", sort=None, scale=alt.Scale(paddingInner=0.14, paddingOuter=0.02), axis=axis)
    strips = data("strips")
    tint = alt.Fill("regime:N", scale=alt.Scale(domain=SLOTS), legend=None)
    tints = strips.mark_rect(strokeWidth=1.5, clip=True, aria=False)
    words = strips.transform_filter("datum.share * width > 66 && datum.regime != 'divergent'")
    limits = data("limits")
    told = limits.mark_text(align="left", baseline="middle", dx=6, fontSize=13, clip=True, aria=False)
    rates = data("rates").mark_point(filled=True, size=150, opacity=1, strokeWidth=1.8)
    layers = [
        *kept("this"),
        tints.encode(x=x("low"), x2="high:Q", y=y, fill=tint, stroke=stroke(PAPER)),
        words.mark_text(fontSize=13, baseline="middle", clip=True, aria=False).encode(
            **_beside_mark(), y=y, text="regime:N", fill=fill(INK)
        ),
        limits.mark_tick(thickness=2.5, bandSize=24, orient="vertical", aria=False).encode(
            x=x("rate"), y=y, fill=fill(INK)
        ),
        told.encode(x=x("rate"), y=y, text=alt.TextValue(alt.expr(_told_to_the_edge())), fill=fill(INK)),
        rates.encode(
            x=x("rate"),
            y=y,
            shape=alt.Shape("shape:N", scale=None),
            fill=alt.Fill("slot:N", scale=alt.Scale(domain=SLOTS), legend=None),
            stroke=stroke(PAPER),
            tooltip=[
                alt.Tooltip("name:N", title="unit"),
                alt.Tooltip("rate:Q", format=".4~g"),
                alt.Tooltip("regime:N"),
            ],
        ),
    ]
    params = {"low": first("this", "low", 0.01), "high": first("this", "high", 1)}
    return build(alt.layer(*layers), height, params, {"left": 2, "right": 8, "top": 2, "bottom": 0}, plays=False)


def _told_to_the_edge() -> str:
    """Return the expression for the name and number of a limit, or where the strip ends too soon the number alone."""
    room = f"width - scale('x', datum.rate) - {MARK}"
    return f"{LETTER} * length(datum.told) > {room} ? replace(datum.told, 'limit ', '') : datum.told"


def _beside_mark() -> dict[str, Any]:
    """Put a regime's word in the middle of its band, or beside the mark of the rate, where there is more room.

    Where there is not enough on either side, the word is left out.
    """
    left, right, middle, mark = (f"scale('x', datum.{name})" for name in ("low", "high", "middle", "marked"))
    needed = f"({MARK} + {LETTER} * length(datum.regime))"
    covered = f"abs({mark} - {middle}) < {MARK} + {LETTER} / 2 * length(datum.regime)"
    roomier = f"({mark} - {left} > {right} - {mark} ? -1 : 1)"
    room = f"max({mark} - {left}, {right} - {mark})"
    beside = f"{mark} + {roomier} * (min({room}, {needed}) + {MARK}) / 2"
    return {
        "x": alt.XValue(alt.expr(f"{covered} ? {beside} : {middle}")),
        "opacity": alt.OpacityValue(alt.expr(f"{covered} && {room} < {needed} ? 0 : 1")),
    }


def lane_map(lane: Lane, height: int) -> Spec:
    """Return the map of intercept and slope in one unit, with its descent up to the player's step.

    Data: this (with the ground's and the lane's columns, `title`, `limits`, `fate`, `across` and `up`), bands (level,
    ring).
    """
    place = ground.map_place()
    layers = [
        rings.land(),
        *trail.trail(lane.word, lane.slot, 2.4, whole=True),
        trail.stops(lane.word, STEP, lane.slot),
        *ground.landmarks(place),
        trail.dot(lane.word, lane.slot, lane.shape),
        *_captions(lane),
        *text.names("across", "up"),
    ]
    params = ground.map_params() | {"grain": trail.GRAIN_ON_MAP}
    params |= trail.columns(lane.word, STEP, "path", "length", "loss") | trail.here(lane.word)
    return build(alt.layer(*layers).resolve_scale(stroke="shared", fill="independent"), height, params)


def lane_losses(lanes: tuple[Lane, ...], height: int, headroom: int) -> Spec:
    """Return the loss above the best against the step, one curve per lane, on a log scale.

    Its title stands `headroom` lines above the lowest, in line with the titles of the charts beside it.

    Data: this (last, goal, bottom, ceiling and the lanes' packed losses above the best, `above_`), loss (slot, step,
    above).
    """
    x = alt.X(
        "step:Q",
        title=None,
        scale=alt.Scale(domain=[0, alt.ExprRef("last")], nice=False),
        axis=alt.Axis(format=",~f", tickCount=5),
    )
    ticks = alt.Axis(format="~g", tickCount=5, grid=True, gridOpacity=0.4, minExtent=42, maxExtent=42)
    ends = [alt.ExprRef("bottom"), alt.ExprRef("ceiling")]
    y = alt.Y("above:Q", title=None, scale=alt.Scale(type="log", domain=ends, nice=False), axis=ticks)
    curves = data("loss").mark_line(strokeWidth=2.4, strokeJoin="round", clip=True, aria=False)
    goal = data("this").mark_rule(strokeDash=[3, 3], strokeWidth=1.2, clip=True, aria=False)
    roomy = headroom > 1
    layers: list[Layer] = [
        goal.encode(
            x=alt.XValue(0),
            x2=alt.X2Value(alt.expr("width")),
            y=alt.YValue(alt.expr(f"{first('this', 'goal')} > 0 ? scale('y', {first('this', 'goal')}) : -9")),
            stroke=stroke(MUTED),
        ),
        curves.encode(
            x=x,
            y=y,
            color=alt.Color("slot:N", scale=alt.Scale(domain=SLOTS), legend=None),
            strokeDash=alt.StrokeDash("slot:N", scale=DASHES, legend=None),
            order=alt.Order("step:Q"),
        ),
        curtain(),
        *(_loss_dot(lane) for lane in lanes),
        text.lines(
            text.Line("'Loss above the best'", above=headroom, bold=True),
            text.Line("'log scale'", slot=MUTED, above=headroom - 1),
            text.Line("datum.goal_told", "left" if roomy else "right", MUTED, above=headroom - 2 if roomy else 0),
        ),
    ]
    params = {
        name: first("this", name, otherwise) for name, otherwise in (("last", 1), ("bottom", 1e-9), ("ceiling", 1))
    }
    for lane in lanes:
        params |= trail.columns(lane.word, STEP, "above")
    return build(alt.layer(*layers), height, params, {"left": 2, "right": 8, "top": 4, "bottom": 2})


def _captions(lane: Lane) -> list[Layer]:
    """Write above the map its unit, its limits, the run's fate, and the step; and whether the dot is in view."""
    loss, drawn = trail.now("loss", lane.word), f"datum.drawn_{lane.word}"
    told = f"'step ' + format({STEP}, ',') + '  ·  loss ' + {number(f'toNumber({loss})')}"
    gone = f"'off all scales since step ' + format({drawn}, ',')"
    now = f"!{loss} ? '' : {STEP} >= {drawn} ? {gone} : {told}"
    outside = data("this").transform_calculate(text=f"{trail.outside(lane.word)} ? 'gone: outside this view' : ''")
    corner = {"x": alt.XValue(0), "y": alt.YValue(0)}
    warning = text.haloed(outside, INK, "text:N", corner, align="left", baseline="top", dx=5, dy=24, fontWeight="bold")
    written = (
        text.Line("datum.title", slot=lane.slot, above=3, bold=True),
        text.Line("datum.limits", above=2),
        text.Line("datum.fate", above=1),
        text.Line(now, slot=MUTED),
    )
    return [text.lines(*written), *warning]


def _loss_dot(lane: Lane) -> Layer:
    """The lane's current step on its curve; gone once the run has left the chart."""
    above = f"toNumber({trail.now('above', lane.word)})"
    drawn = f"{trail.now('above', lane.word)} && {above} <= ceiling"
    dot = data("this").mark_point(shape=lane.shape, filled=True, size=110, strokeWidth=1.5, aria=False)
    return dot.encode(
        x=alt.XValue(alt.expr(f"{drawn} ? scale('x', {STEP}) : 0")),
        y=alt.YValue(alt.expr(f"{drawn} ? scale('y', {above}) : 0")),
        opacity=alt.OpacityValue(alt.expr(f"{drawn} ? 1 : 0")),
        fill=fill(lane.slot),
        stroke=stroke(PAPER),
    )
