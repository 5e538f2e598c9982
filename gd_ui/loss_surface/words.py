"""Words for a loss surface: what its height is, its weights' names, and its numbers as text."""

from __future__ import annotations

import math

from gd_ui.loss_surface.loss import ALL, ONE, SurfaceSettings, chosen_rows
from gd_ui.numbers import number

NOTHING = 1e-12
"""Share of the loss compared with below which a loss is zero but for rounding."""


def title(settings: SurfaceSettings, n: int) -> str:
    """Say what the height is: "mean squared error of all rows"."""
    return f"mean {settings.loss} error of {examples_of(settings, n)}"


def examples_of(settings: SurfaceSettings, n: int) -> str:
    """Say which rows the surface is about, for a title or a screen reader."""
    rows = chosen_rows(settings, n)
    if settings.of == ALL:
        return f"all {n:,} rows"
    return f"row {settings.row:,} alone" if settings.of == ONE else f"a mini-batch of {len(rows):,} rows"


def short_name(name: str) -> str:
    """Return the letter of a weight, or what it weighs: "slope w" gives "w", "weight of BMI" gives "BMI's weight"."""
    return f"{axis_name(name)}'s weight" if name.startswith("weight of ") else axis_name(name)


def axis_name(name: str) -> str:
    """Return what a short axis is called: "slope w" gives "w", "weight of BMI" gives "BMI"."""
    return name.removeprefix("weight of ") if name.startswith("weight of ") else name.split()[-1]


def place(value: float, half: float) -> str:
    """Return a weight with as many decimals as a map of that half side can show."""
    decimals = max(0, 2 - math.floor(math.log10(half)))
    return f"{value:.{decimals}f}".replace("-", "−") if abs(value) < 1e6 else number(value)


def height(loss: float, compared: float) -> str:
    """Return a loss as text; 0 where nothing but rounding keeps it from being that."""
    return "0" if loss <= NOTHING * compared or loss == 0 else number(loss)
