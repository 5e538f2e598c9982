"""Many starts at once: descents side by side on one land, and where every start of a map ends."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from gd_core import OPTIMIZERS, Batching, History, descend
from gd_core.descent import Report, quietly
from gd_core.shapes import Array
from gd_ui.beyond_convex.lands import NEAR, NOWHERE, Land, Point, land
from gd_ui.charts.regions import region_outlines

ON_THE_WAY, RESTING, DIVERGED = NOWHERE, -2, -3
"""Fates of a run that ended in no valley: still moving, at rest on a saddle, or gone."""
GONE = 1e6
"""A weight beyond this many half views is gone, though it may still be a number."""
STILL = 1e-9
"""A run rests where an update of plain descent would move it by less than this share of half the view."""
PATIENCE = 2000
"""Further updates given to a run that rests on a saddle, to see whether it leaves."""

SLOWEST = 1e-5
"""The smallest rate on offer."""

SIDE = 5
"""Starts along each side of the grid; an odd number puts some exactly on the axes."""
SPREAD = 0.8
"""The starts reach so far into half the view."""
CELLS = 200
"""Starts along each side of the map."""
WIDE = 1.25
"""A map of starts is this many times as wide as high: about what its panel shows."""
MAP_UPDATES = 600
"""Updates after which a start of the map is called on its way."""
BLOCK = 10_000
"""Starts computed together: as many as the processor's cache holds."""
GLANCE = 25
"""Updates between looks whether all of a block have come to rest."""


@dataclass(frozen=True)
class Flock:
    """What names the runs completely."""

    land: str
    rate: float
    optimizer: str
    starts: str
    """A name in STARTS."""
    updates: int
    seed: int = 0
    start: Point = (0.0, 0.0)
    """The one start of "one"."""


class Runs(NamedTuple):
    """The histories of all starts, and how each ended."""

    flock: Flock
    history: History
    fates: NDArray[np.intp]
    """(R,) the index of a valley, or one of the other fates."""
    still_resting: NDArray[np.bool_]
    """(R,) whether a run that rests is still at its saddle after PATIENCE more updates."""
    remedy: float | None
    """If a run diverged, a smaller rate at which none does; None if there is no such rate on offer."""

    @property
    def nbytes(self) -> int:
        """Memory held, in bytes."""
        return sum(array.nbytes for array in self.history if isinstance(array, np.ndarray))


class Basins(NamedTuple):
    """Where every start of a map ends."""

    fates: NDArray[np.intp]
    """(CELLS, CELLS), the first row at the top, the first column at the left."""
    outlines: dict[int, str]
    """Of the region of each fate, in heights of cells from the upper left corner."""

    @property
    def nbytes(self) -> int:
        """Memory held, in bytes."""
        return self.fates.nbytes + sum(map(len, self.outlines.values()))

    def share(self, fate: int) -> float:
        """Return the share of the starts with a fate."""
        return float((self.fates == fate).mean())


def _grid(flock: Flock, on: Land) -> Array:
    along = SPREAD * on.half * np.linspace(-1, 1, SIDE)
    grid = np.stack(np.meshgrid(along, along[::-1]), axis=-1).reshape(-1, 2)
    return np.asarray(on.centre + grid)


def _random(flock: Flock, on: Land) -> Array:
    draws = np.random.default_rng(flock.seed).uniform(-1, 1, (SIDE**2, 2))
    return np.asarray(on.centre + on.half * draws)


def _one(flock: Flock, on: Land) -> Array:
    return np.array([flock.start])


STARTS = {"grid": _grid, "random": _random, "one": _one}
"""Ways to choose the starts (R, 2)."""


@quietly
def fates(theta: Array, on: Land) -> NDArray[np.intp]:
    """Return how runs that now stand at theta (R, 2) have ended, (R,)."""
    found = on.valley_at(theta)
    _, away = on.nearest_saddle(theta)
    moves = on.learning_rate * np.abs(on.loss.grad(theta)).max(axis=1)
    found[(away < NEAR * on.half) & (moves < STILL * on.half)] = RESTING
    found[~(np.abs(theta) < GONE * on.half).all(axis=1)] = DIVERGED
    return found


def run_flock(flock: Flock, report: Report = lambda fraction: None) -> Runs:
    """Descend from all starts side by side, and go on with those that rest on a saddle."""
    on = land(flock.land)
    theta = STARTS[flock.starts](flock, on)
    history = _descended(flock, theta, flock.updates, report)
    ended = fates(history.path[:, -1], on)
    still = ended == RESTING
    if still.any():
        later = _descended(flock, history.path[still, -1], PATIENCE).path[:, -1]
        still[still] = fates(later, on) == RESTING
    return Runs(flock, history, ended, still, _tamed(flock, theta) if (ended == DIVERGED).any() else None)


def _descended(flock: Flock, theta: Array, updates: int, report: Report = lambda fraction: None) -> History:
    on = land(flock.land)
    plan = Batching().plan(on.loss.n, updates, [flock.seed])
    return descend(on.loss, OPTIMIZERS[flock.optimizer](flock.rate), theta, plan, report=report)


def map_axes(on: Land) -> tuple[Array, Array]:
    """Return the middles of the map's cells, across (CELLS,) and upwards (CELLS,)."""
    middles = (np.arange(CELLS) + 0.5) / CELLS * 2 - 1
    return on.centre[0] + WIDE * on.half * middles, on.centre[1] + on.half * middles


def run_basins(name: str, rate: float, optimizer: str, report: Report = lambda fraction: None) -> Basins:
    """Descend from every cell of the map and return where each ends."""
    on = land(name)
    across, up = map_axes(on)
    starts = np.stack(np.meshgrid(across, up[::-1]), axis=-1).reshape(-1, 2)
    ends = []
    for first in range(0, len(starts), BLOCK):
        ends.append(_ends(on, starts[first : first + BLOCK], rate, optimizer))
        report(min(1.0, (first + BLOCK) / len(starts)))
    found = fates(np.concatenate(ends), on).reshape(CELLS, CELLS)
    return Basins(found, region_outlines(found, WIDE))


@quietly
def _ends(on: Land, theta: Array, rate: float, optimizer: str) -> Array:
    """Return where runs from theta (R, 2) stand after MAP_UPDATES updates, or once none of them moves any more."""
    rule = OPTIMIZERS[optimizer](rate)
    state = rule.init(theta)
    for update in range(MAP_UPDATES):
        step, state = rule.update(on.loss.grad(theta), state)
        theta = theta + step
        if update % GLANCE == 0 and not (np.abs(step) > 1e-3 * STILL * on.half).any():
            break
    return theta


def _tamed(flock: Flock, theta: Array) -> float | None:
    """Return the next smaller rate, halving, at which no start (R, 2) diverges."""
    while (rate := float(f"{flock.rate / 2:.1g}")) >= SLOWEST:
        flock = replace(flock, rate=rate)
        history = _descended(flock, theta, flock.updates)
        if not (fates(history.path[:, -1], land(flock.land)) == DIVERGED).any():
            return rate
    return None
