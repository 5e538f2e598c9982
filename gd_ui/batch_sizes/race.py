"""The race: batch, mini-batch and stochastic descent on the same data, start, rate and stream of examples."""

from __future__ import annotations

import functools
import time
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np

from gd_core import NEVER, OPTIMIZERS, Batching, History, Recipe, train
from gd_core.descent import Report, loop, part
from gd_core.shapes import Array
from gd_ui.datasets import Loaded, load
from gd_ui.methods import BATCH, METHODS, MINI_BATCH

TENFOLD = 10.0
"""A run whose loss is this many times its first (or that of predicting zero, if it started lower) is called diverging
even while its numbers are finite. The noise of a run that started at the solution is no divergence."""
TIMED = 100
"""Updates by which the plain loop is timed."""
MOST_UPDATES = 20_000
"""Updates of one run: what the charts can draw, every one of them."""
MOST_NUMBERS = 4_000_000
"""Parameters and losses kept for one method: 32 MB."""
MOST_WORK = 1_500_000_000
"""Examples looked at, for updates and for the loss after each: some seconds of one core."""


@dataclass(frozen=True)
class RaceSettings:
    """What names a race completely, besides its data."""

    data: str
    learning_rate: float
    batch_size: int
    epochs: int
    order: str = "shuffled"
    optimizer: str = "gd"
    seed: int = 0
    seeds: int = 1
    start: tuple[float, ...] = ()

    def recipe(self, method: str) -> Recipe:
        """Return how `method` descends; batch descent has no chance in it and runs once whatever the seeds."""
        is_batch = method == BATCH.name
        sizes = {BATCH.name: None, MINI_BATCH.name: self.batch_size}
        return Recipe(
            learning_rate=(self.learning_rate,),
            optimizer=self.optimizer,
            batch_size=sizes.get(method, 1),
            order=self.order,
            epochs=self.epochs,
            seeds=(self.seed,) if is_batch else tuple(range(self.seed, self.seed + self.seeds)),
            start=self.start,
        )


class Race(NamedTuple):
    """The histories of the three methods, and how long each took."""

    settings: RaceSettings
    histories: dict[str, History]
    seconds: dict[str, float]

    @property
    def nbytes(self) -> int:
        """Memory held, in bytes."""
        arrays = [array for history in self.histories.values() for array in history if isinstance(array, np.ndarray)]
        return sum(array.nbytes for array in arrays)


def affordable(settings: RaceSettings, loaded: Loaded) -> RaceSettings:
    """Return the settings with as many epochs and seeds as a shared server can run and a browser can draw."""
    n, width = loaded.train.n, loaded.train.model.n_params + 2
    epochs = max(1, min(settings.epochs, MOST_UPDATES // n))
    updates = n * epochs
    seeds = max(1, min(settings.seeds, MOST_NUMBERS // (width * updates), MOST_WORK // (n * updates)))
    return replace(settings, epochs=epochs, seeds=seeds)


def run_race(settings: RaceSettings, loaded: Loaded, report: Report = lambda fraction: None) -> Race:
    """Run the three methods one after the other; `report` hears the finished share of all of them."""
    histories: dict[str, History] = {}
    seconds: dict[str, float] = {}
    for done, method in enumerate(METHODS):
        recipe = settings.recipe(method)
        share = part(report, done / len(METHODS), 1 / len(METHODS))
        histories[method] = history = train(loaded.train, recipe, loaded.task.validation, share)
        timed = (recipe.optimizer, recipe.batch_size, recipe.order, recipe.runs)
        seconds[method] = seconds_per_update(settings.data, *timed) * (len(history.seen) - 1)
    return Race(settings, histories, seconds)


@functools.lru_cache(maxsize=256)
def seconds_per_update(data: str, optimizer: str, batch_size: int | None, order: str, runs: int) -> float:
    """Return what one update of all runs takes the plain loop, timed once in this process over up to TIMED updates.

    What an update costs does not depend on the learning rate, so moving the rate does not time it again.
    """
    train = load(data).train
    epochs = 1 + TIMED // -(-train.n // (batch_size or train.n))
    plan = Batching(batch_size, order).plan(train.n, epochs, range(runs)).until(TIMED)
    rule = OPTIMIZERS[optimizer](1e-3 * load(data).curvature.max_stable_learning_rate())
    starts = np.zeros((runs, train.model.n_params))
    started = time.perf_counter()
    loop(train, rule, starts, plan)
    return (time.perf_counter() - started) / len(plan)


class Outcome(NamedTuple):
    """What one method's runs came to; medians over the runs where there are several."""

    runs: int
    seconds: float
    """What the updates of all runs take the plain loop."""
    updates: int
    seen: int
    loss: float
    validation_loss: float | None
    distance: float
    """Euclidean, from the last parameters to the least-squares solution."""
    first_pass: float
    """Share of the first loss above the best that one pass over the data took away; negative if the loss rose."""
    touched: int | None
    """The first update within the mark, a first touch: a noisy run may leave again. None unless most runs got there."""
    touched_after: int | None
    """Examples read by then."""
    inside: bool
    """Whether the final (median) loss is within the mark."""
    lost: int
    """How many runs went beyond all numbers."""
    lost_at: int | None
    """The first update after which one of them was not finite."""
    grown: float
    """Final loss over first loss."""
    diverging: bool
    """Whether a run was lost, is TENFOLD off, or is batch descent growing at a rate beyond its limit."""
    falling: bool
    """Whether the (median) loss still went down at the end, by more than its own rattling."""
    radius: float
    """Spread of the end points: root mean square distance from their mean; 0 for a single run."""
    swing: tuple[float, float]
    """Lowest and highest (median) loss in the last epoch."""


def mark(race: Race, loaded: Loaded) -> float:
    """Return the loss that counts as arrived: 1 % above the best; without noise 1 % of the first, as 1 % of 0 is 0."""
    first = float(race.histories[BATCH.name].loss[0, 0])
    return 0.01 * first if loaded.noise_free else 1.01 * loaded.best_loss


def outcome(race: Race, method: str, loaded: Loaded) -> Outcome:
    """Measure one method's runs."""
    history = race.histories[method]
    middle = median_loss(history)
    arrived = history.loss <= mark(race, loaded)
    hits = np.where(arrived.any(axis=1), arrived.argmax(axis=1), np.iinfo(int).max)
    hit = int(np.sort(hits)[len(hits) // 2])  # the upper median: most runs had arrived by then
    touched = hit if hit < np.iinfo(int).max else None
    ends = history.path[:, -1]
    lost = history.diverged_at != NEVER
    grown = float(middle[-1] / middle[0]) if middle[0] > 0 else 1.0
    far = middle[-1] > TENFOLD * max(middle[0], loaded.reference_loss)
    excess = float(middle[0]) - loaded.best_loss
    after_one_pass = float(middle[np.searchsorted(history.epochs, 1)]) - loaded.best_loss
    last_epoch = middle[history.epochs >= history.epochs[-1] - 1]
    with np.errstate(over="ignore", invalid="ignore"):
        distance = _median(np.linalg.norm(ends - loaded.best, axis=1))
        radius = float(np.sqrt(((ends - ends.mean(axis=0)) ** 2).sum(axis=1).mean()))
    return Outcome(
        runs=len(history.loss),
        seconds=race.seconds[method],
        updates=len(history.seen) - 1,
        seen=int(history.seen[-1]),
        loss=float(middle[-1]),
        validation_loss=None if history.validation_loss is None else _median(history.validation_loss[:, -1]),
        distance=distance,
        first_pass=1 - after_one_pass / excess if excess > 0 else 0.0,  # a race may start at the solution
        touched=touched,
        touched_after=None if touched is None else int(history.seen[touched]),
        inside=bool(middle[-1] <= mark(race, loaded)),
        lost=int(lost.sum()),
        lost_at=int(history.diverged_at[lost].min()) if lost.any() else None,
        grown=grown,
        diverging=bool(lost.any() or far or (grown > 1 and _beyond_limit(race, method, loaded))),
        falling=_falling(middle),
        radius=radius,
        swing=(float(last_epoch.min()), float(last_epoch.max())),
    )


def _beyond_limit(race: Race, method: str, loaded: Loaded) -> bool:
    """Whether this is plain batch descent at a rate at which every step must overshoot further."""
    settings = race.settings
    limit = loaded.curvature.max_stable_learning_rate()
    return method == BATCH.name and settings.optimizer == "gd" and settings.learning_rate > limit


def _falling(loss: Array) -> bool:
    """Whether the last third of a curve lies lower than the third before, by more than a quarter of its own spread."""
    third = max(1, len(loss) // 3)
    last, before = loss[-third:], loss[-2 * third : -third]
    if not np.isfinite(last).all():
        return False
    low, high = np.quantile(last, [0.25, 0.75])
    return bool(np.median(before) - np.median(last) > (high - low) / 4)


def median_loss(history: History) -> Array:
    """Return the median over runs of the loss at every update (T+1,); inf where half the runs are lost."""
    return np.median(np.where(np.isfinite(history.loss), history.loss, np.inf), axis=0)


def _median(values: Array) -> float:
    return float(np.median(np.where(np.isfinite(values), values, np.inf)))
