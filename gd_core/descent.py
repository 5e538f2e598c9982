"""Descent: the loop that every lesson runs, and the full record of where it went.

This plain loop is the reference: whatever is faster must give the same history.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from gd_core import checks
from gd_core.batching import Plan
from gd_core.bowl import Bowl, bowl
from gd_core.objective import Differentiable, Objective
from gd_core.optimizers import Optimizer
from gd_core.shapes import Array

quietly = np.errstate(over="ignore", invalid="ignore", divide="ignore")
"""The one place where overflow is silenced: divergence is a result."""

NEVER = -1
"""The value of `History.diverged_at` for a run that stayed finite."""

FEW = 2**15
"""Rows times states of a run that are evaluated one by one: no more work than making a bowl, and not a digit lost."""
MANY = 100
"""Runs from which their losses are taken update by update, where they lie side by side in memory."""
HIGH = 1e290
"""Beyond this loss a sum of squares may overflow in one order of adding and not in another."""

Report = Callable[[float], None]
"""Told the finished fraction, 0 to 1, every now and then; may raise to stop the work."""


class History(NamedTuple):
    """Everything about R runs of T updates. Entry 0 is the start, entry t the state after update t.

    A history too large to keep has an entry for every `stride`-th update only, and one for the last update, whether or
    not T is a multiple of the stride. Read T+1 as the number of entries then; `updates` says what each of them is.
    """

    path: Array
    """(R, T+1, P) parameters."""
    loss: Array
    """(R, T+1) loss on all training rows, whatever batch made the update."""
    validation_loss: Array | None
    """(R, T+1) loss on the validation rows, or None if there are none."""
    seen: NDArray[np.intp]
    """(T+1,) examples read."""
    epochs: Array
    """(T+1,) passes over the training rows, seen / N."""
    diverged_at: NDArray[np.intp]
    """(R,) the first update after which a parameter or the loss is not finite, or NEVER (-1). A number of updates even
    where a stride left that update out."""
    stride: int = 1
    """Updates from one entry to the next; the last entry may follow sooner."""
    total: int | None = None
    """T, if a stride left updates out; None where T is one less than the number of entries."""

    @property
    def updates(self) -> NDArray[np.intp]:
        """(T+1,) how many updates were done at each entry: 0, 1, 2, …, or 0, stride, 2 stride, …, and at the end T."""
        every = self.stride * np.arange(len(self.seen))
        return every if self.total is None else np.minimum(every, self.total)


def descend(
    objective: Differentiable,
    optimizer: Optimizer,
    theta: Array,
    plan: Plan,
    validation: Differentiable | None = None,
    report: Report = lambda fraction: None,
) -> History:
    """Run one descent per row of the starts theta (R, P) by the plain loop and return the whole history.

    theta ← theta + step, step = optimizer(gradient of the plan's batch). Nothing is clipped: a run that
    diverges goes on into inf and NaN, and `History.diverged_at` says since when. `validation` is the same
    model on held-out rows. Raises ValueError when theta does not fit the model or the plan.
    """
    theta = fitting(theta, objective, plan)
    path = loop(objective, optimizer, theta, plan, part(report, 0, 0.5))
    return recorded(objective, path, plan, validation, part(report, 0.5, 0.5))


def fitting(theta: Array, objective: Differentiable, plan: Plan) -> Array:
    """Return the starts theta (R, P) if they fit the model and the plan; raises ValueError otherwise."""
    theta = checks.array("theta", theta, ("R", objective.n_params))
    if plan.runs not in (None, len(theta)):
        raise ValueError(f"plan must have one stream per start; got {plan.runs} for {len(theta)} starts.")
    return theta


@quietly
def loop(
    objective: Differentiable, optimizer: Optimizer, theta: Array, plan: Plan, report: Report = lambda fraction: None
) -> Array:
    """Return the path (R, T+1, P) from the starts theta (R, P), one update after the other."""
    path = np.empty((len(plan) + 1, *theta.shape))
    path[0], state = theta, optimizer.init(theta)
    for t, batch in enumerate(plan, start=1):
        step, state = optimizer.update(objective.grad(theta, batch), state)
        path[t] = theta = theta + step
        if t % 1000 == 0:
            report(t / len(plan))
    return path.swapaxes(0, 1)


def recorded(
    objective: Differentiable,
    path: Array,
    plan: Plan,
    validation: Differentiable | None = None,
    report: Report = lambda fraction: None,
    shape: Bowl | None = None,
) -> History:
    """Return the history of a path (R, T+1, P): its losses after every update, and where it left all numbers.

    `shape` is the bowl of the objective, if it is already known.
    """
    share = objective.n / (objective.n + (0 if validation is None else validation.n))
    loss = losses_along(objective, path, part(report, 0, share), shape)
    held_out = None if validation is None else losses_along(validation, path, part(report, share, 1 - share))
    known = isinstance(objective, Objective) and objective.quadratic and np.isfinite(loss).all()
    lost = np.full(len(path), NEVER) if known else first_not_finite(path, loss)  # a loss tells of all its parameters
    return History(path, loss, held_out, plan.seen, plan.seen / objective.n, lost)


@quietly
def losses_along(
    objective: Differentiable,
    path: Array,
    report: Report = lambda fraction: None,
    shape: Bowl | None = None,
    updates: int | None = None,
) -> Array:
    """Return the loss (R, T+1) along a path (R, T+1, P), which may be a piece of one of so many `updates`.

    A long path over many rows of a quadratic loss reads them once, for its bowl, whose numbers are those of the data up
    to rounding. Where one of them comes near the end of all numbers, the data say whether it is still finite.
    """
    few = (path.shape[1] if updates is None else updates + 1) * objective.n <= FEW
    if few or not isinstance(objective, Objective) or not objective.quadratic:
        return everywhere(objective.value, path, objective.n, report)
    shape = bowl(objective) if shape is None else shape
    if len(path) > MANY and path.strides[0] == path.itemsize:  # runs side by side: update by update nothing is copied
        loss = shape.along(path.transpose(1, 2, 0)).T
    else:
        loss = everywhere(shape.value, path, objective.n_params, report)
    if not loss.max() < HIGH:
        certain = (loss < HIGH) | np.isnan(path).any(axis=-1)
        loss[~certain] = everywhere(objective.value, path[~certain], objective.n)
    return loss


def part(report: Report, start: float, share: float) -> Report:
    """Return the report of a part of the work: `share` of the whole, after `start` is done."""
    return lambda fraction: report(start + share * fraction)


@quietly
def everywhere(
    value: Callable[[Array], Array], thetas: Array, n: int = 1, report: Report = lambda fraction: None
) -> Array:
    """Evaluate `value`, (R, P) -> (R,), at every theta of an array (..., P): a path, a grid, a cloud of ends.

    `n` is the number of rows behind one evaluation; with it the work is cut into pieces that fit the cache.
    """
    flat = thetas.reshape(-1, thetas.shape[-1])
    size = max(1, 2**15 // n)
    heights = np.empty(len(flat))
    for start in range(0, len(flat), size):
        heights[start : start + size] = value(flat[start : start + size])
        report(min(1.0, (start + size) / len(flat)))
    return heights.reshape(thetas.shape[:-1])


def first_not_finite(path: Array, loss: Array) -> NDArray[np.intp]:
    """(R,) index of the first entry whose parameters or loss are not finite, NEVER where there is none."""
    if np.isfinite(path).all() and np.isfinite(loss).all():
        return np.full(len(path), NEVER)
    lost = ~(np.isfinite(path).all(axis=-1) & np.isfinite(loss))
    return np.where(lost.any(axis=1), lost.argmax(axis=1), NEVER)
