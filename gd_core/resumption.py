"""Resumption: the plain loop, taken up in the middle of a run.

Where a scan cannot be trusted, and above all where a run leaves all numbers, the loop goes on from the last good state.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from gd_core.batching import Plan
from gd_core.descent import quietly
from gd_core.objective import Differentiable
from gd_core.optimizers import Optimizer
from gd_core.shapes import FULL, Array

Bools = NDArray[np.bool_]


@quietly
def resumed(
    objective: Differentiable, optimizer: Optimizer, plan: Plan, start: int, end: int, state: Array, wanted: Bools
) -> tuple[Array, Array]:
    """Return the path (R, end - start, P) of the updates from `start` to `end`, and the states (R, M) after them.

    `state` (R, M) is that before the first of them, theta and the velocity of an affine rule. All runs are moved, since
    the rule has a rate for each; but once those `wanted` (R,) are all NaN, which they stay, nothing is left to be done.
    """
    rule, width = optimizer.affine, objective.n_params
    assert rule is not None
    theta = state[:, :width]
    memory = rule.resume(start, state[:, width:] if rule.carried else np.zeros_like(theta))
    path = np.full((len(state), end - start, width), np.nan)
    for t in range(start, end):
        rows = FULL if plan.stream is None else plan.stream[:, plan.seen[t] : plan.seen[t + 1]]
        step, memory = optimizer.update(objective.grad(theta, rows), memory)
        path[:, t - start] = theta = theta + step
        if np.isnan(theta[wanted]).all():
            return path, np.full_like(state, np.nan)
    return path, np.hstack([theta, memory.memory]) if rule.carried else theta
