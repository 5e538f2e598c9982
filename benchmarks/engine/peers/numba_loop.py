"""numba: the loop a good programmer would compile, with the whole path and the loss at every entry.

Compiling is not timed: a first call has done it.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from benchmarks.engine.answer import Answer
from benchmarks.engine.case import Descent, Grid
from benchmarks.engine.peers import Peer, Peers, Work
from benchmarks.engine.peers.numba_compiled import (
    grid,
    line,
    line_by_adam,
    line_with_momentum,
    linear,
    losses,
    moments,
    network,
    on_all_rows,
)
from gd_core.shapes import Array


def _arrays(case: Descent) -> tuple[Array, Array, Array, float, Array]:
    """Return design, target, inputs (N,), the rate and the start, each in one piece of memory."""
    inputs = np.ascontiguousarray(case.objective.x[:, 0])
    return case.design, case.target.copy(), inputs, float(case.rates[0]), case.start


def one_line(case: Descent) -> Work:
    """One run of a line, by plain descent or with momentum."""
    design, y, x, rate, start = _arrays(case)
    rows, momentum = np.ascontiguousarray(case.rows[0, :, 0]), case.recipe.momentum

    def work() -> Answer:
        path = np.empty((len(rows) + 1, 2))
        if momentum is None:
            line(x, y, rows, rate, start, path)
        else:
            line_with_momentum(x, y, rows, rate, momentum, start, path)
        return Answer(path[None], losses(path, *moments(design, y))[None])

    return work


def one_linear_model(case: Descent) -> Work:
    """One run of a linear model, over batches."""
    design, y, _, rate, start = _arrays(case)
    rows = case.rows[0]

    def work() -> Answer:
        path = np.empty((len(rows) + 1, len(start)))
        linear(design, y, rows, rate, start, path)
        return Answer(path[None], losses(path, *moments(design, y))[None])

    return work


def one_of_all_rows(case: Descent) -> Work:
    """One run of batch descent."""
    design, y, _, rate, start = _arrays(case)

    def work() -> Answer:
        path, loss = on_all_rows(design, y, case.updates, rate, start)
        return Answer(path[None], loss[None])

    return work


def run_by_run(descend: Callable[..., None]) -> Callable[[Descent], Work]:
    """Many runs of a line, one after the other, called from Python: 4,000 calls in some hundred milliseconds."""

    def prepare(case: Descent) -> Work:
        design, y, x, _, start = _arrays(case)
        rows, rates = np.ascontiguousarray(case.rows[:, :, 0]), case.rates.tolist()

        def work() -> Answer:
            paths, loss = np.empty((len(rates), case.updates + 1, 2)), np.empty((len(rates), case.updates + 1))
            known = moments(design, y)
            for r, rate in enumerate(rates):
                descend(x, y, rows[r], rate, start, paths[r])
                loss[r] = losses(paths[r], *known)
            return Answer(paths, loss)

        return work

    return prepare


def one_network(case: Descent) -> Work:
    """One run of the small network."""
    x, y, rows = case.objective.x, case.target.copy(), np.ascontiguousarray(case.rows[0, :, 0])
    rate, start = float(case.rates[0]), case.start

    def work() -> Answer:
        path, loss = np.empty((len(rows) + 1, len(start))), np.empty(len(rows) + 1)
        network(x, y, rows, rate, start, path, loss)
        return Answer(path[None], loss[None])

    return work


def heights(case: Grid) -> Work:
    """The surface."""
    x, y = case.x, case.y
    return lambda: Answer(loss=grid(x, y, case.weights, case.intercepts))


ALL = "path, loss"
PEERS: Peers = {
    "W1": [Peer("numba loop", one_line, ALL)],
    "W2": [Peer("numba loop", one_linear_model, ALL)],
    "W3": [Peer("numba loop", one_linear_model, ALL)],
    "W4": [Peer("numba loop", one_of_all_rows, ALL, lambda case: case.of_epochs(40))],
    "W5 n = 80": [Peer("numba grid", heights, "surface")],
    "W5 n = 10,000": [Peer("numba grid", heights, "surface")],
    "W5 n = 1,000,000": [Peer("numba grid", heights, "surface", lambda case: case.of_rows(10))],
    "W6": [Peer("numba loop", one_network, ALL)],
    "W7": [Peer("numba run by run", run_by_run(line), ALL)],
    "W8 momentum": [Peer("numba loop", one_line, ALL)],
    "W8 Adam": [Peer("numba run by run", run_by_run(line_by_adam), ALL)],
}
