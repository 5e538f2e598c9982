"""Batch maps: runs that read a batch per update, or one example of a model with many parameters and a velocity.

With the gradient g(theta) = share · X'(X theta - y) of a batch, an update is one affine map of the way d from where the
run stands now and the velocity v:

    v ← momentum v + g(here + d);   d ← d - rate (direct g(here + d) + carried v),   g(here + d) = g(here) + share X'X d

The matrices of some hundred updates are formed at once, [X'X | X'(X here - y)] by one call of `matmul`. They are
applied one after the other: that costs a call per update, the cheapest of NumPy, where the plain loop makes a dozen.

With a velocity, ways are measured along the main directions of the inputs (`gd_core.stretch.main_directions`).
"""

from __future__ import annotations

import numpy as np

from gd_core.affine_maps import chain
from gd_core.shapes import Array
from gd_core.stretch import Pieces, Stretch, main_directions, residuals


def walk(stretch: Stretch, state: Array, path: Array) -> Pieces:
    """Walk a stretch whose updates read any number of examples each, from states (R, M): path (R, L, P)."""
    width = path.shape[2]
    here, first = state.copy(), state.copy()
    here[:, width:] = 0  # theta is the way from here, the velocity is itself
    first[:, :width] = 0
    turn = main_directions(stretch.data) if stretch.rule.carried else None
    if turn is not None:
        first[:, width:] = first[:, width:] @ turn
    maps = _maps(stretch, here[:, :width], turn)
    states = np.stack([chain(*run) for run in zip(maps, first, strict=True)])  # (R, L+1, M)
    if turn is not None:
        states = (states.reshape(-1, width) @ turn.T).reshape(states.shape)
    states += here[:, None]
    path[...] = states[:, 1:, :width]
    return Pieces(state[:, None], states[:, -1:], length=path.shape[1])


def _maps(stretch: Stretch, here: Array, turn: Array | None) -> Array:
    """The map (R, L, M, M+1) of every update; ways are from `here` (R, P) along the columns of `turn` (P, P)."""
    rule, width = stretch.rule, here.shape[1]
    rates = stretch.rates[:, :, None, None]
    both = np.arange(width)
    if not rule.carried:
        maps = _gradients(stretch, here, turn, -rates)
        maps[:, :, both, both] += 1
        return maps
    gradients = _gradients(stretch, here, turn, np.ones_like(rates))
    maps = np.zeros((*gradients.shape[:2], 2 * width, 2 * width + 1))
    way, velocity = maps[:, :, :width], maps[:, :, width:]
    velocity[..., :width], velocity[..., -1] = gradients[..., :width], gradients[..., -1]
    way[...] = -rates * (rule.direct + rule.carried) * velocity
    way[:, :, both, both] += 1
    way[:, :, both, width + both] = -rates[..., 0] * rule.carried * rule.momentum
    velocity[:, :, both, width + both] = rule.momentum
    return maps


def _gradients(stretch: Stretch, here: Array, turn: Array | None, factor: Array) -> Array:
    """The gradient of every update as a map (R, L, P, P+1) of the way from `here` (R, P), times a factor (…, 1, 1)."""
    rows, width = stretch.data.rows, here.shape[1]
    factor = factor * stretch.share[:, None, None]  # (R or 1, L, 1, 1)
    if stretch.batches is None:
        x, y = rows[:-1, :width], rows[:-1, width:]
        missed = x @ here.T - y  # (N, R)
        x = x if turn is None else x @ turn
        slopes = x.T @ missed  # (P, R)
        hessian = np.broadcast_to(x.T @ x, (len(here), width, width))
        return np.asarray(factor * np.concatenate([hessian, slopes.T[:, :, None]], axis=2)[:, None])
    read = rows.take(stretch.batches, axis=0, mode="clip")  # (R, L, B, P+1); no row number is out of range
    read[..., width] = residuals(read, here)
    if turn is not None:
        read[..., :width] = (read[..., :width].reshape(-1, width) @ turn).reshape(*read.shape[:-1], width)
    maps: Array = read[..., :width].swapaxes(2, 3) @ read
    maps *= factor
    return maps
