"""Scaling: put features on a common footing, from the training rows only, and translate weights back.

Scaled value = (value - shift) / scale, column by column. A column that does not vary is only shifted (scale
1), as in scikit-learn.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from gd_core import checks
from gd_core.shapes import Array


class Scaler(NamedTuple):
    """Shift and scale (D,) of every column."""

    shift: Array
    scale: Array

    def apply(self, x: Array) -> Array:
        """Return the scaled columns (..., D)."""
        return (x - self.shift) / self.scale

    def undo(self, scaled: Array) -> Array:
        """Return columns (..., D) in their original units."""
        return scaled * self.scale + self.shift


def unscaled(x: ArrayLike) -> Scaler:
    """Leave the columns of x (N, D) as they are."""
    columns = checks.array("x", x, ("N", "D")).shape[1]
    return Scaler(np.zeros(columns), np.ones(columns))


def standardise(x: ArrayLike) -> Scaler:
    """(v - mean) / standard deviation of x (N, D); the population's deviation, as in scikit-learn."""
    x = checks.array("x", x, ("N", "D"))
    return _scaler(x, x.mean(axis=0), x.std(axis=0))


def min_max(x: ArrayLike) -> Scaler:
    """(v - min) / (max - min) of x (N, D): every column from 0 to 1."""
    x = checks.array("x", x, ("N", "D"))
    return _scaler(x, x.min(axis=0), np.ptp(x, axis=0))


def mean_range(x: ArrayLike) -> Scaler:
    """(v - mean) / (max - min) of x (N, D): what the course does to the house prices."""
    x = checks.array("x", x, ("N", "D"))
    return _scaler(x, x.mean(axis=0), np.ptp(x, axis=0))


SCALINGS: dict[str, Callable[[ArrayLike], Scaler]] = {
    "none": unscaled,
    "standardise": standardise,
    "min-max": min_max,
    "mean-range": mean_range,
}


def original_units(theta: ArrayLike, features: Scaler, target: Scaler) -> Array:
    """Translate a linear model's theta (..., D+1), weights then bias, from scaled to original columns.

    With z = (x - shift)/scale and y scaled likewise: w = w_scaled * scale_y / scale and
    b = b_scaled * scale_y + shift_y - sum(w * shift).
    """
    theta = _weights_and_bias(theta, features)
    weights = theta[..., :-1] * target.scale / features.scale
    shift = target.shift - (weights * features.shift).sum(axis=-1, keepdims=True)
    bias = theta[..., -1:] * target.scale + shift
    return np.concatenate([weights, bias], axis=-1)


def scaled_units(theta: ArrayLike, features: Scaler, target: Scaler) -> Array:
    """Translate a linear model's theta (..., D+1), weights then bias, from original to scaled columns.

    The inverse of `original_units`: the same line, so that descents in different units can start alike.
    w_scaled = w * scale / scale_y and b_scaled = (b + sum(w * shift) - shift_y) / scale_y.
    """
    theta = _weights_and_bias(theta, features)
    weights = theta[..., :-1]
    bias = theta[..., -1:] + (weights * features.shift).sum(axis=-1, keepdims=True) - target.shift
    return np.concatenate([weights * features.scale, bias], axis=-1) / target.scale


def constant_columns(x: ArrayLike) -> NDArray[np.intp]:
    """Return the numbers of the columns of x (N, D) that do not vary, which every scaler leaves at scale 1.

    With one row these are all columns. A column counts as constant when its range or its deviation is 0.
    """
    x = checks.array("x", x, ("N", "D"))
    return np.flatnonzero(~_varies(x, x.std(axis=0)))


def _weights_and_bias(theta: ArrayLike, features: Scaler) -> Array:
    theta = checks.numbers("theta", theta)
    if theta.ndim == 0 or theta.shape[-1] != len(features.shift) + 1:
        raise ValueError(f"theta must end with {len(features.shift)} weights and a bias; got shape {theta.shape}.")
    return theta


def _scaler(x: Array, shift: Array, scale: Array) -> Scaler:
    return Scaler(shift, np.where(_varies(x, scale), scale, 1.0))


def _varies(x: Array, scale: Array) -> NDArray[np.bool_]:
    # Both: the deviation of equal values may round to 1e-17, that of nearly equal ones to 0.
    return np.asarray((np.ptp(x, axis=0) > 0) & (scale > 0))
