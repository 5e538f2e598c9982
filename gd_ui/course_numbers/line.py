"""Text B, the line: every number it prints, and how each is computed here."""

from __future__ import annotations

import functools

import numpy as np

from gd_core import SCALINGS, History, Recipe, least_squares, noisy_line_start, objective, train
from gd_core.shapes import Array
from gd_ui.course_grid import course_grid
from gd_ui.course_numbers.numbers import Compute, Line, course, one_by_one, texts
from gd_ui.datasets import load

B_FIRST = [1, 0]
"""The text names b before w; theta is (w, b)."""
NAMES = ("b", "w")
HALF_SPAN = 3
"""A grid reaches so far to each side of the true parameters."""


def lines() -> list[Line]:
    """Return the lines of text B."""
    printed = course()["line"]
    step, nudge, grids = printed["after_one_step"], printed["nudge"], printed["grids"]
    counts = printed["counts"]
    found = [
        Line("B", "Points: all, training, validation", _counts, "one-step", {}, texts([*counts.values()]), (*counts,)),
        *_pair("Random start", _start, "one-step", {}, printed["start"]),
        Line("B", "Loss at the start", _loss, "one-step", {"stage": "2 Error"}, texts(printed["loss_at_start"])),
        *_pair("Gradient at the start", _gradient, "one-step", {"stage": "3 Gradient"}, printed["gradient_at_start"]),
        *_pair(f"After one step at rate {step['learning_rate']}", _one_step, "one-step", {"stage": "4 Update"}, step),
        *_pair(
            f"Slope by a nudge of {nudge['size']} on the grid", _nudged, "gradient",
            {"point": "grid point", "nudge": nudge["size"]}, nudge["slope"],
        ),
    ]  # fmt: skip
    for which in ("original", "bad", "standardised"):
        ends = [grids[which][name][end] for name in NAMES for end in (0, 1)]
        labels = tuple(f"{name} {end}" for name in NAMES for end in ("from", "to"))
        lesson = "loss-surface" if which == "original" else "features"
        compute = functools.partial(_grid, which)
        found.append(Line("B", f"Grid of the loss surface, {which} feature", compute, lesson, {}, texts(ends), labels))
    return found


def _pair(what: str, compute: Compute, lesson: str, settings: dict[str, str], block: dict[str, str]) -> list[Line]:
    return one_by_one(Line("B", what, compute, lesson, settings, tuple(block[name] for name in NAMES), NAMES))


def _counts() -> Array:
    data = load("line").data
    return np.array([len(data.y), len(data.train), len(data.validation)], dtype=float)


def _start() -> Array:
    return np.array(noisy_line_start())[B_FIRST]


def _loss() -> Array:
    return load("line").train.value(np.array([noisy_line_start()]))


def _gradient() -> Array:
    return load("line").train.grad(np.array([noisy_line_start()]))[0, B_FIRST]


def _one_step() -> Array:
    rate = float(course()["line"]["after_one_step"]["learning_rate"])
    history: History = train(load("line").train, Recipe((rate,), epochs=1, start=noisy_line_start()))
    return history.path[0, 1, B_FIRST]


def _nudged() -> Array:
    """Return the change of the loss per nudge, from the point of the text's grid nearest to the start."""
    grid = course_grid()
    here = np.array(grid.nearest(noisy_line_start()))
    on = load("line").train
    moved = here + grid.nudge * np.eye(2)[B_FIRST]
    return (on.value(moved) - on.value(here[None])) / grid.nudge


def _grid(which: str) -> Array:
    """Return the ends of a grid: so far to each side of the parameters that made the data.

    The standardised feature has no such parameters; the text takes those of the best fit, to one decimal.
    """
    w, b = 2.0, 1.0
    if which == "bad":
        w /= course()["line"]["bad_feature"]["w_divided_by"]
    if which == "standardised":
        on = load("line").train
        w, b = least_squares(objective(on.model, on.loss, SCALINGS["standardise"](on.x).apply(on.x), on.y)).round(1)
    return np.array([b - HALF_SPAN, b + HALF_SPAN, w - HALF_SPAN, w + HALF_SPAN])
