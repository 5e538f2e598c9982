"""From runs to tables: a series over updates, a path on a map, rows as bars, scores over rates."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from gd_core import Objective, coordinate_plane
from gd_core.shapes import Array
from gd_ui.charts.packed import packed, packed_path, path_lengths
from gd_ui.charts.template import Columns, Frames, one_row
from gd_ui.land import loss_bands
from gd_ui.lanes import LANES, Lane
from gd_ui.pitfalls.pitfall import Panel

FAULTY, RIGHT = LANES[2], LANES[0]
"""The looks of the two runs, on every chart and in the text."""
ROOM = 1.35
"""How much larger a map is than what it must show."""
ASPECT = 0.9
"""A map is at least this many times as wide as high: beside a listing it is about square."""
LOWEST = 1e-12
"""A logarithmic axis shows nothing smaller."""


def span(*values: Array, log: bool) -> tuple[float, float]:
    """Return the ends of an axis that shows all finite values, with a little room."""
    every = np.concatenate([np.ravel(part) for part in values])
    every = every[np.isfinite(every)]
    low, high = float(every.min()), float(every.max())
    if log:
        low, high = max(low, LOWEST), max(high, 2 * LOWEST)
        room = (high / low) ** 0.06 * 1.02
        return low / room, high * room
    room = 0.06 * (high - low) or 1.0
    return low - room, high + room


def series(
    lane: Lane,
    values: Array,
    ends: tuple[float, float],
    what: str,
    alt: str,
    *,
    unit: str = "update",
    log: bool = True,
    second: Array | None = None,
    sides: Sequence[Array] = (),
    marks: Sequence[int] = (),
    tags: Sequence[tuple[float, str]] = (),
    from_zero: bool = True,
) -> Panel:
    """Return a chart of values (T,) by update, with a dashed second line and thin ones beside it if there are any.

    `marks` are updates that stand out, `tags` heights with a text at the right edge; `ends` are those of the axis.
    """
    first = 0 if from_zero else 1
    this = {
        "last": len(values) - 1 + first, "first": first, "bottom": ends[0], "top": ends[1], "what": what, "unit": unit,
        "values": packed(values),
    }  # fmt: skip
    mine = np.asarray(list(marks), dtype=int)
    frames: Frames = {
        "this": one_row(this),
        "main": _line([values], first, log),
        "second": _line([] if second is None else [second], first, log),
        "sides": _line(sides, first, log),
        "marks": {"at": (mine + first).astype(float), "value": np.asarray(values, dtype=float)[mine]},
        "tags": {
            "value": np.array([height for height, _ in tags], dtype=float),
            "text": np.array([text for _, text in tags], dtype=str),
        },
    }
    return Panel(f"{'log' if log else 'linear'} {lane.number}", frames, alt)


def _line(lines: Sequence[Array], first: int, log: bool) -> Columns:
    """Return lines as rows (line, at, value); on a logarithmic axis only what is above nothing."""
    if not lines:
        return {"line": np.empty(0), "at": np.empty(0), "value": np.empty(0)}
    value = np.concatenate([np.asarray(line, dtype=float) for line in lines])
    at = np.concatenate([np.arange(len(line)) + first for line in lines]).astype(float)
    number = np.repeat(np.arange(len(lines)), [len(line) for line in lines]).astype(float)
    kept = np.isfinite(value) & ((value > 0) | (not log))
    return {"line": number[kept], "at": at[kept], "value": value[kept]}


def paths(
    objective: Objective,
    best: Array,
    runs: tuple[Array, Array],
    names: tuple[str, str],
    alts: tuple[str, str],
    share: float = 1.0,
) -> tuple[Panel, Panel]:
    """Return the paths (T+1, 2) of the faulty and of the right run on one map of a loss with two parameters.

    The frame holds the right run and the first `share` of the faulty one, whose dot is held at the edge beyond.
    """
    shown = np.concatenate([runs[0][: round(share * len(runs[0]))], runs[1], best[None]])
    low, high = shown.min(axis=0), shown.max(axis=0)
    centre = (low + high) / 2
    half = ROOM * float(max((high - low)[0] / ASPECT, (high - low)[1])) / 2
    lowest = float(objective.value(best[None])[0])
    bands = loss_bands(objective, lowest, coordinate_plane(np.zeros(2), 0, 1), centre, half)
    panels = []
    for lane, path, alt in zip((FAULTY, RIGHT), runs, alts, strict=True):
        places = (path - centre) / half
        walked = np.round(path_lengths(places), 4)  # a hundredth of a pixel; two thousand of them travel
        this = {
            "centre_a": centre[0], "centre_b": centre[1], "half": half,
            "across": f"{names[0]} →", "up": f"↑ {names[1]}",
            "start_a": path[0, 0], "start_b": path[0, 1], "best_a": best[0], "best_b": best[1],
            f"path_{lane.word}": packed_path(places), f"length_{lane.word}": packed(walked),
            f"loss_{lane.word}": packed(objective.value(path)),
        }  # fmt: skip
        panels.append(Panel(f"map {lane.number}", {"this": one_row(this), "bands": bands}, alt))
    return panels[0], panels[1]


def bars(lane: Lane, counts: Array, top: float, alt: str) -> Panel:
    """Return how often each of some rows was read."""
    this = {"left": -0.7, "right": len(counts) - 0.3, "bottom": 0.0, "top": top, "across": "row →", "up": "times read"}
    at = np.arange(len(counts), dtype=float)
    table = {"from": at - 0.38, "to": at + 0.38, "count": np.asarray(counts, dtype=float), "none": np.zeros(len(at))}
    return Panel(f"bars {lane.number}", {"this": one_row(this), "bars": table}, alt)


def scores(
    lane: Lane, rates: Array, scored: Array, picks: Sequence[int], ends: tuple[float, float], what: str, alt: str
) -> Panel:
    """Return the scores (S, R) of rates (R,), a line for every seed, with the rate that each seed picks."""
    this = {
        "left": rates[0] / 1.2, "right": rates[-1] * 1.2, "bottom": ends[0], "top": ends[1], "across": "rate →",
        "up": what,
    }  # fmt: skip
    shown = np.isfinite(scored) & (scored > 0)
    seed, rate = np.nonzero(shown)
    chosen = np.asarray(picks)
    frames: Frames = {
        "this": one_row(this),
        "lines": {"seed": seed.astype(float), "rate": rates[rate], "score": scored[shown]},
        "picks": {"rate": rates[chosen], "score": np.maximum(scored[np.arange(len(chosen)), chosen], LOWEST)},
    }
    return Panel(f"scores {lane.number}", frames, alt)
