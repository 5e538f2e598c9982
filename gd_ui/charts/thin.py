"""Thinning: a curve with only the points it needs to look the same.

A browser spends some twenty microseconds on every row. Where a curve is straight two points do for many, and where it
has a spike all of it is kept: no point left out is further above or below the line drawn than the tolerance.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from gd_core.shapes import Array

TOLERANCE = 0.5
"""Pixels."""


def thinned(y: Array, pixels: float, tolerance: float = TOLERANCE) -> NDArray[np.intp]:
    """Return which points of a curve y (T,) over 0, 1, … to draw, in order; a unit of y is so many `pixels` high.

    Ramer, Douglas and Peucker: where a point is too far from the line between the ends, the furthest becomes an end.
    """
    if len(y) < 3:
        return np.arange(len(y))
    allowed = tolerance / pixels
    kept = np.zeros(len(y), dtype=bool)
    kept[[0, -1]] = True
    spans = [(0, len(y) - 1)]
    while spans:
        first, last = spans.pop()
        line = np.linspace(y[first], y[last], last - first + 1)
        away = np.abs(y[first : last + 1] - line)
        furthest = first + int(away.argmax())
        if away[furthest - first] > allowed:
            kept[furthest] = True
            spans += [(start, end) for start, end in ((first, furthest), (furthest, last)) if end - start > 1]
    return np.flatnonzero(kept)
