"""Probes and batches that several test files look at: ordinary and extreme."""

from gd_ui.course_grid import course_grid
from gd_ui.datasets import CATALOGUE, load
from gd_ui.gradient.nudge import Probe
from gd_ui.gradient.pull import Pulls, pulls

START = CATALOGUE["line"].start
GRID_POINT = course_grid().nearest(START)
SOLUTION = tuple(load("line").best.tolist())

PROBES = {
    "default": Probe("line", START),
    "grid point": Probe("line", GRID_POINT),
    "central": Probe("line", START, 0.5, "central"),
    "zero": Probe("line", START, 0.0),
    "zero central": Probe("line", START, 0.0, "central"),
    "tiny": Probe("line", START, 1e-15),
    "lost": Probe("line", (100.0, -100.0), 1e-15),
    "one lost": Probe("line", (100.0, 0.01), 1e-15),
    "solution": Probe("line", SOLUTION),
    "thousand": Probe("thousand points", (0.0, 0.0), 1e-3),
    "far": Probe("thousand points", (-100.0, 100.0), 1.0, "central"),
    "single weight": Probe("three points", (1.0,)),
    "exact": Probe("three points", (2.0,), 1e-9, "central"),
    "exact forward": Probe("three points", (2.0,), 0.12),
}

SETTINGS = {
    "default": ("line", START, 5, 8),
    "one": ("line", START, 1, 1),
    "odd": ("line", (2.0, 1.0), 7, 200),
    "all": ("line", START, 80, 3),
    "solution": ("line", SOLUTION, 5, 8),
    "thousand": ("thousand points", (0.0, 0.0), 100, 17),
    "single weight": ("three points", (1.0,), 2, 5),
    "exact": ("three points", (2.0,), 1, 1),
}
"""Data, point, batch size and draw."""


def found(name: str) -> Pulls:
    """Return the pulls of one of SETTINGS."""
    data, point, size, draw = SETTINGS[name]
    return pulls(load(data), point, size, draw)
