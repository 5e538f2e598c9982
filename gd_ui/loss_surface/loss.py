"""The loss surface of a lesson: the loss of some examples over two weights, its lowest point, and a walk down.

A map has two directions, so where a model has more weights the others stay at the least-squares solution: their share
of the prediction is taken off the target, and what is left is a model of two weights. All numbers of the page are about
that one. A model with a single weight has a curve instead of a map.
"""

from __future__ import annotations

import functools
import math
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from gd_core import LOSSES, Batching, History, Objective, Recipe, linear, objective, train
from gd_core.bowl import bowl
from gd_core.descent import quietly
from gd_core.shapes import Array
from gd_ui.datasets import CATALOGUE, Loaded, load
from gd_ui.loss_surface.absolute import lowest_absolute

SQUARED, ABSOLUTE = "squared", "absolute"
ALL, ONE, SOME = "all rows", "one example", "a mini-batch"
MARGIN = 1.28
"""A map reaches at least this many times as far from the solution as the start is."""
FLAT = 1e-9
"""A direction this much flatter than the steepest is level but for rounding."""


@dataclass(frozen=True)
class SurfaceSettings:
    """Which surface is looked at, and the walk on it."""

    data: str = "line"
    loss: str = SQUARED
    of: str = ALL
    """ALL, ONE or SOME: the examples whose mean loss is the height."""
    row: int = 1
    """The one example, counted from 1."""
    size: int = 16
    draw: int = 0
    """The mini-batch: its size, and the seed of the shuffled epoch it comes first in."""
    learning_rate: float = 0.1
    updates: int = 200

    @property
    def ground(self) -> SurfaceSettings:
        """The same surface without the walk, and without what its examples do not depend on."""
        bare = SurfaceSettings(self.data, self.loss, self.of)
        if self.of == ONE:
            return replace(bare, row=self.row)
        return replace(bare, size=self.size, draw=self.draw) if self.of == SOME else bare


class Lowest(NamedTuple):
    """Where a surface is lowest."""

    theta: Array
    """(Q,) the lowest point; of a trough, the one nearest to the start."""
    loss: float
    trough: Array | None
    """(Q,) the level direction, of length 1, if the surface is a trough without a single lowest point."""


class Ground(NamedTuple):
    """A surface over Q weights, one or two, and the square of it that is shown."""

    names: tuple[str, ...]
    """Q names of the weights: across, up."""
    everybody: Objective
    """The loss of all rows, a model of Q weights without intercept."""
    shown: Objective
    """The loss of the rows whose surface is shown."""
    rows: NDArray[np.intp]
    """Their row numbers, from 0."""
    start: Array
    """(Q,)"""
    centre: Array
    """(Q,)"""
    half: float
    """From the centre to the edge of the square."""
    lowest: Lowest

    @property
    def partial(self) -> bool:
        """Whether only some of the rows are shown."""
        return len(self.rows) < self.everybody.n


class Downhill(NamedTuple):
    """Where descent goes from the start: against the gradient."""

    everybody: Array
    """(Q,) minus the gradient of all rows."""
    shown: Array
    """(Q,) minus the gradient of the rows shown."""
    angle: float | None
    """Degrees between the two; None where one of them is zero."""
    to_lowest: float | None
    """Degrees between `shown` and the way to the lowest point of the surface shown."""


def weights(data: str) -> tuple[int, ...]:
    """Return the parameters that span the surface: across, up; or the only one."""
    return CATALOGUE[data].weights if len(load(data).names) > 1 else (0,)


def columns(loaded: Loaded, parameters: tuple[int, ...]) -> tuple[Array, Array]:
    """Return the inputs (N, Q) of some parameters, and the targets (N,) without the share of all others."""
    train_rows = loaded.train
    design = np.hstack([train_rows.x, np.ones((train_rows.n, 1))]) if train_rows.model.bias else train_rows.x
    others = [p for p in range(design.shape[1]) if p not in parameters]
    return design[:, list(parameters)], train_rows.y[:, 0] - design[:, others] @ loaded.best[others]


def on_columns(inputs: Array, targets: Array, loss: str) -> Objective:
    """Return the objective of a weight for each input and no intercept."""
    return objective(linear(inputs.shape[1], bias=False), LOSSES[loss], inputs, targets)


@functools.lru_cache(maxsize=64)
def ground(settings: SurfaceSettings) -> Ground:
    """Return the surface that `settings.ground` names."""
    loaded, parameters = load(settings.data), weights(settings.data)
    inputs, targets = columns(loaded, parameters)
    rows = chosen_rows(settings, loaded.train.n)
    shown = on_columns(inputs[rows], targets[rows], settings.loss)
    start = np.array(CATALOGUE[settings.data].start)[list(parameters)]
    centre, half = framed(start, loaded.best[list(parameters)])
    names = tuple(loaded.names[p] for p in parameters)
    everybody = on_columns(inputs, targets, settings.loss)
    return Ground(names, everybody, shown, rows, start, centre, half, lowest(shown, start))


def chosen_rows(settings: SurfaceSettings, n: int) -> NDArray[np.intp]:
    """Return the numbers, from 0, of the rows whose surface is shown."""
    if settings.of == ONE:
        return np.array([settings.row - 1])
    if settings.of == SOME:
        stream = Batching(settings.size).plan(n, 1, [settings.draw]).stream
        assert stream is not None  # only batch descent has none
        first: NDArray[np.intp] = stream[0, : settings.size]
        return first
    return np.arange(n)


def framed(start: Array, best: Array) -> tuple[Array, float]:
    """Return centre (Q,) and half side of a square with round ends that holds start and solution.

    A single weight is shown from 0, as the course does, or from wherever the start is if that is lower.
    """
    if len(start) == 1:
        low, high = min(0.0, *start, *(2 * best)), max(0.0, *start, *(2 * best))
        return np.array([(low + high) / 2]).round(9), round((high - low) / 2, 9)
    half = rounded_up(MARGIN * float(np.abs(start - best).max()) or 1.0)
    digits = -math.floor(math.log10(half / 2.5))
    return np.round(best, digits), half


def rounded_up(value: float) -> float:
    """Return the next number with one digit out of 1, 1.5, 2, 3, 5, 7."""
    power = math.floor(math.log10(value))
    return next(step for m in (1, 1.5, 2, 3, 5, 7, 10) if (step := float(f"{m}e{power}")) >= value * (1 - 1e-9))


def lowest(on: Objective, start: Array) -> Lowest:
    """Return the lowest point of an objective made by `on_columns`, exactly; of a trough, that nearest to `start`."""
    theta = bowl(on).best if on.quadratic else lowest_absolute(on.x, on.y[:, 0])
    _, lengths, directions = np.linalg.svd(np.linalg.qr(on.x, mode="r"))  # of few numbers, however many rows
    level = len(lengths) < len(theta) or lengths[-1] <= FLAT * lengths[0]
    trough = directions[-1] if level else None
    if trough is not None:
        theta = theta + trough * (trough @ (start - theta))
    return Lowest(theta, float(on.value(theta[None])[0]), trough)


def lowest_along(ground: Ground, i: int, cut: Array) -> float | None:
    """Return the value of weight i with the least loss, the other fixed at cut (Q,); None on level ground."""
    on = ground.shown
    column, others = on.x[:, [i]], [q for q in range(len(cut)) if q != i]
    if not np.abs(column).max() > 0:
        return None
    alone = on._replace(model=linear(1, bias=False), x=column, y=on.y - on.x[:, others] @ cut[others, None])
    return float(lowest(alone, cut[[i]]).theta[0])


@functools.lru_cache(maxsize=64)
def walk(settings: SurfaceSettings) -> History:
    """Return batch descent on the surface shown, from the start."""
    land = ground(settings.ground)
    recipe = Recipe((settings.learning_rate,), epochs=settings.updates, start=tuple(land.start.tolist()))
    return train(land.shown, recipe)


@quietly
def downhill(land: Ground) -> Downhill:
    """Return the two directions of steepest descent at the start, and the angles that matter."""
    here = land.start[None]
    everybody, shown = -land.everybody.grad(here)[0], -land.shown.grad(here)[0]
    return Downhill(everybody, shown, angle(everybody, shown), angle(shown, land.lowest.theta - land.start))


def angles_of_examples(land: Ground) -> Array:
    """Return for every row the degrees (N,) between its own downhill at the start and that of all rows.

    A row whose gradient is zero there has no direction and is NaN.
    """
    n = land.everybody.n
    every = -land.everybody.grad(land.start[None])
    own = -land.everybody.grad(np.tile(land.start, (n, 1)), np.arange(n)[:, None])  # a batch of one row for each
    lengths = np.linalg.norm(own, axis=1) * np.linalg.norm(every)
    usable = lengths > 0
    angles = np.full(n, np.nan)
    angles[usable] = _degrees(own[usable], every)
    return angles


def angle(one: Array, other: Array) -> float | None:
    """Return the degrees between two directions (Q,), None where one of them is zero."""
    if not min(np.linalg.norm(one), np.linalg.norm(other)) > 0:
        return None
    return float(_degrees(one[None], other[None])[0])


def _degrees(one: Array, other: Array) -> Array:
    """Degrees (R,) between directions (R, Q): half of it from the sum and the difference of unit vectors.

    Exact for nearly equal directions, where the cosine is not.
    """
    one, other = (vectors / np.linalg.norm(vectors, axis=1, keepdims=True) for vectors in (one, other))
    apart, together = np.linalg.norm(one - other, axis=1), np.linalg.norm(one + other, axis=1)
    return np.asarray(np.degrees(2 * np.arctan2(apart, together)))
