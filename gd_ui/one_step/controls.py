"""The controls of the page on one step: from widgets and link to settings, stage, point and update."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
import streamlit as st

from gd_ui import controls
from gd_ui.batch_sizes.controls import use_rate
from gd_ui.datasets import CATALOGUE, Loaded, load
from gd_ui.one_step.descent import REPEAT, STAGES, DescentSettings, first_point, offered
from gd_ui.starts import FARTHEST, STARTS, parsed_start

UPDATES = [10, 20, 50, 100, 200, 500, 1000]
"""How long a descent may be: what the charts can draw, every update of it."""
ENOUGH = {"line": 500, "three points": 100, "thousand points": 1000}
"""Updates after which the default descent has fitted the line."""
COURSE_RATES = {"line": (0.8, 1.1)}
"""Learning rates of the course that are no round numbers; the slider stops at them too."""
RANDOM = ("line",)
"""Data sets whose own start was drawn at random."""
POINTS = 100
"""Points the slider stops at; a link may name any."""


class Choice(NamedTuple):
    """Everything the reader has chosen, but for the stage."""

    settings: DescentSettings
    loaded: Loaded
    update: int
    """The update whose arithmetic is shown; 0 is the first."""
    point: int
    """Counted from the left, from 1."""
    random: bool
    """Whether the start was drawn at random."""


def ask(notices: controls.Notices) -> Choice:
    """Show one row of main controls, the rest behind "More", and return what is chosen."""
    with st.grid(5, min_column_width=160, vertical_alignment="bottom", gap="medium"):
        data = controls.choose(
            st.selectbox, "Data", "data", offered(), notices, on_change=_use_defaults, help=_about_data()
        )
        entry, loaded = CATALOGUE[data], load(data)
        rate = controls.scale("Learning rate η", "lr", rates(data), entry.learning_rate, notices)
        point = controls.scale(
            "Point, from the left", "point", points(loaded.train.n), first_point(loaded), notices, help=_ABOUT_POINT
        )
        update = controls.whole_number("After update", "update", UPDATES[-1], notices, help=_ABOUT_UPDATE)
        more = st.popover("More", icon=":material/tune:", width="stretch")
    with more:
        st.number_input(
            "Exact learning rate", rates(data)[0], rates(data)[-1], None, key="exact rate", format="%.6g",
            on_change=_use_exact_rate, placeholder="any number between the slider's ends",
        )  # fmt: skip
        updates = int(controls.scale("Updates of the whole descent", "updates", UPDATES, enough(data), notices))
        kind, start = _ask_start(data, loaded, notices)
    if update > updates:
        notices.append(
            f"After update: the descent has {updates:,} updates, asked for was {update:,}; using {updates:,}."
        )
        update = updates
    random = kind == "drawn" or (kind == "given" and data in RANDOM)
    return Choice(DescentSettings(data, rate, updates, start), loaded, update, int(point), random)


def ask_stage(notices: controls.Notices) -> str:
    """Show previous, next and all stages in one row; return the stage chosen."""
    turn = st.container(horizontal=True, width="content", gap="small")  # filled once the stage is known
    stage = controls.choose(
        st.segmented_control, "Stage", "stage", STAGES, notices,
        default=STAGES[0], required=True, label_visibility="collapsed",
    )  # fmt: skip
    # In the last stage a player is on the page, and the two keys are its own.
    keys = ("PageUp", "PageDown") if stage != REPEAT else (None, None)
    turn.button(
        "Previous", icon=":material/arrow_back:", key="previous_stage", on_click=turn_by, args=(-1,),
        shortcut=keys[0], disabled=stage == STAGES[0],
    )  # fmt: skip
    turn.button(
        "Next", icon=":material/arrow_forward:", key="next_stage", on_click=turn_by, args=(1,),
        shortcut=keys[1], disabled=stage == STAGES[-1], type="primary",
    )  # fmt: skip
    return stage


def turn_by(stages: int) -> None:
    """Go some stages on or back, as a click on next or previous does."""
    now = st.session_state.get("stage")
    at = STAGES.index(now) if now in STAGES else 0
    st.session_state["stage"] = STAGES[min(max(at + stages, 0), len(STAGES) - 1)]


def show_update(update: int, stage: str) -> None:
    """Show the arithmetic of an update, from a stage of it."""
    st.session_state.update({"update": float(update), "stage": stage})


def points(n: int) -> list[int]:
    """Return the points the slider offers, counted from the left: all, or evenly spread ones of very many."""
    return [int(point) for point in np.unique(np.linspace(1, n, min(n, POINTS)).round())]


def enough(data: str) -> int:
    """Return how many updates the default descent makes."""
    return ENOUGH.get(data, UPDATES[-1])


def rates(data: str) -> list[float]:
    """Return the slider's learning rates: from a five-hundredth of this data's stability limit to nearly twice it."""
    limit = load(data).curvature.max_stable_learning_rate()
    steps = controls.log_scale(10 ** math.floor(math.log10(limit / 500)), 2 * limit)
    return sorted({*steps, *COURSE_RATES.get(data, ())})


def safe_rate(data: str) -> float:
    """Return a rate that works: half the limit, at which the steepest direction arrives in one update, rounded down."""
    half = load(data).curvature.max_stable_learning_rate() / 2
    return max(rate for rate in rates(data) if rate <= half)


def defaults(data: str) -> dict[str, object]:
    """Return the values that the controls which depend on the data have until the reader changes them."""
    loaded = load(data)
    return {
        "lr": controls.written(CATALOGUE[data].learning_rate),
        "point": controls.written(first_point(loaded)),
        "update": 0.0,
        "updates": controls.written(enough(data)),
        "start": STARTS[0],
    }


def _use_defaults() -> None:
    data = str(st.session_state.get("data"))
    if data in offered():
        st.session_state.update(defaults(data))


def _use_exact_rate() -> None:
    rate = st.session_state.get("exact rate")
    if isinstance(rate, int | float) and not isinstance(rate, bool):
        use_rate(float(rate))


def _ask_start(data: str, loaded: Loaded, notices: controls.Notices) -> tuple[str, tuple[float, ...]]:
    """Ask where the descent starts: the data set's own start, one drawn from a seed, or typed numbers."""
    given = CATALOGUE[data].start
    kind = controls.choose(
        st.segmented_control, "Start", "start", STARTS, notices, default=STARTS[0], required=True, help=_ABOUT_START
    )
    if kind == "drawn":
        seed = controls.whole_number("Seed of the start", "start_seed", 9999, notices)
        return kind, tuple(loaded.train.model.init([seed])[0].tolist())
    if kind == "given":
        return kind, given
    text = st.text_input(
        f"Start values: {', '.join(loaded.names)}", ", ".join(map(controls.written, given)), key="theta",
        max_chars=400, **controls.BOUND,
    )  # fmt: skip
    start = parsed_start(text, len(given))
    if start is None:
        notices.append(
            f"Start values: {len(given)} numbers from {-FARTHEST:,.0f} to {FARTHEST:,.0f} are wanted, with commas "
            f"between; got {controls.quoted(text)}. Using the given start."
        )
        return "given", given
    return kind, start


def _about_data() -> str:
    listed = "  \n".join(f"**{name}**: {CATALOGUE[name].about}" for name in offered())
    return f"{listed}  \nOnly data with one feature have a line to draw; the others are in the lessons on comparing."


_ABOUT_POINT = "The point whose prediction and error are worked out. By default the first row of the training data."
_ABOUT_UPDATE = "The formulas show what happens after so many updates: at the start, or anywhere on the way down."
_ABOUT_START = "The data set's own start, one drawn from a seed, or typed values."
