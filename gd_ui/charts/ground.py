"""The ground a path is drawn on: a map of two parameters, or the loss over one; with the start and the solution.

Both are read from the one row of `this`: the start (`start_a`, `start_b`), the solution (`best_a`, `best_b`) and the
ends of the axes (for a map `centre_a`, `centre_b` and `half`, for a curve `left`, `right`, `bottom` and `top`).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import altair as alt

from gd_ui.charts.template import INK, LABEL_WIDTH, PAPER, Layer, data, fill, first, stroke

LEVELS = 11
"""Bands of a map; the fill is the theme's sequential palette, from the minimum outwards."""

Place = Callable[[str, str], dict[str, Any]]
"""Turns the names of two fields into the encodings of a chart's x and y."""


def map_place() -> Place:
    """Return the axes of a map, with the same units per pixel across and up at every width.

    So the gradient is seen to cross contours at right angles. The chart needs `map_params`.
    """
    return axes(
        [alt.ExprRef("centre_a - half * width / height"), alt.ExprRef("centre_a + half * width / height")],
        [alt.ExprRef("centre_b - half"), alt.ExprRef("centre_b + half")],
    )


def map_params() -> dict[str, str]:
    """Return the parameters that `map_place` reads."""
    return {name: first("this", name, 1 if name == "half" else 0) for name in ("centre_a", "centre_b", "half")}


def curve_place() -> Place:
    """Return the axes of a curve, from `left` to `right` and `bottom` to `top`. The chart needs `curve_params`."""
    return axes([alt.ExprRef("left"), alt.ExprRef("right")], [alt.ExprRef("bottom"), alt.ExprRef("top")])


def curve_params() -> dict[str, str]:
    """Return the parameters that `curve_place` reads."""
    ends = ("left", "right", "bottom", "top")
    return {name: first("this", name, 1 if name in ("right", "top") else 0) for name in ends}


def axes(across: list[alt.ExprRef], up: list[alt.ExprRef]) -> Place:
    """Return the encodings of a plot with fixed ends, its labels taking the same room in all panels."""
    x: dict[str, Any] = {
        "scale": alt.Scale(domain=across, nice=False, zero=False),
        "axis": alt.Axis(tickCount=4, title=None, format=",~f"),
    }
    y: dict[str, Any] = {
        "scale": alt.Scale(domain=up, nice=False, zero=False),
        "axis": alt.Axis(tickCount=4, title=None, format=",~f", **LABEL_WIDTH),
    }
    return lambda a, b: {"x": alt.X(f"{a}:Q", **x), "y": alt.Y(f"{b}:Q", **y)}


def land(place: Place) -> Layer:
    """Draw the bands of a map, made by gd_ui.charts.bands.

    The chart must resolve its scales with `resolve_scale(stroke="shared", fill="independent")`.
    """
    areas = data("bands").mark_line(filled=True, clip=True, strokeWidth=0.7, strokeOpacity=0.6, aria=False)
    shade = alt.Fill("level:Q", scale=alt.Scale(domain=[0, LEVELS]), legend=None)
    return areas.encode(**place("x", "y"), detail="piece:O", order="order:Q", stroke=stroke(PAPER), fill=shade)


def landmarks(place: Place) -> list[Layer]:
    """Draw the start, a square, and the least-squares solution, a cross on a casing."""
    start = data("this").mark_point(shape="square", size=75, filled=True, opacity=1, strokeWidth=1.5, clip=True)
    tips = [alt.Tooltip("start_a:Q", title="start, across"), alt.Tooltip("start_b:Q", title="start, up")]
    layers = [start.encode(**place("start_a", "start_b"), fill=fill(PAPER), stroke=stroke(INK), tooltip=tips)]
    tips = [alt.Tooltip("best_a:Q", title="least squares, across"), alt.Tooltip("best_b:Q", title="up")]
    for slot, width in ((PAPER, 5.5), (INK, 2.2)):
        cross = data("this").mark_point(
            shape="M-1,0L1,0M0,-1L0,1", size=240, filled=False, opacity=1, strokeWidth=width, clip=True
        )
        layers.append(cross.encode(**place("best_a", "best_b"), stroke=stroke(slot), tooltip=tips))
    return layers
