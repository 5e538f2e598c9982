"""The objective: a model, a loss and data become a function of the parameters, the loss surface.

    J(theta) = mean over examples of (sum over outputs of l(prediction, target))

This is the only place where outputs are summed and examples averaged. The gradient of a batch is the mean
over that batch, so that a learning rate means the same for every batch size.
"""

from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import ArrayLike

from gd_core import checks
from gd_core.losses import Loss
from gd_core.models import Model
from gd_core.shapes import FULL, Array, Rows


class Differentiable(Protocol):
    """What descent needs to know of a loss: its height and slope at theta, and over how many rows it is a mean.

    Objectives, test functions and any loss of your own that has these four can be handed to `descend`.
    """

    @property
    def n(self) -> int:
        """N, the number of examples; 1 for a function without data."""

    @property
    def n_params(self) -> int:
        """P, the length of one row of parameters."""

    def value(self, theta: Array, batch: Rows = FULL) -> Array:
        """J (R,) of every run theta (R, P), on all examples or on a batch of rows (B,) or (R, B)."""

    def grad(self, theta: Array, batch: Rows = FULL) -> Array:
        """dJ/dtheta (R, P) of every run theta (R, P), on all examples or a batch of rows (B,) or (R, B)."""


class Objective(NamedTuple):
    """J(theta) on the examples x (N, D), y (N, K). Build it with `objective`, which checks the arrays."""

    model: Model
    loss: Loss
    x: Array
    y: Array

    @property
    def n(self) -> int:
        """N, the number of examples."""
        return len(self.y)

    @property
    def n_params(self) -> int:
        """P, the number of the model's parameters."""
        return self.model.n_params

    @property
    def quadratic(self) -> bool:
        """Whether J is a quadratic in theta: a linear model under a quadratic loss."""
        return self.model.linear and self.loss.quadratic

    def value(self, theta: Array, batch: Rows = FULL) -> Array:
        """J (R,) of every run theta (R, P), on all examples or on a batch of rows (B,) or (R, B)."""
        prediction = self.model.predict(theta, self.x[batch])
        return np.asarray(self.loss.value(prediction, self.y[batch]).sum(axis=-1).mean(axis=-1))

    def grad(self, theta: Array, batch: Rows = FULL) -> Array:
        """dJ/dtheta (R, P) of every run theta (R, P), on all examples or a batch of rows (B,) or (R, B)."""
        prediction, pullback = self.model.forward(theta, self.x[batch])
        return pullback(self.loss.slope(prediction, self.y[batch]) / prediction.shape[1])


def objective(model: Model, loss: Loss, x: ArrayLike, y: ArrayLike) -> Objective:
    """Return the objective of `model` and `loss` on inputs x (N, D) and targets y (N, K) or (N,).

    Raises ValueError, naming the array, when it has the wrong shape, no rows or a value that is not finite,
    and when x and y differ in length or do not fit the model.
    """
    inputs = checks.array("x", x, ("N", model.sizes[0]))
    targets = checks.numbers("y", y)
    targets = checks.array("y", targets[:, None] if targets.ndim == 1 else targets, ("N", model.sizes[-1]))
    if len(inputs) != len(targets):
        raise ValueError(f"x and y must have the same number of rows; got {len(inputs)} and {len(targets)}.")
    return Objective(model, loss, inputs, targets)
