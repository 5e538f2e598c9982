"""What the lower half showed: escapes from a saddle, stays on plateaus, one weight and two valleys, in sentences."""

from __future__ import annotations

import numpy as np
import pandas as pd

from gd_core import NEVER
from gd_ui.beyond_convex.findings import DIVERGED_LANE, minus, percent
from gd_ui.beyond_convex.noise import LEFT, SEEDS, UPDATES, Escapes, Noise
from gd_ui.beyond_convex.plateau import CAP, Plateaus, Stay
from gd_ui.beyond_convex.starts import DIVERGED, ON_THE_WAY
from gd_ui.beyond_convex.well import MAP_UPDATES, PATIENCE, WELL, Well, WellMap, leaves_the_top, rates, starts
from gd_ui.controls import written
from gd_ui.lanes import LANES
from gd_ui.methods import BATCH, STOCHASTIC

LEFT_TEXT = f"its loss on all rows has fallen below {100 * LEFT:g} % of the saddle's"


def case_title(case: Escapes, what: str) -> str:
    """Return what stands above the map of one case."""
    return f"**{what}**: {len(case.left)} of {len(case.left_at)} left"


PLAIN = r"$\hat y = w_1 w_2 x$"
WITH_SECOND = r"$\hat y = w_1 w_2 x + (w_1 + w_2)\,z$"
CHAIN = r"$\hat y = w_1 w_2 \cdots w_P\, x$"
PREDICTION = r"$\ln(e/d)\,/\,\ln(1 + r\,|\lambda|)$"
GROWTH = "1 + rate·|λ|"


def noise_findings(noise: Noise) -> list[str]:
    """Say where single-sample noise helped a run off a saddle and where it could not, Markdown."""
    return [_cannot(noise.course), _can(noise), _batch(noise.batch, bool(len(noise.pushed.left)))]


def _cannot(course: Escapes) -> str:
    count = f"{len(course.left)} of {len(course.left_at)}"
    told = f"**Where it cannot:** on course A's points {count} {STOCHASTIC.label} runs left within {UPDATES:,} updates"
    if course.farthest == 0:
        return (
            f"{told}: |w₁ + w₂| was exactly 0 in every run at every update. On the line w₁ = −w₂ every example's "
            "gradient points along that line, so the noise has no part across it."
        )
    return f"{told}; the farthest any of them was from the line is |w₁ + w₂| = {course.farthest:.3g}."


def _can(noise: Noise) -> str:
    case = noise.pushed
    runs, left = len(case.left_at), len(case.left)
    told = f"**Where it can:** with the second input, z = ±{written(case.strength)}, {left} of {runs} left"
    found = case.quantiles()
    if found is None:
        return f"{told} within {UPDATES:,} updates, {runs - left} did not."
    low, middle, high = found
    told += f", the median run after {middle:.0f} updates (10–90 %: {low:.0f} to {high:.0f})"
    told += f"; {runs - left} did not within {UPDATES:,}." if left < runs else "."
    before = noise.weaker[-1].quantiles()
    if before is None:
        return told
    ratio = case.strength / noise.weaker[-1].strength
    if before[1] <= middle:
        return f"{told} Noise {ratio:g} times weaker helps as soon."
    return f"{told} Noise {ratio:g} times weaker helps as well, {before[1] - middle:.0f} updates later."


def _batch(batch: Escapes, helped: bool) -> str:
    told = f"{BATCH.title} descent on the same rows, from the same start,"
    if len(batch.left):
        return f"{told} left as well, after {batch.left[0]:,} updates."
    exact = " and was never off the line" if batch.farthest == 0 else ""
    so = (
        " Text A's claim holds where single examples pull across the line, and cannot where none does."
        if helped
        else ""
    )
    return f"{told} did not leave{exact}: the rows' pushes cancel.{so}"


def noise_table(noise: Noise) -> pd.DataFrame:
    """Return the escape times of every case."""
    rows = []
    for case, method in (
        *((case, STOCHASTIC.name) for case in (noise.course, *noise.weaker, noise.pushed)),
        (noise.batch, BATCH.name),
    ):
        found = case.quantiles()
        spread = f"{found[0]:.0f} to {found[2]:.0f}" if found is not None and len(case.left_at) > 1 else "–"
        rows.append(
            {
                "Second input z": "none (course A)" if case.strength == 0 else f"±{case.strength:.3g}",
                "Method": method,
                "Left": f"{len(case.left)} of {len(case.left_at)}",
                "Median update": "–" if found is None else f"{found[1]:.0f}",
                "10–90 %": spread,
                "Farthest |w₁ + w₂|": "0" if case.farthest == 0 else f"{case.farthest:.3g}",
            }
        )
    return pd.DataFrame(rows).set_index("Second input z")


def noise_note() -> str:
    """Say exactly what is compared."""
    return (
        f"{SEEDS} seeds, one row per update, all from the same start on the line w₁ = −w₂, which leads to the saddle "
        f"at the middle. A run has left when {LEFT_TEXT}. Left: {PLAIN} on course A’s points. "
        f"Right: {WITH_SECOND}, every point there twice, once with z = +d and once with z = −d."
    )


def plateau_findings(found: Plateaus) -> list[str]:
    """Say how long each chain stayed, and whether the slope near the middle alone predicted it, Markdown."""
    start, rate = found.settings.start, found.settings.rate
    stays = "; ".join(
        f"{LANES[i].label(f'{stay.weights} weights')} {_stayed(stay)}" for i, stay in enumerate(found.stays)
    )
    first, *_ = found.stays
    told = [f"From {written(start)} for every weight, at rate {written(rate)}: {stays}."]
    if len(both := _left_both(first)) > 1:
        a, b = both[0], both[-1]
        nearer, farther = found.starts[1 + a], found.starts[1 + b]
        extra = int(first.left_at[1 + a] - first.left_at[1 + b])
        growth = f"{GROWTH} = {1 + rate * found.curvature:.4g}, with λ = −{found.curvature:.4g}"
        told.append(
            f"At the saddle of {first.weights} weights closeness costs little: {farther / nearer:.3g} times closer to "
            f"the middle takes {extra:,} updates more, as every update multiplies the distance by {growth}."
        )
    told.append(_against_prediction(found))
    return told


def _stayed(stay: Stay) -> str:
    prediction = _round(stay.predicted[0])
    if stay.left_at[0] == NEVER:
        return f"not gone within {CAP:,} (predicted {prediction})"
    return f"{stay.left_at[0]:,} updates (predicted {prediction})"


def _round(updates: float) -> str:
    return f"{updates:,.0f}" if updates < 1e6 else f"{updates:.1e}"


def _left_both(stay: Stay) -> list[int]:
    """Return the numbers of the distances, the chosen start not among them, from which the chain left."""
    return np.flatnonzero(stay.left_at[1:] != NEVER).tolist()


def _against_prediction(found: Plateaus) -> str:
    """Say how the measured times compare with those predicted from the slope near the middle."""
    late = []
    for stay in found.stays:
        seen = stay.left_at != NEVER
        late += (stay.left_at[seen] - stay.predicted[seen]).tolist()
    if not late:
        return f"No run left within {CAP:,} updates, so there is nothing to compare the prediction with."
    return (
        f"Over all {len(late)} runs that left, measured minus predicted is {min(late):.0f} to {max(late):.0f} updates, "
        f"median {np.median(late):.0f}: the prediction knows no more than the slope near the middle."
    )


def plateau_note() -> str:
    """Say exactly what is measured."""
    return (
        f"A chain of weights, one after the other: {CHAIN} on course A’s points, all weights starting equal at $d$, "
        f"batch descent. A run has left the plateau when {LEFT_TEXT}. Marks are measured, lines predicted: "
        f"{PREDICTION} at the saddle, with $r$ the rate and $e$ where it is left; a power of $d$ for longer chains."
    )


def well_findings(run: Well, found: WellMap) -> list[str]:
    """Say where the one run ended, what the map shows, and what became of a start on the very top, Markdown."""
    return [_one_run(run), _the_map(found), _top(run.settings.rate)]


def _one_run(run: Well) -> str:
    floors = WELL.value(np.array(WELL.minima))
    told = f"From w = {minus(run.settings.start)} at rate {written(run.settings.rate)} the run"
    if run.fate == DIVERGED:
        lost = run.history.diverged_at[0]
        return f"{told} diverges" + (f": no finite number is left after update {lost:,}." if lost != NEVER else ".")
    if run.fate == ON_THE_WAY:
        w = run.history.path[0, -1, 0]
        return f"{told} has settled in neither valley after {MAP_UPDATES:,} updates; it is at w = {minus(w)}."
    (w,), height = WELL.minima[run.fate], floors[run.fate]
    told += f" ends in {LANES[run.fate].label(f'w = {minus(w)}')}, J = {minus(height)}"
    if run.fate == 0:
        return f"{told}, the deeper of the two valleys."
    (deeper,) = WELL.minima[0]
    deepest = f"{LANES[0].label(f'w = {minus(deeper)}')}, J = {minus(floors[0])}"
    return f"{told}: a local minimum, not the global one, {deepest}."


def _the_map(found: WellMap) -> str:
    shares = {fate: float((found.fates == fate).mean()) for fate in (0, 1, ON_THE_WAY, DIVERGED)}
    told = (
        f"Of {found.fates.size:,} pairs of start and rate {percent(shares[0])} end in "
        f"{LANES[0].label('the deeper valley')}, {percent(shares[1])} in {LANES[1].label('the other')}, "
        f"{percent(shares[DIVERGED])} {DIVERGED_LANE.label('diverge')} and {percent(shares[ON_THE_WAY])} ▶ settle in "
        "neither."
    )
    (top,) = WELL.saddles[0]
    crossed = ((found.fates == 0) & (starts() > top)) | ((found.fates == 1) & (starts() < top))  # (rows, columns)
    rows = crossed.any(axis=1)[::-1]  # from the lowest rate
    if not rows.any():
        return told
    return (
        f"{told} At small rates the top, w = {top:.3g}, decides; from rate {rates()[int(rows.argmax())]:.2g} on some "
        "starts jump over it into the other valley."
    )


def _top(rate: float) -> str:
    (top,) = WELL.saddles[0]
    slope, left = leaves_the_top(rate)
    told = f"On the very top no side is better: on the number closest to it the slope is {slope:.1g}"
    if left == NEVER:
        if slope and top - rate * slope == top:
            return f"{told}, a step at rate {written(rate)} is lost in rounding, and the run stays for good."
        return f"{told}, and at rate {written(rate)} the run is still there after {PATIENCE:,} updates."
    return f"{told}, which is rounding, and at rate {written(rate)} the run has left after {left:,} updates."
