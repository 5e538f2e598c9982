"""Hiring: the small network of course text D that learns from grades and practice whom to hire, and its exercises.

Two inputs, two hidden layers of two, one output, sigmoid units throughout. The loss of an applicant is (t - a)²/2,
summed over outputs where there are two; an update uses the mean gradient over its batch.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from gd_core import checks, engines
from gd_core.batching import Batching
from gd_core.data import applicants
from gd_core.descent import History, Report
from gd_core.losses import HALF_SQUARED
from gd_core.models import SIGMOID, Model
from gd_core.objective import Objective, objective
from gd_core.optimizers import gd

Rows = tuple[tuple[float, ...], ...]

LAYERS = (("grades", "practice"), ("IQ", "EQ"), ("ability", "attitude"), ("hire",))
"""The units of the whole network, layer by layer."""
START = (0.8, 0.2, 0.2, 0.8, -1.0, 0.3, 0.5, 0.0, 0.5, 1.0, 0.1, -0.1, 0.5, 0.5, -0.6)
"""Where the text starts: W1 row by row, b1, W2, b2, W3, b3. Without the last layer, without the last three."""
LEARNING_RATE, EPOCHS = 0.1, 10_000

METHODS: dict[str, Batching] = {
    "batch": Batching(None),
    "mini-batch": Batching(2, "shuffled"),
    "stochastic": Batching(1, "with replacement"),
    "in order": Batching(1, "sequential"),
}
"""Ways to cut the applicants into updates: stochastic draws every row anew, mini-batches are pairs of a new shuffle."""


class Exercise(NamedTuple):
    """One variant of the text."""

    sizes: tuple[int, ...]
    x: Rows
    """(N, 2) grades and practice."""
    y: Rows
    """(N, K) targets."""
    methods: tuple[str, ...]
    """Names in METHODS; the first is the text's own."""

    @property
    def start(self) -> tuple[float, ...]:
        """The text's start (P,) for this network."""
        return START[: Model(self.sizes).n_params]


def _exercises() -> dict[str, Exercise]:
    data = applicants()
    x, y = (tuple(map(tuple, array.tolist())) for array in (data.x, data.y))
    whole = (2, 2, 2, 1)
    return {
        "Base": Exercise(whole, x[:1], y[:1], ("batch",)),
        "Exercise 1": Exercise((2, 2, 2), x[:1], ((1.0, 1.0),), ("batch",)),
        "Exercise 2": Exercise(whole, x[:2], y[:2], ("in order", "stochastic", "batch")),
        "Exercise 3": Exercise(whole, x, y, ("batch", "stochastic", "mini-batch")),
    }


EXERCISES: dict[str, Exercise] = _exercises()


@dataclass(frozen=True)
class Training:
    """What names one descent of the network completely.

    Raises ValueError naming the setting when the arrays do not fit each other, a number is not finite, a target is
    outside the sigmoid's range, the rate is not positive, or the method is unknown.
    """

    sizes: tuple[int, ...]
    x: Rows
    y: Rows
    start: tuple[float, ...]
    method: str = "batch"
    learning_rate: float = LEARNING_RATE
    epochs: int = EPOCHS
    seed: int = 0

    def __post_init__(self) -> None:
        """Check the settings."""
        checks.choice("method", self.method, METHODS)
        checks.number("learning_rate", self.learning_rate, 0, above=True)
        checks.whole("epochs", self.epochs, 1)
        checks.whole("seed", self.seed, 0)
        checks.array("start", self.start, (self.objective.model.n_params,))
        for target in np.ravel(self.y):
            checks.number("target", float(target), 0, 1)

    @property
    def objective(self) -> Objective:
        """The network's mean loss on its applicants, as a function of theta."""
        return objective(Model(self.sizes, output=SIGMOID), HALF_SQUARED, np.array(self.x), np.array(self.y))

    @property
    def updates_per_epoch(self) -> int:
        """Updates in one pass over the applicants."""
        return -(-len(self.x) // (METHODS[self.method].size or len(self.x)))


def descend_hiring(training: Training, report: Report = lambda fraction: None) -> History:
    """Run one descent of the hiring network and return its whole history, as of R = 1 run."""
    plan = METHODS[training.method].plan(len(training.x), training.epochs, [training.seed])
    rule, start = gd(training.learning_rate), np.array([training.start])
    return engines.find(training.objective, rule, start, plan, report=report)
