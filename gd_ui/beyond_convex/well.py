"""One weight and two valleys: which start ends where, at every learning rate."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from gd_core import LANDSCAPES, NEVER, OPTIMIZERS, Batching, History, descend
from gd_core.descent import Report, quietly
from gd_core.shapes import Array
from gd_ui.beyond_convex.starts import CELLS, DIVERGED, ON_THE_WAY, WIDE
from gd_ui.charts.regions import region_outlines

WELL = LANDSCAPES["double well"]
HALF = 2.0
"""Half the view's height; across, the map has starts up to WIDE times as far."""
LOWEST, HIGHEST = 0.005, 0.5
"""Rates on the map."""
MAP_UPDATES = 400
NEAR = 0.01
"""A run is in a valley this close to its floor."""
GONE = 1e3
"""A weight beyond this has diverged."""
UPDATES = 60
"""Shown of the one run."""
PATIENCE = 2000
"""Updates given to the run from the top."""


@dataclass(frozen=True)
class WellSettings:
    """What names the one run completely."""

    start: float
    rate: float


class Well(NamedTuple):
    """The one run."""

    settings: WellSettings
    history: History
    fate: int
    """After MAP_UPDATES updates: 0 the deeper valley, 1 the other, or another fate."""


class WellMap(NamedTuple):
    """Where every start ends at every rate."""

    fates: NDArray[np.intp]
    """(CELLS, CELLS), the highest rate at the top, starts from left to right."""
    outlines: dict[int, str]

    @property
    def nbytes(self) -> int:
        """Memory held, in bytes."""
        return self.fates.nbytes + sum(map(len, self.outlines.values()))


def starts() -> Array:
    """Return the starts of the map's columns, (CELLS,)."""
    return WIDE * HALF * ((np.arange(CELLS) + 0.5) / CELLS * 2 - 1)


def rates() -> Array:
    """Return the rates of the map's rows from below, (CELLS,)."""
    return np.asarray(LOWEST * (HIGHEST / LOWEST) ** ((np.arange(CELLS) + 0.5) / CELLS))


def height_of(rate: float) -> float:
    """Return where a rate stands on the map's vertical axis, from -HALF to HALF."""
    return float(HALF * (2 * np.log(rate / LOWEST) / np.log(HIGHEST / LOWEST) - 1))


def fates(w: Array) -> NDArray[np.intp]:
    """Return how runs that now stand at w (R,) have ended, (R,)."""
    away = np.abs(w[:, None] - np.array(WELL.minima)[:, 0])
    found = np.where(away.min(axis=1) < NEAR, away.argmin(axis=1), ON_THE_WAY)
    found[~(np.abs(w) < GONE)] = DIVERGED
    return found


@quietly
def run_well_map(report: Report = lambda fraction: None) -> WellMap:
    """Descend from every start at every rate, all side by side."""
    w, rate = (grid.reshape(-1, 1) for grid in np.meshgrid(starts(), rates()[::-1]))
    for update in range(MAP_UPDATES):
        w = w - rate * WELL.grad(w)
        if update % 50 == 0:
            report(update / MAP_UPDATES)
    found = _settled(w[:, 0], (w - rate * WELL.grad(w))[:, 0]).reshape(CELLS, CELLS)
    return WellMap(found, region_outlines(found, WIDE))


def _settled(now: Array, later: Array) -> NDArray[np.intp]:
    """Return fates (R,) of runs at places (R,) an update apart: what jumps to and fro may be near a floor for once."""
    found = fates(now)
    return np.where(found == fates(later), found, ON_THE_WAY)


def run_well(settings: WellSettings) -> Well:
    """Descend once, as long as on the map."""
    history = _descended(settings.start, settings.rate, MAP_UPDATES + 1)
    *_, now, later = history.path[0]
    return Well(settings, history, int(_settled(now, later)[0]))


def leaves_the_top(rate: float) -> tuple[float, int]:
    """Return the slope on the number closest to the top, and when a run from there has left (or NEVER)."""
    (top,) = WELL.saddles[0]
    path = _descended(top, rate, PATIENCE).path[0, :, 0]
    away = ~(np.abs(path - top) < NEAR)
    slope = float(WELL.grad(np.array([[top]]))[0, 0])
    return slope, int(away.argmax()) if away.any() else NEVER


def _descended(start: float, rate: float, updates: int) -> History:
    return descend(WELL, OPTIMIZERS["gd"](rate), np.array([[start]]), Batching().plan(1, updates, [0]))
