"""Data: the course's data sets, generated here bit for bit, and data read from CSV.

Course letters: A one weight and three points, B a line with a hundred points, D applicants for a job, E a
line with a thousand points. (C uses real house prices.)
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from gd_core import checks
from gd_core.shapes import Array


class Dataset(NamedTuple):
    """Inputs and targets with their names, and which rows train. `dataset` builds it from checked arrays."""

    x: Array
    """(N, D)"""
    y: Array
    """(N, K)"""
    features: tuple[str, ...]
    """D names, with units where there are any."""
    targets: tuple[str, ...]
    """K names, with units where there are any."""
    source: str
    train: NDArray[np.intp]
    """Row numbers to train on."""
    validation: NDArray[np.intp]
    """Row numbers held out; may be empty."""


def dataset(
    x: ArrayLike,
    y: ArrayLike,
    features: Sequence[str],
    targets: Sequence[str],
    source: str,
    n_train: int | None = None,
) -> Dataset:
    """Return a Dataset whose first `n_train` rows train (all by default) and whose others validate.

    Raises ValueError naming the array when x (N, D) and y (N, K) are not finite, differ in length or do not
    match their names.
    """
    inputs, outputs = checks.array("x", x, ("N", len(features))), checks.array("y", y, ("N", len(targets)))
    if len(inputs) != len(outputs):
        raise ValueError(f"x and y must have the same number of rows; got {len(inputs)} and {len(outputs)}.")
    n_train = len(inputs) if n_train is None else checks.whole("n_train", n_train, 1, len(inputs))
    rows = np.arange(len(inputs))
    return Dataset(inputs, outputs, tuple(features), tuple(targets), source, rows[:n_train], rows[n_train:])


def three_points() -> Dataset:
    """Course A: (1, 2), (2, 4), (3, 6), on the line y = 2 x without noise; for the model y = w x, no bias."""
    return dataset([[1], [2], [3]], [[2], [4], [6]], ["x"], ["y"], "Course text A: y = 2x, no noise")


def noisy_line() -> Dataset:
    """Course B: y = 1 + 2 x + 0.1 N(0, 1), 100 points, x uniform on [0, 1), 80 to train.

    NumPy's legacy generator with seed 42 draws x, then the noise, then shuffles; the first 80 shuffled rows
    train.
    """
    rng = np.random.RandomState(42)
    x = rng.rand(100, 1)
    y = 1 + 2 * x + 0.1 * rng.randn(100, 1)
    rows = np.arange(100)
    rng.shuffle(rows)
    return dataset(x[rows], y[rows], ["x"], ["y"], "Course text B: y = 1 + 2x + noise 0.1, seed 42", n_train=80)


def noisy_line_start() -> tuple[float, float]:
    """Course B's start (w, b): legacy seed 42 again, two standard normal draws, b first."""
    b, w = np.random.RandomState(42).randn(2)
    return float(w), float(b)


def applicants() -> Dataset:
    """Course D, exercise 3: four applicants, their grades and practice scores (0 to 1), who is hired (1)."""
    x = [[1.0, 0.1], [0.1, 1.0], [0.1, 0.1], [1.0, 1.0]]
    return dataset(x, [[1], [0], [0], [1]], ["grades", "practice"], ["hired"], "Course text D, exercise 3")


def thousand_points() -> Dataset:
    """Course E: y = 1.915 x + 0.915 + N(0, 0.1), 1,000 points, x uniform on [-10, 10), all to train.

    The text gives no seed. Here NumPy's legacy generator with seed 0 draws all x, then all noise.
    """
    rng = np.random.RandomState(0)
    x = rng.uniform(-10, 10, (1000, 1))
    y = 1.915 * x + 0.915 + rng.normal(0, 0.1, (1000, 1))
    return dataset(x, y, ["x"], ["y"], "Course text E: y = 0.915 + 1.915x + noise 0.1, our seed 0")


COURSE_DATA: dict[str, Callable[[], Dataset]] = {
    "three-points": three_points,
    "line": noisy_line,
    "applicants": applicants,
    "thousand-points": thousand_points,
}
"""Also the names of the files in `data/`: line.csv and so on."""


def to_csv(data: Dataset) -> str:
    """Return the data as CSV: features, targets, and a last column `split` with train or validation.

    Numbers are written with as many digits as it takes to read back the same bits.
    """
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow([*data.features, *data.targets, "split"])
    held_out = set(data.validation.tolist())
    for i, row in enumerate(np.hstack([data.x, data.y]).tolist()):
        writer.writerow([*map(repr, row), "validation" if i in held_out else "train"])
    return text.getvalue()


def from_csv(text: str, n_targets: int, source: str) -> Dataset:
    """Read back what `to_csv` wrote; the last `n_targets` columns before `split` are the targets.

    Raises ValueError when there is no header, and naming the row (the header is row 1) and the column when a
    row has the wrong width, a cell is no finite number, or `split` says neither train nor validation.
    """
    try:
        header, *lines = csv.reader(io.StringIO(text))
    except (csv.Error, ValueError) as error:
        raise ValueError(f"text must be CSV with a header row; got {text[:40]!r}.") from error
    checks.whole("n_targets", n_targets, 1, len(header) - 2)
    names, values, splits = header[:-1], np.empty((len(lines), len(header) - 1)), []
    for i, line in enumerate(lines):
        if len(line) != len(header):
            raise ValueError(f"Row {i + 2} must have {len(header)} cells; got {len(line)}.")
        for j, cell in enumerate(line[:-1]):
            try:
                values[i, j] = float(cell)
            except ValueError:
                values[i, j] = np.nan
            if not np.isfinite(values[i, j]):
                raise ValueError(f"Row {i + 2}, column {names[j]!r} must be a finite number; got {cell!r}.")
        checks.choice(f"Row {i + 2}, column 'split'", line[-1], ("train", "validation"))
        splits.append(line[-1])
    d = len(names) - n_targets
    data = dataset(values[:, :d], values[:, d:], names[:d], names[d:], source)
    trains = np.array(splits) == "train"
    return data._replace(train=np.flatnonzero(trains), validation=np.flatnonzero(~trains))
