"""A pitfall: a listing with a fault, the run it makes, the run it should have made, and a guess at what is wrong.

Nothing is claimed that is not computed. Every answer on offer is a claim about the faulty run, and the study of that
run says of each whether it holds; the right answer is the one that does.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

from gd_ui.charts.template import Frames
from gd_ui.pitfalls.rows import Rows


class Verdict(NamedTuple):
    """What the runs say of an answer."""

    holds: bool
    says: str
    """The numbers behind it, as Markdown."""


class Clue(NamedTuple):
    """One thing that can be checked, in the faulty run and in the right one."""

    what: str
    faulty: str
    right: str


class Panel(NamedTuple):
    """One chart: the kind of template and what it is sent."""

    kind: str
    frames: Frames
    alt: str


class Study(NamedTuple):
    """Both runs of a pitfall, and what they show."""

    question: str
    """Markdown; what the reader sees, without what is wrong."""
    faulty: Panel
    right: Panel
    last: int | None
    """The player's last frame; None where there is nothing to play."""
    unit: str
    """What the player's frames count, in the plural."""
    verdicts: dict[str, Verdict]
    """By the names of the pitfall's answers."""
    clues: list[Clue]
    showed: list[str]
    """At most three sentences, Markdown."""

    @property
    def nbytes(self) -> int:
        """What it takes to keep it, roughly."""
        tables = [table for panel in (self.faulty, self.right) for table in panel.frames.values()]
        return sum(column.nbytes for table in tables for column in table.values())


class Answer(NamedTuple):
    """One thing the reader can say is wrong."""

    name: str
    text: str


@dataclass(frozen=True)
class Pitfall:
    """One of the pitfalls: plain facts, and the functions that are run and shown."""

    name: str
    """A symptom, not the fault: it stands in the list and in the link before the reader has guessed."""
    fault: str
    """What it is called once it is known."""
    source: str
    """Which part of the course it comes from."""
    faulty: Callable[..., Any]
    """The code at fault: it is run, and its own source is shown."""
    right: Callable[..., Any]
    study: Callable[[Rows], Study]
    answers: tuple[Answer, ...]
    truth: str
    """The name of the right answer."""
    own_rows: bool = True
    """Whether it runs on rows the reader can choose; some come with data of their own."""

    def answer(self, name: str) -> Answer:
        """Return the answer of this name."""
        return next(answer for answer in self.answers if answer.name == name)
