"""The loss surface as the small tables its charts draw."""

from __future__ import annotations

import functools
import math

import numpy as np

from gd_core import coordinate_plane, section, surface
from gd_core.shapes import Array
from gd_ui.charts.bands import bands
from gd_ui.charts.ground import LEVELS
from gd_ui.charts.rings import outline, ringed
from gd_ui.charts.template import Columns, Frames, one_row
from gd_ui.loss_surface.loss import (
    ABSOLUTE,
    ALL,
    ONE,
    SQUARED,
    Downhill,
    Ground,
    SurfaceSettings,
    downhill,
    ground,
    lowest_along,
    walk,
)
from gd_ui.loss_surface.words import axis_name, height, place, short_name, title
from gd_ui.methods import BATCH, MINI_BATCH, STOCHASTIC
from gd_ui.numbers import number

NOTHING: Columns = {"x": np.empty(0), "y": np.empty(0)}
"""The table of a curve that is not drawn."""
GRID = 101
"""Points of the course's grid along each weight."""
WIDEST = 1.9
"""Maps are drawn for panels up to this many times as wide as high."""
HIDDEN = 1 / 500
"""Share of half a map that nobody sees."""
FAR = 20.0
"""A path is drawn as far as so many halves of the map from its middle."""
DRAWN = 400
"""Points of a path at most."""
ARROW = 0.42
"""Length of the longer arrow, as a share of half the map."""
SHORTEST = 0.12
"""No arrow is shorter than this, or its head would be all of it."""
HEAD = 0.09
"""The shaft ends before the tip, as the head does the rest."""
DIGITS: dict[str, tuple[float, ...]] = {SQUARED: (1, 2, 5), ABSOLUTE: (1, 1.5, 2, 3, 5, 7)}
"""First digits of a map's levels: squares need wider steps than what is squared."""


def method_slot(settings: SurfaceSettings) -> str:
    """Return the colour of the surface shown: that of the method which would step by its gradient."""
    return {ALL: BATCH, ONE: STOCHASTIC}.get(settings.of, MINI_BATCH).name


def map_frames(settings: SurfaceSettings, cut: Array) -> dict[str, Frames]:
    """Return the data of the map and of both sections through `cut` (2,): "map", "section across", "section up"."""
    land = ground(settings.ground)
    at = {"cut_a": cut[0], "cut_b": cut[1]}
    colours, marks = land_bands(settings.ground)
    this = _landmarks(land) | at | _trough(land) | {"marks": marks}
    this |= {"told": title(settings, land.everybody.n)}
    this |= {"centre_a": land.centre[0], "centre_b": land.centre[1], "half": land.half}
    this |= {"across": f"{land.names[0]} →", "up": f"↑ {land.names[1]}"}
    slot = method_slot(settings)
    shown = {
        "this": one_row(this),
        "bands": colours,
        "path": _packed_path(settings, land, slot),
        "arrows": _arrows(land, downhill(land), slot, settings),
    }
    return {"map": shown, **_sections(land, cut)}


@functools.lru_cache(maxsize=32)
def land_bands(settings: SurfaceSettings) -> tuple[Columns, str]:
    """Return the bands of a map and what the legend says at each level, only powers of ten being written out."""
    land = ground(settings)
    reach = land.half * np.linspace(-1, 1, GRID)
    a, b = land.centre[0] + WIDEST * reach, land.centre[1] + reach
    excess = np.maximum(surface(land.shown, coordinate_plane([0, 0], 0, 1), a, b) - land.lowest.loss, 0)
    highest = float(excess[:, np.abs(WIDEST * reach) <= land.half].max()) or 1.0
    levels = round_levels(highest, DIGITS[settings.loss])
    marks = [power_of_ten(level) for level in levels]
    areas = bands(a, b, excess, np.array(levels), land.half * HIDDEN)
    return ringed(areas, land.centre, land.half), " ".join(["-", *marks])


def round_levels(highest: float, digits: tuple[float, ...]) -> list[float]:
    """Return the LEVELS largest numbers of these digits and any power of ten up to a height, ascending."""
    top = math.floor(math.log10(highest)) + 1
    steps = [float(f"{digit}e{power}") for power in range(top - LEVELS, top + 1) for digit in digits]
    return [step for step in steps if step <= highest][-LEVELS:]


def power_of_ten(level: float) -> str:
    """Return a level as the legend says it if it is a power of ten, else a dash."""
    power = math.log10(level)
    if not power.is_integer():
        return "-"
    if -3 <= power <= 3:
        return f"{level:,.10g}"
    return f"10{str(int(power)).translate(str.maketrans('-0123456789', '⁻⁰¹²³⁴⁵⁶⁷⁸⁹'))}"


def _landmarks(land: Ground) -> dict[str, object]:
    best = land.lowest.theta
    trough = land.lowest.trough is not None
    return {
        "start_a": land.start[0], "start_b": land.start[1], "start_name": "start",
        "best_a": best[0], "best_b": best[1], "best_name": "" if trough else "lowest",
        "trough_name": "trough" if trough else "",
    }  # fmt: skip


def _trough(land: Ground) -> dict[str, object]:
    """Two points of the level bottom, far outside the map; the lowest point twice where there is none."""
    level = land.lowest.trough
    along = np.zeros(2) if level is None else level * land.half * FAR
    (a, b), (a2, b2) = land.lowest.theta - along, land.lowest.theta + along
    return {"trough": level is not None, "trough_a": a, "trough_b": b, "trough_a2": a2, "trough_b2": b2}


def _path(settings: SurfaceSettings, land: Ground, slot: str) -> Columns:
    """The walk from the start, as far as it stays near the map."""
    path = walk(settings).path[0]
    far = ~(np.abs(path - land.centre) <= FAR * land.half).all(axis=1)
    path = path[: max(1, int(far.argmax()))] if far.any() else path
    keep = np.unique(np.linspace(0, len(path) - 1, min(len(path), DRAWN)).round().astype(int))
    return {"x": path[keep, 0], "y": path[keep, -1], "order": keep, "slot": np.full(len(keep), slot)}


def _packed_path(settings: SurfaceSettings, land: Ground, slot: str) -> Columns:
    """The walk as the path of one symbol of a map."""
    walked = _path(settings, land, slot)
    corners = np.stack([walked["x"], walked["y"]], axis=-1)
    return one_row({"ring": outline(corners, land.centre, land.half, closed=False), "slot": slot})


def _arrows(land: Ground, directions: Downhill, slot: str, settings: SurfaceSettings) -> Columns:
    """Downhill at the start: for all rows, and for those shown where they are but some; long where steep."""
    names = {ALL: "", ONE: f"row {settings.row}"}
    drawn = [(directions.everybody, BATCH.name, "all rows" if land.partial else "downhill")]
    if land.partial:
        drawn.append((directions.shown, slot, names.get(settings.of, f"{len(land.rows)} rows")))
    drawn = [arrow for arrow in drawn if np.abs(arrow[0]).max() > 0]
    longest = max((float(np.linalg.norm(arrow[0])) for arrow in drawn), default=1.0)
    columns: dict[str, list[object]] = {
        name: [] for name in ("x", "y", "x2", "y2", "tip_x", "tip_y", "angle", "slot", "says", "above")
    }
    for direction, colour, says in drawn:
        steep = float(np.linalg.norm(direction))
        length = land.half * max(ARROW * steep / longest, SHORTEST)
        unit = direction / steep
        tip, end = land.start + unit * length, land.start + unit * (length - HEAD * land.half)
        angle = math.degrees(math.atan2(unit[0], unit[1]))
        row = (*land.start, *end, *tip, angle, colour, says, colour != BATCH.name)
        for name, value in zip(columns, row, strict=True):
            columns[name].append(value)
    kinds = {"slot": str, "says": str, "above": bool}
    return {name: np.array(values, dtype=kinds.get(name, float)) for name, values in columns.items()}


def _sections(land: Ground, cut: Array) -> dict[str, Frames]:
    """Both sections through the cut, on the same scale upwards."""
    curves = [_section(land, i, cut) for i in (0, 1)]
    top = 1.06 * max(float(curve["section"]["y"].max()) for curve in curves)
    here = float(land.shown.value(cut[None])[0])
    found = {}
    for i, name in enumerate(("section across", "section up")):
        x = curves[i]["section"]["x"]
        low = lowest_along(land, i, cut)
        low_loss = None if low is None else float(section(land.shown, cut, i, [low])[0])
        this = {"left": x[0], "right": x[-1], "bottom": -0.05 * top, "top": top}
        this |= {"cut_x": cut[i], "cut_y": here, "floor": land.lowest.loss}
        this |= {"low_x": np.nan if low is None else low, "low_y": np.nan if low_loss is None else low_loss}
        this |= {"across": f"{axis_name(land.names[i])} →"}
        this["told"] = _told(land, i, here, low, low_loss, float(x[0]), float(x[-1]))
        found[name] = curves[i] | {"this": one_row(this)}
    return found


def _section(land: Ground, i: int, cut: Array) -> Frames:
    """The loss of the rows shown, and of all if these are more, along weight i: over the map and as far as the cut."""
    left, right = land.centre[i] - land.half, land.centre[i] + land.half
    values = np.linspace(min(left, cut[i]), max(right, cut[i]), GRID)
    low = lowest_along(land, i, cut)
    if low is not None and values[0] <= low <= values[-1]:
        values = np.sort(np.append(values, low))  # so that a kink is drawn sharp
    curve = {"x": values, "y": section(land.shown, cut, i, values)}
    rest = {"x": values, "y": section(land.everybody, cut, i, values)} if land.partial else NOTHING
    return {"section": curve, "rest": rest}


def _told(land: Ground, i: int, here: float, low: float | None, loss: float | None, left: float, right: float) -> str:
    if low is None or loss is None:
        return f"here {number(here)} · level: no row has any {axis_name(land.names[i])}"
    beyond = "" if left <= low <= right else ", outside"
    return f"here {number(here)} · lowest {height(loss, here)} at {place(low, land.half)}{beyond}"


def curve_frames(settings: SurfaceSettings, at: float) -> dict[str, Frames]:
    """Return the data of the two charts of a single weight, looked at where it is `at`: "curve" and "slope"."""
    land = ground(settings.ground)
    left, right = float(land.centre[0] - land.half), float(land.centre[0] + land.half)
    left, right = min(left, at), max(right, at)
    best = float(land.lowest.theta[0])
    w = np.unique(np.concatenate([np.linspace(left, right, GRID), np.clip([best - 1e-9, best + 1e-9], left, right)]))
    slot = method_slot(settings)
    walked = walk(settings)
    path = _path(settings, land, slot)
    heights = walked.loss[0][path["order"]]
    curve, rest = (section(on, [0.0], 0, w) for on in (land.shown, land.everybody))
    slopes, rest_slopes = (on.grad(w[:, None])[:, 0] for on in (land.shown, land.everybody))
    here, slope = float(land.shown.value(np.array([[at]]))[0]), float(land.shown.grad(np.array([[at]]))[0, 0])
    name, top = short_name(land.names[0]), float(max(curve.max(), rest.max()))
    pad = 0.02 * (right - left)
    shared = {
        "left": left - pad,
        "right": right + pad,
        "across": f"{axis_name(land.names[0])} →",
    }
    start_loss = float(walked.loss[0, 0])
    about = _landmarks_on_curve(land, start_loss) | shared | {"cut_x": at, "cut_y": here}
    about |= {"bottom": -0.05 * top, "top": 1.06 * top}
    told = title(settings, land.everybody.n)
    about["told"] = f"{told}: {number(here)} at {name} = {place(at, land.half)}"
    steepest = 1.1 * float(max(np.abs(slopes).max(), np.abs(rest_slopes).max()))
    steep = shared | {"bottom": -steepest, "top": steepest, "cut_x": at, "cut_y": slope}
    steep["told"] = f"slope of the loss {number(slope)} at {name} = {place(at, land.half)}"
    other, other_slopes = ({"x": w, "y": y} if land.partial else NOTHING for y in (rest, rest_slopes))
    return {
        "curve": {
            "this": one_row(about), "section": {"x": w, "y": curve}, "rest": other,
            "path": {"x": path["x"], "y": heights, "order": path["order"], "slot": path["slot"]},
        },
        "slope": {"this": one_row(steep), "section": {"x": w, "y": slopes}, "rest": other_slopes},
    }  # fmt: skip


def _landmarks_on_curve(land: Ground, start_loss: float) -> dict[str, object]:
    return {
        "start_a": land.start[0], "start_b": start_loss, "start_name": "start",
        "best_a": land.lowest.theta[0], "best_b": land.lowest.loss, "best_name": "lowest",
    }  # fmt: skip
