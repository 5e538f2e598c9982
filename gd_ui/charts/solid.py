"""The surface itself, to be turned with the pointer: plotly's drawing, loaded only when a reader opens it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from gd_core.shapes import Array

if TYPE_CHECKING:
    from plotly.graph_objects import Figure

HEIGHT = 428
LIFT, FLOAT = 0.012, 0.03
"""Lines and points lie these shares of the surface's height above it, or they would sink into it."""
SMALLEST = 1e-4
"""Share of the surface's height below which colours no longer change."""
PATHS = 250
"""Points of a path at most: drawn on a surface, more cannot be told apart."""


class Line(NamedTuple):
    """A line or a single point on the surface."""

    name: str
    points: Array
    """(T, 2)"""
    heights: Array
    """(T,)"""
    colour: str
    dash: str = "solid"
    """How a line is dashed; of a single point its symbol."""
    rim: str = ""
    """The outline of a single point."""


class Solid(NamedTuple):
    """What is drawn."""

    across: Array
    """(A,)"""
    up: Array
    """(B,)"""
    heights: Array
    """(B, A) loss"""
    lowest: float
    names: tuple[str, str]
    lines: list[Line]
    ink: str
    paper: str
    muted: str


def figure(solid: Solid) -> Figure:
    """Return the surface, coloured like the map, with its lines and points."""
    from plotly import graph_objects as go  # only this view needs it

    excess = np.maximum(solid.heights - solid.lowest, SMALLEST * float(np.ptp(solid.heights)))
    surface = go.Surface(
        x=solid.across, y=solid.up, z=solid.heights, surfacecolor=np.log10(excess), colorscale="Viridis",
        reversescale=True, showscale=False, name="loss", hovertemplate=_hover(solid.names),
    )  # fmt: skip
    high = float(np.ptp(solid.heights))
    drawn = go.Figure([surface, *(_trace(line, high) for line in solid.lines)])
    axis: dict[str, Any] = {"color": solid.ink, "tickfont": {"size": 12}, "showbackground": False}
    axis |= {"gridcolor": solid.muted, "showgrid": True, "zeroline": False}
    drawn.update_layout(
        height=HEIGHT,
        template=None,
        font_family="Source Sans, sans-serif",
        margin={"l": 0, "r": 0, "t": 0, "b": 0},
        paper_bgcolor="rgba(0,0,0,0)",
        legend={
            "orientation": "h",
            "x": 0,
            "y": 1.02,
            "yanchor": "top",
            "font": {"size": 13, "color": solid.ink},
            "bgcolor": "rgba(0,0,0,0)",
        },
        scene={
            "xaxis": {"title": {"text": solid.names[0]}, **axis},
            "yaxis": {"title": {"text": solid.names[1]}, **axis},
            "zaxis": {"title": {"text": "loss"}, "rangemode": "tozero", **axis},
            "aspectratio": {"x": 1.1, "y": 1.1, "z": 0.75},
            "camera": {"eye": {"x": 1.25, "y": -1.35, "z": 0.85}, "center": {"x": 0, "y": 0, "z": -0.2}},
        },
    )
    return drawn


def _trace(line: Line, high: float) -> Any:
    from plotly import graph_objects as go

    keep = np.unique(np.linspace(0, len(line.points) - 1, min(len(line.points), PATHS)).round().astype(int))
    lift = (LIFT if len(keep) > 1 else FLOAT) * high
    at = {"x": line.points[keep, 0], "y": line.points[keep, 1], "z": line.heights[keep] + lift, "name": line.name}
    if len(keep) == 1:
        symbol = {"symbol": line.dash, "size": 6, "color": line.colour, "line": {"color": line.rim, "width": 2}}
        return go.Scatter3d(mode="markers", marker=symbol, hoverinfo="name", **at)
    return go.Scatter3d(
        mode="lines", line={"color": line.colour, "width": 7, "dash": line.dash}, hoverinfo="name", **at
    )


def _hover(names: tuple[str, str]) -> str:
    return f"{names[0]} %{{x:.3~g}}<br>{names[1]} %{{y:.3~g}}<br>loss %{{z:.4~g}}<extra></extra>"
