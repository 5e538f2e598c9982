"""Frames of the rate map: its cells, the strokes over those that diverge, the two limits, and the race in it."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from gd_core import single_example_limit
from gd_core.shapes import Array
from gd_ui.batch_sizes.race import RaceSettings
from gd_ui.batch_sizes.rate_map import RateMap
from gd_ui.charts.rate_map import LEVELS
from gd_ui.charts.template import Columns, Frames, one_row
from gd_ui.controls import written
from gd_ui.datasets import Loaded
from gd_ui.methods import BATCH, METHODS, MINI_BATCH, STOCHASTIC
from gd_ui.numbers import number

DECADES = 9
"""Powers of ten that the colours span at most, downwards from the start."""
STROKES = 16
"""Of the hatching, one above the other from the bottom of the plot to its top, or one for each row."""
SIGNS = {BATCH.name: "square", MINI_BATCH.name: "diamond", STOCHASTIC.name: "circle"}
"""The shapes of the race's runs, as Vega names them."""


class Colours(NamedTuple):
    """What the two ends of the colours stand for: losses above the best."""

    least: float
    most: float
    cut: bool
    """Whether some cell lies below `least`."""


def map_frames(found: RateMap, race: RaceSettings, loaded: Loaded) -> Frames:
    """Return the data of the chart."""
    ratio = (found.rates[-1] / found.rates[0]) ** (1 / (len(found.rates) - 1))
    low, high = found.rates[0] / ratio**0.5, found.rates[-1] * ratio**0.5
    ends = colours(found, loaded)
    least = f"{number(ends.least)}{' or less' if ends.cut else ''}"
    most = f"{number(ends.most)}{', as at the start' if found.first - loaded.best_loss == ends.most else ''}"
    return {
        "this": one_row({"low": low, "high": high, "least": least, "most": most, "sizes": len(found.sizes)}),
        "cells": _cells(found, loaded, ends, low * ratio ** np.arange(len(found.rates) + 1)),
        "hatch": _hatch(found),
        "limits": _limits(loaded, low, high),
        "race": _race(found, race),
    }


def above_best(found: RateMap, loaded: Loaded) -> Array:
    """Return the median loss above the best (S, C), at least 0: rounding may lie below the least-squares loss."""
    return np.maximum(found.middle - loaded.best_loss, 0)


def colours(found: RateMap, loaded: Loaded) -> Colours:
    """Return the ends of the colours: from the lowest cell, or DECADES below the start, to the start itself."""
    above = above_best(found, loaded)
    shown = above[np.isfinite(above) & (above > 0)]
    most = found.first - loaded.best_loss
    if not most > 1e-12 * loaded.reference_loss:  # a race may start at the solution
        most = float(shown.max()) if len(shown) else 1.0
    least = float(shown.min()) if len(shown) else 0.0
    held = min(max(least, most / 10**DECADES), most / 10)
    return Colours(held, most, bool((above < held).any()))


def _cells(found: RateMap, loaded: Loaded, ends: Colours, edges: Array) -> Columns:
    """One row per cell, the largest size first."""
    sizes, columns = found.middle.shape
    row, column = (grid.ravel() for grid in np.mgrid[sizes - 1 : -1 : -1, 0:columns])
    middle, above, gone = (values[row, column] for values in (found.middle, above_best(found, loaded), found.gone))
    seeds = found.diverged.shape[-1]
    share = np.log(np.clip(above, ends.least, ends.most) / ends.least) / np.log(ends.most / ends.least)
    labels = np.array([size_label(size, found) for size in found.sizes])
    best = found.best()
    return {
        "column": column.astype("i2"),
        "row": row.astype("i2"),
        "left": edges[column],
        "right": edges[column + 1],
        "size": labels[row],
        "level": (LEVELS * share).astype("f4"),
        "crossed": 2 * gone >= seeds,
        "best": (row == best[0]) & (column == best[1]) if best is not None else np.zeros(len(row), dtype=bool),
        "told_rate": np.array([written(found.rates[i]) for i in column]),
        "told_size": labels[row],
        "told_loss": np.array([number(value) for value in middle]),
        "told_above": np.array([number(value) for value in above]),
        "told_gone": np.array(
            [_told_gone(int(count), seeds, found.sizes[r], found) for count, r in zip(gone, row, strict=True)]
        ),
    }


def size_label(size: int, found: RateMap) -> str:
    """Return a batch size as its row is named."""
    return f"all {size:,}" if size == found.sizes[-1] else f"{size:,}"


def _told_gone(count: int, seeds: int, size: int, found: RateMap) -> str:
    if size == found.sizes[-1] or seeds == 1:
        return "yes" if count else "no"
    return f"{count} of {seeds} seeds"


def _hatch(found: RateMap) -> Columns:
    """Strokes over the cells where a seed diverged, upwards; and downwards too where half of them did or more."""
    sizes, columns = found.middle.shape
    seeds = found.diverged.shape[-1]
    some, most = found.gone[::-1] > 0, 2 * found.gone[::-1] >= seeds
    parts = [_strokes(some, rising=True), _strokes(most, rising=False)]
    u, v, v2 = (np.concatenate([part[i] for part in parts]) for i in range(3))
    return {
        "u": (u / columns).astype("f4"),
        "u2": ((u + 1) / columns).astype("f4"),
        "v": (v / sizes).astype("f4"),
        "v2": (v2 / sizes).astype("f4"),
    }


def _strokes(cells: NDArray[np.bool_], *, rising: bool) -> tuple[Array, Array, Array]:
    """Return the columns, the heights on the left and those on the right of strokes over cells (S, C), top row first.

    In a cell they lie one above the other, and those of neighbours join to long lines.
    """
    row, column = np.nonzero(cells)
    strokes = max(1, STROKES // len(cells))
    top = (row[:, None] + np.arange(strokes) / strokes).ravel()
    bottom = top + 1 / strokes
    left = np.repeat(column, strokes).astype(float)
    return (left, bottom, top) if rising else (left, top, bottom)


def _limits(loaded: Loaded, low: float, high: float) -> Columns:
    """The two limits, as far as they are in view; a name stands on the side of its line where there is more room."""
    single, average = single_example_limit(loaded.train), loaded.curvature.max_stable_learning_rate()
    limits = {"single": (single, f"single-example limit {single:.3g}"), "average": (average, f"2/λmax = {average:.3g}")}
    shown = {line: (rate, name) for line, (rate, name) in limits.items() if low < rate < high}
    middle = (low * high) ** 0.5
    return {
        "rate": np.array([rate for rate, _ in shown.values()], dtype="f8"),
        "name": np.array([name for _, name in shown.values()], dtype="U64"),
        "line": np.array(list(shown), dtype="U8"),
        "side": np.array(["right" if rate > middle else "left" for rate, _ in shown.values()], dtype="U8"),
    }


def _race(found: RateMap, race: RaceSettings) -> Columns:
    """Where the three runs of the race are; a mini-batch size between two rows stands between them."""
    sizes = {BATCH.name: found.sizes[-1], STOCHASTIC.name: 1, MINI_BATCH.name: race.batch_size}
    rows = np.interp(np.log(list(sizes.values())), np.log(found.sizes), np.arange(len(found.sizes)))
    return {
        "rate": np.full(len(METHODS), race.learning_rate),
        "v": 1 - (rows + 0.5) / len(found.sizes),
        "slot": np.array(list(sizes)),
        "sign": np.array([SIGNS[name] for name in sizes]),
    }
