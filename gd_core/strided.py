"""Strided: a run too long to be kept in full, recorded at every so many-th update.

Every update is made, but only the start, every `stride`-th state and the very last one are kept. The run is walked in
pieces. Each starts where the one before it ended and reads the rows that it would have read in one go, since the
generators that draw them go on as well.

A rule without memory is known by theta alone, so the fastest engine walks each piece. A rule with a memory (momentum,
Adam) takes it along from piece to piece and goes by the plain loop. On a quadratic loss batch descent at a constant
rate, with momentum or without, goes straight to the updates that are kept.

Losses are taken where states are kept. Only where a run goes FAR are they taken after every update of the piece: there
a loss may overflow, and the first update after which it does is one to be known.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from gd_core import engines, quadratic
from gd_core.batching import Batching, Plan
from gd_core.bowl import Bowl, bowl
from gd_core.descent import NEVER, History, Report, first_not_finite, loop, losses_along, part, quietly
from gd_core.extent import Fit
from gd_core.objective import Objective
from gd_core.optimizers import Optimizer, State, gd
from gd_core.shapes import Array

FAR = 1e100
"""Short of this the loss of a run is finite, unless the data are beyond 1e50."""
LATE = np.iinfo(np.intp).max
"""The first update that is not finite, as long as there is none: later than any."""

Walk = Callable[[Array, Plan, int, Report], Array]
"""Walks a piece: the path (R, L+1, P) of its L updates from the states theta (R, P) after so many updates."""


def history(
    objective: Objective,
    optimizer: Optimizer,
    theta: Array,
    plans: Iterable[Plan],
    fit: Fit,
    validation: Objective | None = None,
    report: Report = lambda fraction: None,
    method: str = "fastest",
) -> History:
    """Return the history from the starts theta (R, P) at the stride of the fit; `plans` are the `pieces` of the run.

    Its entries are those of the whole history: the states to the bit where the plain loop makes both, else up to
    rounding. `diverged_at` is that of the whole history too; only where the data let a loss overflow short of FAR, and
    that update was not kept, is it the next one that was. `method` is one of METHODS.
    """
    extent, updates = fit.extent, fit.updates
    path = np.empty((extent.runs, len(updates), extent.params))
    shape, lost = _bowl(objective), np.full(extent.runs, LATE)
    closed = method != "loop" and extent.batch_size is None
    if not (closed and shape is not None and _in_closed_form(objective, shape, optimizer, theta, fit, path)):
        walk = _walk(objective, optimizer, method)
        lost = _by_walking(objective, shape, walk, theta, plans, updates, path, part(report, 0, 0.5))
    share = 0.5 * extent.n / (extent.n + (0 if validation is None else validation.n))
    loss = _losses(objective, shape, path, fit, part(report, 0.5, share))
    held_out = None
    if validation is not None:
        held_out = _losses(validation, _bowl(validation), path, fit, part(report, 0.5 + share, 0.5 - share))
    for here in _slices(fit, len(updates)):
        lost = np.minimum(lost, _first_lost(path[:, here], loss[:, here], updates[here]))
    seen, diverged_at = extent.seen(updates), np.where(lost == LATE, NEVER, lost)
    return History(path, loss, held_out, seen, seen / extent.n, diverged_at, fit.stride, extent.updates)


def pieces(batching: Batching, seeds: Sequence[int], fit: Fit) -> Iterator[Plan]:
    """Yield the plan of a run in pieces for which there is room: whole epochs, or parts of one."""
    extent = fit.extent
    epochs = fit.room // (extent.per_epoch * extent.entry + extent.rows)
    for plan in batching.pieces(extent.n, extent.epochs, seeds, max(1, epochs)):
        for start in range(0, len(plan), fit.entries):
            yield plan.between(start, start + fit.entries)


def _in_closed_form(
    objective: Objective, shape: Bowl, optimizer: Optimizer, theta: Array, fit: Fit, path: Array
) -> bool:
    """Fill the path (R, K, P) of the updates that are kept, with nothing in between; False if that cannot be done."""
    updates, rule = fit.updates, optimizer.affine
    if rule is None or callable(rule.rate):
        return False
    for here in _slices(fit, len(updates)):
        places = quadratic.states(objective, shape, optimizer, theta, updates[here])
        if places is None:
            return False
        path[:, here] = places
    return True


@quietly
def _by_walking(
    objective: Objective,
    shape: Bowl | None,
    walk: Walk,
    theta: Array,
    plans: Iterable[Plan],
    updates: NDArray[np.intp],
    path: Array,
    report: Report,
) -> NDArray[np.intp]:
    """Fill the path (R, K, P) of the updates (K,) that are kept; return the first update that is lost (R,), or LATE."""
    lost, done, total = np.full(len(theta), LATE), 0, int(updates[-1])
    for plan in plans:
        end = done + len(plan)
        walked = walk(theta, plan, done, part(report, done / total, len(plan) / total))
        first, last = np.searchsorted(updates, [done, end + 1])
        path[:, first:last] = walked[:, updates[first:last] - done]
        far = (lost == LATE) & ~(np.abs(walked).max(axis=(1, 2)) < FAR)
        if far.any():
            away = walked[far]
            loss = losses_along(objective, away, shape=shape, updates=total)
            lost[far] = _first_lost(away, loss, np.arange(done, end + 1))
        theta, done = np.array(walked[:, -1], order="C"), end
        report(done / total)
    return lost


def _walk(objective: Objective, optimizer: Optimizer, method: str) -> Walk:
    """Return how a piece is walked: plain descent by the fastest engine, what has a memory by the loop."""
    rule = optimizer.affine
    if method == "loop" or rule is None or rule.carried or rule.direct != 1:
        return _looping(objective, optimizer)
    rate = rule.rate

    def walk(theta: Array, plan: Plan, done: int, report: Report) -> Array:
        later = gd((lambda t: rate(done + t)) if callable(rate) else rate)
        return engines.walk(objective, later, theta, plan, report, method)

    return walk


def _looping(objective: Objective, optimizer: Optimizer) -> Walk:
    """Return the plain loop with an optimizer that starts each piece with the state in which it ended the last one."""
    ended: list[State] = []

    def init(theta: Array) -> State:
        return ended[0] if ended else optimizer.init(theta)

    def update(grad: Array, state: State) -> tuple[Array, State]:
        step, state = optimizer.update(grad, state)
        ended[:] = [state]
        return step, state

    carried_on = Optimizer(init, update)
    return lambda theta, plan, done, report: loop(objective, carried_on, theta, plan, report)


def _losses(objective: Objective, shape: Bowl | None, path: Array, fit: Fit, report: Report) -> Array:
    """Return the loss (R, K) along a path (R, K, P), of a piece at a time."""
    loss = np.empty(path.shape[:2])
    for here in _slices(fit, path.shape[1]):
        loss[:, here] = losses_along(objective, path[:, here], shape=shape, updates=fit.extent.updates)
        report(min(1.0, here.stop / path.shape[1]))
    return loss


def _first_lost(path: Array, loss: Array, updates: NDArray[np.intp]) -> NDArray[np.intp]:
    """Return the first of the updates (K,) after which parameters or loss of a run (R,) are not finite, or LATE."""
    first = first_not_finite(path, loss)
    return np.where(first == NEVER, LATE, updates[first])


@quietly
def _bowl(objective: Objective) -> Bowl | None:
    """Return the bowl of a quadratic loss, so that the rows are read once for all pieces."""
    return bowl(objective) if objective.quadratic else None


def _slices(fit: Fit, entries: int) -> Iterator[slice]:
    """Cut so many entries of a history into pieces."""
    for start in range(0, entries, fit.entries):
        yield slice(start, start + fit.entries)
