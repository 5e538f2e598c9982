"""The loops that numba compiles: descent one update after the other, the loss along a path, the loss on a grid.

The loss of a linear model comes from moments of the data, taken once: J = floor + d'Hd, d = theta - best. The order
of additions is left to the compiler (fastmath), as whoever wants speed does.
"""

from __future__ import annotations

import math

import numpy as np
from numba import njit
from numpy.typing import NDArray

from gd_core.shapes import Array

Rows = NDArray[np.intp]
compiled = njit(fastmath=True, error_model="numpy")


def moments(design: Array, y: Array) -> tuple[Array, Array, float]:
    """Return H = X'X / N (P, P), the best parameters (P,) and the loss there; NumPy's own calls are the fastest."""
    h = design.T @ design / len(y)
    best = np.asarray(np.linalg.solve(h, design.T @ y / len(y)), float)
    return h, best, float(np.mean((design @ best - y) ** 2))


@compiled
def losses(path: Array, h: Array, best: Array, floor: float) -> Array:
    """Return the loss (T+1,) along a path (T+1, P)."""
    length, width = path.shape
    loss, d = np.empty(length), np.empty(width)
    for t in range(length):
        for p in range(width):
            d[p] = path[t, p] - best[p]
        total = 0.0
        for p in range(width):
            inner = 0.0
            for q in range(width):
                inner += h[p, q] * d[q]
            total += inner * d[p]
        loss[t] = floor + total
    return loss


@compiled
def line(x: Array, y: Array, rows: Rows, rate: float, start: Array, path: Array) -> None:
    """Write the path (T+1, 2) of y = w x + b, one row an update."""
    w, b = start
    path[0, 0], path[0, 1] = w, b
    for t in range(len(rows)):
        i = rows[t]
        step = 2 * rate * (w * x[i] + b - y[i])
        w -= step * x[i]
        b -= step
        path[t + 1, 0], path[t + 1, 1] = w, b


@compiled
def line_with_momentum(x: Array, y: Array, rows: Rows, rate: float, momentum: float, start: Array, path: Array) -> None:
    """Write the same by heavy ball."""
    w, b = start
    v = u = 0.0
    path[0, 0], path[0, 1] = w, b
    for t in range(len(rows)):
        i = rows[t]
        slope = 2 * (w * x[i] + b - y[i])
        v = momentum * v + slope * x[i]
        u = momentum * u + slope
        w -= rate * v
        b -= rate * u
        path[t + 1, 0], path[t + 1, 1] = w, b


@compiled
def line_by_adam(x: Array, y: Array, rows: Rows, rate: float, start: Array, path: Array) -> None:
    """Write the same by Adam."""
    w, b = start
    mw = mb = sw = sb = 0.0
    fade1 = fade2 = 1.0
    path[0, 0], path[0, 1] = w, b
    for t in range(len(rows)):
        i = rows[t]
        gb = 2 * (w * x[i] + b - y[i])
        gw = gb * x[i]
        fade1 *= 0.9
        fade2 *= 0.999
        mw, mb = 0.9 * mw + 0.1 * gw, 0.9 * mb + 0.1 * gb
        sw, sb = 0.999 * sw + 0.001 * gw * gw, 0.999 * sb + 0.001 * gb * gb
        w -= rate * (mw / (1 - fade1)) / (math.sqrt(sw / (1 - fade2)) + 1e-8)
        b -= rate * (mb / (1 - fade1)) / (math.sqrt(sb / (1 - fade2)) + 1e-8)
        path[t + 1, 0], path[t + 1, 1] = w, b


@compiled
def linear(design: Array, y: Array, rows: Rows, rate: float, start: Array, path: Array) -> None:
    """Write the path (T+1, P) of a linear model over batches, rows (T, B)."""
    (updates, size), width = rows.shape, len(start)
    theta, grad = start.copy(), np.empty(width)
    path[0] = theta
    for t in range(updates):
        grad[:] = 0
        for k in range(size):
            i = rows[t, k]
            missed = -y[i]
            for p in range(width):
                missed += design[i, p] * theta[p]
            for p in range(width):
                grad[p] += missed * design[i, p]
        for p in range(width):
            theta[p] -= rate * 2 / size * grad[p]
            path[t + 1, p] = theta[p]


@compiled
def on_all_rows(design: Array, y: Array, updates: int, rate: float, start: Array) -> tuple[Array, Array]:
    """Return path (T+1, P) and loss (T+1,) of batch descent; one pass over the data gives the gradient and the loss."""
    (n, width), theta = design.shape, start.copy()
    path, loss, grad = np.empty((updates + 1, width)), np.empty(updates + 1), np.empty(width)
    for t in range(updates + 1):
        path[t] = theta
        grad[:] = 0
        total = 0.0
        for i in range(n):
            missed = -y[i]
            for p in range(width):
                missed += design[i, p] * theta[p]
            total += missed * missed
            for p in range(width):
                grad[p] += missed * design[i, p]
        loss[t] = total / n
        for p in range(width):
            theta[p] -= rate * 2 / n * grad[p]
    return path, loss


@compiled
def forward(theta: Array, x0: float, x1: float) -> tuple[float, float, float, float, float]:
    """Return the activations of the five units of a 2-2-2-1 sigmoid network."""
    a = 1 / (1 + math.exp(-(x0 * theta[0] + x1 * theta[2] + theta[4])))
    b = 1 / (1 + math.exp(-(x0 * theta[1] + x1 * theta[3] + theta[5])))
    c = 1 / (1 + math.exp(-(a * theta[6] + b * theta[8] + theta[10])))
    d = 1 / (1 + math.exp(-(a * theta[7] + b * theta[9] + theta[11])))
    return a, b, c, d, 1 / (1 + math.exp(-(c * theta[12] + d * theta[13] + theta[14])))


@compiled
def network_loss(x: Array, y: Array, theta: Array) -> float:
    """Return half the mean squared error on all rows."""
    total = 0.0
    for i in range(len(y)):
        missed = forward(theta, x[i, 0], x[i, 1])[4] - y[i]
        total += missed * missed
    return total / 2 / len(y)


@compiled
def network(x: Array, y: Array, rows: Rows, rate: float, start: Array, path: Array, loss: Array) -> None:
    """Write path (T+1, 15) and loss (T+1,) of a 2-2-2-1 sigmoid network, half the squared error, one row an update."""
    theta, slope = start.copy(), np.empty(15)
    path[0] = theta
    loss[0] = network_loss(x, y, theta)
    for t in range(len(rows)):
        i = rows[t]
        a, b, c, d, out = forward(theta, x[i, 0], x[i, 1])
        e = (out - y[i]) * out * (1 - out)
        ec, ed = theta[12] * e * c * (1 - c), theta[13] * e * d * (1 - d)
        ea = (theta[6] * ec + theta[7] * ed) * a * (1 - a)
        eb = (theta[8] * ec + theta[9] * ed) * b * (1 - b)
        slope[0], slope[1], slope[2], slope[3] = x[i, 0] * ea, x[i, 0] * eb, x[i, 1] * ea, x[i, 1] * eb
        slope[4], slope[5] = ea, eb
        slope[6], slope[7], slope[8], slope[9] = a * ec, a * ed, b * ec, b * ed
        slope[10], slope[11] = ec, ed
        slope[12], slope[13], slope[14] = c * e, d * e, e
        for p in range(15):
            theta[p] -= rate * slope[p]
            path[t + 1, p] = theta[p]
        loss[t + 1] = network_loss(x, y, theta)


@compiled
def grid(x: Array, y: Array, weights: Array, intercepts: Array) -> Array:
    """Return the heights (B, A): a pass over the data for every point."""
    heights = np.empty((len(intercepts), len(weights)))
    for j in range(len(intercepts)):
        for k in range(len(weights)):
            total = 0.0
            for i in range(len(y)):
                missed = weights[k] * x[i] + intercepts[j] - y[i]
                total += missed * missed
            heights[j, k] = total / len(y)
    return heights
