"""Labels side by side: each as near to its place as its neighbours allow."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np


def apart(places: Sequence[float], widths: Sequence[float], low: float, high: float) -> list[float]:
    """Return where labels of these widths stand: near their places, in the same order, from `low` to `high`.

    Neighbours on one another are moved apart by half each, again and again; then what is beyond an end is moved in.
    """
    order = sorted(range(len(places)), key=lambda i: (places[i], i))
    at, wide = np.array(places, dtype=float)[order], np.array(widths, dtype=float)[order]
    needed = (wide[1:] + wide[:-1]) / 2
    for _ in range(100):
        missing = np.maximum(needed - np.diff(at), 0) / 2
        if not missing.any():
            break
        at[:-1] -= missing
        at[1:] += missing
    for i in range(len(at)):
        at[i] = max(at[i], low + wide[i] / 2 if i == 0 else at[i - 1] + needed[i - 1])
    for i in reversed(range(len(at))):
        at[i] = min(at[i], high - wide[i] / 2 if i == len(at) - 1 else at[i + 1] - needed[i])
    moved = np.empty(len(at))
    moved[order] = at
    return [float(place) for place in moved]
