"""Batch descent on a quadratic loss: every update in closed form, from one look at the data.

Along an eigenvector of the Hessian, with eigenvalue λ, each update of plain gradient descent multiplies the slope by
1 - rate λ. The steps are a geometric series, and after t of them

    theta(t) = theta(0) + sum over eigenvectors of (1 - (1 - rate λ)^t) / λ * (downhill slope at theta(0))

The eigenvectors come from the root of the loss's bowl, so the cost does not depend on the number of rows, and hardly on
the number of updates. Counted from the start and not from the minimum, nothing is lost where a direction is level, and
a run that starts where every slope is zero stays there. (Goh 2017, "Why momentum really works".)
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from gd_core.batching import Plan
from gd_core.bowl import Bowl, bowl
from gd_core.descent import History, Report, quietly, recorded
from gd_core.objective import Objective
from gd_core.optimizers import Optimizer
from gd_core.shapes import Array

FAR = 1e100
"""Beyond this a run is on its way out of all numbers, and only the loop can say when it leaves them."""
UNDAMPED, ALMOST_ONE = 50_000, 1 - 1e-9
"""A run that swings for ever or diverges keeps the rounding of λ and adds to it at every update, about 1e-15; so many
updates of it are left to the loop."""
NEAR = 1e-6
"""Where the predictions miss by less than this share of their size, rounding shows in the bowl's slope."""


class Axes(NamedTuple):
    """The root as left strength right: its S <= Q directions, the eigenvectors of the Hessian that are not level."""

    left: Array
    """(M, S)"""
    strength: Array
    """(S,), so that λ = 2 strength²"""
    right: Array
    """(S, Q)"""


def applies(objective: Objective, optimizer: Optimizer, runs: int, plan: Plan) -> bool:
    """Return whether `history` gives that of this optimizer: plain, at a constant rate, on all rows every time."""
    rule = optimizer.affine
    plain = rule is not None and not rule.carried and not callable(rule.rate)
    return objective.quadratic and plain and plan.streams is None


@quietly
def history(
    objective: Objective,
    optimizer: Optimizer,
    theta: Array,
    plan: Plan,
    validation: Objective | None = None,
    report: Report = lambda fraction: None,
) -> History | None:
    """Return the history from the starts theta (R, P), the loop's up to rounding; the training rows are read once.

    For objectives and optimizers to which this `applies`. None if a run goes FAR or is UNDAMPED for too long.
    """
    shape = bowl(objective)
    places = states(objective, shape, optimizer, theta, np.arange(len(plan) + 1.0))
    return None if places is None else recorded(objective, places, plan, validation, report, shape)


@quietly
def states(objective: Objective, shape: Bowl, optimizer: Optimizer, theta: Array, updates: Array) -> Array | None:
    """Return the states (R, U, P) after some numbers of updates (U,), rising, on an objective whose bowl is known.

    None if there is no telling, as for a `history` that ends with the last of them.
    """
    total = float(updates[-1])
    assert optimizer.affine is not None
    rate = optimizer.affine.rate
    assert not callable(rate)
    rates = np.reshape(rate, (-1, 1)) * optimizer.affine.direct
    if not (np.isfinite(shape.root).all() and np.isfinite(shape.aim).all()):
        return None
    axes = Axes(*np.linalg.svd(shape.root, full_matrices=False))
    reach = rates * 2 * axes.strength**2  # (R or 1, S), rate λ
    growth = float(reach.max()) - 1  # by which the steepest axis multiplies its slope, if that is more than 1
    long = growth > ALMOST_ONE and total > UNDAMPED
    if long or not (np.abs(theta).max() < FAR and total * np.log(max(growth, 1)) < np.log(FAR)):
        return None
    first = rates[:, None] * _slopes(objective, shape, axes, theta)  # (R, K, S), the first step
    steps = _geometric(reach[:, None], updates[:, None])  # (R or 1, U, S), in first steps
    ways = (steps[:, :, None] * first[:, None]).reshape(-1, len(axes.right)) @ axes.right  # (R U K, Q)
    runs, outputs, inputs = len(theta), first.shape[1], ways.shape[1]
    places = ways.reshape(runs, -1, outputs, inputs).swapaxes(2, 3).reshape(runs, -1, theta.shape[1])
    places += theta[:, None]
    return places if np.abs(places).max() < FAR else None


def _slopes(objective: Objective, shape: Bowl, axes: Axes, theta: Array) -> Array:
    """Return the downhill slope (R, K, S) along every axis at the starts theta (R, P).

    From the errors of prediction, turned as the root is: a steep axis then takes no digits from a level one. Where all
    errors are next to nothing their rounding shows, and the data say what they are.
    """
    reached, aim = _by_output(theta, shape.aim.shape[1]) @ shape.root.T, shape.aim.T  # (R, K, M)
    slopes = 2 * axes.strength * ((aim - reached) @ axes.left)
    size = np.linalg.norm(reached, axis=(1, 2)) + np.linalg.norm(aim)
    near = np.linalg.norm(aim - reached, axis=(1, 2)) <= NEAR * size
    if near.any():
        slopes[near] = -_by_output(objective.grad(theta[near]), len(aim)) @ axes.right.T
    return np.asarray(slopes)


def _by_output(theta: Array, outputs: int) -> Array:
    """Return rows of parameters (R, P) as (R, K, Q)."""
    return theta.reshape(len(theta), -1, outputs).swapaxes(1, 2)


def _geometric(reach: Array, t: Array) -> Array:
    """Return the sum of (1 - reach)^k over k < t, which is (1 - (1 - reach)^t) / reach, for every reach >= 0 and t."""
    short, wide = np.clip(reach, np.finfo(float).tiny, 0.5), np.maximum(reach, 0.5)
    slow = -np.expm1(t * np.log1p(-short)) / short  # 1 - (1 - reach)^t by itself would lose the digits of a small reach
    return np.where(reach < 0.5, slow, (1 - (1 - wide) ** t) / wide)
