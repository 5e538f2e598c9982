"""All lines of all texts, computed and judged: once for everybody, and anew when another Boston file is at hand."""

from __future__ import annotations

import functools
from collections import Counter
from collections.abc import Callable
from typing import NamedTuple

from gd_core.descent import Report
from gd_ui import housing
from gd_ui.course_numbers import hiring
from gd_ui.course_numbers import housing as text_c
from gd_ui.course_numbers import line as text_b
from gd_ui.course_numbers import weight as texts_a_and_e
from gd_ui.course_numbers.boston import Housing
from gd_ui.course_numbers.numbers import TEXTS, Judged, Line, judge
from gd_ui.course_numbers.seeds import Seeds, many_seeds


class Comparison(NamedTuple):
    """Every line with its numbers."""

    lines: tuple[Judged, ...]
    has_boston: bool
    complaint: str = ""
    """What is wrong with the Boston file, if one is there."""

    @property
    def nbytes(self) -> int:
        """Memory of the numbers."""
        return sum(judged.computed.nbytes + judged.beside.nbytes for judged in self.lines)

    @property
    def counts(self) -> Counter[str]:
        """How many numbers have which status, each number once."""
        return Counter(status for judged in self.lines if not judged.line.again for status in judged.each)


def compare(report: Report = lambda fraction: None) -> Comparison:
    """Compute every line, those of text C where the Boston file can be used."""
    houses, complaint = _boston()

    @functools.cache
    def given() -> Housing:
        assert houses is not None
        return houses

    @functools.cache
    def seeds() -> Seeds:
        return many_seeds(given().half, lambda fraction: report(0.9 * fraction))

    judged = tuple(judge(line, has_boston=houses is not None) for line in every_line(given, seeds))
    return Comparison(judged, houses is not None, complaint)


def every_line(housing: Callable[[], Housing], seeds: Callable[[], Seeds]) -> list[Line]:
    """Return the lines of all texts, what is printed first; `housing` and `seeds` are asked for in computing text C."""
    lines = [
        *texts_a_and_e.lines(),
        *hiring.lines(),
        *text_b.lines(),
        *text_c.lines(housing, seeds),
    ]
    return sorted(lines, key=lambda line: (line.plain is not None, TEXTS.index(line.text)))


def _boston() -> tuple[Housing | None, str]:
    """Return the Boston set if it is at hand and long enough, else what is wrong with the file, if there is one."""
    if housing.at_hand(housing.BOSTON_FILE) is None:
        return None, ""
    try:
        data = housing.boston()
    except housing.Unavailable as error:
        return None, str(error)
    if len(data.train) < housing.TRAINING_ROWS:
        return None, f"{housing.BOSTON_FILE} has {len(data.y):,} rows; the text trains on {housing.TRAINING_ROWS:,}."
    return Housing(data), ""


def several(comparison: Comparison) -> dict[str, Judged]:
    """Return the lines that are lists, by the name under which one can be opened: text and what."""
    return {name(judged.line): judged for judged in comparison.lines if len(judged.line.labels) > 1}


def drawn(comparison: Comparison) -> list[Judged]:
    """Return the single numbers that a text drew without a seed."""
    return [judged for judged in comparison.lines if judged.band is not None and judged.size == 1]


def name(line: Line) -> str:
    """Return how a line is called on a control and in a link."""
    return f"{line.text}: {line.what}"
