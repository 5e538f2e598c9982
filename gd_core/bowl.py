"""Quadratic losses: a million rows replaced by a handful that have the same loss everywhere.

The squared loss of a linear model is the squared length of (inputs theta - targets). Turning that vector in space does
not change its length; so the rows can be turned until all but a few of them are zero, whatever theta is:

    J(theta) = rest + |root theta - aim|² = floor + (theta - best)' H (theta - best),   H = root' root

`root` and `aim` have one row per input and one more, the `rest` is what no theta can reach. They are the triangle of a
QR decomposition, `gd_core.triangle`. Every term is a square, so no loss comes out negative. (Golub and Van Loan 2013,
"Matrix computations", section 5.3.)
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from gd_core.objective import Objective
from gd_core.shapes import FULL, Array, Rows
from gd_core.triangle import triangle

CONSTANT = 1e-20
"""A column whose spread is below this share of its size does not vary: one last digit in a million rows is 1e-19."""


class Bowl(NamedTuple):
    """A quadratic loss without its data; Q inputs, bias included, and P = Q K parameters."""

    best: Array
    """(P,) the lowest point, the one nearest to zero if several tie."""
    lowest: float
    """J(best)."""
    root: Array
    """(M, Q) with M <= Q + 1; root' root is half the Hessian of one output."""
    aim: Array
    """(M, K)"""
    rest: float
    """The part of the loss that is the same for every theta."""

    def value(self, theta: Array) -> Array:
        """J (R,) of parameters theta (R, P)."""
        off = self._moved(theta)
        off -= self.aim.reshape(-1, 1)  # in place: for a long path fresh memory is dearer than arithmetic
        return self.rest + _squares(off)

    def excess(self, theta: Array) -> Array:
        """J(theta) - J(best) (R,) of parameters theta (R, P), in which nothing large cancels."""
        return _squares(self._moved(theta - self.best))

    def along(self, states: Array) -> Array:
        """J (T, R) of states (T, P, R) of runs that lie side by side, from one array for all that comes in between."""
        triangle = np.linalg.qr(self.root, mode="r")  # (<= Q, Q), and J = lowest + |triangle (theta - best)|²
        away = np.empty((self.root.shape[1], self.aim.shape[1] * states.shape[2]))
        moved = np.empty((len(triangle), away.shape[1]))
        every_output = moved.reshape(-1, states.shape[2])
        heights = np.empty((len(states), states.shape[2]))
        for state, height in zip(states, heights, strict=True):
            np.subtract(state, self.best[:, None], out=away.reshape(state.shape))
            np.matmul(triangle, away, out=moved)
            np.square(every_output, out=every_output)
            np.add.reduce(every_output, axis=0, out=height, initial=self.lowest)
        return heights

    def _moved(self, theta: Array) -> Array:
        """Return root theta (M K, R) of parameters theta (R, P)."""
        inputs, outputs = self.root.shape[1], self.aim.shape[1]
        by_input = theta.reshape(-1, inputs, outputs).transpose(1, 2, 0)
        return (self.root @ by_input.reshape(inputs, -1)).reshape(-1, len(theta))


def bowl(objective: Objective, batch: Rows = FULL) -> Bowl:
    """Return the bowl of a quadratic loss on all examples or one batch (B,), from one or two passes over them.

    Raises ValueError if the loss is not quadratic.
    """
    if not objective.quadratic:
        raise ValueError("objective must be quadratic: a linear model with a squared or half squared loss.")
    x, y = objective.x[batch], objective.y[batch]
    whole = triangle(x, y) * float(np.sqrt(objective.loss.bend / 2 / len(x)))
    ones, columns = whole[:, :1], whole[:, 1:]
    inputs, rows = x.shape[1], x.shape[1] + 1
    root = np.hstack([columns[:rows, :inputs], ones[:rows]]) if objective.model.bias else columns[:rows, :inputs]
    aim, rest = columns[:rows, inputs:], float(np.square(columns[rows:, inputs:]).sum())
    best, missed = _lowest_point(root, aim, bias=objective.model.bias)
    return Bowl(best.ravel(), rest + missed, root, aim, rest)


def _squares(rows: Array) -> Array:
    """Return the sum of squares (R,) of every column of rows (M, R)."""
    return np.asarray(np.einsum("mr,mr->r", rows, rows))


def _lowest_point(root: Array, aim: Array, *, bias: bool) -> tuple[Array, float]:
    """Return the shortest theta (Q, K) of least |root theta - aim|², and that least.

    Columns may have any units: each is divided by its length before singular values say which directions are level.
    With a bias the first row alone knows the means, and the intercept is eliminated first: theta = shear phi, where the
    last entry of phi is the prediction at the mean of the inputs.
    """
    if not (np.isfinite(root).all() and np.isfinite(aim).all()):  # squares beyond all numbers: there is no telling
        return np.full((root.shape[1], aim.shape[1]), np.nan), np.nan
    sheared, shear = root.copy(), np.eye(root.shape[1])
    if bias:
        sheared[0, :-1] = 0
        shear[-1, :-1] = -root[0, :-1] / root[0, -1]
    length = np.linalg.norm(sheared, axis=0)
    varies = length > CONSTANT * np.linalg.norm(root, axis=0)
    unit = np.where(varies, length, 1.0)
    left, strength, right = np.linalg.svd(np.where(varies, sheared / unit, 0.0))
    rounding = 16 * max(root.shape) * np.finfo(float).eps
    rank = int((strength > rounding * strength[0]).sum())
    steep = (left[:, :rank].T @ aim) / strength[:rank, None]
    missed = float(np.square(left[:, rank:].T @ aim).sum())
    best = shear @ (right[:rank].T @ steep / unit[:, None])
    level = np.linalg.qr(shear @ (right[rank:].T / unit[:, None]))[0]
    return best - level @ (level.T @ best), missed
