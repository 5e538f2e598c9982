"""Islands: the bands of a function that is not convex, whose areas below a level may be several and have holes.

Every contour ring is filled with the colour of what lies just inside it, the largest ring first: rings never cross, so
what is nested is painted later, be it a lower area or a higher one.
"""

from __future__ import annotations

from typing import cast

import contourpy
import numpy as np
from numpy.typing import NDArray

from gd_core.shapes import Array
from gd_ui.charts.bands import simplified
from gd_ui.charts.template import Columns


def islands(a: Array, b: Array, heights: Array, levels: Array, tolerance: float) -> Columns:
    """Return the rings of all areas below each level, largest first, as rows (level, piece, order, x, y).

    `heights` (len(b), len(a)) may be those of any function; `levels` ascend. The columns are those of
    `gd_ui.charts.bands.bands`: `level` is the index of the colour, len(levels) for the ground beyond the last.
    """
    generator = contourpy.contour_generator(a, b, heights, fill_type=contourpy.FillType.OuterOffset)
    tops = np.append(levels, np.nextafter(max(heights.max(), levels[-1]), np.inf))
    found: list[tuple[float, int, Array]] = []
    for colour, top in enumerate(tops):
        polygons, offsets = cast(tuple[list[Array], list[NDArray[np.uint32]]], generator.filled(-np.inf, float(top)))
        for points, ends in zip(polygons, offsets, strict=True):
            for number, ring in enumerate(np.split(points, ends[1:-1].astype(int))):
                inside = colour if number == 0 else colour + 1  # the first ring is the shore, the others are holes
                found.append((_area(ring), inside, simplified(ring, tolerance)))
    found.sort(key=lambda entry: (-entry[0], -entry[1]))
    lengths = [len(ring) for _, _, ring in found]
    corners = np.concatenate([ring for _, _, ring in found])
    return {
        "level": np.repeat([colour for _, colour, _ in found], lengths).astype("i2"),
        "piece": np.repeat(np.arange(len(found)), lengths).astype("i2"),
        "order": np.concatenate([np.arange(length) for length in lengths]).astype("i2"),
        "x": corners[:, 0].astype("f4"),
        "y": corners[:, 1].astype("f4"),
    }


def _area(ring: Array) -> float:
    """Return the area inside a closed ring (V, 2)."""
    x, y = (ring - ring[0]).T
    return float(abs(x[:-1] @ y[1:] - x[1:] @ y[:-1]) / 2)
