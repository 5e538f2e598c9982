"""A chain of weights: the smallest model learned from data whose loss has a saddle.

    prediction = w1 · w2 · … · wP · x  (+ (w1 + … + wP) · z, with a second input z)

One weight after the other, as in a network with one unit per layer and no bends. Learning y = c x, the loss has a
saddle at 0: where all weights are small, none of them matters.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from gd_core import checks
from gd_core.shapes import FULL, Array, Rows


class Chain(NamedTuple):
    """J(w) = mean over examples of (prediction - y)², the whole square. Build it with `chain`."""

    x: Array
    """(N,)"""
    y: Array
    """(N,)"""
    z: Array
    """(N,) the second input, which every weight lets through alone; zero where there is none."""
    n_params: int
    """P, the number of weights in the chain."""

    @property
    def n(self) -> int:
        """N, the number of examples."""
        return len(self.x)

    def value(self, theta: Array, batch: Rows = FULL) -> Array:
        """J (R,) of every chain theta (R, P), on all examples or on a batch of rows (B,) or (R, B)."""
        return np.asarray(np.square(self._missed(theta, batch)).mean(axis=-1))

    def grad(self, theta: Array, batch: Rows = FULL) -> Array:
        """dJ/dtheta (R, P): 2 mean(missed · x) times the product of the other weights, plus 2 mean(missed · z)."""
        x, y, z = self.x[batch], self.y[batch], self.z[batch]
        product, total = _product_and_sum(theta)
        by_product = 2 * (product * _mean(x * x) + total * _mean(x * z) - _mean(x * y))  # (R,)
        by_sum = 2 * (product * _mean(x * z) + total * _mean(z * z) - _mean(y * z))
        return np.asarray(by_product[:, None] * _products_of_others(theta) + by_sum[:, None])

    def _missed(self, theta: Array, batch: Rows) -> Array:
        product, total = _product_and_sum(theta)
        return np.asarray(product[:, None] * self.x[batch] + total[:, None] * self.z[batch] - self.y[batch])


def _product_and_sum(theta: Array) -> tuple[Array, Array]:
    """Both (R,), weight by weight: NumPy is slow along an axis as short as P."""
    return np.asarray(math.prod(theta.T)), np.asarray(sum(theta.T))


def _mean(values: Array) -> Array:
    """Mean over the rows of a batch: () for rows shared by all runs, (R,) for rows of each run."""
    return np.asarray(values.mean(axis=-1))


def _products_of_others(theta: Array) -> Array:
    """(R, P) the product of all weights but one; no division, so that weights may be zero."""
    others = np.ones_like(theta)
    for p, weight in enumerate(theta.T):
        others[:, :p] *= weight[:, None]
        others[:, p + 1 :] *= weight[:, None]
    return others


def chain(x: ArrayLike, y: ArrayLike, weights: int = 2, second_input: float = 0.0) -> Chain:
    """Return the loss of a chain of so many weights on inputs x (N,) and targets y (N,).

    With `second_input` d above zero every example is there twice, once with z = +d and once with z = -d: seen
    together the two cancel, seen alone each pushes all weights the same way. Raises ValueError when x and y are no
    finite arrays of one length, there is less than one weight, or d is below zero.
    """
    inputs, targets = checks.array("x", x, ("N",)), checks.array("y", y, ("N",))
    if len(inputs) != len(targets):
        raise ValueError(f"x and y must have the same number of rows; got {len(inputs)} and {len(targets)}.")
    checks.whole("weights", weights, 1)
    nudge = checks.number("second_input", second_input, 0)
    if nudge == 0:
        return Chain(inputs, targets, np.zeros_like(inputs), weights)
    signs = np.tile([nudge, -nudge], len(inputs))  # neighbours, so that a sum over all rows cancels exactly
    return Chain(np.repeat(inputs, 2), np.repeat(targets, 2), signs, weights)
