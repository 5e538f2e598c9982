"""The table of lessons, from which the navigation and the overview draw.

A new lesson is a file in ``pages/`` and one entry here.
"""

from pathlib import Path
from typing import NamedTuple

import streamlit as st
from streamlit.navigation.page import StreamlitPage

ROOT = Path(__file__).resolve().parents[1]


class Lesson(NamedTuple):
    """One page of the lab."""

    path: str  # the page's address below the lab's own; empty for the start page
    file: str  # the page's script, relative to the project's folder
    title: str  # what the navigation calls it
    section: str  # the menu it is found under; empty for the top level
    about: str  # what it teaches, in one sentence

    def page(self) -> StreamlitPage:
        """Return Streamlit's record of this page, for ``st.navigation`` and ``st.page_link``.

        The script's path is absolute, because Streamlit resolves relative ones against the script it was
        started with, which differs between a server, an ordinary script and a test.
        """
        return st.Page(
            ROOT / self.file,
            title=self.title,
            url_path=self.path or None,
            default=not self.path,
            help=self.about,
        )


LESSONS = (
    Lesson("", "pages/overview.py", "Overview", "", "What the lab shows, with a race to watch."),
    Lesson(
        "one-step",
        "pages/one_step.py",
        "One step",
        "Learn",
        "A line is fitted by four steps, repeated: predict, measure the error, find the slope, move.",
    ),
    Lesson(
        "loss-surface",
        "pages/loss_surface.py",
        "Loss surface",
        "Learn",
        "The loss of every line at once, as a map, in three dimensions and in sections.",
    ),
    Lesson(
        "gradient",
        "pages/gradient.py",
        "Gradient",
        "Learn",
        "A slope you can measure with a nudge, and an average over examples.",
    ),
    Lesson(
        "learning-rates",
        "pages/learning_rates.py",
        "Learning rates",
        "Compare",
        "Crawling, direct, zigzag or divergent: which step size does what, and why.",
    ),
    Lesson(
        "features",
        "pages/features.py",
        "Features",
        "Compare",
        "The same data in other units: why scaling decides how fast descent can go.",
    ),
    Lesson(
        "batch-sizes",
        "pages/batch_sizes.py",
        "Batch sizes",
        "Compare",
        "Batch, mini-batch and stochastic descent read the same examples and step at different times.",
    ),
    Lesson(
        "optimizers",
        "pages/optimizers.py",
        "Optimizers",
        "Compare",
        "Six update rules race on one surface, at one rate or each at its own best.",
    ),
    Lesson(
        "house-prices",
        "pages/house_prices.py",
        "House prices",
        "Apply",
        "A linear network with many inputs on real data, from one sample's gradient to the trained weights.",
    ),
    Lesson(
        "backprop",
        "pages/backprop.py",
        "Backpropagation",
        "Apply",
        "A small network drawn with every number of its forward and backward pass, while it learns.",
    ),
    Lesson(
        "beyond-convex",
        "pages/beyond_convex.py",
        "Beyond convex",
        "Apply",
        "Many minima, saddles and plateaus: where a descent ends depends on where it starts.",
    ),
    Lesson(
        "pitfalls",
        "pages/pitfalls.py",
        "Pitfalls",
        "Check",
        "Faulty code beside the right one: guess from the run what went wrong.",
    ),
    Lesson(
        "course-numbers",
        "pages/course_numbers.py",
        "Course numbers",
        "Check",
        "Every number the course prints, beside the one computed here and now.",
    ),
)


def by_section() -> dict[str, list[Lesson]]:
    """Group the lessons by section, both in the order of the table."""
    sections: dict[str, list[Lesson]] = {}
    for lesson in LESSONS:
        sections.setdefault(lesson.section, []).append(lesson)
    return sections
