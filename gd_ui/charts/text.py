"""Text on charts: a line above the plot, and axis names inside it where they cost no room."""

from __future__ import annotations

from typing import Any, Literal

import altair as alt

from gd_ui.charts.template import INK, PAPER, Layer, data, fill, stroke


def caption(side: Literal["left", "right"], slot: str, text: str) -> Layer:
    """Return the text of an expression, written above the plot at its left or right end."""
    mark = (
        data("this")
        .transform_calculate(text=text)
        .mark_text(align=side, baseline="bottom", fontSize=14, dy=-5, aria=False)
    )
    end = 0 if side == "left" else alt.expr("width")
    return mark.encode(x=alt.XValue(end), y=alt.YValue(0), text="text:N", fill=fill(slot))


def across(field: str) -> list[Layer]:
    """Return the name of the horizontal axis, a field of `this`, in the lower right corner."""
    corner = {"x": alt.XValue(alt.expr("width")), "y": alt.YValue(alt.expr("height"))}
    return haloed(data("this"), INK, f"{field}:N", corner, align="right", baseline="bottom", dx=-5, dy=-4)


def up(field: str) -> list[Layer]:
    """Return the name of the vertical axis, a field of `this`, in the upper left corner."""
    corner = {"x": alt.XValue(0), "y": alt.YValue(0)}
    return haloed(data("this"), INK, f"{field}:N", corner, align="left", baseline="top", dx=5, dy=5)


def haloed(rows: Layer, slot: str, field: str, at: dict[str, Any], **mark: Any) -> list[Layer]:
    """Return text on an outline in the colour of the page, so that it can be read over lines.

    The field is wrapped here: given a bare name, Altair reads the schemas of all its classes, each time anew.
    """
    style = {"fontSize": 13, "clip": True, "aria": False, **mark}
    outline = rows.mark_text(strokeWidth=3, strokeOpacity=0.6, strokeJoin="round", **style)
    return [
        outline.encode(**at, text=alt.Text(field), stroke=stroke(PAPER), fill=fill(PAPER)),
        rows.mark_text(**style).encode(**at, text=alt.Text(field), fill=fill(slot)),
    ]
