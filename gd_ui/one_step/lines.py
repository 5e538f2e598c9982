"""The line among its data: the ends of a scatter's axes, the visible part of lines, and where their names stand."""

from __future__ import annotations

from typing import Any

import numpy as np

from gd_core import Objective
from gd_core.descent import quietly
from gd_core.shapes import Array
from gd_ui.charts import scatter
from gd_ui.charts.template import Columns, Frames, one_row
from gd_ui.numbers import number
from gd_ui.one_step.scene import Scene


def worked(told: Scene, this: dict[str, Any], drawn: Columns, **some: Columns) -> Frames:
    """Return the data of the template `worked`: the rows, the lines `drawn`, and the tables that `some` stages fill."""
    empty = {table: dict.fromkeys(columns, np.empty(0)) for table, columns in scatter.FOR_SOME.items()}
    return {"rows": points(told.loaded.train), "lines": drawn, **empty, **some, "this": one_row(this)}


def points(part: Objective) -> Columns:
    """Return the points of training or held-out data."""
    return {"x": part.x[:, 0].astype("f4"), "y": part.y[:, 0].astype("f4")}


def predictions(told: Scene, ends: dict[str, Any]) -> Columns:
    """Return every point with its prediction, those far away moved to where they can be drawn."""
    said = np.clip(told.now.prediction, *_far(ends)).astype("f4")
    return {**points(told.loaded.train), "p": said}


def axes(told: Scene) -> dict[str, Any]:
    """The ends of a scatter's axes: all rows, and the first line unless it lies far from them."""
    parts = [part for part in (told.loaded.train, told.loaded.task.validation) if part is not None]
    x, y = (np.concatenate(columns) for columns in zip(*((part.x[:, 0], part.y[:, 0]) for part in parts), strict=True))
    pad, span = 0.04 * float(np.ptp(x)), float(np.ptp(y))
    ends = {"left": float(x.min()) - pad, "right": float(x.max()) + pad}
    line = _line(told.first.theta, np.array([ends["left"], ends["right"]]))
    near = line[np.abs(line - y.mean()) <= 2 * span]
    heights = np.concatenate([y, near])
    low, high = float(heights.min()), float(heights.max())
    room = 0.1 * (high - low)
    names = {"feature": f"{told.loaded.data.features[0]} →", "target": f"↑ {told.loaded.data.targets[0]}"}
    return ends | {"bottom": low - room, "top": high + room, "n": told.loaded.train.n} | names


def _line(theta: Array, x: Array) -> Array:
    """The line's heights (..., X) of parameters (..., P) at places x (X,)."""
    heights: Array = theta[..., :1] * x + (theta[..., 1:] if theta.shape[-1] > 1 else 0)
    return heights


@quietly
def segments(theta: Array, ends: dict[str, Any]) -> Array:
    """The visible part (T, 4) of the lines of parameters (T, P): x, y of its left end, then of its right one.

    As shares of the chart's width and height. A steep line is cut one chart above and below, where it still has its
    true direction; of a line that passes outside a level piece is left there.
    """
    bottom, height = ends["bottom"], ends["top"] - ends["bottom"]
    first, last = (np.nan_to_num(_line(theta, np.array([ends["left"], ends["right"]]))) - bottom).T / height
    below, above = -1.0, 2.0
    rise = np.where(first == last, 1.0, last - first)
    cuts = np.sort(np.clip([(below - first) / rise, (above - first) / rise], 0, 1), axis=0)
    passes = (cuts[0] < cuts[1]) & (first != last)
    start, end = np.where(passes, cuts, np.array([[0.0], [1.0]]))
    heights = np.clip([first + start * (last - first), first + end * (last - first)], below, above)
    return np.stack([start, heights[0], end, heights[1]], axis=1)


def lines(ends: dict[str, Any], *drawn: tuple[str, Array]) -> Columns:
    """The visible parts of lines, in the units of the ends; each is given by its look and its parameters."""
    corner = np.array([ends["left"], ends["bottom"]])
    span = np.array([ends["right"], ends["top"]]) - corner
    places = np.tile(corner, 2) + np.tile(span, 2) * segments(np.array([theta for _, theta in drawn]), ends)
    return {**dict(zip(scatter.ENDS, places.T, strict=True)), "look": np.array([look for look, _ in drawn])}


def note(theta: Array, ends: dict[str, Any]) -> dict[str, str]:
    """Say so if nothing of a line can be seen."""
    _, y, _, y2 = segments(theta[None], ends)[0].tolist()
    return {"note": "the line is outside this view" if max(y, y2) < 0 or min(y, y2) > 1 else ""}


def beside_line(theta: Array, ends: dict[str, Any]) -> dict[str, Any]:
    """A place for a line's name: near its right end, a little above."""
    x = ends["right"] - 0.02 * (ends["right"] - ends["left"])
    y = float(_line(theta, np.array([x]))[0]) + 0.055 * (ends["top"] - ends["bottom"])
    return {"tag_x": x, "tag_y": float(np.clip(np.nan_to_num(y), *_far(ends))), "side": -1, "tag_slot": scatter.MODEL}


def _far(ends: dict[str, Any]) -> tuple[float, float]:
    height = ends["top"] - ends["bottom"]
    return ends["bottom"] - 20 * height, ends["top"] + 20 * height


def tag(name: str, slot: str, x: float, y: float, ends: dict[str, Any]) -> dict[str, Any]:
    """A text in the colour of a slot beside a place, on the side where there is more room."""
    side = 1 if x < (ends["left"] + ends["right"]) / 2 else -1
    return {"tag": name, "tag_slot": slot, "tag_x": x, "tag_y": y, "side": side}


def point(told: Scene) -> dict[str, float]:
    """The point looked at, with its prediction."""
    now, row = told.now, told.row
    return {"x": float(now.x[row]), "y": float(now.y[row]), "p": float(np.clip(now.prediction[row], -1e9, 1e9))}


def formulas(path: Array) -> list[str]:
    """The line's formula after every update, as text above a chart."""
    if path.shape[1] == 1:
        return [f"ŷ = {signed(w)} x" for (w,) in path.tolist()]
    return [f"ŷ = {signed(b)} {'+' if w >= 0 else '−'} {number(abs(w))} x" for w, b in path.tolist()]


def signed(value: float) -> str:
    """Return a number as text, with a true minus sign."""
    return f"{'−' if value < 0 else ''}{number(abs(value))}"
