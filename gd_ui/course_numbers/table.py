"""The table of the course's numbers, ready to be shown: text, what, printed, computed, difference, how it is judged."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import streamlit as st

from gd_ui.course_numbers.numbers import (
    AGREES,
    DIFFERS,
    FAULT,
    IN_RANGE,
    NEEDS_FILE,
    NO_DATA,
    OUTSIDE,
    ROUNDING,
    UNPRINTED,
    Judged,
    as_printed,
)

SIGNS = {
    AGREES: "✓", ROUNDING: "≈", FAULT: "✗", IN_RANGE: "∈", OUTSIDE: "∉", UNPRINTED: "○", NO_DATA: "–", NEEDS_FILE: "…",
    DIFFERS: "!",
}  # fmt: skip
"""A sign for every status: it is read where colour cannot be."""
WORDS = {
    AGREES: "agrees",
    ROUNDING: "agrees but for rounding",
    FAULT: "differs: a proven fault",
    IN_RANGE: "in the range of our seeds",
    OUTSIDE: "outside the range of our seeds",
    UNPRINTED: "not printed; a plain loop agrees",
    NO_DATA: "a claim that names no data",
    NEEDS_FILE: "needs the Boston file",
    DIFFERS: "differs",
}
FITS = 22
"""Characters that a cell has room for."""
NOTHING = "none"
"""Stands where a text prints nothing."""


def lines_table(lines: Sequence[Judged]) -> pa.Table:
    """Return one row for every line; of a list its last number."""
    return pa.table(
        {
            "sign": [SIGNS[judged.status] for judged in lines],
            "text": [judged.line.text for judged in lines],
            "what": [judged.line.what for judged in lines],
            "numbers": [judged.size for judged in lines],
            "printed": [_printed(judged) for judged in lines],
            "computed": [_computed(judged) for judged in lines],
            "difference": [_apart(judged.difference) for judged in lines],
            "judged": [_status(judged) for judged in lines],
            "open": [judged.line.link for judged in lines],
        }
    )


def lines_columns() -> dict[str, Any]:
    """Return how the columns of `lines_table` are shown."""
    column = st.column_config
    return {
        "sign": column.TextColumn("", width=34, help="The signs are explained under “What the words mean”."),
        "text": column.TextColumn("Text", width=45),
        "what": column.TextColumn("What", width=290),
        "numbers": column.NumberColumn("Numbers", width=64, format="%d"),
        "printed": column.TextColumn("Printed", width=158, help="With the digits printed; of a list the last number."),
        "computed": column.TextColumn(
            "Computed here", width=158, help="In the digits printed; of numbers drawn without a seed our range."
        ),
        "difference": column.TextColumn("Difference", width=78, help="Computed less printed; of a list the largest."),
        "judged": column.TextColumn("Judged", width=206),
        "open": column.LinkColumn("Page", width=60, display_text="open", help="The page with these settings."),
    }


def numbers_table(judged: Judged) -> pa.Table:
    """Return one row for every number of a list, with all digits computed."""
    line = judged.line
    count, known = judged.size, len(judged.computed) > 0
    beside = line.printed or tuple(map(repr, judged.beside.tolist()))
    columns: dict[str, list[str]] = {"number": list(line.labels), "printed": list(beside)}
    if judged.band is not None:
        columns["low"] = [f"{value:.4f}" for value in judged.band.low.tolist()]
        columns["computed"] = [f"{value:.4f}" for value in judged.computed.tolist()]
        columns["high"] = [f"{value:.4f}" for value in judged.band.high.tolist()]
    else:
        columns["computed"] = [repr(value) for value in judged.computed.tolist()] if known else [""] * count
        apart = judged.computed - judged.beside
        columns["difference"] = [_apart(value) for value in apart.tolist()] if known else [""] * count
    columns["judged"] = [f"{SIGNS[status]} {WORDS[status]}" for status in judged.each]
    return pa.table(columns)


def numbers_columns(judged: Judged) -> dict[str, Any]:
    """Return how the columns of `numbers_table` are shown."""
    column = st.column_config
    return {
        "number": column.TextColumn("Number"),
        "printed": column.TextColumn("Printed" if judged.line.printed else "By a plain loop"),
        "low": column.TextColumn("Our runs from", help="Only a hundredth of our runs lie below."),
        "computed": column.TextColumn("Median of our runs" if judged.band else "Computed here"),
        "high": column.TextColumn("to", help="Only a hundredth of our runs lie above."),
        "difference": column.TextColumn("Difference"),
        "judged": column.TextColumn("Judged"),
    }


def losses_table(lists: Sequence[Judged]) -> pa.Table:
    """Return lists of equal length side by side, one row for every place, and the largest difference in it."""
    columns = {"number": list(lists[0].line.labels)}
    for number, judged in enumerate(lists):
        columns[f"list {number + 1}"] = [f"{value:.10f}" for value in judged.computed.tolist()]
    apart = np.max([np.abs(judged.computed - judged.beside) for judged in lists], axis=0)
    return pa.table(columns | {"difference": [_apart(value) for value in apart.tolist()]})


def losses_columns(lists: Sequence[Judged]) -> dict[str, Any]:
    """Return how the columns of `losses_table` are shown."""
    column = st.column_config
    names = {f"list {i + 1}": column.TextColumn(judged.line.what.partition(":")[0]) for i, judged in enumerate(lists)}
    return {
        "number": column.TextColumn("Loss after"),
        **names,
        "difference": column.TextColumn("Largest difference", help="The core's loss less the plain loop's."),
    }


def _printed(judged: Judged) -> str:
    printed = judged.line.printed
    return _short(printed) if printed else NOTHING


def _computed(judged: Judged) -> str:
    if not len(judged.computed):
        return ""
    if judged.band is not None:
        return _short([f"{low:.4f} to {high:.4f}" for low, high in zip(judged.band.low, judged.band.high, strict=True)])
    values, printed = judged.computed.tolist(), judged.line.printed
    if not printed:
        return _short([f"{value:.12g}" for value in values])
    return _short([as_printed(*pair) for pair in zip(values, printed, strict=True)])


def _short(numbers: Sequence[str]) -> str:
    """Return a few short numbers as they are, of a longer list the last."""
    whole = ", ".join(numbers)
    return whole if len(numbers) == 1 or len(whole) <= FITS else f"… {numbers[-1]}"


def _apart(difference: float) -> str:
    if np.isnan(difference):
        return ""
    return "0" if difference == 0 else f"{difference:.1e}"


def _status(judged: Judged) -> str:
    """Return the sign and the word; of a list that is not all alike how many numbers are what."""
    counts = Counter(judged.each)
    if len(counts) == 1:
        return WORDS[judged.status]
    return ", ".join(f"{SIGNS[status]} {counts[status]} {status}" for status in SIGNS if counts[status])
