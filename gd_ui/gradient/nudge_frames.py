"""From what a nudge found to what its charts draw: one table per name in the templates."""

from __future__ import annotations

import numpy as np

from gd_core.shapes import Array
from gd_ui.charts.nudge import FLOOR
from gd_ui.charts.template import Columns, Frames, one_row
from gd_ui.datasets import Loaded
from gd_ui.gradient.findings import signed
from gd_ui.gradient.nudge import NUDGES, RUNS, Errors, Measured, Probe, Window


def section_frames(measured: Measured, view: Window, loaded: Loaded, p: int) -> Frames:
    """Return the section along parameter p, and where the window lies on it."""
    values, losses = view.whole
    near, change = view.near
    spare = 0.07 * np.ptp(losses)
    this = {
        "left": values[0], "right": values[-1], "bottom": losses.min() - spare, "top": losses.max(),
        "start_a": measured.theta[p], "start_b": measured.loss,
        "from": measured.theta[p] + near[0], "until": measured.theta[p] + near[-1],
        "low": measured.loss + change.min(), "high": measured.loss + change.max(),
        "title": f"Loss when only {loaded.train.model.names[p]} moves", "across": f"{loaded.names[p]} →",
    }  # fmt: skip
    return {"this": one_row(this), "section": {"x": values, "y": losses}}


def window_frames(probe: Probe, measured: Measured, view: Window, loaded: Loaded, p: int) -> Frames:
    """Return the window around the point and the triangle of the nudge in it, measured from the point."""
    near, change = view.near
    run, rise, name = probe.nudge * RUNS[probe.kind], float(measured.changes[p]), loaded.train.model.names[p]
    tail, foot = (-probe.nudge, view.before) if probe.kind == "central" and probe.nudge else (0.0, 0.0)
    ends = near[[0, -1]]
    tangent = measured.slopes[p] * ends
    seen = np.concatenate([change, tangent, [foot, foot + rise]])
    spare = 0.08 * np.ptp(seen) or float(np.spacing(measured.loss))
    this = {
        "left": ends[0], "right": ends[1], "bottom": seen.min() - spare, "top": seen.max() + spare,
        "tail": tail, "tip": tail + run, "foot": foot, "head": foot + rise,
        "middle": tail + run / 2, "half_way": foot + rise / 2, "zero": 0.0, "change": rise, "slope": measured.slopes[p],
        "run": f"{run:g}", "rise": signed(rise) if rise else "0", "shown": probe.nudge > 0,
        "title": "The window: change of the loss ↑", "across": f"change of {name} →",
    }  # fmt: skip
    return {"this": one_row(this), "curve": {"x": near, "y": change}, "tangent": {"x": ends, "y": tangent}}


def error_frames(probe: Probe, measured: Measured, found: Errors, loaded: Loaded) -> Frames:
    """Return the error of the ratio for all nudges, with that of the probe's own."""
    tables = {kind: _curves(curves, loaded) for kind, curves in found.by_kind.items()}
    (other,) = (kind for kind in tables if kind != probe.kind)
    picked = np.maximum(measured.errors, FLOOR) if probe.nudge > 0 else np.empty(0)
    decades = NUDGES[::8]
    steps = np.maximum(found.step / (decades * RUNS[probe.kind]), FLOOR)
    highest = max(float(table["error"].max()) for table in tables.values())
    this = {
        "top": 5 * max(highest, float(steps[-1])),
        "at": max(probe.nudge, float(NUDGES[-1])),
        "shown": probe.nudge > 0,
        "title": "Error of the ratio ↑",
        "across": "← nudge shrinks",
    }
    return {
        "this": one_row(this),
        "errors": tables[probe.kind],
        "other": tables[other],
        "steps": {"nudge": decades, "error": steps},
        "picked": {"nudge": np.full(len(picked), probe.nudge), "error": picked},
        "notes": _notes(found),
    }


def _curves(curves: Array, loaded: Loaded) -> Columns:
    """Return the errors (H, P) of one kind of ratio as a table, parameter after parameter."""
    return {
        "nudge": np.tile(NUDGES, curves.shape[1]),
        "error": np.maximum(curves.T.ravel(), FLOOR),
        "parameter": np.repeat(loaded.train.model.names, len(NUDGES)),
    }


def _notes(found: Errors) -> Columns:
    """Place the names of the two kinds of ratio: of forward a little above its curve, of central a little below."""
    at = {kind: int(np.abs(np.log10(NUDGES / nudge)).argmin()) for kind, nudge in NAMED_AT.items()}
    around = {kind: found.by_kind[kind][place - 4 : place + 5] for kind, place in at.items()}
    heights = [5 * float(around["forward"].max()), float(np.median(around["central"])) / 300]
    return {
        "nudge": NUDGES[list(at.values())],
        "error": np.maximum(heights, 30 * FLOOR),
        "note": np.array(list(at)),
    }


NAMED_AT = {"forward": 2e-4, "central": 3e-5}
"""The nudges near which the curves' names stand, to the left of them."""
