"""Surfaces: planes cut through parameter space, and the loss on them.

A point of a plane is two coordinates (a, b); `lift` turns them into all P parameters. A surface is a run axis
that never steps: one evaluation per grid point. Of a quadratic loss a height costs the same for 80 rows and for a
million, see `gd_core.bowl`.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from gd_core import checks
from gd_core.descent import losses_along
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
    on = objective._replace(x=objective.x[batch], y=objective.y[batch])
    return losses_along(on, thetas.reshape(1, -1, thetas.shape[-1])).reshape(thetas.shape[:-1])
