"""Frames of the features lesson: its study as the small tables its charts draw."""

from __future__ import annotations

import math

import numpy as np

from gd_core import REGIMES, hessian
from gd_core.shapes import Array
from gd_ui.charts.packed import packed, packed_path, path_lengths
from gd_ui.charts.rings import ringed
from gd_ui.charts.template import Columns, Frames, one_row
from gd_ui.features.columns import directions, steepness
from gd_ui.features.contours import rings, shared_levels
from gd_ui.features.fates import fate
from gd_ui.features.study import SHARE, Run, Study, Variant
from gd_ui.numbers import number

LARGEST = 1e30
"""Numbers beyond this are not sent to a browser."""
TINY = 1e-9
"""Losses are drawn down to this share of the first one at most: a run that has arrived lies on the lower edge."""
CEILING = 100.0
"""A curve is drawn up to this many times the first loss at most; a diverging run leaves the chart there."""
SAMPLES = 400
"""Points of a drawn loss curve, about."""
ROOM = 2.8
"""A map reaches this many times as far as its starts and minima lie apart: about the course's own grid."""


def study_frames(study: Study) -> dict[str, Frames]:
    """Return the data of the charts that are always shown, by the chart's name."""
    frames = {"strip": _strip(study), "losses": _losses(study)}
    if len(study.best) == 2:
        panel = _panel(study)
        frames |= {f"map {run.variant.lane.number}": _map(run, *panel) for run in study.runs}
    else:
        frames |= {"directions": directions(study), "steepness": steepness(study)}
    return frames


def detail_frames(study: Study) -> dict[str, Frames]:
    """Return the data of the charts in detail of a study of one feature."""
    return {"scatter": _scatter(study), "section b": _section(study, 1), "section w": _section(study, 0)}


def span_of(study: Study) -> tuple[float, float]:
    """Return the lowest and the highest rate the strip shows: all borders that matter, and the rates in use."""
    limits, rates = [run.variant.limit for run in study.runs], [run.learning_rate for run in study.runs]
    return min(min(limits) / 9, min(rates) / 1.5), max(4 * max(limits), 1.5 * max(rates))


def regime_bands(variant: Variant, low: float, high: float) -> Columns:
    """Return a row for each regime between two rates: its ends, its middle and its share of a log axis."""
    inner = np.array([0.5, 1, 2]) / variant.curvature.eigenvalues[-1]
    ends = np.clip([low, *inner, high], low, high)
    left, right = ends[:-1], ends[1:]
    bands = {
        "name": np.full(len(left), variant.name, dtype=object),
        "regime": np.array(REGIMES),
        "low": left,
        "high": right,
        "middle": np.sqrt(left * right),
        "share": np.log(right / left) / np.log(high / low),
    }
    return {column: values[right > left] for column, values in bands.items()}


def _strip(study: Study) -> Frames:
    low, high = span_of(study)
    tables = [regime_bands(run.variant, low, high) for run in study.runs]
    marked = [np.full(len(table["low"]), run.learning_rate) for table, run in zip(tables, study.runs, strict=True)]
    names = [run.variant.name for run in study.runs]
    lanes = [run.variant.lane for run in study.runs]
    limits = [run.variant.limit for run in study.runs]
    return {
        "this": one_row({"low": low, "high": high}),
        "strips": {column: np.concatenate([table[column] for table in tables]) for column in tables[0]}
        | {"marked": np.concatenate(marked)},
        "limits": {
            "name": np.array(names),
            "rate": np.array(limits),
            "told": np.array([f"limit {rounded(limit)}" for limit in limits]),
        },
        "rates": {
            "name": np.array(names),
            "rate": np.array([run.learning_rate for run in study.runs]),
            "slot": np.array([lane.slot for lane in lanes]),
            "shape": np.array([lane.shape for lane in lanes]),
            "regime": np.array([run.regime for run in study.runs]),
        },
    }


def _losses(study: Study) -> Frames:
    firsts = [run.history.loss[0, 0] - run.variant.best_loss for run in study.runs]
    first = max(*firsts, TINY * float(np.square(study.runs[0].variant.train.y).mean()), 1e-300)
    lowest = min(float(np.nanmin(run.history.loss[0])) - run.variant.best_loss for run in study.runs)
    tiny = max(TINY * first, min(lowest, SHARE * first) / 3)
    highest = max(float(np.nanmax(run.history.loss[0])) - run.variant.best_loss for run in study.runs)
    ceiling, steps = max(min(CEILING * first, 2 * highest), 2 * first), study.settings.steps
    this: dict[str, object] = {"last": steps, "goal": SHARE * first, "bottom": tiny, "ceiling": ceiling}
    this["goal_told"] = f"dashed: {100 * SHARE:g} % of the start"
    kept = np.unique(np.rint(np.linspace(0, steps, min(steps, SAMPLES) + 1)).astype(int))
    curves: list[Columns] = []
    for run in study.runs:
        above = np.where(np.isfinite(run.history.loss[0]), run.history.loss[0], np.inf) - run.variant.best_loss
        beyond = above > ceiling
        last = int(beyond.argmax()) if beyond.any() else steps  # a curve that leaves the chart is seen to leave it
        drawn = np.union1d(kept[kept <= last], last)
        lane = run.variant.lane
        this[f"above_{lane.word}"] = packed(np.clip(above, tiny, 2 * ceiling).tolist())
        curves.append(
            {
                "slot": np.full(len(drawn), lane.slot),
                "step": drawn.astype("i4"),
                "above": np.clip(above[drawn], tiny, LARGEST),
            }
        )
    return {
        "this": one_row(this),
        "loss": {column: np.concatenate([curve[column] for curve in curves]) for column in curves[0]},
    }


def _panel(study: Study) -> tuple[Array, float, Array]:
    """Return what all maps share: centre (2,) as (b, w), half their height, and their levels."""
    points = np.array([point[::-1] for run in study.runs for point in (run.variant.start, run.variant.best)])
    low, high = points.min(axis=0), points.max(axis=0)
    centre = (low + high) / 2
    half = max(ROOM * float((high - low).max()) / 2, 0.05 * float(np.abs(centre).max())) or 1.0
    return centre, half, shared_levels([run.variant for run in study.runs], half)


def _map(run: Run, centre: Array, half: float, levels: Array) -> Frames:
    v = run.variant
    drawn = drawable(run)
    path, loss = run.path[:drawn, ::-1], run.history.loss[0, :drawn]
    places = (path - centre) / half
    this = {
        "start_a": v.start[1],
        "start_b": v.start[0],
        "best_a": v.best[1],
        "best_b": v.best[0],
        "centre_a": centre[0],
        "centre_b": centre[1],
        "half": half,
        "across": "intercept b →",
        "up": "↑ slope w",
        "title": f"{v.lane.sign} {v.name}",
        "limits": f"κ {rounded(v.kappa, 3)} · limit {rounded(v.limit)}",
        "fate": f"{run.regime} at {rounded(run.learning_rate, 3)}: {fate(run)}",
        f"drawn_{v.lane.word}": drawn,
        f"path_{v.lane.word}": packed_path(places),
        f"length_{v.lane.word}": packed(path_lengths(places).tolist()),
        f"loss_{v.lane.word}": packed(loss.tolist()),
    }
    return {"this": one_row(this), "bands": ringed(rings(v, levels, v.best[::-1]), centre, half)}


def drawable(run: Run) -> int:
    """Return how many entries of a run have numbers that can be drawn."""
    bad = ~(np.abs(run.path) < LARGEST).all(axis=1) | ~(run.history.loss[0] < LARGEST)
    return int(bad.argmax()) if bad.any() else len(bad)


def _scatter(study: Study) -> Frames:
    """The same rows over every unit of the feature, with the line each descent has at the player's step."""
    y = study.runs[0].variant.train.y[:, 0]
    units = [run.variant.train.x[:, 0] for run in study.runs]
    low, high = min(u.min() for u in units), max(u.max() for u in units)
    pad, rise = 0.04 * float(high - low) or 1.0, 0.1 * float(np.ptp(y)) or 1.0
    this: dict[str, object] = {"left": low - pad, "right": high + pad, "across": "feature, in each unit →"}
    this |= {"bottom": y.min() - rise, "top": y.max() + rise, "up": "↑ target y"}
    for run, u in zip(study.runs, units, strict=True):
        word, path = run.variant.lane.word, run.path[: drawable(run)]
        this |= {f"w_{word}": packed(path[:, 0].tolist()), f"b_{word}": packed(path[:, 1].tolist())}
        this |= {f"from_{word}": u.min(), f"to_{word}": u.max()}
    lanes, n = [run.variant.lane for run in study.runs], len(y)
    rows = {
        "slot": np.repeat([lane.slot for lane in lanes], n),
        "shape": np.repeat([lane.shape for lane in lanes], n),
        "u": np.concatenate(units).astype("f4"),
        "y": np.tile(y, len(lanes)).astype("f4"),
    }
    return {"this": one_row(this), "rows": rows}


def _section(study: Study, parameter: int) -> Frames:
    """The loss along one parameter through the minimum, in every unit: an exact parabola each."""
    centre, half, _ = _panel(study)
    middle = centre[1 - parameter]
    ends = middle - half, middle + half
    values = np.linspace(*ends, 241)
    first = max(float(run.history.loss[0, 0]) for run in study.runs) or 1.0
    top = 2.2 * first
    curves: list[Columns] = []
    for run in study.runs:
        v = run.variant
        bend = float(hessian(v.train, v.best)[parameter, parameter])
        loss = v.best_loss + 0.5 * bend * (values - v.best[parameter]) ** 2
        near = loss <= 2 * top  # the rest is far above the plot
        fine = v.best[parameter] + math.sqrt(4 * top / max(bend, 1e-9)) * np.linspace(-1, 1, 61)
        at = np.unique(np.concatenate([values[near], fine[(fine >= ends[0]) & (fine <= ends[1])]]))
        curves.append(
            {
                "slot": np.full(len(at), v.lane.slot),
                "value": at.astype("f4"),
                "loss": (v.best_loss + 0.5 * bend * (at - v.best[parameter]) ** 2).astype("f4"),
            }
        )
    name = ("slope w", "intercept b")[parameter]
    this = {"left": ends[0], "right": ends[1], "bottom": -0.04 * top, "top": top, "across": f"{name} →", "up": "↑ loss"}
    return {
        "this": one_row(this),
        "curves": {column: np.concatenate([curve[column] for curve in curves]) for column in curves[0]},
    }


def rounded(value: float, digits: int = 4) -> str:
    """Return a limit, rate or condition number as text, powers of ten where large or tiny."""
    if not math.isfinite(value):
        return "∞"
    if value != 0 and not 1e-3 <= abs(value) < 1e5:
        return number(value).replace("-", "−")
    short_form = float(f"{value:.{digits}g}")
    return (f"{short_form:,.0f}" if abs(value) >= 1000 else f"{value:.{digits}g}").replace("-", "−")
