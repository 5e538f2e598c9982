"""The charts of the page on one step, ready to be shown: templates built once per process."""

from __future__ import annotations

import functools

from gd_ui.charts import scatter, slopes, step_map
from gd_ui.charts.loss_by_update import loss_by_update
from gd_ui.charts.squares import squared_errors
from gd_ui.charts.template import Spec

FULL, HALF, PLAYED, LOSS = 336, 149, 298, 116
"""Heights in pixels: on a projector of 1280 x 720 controls, formulas and charts fit the first screen."""


@functools.cache
def templates() -> dict[str, Spec]:
    """Build all templates of the page; those that play with the player have the word in their name."""
    section = slopes.section(HALF)
    fixed = {
        "worked": scatter.worked(FULL),
        "squares": squared_errors(FULL),
        "section": section,
        "section alone": section | {"height": FULL},
        "section with update": slopes.section(FULL, moves=True),
        "map": step_map.contour_map(FULL, plays=False),
        "curve": step_map.loss_curve(FULL, plays=False),
    }
    playing = {
        "fitted, playing": scatter.fitted_line(PLAYED),
        "map, playing": step_map.contour_map(PLAYED, plays=True),
        "curve, playing": step_map.loss_curve(PLAYED, plays=True),
        "loss, playing": loss_by_update(LOSS),
    }
    return fixed | playing
