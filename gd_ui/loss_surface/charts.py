"""The charts of the loss surface: templates built once per process."""

from __future__ import annotations

import functools

from gd_ui.charts.heights import DASHED, height_map
from gd_ui.charts.kinks import descents, losses, slopes
from gd_ui.charts.sections import curve_of_one_weight, section, slope_of_one_weight
from gd_ui.charts.template import Spec

MAP, SECTION, KINKS = 424, 187, 250
"""Heights in pixels: on a projector of 1280 x 720 the map and both sections fit the first screen."""


@functools.cache
def templates() -> dict[str, Spec]:
    """Build all templates of the page."""
    return {
        "map": height_map(MAP),
        "section across": section([1, 0], SECTION),
        "section up": section(DASHED, SECTION),
        "curve": curve_of_one_weight(MAP - 40),
        "slope": slope_of_one_weight(MAP - 40),
        "kink losses": losses(KINKS),
        "kink slopes": slopes(KINKS),
        "kink descents": descents(KINKS),
    }
