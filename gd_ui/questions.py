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
        "Where does the first slope come from?",
        "One update of a line, with every number of its arithmetic.",
        "one-step",
        {"stage": "3 Gradient"},
    ),
    Question(
        "What does the loss of every line look like?",
        "A map with height, cut wherever you like, and in three dimensions.",
        "loss-surface",
        {},
    ),
    Question(
        "How small should a nudge be?",
        "A slope measured with ever smaller nudges: the error falls, then rounding wins.",
        "gradient",
        {"nudge": "1e-12"},
    ),
    Question(
        "Is the larger step the faster one?",
        "Two rates and the time they take, predicted and run.",
        "learning-rates",
        {"lr": "0.2,0.8"},
    ),
    Question(
        "Where exactly is the limit?",
        "Two rates a hair apart: one arrives, the other never does.",
        "learning-rates",
        {"lr": "0.8,0.81"},
    ),
    Question(
        "Same data, other units: does the rate still work?",
        "The same line in three units, all at one rate.",
        "features",
        {},
    ),
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
    Question(
        "Which rate suits which batch size?",
        "Every rate at every size on one map, with the two limits: the smaller the batch, the smaller the best rate.",
        "batch-sizes",
        {"tab": "All rates and sizes"},
    ),
    Question(
        "Is the cleverer rule always faster?",
        "Six update rules, each at its own best rate; on this valley plain descent is there first.",
        "optimizers",
        {"surface": "patients"},
    ),
    Question(
        "How much faster may a step be with momentum?",
        "One per cent below the limit it descends, one above it does not.",
        "optimizers",
        {"tab": "Momentum's limit"},
    ),
    Question(
        "Are two good weights enough?",
        "Real patients: two weights learn, then all of them.",
        "house-prices",
        {},
    ),
    Question(
        "How much does a row in the last batch count?",
        "The last mini-batch has few rows, and each of them counts for more.",
        "house-prices",
        {"tab": "Mini-batches"},
    ),
    Question(
        "Who is to blame for the error?",
        "One applicant, and every derivative beside its measured value.",
        "backprop",
        {"stage": "Back 3"},
    ),
    Question(
        "Why does nothing happen for so long?",
        "Four applicants whose pulls cancel, until the network tells them apart.",
        "backprop",
        {"net": "Exercise 3", "stage": "Back 1", "at": "5150"},
    ),
    Question(
        "Twenty-five starts: how many find the deepest valley?",
        "Four valleys, and descent that knows only the slope it feels.",
        "beyond-convex",
        {},
    ),
    Question(
        "Does noise help a run off a saddle?",
        "One saddle that no noise of single rows can leave, and one that a little of it can.",
        "beyond-convex",
        {"tab": "Does noise help?"},
    ),
    Question(
        "What happens exactly on the ridge?",
        "A start from which descent runs into the saddle and rests there.",
        "beyond-convex",
        {"land": "saddle", "starts": "one", "a": "-1.6", "b": "0"},
    ),
    Question(
        "One weight runs off: which line is at fault?",
        "A faulty listing, its run, and the right one. Guess first.",
        "pitfalls",
        {},
    ),
    Question(
        "The rate is below both limits, so why does it diverge?",
        "Two sections that look safe, and the direction between them.",
        "pitfalls",
        {"pitfall": "slow escape"},
    ),
    Question(
        "Do the course's numbers come out?",
        "Every number the five texts print, beside the one computed here and now.",
        "course-numbers",
        {},
    ),
)


def asked_of(lesson: str) -> list[Question]:
    """Return the questions that the lesson with this path answers."""
    return [question for question in QUESTIONS if question.lesson == lesson]


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
