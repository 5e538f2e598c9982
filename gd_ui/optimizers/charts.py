"""The charts of the page on optimizers, built once per process."""

from __future__ import annotations

import functools

from gd_ui.charts.compared import compared_lines, on_axes
from gd_ui.charts.rule_curves import rule_curves
from gd_ui.charts.rule_map import rule_map
from gd_ui.charts.template import Spec

MAIN, BELOW = 372, 300
"""Heights in pixels: on a projector of 1280 x 720 the controls, the player and both main charts fit the screen."""


@functools.cache
def templates() -> dict[str, Spec]:
    """Build all templates of the page."""
    lines = compared_lines(BELOW)
    return {
        "map": rule_map(MAIN),
        "curves": rule_curves(MAIN),
        "log log": on_axes(lines, x_log=True, y_log=True),
        "linear": on_axes(lines, x_log=False, y_log=False),
        "log": on_axes(lines, x_log=False, y_log=True),
    }
