"""Momentum's limit: on a bowl, momentum stays stable up to (1 + β) times the limit of plain gradient descent.

Predicted from the curvature alone, and measured by one run just below and one just above.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from gd_core import Batching, descend
from gd_core.heavy_ball import growth
from gd_core.shapes import Array
from gd_ui.charts.compared import no_rows
from gd_ui.charts.template import Columns, Frames, one_row
from gd_ui.lanes import LANES
from gd_ui.optimizers.race import Tuning, build
from gd_ui.optimizers.surfaces import SURFACES, Surface, surface

BESIDE = 0.01
"""How far below and above the limit the two runs are."""
SHORTEST, MEMORIES = 300, 10
"""Updates of the two runs at least, and how often momentum must have forgotten by then: 1/(1 - β) updates each."""
FORMULA = "2(1 + β)/λmax"
BELOW, ABOVE = LANES[0], LANES[2]
"""The looks of the two runs."""
FULL, FLOOR = 1e6, 1e-8
"""The loss chart's ends as shares of the start's height."""


class Brink(NamedTuple):
    """One bowl, one β, and two runs on either side of the limit."""

    name: str
    momentum: float
    eigenvalues: Array
    """(P,)"""
    plain: float
    """2/λmax."""
    limit: float
    """2(1 + β)/λmax."""
    rates: tuple[float, float]
    heights: Array
    """(2, T+1) below and above."""
    factors: Array
    """(2,) by what the slowest direction multiplies the error per update in the long run, predicted."""

    @property
    def updates(self) -> int:
        """T."""
        return len(self.heights[0]) - 1

    @property
    def nbytes(self) -> int:
        """Memory held, in bytes."""
        return int(self.heights.nbytes)


def bowl_of(name: str) -> str:
    """Return a surface's own name if it is a bowl, or the first one's: the limit holds on bowls only."""
    return name if surface(name).bend is not None else SURFACES[0]


def brink(name: str, momentum: float) -> Brink:
    """Run momentum just below and just above its limit on a bowl, from the surface's own start."""
    on: Surface = surface(name)
    assert on.bend is not None
    limit = on.bend.max_stable_learning_rate(momentum)
    rates = ((1 - BESIDE) * limit, (1 + BESIDE) * limit)
    updates = max(SHORTEST, round(MEMORIES / (1 - momentum)))
    optimizer = build("momentum", np.array(rates)[:, None], Tuning(momentum=momentum))
    history = descend(on.land, optimizer, np.tile(on.start, (2, 1)), Batching().plan(1, updates, (0,)))
    factors = growth(on.bend.eigenvalues, rates, momentum).max(axis=1)
    return Brink(
        name, momentum, on.bend.eigenvalues, on.bend.max_stable_learning_rate(), limit, rates, history.loss, factors
    )


def growth_frames(found: Brink) -> Frames:
    """Return the data of the chart of growth factors over the rate, with and without momentum."""
    right = 1.18 * found.limit
    rates = np.linspace(0, right, 400)[1:]
    lines: list[Columns] = []
    for look, momentum in (("line", found.momentum), ("dashes", 0.0)):
        if look == "dashes" and found.momentum == 0:
            continue
        factor = growth(found.eigenvalues, rates, momentum).max(axis=1)
        lines.append(
            {
                "slot": np.full(len(rates), "ink"),
                "look": np.full(len(rates), look),
                "piece": np.full(len(rates), look),
                "x": rates,
                "y": np.minimum(factor, 2.0),
            }
        )
    names, places = [f"limit {FORMULA}"], [found.limit]
    if found.momentum > 0:
        names.insert(0, "without: 2/λmax")
        places.insert(0, found.plain)
    this = {
        "left": 0.0, "right": right, "bottom": 0.6, "top": 1.4, "level": 1.0,
        "across": "learning rate →", "up": "↑ error kept per update, slowest direction",
    }  # fmt: skip
    return {
        "this": one_row(this),
        "lines": {column: np.concatenate([line[column] for line in lines]) for column in lines[0]},
        "verticals": {"x": np.array(places), "row": np.arange(1, len(places) + 1), "name": np.array(names)},
        "marks": {
            "slot": np.array([BELOW.slot, ABOVE.slot]),
            "shape": np.array([BELOW.shape, ABOVE.shape]),
            "x": np.array(found.rates),
            "y": np.clip(found.factors, 0.6, 1.4),
        },
        "notes": _names(found, rates),
    }


def brink_frames(found: Brink) -> Frames:
    """Return the data of the chart of the two runs' losses."""
    first = float(found.heights[0, 0])
    bottom, top = FLOOR * first, FULL * first
    lines, ends = [], []
    for lane, look, height in ((BELOW, "line", found.heights[0]), (ABOVE, "dashes", found.heights[1])):
        good = np.flatnonzero(~(height < 2 * top))
        at = np.arange(len(height) if len(good) == 0 else max(1, good[0]))
        shown = np.maximum(height[at], bottom)
        lines.append(
            {
                "slot": np.full(len(at), lane.slot),
                "look": np.full(len(at), look),
                "piece": np.full(len(at), look),
                "x": at.astype("f8"),
                "y": shown,
            }
        )
        named = np.flatnonzero(shown > np.sqrt(first * top))  # half way up, or at the end
        end = int(named[0]) if len(named) else len(at) - 1
        ends.append((float(end), float(shown[end])))
    this = {
        "left": 0.0, "right": float(found.updates), "bottom": bottom, "top": top, "level": first,
        "across": "update →", "up": "↑ loss above the minimum",
    }  # fmt: skip
    below, above = (f"{lane.sign} rate {rate:.5g}" for lane, rate in zip((BELOW, ABOVE), found.rates, strict=True))
    notes = {
        "x": np.array([0.97 * found.updates, ends[1][0], found.updates]),
        "y": np.array([max(6 * ends[0][1], 200 * bottom), ends[1][1], 3 * first]),
        "label": np.array([below, above, "start"]),
        "side": np.array(["left", "right" if ends[1][0] < found.updates / 2 else "left", "left"]),
    }
    return {
        "this": one_row(this),
        "lines": {column: np.concatenate([line[column] for line in lines]) for column in lines[0]},
        "verticals": no_rows("x", "row") | {"name": np.array([], dtype="U8")},
        "marks": no_rows("x", "y") | {name: np.array([], dtype="U8") for name in ("slot", "shape")},
        "notes": notes,
    }


def _names(found: Brink, rates: Array) -> Columns:
    """Name the two lines of the growth factors: the plain one above the line of no growth, the other below its own."""
    lowest = float(growth(found.eigenvalues, rates, found.momentum).max(axis=1).min())
    named = [(0.1 * found.limit, lowest - 0.05, f"β = {found.momentum:g}, solid")]
    if found.momentum > 0:
        named.append((0.1 * found.plain, 1.05, "without momentum, dashed"))
    x, y, label = zip(*named, strict=True)
    return {"x": np.array(x), "y": np.array(y), "label": np.array(label), "side": np.array(["right"] * len(named))}


def brink_findings(found: Brink, asked: str) -> list[str]:
    """Say where the limit is and what the two runs did."""
    told = (
        []
        if found.name == asked
        else [f"{asked.capitalize()} is no bowl and has no single limit: shown for {found.name}."]
    )
    steepest = float(found.eigenvalues[-1])
    told.append(
        f"With β = {found.momentum:g} and λmax = {steepest:.5g} the limit is {FORMULA} = **{found.limit:.5g}**, "
        f"{1 + found.momentum:g} times the {found.plain:.5g} of plain gradient descent."
    )
    aside = f"{100 * BESIDE:g} %"
    below, above = found.heights[:, -1] / found.heights[:, 0]
    now = [_left(float(share)) for share in (below, above)]
    told.append(
        f"Measured after {found.updates:,} updates: {BELOW.sign} {aside} below the limit {now[0]}; {ABOVE.sign} "
        f"{aside} above it {now[1]}. The roots predict × {found.factors[0]:.4g} and × {found.factors[1]:.4g} of the "
        "error per update in the long run."
    )
    return told


def _left(share: float) -> str:
    """Return how much of the start's excess a run has, as words."""
    if not np.isfinite(share):
        return "the loss is not finite any more"
    if share >= 1:
        return f"the loss above the minimum has grown × {share:.3g}"
    percent = f"{100 * share:.3g} %" if share >= 1e-5 else f"a share of {share:.1e}"
    return f"{percent} of the start's excess is left"
