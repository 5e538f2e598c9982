"""The sets of the lesson on house prices, each split, scaled and solved: what every part of the page starts from."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from gd_core import Curvature, Dataset, Objective, Problem, Task, curvature, least_squares, prepare
from gd_core.shapes import Array
from gd_ui import housing
from gd_ui.datasets import breast_cancer, diabetes, short, wine
from gd_ui.features.sets import SETS as SAME_SETS

HELD_OUT = 0.2
"""The share of rows held out of sets that bring no split of their own."""
INTERCEPT = "intercept b"


class HouseSet(NamedTuple):
    """A set the lesson offers, with the settings it starts from."""

    about: str
    load: Callable[[], Dataset]
    """Raises Unavailable where the set is not at hand."""
    weights: tuple[int, int]
    """The two weights trained alone at first: across and up on the map."""
    start: tuple[float, float] = (-2.0, 2.0)
    """Where these two start."""
    learning_rate: float | None = None
    """With the course's scaling; None takes a share of the limit."""
    updates: int = 500
    fetch: Callable[[Callable[[float], None]], Dataset] | None = None
    """Gets the set from OpenML, telling a function the seconds waited; None for a set that needs no fetching."""
    file: str | None = None
    """The file that is looked for before."""

    @property
    def from_where(self) -> str | None:
        """Name what the set is read from; None where it is not at hand."""
        return "bundled" if self.file is None else housing.at_hand(self.file)


SETS: dict[str, HouseSet] = {
    "diabetes": HouseSet(SAME_SETS["diabetes"].about, diabetes, (2, 3)),
    "California": HouseSet(
        "Median house prices in districts of California, eight columns.",
        housing.california, (0, 6), fetch=lambda report: housing.california(fetch=True, report=report),
        file=housing.CALIFORNIA_FILE,
    ),
    "Boston": HouseSet(
        f"The houses of course text C, thirteen columns. {housing.WHY_RETIRED}",
        housing.boston, (5, 9), (-100.0, -100.0), 0.005, 2000,
        lambda report: housing.boston(fetch=True, report=report), housing.BOSTON_FILE,
    ),
    "wine": HouseSet(SAME_SETS["wine"].about, wine, (0, 6)),
    "breast cancer": HouseSet(SAME_SETS["breast cancer"].about, breast_cancer, (0, 7)),
}  # fmt: skip
"""By the name that stands on the control and in a link as `data=`; the first is bundled with scikit-learn."""


class House(NamedTuple):
    """A set, split and scaled, with what follows from that alone."""

    data: Dataset
    task: Task
    names: tuple[str, ...]
    """P short names: the features, then the intercept."""
    best: Array
    """(P,) least squares on the training rows."""
    best_loss: float
    curvature: Curvature

    @property
    def train(self) -> Objective:
        """The training objective."""
        return self.task.train

    @property
    def validation(self) -> Objective | None:
        """The objective on held-out rows."""
        return self.task.validation

    @property
    def limit(self) -> float:
        """The learning rate from which training all weights does not converge."""
        return self.curvature.max_stable_learning_rate()


def house(name: str, scaling: str) -> House:
    """Return a set with a scaling of SCALINGS. Raises Unavailable where the set is not at hand."""
    chosen = SETS[name]
    source = chosen.from_where
    return house_of(chosen.load(), scaling) if source is None else _kept(name, scaling, source)


@functools.lru_cache(maxsize=16)
def _kept(name: str, scaling: str, source: str) -> House:
    return house_of(SETS[name].load(), scaling)


def house_of(data: Dataset, scaling: str) -> House:
    """Split data that bring no split, scale all columns, the target too, and solve."""
    held_out = None if len(data.validation) else HELD_OUT
    task = prepare(Problem(data.source, scaling=scaling, validation_fraction=held_out), data)
    best = least_squares(task.train)
    names = (*map(short, data.features), INTERCEPT)
    return House(data, task, names, best, float(task.train.value(best[None])[0]), curvature(task.train, best))


def drawn_start(parameters: int, seed: int) -> Array:
    """Return the course's start (P,): standard normal weights from NumPy's legacy generator, and b = 0."""
    return np.append(np.random.RandomState(seed).randn(parameters - 1), 0.0)
