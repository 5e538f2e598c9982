"""Tags: the name of each curve, written at its end.

Where a tag goes is computed in Python, so that tags of curves that end together are kept apart (`apart.apart`).
"""

from __future__ import annotations

from typing import Any

import altair as alt

from gd_ui.charts import text
from gd_ui.charts.template import INK, SLOTS, Layer, data


def tags(*, coloured: bool = False) -> list[Layer]:
    """Write every tag before or after its place, in ink or `coloured` like its curve.

    Data: tags (label, slot, at_x: on the axis, at_y: share of the height from the top, side: "left" or "right", the
    side of the place that the text is aligned to).
    """
    layers = []
    for side, gap in (("left", 6), ("right", -4)):
        at = {
            "x": alt.XValue(alt.expr(f"scale('x', datum.at_x) + {gap}")),
            "y": alt.YValue(alt.expr("datum.at_y * height")),
        }
        style: dict[str, Any] = {"align": side, "baseline": "middle", "fontSize": 14, "fontWeight": "bold"}
        ends = data("tags").transform_filter(f"datum.side == '{side}'")
        halo, name = text.haloed(ends, INK, "label:N", at, **style)
        if coloured:
            name = name.encode(fill=alt.Fill("slot:N", scale=alt.Scale(domain=SLOTS), legend=None))
        layers += [halo, name]
    return layers
