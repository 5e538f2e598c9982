"""How fast does the loss fall? The three loss curves against examples read, epochs or updates.

All curves are drawn once; a pale curtain covers what is still to come, because moving one rectangle is cheap and
redrawing a thousand points is not. Counted in updates the methods stand at different places, so there the part walked
so far is drawn over the pale whole instead.
"""

from __future__ import annotations

from typing import Any

import altair as alt

from gd_ui.charts import clock
from gd_ui.charts.curtain import curtain
from gd_ui.charts.template import MUTED, PAPER, SLOTS, STEP, Layer, Spec, build, data, fill, first, stroke
from gd_ui.charts.trail import now
from gd_ui.methods import METHODS, Method

COUNTS = ("examples", "epochs", "updates")
"""What the horizontal axis counts; also the names of the columns."""


def loss_curves(count: str, height: int) -> Spec:
    """Return the chart of training loss against `count`, one of COUNTS, on a log scale.

    Data: this (one row, with a packed column `loss_` of every method), loss (method, seen, at, loss), spread (method,
    at, low, high).
    """
    log_counts: dict[str, Any] = {"values": [0, 1, 10, 100, 1000, 10_000]} if count == "updates" else {"tickCount": 8}
    x = alt.X(
        "at:Q",
        title=None,
        scale=alt.Scale(type="symlog" if count == "updates" else "linear", domain=[0, alt.ExprRef("last")], nice=False),
        axis=alt.Axis(format=",~f", **log_counts),
    )

    def y(field: str) -> alt.Y:
        ticks = alt.Axis(format="~g", tickCount=4, grid=True, gridOpacity=0.4, minExtent=42, maxExtent=42)
        return alt.Y(f"{field}:Q", title=None, scale=alt.Scale(type="log", nice=False), axis=ticks)

    names = list(METHODS)
    legend = alt.Legend(
        orient="top", direction="horizontal", title=None, values=names, symbolType="stroke", symbolSize=500,
        symbolStrokeWidth=3, symbolOpacity=1, padding=0, offset=4, columnPadding=22,
    )  # fmt: skip
    look: dict[str, Any] = {
        "color": alt.Color("method:N", scale=alt.Scale(domain=SLOTS), legend=legend),
        "strokeDash": alt.StrokeDash(
            "method:N", scale=alt.Scale(domain=names, range=[list(m.dash) for m in METHODS.values()]), legend=legend
        ),
        "strokeWidth": alt.StrokeWidth(
            "method:O", scale=alt.Scale(domain=names, range=[m.width + 0.3 for m in METHODS.values()]), legend=legend
        ),
        "order": alt.Order("seen:Q"),
    }
    curves = data("loss")
    floor = first("this", "best")
    best = data("this").mark_rule(strokeWidth=1.2, strokeDash=[3, 3], aria=False, clip=True)
    layers: list[Layer] = [
        best.encode(
            x=alt.XValue(0),
            x2=alt.X2Value(alt.expr("width")),
            y=alt.YValue(alt.expr(f"{floor} > 0 ? scale('y', {floor}) : -9")),
            stroke=stroke(MUTED),
        ),
        data("spread")
        .mark_area(opacity=0.22, aria=False)
        .encode(x=x, y=y("low"), y2="high:Q", color=look["color"], detail="method:N"),
    ]
    whole = curves.mark_line(strokeJoin="round", clip=True, aria=False, opacity=1 if count != "updates" else 0.3)
    layers.append(whole.encode(x=x, y=y("loss"), **look))
    if count == "updates":
        walked = curves.transform_filter(f"datum.seen <= {STEP}").mark_line(strokeJoin="round", clip=True, aria=False)
        layers.append(walked.encode(x=x, y=y("loss"), **look))
    else:
        layers.append(curtain(_now(count)))
    layers += [_dot(method, count) for method in METHODS.values()]
    params = {"last": first("this", "last", 1)}  # the axis shows the whole run, also where a curve has left the chart
    for method in METHODS.values():
        params |= clock.signals(method, "loss")
    return build(alt.layer(*layers), height, params, {"left": 2, "right": 8, "top": 0, "bottom": 2})


def _now(count: str) -> str:
    """The expression for the player's frame in units of the axis."""
    return STEP if count == "examples" else f"{STEP} / {first('this', 'n', 1)}"


def _dot(method: Method, count: str) -> Layer:
    """The method's current update on its curve; gone once the run has left the chart."""
    loss, seen = f"toNumber({now('loss', method.word)})", clock.seen(method)
    across = {"examples": seen, "epochs": f"{seen} / {first('this', 'n', 1)}", "updates": clock.update(method)}[count]
    drawn = f"{now('loss', method.word)} && {loss} <= {first('this', 'ceiling', 1)}"
    dot = data("this").mark_point(filled=True, size=95, strokeWidth=1.5, aria=False)
    return dot.encode(
        x=alt.XValue(alt.expr(f"{drawn} ? scale('x', {across}) : 0")),
        y=alt.YValue(alt.expr(f"{drawn} ? scale('y', {loss}) : 0")),
        opacity=alt.OpacityValue(alt.expr(f"{drawn} ? 1 : 0")),
        fill=fill(method.name),
        stroke=stroke(PAPER),
    )
