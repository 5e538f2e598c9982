"""Land: the loss around a place in parameter space, as the bands of a map."""

from __future__ import annotations

import numpy as np

from gd_core import Objective, Plane, surface
from gd_core.shapes import FULL, Array, Rows
from gd_ui.charts.bands import bands
from gd_ui.charts.ground import LEVELS
from gd_ui.charts.template import Columns

BAND_RATIO = 2.4
"""Every ring of a map has this many times more loss above the minimum than the one inside it."""
HIDDEN = 1 / 500
"""Share of half a panel that nobody sees: a fifth of a pixel."""
WIDEST = 1.9
"""Maps are drawn for panels up to this many times as wide as high."""


def loss_bands(
    objective: Objective, lowest: float, plane: Plane, centre: Array, half: float, batch: Rows = FULL
) -> Columns:
    """Return the bands of a convex loss above its `lowest` value, for a panel around `centre` (2,) of the plane.

    The panel reaches `half` up and down; the outermost level is reached in the corners of a square one. `batch` limits
    the loss to some examples.
    """
    reach = half * np.linspace(-1, 1, 81)
    a, b = centre[0] + WIDEST * reach, centre[1] + reach
    excess = np.maximum(surface(objective, plane, a, b, batch) - lowest, 0)
    square = excess[:, np.abs(WIDEST * reach) <= half]
    levels = square.max() / BAND_RATIO ** np.arange(LEVELS)[::-1]
    return bands(a, b, excess, levels, tolerance=half * HIDDEN)
