"""The run of the page on learning rates: batch descent at several rates from one start, predicted and measured."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from gd_core import REGIMES, History, Recipe, train
from gd_core.descent import Report, quietly
from gd_core.shapes import Array
from gd_ui.datasets import CATALOGUE, Loaded

FEWEST, MOST = 2, 5
"""How many rates are compared."""
GOAL = 0.01
"""The share of the start's excess loss at which a run is said to have arrived."""
PATIENCE = 5000
"""Updates after which a run that has not arrived is no longer followed."""
TRUSTED = 8
"""Digits after the point to which a measured factor is trusted."""


@dataclass(frozen=True)
class RateSettings:
    """What names the run completely, besides its data."""

    data: str
    rates: tuple[float, ...]
    updates: int

    def recipe(self, rates: tuple[float, ...], updates: int) -> Recipe:
        """Return how to descend at some rates: on all examples, so that an epoch is an update."""
        return Recipe(learning_rate=rates, epochs=updates, start=CATALOGUE[self.data].start)


class Fate(NamedTuple):
    """What became of one rate: what the curvature predicts beside what the run did."""

    rate: float
    predicted: str
    """The regime by the Hessian's largest eigenvalue."""
    seen: str
    """The regime by what the first update left of the error in the steepest direction."""
    factor: float
    """1 - rate·λmax, predicted."""
    measured_factor: float
    predicted_updates: int | None
    """Until GOAL of the excess is left, by the closed form from this start; None: never."""
    bound: int | None
    """The same from the worst of all starts."""
    measured_updates: int | None
    """In the run; None: not within PATIENCE updates."""

    @property
    def diverges(self) -> bool:
        """Whether the rate is at or above the limit 2/λmax."""
        return self.predicted == "divergent"


class RateRun(NamedTuple):
    """The histories of all rates, one run each, and what became of each."""

    settings: RateSettings
    history: History
    fates: tuple[Fate, ...]

    @property
    def nbytes(self) -> int:
        """Memory held, in bytes."""
        return sum(array.nbytes for array in self.history if isinstance(array, np.ndarray))


def run_rates(settings: RateSettings, loaded: Loaded, report: Report = lambda fraction: None) -> RateRun:
    """Descend at all rates side by side, and follow those that have not arrived by then in a run of their own."""
    history = train(loaded.train, settings.recipe(settings.rates, settings.updates), report=report)
    arrived = dict(zip(settings.rates, arrivals(history, loaded), strict=True))
    bowl = loaded.curvature
    late = tuple(rate for rate, update in arrived.items() if update is None and bowl.regime(rate) != "divergent")
    if late:
        arrived |= _followed(settings, late, loaded)
    away = np.array(CATALOGUE[settings.data].start) - loaded.best
    fates = tuple(_fate(rate, history.path[i], arrived[rate], loaded, away) for i, rate in enumerate(settings.rates))
    return RateRun(settings, history, fates)


def _followed(settings: RateSettings, rates: tuple[float, ...], loaded: Loaded) -> dict[float, int | None]:
    """Return when some stable rates arrive, from runs that get longer until all have, or PATIENCE ends."""
    updates = settings.updates
    while True:
        updates = min(4 * updates, PATIENCE)
        arrived = arrivals(train(loaded.train, settings.recipe(rates, updates)), loaded)
        if updates == PATIENCE or None not in arrived:
            return dict(zip(rates, arrived, strict=True))


@quietly
def arrivals(history: History, loaded: Loaded) -> tuple[int | None, ...]:
    """Return (R,) the first update of each run with at most GOAL of the start's excess loss, None if there is none."""
    excess = history.loss - loaded.best_loss
    there = excess <= GOAL * excess[:, :1]
    return tuple(int(run.argmax()) if run.any() else None for run in there)


def _fate(rate: float, path: Array, arrived: int | None, loaded: Loaded, away: Array) -> Fate:
    bowl, measured = loaded.curvature, measured_factor(path, loaded)
    return Fate(
        rate=rate,
        predicted=bowl.regime(rate),
        seen=regime_of(measured),
        factor=float(bowl.factors(rate)[-1]),
        measured_factor=measured,
        predicted_updates=bowl.updates_to(GOAL, away, rate),
        bound=bowl.updates_bound(GOAL, rate),
        measured_updates=arrived,
    )


def measured_factor(path: Array, loaded: Loaded) -> float:
    """Return by what the first update of a path (T+1, P) multiplied its error along the steepest direction."""
    before, after = (path[:2] - loaded.best) @ loaded.curvature.eigenvectors[:, -1]
    return float(after / before)


def regime_of(factor: float) -> str:
    """Return the regime of a run whose error in the steepest direction an update multiplied by `factor`."""
    reach = round(1 - factor, TRUSTED)
    return REGIMES[int(reach >= 0.5) + int(reach > 1) + int(reach >= 2)]
