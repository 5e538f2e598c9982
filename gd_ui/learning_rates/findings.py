"""What the runs at several rates showed: sentences, a table and a remedy, all from the numbers of the runs."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd

from gd_core import single_example_limit
from gd_ui.controls import written
from gd_ui.datasets import CATALOGUE, Loaded
from gd_ui.lanes import LANES
from gd_ui.learning_rates.controls import rounded, spelled
from gd_ui.learning_rates.frames import shown_parameters
from gd_ui.learning_rates.rates import GOAL, PATIENCE, Fate, RateRun
from gd_ui.numbers import number, times

GOAL_TEXT = f"{100 * GOAL:g} %"
ROUNDING = 1e-12
"""A factor this close to one is one."""
REMEDIES = (1.0, 0.5, 1.5, 0.75, 1.25)
"""Reaches rate·λmax of rates that are tried as remedies, beside the best one for the worst start."""


def findings(run: RateRun, loaded: Loaded) -> list[str]:
    """Say who arrived first and why, and what became of a rate above the limit: at most three sentences, Markdown."""
    told = [_arrivals(run, loaded), _why(run, loaded)]
    lost = [i for i, fate in enumerate(run.fates) if fate.diverges]
    told.append(_divergence(run, loaded, lost) if lost else _against_best(run, loaded))
    return [sentence for sentence in told if sentence]


def name(run: RateRun, i: int) -> str:
    """Return the rate of run i in its lane's look, as Markdown."""
    return LANES[i].label(f"**{written(run.settings.rates[i])}**")


def _stable(run: RateRun) -> list[int]:
    """Return the runs below the limit that arrived, the first to arrive first."""
    there = [(fate.measured_updates, i) for i, fate in enumerate(run.fates) if not fate.diverges]
    return [i for updates, i in sorted((updates, i) for updates, i in there if updates is not None)]


def _arrivals(run: RateRun, loaded: Loaded) -> str:
    order = _stable(run)
    if all(fate.diverges for fate in run.fates):
        return f"No rate here is below the limit {loaded.curvature.max_stable_learning_rate():.4g}, so none can arrive."
    if not order:
        left = f"left only {GOAL_TEXT} of the start's excess loss within {PATIENCE:,} updates"
        return f"Not one of these rates below the limit {left}."
    first, *others = order
    soon = run.fates[first].measured_updates or 0
    told = (
        f"{name(run, first)} is the first to have {GOAL_TEXT} of the start's excess loss left, after {soon:,} updates"
    )
    if not others:
        return f"{told}."
    last = others[-1]
    late = run.fates[last].measured_updates or 0
    if late == soon:
        return f"{told}; {' and '.join(name(run, i) for i in others)} as soon."
    return f"{told}; {name(run, last)} needs {late:,}, {late / soon:.3g} times as many."


def _why(run: RateRun, loaded: Loaded) -> str:
    """Say why the slowest of those that arrived was slow."""
    order = _stable(run)
    if len(order) < 2 or run.fates[order[0]].measured_updates == run.fates[order[-1]].measured_updates:
        return ""
    slow, fast = run.fates[order[-1]], run.fates[order[0]]
    limit = loaded.curvature.max_stable_learning_rate()
    share = f"{100 * slow.rate / limit:.3g} % of the limit"
    if slow.rate > fast.rate and slow.factor < 0:
        return (
            f"The larger rate is the slower one: {written(slow.rate)} is {share}, so it jumps across the valley and "
            f"keeps {100 * abs(slow.factor):.3g} % of that error each time."
        )
    flattest = loaded.curvature.factors(slow.rate)[0]
    return (
        f"{written(slow.rate)} is {share}: along the flattest direction each update leaves "
        f"{100 * abs(flattest):.4g} % of the error."
    )


def _divergence(run: RateRun, loaded: Loaded, lost: list[int]) -> str:
    """Say by what the error of each lost run grows."""
    limit = loaded.curvature.max_stable_learning_rate()
    parts = []
    for i in lost:
        fate = run.fates[i]
        grown = abs(fate.factor)
        if grown <= 1 + ROUNDING:
            how = "the steep direction swings on and on, neither growing nor shrinking"
        else:
            how = f"the steep direction grows ×{_grown(grown)} a step, and its share of the loss ×{_grown(grown**2)}"
        sign = ">" if fate.rate > limit else "="
        parts.append(f"{name(run, i)} {sign} {limit:.4g}: {how}")
    return "; ".join(parts) + "."


def _grown(factor: float) -> str:
    """Return a factor above one as text that does not round to one."""
    return times(factor) if factor >= 1.01 else f"{factor:.6g}"


def _against_best(run: RateRun, loaded: Loaded) -> str:
    """Compare with the rate that is best for the worst start."""
    best = loaded.curvature.best_learning_rate
    away = np.array(CATALOGUE[run.settings.data].start) - loaded.best
    needed = loaded.curvature.updates_to(GOAL, away, rounded(best))
    order = _stable(run)
    if needed is None or not order:
        return ""
    first = run.fates[order[0]].measured_updates or 0
    told = f"The best rate for the worst start, {written(rounded(best))}, needs {needed:,} updates from this one"
    if first < needed:
        return f"{told}: {name(run, order[0])} beats it here, as this start is not the worst."
    return f"{told}."


class Remedy(NamedTuple):
    """Rates to go on with."""

    label: str
    rates: tuple[float, ...]


def remedy(run: RateRun, loaded: Loaded) -> Remedy | None:
    """Return the rates with working ones in place of those that diverge, or None if none does.

    Of a few rates below the limit those are taken that the closed form says arrive first from this start.
    """
    if not any(fate.diverges for fate in run.fates):
        return None
    bowl = loaded.curvature
    away = np.array(CATALOGUE[run.settings.data].start) - loaded.best
    tried = {rounded(reach / bowl.eigenvalues[-1]) for reach in REMEDIES} | {rounded(bowl.best_learning_rate)}
    free = sorted(tried - set(run.settings.rates), key=lambda rate: bowl.updates_to(GOAL, away, rate) or np.inf)
    lost = [fate.rate for fate in run.fates if fate.diverges]
    instead = dict(zip(lost, free, strict=False))
    label = f"Use {spelled(tuple(instead.values()))} instead of {spelled(tuple(lost))}"
    return Remedy(label, tuple(instead.get(rate, rate) for rate in run.settings.rates))


def trap(run: RateRun, loaded: Loaded) -> str:
    """Say what each section alone would allow, and what all directions together do."""
    bowl = loaded.curvature
    hessian = bowl.eigenvectors @ np.diag(bowl.eigenvalues) @ bowl.eigenvectors.T
    alone = {p: 2 / float(hessian[p, p]) for p in shown_parameters(run.settings.data)}
    limit = bowl.max_stable_learning_rate()
    told = " and ".join(f"{loaded.names[p]} up to **{_sig(rate)}**" for p, rate in alone.items())
    if len(loaded.best) == 1:
        return f"There is only one weight, so its section is the whole loss: its limit **{limit:.4g}** is the limit."
    if limit < 0.999 * min(alone.values()):
        return (
            f"Alone, the section allows rates along {told}. But all parameters move at once, and together they allow "
            f"only **{limit:.4g}**: judging by one section at a time is a trap."
        )
    return f"Alone, the section allows rates along {told}; here the strictest of them is the joint limit {limit:.4g}."


def _sig(rate: float) -> str:
    return f"{rate:.3g}" if rate < 1e3 else number(rate)


def table(run: RateRun) -> pd.DataFrame:
    """Return the table of what was predicted and what was measured: one column per rate, texts only."""
    columns = {name(run, i): _column(run, fate) for i, fate in enumerate(run.fates)}
    return pd.DataFrame(columns)


def _column(run: RateRun, fate: Fate) -> dict[str, str]:
    followed = run.settings.updates if fate.diverges else PATIENCE
    never = "never" if fate.diverges else "too many to count"
    return {
        "Regime, predicted": fate.predicted,
        "Regime, seen": fate.seen,
        "Steepest error per update, 1 − rate·λmax": _signed(fate.factor),
        "Steepest error, first update measured": _signed(fate.measured_factor),
        f"Updates to {GOAL_TEXT}, predicted": never
        if fate.predicted_updates is None
        else f"{fate.predicted_updates:,}",
        f"Updates to {GOAL_TEXT}, measured": (
            f"not in {followed:,}" if fate.measured_updates is None else f"{fate.measured_updates:,}"
        ),
        "At most, from the worst start": never if fate.bound is None else f"{fate.bound:,}",
    }


def _signed(factor: float) -> str:
    return f"× {factor:.4f}".replace("-", "−")


def reading(run: RateRun, loaded: Loaded) -> str:
    """Say how to read the sections."""
    told = "The arrow is as long as the step, −rate · slope; the ring is where it lands"
    if len(loaded.best) == 1:
        return f"The loss over the one weight. {told}."
    return (
        f"The section of the loss through the current point, the other parameters held. {told} on the section. But all "
        "parameters move at once, so the loss after the update is another: both are told above each chart."
    )


def landscape(loaded: Loaded) -> str:
    """Say what the Hessian of this data set is like."""
    bowl = loaded.curvature
    single, limit = single_example_limit(loaded.train), bowl.max_stable_learning_rate()
    return (
        f"This data set: limit 2/λmax = **{limit:.4g}**, best for the worst start 2/(λmin + λmax) = "
        f"**{bowl.best_learning_rate:.4g}**, condition κ = λmax/λmin = **{_kappa(bowl.condition)}**. Stochastic "
        f"descent sees one row at a time: below **{single:.3g}** not even the steepest of them can throw it out."
    )


def _kappa(condition: float) -> str:
    return "∞" if not np.isfinite(condition) else f"{condition:,.1f}" if condition < 1e5 else number(condition)
