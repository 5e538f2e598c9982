"""Templates: what all charts share. Colours by name, the player's frame, fonts, and sending data to a built chart.

Every chart's frame parameter is called STEP; the step player moves it. Colours are slots of the theme's categorical
palette, so that one cached template serves light and dark: the three methods, the lanes, the regimes, three neutrals.
"""

from __future__ import annotations

from typing import Any, Literal

import altair as alt
import numpy as np
import pyarrow as pa
import streamlit as st
from numpy.typing import NDArray

from gd_core import REGIMES
from gd_ui.lanes import LANES
from gd_ui.methods import METHODS

Spec = dict[str, Any]
Columns = dict[str, NDArray[Any]]
"""A table by column. It travels as Arrow; making a data frame of it first would take forty times as long."""
Frames = dict[str, Columns]
"""The tables of one chart, by the name under which the template reads them."""
Layer = Any
"""One layer of a chart; Altair's own types do not survive its transforms and encodings."""

STEP = "gdstep"
PAPER, INK, MUTED = "paper", "ink", "muted"
SLOTS = [*METHODS, *(lane.slot for lane in LANES), *REGIMES, PAPER, INK, MUTED]
"""In the order of chartCategoricalColors in .streamlit/config.toml."""

LABEL_WIDTH: dict[str, Any] = {"minExtent": 30, "maxExtent": 30}
"""Room for the labels of a vertical axis, fixed: charts are laid out before their data come."""

_CANVAS = {"embedOptions": {"renderer": "canvas"}}
"""Streamlit draws small charts as SVG; on a canvas a path of a thousand updates plays 1.4 times as fast."""
_CONFIG = {
    "axis": {
        "labelFontSize": 13,
        "titleFontSize": 13,
        "titleFontWeight": "normal",
        "grid": False,
        "labelPadding": 3,
    },
    "legend": {"labelFontSize": 14, "padding": 0, "titlePadding": 0, "offset": 2},
    "view": {"stroke": None},
    # Tooltips only where a mark asks for one: looking for the mark under the pointer halves the frame rate.
    "mark": {"tooltip": None, "invalid": None},
}


def data(name: str) -> Layer:
    """Return a chart that draws the data sent under `name`."""
    return alt.Chart(alt.NamedData(name))


def stroke(slot: str) -> alt.StrokeDatum:
    """Return a constant line colour of the theme."""
    return alt.StrokeDatum(slot, type="nominal")


def fill(slot: str) -> alt.FillDatum:
    """Return a constant fill colour of the theme."""
    return alt.FillDatum(slot, type="nominal")


def first(name: str, field: str, otherwise: float = 0) -> str:
    """Return the expression for a field of the first row of the data `name`, before they arrive `otherwise`."""
    return f"(length(data('{name}')) ? data('{name}')[0].{field} : {otherwise})"


def build(
    chart: Layer,
    height: int,
    params: dict[str, str],
    padding: dict[str, int] | None = None,
    *,
    plays: bool = True,
    crowded: bool = False,
) -> Spec:
    """Turn an Altair chart into a template with the player's frame and further expression parameters.

    On a page without a player nothing `plays`: the frame stays at 0, and no slider is made for it, which only a player
    would hide. What never moves needs no canvas either, as SVG its text is sharp; but where it is `crowded`, with a
    thousand marks, they would be too many elements of the page.
    """
    spec: Spec = chart.to_dict(validate=False)  # the tests validate every template
    spec["height"] = height
    spec["layer"] = [_whole_plot(), *spec["layer"]]
    _colour_by_slot(spec)
    frame: Spec = {"name": STEP, "value": 0}
    if plays:
        frame["bind"] = {"input": "range", "min": 0, "max": 1e7, "step": 1}
    spec["params"] = [
        frame,
        *({"name": name, "expr": expr} for name, expr in params.items()),
        *spec.get("params", []),
    ]
    if plays or crowded:
        spec["usermeta"] = _CANVAS
    return {
        **spec,
        "config": _CONFIG,
        "padding": padding or {"left": 2, "right": 6, "top": 4, "bottom": 2},
    }


def _whole_plot() -> Spec:
    """Return a layer that is never seen and changes with every frame, so that the whole plot is drawn anew.

    A canvas otherwise redraws only the rectangle that changed, and where a screen has a fractional number of pixels
    per point that leaves hairlines at its edges.
    """
    cover = data("this").mark_rect(aria=False, fill="transparent", clip=False)
    cover = cover.encode(
        x=alt.XValue(alt.expr(f"0.01 * ({STEP} % 2)")),
        x2=alt.X2Value(alt.expr("width")),
        y=alt.YValue(0),
        y2=alt.Y2Value(alt.expr("height")),
    )
    layer: Spec = cover.to_dict(validate=False)
    return {key: layer[key] for key in ("data", "mark", "encoding")}


def kept(*names: str) -> list[Layer]:
    """Return layers that draw nothing and keep data alive that are only read by expressions; Vega-Lite drops others.

    They count the rows, which needs no expression for each of them.
    """
    return [
        data(name)
        .transform_aggregate(rows="count()")
        .mark_point(opacity=0, aria=False)
        .encode(x=alt.XValue(0), y=alt.YValue(0))
        for name in names
    ]


def number(value: str) -> str:
    """Return the expression that writes a loss as the text below the charts does, powers of ten as 1.2e-5."""
    plain = f"format({value}, {value} < 100 ? '.4f' : ',.1f')"
    return f"({value} != 0 && ({value} < 1e-3 || {value} >= 1e5) ? format({value}, '.1e') : {plain})"


def one_row(row: dict[str, Any]) -> Columns:
    """Return a table with a single row."""
    return {name: np.array([value]) for name, value in row.items()}


def draw(spec: Spec, frames: Frames, *, alt_text: str, width: Literal["stretch"] = "stretch", **selection: Any) -> None:
    """Show a template with the data it names; `selection` is what Streamlit is to do when a mark is clicked.

    Streamlit writes `alt_text` into the chart's specification: with a text that changes with a control the browser
    would build the chart anew at every move, which takes longer than drawing it.
    """
    tables = {name: pa.table(columns) for name, columns in frames.items()}
    st.vega_lite_chart({**spec, "datasets": tables}, alt=alt_text, width=width, **selection)


def _colour_by_slot(node: object) -> None:
    """Give every constant slot name its place in the palette; Altair's datum encodings take no scale."""
    if isinstance(node, dict):
        if node.get("datum") in SLOTS:
            node |= {"scale": {"domain": SLOTS}, "legend": None}
        for child in node.values():
            _colour_by_slot(child)
    elif isinstance(node, list):
        for child in node:
            _colour_by_slot(child)
