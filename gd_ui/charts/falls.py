"""How fast does each of many starts come down? The loss above the deepest valley, update by update, on a log scale."""

from __future__ import annotations

import altair as alt

from gd_ui.charts.curtain import curtain
from gd_ui.charts.excess import update_axis
from gd_ui.charts.rate_axis import POWERS
from gd_ui.charts.template import SLOTS, Spec, build, data, first
from gd_ui.lanes import LANES

_DASHES = {lane.slot: list(lane.dash) for lane in LANES}


def falls(height: int) -> Spec:
    """Return the chart of the losses of many runs.

    Data: this (one row: last, bottom, ceiling), falls (run, slot, at, loss).
    """
    x = update_axis()
    ticks = alt.Axis(labelExpr=POWERS, tickCount=4, grid=True, gridOpacity=0.4, minExtent=42, maxExtent=42)
    scale = alt.Scale(type="log", domain=[alt.ExprRef("bottom"), alt.ExprRef("ceiling")], nice=False)
    curves = data("falls").mark_line(strokeJoin="round", strokeWidth=1.7, opacity=0.85, clip=True, aria=False)
    dashes = alt.Scale(domain=SLOTS, range=[_DASHES.get(slot, [1, 0]) for slot in SLOTS])
    lines = curves.encode(
        x=x("at"),
        y=alt.Y("loss:Q", title=None, scale=scale, axis=ticks),
        detail="run:N",
        order="at:Q",
        stroke=alt.Stroke("slot:N", scale=alt.Scale(domain=SLOTS), legend=None),
        strokeDash=alt.StrokeDash("slot:N", scale=dashes, legend=None),
    )
    params = {
        "last": first("this", "last", 1),
        "bottom": first("this", "bottom", 0.1),
        "ceiling": first("this", "ceiling", 1),
    }
    return build(alt.layer(lines, curtain()), height, params)
