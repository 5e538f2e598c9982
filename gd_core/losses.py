"""Losses: how wrong one prediction is, and how that changes with the prediction.

A loss works on single numbers. Summing over outputs and averaging over examples happens in one place only,
`gd_core.objective`, so "MSE" here is the squared loss averaged there.

The texts of the course differ in one factor: some use the squared error and keep the 2 in its slope, some use
half of it and lose the 2. With the half, the same learning rate steps half as far.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from gd_core.shapes import Array


class Loss(NamedTuple):
    """One loss: value and slope for predictions p and targets y of any common shape."""

    value: Callable[[Array, Array], Array]
    """l(p, y), the same shape as p."""
    slope: Callable[[Array, Array], Array]
    """dl/dp, the same shape as p."""
    quadratic: bool = False
    """Whether l is a quadratic in p, so that a linear model's loss surface is a paraboloid."""

    @property
    def bend(self) -> float:
        """The second derivative d²l/dp² of a quadratic loss, 2 for the squared loss and 1 for half of it."""
        return float(self.slope(np.ones(1), np.zeros(1))[0])

    def __reduce__(self) -> tuple[Callable[..., Loss], tuple[object, ...]]:
        """Pickle a loss of LOSSES by its name, so that it arrives as the very same object; any other by its parts."""
        name = next((name for name, loss in LOSSES.items() if loss is self), None)
        return (Loss, tuple(self)) if name is None else (_named, (name,))


SQUARED = Loss(lambda p, y: (p - y) ** 2, lambda p, y: 2 * (p - y), quadratic=True)
"""(p - y)²; its mean is the MSE (PyTorch's MSELoss, Keras's "mse")."""

HALF_SQUARED = Loss(lambda p, y: (p - y) ** 2 / 2, lambda p, y: p - y, quadratic=True)
"""(p - y)²/2; the loss scikit-learn's SGDRegressor minimises."""

ABSOLUTE = Loss(lambda p, y: np.abs(p - y), lambda p, y: np.sign(p - y))
"""|p - y|; at the kink p = y the slope is taken as 0, as NumPy's sign and PyTorch's L1Loss do."""

LOGISTIC = Loss(lambda z, y: np.logaddexp(0, z) - y * z, lambda z, y: 1 / (1 + np.exp(-z)) - y)
"""log(1 + exp(z)) - y z for a logit z and y in {0, 1}: cross-entropy of the sigmoid (BCEWithLogitsLoss)."""

LOSSES: dict[str, Loss] = {
    "squared": SQUARED,
    "half squared": HALF_SQUARED,
    "absolute": ABSOLUTE,
    "logistic": LOGISTIC,
}


def _named(name: str) -> Loss:
    return LOSSES[name]
