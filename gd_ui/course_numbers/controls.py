"""The controls of the page on the course's numbers: which lines are shown, and which list is open."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import streamlit as st

from gd_ui import controls
from gd_ui.course_numbers.all import Comparison, several
from gd_ui.course_numbers.numbers import FAULT, STATUSES, TEXTS, Judged
from gd_ui.course_numbers.table import SIGNS, WORDS

ALL = "all"


class Filter(NamedTuple):
    """Which lines the table shows."""

    text: str
    status: str

    def of(self, lines: Sequence[Judged]) -> list[Judged]:
        """Return the lines that pass."""
        return [
            judged
            for judged in lines
            if self.text in (ALL, judged.line.text) and self.status in (ALL, judged.status, *judged.each)
        ]


def ask(notices: controls.Notices) -> Filter:
    """Show the two filters and return what is chosen."""
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        text = controls.choose(
            st.segmented_control, "Text", "text", (ALL, *TEXTS), notices, default=ALL, required=True, help=_ABOUT_TEXTS
        )
        status = controls.choose(
            st.selectbox, "Judged", "status", (ALL, *STATUSES), notices, help=_ABOUT_STATUSES, width=210
        )
    return Filter(text, status)


def ask_list(comparison: Comparison, notices: controls.Notices) -> Judged:
    """Ask which list is shown in full and return it; at first one that a fault explains, or the longest computed."""
    lists = several(comparison)
    names = sorted(lists, key=lambda name: _interest(lists[name]))
    return lists[controls.choose(st.selectbox, "List", "list", names, notices)]


def _interest(judged: Judged) -> tuple[bool, bool, int]:
    return not len(judged.computed), judged.status != FAULT, -judged.size


_ABOUT_TEXTS = (
    "**A**: one weight, three points.  \n**B**: a line, step by step.  \n**C**: house prices.  \n"
    "**D**: hiring, a small network.  \n**E**: a noisy line through many points."
)
_ABOUT_STATUSES = "  \n".join(f"**{status}** {SIGNS[status]}: {WORDS[status]}" for status in STATUSES)
