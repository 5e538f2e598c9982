"""House prices: two data sets that are not stored here, found in a folder of the reader's or fetched on request.

A CSV in the folder named by the environment variable GD_DATA comes first. Without one the set is fetched from OpenML,
which takes a connection; what was fetched is kept by scikit-learn in its own folder.
"""

from __future__ import annotations

import csv
import functools
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

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


ANSWER_WITHIN = 90.0
"""Seconds after which OpenML is taken to be out of reach."""


def stored(name: str) -> Path | None:
    """Return the file of this name in the folder named by GD_DATA, if there is one."""
    folder = os.environ.get(FOLDER)
    file = Path(folder) / name if folder else None
    return file if file is not None and file.is_file() else None


def has_boston() -> bool:
    """Whether the Boston file is at hand without a connection."""
    return stored(BOSTON_FILE) is not None


def at_hand(file_name: str) -> str | None:
    """Return what the set of this file would be read from without a connection: its file, or OpenML once fetched."""
    file = stored(file_name)
    if file is not None:
        return f"{file} {file.stat().st_mtime_ns}"
    return "OpenML" if file_name in _fetched else None


def boston(*, fetch: bool = False) -> Dataset:
    """506 districts of Boston (Harrison and Rubinfeld 1978): thirteen columns and the price; the first 404 rows train.

    Raises Unavailable when there is no file and `fetch` is off, or fetching fails.
    """
    table = _table(BOSTON_FILE, 13, _boston_from_openml, fetch)
    source = "Boston housing (Harrison and Rubinfeld)"
    n_train = min(TRAINING_ROWS, len(table))
    return dataset(table[:, :-1], table[:, -1:], _BOSTON_NAMES, ["price (thousand dollars)"], source, n_train)


def california(*, fetch: bool = False) -> Dataset:
    """20,640 districts of California, eight columns and the median price (Pace and Barry 1997).

    Raises Unavailable when there is no file and `fetch` is off, or fetching fails.
    """
    table = _table(CALIFORNIA_FILE, 8, _california_from_openml, fetch)
    source = "California housing (Pace and Barry)"
    return dataset(table[:, :-1], table[:, -1:], _CALIFORNIA_NAMES, ["price (hundred thousand dollars)"], source)


_fetched: dict[str, Array] = {}
"""What has been fetched by this process, by the name of the file that would have made it unnecessary."""


def _table(file_name: str, features: int, openml: Callable[[], Array], fetch: bool) -> Array:
    """Return the features, then the price, (N, D+1): from the folder, from what was fetched, or by fetching."""
    file = stored(file_name)
    if file is not None:
        return _read(file, features, file.stat().st_mtime_ns)
    if file_name in _fetched:
        return _fetched[file_name]
    if not fetch:
        raise Unavailable(
            f"This set is not stored here. Fetch it from OpenML, or put {file_name} into the folder {FOLDER} names."
        )
    table = _within(openml)
    if table.ndim != 2 or table.shape[1] != features + 1 or not np.isfinite(table).all():
        raise Unavailable(f"OpenML sent something else than {features + 1} complete columns of numbers.")
    _fetched[file_name] = table
    return table


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


def _within(openml: Callable[[], Array]) -> Array:
    """Ask OpenML, but wait no longer than ANSWER_WITHIN; whatever goes wrong, there is one message."""
    pool = ThreadPoolExecutor(1, thread_name_prefix="OpenML")
    try:
        return pool.submit(openml).result(timeout=ANSWER_WITHIN)
    except Exception as error:  # the network, the cache, the format, the wait
        raise Unavailable(
            f"OpenML could not be reached, or sent something unexpected ({type(error).__name__}). "
            "Check the connection and try again."
        ) from error
    finally:
        pool.shutdown(wait=False)


def _boston_from_openml() -> Array:
    # As a frame: OpenML calls two columns of numbers categories, and only the frame keeps their values.
    frame = _openml("boston").frame
    return np.asarray(frame.astype(float).to_numpy(), dtype=float)


def _california_from_openml() -> Array:
    """OpenML has totals per district under the name "houses"; scikit-learn's columns are per household."""
    frame = _openml("houses").frame.astype(float)
    households = frame["households"]
    columns = [
        frame["median_income"], frame["housing_median_age"], frame["total_rooms"] / households,
        frame["total_bedrooms"] / households, frame["population"], frame["population"] / households,
        frame["latitude"], frame["longitude"], frame["median_house_value"] / 1e5,
    ]  # fmt: skip
    return np.column_stack([np.asarray(column, dtype=float) for column in columns])


def _openml(name: str) -> Any:
    from sklearn.datasets import fetch_openml  # slow to import, and only a fetch needs it

    return fetch_openml(name=name, version=1, as_frame=True, parser="liac-arff", n_retries=1)
