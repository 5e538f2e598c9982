"""The curtain of a chart over time: all curves are drawn once, and what is still to come is covered.

Moving one rectangle is cheap; redrawing a thousand points at every frame is not.
"""

from __future__ import annotations

import altair as alt

from gd_ui.charts.template import PAPER, STEP, Layer, data, fill


def curtain(now: str = STEP) -> Layer:
    """Cover what is still to come, from the player's frame to the right edge.

    `now` is the expression for the frame in units of the horizontal axis.
    """
    veil = data("this").mark_rect(opacity=0.72, aria=False, clip=True)
    return veil.encode(
        x=alt.XValue(alt.expr(f"min(width, scale('x', {now}))")),
        x2=alt.X2Value(alt.expr("width")),
        y=alt.YValue(0),
        y2=alt.Y2Value(alt.expr("height")),
        fill=fill(PAPER),
    )
