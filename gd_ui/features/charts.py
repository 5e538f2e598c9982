"""The charts of the features lesson, built once per process."""

from __future__ import annotations

import functools

from gd_ui.charts.directions import column_steepness, error_left
from gd_ui.charts.leak import leak_scatter
from gd_ui.charts.morph import morph_curve, morph_data, morph_map
from gd_ui.charts.scales import lane_losses, lane_map, regime_strip
from gd_ui.charts.template import Spec
from gd_ui.charts.units import sections, unit_scatter
from gd_ui.features.morph import NAMED
from gd_ui.lanes import LANES

ONE_FEATURE = LANES[:3]
COLUMNS = (LANES[0], LANES[2])
STRIP_LANE, PANEL, DETAIL = 28, 290, 230
"""Heights in pixels; at 1280 x 720 the controls, the strip, the player and the first charts fit the first screen."""


@functools.cache
def templates() -> dict[str, Spec]:
    """Build all templates of the lesson."""
    return {
        "strip 3": regime_strip(3 * STRIP_LANE + 18),
        "strip 2": regime_strip(2 * STRIP_LANE + 18),
        **{f"map {lane.number}": lane_map(lane, PANEL) for lane in ONE_FEATURE},
        "losses 3": lane_losses(ONE_FEATURE, PANEL, 3),
        "losses 2": lane_losses(COLUMNS, PANEL, 1),
        "scatter": unit_scatter(ONE_FEATURE, DETAIL),
        "section": sections(DETAIL),
        "directions": error_left(PANEL),
        "steepness": column_steepness(PANEL),
        "leak": leak_scatter(DETAIL),
        "morph map": morph_map(DETAIL + 20),
        "morph data": morph_data(DETAIL + 20),
        "morph kappa": morph_curve("kappa", NAMED, DETAIL + 20),
        "morph limit": morph_curve("limit", NAMED, DETAIL + 20),
    }
