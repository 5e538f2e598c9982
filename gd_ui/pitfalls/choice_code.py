"""Descents prepared in the wrong way, each beside the right one. They are run, and their source is shown."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from gd_core.shapes import Array


def descend_faulty(
    grad: Callable[[Array], Array], hessian: Array, theta: Array, rate: float, updates: int
) -> tuple[list[Array], float]:
    """Batch descent of theta (1, P) at a rate held below a limit; the path, and the rate used."""
    limit = 2 / np.diag(hessian).max()
    rate = min(rate, 0.99 * limit)
    path = [theta]
    for _ in range(updates):
        theta = theta - rate * grad(theta)
        path.append(theta)
    return path, rate


def descend_right(
    grad: Callable[[Array], Array], hessian: Array, theta: Array, rate: float, updates: int
) -> tuple[list[Array], float]:
    """Batch descent of theta (1, P) at a rate held below the limit of the steepest direction."""
    limit = 2 / np.linalg.eigvalsh(hessian).max()
    rate = min(rate, 0.99 * limit)
    path = [theta]
    for _ in range(updates):
        theta = theta - rate * grad(theta)
        path.append(theta)
    return path, rate


def scaled_faulty(x: Array, y: Array, held_out: Array, rate: float, updates: int) -> tuple[list[float], Array, Array]:
    """Scale x (N, D), then descend; the training losses, and the mean and spread (D,) that were used."""
    seen = np.vstack([x, held_out])
    mean, spread = seen.mean(axis=0), seen.std(axis=0)
    z = (x - mean) / spread
    losses, w, b = [], np.zeros(z.shape[1]), 0.0
    for _ in range(updates):
        error = z @ w + b - y
        losses.append(np.mean(error**2))
        w = w - rate * 2 * z.T @ error / len(y)
        b = b - rate * 2 * error.mean()
    return losses, mean, spread


def scaled_right(x: Array, y: Array, held_out: Array, rate: float, updates: int) -> tuple[list[float], Array, Array]:
    """Scale x (N, D) by its own statistics, then descend."""
    seen = x
    mean, spread = seen.mean(axis=0), seen.std(axis=0)
    z = (x - mean) / spread
    losses, w, b = [], np.zeros(z.shape[1]), 0.0
    for _ in range(updates):
        error = z @ w + b - y
        losses.append(np.mean(error**2))
        w = w - rate * 2 * z.T @ error / len(y)
        b = b - rate * 2 * error.mean()
    return losses, mean, spread
