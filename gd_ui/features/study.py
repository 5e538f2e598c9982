"""Features: one set of rows in several units, each with its own descent from the same first line.

Every unit is a Scaler: the original feature, the feature times ten, the standardised one. A Variant is the data seen
through one of them, with all that follows for descent; a Run is what a learning rate makes of it.
"""

from __future__ import annotations

import functools
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from gd_core import (
    LOSSES,
    SCALINGS,
    Curvature,
    Dataset,
    History,
    Objective,
    Recipe,
    Scaler,
    curvature,
    least_squares,
    linear,
    objective,
    original_units,
    train,
)
from gd_core.descent import quietly
from gd_core.scaling import constant_columns, scaled_units
from gd_core.shapes import Array
from gd_ui.datasets import short
from gd_ui.features.sets import FeatureSettings, first_rows, start_of, whole
from gd_ui.lanes import LANES, Lane

STRETCH = 10
"""How many times too large the course makes its "bad" feature."""
SHARE = 0.01
"""A run counts as arrived once this share of the loss above the best is left."""
EDGE = 1e-9
"""A rate this close to a limit, relatively, is at the limit."""
SCALERS = tuple(name for name in SCALINGS if name != "none")
"""The scalings on offer, by their names in the core."""
TITLES = {"standardise": "standardised", "min-max": "min-max", "mean-range": "mean-range"}
"""What a feature is called once it is scaled."""


class Variant(NamedTuple):
    """The training rows in one unit, and what that means for descent."""

    name: str
    lane: Lane
    scaler: Scaler
    train: Objective
    validation: Objective | None
    start: Array
    """(P,) the same line for all variants, in this one's units."""
    best: Array
    """(P,) least squares in this variant's units."""
    best_loss: float
    curvature: Curvature

    @property
    def kappa(self) -> float:
        """The condition number; inf where the rows leave a direction flat."""
        return self.curvature.condition

    @property
    def limit(self) -> float:
        """The largest stable learning rate 2/λmax."""
        return self.curvature.max_stable_learning_rate()

    @property
    def own_best(self) -> float:
        """2/(λmin + λmax), λmin being the smallest curvature that is one: a flat direction costs no loss."""
        curved = self.curvature.eigenvalues[_curved(self.curvature)]
        return float(2 / (curved[0] + curved[-1]))


class Run(NamedTuple):
    """One variant's descent."""

    variant: Variant
    learning_rate: float
    history: History

    @property
    def path(self) -> Array:
        """(T+1, P) parameters in the variant's units."""
        path: Array = self.history.path[0]
        return path

    @property
    def regime(self) -> str:
        """The regime of its rate."""
        return self.variant.curvature.regime(self.learning_rate)

    @property
    def end(self) -> Array:
        """(P,) the last parameters, in original units."""
        return in_original_units(self.path[-1], self.variant)

    @property
    def diverges(self) -> bool:
        """Whether its rate is beyond the limit; at the limit itself a run swings for ever."""
        return self.learning_rate > self.variant.limit * (1 + EDGE)


class Study(NamedTuple):
    """All variants of one data set, and their runs."""

    settings: FeatureSettings
    data: Dataset
    runs: list[Run]
    """The original feature first, the scaled one last."""
    best: Array
    """(P,) least squares in original units, solved in scaled ones, where no digits are lost."""

    @property
    def nbytes(self) -> int:
        """Memory of the paths."""
        return sum(run.history.path.nbytes + run.history.loss.nbytes for run in self.runs)

    @property
    def determined(self) -> bool:
        """Whether the rows fix a single best line: no direction of the loss is flat."""
        return bool(np.isfinite(self.runs[-1].variant.kappa))

    @property
    def constant(self) -> list[str]:
        """The names of the columns that do not vary in the training rows."""
        return [short(self.data.features[i]) for i in constant_columns(self.data.x[self.data.train])]


def variant(name: str, lane: Lane, scaler: Scaler, data: Dataset, start: Array) -> Variant:
    """See the data through a scaler; the start (P,) is given in original units."""

    def on(rows: NDArray[np.intp]) -> Objective:
        return objective(linear(data.x.shape[1]), LOSSES["squared"], scaler.apply(data.x[rows]), data.y[rows])

    training = on(data.train)
    best = least_squares(training)
    best_loss = float(training.value(best[None])[0])
    validation = on(data.validation) if len(data.validation) else None
    first = scaled_units(start, scaler, _target(data))
    return Variant(name, lane, scaler, training, validation, first, best, best_loss, curvature(training, best))


@functools.lru_cache(maxsize=32)
def variants(name: str, scaling: str, rows: int) -> tuple[Variant, ...]:
    """Return the variants compared: the original, with one feature also the stretched one, and the scaled one."""
    data, start = first_rows(whole(name), rows), start_of(name)
    x = data.x[data.train]
    original, one = SCALINGS["none"](x), x.shape[1] == 1
    found = [variant("original x" if one else "original units", LANES[0], original, data, start)]
    if one:
        found.append(variant(f"x × {STRETCH}", LANES[1], stretched(STRETCH), data, start))
    return (*found, variant(TITLES[scaling], LANES[2], SCALINGS[scaling](x), data, start))


@functools.lru_cache(maxsize=32)
def every_unit(name: str, rows: int) -> tuple[Variant, ...]:
    """Return the unscaled variants and those of all scalings."""
    scaled = [variants(name, scaling, rows) for scaling in SCALERS]
    return (*scaled[0][:-1], *(compared[-1] for compared in scaled))


def stretched(factor: float) -> Scaler:
    """Return the scaler that multiplies one feature by a factor: 10 makes the course's "bad" feature."""
    return Scaler(np.zeros(1), np.array([1 / factor]))


def study(settings: FeatureSettings) -> Study:
    """Run descent in every unit."""
    compared = variants(settings.data, settings.scaling, settings.rows)
    runs = [descent(v, settings.learning_rate or v.own_best, settings.steps) for v in compared]
    data = first_rows(whole(settings.data), settings.rows)
    return Study(settings, data, runs, in_original_units(compared[-1].best, compared[-1]))


def descent(variant: Variant, learning_rate: float, steps: int) -> Run:
    """Run batch descent from the variant's start."""
    recipe = Recipe(learning_rate=(learning_rate,), epochs=steps, start=tuple(variant.start.tolist()))
    return Run(variant, learning_rate, train(variant.train, recipe, variant.validation))


@quietly
def in_original_units(theta: Array, variant: Variant) -> Array:
    """Translate parameters (..., P) of a variant; those of a lost run become whatever infinity gives."""
    if not np.isfinite(theta).all():
        weights = theta[..., :-1] / variant.scaler.scale
        bias = theta[..., -1:] - (weights * variant.scaler.shift).sum(axis=-1, keepdims=True)
        return np.concatenate([weights, bias], axis=-1)
    return original_units(theta, variant.scaler, Scaler(np.zeros(1), np.ones(1)))


def steps_needed(variant: Variant, learning_rate: float, share: float = SHARE) -> int | None:
    """Return after how many steps `share` of the first loss above the best is left; None if that never happens.

    Every direction's part of that loss shrinks by (1 - rate λ)² per step, so no step need be made to know.
    """
    values, vectors = variant.curvature
    parts = np.where(_curved(variant.curvature), values, 0) * ((variant.start - variant.best) @ vectors) ** 2
    if parts.sum() <= 0:
        return 0
    parts, factors = parts / parts.sum(), np.abs(1 - learning_rate * values)
    if factors[parts > 0].max() >= 1 - 4 * np.finfo(float).eps:  # a rate at its limit, but for rounding
        return None

    def left(steps: int) -> float:
        return float((parts * factors ** (2.0 * steps)).sum())

    high = 1
    while left(high) > share:
        high *= 2
    low = high // 2
    while low < high:
        middle = (low + high) // 2
        low, high = (low, middle) if left(middle) <= share else (middle + 1, high)
    return low


def _curved(curvature: Curvature) -> NDArray[np.bool_]:
    """Which eigenvalues (P,) are more than rounding."""
    values = curvature.eigenvalues
    return np.asarray(values > values[-1] * len(values) * np.finfo(float).eps)


def _target(data: Dataset) -> Scaler:
    columns = data.y.shape[1]
    return Scaler(np.zeros(columns), np.ones(columns))
