"""Which pictures belong to a stage of one step, and the small tables their charts draw."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from gd_core import section
from gd_core.descent import quietly
from gd_ui.batch_sizes.frames import CEILING, LARGEST, TINY
from gd_ui.charts import scatter
from gd_ui.charts.packed import packed, packed_grains
from gd_ui.charts.scatter import CURRENT, OTHER
from gd_ui.charts.template import Columns, Frames, one_row
from gd_ui.numbers import number
from gd_ui.one_step.descent import ERROR, GRADIENT, PREDICT, REPEAT, START, UPDATE
from gd_ui.one_step.lines import (
    axes,
    beside_line,
    formulas,
    lines,
    note,
    point,
    points,
    predictions,
    segments,
    signed,
    tag,
    worked,
)
from gd_ui.one_step.maps import about_map, no_arrow, step, uphill
from gd_ui.one_step.scene import Scene

AMONG_DATA, ON_MAP = "The line among the data", "The line as one point of the loss over its parameters"
"""What a screen reader says of the two charts of most stages; the heading above each says what is new in it.

The browser builds a chart anew where this changes, so it is the same in all stages.
"""


class Picture(NamedTuple):
    """One chart: its heading, the name of its template, its data, and what a screen reader says it is."""

    heading: str
    template: str
    frames: Frames
    alt: str


def pictures(stage: str, told: Scene) -> list[list[Picture]]:
    """Return the pictures of a stage, by column: under the formulas, in the middle, on the right."""
    return _STAGES[stage](told)


def _start(told: Scene) -> list[list[Picture]]:
    ends, theta, held_out = axes(told), told.now.theta, told.loaded.task.validation
    this = ends | {"tag": "the line so far" if told.now.update else "the first line"} | beside_line(theta, ends)
    some = {"ring": one_row({name: point(told)[name] for name in "xy"})}
    heading = f"**Training data** · {told.loaded.train.n:,} points"
    if held_out is not None:
        some["held_out"] = points(held_out)
        heading = f"**Data** · ● {told.loaded.train.n:,} points train, ○ {held_out.n:,} are held out"
    frames = worked(told, this | note(theta, ends), lines(ends, (OTHER, theta)), **some)
    return [[], [Picture(heading, "worked", frames, AMONG_DATA)], [_place(told)]]


def _predict(told: Scene) -> list[list[Picture]]:
    ends, theta, chosen = axes(told), told.now.theta, point(told)
    above = chosen["p"] + 0.07 * (ends["top"] - ends["bottom"])
    said = f"ŷ = {signed(float(told.now.prediction[told.row]))}"
    this = ends | note(theta, ends) | tag(said, scatter.MODEL, chosen["x"], above, ends)
    every = predictions(told, ends)
    some = {
        "said": {name: every[name] for name in "xp"},
        "ring": one_row({name: chosen[name] for name in "xy"}),
        "way": one_row({name: (ends | chosen)[name] for name in ("x", "p", "left", "bottom")}),
    }
    heading = f"**Predictions** · point {told.point} and all others"
    frames = worked(told, this, lines(ends, (CURRENT, theta)), **some)
    return [[], [Picture(heading, "worked", frames, AMONG_DATA)], [_place(told)]]


def _error(told: Scene) -> list[list[Picture]]:
    return [[], [_errors(told)], [_squares(told)]]


def _errors(told: Scene) -> Picture:
    ends, theta, chosen = axes(told), told.now.theta, point(told)
    middle = (min(max(chosen["p"], ends["bottom"]), ends["top"]) + chosen["y"]) / 2
    off = f"e = {signed(float(told.now.error[told.row]))}"
    this = ends | note(theta, ends) | tag(off, scatter.ERROR, chosen["x"], middle, ends)
    some = {"errors": predictions(told, ends), "gap": one_row(chosen)}
    heading = f"**Errors** · :red[point {told.point}] and all others"
    return Picture(heading, "worked", worked(told, this, lines(ends, (CURRENT, theta)), **some), AMONG_DATA)


@quietly
def _squares(told: Scene) -> Picture:
    widest = 1.1 * max(float(np.abs(told.first.error).max()), float(np.abs(told.now.error).max())) or 1.0
    across = np.linspace(-widest, widest, 81)
    error, square = told.now.error, np.square(told.now.error)
    this = {
        "left": -widest, "right": widest, "bottom": -0.04 * widest**2, "top": widest**2, "centre": 0.0,
        "error": error[told.row], "square": square[told.row], "mean": told.now.loss,
        "tag": f"mean of squares: {number(told.now.loss)}", "feature": "error →", "target": "↑ squared error",
    }  # fmt: skip
    frames: Frames = {
        "curve": {"x": across.astype("f4"), "y": np.square(across).astype("f4")},
        "rows": {"error": error.astype("f4"), "square": square.astype("f4")},
        "this": one_row(this),
    }
    return Picture("**Every error, squared**", "squares", frames, "Every error against its square, and their mean")


def _gradient(told: Scene) -> list[list[Picture]]:
    if told.one_weight:
        return [[], [_errors(told)], [_section(told, "w", "section alone")]]
    sections = [_section(told, letter, "section") for letter in ("b", "w")]
    return [[], sections, [Picture("**Both slopes make one arrow**", "map", _map(told, uphill(told)), ON_MAP)]]


def _update(told: Scene) -> list[list[Picture]]:
    ends, after = axes(told), told.now.after
    this = ends | note(after, ends) | {"tag": "after"} | beside_line(after, ends)
    frames = worked(told, this, lines(ends, (OTHER, told.now.theta), (CURRENT, after)))
    moved = Picture("**The line** · before (dashed) and after", "worked", frames, AMONG_DATA)
    if told.one_weight:
        return [[], [moved], [_section(told, "w", "section with update")]]
    return [[], [moved], [Picture("**The same move of one point**", "map", _map(told, step(told)), ON_MAP)]]


def _repeat(told: Scene) -> list[list[Picture]]:
    kind = "curve" if told.one_weight else "map"
    updates = len(told.history.seen) - 1
    ends = axes(told)
    path = told.history.path[0, : told.countable]
    this = ends | note(path[0], ends) | {"formula": "|".join(formulas(path))}
    parts = zip(scatter.ENDS, segments(path, ends).T, strict=True)
    this |= {f"now_{end}": packed_grains(shares) for end, shares in parts}
    frames = {"rows": points(told.loaded.train), "lines": lines(ends, (OTHER, path[0])), "this": one_row(this)}
    line = Picture("**The line** · first one dashed", "fitted, playing", frames, AMONG_DATA)
    frames = {"bands": told.framing.land, "this": one_row(about_map(told, plays=True))}
    path_drawn = Picture("**The path of the point**", f"{kind}, playing", frames, ON_MAP)
    return [[_falling(told, updates)], [line], [path_drawn]]


def _falling(told: Scene, updates: int) -> Picture:
    losses = told.history.loss[0, : told.countable]
    tiny = TINY * max(float(losses[0]), told.loaded.reference_loss)
    ceiling = CEILING * max(float(losses[0]), told.loaded.best_loss, tiny)
    within = losses <= ceiling
    drawn = losses[: len(losses) if within.all() else int(within.argmin())]
    loss = {"update": np.arange(len(drawn)).astype("i4"), "loss": np.maximum(drawn, tiny)}
    best = 0.0 if told.loaded.noise_free else told.loaded.best_loss
    this = {"last": updates, "best": best, "ceiling": ceiling, "losses": packed(np.maximum(losses, tiny).tolist())}
    frames: Frames = {"loss": loss, "this": one_row(this)}
    return Picture("**Loss** against updates", "loss, playing", frames, "The loss after every update")


def _place(told: Scene) -> Picture:
    """The current line as one point: on the map, or on the loss curve of a single weight."""
    heading = "**The same line is one point**"
    if told.one_weight:
        return Picture(heading, "curve", {"bands": told.framing.land, "this": one_row(about_map(told))}, ON_MAP)
    return Picture(heading, "map", _map(told, no_arrow()), ON_MAP)


def _map(told: Scene, arrow: Columns) -> Frames:
    return {"bands": told.framing.land, "this": one_row(about_map(told)), "arrow": arrow}


@quietly
def _section(told: Scene, letter: str, template: str) -> Picture:
    """The loss along one parameter, in a window that stays the same while the reader looks at other updates."""
    now, first = told.now, told.first
    j = now.symbols.index(letter)
    bend = 2 * float(np.square(now.x).mean()) if letter == "w" else 2.0
    values = [first.theta[j], first.theta[j] - first.gradient[j] / bend, told.loaded.best[j], now.theta[j]]
    moves = template == "section with update"
    values += [now.after[j]] if moves and abs(now.after[j]) < LARGEST else []
    low, high = float(min(values)), float(max(values))
    room = 0.35 * (high - low) or max(0.1 * abs(high), 0.1)
    left, right = low - room, high + room
    across = np.linspace(left, right, 121)
    heights = section(told.loaded.train, now.theta, j, across)
    top = 1.3 * max(now.loss, first.loss, now.loss_after if moves and now.loss_after < LARGEST else 0)
    top = top if top > 1e-12 * told.loaded.reference_loss else float(heights.max()) or 1.0
    v, slope, reach = float(now.theta[j]), float(now.gradient[j]), 0.17 * (right - left)
    name = {"b": "intercept b", "w": "slope w"}[letter]
    this = {
        "left": left, "right": right, "bottom": -0.16 * top, "top": top, "v": v, "loss": now.loss,
        "tangent_left": v - reach, "tangent_right": v + reach,
        "tangent_bottom": now.loss - slope * reach, "tangent_top": now.loss + slope * reach,
        "v_after": float(np.nan_to_num(now.after[j])), "loss_after": float(np.nan_to_num(now.loss_after)),
        "tag": f"slope {signed(slope)}", "side": 1 if slope <= 0 else -1,
        "across": f"{name} →",
    }  # fmt: skip
    frames: Frames = {"curve": {"x": across.astype("f4"), "y": heights.astype("f4")}, "this": one_row(this)}
    heading = f"**{'One update' if moves else f'Only {letter} moves'}** · loss against {letter}"
    return Picture(heading, template, frames, f"Loss against {name}, with its slope")


_STAGES: dict[str, Callable[[Scene], list[list[Picture]]]] = {
    START: _start,
    PREDICT: _predict,
    ERROR: _error,
    GRADIENT: _gradient,
    UPDATE: _update,
    REPEAT: _repeat,
}
