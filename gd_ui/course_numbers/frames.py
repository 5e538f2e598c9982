"""What the charts of one list are sent: its numbers by their place, and how far they are apart."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np

from gd_core.shapes import Array
from gd_ui.charts.template import Columns, Frames, one_row
from gd_ui.course_numbers.numbers import ROUNDED_BY, Judged

LOG_FROM = 100
"""Numbers of one sign that span a larger factor are drawn on a log axis."""
GOLDEN = 0.618034
"""Multiples of it, less their whole part, fill the range from 0 to 1 evenly."""
FLOOR = 1e-18
"""The lower edge where nothing differs at all."""


def places(judged: Judged) -> tuple[Array, str]:
    """Return where the numbers stand (n,), and what the axis counts: iterations where the list is by iteration."""
    named = [re.fullmatch(r"(iteration|epoch) ([\d,]+)", label) for label in judged.line.labels]
    if all(named):
        counted = [match.group(2).replace(",", "") for match in named if match]
        return np.array(counted, dtype=float), f"{named[0].group(1)} →" if named[0] else ""
    return np.arange(1.0, judged.size + 1), "place in the list →"


def scale_of(judged: Judged) -> str:
    """Return which template suits the numbers: "log" where they are positive and span far, else "linear"."""
    return "log" if _spans_far(_shown(judged)) else "linear"


def number_frames(judged: Judged) -> Frames:
    """Return the numbers of a list: those beside as rings, ours as dots, or a range of ours."""
    at, across = places(judged)
    band, faulty = judged.band, judged.line.faulty
    nothing = np.empty(0)
    return {
        "this": one_row(_frame(at) | _heights(_shown(judged)) | {"across": across}),
        "printed": {"at": at, "value": judged.beside},
        "computed": _points(at, judged.computed) if band is None else _points(nothing, nothing),
        "faulty": _points(nothing, nothing) if faulty is None else _points(at, faulty()),
        "range": {
            "at": nothing if band is None else at,
            "low": nothing if band is None else band.low,
            "median": nothing if band is None else judged.computed,
            "high": nothing if band is None else band.high,
        },
    }


def apart_frames(judged: Judged) -> Frames:
    """Return the size of every difference; one of exactly nothing is drawn at the lower edge."""
    at, across = places(judged)
    apart, allowed = np.abs(judged.computed - judged.beside), left_open(judged)
    positive = np.concatenate([apart[apart > 0], allowed[allowed > 0]])
    low = float(positive.min()) if len(positive) else FLOOR
    high = float(positive.max()) if len(positive) else 1.0
    bottom = 10.0 ** (np.floor(np.log10(low)) - 1)
    top = 10.0 ** (np.ceil(np.log10(high)) + 0.5)
    drawn = np.where(apart > 0, apart, bottom * 10**0.3)
    return {
        "this": one_row(_frame(at) | {"across": across, "bottom": bottom, "top": top}),
        "apart": {"at": at, "size": drawn},
        "open": {"at": at, "size": allowed},
    }


def run_frames(measures: Sequence[Judged]) -> Frames:
    """Return single numbers drawn without a seed, one row each: every run of ours, their range, the printed number."""
    bands = [judged.band for judged in measures if judged.band is not None]
    values = [band.runs[:, 0] for band in bands]
    rows, count = np.arange(float(len(bands))), len(values[0])
    ends = np.concatenate([*values, *(judged.beside for judged in measures)])
    lifts = np.arange(count) * GOLDEN % 1  # spread evenly, so that dots of like value do not hide each other
    return {
        "this": one_row({"left": ends.min() / 1.3, "right": ends.max() * 1.3, "rows": len(bands)}),
        "runs": {"row": np.repeat(rows, count), "value": np.concatenate(values), "lift": np.tile(lifts, len(bands))},
        "range": {
            "row": rows,
            "low": np.concatenate([band.low for band in bands]),
            "high": np.concatenate([band.high for band in bands]),
        },
        "printed": {"row": rows, "value": np.concatenate([judged.beside for judged in measures])},
        "names": {"row": rows, "name": np.array([judged.line.what.partition(": ")[2] for judged in measures])},
    }


def left_open(judged: Judged) -> Array:
    """Return what a difference may be (n,): half a unit of the last digit printed, or rounding against a plain loop."""
    line = judged.line
    if not line.printed:
        return np.full(judged.size, ROUNDED_BY * max(float(np.abs(judged.beside).max()), line.terms))
    return np.array([half_unit(number) for number in line.printed])


def half_unit(printed: str) -> float:
    """Return half a unit of the last digit printed."""
    mantissa, _, exponent = printed.partition("e")
    decimals = len(mantissa.partition(".")[2])
    return 0.5 * 10.0 ** (int(exponent or 0) - decimals)


def _frame(at: Array) -> dict[str, float]:
    pad = 0.03 * float(np.ptp(at)) or 0.5
    return {"left": float(at.min()) - pad, "right": float(at.max()) + pad}


def _shown(judged: Judged) -> Array:
    band = judged.band
    return np.concatenate([judged.beside, *([judged.computed] if band is None else [band.low, band.high])])


def _spans_far(values: Array) -> bool:
    return bool(values.min() > 0 and values.max() > LOG_FROM * values.min())


def _heights(values: Array) -> dict[str, float]:
    """Return the ends of the vertical axis, with room for the marks, on whichever axis `scale_of` chooses."""
    low, high = float(values.min()), float(values.max())
    if _spans_far(values):
        room = (high / low) ** 0.06
        return {"lowest": low / room, "highest": high * room}
    room = 0.06 * (high - low) or 0.5
    return {"lowest": low - room, "highest": high + room}


def _points(at: Array, values: Array) -> Columns:
    return {"at": at, "value": values}
