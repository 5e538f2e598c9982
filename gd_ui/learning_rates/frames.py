"""Frames: the runs at several rates as the small tables their charts draw."""

from __future__ import annotations

import functools
from typing import NamedTuple

import numpy as np

from gd_core import Plane, coordinate_plane, single_example_limit
from gd_core.descent import quietly
from gd_core.shapes import Array
from gd_ui.charts.apart import apart
from gd_ui.charts.packed import packed, packed_path, path_lengths
from gd_ui.charts.rate_axis import Span
from gd_ui.charts.regimes import Border, Mark, strip_frames
from gd_ui.charts.rings import ringed
from gd_ui.charts.template import Columns, Frames, one_row
from gd_ui.charts.thin import thinned
from gd_ui.controls import written
from gd_ui.datasets import CATALOGUE, Loaded, load
from gd_ui.land import loss_bands
from gd_ui.lanes import LANES
from gd_ui.learning_rates.rates import GOAL, PATIENCE, RateRun

LARGEST = 1e30
"""Numbers beyond this are not sent to a browser, whose 32-bit pixels end soon after."""
CEILING = 100.0
"""The loss chart ends at this many times the start's excess; a diverging run leaves it there."""
DEEPEST = 1e-7
"""And at this share of it below, where there is nothing more to see."""
REACH = 1.35
"""A map reaches this many times as far from the solution as the start lies."""
CUT_REACH = 1.15
"""A section reaches this many times as far as the map: the course's arrow of a far too large rate lands inside."""
CUT_TOP = 2.2
"""A section is drawn up to this many times the start's loss."""
LOSS_HEIGHT = 200
"""Pixels of the loss chart for which the labels of its curves are kept apart and its curves thinned."""


class Ground(NamedTuple):
    """What all panels of a data set show, at whatever rates: the frame, the land in it, and how to place a run."""

    plane: Plane | None
    """None for a model with one weight: its panel shows the loss (up) over the weight (across)."""
    land: Columns
    about: dict[str, object]
    centre: Array
    """(2,)"""
    half: Array
    """(2,) from the centre to the right and to the upper edge; of a map both are the way up."""

    @quietly
    def place(self, path: Array, loss: Array) -> Array:
        """Return the coordinates (T, 2) of parameters (T, P) with losses (T,)."""
        return np.stack([path[:, 0], loss], axis=-1) if self.plane is None else self.plane.project(path)


@functools.cache
def ground(data: str) -> Ground:
    """Return the ground of a data set: the solution in the middle, the start well inside."""
    loaded, entry = load(data), CATALOGUE[data]
    start, best = np.array(entry.start), loaded.best
    if len(best) == 1:
        return _curve(loaded, float(start[0]), float(best[0]))
    plane = coordinate_plane(best, *entry.weights)
    start_2d, best_2d = plane.project(np.stack([start, best]))
    half = REACH * float(np.abs(start_2d - best_2d).max())
    across, up = (loaded.names[i] for i in entry.weights)
    short = [name.split()[-1] for name in (across, up)] if len(best) == 2 else ["", ""]
    about: dict[str, object] = {
        "start_a": start_2d[0], "start_b": start_2d[1], "best_a": best_2d[0], "best_b": best_2d[1],
        "centre_a": best_2d[0], "centre_b": best_2d[1], "half": half,
        "across": f"{across} →", "up": f"↑ {up}", "name_a": short[0], "name_b": short[1],
    }  # fmt: skip
    land = loss_bands(loaded.train, loaded.best_loss, plane, best_2d, half)
    return Ground(plane, ringed(land, best_2d, half), about, best_2d, np.array([half, half]))


def _curve(loaded: Loaded, start: float, best: float) -> Ground:
    """Return the ground of a single weight: the loss curve, twice as far to both sides as the start lies."""
    reach = 2 * abs(start - best)
    w = np.linspace(best - reach, best + reach, 161)
    loss = loaded.train.value(w[:, None])
    heights = loaded.train.value(np.array([[start], [best]]))
    top = float(loss.max())
    low, high = np.array([[best - 1.03 * reach, -0.05 * top], [best + 1.03 * reach, 1.12 * top]])
    about: dict[str, object] = {
        "start_a": start, "start_b": heights[0], "best_a": best, "best_b": heights[1],
        "left": low[0], "right": high[0], "bottom": low[1], "top": high[1],
        "across": "weight w →", "up": "↑ loss", "name_a": "w", "name_b": "",
    }  # fmt: skip
    land = {"x": w.astype("f4"), "y": loss.astype("f4")}
    return Ground(None, land, about, (low + high) / 2, (high - low) / 2)


def panel_frames(run: RateRun) -> list[Frames]:
    """Return the data of every lane's panel."""
    on = ground(run.settings.data)
    return [_panel(run, i, on) for i in range(len(run.settings.rates))]


def _panel(run: RateRun, i: int, on: Ground) -> Frames:
    word = LANES[i].word
    drawn = drawable(run, i)
    path, loss = run.history.path[i, :drawn], run.history.loss[i, :drawn]
    places = on.place(path, loss)
    measured = (places - on.centre) / on.half
    about = on.about | {"lost": int(run.history.diverged_at[i]), "drawn": drawn}
    about |= {"title": title(run, i), "fate": fate(run, i)}
    about |= {
        f"path_{word}": packed_path(measured),
        f"loss_{word}": packed(loss.tolist()),
        f"a_{word}": packed(places[:, 0].tolist()),
        f"b_{word}": packed(places[:, 1].tolist()),
    }
    if on.plane is not None:
        about[f"length_{word}"] = packed(path_lengths(measured).tolist())
    return {"this": one_row(about), "bands": on.land}


def title(run: RateRun, i: int) -> str:
    """Return whose panel it is: the rate of run i and its regime."""
    return f"{LANES[i].sign} {written(run.settings.rates[i])} {run.fates[i].predicted}"


def fate(run: RateRun, i: int) -> str:
    """Return what becomes of run i."""
    found = run.fates[i]
    if found.diverges:
        return f"error ×{abs(found.factor):.3g} a step"
    if found.measured_updates is None:
        return f"not in {PATIENCE:,} updates"
    return f"{100 * GOAL:g} % left after {found.measured_updates:,}"


def drawable(run: RateRun, i: int) -> int:
    """Return how many entries of run i have numbers that can be drawn."""
    good = (np.abs(run.history.path[i]) < LARGEST).all(axis=1) & (np.abs(run.history.loss[i]) < LARGEST)
    return len(good) if good.all() else int(good.argmin())


def excess_frames(run: RateRun, loaded: Loaded) -> Frames:
    """Return the data of the loss chart: every curve down to where there is nothing to see, up to where it leaves."""
    first = float(run.history.loss[0, 0]) - loaded.best_loss
    ceiling = CEILING * first
    curves = [
        np.clip(run.history.loss[i, : drawable(run, i)] - loaded.best_loss, DEEPEST * first, None)
        for i in range(len(run.settings.rates))
    ]
    lowest = min(float(curve.min()) for curve in curves)
    bottom = min(lowest, GOAL * first) / 2
    last = run.settings.updates
    this: dict[str, object] = {
        "last": last, "bottom": bottom, "ceiling": ceiling, "goal": GOAL * first,
        "goal_text": f"{100 * GOAL:g} % of the start",
    }  # fmt: skip
    rows: list[Columns] = []
    for lane, curve in zip(LANES, curves, strict=False):
        this[f"excess_{lane.word}"] = packed(curve.tolist())
        inside = np.minimum(curve[: _leaves(curve, ceiling) + 1], 2 * ceiling)
        at = thinned(np.log(inside), LOSS_HEIGHT / np.log(ceiling / bottom))
        rows.append({"slot": np.full(len(at), lane.slot), "at": at.astype("f4"), "loss": inside[at].astype("f4")})
    excess = {name: np.concatenate([row[name] for row in rows]) for name in rows[0]}
    return {"this": one_row(this), "excess": excess, "tags": _tags(run, curves, bottom, ceiling)}


def _leaves(curve: Array, ceiling: float) -> int:
    """Return the first update at which a curve is above the ceiling, or its last."""
    above = curve > ceiling
    return int(above.argmax()) if above.any() else len(curve) - 1


def _tags(run: RateRun, curves: list[Array], bottom: float, ceiling: float) -> Columns:
    """Return where the curves are labelled: at their right end, or where they leave through the top."""
    last, height = run.settings.updates, np.log(ceiling / bottom)
    ends = [_leaves(curve, ceiling) for curve in curves]
    risen = [bool(curve[end] > ceiling) for curve, end in zip(curves, ends, strict=True)]
    up = [
        0.05 if gone else float(np.log(ceiling / c[e]) / height) for c, e, gone in zip(curves, ends, risen, strict=True)
    ]
    line = 17 / LOSS_HEIGHT
    for group in (True, False):
        members = [i for i, gone in enumerate(risen) if gone is group]
        spread = apart([up[i] for i in members], [line] * len(members), 0.01, 0.99)
        for i, place in zip(members, spread, strict=True):
            up[i] = place
    lanes = LANES[: len(curves)]
    labels = [
        f"{lane.sign} {written(rate)}{' ↑' if gone else ''}"
        for lane, rate, gone in zip(lanes, run.settings.rates, risen, strict=True)
    ]
    right = [not gone or end > last / 2 for gone, end in zip(risen, ends, strict=True)]
    return {
        "label": np.array(labels),
        "slot": np.array([lane.slot for lane in lanes]),
        "at_x": np.where(risen, ends, last).astype("f4"),
        "at_y": np.array(up).astype("f4"),
        "side": np.where(right, "right", "left"),
    }


def rate_span(rates: tuple[float, ...], loaded: Loaded) -> Span:
    """Return the rates that a strip shows: all four regimes, and every rate of the run."""
    limit = loaded.curvature.max_stable_learning_rate()
    return Span(min(limit / 25, *(rate / 1.3 for rate in rates)), max(3 * limit, *(1.3 * rate for rate in rates)))


def regime_frames(rates: tuple[float, ...], loaded: Loaded) -> Frames:
    """Return the data of the strip: this data set's regimes, the rates on it and the borders' names."""
    bowl = loaded.curvature
    marks = [Mark(rate, lane, f"{lane.sign} {written(rate)}") for rate, lane in zip(rates, LANES, strict=False)]
    direct, limit = 1 / float(bowl.eigenvalues[-1]), bowl.max_stable_learning_rate()
    best, single = bowl.best_learning_rate, single_example_limit(loaded.train)
    borders = [
        Border(direct, f"no overshoot up to 1/λmax = {direct:.4g}", f"{direct:.4g}"),
        Border(best, f"best 2/(λmin + λmax) = {best:.4g}", f"best {best:.4g}"),
        Border(limit, f"limit 2/λmax = {limit:.4g}", f"limit {limit:.4g}"),
        Border(single, f"single rows, stochastic: limit {single:.4g}", f"single rows {single:.4g}", "dots"),
    ]
    return strip_frames(bowl, rate_span(rates, loaded), marks, borders)


def cut_frames(run: RateRun, loaded: Loaded) -> list[list[Frames]]:
    """Return, for each of the one or two parameters of the maps, the data of every lane's section."""
    on = ground(run.settings.data)
    hessian = loaded.curvature.eigenvectors @ np.diag(loaded.curvature.eigenvalues) @ loaded.curvature.eigenvectors.T
    top = float(on.half[1] + on.centre[1]) if on.plane is None else CUT_TOP * float(run.history.loss[0, 0])
    return [
        [_cut(run, i, parameter, on, float(hessian[parameter, parameter]), top, loaded) for i in range(len(run.fates))]
        for parameter in shown_parameters(run.settings.data)
    ]


def shown_parameters(data: str) -> list[int]:
    """Return the parameters of a data set's maps, across first."""
    loaded = load(data)
    return [0] if len(loaded.best) == 1 else list(CATALOGUE[data].weights)


def _cut(run: RateRun, i: int, parameter: int, on: Ground, bend: float, top: float, loaded: Loaded) -> Frames:
    """Return one lane's section along one parameter: the parameter, the slope and the loss at every update."""
    drawn = drawable(run, i)
    path = run.history.path[i, :drawn]
    middle, reach = float(loaded.best[parameter]), CUT_REACH * float(on.half[0])
    this = {
        "left": middle - reach, "right": middle + reach, "bottom": -0.04 * top, "top": top,
        "across": f"{loaded.names[parameter]} →", "rate": run.settings.rates[i], "bend": bend,
        "x": packed(path[:, parameter].tolist()),
        "slope": packed(loaded.train.grad(path)[:, parameter].tolist()),
        "loss": packed(run.history.loss[i, :drawn].tolist()),
    }  # fmt: skip
    return {"this": one_row(this)}
