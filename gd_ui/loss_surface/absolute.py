"""The lowest point of an absolute loss, found exactly by walking along its kinks.

A mean of absolute errors has a kink wherever one example is met exactly, and is flat between kinks. So a lowest point
lies on kinks, and along any straight line the loss is lowest at a weighted median of the kinks crossed. (Koenker 2005,
"Quantile regression", section 6.2.)
"""

from __future__ import annotations

import numpy as np

from gd_core.shapes import Array

NOTHING = 1e-12
"""Share of the largest below which a number is taken for rounding."""


def weighted_median(points: Array, weights: Array) -> float:
    """Return the smallest point (N,) up to which at least half of the positive weights (N,) lie."""
    order = np.argsort(points, kind="stable")
    reached = weights[order].cumsum()
    return float(points[order][np.searchsorted(reached, reached[-1] / 2 * (1 - NOTHING))])


def lowest_absolute(inputs: Array, targets: Array) -> Array:
    """Return parameters (Q,) of least mean |inputs theta - targets|, for inputs (N, Q) with Q one or two.

    Where several tie, one of them.
    """
    theta = np.asarray(np.linalg.lstsq(inputs, targets, rcond=None)[0], dtype=np.float64)
    while True:
        directions = _along_kinks(inputs, targets, theta)
        better = [theta + _best_step(inputs, targets, theta, direction) * direction for direction in directions]
        losses = [_loss(inputs, targets, other) for other in better]
        if min(losses) >= _loss(inputs, targets, theta) * (1 - NOTHING):
            return theta
        theta = better[int(np.argmin(losses))]


def _loss(inputs: Array, targets: Array, theta: Array) -> float:
    return float(np.abs(inputs @ theta - targets).mean())


def _best_step(inputs: Array, targets: Array, theta: Array, direction: Array) -> float:
    """How far to go along a direction (Q,) to where the loss is lowest."""
    pace = inputs @ direction
    moves = np.abs(pace) > NOTHING * np.abs(pace).max()
    if not moves.any():
        return 0.0
    return weighted_median((targets - inputs @ theta)[moves] / pace[moves], np.abs(pace[moves]))


def _along_kinks(inputs: Array, targets: Array, theta: Array) -> Array:
    """Directions (M, Q) that keep an example met: along the kinks through theta, and along the axes."""
    error = np.abs(inputs @ theta - targets)
    met = inputs[error <= NOTHING * max(np.abs(targets).max(), error.max())]
    if inputs.shape[1] == 1:
        return np.eye(1)
    across = met[:, ::-1] * [-1.0, 1.0]
    long = np.linalg.norm(across, axis=1)
    return np.vstack([across[long > 0] / long[long > 0, None], np.eye(2)])
