"""Frames of the race: the runs of all rules as the small tables that the map and the loss chart draw."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from gd_core.shapes import Array
from gd_ui.charts.apart import apart
from gd_ui.charts.packed import FARTHEST, GRAIN, packed, packed_path, path_lengths
from gd_ui.charts.template import Columns, Frames, one_row
from gd_ui.optimizers.race import Outcome, Race
from gd_ui.optimizers.rules import RULES
from gd_ui.optimizers.surfaces import map_bands, surface

LARGEST = 1e30
"""Numbers beyond this are not sent to a browser."""
CEILING = 100.0
"""The loss chart ends at this many times the start's height at most; a diverging run leaves it there."""
DEEPEST = 1e-3
"""And at this share of the goal below."""
CURVE_POINTS = 300
"""Points of a drawn loss curve, about."""
BEADS = (0, 1, 2, 5, 10, 20, 50, 100, 200, 500)
"""Updates that are marked on all paths."""
TAG_ROW, CURVE_HEIGHT = 17, 330
"""Pixels between the names of two curves, and of the plot they stand in."""


def map_frames(race: Race) -> Frames:
    """Return the data of the map: all paths in grains of half a panel, and what is marked on them."""
    ground = race.settings.ground
    on = surface(ground.surface)
    first, minima = on.place(np.array(ground.start)), on.place(np.array(on.land.minima))
    this: dict[str, object] = {
        "start_a": first[0], "start_b": first[1],
        "centre_a": on.centre[0], "centre_b": on.centre[1], "half": on.half,
        "across": on.names[0], "up": on.names[1],
    }  # fmt: skip
    beads: list[tuple[str, str, int, float, float]] = []
    for name, rule in RULES.items():
        outcome = race.outcomes.get(name)
        places = np.zeros((1, 2)) if outcome is None else (on.place(outcome.path[: drawable(outcome)]) - on.centre)
        measured = places / on.half
        this |= {
            f"has_{name}": int(outcome is not None),
            f"path_{name}": packed_path(measured),
            f"length_{name}": packed(path_lengths(measured).tolist()),
        }
        if outcome is not None:
            grains = np.clip(measured * GRAIN, -FARTHEST, FARTHEST)
            beads += [(rule.slot, rule.shape, at, *grains[at].tolist()) for at in BEADS if at < len(grains)]
    slot, shape, at, u, v = zip(*beads, strict=True)
    return {
        "this": one_row(this),
        "bands": map_bands(ground.surface),
        "minima": {"a": minima[:, 0], "b": minima[:, 1]},
        "beads": {
            "slot": np.array(slot),
            "shape": np.array(shape),
            "at": np.array(at),
            "u": np.array(u),
            "v": np.array(v),
        },
    }


def drawable(outcome: Outcome) -> int:
    """Return how many entries of a run have numbers that can be drawn; the start always has."""
    good = (np.abs(outcome.path) < LARGEST).all(axis=1) & (np.abs(outcome.height) < LARGEST)
    return max(1, len(good) if good.all() else int(good.argmin()))


def curve_frames(race: Race) -> Frames:
    """Return the data of the loss chart: every curve down to where there is nothing to see, up to where it leaves."""
    goal, updates = race.settings.ground.goal, race.settings.updates
    first = float(next(iter(race.outcomes.values())).height[0])
    scale = first if 0 < first < LARGEST else 1.0
    bottom, ceiling = DEEPEST * goal * scale, CEILING * scale
    drawn = {
        name: np.clip(outcome.height[: drawable(outcome)], bottom, 1.5 * ceiling)
        for name, outcome in race.outcomes.items()
    }
    lowest = min(float(curve.min()) for curve in drawn.values())
    bottom = min(max(lowest, DEEPEST * goal * scale), goal * scale) / 2
    ceiling = min(ceiling, 2 * max(scale, *(float(curve.max()) for curve in drawn.values())))
    this: dict[str, object] = {
        "last": updates, "bottom": bottom, "ceiling": ceiling, "goal": goal * scale,
        "goal_text": f"{share_text(goal)} of the start",
    }  # fmt: skip
    this |= {f"height_{name}": packed(drawn[name].tolist()) if name in drawn else "" for name in RULES}
    rows: list[Columns] = []
    for name, curve in drawn.items():
        at = _kept(leaves(curve, ceiling), updates)
        rows.append({"slot": np.full(len(at), RULES[name].slot), "at": at.astype("f4"), "height": curve[at]})
    curves = {column: np.concatenate([row[column] for row in rows]) for column in rows[0]}
    return {"this": one_row(this), "curves": curves, "tags": _tags(drawn, updates, bottom, ceiling)}


def share_text(share: float) -> str:
    """Return a share as per cent: 0.01 %."""
    return f"{100 * share:g} %"


def leaves(curve: Array, ceiling: float) -> int:
    """Return the first update from which on a curve stays above the ceiling, or its last update."""
    inside = np.flatnonzero(curve <= ceiling)
    return min(int(inside[-1]) + 1 if len(inside) else 0, len(curve) - 1)


def _kept(last: int, updates: int) -> NDArray[np.intp]:
    """Return the updates at which a curve up to `last` is drawn: all of a short run, every few of a long one."""
    stride = max(1, updates // CURVE_POINTS)
    return np.unique(np.append(np.arange(0, last + 1, stride), last))


def _tags(curves: dict[str, Array], updates: int, bottom: float, ceiling: float) -> Columns:
    """Return where the curves are named: at their right end, or where they leave through the top."""
    ends = {name: leaves(curve, ceiling) for name, curve in curves.items()}
    risen = {name: bool(curve[ends[name]] > ceiling) for name, curve in curves.items()}
    height = np.log(ceiling / bottom)
    up = {
        name: 0.04 if risen[name] else float(np.log(ceiling / max(curve[ends[name]], bottom)) / height)
        for name, curve in curves.items()
    }
    line = TAG_ROW / CURVE_HEIGHT
    for group in (True, False):
        members = [name for name in curves if risen[name] is group]
        spread = apart([up[name] for name in members], [line] * len(members), 0.01, 0.99)
        up |= dict(zip(members, spread, strict=True))
    return {
        "label": np.array([f"{RULES[name].sign} {name}{' ↑' if risen[name] else ''}" for name in curves]),
        "slot": np.array([RULES[name].slot for name in curves]),
        "at_x": np.array([ends[name] if risen[name] else updates for name in curves], dtype="f4"),
        "at_y": np.array([up[name] for name in curves], dtype="f4"),
        "side": np.array(["left" if risen[name] and ends[name] <= updates / 2 else "right" for name in curves]),
    }
