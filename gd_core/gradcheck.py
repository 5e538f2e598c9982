"""Gradient check: whether the analytic gradient agrees with finite differences, and if not, where."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from gd_core import checks
from gd_core.objective import Differentiable
from gd_core.shapes import FULL, Array, Rows

NUDGE = float(np.finfo(float).eps ** (1 / 3))
"""The step of a central difference that balances truncation against rounding, about 6e-6."""


class GradientCheck(NamedTuple):
    """Analytic against numerical gradient, both (R, P), and their relative difference (R, P)."""

    analytic: Array
    numerical: Array
    error: Array

    @property
    def worst(self) -> tuple[int, int]:
        """Run and parameter index of the largest error."""
        run, parameter = np.unravel_index(int(self.error.argmax()), self.error.shape)
        return int(run), int(parameter)


def numerical_gradient(value: Callable[[Array], Array], theta: Array, nudge: float = NUDGE) -> Array:
    """(J(theta + h) - J(theta - h)) / 2h in every direction, (R, P), for `value` (R, P) -> (R,).

    h = nudge * max(1, |theta|), per parameter.
    """
    theta = checks.array("theta", theta, ("R", "P"))
    checks.number("nudge", nudge, 0, above=True)
    gradient = np.empty_like(theta)
    for p in range(theta.shape[1]):
        h = np.zeros_like(theta)
        h[:, p] = nudge * np.maximum(1, np.abs(theta[:, p]))
        gradient[:, p] = (value(theta + h) - value(theta - h)) / (2 * h[:, p])
    return gradient


def forward_difference(value: Callable[[Array], Array], theta: Array, nudges: Array) -> Array:
    """(J(theta + h e_p) - J(theta)) / h for every nudge h and parameter p, (H, P), at one theta (P,).

    `value` is (R, P) -> (R,); nudges (H,) are absolute and above zero. On a smooth J the error is h/2 times the second
    derivative, plus rounding that grows as 1/h. (Nocedal and Wright 2006, section 8.1.)
    """
    theta, h = _nudged(theta, nudges)
    here = np.broadcast_to(theta, h.shape)
    return np.asarray(_change(value, theta + h, here) / h.sum(axis=-1))


def central_difference(value: Callable[[Array], Array], theta: Array, nudges: Array) -> Array:
    """(J(theta + h e_p) - J(theta - h e_p)) / 2h for every nudge h and parameter p, (H, P), at one theta (P,).

    Arguments as in `forward_difference`. The error is h²/6 times the third derivative, nothing on a quadratic J, plus
    rounding.
    """
    theta, h = _nudged(theta, nudges)
    return np.asarray(_change(value, theta + h, theta - h) / (2 * h.sum(axis=-1)))


DIFFERENCES: dict[str, Callable[[Callable[[Array], Array], Array, Array], Array]] = {
    "forward": forward_difference,
    "central": central_difference,
}
"""Ways to measure a slope with a nudge, by name."""


def _nudged(theta: Array, nudges: Array) -> tuple[Array, Array]:
    """Check both; return theta (P,) and the steps (H, P, P): row p of each square nudges parameter p alone."""
    theta, nudges = checks.array("theta", theta, ("P",)), checks.array("nudges", nudges, ("H",))
    checks.number("nudges", float(nudges.min()), 0, above=True)
    return theta, nudges[:, None, None] * np.eye(len(theta))


def _change(value: Callable[[Array], Array], there: Array, here: Array) -> Array:
    """J at points (H, P, P) minus J at others; both in one call, so that equal points give equal losses."""
    ends = np.stack([there, here])
    after, before = value(ends.reshape(-1, ends.shape[-1])).reshape(ends.shape[:-1])
    return np.asarray(after - before)


def check_gradient(objective: Differentiable, theta: Array, batch: Rows = FULL) -> GradientCheck:
    """Compare `objective.grad` with central differences of `objective.value` at theta (R, P).

    The error is |analytic - numerical| / max(1, |analytic|, |numerical|); with smooth losses expect below
    1e-7. At a kink (absolute loss, ReLU) the difference quotient means little.
    """
    analytic = objective.grad(checks.array("theta", theta, ("R", objective.n_params)), batch)
    numerical = numerical_gradient(lambda points: objective.value(points, batch), theta)
    size = np.maximum(1, np.maximum(np.abs(analytic), np.abs(numerical)))
    return GradientCheck(analytic, numerical, np.abs(analytic - numerical) / size)
