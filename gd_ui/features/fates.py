"""What becomes of a descent in one unit, in a few words."""

from __future__ import annotations

from gd_ui.features.study import Run, steps_needed
from gd_ui.numbers import number


def fate(run: Run) -> str:
    """Say how long a run takes to arrive, whether or not it was followed that far."""
    steps = steps_needed(run.variant, run.learning_rate)
    if steps is None:
        return "never arrives"
    if steps == 0:
        return "starts at the best line"
    return f"arrives in {counted(steps)}"


def counted(steps: int) -> str:
    """Return a number of steps as text."""
    return f"{steps:,} step{'' if steps == 1 else 's'}" if steps < 1e7 else f"{number(float(steps))} steps"
