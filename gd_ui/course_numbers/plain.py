"""Texts A, D and E by plain loops, as a reader would write them: an answer that shares no code with the core.

These texts print no results, so this is what the core's results are held against.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from gd_core.shapes import Array

Matrix = Sequence[Sequence[float]]


class OneWeight(NamedTuple):
    """A run of text A: the weight at the end and one loss per epoch."""

    w: float
    losses: list[float]


def one_weight(x: Sequence[float], y: Sequence[float], w: float, rate: float, epochs: int) -> OneWeight:
    """Descend on all points at once; the loss of an epoch is the mean over all points, before its update."""
    losses = []
    for _ in range(epochs):
        losses.append(mean_squared(x, y, w))
        w -= rate * sum(2 * a * (a * w - b) for a, b in zip(x, y, strict=True)) / len(x)
    return OneWeight(w, losses)


def one_weight_in_turn(x: Sequence[float], y: Sequence[float], w: float, rate: float, epochs: int) -> OneWeight:
    """Update after every point, in order; the loss of an epoch is that of the last point, after its update."""
    losses = []
    for _ in range(epochs):
        for a, b in zip(x, y, strict=True):
            w -= rate * 2 * a * (a * w - b)
        losses.append((x[-1] * w - y[-1]) ** 2)
    return OneWeight(w, losses)


def mean_squared(x: Sequence[float], y: Sequence[float], w: float) -> float:
    """Return the mean of the squared errors of w x."""
    return sum((a * w - b) ** 2 for a, b in zip(x, y, strict=True)) / len(x)


def line(x: Array, y: Array, rate: float, iterations: int) -> Array:
    """Descend from b = w = 0 on all points x (N,), y (N,); return (b, w, loss) before every update and at the end."""
    b = w = 0.0
    rows = []
    for _ in range(iterations + 1):
        error = w * x + b - y
        rows.append((b, w, float(np.mean(error * error))))
        b, w = b - rate * 2 * float(np.mean(error)), w - rate * 2 * float(np.mean(error * x))
    return np.array(rows)


class Network:
    """A sigmoid network of single numbers: weights[l][i][j] from unit i to unit j, biases[l][j]."""

    def __init__(self, weights: Sequence[Matrix], biases: Matrix) -> None:
        self.weights = [[list(map(float, row)) for row in layer] for layer in weights]
        self.biases = [list(map(float, layer)) for layer in biases]

    def outputs(self, inputs: Sequence[float]) -> list[list[float]]:
        """Return the inputs and the output of every layer for one example."""
        layers = [list(inputs)]
        for weights, biases in zip(self.weights, self.biases, strict=True):
            units = range(len(biases))
            sums = [sum(a * weights[i][j] for i, a in enumerate(layers[-1])) + biases[j] for j in units]
            layers.append([1 / (1 + math.exp(-z)) for z in sums])
        return layers

    def loss(self, x: Matrix, y: Matrix) -> float:
        """Return the mean over the examples of half the squared error, summed over the outputs."""
        wrong = [
            sum((t - a) ** 2 / 2 for a, t in zip(self.outputs(inputs)[-1], targets, strict=True))
            for inputs, targets in zip(x, y, strict=True)
        ]
        return sum(wrong) / len(wrong)

    def update(self, x: Matrix, y: Matrix, rate: float) -> None:
        """Make one step down the mean gradient of a batch, by backpropagation."""
        share = rate / len(x)
        steps = [self._deltas(inputs, targets) for inputs, targets in zip(x, y, strict=True)]
        for layers, deltas in steps:
            for depth, delta in enumerate(deltas):
                for j, d in enumerate(delta):
                    self.biases[depth][j] -= share * d
                    for i, a in enumerate(layers[depth]):
                        self.weights[depth][i][j] -= share * d * a

    def _deltas(self, inputs: Sequence[float], targets: Sequence[float]) -> tuple[list[list[float]], list[list[float]]]:
        """Return the outputs of every layer and the slope of the loss at every unit's sum, for one example."""
        layers = self.outputs(inputs)
        delta = [(a - t) * a * (1 - a) for a, t in zip(layers[-1], targets, strict=True)]
        deltas = [delta]
        for depth in range(len(self.weights) - 1, 0, -1):
            weights = self.weights[depth]
            delta = [
                sum(weights[i][j] * d for j, d in enumerate(delta)) * a * (1 - a) for i, a in enumerate(layers[depth])
            ]
            deltas.insert(0, delta)
        return layers, deltas

    def parameters(self) -> list[float]:
        """Return all weights and biases, layer by layer, weights row by row first."""
        flat: list[float] = []
        for weights, biases in zip(self.weights, self.biases, strict=True):
            flat += [value for row in weights for value in row] + biases
        return flat
