"""Levels: the loss on a grid as filled areas with holes, each a single mark whose outline travels as text.

A loss with hills among its valleys has areas with holes, which a line cannot draw and the outline of a symbol can.
"""

from __future__ import annotations

from itertools import pairwise
from typing import cast

import altair as alt
import contourpy
import numpy as np
from numpy.typing import NDArray

from gd_core.shapes import Array
from gd_ui.charts.bands import simplified
from gd_ui.charts.ground import LEVELS
from gd_ui.charts.packed import GRAIN
from gd_ui.charts.template import PAPER, Columns, Layer, data, stroke


def level_areas(across: Array, up: Array, heights: Array, levels: Array, tolerance: float) -> Columns:
    """Return the areas below each level, the highest first, as rows (level, path), paths in grains.

    `across` (A,) and `up` (B,) are in half panels from the middle, 1 being its upper edge; `heights` is (B, A).
    `levels` ascend. `level` is the index of the colour: len(levels) for the ground beyond the last level. Outlines are
    true within `tolerance`, in half panels.
    """
    generator = contourpy.contour_generator(across, up, heights, fill_type=contourpy.FillType.OuterOffset)
    tops = np.append(levels, np.nextafter(max(heights.max(), levels[-1]), np.inf))
    colours, paths = [], []
    for colour in reversed(range(len(tops))):
        filled = generator.filled(-np.inf, float(tops[colour]))
        polygons, offsets = cast(tuple[list[Array], list[NDArray[np.uint32]]], filled)
        rings = [
            points[begin:end] for points, ends in zip(polygons, offsets, strict=True) for begin, end in pairwise(ends)
        ]
        if rings:
            colours.append(colour)
            paths.append("".join(_outline(simplified(ring, tolerance)) for ring in rings))
    return {"level": np.array(colours, dtype="i2"), "path": np.array(paths)}


def _outline(ring: Array) -> str:
    corners = np.rint(ring * GRAIN).astype(int).tolist()
    return "M" + "L".join(f"{x},{-y}" for x, y in corners) + "Z"


def level_land() -> Layer:
    """Draw the areas. The chart must resolve its scales with `resolve_scale(stroke="shared", fill="independent")`.

    Data: levels, of `level_areas`. The chart has the parameter `grain` of a map.
    """
    areas = data("levels").mark_point(filled=True, opacity=1, strokeWidth=0.7, strokeOpacity=0.6, clip=True, aria=False)
    return areas.encode(
        x=alt.XValue(alt.expr("width / 2")),
        y=alt.YValue(alt.expr("height / 2")),
        shape=alt.Shape("path:N", scale=None),
        size=alt.SizeValue(alt.expr("pow(2 * grain, 2)")),
        fill=alt.Fill("level:Q", scale=alt.Scale(domain=[0, LEVELS]), legend=None),
        stroke=stroke(PAPER),
    )
