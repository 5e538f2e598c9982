"""Text C's descent on all weights with every sum in an order that gives the printed losses to their last digit.

A sum of floating-point numbers is rounded after every addition, so its last digits depend on the order. NumPy fixes
the order of its own sums; that of `np.dot` is the library's behind it, and differs between processors and versions.
The text does not name its machine, but an order in use gives all its digits: that of OpenBLAS 0.3.7, as the wheel of
NumPy 1.16.6 holds it, for processors of the kinds Haswell and Zen. Here it is written out, so they come out anywhere.
"""

from __future__ import annotations

import numpy as np

from gd_core.scaling import mean_range
from gd_core.shapes import Array
from gd_ui.course_numbers.fused import fused


def losses(rows: Array, start: Array, rate: float, updates: int) -> Array:
    """Return the loss before each update (T,) of rows (N, 14), the target last, from start (14,), the bias last.

    The text's formulas as they stand. Inputs and target are scaled as one table, for NumPy adds up the columns of a
    table row by row, but a column that stands alone in pieces.
    """
    rows = mean_range(rows).apply(rows)
    x, y = rows[:, :-1], rows[:, -1]
    w, b = start[:-1], start[-1]
    found = np.empty(updates)
    for update in range(updates):
        error = products(x, w) + b - y  # (N,)
        found[update] = np.sum(error * error) / len(y)
        w = w - rate * np.mean(error[:, None] * x, axis=0)
        b = b - rate * np.mean(error)
    return found


def products(x: Array, w: Array) -> Array:
    """Return x w (N,) of x (N, 13) and w (13,): twelve columns in four sums side by side, then the one left over."""
    sums = x[:, :4] * w[:4]  # (N, 4)
    sums = fused(x[:, 4:8], w[4:8], sums)
    sums = fused(x[:, 8:12], w[8:12], sums)
    twelve = (sums[:, 0] + sums[:, 2]) + (sums[:, 1] + sums[:, 3])
    last: Array = twelve + x[:, 12] * w[12]
    return last
