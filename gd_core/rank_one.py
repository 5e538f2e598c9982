"""Rank one: runs that read one example per update, on models with few parameters.

    residual = x·theta - y;   v ← momentum v + residual x;   theta ← theta - rate (direct residual x + carried v)

A run is cut into chunks of some twenty updates, and this plain loop is run twice, on all chunks side by side.

The first time finds what a chunk does to any start. That is an affine map, so it is known from what the chunk does to
the M unit vectors with all targets 0 (M = P, or 2P if the rule has a velocity) and to one real start, the place where
the run stands now. The maps lead from chunk to chunk, to where each of them really starts. From there the loop is run a
second time, and now its places are kept.

No update ever becomes a matrix: the gradient of one example is a number times x. Arrays have their chunks last, W of
them over all runs, so that one call of NumPy makes the same update in every chunk. (Blelloch 1990, "Prefix sums and
their applications", section 1.4 on recurrences.)

With a velocity the first time is along the main directions of the inputs (`gd_core.stretch.main_directions`), or inputs
far from zero would cost digits.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

from gd_core.affine_maps import chain_in_groups
from gd_core.optimizers import Affine
from gd_core.shapes import Array
from gd_core.stretch import Pieces, Stretch, main_directions

Number = TypeVar("Number", np.float64, np.intp)

LENGTHS = (1, 2, 4, 5, 10, 20)
"""Updates in a chunk: longer ones need more calls, shorter ones leave more chunks to be chained."""
MANY = 500
"""Chunks beyond which the chain from chunk to chunk is composed in groups as well."""
WHOLE = LENGTHS[-1] ** 2
"""Any multiple of so many updates is cut into chunks and groups without a rest."""


class Chunks(NamedTuple):
    """What every chunk reads at each of its S updates; W chunks in all."""

    x: Array
    """(S, P, W) a row of the design; zeros after the end of the run, where nothing moves any more."""
    y: Array
    """(S, W)"""
    rates: Array
    """(S, W) or (S, 1): the learning rate times the loss's second derivative."""


def walk(stretch: Stretch, state: Array, path: Array) -> Pieces:
    """Walk a stretch of updates that read one example each, from states (R, M): path (R, L, P)."""
    runs, total, width = path.shape
    length = max(length for length in LENGTHS if 16 * length**2 <= max(total, 16))
    group = length if total > MANY * length else 1
    count = group * -(-total // (group * length))  # chunks per run
    chunks = _chunks(stretch, runs, length, count)
    units = np.ones(state.shape[1])
    units[width:] = stretch.data.bend  # without bend in v, the loop above needs no multiplication by it

    starts = _starts(chunks, stretch, state / units, group)
    places = chunks.x[:, :, None]  # where an update has been, its row is read no more; fresh memory would cost time
    velocity = starts[width:].copy()
    _run(chunks, stretch.rule, starts[:width], velocity, places)
    ends = np.concatenate([places[-1], velocity])
    _write(places.reshape(length, width, runs, count), path)
    starts, ends = (values.reshape(-1, runs, count).transpose(1, 2, 0) * units for values in (starts, ends))
    return Pieces(starts, ends, length)


def _chunks(stretch: Stretch, runs: int, length: int, count: int) -> Chunks:
    """Cut what a stretch reads into chunks of so many updates, so many per run."""
    assert stretch.batches is not None
    rows = _in_chunks(stretch.batches[:, :, 0], length, count, fill=len(stretch.data.rows) - 1)  # (S, W)
    # no row number is out of range, and NumPy reads sooner when it need not make sure of that: "clip"
    read = np.ascontiguousarray(stretch.data.rows.T).take(rows, axis=1, mode="clip")  # (P+1, S, W)
    rates = stretch.rates * stretch.data.bend
    if rates.size == 1:
        rates = np.full((length, 1), rates[0, 0])
    else:
        rates = _in_chunks(np.broadcast_to(rates, (runs, len(stretch.seen) - 1)), length, count, fill=0)
    return Chunks(read[:-1].swapaxes(0, 1), read[-1], rates)


def _in_chunks(values: NDArray[Number], length: int, count: int, fill: int) -> NDArray[Number]:
    """Cut values (R, L) into chunks: (S, W), after the end of a run `fill`."""
    missing = count * length - values.shape[1]
    if missing:
        values = np.pad(values, ((0, 0), (0, missing)), constant_values=fill)
    return np.ascontiguousarray(values.reshape(-1, length).T)


def _starts(chunks: Chunks, stretch: Stretch, state: Array, group: int) -> Array:
    """Return the states (M, 1, W) in which all chunks start, the first one of each run in `state` (R, M)."""
    runs, width, everywhere = len(state), chunks.x.shape[1], chunks.x.shape[2]
    here = np.repeat(state[:, :width].T, everywhere // runs, axis=1)  # (P, W)
    first = state.copy()
    first[:, :width] = 0  # theta is the way from here
    if stretch.rule.carried:
        turn = main_directions(stretch.data)
        first[:, width:] = first[:, width:] @ turn
        missed = chunks.y - np.einsum("spw,pw->sw", chunks.x, here)
        maps = _maps(Chunks(turn.T @ chunks.x, missed, chunks.rates), stretch.rule, np.zeros_like(here))
    else:
        maps = _maps(chunks, stretch.rule, here)
    starts = chain_in_groups(maps.reshape(*maps.shape[:2], runs, -1), first, group).reshape(-1, width, everywhere)
    if stretch.rule.carried:
        starts = turn @ starts
    starts[0] += here
    return starts.reshape(-1, 1, everywhere)


def _maps(chunks: Chunks, rule: Affine, here: Array) -> Array:
    """What every chunk makes of the state, theta as the way from `here` (P, W): maps (M, M+1, W)."""
    width = len(here)
    size = 2 * width if rule.carried else width
    states = np.zeros((size, size + 1, here.shape[1]))  # one column for each made-up start
    states[np.arange(size), np.arange(size)] = 1
    states[:width, size] = here
    theta, velocity = states[:width], states[width:]
    _run(chunks, rule, theta, velocity, [theta] * len(chunks.x))
    theta[:, size] -= here
    return states


def _run(chunks: Chunks, rule: Affine, theta: Array, velocity: Array, into: Iterable[Array]) -> None:
    """Make the S updates of all chunks, from K starts each: theta and velocity (P, K, W).

    The parameters after each update are written into the S arrays `into` (P, K, W), which may be theta itself; velocity
    is changed in place. Of the K starts only the last one has the targets; they are 0 for the others.
    """
    residual = np.empty(theta.shape[1:])
    gradient = np.empty_like(theta)
    step = np.empty_like(theta) if rule.carried else gradient
    for x, y, rate, after in zip(*chunks, into, strict=True):
        np.einsum("pkw,pw->kw", theta, x, out=residual)
        residual[-1] -= y
        if rule.carried:
            np.multiply(residual, x[:, None], out=gradient)
            velocity *= rule.momentum
            velocity += gradient
            np.multiply(velocity, rule.carried * rate, out=step)
            if rule.direct:
                gradient *= rule.direct * rate
                step += gradient
        else:
            residual *= rate
            np.multiply(residual, x[:, None], out=step)
        theta = np.subtract(theta, step, out=after)


def _write(places: Array, path: Array) -> None:
    """Write the places (S, P, R, C) of all chunks into the path (R, L, P), where the last chunk may end early."""
    length, width, runs = places.shape[:3]
    whole, rest = divmod(path.shape[1], length)
    in_chunks = path[:, : whole * length].reshape(runs, whole, length, width)  # a view
    for p in range(width):
        in_chunks[..., p] = places[:, p, :, :whole].transpose(1, 2, 0)
    if rest:
        path[:, whole * length :] = places[:rest, :, :, whole].transpose(2, 0, 1)
