"""Scan: the plain loop's path on a quadratic loss, many updates at a time.

On a quadratic loss the gradient of a batch is affine in theta, so an update of plain gradient descent is an affine map,

    d ← A d + c        d = theta - origin,   A = I - rate * H,   c = rate * g

with the batch's Hessian H (P, P) and g (P,), its downhill gradient at the origin. The origin is where the run, or a
piece of it, starts: so a run that starts at the solution of data without noise stays there exactly, at any rate, as it
does in the loop.

One map after another is a map again, so updates need not wait for each other. A run is cut into blocks; in all blocks
side by side each map is composed with those before it; then one pass over the blocks finds where each of them starts.
(Blelloch 1990, "Prefix sums and their applications".) T updates take about 2 sqrt(T) calls of NumPy instead of several
each.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from gd_core.batching import Plan
from gd_core.descent import Report, quietly
from gd_core.objective import Objective
from gd_core.optimizers import Rate
from gd_core.shapes import Array

LOOP = 12_000
"""What an update's calls cost the loop, in multiplications: R runs on batches of B take a scan R (400 + P³ + B P²)."""
CHUNK = 2**19
"""Numbers in the matrices held at a time, 4 MB: they should stay near the processor."""
FAR = 1e100
"""Where a run goes beyond this, composed maps may overflow before the loop does, and the scan gives up."""


class Maps(NamedTuple):
    """The affine maps d ← A d + c of consecutive updates, of every run; d is the way from the run's origin."""

    a: Array
    """(R, T, P, P)"""
    c: Array
    """(R, T, P, 1)"""


def applies(objective: Objective, runs: int, plan: Plan) -> bool:
    """Return whether a scan gives the path of plain gradient descent, and sooner than the loop does."""
    width = objective.model.n_params
    batch = 0 if plan.stream is None else int(plan.seen[1])  # on all rows the Hessian is worked out once
    single_output = objective.y.shape[1] == 1
    return objective.quadratic and single_output and runs * (400 + width**3 + batch * width**2) <= LOOP


@quietly
def path(
    objective: Objective, rate: Rate, theta: Array, plan: Plan, report: Report = lambda fraction: None
) -> Array | None:
    """Return the path (R, T+1, P) of plain gradient descent from the starts theta (R, P).

    The loop's numbers up to rounding; None if a run goes FAR. For objectives to which the scan `applies`.
    """
    runs, width = theta.shape
    places = np.empty((runs, len(plan) + 1, width))
    places[:, 0] = theta
    room = max(1, CHUNK // (runs * width**2))
    held = np.arange(len(plan) + 1) if plan.stream is None else plan.seen  # examples may need more room than matrices
    end = 0
    while end < len(plan):
        start, end = end, max(end + 1, int(np.searchsorted(held, held[end] + room, "right")) - 1)
        origin = places[:, start]
        maps = _maps(objective, plan, _rates(rate, start, end), origin, start, end)
        places[:, start + 1 : end + 1] = origin[:, None] + _places(maps)
        report(end / len(plan))
    return places if (np.abs(places) < FAR).all() else None


def _rates(rate: Rate, start: int, end: int) -> Array:
    """The learning rates of the updates from `start` to `end`, (R or 1, T or 1)."""
    if callable(rate):
        return np.hstack([np.reshape(rate(t), (-1, 1)) for t in range(start, end)])
    return np.reshape(rate, (-1, 1))


def _maps(objective: Objective, plan: Plan, rates: Array, origin: Array, start: int, end: int) -> Maps:
    """The maps around the origin (R, P) of the updates from `start` to `end`, at learning rates (R or 1, T or 1)."""
    design = np.hstack([objective.x, np.ones((objective.n, int(objective.model.bias)))])  # (N, P)
    bend = objective.loss.slope(np.ones(1), np.zeros(1))[0]  # the slope of a quadratic loss is bend * (p - y)
    if plan.stream is None:
        hessians = (design.T @ design * bend / objective.n)[None, None]
        downhill = (design.T @ (objective.y - design @ origin.T) * bend / objective.n).T[:, None, :, None]
    else:
        rows = _rows(plan, start, end, objective.n)  # (R, T, B)
        x = np.vstack([design, np.zeros_like(origin[:1])])[rows]  # (R, T, B, P); where a batch is short, zeros
        missing = np.vstack([objective.y, [[0.0]]])[rows] - x @ origin[:, None, :, None]  # (R, T, B, 1)
        share = (bend / np.diff(plan.seen[start : end + 1]))[:, None, None]
        hessians, downhill = (share * (x.swapaxes(-1, -2) @ factor) for factor in (x, missing))
    shape = (len(origin), end - start, design.shape[1])
    rates = rates[..., None, None]
    a = np.broadcast_to(np.eye(shape[2]) - rates * hessians, (*shape, shape[2]))
    return Maps(a, np.broadcast_to(rates * downhill, (*shape, 1)))


def _rows(plan: Plan, start: int, end: int, n: int) -> NDArray[np.intp]:
    """The rows (R, T, B) of the batches from `start` to `end`, a short one filled up with the number n."""
    assert plan.stream is not None
    seen = plan.seen[start : end + 1]
    places = seen[:-1, None] + np.arange(np.diff(seen).max())
    rows = plan.stream[:, np.minimum(places, seen[-1] - 1)]
    rows[:, places >= seen[1:, None]] = n
    return rows


def _places(maps: Maps) -> Array:
    """Apply the maps one after the other, from the origin; return every way from it, (R, T, P)."""
    runs, total, width = maps.c.shape[:3]
    length = max(1, int(total**0.5))
    a, c = _in_blocks(maps.a, length), _in_blocks(maps.c, length)  # (R, blocks, length, P, P or 1)
    for i in range(1, length):
        c[:, :, i] += a[:, :, i] @ c[:, :, i - 1]
        a[:, :, i] = a[:, :, i] @ a[:, :, i - 1]
    starts = np.empty((runs, a.shape[1], 1, width, 1))
    here = np.zeros((runs, width, 1))
    for block in range(a.shape[1]):
        starts[:, block, 0] = here
        here = a[:, block, -1] @ here + c[:, block, -1]
    return (a @ starts + c).reshape(runs, -1, width)[:, :total]


def _in_blocks(values: Array, length: int) -> Array:
    """Copy values (R, T, …) into blocks (R, blocks, length, …), the last one filled up with zeros."""
    runs, total = values.shape[:2]
    blocks = -(-total // length)
    padded = np.zeros((runs, blocks * length, *values.shape[2:]))
    padded[:, :total] = values
    return padded.reshape(runs, blocks, length, *values.shape[2:])
