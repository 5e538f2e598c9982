"""Frames: the runs of many starts and the map of all starts as the small tables their charts draw."""

from __future__ import annotations

import functools

import numpy as np
from numpy.typing import NDArray

from gd_core import Differentiable, everywhere
from gd_core.shapes import Array
from gd_ui.beyond_convex.lands import Land, Point, land
from gd_ui.beyond_convex.starts import CELLS, DIVERGED, ON_THE_WAY, RESTING, WIDE, Basins, Runs
from gd_ui.charts.ground import LEVELS
from gd_ui.charts.levels import level_areas
from gd_ui.charts.packed import GRAIN, packed_path, path_lengths
from gd_ui.charts.regions import lattice, region_table
from gd_ui.charts.template import INK, MUTED, PAPER, Columns, Frames, one_row
from gd_ui.land import WIDEST
from gd_ui.lanes import LANES

BAND_RATIO = 2.4
"""Every level of a map has this many times more loss above the deepest valley than the one inside it."""
HIDDEN = 1 / 400
"""Half panels that nobody sees."""
LARGEST = 1e30
"""Numbers beyond this are not sent to a browser."""
CORNERS = 60
"""Points of a loss curve."""
DEEPEST = 1e-9
"""The loss chart ends at this share of the highest start, where there is nothing more to see."""
HIGHEST = 3.0
"""And at this many times its height above, where diverging runs leave it."""
SIGNS = (11, 6)
"""Signs strewn over the map, across and down."""

SLOTS_OF_FATES = {
    **{i: lane.slot for i, lane in enumerate(LANES[:4])},
    ON_THE_WAY: MUTED,
    RESTING: INK,
    DIVERGED: "divergent",
}
"""The colour of a region of the map, and of runs but for those that diverge."""
SHAPES = {ON_THE_WAY: "triangle-right", RESTING: "stroke", DIVERGED: "cross"}
"""The shapes of runs that end in no valley."""


def shape_of(fate: int) -> str:
    """Return the shape of the dots of a fate, as Vega names it."""
    return LANES[fate].shape if fate >= 0 else SHAPES[fate]


def slot_of(fate: int) -> str:
    """Return the colour of lines and dots of a fate; a tint of the ground would be too pale for them."""
    return LANES[4].slot if fate == DIVERGED else SLOTS_OF_FATES[fate]


@functools.cache
def levels(name: str) -> Columns:
    """Return the areas of a land's map."""
    on = land(name)
    return levels_of(on.loss, on.valleys[0].height, on.centre, on.half)


def levels_of(loss: Differentiable, lowest: float, centre: Point, half: float) -> Columns:
    """Return the areas of a loss above its `lowest` value, around a centre."""
    along = np.linspace(-1, 1, 141)
    across, up = WIDEST * along, along
    grid = np.stack(np.meshgrid(centre[0] + half * across, centre[1] + half * up), axis=-1)
    heights = np.maximum(everywhere(loss.value, grid, loss.n) - lowest, 0)
    top = heights[:, np.abs(across) <= 1].max()
    return level_areas(across, up, heights, top / BAND_RATIO ** np.arange(LEVELS)[::-1], HIDDEN)


def view(on: Land) -> dict[str, object]:
    """Return what `this` says of a land's map."""
    return {
        "centre_a": on.centre[0], "centre_b": on.centre[1], "half": on.half, "across": "w₁ →", "up": "↑ w₂",
    }  # fmt: skip


def marks(on: Land) -> Columns:
    """Return the valleys, each with its sign, and the saddles."""
    valleys, saddles = len(on.valleys), len(on.saddles)
    places = np.array([*(valley.place for valley in on.valleys), *on.saddles])
    return {
        "kind": np.array(["valley"] * valleys + ["saddle"] * saddles),
        "sign": np.array([*(LANES[i].shape for i in range(valleys)), *([""] * saddles)]),
        "slot": np.array([*(LANES[i].slot for i in range(valleys)), *([PAPER] * saddles)]),
        "a": places[:, 0],
        "b": places[:, 1],
    }


def flock_frames(runs: Runs) -> Frames:
    """Return the data of the map with all paths."""
    on = land(runs.flock.land)
    return {
        "this": one_row(view(on)),
        "levels": levels(runs.flock.land),
        "runs": path_table(runs.history.path, runs.fates, on),
        "marks": marks(on),
    }


def path_table(paths: Array, fates: NDArray[np.intp], on: Land) -> Columns:
    """Return a row for each path (R, T, 2): its places up to where it moves no more, and its fate's look."""
    found = [_packed((path - on.centre) / on.half) for path in paths]
    return {
        "slot": np.array([slot_of(fate) for fate in fates.tolist()]),
        "sign": np.array([shape_of(fate) for fate in fates.tolist()]),
        "lost": fates == DIVERGED,
        "path": np.array([path for path, _ in found]),
        "lengths": np.array([lengths for _, lengths in found]),
    }


def _packed(places: Array) -> tuple[str, str]:
    """Return a path (T, 2) in half panels, and how far along it each of its points is, in half panels."""
    good = (np.abs(places) < LARGEST).all(axis=1)
    drawn = places if good.all() else places[: max(1, int(good.argmin()))]
    moves = np.flatnonzero((np.abs(drawn - drawn[-1]) > HIDDEN / 10).any(axis=1))
    kept = drawn[: min(len(drawn), (moves[-1] if len(moves) else 0) + 2)]
    kept = kept if len(kept) > 1 else np.repeat(kept, 2, axis=0)
    return packed_path(kept), " ".join(f"{GRAIN * length:.0f}" for length in path_lengths(kept).tolist())


def basin_frames(basins: Basins, runs: Runs) -> Frames:
    """Return the data of the map of where every start ends, with the starts of the runs."""
    on = land(runs.flock.land)
    rows, columns = lattice(basins.fates, *SIGNS)
    found = basins.fates[rows, columns].tolist()
    starts = runs.history.path[:, 0]
    return {
        "this": one_row(view(on) | {"left": -WIDE, "top": 1.0, "unit": 2 / CELLS}),
        "regions": region_table(basins.outlines, SLOTS_OF_FATES),
        "signs": {
            "slot": np.array([slot_of(fate) for fate in found]),
            "sign": np.array([shape_of(fate) for fate in found]),
            "across": WIDE * (columns + 0.5),
            "down": rows + 0.5,
        },
        "starts": {"a": starts[:, 0], "b": starts[:, 1]},
        "marks": marks(on),
    }


def fall_frames(runs: Runs) -> Frames:
    """Return the data of the loss chart: every run's loss above the deepest valley, at some of its updates."""
    on, loss = land(runs.flock.land), runs.history.loss
    updates = loss.shape[1] - 1
    at = np.unique(np.rint(np.concatenate([np.arange(min(20, updates)), np.linspace(0, updates, CORNERS)])).astype(int))
    above = loss - on.valleys[0].height
    top = float(above[:, 0].max())
    top = top if top > 0 else 1.0
    bottom, ceiling = DEEPEST * top, HIGHEST * top
    tables = []
    for run, fate in enumerate(runs.fates.tolist()):
        curve = above[run, at]
        lost = ~(curve < ceiling)
        shown = at[: int(lost.argmax()) + 1 if lost.any() else len(at)]
        heights = np.nan_to_num(above[run, shown], nan=2 * ceiling, posinf=2 * ceiling)
        heights = np.clip(heights, bottom, 2 * ceiling)
        landed = np.flatnonzero(heights > bottom)
        shown = shown[: (landed[-1] if len(landed) else 0) + 2]
        tables.append(
            {
                "run": np.full(len(shown), run, dtype="i2"),
                "slot": np.full(len(shown), slot_of(fate)),
                "at": shown.astype("f4"),
                "loss": heights[: len(shown)].astype("f8"),
            }
        )
    lowest = min(float(table["loss"].min()) for table in tables)
    return {
        "this": one_row({"last": updates, "bottom": max(bottom, lowest / 2), "ceiling": ceiling}),
        "falls": {name: np.concatenate([table[name] for table in tables]) for name in tables[0]},
    }
