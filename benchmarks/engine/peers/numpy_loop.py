"""NumPy as people write it: a loop over the updates, a list of what came out.

The loss on all rows is worked out after every update where the data are small enough that people do so.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np

from benchmarks.engine.answer import Answer
from benchmarks.engine.case import Descent, Grid
from benchmarks.engine.peers import Peer, Peers, Work
from gd_core.shapes import Array

Losses = list[Any]
"""NumPy's own scalars."""
Layers = Sequence[tuple[Array, Array]]
"""The weights (fan in, fan out) and biases (fan out,) of every layer."""


def one_by_one(case: Descent) -> Work:
    """Update on one row at a time, one run after the other, with the loss on all rows after every update."""
    x, y, start, rows = case.design, case.target, case.start, case.rows[:, :, 0]

    def run(rate: float, order: Array) -> tuple[list[Array], Losses]:
        theta = start
        path, loss = [theta], [np.mean((x @ theta - y) ** 2)]
        for i in order:
            theta = theta - rate * 2 * (x[i] @ theta - y[i]) * x[i]
            path.append(theta)
            loss.append(np.mean((x @ theta - y) ** 2))
        return path, loss

    return lambda: _answer([run(rate, order) for rate, order in zip(case.rates, rows, strict=True)])


def with_momentum(case: Descent) -> Work:
    """The same by heavy ball, v ← momentum v + gradient."""
    x, y, start, rows = case.design, case.target, case.start, case.rows[0, :, 0]
    rate, momentum = case.rates[0], case.recipe.momentum
    assert momentum is not None

    def work() -> Answer:
        theta, v = start, np.zeros_like(start)
        path, loss = [theta], [np.mean((x @ theta - y) ** 2)]
        for i in rows:
            v = momentum * v + 2 * (x[i] @ theta - y[i]) * x[i]
            theta = theta - rate * v
            path.append(theta)
            loss.append(np.mean((x @ theta - y) ** 2))
        return _answer([(path, loss)])

    return work


def by_adam(case: Descent) -> Work:
    """The same by Adam with its usual settings."""
    x, y, start, rows = case.design, case.target, case.start, case.rows[:, :, 0]

    def run(rate: float, order: Array) -> tuple[list[Array], Losses]:
        theta, m, s = start, np.zeros_like(start), np.zeros_like(start)
        path, loss = [theta], [np.mean((x @ theta - y) ** 2)]
        for t, i in enumerate(order, start=1):
            grad = 2 * (x[i] @ theta - y[i]) * x[i]
            m = 0.9 * m + 0.1 * grad
            s = 0.999 * s + 0.001 * grad**2
            theta = theta - rate * (m / (1 - 0.9**t)) / (np.sqrt(s / (1 - 0.999**t)) + 1e-8)
            path.append(theta)
            loss.append(np.mean((x @ theta - y) ** 2))
        return path, loss

    return lambda: _answer([run(rate, order) for rate, order in zip(case.rates, rows, strict=True)])


def one_network(case: Descent) -> Work:
    """A network of sigmoid units and half the squared error: forward, backward, step, and the loss on all rows."""
    x, y, rate = case.objective.x, case.objective.y, case.rates[0]

    def work() -> Answer:
        layers = _layers(case)
        path, loss = [case.start], [_network_loss(layers, x, y)]
        for i in case.rows[0, :, 0]:
            values = _activations(layers, x[i])
            delta = values[-1] - y[i]
            following = []
            for (weights, biases), given, value in zip(layers[::-1], values[-2::-1], values[::-1], strict=False):
                delta = delta * value * (1 - value)
                following.append((weights - rate * np.outer(given, delta), biases - rate * delta))
                delta = weights @ delta
            layers = following[::-1]
            path.append(np.concatenate([part.ravel() for layer in layers for part in layer]))
            loss.append(_network_loss(layers, x, y))
        return _answer([(path, loss)])

    return work


def _layers(case: Descent) -> Layers:
    """Return the start layer by layer."""
    layers, end = [], 0
    for fan_in, fan_out in pairwise(case.objective.model.sizes):
        start, middle, end = end, end + fan_in * fan_out, end + (fan_in + 1) * fan_out
        layers.append((case.start[start:middle].reshape(fan_in, fan_out), case.start[middle:end]))
    return layers


def _activations(layers: Layers, x: Array) -> list[Array]:
    """Return the inputs and what every layer makes of them."""
    values = [x]
    for weights, biases in layers:
        values.append(1 / (1 + np.exp(-(values[-1] @ weights + biases))))
    return values


def _network_loss(layers: Layers, x: Array, y: Array) -> Any:
    """Return half the mean squared error."""
    return np.mean((_activations(layers, x)[-1] - y) ** 2) / 2


def in_batches(case: Descent) -> Work:
    """Update on a batch at a time; the loss on 100,000 rows after each would take a hundred times as long."""
    x, y, start, rate = case.design, case.target, case.start, case.rates[0]

    def work() -> Answer:
        theta = start
        path = [theta]
        for batch in case.rows[0]:
            inputs = x[batch]
            theta = theta - rate * 2 / len(batch) * inputs.T @ (inputs @ theta - y[batch])
            path.append(theta)
        return Answer(np.array(path)[None])

    return work


def on_all_rows(case: Descent) -> Work:
    """Update on all rows; the errors give the gradient and the loss."""
    x, y, start, rate = case.design, case.target, case.start, case.rates[0]

    def work() -> Answer:
        theta = start
        path: list[Array] = []
        loss: Losses = []
        for _ in range(case.updates):
            error = x @ theta - y
            path.append(theta)
            loss.append(np.mean(error**2))
            theta = theta - rate * 2 / len(y) * (x.T @ error)
        return _answer([([*path, theta], [*loss, np.mean((x @ theta - y) ** 2)])])

    return work


def point_by_point(case: Grid) -> Work:
    """The height at one point of the grid after the other."""
    x, y = case.x, case.y
    return lambda: Answer(
        loss=np.array([[np.mean((w * x + b - y) ** 2) for w in case.weights] for b in case.intercepts])
    )


def read_once(case: Descent) -> Work:
    """Read the inputs and the targets once, to add them up and nothing else."""

    def work() -> Answer:
        case.objective.x.sum()
        case.objective.y.sum()
        return Answer()

    return work


def _answer(runs: list[tuple[list[Array], Losses]]) -> Answer:
    """Stack the lists of all runs."""
    return Answer(np.array([path for path, _ in runs]), np.array([loss for _, loss in runs]))


ALL = "path, loss"
READ = Peer(
    "NumPy, one read of the data",
    read_once,
    "nothing",
    note="at least 0.25: the engine takes at most the time of 4 reads",
    yardstick=True,
)
PEERS: Peers = {
    "W1": [Peer("NumPy loop", one_by_one, ALL, lambda case: case.of_epochs(5))],
    "W2": [Peer("NumPy loop", one_by_one, ALL, lambda case: case.of_epochs(12))],
    "W3": [Peer("NumPy loop", in_batches, "path")],
    "W4": [Peer("NumPy loop", on_all_rows, ALL, lambda case: case.of_epochs(40)), READ],
    "W4 ten times as long": [READ],
    "W5 n = 80": [Peer("NumPy loop", point_by_point, "surface")],
    "W5 n = 10,000": [Peer("NumPy loop", point_by_point, "surface", lambda case: case.of_rows(10))],
    "W5 n = 1,000,000": [Peer("NumPy loop", point_by_point, "surface", lambda case: case.of_rows(1))],
    "W6": [
        Peer("NumPy loop", one_network, ALL, lambda case: case.of_epochs(1000)),
        Peer("NumPy, the lab's plain loop", lambda case: case.by_the_loop, ALL, lambda case: case.of_epochs(1000)),
    ],
    "W7": [Peer("NumPy loop", one_by_one, ALL, lambda case: case.of_runs(2))],
    "W8 momentum": [Peer("NumPy loop", with_momentum, ALL, lambda case: case.of_epochs(5))],
    "W8 Adam": [Peer("NumPy loop", by_adam, ALL, lambda case: case.of_runs(2))],
}
