"""Real columns: how steep the loss is along each of them, and how fast descent takes each direction's error away."""

from __future__ import annotations

import numpy as np

from gd_core import hessian
from gd_core.shapes import Array
from gd_ui.charts.template import Columns, Frames, one_row
from gd_ui.datasets import short
from gd_ui.features.study import Study, Variant

NOTHING = 1e-15
"""A column with less than this share of the steepest one's curvature has none but for rounding."""


def directions(study: Study) -> Frames:
    """Every direction's factor per step, the steepest first; the units side by side."""
    count = len(study.best)
    parts: list[Columns] = []
    for run, nudge in zip(study.runs, (-1, 1), strict=True):
        values = run.variant.curvature.eigenvalues[::-1]
        lane = run.variant.lane
        parts.append(
            {
                "slot": np.full(count, lane.slot),
                "shape": np.full(count, lane.shape),
                "direction": np.arange(1, count + 1),
                "number": np.arange(1, count + 1) + 0.14 * nudge,
                "curvature": values,
                "factor": 1 - run.learning_rate * values,
            }
        )
    return {
        "this": one_row({"count": count, "across": "steepest direction first"}),
        "directions": {column: np.concatenate([part[column] for part in parts]) for column in parts[0]},
    }


def steepness(study: Study) -> Frames:
    """How steep the loss is along each weight, and along the intercept, in both units."""
    count = len(study.best)
    parts: list[Columns] = []
    for run in study.runs:
        bends = column_curvature(run.variant)
        shown = bends > NOTHING * bends.max()  # a log axis has no place for a column of zeros
        lane = run.variant.lane
        parts.append(
            {
                "slot": np.full(count, lane.slot)[shown],
                "shape": np.full(count, lane.shape)[shown],
                "number": np.arange(1, count + 1)[shown],
                "column": np.array(weight_names(study))[shown],
                "steepness": bends[shown],
            }
        )
    return {
        "this": one_row({"count": count, "across": "columns in the data's order, intercept last"}),
        "columns": {column: np.concatenate([part[column] for part in parts]) for column in parts[0]},
    }


def column_curvature(variant: Variant) -> Array:
    """Return the second derivative (P,) of the loss along each parameter: twice the mean square of its column."""
    return np.asarray(np.diag(hessian(variant.train, variant.best)))


def weight_names(study: Study) -> list[str]:
    """Return the columns' names, and "intercept" last."""
    return [*(short(feature) for feature in study.data.features), "intercept"]
