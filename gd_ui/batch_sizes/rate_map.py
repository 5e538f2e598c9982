"""The rate map: how low descent ends at every learning rate and batch size, for the same number of examples read.

Every cell is a run of its own, repeated with several seeds, from the start and in the order of the race. Only the loss
at the end of each run is kept; where a run left all numbers, or ended far above where it began, it diverged. (For the
shape to expect: Bottou, Curtis and Nocedal 2018, "Optimization methods for large-scale machine learning", section 4.)
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from gd_core import NEVER, Recipe, train
from gd_core.descent import Report, part
from gd_core.shapes import Array
from gd_ui.batch_sizes.controls import rates as rates_on_offer
from gd_ui.batch_sizes.race import TENFOLD, RaceSettings
from gd_ui.datasets import Loaded

COLUMNS = 40
"""Learning rates."""
DOUBLED, COARSE = (1, 2, 4, 8, 16, 32, 64), (1, 2, 4, 8, 16, 64, 256)
"""Batch sizes below all rows: doubled where that reaches far enough, else the larger ones in wider steps."""
SEEDS, FEWEST_SEEDS = 20, 5
"""Runs of a cell, and how few they may become before epochs are taken away."""
MOST_WORK = 140_000_000
"""Examples read by all runs of a map, times the parameters each example moves, plus one: seconds of one core."""
ROOM = 2_000_000
"""Numbers held at a time, 16 MB: the paths of a piece of the map, and the stream of examples behind them."""


@dataclass(frozen=True)
class MapSettings:
    """What names a map completely: the race's settings without its rate and its batch size."""

    data: str
    epochs: int
    order: str
    optimizer: str
    seed: int
    seeds: int
    start: tuple[float, ...]


class RateMap(NamedTuple):
    """The ends of all runs, S batch sizes by C learning rates by K seeds."""

    settings: MapSettings
    rates: tuple[float, ...]
    """(C,) ascending."""
    sizes: tuple[int, ...]
    """(S,) ascending; the last is all rows, which is batch descent."""
    loss: Array
    """(S, C, K) training loss after the last update; inf where it is not finite."""
    diverged: NDArray[np.bool_]
    """(S, C, K) whether the run diverged."""
    first: float
    """Training loss of the start."""

    @property
    def nbytes(self) -> int:
        """Memory held, in bytes."""
        return self.loss.nbytes + self.diverged.nbytes

    @property
    def middle(self) -> Array:
        """The median over the seeds (S, C); inf where half of them are lost."""
        return np.asarray(np.median(self.loss, axis=-1))

    @property
    def gone(self) -> NDArray[np.intp]:
        """How many seeds diverged (S, C)."""
        return np.asarray(self.diverged.sum(axis=-1))

    def best(self, row: int | None = None) -> tuple[int, int] | None:
        """Return row and column of the cell with the lowest median where no seed diverged, or None if there is none.

        Of the whole map, or of one row.
        """
        stable = np.where(self.gone == 0, self.middle, np.inf)
        if row is not None:
            stable[np.arange(len(stable)) != row] = np.inf
        found = divmod(int(stable.argmin()), stable.shape[1])
        return found if np.isfinite(stable[found]) else None


def batch_sizes(n: int) -> tuple[int, ...]:
    """Return up to eight batch sizes (S,) from one row to all n."""
    ladder = DOUBLED if n <= 2 * DOUBLED[-1] else COARSE
    return (*(size for size in ladder if size < n), n)


def learning_rates(loaded: Loaded) -> tuple[float, ...]:
    """Return the rates (C,) of the columns: evenly on a log scale between the slider's ends, to three digits."""
    low, *_, high = rates_on_offer(loaded)
    inner = [float(f"{rate:.3g}") for rate in np.geomspace(low, high, COLUMNS)[1:-1]]
    return (low, *inner, high)


def asked(race: RaceSettings) -> MapSettings:
    """Return the map that belongs to a race. In stored order nothing is drawn, and one run says all."""
    seeds = 1 if race.order == "sequential" else SEEDS
    return MapSettings(race.data, race.epochs, race.order, race.optimizer, race.seed, seeds, race.start)


def affordable(settings: MapSettings, loaded: Loaded) -> MapSettings:
    """Return the settings with as many seeds, and then epochs, as a shared server can run."""
    n, width = loaded.train.n, loaded.train.model.n_params + 1
    one = n * width * COLUMNS * len(batch_sizes(n))  # a seed of every cell, for an epoch
    seeds = min(settings.seeds, max(FEWEST_SEEDS, MOST_WORK // (one * settings.epochs)))
    return replace(settings, seeds=seeds, epochs=max(1, min(settings.epochs, MOST_WORK // (one * seeds))))


def run_map(settings: MapSettings, loaded: Loaded, report: Report = lambda fraction: None) -> RateMap:
    """Run every cell, size by size; `report` hears the finished share of all updates."""
    n, rates = loaded.train.n, learning_rates(loaded)
    sizes = batch_sizes(n)
    loss = np.empty((len(sizes), len(rates), settings.seeds))
    updates = np.array([settings.epochs * -(-n // size) for size in sizes])
    before = np.cumsum(updates) - updates
    for row, size in enumerate(sizes):
        share = part(report, before[row] / updates.sum(), updates[row] / updates.sum())
        # Batch descent has no chance in it: one run stands for all seeds.
        loss[row] = _ends(settings, loaded, None if size == n else size, rates, share)
    first = float(loaded.train.value(np.array([settings.start]))[0])
    far = TENFOLD * max(first, loaded.reference_loss)
    diverged = ~(loss <= far)
    if settings.optimizer == "gd":  # every full step overshoots further, however few they were
        diverged[-1] |= (np.array(rates)[:, None] > loaded.curvature.max_stable_learning_rate()) & (loss[-1] > first)
    return RateMap(settings, rates, sizes, loss, diverged, first)


def _ends(settings: MapSettings, loaded: Loaded, size: int | None, rates: tuple[float, ...], report: Report) -> Array:
    """Return the last loss (C, K) at every rate with one batch size, (C, 1) for all rows."""
    seeds = tuple(range(settings.seed, settings.seed + (1 if size is None else settings.seeds)))
    n, width = loaded.train.n, loaded.train.model.n_params
    kept = settings.epochs * (n + -(-n // (size or n)) * (width + 2))  # numbers of one run
    together = max(1, ROOM // (kept * len(seeds)))
    ends: list[Array] = []
    for start in range(0, len(rates), together):
        piece = rates[start : start + together]
        recipe = Recipe(
            learning_rate=tuple(rate for rate in piece for _ in seeds),
            optimizer=settings.optimizer,
            batch_size=size,
            order=settings.order,
            epochs=settings.epochs,
            seeds=seeds * len(piece),
            start=settings.start,
        )
        history = train(loaded.train, recipe, report=part(report, start / len(rates), len(piece) / len(rates)))
        lost = (history.diverged_at != NEVER) | ~np.isfinite(history.loss[:, -1])
        ends.append(np.where(lost, np.inf, history.loss[:, -1]).reshape(len(piece), len(seeds)))
    return np.concatenate(ends)
