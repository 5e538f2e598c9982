"""One step: a whole batch descent of a line, and everything that happens in one of its updates.

The loss is the mean of the whole squared errors, as in course text B, so its slopes carry a factor 2.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from gd_core import History, Recipe, train
from gd_core.descent import quietly
from gd_core.shapes import Array
from gd_ui.datasets import CATALOGUE, Loaded, load

STAGES = tuple(
    f"{number} {name}"
    for number, name in enumerate(("Random start", "Predict", "Error", "Gradient", "Update", "Repeat"))
)
"""The steps of the course, as they stand on the page and in a link."""
START, PREDICT, ERROR, GRADIENT, UPDATE, REPEAT = STAGES
NEAR = 0.01
"""A run has come near when its loss is above the best one by at most this share of it."""


@dataclass(frozen=True)
class DescentSettings:
    """What names a descent completely, besides its data."""

    data: str
    learning_rate: float
    updates: int
    start: tuple[float, ...]


class Moment(NamedTuple):
    """The arithmetic of one update. Rows are in the order of the data; parameters are (w, b) or (w,)."""

    update: int
    """Updates made before this one."""
    symbols: tuple[str, ...]
    """P letters: ("w", "b") or ("w",)."""
    learning_rate: float
    theta: Array
    """(P,)"""
    x: Array
    """(N,)"""
    y: Array
    """(N,)"""
    prediction: Array
    """(N,)"""
    error: Array
    """(N,) prediction minus target."""
    loss: float
    mean: Array
    """(P,) mean over the rows of error · x, and of the error."""
    gradient: Array
    """(P,) twice that mean."""
    after: Array
    """(P,) the parameters after the update."""
    loss_after: float

    @property
    def n(self) -> int:
        """N, the number of rows."""
        return len(self.x)

    @property
    def finite(self) -> bool:
        """Whether every number up to the gradient is one."""
        return bool(np.isfinite(self.theta).all() and np.isfinite(self.loss) and np.isfinite(self.gradient).all())

    def of(self, symbol: str, values: Array) -> float:
        """Return the entry of values (P,) that belongs to a letter."""
        return float(values[self.symbols.index(symbol)])


def offered() -> list[str]:
    """Return the data sets with a single feature: only these have a line to draw."""
    return [name for name, entry in CATALOGUE.items() if len(entry.start) - entry.problem.bias == 1]


@functools.lru_cache(maxsize=64)
def descend(settings: DescentSettings) -> History:
    """Run the batch descent; kept, because moving most controls changes what is shown of it and not the run."""
    loaded = load(settings.data)
    recipe = Recipe((settings.learning_rate,), epochs=settings.updates, start=settings.start)
    return train(loaded.train, recipe, loaded.task.validation)


@quietly
def moment(loaded: Loaded, settings: DescentSettings, history: History, update: int) -> Moment:
    """Work out the update that follows after `update` others."""
    objective, theta = loaded.train, history.path[0, update]
    x, y = objective.x[:, 0], objective.y[:, 0]
    prediction = objective.model.predict(theta[None], objective.x)[0, :, 0]
    error = prediction - y
    mean = np.array([(error * x).mean(), error.mean()][: len(theta)])
    gradient = 2 * mean
    after = theta - settings.learning_rate * gradient
    return Moment(
        update=update,
        symbols=objective.model.names,
        learning_rate=settings.learning_rate,
        theta=theta,
        x=x,
        y=y,
        prediction=prediction,
        error=error,
        loss=float(np.square(error).mean()),
        mean=mean,
        gradient=gradient,
        after=after,
        loss_after=float(objective.value(after[None])[0]),
    )


def left_to_right(loaded: Loaded) -> NDArray[np.intp]:
    """Return the row numbers (N,) of the training data in the order of their x."""
    return np.argsort(loaded.train.x[:, 0], kind="stable")


def first_point(loaded: Loaded) -> int:
    """Return which point, counted from the left, the data's first training row is: the course picks that one."""
    return int(np.flatnonzero(left_to_right(loaded) == 0)[0]) + 1
