"""Least squares: the best linear fit, solved directly. Descent on a quadratic loss walks towards it."""

import numpy as np

from gd_core.objective import Objective
from gd_core.shapes import Array


def least_squares(objective: Objective) -> Array:
    """Return the parameters (P,) of least loss on all examples, the shortest such row if several tie.

    Solved by NumPy's lstsq (singular values), not by descent. Raises ValueError if the loss is not quadratic.
    """
    if not objective.quadratic:
        raise ValueError("objective must be quadratic: a linear model with a squared or half squared loss.")
    design = np.hstack([objective.x, np.ones((objective.n, 1))]) if objective.model.bias else objective.x
    return np.linalg.lstsq(design, objective.y, rcond=None)[0].ravel().astype(np.float64, copy=False)
