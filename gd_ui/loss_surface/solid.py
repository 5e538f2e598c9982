"""The surface in three dimensions: which heights, lines and points it shows, in the colours of the theme."""

from __future__ import annotations

import functools
from typing import Any

import numpy as np
import streamlit as st

from gd_core import coordinate_plane, surface
from gd_core.shapes import Array
from gd_ui.charts.solid import Line, Solid
from gd_ui.charts.template import INK, MUTED, PAPER, SLOTS
from gd_ui.loss_surface.frames import GRID, method_slot
from gd_ui.loss_surface.loss import Ground, SurfaceSettings, ground, walk


def solid(settings: SurfaceSettings, cut: Array, theme: str) -> Solid:
    """Return what the view in three dimensions shows; `cut` (2,) is where the sections cross."""
    land, colours = ground(settings.ground), palette(theme)
    across, up = (land.centre[i] + land.half * np.linspace(-1, 1, GRID) for i in (0, 1))
    heights = _heights(settings.ground)
    path = walk(settings).path[0]
    inside = (np.abs(path - land.centre) <= land.half).all(axis=1)
    path = path if inside.all() else path[: int((~inside).argmax())]
    lines = [
        *_cuts(land, cut, across, up, colours[INK]),
        *_point("start", "square", land, land.start, colours[PAPER], colours[INK]),
        *_point("lowest", "diamond", land, land.lowest.theta, colours[INK], colours[PAPER]),
    ]
    if len(path) > 1:
        lines.insert(0, Line("descent", path, land.shown.value(path), colours[method_slot(settings)]))
    names = (land.names[0], land.names[1])
    return Solid(across, up, heights, land.lowest.loss, names, lines, colours[INK], colours[PAPER], colours[MUTED])


@functools.lru_cache(maxsize=16)
def _heights(settings: SurfaceSettings) -> Array:
    """The loss (GRID, GRID) over the square shown: the course's grid, for its line."""
    land = ground(settings)
    across, up = (land.centre[i] + land.half * np.linspace(-1, 1, GRID) for i in (0, 1))
    return surface(land.shown, coordinate_plane([0, 0], 0, 1), across, up)


def _cuts(land: Ground, cut: Array, across: Array, up: Array, colour: str) -> list[Line]:
    """The two sections, where they are on the surface."""
    along = np.column_stack([across, np.full(GRID, cut[1])]), np.column_stack([np.full(GRID, cut[0]), up])
    names = ("cut, solid", "solid", 1), ("cut, dashed", "dash", 0)
    return [
        Line(name, points, land.shown.value(points), colour, dash)
        for points, (name, dash, held) in zip(along, names, strict=True)
        if abs(cut[held] - land.centre[held]) <= land.half
    ]


def _point(name: str, symbol: str, land: Ground, theta: Array, colour: str, rim: str) -> list[Line]:
    if np.abs(theta - land.centre).max() > land.half:
        return []
    return [Line(name, theta[None], land.shown.value(theta[None]), colour, symbol, rim)]


def palette(theme: str) -> dict[str, str]:
    """Return the colour of every slot in a theme; plotly cannot look slots up itself."""
    colours: Any = st.get_option(f"theme.{theme}.chartCategoricalColors")
    return dict(zip(SLOTS, colours, strict=True))
