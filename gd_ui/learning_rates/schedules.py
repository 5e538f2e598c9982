"""What does a falling rate do to the noise? Stochastic descent under every schedule, many seeds each."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from gd_core import SCHEDULES, Recipe, train
from gd_core.descent import Report, part, quietly
from gd_core.shapes import Array
from gd_ui.batch_sizes.findings import safe_rate
from gd_ui.charts.template import Frames, one_row
from gd_ui.datasets import CATALOGUE, Loaded
from gd_ui.lanes import LANES, Lane
from gd_ui.numbers import number

STILL = 0.8
"""A loss that has fallen below this share of what it was in the middle of the run is said to be falling still."""
RUNS = 24
"""Seeds per schedule."""
EXAMPLES = 1600
"""Examples each run reads, in whole epochs: twenty passes over the course's line."""
MOST_EPOCHS = 100
DEEPEST = 1e-8
"""Losses are drawn down to this share of the first."""
MOMENTS = 100
"""Moments at which the curves are drawn."""
TITLES = {"constant": "constant", "invscaling": "inverse scaling", "step": "step", "cosine": "cosine"}
LOOKS: dict[str, Lane] = dict(zip(SCHEDULES, LANES, strict=False))
"""Every schedule has the look of one lane."""


class Cooling(NamedTuple):
    """The runs under one schedule."""

    ends: Array
    """(R, P) the last parameters."""
    excess: Array
    """(MOMENTS,) median loss above the best."""
    late_excess: float
    """The median over runs of the mean loss above the best in the last tenth of the run."""
    middle_excess: float
    """The same in the tenth before the middle of the run."""
    spread: float
    """Root mean square distance of the ends from their mean."""


class Coolings(NamedTuple):
    """All schedules at one rate."""

    rate: float
    epochs: int
    epoch: Array
    """(MOMENTS,) when the curves are sampled, in epochs."""
    factors: dict[str, Array]
    """(MOMENTS,) the factor on the rate, by schedule."""
    runs: dict[str, Cooling]

    @property
    def nbytes(self) -> int:
        """Memory held, in bytes."""
        return sum(run.ends.nbytes + run.excess.nbytes for run in self.runs.values())


def run_schedules(data: str, loaded: Loaded, report: Report = lambda fraction: None) -> Coolings:
    """Run stochastic descent under every schedule, at half the rate from which a single row can throw a run out."""
    n = loaded.train.n
    rate, epochs = safe_rate(loaded), max(2, min(MOST_EPOCHS, round(EXAMPLES / n)))
    at = np.unique(np.linspace(0, n * epochs, MOMENTS).astype(int))
    runs, factors = {}, {}
    for done, schedule in enumerate(SCHEDULES):
        recipe = Recipe(
            (rate,),
            schedule=schedule,
            batch_size=1,
            epochs=epochs,
            seeds=tuple(range(RUNS)),
            start=CATALOGUE[data].start,
        )
        history = train(loaded.train, recipe, report=part(report, done / len(SCHEDULES), 1 / len(SCHEDULES)))
        runs[schedule] = _cooling(history.path[:, -1], history.loss - loaded.best_loss, at)
        total = n * epochs
        factors[schedule] = np.array([SCHEDULES[schedule](min(t, total - 1), total) for t in at.tolist()])
    return Coolings(rate, epochs, at / n, factors, runs)


@quietly
def _cooling(ends: Array, excess: Array, at: Array) -> Cooling:
    """Summarise runs with last parameters (R, P) and losses above the best (R, T+1)."""
    tenth = max(1, excess.shape[1] // 10)
    middle = excess.shape[1] // 2
    away = ends - ends.mean(axis=0)
    return Cooling(
        ends,
        np.median(excess[:, at], axis=0),
        float(np.median(excess[:, -tenth:].mean(axis=1))),
        float(np.median(excess[:, middle - tenth : middle].mean(axis=1))),
        float(np.sqrt(np.square(away).sum(axis=1).mean())),
    )


def cooling_findings(found: Coolings, data: str, loaded: Loaded) -> list[str]:
    """Say what the schedules did to the noise ball and to the loss, as Markdown."""
    reach = float(np.linalg.norm(np.array(CATALOGUE[data].start) - loaded.best))
    constant = found.runs["constant"]
    others = {name: run for name, run in found.runs.items() if name != "constant"}
    read = f"{RUNS} runs of {found.epochs} epochs each, one row per update, rate {found.rate:g} at first"
    if constant.spread < 1e-6 * reach:
        ball = f"{read}: with a constant rate all end at one place, so there is no noise ball for a schedule to shrink."
    else:
        compared = ", ".join(f"{_title(name)} {_smaller(run.spread, constant.spread)}" for name, run in others.items())
        wide = f"under {_title('constant')} their ends spread {number(constant.spread)} around their mean"
        ball = f"{read}: {wide}; {compared}."
    left = {name: run.late_excess for name, run in found.runs.items()}
    nothing = 1e-12 * loaded.reference_loss
    ends = ", ".join(f"{_title(name)} {number(x) if x > nothing else 'nothing'}" for name, x in left.items())
    losses = f"Loss above the best in the last tenth, median: {ends}."
    return [told for told in (ball, losses, _floor(constant, nothing)) if told]


def _floor(constant: Cooling, nothing: float) -> str:
    """Say whether the constant rate was still getting anywhere in the second half."""
    if constant.late_excess <= nothing or constant.middle_excess <= nothing:
        return ""
    ratio = constant.late_excess / constant.middle_excess
    so_far = "is still falling" if ratio < STILL else "hardly falls any more"
    return (
        f"Under {_title('constant')} the loss {so_far}: what is above the best is, in the last tenth, {ratio:.2f} "
        "times that in the tenth before the middle of the run."
    )


def _smaller(spread: float, constant: float) -> str:
    if spread <= 0 or constant / spread >= 1e4:
        return "next to nothing of it"
    ratio = constant / spread
    return (
        f"{ratio:.2g} times less"
        if ratio > 1.05
        else "about as much"
        if ratio > 1 / 1.05
        else f"{1 / ratio:.2g} times more"
    )


def _title(schedule: str) -> str:
    return LOOKS[schedule].label(TITLES[schedule])


def cooling_frames(found: Coolings, data: str, loaded: Loaded) -> dict[str, Frames]:
    """Return the data of the charts "rate", "loss" and "ends"."""
    first = float(loaded.train.value(np.array([CATALOGUE[data].start]))[0]) - loaded.best_loss
    rates = {name: found.rate * factor for name, factor in found.factors.items()}
    losses = {name: np.maximum(run.excess, DEEPEST * first) for name, run in found.runs.items()}
    return {"rate": _lines(found.epoch, rates), "loss": _lines(found.epoch, losses), "ends": _ends(found, data, loaded)}


def _lines(at: Array, values: dict[str, Array]) -> Frames:
    """Return one line per schedule, and its end."""
    slots = [LOOKS[name].slot for name in values]
    lines = {
        "slot": np.repeat(slots, len(at)),
        "at": np.tile(at, len(values)).astype("f4"),
        "value": np.concatenate(list(values.values())).astype("f4"),
    }
    ends = {
        "slot": np.array(slots),
        "at": np.full(len(values), at[-1]).astype("f4"),
        "value": np.array([line[-1] for line in values.values()]).astype("f4"),
    }
    return {"this": one_row({"last": float(at[-1])}), "lines": lines, "ends": ends}


def _ends(found: Coolings, data: str, loaded: Loaded) -> Frames:
    """Return how far from the solution every run ends; what rounding leaves is drawn at the same small distance."""
    reach = float(np.linalg.norm(np.array(CATALOGUE[data].start) - loaded.best))
    away = [np.linalg.norm(run.ends - loaded.best, axis=1) for run in found.runs.values()]
    distances = {
        "slot": np.repeat([LOOKS[name].slot for name in found.runs], RUNS),
        "row": np.repeat(np.arange(len(away)), RUNS),
        "distance": np.maximum(np.concatenate(away), DEEPEST * reach),
    }
    names = {"row": np.arange(len(away)), "name": np.array([TITLES[name] for name in found.runs])}
    return {"this": one_row({"rows": len(away)}), "distances": distances, "names": names}


def legend() -> str:
    """Return the schedules in their looks, as Markdown."""
    return " · ".join(_title(name) for name in SCHEDULES)
