"""What a run of the free network showed, in words, and its gradient check layer by layer."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from gd_core import check_gradient
from gd_ui.backprop.findings import number
from gd_ui.backprop.free import FreeRun, ground
from gd_ui.backprop.runs import weight_numbers

LOOSE = 1e-7
"""Allowed difference between an analytic and a measured derivative, relative to the larger of the two and 1."""


def free_findings(run: FreeRun) -> list[str]:
    """Return at most three sentences, as Markdown."""
    return [_fall(run), _fading(run), *_dead(run)]


def _fall(run: FreeRun) -> str:
    settings, n = run.settings, run.settings.model.n_params
    loss, right = run.loss[0], run.right[:, -1]
    shape = "-".join(map(str, settings.model.sizes))
    if run.lost is not None:
        return (
            f"The {shape} network with {n:,} parameters was lost: after update {run.lost:,} its weights are no numbers "
            f"any more, because the rate {settings.learning_rate:g} is too large for it."
        )
    change = "fell" if loss[-1] < loss[0] else "rose" if loss[-1] > loss[0] else "stayed"
    words = f"from {number(loss[0])} to {number(loss[-1])}" if change != "stayed" else f"at {number(loss[0])}"
    return (
        f"The {settings.loss} loss of the {shape} network with {n:,} parameters {change} {words} in "
        f"{settings.updates:,} updates; it judges {100 * right[0]:.0f} % of the training rows and "
        f"{100 * right[1]:.0f} % of those held out rightly."
    )


def _fading(run: FreeRun) -> str:
    front, end = run.slopes[0, 0], run.slopes[0, -1]
    if not (front > 0 and end > 0 and np.isfinite([front, end]).all()):
        return "At the start some layer has no derivative at all: its weights cannot learn yet."
    if end > front:
        return (
            f"At the start a weight's derivative in the last layer is {end / front:.1f} times that in the first, "
            "example by example: the error has faded on its way back."
        )
    return (
        f"At the start a weight's derivative in the first layer is {front / end:.1f} times that in the last, example "
        "by example: here the error does not fade on its way back."
    )


def _dead(run: FreeRun) -> list[str]:
    """What is to be said where learning has stopped altogether."""
    if run.slopes[-1, 0] > 0 or not run.slopes[0, 0] > 0:
        return []
    return [
        "In the end no derivative reaches the first layer, from any of the examples watched: it has stopped learning."
    ]


def troubled(run: FreeRun) -> bool:
    """Whether the run was lost, or ended no better than it began."""
    return run.lost is not None or not run.loss[0, -1] < run.loss[0, 0]


def map_said(run: FreeRun) -> str:
    """Return how to read the map."""
    place = ground(run.settings.data)
    if place.axes.shape[1] > 2:
        return (
            f"The output on the plane of the first two principal components of {place.axes.shape[1]} standardised "
            "columns, the others at their mean: points lie off this plane, so some seem to be on the wrong side."
        )
    return "The output over both inputs: gold is above one half, violet below, the line is one half."


class FreeCheck(NamedTuple):
    """The gradient check at the start and at the end: a table by column, and what it came to."""

    table: dict[str, list[str]]
    said: str

    @property
    def nbytes(self) -> int:
        """Memory held, in bytes, about."""
        return sum(len(cell) for column in self.table.values() for cell in column)


def free_check(run: FreeRun) -> FreeCheck:
    """Measure every derivative of the mean training loss with nudges, at the start and at the end."""
    train, _ = run.settings.objectives()
    table: dict[str, list[str]] = {
        name: [] for name in ("layer", "at update", "derivatives", "largest", "largest difference", "")
    }
    good, count = 0, 0
    for moment in (0, -1):
        found = check_gradient(train, run.theta[[moment]])
        for depth, (weights, biases) in enumerate(weight_numbers(run.settings.model.sizes), start=1):
            of = np.concatenate([weights.ravel(), biases])
            passed = found.error[0, of] <= LOOSE
            good, count = good + int(passed.sum()), count + len(of)
            table["layer"].append(f"{depth}")
            table["at update"].append(f"{run.at.updates[moment]:,}")
            table["derivatives"].append(f"{len(of):,}")
            table["largest"].append(number(float(np.abs(found.analytic[0, of]).max())))
            table["largest difference"].append(f"{found.error[0, of].max():.0e}")
            table[""].append("✓" if passed.all() else f"✗ {int((~passed).sum())}")
    kink = (
        " A ReLU has a kink at zero: a nudge across it measures neither slope, so a few differences may be larger."
        if run.settings.activation == "relu"
        else ""
    )
    return FreeCheck(
        table,
        (
            f"{good:,} of {count:,} derivatives of the mean loss pass at {LOOSE:.0e}, relative to the larger of the "
            f"two and one, against two nudges of each parameter.{kink}"
        ),
    )
