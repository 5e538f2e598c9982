"""The controls of the page on backpropagation: from widgets and link to settings, method, applicant and stage."""

from __future__ import annotations

from typing import NamedTuple

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from gd_core.hiring import EPOCHS, EXERCISES, LEARNING_RATE
from gd_ui import controls
from gd_ui.backprop import edit, free_controls
from gd_ui.backprop.edit import INPUTS, TARGETS, WEIGHTS, Field
from gd_ui.backprop.runs import BackpropSettings
from gd_ui.backprop.stages import ALL, stages

FREE = "Free network"
LESSONS = (*EXERCISES, FREE)
RATES = controls.log_scale(0.01, 5)
EPOCH_STEPS = [1000, 2000, 5000, EPOCHS, 20_000]
AT_START, AT_LAST, AT_CHOSEN = "start", "last update", "chosen update"
MOST = 80_000
"""The last update a run can have."""


class Choice(NamedTuple):
    """Everything the reader has chosen, but for the stage."""

    settings: BackpropSettings
    method: str
    who: int
    """The applicant shown, counted from 0."""
    closely: int
    """The update from which every one is shown."""
    numbers: dict[Field, tuple[tuple[float, ...], ...]]


def ask_lesson(notices: controls.Notices) -> str:
    """Ask which network is looked at."""
    return controls.choose(
        st.segmented_control, "Network", "net", LESSONS, notices,
        default=LESSONS[0], required=True, wrap=True, on_change=_begin_lesson, help=_ABOUT_LESSONS,
    )  # fmt: skip


def ask(lesson: str, first: DeltaGenerator, second: DeltaGenerator, notices: controls.Notices) -> Choice:
    """Show the main controls of an exercise in the first row, "More" and "Edit" in the second."""
    exercise = EXERCISES[lesson]
    method, who = exercise.methods[0], 0
    with first:
        if len(exercise.methods) > 1:
            method = controls.choose(
                st.selectbox, "Learn by", "how", exercise.methods, notices, width=170, help=_ABOUT_METHODS
            )
        if len(exercise.x) > 1:
            people = [str(number) for number in range(1, len(exercise.x) + 1)]
            who = int(controls.choose(st.selectbox, "Applicant shown", "who", people, notices, width=140)) - 1
        with st.container(width=170):
            rate = controls.scale("Learning rate η", "lr", RATES, LEARNING_RATE, notices)
    with second.popover("More", icon=":material/tune:"):
        epochs = controls.scale("Epochs", "epochs", EPOCH_STEPS, EPOCHS, notices)
        beyond: controls.Notices = []
        closely = controls.whole_number("Look closely from update", "at", MOST, beyond, help=_ABOUT_CLOSELY)
        seed = controls.whole_number("Seed of the random rows", "seed", 9999, notices)
    with second.popover("Edit", icon=":material/edit:"):
        numbers = edit.ask(lesson, notices)
    settings = BackpropSettings(lesson, numbers[INPUTS], numbers[TARGETS], numbers[WEIGHTS][0], rate, int(epochs), seed)
    last = settings.epochs * settings.training(method).updates_per_epoch
    if closely > last:
        notices.append(f"Look closely from update: the run has {last:,}, asked for was {closely:,}; using {last:,}.")
        closely = last
    else:
        notices += beyond
    return Choice(settings, method, who, closely, numbers)


def ask_stage(sizes: tuple[int, ...], notices: controls.Notices) -> str:
    """Show the stages of one update and return the one chosen."""
    return controls.choose(
        st.segmented_control, "Stage", "stage", stages(sizes), notices,
        default=ALL, required=True, wrap=True, label_visibility="collapsed",
    )  # fmt: skip


def ask_checked(closely: int, last: int) -> int:
    """Ask at which update the derivatives are measured, and return it."""
    notices: controls.Notices = []
    at = {AT_START: 0, AT_LAST: last, AT_CHOSEN: closely}
    chosen = controls.choose(
        st.segmented_control, "Measured at", "check", list(at), notices,
        default=AT_START, required=True, help=_ABOUT_CHECK,
    )  # fmt: skip
    controls.show_notices(notices)
    return at[chosen]


def use_rate(rate: float) -> None:
    """Set the learning rate, as a click on a remedy does."""
    st.session_state["lr"] = controls.written(rate)


def _begin_lesson() -> None:
    """Start a network from its own numbers, and keep the stage if it has one of that name."""
    lesson = st.session_state.get("net")
    if lesson == FREE:
        st.session_state.update(free_controls.defaults())
        return
    exercise = EXERCISES[str(lesson)]
    edit.use_given(str(lesson))
    st.session_state.update({"how": exercise.methods[0], "who": "1", "at": 0.0, "lr": controls.written(LEARNING_RATE)})
    st.session_state["epochs"] = controls.written(EPOCHS)
    if st.session_state.get("stage") not in stages(exercise.sizes):
        st.session_state["stage"] = ALL


_ABOUT = (
    "one applicant, who should be hired.",
    "the same without the last layer.",
    "a second applicant, one update for each in turn.",
    "four applicants by batch, stochastic and mini-batch descent.",
    "your own layers on other data.",
)
_ABOUT_LESSONS = "  \n".join(f"**{lesson}**: {about}" for lesson, about in zip(LESSONS, _ABOUT, strict=True))
_ABOUT_METHODS = (
    "How many applicants one update reads: all (batch), a pair of a new shuffle (mini-batch), one drawn anew "
    "(stochastic), or one after the other (in order)."
)
_ABOUT_CLOSELY = (
    "Long runs are drawn at a few hundred of their updates: all of the first, and all from the one named here. The "
    "player begins there."
)
_ABOUT_CHECK = "“Chosen update” is the one named under More as “Look closely from update”."
