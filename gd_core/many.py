"""Many runs: update by update as in the plain loop, but all runs lie side by side in memory.

The plain loop keeps the parameters of a run together, theta (R, P), so a gradient is R products of tiny matrices. Here
the run comes last: parameter p of all runs is one long row, and the gradient of a linear model under a loss l,

    prediction = sum over p of x[p] theta[p],   grad[p] = mean over the batch of x[p] l'(prediction, y),

is two sums of products of such rows, x[p] being every run's own input p, and 1 for the bias. (Known as "structure of
arrays".) A sweep, where many runs read the same examples, looks these up once. States go straight into the history;
its transpose is a path as everybody else knows it. The optimizer is the loop's own: it works element by element and
does not ask in which order these lie, so every rule, with whatever memory and schedule, is right without being known.
Only plain descent is known, and written out: for thousands of runs every pass over a row that can be saved counts.

Runs stand on a grid (R = A * C): (seeds, rates) if those of a seed follow each other, (rates, seeds) if the seeds take
turns, (runs, 1) if all read differently; an axis of the examples along which all runs read the same has length 1.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import count, pairwise, repeat

import numpy as np
from numpy.typing import NDArray

from gd_core.batching import Plan
from gd_core.descent import Report, loop, quietly
from gd_core.objective import Objective
from gd_core.optimizers import Affine, Optimizer, State
from gd_core.shapes import Array

Examples = Iterator[tuple[Array, Array]]
"""The inputs (D, B, A or 1, C or 1) of every update and the targets (B, A or 1, C or 1)."""

SUMMED = 160
"""Products (P times B) in one run's gradient up to which long rows beat the loop's many small matrix products."""
HELD = 2**18
"""Numbers looked up at a time, 2 MB: they should stay near the processor."""
FAR = 1e100
"""Beyond this a sum in another order may overflow before the loop's does: such runs are walked again by the loop."""
LARGE = 1e50
"""Data beyond this may overflow at parameters short of FAR; they are left to the loop."""
GLANCE = 64
"""Updates from one look for FAR to the next. What overflows stays lost, so none is missed."""


def applies(objective: Objective, optimizer: Optimizer, runs: int, plan: Plan) -> bool:
    """Return whether `path` gives the loop's path at least as soon: a linear model of one output, on small batches."""
    few = objective.n_params * int(np.diff(plan.seen).max()) <= SUMMED
    if not (objective.quadratic and objective.y.shape[1] == 1 and few):
        return False
    return bool(np.abs(objective.x).max() <= LARGE and np.abs(objective.y).max() <= LARGE)


@quietly
def path(
    objective: Objective, optimizer: Optimizer, theta: Array, plan: Plan, report: Report = lambda fraction: None
) -> Array:
    """Return the path (R, T+1, P) from the starts theta (R, P): the loop's numbers up to rounding.

    For objectives to which this `applies`. The array is a view whose runs are next to each other in memory.
    """
    streams = _shared(plan)
    across, along = streams.shape[:2]
    states = np.empty((len(plan) + 1, *theta.T.shape))
    states[0] = theta.T
    on_grid = states.reshape(*states.shape[:2], *((-1, along) if along > 1 else (across, -1)))
    examples = _told(_examples(objective, streams, plan), len(plan), report)
    if optimizer.affine is None or optimizer.affine.carried:
        _walk(objective, optimizer, on_grid, examples)
    else:
        _walk_plainly(objective, optimizer.affine, on_grid, examples)
    places = states.transpose(2, 0, 1)
    far = np.logical_not((np.abs(places[:, len(plan) % GLANCE :: GLANCE]) < FAR).all(axis=(1, 2)))
    if far.any():
        places[far] = loop(objective, _only(optimizer, far), theta[far], plan.only(far))
    return places


def _walk(objective: Objective, optimizer: Optimizer, states: Array, examples: Examples) -> None:
    """Fill the states (T+1, P, A, C) behind the first, by any rule."""
    by_run = states.reshape(*states.shape[:2], -1).swapaxes(1, 2)  # (T+1, R, P)
    memory = optimizer.init(by_run[0])
    for t, grad in enumerate(_gradients(states, examples, repeat(objective.loss.bend))):
        step, memory = optimizer.update(grad.reshape(len(grad), -1).T, memory)
        np.add(by_run[t], step, out=by_run[t + 1])


def _walk_plainly(objective: Objective, rule: Affine, states: Array, examples: Examples) -> None:
    """Fill the states (T+1, P, A, C) behind the first, by step = -rate * grad, known by a row of rates."""
    bend = rule.direct * objective.loss.bend
    runs = states.shape[2:]

    def factor(rate: float | Array) -> Array:
        return np.broadcast_to(bend * np.reshape(rate, -1), runs[0] * runs[1]).reshape(runs)

    rate = rule.rate
    factors = (factor(rate(t)) for t in count()) if callable(rate) else repeat(factor(rate))
    for t, step in enumerate(_gradients(states, examples, factors)):
        np.subtract(states[t], step, out=states[t + 1])


def _gradients(states: Array, examples: Examples, factors: Iterable[float | Array]) -> Iterator[Array]:
    """Yield at every state (P, A, C) but the last the gradient (P, A, C) of half the squared error, times a factor.

    The slope of a quadratic loss is bend * (prediction - y), so bend, rate and 1 / B meet in one factor. The next state
    has to be filled before the next gradient is asked for.
    """
    for state, (x, y), factor in zip(states, examples, factors, strict=False):
        inputs, rows = x.shape[:2]
        bias = len(state) > inputs
        grad = np.empty_like(state)
        # the bias's entry is the sum of the slopes over the rows: that of a single row is written where it belongs
        slope = grad[inputs:] if bias and rows == 1 else np.empty((rows, *state.shape[1:]))
        if inputs == 1:
            np.multiply(x[0], state[:1], out=slope)
        else:
            np.einsum("dbac,dac->bac", x, state[:inputs], out=slope)
        if bias:
            slope += state[inputs]
        slope -= y
        slope *= factor if rows == 1 else factor / rows
        if rows == 1:
            np.multiply(x[:, 0], slope, out=grad[:inputs])
        else:
            np.einsum("dbac,bac->dac", x, slope, out=grad[:inputs])
            if bias:
                slope.sum(axis=0, keepdims=True, out=grad[inputs:])
        yield grad


def _told(examples: Examples, total: int, report: Report) -> Examples:
    """Pass on the examples and report how many of all updates are done."""
    for t, example in enumerate(examples, start=1):
        yield example
        if t % 1000 == 0:
            report(t / total)


def _shared(plan: Plan) -> NDArray[np.intp]:
    """Return the streams on the grid of runs, (A or 1, C or 1, epochs * n), each but once if that is possible."""
    if plan.streams is None:
        return np.empty((1, 1, 0), dtype=np.intp)
    if plan.reader is not None:
        runs, size = len(plan.reader), int((plan.reader == plan.reader[0]).sum())
        if runs % size == 0:
            neighbours, turns = plan.reader.reshape(-1, size), plan.reader.reshape(size, -1)
            if (neighbours == neighbours[:, :1]).all():
                return plan.streams[neighbours[:, :1]]
            if (turns == turns[:1]).all():
                return plan.streams[turns[:1]]
    assert plan.stream is not None
    return plan.stream[:, None]


def _examples(objective: Objective, streams: NDArray[np.intp], plan: Plan) -> Examples:
    """Look up the examples of every update, as many at a time as HELD allows."""
    seen, end = plan.seen, 0
    inputs = np.ascontiguousarray(objective.x.T)  # (D, N)
    if plan.streams is None:
        yield from repeat((inputs[..., None, None], objective.y[..., None]), len(plan))
        return
    room = HELD // (len(inputs) * streams.shape[0] * streams.shape[1])
    while end < len(plan):
        start, end = end, max(end + 1, int(np.searchsorted(seen, seen[end] + room, "right")) - 1)
        rows = np.ascontiguousarray(np.moveaxis(streams[..., seen[start] : seen[end]], -1, 0))
        x, y = inputs.take(rows, axis=1), objective.y[:, 0].take(rows)
        for first, last in pairwise(seen[start : end + 1] - seen[start]):
            yield x[:, first:last], y[first:last]


def _only(optimizer: Optimizer, chosen: NDArray[np.bool_]) -> Optimizer:
    """Return the optimizer of the chosen (R,) among its R runs; the others stand still meanwhile."""

    def whole(part: Array) -> Array:
        everything = np.zeros((len(chosen), part.shape[1]))
        everything[chosen] = part
        return everything

    def update(grad: Array, state: State) -> tuple[Array, State]:
        step, state = optimizer.update(whole(grad), state)
        return np.broadcast_to(step, (len(chosen), grad.shape[1]))[chosen], state

    return Optimizer(lambda theta: optimizer.init(whole(theta)), update)
