"""Tiles: runs that read one example per update, on models with many parameters.

In a block of some updates that starts from theta, update j finds the residual

    r_j = x_j·theta - y_j - Σ_{i<j} rate_i (x_j·x_i) r_i        (I + L) r = X theta - y,   L_ji = rate_i x_j·x_i

because each update before it has moved the parameters by -rate_i r_i x_i (a rate is here the learning rate times the
loss's second derivative). So the residuals of a block are the solution of a triangular system, with the products XX' of
the block's rows. It is solved by forward substitution in all blocks at once, for every theta in one:
E = (I + L)^-1 [X | X here - y] gives r = E [d, 1] for the way d from `here`, where the run stands now.

The block is the map d ← d - (rate X)' E [d, 1]. The maps are chained over blocks, and running sums of the steps
-rate_j r_j x_j are the places inside. (Bischof and Van Loan 1987, "The WY representation for products of Householder
matrices", write many updates of rank one as one in this way.)
"""

from __future__ import annotations

import numpy as np

from gd_core.affine_maps import chain
from gd_core.shapes import Array
from gd_core.stretch import Pieces, Stretch, residuals

BLOCK = 16
"""Updates in a block, B below: its triangle costs B², its map P² / B per update."""


def walk(stretch: Stretch, state: Array, path: Array) -> Pieces:
    """Walk a stretch of updates by a rule without memory that read one example each, from (R, P): path (R, L, P)."""
    runs, width = state.shape
    read, rates = _blocks(stretch, runs)  # (R, C, B, P+1), (R, C, B, 1)
    pull = -rates * read[..., :width]  # what a residual of 1 adds to the parameters
    read[..., width] = residuals(read, state)
    found = _solved(read[..., :width] @ pull.swapaxes(2, 3), read)  # E: the residuals of every [d, 1]

    maps = pull.swapaxes(2, 3) @ found  # (R, C, P, P+1)
    on_diagonal = np.arange(width)
    maps[:, :, on_diagonal, on_diagonal] += 1
    ways = np.stack([chain(run, np.zeros(width)) for run in maps])[:, :-1]  # (R, C, P)

    places = pull  # in place: fresh memory is dearer than arithmetic
    places *= found @ np.concatenate([ways, np.ones_like(ways[..., :1])], axis=2)[..., None]
    starts = state[:, None] + ways
    places[:, :, 0] += starts
    for j in range(1, BLOCK):  # running sums over all blocks at a time, which NumPy's own takes one by one
        places[:, :, j] += places[:, :, j - 1]
    path[...] = places.reshape(runs, -1, width)[:, : path.shape[1]]
    return Pieces(starts, places[:, :, -1], BLOCK)


def _blocks(stretch: Stretch, runs: int) -> tuple[Array, Array]:
    """What the blocks read, (R, C, B, P+1), and at which rates times bend, (R, C, B, 1); zeros after the end."""
    assert stretch.batches is not None
    total = len(stretch.seen) - 1
    count = -(-total // BLOCK)
    rows = np.full((runs, count * BLOCK), len(stretch.data.rows) - 1)
    rows[:, :total] = stretch.batches[:, :, 0]
    rates = np.zeros((runs, count * BLOCK))
    rates[:, :total] = stretch.rates * stretch.data.bend
    read = stretch.data.rows.take(rows.reshape(runs, count, BLOCK), axis=0, mode="clip")  # none is out of range
    return read, rates.reshape(runs, count, BLOCK, 1)


def _solved(products: Array, right: Array) -> Array:
    """Solve (I + L) E = right (…, B, P+1) in place; the strict lower triangle of products (…, B, B) is -L.

    Forward substitution: row q needs all rows above it. They are taken off in blocks of 1, 2, 4, … rows (k is the
    largest power of two that divides q), which leaves most of the work to few and large products.
    """
    for q in range(1, right.shape[-2]):
        k = q & -q
        right[..., q : q + k, :] += products[..., q : q + k, q - k : q] @ right[..., q - k : q, :]
    return right
