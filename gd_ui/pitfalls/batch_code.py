"""Faulty ways to cut rows into batches, each beside the right one. They are run, and their source is shown."""

from __future__ import annotations

from typing import Any

import numpy as np

from gd_core import Objective
from gd_core.shapes import Array


def two_batches_faulty(x: Array, y: Array, w: Array, rate: float, size: int) -> tuple[Array, Array]:
    """Two updates of w (D,), meant for the first two batches; how often each row was read (N,), and w."""
    first = slice(0, size)
    second = slice(size, 2 * size - 1)  # noqa: F841
    read = np.zeros(len(y))
    for rows in (first, first):
        read[rows] += 1
        error = x[rows] @ w - y[rows]
        w = w - rate * x[rows].T @ error / len(error)
    return read, w


def two_batches_right(x: Array, y: Array, w: Array, rate: float, size: int) -> tuple[Array, Array]:
    """Two updates of w (D,), one for each of the first two batches."""
    first = slice(0, size)
    second = slice(size, 2 * size)
    read = np.zeros(len(y))
    for rows in (first, second):
        read[rows] += 1
        error = x[rows] @ w - y[rows]
        w = w - rate * x[rows].T @ error / len(error)
    return read, w


def epochs_faulty(
    x: Array, y: Array, w: Array, rate: float, size: int, epochs: int, rng: np.random.RandomState
) -> tuple[list[int], list[np.floating[Any]]]:
    """Mini-batch descent of w (D,); the rows of every batch and its loss before the update."""
    sizes, losses, b, n = [], [], 0.0, len(y)
    for _ in range(epochs):
        order = rng.permutation(n)
        parts = np.split(order, range(size, n, size))
        for rows in parts:
            some = x[rows]
            error = some @ w + b - y[rows]
            sizes.append(len(rows))
            losses.append(np.mean(error**2))
            w = w - rate * some.T @ error / len(rows)
            b = b - rate * error.mean()
    return sizes, losses


def epochs_right(
    x: Array, y: Array, w: Array, rate: float, size: int, epochs: int, rng: np.random.RandomState
) -> tuple[list[int], list[np.floating[Any]]]:
    """Mini-batch descent of w (D,) in batches as equal as can be."""
    sizes, losses, b, n = [], [], 0.0, len(y)
    for _ in range(epochs):
        order = rng.permutation(n)
        parts = np.array_split(order, n // size)
        for rows in parts:
            some = x[rows]
            error = some @ w + b - y[rows]
            sizes.append(len(rows))
            losses.append(np.mean(error**2))
            w = w - rate * some.T @ error / len(rows)
            b = b - rate * error.mean()
    return sizes, losses


def random_batches_faulty(
    task: Objective, theta: Array, rate: float, size: int, epochs: int, rng: np.random.Generator
) -> tuple[list[float], list[int]]:
    """So-called random mini-batch descent of theta (1, P); the loss of every batch before its update, the rows read."""
    losses, read = [], []
    for _ in range(epochs):
        order = np.arange(task.n)
        for k in range(0, task.n, size):
            rows = order[k : k + size]
            losses.append(task.value(theta, rows)[0])
            read += rows.tolist()
            slope = task.grad(theta, rows)
            theta = theta - rate * slope
    return losses, read


def random_batches_right(
    task: Objective, theta: Array, rate: float, size: int, epochs: int, rng: np.random.Generator
) -> tuple[list[float], list[int]]:
    """Mini-batch descent of theta (1, P), in a new order every epoch."""
    losses, read = [], []
    for _ in range(epochs):
        order = rng.permutation(task.n)
        for k in range(0, task.n, size):
            rows = order[k : k + size]
            losses.append(task.value(theta, rows)[0])
            read += rows.tolist()
            slope = task.grad(theta, rows)
            theta = theta - rate * slope
    return losses, read


def in_batches_faulty(
    x: Array, y: Array, w: Array, rate: float, size: int, epochs: int, rng: np.random.Generator
) -> list[float]:
    """Mini-batch descent of w (D,); the loss over all rows after every update."""
    losses, b = [], 0.0
    for _ in range(epochs):
        order = np.arange(len(y))
        for k in range(0, len(y), size):
            rows = order[k : k + size]
            some = x[rows]
            error = some @ w + b - y[rows]
            w = w - rate * some.T @ error / len(rows)
            b = b - rate * error.mean()
            left = x @ w + b - y
            losses.append(np.mean(left**2))
    return losses


def in_batches_right(
    x: Array, y: Array, w: Array, rate: float, size: int, epochs: int, rng: np.random.Generator
) -> list[float]:
    """Mini-batch descent of w (D,), shuffled; the loss over all rows after every update."""
    losses, b = [], 0.0
    for _ in range(epochs):
        order = rng.permutation(len(y))
        for k in range(0, len(y), size):
            rows = order[k : k + size]
            some = x[rows]
            error = some @ w + b - y[rows]
            w = w - rate * some.T @ error / len(rows)
            b = b - rate * error.mean()
            left = x @ w + b - y
            losses.append(np.mean(left**2))
    return losses
