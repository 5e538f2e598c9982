"""Packed columns: what changes with every update travels as one text, which the browser splits once.

A browser spends several microseconds on every row of every table it is sent. A column packed into one text of the row
`this` costs it next to nothing, and an expression finds the value of the current update by its index.

A path is packed as "x,y x,y …" in whole GRAINs of half a panel. On a map it becomes the shape of a single symbol, drawn
up to the player's frame by the length of a dash: a thousand updates cost one mark.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from gd_core.shapes import Array

GRAIN = 5000
"""Units of a packed path from the middle of a panel to its edge: a fortieth of a pixel each."""
FARTHEST = 10_000 * GRAIN
"""A million pixels from the middle: nothing is drawn further out, the browser's coordinates are not made for more."""


def packed(values: Iterable[float]) -> str:
    """Return numbers as one text, seven digits each."""
    return " ".join([f"{value:.7g}" for value in values])


def packed_grains(values: Array) -> str:
    """Return lengths (T,), 1 being half a panel, as whole numbers of grains."""
    return " ".join(map(str, _grains(values).tolist()))


def packed_path(places: Array) -> str:
    """Return points (T, 2), whose panel reaches from -1 to 1 both ways, as "x,y x,y …" in grains, y downwards."""
    return " ".join([f"{x},{-y}" for x, y in _grains(_held(places)).tolist()])


def path_lengths(places: Array) -> Array:
    """Return how long the drawn path is up to each of its points (T, 2): (T,), 1 being half a panel."""
    drawn = _grains(_held(places)) / GRAIN
    return np.concatenate([[0.0], np.hypot(*np.diff(drawn, axis=0).T).cumsum()])


def listed(column: str) -> str:
    """Return the expression for the list of texts in a packed column of `this`, empty before data arrive."""
    return f"(length(data('this')) ? split(data('this')[0].{column}, ' ') : [])"


def _held(places: Array) -> Array:
    """Hold a path (T, 2) that leaves for good where it crosses the FARTHEST square, so that its line stays true."""
    reach = FARTHEST / GRAIN
    within = np.flatnonzero(np.abs(places).max(axis=1) <= reach)
    if len(within) == 0 or within[-1] == len(places) - 1:
        return places
    last = within[-1]
    step = places[last + 1] - places[last]
    moves = step != 0
    shares = (np.sign(step) * reach - places[last])[moves] / step[moves]
    held = places.copy()
    held[last + 1 :] = places[last] + shares.min() * step
    return held


def _grains(values: Array) -> NDArray[np.intp]:
    return np.rint(np.clip(values * GRAIN, -FARTHEST, FARTHEST)).astype(np.intp)
