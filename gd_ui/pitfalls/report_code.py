"""Descents that compare or report the wrong thing, each beside the right one. They are run, their source is shown."""

from __future__ import annotations

from typing import Any

import numpy as np

from gd_core import Objective
from gd_core.shapes import Array


def sigmoid(z: Array) -> Array:
    """1 / (1 + exp(-z))."""
    return np.asarray(1 / (1 + np.exp(-z)))


def train_network_faulty(
    x: Array, ability: float, attitude: float, w1: Array, b1: Array, w2: Array, b2: Array, rate: float, epochs: int
) -> list[Array]:
    """A network with two outputs for one applicant x (1, 2); the outputs (2,) before every epoch."""
    outputs = []
    target = np.array([[ability], [attitude]])
    for _ in range(epochs):
        h = sigmoid(x @ w1 + b1)
        a = sigmoid(h @ w2 + b2)
        outputs.append(a[0])
        d2 = ((a - target) * a * (1 - a)).mean(axis=0)
        d1 = d2 @ w2.T * h * (1 - h)
        w2, b2 = w2 - rate * h.T * d2, b2 - rate * d2
        w1, b1 = w1 - rate * x.T * d1, b1 - rate * d1
    return outputs


def train_network_right(
    x: Array, ability: float, attitude: float, w1: Array, b1: Array, w2: Array, b2: Array, rate: float, epochs: int
) -> list[Array]:
    """The network with its target in one row, as its output is."""
    outputs = []
    target = np.array([[ability, attitude]])
    for _ in range(epochs):
        h = sigmoid(x @ w1 + b1)
        a = sigmoid(h @ w2 + b2)
        outputs.append(a[0])
        d2 = ((a - target) * a * (1 - a)).mean(axis=0)
        d1 = d2 @ w2.T * h * (1 - h)
        w2, b2 = w2 - rate * h.T * d2, b2 - rate * d2
        w1, b1 = w1 - rate * x.T * d1, b1 - rate * d1
    return outputs


def root_mean_square_faulty(x: Array, y: Array, w: Any, rate: float, updates: int) -> tuple[list[Any], list[Any]]:
    """Batch descent of one weight; the root mean square error before every update, and the weights."""
    rms, path = [], []
    for _ in range(updates):
        error = w * x - y
        rms.append(np.mean(error**2))
        path.append(w)
        w = w - rate * np.mean(2 * x * error)
    return rms, path


def root_mean_square_right(x: Array, y: Array, w: Any, rate: float, updates: int) -> tuple[list[Any], list[Any]]:
    """Batch descent of one weight; the root mean square error is a root."""
    rms, path = [], []
    for _ in range(updates):
        error = w * x - y
        rms.append(np.sqrt(np.mean(error**2)))
        path.append(w)
        w = w - rate * np.mean(2 * x * error)
    return rms, path


def best_rate_faulty(
    task: Objective, theta: Array, rates: Array, size: int, epochs: int, rng: np.random.Generator
) -> tuple[np.signedinteger[Any], Array, Array]:
    """Try all rates (R, 1) at once, theta (R, P); the number of the best, every rate's score (R,), and theta."""
    for _ in range(epochs):
        order = rng.permutation(task.n)
        for k in range(0, task.n, size):
            rows = order[k : k + size]
            slope = task.grad(theta, rows)
            theta = theta - rates * slope
    scores = task.value(theta, rows)
    return scores.argmin(), scores, theta


def best_rate_right(
    task: Objective, theta: Array, rates: Array, size: int, epochs: int, rng: np.random.Generator
) -> tuple[np.signedinteger[Any], Array, Array]:
    """Try all rates and score each on all rows."""
    for _ in range(epochs):
        order = rng.permutation(task.n)
        for k in range(0, task.n, size):
            rows = order[k : k + size]
            slope = task.grad(theta, rows)
            theta = theta - rates * slope
    scores = task.value(theta)
    return scores.argmin(), scores, theta
