"""The charts of the pitfalls, built once per process."""

from __future__ import annotations

import functools

from gd_ui.charts.pitfall_map import path_map
from gd_ui.charts.pitfall_marks import rate_scores, rows_read
from gd_ui.charts.pitfall_series import reported
from gd_ui.charts.template import Spec
from gd_ui.learning_rates.charts import in_lane
from gd_ui.pitfalls.frames import FAULTY, RIGHT

HEIGHT = 290
"""In pixels: on a projector of 1280 x 720 the question, the runs and the answers fit the screen."""


@functools.cache
def templates() -> dict[str, Spec]:
    """Build all templates of the page: each kind for one run, and from it for the other."""
    kinds = {
        "map": path_map(FAULTY, HEIGHT),
        "log": reported(FAULTY, HEIGHT, log=True),
        "linear": reported(FAULTY, HEIGHT, log=False),
        "bars": rows_read(FAULTY, HEIGHT),
        "scores": rate_scores(FAULTY, HEIGHT),
    }
    return {
        f"{kind} {lane.number}": in_lane(spec, FAULTY, lane) for kind, spec in kinds.items() for lane in (FAULTY, RIGHT)
    }
