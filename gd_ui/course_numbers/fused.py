"""Fused multiply-add in plain NumPy: a product and a sum, rounded once, as many processors do it in one instruction.

Two roundings, of the product and then of the sum, can end one bit elsewhere. Both errors can be had exactly (T. J.
Dekker, A floating-point technique for extending the available precision, 1971). Adding them up without a second
rounding to the nearest takes one step rounded to odd (S. Boldo and G. Melquiond, Emulation of a FMA and correctly
rounded sums, 2008).
"""

from __future__ import annotations

import numpy as np

from gd_core.shapes import Array

SPLIT = 2.0**27 + 1
"""Times this, a number of 53 bits falls into two halves whose products are exact."""


def fused(a: Array, b: Array, c: Array) -> Array:
    """Return a b + c, shapes alike or broadcast, rounded once; for numbers far from overflow and underflow."""
    product, product_rest = _product(a, b)
    small, small_rest = _sum(c, product_rest)
    large, large_rest = _sum(product, small)
    return large + _sum_to_odd(large_rest, small_rest)


def _sum(a: Array, b: Array) -> tuple[Array, Array]:
    """Return the rounded sum and what rounding took away."""
    total = a + b
    of_b = total - a
    return total, (a - (total - of_b)) + (b - of_b)


def _product(a: Array, b: Array) -> tuple[Array, Array]:
    """Return the rounded product and what rounding took away."""
    product = a * b
    (a_high, a_low), (b_high, b_low) = _halves(a), _halves(b)
    rest = ((a_high * b_high - product) + a_high * b_low + a_low * b_high) + a_low * b_low
    return product, rest


def _halves(a: Array) -> tuple[Array, Array]:
    scaled = SPLIT * a
    high = scaled - (scaled - a)
    return high, a - high


def _sum_to_odd(a: Array, b: Array) -> Array:
    """Return a + b cut off toward zero, with the last bit set where something was cut off."""
    total, rest = _sum(a, b)
    inexact = rest != 0
    too_far = inexact & ((total < 0) != (rest < 0))
    cut: Array = ((total.view(np.int64) - too_far) | inexact).view(np.float64)
    return cut
