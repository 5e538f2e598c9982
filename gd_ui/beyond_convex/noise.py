"""Does the noise of single examples help a run off a saddle? Many seeds, where it cannot and where it can.

Both learn the points of course A. With y = w1 · w2 · x every example pulls along the same line through the saddle. With
a second input z, y = w1 · w2 · x + (w1 + w2) · z, every point is there twice, with z = +d and z = -d: all rows together
still pull along the line, a single one does not.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from gd_core import NEVER, OPTIMIZERS, Batching, Chain, chain, everywhere, three_points
from gd_core.batching import Plan
from gd_core.descent import Report, loop
from gd_core.shapes import Array

SEEDS = 200
UPDATES = 600
START = (1.0, -1.0)
"""On the line w1 = -w2, which leads to the saddle at 0."""
LEFT = 0.5
"""A run has left once its loss on all rows is below this share of the loss at the saddle."""
SHOWN = 12
"""Paths drawn."""
WEAKER = (0.01, 0.1)
"""The strengths that are tried besides the chosen one, as shares of it."""


@dataclass(frozen=True)
class NoiseSettings:
    """What names the comparison completely."""

    rate: float
    strength: float
    """d of the second input; above zero."""


class Escapes(NamedTuple):
    """When the runs of one case left the saddle."""

    strength: float
    """d of the second input, 0 for course A as it is."""
    left_at: NDArray[np.intp]
    """(R,) the first update after which a run had left, or NEVER."""
    paths: Array
    """(SHOWN or fewer, T+1, 2) the first runs."""
    farthest: float
    """The largest |w1 + w2| of any run: how far any of them ever was from the line."""

    @property
    def left(self) -> NDArray[np.intp]:
        """When those left that did, in order."""
        return np.sort(self.left_at[self.left_at != NEVER])

    def quantiles(self) -> tuple[float, float, float] | None:
        """Return the 10 %, 50 % and 90 % quantile of all runs' escape times; None if so many have not left."""
        times = np.where(self.left_at == NEVER, np.inf, self.left_at)
        low, middle, high = np.quantile(times, (0.1, 0.5, 0.9), method="higher")
        return (float(low), float(middle), float(high)) if np.isfinite(high) else None


class Noise(NamedTuple):
    """All cases: course A as it is, the second input at several strengths, and batch descent with it."""

    settings: NoiseSettings
    course: Escapes
    weaker: tuple[Escapes, ...]
    pushed: Escapes
    batch: Escapes

    @property
    def nbytes(self) -> int:
        """Memory held, in bytes."""
        cases = (self.course, *self.weaker, self.pushed, self.batch)
        return sum(case.left_at.nbytes + case.paths.nbytes for case in cases)


def course_chain(strength: float, weights: int = 2) -> Chain:
    """Return the loss of course A's points under a chain of weights, with a second input or without."""
    data = three_points()
    return chain(data.x[:, 0], data.y[:, 0], weights, strength)


def run_noise(settings: NoiseSettings, report: Report = lambda fraction: None) -> Noise:
    """Start every run on the line to the saddle and note when it leaves."""
    strengths = (0.0, *(share * settings.strength for share in WEAKER), settings.strength)
    cases = []
    for i, strength in enumerate(strengths, start=1):
        cases.append(_escapes(strength, settings.rate, 1, SEEDS))
        report(i / len(strengths))
    course, *weaker, pushed = cases
    batch = _escapes(settings.strength, settings.rate, None, 1)
    return Noise(settings, course, tuple(weaker), pushed, batch)


def _escapes(strength: float, rate: float, size: int | None, runs: int) -> Escapes:
    loss = course_chain(strength)
    path = loop(loss, OPTIMIZERS["gd"](rate), np.tile(START, (runs, 1)), _plan(loss.n, size, runs))  # (R, T+1, 2)
    height = everywhere(loss.value, path, loss.n)
    return Escapes(strength, left_at(height, loss), path[:SHOWN], float(np.abs(path.sum(axis=2)).max()))


def _plan(n: int, size: int | None, runs: int) -> Plan:
    """Return UPDATES updates of so many runs."""
    epochs = UPDATES if size is None else -(-UPDATES * size // n)
    return Batching(size).plan(n, epochs, range(runs)).until(UPDATES)


def left_at(height: Array, loss: Chain) -> NDArray[np.intp]:
    """Return the first update (R,) by which the saddle had been left, or NEVER, from losses (R, T+1).

    A run comes down to the saddle first, so its loss falls below any share of the saddle's only beyond it.
    """
    threshold = LEFT * float(loss.value(np.zeros((1, loss.n_params)))[0])
    below = height < threshold
    return np.where(below.any(axis=1), below.argmax(axis=1), NEVER)
