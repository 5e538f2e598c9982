"""The charts of the page on the course's numbers, built once per process."""

from __future__ import annotations

import functools

from gd_ui.charts.printed import differences_of_a_list, numbers_of_a_list, runs_of_many_seeds
from gd_ui.charts.template import Spec

HEIGHT = 230


@functools.cache
def templates() -> dict[str, Spec]:
    """Build all templates of the page."""
    return {
        "linear": numbers_of_a_list(HEIGHT, log=False),
        "log": numbers_of_a_list(HEIGHT, log=True),
        "apart": differences_of_a_list(HEIGHT),
        "runs": runs_of_many_seeds(HEIGHT),
    }
