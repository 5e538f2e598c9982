"""The charts of a race, ready to be shown: templates built once per process, and their names for screen readers."""

from __future__ import annotations

import functools

from gd_ui.charts.fit import fitted_lines
from gd_ui.charts.losses import COUNTS, loss_curves
from gd_ui.charts.panel import contour_map, loss_curve
from gd_ui.charts.template import Spec
from gd_ui.methods import METHODS

PANEL, LOSSES = 262, 172
"""Heights in pixels: on a projector of 1280 x 720 the controls, the player and all charts fit the first screen."""


@functools.cache
def templates() -> dict[str, Spec]:
    """Build all templates of the race pages."""
    maps = {f"map {name}": contour_map([method], PANEL) for name, method in METHODS.items()}
    curves = {f"curve {name}": loss_curve(method, PANEL) for name, method in METHODS.items()}
    losses = {f"losses {count}": loss_curves(count, LOSSES) for count in COUNTS}
    # Batch is drawn last on the shared map: its few large steps would vanish under the others.
    together = contour_map([METHODS[name] for name in reversed(METHODS)], 390)
    return {
        **maps,
        **curves,
        **losses,
        "losses small": loss_curves("examples", 185),
        "fit": fitted_lines(PANEL),
        "map all": together,
    }
