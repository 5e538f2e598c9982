"""The run of the lesson on house prices: two weights alone, and all weights, from one start on all training rows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from gd_core import Curvature, History, Objective, Recipe, curvature, least_squares, train
from gd_core.descent import Report, part
from gd_core.fixed import only, placed
from gd_core.shapes import Array
from gd_ui.house_prices.sets import House, drawn_start
from gd_ui.lanes import LANES

ALL, TWO = LANES[0], LANES[1]
"""The looks of training all weights and of training two."""
LARGEST = 1e30
"""Numbers beyond this are not sent to a browser, whose 32-bit pixels end soon after."""


@dataclass(frozen=True)
class HouseSettings:
    """What names the run completely, besides its data."""

    data: str
    scaling: str
    learning_rate: float
    updates: int
    pair: tuple[int, int]
    """The two weights trained alone: across and up on the map."""
    start: tuple[float, float] | None = None
    """Where these two start; None leaves them as drawn."""
    seed: int = 0
    """Draws the start of all weights."""
    batch_size: int = 100
    epochs: int = 20

    def theta(self, parameters: int) -> Array:
        """Return the start (P,)."""
        drawn = drawn_start(parameters, self.seed)
        return drawn if self.start is None else placed(np.array(self.start), drawn, self.pair)


class HouseRun(NamedTuple):
    """Both histories, and the loss over the two weights alone."""

    settings: HouseSettings
    start: Array
    """(P,)"""
    everything: History
    """Of all P parameters, one run."""
    two: History
    """Of the two parameters, one run."""
    over_two: Objective
    """The training loss over the two, the others fixed at the start."""
    best_two: Array
    """(2,) its lowest point."""
    best_two_loss: float
    curvature_two: Curvature

    @property
    def nbytes(self) -> int:
        """Memory held, in bytes."""
        arrays = [*self.everything, *self.two, self.over_two.x, self.over_two.y]
        return sum(array.nbytes for array in arrays if isinstance(array, np.ndarray))

    @property
    def limit_two(self) -> float:
        """The learning rate from which training the two alone does not converge."""
        return self.curvature_two.max_stable_learning_rate()

    @property
    def whole_two(self) -> Array:
        """All parameters (T+1, P) while only the two learn."""
        return placed(self.two.path[0], self.start, self.settings.pair)


def run_house(settings: HouseSettings, houses: House, report: Report = lambda fraction: None) -> HouseRun:
    """Descend on all training rows, with all weights and with two of them."""
    start = settings.theta(houses.train.n_params)
    pair = list(settings.pair)
    over_two = only(houses.train, start, pair)
    held_out = None if houses.validation is None else only(houses.validation, start, pair)
    best = least_squares(over_two)
    return HouseRun(
        settings,
        start,
        train(houses.train, _recipe(settings, start), houses.validation, part(report, 0, 0.6)),
        train(over_two, _recipe(settings, start[pair]), held_out, part(report, 0.6, 0.4)),
        over_two,
        best,
        float(over_two.value(best[None])[0]),
        curvature(over_two, best),
    )


def _recipe(settings: HouseSettings, start: Array) -> Recipe:
    return Recipe(
        learning_rate=(settings.learning_rate,), epochs=settings.updates, start=tuple(float(value) for value in start)
    )


def drawable(history: History) -> int:
    """Return how many entries of a run have numbers that can be drawn."""
    good = (np.abs(history.path[0]) < LARGEST).all(axis=1) & (np.abs(history.loss[0]) < LARGEST)
    if history.validation_loss is not None:
        good &= np.abs(history.validation_loss[0]) < LARGEST
    return len(good) if good.all() else int(good.argmin())
