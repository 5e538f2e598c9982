"""The charts of the page on backpropagation, ready to be shown: templates built once per process."""

from __future__ import annotations

import functools

from gd_core.hiring import EXERCISES
from gd_ui.backprop.arithmetic import TERMS
from gd_ui.charts.decision import hiring_map, ready_map
from gd_ui.charts.lines import lines
from gd_ui.charts.network import network
from gd_ui.charts.plateau import losses_by_epoch
from gd_ui.charts.template import Spec

NETWORK, LOSSES, ARITHMETIC, DECISION = 384, 136, 246, 320
FREE, HALF = 400, 160
"""Heights in pixels: on a projector of 1280 x 720 all but the decisions fit the first screen."""


def layers(sizes: tuple[int, ...]) -> str:
    """Return the name of a network's shape: 2-2-2-1."""
    return "-".join(map(str, sizes))


@functools.cache
def templates() -> dict[str, Spec]:
    """Build all templates of the page."""
    losses = losses_by_epoch(LOSSES)
    shapes = {exercise.sizes for exercise in EXERCISES.values()}
    return {
        "network": network(NETWORK),
        "arithmetic": lines(ARITHMETIC, TERMS),
        "losses": losses,
        "free losses": losses | {"height": HALF},
        "free decisions": ready_map(FREE),
        **{f"decisions {layers(sizes)}": hiring_map(sizes, DECISION) for sizes in shapes},
    }
