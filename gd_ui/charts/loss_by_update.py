"""How fast does the loss fall? One descent, update by update, on a log scale."""

from __future__ import annotations

import altair as alt

from gd_ui.charts import text
from gd_ui.charts.curtain import curtain
from gd_ui.charts.packed import listed
from gd_ui.charts.scatter import MODEL
from gd_ui.charts.template import INK, MUTED, PAPER, STEP, Spec, build, data, fill, first, number, stroke


def loss_by_update(height: int) -> Spec:
    """Return the loss after every update, what is to come under a curtain.

    Data: loss (update, loss), this (one row: `last` update, `best` loss or zero, `losses` packed, `ceiling`).
    """
    x = alt.X(
        "update:Q",
        title=None,
        scale=alt.Scale(domain=[0, alt.ExprRef("last")], nice=False),
        axis=alt.Axis(format=",~f", tickCount=5),
    )
    ticks = alt.Axis(format="~g", tickCount=3, grid=True, gridOpacity=0.4, minExtent=42, maxExtent=42)
    y = alt.Y("loss:Q", title=None, scale=alt.Scale(type="log", nice=False), axis=ticks)
    line = data("loss").mark_line(strokeWidth=2.6, strokeJoin="round", clip=True, aria=False)
    best = data("this").mark_rule(strokeWidth=1.2, strokeDash=[3, 3], clip=True, aria=False)
    dot = data("this").mark_point(filled=True, size=100, strokeWidth=1.6, aria=False)
    update = f"min({STEP}, length(losses) - 1)"
    loss = f"toNumber(losses[{update}])"
    known = "length(losses)"
    shown = f"({known} && {loss} <= {first('this', 'ceiling', 1)})"
    floor = first("this", "best")
    told = f"'update ' + format({STEP}, ',') + '  ·  loss ' + {number(loss)}"
    off = f"'off all scales since update ' + format({known}, ',')"
    layers = [
        best.encode(
            x=alt.XValue(0),
            x2=alt.X2Value(alt.expr("width")),
            y=alt.YValue(alt.expr(f"{floor} > 0 ? scale('y', {floor}) : -9")),
            stroke=stroke(MUTED),
        ),
        line.encode(x=x, y=y, stroke=stroke(MODEL)),
        curtain(),
        dot.encode(
            x=alt.XValue(alt.expr(f"{shown} ? scale('x', {update}) : 0")),
            y=alt.YValue(alt.expr(f"{shown} ? scale('y', {loss}) : 0")),
            opacity=alt.OpacityValue(alt.expr(f"{shown} ? 1 : 0")),
            fill=fill(MODEL),
            stroke=stroke(PAPER),
        ),
        text.caption("left", INK, f"!{known} ? '' : {STEP} < {known} ? {told} : {off}"),
    ]
    params = {"last": first("this", "last", 1), "losses": listed("losses")}
    return build(alt.layer(*layers), height, params)
