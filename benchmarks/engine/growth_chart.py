"""Growth chart: time over size on log-log axes, one panel for each growth, with the line whose slope is named."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import altair as alt
import numpy as np

from benchmarks.engine import machine

if TYPE_CHECKING:
    from benchmarks.engine.growth import Grown

SIDE = 230
COLUMNS = 3
MEASURED, FITTED = "#1f5fa8", "#f6c98f"


def drawn(found: Sequence[Grown]) -> alt.ConcatChart:
    """Return the chart of what was found."""
    read = "Dots: medians, bars: quartiles. Broad: the line whose slope is named, through the larger half of the sizes."
    meaning = "Slope 0: the size does not matter; slope 1: time is in proportion to it."
    title = alt.Title(
        "How the engine's time grows", subtitle=[machine.place(), read, meaning], anchor="start", offset=16
    )
    panels = [panel(grown) for grown in found]
    together = alt.concat(*panels, columns=COLUMNS, title=title, spacing=24)
    same_height: alt.ConcatChart = together.resolve_scale(y="shared")
    return same_height


def panel(grown: Grown) -> alt.LayerChart | alt.FacetChart:
    """Return the panel of one growth."""
    sizes = list(grown.growth.sizes)
    ends = alt.Scale(type="log", domain=[sizes[0] / 1.6, sizes[-1] * 1.6], nice=False)
    axis = alt.Axis(values=sizes, format="~s", grid=False)
    powers = alt.Axis(values=[10.0**power for power in range(-3, 6)], format="~g", gridOpacity=0.6)
    x = alt.X("size:Q", scale=ends, axis=axis, title=grown.growth.over)
    y = alt.Y("milliseconds:Q", scale=alt.Scale(type="log"), axis=powers, title="Time (ms)")
    points = alt.Chart(alt.Data(values=measurements(grown))).encode(x=x, y=y)
    fit = alt.Chart(alt.Data(values=fitted(grown))).mark_line(color=FITTED, strokeWidth=9).encode(x=x, y=y)
    bars = points.mark_rule(color=MEASURED, strokeWidth=2).encode(y=alt.Y("low:Q"), y2="high:Q")
    line = points.mark_line(color=MEASURED, point=alt.OverlayMarkDef(color=MEASURED, size=45))
    title = alt.Title(grown.growth.title, subtitle=f"slope {grown.slope:.2f}", anchor="start")
    return alt.layer(fit, bars, line).properties(width=SIDE, height=SIDE, title=title)


def measurements(grown: Grown) -> list[dict[str, float]]:
    """Return a row for every size: median and quartiles in milliseconds."""
    return [
        {"size": size, "milliseconds": 1000 * spread.median, "low": 1000 * spread.low, "high": 1000 * spread.high}
        for size, spread in zip(grown.growth.sizes, grown.spreads, strict=True)
    ]


def fitted(grown: Grown) -> list[dict[str, float]]:
    """Return the two ends of the line whose slope is named."""
    sizes = np.array(grown.growth.sizes[grown.half])
    times = 1000 * np.array([spread.median for spread in grown.spreads[grown.half]])
    middle = np.log(times).mean() - grown.slope * np.log(sizes).mean()
    return [
        {"size": size, "milliseconds": float(np.exp(middle + grown.slope * np.log(size)))}
        for size in (float(sizes[0]), float(sizes[-1]))
    ]
