"""The numbers the course prints, each beside the same number computed here, and the rule that judges them.

A line of the table holds one printed number or a whole list of them. "Agrees" has one meaning: the number computed
here, rounded to the digits printed, is the text printed. A text may also print all digits of a floating-point number.
The last of them depend on the order of a sum, so there a difference of the size of rounding is called by that name.
"""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Callable
from typing import Any, NamedTuple
from urllib.parse import urlencode

import numpy as np

from gd_core.shapes import Array
from gd_ui.lessons import ROOT

AGREES, ROUNDING, FAULT, IN_RANGE = "agrees", "rounding", "proven fault", "in range"
UNPRINTED, NO_DATA, NEEDS_FILE, DIFFERS = "not printed", "no data", "needs file", "differs"
STATUSES = (AGREES, ROUNDING, FAULT, IN_RANGE, UNPRINTED, NO_DATA, NEEDS_FILE, DIFFERS)
"""What a line can be. Of a list drawn without a seed a few numbers may be OUTSIDE, as in any run of ours."""
OUTSIDE = "outside"
TEXTS = ("A", "B", "C", "D", "E")
ALL_DIGITS = 15
"""A floating-point number holds this many significant digits whatever it is; printed with as many it is shown whole."""
ROUNDED_BY = 1e-12
"""The largest difference that counts as rounding, relative to the number or to the terms it is summed from."""

Compute = Callable[[], Array]
"""The numbers of a line (n,), computed here and now."""


class Band(NamedTuple):
    """What many seeds of ours give for numbers that the text drew without one."""

    low: Array
    """(n,) first percentile."""
    high: Array
    """(n,) 99th percentile."""
    runs: Array
    """(R, n) what each seed gives."""
    outside: int
    """How many numbers of one run may lie outside, when 99 in a hundred of our own runs have no more."""


class Line(NamedTuple):
    """One line of the table."""

    text: str
    what: str
    compute: Compute | None
    """None where the text names no data to compute the numbers from."""
    lesson: str
    """The path of the lesson that shows it, and below its settings as they stand in the link."""
    settings: dict[str, str] = {}  # noqa: RUF012 - never written to
    printed: tuple[str, ...] = ()
    """n numbers as the text prints them; none where it prints none."""
    labels: tuple[str, ...] = ()
    """n names, where there are several numbers."""
    needs_boston: bool = False
    plain: Compute | None = None
    """Where nothing is printed: the same numbers from a plain loop that shares no code with the core."""
    faulty: Compute | None = None
    """Where the text's code is at fault: what that fault gives when it is run here."""
    band: Callable[[], Band] | None = None
    """Where the text drew without a seed: what many seeds give."""
    terms: float = 0.0
    """The size of the terms summed, where they cancel and the sum itself says nothing of rounding."""
    again: bool = False
    """Whether these printed numbers are those of other lines, run in another way."""

    @property
    def link(self) -> str:
        """The address of the lesson with these settings, relative to this page's."""
        return f"{self.lesson}?{urlencode(self.settings)}" if self.settings else self.lesson


class Judged(NamedTuple):
    """A line with its numbers."""

    line: Line
    computed: Array
    """(n,), empty where the Boston file is missing or the text names no data."""
    beside: Array
    """(n,) what they are compared with: the printed numbers or the plain loop's."""
    each: tuple[str, ...]
    """n statuses."""
    status: str
    """That of the whole line."""
    band: Band | None = None

    @property
    def difference(self) -> float:
        """The largest difference, computed less printed, with its sign; NaN where there is nothing to compare."""
        apart = self.computed - self.beside
        return float(apart[np.abs(apart).argmax()]) if len(apart) else float("nan")

    @property
    def size(self) -> int:
        """How many numbers the line has, printed or, where none is printed, computed."""
        return len(self.line.printed) or len(self.computed)


@functools.cache
def course() -> dict[str, Any]:
    """Read the course's numbers; those with a decimal point stay text, to keep the digits printed."""
    blocks: dict[str, Any] = json.loads(
        (ROOT / "data" / "course_numbers.json").read_text(encoding="utf-8"), parse_float=str
    )
    return blocks


def one_by_one(line: Line) -> list[Line]:
    """Return a list as lines of one number each."""

    def only(number: int) -> Line:
        def compute() -> Array:
            assert line.compute is not None
            return line.compute()[number : number + 1]

        what = f"{line.what}: {line.labels[number]}"
        return line._replace(what=what, compute=compute, printed=line.printed[number : number + 1], labels=())

    return [only(number) for number in range(len(line.printed))]


def texts(numbers: object) -> tuple[str, ...]:
    """Return numbers as the JSON has them as texts: the whole ones were read as integers."""
    return tuple(map(str, numbers)) if isinstance(numbers, list) else (str(numbers),)


def as_printed(value: float, printed: str) -> str:
    """Write a number with as many decimals as a printed one, and with an exponent where that has one."""
    mantissa, exponent, _ = printed.partition("e")
    decimals = len(mantissa.partition(".")[2])
    return f"{value:.{decimals}{'e' if exponent else 'f'}}"


def agreement(printed: str, value: float, terms: float = 0.0) -> str:
    """Compare one printed number with one computed: AGREES, ROUNDING or DIFFERS."""
    if as_printed(value, printed) == printed:
        return AGREES
    shown = len(re.sub(r"\D", "", printed.partition("e")[0]).lstrip("0"))
    apart = abs(value - float(printed))
    return ROUNDING if shown >= ALL_DIGITS and apart <= ROUNDED_BY * max(abs(float(printed)), terms) else DIFFERS


def judge(line: Line, *, has_boston: bool) -> Judged:
    """Compute a line's numbers and compare them."""
    nothing = np.empty(0)
    if line.needs_boston and not has_boston:
        return Judged(line, nothing, nothing, (NEEDS_FILE,) * len(line.printed), NEEDS_FILE)
    if line.compute is None:
        return Judged(line, nothing, nothing, (NO_DATA,) * len(line.printed), NO_DATA)
    computed = line.compute()
    if line.plain is not None:
        return _judged_by_loop(line, computed, line.plain())
    beside = np.array([float(number) for number in line.printed])
    if line.band is not None:
        return _judged_by_band(line, computed, beside, line.band())
    each = tuple(agreement(*pair, line.terms) for pair in zip(line.printed, computed.tolist(), strict=True))
    if DIFFERS in each and line.faulty is not None:
        pairs = zip(line.printed, line.faulty().tolist(), strict=True)
        explained = [agreement(*pair, line.terms) != DIFFERS for pair in pairs]
        each = tuple(
            FAULT if status == DIFFERS and is_so else status for status, is_so in zip(each, explained, strict=True)
        )
    worst = max(each, key=(AGREES, ROUNDING, FAULT, DIFFERS).index)
    return Judged(line, computed, beside, each, worst)


def _judged_by_loop(line: Line, computed: Array, plain: Array) -> Judged:
    close = np.abs(computed - plain) <= ROUNDED_BY * max(float(np.abs(plain).max()), line.terms)
    each = tuple(UNPRINTED if is_close else DIFFERS for is_close in close)
    return Judged(line, computed, plain, each, UNPRINTED if close.all() else DIFFERS)


def _judged_by_band(line: Line, computed: Array, beside: Array, band: Band) -> Judged:
    inside = (band.low <= beside) & (beside <= band.high)
    each = tuple(IN_RANGE if is_inside else OUTSIDE for is_inside in inside)
    fits = int((~inside).sum()) <= band.outside
    return Judged(line, computed, beside, each, IN_RANGE if fits else DIFFERS, band)
