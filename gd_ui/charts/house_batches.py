"""What does a batch say of the whole? The loss of every batch before its update, and of all rows beside it."""

from __future__ import annotations

import altair as alt

from gd_ui.charts import text
from gd_ui.charts.rate_axis import POWERS
from gd_ui.charts.template import INK, MUTED, PAPER, Layer, Spec, build, data, fill, first, stroke
from gd_ui.lanes import LANES

SHORT = LANES[2]
"""The look of the short last batch of an epoch."""


def batch_losses(height: int) -> Spec:
    """Return the losses of the batches by epoch, the short ones marked, and the loss on all training rows as a line.

    Data: this (one row: `last` epoch, `bottom`, `top`), batches (at, loss, short), whole (at, loss).
    """
    x = alt.Scale(domain=[0, alt.ExprRef("last")], nice=False)
    y = alt.Scale(type="log", domain=[alt.ExprRef("bottom"), alt.ExprRef("top")], nice=False)
    ticks = alt.Axis(labelExpr=POWERS, tickCount=4, grid=True, gridOpacity=0.4, minExtent=46, maxExtent=46)
    at = {
        "x": alt.X("at:Q", title=None, scale=x, axis=alt.Axis(format=",~f", tickCount=5)),
        "y": alt.Y("loss:Q", title=None, scale=y, axis=ticks),
    }
    full = data("batches").transform_filter("!datum.short").mark_point(
        filled=True, size=16, opacity=0.65, strokeWidth=0, clip=True, aria=False
    )  # fmt: skip
    short = data("batches").transform_filter("datum.short").mark_point(
        shape=SHORT.shape, filled=True, size=46, opacity=0.95, strokeWidth=0.8, clip=True, aria=False
    )  # fmt: skip
    whole = data("whole").mark_line(strokeWidth=2, clip=True, aria=False)
    tips = [alt.Tooltip("loss:Q", title="loss of the short batch", format=".4~g")]
    layers: list[Layer] = [
        full.encode(**at, fill=fill(MUTED)),
        whole.encode(**at, stroke=stroke(INK)),
        short.encode(**at, fill=fill(SHORT.slot), stroke=stroke(PAPER), tooltip=tips),
        *text.across("across"),
    ]
    params = {"last": first("this", "last", 1), "top": first("this", "top", 1), "bottom": first("this", "bottom", 0.1)}
    return build(alt.layer(*layers), height, params, plays=False)
