"""Bands: the loss on a grid as nested filled areas, ready to be drawn one over the other."""

from __future__ import annotations

from typing import cast

import contourpy
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gd_core.shapes import Array


def bands(a: Array, b: Array, heights: Array, levels: Array) -> pd.DataFrame:
    """Return the areas below each level, biggest first, as rows (level, piece, order, x, y).

    `heights` (len(b), len(a)) must be those of a convex function: then the area below a level has no holes and its
    outer ring is enough. `levels` ascend. Column `level` is the index of the colour: len(levels) for the ground beyond
    the last level, 0 for the innermost area.
    """
    generator = contourpy.contour_generator(a, b, heights, fill_type=contourpy.FillType.OuterOffset)
    pieces: list[tuple[int, Array]] = []
    tops = np.append(levels, np.nextafter(max(heights.max(), levels[-1]), np.inf))
    for colour in reversed(range(len(tops))):
        filled = generator.filled(-np.inf, float(tops[colour]))
        polygons, offsets = cast(tuple[list[Array], list[NDArray[np.uint32]]], filled)
        pieces += [(colour, points[: ends[1]]) for points, ends in zip(polygons, offsets, strict=True)]
    lengths = [len(points) for _, points in pieces]
    ring = np.concatenate([points for _, points in pieces])
    return pd.DataFrame(
        {
            "level": np.repeat([colour for colour, _ in pieces], lengths).astype("i2"),
            "piece": np.repeat(np.arange(len(pieces)), lengths).astype("i2"),
            "order": np.concatenate([np.arange(length) for length in lengths]).astype("i2"),
            "x": ring[:, 0].astype("f4"),
            "y": ring[:, 1].astype("f4"),
        }
    )
