"""The line as one point: its path on the ground, and the arrows of the gradient and of the update."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from gd_core.descent import quietly
from gd_core.shapes import Array
from gd_ui.charts.packed import packed, packed_path, path_lengths
from gd_ui.charts.scatter import MODEL
from gd_ui.charts.step_map import ARROW
from gd_ui.charts.template import INK, Columns, one_row
from gd_ui.one_step.scene import Scene

SHORTEST = 0.13
"""An arrow shorter than this share of half a map has no room for its head."""
HEAD = 0.085
"""How far before its tip the shaft of an arrow ends, as a share of half a map."""


def about_map(told: Scene, *, plays: bool = False) -> dict[str, Any]:
    """Return what the ground reads from `this`: its frame, and the path so far or, if it `plays`, all of it."""
    entries = told.countable if plays else told.now.update + 1
    path = told.history.path[0, :entries]
    places = told.framing.on_panel(path, told.history.loss[0, :entries])
    about = dict(told.framing.about)
    about |= {"path_descent": packed_path(places), "at": told.now.update, "countable": told.countable}
    if not told.one_weight:
        about["length_descent"] = packed(path_lengths(places).tolist())
    return about


def uphill(told: Scene) -> Columns:
    """The arrow of the gradient, with its parts across and up."""
    tail = told.now.theta[::-1]
    return _arrow(told, tail, told.arrow * told.now.gradient[::-1], "uphill", INK, legs=True)


def step(told: Scene) -> Columns:
    """The arrow of the update."""
    tail, tip = told.now.theta[::-1], told.now.after[::-1]
    return _arrow(told, tail, tip - tail, "after", MODEL, legs=False)


def no_arrow() -> Columns:
    """An arrow that is not drawn."""
    return dict.fromkeys(ARROW, np.empty(0))


def uphill_is_drawn(told: Scene) -> bool:
    """Whether the map of the gradient has its arrow: it is long enough and begins in view."""
    return not told.one_weight and len(uphill(told)["tip"]) > 0


@quietly
def _arrow(told: Scene, tail: Array, move: Array, name: str, slot: str, *, legs: bool) -> Columns:
    """An arrow in coordinates across (b) and up (w); it is drawn if it is long enough and begins in view."""
    half, centre = float(told.framing.half[1]), told.framing.centre
    length = float(np.linalg.norm(move))
    longest = 20 * half
    if not length < longest:
        move, length = (move / length * longest if length < math.inf else 0 * tail), longest
    tip = tail + move
    shaft = tip - move * (HEAD * half / length if length > HEAD * half else 0)
    if (np.abs(tail - centre) > 1.9 * half).any() or length < SHORTEST * half:
        return no_arrow()
    fields = zip(("from", "to", "shaft"), (tail, tip, shaft), strict=True)
    places = {f"{name}_{side}": float(place[i]) for name, place in fields for i, side in enumerate("ab")}
    side = 1 if move[0] >= 0 else -1
    side = side if side * (tip[0] - centre[0]) < 0.55 * half else -side  # where there is no room
    angle = math.degrees(math.atan2(move[0], move[1]))
    return one_row(places | {"angle": angle, "slot": slot, "tip": name, "side": side, "legs": legs})
