"""Landscapes: test functions whose valleys are known beforehand, to be descended like any loss.

A landscape stands in for an objective of one example: `descend` takes it, batches mean nothing to it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from gd_core.shapes import FULL, Array, Rows

Point = tuple[float, ...]


class Landscape(NamedTuple):
    """A function J(theta) with its gradient, and what is known of its shape."""

    height: Callable[[Array], Array]
    """(R, P) -> (R,)"""
    slope: Callable[[Array], Array]
    """(R, P) -> (R, P)"""
    formula: str
    """J(w), as LaTeX."""
    source: str
    minima: tuple[Point, ...]
    """Every local minimum (P,), the deepest first."""
    saddles: tuple[Point, ...]
    """Every stationary point (P,) from which some way leads down; a maximum is one of them."""
    view: tuple[tuple[float, float], ...]
    """From where to where to look, for each of the P parameters."""
    start: Point
    """A start (P,) worth watching."""
    learning_rate: float
    """A rate that gets from `start` into a valley."""
    n: int = 1
    """N, the rows behind a value: a function is one row."""

    @property
    def n_params(self) -> int:
        """P, the number of parameters."""
        return len(self.view)

    def value(self, theta: Array, batch: Rows = FULL) -> Array:
        """J (R,) at every theta (R, P), whatever the batch."""
        return self.height(theta)

    def grad(self, theta: Array, batch: Rows = FULL) -> Array:
        """dJ/dtheta (R, P) at every theta (R, P), whatever the batch."""
        return self.slope(theta)


TILT = 0.3
"""Makes the left valley of the double well the deeper one."""


def _double_well(theta: Array) -> Array:
    w = theta[:, 0]
    return np.asarray((w**2 - 1) ** 2 + TILT * w)


def _double_well_slope(theta: Array) -> Array:
    return np.asarray(4 * theta * (theta**2 - 1) + TILT)


def _saddle(theta: Array) -> Array:
    a, b = theta.T
    return np.asarray(a**2 + (b**2 - 1) ** 2)


def _saddle_slope(theta: Array) -> Array:
    a, b = theta.T
    return np.stack([2 * a, 4 * b * (b**2 - 1)], axis=1)


def _himmelblau(theta: Array) -> Array:
    a, b = theta.T
    return np.asarray((a**2 + b - 11) ** 2 + (a + b**2 - 7) ** 2)


def _himmelblau_slope(theta: Array) -> Array:
    a, b = theta.T
    first, second = a**2 + b - 11, a + b**2 - 7
    return np.stack([4 * a * first + 2 * second, 2 * first + 4 * b * second], axis=1)


_LEAN = np.array([5.0, 3.0])
"""Added to Himmelblau's slope, it makes its four valleys unlike in depth."""


def _tilted_himmelblau(theta: Array) -> Array:
    return np.asarray(_himmelblau(theta) + theta @ _LEAN)


def _tilted_himmelblau_slope(theta: Array) -> Array:
    return np.asarray(_himmelblau_slope(theta) + _LEAN)


def _rosenbrock(theta: Array) -> Array:
    a, b = theta.T
    return np.asarray((1 - a) ** 2 + 100 * (b - a**2) ** 2)


def _rosenbrock_slope(theta: Array) -> Array:
    a, b = theta.T
    return np.stack([-2 * (1 - a) - 400 * a * (b - a**2), 200 * (b - a**2)], axis=1)


_BEALE = (1.5, 2.25, 2.625)


def _beale_misses(theta: Array) -> list[tuple[Array, Array, int]]:
    """Return of each of the three terms what it misses (R,), w2 to the power - 1 (R,), and its power."""
    a, b = theta.T
    below = (np.ones_like(b), b, b * b)  # products: a general power takes ten times as long
    return [(c - a + a * b * below[i], below[i], i + 1) for i, c in enumerate(_BEALE)]


def _beale(theta: Array) -> Array:
    return np.asarray(sum(miss * miss for miss, _, _ in _beale_misses(theta)))


def _beale_slope(theta: Array) -> Array:
    a, b = theta.T
    terms = _beale_misses(theta)
    along_a = sum(2 * miss * (b * below - 1) for miss, below, _ in terms)
    along_b = sum(2 * miss * a * power * below for miss, below, power in terms)
    return np.stack([np.asarray(along_a), np.asarray(along_b)], axis=1)


_LEFT, _TOP, _RIGHT = (float(root) for root in np.sort(np.roots([4, 0, -4, TILT]).real))

LANDSCAPES: dict[str, Landscape] = {
    "double well": Landscape(
        _double_well,
        _double_well_slope,
        rf"(w^2 - 1)^2 + {TILT}\,w",
        "Ours: the quartic double well, tilted so that one valley is deeper",
        minima=((_LEFT,), (_RIGHT,)),
        saddles=((_TOP,),),
        view=((-2.0, 2.0),),
        start=(0.5,),
        learning_rate=0.05,
    ),
    "saddle": Landscape(
        _saddle,
        _saddle_slope,
        r"w_1^2 + (w_2^2 - 1)^2",
        "Ours: a saddle with a valley on either side, so that no run leaves for ever",
        minima=((0.0, -1.0), (0.0, 1.0)),
        saddles=((0.0, 0.0),),
        view=((-2.0, 2.0), (-2.0, 2.0)),
        start=(-1.6, 0.001),
        learning_rate=0.05,
    ),
    "himmelblau": Landscape(
        _himmelblau,
        _himmelblau_slope,
        r"(w_1^2 + w_2 - 11)^2 + (w_1 + w_2^2 - 7)^2",
        "Himmelblau 1972, “Applied nonlinear programming”",
        minima=(
            (3.0, 2.0),
            (-2.8051180869527448, 3.1313125182505730),
            (-3.7793102533777469, -3.2831859912861694),
            (3.5844283403304917, -1.8481265269644036),
        ),
        saddles=(
            (-0.2708445906694404, -0.9230385564799720),
            (-3.0730257505644240, -0.0813530441935024),
            (-0.1279613467306868, -1.9537149802445169),
            (0.0866775045536627, 2.8842547017463350),
            (3.3851541842607630, 0.0738518787760430),
        ),
        view=((-5.0, 5.0), (-5.0, 5.0)),
        start=(-0.5, -0.5),
        learning_rate=0.01,
    ),
    "tilted himmelblau": Landscape(
        _tilted_himmelblau,
        _tilted_himmelblau_slope,
        r"(w_1^2 + w_2 - 11)^2 + (w_1 + w_2^2 - 7)^2 + 5\,w_1 + 3\,w_2",
        "Himmelblau's function, tilted by us so that its four valleys are unlike in depth",
        minima=(
            (-3.8335500435415972, -3.3336021193640779),
            (-2.8787342250233605, 3.0943047024917540),
            (3.5414317600018563, -1.9350753666608149),
            (2.9470693792859364, 1.9398309967331273),
        ),
        saddles=(
            (-0.1728748755419171, -0.7809837708837906),
            (-3.1250956378106891, 0.0138298904163392),
            (-0.0122558713838431, -2.0475452328839703),
            (0.2260705937057032, 2.8194970690683894),
            (3.3079389203079117, 0.2297438310830442),
        ),
        view=((-5.0, 5.0), (-5.0, 5.0)),
        start=(-0.5, -0.5),
        learning_rate=0.01,
    ),
    "rosenbrock": Landscape(
        _rosenbrock,
        _rosenbrock_slope,
        r"(1 - w_1)^2 + 100\,(w_2 - w_1^2)^2",
        "Rosenbrock 1960, “An automatic method for finding the greatest or least value of a function”",
        minima=((1.0, 1.0),),
        saddles=(),
        view=((-2.0, 2.0), (-1.0, 3.0)),
        start=(-1.2, 1.0),
        learning_rate=0.001,
    ),
    "beale": Landscape(
        _beale,
        _beale_slope,
        r"(1.5 - w_1 + w_1 w_2)^2 + (2.25 - w_1 + w_1 w_2^2)^2 + (2.625 - w_1 + w_1 w_2^3)^2",
        "Beale 1958, “On an iterative method for finding a local minimum of a function of more than one variable”",
        minima=((3.0, 0.5),),
        saddles=((0.0, 1.0),),
        view=((-4.5, 4.5), (-4.5, 4.5)),
        start=(1.0, 1.0),
        learning_rate=0.002,
    ),
}
"""Test functions by name. The valleys of those that are not ours are in every book; tests check them all the same."""
