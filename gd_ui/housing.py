"""House prices: two data sets that are not stored here, found in a folder of the reader's or fetched on request.

A CSV in the folder named by the environment variable GD_DATA comes first. Without one the set is fetched from OpenML,
which takes a connection.
"""

from __future__ import annotations

import csv
import functools
import os
from collections.abc import Callable
from pathlib import Path

import numpy as np

from gd_core.data import Dataset, dataset
from gd_core.shapes import Array
from gd_ui import openml
from gd_ui.openml_trouble import Failed

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


def at_hand(file_name: str) -> str | None:
    """Return what the set of this file would be read from without a connection: its file, or OpenML once fetched."""
    file = stored(file_name)
    if file is not None:
        return f"{file} {file.stat().st_mtime_ns}"
    return "OpenML" if openml.arrived(_WANTED[file_name]) is not None else None


def has_boston() -> bool:
    """Whether the Boston set is at hand without a connection."""
    return at_hand(BOSTON_FILE) is not None


def boston(*, fetch: bool = False, report: Callable[[float], None] = openml.no_report) -> Dataset:
    """506 districts of Boston (Harrison and Rubinfeld 1978): thirteen columns and the price; the first 404 rows train.

    While fetching, `report` hears the seconds waited. Raises Unavailable when there is no file and `fetch` is off, or
    fetching fails.
    """
    table = _table(BOSTON_FILE, len(_BOSTON_NAMES), fetch, report)
    source = "Boston housing (Harrison and Rubinfeld)"
    n_train = min(TRAINING_ROWS, len(table))
    return dataset(table[:, :-1], table[:, -1:], _BOSTON_NAMES, ["price (thousand dollars)"], source, n_train)


def california(*, fetch: bool = False, report: Callable[[float], None] = openml.no_report) -> Dataset:
    """20,640 districts of California, eight columns and the median price (Pace and Barry 1997).

    While fetching, `report` hears the seconds waited. Raises Unavailable when there is no file and `fetch` is off, or
    fetching fails.
    """
    table = _table(CALIFORNIA_FILE, len(_CALIFORNIA_NAMES), fetch, report)
    source = "California housing (Pace and Barry)"
    return dataset(table[:, :-1], table[:, -1:], _CALIFORNIA_NAMES, ["price (hundred thousand dollars)"], source)


def _table(file_name: str, features: int, fetch: bool, report: Callable[[float], None]) -> Array:
    """Return the features, then the price, (N, D+1): from the folder, from what was fetched, or by fetching."""
    file, wanted = stored(file_name), _WANTED[file_name]
    if file is not None:
        return _read(file, features, file.stat().st_mtime_ns)
    table = openml.arrived(wanted)
    if table is not None:
        return table
    if not fetch:
        raise Unavailable(
            f"This set is not stored here. Fetch it from OpenML, or put {file_name} into the folder {FOLDER} names."
        )
    try:
        return openml.ask(wanted, report)
    except Failed as error:
        raise Unavailable(str(error)) from error


@functools.lru_cache(maxsize=4)
def _read(file: Path, features: int, changed: int) -> Array:
    """Read a CSV with a header row, last `changed` then."""
    try:
        with file.open(encoding="utf-8", newline="") as lines:
            rows = list(csv.reader(lines))[1:]
        table = np.array(rows, dtype=float)
    except (OSError, UnicodeDecodeError, ValueError, csv.Error) as error:
        raise Unavailable(f"{file.name} in the folder named by {FOLDER} cannot be read as numbers.") from error
    if table.ndim != 2 or table.shape[1] != features + 1 or not np.isfinite(table).all():
        raise Unavailable(
            f"{file.name} in the folder named by {FOLDER} must have {features + 1} complete columns of numbers."
        )
    return table


def _as_it_is(columns: Array) -> Array:
    return columns


def _per_household(columns: Array) -> Array:
    """Turn OpenML's totals per district (N, 9) into scikit-learn's columns, means per household, and the price."""
    income, age, rooms, bedrooms, population, households, latitude, longitude, dollars = columns.T
    if (households <= 0).any():
        raise Failed("OpenML sent districts in which nobody lives.")
    size = population / households
    return np.column_stack([
        income, age, rooms / households, bedrooms / households, population, size, latitude, longitude, dollars / 1e5,
    ])  # fmt: skip


_WANTED = {
    BOSTON_FILE: openml.Wanted(
        "boston",
        ("crim", "zn", "indus", "chas", "nox", "rm", "age", "dis", "rad", "tax", "ptratio", "b", "lstat", "medv"),
        506, _as_it_is,
    ),
    CALIFORNIA_FILE: openml.Wanted(
        "houses",
        ("median_income", "housing_median_age", "total_rooms", "total_bedrooms", "population", "households", "latitude",
         "longitude", "median_house_value"),
        20_640, _per_household,
    ),
}  # fmt: skip
"""What is asked of OpenML in place of each file."""
