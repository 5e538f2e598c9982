"""Text C's task and runs, on the reader's Boston file, as the text sets them up.

The loss the text reports is the mean of the squared errors; the gradient it prints and steps along is that of half of
it. So its rate counts half on the loss reported.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import Any

import numpy as np

from gd_core import LOSSES, History, Objective, Problem, Recipe, objective, prepare, train
from gd_core.data import Dataset
from gd_core.fixed import only
from gd_core.shapes import Array
from gd_ui.course_numbers.last_digits import losses
from gd_ui.course_numbers.numbers import course

PAIR = [5, 9]
"""The two weights the text singles out, counted from 0."""
AWAY, FAR = -100.0, 159.0
"""Where the text sets both, far from the minimum."""
HALF = 0.5
"""What the text's rate counts on the loss it reports."""


def block() -> dict[str, Any]:
    """Return what text C prints."""
    printed: dict[str, Any] = course()["housing"]
    return printed


@dataclass(frozen=True, eq=False)
class Housing:
    """The text's task and its runs, each computed when it is first asked for."""

    data: Dataset

    @functools.cached_property
    def on(self) -> Objective:
        """The loss the text reports, on its training rows, every column and the target by mean and range."""
        return prepare(Problem("boston", scaling="mean-range"), self.data).train

    @functools.cached_property
    def half(self) -> Objective:
        """Half of it: its gradient is the one the text prints."""
        return objective(self.on.model, LOSSES["half squared"], self.on.x, self.on.y)

    @functools.cached_property
    def start(self) -> Array:
        """(14,) the text's start: legacy seed 0 draws the weights, b is zero."""
        return np.append(np.random.RandomState(0).randn(len(self.data.features)), 0.0)

    def at(self, value: float) -> Array:
        """Return the start with the two weights of PAIR set to a value, theta (14,)."""
        theta = self.start.copy()
        theta[PAIR] = value
        return theta

    @functools.cached_property
    def stepped(self) -> Array:
        """(14,) one update of the two weights from where the text sets them."""
        theta = self.at(AWAY)
        theta[PAIR] -= float(block()["weights_at_minus_100"]["learning_rate"]) * self.half.grad(theta[None])[0, PAIR]
        return theta

    @functools.cached_property
    def two_weights(self) -> Array:
        """(39, 3) the two weights after and the loss before the printed updates, by the right code."""
        printed = block()["two_weights_only"]
        over = only(self.on, self.at(AWAY), PAIR)
        rate = HALF * float(printed["learning_rate"])
        history: History = train(over, Recipe((rate,), epochs=2000, start=(AWAY, AWAY)))
        rows = [row[0] for row in printed["rows"]]
        return np.column_stack([history.path[0, 1:][rows], history.loss[0, rows]])

    @functools.cached_property
    def two_weights_as_listed(self) -> Array:
        """(39, 3) the same as the listing runs it: w5 moves by one constant slope, that after the one step before."""
        printed = block()["two_weights_only"]
        rate, over = float(printed["learning_rate"]), only(self.half, self.at(AWAY), PAIR)
        constant = self.half.grad(self.stepped[None])[0, PAIR[0]]
        weights, path = np.array([[AWAY, AWAY]]), []
        for _ in range(printed["rows"][-1][0] + 1):
            slope = np.array([constant, over.grad(weights)[0, 1]])
            path.append(np.append(weights - rate * slope, 2 * over.value(weights)))
            weights = weights - rate * slope
        return np.array(path)[[row[0] for row in printed["rows"]]]

    @functools.cached_property
    def all_weights(self) -> Array:
        """(100,) the loss before the printed updates of all weights."""
        printed = block()["all_weights"]
        recipe = Recipe((HALF * float(printed["learning_rate"]),), epochs=1000, start=tuple(self.start.tolist()))
        return train(self.on, recipe).loss[0, [row[0] for row in printed["rows"]]]

    @functools.cached_property
    def all_weights_by_older_blas(self) -> Array:
        """(100,) the same, summed as an older OpenBLAS does: the printed losses to the last digit."""
        printed = block()["all_weights"]
        rows = np.column_stack([self.data.x, self.data.y])[self.data.train]
        found = losses(rows, self.start, float(printed["learning_rate"]), updates=1000)
        return found[[row[0] for row in printed["rows"]]]

    def gradient_of(self, row: int) -> Array:
        """Return the gradient (13,) of the weights from one row, both weights of PAIR at FAR."""
        return np.asarray(self.half.grad(self.at(FAR)[None], np.array([row]))[0, :-1])
