"""What the features lesson can be asked for: its data sets, in their own units, and the settings a reader chooses."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from gd_core import Dataset, noisy_line, noisy_line_start
from gd_core.shapes import Array
from gd_ui.datasets import breast_cancer, diabetes, wine

HELD_OUT, SPLIT_SEED = 0.2, 42
"""How sets without a split of their own are split; `gd_core.prepare` splits alike."""


class FeatureSet(NamedTuple):
    """A data set of this lesson, with the settings it starts from."""

    about: str
    load: Callable[[], Dataset]
    start: tuple[float, ...] | None
    """theta (P,) in original units; None starts from zero, the same line in all units."""
    learning_rate: float
    steps: int
    own_best: bool
    """Whether each variant takes its own best rate until the reader says otherwise."""


SETS: dict[str, FeatureSet] = {
    "line": FeatureSet(
        "Course text B: y = 1 + 2x with a little noise, one feature.", noisy_line, noisy_line_start(), 0.5, 60, False
    ),
    "diabetes": FeatureSet(
        "442 patients, ten measurements in their own units; target: a score of progression.",
        diabetes, None, 0.1, 500, True,
    ),
    "wine": FeatureSet(
        "178 wines, thirteen measurements; target: the grower's number, treated as a number with the squared loss.",
        wine, None, 0.1, 500, True,
    ),
    "breast cancer": FeatureSet(
        "569 tumours, thirty measurements; target: 0 malignant or 1 benign, treated as a number with the squared loss.",
        breast_cancer, None, 0.05, 500, True,
    ),
}  # fmt: skip
"""By the name that stands on the control and in a link as `data=`."""


@dataclass(frozen=True)
class FeatureSettings:
    """What the reader has chosen; names everything the page shows."""

    data: str = "line"
    scaling: str = "standardise"
    learning_rate: float | None = 0.5
    """One for all, or None: each variant takes its own best."""
    rows: int = 80
    """Training rows used: the first so many."""
    steps: int = 60


@functools.cache
def whole(name: str) -> Dataset:
    """Load a set, with training and validation rows."""
    data = SETS[name].load()
    if len(data.validation):
        return data
    rows = np.random.default_rng(SPLIT_SEED).permutation(len(data.y))
    held_out = round(HELD_OUT * len(rows))
    return data._replace(train=rows[held_out:], validation=rows[:held_out])


def first_rows(data: Dataset, rows: int) -> Dataset:
    """Return the data with only the first so many training rows."""
    return data._replace(train=data.train[:rows])


def start_of(name: str) -> Array:
    """Return where descent starts (P,), in original units."""
    start = SETS[name].start
    return np.zeros(whole(name).x.shape[1] + 1) if start is None else np.array(start)
