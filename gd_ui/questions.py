"""Questions worth asking: links into a lesson with the settings that answer them."""

from typing import NamedTuple

import streamlit as st

from gd_ui.lessons import LESSONS


class Question(NamedTuple):
    """One question and the link that runs it."""

    asks: str
    about: str
    lesson: str  # the path of the lesson that answers it
    settings: dict[str, str]  # as they stand in the link


QUESTIONS = (
    Question(
        "Does updating early pay?",
        "Three methods read the same 80 points and step at different times.",
        "batch-sizes",
        {},
    ),
    Question(
        "Does the noise ever stop?",
        "A hundred seeds, seen from close by: where do they all end?",
        "batch-sizes",
        {"lr": "0.2", "epochs": "50", "seeds": "100", "zoom": "true", "above": "true"},
    ),
    Question(
        "And if the data have no noise?",
        "Three points exactly on a line, and a single weight.",
        "batch-sizes",
        {"data": "three points", "epochs": "100", "above": "true"},
    ),
    Question(
        "Same rate: safe for all rows, fatal for one?",
        "A rate below the limit of the average row and above that of the steepest.",
        "batch-sizes",
        {"data": "thousand points", "lr": "0.025"},
    ),
    Question(
        "Does it work on real data?",
        "442 patients, ten measurements, all put on one scale.",
        "batch-sizes",
        {"data": "diabetes"},
    ),
    Question(
        "What if nobody scales them?",
        "The same patients in years, mm Hg and mg/dl.",
        "batch-sizes",
        {"data": "diabetes unscaled", "across": "principal plane"},
    ),
)


def link(question: Question) -> None:
    """Show a question as a link that opens its lesson with its settings."""
    lesson = next(lesson for lesson in LESSONS if lesson.path == question.lesson)
    st.page_link(
        lesson.page(),
        label=f"**{question.asks}**",
        help=question.about,
        query_params=question.settings,
        width="stretch",
    )
