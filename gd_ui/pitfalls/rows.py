"""The rows the pitfalls run on: the course's own house prices where the file is at hand, patients everywhere else.

Both are treated as the course treats its house prices: the first four fifths of the rows train, and every column, the
target too, becomes (v - mean) / (max - min) by the training rows.
"""

from __future__ import annotations

import functools
import json
from typing import Any, NamedTuple

import numpy as np

from gd_core import Dataset, Problem, prepare
from gd_core.shapes import Array
from gd_ui.datasets import diabetes, short
from gd_ui.housing import boston, has_boston
from gd_ui.lessons import ROOT

PATIENTS, HOUSES = "diabetes", "boston"
LARGEST_BATCH, FEWEST = 100, 4
"""The course's batches of its house prices, and the rows of the last batch of an epoch."""


class Rows(NamedTuple):
    """Training and held-out rows, scaled as the course scales them, and the columns as they came."""

    name: str
    x: Array
    """(N, D)"""
    y: Array
    """(N,)"""
    raw: Array
    """(N, D) in the columns' own units."""
    raw_held_out: Array
    """(M, D)"""
    held_out_x: Array
    """(M, D) scaled by the training rows."""
    held_out_y: Array
    """(M,)"""
    columns: tuple[str, ...]
    """D names."""
    pair: tuple[int, int]
    """Two columns whose weights are trained alone."""

    @property
    def n(self) -> int:
        """N."""
        return len(self.y)

    @property
    def batch_size(self) -> int:
        """The largest size, up to the course's, that leaves a last batch no larger than the course's."""
        return next(size for size in range(LARGEST_BATCH, 1, -1) if 0 < self.n % size <= FEWEST)

    def start(self, seed: int = 0) -> Array:
        """Return (D,) standard normal weights of NumPy's legacy generator, as the course draws them."""
        return np.random.RandomState(seed).randn(self.x.shape[1])

    @property
    def from_the_course(self) -> bool:
        """Whether these are the rows the course prints numbers for."""
        return self.name == HOUSES


def offered() -> list[str]:
    """Return the names of the rows at hand, the default first."""
    return [PATIENTS, HOUSES] if has_boston() else [PATIENTS]


@functools.cache
def rows(name: str) -> Rows:
    """Load, split and scale one of `offered`. Raises gd_ui.housing.Unavailable where the file is missing."""
    data, pair = (boston(), (5, 9)) if name == HOUSES else (_first_four_fifths(diabetes()), (2, 3))
    task = prepare(Problem(name, scaling="mean-range"), data)
    held_out = data.validation
    return Rows(
        name,
        task.train.x,
        task.train.y[:, 0],
        data.x[data.train],
        data.x[held_out],
        task.features.apply(data.x[held_out]),
        task.target.apply(data.y[held_out])[:, 0],
        tuple(short(column) for column in data.features),
        pair,
    )


@functools.cache
def printed() -> dict[str, Any]:
    """Return the numbers the course prints for its house prices."""
    text = (ROOT / "data" / "course_numbers.json").read_text(encoding="utf-8")
    numbers: dict[str, Any] = json.loads(text)["housing"]
    return numbers


def _first_four_fifths(data: Dataset) -> Dataset:
    numbers = np.arange(len(data.y))
    n = 4 * len(data.y) // 5
    return data._replace(train=numbers[:n], validation=numbers[n:])
