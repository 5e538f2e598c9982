"""Small networks: the plain loop's descent for networks of a handful of units, many times faster.

For a network of seven units NumPy spends its time on being called, not on arithmetic. So the arithmetic of one update
is written out as straight-line Python, once per network: every weight, activation and error is a local variable of a
small function made from the text that `source` returns. Print it to read it. Where every update is made by one example,
as in stochastic descent, nothing has to be added up before the step. The plain loop stays the reference.
"""

from __future__ import annotations

import functools
import itertools
import math
import struct
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import pairwise
from typing import Any

import numpy as np

from gd_core.batching import Plan
from gd_core.descent import Report, part
from gd_core.losses import HALF_SQUARED
from gd_core.models import SIGMOID, Model
from gd_core.objective import Objective
from gd_core.optimizers import Optimizer
from gd_core.shapes import Array

WORTH = 100
"""Parameters times examples of an update, of all runs, per layer: up to so many written-out Python beats the loop."""
REPORTED = 5000
"""Updates between two reports."""

Row = tuple[float, ...]
"""One example: the D inputs, then the K targets."""
Batch = Sequence[Row]


def applies(objective: Objective, optimizer: Optimizer, runs: int, plan: Plan) -> bool:
    """Return whether writing it out gives the path of some runs, and sooner than the loop does.

    A network with biases, sigmoid units and half the squared error, as in course text D, under plain gradient descent
    at a constant rate; and few enough examples an update that the calls are what takes the time.
    """
    model, rule = objective.model, optimizer.affine
    sigmoid = model.output is SIGMOID and (len(model.sizes) == 2 or model.hidden is SIGMOID)
    plain = rule is not None and not rule.carried and not callable(rule.rate)
    examples = runs * int(np.diff(plan.seen).max())
    few = examples * model.n_params <= WORTH * (len(model.sizes) - 1)
    return sigmoid and model.bias and objective.loss is HALF_SQUARED and plain and few


def path(
    objective: Objective, optimizer: Optimizer, theta: Array, plan: Plan, report: Report = lambda fraction: None
) -> Array | None:
    """Return the path (R, T+1, P) from the starts theta (R, P), or None where an exponential overflows.

    The loop's numbers up to rounding, one run after the other. For objectives and optimizers to which this `applies`.
    """
    assert optimizer.affine is not None
    rates = np.broadcast_to(np.asarray(optimizer.affine.rate) * optimizer.affine.direct, (len(theta), 1))
    places = np.empty((len(theta), len(plan) + 1, theta.shape[1]))
    record = struct.Struct(f"{theta.shape[1]}d").pack_into
    descend = program(objective.model.sizes, _single(plan))
    for r, run in enumerate(places):
        run[0] = theta[r]
        updates = _updates(objective, plan, r, part(report, r / len(theta), 1 / len(theta)))
        try:
            descend(run[0].tolist(), updates, float(rates[r, 0]), math.exp, record, run.data.cast("B"))
        except OverflowError:
            return None
    return places


def _single(plan: Plan) -> bool:
    """Return whether every update is made by one row, drawn from many."""
    return plan.stream is not None and bool(plan.seen[-1] == len(plan))


def _updates(objective: Objective, plan: Plan, run: int, report: Report) -> Iterator[Row | Batch]:
    """Yield for every update of one run its row if these are `_single`, else its rows."""
    rows = [tuple(row) for row in np.hstack([objective.x, objective.y]).tolist()]
    stream, seen = None if plan.stream is None else plan.stream[run].tolist(), plan.seen.tolist()

    def some(first: int) -> Iterator[Row | Batch]:
        """Return REPORTED updates from the first on; single rows are looked up without Python running in between."""
        report(first / len(plan))
        ends = seen[first : first + REPORTED + 1]
        if stream is None:
            return itertools.repeat(rows, len(ends) - 1)
        if _single(plan):
            return map(rows.__getitem__, stream[ends[0] : ends[-1]])
        return ([rows[i] for i in stream[start:end]] for start, end in pairwise(ends))

    return itertools.chain.from_iterable(some(first) for first in range(0, len(plan), REPORTED))


@functools.lru_cache(maxsize=32)
def program(sizes: tuple[int, ...], single: bool) -> Callable[..., None]:
    """Return the function `descend` that `source` describes."""
    names: dict[str, Any] = {}
    exec(source(sizes, single), names)
    function: Callable[..., None] = names["descend"]
    return function


def source(sizes: tuple[int, ...], single: bool) -> str:
    """Return the Python text of a descent of a sigmoid network with these layer sizes, on single rows or on batches.

    Names count from 0: w3 is the fourth parameter and g3 its step downhill, a1_0 the activation of the first unit of
    the first hidden layer and d1_0 its error, the derivative of the loss by the unit's weighted sum, times the rate;
    a0_ are inputs, t_ targets.
    """
    count = Model(sizes).n_params
    weights, steps = ([f"{letter}{p}" for p in range(count)] for letter in "wg")
    row = ", ".join([*(f"a0_{i}" for i in range(sizes[0])), *(f"t_{k}" for k in range(sizes[-1]))])
    errors = [*_forward(sizes), *_backward(sizes)]
    if single:
        update = ["step = rate", f"for {row} in updates:", *_inside([*errors, *_share(sizes, "w", "-=")])]
    else:
        update = [
            "for batch in updates:",
            *_inside(["step = rate / len(batch)", f"{' = '.join(steps)} = 0.0", f"for {row} in batch:"]),
            *_inside(_inside([*errors, *_share(sizes, "g", "+=")])),
            *_inside(f"{w} -= {g}" for w, g in zip(weights, steps, strict=True)),
        ]
    body = [
        f"{', '.join(weights)}, = theta",
        "place = 0",
        *update,
        *_inside([f"place += {8 * count}", f"record(buffer, place, {', '.join(weights)})"]),
    ]
    return "\n".join(["def descend(theta, updates, rate, exp, record, buffer):", *_inside(body)])


def _inside(lines: Iterable[str]) -> Iterator[str]:
    """Indent lines."""
    return (f"    {line}" for line in lines)


def _numbering(sizes: tuple[int, ...]) -> Iterator[tuple[int, Callable[[int, int], int], Callable[[int], int]]]:
    """Yield for every layer its number, where the weight from unit i to j stands in theta, and where the bias of j."""
    start = 0
    for depth, (fan_in, fan_out) in enumerate(pairwise(sizes), start=1):
        yield (
            depth,
            lambda i, j, start=start, fan_out=fan_out: start + i * fan_out + j,  # type: ignore[misc]
            lambda j, start=start, fan_in=fan_in, fan_out=fan_out: start + fan_in * fan_out + j,  # type: ignore[misc]
        )
        start += (fan_in + 1) * fan_out


def _forward(sizes: tuple[int, ...]) -> Iterator[str]:
    """Work out a = 1 / (1 + exp(-z)), z = sum of inputs times weights, plus the bias.

    The ones have a point because Python is quicker at adding two floats than a whole number and a float.
    """
    for depth, weight, bias in _numbering(sizes):
        for j in range(sizes[depth]):
            terms = [f"a{depth - 1}_{i} * w{weight(i, j)}" for i in range(sizes[depth - 1])]
            yield f"a{depth}_{j} = 1.0 / (1.0 + exp(-({' + '.join(terms)} + w{bias(j)})))"


def _backward(sizes: tuple[int, ...]) -> Iterator[str]:
    """At the output d = step (a - t) a (1 - a); further back d = (sum of weights times the next layer's d) a (1 - a).

    A factor at the output is a factor of every d: so the rate is multiplied once, not once a parameter.
    """
    last = len(sizes) - 1
    for j in range(sizes[last]):
        yield f"d{last}_{j} = step * (a{last}_{j} - t_{j}) * a{last}_{j} * (1.0 - a{last}_{j})"
    for depth, weight, _ in reversed(list(_numbering(sizes))[1:]):
        for i in range(sizes[depth - 1]):
            blame = " + ".join(f"w{weight(i, j)} * d{depth}_{j}" for j in range(sizes[depth]))
            yield f"d{depth - 1}_{i} = ({blame}) * a{depth - 1}_{i} * (1.0 - a{depth - 1}_{i})"


def _share(sizes: tuple[int, ...], name: str, change: str) -> Iterator[str]:
    """Change every w or g by the row's share: of a weight it is input times d, of a bias d."""
    for depth, weight, bias in _numbering(sizes):
        for j in range(sizes[depth]):
            for i in range(sizes[depth - 1]):
                yield f"{name}{weight(i, j)} {change} a{depth - 1}_{i} * d{depth}_{j}"
            yield f"{name}{bias(j)} {change} d{depth}_{j}"
