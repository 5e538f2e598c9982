"""Surfaces: planes cut through parameter space, and the loss on them.

A point of a plane is two coordinates (a, b); `lift` turns them into all P parameters. A surface is a run axis
that never steps: one evaluation per grid point. A quadratic loss is a bowl, which a few numbers describe completely;
they are taken from the data once, and then a height costs the same for 80 rows and for a million.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from gd_core import checks
from gd_core.descent import everywhere
from gd_core.objective import Objective
from gd_core.shapes import FULL, Array, Rows


class Plane(NamedTuple):
    """The points origin + a axes[0] + b axes[1] of parameter space."""

    origin: Array
    """(P,)"""
    axes: Array
    """(2, P), orthonormal"""

    def lift(self, points: Array) -> Array:
        """Return the parameters (..., P) of points (..., 2) of the plane."""
        return self.origin + points @ self.axes

    def project(self, theta: Array) -> Array:
        """Return the coordinates (..., 2) of the plane's point nearest to each theta (..., P)."""
        return (theta - self.origin) @ self.axes.T

    def cut(self, quadratic: Array) -> Array:
        """Return the (2, 2) part of a symmetric matrix (P, P), such as the Hessian, acting in the plane."""
        return self.axes @ quadratic @ self.axes.T


def coordinate_plane(theta: ArrayLike, i: int, j: int) -> Plane:
    """Return the plane of parameters i (horizontal) and j (vertical), the others fixed at theta (P,).

    Its coordinates are the parameters themselves. Raises ValueError unless 0 <= i != j < P.
    """
    origin = checks.array("theta", theta, ("P",)).copy()
    last = len(origin) - 1
    i, j = checks.whole("i", i, 0, last), checks.whole("j", j, 0, last)
    if i == j:
        raise ValueError(f"i and j must name two different parameters; got {i} twice.")
    origin[[i, j]] = 0
    return Plane(origin, np.eye(last + 1)[[i, j]])


def principal_plane(path: ArrayLike, centre: ArrayLike) -> Plane:
    """Return the plane through `centre` (P,) in which a path (..., P) of at least two parameters moves most.

    Its axes are the first two right singular vectors of path - centre, each pointing towards the path's
    start. (Li et al. 2018, "Visualizing the loss landscape of neural nets", section 7.) Entries that are not
    finite are left out. Raises ValueError when path and centre do not match, there are
    fewer than two parameters or no finite entry.
    """
    origin = checks.array("centre", centre, ("P",))
    points = checks.numbers("path", path)
    if points.ndim == 0 or points.shape[-1] != len(origin):
        raise ValueError(f"path must have shape (..., {len(origin)}) as centre has; got shape {points.shape}.")
    points = points.reshape(-1, len(origin))
    points = points[np.isfinite(points).all(axis=1)]
    if len(origin) < 2 or len(points) == 0:
        got = f"{len(points)} of {len(origin)}"
        raise ValueError(f"path must have finite entries of >= 2 parameters; got {got}.")
    axes = np.linalg.svd(points - origin, full_matrices=len(points) < 2)[2][:2]
    axes = axes * np.where(axes @ (points[0] - origin) < 0, -1.0, 1.0)[:, None]
    return Plane(origin, axes)


class Bowl(NamedTuple):
    """A quadratic loss without its data: J(theta) = lowest + weight |root (theta - best)|² / N.

    `root` is R of the QR decomposition of the inputs (with a 1 appended for the bias), so RᵀR is their XᵀX but nothing
    is squared before it must be, and measured from `best` nothing large cancels: the excess above the minimum keeps
    its digits also where the columns have unlike units. (Golub and Van Loan 2013, "Matrix computations", section 5.3.)
    """

    best: Array
    """(P,) the lowest point, the one nearest to zero if several tie."""
    lowest: float
    root: Array
    """(Q, Q), Q inputs, bias included; P = Q K."""
    scale: float
    """weight / N, with weight 1 for the squared and 1/2 for the half squared loss."""

    def excess(self, theta: Array) -> Array:
        """J(theta) - J(best) (R,) of parameters theta (R, P)."""
        away = (theta - self.best).reshape(len(theta), len(self.root), -1)
        return np.asarray(self.scale * np.square(self.root @ away).sum(axis=(1, 2)))

    def value(self, theta: Array) -> Array:
        """J (R,) of parameters theta (R, P)."""
        return self.lowest + self.excess(theta)


def bowl(objective: Objective, batch: Rows = FULL) -> Bowl:
    """Return the bowl of a quadratic loss on all examples or one batch (B,), from one pass over them.

    Raises ValueError if the loss is not quadratic.
    """
    if not objective.quadratic:
        raise ValueError("objective must be quadratic: a linear model with a squared or half squared loss.")
    x, y = objective.x[batch], objective.y[batch]
    columns = [x, np.ones((len(x), 1)), y] if objective.model.bias else [x, y]
    triangle = np.asarray(np.linalg.qr(np.hstack(columns), mode="r"))
    inputs = triangle.shape[1] - y.shape[1]
    root, aim = np.zeros((inputs, inputs)), np.zeros((inputs, y.shape[1]))  # few rows give a short triangle
    root[: len(triangle)], aim[: len(triangle)] = triangle[:inputs, :inputs], triangle[:inputs, inputs:]
    best = np.linalg.lstsq(root, aim, rcond=len(columns[0]) * np.finfo(float).eps)[0]
    missed = np.square(root @ best - aim).sum() + np.square(triangle[inputs:, inputs:]).sum()
    bend = objective.loss.value(np.array([1.0, -1.0]), np.zeros(2)).sum()  # l(1) - 2 l(0) + l(-1)
    scale = float(bend / 2 / len(x))
    return Bowl(best.ravel(), scale * float(missed), root, scale)


def surface(objective: Objective, plane: Plane, a: ArrayLike, b: ArrayLike, batch: Rows = FULL) -> Array:
    """Loss (len(b), len(a)) on the grid of plane coordinates a and b, on all examples or one batch (B,)."""
    checks.array("plane", plane.origin, (objective.model.n_params,))
    grid = np.stack(np.meshgrid(checks.array("a", a, ("A",)), checks.array("b", b, ("B",))), axis=-1)
    return _heights(objective, plane.lift(grid), batch)


def section(objective: Objective, theta: ArrayLike, i: int, values: ArrayLike, batch: Rows = FULL) -> Array:
    """Loss (len(values),) along parameter i, the others fixed at theta (P,): a section of the surface."""
    start = checks.array("theta", theta, (objective.model.n_params,))
    checks.whole("i", i, 0, len(start) - 1)
    along = checks.array("values", values, ("A",))
    line = np.where(np.arange(len(start)) == i, along[:, None], start)
    return _heights(objective, line, batch)


def _heights(objective: Objective, thetas: Array, batch: Rows) -> Array:
    """Loss (...) at every theta of an array (..., P)."""
    if objective.quadratic:
        return everywhere(bowl(objective, batch).value, thetas)
    return everywhere(lambda theta: objective.value(theta, batch), thetas, objective.n)
