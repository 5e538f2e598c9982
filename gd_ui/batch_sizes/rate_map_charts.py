"""The chart of the rate map, built once per process."""

from __future__ import annotations

import functools

from gd_ui.charts.rate_map import rate_map
from gd_ui.charts.template import Spec


@functools.cache
def templates() -> dict[str, Spec]:
    """Build the template."""
    return {"rate map": rate_map(372)}
