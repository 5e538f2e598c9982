"""What does a falling rate do? The rate and the loss over the epochs under every schedule, and where the runs end.

Every schedule has the look of a lane. Nothing here moves with a player.
"""

from __future__ import annotations

from typing import Any

import altair as alt

from gd_ui.charts import text
from gd_ui.charts.template import INK, PAPER, SLOTS, Layer, Spec, build, data, first, stroke
from gd_ui.lanes import LANES

_SHAPES = {lane.slot: lane.shape for lane in LANES}
_DASHES = {lane.slot: list(lane.dash) for lane in LANES}


def cooling_curves(height: int, *, log: bool) -> Spec:
    """Return one quantity over the epochs for every schedule, on a linear scale from zero or a log one.

    Data: this (one row: `last`), lines (slot, at, value), ends (the last of each line).
    """
    across = alt.Scale(domain=[0, alt.ExprRef("last")], nice=False)
    x = alt.X("at:Q", scale=across, axis=alt.Axis(title=None, format=",~f", tickCount=5))
    ticks = alt.Axis(title=None, tickCount=4, format="~g", minExtent=46, maxExtent=46)
    scale = alt.Scale(type="log", nice=False) if log else alt.Scale(zero=True)
    y = alt.Y("value:Q", scale=scale, axis=ticks)
    colour = alt.Scale(domain=SLOTS)
    dash = alt.Scale(domain=SLOTS, range=[_DASHES.get(slot, [1, 0]) for slot in SLOTS])
    lines = data("lines").mark_line(strokeWidth=2.2, clip=True, aria=False)
    drawn = lines.encode(
        x=x,
        y=y,
        stroke=alt.Stroke("slot:N", scale=colour, legend=None),
        strokeDash=alt.StrokeDash("slot:N", scale=dash, legend=None),
        order="at:Q",
    )
    ends = data("ends").mark_point(filled=True, size=90, opacity=1, strokeWidth=1.2, aria=False)
    chart = alt.layer(drawn, ends.encode(x=x, y=y, **_look()))
    return build(
        chart, height, {"last": first("this", "last", 1)}, {"left": 2, "right": 10, "top": 4, "bottom": 2}, plays=False
    )


def end_distances(height: int) -> Spec:
    """Return how far from the solution every run ends, on a log axis, a row for each schedule.

    Data: this (one row: `rows`, the number of schedules), distances (slot, row, distance), names (row, name).
    """
    x = alt.X(
        "distance:Q",
        scale=alt.Scale(type="log", nice=True),
        axis=alt.Axis(title=None, format="~g", tickCount=4),
    )
    points = data("distances").mark_point(filled=True, size=62, opacity=0.8, strokeWidth=0.8, aria=False)
    drawn = points.encode(x=x, y=_row(0.62), **_look())
    at = {"x": alt.XValue(2), "y": _row(0.3)}
    names: list[Layer] = text.haloed(data("names"), INK, "name:N", at, align="left", baseline="middle", clip=False)
    chart = alt.layer(drawn, *names).resolve_scale(fill="shared", stroke="shared")
    return build(chart, height, {"rows": first("this", "rows", 1)}, plays=False)


def _row(place: float) -> Any:
    """Return the height of a place within a row, 0 being its upper edge and 1 its lower one."""
    return alt.value(alt.expr(f"height * (datum.row + {place}) / rows"))


def _look() -> dict[str, Any]:
    shapes = alt.Scale(domain=SLOTS, range=[_SHAPES.get(slot, "circle") for slot in SLOTS])
    return {
        "shape": alt.Shape("slot:N", scale=shapes, legend=None),
        "fill": alt.Fill("slot:N", scale=alt.Scale(domain=SLOTS), legend=None),
        "stroke": stroke(PAPER),
    }
