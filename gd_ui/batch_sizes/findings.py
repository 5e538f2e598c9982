"""What this run showed: sentences and a table, all from the numbers of the race."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import NamedTuple

import pandas as pd

from gd_core import single_example_limit
from gd_ui.batch_sizes.race import Outcome, Race, mark, outcome
from gd_ui.datasets import Loaded
from gd_ui.methods import BATCH, METHODS, MINI_BATCH, STOCHASTIC, Method
from gd_ui.numbers import number, times


class Finding(NamedTuple):
    """What a race showed."""

    sentences: list[str]
    """Markdown, at most three of them."""
    remedy: float | None
    """If a run diverged, a rate to go on with. For plain gradient descent no single row can throw a run out at it; for
    the other rules no such rate is known here, and it is a tenth of the one tried."""
    results: dict[Method, Outcome]
    """What every method came to."""


class _Told(NamedTuple):
    """What the sentences draw on."""

    race: Race
    loaded: Loaded
    results: dict[Method, Outcome]


def findings(race: Race, loaded: Loaded) -> Finding:
    """Say what the race showed: who was cheapest, who arrived, what the noise does; or why a run was lost."""
    told = _Told(race, loaded, {method: outcome(race, name, loaded) for name, method in METHODS.items()})
    gone = [method for method, result in told.results.items() if result.diverging]
    alive = [method for method in METHODS.values() if method not in gone]
    sentences = [_divergence(told, gone) if gone else _score(told)]
    if alive:
        sentences.append(_arrivals(told, alive))
    if STOCHASTIC in alive:
        sentences.append(_noise(told))
    return Finding(sentences, _remedy(told) if gone else None, told.results)


def safe_rate(loaded: Loaded) -> float:
    """Return half the single-example limit, rounded down to one digit."""
    return _one_digit(single_example_limit(loaded.train) / 2)


def _remedy(told: _Told) -> float:
    settings = told.race.settings
    return safe_rate(told.loaded) if settings.optimizer == "gd" else _one_digit(settings.learning_rate / 10)


def _one_digit(rate: float) -> float:
    """Round down to one digit."""
    power = math.floor(math.log10(rate))
    return float(f"{math.floor(rate / 10**power * (1 + 1e-12))}e{power}")


def results_table(results: dict[Method, Outcome], race: Race, loaded: Loaded) -> pd.DataFrame:
    """Return the table of results: one row per measure, one column per method, texts only."""
    median = " (median)" if race.settings.seeds > 1 else ""
    measures: dict[str, Callable[[Outcome], str]] = {
        "Updates": lambda result: f"{result.updates:,}",
        "Examples seen": lambda result: f"{result.seen:,}",
        f"Final training loss{median}": lambda result: number(result.loss),
        f"Final validation loss{median}": lambda result: number(result.validation_loss),
        f"Distance to least squares{median}": lambda result: number(result.distance),
        "Loss above the best gone after one pass": _percent,
        f"First update with loss ≤ {number(mark(race, loaded))}": lambda result: _touch(result, loaded),
        f"Seconds, plain loop{' of all seeds' if median else ''}, one update measured once": lambda result: (
            f"{result.seconds:.3f}"
        ),
        "Status": status,
    }
    columns = {
        method.name.capitalize(): [write(result) for write in measures.values()] for method, result in results.items()
    }
    return pd.DataFrame(columns, index=list(measures))


def status(result: Outcome) -> str:
    """Say in a few words how a method ended."""
    if result.lost:
        return f"diverged: not finite at update {result.lost_at:,}{_share(result)}"
    if result.diverging:
        return f"diverging: loss grew ×{times(result.grown)}"
    if result.grown >= 1:
        return "no better than its start"
    if result.inside:
        return "arrived"
    if result.falling:
        return "still falling"
    return "came near, now rattling" if result.touched is not None else "rattling, no longer falling"


def _touch(result: Outcome, loaded: Loaded) -> str:
    if result.touched is None or result.touched_after is None:
        return "not reached"
    return f"{result.touched:,} (epoch {result.touched_after / loaded.train.n:.2f})"


def _share(result: Outcome) -> str:
    return f" in {result.lost} of {result.runs} runs" if result.runs > 1 else ""


def _score(told: _Told) -> str:
    """Say how low each method got for the same reading."""
    parts = [f"{method.label} {number(result.loss)}" for method, result in told.results.items()]
    floor = "0, as the data have no noise" if told.loaded.noise_free else number(told.loaded.best_loss)
    seen = told.results[BATCH].seen
    losses = "median losses" if told.race.settings.seeds > 1 else "losses"
    return f"After {seen:,} examples the {losses} are {', '.join(parts)}; the best possible is {floor}."


def _divergence(told: _Told, gone: list[Method]) -> str:
    """Say who was lost and, for plain gradient descent, why the rate allows it."""
    rate = told.race.settings.learning_rate
    *fates, last = [_how_lost(method, told.results[method]) for method in gone]
    lost = f"At rate {rate:g} " + (f"{', '.join(fates)} and {last}" if fates else last)
    if told.race.settings.optimizer != "gd":
        return f"{lost}."
    limit, single = told.loaded.curvature.max_stable_learning_rate(), single_example_limit(told.loaded.train)
    if rate > limit:
        return f"{lost}: {rate:g} is above the limit 2/λmax = {limit:.4g}, so every full step overshoots further."
    return (
        f"{lost}, while {BATCH.label} stayed stable. {rate:g} is below the limit of the average surface, "
        f"2/λmax = {limit:.4g}, but above that of the steepest single row, {single:.4g}: small batches meet such "
        "rows with few others, or none."
    )


def _how_lost(method: Method, result: Outcome) -> str:
    if result.lost:
        return f"{method.label} diverged (not finite at update {result.lost_at:,}{_share(result)})"
    return f"{method.label} is diverging (its loss grew ×{times(result.grown)})"


def _arrivals(told: _Told, alive: list[Method]) -> str:
    """Say who was cheapest per example, by what the first pass took away, and when it came within the mark."""
    if not any(result.first_pass for result in told.results.values()):
        return "The race starts at the solution: there is no loss above the best to take away."
    first, *others = sorted(alive, key=lambda method: told.results[method].first_pass, reverse=True)
    if others and told.results[others[0]].first_pass == told.results[first].first_pass:
        cheapest = f"{first.title} and {others[0].label} tie: the first pass"
    else:
        cheapest = f"{first.title} was cheapest per example: its first pass"
    compared = f", {others[-1].label}'s {_percent(told.results[others[-1]])}" if others else ""
    goal = "1 % of the first loss" if told.loaded.noise_free else "1 % of the best"
    hits = sorted((seen, m.label) for m in alive if (seen := told.results[m].touched_after) is not None)
    near = [f"{label} after {seen:,}" for seen, label in hits]
    most = " in most runs" if told.race.settings.seeds > 1 else ""
    arrived = (
        f"Within {goal} for the first time{most}: {', '.join(near)} examples."
        if near
        else f"None came within {goal}{most}."
    )
    return f"{cheapest} took away {_percent(told.results[first])} of the loss above the best{compared}. {arrived}"


def _percent(result: Outcome) -> str:
    return f"{100 * result.first_pass:.1f} %" if result.first_pass >= 0 else "nothing (it rose)"


def _noise(told: _Told) -> str:
    """Say what single-example noise does at the end of this run."""
    result = told.results[STOCHASTIC]
    if told.loaded.noise_free:
        return _no_noise(told, result)
    if result.runs > 1:
        small, large = told.results[MINI_BATCH].radius, result.radius
        compared = f", {large / small:.1f} times smaller" if large > small > 1e-9 * large else ""
        return (
            f"Over {result.runs} seeds the end points form a noise ball of radius {number(large)} for "
            f"{STOCHASTIC.label} and {number(small)} for {MINI_BATCH.label}{compared}."
        )
    low, high = result.swing
    moved = f"in its last epoch its loss moved between {number(low)} and {number(high)}"
    if result.touched is None:
        so_far = "is still on its way" if result.falling else "rattles and no longer falls"
        return f"{STOCHASTIC.title} {so_far}: {moved}."
    best = told.loaded.best_loss
    return f"{STOCHASTIC.title} still rattles: {moved}, that is {low / best:.2f} to {high / best:.2f} times the best."


def _no_noise(told: _Told, result: Outcome) -> str:
    if result.loss == 0:
        return f"The data have no noise, and {STOCHASTIC.label} reached a loss of exactly 0."
    first = float(told.race.histories[STOCHASTIC.name].loss[0, 0])
    if first == 0:
        return f"The data have no noise, and {STOCHASTIC.label} left the solution it started from."
    factor = (result.loss / first) ** (1 / told.race.settings.epochs)
    if factor >= 1:
        return f"The data have no noise, yet at this rate {STOCHASTIC.label} did not get below its first loss."
    return (
        f"The data have no noise, so nothing keeps rattling: {STOCHASTIC.label} multiplied its loss by "
        f"{number(factor)} per epoch on average, a straight line on the log scale."
    )
