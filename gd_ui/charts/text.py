"""Text on charts: lines above the plot, and axis names inside it where they cost no room."""

from __future__ import annotations

from typing import Any, Literal, NamedTuple

import altair as alt

from gd_ui.charts.template import INK, PAPER, SLOTS, Layer, data, fill, stroke

LINE = 19
"""Pixels from one line of text above a plot to the next."""


class Line(NamedTuple):
    """A text above the plot, at its left or right end."""

    text: str  # an expression
    side: Literal["left", "right"] = "left"
    slot: str = INK
    above: int = 0  # lines above the lowest one
    bold: bool = False


def lines(*written: Line) -> Layer:
    """Return one layer with all texts above a plot; every layer costs a browser as much as the text in it."""
    columns = {
        "text": [line.text for line in written],
        "side": [f"'{line.side}'" for line in written],
        "slot": [f"'{line.slot}'" for line in written],
        "above": [str(line.above) for line in written],
        "weight": ["600" if line.bold else "400" for line in written],
    }
    rows = (
        data("this")
        .transform_calculate(**{name: f"[{', '.join(values)}]" for name, values in columns.items()})
        .transform_flatten(list(columns))
    )
    mark = rows.mark_text(
        align=alt.expr("datum.side"), baseline="bottom", fontSize=14, fontWeight=alt.expr("datum.weight"), aria=False
    )
    return mark.encode(
        x=alt.XValue(alt.expr("datum.side == 'left' ? 0 : width")),
        y=alt.YValue(alt.expr(f"-5 - {LINE} * datum.above")),
        text="text:N",
        fill=alt.Fill("slot:N", scale=alt.Scale(domain=SLOTS), legend=None),
    )


def caption(side: Literal["left", "right"], slot: str, text: str) -> Layer:
    """Return the text of an expression, written above the plot at its left or right end."""
    return lines(Line(text, side, slot))


def names(across: str, up: str) -> list[Layer]:
    """Return the names of both axes, fields of `this`: in the lower right corner, and in the upper left one."""
    rows = (
        data("this")
        .transform_calculate(axis="['across', 'up']", named=f"[datum.{across}, datum.{up}]")
        .transform_flatten(["axis", "named"])
    )
    is_up = "datum.axis == 'up'"
    corner = {
        "x": alt.XValue(alt.expr(f"{is_up} ? 5 : width - 5")),
        "y": alt.YValue(alt.expr(f"{is_up} ? 5 : height - 4")),
    }
    align, baseline = alt.expr(f"{is_up} ? 'left' : 'right'"), alt.expr(f"{is_up} ? 'top' : 'bottom'")
    return haloed(rows, INK, "named:N", corner, align=align, baseline=baseline)


def across(field: str) -> list[Layer]:
    """Return the name of the horizontal axis, a field of `this`, in the lower right corner."""
    corner = {"x": alt.XValue(alt.expr("width")), "y": alt.YValue(alt.expr("height"))}
    return haloed(data("this"), INK, f"{field}:N", corner, align="right", baseline="bottom", dx=-5, dy=-4)


def haloed(rows: Layer, slot: str, field: str, at: dict[str, Any], **mark: Any) -> list[Layer]:
    """Return text on an outline in the colour of the page, so that it can be read over lines.

    The field is wrapped here: given a bare name, Altair reads the schemas of all its classes, each time anew.
    """
    style = {"fontSize": 13, "clip": True, "aria": False, **mark}
    outline = rows.mark_text(strokeWidth=3, strokeOpacity=0.85, strokeJoin="round", **style)
    return [
        outline.encode(**at, text=alt.Text(field), stroke=stroke(PAPER), fill=fill(PAPER)),
        rows.mark_text(**style).encode(**at, text=alt.Text(field), fill=fill(slot)),
    ]
