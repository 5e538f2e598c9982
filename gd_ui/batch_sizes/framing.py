"""Framing: which part of parameter space the panels of a race show, and the loss drawn there."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import Literal, NamedTuple

import numpy as np

from gd_core import Plane, coordinate_plane, principal_plane
from gd_core.descent import quietly
from gd_core.shapes import Array
from gd_ui.batch_sizes.race import Race
from gd_ui.charts.template import Columns
from gd_ui.datasets import Loaded, load
from gd_ui.land import loss_bands
from gd_ui.methods import BATCH, STOCHASTIC

ENLARGED = (1.0, 1.4, 2.0, 2.8, 4.0)
"""A map shows start and solution with some ground around, or this many times as much."""


@dataclass(frozen=True)
class View:
    """How to look at a race; changes nothing in the race itself."""

    count: Literal["examples", "epochs", "updates"] = "examples"
    """What the loss chart's horizontal axis counts."""
    above_best: bool = False
    """Whether the loss curves show the loss above the least-squares loss."""
    zoom: bool = False
    """Whether the maps show the surroundings of the solution, where the noise ball is."""
    plane: tuple[int, int] | None = (1, 0)
    """The parameters across and up; None for the path's principal plane. Without meaning for a single weight."""


class Framing(NamedTuple):
    """What a panel shows: how parameters become its two coordinates, and the data that never move."""

    plane: Plane | None
    """None for a model with one weight: its panel shows the loss (up) over the weight (across)."""
    land: Columns
    """The bands of a map, or the loss curve of the single weight."""
    about: dict[str, object]
    """Start, solution, ends of the axes and their names, as the charts read them from `this`."""
    centre: Array
    """(2,) coordinates of the middle of the panel."""
    half: Array
    """(2,) from the middle to the right and to the upper edge; of a map both are the way up, at any width."""

    @quietly
    def place(self, theta: Array, loss: Array) -> Array:
        """Return the coordinates (..., 2) of parameters (..., P) with losses (...)."""
        if self.plane is None:
            return np.stack([theta[..., 0], loss], axis=-1)
        return self.plane.project(theta)

    @quietly
    def on_panel(self, theta: Array, loss: Array) -> Array:
        """Return places (..., 2) as `place` does, measured from the middle of the panel in units of `half`."""
        measured: Array = (self.place(theta, loss) - self.centre) / self.half
        return measured


def frame(race: Race, loaded: Loaded, view: View) -> Framing:
    """Choose the framing of a race: all that the runs visit, or with zoom the surroundings of the solution."""
    return _frame_curve(race, loaded, view) if len(loaded.best) == 1 else _frame_map(race, loaded, view)


def _frame_map(race: Race, loaded: Loaded, view: View) -> Framing:
    start, best = _start(race), loaded.best
    if view.plane is None:
        paths = [_nearby(history.path[0], start, best) for history in race.histories.values()]
        plane = principal_plane(np.concatenate(paths), best)
        names = ("1st principal direction", "2nd principal direction")
    else:
        plane = coordinate_plane(best, *view.plane)
        names = (loaded.names[view.plane[0]], loaded.names[view.plane[1]])
    start_2d, best_2d = plane.project(np.stack([start, best]))
    if view.zoom:
        centre, half = best_2d, _noise_reach(race, loaded, plane)
    else:
        visited = [plane.project(_nearby(history.path[0], start, best)) for history in race.histories.values()]
        centre = (start_2d + best_2d) / 2
        half = _steady_half(centre, start_2d, np.concatenate(visited))
    about: dict[str, object] = {
        "start_a": start_2d[0],
        "start_b": start_2d[1],
        "best_a": best_2d[0],
        "best_b": best_2d[1],
        "centre_a": centre[0],
        "centre_b": centre[1],
        "half": half,
        "across": f"{names[0]} →",
        "up": f"↑ {names[1]}",
    }
    if view.plane is None:
        land = loss_bands(loaded.train, loaded.best_loss, plane, centre, half)
    else:
        land = _kept_land(race.settings.data, view.plane, tuple(centre.tolist()), half)
    return Framing(plane, land, about, centre, np.array([half, half]))


@functools.lru_cache(maxsize=64)
def _kept_land(data: str, parameters: tuple[int, int], centre: tuple[float, float], half: float) -> Columns:
    """The map of two parameters, kept: moving a control mostly changes the paths on it and not the map."""
    loaded = load(data)
    plane = coordinate_plane(loaded.best, *parameters)
    return loss_bands(loaded.train, loaded.best_loss, plane, np.array(centre), half)


def _steady_half(centre: Array, start: Array, visited: Array) -> float:
    """Half the side of the square around start and solution, enlarged in steps where paths go further.

    In steps, so that a map stays the same landscape while the reader moves a control.
    """
    ground = 0.05 * np.abs(centre).max()  # where the start all but is the solution
    least = 1.28 * float(max(np.abs(start - centre).max(), ground)) or 1.0
    reached = 1.05 * float(np.abs(visited - centre).max()) if len(visited) else 0.0
    return least * next(step for step in ENLARGED if least * step >= reached or step == ENLARGED[-1])


def _noise_reach(race: Race, loaded: Loaded, plane: Plane) -> float:
    """Half the side of a square around the solution that holds where stochastic descent ends and rattles."""
    noisy = race.histories[STOCHASTIC.name]
    late = noisy.path[0, 3 * len(noisy.seen) // 4 :]
    points = _nearby(np.concatenate([noisy.path[:, -1], late]), _start(race), loaded.best)
    away = np.abs(plane.project(points) - plane.project(loaded.best)).max(axis=1)
    return (1.6 * float(np.quantile(away, 0.95)) if len(away) else 0.0) or 1.0


def _frame_curve(race: Race, loaded: Loaded, view: View) -> Framing:
    """Frame the loss over one weight: the course draws it from 0 to 4; wider where a run goes further."""
    start, best = float(_start(race)[0]), float(loaded.best[0])
    reach = 4 * max(abs(start - best), 0.5)
    near = [w for history in race.histories.values() for w in history.path[0, :, 0] if abs(w - best) <= reach]
    low, high = min(0.0, start, *near), max(2 * best, start, *near)
    if view.zoom:
        half = 1.6 * max(abs(w - best) for w in near[-len(near) // 4 :]) or 0.1
        low, high = best - half, best + half
    w = np.linspace(low, high, 161)
    loss = loaded.train.value(w[:, None])
    pad, top = 0.02 * (high - low), float(loss.max())
    heights = loaded.train.value(np.array([[start], [best]]))
    about: dict[str, object] = {
        "start_a": start,
        "start_b": heights[0],
        "best_a": best,
        "best_b": heights[1],
        "across": "weight w →",
        "up": "↑ loss",
    }
    left_below, right_above = np.array([[low - pad, -0.05 * top], [high + pad, 1.12 * top]])
    about |= {"left": left_below[0], "right": right_above[0], "bottom": left_below[1], "top": right_above[1]}
    middle, half_panel = (left_below + right_above) / 2, (right_above - left_below) / 2
    return Framing(None, {"x": w.astype("f4"), "y": loss.astype("f4")}, about, middle, half_panel)


def _start(race: Race) -> Array:
    start: Array = race.histories[BATCH.name].path[0, 0]
    return start


@quietly
def _nearby(points: Array, start: Array, best: Array) -> Array:
    """Drop what a diverging run leaves behind: the frame holds start and minimum, not the way to infinity."""
    finite = points[np.isfinite(points).all(axis=1)]
    with np.errstate(over="ignore"):  # a run on its way to infinity is far off, whether or not its square is finite
        near: Array = finite[np.linalg.norm(finite - best, axis=1) <= 2.2 * np.linalg.norm(start - best)]
    return near
