"""Curvature: how steep the valley is in each direction, and which learning rates that allows.

On a quadratic loss with Hessian eigenvalues λ, gradient descent multiplies the error along each eigenvector
by 1 - rate·λ per update. Everything below follows from that factor. (Nocedal and Wright 2006, chapter 3; with
momentum Polyak 1964.)
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from gd_core import checks
from gd_core.objective import Objective
from gd_core.shapes import Array

COUNTABLE = 2**53
"""Updates are predicted up to this many; beyond it a float no longer counts one by one."""

TINY, LOG_LARGEST = np.finfo(float).tiny, np.log(np.finfo(float).max)

REGIMES: tuple[str, ...] = ("crawling", "direct", "zigzag", "divergent")
"""By rate·λmax: below 0.5 the steepest direction keeps over half its error per update; up to 1 it goes
straight; below 2 it overshoots and comes back; from 2 on it does not come back (at 2 it swings for ever)."""


class Curvature(NamedTuple):
    """Eigenvalues (P,) of a Hessian in ascending order, and its eigenvectors (P, P) as columns."""

    eigenvalues: Array
    eigenvectors: Array

    @property
    def condition(self) -> float:
        """κ = λmax/λmin; inf when the flattest direction has no curvature beyond rounding."""
        low, high = self.eigenvalues[0], self.eigenvalues[-1]
        return float(high / low) if low > high * len(self.eigenvalues) * np.finfo(float).eps else np.inf

    def max_stable_learning_rate(self, momentum: float = 0.0) -> float:
        """2 (1 + momentum) / λmax: below it gradient descent on a quadratic converges, above it diverges.

        For momentum as `gd_core.optimizers.momentum` defines it; inf where nothing curves upwards.
        """
        checks.number("momentum", momentum, 0, 1, below=True)
        return float(2 * (1 + momentum) / self.eigenvalues[-1]) if self.eigenvalues[-1] > 0 else np.inf

    @property
    def best_learning_rate(self) -> float:
        """2 / (λmin + λmax): the constant rate whose slowest direction is fastest, without momentum.

        Of a bowl, where no direction curves downwards; inf where nothing curves at all.
        """
        ends = float(self.eigenvalues[0] + self.eigenvalues[-1])
        return 2 / ends if ends > 0 else np.inf

    def regime(self, learning_rate: float) -> str:
        """Return which of REGIMES a learning rate falls in, for plain gradient descent on all examples."""
        reach = checks.number("learning_rate", learning_rate, 0, above=True) * self.eigenvalues[-1]
        return REGIMES[int(reach >= 0.5) + int(reach > 1) + int(reach >= 2)]

    def factors(self, learning_rate: float) -> Array:
        """Return 1 - rate·λ (P,): by what one update multiplies the error along each eigenvector."""
        return 1 - checks.number("learning_rate", learning_rate, 0, above=True) * self.eigenvalues

    def excess(self, away: ArrayLike, learning_rate: float, updates: float) -> float:
        """Return the loss above the minimum of a quadratic after so many updates, in closed form.

        sum over eigenvectors of λ/2 (1 - rate·λ)^(2 updates) c², c being the components of `away` (P,), the way
        from the minimum to the start. Nothing is simulated. (Goh 2017, "Why momentum really works".)
        """
        return float(self._decay(away, learning_rate).after(updates).sum())

    def updates_to(self, share: float, away: ArrayLike, learning_rate: float) -> int | None:
        """Return the first update after which at most `share` of the start's excess loss is left.

        Found by search in the closed form, whose terms are powers: once their sum rises it goes on rising, so
        "there, or rising" is false up to some update and true ever after. None where the sum rises before it gets
        there, or where more than COUNTABLE updates are needed. `away` (P,) as in `excess`.
        """
        decay = self._decay(away, learning_rate)
        goal = checks.number("share", share, 0, 1, above=True, below=True) * float(decay.held.sum())
        reach = learning_rate * self.eigenvalues
        growth = reach * (reach - 2)  # (1 - reach)² - 1, without the rounding of tiny rates

        def decided(updates: int) -> bool:
            left = decay.after(updates)
            return float(left.sum()) <= goal or float(left @ growth) >= 0

        high = 1
        while not decided(high):
            high *= 2
            if high > COUNTABLE:
                return None
        low = 0 if high == 1 else high // 2
        if decided(0):
            high = 0
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (low, middle) if decided(middle) else (middle, high)
        return high if float(decay.after(high).sum()) <= goal else None

    def updates_bound(self, share: float, learning_rate: float) -> int | None:
        """Return how many updates leave at most `share` of the excess loss, wherever a run of the bowl starts.

        As if all the excess lay in the direction that keeps most: the first t with max|1 - rate·λ|^(2t) <= share.
        Directions without curvature carry no loss and do not count. None where some direction keeps all or grows,
        or where more than COUNTABLE updates are needed.
        """
        rounding = self.eigenvalues[-1] * len(self.eigenvalues) * np.finfo(float).eps
        curved = self.eigenvalues[self.eigenvalues > max(rounding, 0)]
        if len(curved) == 0:
            return 0
        slowest = np.abs(1 - checks.number("learning_rate", learning_rate, 0, above=True) * curved).argmax()
        return Curvature(curved[[slowest]], np.eye(1)).updates_to(share, [1.0], learning_rate)

    def _decay(self, away: ArrayLike, learning_rate: float) -> _Decay:
        """Return how the excess loss of a start at `away` (P,) goes down along each eigenvector of a bowl."""
        components = checks.array("away", away, self.eigenvalues.shape) @ self.eigenvectors
        held = np.maximum(self.eigenvalues, 0) / 2 * components**2
        reach = checks.number("learning_rate", learning_rate, 0, above=True) * self.eigenvalues
        # log1p keeps the digits of a tiny rate, which 1 - reach loses
        kept = np.where(reach < 0.5, np.log1p(-np.minimum(reach, 0.5)), np.log(np.maximum(np.abs(1 - reach), TINY)))
        return _Decay(held, np.log(np.maximum(held, TINY)), 2 * kept)


class _Decay(NamedTuple):
    """What each eigenvector of a bowl holds of the excess loss, as powers of the updates; logarithms never overflow."""

    held: Array
    """(P,) at the start."""
    log_held: Array
    log_kept: Array
    """(P,) what an update leaves of it."""

    def after(self, updates: float) -> Array:
        """Return the excess loss (P,) after so many updates."""
        if updates == 0:
            return self.held
        total = self.log_held + updates * self.log_kept
        left = np.where(total < LOG_LARGEST, np.exp(np.minimum(total, LOG_LARGEST)), np.inf)
        return np.where(self.held > 0, left, 0.0)


def hessian(objective: Objective, theta: ArrayLike) -> Array:
    """Second derivatives (P, P) at theta (P,), by central differences of the exact gradient.

    On a quadratic loss the gradient is linear, so any nudge is exact and 1 loses no digits; elsewhere the
    nudge is cbrt(machine epsilon), which balances truncation against rounding.
    """
    centre = checks.array("theta", theta, (objective.model.n_params,))
    nudge = 1.0 if objective.quadratic else np.finfo(float).eps ** (1 / 3)
    nudges = nudge * np.eye(len(centre))
    h = (objective.grad(centre + nudges) - objective.grad(centre - nudges)) / (2 * nudge)
    return (h + h.T) / 2


def curvature(objective: Objective, theta: ArrayLike) -> Curvature:
    """Eigenvalues and eigenvectors of the Hessian at theta (P,); the same everywhere on a quadratic loss."""
    return Curvature(*np.linalg.eigh(hessian(objective, theta)))


def single_example_limit(objective: Objective) -> float:
    """Return 2 / (largest λmax of any one example): below it no single row can throw a run outwards.

    For one row the Hessian of a linear model has the only eigenvalue c·|x̃|², x̃ being the row with a 1
    appended for the bias, c = 2 for the squared and 1 for the half squared loss. Below the limit each
    single-row update shrinks the error along that row; above it some row over-corrects so far that its error
    grows. Raises ValueError if the loss is not quadratic.
    """
    if not objective.quadratic:
        raise ValueError("objective must be quadratic: a linear model with a squared or half squared loss.")
    bend = objective.loss.value(np.array([1.0, -1.0]), np.zeros(2)).sum()  # l(1) - 2 l(0) + l(-1)
    steepest = float(bend * (np.square(objective.x).sum(axis=1) + objective.model.bias).max())
    return 2 / steepest if steepest > 0 else np.inf
