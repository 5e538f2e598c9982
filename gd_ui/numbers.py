"""Numbers as the sentences write them: losses, distances and factors of growth."""

import math


def number(value: float | None) -> str:
    """Return a loss or distance as text: four digits, powers of ten where large or tiny, a dash where there is none."""
    if value is None:
        return "—"
    if not math.isfinite(value):
        return "beyond all numbers"
    if value != 0 and not 1e-3 <= abs(value) < 1e5:
        mantissa, power = f"{value:.1e}".split("e")
        return f"{mantissa}·10{str(int(power)).translate(str.maketrans('-0123456789', '⁻⁰¹²³⁴⁵⁶⁷⁸⁹'))}"
    return f"{value:,.4f}" if abs(value) < 100 else f"{value:,.1f}"


def times(factor: float) -> str:
    """Return a factor of growth as text: three digits are enough."""
    return number(factor) if factor >= 1000 else f"{factor:.3g}"
