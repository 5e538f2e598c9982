"""The charts of the gradient page, ready to be shown: templates built once per process."""

from __future__ import annotations

import functools

from gd_ui.charts import arrows, nudge
from gd_ui.charts.template import Spec

SECTION, WINDOW, ERRORS, ARROWS = 132, 220, 378, 400
"""Heights in pixels: on a projector of 1280 x 720 each half of the page fits one screen."""


@functools.cache
def templates() -> dict[str, Spec]:
    """Build all templates of the gradient page."""
    return {
        "section": nudge.section_with_window(SECTION),
        "window": nudge.window(WINDOW),
        "errors": nudge.error_curves(ERRORS),
        "map": arrows.arrow_map(ARROWS),
        "rows": arrows.arrow_rows(ARROWS),
        "spread": arrows.spread_by_size(ARROWS),
    }
