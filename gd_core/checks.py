"""Checks of settings and arrays: one clear error that names the setting, its allowed range and what came."""

from collections.abc import Iterable, Sequence
from contextlib import suppress

import numpy as np
from numpy.typing import ArrayLike

from gd_core.shapes import Array


def number(
    name: str,
    value: object,
    low: float = -np.inf,
    high: float = np.inf,
    *,
    above: bool = False,
    below: bool = False,
) -> float:
    """Return `value` as a float if it is finite and within [low, high].

    With `above`, `low` itself is not allowed; with `below`, `high` is not. Raises ValueError otherwise; True
    and False are no numbers.
    """
    if isinstance(value, int | float | np.integer | np.floating) and not isinstance(value, bool):
        with suppress(OverflowError):  # of an int too large for a float
            result = float(value)
            high_enough = low < result if above else low <= result
            low_enough = result < high if below else result <= high
            if high_enough and low_enough and np.isfinite(result):
                return result
    raise ValueError(f"{name} must be a finite number{_range(low, high, above, below)}; got {_short(value)}.")


def whole(name: str, value: object, low: int = 0, high: float = np.inf) -> int:
    """Return `value` as an int if it is a whole number within [low, high]; raises ValueError otherwise."""
    if isinstance(value, int | np.integer) and not isinstance(value, bool) and low <= value <= high:
        return int(value)
    raise ValueError(f"{name} must be a whole number{_range(low, high)}; got {_short(value)}.")


def choice(name: str, value: object, options: Iterable[str]) -> str:
    """Return `value` if it is one of `options`; raises ValueError otherwise."""
    options = list(options)
    if isinstance(value, str) and value in options:
        return value
    raise ValueError(f"{name} must be one of {', '.join(map(repr, options))}; got {_short(value)}.")


def numbers(name: str, value: ArrayLike) -> Array:
    """Return `value` as a float array of any shape, finite or not; raises ValueError if it is none."""
    try:
        return np.asarray(value, dtype=float)
    except (TypeError, ValueError, OverflowError) as error:
        raise ValueError(f"{name} must be an array of numbers; got {_short(value)}.") from error


def array(name: str, value: ArrayLike, shape: Sequence[int | str]) -> Array:
    """Return `value` as a finite float array of the given shape.

    `shape` holds one entry per axis: a number fixes the length, a letter such as "N" allows any length of at
    least one. Raises ValueError when the number of axes, a length or a single value is wrong, and says where.
    """
    wanted = "(" + ", ".join(map(str, shape)) + ("," if len(shape) == 1 else "") + ")"
    result = numbers(name, value)
    fits = result.ndim == len(shape) and all(
        have == want if isinstance(want, int) else have >= 1 for have, want in zip(result.shape, shape, strict=False)
    )
    if not fits:
        raise ValueError(f"{name} must have shape {wanted}, no axis empty; got shape {result.shape}.")
    if not np.isfinite(result).all():
        where = tuple(int(i) for i in np.argwhere(~np.isfinite(result))[0])
        raise ValueError(f"{name} must hold finite numbers only; got {result[where]} at {list(where)}.")
    return result


def _range(low: float, high: float, above: bool = False, below: bool = False) -> str:
    bounds = [f"{'>' if above else '>='} {low:g}"] if low > -np.inf else []
    bounds += [f"{'<' if below else '<='} {high:g}"] if high < np.inf else []
    return f" {' and '.join(bounds)}" if bounds else ""


def _short(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 80 else text[:77] + "..."
