"""Which part of the error does a step take away? Every direction of the loss by itself, and every column's share.

Gradient descent on a quadratic loss multiplies the error along each direction (eigenvector) by 1 - rate·λ per step. The
browser raises that factor to the power of the player's step.
"""

from __future__ import annotations

from typing import Any

import altair as alt

from gd_ui.charts import text
from gd_ui.charts.template import LABEL_WIDTH, MUTED, PAPER, SLOTS, STEP, Layer, Spec, build, data, first, stroke


def error_left(height: int) -> Spec:
    """Return how much of the error is left along every direction, the steepest at the left.

    Data: this (count: of directions; `across`), directions (slot, shape, direction, number: where it
    stands, factor: kept per step, curvature).
    """
    x = alt.X(
        "number:Q",
        scale=alt.Scale(domain=[0.4, alt.ExprRef("last")], nice=False),
        axis=alt.Axis(title=None, format=",~f", tickCount=6, tickMinStep=1),
    )
    y = alt.Y(
        "left:Q",
        scale=alt.Scale(domain=[0, 1.12], nice=False),
        axis=alt.Axis(
            title=None, format="~%", values=[0, 0.25, 0.5, 0.75, 1], grid=True, gridOpacity=0.4, **LABEL_WIDTH
        ),
    )
    # A factor beyond one grows without end: it is held above the plot's upper edge.
    left = f"min(pow(abs(datum.factor), {STEP}), 1.06)"
    rows = data("directions").transform_calculate(left=left, zero="0")
    stems = rows.mark_rule(strokeWidth=2, opacity=0.5, aria=False)
    heads = rows.mark_point(filled=True, size=60, opacity=1, strokeWidth=0.8)
    tips = [
        alt.Tooltip("direction:Q", format="d"),
        alt.Tooltip("curvature:Q", title="λ", format=".3~g"),
        alt.Tooltip("factor:Q", title="factor per step", format=".4~f"),
    ]
    layers: list[Layer] = [
        stems.encode(x=x, y=y, y2="zero:Q", color=_slot("color")),
        heads.encode(
            x=x, y=y, fill=_slot("fill"), stroke=stroke(PAPER), shape=alt.Shape("shape:N", scale=None),
            tooltip=tips,
        ),
        text.lines(
            text.Line("'Error left along every direction'", above=1, bold=True),
            text.Line("datum.across", "right", MUTED),
        ),
    ]  # fmt: skip
    return build(alt.layer(*layers), height, {"last": f"{first('this', 'count', 1)} + 0.6"})


def column_steepness(height: int) -> Spec:
    """Return how steep the loss is along each column's weight, in every unit, on a log scale.

    Data: this (count: of weights; `across`), columns (slot, shape, number, column, steepness).
    """
    x = alt.X(
        "number:Q",
        scale=alt.Scale(domain=[0.4, alt.ExprRef("last")], nice=False),
        axis=alt.Axis(title=None, format=",~f", tickCount=6, tickMinStep=1),
    )
    ticks = alt.Axis(title=None, format="~g", tickCount=5, grid=True, gridOpacity=0.4, minExtent=42, maxExtent=42)
    y = alt.Y("steepness:Q", scale=alt.Scale(type="log", nice=True), axis=ticks)
    marks = data("columns").mark_point(filled=True, size=70, opacity=1, strokeWidth=0.8)
    tips: list[Any] = [
        alt.Tooltip("column:N"),
        alt.Tooltip("steepness:Q", title="curvature", format=".3~g"),
    ]
    layers: list[Layer] = [
        marks.encode(
            x=x, y=y, fill=_slot("fill"), stroke=stroke(PAPER), shape=alt.Shape("shape:N", scale=None), tooltip=tips
        ),
        text.lines(
            text.Line("'Curvature along the weight of every column, log scale'", above=1, bold=True),
            text.Line("datum.across", "right", MUTED),
        ),
    ]
    return build(alt.layer(*layers), height, {"last": f"{first('this', 'count', 1)} + 0.6"}, plays=False)


def _slot(channel: str) -> Any:
    make = alt.Fill if channel == "fill" else alt.Color
    return make("slot:N", scale=alt.Scale(domain=SLOTS), legend=None)
