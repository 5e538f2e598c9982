"""Fixed: let some parameters of a linear model learn, and hold the others where they are.

What the held parameters predict does not change, so it can be moved to the other side of the error:

    x_learn w_learn + x_held w_held - y   =   x_learn w_learn - (y - x_held w_held)

The loss over the few is again that of a linear model, with fewer inputs, no bias of its own and other targets. Whatever
works on an objective works on this one: descent, its closed form, curvature, least squares, surfaces.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from gd_core import checks
from gd_core.models import linear
from gd_core.objective import Objective
from gd_core.shapes import Array


def only(objective: Objective, theta: ArrayLike, parameters: Sequence[int]) -> Objective:
    """Return the loss over some parameters (Q of them, in this order), the others fixed at theta (P,).

    Its parameters are (Q,), its heights and slopes are those of `objective` at theta with these Q replaced. Raises
    ValueError unless the loss is quadratic with a single output and the parameters are different numbers from 0 to
    P - 1.
    """
    if not objective.quadratic or objective.y.shape[1] != 1:
        raise ValueError("objective must be quadratic with one output: a linear model with a squared loss.")
    held = checks.array("theta", theta, (objective.n_params,)).copy()
    learn = [checks.whole("parameters", p, 0, len(held) - 1) for p in parameters]
    if not learn or len(set(learn)) < len(learn):
        raise ValueError(f"parameters must name one or more different parameters; got {list(parameters)}.")
    held[learn] = 0
    inputs = np.hstack([objective.x, np.ones((objective.n, 1))]) if objective.model.bias else objective.x  # (N, P)
    targets = objective.y - inputs @ held[:, None]  # (N, 1)
    return Objective(linear(len(learn), bias=False), objective.loss, inputs[:, learn], targets)


def placed(part: Array, theta: ArrayLike, parameters: Sequence[int]) -> Array:
    """Return theta (P,) with some parameters replaced by every row of `part` (..., Q): an array (..., P)."""
    whole = np.broadcast_to(checks.numbers("theta", theta), (*part.shape[:-1], np.shape(theta)[-1])).copy()
    whole[..., list(parameters)] = part
    return whole
