"""Does it help to train all weights? The loss of two runs on training and on held-out rows, update by update.

All curves are drawn once; a pale curtain covers what is still to come, because moving one rectangle is cheap.
"""

from __future__ import annotations

from typing import Any

import altair as alt

from gd_ui.charts import text, trail
from gd_ui.charts.curtain import curtain
from gd_ui.charts.excess import update_axis
from gd_ui.charts.rate_axis import POWERS
from gd_ui.charts.tags import tags
from gd_ui.charts.template import INK, MUTED, PAPER, SLOTS, STEP, Layer, Spec, build, data, fill, first, number, stroke
from gd_ui.lanes import LANES, Lane

ALL, TWO = LANES[0], LANES[1]
KINDS = {"train": [1, 0], "held out": [2, 3]}
"""Dashes of the rows a loss is measured on."""


def two_runs(height: int) -> Spec:
    """Return the chart of both runs' losses, on a log scale.

    Data: this (one row: `last`, `bottom`, `top`, `ceiling`, `best`, `best_text`, and of both lanes the packed columns
    `loss_` and `held_`), loss (slot, kind, at, loss), tags (label, slot, at_x, at_y, side).
    """
    x = update_axis()
    ticks = alt.Axis(labelExpr=POWERS, tickCount=4, grid=True, gridOpacity=0.4, minExtent=46, maxExtent=46)
    y = alt.Y(
        "loss:Q",
        title=None,
        scale=alt.Scale(type="log", domain=[alt.ExprRef("bottom"), alt.ExprRef("top")], nice=False),
        axis=ticks,
    )
    curves = data("loss").mark_line(strokeJoin="round", clip=True, aria=False)
    look: dict[str, Any] = {
        "stroke": alt.Stroke("slot:N", scale=alt.Scale(domain=SLOTS), legend=None),
        "strokeDash": alt.StrokeDash(
            "kind:N", scale=alt.Scale(domain=list(KINDS), range=list(KINDS.values())), legend=None
        ),
        "strokeWidth": alt.StrokeWidth("kind:O", scale=alt.Scale(domain=list(KINDS), range=[2.4, 1.8]), legend=None),
        "order": alt.Order("at:Q"),
    }
    at_best = alt.expr("clamp(scale('y', best), 0, height)")
    floor = data("this").mark_rule(strokeWidth=1.2, strokeDash=[6, 4], clip=True, aria=False)
    named = {"x": alt.XValue(4), "y": alt.YValue(at_best)}
    layers: list[Layer] = [
        floor.encode(x=alt.XValue(0), x2=alt.X2Value(alt.expr("width")), y=alt.YValue(at_best), stroke=stroke(MUTED)),
        curves.encode(x=x("at"), y=y, **look),
        curtain(),
        *text.haloed(data("this"), INK, "best_text:N", named, align="left", baseline="bottom", dy=-3),
        *tags(),
        *(_dot(lane) for lane in (TWO, ALL)),
        text.caption("left", INK, f"'training loss: ' + {_told(ALL, 'all')} + '   ' + {_told(TWO, 'two')}"),
    ]
    params = {name: first("this", name, 1) for name in ("last", "ceiling", "top")}
    params |= {name: first("this", name, 0.1) for name in ("bottom", "best")}
    for lane in (ALL, TWO):
        params |= trail.columns(lane.word, STEP, "loss")
    return build(alt.layer(*layers).resolve_scale(fill="shared", stroke="shared"), height, params)


def _told(lane: Lane, word: str) -> str:
    loss = trail.now("loss", lane.word)
    told = f"{STEP} < length(loss_{lane.word}) ? {number(f'toNumber({loss})')} : 'off all scales'"
    return f"({loss} ? '{lane.sign} {word} ' + ({told}) : '')"


def _dot(lane: Lane) -> Layer:
    """The run's current update on its training curve; gone once it has left the chart."""
    now = trail.now("loss", lane.word)
    value = f"toNumber({now})"
    drawn = f"{now} && {value} <= top"
    dot = data("this").mark_point(shape=lane.shape, filled=True, size=95, strokeWidth=1.5, aria=False)
    return dot.encode(
        x=alt.XValue(alt.expr(f"{drawn} ? scale('x', min({STEP}, last)) : 0")),
        y=alt.YValue(alt.expr(f"{drawn} ? scale('y', max({value}, bottom)) : 0")),
        opacity=alt.OpacityValue(alt.expr(f"{drawn} ? 1 : 0")),
        fill=fill(lane.slot),
        stroke=stroke(PAPER),
    )
