"""The controls of the loss surface: from widgets and link to settings, each value checked again."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
import streamlit as st

from gd_core import curvature
from gd_core.shapes import Array
from gd_ui import controls
from gd_ui.datasets import CATALOGUE, Loaded, load
from gd_ui.loss_surface.loss import (
    ABSOLUTE,
    ALL,
    ONE,
    SOME,
    SQUARED,
    SurfaceSettings,
    columns,
    framed,
    on_columns,
    weights,
)
from gd_ui.loss_surface.words import short_name

LOSSES = (SQUARED, ABSOLUTE)
OF = (ALL, ONE, SOME)
UPDATES = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000]
FLAT, SOLID = VIEWS = ("Map", "3-D")
SIZES = [2, 4, 8, 16, 32, 64, 128]
ROWS = ("5 rows", "1 row", "all rows")
"""Rows in the comparison of squared and absolute: few enough to see their kinks, or all."""
CUTS = ("cut_across", "cut_up")
"""Keys of the two cuts; a model with one weight has the first."""
BEYOND = 2
"""Cuts can be moved this many halves of the map from its middle: beyond its edge too."""


class Choice(NamedTuple):
    """Everything the reader has chosen above the charts."""

    settings: SurfaceSettings
    cut: Array
    """(Q,) the place looked at, where the cuts cross."""
    notices: controls.Notices


def ask() -> Choice:
    """Show one row of main controls and return what is chosen; the rest comes from `ask_more`."""
    notices: controls.Notices = []
    several = st.session_state.get("of", st.query_params.get("of", ALL)) in (ONE, SOME)
    with st.grid(6 if several else 5, min_column_width=150, vertical_alignment="bottom", gap="small"):
        data = controls.choose(
            st.selectbox, "Data", "data", list(CATALOGUE), notices, on_change=_use_defaults, help=_ABOUT_DATA
        )
        loss = controls.choose(
            st.segmented_control, "Loss", "loss", LOSSES, notices, default=SQUARED, required=True, help=_ABOUT_LOSS
        )
        of = controls.choose(st.selectbox, "Surface of", "of", OF, notices, help=_ABOUT_OF)
        row, size = _ask_rows(of, load(data).train.n, notices)
        cut = _ask_cut(data, notices)
    settings = SurfaceSettings(data, loss, of, row, size)
    return Choice(settings, cut, notices)


def ask_more(choice: Choice) -> SurfaceSettings:
    """Show what is rarely changed, in one popover, and return the settings with it."""
    settings, notices = choice.settings, choice.notices
    data = settings.data
    with st.popover("More", icon=":material/tune:"):
        rate = controls.scale("Learning rate of the path", "lr", rates(data), CATALOGUE[data].learning_rate, notices)
        updates = controls.scale("Updates of the path", "updates", UPDATES, 200, notices)
        draw = controls.whole_number("Draw of the mini-batch", "draw", 9999, notices) if settings.of == SOME else 0
    return SurfaceSettings(data, settings.loss, settings.of, settings.row, settings.size, draw, rate, int(updates))


def ask_view(of: str) -> str:
    """Show the choice between map and surface, and for a mini-batch a button for another one."""
    view = st.segmented_control(
        "View", VIEWS, default=FLAT, required=True, key="view", label_visibility="collapsed", **controls.BOUND
    )
    if of == SOME:
        st.button("Draw another", icon=":material/casino:", on_click=_draw_another)
    return view if view in VIEWS else FLAT


def ask_kinks(data: str, notices: controls.Notices) -> tuple[int, int]:
    """Ask along which weight, 0 or 1, and over how many rows squared and absolute loss are compared."""
    loaded = load(data)
    names = [short_name(loaded.names[p]) for p in weights(data)]
    chosen = controls.choose(
        st.segmented_control, "Along", "along", names, notices, default=names[0], required=True, help=_ABOUT_ALONG
    )
    offered = ROWS if loaded.train.n >= 5 else (ROWS[2], ROWS[1])
    rows = controls.choose(
        st.segmented_control, "Rows in the loss", "rows", offered, notices, default=offered[0], required=True
    )
    return names.index(chosen), {"5 rows": 5, "1 row": 1}.get(rows, loaded.train.n)


def rates(data: str) -> list[float]:
    """Return the slider's learning rates: up to one and a half times the squared loss's stability limit."""
    loaded = load(data)
    on = on_columns(*columns(loaded, weights(data)), SQUARED)
    limit = curvature(on, np.zeros(on.model.n_params)).max_stable_learning_rate()
    return controls.log_scale(10 ** math.floor(math.log10(limit / 500)), 1.6 * limit)


def cut_steps(centre: float, half: float) -> list[float]:
    """Return the values a cut can be moved to: round ones, beyond the edges of the map too."""
    power = 10.0 ** math.floor(math.log10(half))
    step = power / (20 if half < 5 * power else 10)
    count = round(BEYOND * half / step)
    return [round(centre + i * step, 9) for i in range(-count, count + 1)]


def default_cut(value: float, half: float) -> float:
    """Return the start, with as many digits as can be seen."""
    return round(value, 2 - math.floor(math.log10(half)))


def _ask_rows(of: str, n: int, notices: controls.Notices) -> tuple[int, int]:
    """Ask which example, or how large a mini-batch."""
    row, size = 1, default_size(n)
    if of == ONE:
        row = int(controls.scale("Example, row", "row", list(range(1, n + 1)), 1, notices))
    if of == SOME:
        size = int(controls.scale("Batch size", "size", sizes(n), size, notices))
    return row, size


def sizes(n: int) -> list[int]:
    """Return the batch sizes on offer for n rows."""
    return [size for size in SIZES if size < n] or [1]


def default_size(n: int) -> int:
    """Return eight, or the largest on offer for very few rows."""
    return min(8, sizes(n)[-1])


def _ask_cut(data: str, notices: controls.Notices) -> Array:
    names, centre, half, start = _frame(data)
    keys = CUTS[: len(names)]
    labels = [f"Cut at {name.removeprefix('weight of ')}" if len(names) > 1 else f"Look at {name}" for name in names]
    return np.array([
        controls.scale(label, key, cut_steps(middle, half), default_cut(value, half), notices)
        for label, key, middle, value in zip(labels, keys, centre, start, strict=True)
    ])  # fmt: skip


def _frame(data: str) -> tuple[list[str], list[float], float, list[float]]:
    loaded: Loaded = load(data)
    parameters = list(weights(data))
    start = np.array(CATALOGUE[data].start)[parameters]
    centre, half = framed(start, loaded.best[parameters])
    return [loaded.names[p] for p in parameters], centre.tolist(), half, start.tolist()


def defaults(data: str) -> dict[str, object]:
    """Return the value of every control that depends on the data set."""
    _, _, half, start = _frame(data)
    n = load(data).train.n
    cuts = {key: controls.written(default_cut(at, half)) for key, at in zip(CUTS, start, strict=False)}
    return {
        "row": "1",
        "size": controls.written(default_size(n)),
        "lr": controls.written(CATALOGUE[data].learning_rate),
        **cuts,
    }


def _use_defaults() -> None:
    """Give the controls that depend on the data the values of a newly chosen data set."""
    data = str(st.session_state.get("data"))
    if data in CATALOGUE:
        st.session_state.update(defaults(data))


def _draw_another() -> None:
    drawn = st.session_state.get("draw", 0.0)
    st.session_state["draw"] = float((int(drawn) + 1) % 10_000)


_ABOUT_DATA = "  \n".join(f"**{name}**: {entry.about}" for name, entry in CATALOGUE.items())
_ABOUT_LOSS = "The error of every row, squared or as it is without its sign; the height is the mean over the rows."
_ABOUT_ALONG = "The weight that moves; all others stay at the least-squares solution."
_ABOUT_OF = "Whose mean loss is the height: all training rows, one of them, or the first batch of a shuffled epoch."
