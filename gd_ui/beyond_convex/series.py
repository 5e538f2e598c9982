"""The lower half's charts: escapes from a saddle, stays on plateaus, and the two valleys of one weight, as tables."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from gd_core import NEVER
from gd_ui.beyond_convex.frames import SIGNS, SLOTS_OF_FATES, levels_of, path_table, shape_of, slot_of
from gd_ui.beyond_convex.lands import land
from gd_ui.beyond_convex.noise import UPDATES, Escapes, Noise, course_chain
from gd_ui.beyond_convex.plateau import CAP, FARTHEST, NEAREST, Plateaus, Stay
from gd_ui.beyond_convex.starts import CELLS, RESTING, WIDE
from gd_ui.beyond_convex.well import HALF, WELL, Well, WellMap, height_of
from gd_ui.beyond_convex.well import UPDATES as WELL_UPDATES
from gd_ui.charts.regions import lattice, region_table
from gd_ui.charts.template import MUTED, PAPER, Columns, Frames, one_row
from gd_ui.lanes import LANES
from gd_ui.methods import BATCH, STOCHASTIC

LOW_TOP = 4.0
"""The curve of the two valleys is drawn at least up to this loss, and to the start's."""
BESIDE = 1.1
"""And this many times as far to the sides as starts are on offer."""
STEPS = 60
"""Corners of a line."""
EMPTY: Columns = {
    "slot": np.array([], dtype="U1"),
    "sign": np.array([], dtype="U1"),
    "x": np.array([]),
    "y": np.array([]),
}


def table(rows: Iterable[dict[str, Any]]) -> Columns:
    """Return rows as columns."""
    rows = list(rows)
    return {name: np.array([row[name] for row in rows]) for name in rows[0]}


def noise_map_frames(case: Escapes) -> Frames:
    """Return the data of the map with the first runs of a case, each with the sign of the branch it went to."""
    on = land("course A")
    ended = case.paths[:, -1].sum(axis=1)
    fates = np.where(case.left_at[: len(case.paths)] == NEVER, RESTING, np.where(ended > 0, 0, 1))
    here = {"centre_a": 0.0, "centre_b": 0.0, "half": on.half, "across": "w₁ →", "up": "↑ w₂"}
    marks = [{"kind": "saddle", "sign": "", "slot": PAPER, "a": a, "b": b} for a, b in on.saddles]
    return {
        "this": one_row(here),
        "levels": levels_of(course_chain(case.strength), 0.0, on.centre, on.half),
        "runs": path_table(case.paths, fates, on),
        "marks": table(marks),
    }


def escape_frames(noise: Noise) -> Frames:
    """Return the data of the share of runs that have left, by updates."""
    cases = [noise.pushed, *reversed(noise.weaker)]
    gone = [int(case.left[-1]) for case in cases if len(case.left)]
    last = min(UPDATES, round(1.15 * max(gone))) if gone else UPDATES
    at = np.unique(np.rint(np.linspace(0, last, 4 * STEPS)).astype(int))
    lines, names = [], []
    for case in cases:
        share = np.searchsorted(case.left, at, side="right") / len(case.left_at)
        # Where the share does not change a corner on either side is enough.
        turns = np.flatnonzero(np.append(True, np.diff(share) != 0) | np.append(np.diff(share) != 0, True))
        lines += [_corner(f"{case.strength:g}", STOCHASTIC.name, at[i], share[i], i) for i in turns.tolist()]
        if len(case.left) > len(case.left_at) / 2:
            middle = float(np.quantile(case.left, 0.5))
            names.append({"name": f"±{case.strength:.3g}", "x": middle, "y": 0.5, "side": "left"})
    lines += [_corner(BATCH.name, BATCH.name, x, 0.0, x) for x in (0, last)]
    still = "batch" if not len(noise.batch.left) else ""
    names.append(
        {"name": " · ".join(filter(None, [still, "course A"])) + ": none left", "x": last, "y": 0.12, "side": "right"}
    )
    here = {"left": 0, "right": last, "bottom": 0.0, "top": 1.0, "across": "updates →", "up": "↑ share that has left"}
    return {"this": one_row(here), "lines": table(lines), "points": EMPTY, "names": table(names)}


def _corner(name: str, slot: str, x: float, y: float, order: int) -> dict[str, Any]:
    return {"series": name, "slot": slot, "x": float(x), "y": float(y), "order": int(order)}


def stay_loss_frames(found: Plateaus) -> Frames:
    """Return the data of the losses of chains of every length from the chosen start, over a log axis of updates."""
    left = [int(stay.left_at[0]) for stay in found.stays]
    last = max([10, *(round(1.5 * at) if at != NEVER else CAP for at in left)])
    last = min(last, CAP)
    high = max(float(stay.loss[0]) for stay in found.stays)
    lines, names = [], []
    for lane, stay in zip(LANES, found.stays, strict=False):
        end = min(last, len(stay.loss) - 1)
        at = np.unique(np.rint(np.geomspace(1, end, STEPS)).astype(int))
        heights = np.nan_to_num(np.minimum(stay.loss, 2 * high), nan=2 * high)
        lines += [_corner(lane.slot, lane.slot, x, heights[x], x) for x in at.tolist()]
        middle = _drop(stay, end)
        side = "left" if middle < last**0.8 else "right"  # near the right edge the name ends at the curve
        names.append({"name": f"{lane.sign} {stay.weights}", "x": middle, "y": float(heights[middle]), "side": side})
    here = {"left": 1, "right": last, "bottom": 0.0, "top": 1.08 * high, "across": "updates →", "up": ""}
    return {"this": one_row(here), "lines": table(lines), "points": EMPTY, "names": table(names)}


def _drop(stay: Stay, end: int) -> int:
    """Return the update at which a run's loss is halfway down, or the last one shown."""
    return max(1, min(end, int(stay.left_at[0]) if stay.left_at[0] != NEVER else end))


def stay_time_frames(found: Plateaus) -> Frames:
    """Return the data of the time on the plateau by the distance of the start: measured points on predicted lines."""
    starts = found.starts[1:]
    lines, points, names = [], [], []
    for lane, stay in zip(LANES, found.stays, strict=False):
        predicted = np.maximum(stay.predicted[1:], 1)
        drawn = [i for i in range(len(starts)) if i == len(starts) - 1 or predicted[i + 1] < 3 * CAP]
        lines += [_corner(lane.slot, lane.slot, starts[i], predicted[i], i) for i in drawn]
        left = stay.left_at[1:]
        seen = np.flatnonzero(left != NEVER)
        points += [
            {"slot": lane.slot, "sign": lane.shape, "x": float(starts[i]), "y": max(1.0, float(left[i]))} for i in seen
        ]
        if len(seen):
            x, y = float(starts[seen[0]]), float(max(1, left[seen[0]]))
            names.append({"name": f"{stay.weights}", "x": x, "y": y, "side": "left"})
    here = {
        "left": NEAREST / 1.3, "right": FARTHEST * 1.3, "bottom": 1, "top": 1.5 * CAP,
        "across": "start of every weight →", "up": "",
    }  # fmt: skip
    return {
        "this": one_row(here),
        "lines": table(lines),
        "points": table(points) if points else EMPTY,
        "names": table(names or [{"name": "", "x": NEAREST, "y": 1.0, "side": "left"}]),
    }


def well_frames(run: Well) -> Frames:
    """Return the data of the one run on the curve of its loss."""
    path = run.history.path[0, : WELL_UPDATES + 1, 0]
    loss = run.history.loss[0, : WELL_UPDATES + 1]
    good = np.abs(path) < 1e3
    count = len(path) if good.all() else int(good.argmin())
    path, loss = path[:count], loss[:count]
    x = np.linspace(-WIDE * HALF, WIDE * HALF, 161)
    floors = WELL.value(np.array(WELL.minima))
    start = run.settings.start
    top, bottom = max(LOW_TOP, 1.1 * float(loss[0])), float(floors.min()) - 0.3
    marks = [
        *(
            {"sign": LANES[i].shape, "slot": LANES[i].slot, "x": w, "y": float(floors[i])}
            for i, (w,) in enumerate(WELL.minima)
        ),
        {"sign": "square", "slot": PAPER, "x": start, "y": float(loss[0])},
        {"sign": shape_of(run.fate), "slot": slot_of(run.fate), "x": float(path[-1]), "y": float(loss[-1])},
    ]
    here = {"left": -BESIDE * HALF, "right": BESIDE * HALF, "bottom": bottom, "top": top, "across": "w →", "up": ""}
    return {
        "this": one_row(here),
        "curve": {"x": x, "y": WELL.value(x[:, None])},
        "path": {"x": path, "y": np.minimum(loss, 100 * top), "order": np.arange(count)},
        "marks": table(marks),
    }


def well_map_frames(found: WellMap, run: Well) -> Frames:
    """Return the data of the map of starts and rates, with the one run's place on it."""
    rows, columns = lattice(found.fates, *SIGNS)
    here = found.fates[rows, columns].tolist()
    this = {
        "centre_a": 0.0, "centre_b": 0.0, "half": HALF, "left": -WIDE, "top": 1.0, "unit": 2 / CELLS,
        "across": "start w →", "up": "↑ rate",
    }  # fmt: skip
    marks: list[dict[str, Any]] = [
        {"kind": "saddle", "sign": "", "slot": MUTED, "a": run.settings.start, "b": height_of(run.settings.rate)}
    ]
    return {
        "this": one_row(this),
        "regions": region_table(found.outlines, SLOTS_OF_FATES),
        "signs": {
            "slot": np.array([slot_of(fate) for fate in here]),
            "sign": np.array([shape_of(fate) for fate in here]),
            "across": WIDE * (columns + 0.5),
            "down": rows + 0.5,
        },
        "starts": {"a": np.array([run.settings.start]), "b": np.array([height_of(run.settings.rate)])},
        "marks": table(marks),
    }
