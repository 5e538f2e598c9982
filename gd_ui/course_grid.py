"""The grid of course text B: the points its pictures are drawn from, and the slopes it prints for one of them.

The text reads its slopes not off the start but off the point of the grid nearest to it. From there the same nudge gives
the printed digits.
"""

from __future__ import annotations

import functools
import json
from typing import NamedTuple

import numpy as np

from gd_core.shapes import Array
from gd_ui.lessons import ROOT

DATA = "line"
"""The data set of the catalogue that the text uses."""


class CourseGrid(NamedTuple):
    """The grid and what the text prints. Parameters stand in theta's order: w, b."""

    axes: tuple[Array, Array]
    nudge: float
    slopes: tuple[str, str]
    """With the digits printed."""

    def nearest(self, theta: tuple[float, ...]) -> tuple[float, ...]:
        """Return the point of the grid nearest to theta (P,)."""
        return tuple(float(axis[np.abs(axis - at).argmin()]) for axis, at in zip(self.axes, theta, strict=True))


@functools.cache
def course_grid() -> CourseGrid:
    """Read the grid from the course's printed numbers."""
    text = (ROOT / "data" / "course_numbers.json").read_text(encoding="utf-8")
    printed = json.loads(text, parse_float=str)["line"]
    count, spans, nudge = printed["grids"]["points"], printed["grids"]["original"], printed["nudge"]
    w, b = (np.linspace(float(spans[name][0]), float(spans[name][1]), count) for name in "wb")
    return CourseGrid(
        (w, b), float(nudge["size"]), (f"{float(nudge['slope']['w']):.2f}", f"{float(nudge['slope']['b']):.2f}")
    )
