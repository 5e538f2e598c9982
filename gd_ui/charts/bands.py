"""Bands: the loss on a grid as nested filled areas, ready to be drawn one over the other."""

from __future__ import annotations

from typing import cast

import contourpy
import numpy as np
from numpy.typing import NDArray

from gd_core.shapes import Array
from gd_ui.charts.template import Columns


def bands(a: Array, b: Array, heights: Array, levels: Array, tolerance: float) -> Columns:
    """Return the areas below each level, biggest first, as rows (level, piece, order, x, y).

    `heights` (len(b), len(a)) must be those of a convex function: then the area below a level has no holes and its
    outer ring is enough. `levels` ascend. Column `level` is the index of the colour: len(levels) for the ground beyond
    the last level, 0 for the innermost area. Rings keep only the vertices they need to be true within `tolerance`:
    what a browser spends on a map grows with its vertices.
    """
    generator = contourpy.contour_generator(a, b, heights, fill_type=contourpy.FillType.OuterOffset)
    tops = np.append(levels, np.nextafter(max(heights.max(), levels[-1]), np.inf))
    pieces: list[tuple[int, Array]] = []
    for colour in reversed(range(len(tops))):
        filled = generator.filled(-np.inf, float(tops[colour]))
        polygons, offsets = cast(tuple[list[Array], list[NDArray[np.uint32]]], filled)
        rings = [points[: ends[1]] for points, ends in zip(polygons, offsets, strict=True)]
        pieces += [(colour, simplified(ring, tolerance)) for ring in rings]
    lengths = [len(points) for _, points in pieces]
    ring = np.concatenate([points for _, points in pieces])
    return {
        "level": np.repeat([colour for colour, _ in pieces], lengths).astype("i2"),
        "piece": np.repeat(np.arange(len(pieces)), lengths).astype("i2"),
        "order": np.concatenate([np.arange(length) for length in lengths]).astype("i2"),
        "x": ring[:, 0].astype("f4"),
        "y": ring[:, 1].astype("f4"),
    }


def simplified(ring: Array, tolerance: float) -> Array:
    """Return a ring (V, 2) without vertices that lie within `tolerance` of the line between their neighbours.

    Every second vertex is tried, and again among those left, so that a vertex dropped early cannot hide a corner:
    each pass adds at most `tolerance`, and three passes are made.
    """
    for _ in range(3):
        before, middle, after = ring[:-2:2], ring[1:-1:2], ring[2::2]
        count = min(len(middle), len(after))
        before, middle, after = before[:count], middle[:count], after[:count]
        chord = after - before
        length = np.hypot(*chord.T)
        offset = middle - before
        away = np.abs(chord[:, 0] * offset[:, 1] - chord[:, 1] * offset[:, 0])
        keep = np.ones(len(ring), dtype=bool)
        keep[1 : 2 * count : 2] = away > tolerance * length
        ring = ring[keep]
    return ring
