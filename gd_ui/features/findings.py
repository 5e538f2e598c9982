"""What the features lesson showed: sentences and tables, all from the numbers of its runs."""

from __future__ import annotations

import numpy as np
import pandas as pd

from gd_ui.features.columns import NOTHING, column_curvature, weight_names
from gd_ui.features.fates import counted, fate
from gd_ui.features.frames import rounded
from gd_ui.features.leak import Leak
from gd_ui.features.morph import Morph
from gd_ui.features.study import SHARE, Run, Study, every_unit, steps_needed
from gd_ui.numbers import number

LOST = "diverged"
NEAR = 1e-6
"""Weights within this share of the largest count as those of least squares."""


def heading(run: Run) -> str:
    """Return what stands above a unit's map: its name, its condition number, its limit, and what became of it."""
    v = run.variant
    return (
        f"**{v.lane.label(v.name)}** · κ **{rounded(v.kappa, 3)}** · limit **{rounded(v.limit)}**  \n"
        f"{run.regime} at {rounded(run.learning_rate, 3)}: {fate(run)}"
    )


def sentences(study: Study) -> list[str]:
    """Return at most three sentences: how each unit fared, why, and what all of them agree on."""
    return [_fared(study), _why(study), _agreed(study)]


def overshoot(study: Study) -> Run | None:
    """Return the run that is furthest beyond its limit, if any is."""
    beyond = [run for run in study.runs if run.learning_rate >= run.variant.limit]
    return max(beyond, key=lambda run: run.learning_rate / run.variant.limit, default=None)


def _fared(study: Study) -> str:
    rate = study.settings.learning_rate
    told = [f"{run.variant.lane.label(run.variant.name)} {_outcome(run)}" for run in study.runs]
    opening = f"At the one rate {rounded(rate)}" if rate is not None else "Each at its own best rate"
    return f"{opening}: {', '.join(told)} (arrived: {100 * SHARE:g} % of the loss above the best is left)."


def _outcome(run: Run) -> str:
    steps = steps_needed(run.variant, run.learning_rate)
    if steps is None:
        return "diverges" if run.diverges else "swings for ever at its limit"
    if steps == 0:
        return "starts at its best line"
    above = run.history.loss[0, :2] - run.variant.best_loss
    if abs(above[-1]) <= 1e-12 * above[0]:
        return "arrives exactly in one step"
    return f"{'arrives' if steps < len(run.path) else 'would arrive'} after {counted(steps)}"


def _why(study: Study) -> str:
    worst = overshoot(study)
    if worst is not None:
        v, steepest = worst.variant, float(worst.variant.curvature.eigenvalues[-1])
        factor = 1 - worst.learning_rate * steepest
        return (
            f"{rounded(worst.learning_rate)} is {rounded(worst.learning_rate / v.limit, 3)} times the limit 2/λmax of "
            f"{v.lane.label(v.name)}: along its steepest direction (λ = {rounded(steepest)}) every step multiplies the "
            f"error by 1 − rate·λ = {rounded(factor, 3)}."
        )
    if not study.determined:
        return "These rows leave a direction of the loss flat (κ = ∞): many lines fit them equally well."
    first, last = study.runs[0].variant, study.runs[-1].variant
    taken = 1 - abs(1 - study.runs[0].learning_rate * float(first.curvature.eigenvalues[0]))
    return (
        f"{first.lane.label(first.name)} has a valley with κ = {rounded(first.kappa, 3)}: along its flattest direction "
        f"a step takes away {rounded(taken, 3)} of the error; {last.lane.label(last.name)} has "
        f"κ = {rounded(last.kappa, 3)}."
    )


def _agreed(study: Study) -> str:
    """Say how far the lines are apart after the last step, in original units."""
    if not study.determined:
        return "With so few rows there is no one best line for all units to agree on."
    steps, stable = counted(study.settings.steps), [run for run in study.runs if not run.diverges]
    if not stable:
        return "All of them diverge, so no weights can be compared with least squares."
    gaps = [distance(run, study) for run in stable]
    if max(gaps) <= NEAR * (float(np.abs(study.best).max()) or 1.0) and len(stable) == len(study.runs):
        return (
            f"Mapped back to original units all weights agree with least squares after {steps}, to "
            f"{number(max(gaps))}: units change the way there and not the line."
        )
    told = [f"{run.variant.lane.label(run.variant.name)} {number(gap)}" for run, gap in zip(stable, gaps, strict=True)]
    return (
        f"Mapped back to original units, the weight furthest from least squares after {steps} is away by: "
        f"{', '.join(told)}."
    )


def distance(run: Run, study: Study) -> float:
    """Return the largest distance of a run's last weights from least squares, in original units."""
    return float(np.abs(run.end - study.best).max())


def steepest_column(study: Study) -> str:
    """Say which column is steepest before and after scaling."""
    names = weight_names(study)
    told = []
    for run in study.runs:
        steepness = column_curvature(run.variant)
        top = int(steepness.argmax())
        ties = int((steepness >= steepness[top] * (1 - 1e-9)).sum())
        which = "all alike" if ties == len(names) else f"{ties} alike" if ties > 1 else names[top]
        ratio = float(steepness[top] / steepness[steepness > NOTHING * steepness[top]].min())
        beyond = f", {rounded(ratio, 3)} times the flattest" if ratio > 1 + 1e-9 else ""
        unit = run.variant.lane.label(run.variant.name)
        told.append(f"{unit} {which} (curvature {rounded(float(steepness[top]), 3)}{beyond})")
    return "Steepest of the columns: " + "; ".join(told) + "."


def constant_message(study: Study) -> str | None:
    """Name the columns that do not vary in the training rows, if there are any."""
    if not study.constant:
        return None
    names = study.constant
    rows = study.settings.rows
    where = f"in the {rows:,} training row{'' if rows == 1 else 's'} in use"
    one = len(names) == 1
    return (
        f"Column{'' if one else 's'} {_listed(names)} {'does' if one else 'do'} not vary {where}: there is no spread "
        f"to divide by, so {'it is' if one else 'they are'} left at {'its' if one else 'their'} own scale."
    )


def scalings_table(study: Study) -> pd.DataFrame:
    """Compare all scalings on the same rows: condition number, limit, own best rate and how long that takes."""
    rows = []
    for v in every_unit(study.settings.data, study.settings.rows):
        steps = steps_needed(v, v.own_best)
        arrives = "never" if steps is None else rounded(float(steps), 6)
        rows.append([v.name, rounded(v.kappa, 3), rounded(v.limit), rounded(v.own_best), arrives])
    return _table(["Units", "κ", "limit", "own best rate", f"steps to {100 * SHARE:g} %"], rows)


def weights_table(study: Study) -> pd.DataFrame:
    """Compare the weights after the last step, in original units, with least squares."""
    heads = [f"{run.variant.lane.sign} {run.variant.name}" for run in study.runs]
    names = weight_names(study) if len(study.best) > 2 else ["slope w", "intercept b"]
    ends = [run.end for run in study.runs]
    rows = []
    for i, name in enumerate(names):
        values = [
            number(float(end[i])) if not run.diverges else LOST for run, end in zip(study.runs, ends, strict=True)
        ]
        rows.append([name, *values, number(float(study.best[i]))])
    if not study.determined:
        return _table(["Weight", *heads, "least squares, one of many"], rows)
    apart = [number(distance(run, study)) if not run.diverges else LOST for run in study.runs]
    rows.append(["largest distance", *apart, "—"])
    return _table(["Weight", *heads, "least squares"], rows)


def leak_sentences(found: Leak, study: Study) -> str:
    """Say what the leak changes: the values, the limit, the loss on held-out rows, and what it does not change."""
    name = weight_names(study)[found.column]
    limits = rounded(found.honest.variant.limit), rounded(found.leaky.variant.limit)
    moved = (
        f"Fitted on all rows, the scaling moves held-out values of {name} by up to {rounded(found.moved, 3)} (in "
        f"scaled units) and the limit 2/λmax from {limits[0]} to {limits[1]}."
    )
    fate = (
        "Both have the same least-squares line, because a linear model undoes any scaling: the leak matters on the way "
        "there, in runs stopped early, and in models that are not linear."
        if found.same_line
        else "The rows fix no single best line, and which one a run finds depends on the scaling."
    )
    return f"{moved} {_held_out(found, study)} {fate}"


def _held_out(found: Leak, study: Study) -> str:
    """Compare the losses on held-out rows, after the first step and after the last."""
    lost = [name for name, run in (("without", found.honest), ("with", found.leaky)) if run.diverges]
    if lost:
        return f"At this rate the run {_listed(lost)} the leak diverges, so there are no held-out losses to compare."
    told = []
    for step in (1, study.settings.steps):
        honest, leaky = found.held_out_losses(step)
        change = (leaky - honest) / honest if honest > 0 else 0.0
        sign = "+" if change > 0 else "−"
        percent = f"{sign}{rounded(100 * abs(change), 2)} %" if abs(change) > 1e-9 else "no difference beyond rounding"
        told.append(f"after {counted(step)} {number(honest)} without the leak and {number(leaky)} with it ({percent})")
    return f"The loss on held-out rows is {'; '.join(told)}."


def morph_sentence(shown: Morph) -> str:
    """Say what stretching alone can do for the condition number, and what shifting adds."""
    kappas = shown.kappas
    best, last = shown.best_unshifted, float(kappas[-1])
    if not np.isfinite(kappas).all():
        return "These rows leave a direction flat at every scale: no unit can give them a single best line."
    told = f"Stretching alone never does better than κ = {rounded(float(kappas[best]), 3)} ({shown.scales[best].told})"
    told += f"; {shown.scales[-1].told} it is {rounded(last, 3)}"
    end = shown.scales[-1].run.variant
    if abs(float(end.train.x.mean())) > 1e-9:  # the mean is still there
        return f"{told}: this scaling leaves a mean, so intercept and slope still pull on each other."
    if last < kappas[best]:
        return f"{told}: with the mean taken away, intercept and slope no longer pull on each other."
    return f"{told}: intercept and slope no longer pull on each other, yet one is still steeper than the other."


def _table(columns: list[str], rows: list[list[str]]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=columns).set_index(columns[0])


def _listed(parts: list[str]) -> str:
    *others, last = parts
    return f"{', '.join(others)} and {last}" if others else last
