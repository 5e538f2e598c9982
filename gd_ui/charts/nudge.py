"""A slope measured with a nudge: the section with its zoom window, the window with the triangle, and the error."""

from __future__ import annotations

from typing import Any

import altair as alt

from gd_ui.charts import ground, text
from gd_ui.charts.template import INK, LABEL_WIDTH, MUTED, PAPER, Layer, Spec, build, data, fill, first, stroke
from gd_ui.lanes import LANES

NUDGE, TANGENT, CHANGE = LANES[0], LANES[1], LANES[2]
"""The looks of the nudge, of the slope by the formula, and of the change of the loss; the ratio is drawn in ink."""
LEAST_BOX = 6
"""Pixels from the middle to the edge of the smallest square that marks a window."""
FLOOR = 1e-17
"""The lowest error drawn: where rounding makes an error of exactly zero, a log axis has no place for it."""

CORNER = {"x": alt.XValue(0), "y": alt.YValue(alt.expr("height"))}

SHORT = (
    "abs(datum.value) >= 1e4 ? format(datum.value, '~s') : datum.value == 0 || abs(datum.value) >= 1e-3 ? "
    "format(datum.value, ',~f') : format(datum.value, '.1~e')"
)
"""The expression for an axis label of a number that may be large or tiny."""


def section_with_window(height: int) -> Spec:
    """Return the loss along one parameter, with a square where the window is.

    Data: this (one row: ends of the axes, the window's `from`, `until`, `low` and `high`, the point `start_a`,
    `start_b`), section (x, y).
    """
    place = _place()
    curve = data("section").mark_line(clip=True, strokeWidth=2.2, aria=False)
    box = data("this").mark_rect(fillOpacity=0, strokeWidth=2.2, clip=True, aria=False)
    middle, level = f"scale('x', {first('this', 'start_a')})", f"scale('y', {first('this', 'start_b')})"
    point = data("this").mark_point(filled=True, size=26, opacity=1, clip=True, aria=False)
    layers = [
        curve.encode(**place("x", "y"), stroke=stroke(MUTED)),
        box.encode(
            x=alt.XValue(alt.expr(f"min(scale('x', {first('this', 'from')}), {middle} - {LEAST_BOX})")),
            x2=alt.X2Value(alt.expr(f"max(scale('x', {first('this', 'until')}), {middle} + {LEAST_BOX})")),
            y=alt.YValue(alt.expr(f"min(scale('y', {first('this', 'high')}), {level} - {LEAST_BOX})")),
            y2=alt.Y2Value(alt.expr(f"max(scale('y', {first('this', 'low')}), {level} + {LEAST_BOX})")),
            stroke=stroke(INK),
        ),
        point.encode(**place("start_a", "start_b"), fill=fill(INK)),
        text.caption("left", INK, "datum.title"),
        *text.across("across"),
    ]
    return build(alt.layer(*layers), height, ground.curve_params(), plays=False)


def window(height: int) -> Spec:
    """Return the surroundings of the point: the curve, the slope by the formula, and the triangle of the nudge.

    Data: this (one row: ends of the axes, the triangle's corners `tail`, `tip`, `foot`, `head`, their middles, its
    labels, and whether it is `shown`), curve (x, y), tangent (x, y).
    """
    place = _place()
    triangle = data("this").transform_filter("datum.shown")
    leg: dict[str, Any] = {"strokeWidth": 4, "strokeCap": "round", "clip": True, "aria": False}
    below = alt.ExprRef(f"{first('this', 'change')} > 0 ? 12 : -12")
    run_at, rise_at = place("middle", "foot"), place("tip", "half_way")
    layers = [
        data("curve").mark_line(clip=True, strokeWidth=3.4, aria=False).encode(**place("x", "y"), stroke=stroke(MUTED)),
        data("tangent")
        .mark_line(clip=True, strokeWidth=2.4, strokeDash=list(TANGENT.dash), aria=False)
        .encode(**place("x", "y"), stroke=stroke(TANGENT.slot)),
        triangle.mark_rule(clip=True, strokeWidth=2, aria=False).encode(
            **place("tail", "foot"), x2="tip:Q", y2="head:Q", stroke=stroke(INK)
        ),
        triangle.mark_rule(**leg).encode(**place("tail", "foot"), x2="tip:Q", stroke=stroke(NUDGE.slot)),
        triangle.mark_rule(**leg).encode(**place("tip", "foot"), y2="head:Q", stroke=stroke(CHANGE.slot)),
        data("this")
        .mark_point(filled=True, size=60, opacity=1, strokeWidth=1.5, clip=True, aria=False)
        .encode(**place("zero", "zero"), fill=fill(INK), stroke=stroke(PAPER)),
        *text.haloed(triangle, NUDGE.slot, "run:N", run_at, dy=below, fontWeight="bold"),
        *text.haloed(triangle, CHANGE.slot, "rise:N", rise_at, align="left", dx=8, fontWeight="bold"),
        text.caption("left", INK, "datum.title"),
        *_across_where_free(),
    ]
    return build(alt.layer(*layers), height, ground.curve_params(), plays=False)


def error_curves(height: int) -> Spec:
    """Return the error of the ratio against the nudge, which grows to the right as on its slider.

    Data: this (one row: `top`, the nudge `at` and whether it is `shown`), errors of the kind of ratio chosen and of the
    other (nudge, error, parameter), steps (nudge, error), picked (nudge, error), notes (nudge, error, note).
    """
    powers = "datum.value == 1 ? '1' : format(datum.value, '.0e')"
    x = alt.X(
        "nudge:Q", title=None, scale=alt.Scale(type="log", domain=[1e-15, 1], nice=False),
        axis=alt.Axis(values=[10.0**power for power in range(-15, 1, 3)], labelExpr=powers),
    )  # fmt: skip
    y = alt.Y(
        "error:Q", title=None, scale=alt.Scale(type="log", domain=[FLOOR, alt.ExprRef("top")], nice=False),
        axis=alt.Axis(
            values=[10.0**power for power in range(-16, 9, 4)], labelExpr=powers, minExtent=38, maxExtent=38,
            grid=True, gridOpacity=0.4,
        ),
    )  # fmt: skip
    dash = alt.StrokeDash("parameter:N", scale=alt.Scale(domain=["b", "w"], range=[[1, 0], [5, 3]]), legend=None)
    line: dict[str, Any] = {"strokeJoin": "round", "clip": True, "aria": False}
    at = {"x": x, "y": y}
    same = {**at, "strokeDash": dash}
    tips = [alt.Tooltip("nudge:Q", format="~g"), alt.Tooltip("error:Q", format=".2~e")]
    dots = data("picked").mark_point(filled=True, size=110, opacity=1, strokeWidth=1.5, clip=True)
    pale = data("other").mark_line(strokeWidth=1.4, strokeOpacity=0.7, **line)
    dark = data("errors").mark_line(strokeWidth=2, **line)
    bound = data("steps").mark_line(strokeWidth=2, strokeDash=list(CHANGE.dash), clip=True, aria=False)
    layers: list[Layer] = [
        pale.encode(**same, stroke=stroke(MUTED)),
        dark.encode(**same, stroke=stroke(INK)),
        bound.encode(**at, stroke=stroke(CHANGE.slot)),
        data("this")
        .transform_filter("datum.shown")
        .mark_rule(strokeWidth=2, aria=False)
        .encode(x=alt.X("at:Q"), stroke=stroke(NUDGE.slot)),
        dots.encode(**at, fill=fill(NUDGE.slot), stroke=stroke(PAPER), tooltip=tips),
        *text.haloed(data("notes"), INK, "note:N", at, align="right", fontWeight="bold"),
        text.caption("left", INK, "datum.title"),
        *text.haloed(data("this"), INK, "across:N", CORNER, align="left", baseline="bottom", dx=5, dy=-4),
    ]
    return build(alt.layer(*layers), height, {"top": first("this", "top", 1)}, plays=False)


def _across_where_free() -> list[Layer]:
    """Write the name of the horizontal axis in the lower corner that a falling or a rising curve leaves free."""
    rising = f"{first('this', 'slope')} > 0"
    corner = {"x": alt.XValue(alt.expr(f"{rising} ? width - 5 : 5")), "y": alt.YValue(alt.expr("height"))}
    side = alt.ExprRef(f"{rising} ? 'right' : 'left'")
    return text.haloed(data("this"), INK, "across:N", corner, align=side, baseline="bottom", dy=-4)


def _place() -> ground.Place:
    """Return axes with ends from `this`, written short however small the window."""
    x: dict[str, Any] = {
        "scale": alt.Scale(domain=[alt.ExprRef("left"), alt.ExprRef("right")], nice=False, zero=False),
        "axis": alt.Axis(tickCount=4, title=None, labelExpr=SHORT),
    }
    y: dict[str, Any] = {
        "scale": alt.Scale(domain=[alt.ExprRef("bottom"), alt.ExprRef("top")], nice=False, zero=False),
        "axis": alt.Axis(tickCount=4, title=None, labelExpr=SHORT, **{**LABEL_WIDTH, "minExtent": 46, "maxExtent": 46}),
    }
    return lambda a, b: {"x": alt.X(f"{a}:Q", **x), "y": alt.Y(f"{b}:Q", **y)}
