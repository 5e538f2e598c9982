"""Triangles: a table of a million rows, turned in space until all but a few of them are zero.

The R of a table's QR decomposition has as many rows as the table has columns, and the length of any combination of the
columns is the same in both. Here the columns are a 1, the inputs and the targets. Two ways lead to it:

- By reflections of some thousand rows at a time, each time below the triangle found so far: for any table.
- By Cholesky from the sums of products of the columns: several times sooner, but products square the condition. So it
  is done where the columns, as they are measured, hardly follow from each other.

What makes them so is to measure them well, and a few rows, the pilot, say from where: inputs from about their mean,
targets from about the line that fits them. Then no sum is large against what is looked for in it. From the measured
columns it is one step back to those of the data, and by a triangle too: x = middle + measured x, and
y = line of [1, measured x] + measured y.

(Golub and Van Loan 2013, "Matrix computations", sections 5.2 and 5.3; Chan, Golub and LeVeque 1983, "Algorithms for
computing the sample variance", on shifts.)
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from gd_core.shapes import Array

TILE = 8192
"""So few rows are always reflected. At most twice as many are looked at together."""
NUMBERS = 60_000
"""Numbers looked at together, 0.5 MB: they should stay near the processor, so of many columns fewer rows are. But of
no fewer than four rows a column, for every time the triangle found so far is reflected with them."""
PILOT = 1000
"""Rows that say from where the others are measured."""
NOISY = 0.01
"""Targets of which the pilot's line leaves more than this share are measured from their mean: that is cheaper."""
PLAIN = 1e-3
"""The smallest eigenvalue of the correlations of measured columns above which products serve. Inputs that nearly follow
from each other put it below, and so do targets that a line fits and the pilot's line misses."""


class Pilot(NamedTuple):
    """From where columns are measured: inputs from `middle`, targets from what `line` predicts."""

    middle: Array
    """(D,)"""
    line: Array
    """(1+D, K) intercepts and slopes, on measured inputs."""


def triangle(x: Array, y: Array) -> Array:
    """Return R (<= 1+D+K, 1+D+K) of the QR decomposition of a 1, the inputs x (N, D) and the targets y (N, K)."""
    pilot = _pilot(x, y)
    quick = _by_products(x, y, pilot) if len(x) > TILE else None
    measured = _by_reflections(x, y, pilot) if quick is None else quick
    ones, first_target = measured[:, :1], 1 + x.shape[1]
    inputs, targets = measured[:, 1:first_target], measured[:, first_target:]
    targets = targets + measured[:, :first_target] @ pilot.line
    return np.hstack([ones, inputs + ones * pilot.middle, targets])


def _pilot(x: Array, y: Array) -> Pilot:
    """Look at some rows: they give the middle, and the line too, if there will be many rows and little noise."""
    x, y, many = x[:: -(-len(x) // PILOT)], y[:: -(-len(y) // PILOT)], len(x) > TILE
    middle, line = x.mean(axis=0), np.zeros((1 + x.shape[1], y.shape[1]))
    line[0] = y.mean(axis=0)
    x, y = x - middle, y - line[0]
    if many and np.isfinite(np.square(x).sum()) and np.isfinite(np.square(y).sum()):
        slopes = np.linalg.lstsq(x, y)[0]
        if (np.square(y - x @ slopes).sum(axis=0) <= NOISY * np.square(y).sum(axis=0)).any():
            line[1:] = slopes
    return Pilot(middle, line)


def _tiles(x: Array, y: Array, pilot: Pilot) -> Iterator[Array]:
    """Yield a 1, the measured inputs and the measured targets of some rows after another, (1+D+K, B)."""
    middle, line, first_target = pilot.middle[:, None], pilot.line.T, 1 + x.shape[1]
    follows, columns = line[:, 1:].any(), first_target + y.shape[1]
    length = min(2 * TILE, max(4 * columns, NUMBERS // columns), len(x))
    room = np.ones((columns, length))
    for start in range(0, len(x), length):
        rows = slice(start, start + length)
        tile = room[:, : len(x[rows])]
        inputs, targets = tile[1:first_target], tile[first_target:]
        np.subtract(x[rows].T, middle, out=inputs)
        predicted = np.matmul(line, tile[:first_target], out=targets) if follows else line[:, :1]
        np.subtract(y[rows].T, predicted, out=targets)
        yield tile


def _by_reflections(x: Array, y: Array, pilot: Pilot) -> Array:
    """Return R (<= 1+D+K, 1+D+K) of the measured columns."""
    found = np.empty((0, 1 + x.shape[1] + y.shape[1]))
    for tile in _tiles(x, y, pilot):
        found = np.asarray(np.linalg.qr(np.vstack([found, tile.T]), mode="r"))
    return found


def _by_products(x: Array, y: Array, pilot: Pilot) -> Array | None:
    """Return R (1+D+K, 1+D+K) of the measured columns; None where that would cost digits."""
    sums = np.zeros((1 + x.shape[1] + y.shape[1],) * 2)
    for tile in _tiles(x, y, pilot):
        # the lower half; a tile times all of itself would go to a routine that is slower where columns are few
        sums[1:, :-1] += tile[1:].dot(tile[:-1].T)
        sums[-1, -1] += tile[-1].dot(tile[-1])
    totals = sums[1:, 0] / np.sqrt(len(x))
    centred = np.tril(sums[1:, 1:]) - np.tril(np.outer(totals, totals))
    spread = np.sqrt(np.maximum(np.diag(centred), 0))
    if not (np.isfinite(centred).all() and spread.min() > 0):
        return None
    correlations = centred / spread / spread[:, None]
    if np.linalg.eigvalsh(correlations)[0] < PLAIN:  # both read the lower half
        return None
    found = np.zeros_like(sums)
    found[0] = np.hstack([np.sqrt(len(x)), totals])
    found[1:, 1:] = np.linalg.cholesky(correlations).T * spread
    return found
