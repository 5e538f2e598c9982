"""The charts of the page on learning rates, built once per process."""

from __future__ import annotations

import functools
import json

from gd_ui.charts.cooling import cooling_curves, end_distances
from gd_ui.charts.cuts import section_step
from gd_ui.charts.descents import lane_curve, lane_map
from gd_ui.charts.excess import excess_curves, of_first
from gd_ui.charts.factors import kept_error
from gd_ui.charts.regimes import regime_strip
from gd_ui.charts.template import Spec
from gd_ui.lanes import LANES, Lane
from gd_ui.learning_rates.rates import FEWEST, MOST

PANEL = 284
"""Height in pixels: on a projector of 1280 x 720 the controls, the strip, the player and a row fit the screen."""


@functools.cache
def templates() -> dict[str, Spec]:
    """Build all templates of the page."""
    model = LANES[0]
    of_model = {"map": lane_map(model, PANEL), "curve": lane_curve(model, PANEL), "cut": section_step(model, 176)}
    losses = excess_curves(PANEL)
    return {
        **{f"{kind} {lane.number}": in_lane(spec, model, lane) for kind, spec in of_model.items() for lane in LANES},
        **{f"excess {count}": of_first(count, losses) for count in range(FEWEST, MOST + 1)},
        "strip": regime_strip(),
        "factors": kept_error(290),
        "cooling rate": cooling_curves(220, log=False),
        "cooling loss": cooling_curves(220, log=True),
        "cooling ends": end_distances(220),
    }


def in_lane(spec: Spec, model: Lane, lane: Lane) -> Spec:
    """Return the template of one lane as that of another: they differ in colour, in shape and in the columns' names.

    Altair takes a quarter of a second for each template, which the server's start would have to wait for.
    """
    text = json.dumps(spec)
    for mine, other in (
        (f'"datum": "{model.slot}"', f'"datum": "{lane.slot}"'),
        (f"'{model.slot}'", f"'{lane.slot}'"),
        (f'"shape": "{model.shape}"', f'"shape": "{lane.shape}"'),
        (model.word, lane.word),
    ):
        text = text.replace(mine, other)
    found: Spec = json.loads(text)
    return found
