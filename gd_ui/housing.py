"""House prices: two data sets that are not stored here, found in a folder of the reader's or fetched on request.

A CSV in the folder named by the environment variable GD_DATA comes first. Without one the set is fetched from OpenML,
which takes a connection; what was fetched is kept by scikit-learn in its own folder.
"""

from __future__ import annotations

import csv
import functools
import os
from pathlib import Path

import numpy as np

from gd_core.data import Dataset, dataset
from gd_core.shapes import Array

FOLDER = "GD_DATA"
"""The environment variable that names the folder."""
BOSTON_FILE, CALIFORNIA_FILE = "boston_housing.csv", "california_housing.csv"
TRAINING_ROWS = 404
"""The course trains on the first 404 rows of the Boston set."""
WHY_RETIRED = (
    "scikit-learn removed the Boston set: one of its columns was built on the assumption that racial segregation "
    "raises prices. It is offered here for the course's numbers only."
)
_BOSTON_NAMES = (
    "crime rate", "large lots (%)", "industry (%)", "by the river", "nitric oxides (10 ppm)", "rooms",
    "built before war (%)", "distance to jobs", "access to highways", "tax (per ten thousand dollars)",
    "pupils per teacher", "b (see note)", "lower status (%)",
)  # fmt: skip
_CALIFORNIA_NAMES = (
    "income (ten thousand dollars)", "house age (years)", "rooms", "bedrooms", "population", "household size",
    "latitude", "longitude",
)  # fmt: skip


class Unavailable(Exception):
    """Raised when a set is neither in the folder nor to be had from the network; says what to do."""


def stored(name: str) -> Path | None:
    """Return the file of this name in the folder named by GD_DATA, if there is one."""
    folder = os.environ.get(FOLDER)
    file = Path(folder) / name if folder else None
    return file if file is not None and file.is_file() else None


def has_boston() -> bool:
    """Whether the Boston file is at hand without a connection."""
    return stored(BOSTON_FILE) is not None


def boston(*, fetch: bool = False) -> Dataset:
    """506 districts of Boston, thirteen columns and the median price, the first 404 rows to train as in course text C.

    Raises Unavailable when there is no file and `fetch` is off, or fetching fails.
    """
    file = stored(BOSTON_FILE)
    table = _read(file, 13) if file is not None else _fetched("boston", 13, fetch, BOSTON_FILE)
    source = "Boston housing (Harrison and Rubinfeld 1978)"
    return dataset(table[:, :-1], table[:, -1:], _BOSTON_NAMES, ["price (thousand dollars)"], source, TRAINING_ROWS)


def california(*, fetch: bool = False) -> Dataset:
    """20,640 districts of California, eight columns and the median price (Pace and Barry 1997).

    Raises Unavailable when there is no file and `fetch` is off, or fetching fails.
    """
    file = stored(CALIFORNIA_FILE)
    table = _read(file, 8) if file is not None else _fetched("california_housing", 8, fetch, CALIFORNIA_FILE)
    source = "California housing (Pace and Barry 1997)"
    return dataset(table[:, :-1], table[:, -1:], _CALIFORNIA_NAMES, ["price (hundred thousand dollars)"], source)


def _read(file: Path, features: int) -> Array:
    """Read a CSV with a header row: the features, then the price; (N, D+1)."""
    try:
        with file.open(encoding="utf-8", newline="") as lines:
            rows = list(csv.reader(lines))[1:]
        table = np.array(rows, dtype=float)
    except (OSError, UnicodeDecodeError, ValueError) as error:
        raise Unavailable(f"{file.name} in the folder named by {FOLDER} cannot be read as numbers: {error}") from error
    if table.ndim != 2 or table.shape[1] != features + 1:
        raise Unavailable(f"{file.name} in the folder named by {FOLDER} must have {features + 1} columns of numbers.")
    return table


def _fetched(name: str, features: int, fetch: bool, file: str) -> Array:
    """Return the table (N, D+1) from OpenML, or say what to do."""
    if not fetch:
        raise Unavailable(
            f"This set is not stored here. Fetch it from OpenML, or put {file} into the folder {FOLDER} names."
        )
    return _openml(name, features)


@functools.lru_cache(maxsize=2)
def _openml(name: str, features: int) -> Array:
    from sklearn.datasets import fetch_openml  # slow to import, and only a fetch needs it

    try:
        bunch = fetch_openml(name=name, version=1, as_frame=False, parser="liac-arff")
        table = np.column_stack([np.asarray(bunch.data, dtype=float), np.asarray(bunch.target, dtype=float)])
    except Exception as error:  # whatever the network, the cache or the format did: one message
        raise Unavailable(f"OpenML could not be reached or sent something else ({type(error).__name__}).") from error
    if table.shape[1] != features + 1 or not np.isfinite(table).all():
        raise Unavailable(f"OpenML sent {table.shape[1]} columns where {features + 1} complete ones were expected.")
    return table
