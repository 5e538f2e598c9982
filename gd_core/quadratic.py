"""Batch descent on a quadratic loss: every update at once, from one look at the data.

Along an eigenvector of the Hessian, with eigenvalue λ, a run knows nothing of the other directions. Each update of
plain gradient descent multiplies the slope there by 1 - rate λ, so the steps are a geometric series; with momentum they
are a recurrence in two numbers. Either way

    theta(t) = theta(0) + sum over eigenvectors of c(t, λ) * (downhill slope at theta(0))

where c is (1 - (1 - rate λ)^t) / λ for plain descent and is found by `gd_core.recurrence` for every rule and schedule.
The eigenvectors come from the root of the loss's bowl, so the cost does not depend on the number of rows, and at a
constant rate hardly on the number of updates; and a level direction beside a steep one keeps the digits that a matrix
of products would take from it. Counted from the start and not from the minimum, nothing is lost where a direction is
level, and a run that starts where every slope is zero stays there. (Goh 2017, "Why momentum really works".)

What rounding may add is bounded before a path is handed out. Where that is not next to nothing, the loop walks.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from gd_core.batching import Plan
from gd_core.bowl import Bowl, bowl
from gd_core.descent import History, Report, loop, part, quietly, recorded
from gd_core.objective import Objective
from gd_core.optimizers import Affine, Optimizer
from gd_core.recurrence import ways, ways_after
from gd_core.shapes import Array

FAR = 1e100
"""Beyond this a run is on its way out of all numbers, and only the loop can say when it leaves them."""
UNDAMPED, ALMOST_ONE = 50_000, 1 - 1e-9
"""A run that swings for ever or diverges keeps the rounding of λ and adds to it at every update, about 1e-15 without
momentum; so many updates of it are left to the loop."""
CERTAIN = 1e-12
"""Where rounding may part a run farther from the loop's, relative to how far it has been from 0, the loop walks it."""
NEAR = 1e-6
"""Where the predictions miss by less than this share of their size, rounding shows in the bowl's slope."""
EPS = np.finfo(float).eps


class Axes(NamedTuple):
    """The root as left strength right: its S <= Q directions, the eigenvectors of the Hessian that are not level."""

    left: Array
    """(M, S)"""
    strength: Array
    """(S,), so that λ = 2 strength²"""
    right: Array
    """(S, Q)"""

    @property
    def curvatures(self) -> Array:
        """λ (S,), the steepest first."""
        return 2 * self.strength**2


def applies(objective: Objective, optimizer: Optimizer, runs: int, plan: Plan) -> bool:
    """Return whether `history` gives that of this optimizer: affine, on all rows every time."""
    return objective.quadratic and optimizer.affine is not None and plan.streams is None


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

    For objectives and optimizers to which this `applies`. None if a run goes FAR. Runs that are UNDAMPED for too long,
    or not CERTAIN, are walked by the loop, which reads the rows for every update.
    """
    shape = bowl(objective)
    places = _path(objective, shape, optimizer, theta, plan, part(report, 0, 0.5))
    return None if places is None else recorded(objective, places, plan, validation, part(report, 0.5, 0.5), shape)


@quietly
def states(
    objective: Objective, shape: Bowl, optimizer: Optimizer, theta: Array, updates: NDArray[np.intp]
) -> Array | None:
    """Return the states (R, U, P) after some numbers of updates (U,), rising, at a constant rate; the bowl is known.

    What lies between is not computed. None where a run goes FAR, is UNDAMPED for too long or is not CERTAIN.
    """
    rule, total = optimizer.affine, float(updates[-1])
    assert rule is not None
    axes, rates = _axes(shape), rule.rates(0, 1)
    if axes is None or _far(axes, rates, rule, theta, total) or _undamped(axes, rates, rule, total):
        return None
    c = ways_after(axes.curvatures, rates, rule, updates)
    places = _places(objective, shape, axes, theta, c)
    return None if places is None or _parted(shape, axes, theta, c, places) > CERTAIN else places


def _path(
    objective: Objective, shape: Bowl, optimizer: Optimizer, theta: Array, plan: Plan, report: Report
) -> Array | None:
    """Return the path (R, T+1, P) of an objective whose bowl is known; None where there is no history."""
    rule = optimizer.affine
    assert rule is not None
    axes, rates = _axes(shape), rule.rates(0, len(plan))  # (R or 1, T or 1)
    if axes is None or _far(axes, rates, rule, theta, len(plan)):
        return None
    if _undamped(axes, rates, rule, len(plan)):
        return loop(objective, optimizer, theta, plan, report)
    c = ways(axes.curvatures, rates, rule, len(plan))
    places = _places(objective, shape, axes, theta, c)
    some = np.minimum(2 ** np.arange(len(plan).bit_length() + 1), len(plan))  # 1, 2, 4, … and T
    if places is not None and _parted(shape, axes, theta, c[:, :, some], places[:, some]) > CERTAIN:
        return loop(objective, optimizer, theta, plan, report)
    return places


def _axes(shape: Bowl) -> Axes | None:
    """Return the axes of a bowl, if it is within all numbers."""
    if not (np.isfinite(shape.root).all() and np.isfinite(shape.aim).all()):
        return None
    return Axes(*np.linalg.svd(shape.root, full_matrices=False))


def _far(axes: Axes, rates: Array, rule: Affine, theta: Array, total: float) -> bool:
    """Whether a run may be on its way out of all numbers within so many updates."""
    growth, _ = _growth(rates.max(axis=0) * axes.curvatures[0], rule)
    return not (np.abs(theta).max() < FAR and total / len(growth) * np.log(np.maximum(growth, 1)).sum() < np.log(FAR))


def _undamped(axes: Axes, rates: Array, rule: Affine, total: float) -> bool:
    """Whether the rounding of λ would be seen after so many updates."""
    growth, blur = _growth(rates.max(axis=0) * axes.curvatures[0], rule)
    lasts = growth > ALMOST_ONE
    fades = blur[~lasts] * np.minimum(total, 1 / (1 - growth[~lasts]))  # what is added at an update is forgotten later
    return bool(total / len(growth) * blur[lasts].sum() > UNDAMPED or EPS * fades.max(initial=0) > CERTAIN)


def _parted(shape: Bowl, axes: Axes, theta: Array, c: Array, places: Array) -> float:
    """Return how far rounding may part states (R, U, P), c (R or 1, S, U) along the axes, from the loop's.

    Relative to how `farthest` (R, U) a run has been from 0. Predictions are about as large as that times the greatest
    strength, and as the targets. They are known to EPS of their size, so a slope along any axis is known to twice the
    greatest strength times as much. Along a steep axis, where c is at most about 1 / λ, that is next to nothing. Along
    a level one c carries it farther with every update.
    """
    start = np.abs(theta).max(axis=1, keepdims=True)
    farthest = np.maximum.accumulate(np.maximum(np.abs(places).max(axis=2), start), axis=1)
    steep = axes.strength[0]
    predictions = steep + np.linalg.norm(shape.aim) / np.maximum(farthest, np.finfo(float).tiny)
    return float((EPS * 2 * steep * np.abs(c).max(axis=1) * predictions).max())


def _places(objective: Objective, shape: Bowl, axes: Axes, theta: Array, c: Array) -> Array | None:
    """Return the states (R, U, P) from the ways c (R or 1, S, U) along every axis; None where one is FAR."""
    slopes = _slopes(objective, shape, axes, theta).transpose(0, 2, 1)  # (R, S, K)
    moves = slopes[:, :, None] * axes.right[..., None]  # (R, S, Q, K)
    places = np.asarray(c.swapaxes(1, 2) @ moves.reshape(len(theta), -1, theta.shape[1]))
    places += theta[:, None]
    return places if np.abs(places).max() < FAR else None


def _growth(reach: Array, rule: Affine) -> tuple[Array, Array]:
    """Return how a swing grows at an update, and how it magnifies the rounding of h = rate λ, each (T,) for h (T,).

    An update multiplies c and v (see `gd_core.recurrence`) by the roots of

        z² - (1 + momentum - (direct + carried) h) z + momentum (1 - direct h)

    of which the lower one, or a complex pair, makes them swing. A change of h moves a root by h / (difference of both);
    where they meet, a swing has been damped before it tells them apart.
    """
    middle = (1 + rule.momentum - (rule.direct + rule.carried) * reach) / 2
    product = rule.momentum * (1 - rule.direct * reach)
    apart = middle**2 - product
    growth = np.where(apart < 0, np.sqrt(product), np.sqrt(apart) - middle)
    return growth, reach / 4 / np.maximum(np.sqrt(np.abs(apart)), 1 - growth)


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
