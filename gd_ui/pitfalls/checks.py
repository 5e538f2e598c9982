"""Checks that give a fault away: the gradient check of a step that was made, and the limit of the rate."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from gd_core.gradcheck import numerical_gradient
from gd_core.shapes import Array
from gd_ui.pitfalls.pitfall import Clue, Verdict

AGREES = 1e-6
"""A gradient that differs by less than this share from central differences agrees with them."""


def gradient_error(applied: Array, value: Callable[[Array], Array], theta: Array) -> float:
    """Return the largest difference between a slope that was applied, (P,), and central differences of `value`.

    As a share of the largest slope; `value` takes (R, P) and gives (R,), `theta` is (P,).
    """
    numerical = numerical_gradient(value, theta[None])[0]
    return float(np.abs(applied - numerical).max() / np.abs(numerical).max())


def gradient_clue(faulty: float, right: float) -> Clue:
    """Return the line of the gradient check."""
    return Clue("Gradient check: largest difference from central differences", off(faulty), off(right))


def off(error: float) -> str:
    """Say how far a gradient is off."""
    return f"{error:.1e}, agrees" if error < AGREES else f"{100 * error:,.3g} % off"


def agreement(gap: float) -> str:
    """Say how well two numbers agree."""
    return "to the last digit" if gap == 0 else f"to {gap:.0e}"


def count(number: int, noun: str) -> str:
    """Return a number with its noun."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def steepness(x: Array, share: float = 1.0) -> float:
    """Return λmax of `share` times the mean squared error of x (N, D) and a bias: its gradient is the one applied."""
    bent = np.column_stack([x, np.ones(len(x))])
    return float(2 * share * np.linalg.eigvalsh(bent.T @ bent / len(x))[-1])


def rate_verdict(rate: float, steepest: float) -> Verdict:
    """Say whether a rate is too large for a loss whose steepest direction has this curvature."""
    limit = 2 / steepest
    told = f"is {rate / limit:.2g} times the limit 2/λmax = {limit:.4g} of this loss"
    return Verdict(
        rate >= limit, f"The rate {rate:g} {told}{'' if rate >= limit else ': descent on all rows settles'}."
    )


def sign_verdict(applied: Array, value: Callable[[Array], Array], theta: Array) -> Verdict:
    """Say whether a step that was made goes uphill."""
    numerical = numerical_gradient(value, theta[None])[0]
    cosine = float(applied @ numerical / np.linalg.norm(applied) / np.linalg.norm(numerical))
    where = "uphill" if cosine < 0 else "downhill"
    return Verdict(cosine < 0, f"The first step goes {where}: its cosine with the measured slope is {cosine:.3f}.")
