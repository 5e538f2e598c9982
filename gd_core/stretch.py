"""A stretch: some consecutive updates of a linear model, as the arrays a scan works on.

On a quadratic loss the gradient of a batch is share · X'(X theta - y): X (B, P) are the batch's rows of the design (the
inputs, and a 1 for the bias), share is bend / B, and bend the second derivative of the loss (2 for the squared loss).
So a stretch is which rows each update reads, its share and its learning rate; and a form of scan is a function from a
stretch and the state it starts from to the path through it.

The state (M,) of a run is theta, followed by the rule's velocity if it has one: M is P or 2P.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from gd_core.batching import Plan
from gd_core.objective import Objective
from gd_core.optimizers import Affine
from gd_core.shapes import Array

SAMPLE = 200
"""Rows that show the main directions well enough."""


class Data(NamedTuple):
    """All examples of a linear model with one output."""

    rows: Array
    """(N+1, P+1) one row [x, 1, y] per example, and at last one of zeros: no gradient, whatever the parameters."""
    bend: float
    """The second derivative of the loss with respect to the prediction."""


class Stretch(NamedTuple):
    """L consecutive updates of R runs."""

    data: Data
    rule: Affine
    batches: NDArray[np.intp] | None
    """(R, L, B) which rows each update reads, N where a batch is short; None if every update reads all of them."""
    seen: NDArray[np.intp]
    """(L+1,) examples read by the start and after each update."""
    rates: Array
    """(R or 1, L or 1) learning rates."""

    @property
    def share(self) -> Array:
        """(L,) what every example counts in the gradient: bend / (number of rows read)."""
        return np.asarray(self.data.bend / np.diff(self.seen))


class Pieces(NamedTuple):
    """How a stretch was walked: in C pieces side by side, all of the same length but perhaps the last."""

    starts: Array
    """(R, C, M) the state in which each piece was thought to start."""
    ends: Array
    """(R, C, M) the state in which each piece ended: where the next one starts, if all is well."""
    length: int
    """Updates in a piece."""


Form = Callable[[Stretch, Array, Array], Pieces]
"""One way to walk a stretch: from states (R, M), writing the parameters after each update into an array (R, L, P)."""


def data(objective: Objective) -> Data:
    """Return the examples of an objective whose model is linear and has one output."""
    n, width = objective.n, objective.n_params
    rows = np.zeros((n + 1, width + 1))
    rows[:n, : objective.x.shape[1]] = objective.x
    if objective.model.bias:
        rows[:n, width - 1] = 1
    rows[:n, width] = objective.y[:, 0]
    return Data(rows, objective.loss.bend)


def stretch(data: Data, rule: Affine, plan: Plan, start: int, end: int) -> Stretch:
    """Return the updates of a plan from `start` to `end`."""
    seen = plan.seen[start : end + 1]
    batches = None if plan.stream is None else _batches(plan.stream, seen, int(plan.seen[1]), len(data.rows) - 1)
    return Stretch(data, rule, batches, seen, rule.rates(start, end))


def _batches(stream: NDArray[np.intp], seen: NDArray[np.intp], size: int, missing: int) -> NDArray[np.intp]:
    """Cut a stream of row numbers (R, …) into batches (R, L, B); where a batch is short, `missing`."""
    updates = len(seen) - 1
    if seen[-1] - seen[0] == updates * size:
        return stream[:, seen[0] : seen[-1]].reshape(len(stream), updates, size)
    places = seen[:-1, None] + np.arange(size)
    rows = stream[:, np.minimum(places, seen[-1] - 1)]
    rows[:, places >= seen[1:, None]] = missing
    return rows


def main_directions(data: Data) -> Array:
    """Return the right singular vectors (P, P), as columns, of some inputs.

    Inputs far from zero make maps of updates steep along one direction, and its rounding takes digits from the level
    ones, which a velocity adds up for long. Inputs turned to their main directions keep steep and level apart.
    """
    x = data.rows[:-1, :-1]
    triangle = np.linalg.qr(x[:: -(-len(x) // SAMPLE)], mode="r")
    return np.asarray(np.linalg.svd(triangle)[2].T) if np.isfinite(triangle).all() else np.eye(x.shape[1])


def residuals(read: Array, theta: Array) -> Array:
    """Return x·theta - y (R, …) of rows [x, 1, y] read by each run, (R, …, P+1), at its parameters theta (R, P)."""
    both = np.hstack([theta, np.full((len(theta), 1), -1.0)])
    found: Array = read.reshape(len(read), -1, read.shape[-1]) @ both[:, :, None]
    return found.reshape(read.shape[:-1])
