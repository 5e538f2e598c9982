"""The runs of the page on backpropagation: one exercise by each of its methods, and every number at chosen moments."""

from __future__ import annotations

import functools
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from gd_core import History, Objective, numerical_gradient
from gd_core.descent import Report, part
from gd_core.hiring import EXERCISES, METHODS, Exercise, Training, descend_hiring
from gd_core.hiring import Rows as Table
from gd_core.shapes import Array

FIRST, CLOSELY, ENOUGH = 100, 100, 300
"""Moments shown: all of the first updates, all of as many from a chosen one, and so many spread over the whole run."""
MOST_UPDATES = 100_000
"""Updates of one run: what is computed within a second."""
TOLERANCE = 1e-8
"""Largest difference between an analytic and a measured derivative, relative to the larger of the two and 1."""


@dataclass(frozen=True)
class BackpropSettings:
    """What names the runs of all methods of an exercise."""

    exercise: str
    x: Table
    y: Table
    start: tuple[float, ...]
    learning_rate: float
    epochs: int
    seed: int

    @property
    def about(self) -> Exercise:
        """The exercise as the course sets it."""
        return EXERCISES[self.exercise]

    def training(self, method: str) -> Training:
        """Return one method's descent."""
        return Training(
            self.about.sizes, self.x, self.y, self.start, method, self.learning_rate, self.epochs, self.seed
        )

    @property
    def objective(self) -> Objective:
        """The mean over applicants of (t - a)²/2, summed over outputs: the loss whose gradient is applied."""
        return self.training(self.about.methods[0]).objective


class BackpropRun(NamedTuple):
    """The histories of one exercise, by method."""

    settings: BackpropSettings
    histories: dict[str, History]

    @property
    def nbytes(self) -> int:
        """Memory held, in bytes."""
        arrays = [array for history in self.histories.values() for array in history if isinstance(array, np.ndarray)]
        return sum(array.nbytes for array in arrays)

    def reported(self, method: str) -> Array:
        """Return the loss as the course reports it (T+1,): the mean of (t - a)²/2 over applicants and outputs."""
        return np.asarray(self.histories[method].loss[0] / len(self.settings.y[0]))


def run_backprop(settings: BackpropSettings, report: Report = lambda fraction: None) -> BackpropRun:
    """Run every method of the exercise, one after the other."""
    methods = settings.about.methods
    histories = {
        method: descend_hiring(settings.training(method), part(report, done / len(methods), 1 / len(methods)))
        for done, method in enumerate(methods)
    }
    for method in methods:
        rows_used(settings.training(method))  # while nobody waits for a drawing
    return BackpropRun(settings, histories)


class Moments(NamedTuple):
    """Updates at which a run is shown, in stretches: from each of `starts` every `strides`-th update."""

    updates: NDArray[np.intp]
    """(F,) ascending, from 0 to the last."""
    starts: tuple[int, ...]
    strides: tuple[int, ...]
    offsets: tuple[int, ...]
    """How many moments come before each stretch."""


def moments(last: int, closely: int, first: int = FIRST, close: int = CLOSELY, enough: int = ENOUGH) -> Moments:
    """Return the moments of a run of `last` updates, looked at closely at its beginning and from another update on.

    All of the `first` updates are shown, all of the `close` ones after `closely`, and `enough` spread over the rest.
    """
    first = min(first, last)
    near = int(np.clip(closely, first, last))
    past = min(near + close, last)
    wide = max(1, -(-last // enough))
    starts, strides = (0, first, near, past, last), (1, wide, 1, wide, 1)
    stretches = [
        np.arange(start, end, stride)
        for start, end, stride in zip(starts, (*starts[1:], last + 1), strides, strict=True)
    ]
    offsets = np.concatenate([[0], np.cumsum([len(stretch) for stretch in stretches[:-1]])])
    return Moments(np.concatenate(stretches), starts, strides, tuple(offsets.tolist()))


def unit_numbers(sizes: tuple[int, ...]) -> list[list[int]]:
    """Return the numbers of the units, layer by layer, counted from the first input."""
    ends = np.cumsum([0, *sizes]).tolist()
    return [list(range(start, start + size)) for start, size in zip(ends, sizes, strict=False)]


def weight_numbers(sizes: tuple[int, ...]) -> list[tuple[NDArray[np.intp], NDArray[np.intp]]]:
    """Return for each layer where its weights (in, out) and its biases (out,) stand in theta."""
    found, start = [], 0
    for fan_in, fan_out in pairwise(sizes):
        weights = start + np.arange(fan_in * fan_out).reshape(fan_in, fan_out)
        start += fan_in * fan_out
        found.append((weights, start + np.arange(fan_out)))
        start += fan_out
    return found


@functools.lru_cache(maxsize=12)
def rows_used(training: Training) -> NDArray[np.intp]:
    """Return the applicants (T+1, B) of every update; the last row is of a further epoch, which is never run."""
    n = len(training.x)
    plan = METHODS[training.method].plan(n, training.epochs + 1, [training.seed])
    updates = np.arange(training.epochs * training.updates_per_epoch + 1)
    if plan.stream is None:
        return np.tile(np.arange(n), (len(updates), 1))
    rows: NDArray[np.intp] = plan.stream[0][plan.seen[updates][:, None] + np.arange(plan.seen[1])]
    return rows


def numbers(run: BackpropRun, method: str, at: NDArray[np.intp], who: int, wanted: Iterable[str]) -> dict[str, Array]:
    """Return numbers of the drawing at the moments `at`, (F,) each, for the applicant `who`; at least those `wanted`.

    Parameters p: w weight, g derivative, n the same measured, s step, v value after it. Units u: a activation, c 1 - a,
    z weighted sum, d error. l is the loss of every applicant, `loss` that of this one, `mean` that of all. W, G and S
    are the largest of the numbers that give the lines their widths, k is the update, r the applicants used next, o
    every applicant's first output.
    """
    letters = {name[0] for name in wanted}
    settings, training = run.settings, run.settings.training(method)
    objective, theta = settings.objective, run.histories[method].path[0, at]
    rows = np.array([who])
    named = _by_number("w", theta) | {
        "W": _largest(theta, 2.0),
        "k": at.astype(float),
        "mean": run.reported(method)[at],
    }
    if letters & {"a", "c", "z"}:
        named |= _forward(objective, theta, rows)
    if letters & {"g", "d", "G"}:
        slopes = objective.grad(theta, rows)
        biases = np.concatenate([biases for _, biases in weight_numbers(settings.about.sizes)])
        named |= _by_number("g", slopes) | {"G": _largest(slopes)}
        named |= _by_number("d", slopes[:, biases], settings.about.sizes[0])  # by a bias, the derivative is the error
    if "n" in letters:
        named |= _by_number("n", numerical_gradient(lambda points: objective.value(points, rows), theta))
    if letters & {"s", "v", "S"}:
        step = -settings.learning_rate * objective.grad(theta, rows_used(training)[at])
        named |= _by_number("s", step) | _by_number("v", theta + step) | {"S": _largest(step)}
    if "r" in letters:
        named |= _by_number("r", rows_used(training)[at] + 1.0)
    if "o" in letters:
        named |= _by_number("o", objective.model.predict(theta, objective.x)[..., 0])
    if "l" in letters:
        each = [objective.value(theta, np.array([i])) / len(settings.y[0]) for i in range(objective.n)]
        named |= _by_number("l", np.stack(each, axis=1)) | {"loss": each[who]}
    return named


def _forward(objective: Objective, theta: Array, rows: NDArray[np.intp]) -> dict[str, Array]:
    """Activations, their complements and weighted sums of every unit at every moment."""
    sizes = objective.model.sizes
    outputs = [values[:, 0] for values in objective.model.activations(theta, objective.x[rows])]
    outputs[0] = np.broadcast_to(outputs[0], (len(theta), sizes[0]))
    sums = []
    for before, layer in zip(outputs, objective.model.layers(theta), strict=False):
        assert layer.bias is not None  # the hiring network has them
        sums.append((before[:, None] @ layer.weights + layer.bias)[:, 0])
    every, z = np.concatenate(outputs, axis=1), np.concatenate(sums, axis=1)
    return _by_number("a", every) | _by_number("c", 1 - every) | _by_number("z", z, sizes[0])


def _by_number(letter: str, values: NDArray[Any], first: int = 0) -> dict[str, Array]:
    return {f"{letter}{number}": column for number, column in enumerate(values.T, start=first)}


def _largest(values: Array, least: float = float(np.finfo(float).tiny)) -> Array:
    return np.asarray(np.maximum(np.abs(values).max(axis=1), least))


class Check(NamedTuple):
    """Analytic and measured derivatives of one applicant's loss at one update, (P,) each."""

    analytic: Array
    measured: Array
    error: Array
    """Relative to the larger of the two and 1."""

    @property
    def passed(self) -> NDArray[np.bool_]:
        """(P,) whether the difference is within the tolerance."""
        return np.asarray(self.error <= TOLERANCE)


def check(run: BackpropRun, method: str, update: int, who: int) -> Check:
    """Measure every derivative at one update with two nudges and compare."""
    rows, theta = np.array([who]), run.histories[method].path[0, [update]]
    objective = run.settings.objective
    analytic = objective.grad(theta, rows)[0]
    measured = numerical_gradient(lambda points: objective.value(points, rows), theta)[0]
    size = np.maximum(1, np.maximum(np.abs(analytic), np.abs(measured)))
    return Check(analytic, measured, np.abs(analytic - measured) / size)
