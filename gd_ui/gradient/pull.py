"""The gradient as an average: every example pulls its own way, and the mean of all pulls is the gradient.

Everything the second half of the gradient page shows is computed here: the pull of each example, the mean of one batch
and of many others, and the contour that the full mean stands on.
"""

from __future__ import annotations

import functools
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from gd_core import Batching, Objective
from gd_core.shapes import Array
from gd_ui.datasets import Loaded

DRAWS = 200
"""How many batches of each size are compared; draw number 1 is descent's first batch with seed 1, and so on."""
SIZES = [1, 2, 5, 10, 20, 50, 100, 200, 500]
TURN = 1e-3
"""Radians to either side between which the contour's direction is read off."""


class Pulls(NamedTuple):
    """The gradients of single examples at one point, and their means."""

    each: Array
    """(N, P)"""
    full: Array
    """(P,) the mean of all: the gradient."""
    rows: NDArray[np.intp]
    """(B,) the rows of the batch drawn."""
    mean: Array
    """(P,) the mean of that batch."""
    sizes: list[int]
    """S batch sizes to compare, that of the batch among them."""
    means: Array
    """(DRAWS, S, P) the means of all draws of these sizes."""

    @property
    def has_direction(self) -> bool:
        """Whether the full gradient is more than what rounding leaves of pulls that cancel."""
        return bool(np.linalg.norm(self.full) > 1e-12 * np.linalg.norm(self.each, axis=1).max())

    @property
    def size(self) -> int:
        """B, the examples in the batch."""
        return len(self.rows)

    def of_size(self) -> Array:
        """Return the means (DRAWS, P) of all draws as large as this one."""
        return self.means[:, self.sizes.index(self.size)]


class Contour(NamedTuple):
    """The points with the same loss."""

    ring: Array
    """(V, 2) all around, in theta's order."""
    along: Array
    """(2,) the contour's direction at the point: from a little before it to a little after."""


def pulls(loaded: Loaded, point: tuple[float, ...], size: int, draw: int) -> Pulls:
    """Return what every example pulls at a point, and the means of one draw, from 1 to DRAWS, and of all draws."""
    train, theta = loaded.train, np.array(point)
    n = train.n
    each = train.grad(np.tile(theta, (n, 1)), np.arange(n)[:, None])
    rows = _streams(n)[draw - 1, :size]
    sizes = sorted({*(other for other in SIZES if other < n), n, size})
    running = np.cumsum(each[_streams(n)], axis=1)[:, np.array(sizes) - 1]
    means = running / np.array(sizes)[:, None]
    return Pulls(each, train.grad(theta[None])[0], rows, train.grad(theta[None], rows)[0], sizes, means)


@functools.lru_cache(maxsize=8)
def _streams(n: int) -> NDArray[np.intp]:
    """Row numbers (DRAWS, n) of a first epoch with the seeds 1, 2, …: a batch of any size is how a row begins."""
    stream = Batching(1).plan(n, 1, range(1, DRAWS + 1)).stream
    return np.asarray(stream)


def degrees_between(vectors: Array, other: Array) -> Array:
    """Return the angles (...,) between vectors (..., 2) and another (2,), NaN where one of them is zero."""
    across = vectors[..., 0] * other[1] - vectors[..., 1] * other[0]
    angles = np.degrees(np.arctan2(np.abs(across), vectors @ other))
    return np.where((np.abs(vectors).sum(axis=-1) > 0) & (np.abs(other).sum() > 0), angles, np.nan)


def spread(found: Pulls, means: Array) -> Array:
    """Return how means (..., P) differ from the full gradient: in degrees, or of one weight as a multiple."""
    return means[..., 0] / found.full[0] if len(found.full) == 1 else degrees_between(means, found.full)


def contour(loaded: Loaded, point: tuple[float, ...]) -> Contour:
    """Return the contour of a loss with two parameters through a point: an ellipse around the solution.

    Its direction is that of a short chord, which needs no gradient; so the two can be compared.
    """
    values, axes = loaded.curvature
    away = (np.array(point) - loaded.best) @ axes * np.sqrt(values)
    turned = np.arctan2(away[1], away[0])

    def away_at(turns: Array) -> Array:
        circle = np.linalg.norm(away) * np.stack([np.cos(turns), np.sin(turns)], axis=-1)
        return np.asarray(circle / np.sqrt(values) @ axes.T)

    before, after = away_at(turned + TURN * np.array([-1, 1]))
    return Contour(loaded.best + away_at(turned + np.linspace(0, 2 * np.pi, 241)), after - before)


class Links(NamedTuple):
    """The links of the chain rule for single examples (M,): the loss of an example l, its prediction p."""

    x: Array
    y: Array
    prediction: Array
    outer: Array
    """dl/dp"""
    gradient: Array
    """(M, P) dl/dtheta, as the core computes it."""


def links(train: Objective, found: Pulls, point: tuple[float, ...], rows: NDArray[np.intp]) -> Links:
    """Return the links of the chain for some rows of one-feature data."""
    x, y = train.x[rows, 0], train.y[rows, 0]
    prediction = train.model.predict(np.array([point]), train.x[rows])[0, :, 0]
    return Links(x, y, prediction, train.loss.slope(prediction, y), found.each[rows])
