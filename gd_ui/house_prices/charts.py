"""The charts of the lesson on house prices, built once per process."""

from __future__ import annotations

import functools

from gd_ui.charts.house_batches import batch_losses
from gd_ui.charts.house_losses import two_runs
from gd_ui.charts.house_map import two_weights_map
from gd_ui.charts.house_predictions import predicted_against_true
from gd_ui.charts.house_tiles import arrays_in_tiles
from gd_ui.charts.house_weights import weights_in_ranges, weights_in_units, weights_on_their_way
from gd_ui.charts.template import Spec

PANEL = 286
"""Height in pixels: on a projector of 1280 x 720 controls, player and a row of charts fit the screen."""


@functools.cache
def templates() -> dict[str, Spec]:
    """Build all templates of the page."""
    return {
        "map": two_weights_map(PANEL),
        "losses": two_runs(PANEL),
        "weights": weights_on_their_way(PANEL),
        "tiles": arrays_in_tiles(),
        "batches": batch_losses(250),
        "predictions": predicted_against_true(320),
        "units": weights_in_units(380),
        "ranges": weights_in_ranges(380),
    }
