"""Rings: the areas of a map, each drawn as one symbol.

A browser spends some twenty microseconds on every row it is sent. As corners the areas of a map are several hundred
rows; packed, with its outline as the path of one symbol, each of them is a single row.
"""

from __future__ import annotations

import altair as alt
import numpy as np

from gd_core.shapes import Array
from gd_ui.charts.ground import LEVELS
from gd_ui.charts.packed import FARTHEST, GRAIN
from gd_ui.charts.template import PAPER, Columns, Layer, data, stroke
from gd_ui.charts.trail import GRAIN_ON_MAP

REACH = FARTHEST / GRAIN
"""How far from the middle a corner may lie, in halves of the panel; one further out is moved in, straight inwards."""


def ringed(bands: Columns, centre: Array, half: float) -> Columns:
    """Pack bands (level, piece, order, x, y), made by gd_ui.charts.bands, for a map around `centre` (2,).

    The map reaches `half` up and down. Returned is one row per piece, in the order they are painted: its `level` and
    its `ring`.
    """
    corners = np.stack([bands["x"], bands["y"]], axis=-1)
    begins = np.flatnonzero(np.diff(bands["piece"], prepend=-1))
    outlines = [outline(ring, centre, half) for ring in np.split(corners, begins[1:])]
    return {"level": bands["level"][begins], "ring": np.array(outlines, dtype=object)}


def outline(points: Array, centre: Array, half: float, *, closed: bool = True) -> str:
    """Return a line through points (V, 2) as the path of a symbol, in GRAINs, y downwards."""
    places = (points.astype(float) - centre) / half
    places /= np.maximum(1, np.abs(places).max(axis=1, keepdims=True) / REACH)
    grains = np.rint(places * GRAIN).astype(int).tolist()
    return "M" + "L".join([f"{x},{-y}" for x, y in grains]) + ("Z" if closed else "")


def land() -> Layer:
    """Draw the packed bands of a map: the table `bands` (level, ring).

    The chart must resolve its scales with `resolve_scale(stroke="shared", fill="independent")`.
    """
    areas = data("bands").mark_point(filled=True, opacity=1, clip=True, strokeWidth=0.7, strokeOpacity=0.6, aria=False)
    shade = alt.Fill("level:Q", scale=alt.Scale(domain=[0, LEVELS]), legend=None)
    return on_map(areas, stroke=stroke(PAPER), fill=shade)


def on_map(mark: Layer, **look: object) -> Layer:
    """Put a symbol whose path is the field `ring` on a map."""
    return mark.encode(
        x=alt.XValue(alt.expr("width / 2")),
        y=alt.YValue(alt.expr("height / 2")),
        shape=alt.Shape("ring:N", scale=None),
        size=alt.SizeValue(alt.expr(f"pow(2 * {GRAIN_ON_MAP}, 2)")),
        **look,
    )
