"""Small networks: the plain loop's descent for networks of a handful of units, many times faster.

For a network of seven units NumPy spends its time on being called, not on arithmetic. So the arithmetic of one update
is written out as straight-line Python, once per network: every weight, activation and error is a local variable of a
small function made from the text that `source` returns. Print it to read it. The plain loop stays the reference.
"""

from __future__ import annotations

import functools
import itertools
import math
import struct
from collections.abc import Callable, Iterator, Sequence
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

Batch = Sequence[tuple[float, ...]]
"""Rows of one update: the D inputs, then the K targets of each."""


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
    for r, run in enumerate(places):
        run[0] = theta[r]
        batches = _batches(objective, plan, r, part(report, r / len(theta), 1 / len(theta)))
        record = struct.Struct(f"{theta.shape[1]}d").pack_into
        try:
            program(objective.model.sizes)(
                run[0].tolist(), batches, float(rates[r, 0]), math.exp, record, run.data.cast("B")
            )
        except OverflowError:
            return None
    return places


def _batches(objective: Objective, plan: Plan, run: int, report: Report) -> Iterator[Batch]:
    """Yield the rows of every update of one run."""
    rows = [tuple(row) for row in np.hstack([objective.x, objective.y]).tolist()]
    if plan.stream is None:
        batches: Iterator[Batch] = itertools.repeat(rows, len(plan))
    else:
        stream, ends = plan.stream[run].tolist(), pairwise(plan.seen.tolist())
        batches = ([rows[i] for i in stream[start:end]] for start, end in ends)
    for done, batch in enumerate(batches):
        if done % REPORTED == 0:
            report(done / len(plan))
        yield batch


@functools.lru_cache(maxsize=32)
def program(sizes: tuple[int, ...]) -> Callable[..., None]:
    """Return the function `descend` that `source` describes."""
    names: dict[str, Any] = {}
    exec(source(sizes), names)
    function: Callable[..., None] = names["descend"]
    return function


def source(sizes: tuple[int, ...]) -> str:
    """Return the Python text of a descent of a sigmoid network with these layer sizes.

    Names count from 0: w3 is the fourth parameter and g3 its derivative, a1_0 the activation of the first unit of the
    first hidden layer and d1_0 its error, the derivative of the loss by the unit's weighted sum; a0_ are inputs, t_
    targets.
    """
    inside: list[str] = []
    inside += _forward(sizes)
    inside += _backward(sizes)
    inside += _collect(sizes)
    count = Model(sizes).n_params
    weights, slopes = ([f"{letter}{p}" for p in range(count)] for letter in "wg")
    row = [*(f"a0_{i}" for i in range(sizes[0])), *(f"t_{k}" for k in range(sizes[-1]))]
    return "\n".join(
        [
            "def descend(theta, batches, rate, exp, record, buffer):",
            f"    {', '.join(weights)}, = theta",
            "    place = 0",
            "    for batch in batches:",
            f"        {' = '.join(slopes)} = 0.0",
            f"        for {', '.join(row)} in batch:",
            *(f"            {line}" for line in inside),
            "        step = rate / len(batch)",
            *(f"        {w} -= step * {g}" for w, g in zip(weights, slopes, strict=True)),
            f"        place += {8 * count}",
            f"        record(buffer, place, {', '.join(weights)})",
        ]
    )


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
    """Work out a = 1 / (1 + exp(-z)), z = sum of inputs times weights, plus the bias."""
    for depth, weight, bias in _numbering(sizes):
        for j in range(sizes[depth]):
            terms = [f"a{depth - 1}_{i} * w{weight(i, j)}" for i in range(sizes[depth - 1])]
            yield f"a{depth}_{j} = 1 / (1 + exp(-({' + '.join(terms)} + w{bias(j)})))"


def _backward(sizes: tuple[int, ...]) -> Iterator[str]:
    """At the output d = (a - t) a (1 - a); further back d = (sum of weights times the next layer's d) a (1 - a)."""
    last = len(sizes) - 1
    for j in range(sizes[last]):
        yield f"d{last}_{j} = (a{last}_{j} - t_{j}) * a{last}_{j} * (1 - a{last}_{j})"
    for depth, weight, _ in reversed(list(_numbering(sizes))[1:]):
        for i in range(sizes[depth - 1]):
            blame = " + ".join(f"w{weight(i, j)} * d{depth}_{j}" for j in range(sizes[depth]))
            yield f"d{depth - 1}_{i} = ({blame}) * a{depth - 1}_{i} * (1 - a{depth - 1}_{i})"


def _collect(sizes: tuple[int, ...]) -> Iterator[str]:
    """Add up over the batch: the derivative by a weight is input times d, by a bias d."""
    for depth, weight, bias in _numbering(sizes):
        for j in range(sizes[depth]):
            for i in range(sizes[depth - 1]):
                yield f"g{weight(i, j)} += a{depth - 1}_{i} * d{depth}_{j}"
            yield f"g{bias(j)} += d{depth}_{j}"
