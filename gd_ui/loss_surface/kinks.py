"""Squared against absolute error along one weight: two curves, their slopes, and a short descent on each.

A step is as long as the slope is steep. The squared loss flattens towards its lowest point, so steps shrink by
themselves; the absolute loss keeps its slope up to a kink, so at a constant rate steps do not.
"""

from __future__ import annotations

import functools
import math
from typing import NamedTuple

import numpy as np

from gd_core import Objective, Recipe, section, train
from gd_core.shapes import Array
from gd_ui.charts.kinks import COMPARED
from gd_ui.charts.template import Columns, Frames, one_row
from gd_ui.datasets import CATALOGUE, load
from gd_ui.loss_surface.loss import ABSOLUTE, SQUARED, columns, lowest, on_columns, weights
from gd_ui.numbers import number

UPDATES = 40
LATE = 10
"""How many of the last updates are compared with as many before them."""
GLIDE = 0.22
"""The first step of both descents as a share of the way to the squared loss's lowest point."""
DRAWN = 121
"""Places that smooth curves are drawn through; each costs the browser time."""
DRAWN_KINKS = 100
"""Up to so many kinks are drawn exactly; more look like a smooth curve anyway."""


class Side(NamedTuple):
    """One loss along the weight."""

    learning_rate: float
    values: Array
    """(V,) loss at the places."""
    slopes: Array
    """(V,)"""
    lowest: float
    """The weight with the least loss."""
    path: Array
    """(T+1,) the weight after every update."""
    losses: Array
    """(T+1,)"""
    halving: tuple[float, float]
    """The slope at the start, and half-way from there to the lowest point."""


class Kinks(NamedTuple):
    """The comparison along one weight."""

    name: str
    rows: int
    places: Array
    """(V,) ascending values of the weight."""
    sides: dict[str, Side]
    kinks: int
    """How many examples are met exactly somewhere in view: each makes a kink."""


@functools.lru_cache(maxsize=64)
def kinks(data: str, along: int, rows: int) -> Kinks:
    """Compare the losses of the first `rows` training rows along the weight `along` of the map, 0 across or 1 up."""
    loaded, parameters = load(data), weights(data)
    chosen = parameters[min(along, len(parameters) - 1)]
    inputs, targets = (array[:rows] for array in columns(loaded, (chosen,)))
    on = {loss: on_columns(inputs, targets, loss) for loss in (SQUARED, ABSOLUTE)}
    best = {loss: float(lowest(on[loss], np.zeros(1)).theta[0]) for loss in on}
    start = CATALOGUE[data].start[chosen]
    if math.isclose(start, best[SQUARED]):
        start = best[SQUARED] - 1
    reach = 1.25 * max(abs(start - best[SQUARED]), abs(best[ABSOLUTE] - best[SQUARED]))
    met = targets[inputs[:, 0] != 0] / inputs[inputs[:, 0] != 0, 0]
    met = met[np.abs(met - best[SQUARED]) <= reach]
    places = best[SQUARED] + reach * np.linspace(-1, 1, DRAWN)
    if len(met) <= DRAWN_KINKS:
        places = np.sort(np.concatenate([places, *(met + side * 1e-9 * reach for side in (-1, 0, 1))]))
    first_step = GLIDE * abs(start - best[SQUARED])
    sides = {loss: _side(on[loss], start, best[loss], first_step, places) for loss in on}
    return Kinks(loaded.names[chosen], rows, places, sides, len(met))


def _side(on: Objective, start: float, best: float, first_step: float, places: Array) -> Side:
    """Descend on a loss at the constant rate whose first step has the given length."""
    steep, half = on.grad(np.array([[start], [(start + best) / 2]]))[:, 0].tolist()
    rate = first_step / abs(steep) if steep else first_step
    run = train(on, Recipe((rate,), epochs=UPDATES, start=(start,)))
    values, slopes = section(on, [0.0], 0, places), on.grad(places[:, None])[:, 0]
    return Side(rate, values, slopes, best, run.path[0, :, 0], run.loss[0], (steep, half))


def frames(shown: Kinks) -> dict[str, Frames]:
    """Return the data of the three charts: "losses", "slopes" and "descents"."""
    updates = np.linspace(0, UPDATES, UPDATES + 1)
    sides = shown.sides.values()
    stops = _stacked([(side.path, side.losses) for side in sides])
    values = _stacked([(shown.places, side.values) for side in sides])
    steepness = _stacked([(shown.places, side.slopes) for side in sides])
    walked = _stacked([(updates, side.path) for side in sides])
    slots = np.array([lane.slot for lane in COMPARED])
    lowest = {"y": np.array([side.lowest for side in sides]), "slot": slots}
    across = {"left": shown.places[0], "right": shown.places[-1], "across": f"{shown.name} →"}
    return {
        "losses": {"this": _ends(values, across | _lowest_points(shown), "loss"), "curves": values, "stops": stops},
        "slopes": {"this": _ends(steepness, across, "slope of the loss"), "curves": steepness},
        "descents": {
            "this": _ends(
                walked, {"left": 0, "right": UPDATES, "across": "update →"}, f"{shown.name} after each update"
            ),
            "curves": walked,
            "lowest": lowest,
        },
    }


def _stacked(curves: list[tuple[Array, Array]]) -> Columns:
    """Return curves, one per lane, as one table."""
    return {
        "x": np.concatenate([x for x, _ in curves]),
        "y": np.concatenate([y for _, y in curves]),
        "slot": np.repeat([lane.slot for lane in COMPARED], [len(x) for x, _ in curves]),
    }


def _lowest_points(shown: Kinks) -> dict[str, object]:
    """Where each loss is lowest, and how it looks there."""
    squared, absolute = shown.sides[SQUARED], shown.sides[ABSOLUTE]
    return {
        "level_x": squared.lowest, "level_y": squared.values.min(), "level": "flattens",
        "kink_x": absolute.lowest, "kink_y": absolute.values.min(), "kink": "kink" if shown.kinks == 1 else "kinks",
    }  # fmt: skip


def _ends(curves: Columns, across: dict[str, object], told: str) -> Columns:
    low, high = float(curves["y"].min()), float(curves["y"].max())
    pad = 0.13 * (high - low)  # room for a word below
    return one_row(across | {"told": told, "bottom": low - pad, "top": high + pad / 2})


def sentences(shown: Kinks) -> list[str]:
    """Say what the curves and the two descents showed."""
    squared, absolute = (lane.label(loss) for lane, loss in zip(COMPARED, (SQUARED, ABSOLUTE), strict=True))
    return [_slopes(shown, squared, absolute), _gliding(shown, squared), _stepping(shown, absolute)]


def _slopes(shown: Kinks, squared: str, absolute: str) -> str:
    (steep, half), (first, then) = (shown.sides[loss].halving for loss in (SQUARED, ABSOLUTE))
    after = "is the same as at the start" if first == then else f"went from {number(first)} to {number(then)}"
    seen = {0: "no kink is in view", 1: "one kink is in view"}.get(
        shown.kinks, f"{shown.kinks:,} kinks are in view, one wherever a row is met exactly"
    )
    return (
        f"Half-way from the start to its lowest point, the slope of {squared} has halved, from {number(steep)} to "
        f"{number(half)}; that of {absolute} {after}: it changes at kinks only ({seen})."
    )


def _gliding(shown: Kinks, squared: str) -> str:
    side = shown.sides[SQUARED]
    steps = np.abs(np.diff(side.path))
    return (
        f"Both descend at a constant rate, and their first steps are equally long. {squared} glides in: {UPDATES} "
        f"updates shrink its steps from {number(steps[0])} to {number(steps[-1])}, for its slope fades."
    )


def _stepping(shown: Kinks, absolute: str) -> str:
    side = shown.sides[ABSOLUTE]
    steps = np.abs(np.diff(side.path))
    late, before = steps[-LATE:], steps[-2 * LATE : -LATE]
    away = side.path[-LATE - 1 :] - side.lowest
    crossings = int((away[1:] * away[:-1] < 0).sum())
    if late.max() == 0:
        since = int(np.flatnonzero(steps)[-1]) + 1 if steps.any() else 0
        return (
            f"{absolute} has stood still since update {since}: there the slope is exactly zero, on a level "
            "stretch between two kinks or on a kink itself."
        )
    if crossings and late.max() >= before.max() * (1 - 1e-9):
        spread = f"of {number(late.max())}" if np.ptp(late) < 1e-9 * late.max() else (
            f"between {number(late.min())} and {number(late.max())}"
        )  # fmt: skip
        return (
            f"{absolute} keeps stepping across its lowest point, {crossings} times in the last {LATE} updates, with "
            f"steps {spread} that no longer shrink: to come closer it needs a smaller rate."
        )
    if crossings:
        return f"{absolute} crossed its lowest point {crossings} times in the last {LATE} updates, still settling."
    return (
        f"{absolute} is still on its way: its last step is {number(late[-1])} long, "
        f"{number(abs(float(away[-1])))} before its lowest point."
    )
