"""From pulls to what their charts draw: arrows downhill at a part of their length, and how batches spread.

Two parameters are drawn as a map with the intercept across and the slope up, as on every page; a single weight as one
row per arrow.
"""

from __future__ import annotations

import functools
from typing import Any, NamedTuple

import numpy as np

from gd_core import coordinate_plane
from gd_core.shapes import Array
from gd_ui.charts.packed import GRAIN
from gd_ui.charts.rings import outline, ringed
from gd_ui.charts.template import Columns, Frames, one_row
from gd_ui.controls import log_scale
from gd_ui.datasets import Loaded, load
from gd_ui.gradient.charts import ARROWS
from gd_ui.gradient.pull import DRAWS, Pulls, contour, spread
from gd_ui.land import loss_bands

PLOT = ARROWS - 30
"""Pixels of the map's height without its axis."""
SHAFT = 14
"""Pixels that the shaft of a mean's arrow ends before its tip, so that the head comes to a point."""
WIDER = 1.2
"""How many times as wide as high the map is at least, but for a phone, where the longest arrows leave it."""
LETTER = (4.4, 8)
"""Pixels from the middle of a label to its edge: across for every letter, and up."""
THIN_HEAD = (5, 1.8)
"""Pixels of the head of a thin arrow: its length, and from its middle to a corner."""
TICK = 14
"""Pixels from the middle to the end of a line in the chart of other batches."""
PILES = 5
"""Of marks drawn together."""
GAP = 10
"""Pixels between an arrow and its label."""


class _Ground(NamedTuple):
    """Where the map lies; every array is (2,), across and up."""

    here: Array
    best: Array
    centre: Array
    half: float
    """From the middle to the upper edge."""

    @property
    def pixel(self) -> float:
        """The size of a pixel in units of the parameters."""
        return 2 * self.half / PLOT


def _ground(loaded: Loaded, point: tuple[float, ...]) -> _Ground:
    here, best = np.array(point)[::-1], loaded.best[::-1]
    centre = (here + best) / 2
    away, little = np.abs(here - centre).max(), 0.05 * np.abs(centre).max()  # where the point all but is the solution
    return _Ground(here, best, centre, 1.15 * float(max(away, little)) or 1.0)


def factor(loaded: Loaded, point: tuple[float, ...], found: Pulls) -> float:
    """Return at which part of their length arrows are drawn, a round number: the longest just fits the chart."""
    if len(point) == 1:
        low, high = _ends(loaded, point)
        room = np.array([[point[0] - low, high - point[0]]])
        steps = -found.each
    else:
        ground = _ground(loaded, point)
        offset = ground.here - ground.centre
        reach = ground.half * np.array([WIDER, 1])
        room = np.stack([reach + offset, reach - offset], axis=-1)
        steps = -found.each[:, ::-1]
    reached = np.stack([np.maximum(-steps.min(axis=0), 0), np.maximum(steps.max(axis=0), 0)], axis=-1)
    pulled = reached > 0
    if not pulled.any():
        return 1.0
    fits = 0.97 * float((room[pulled] / reached[pulled]).min())
    return max((step for step in log_scale(1e-12, 1e3) if step <= fits), default=fits)


def arrow_frames(loaded: Loaded, data: str, point: tuple[float, ...], found: Pulls, scaled: float) -> Frames:
    """Return the arrows at a point, drawn at `scaled` of their length: as a map, or in rows for a single weight."""
    if len(point) == 1:
        return _row_frames(loaded, point, found, scaled)
    ground, ring = _ground(loaded, point), contour(loaded, point).ring[:, ::-1]
    means = np.stack([found.full, found.mean])[:, ::-1]
    tips = ground.here - scaled * found.of_size()[:, ::-1]
    side = np.sign(means[0, 0] * means[1, 1] - means[0, 1] * means[1, 0]) or 1.0
    this = {
        "start_a": ground.here[0], "start_b": ground.here[1], "best_a": ground.best[0], "best_b": ground.best[1],
        "centre_a": ground.centre[0], "centre_b": ground.centre[1], "half": ground.half,
        "across": f"{loaded.names[1]} →", "up": f"↑ {loaded.names[0]}", "n": len(found.each),
    }  # fmt: skip
    arrows = functools.partial(_arrows, ground)
    has_full = slice(None) if found.has_direction else slice(0)
    return {
        "this": one_row(this),
        "bands": _kept_land(data, tuple(ground.centre.tolist()), ground.half),
        "contour": one_row({"ring": outline(ring, ground.centre, ground.half)}),
        "tips": {"ring": np.array(_piled(_grains((tips - ground.centre) / ground.half), "M{0},{1}h1"))},
        "each": {"ring": np.array(_thin_arrows(ground, -scaled * found.each[:, ::-1]))},
        "batch": arrows(-scaled * found.each[found.rows][:, ::-1], 7),
        "full": arrows(-scaled * means[:1][has_full], SHAFT, f"all {len(found.each):,}", -side),
        "mean": arrows(-scaled * means[1:], SHAFT, f"mean of {found.size:,}", side),
    }


def spread_frames(found: Pulls) -> Frames:
    """Return how far the means of other batches are from the full gradient, for every size."""
    off = spread(found, found.means)
    drawn = np.atleast_1d(spread(found, found.mean[None]))
    known = np.isfinite(off)
    single = len(found.full) == 1
    low, high = float(min(off[known].min(), drawn.min())), float(max(off[known].max(), drawn.max()))
    what = "length as a multiple of the full mean's" if single else "degrees away from the full mean"
    bottom, top = min(0.0, low) if single else 0.0, 1.08 * high or 1.0
    this = {
        "bottom": bottom,
        "top": top,
        "truth": float(single),
        "title": f"{DRAWS} draws of each size: {what}",
        "across": "batch size →",
    }
    return {
        "this": one_row(this),
        "spread": _ticks(found, off, bottom, top),
        "drawn": {"size": np.array([found.size], dtype="i4"), "off": drawn},
    }


def _ticks(found: Pulls, off: Array, bottom: float, top: float) -> Columns:
    """Return the lines of every batch size, from its differences in `off` (DRAWS, S), as paths in piles."""
    middle, half = (bottom + top) / 2, (top - bottom) / 2
    reach = round(TICK * GRAIN / (PLOT / 2))
    rows = []
    for size, column in zip(found.sizes, off.T, strict=True):
        heights = (column[np.isfinite(column)] - middle) / half
        grains = _grains(np.stack([np.full(len(heights), 0.0), heights], axis=-1))
        rows += [(size, size == found.size, pile) for pile in _piled(grains, f"M{-reach},{{1}}H{reach}")]
    sizes, mine, ticks = zip(*rows, strict=True)
    return {"size": np.array(sizes, dtype="i4"), "mine": np.array(mine), "ticks": np.array(ticks)}


def _grains(places: Array) -> list[list[int]]:
    """Return places (M, 2), 1 being half the height, in whole grains with y downwards."""
    found: list[list[int]] = np.rint(places * [GRAIN, -GRAIN]).astype(int).tolist()
    return found


def _piled(places: list[list[int]], piece: str) -> list[str]:
    """Write a `piece` of a path at each place, in PILES paths: one row each, and what lies on one another is darker."""
    paths = ["".join([piece.format(*place) for place in places[pile::PILES]]) for pile in range(PILES)]
    return [path for path in paths if path]


def _thin_arrows(ground: _Ground, steps: Array) -> list[str]:
    """Write arrows from the point along steps (M, 2) as paths in piles: a line, and a slender head around its end."""
    length = np.hypot(steps[:, 0], steps[:, 1])
    steps, along = steps[length > 0], steps[length > 0] / length[length > 0, None]
    tips = ground.here + steps
    neck, side = (pixels * ground.pixel * along for pixels in THIN_HEAD)
    across = np.stack([-side[:, 1], side[:, 0]], axis=-1)
    corners = np.broadcast_to(ground.here, tips.shape), tips, tips - neck + across, tips - neck - across
    places = np.concatenate([(corner - ground.centre) / ground.half for corner in corners])
    tails, ends, lefts, rights = np.array(_grains(places)).reshape(4, -1, 2)
    return _piled(np.hstack([tails, ends, lefts, rights]).tolist(), "M{0},{1}L{2},{3}L{4},{5}L{6},{7}L{2},{3}")


def _arrows(ground: _Ground, steps: Array, shaft: float, label: str = "", side: float = 1.0) -> Columns:
    """Return arrows (M,) from the point along steps (M, 2); the shafts end `shaft` pixels before the tips."""
    length = np.hypot(steps[:, 0], steps[:, 1])
    along = np.divide(steps, length[:, None], out=np.zeros_like(steps), where=length[:, None] > 0)
    tips = ground.here + steps
    ends = ground.here + along * np.maximum(0, length - shaft * ground.pixel)[:, None]
    columns: dict[str, Any] = {
        "x": np.full(len(steps), ground.here[0]), "y": np.full(len(steps), ground.here[1]),
        "sx": ends[:, 0], "sy": ends[:, 1], "tx": tips[:, 0], "ty": tips[:, 1],
        "angle": np.degrees(np.arctan2(steps[:, 0], steps[:, 1])),
    }  # fmt: skip
    if label:
        aside = side * np.stack([-along[:, 1], along[:, 0]], axis=-1)
        beside = tips + ground.pixel * aside * (np.abs(aside) @ (LETTER[0] * len(label), LETTER[1]) + GAP)[:, None]
        columns |= {"lx": beside[:, 0], "ly": beside[:, 1], "label": np.full(len(steps), label)}
    return columns


def _row_frames(loaded: Loaded, point: tuple[float, ...], found: Pulls, scaled: float) -> Frames:
    left, right = _ends(loaded, point)
    gap = 0.012 * (right - left)

    def rows(names: list[str], gradients: Array) -> Columns:
        steps = -scaled * gradients[:, 0]
        shafts = np.sign(steps) * np.maximum(0, np.abs(steps) - gap)
        here = np.full(len(names), point[0])
        angle = np.where(steps < 0, -90.0, 90.0)
        return {"row": np.array(names), "x": here, "sx": here + shafts, "tx": here + steps, "angle": angle}

    named = [f"x = {x:g}" for x in loaded.train.x[:, 0]]
    this = {"left": left, "right": right, "start_a": point[0], "across": f"{loaded.names[0]} →"}
    return {
        "this": one_row(this),
        "each": rows(named, found.each),
        "batch": rows([named[row] for row in found.rows], found.each[found.rows]),
        "mean": rows([f"mean of {found.size}"], found.mean[None]),
        "full": rows([f"all {len(found.each)}"], found.full[None]),
    }


def _ends(loaded: Loaded, point: tuple[float, ...]) -> tuple[float, float]:
    """Return the ends of the axis of a single weight: the point, the solution, and some room."""
    here, best = point[0], float(loaded.best[0])
    apart = abs(here - best)
    room = 0.35 * apart if apart > 1e-9 * max(1.0, abs(best)) else 1.0
    return min(here, best) - room, max(here, best) + room


@functools.lru_cache(maxsize=64)
def _kept_land(data: str, centre: tuple[float, float], half: float) -> Columns:
    loaded = load(data)
    middle = np.array(centre)
    bands = loss_bands(loaded.train, loaded.best_loss, coordinate_plane(loaded.best, 1, 0), middle, half)
    return ringed(bands, middle, half)
