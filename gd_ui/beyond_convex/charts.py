"""The charts of the page on what is not convex, built once per process."""

from __future__ import annotations

import functools

from gd_ui.beyond_convex.well import height_of
from gd_ui.charts.falls import falls
from gd_ui.charts.flock import basin_map, flock_map, held_still, with_up_axis
from gd_ui.charts.series import on_log, series
from gd_ui.charts.template import Spec
from gd_ui.charts.well import well_curve

PANEL = 300
"""Height in pixels: on a projector of 1280 x 720 the controls, the player, a row of charts and the findings fit."""
LOWER = 260
"""Height of the charts in the lower half."""
RATES = (0.005, 0.02, 0.1, 0.5)
"""Ticks of the axis of rates."""


@functools.cache
def templates() -> dict[str, Spec]:
    """Build all templates of the page; some are another one with a change, as building takes long."""
    flock, basins, lines = flock_map(PANEL), basin_map(PANEL), series(LOWER)
    return {
        "flock": flock,
        "basins": basins,
        "falls": falls(PANEL),
        "still": held_still(flock, LOWER),
        "escapes": lines,
        "stay loss": on_log(lines, "x"),
        "stay time": on_log(lines, "x", "y"),
        "well": well_curve(LOWER),
        "well map": with_up_axis({**basins, "height": LOWER}, {height_of(rate): f"{rate:g}" for rate in RATES}),
    }
