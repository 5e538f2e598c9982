"""Affine maps: updates of a quadratic loss, and what becomes of them one after the other.

A map z -> A z + b of states z (M,) is one matrix [A | b] (M, M+1), to be multiplied with [z, 1]. Two of them in a row
are one such matrix again, A2 [A1 | b1] + [0 | b2]: so many updates become one, whatever the state they will start from.
"""

from __future__ import annotations

from collections import deque

import numpy as np

from gd_core.shapes import Array


def chain(maps: Array, first: Array) -> Array:
    """Apply maps (L, M, M+1) one after the other to the state `first` (M,); return all states (L+1, M), first included.

    One call of NumPy for each, the cheapest there is: an array's own `dot`, which writes where it is told to.
    """
    states = np.ones((len(maps) + 1, maps.shape[2]))
    states[0, :-1] = first
    deque(map(np.ndarray.dot, maps, states, states[1:, :-1]), maxlen=0)
    return states[:, :-1]


def chain_in_groups(maps: Array, first: Array, group: int) -> Array:
    """Return the states (M, R, C) on which C maps act one after the other, from `first` (R, M).

    The maps (M, M+1, R, C) are composed in groups of `group`, all groups at once; the chain then has C / group links.
    C is a multiple of `group`.
    """
    m, _, runs, count = maps.shape
    by_place = np.ascontiguousarray(maps.reshape(m, m + 1, runs, -1, group).transpose(4, 0, 1, 2, 3))
    so_far = np.empty_like(by_place)  # (group, M, M+1, R, groups): each map after those before it in its group
    so_far[0] = by_place[0]
    for after, before, both in zip(by_place[1:], so_far, so_far[1:], strict=False):
        np.add.reduce(after[:, :-1, None] * before, axis=1, out=both)
        both[:, -1] += after[:, -1]
    whole = np.ascontiguousarray(so_far[-1].transpose(2, 3, 0, 1))  # (R, groups, M, M+1)
    reached = np.stack([chain(maps, start)[:-1] for maps, start in zip(whole, first, strict=True)])
    found = np.empty((group, m, runs, count // group))
    found[0] = reached.transpose(2, 0, 1)
    found[1:] = np.add.reduce(so_far[:-1, :, :-1] * found[0], axis=2) + so_far[:-1, :, -1]
    return found.transpose(1, 2, 3, 0).reshape(m, runs, count)
