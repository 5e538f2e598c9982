"""The controls of the gradient page: where the slope is measured, with which nudge, and which batch is averaged."""

from __future__ import annotations

from typing import NamedTuple

import streamlit as st

from gd_core.gradcheck import DIFFERENCES
from gd_ui import controls, course_grid
from gd_ui.datasets import CATALOGUE, Loaded, load
from gd_ui.gradient.nudge import LEAST, Probe
from gd_ui.gradient.pull import DRAWS, SIZES
from gd_ui.starts import parsed_start

DATA = ("line", "thousand points", "three points")
"""The sets with one feature: a line has a slope w and an intercept b, the three points a single weight."""
START, GRID, TYPED = "start", "grid point", "typed"
NUDGES = [0, *(10.0**power for power in range(-15, -2)), 0.01, 0.03, 0.06, 0.12, 0.25, 0.5, 1]
DRAW = 8
"""A draw of five whose mean is seen to point elsewhere."""
FARTHEST = 100
"""The largest parameter a reader may type; the charts have room for what follows from it."""


class Place(NamedTuple):
    """Where the reader wants the slope measured; both halves of the page begin there."""

    data: str
    point: tuple[float, ...]
    """theta (P,)"""
    loaded: Loaded


def ask_place(notices: controls.Notices) -> Place:
    """Show the controls that both halves share and return what is chosen."""
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium", width="content"):
        data = controls.choose(
            st.selectbox, "Data", "data", DATA, notices, on_change=_use_defaults, help=_ABOUT_DATA, width=180
        )
        entry, loaded = CATALOGUE[data], load(data)
        place = controls.choose(
            st.segmented_control, "Measure at", "point", places(data), notices,
            default=START, required=True, help=_ABOUT_PLACE,
        )  # fmt: skip
        if place == TYPED:
            return Place(data, _ask_point(loaded, entry.start, notices), loaded)
    return Place(data, course_grid.course_grid().nearest(entry.start) if place == GRID else entry.start, loaded)


def ask_probe(place: Place, notices: controls.Notices) -> Probe:
    """Show the controls of the nudge and return how the slope is measured."""
    with st.grid(2, min_column_width=200, vertical_alignment="bottom", gap="medium"):
        nudge = _ask_nudge(notices)
        kind = controls.choose(
            st.segmented_control, "Difference", "kind", list(DIFFERENCES), notices,
            default="forward", required=True, help=_ABOUT_KIND,
        )  # fmt: skip
    return Probe(place.data, place.point, nudge, kind)


def ask_batch(n: int, notices: controls.Notices) -> tuple[int, int]:
    """Show the controls of the average and return the batch size and the number of the draw."""
    with st.grid(2, min_column_width=200, vertical_alignment="bottom", gap="medium"):
        sizes = [*(size for size in SIZES if size < n), n]
        size = controls.scale("Batch size", "batch", sizes, default_size(n), notices)
        draw = controls.scale("Draw", "draw", range(1, DRAWS + 1), DRAW, notices, help=_ABOUT_DRAW)
    return int(size), int(draw)


def places(data: str) -> list[str]:
    """Return where the slope can be measured: the course has a grid for its own line only."""
    return [START, GRID, TYPED] if data == course_grid.DATA else [START, TYPED]


def default_size(n: int) -> int:
    """Return 5, or fewer where there are not so many examples."""
    return min(5, n - 1)


def parsed_point(text: str, count: int) -> tuple[float, ...] | None:
    """Return `count` numbers from a text like "0.5, -1", or None if it says anything else or one is too large."""
    values = parsed_start(text, count)
    return values if values is not None and all(abs(value) <= FARTHEST for value in values) else None


def _ask_nudge(notices: controls.Notices) -> float:
    """Ask for the nudge; between nothing and the smallest one on offer there is no other."""
    nudge = controls.scale("Nudge", "nudge", NUDGES, Probe.nudge, notices, help=_ABOUT_NUDGE)
    if 0 < nudge < LEAST:
        notices.append(f"Nudge: {controls.written(LEAST)} is the smallest on offer above 0, and is used here.")
        return LEAST
    return nudge


def _ask_point(loaded: Loaded, start: tuple[float, ...], notices: controls.Notices) -> tuple[float, ...]:
    text = st.text_input(
        f"Point: {', '.join(loaded.names)}", ", ".join(map(controls.written, start)), key="theta", max_chars=100,
        width=180, **controls.BOUND,
    )  # fmt: skip
    point = parsed_point(text, len(start))
    if point is None:
        notices.append(
            f"Point: numbers from {-FARTHEST} to {FARTHEST} are wanted for {', '.join(loaded.names)}, with commas "
            f"between; got {controls.quoted(text)}. Using the start."
        )
        return start
    return point


def _use_defaults() -> None:
    """Give the controls that depend on the data the values of a newly chosen data set."""
    data = str(st.session_state.get("data"))
    if data in DATA:
        start = ", ".join(map(controls.written, CATALOGUE[data].start))
        size = controls.written(default_size(load(data).train.n))
        st.session_state.update({"point": START, "theta": start, "batch": size})


_ABOUT_DATA = "  \n".join(f"**{name}**: {CATALOGUE[name].about}" for name in DATA)
_ABOUT_PLACE = (
    "The point on the loss surface: where the lessons start, the nearest point of the course's grid, or parameters you "
    "type. The course reads its slopes off its grid."
)
_ABOUT_NUDGE = "How far one parameter is moved. It may be as small as the computer can bear, or zero."
_ABOUT_KIND = (
    "**forward**: from the point to one nudge beyond it.  \n**central**: from one nudge before the point to one beyond."
)
_ABOUT_DRAW = (
    "Which of the draws is shown: the rows are shuffled with this seed, and the batch is how they then begin, "
    "as in the first update of a descent."
)
