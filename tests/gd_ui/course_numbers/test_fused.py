"""Multiply and add, rounded once: held against exact fractions."""

from fractions import Fraction

import numpy as np

from gd_ui.course_numbers.fused import fused


def rounded_once(a: float, b: float, c: float) -> float:
    return float(Fraction(a) * Fraction(b) + Fraction(c))


def test_it_is_the_exact_result_rounded_once() -> None:
    draws = np.random.default_rng(0)
    a, b, c = draws.normal(size=(3, 3000)) * 2.0 ** draws.integers(-60, 60, size=(3, 3000))
    c[1000:2000] = -a[1000:2000] * b[1000:2000]  # nothing but the product's error is left
    c[2000:] = (a * b)[2000:] * draws.normal(size=1000)  # of its size
    assert fused(a, b, c).tolist() == list(map(rounded_once, a.tolist(), b.tolist(), c.tolist()))
    assert (fused(a, b, c) != a * b + c).any()


def test_a_result_a_hair_from_halfway_is_not_rounded_twice() -> None:
    """The product lies halfway between two numbers; rounded before the addend counts, it would go to the even one."""
    a, b, hair = 1 + 2.0**-30, 1 + 2.0**-23, 2.0**-107
    cases = [(sign * a, b, sign * side * hair) for sign in (1, -1) for side in (1, 0, -1)]
    results = fused(*np.array(cases).T).tolist()
    assert results == [rounded_once(*case) for case in cases]
    assert len(set(results)) == 4  # for each sign one above and one below; halfway itself goes to the even one
