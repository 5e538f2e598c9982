"""Conventions: the same momentum in two spellings, told apart by a rate that changes midway.

PyTorch keeps the rate out of the velocity, Keras and scikit-learn put it in. While the rate is constant both walk one
path; when it changes, only one of them changes its step at once.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from gd_core import OPTIMIZERS, Batching, descend
from gd_core.descent import quietly
from gd_core.heavy_ball import rate_in_velocity
from gd_core.shapes import Array
from gd_ui.charts.compared import no_rows
from gd_ui.charts.template import Columns, Frames, one_row
from gd_ui.lanes import LANES, Lane
from gd_ui.numbers import number
from gd_ui.optimizers.surfaces import surface

UPDATES = 60
"""Of both runs."""
CHANGES = [5, 10, 15, 20, 30]
"""Updates after which the rate may change."""
CHANGE = 15
FACTORS = [0.01, 0.1, 0.5, 1, 2]
FACTOR = 0.1
LANE: dict[str, Lane] = {"PyTorch": LANES[0], "Keras, scikit-learn": LANES[2]}
"""The two spellings and their looks."""
LARGEST = 1e30
TINY = 1e-12
"""Steps and losses are drawn down to this share of the largest."""


@dataclass(frozen=True)
class Switch:
    """A run of momentum whose rate changes on the way."""

    surface: str
    start: tuple[float, ...]
    rate: float
    momentum: float
    after: int
    """Updates at the first rate."""
    factor: float
    """By what the rate is then multiplied."""

    def at(self, t: int) -> float:
        """Return the rate of update t, the first being t = 0."""
        return self.rate if t < self.after else self.factor * self.rate


class Spelled(NamedTuple):
    """Both runs."""

    switch: Switch
    paths: dict[str, Array]
    """(T+1, P)"""
    heights: dict[str, Array]
    """(T+1,)"""

    @property
    def steps(self) -> dict[str, Array]:
        """Lengths (T,) of all steps."""
        return {name: _lengths(path) for name, path in self.paths.items()}


@quietly
def _lengths(path: Array) -> Array:
    return np.asarray(np.linalg.norm(np.diff(path, axis=0), axis=1))


def spelled(switch: Switch) -> Spelled:
    """Run both spellings from the same start under the same rates."""
    land, plan = surface(switch.surface).land, Batching().plan(1, UPDATES, (0,))
    rules = {
        "PyTorch": OPTIMIZERS["momentum"](switch.at, switch.momentum),
        "Keras, scikit-learn": rate_in_velocity(switch.at, switch.momentum),
    }
    runs = {name: descend(land, rule, np.array([switch.start]), plan) for name, rule in rules.items()}
    return Spelled(
        switch, {name: run.path[0] for name, run in runs.items()}, {name: run.loss[0] for name, run in runs.items()}
    )


@quietly
def carried(found: Spelled) -> float:
    """Return by how much the first steps after the change differ, from PyTorch's velocity: β |r - r'| |v|.

    PyTorch's last velocity before the change is its last step divided by the rate.
    """
    switch = found.switch
    path = found.paths["PyTorch"]
    velocity = (path[switch.after] - path[switch.after - 1]) / switch.rate
    return float(switch.momentum * abs(switch.rate - switch.at(switch.after)) * np.linalg.norm(velocity))


@quietly
def apart(found: Spelled) -> Array:
    """Return how far the two runs are from each other (T+1,)."""
    first, second = found.paths.values()
    return np.asarray(np.linalg.norm(first - second, axis=1))


def step_frames(found: Spelled) -> Frames:
    """Return the data of the chart of the steps' lengths."""
    at = np.arange(1, UPDATES + 1)
    return _frames(found, {name: (at, steps) for name, steps in found.steps.items()}, "↑ length of the step")


def height_frames(found: Spelled) -> Frames:
    """Return the data of the chart of the losses."""
    at = np.arange(UPDATES + 1)
    return _frames(found, {name: (at, heights) for name, heights in found.heights.items()}, "↑ loss above the minimum")


def _frames(found: Spelled, curves: dict[str, tuple[NDArray[np.intp], Array]], up: str) -> Frames:
    drawable = {name: np.isfinite(values) & (values < LARGEST) for name, (_, values) in curves.items()}
    largest = max([float(values[drawable[name]].max(initial=0)) for name, (_, values) in curves.items()])
    largest = largest if largest > 0 else 1.0
    lines: list[Columns] = []
    for (name, (at, values)), look in zip(curves.items(), ("line", "dashes"), strict=True):
        shown = drawable[name]
        lines.append(
            {
                "slot": np.full(shown.sum(), LANE[name].slot),
                "look": np.full(shown.sum(), look),
                "piece": np.full(shown.sum(), name),
                "x": at[shown].astype("f8"),
                "y": np.maximum(values[shown], TINY * largest),
            }
        )
    y = np.concatenate([line["y"] for line in lines])
    bottom = float(y.min(initial=largest)) / 2
    this = {
        "left": 0.0, "right": float(UPDATES), "bottom": bottom, "top": 2 * largest, "level": bottom,
        "across": "update →", "up": up,
    }  # fmt: skip
    changed = f"rate × {found.switch.factor:g}"
    return {
        "this": one_row(this),
        "lines": {column: np.concatenate([line[column] for line in lines]) for column in lines[0]},
        "verticals": {"x": np.array([found.switch.after + 0.5]), "row": np.array([1]), "name": np.array([changed])},
        "marks": no_rows("x", "y") | {name: np.array([], dtype="U8") for name in ("slot", "shape")},
        "notes": no_rows("x", "y") | {name: np.array([], dtype="U8") for name in ("label", "side")},
    }


def legend() -> str:
    """Name the two spellings in their looks, as Markdown, with their formulas."""
    torch, keras = (lane.label(f"**{name}**") for name, lane in LANE.items())
    return (
        rf"{torch}, solid: $v \leftarrow \beta v + g$, step $-\eta v$ &nbsp;·&nbsp; "
        rf"{keras}, dashed: $v \leftarrow \beta v - \eta g$, step $v$"
    )


def findings(found: Spelled) -> list[str]:
    """Say where the two runs part and by how much."""
    switch, gap = found.switch, apart(found)
    if not np.isfinite(gap).all():
        lost = int((~np.isfinite(gap)).argmax())
        return [f"At this rate a run is not finite from update {lost:,} on; a smaller one shows the difference."]
    if gap[-1] == 0 and _lengths(found.paths["PyTorch"]).max() == 0:
        return ["The run starts at the minimum and neither of the two moves."]
    before, scale = float(gap[: switch.after + 1].max()), float(_lengths(found.paths["PyTorch"]).max())
    same = "to the last digit" if before == 0 else f"but for rounding ({before:.0e})"
    told = [
        f"Momentum at its best rate η = {switch.rate:g} with β = {switch.momentum:g}: up to update {switch.after:,} "
        f"the two walk one path, {same}."
    ]
    if switch.factor == 1:
        return [*told, "The rate never changes, so they never part: the two spellings are then one rule."]
    if switch.momentum == 0:
        return [*told, "Without momentum there is no velocity to carry the old rate, so they never part."]
    first = float(np.linalg.norm(_first_steps(found)))
    if first <= 1e-12 * scale:
        return [*told, "There the last step is as good as zero, and so is what the velocity could carry over."]
    steps = [float(steps[switch.after]) for steps in found.steps.values()]
    told.append(
        f"The next step is {number(steps[0])} long for PyTorch and {number(steps[1])} for Keras and scikit-learn, "
        f"whose velocity still carries the old rate. The two steps differ by {number(first)}, which is "
        f"β · |η − η′| · |v| = {number(carried(found))}."
    )
    told.append(
        f"At the end they stand {number(float(gap[-1]))} apart; the largest distance was {number(float(gap.max()))}."
    )
    return told


def _first_steps(found: Spelled) -> Array:
    """Return the difference (P,) of the two first steps after the change."""
    after = found.switch.after
    first, second = (path[after + 1] - path[after] for path in found.paths.values())
    return np.asarray(second - first)
