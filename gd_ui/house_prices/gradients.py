"""Shapes: the gradient of one row, of three and of all as arrays, with every number and the shape of each.

The course's text computes (z - y) x row by row, then for all rows at once: the column of errors (N, 1) is stretched
over the columns of x (N, D). Its mean is the gradient of half the loss; the gradient of the loss is twice that.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from gd_core.shapes import Array
from gd_ui.charts.house_tiles import LINE
from gd_ui.charts.template import Columns, Frames, one_row
from gd_ui.house_prices.sets import House
from gd_ui.lanes import LANES
from gd_ui.numbers import number

ROWS = {"one": 1, "three": 3, "all": None}
"""How many rows the reader may look at, by the word in the link; None is all."""
SHOWN = 3
"""Rows written out; of more, the last takes the place of the others."""
PALE = 0.32
"""Opacity of the tile of the largest number."""
INPUT, ERROR, SLOPE = LANES[3].slot, LANES[2].slot, LANES[0].slot


class Gradient(NamedTuple):
    """The arrays of the first N rows at the parameters theta (P,)."""

    theta: Array
    x: Array
    """(N, D)"""
    prediction: Array
    """(N, 1), z"""
    target: Array
    """(N, 1), y"""
    error: Array
    """(N, 1), z - y"""
    pulls: Array
    """(N, D), each row's (z - y) x"""
    mean: Array
    """(D,), the gradient of half the loss"""
    loss: Array
    """(D,), the gradient of the loss: twice the mean"""
    bias: float
    """The same for b: twice the mean of the errors."""


def gradient_of(houses: House, theta: Array, rows: int | None) -> Gradient:
    """Return the gradient with respect to the weights on the first so many training rows, step by step."""
    n = houses.train.n if rows is None else min(rows, houses.train.n)
    x, y = houses.train.x[:n], houses.train.y[:n]
    prediction = x @ theta[:-1, None] + theta[-1]
    error = prediction - y
    pulls = error * x
    mean = pulls.mean(axis=0)
    return Gradient(theta, x, prediction, y, error, pulls, mean, 2 * mean, 2 * float(error.mean()))


def tile_frames(found: Gradient, names: tuple[str, ...]) -> tuple[Frames, int]:
    """Return the arrays as tiles, and how high the picture is in pixels."""
    n, d = found.x.shape
    shown = list(range(n)) if n <= SHOWN + 1 else [*range(SHOWN), n - 1]
    tiles: list[tuple[int, int, str, str, str, float, bool]] = []
    lines: list[tuple[int, str, str]] = []
    line = 0

    def block(caption: str, values: Array, slot: str, labels: list[str], real: int = d) -> None:
        """Add a caption and rows of tiles (rows, columns), of which the first `real` columns exist."""
        lines.append((line, caption, "caption"))
        rows_of(values, slot, labels, real)

    def rows_of(values: Array, slot: str, labels: list[str], real: int = d) -> None:
        """Add rows of tiles below the current line."""
        nonlocal line
        largest = float(np.abs(values).max()) or 1.0
        for label, row in zip(labels, values, strict=True):
            line += 1
            lines.append((line, label, "row"))
            for column, value in enumerate(row.tolist()):
                strength = PALE * abs(value) / largest
                tiles.append((line, column, told(value), f"{value:.9g}", slot, strength, column >= real))
        line += 1

    labels = [f"row {i + 1:,}" for i in shown]
    lines.append((0, f"x, shape {found.x.shape}", "caption"))
    heads: Columns = {"line": np.ones(d, dtype="i4"), "column": np.arange(d, dtype="i4"), "told": np.array(names[:d])}
    line = 1
    rows_of(found.x[shown], INPUT, labels)
    three = np.hstack([found.prediction, found.target, found.error])[shown]
    block(f"z = x w + b, y and z − y, each {found.error.shape}", three, ERROR, labels)
    stretched = np.repeat(found.error[shown], d, axis=1)
    caption = f"z − y, {found.error.shape} stretched to {found.pulls.shape}"
    block(caption, stretched, ERROR, labels, real=1)
    block(f"(z − y) · x, shape {found.pulls.shape}", found.pulls[shown], SLOPE, labels)
    ends = np.stack([found.mean, found.loss])
    block(f"mean over the rows, shape {found.mean.shape}", ends, SLOPE, ["mean", "twice it"])
    columns = list(zip(*tiles, strict=True))
    kinds = ("i4", "i4", None, None, None, "f4", "?")
    fields = ("line", "column", "told", "exact", "slot", "strength", "ghost")
    table: Columns = {
        field: np.array(column, dtype=kind) for field, column, kind in zip(fields, columns, kinds, strict=True)
    }
    words: Columns = {
        "line": np.array([line for line, _, _ in lines]).astype("i4"),
        "told": np.array([text for _, text, _ in lines]),
        "kind": np.array([kind for _, _, kind in lines]),
    }
    return {"tiles": table, "heads": heads, "lines": words, "this": one_row({"columns": d})}, line * LINE + 34


def told(value: float) -> str:
    """Return a number short enough for a tile."""
    if value != 0 and (abs(value) < 5e-4 or abs(value) >= 1e5):
        return f"{value:.1e}".replace("e-0", "e-").replace("e+0", "e").replace("-", "−")
    return f"{value:.{4 if abs(value) < 10 else 2 if abs(value) < 1000 else 0}f}".replace("-", "−")


def shape_sentences(found: Gradient) -> list[str]:
    """Say what the shapes do, and what they would do if one axis were forgotten."""
    n, d = found.x.shape
    column, flat = (d, 1), found.mean.shape
    wrong = np.broadcast_shapes(column, flat)
    bias = number(found.bias).replace("-", "−")
    errors = "the error of the one row" if n == 1 else f"the mean error of {n:,} rows"
    return [
        "Dashed tiles are copies that NumPy only pretends to have: the one column of errors serves every column of x. "
        f"The last line is the gradient of the loss here, the mean of squared errors; the course's listing steps along "
        f"the line above it, the gradient of half the loss. For b it is twice {errors}: {bias}.",
        f"Before the update the mean of shape {flat} becomes a column of shape {column}, as w is. Forgotten, NumPy "
        f"stretches both: w of shape {column} minus a gradient of shape {flat} has shape {wrong}, and no error is "
        "raised.",
    ]
