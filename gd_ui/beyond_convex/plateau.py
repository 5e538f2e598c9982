"""Plateaus: how long a descent stays where nearly nothing slopes, by how close to the middle it starts and how deep.

A chain of P weights learns y = w1 · … · wP · x on course A's points. Near 0 the slope is a product of the other
weights: the longer the chain, the flatter the plateau. Along equal weights w the update is at first
w ← w + rate · s · w^(P-1), s = 2 mean(x y).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from gd_core import NEVER, OPTIMIZERS, Batching, Chain
from gd_core.descent import Report, loop, part, quietly
from gd_core.shapes import Array
from gd_ui.beyond_convex.noise import LEFT, course_chain

CHAINS = (2, 3, 4, 5)
"""Weights in a row."""
NEAREST, FARTHEST, COUNT = 1e-3, 0.5, 10
"""Starts tried, evenly on a log scale."""
CAP = 2000
"""Updates after which a run that is still on the plateau is no longer followed."""
PIECE = 250
"""Updates between looks whether all have left."""


@dataclass(frozen=True)
class PlateauSettings:
    """What names the runs completely."""

    rate: float
    start: float
    """Every weight of the run whose loss is shown starts here."""


class Stay(NamedTuple):
    """The runs of one chain: the first from the chosen start, the others from all the distances."""

    weights: int
    left_at: NDArray[np.intp]
    """(1 + COUNT,) the update at which each had left, or NEVER within CAP."""
    predicted: Array
    """(1 + COUNT,) updates, from the slope near 0 alone."""
    loss: Array
    """(T+1,) of the run from the chosen start."""


class Plateaus(NamedTuple):
    """The stays of all chains."""

    settings: PlateauSettings
    starts: Array
    """(1 + COUNT,) the chosen start, then the others."""
    stays: tuple[Stay, ...]
    curvature: float
    """s = 2 mean(x y), by which a small weight of a chain of two grows; minus the saddle's lowest curvature."""

    @property
    def nbytes(self) -> int:
        """Memory held, in bytes."""
        return sum(stay.loss.nbytes for stay in self.stays)


def run_plateaus(settings: PlateauSettings, report: Report = lambda fraction: None) -> Plateaus:
    """Let chains of every length start at every distance, and note when each has left the plateau."""
    starts = np.array([settings.start, *np.geomspace(NEAREST, FARTHEST, COUNT)])
    stays = []
    for i, weights in enumerate(CHAINS):
        inner = part(report, i / len(CHAINS), 1 / len(CHAINS))
        stays.append(_stay(course_chain(0.0, weights), settings.rate, starts, inner))
    return Plateaus(settings, starts, tuple(stays), push(course_chain(0.0)))


def push(loss: Chain) -> float:
    """Return s = 2 mean(x y)."""
    return float(2 * (loss.x * loss.y).mean())


@quietly
def _stay(loss: Chain, rate: float, starts: Array, report: Report) -> Stay:
    """Descend from equal weights until all have left or CAP updates are made."""
    theta = np.tile(starts[:, None], (1, loss.n_params))
    threshold = LEFT * float(loss.value(np.zeros((1, loss.n_params)))[0])
    heights = [loss.value(theta)[:, None]]
    for done in range(0, CAP, PIECE):
        path = loop(loss, OPTIMIZERS["gd"](rate), theta, Batching().plan(loss.n, PIECE, [0]))
        heights.append(loss.value(path[:, 1:].reshape(-1, loss.n_params)).reshape(len(starts), PIECE))
        theta = path[:, -1]
        report((done + PIECE) / CAP)
        if (np.min([height.min(axis=1) for height in heights], axis=0) < threshold).all():
            break
    height = np.concatenate(heights, axis=1)
    below = height < threshold
    left = np.where(below.any(axis=1), below.argmax(axis=1), NEVER)
    return Stay(loss.n_params, left, predicted(loss, rate, starts), height[0])


def predicted(loss: Chain, rate: float, starts: Array) -> Array:
    """Return after how many updates chains of equal weights (R,) should have left, (R,), from the slope near 0 alone.

    Two weights: each update multiplies w by 1 + rate · s. More: w' = rate · s · w^(P-1), whose time from d to the edge
    e is (d^(2-P) - e^(2-P)) / ((P-2) · rate · s).
    """
    slope = float((loss.x * loss.y).sum() / (loss.x**2).sum())
    edge = (slope * (1 - LEFT**0.5)) ** (1 / loss.n_params)  # where the loss has fallen to the share LEFT
    inside = np.minimum(starts, edge)
    if loss.n_params == 2:
        return np.asarray(np.log(edge / inside) / np.log1p(rate * push(loss)))
    power = 2.0 - loss.n_params
    return np.asarray((inside**power - edge**power) / (-power * rate * push(loss)))
