"""From the map back to the race: a cell that is clicked, or a size that is chosen, sets rate and batch size."""

from __future__ import annotations

import functools

import streamlit as st

from gd_ui.batch_sizes.rate_map import RateMap
from gd_ui.batch_sizes.rate_map_frames import size_label
from gd_ui.charts.rate_map import CELL
from gd_ui.charts.template import Frames, Spec, draw
from gd_ui.controls import written

LOADS = "cells loaded"
"""Counts clicks. With each the chart is a new one, so that a click on the same cell is heard again."""
BEST = "best rate"


def draw_map(spec: Spec, frames: Frames, found: RateMap) -> None:
    """Show the map; a click on a cell loads it."""
    key = f"rate map {st.session_state.get(LOADS, 0)}"
    draw(
        spec,
        frames,
        alt_text="Final loss above the best by learning rate and batch size, hatched where runs diverge",
        key=key,
        on_select=functools.partial(_load_clicked, key, found),
        selection_mode=CELL,
    )


def ask_size(found: RateMap) -> None:
    """Offer the best rate of every batch size: what a click does, for the keyboard."""
    offered = {size_label(size, found): row for row, size in enumerate(found.sizes) if found.best(row) is not None}
    if offered:
        st.pills(
            "Load the best rate at this many rows per update", list(offered), key=BEST, on_change=_load_best,
            args=(found, offered),
        )  # fmt: skip


def load_cell(found: RateMap, row: int, column: int) -> None:
    """Set the race's rate and batch size to those of a cell."""
    st.session_state.update({"lr": written(found.rates[column]), "batch": written(found.sizes[row])})


def clicked(selected: object, found: RateMap) -> tuple[int, int] | None:
    """Return row and column of the cell that the browser says was clicked, or None if it names none of the map."""
    if not isinstance(selected, list) or len(selected) != 1 or not isinstance(selected[0], dict):
        return None
    row, column = selected[0].get("row"), selected[0].get("column")
    if not isinstance(row, int) or not isinstance(column, int):
        return None
    return (row, column) if 0 <= row < len(found.sizes) and 0 <= column < len(found.rates) else None


def _load_clicked(key: str, found: RateMap) -> None:
    cell = clicked(st.session_state[key]["selection"].get(CELL), found)
    if cell is not None:
        load_cell(found, *cell)
        st.session_state[LOADS] = st.session_state.get(LOADS, 0) + 1


def _load_best(found: RateMap, offered: dict[str, int]) -> None:
    row = offered.get(str(st.session_state.get(BEST)))
    st.session_state[BEST] = None
    best = None if row is None else found.best(row)
    if best is not None:
        load_cell(found, *best)
