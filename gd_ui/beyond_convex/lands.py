"""Lands: the losses of two weights that the page on what is not convex descends, each with its known valleys."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from gd_core import LANDSCAPES, Differentiable, chain, three_points
from gd_core.shapes import Array

Point = tuple[float, float]

NOWHERE = -1
"""The index of no valley."""
NEAR = 0.01
"""A run is in a valley this close to its floor, as a share of half the view."""
LEVEL = 1e-9
"""Valleys this close in height are equally deep."""
DIGITS = 12
"""After the point, of a valley's height: more are rounding."""
NUDGE = 1e-5
"""Of the differences that measure a curvature, as a share of half the view."""


class Valley(NamedTuple):
    """A place where runs may end."""

    name: str
    place: Point
    """Where its sign stands, on its floor."""
    height: float
    """The loss there."""


class Land(NamedTuple):
    """A loss of two weights, what is known of it, and how to look at it."""

    loss: Differentiable
    formula: str
    """J(w), as LaTeX."""
    about: str
    valleys: tuple[Valley, ...]
    """The deepest first."""
    valley_at: Callable[[Array], NDArray[np.intp]]
    """(R, 2) -> (R,) the index of the valley whose floor a place is on, or NOWHERE."""
    saddles: tuple[Point, ...]
    centre: Point
    half: float
    """From the centre to the upper edge of the view."""
    start: Point
    learning_rate: float

    @property
    def level(self) -> bool:
        """Whether all valleys are equally deep."""
        return max(valley.height for valley in self.valleys) - self.valleys[0].height < LEVEL

    def nearest_saddle(self, theta: Array) -> tuple[NDArray[np.intp], Array]:
        """Return the index of the saddle closest to each place (R, 2), and how far it is; NOWHERE without saddles."""
        if not self.saddles:
            return np.full(len(theta), NOWHERE), np.full(len(theta), np.inf)
        away = np.linalg.norm(theta[:, None] - np.array(self.saddles), axis=-1)
        return away.argmin(axis=1), away.min(axis=1)

    def curvatures(self, place: Point) -> tuple[Array, Array]:
        """Return the eigenvalues (2,) of the Hessian at a place, ascending, and their directions (2, 2) in columns.

        From differences of the gradient.
        """
        nudges = NUDGE * self.half * np.eye(2)
        middle = np.array(place)
        hessian = (self.loss.grad(middle + nudges) - self.loss.grad(middle - nudges)) / (2 * NUDGE * self.half)
        values, directions = np.linalg.eigh((hessian + hessian.T) / 2)
        return values, directions


def written_place(place: Point) -> str:
    """Return a place as text: (−2.81, 3.13)."""
    return "(" + ", ".join(f"{0.0 if abs(w) < LEVEL else w:.3g}".replace("-", "−") for w in place) + ")"


def _from_landscape(name: str) -> Land:
    landscape = LANDSCAPES[name]
    (left, right), (bottom, top) = landscape.view
    half = max(right - left, top - bottom) / 2
    minima = np.array(landscape.minima)

    def valley_at(theta: Array) -> NDArray[np.intp]:
        away = np.linalg.norm(theta[:, None] - minima, axis=-1)  # (R, valleys)
        return np.where(away.min(axis=1) < NEAR * half, away.argmin(axis=1), NOWHERE)

    valleys = tuple(
        Valley(written_place((a, b)), (a, b), round(float(height), DIGITS))
        for (a, b), height in zip(landscape.minima, landscape.value(minima), strict=True)
    )
    return Land(
        landscape,
        landscape.formula,
        landscape.source,
        valleys,
        valley_at,
        tuple((a, b) for a, b in landscape.saddles),
        ((left + right) / 2, (bottom + top) / 2),
        half,
        (landscape.start[0], landscape.start[1]),
        landscape.learning_rate,
    )


COURSE_HALF = 2.5
"""The view of the course's points reaches so far from the saddle."""


def _from_course() -> Land:
    """Return the loss of y = w1 · w2 · x on the points of course A: its floor is a curve with two branches."""
    data = three_points()
    loss = chain(data.x[:, 0], data.y[:, 0])
    slope = float((loss.x * loss.y).sum() / (loss.x**2).sum())
    on_floor = float(np.sqrt(slope))

    def valley_at(theta: Array) -> NDArray[np.intp]:
        a, b = theta.T
        # Beside the curve w1 · w2 = slope the product changes by its gradient, which is as long as the weights.
        beside = np.abs(a * b - slope) / np.maximum(np.hypot(a, b), LEVEL)
        return np.where(beside < NEAR * COURSE_HALF, np.where(a > 0, 0, 1), NOWHERE)

    floor = f"on the curve w₁·w₂ = {slope:g}"
    return Land(
        loss,
        r"\frac{1}{N} \sum (w_1 w_2 x - y)^2",
        "Course text A’s points, learned by two weights in a row: the loss is the mean of the whole squares.",
        (
            Valley(f"{floor}, both positive", (on_floor, on_floor), 0.0),
            Valley(f"{floor}, both negative", (-on_floor, -on_floor), 0.0),
        ),
        valley_at,
        ((0.0, 0.0),),
        (0.0, 0.0),
        COURSE_HALF,
        (-1.5, 1.5),
        0.01,
    )


LANDS: dict[str, Callable[[], Land]] = {
    "tilted himmelblau": functools.partial(_from_landscape, "tilted himmelblau"),
    "himmelblau": functools.partial(_from_landscape, "himmelblau"),
    "saddle": functools.partial(_from_landscape, "saddle"),
    "course A": _from_course,
    "rosenbrock": functools.partial(_from_landscape, "rosenbrock"),
    "beale": functools.partial(_from_landscape, "beale"),
}
"""Lands by name, the first being the one the page opens with."""


@functools.cache
def land(name: str) -> Land:
    """Return a land; made once."""
    return LANDS[name]()
