"""Runs of the hiring network that several test files look at: the course's, short ones, extreme ones."""

import functools
from typing import Any

from gd_core.hiring import EXERCISES
from gd_ui.backprop.runs import BackpropRun, BackpropSettings, run_backprop

ZERO = (0.0,) * 15
FAR = tuple([20.0, -20.0] * 8)[:15]

CASES: dict[str, dict[str, Any]] = {
    "base": {"exercise": "Base"},
    "one": {"exercise": "Exercise 1"},
    "two": {"exercise": "Exercise 2"},
    "four": {"exercise": "Exercise 3"},
    "short": {"exercise": "Exercise 3", "epochs": 1000},
    "fast": {"exercise": "Exercise 3", "learning_rate": 5.0, "epochs": 1000},
    "zero": {"exercise": "Exercise 3", "start": ZERO, "epochs": 1000},
    "far": {"exercise": "Exercise 3", "start": FAR, "epochs": 1000},
    "alike": {"exercise": "Exercise 2", "x": ((1.0, 1.0), (1.0, 1.0)), "epochs": 1000},
    "solved": {"exercise": "Exercise 2", "y": ((0.5,), (0.5,)), "start": ZERO, "epochs": 1000},
    "wanted": {"exercise": "Exercise 3", "y": ((1.0,), (1.0,), (1.0,), (1.0,)), "epochs": 1000},
}


@functools.cache
def hired(case: str = "four") -> BackpropRun:
    """Return the run of one of CASES."""
    changes = CASES[case]
    exercise = EXERCISES[changes["exercise"]]
    given = {"x": exercise.x, "y": exercise.y, "start": exercise.start, "learning_rate": 0.1, "epochs": 10_000}
    return run_backprop(BackpropSettings(**({"seed": 0} | given | changes)))
