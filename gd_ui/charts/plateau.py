"""How the loss of a network falls, epoch by epoch: every method's curve, and the plateau of the one followed."""

from __future__ import annotations

from typing import Any

import altair as alt

from gd_core.shapes import Array
from gd_ui.charts import text
from gd_ui.charts.network import current, value
from gd_ui.charts.template import INK, MUTED, PAPER, SLOTS, Layer, Spec, build, data, fill, first, number, stroke

DASHES: tuple[tuple[float, ...], ...] = ((1, 0), (7, 3), (1.5, 2), (8, 3, 2, 3))
"""By number; colour is never the only sign."""
TINIEST = 1e-12
"""A smaller loss is drawn there: a log scale has no zero."""
NARROWEST = 4.0
"""The log scale spans at least this factor, so that a loss that never moves has a scale too."""
TICKS = [mantissa * 10.0**power for power in range(-12, 4) for mantissa in (1, 2, 5)]
"""Where the log scale may have labels; those that would overlap are left out."""


def scale_ends(losses: Array) -> dict[str, float]:
    """Return the ends of the log scale for losses above zero, as the columns `low` and `high` of `this`."""
    low, high = float(losses.min()), float(losses.max())
    wider = max(1.06, (NARROWEST * low / high) ** 0.5)
    return {"low": low / wider, "high": high * wider}


def losses_by_epoch(height: int) -> Spec:
    """Return the losses on a log scale with a dot at the player's update and the plateau shaded.

    Data: this (as in `current`, its numbers being update and loss; `last` epoch, `low` and `high`: the ends of
    the log scale, `per_epoch` updates, `half`: epochs
    until half the loss is gone, 0 to shade nothing, `told` about it, `what`: the
    name of what is drawn, `mine`: the followed line's slot), losses (line,
    slot, dash, at, loss, mine), names (line, slot, dash, name).
    """
    x = alt.X(
        "at:Q",
        title=None,
        scale=alt.Scale(domain=[0, alt.ExprRef("last")], nice=False),
        axis=alt.Axis(format=",~f", tickCount=5),
    )
    ticks = alt.Axis(format="~g", values=TICKS, minExtent=46, maxExtent=46)
    y = alt.Y(
        "loss:Q",
        title=None,
        scale=alt.Scale(type="log", nice=False, domain=[alt.ExprRef("low"), alt.ExprRef("high")]),
        axis=ticks,
    )
    band = data("this").mark_rect(opacity=0.16, clip=True, aria=False)
    curves = data("losses").mark_line(strokeJoin="round", clip=True, aria=False)
    loss, epoch = value("1"), f"{value('0')} / {first('this', 'per_epoch', 1)}"
    known, told = "length(now)", f"({loss} > {TINIEST} ? {number(loss)} : 'below {TINIEST:.0e}')"
    cursor = data("this").mark_rule(strokeWidth=1, clip=True, aria=False)
    across = alt.XValue(alt.expr(f"{known} ? scale('x', {epoch}) : 0"))
    layers: list[Layer] = [
        band.encode(
            x=alt.XValue(0),
            x2=alt.X2Value(alt.expr(f"scale('x', {first('this', 'half')})")),
            y=alt.YValue(0),
            y2=alt.Y2Value(alt.expr("height")),
            fill=fill(MUTED),
        ),
        curves.encode(
            x=x, y=y, detail="line:N", stroke=_slot("Stroke"), strokeDash=_dash(),
            strokeWidth=alt.StrokeWidth("mine:O", scale=alt.Scale(domain=[False, True], range=[1.6, 3.4]), legend=None),
        ),
        cursor.encode(x=across, y=alt.YValue(0), y2=alt.Y2Value(alt.expr("height")), stroke=stroke(MUTED)),
        data("this").mark_point(shape="circle", filled=True, size=110, opacity=1, strokeWidth=1.6, aria=False).encode(
            x=across,
            y=alt.YValue(alt.expr(f"{known} ? scale('y', {loss}) : 0")),
            fill=alt.Fill("mine:N", scale=alt.Scale(domain=SLOTS), legend=None),
            stroke=stroke(PAPER),
        ),
        *_names(),
        text.caption("left", INK, f"{known} && width > 340 ? datum.what + ' ' + {told} : ''"),
        text.caption("right", INK, "datum.told"),
        *text.across("across"),
    ]  # fmt: skip
    chart = alt.layer(*layers).resolve_scale(fill="independent", stroke="independent")
    params = current() | {name: first("this", name, start) for name, start in (("last", 1), ("low", 0.1), ("high", 1))}
    return build(chart, height, params, {"left": 2, "right": 8, "top": 0, "bottom": 2})


def _names() -> list[Layer]:
    """Which line is whose, in the upper right corner."""
    rows = data("names").transform_calculate(
        x="width - 122", x2="width - 90", after="width - 84", right="width", y="9 + 15 * datum.line",
        top="1 + 15 * datum.line", bottom="17 + 15 * datum.line",
    )  # fmt: skip
    under = rows.mark_rect(opacity=0.7, aria=False)
    line, word = rows.mark_rule(strokeWidth=3, aria=False), rows.mark_text(align="left", fontSize=13, aria=False)
    pixel: dict[str, Any] = {"y": alt.Y("y:Q", scale=None)}
    return [
        under.encode(
            x=alt.X("x:Q", scale=None), x2="right:Q", y=alt.Y("top:Q", scale=None), y2="bottom:Q", fill=fill(PAPER)
        ),
        line.encode(**pixel, x=alt.X("x:Q", scale=None), x2="x2:Q", stroke=_slot("Stroke"), strokeDash=_dash()),
        word.encode(**pixel, x=alt.X("after:Q", scale=None), text="name:N", fill=fill(INK)),
    ]


def _slot(channel: str) -> Any:
    return getattr(alt, channel)("slot:N", scale=alt.Scale(domain=SLOTS), legend=None)


def _dash() -> Any:
    domain = list(range(len(DASHES)))
    return alt.StrokeDash("dash:N", scale=alt.Scale(domain=domain, range=[list(dash) for dash in DASHES]), legend=None)
