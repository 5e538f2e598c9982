"""Text on charts: a line above the plot, and axis names inside it where they cost no room."""

from __future__ import annotations

from typing import Literal

import altair as alt

from gd_ui.charts.template import INK, Layer, data, fill


def caption(side: Literal["left", "right"], slot: str, text: str) -> Layer:
    """Return the text of an expression, written above the plot at its left or right end."""
    mark = (
        data("this")
        .transform_calculate(text=text)
        .mark_text(align=side, baseline="bottom", fontSize=14, dy=-5, aria=False)
    )
    end = 0 if side == "left" else alt.expr("width")
    return mark.encode(x=alt.value(end), y=alt.value(0), text="text:N", fill=fill(slot))


def across(field: str) -> Layer:
    """Return the name of the horizontal axis, a field of `this`, in the lower right corner."""
    mark = data("this").mark_text(align="right", baseline="bottom", dx=-5, dy=-4, fontSize=13, clip=True, aria=False)
    corner = {"x": alt.value(alt.expr("width")), "y": alt.value(alt.expr("height"))}
    return mark.encode(**corner, text=f"{field}:N", fill=fill(INK))


def up(field: str) -> Layer:
    """Return the name of the vertical axis, a field of `this`, in the upper left corner."""
    mark = data("this").mark_text(align="left", baseline="top", dx=5, dy=5, fontSize=13, clip=True, aria=False)
    return mark.encode(x=alt.value(0), y=alt.value(0), text=f"{field}:N", fill=fill(INK))
