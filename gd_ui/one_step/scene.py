"""The scene of one step: the descent, the update looked at, and the ground its point walks on."""

from __future__ import annotations

import functools
import math
from typing import NamedTuple

import numpy as np

from gd_core import History, coordinate_plane
from gd_ui.batch_sizes.frames import LARGEST
from gd_ui.batch_sizes.framing import Framing, View, frame
from gd_ui.batch_sizes.race import Race, RaceSettings
from gd_ui.charts.rings import ringed
from gd_ui.charts.template import Columns
from gd_ui.datasets import Loaded, load
from gd_ui.land import loss_bands
from gd_ui.methods import BATCH
from gd_ui.one_step.descent import DescentSettings, Moment, moment

GRADIENT_LENGTH = 0.5
"""The gradient is drawn at most this long, as a share of half a map."""
LARGEST_SCALE = 1000.0
"""A gradient is drawn at most this many times its length; where that is too short it is next to nothing."""
ROOM = 1.35
"""Maps reach this many times as far as those of a race."""


class Scene(NamedTuple):
    """What all pictures of a page are drawn from."""

    loaded: Loaded
    history: History
    now: Moment
    """The update looked at, or the last one whose numbers can be drawn."""
    first: Moment
    row: int
    point: int
    framing: Framing
    countable: int
    """Entries of the path that can be drawn."""
    arrow: float
    """The gradient is drawn this many times as long as it is."""

    @property
    def one_weight(self) -> bool:
        """Whether the model is y = w x."""
        return len(self.now.theta) == 1


def scene(loaded: Loaded, settings: DescentSettings, history: History, update: int, row: int, point: int) -> Scene:
    """Gather what the pictures need, at an update whose numbers can still be drawn."""
    bad = ~(np.abs(history.path[0]) < LARGEST).all(axis=1) | ~(history.loss[0] < LARGEST)
    countable = int(bad.argmax()) if bad.any() else len(bad)
    race = RaceSettings(settings.data, settings.learning_rate, loaded.train.n, settings.updates, start=settings.start)
    framing = _wider(frame(Race(race, {BATCH.name: history}, {}), loaded, View()), settings.data)
    first = moment(loaded, settings, history, 0)
    now = moment(loaded, settings, history, min(update, countable - 1))
    scale = arrow_scale(float(np.linalg.norm(now.gradient)), float(framing.half[1]))
    return Scene(loaded, history, now, first, row, point, framing, countable, scale)


def _wider(framing: Framing, data: str) -> Framing:
    """Give a map some ground around, on which an arrow that points uphill has room."""
    if framing.plane is None:
        return framing
    half = ROOM * framing.half
    land = _land(data, tuple(framing.centre.tolist()), float(half[1]))
    return framing._replace(half=half, land=land, about=framing.about | {"half": half[1]})


@functools.lru_cache(maxsize=64)
def _land(data: str, centre: tuple[float, float], half: float) -> Columns:
    loaded = load(data)
    plane = coordinate_plane(loaded.best, *View().plane or (1, 0))
    bands = loss_bands(loaded.train, loaded.best_loss, plane, np.array(centre), half)
    return ringed(bands, np.array(centre), half)


def arrow_scale(gradient: float, half: float) -> float:
    """Return the round number times which a gradient of this length fits a map, 1 if there is none."""
    if not 0 < gradient < LARGEST:
        return 1.0
    fits = min(GRADIENT_LENGTH * half / gradient, LARGEST_SCALE)
    power = 10.0 ** math.floor(math.log10(fits))
    return float(f"{max(step * power for step in (1, 2, 5) if step * power <= fits * (1 + 1e-9)):.1g}")
