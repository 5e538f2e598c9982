"""The heavy ball: how fast momentum is on a quadratic, and its other spelling.

With v = momentum v + grad and theta = theta - rate v, the errors e along an eigenvector of curvature λ follow
e_{t+1} = (1 + momentum - rate λ) e_t - momentum e_{t-1}. Whatever the start, they grow in the long run by the larger
of the two roots of z² - (1 + momentum - rate λ) z + momentum. (Polyak 1964; Goh 2017, "Why momentum really works".)
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from gd_core import checks
from gd_core.optimizers import Clock, Optimizer, Rate
from gd_core.shapes import Array


def growth(eigenvalues: ArrayLike, learning_rates: ArrayLike, momentum: float) -> Array:
    """Return by what momentum multiplies the error per update in the long run (R, P), for rates (R,) and λ (P,).

    max |z| over the roots z of z² - (1 + momentum - rate λ) z + momentum; without momentum |1 - rate λ|. It is 1 at
    rate λ = 2 (1 + momentum), the limit of `Curvature.max_stable_learning_rate`.
    """
    checks.number("momentum", momentum, 0, 1, below=True)
    bends = checks.array("eigenvalues", eigenvalues, ("P",))
    middle = (1 + momentum - checks.array("learning_rates", learning_rates, ("R",))[:, None] * bends) / 2
    apart = middle**2 - momentum
    real = np.abs(middle) + np.sqrt(np.maximum(apart, 0))
    return np.where(apart >= 0, real, np.sqrt(momentum))


def rate_in_velocity(learning_rate: Rate, momentum: float = 0.9) -> Optimizer:
    """Heavy ball as Keras and scikit-learn have it: v = momentum * v - rate * grad; step = v.

    While the rate is constant these are the steps of `gd_core.optimizers.momentum`, PyTorch's. When the rate changes
    from r to r' the velocity still carries r: its next step is longer by momentum (r - r') times PyTorch's last v.
    """
    checks.number("momentum", momentum, 0, 1, below=True)
    rate = learning_rate if callable(learning_rate) else lambda _: learning_rate

    def update(grad: Array, state: Clock) -> tuple[Array, Clock]:
        v = momentum * state.memory - rate(state.t) * grad
        return v, Clock(state.t + 1, v)

    return Optimizer(lambda theta: Clock(0, np.zeros_like(theta)), update)
