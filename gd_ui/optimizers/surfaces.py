"""The surfaces of the race: three bowls of real data, and four test functions that are no bowls.

All have two parameters and their lowest value at zero: the height of a bowl is the loss above its minimum.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from gd_core import LANDSCAPES, LOSSES, Curvature, Landscape, Objective, bowl, curvature, linear, objective, prepare
from gd_core.data import noisy_line, noisy_line_start
from gd_core.shapes import Array
from gd_ui.charts.ground import LEVELS
from gd_ui.charts.islands import islands
from gd_ui.charts.template import Columns
from gd_ui.datasets import CATALOGUE, diabetes

STRETCH = 10
"""The course makes a feature "bad" by multiplying it with this."""
PAIR = ("cholesterol (mg/dl)", "LDL (mg/dl)")
"""Two columns of the patients that say nearly the same."""
REACH = 1.35
"""A map of a bowl reaches this many times as far as the start lies from the minimum."""
WIDEST = 3.4
"""Maps are drawn for panels up to this many times as wide as high."""
INNERMOST = 0.004
"""The lowest ring of a map is at this share of the start's height."""
FINE = 97
"""Rows of the grid a map is made of."""


class Surface(NamedTuple):
    """A function to descend, with what its map shows."""

    about: str
    land: Landscape
    bend: Curvature | None
    """Of a bowl, the same everywhere; None for a function that is no quadratic."""
    names: tuple[str, str]
    """Of the axes, across and up."""
    order: tuple[int, int]
    """The parameters across and up."""
    centre: Array
    """(2,) of the map, across and up."""
    half: float
    """From the centre to the upper edge."""

    @property
    def start(self) -> tuple[float, ...]:
        """The start (P,) given with it."""
        return self.land.start

    def place(self, theta: Array) -> Array:
        """Return the coordinates (..., 2) on the map of parameters (..., P)."""
        return np.asarray(theta[..., list(self.order)])


def _line(factor: float) -> tuple[Objective, tuple[float, ...]]:
    data = noisy_line()
    x, y = data.x[data.train], data.y[data.train]
    return objective(linear(1), LOSSES["squared"], factor * x, y), noisy_line_start()


def _patients() -> tuple[Objective, tuple[float, ...]]:
    data = diabetes()
    task = prepare(CATALOGUE["diabetes"].problem, data)
    columns = [data.features.index(name) for name in PAIR]
    pair = objective(linear(len(PAIR), bias=False), LOSSES["squared"], task.train.x[:, columns], task.train.y)
    return pair, (0.0,) * len(PAIR)


class _Bowl(NamedTuple):
    about: str
    load: Callable[[], tuple[Objective, tuple[float, ...]]]
    names: tuple[str, str]
    order: tuple[int, int]


_LINE_NAMES, _LINE_ORDER = ("intercept b →", "↑ slope w"), (1, 0)
_BOWLS = {
    "bad line": _Bowl(
        f"course text B's line with its feature multiplied by {STRETCH}: a long narrow valley along one axis.",
        lambda: _line(STRETCH),
        _LINE_NAMES,
        _LINE_ORDER,
    ),
    "line": _Bowl(
        "course text B's line, y = b + w x, the whole squared error: a mild valley.",
        lambda: _line(1),
        _LINE_NAMES,
        _LINE_ORDER,
    ),
    "patients": _Bowl(
        "two standardised blood values of the diabetes patients that say nearly the same: a valley across both axes.",
        _patients,
        ("weight of cholesterol →", "↑ weight of LDL"),
        (0, 1),
    ),
}
_FUNCTIONS = {
    "rosenbrock": "a curved valley with steep walls and a nearly flat floor.",
    "himmelblau": "four valleys, all equally deep.",
    "beale": "a flat plain with steep cliffs in the corners.",
    "saddle": "a saddle between two valleys; the start lies almost on the ridge.",
}
SURFACES: tuple[str, ...] = (*_BOWLS, *_FUNCTIONS)
"""By the name that stands on the control and in a link as `surface=`."""
ABOUT: dict[str, str] = {name: entry.about for name, entry in _BOWLS.items()} | _FUNCTIONS


@functools.cache
def surface(name: str) -> Surface:
    """Return a surface by its name."""
    return _bowl(_BOWLS[name]) if name in _BOWLS else _function(name)


def _bowl(entry: _Bowl) -> Surface:
    """Turn a linear model's loss into a function without rows: same gradient, heights that keep their digits."""
    loss, start = entry.load()
    shape = bowl(loss)
    bend = curvature(loss, shape.best)
    hessian = (bend.eigenvectors * bend.eigenvalues) @ bend.eigenvectors.T
    order = list(entry.order)
    centre, first = shape.best[order], np.array(start)[order]
    half = REACH * float(np.abs(first - centre).max())
    land = Landscape(
        shape.excess,
        lambda theta: (theta - shape.best) @ hessian,
        formula="",
        source=entry.about,
        minima=(tuple(shape.best.tolist()),),
        saddles=(),
        view=tuple((middle - half, middle + half) for middle in shape.best.tolist()),
        start=start,
        learning_rate=1 / float(bend.eigenvalues[-1]),
    )
    return Surface(entry.about, land, bend, entry.names, entry.order, centre, half)


def _function(name: str) -> Surface:
    land = LANDSCAPES[name]
    ends = np.array(land.view)
    centre, half = ends.mean(axis=1), float(np.ptp(ends, axis=1).max() / 2)
    return Surface(ABOUT[name], land, None, ("w₁ →", "↑ w₂"), (0, 1), centre, half)


@functools.cache
def map_bands(name: str) -> Columns:
    """Return the height of a surface around its map's centre as bands to draw."""
    on = surface(name)
    reach = on.half * np.linspace(-1, 1, FINE)
    wide = WIDEST * on.half * np.linspace(-1, 1, round(WIDEST * FINE))
    a, b = on.centre[0] + wide, on.centre[1] + reach
    grid = np.stack(np.meshgrid(a, b), axis=-1).reshape(-1, 2)
    theta = np.empty_like(grid)
    theta[:, list(on.order)] = grid
    heights = on.land.value(theta).reshape(len(b), len(a))
    top = float(heights[:, np.abs(wide) <= on.half].max())
    lowest = INNERMOST * float(on.land.value(np.array([on.start]))[0])
    return islands(a, b, heights, np.geomspace(lowest, top, LEVELS), tolerance=on.half / 500)
