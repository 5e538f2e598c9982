"""Faulty descents whose gradient is wrong, each beside the right one. They are run, and their source is shown."""

from __future__ import annotations

from typing import Any

import numpy as np

from gd_core.shapes import Array


def gradient(x: Array, y: Array, w: Array) -> Array:
    """Slopes (D,) of half the mean squared error of x (N, D) @ w (D,) against y (N,)."""
    return np.asarray(x.T @ (x @ w - y) / len(y))


def two_weights_faulty(
    x: Array, y: Array, w: Array, probe: Array, i: int, j: int, rate: float, updates: int
) -> list[Array]:
    """Train w[i] and w[j] alone; an earlier cell of the notebook looked at the slopes at `probe`."""
    slope_i, slope_j = gradient(x, y, probe)[[i, j]]  # noqa: RUF059

    def update(slop_i: float, slope_j: float) -> None:
        w[i] -= rate * slope_i
        w[j] -= rate * slope_j

    path = [w[[i, j]]]
    for _ in range(updates):
        update(*gradient(x, y, w)[[i, j]])
        path.append(w[[i, j]])
    return path


def two_weights_right(
    x: Array, y: Array, w: Array, probe: Array, i: int, j: int, rate: float, updates: int
) -> list[Array]:
    """Train w[i] and w[j] alone, each with its own slope."""
    slope_i, slope_j = gradient(x, y, probe)[[i, j]]  # noqa: RUF059

    def update(slope_i: float, slope_j: float) -> None:
        w[i] -= rate * slope_i
        w[j] -= rate * slope_j

    path = [w[[i, j]]]
    for _ in range(updates):
        update(*gradient(x, y, w)[[i, j]])
        path.append(w[[i, j]])
    return path


def mini_batches_faulty(
    x: Array, y: Array, w: Array, rate: float, size: int, epochs: int, rng: np.random.RandomState
) -> tuple[list[float], Array]:
    """Mini-batch descent of w (D, 1) on x (N, D) and y (N, 1); the losses of the batches and the last w."""
    losses, b = [], 0.0
    for _ in range(epochs):
        order = rng.permutation(len(x))
        for k in range(0, len(x), size):
            rows = order[k : k + size]
            error = x[rows] @ w + b - y[rows]
            losses.append((error**2).sum(1).mean())
            slope = (error * x[rows]).mean(0)
            w = w - rate * slope
            b = b - rate * error.mean()
    return losses, w


def mini_batches_right(
    x: Array, y: Array, w: Array, rate: float, size: int, epochs: int, rng: np.random.RandomState
) -> tuple[list[float], Array]:
    """Mini-batch descent of w (D, 1), whose gradient has the shape of w."""
    losses, b = [], 0.0
    for _ in range(epochs):
        order = rng.permutation(len(x))
        for k in range(0, len(x), size):
            rows = order[k : k + size]
            error = x[rows] @ w + b - y[rows]
            losses.append((error**2).sum(1).mean())
            slope = (error * x[rows]).mean(0)[:, None]
            w = w - rate * slope
            b = b - rate * error.mean()
    return losses, w


def all_weights_faulty(
    x: Array, y: Array, w: Array, b: float, rate: float, updates: int
) -> tuple[list[np.floating[Any]], Array, float]:
    """Batch descent of w (D,) and b; the loss before every update, the last w and b."""
    losses = []
    for _ in range(updates):
        error = x @ w + b - y
        losses.append(np.mean(error**2))
        slope = error / len(y)
        w = w - rate * x.T @ slope
        b = b - rate * slope.sum()
    return losses, w, b


def all_weights_right(
    x: Array, y: Array, w: Array, b: float, rate: float, updates: int
) -> tuple[list[np.floating[Any]], Array, float]:
    """Batch descent of w (D,) and b by the gradient of the loss that is reported."""
    losses = []
    for _ in range(updates):
        error = x @ w + b - y
        losses.append(np.mean(error**2))
        slope = 2 * error / len(y)
        w = w - rate * x.T @ slope
        b = b - rate * slope.sum()
    return losses, w, b
