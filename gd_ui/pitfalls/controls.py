"""The controls of the pitfalls: which one, on which rows, what the reader guesses, and the score."""

from __future__ import annotations

from typing import NamedTuple

import streamlit as st

from gd_ui import controls
from gd_ui.housing import BOSTON_FILE, FOLDER, WHY_RETIRED
from gd_ui.pitfalls.pitfall import Pitfall
from gd_ui.pitfalls.rows import HOUSES, PATIENTS, offered
from gd_ui.pitfalls.table import PITFALLS

GUESSES = "done pitfall guesses"
"""Where the session keeps what was guessed: the name of an answer by that of a pitfall, SHOWN for none.

Keys that begin with "done " outlive the visit to a page."""
SHOWN = "shown"


class Choice(NamedTuple):
    """What the reader has chosen."""

    pitfall: Pitfall
    rows: str
    guess: str | None
    """The answer given, SHOWN if none was and the solution was asked for, None before either."""
    notices: controls.Notices


def ask() -> Choice:
    """Show the row of controls and return what is chosen."""
    notices: controls.Notices = []
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        name = controls.choose(st.selectbox, "Pitfall", "pitfall", list(PITFALLS), notices, width=230)
        pitfall = PITFALLS[name]
        rows = controls.choose(
            st.segmented_control, "Rows", "data", offered(), notices,
            default=PATIENTS, required=True, disabled=not pitfall.own_rows, help=_ABOUT_ROWS,
        )  # fmt: skip
        st.button("Previous", on_click=_go, args=(name, -1), icon=":material/chevron_left:")
        st.button("Next", on_click=_go, args=(name, 1), icon=":material/chevron_right:")
        known = name in guesses()
        st.button(
            "Guess again" if known else "Show me",
            key="show",
            on_click=again if known else guess,
            args=(name,) if known else (name, SHOWN),
            icon=":material/replay:" if known else ":material/lightbulb:",
        )
        st.button("Reset", on_click=reset, icon=":material/restart_alt:", disabled=not guesses(), help=_ABOUT_RESET)
    return Choice(pitfall, rows if pitfall.own_rows else PATIENTS, guesses().get(name), notices)


def ask_guess(pitfall: Pitfall) -> None:
    """Show the answers as buttons."""
    with st.grid(2, min_column_width=300, gap="small"):
        for answer in pitfall.answers:
            st.button(
                answer.text,
                key=f"answer {answer.name}",
                on_click=guess,
                args=(pitfall.name, answer.name),
                width="stretch",
                wrap=True,
            )


def guesses() -> dict[str, str]:
    """Return what was guessed in this session."""
    found: dict[str, str] = st.session_state.get(GUESSES, {})
    return found


def guess(pitfall: str, answer: str) -> None:
    """Note an answer; the first one counts."""
    st.session_state[GUESSES] = {pitfall: answer} | guesses()


def again(pitfall: str) -> None:
    """Forget the answer given for one pitfall."""
    st.session_state[GUESSES] = {name: answer for name, answer in guesses().items() if name != pitfall}


def reset() -> None:
    """Forget all answers."""
    st.session_state[GUESSES] = {}


def score() -> str:
    """Say how many guesses were right."""
    given = {name: answer for name, answer in guesses().items() if answer != SHOWN}
    right = sum(PITFALLS[name].truth == answer for name, answer in given.items())
    return f"Guessed right: **{right} of {len(given)}**, {len(PITFALLS) - len(guesses())} to go"


def about_rows(rows: str) -> str | None:
    """Say why the course's own rows are not on offer, or, where they are chosen, what they are offered for."""
    if HOUSES in offered():
        return WHY_RETIRED if rows == HOUSES else None
    return (
        f"The course's own rows, Boston housing, are not stored here: put {BOSTON_FILE} into the folder that {FOLDER} "
        "names, or fetch the set on the page on house prices, and they can be chosen."
    )


def _go(name: str, by: int) -> None:
    names = list(PITFALLS)
    st.session_state["pitfall"] = names[(names.index(name) + by) % len(names)]


_ABOUT_ROWS = (
    "The errata of the house prices run on patients, or on the course's own rows where they are at hand. Some "
    "pitfalls have data of their own."
)
_ABOUT_RESET = "Forget all guesses. They are kept until the page is reloaded."
