"""What the surface shows: sentences about the walk, the two cuts and the way downhill, all from its numbers."""

from __future__ import annotations

import numpy as np

from gd_core import curvature
from gd_core.shapes import Array
from gd_ui.controls import written
from gd_ui.loss_surface.loss import (
    ONE,
    Ground,
    SurfaceSettings,
    angles_of_examples,
    downhill,
    ground,
    lowest_along,
    walk,
)
from gd_ui.loss_surface.words import height, place, short_name
from gd_ui.methods import BATCH, MINI_BATCH, STOCHASTIC
from gd_ui.numbers import number

CLOSE = 0.01
"""Share of half the map within which two places look the same."""
SAME_WAY, SIDEWAYS, ROUND = 10, 90, 10
"""Degrees up to which directions are nearly the same, from which one goes against the other, and of a round valley."""


def findings(settings: SurfaceSettings, cut: Array) -> list[str]:
    """Return at most three sentences, as Markdown, on the surface and the walk; `cut` (Q,) is the place looked at."""
    land = ground(settings.ground)
    sentences = [_walk(settings, land)]
    if len(cut) > 1:
        sentences.append(_cuts(land, cut))
    sentences.append(_partial(settings, land) if land.partial else _whole(land))
    return sentences


def _at(land: Ground, theta: Array) -> str:
    pairs = zip(land.names, theta.tolist(), strict=True)
    return ", ".join(f"{short_name(name)} = {place(value, land.half)}" for name, value in pairs)


def _walk(settings: SurfaceSettings, land: Ground) -> str:
    run = walk(settings)
    first, last, least = float(run.loss[0, 0]), float(run.loss[0, -1]), land.lowest.loss
    if land.lowest.trough is None:
        lowest = f"the lowest point, {_at(land, land.lowest.theta)}, has {height(least, first)}"
    else:
        lowest = f"the lowest loss, {height(least, first)}, is that of a whole line of points, the bottom of a trough"
    if first - least <= 1e-12 * first:
        return f"The start is as low as this surface goes: its loss is {height(first, first)}."
    rate = written(settings.learning_rate)
    count = "A single update" if settings.updates == 1 else f"{settings.updates:,} updates"
    updates = f"{count} at rate {rate}"
    s, does = ("s", "does") if settings.updates == 1 else ("", "do")
    if run.diverged_at[0] >= 0:
        return (
            f"{updates} leave{s} all numbers behind at update {run.diverged_at[0]:,}{_limit(settings, land)}; {lowest}."
        )
    if last >= first:
        climbed = f"the loss goes from {number(first)} to {number(last)}"
        return f"{updates} {does} not lead down: {climbed}{_limit(settings, land)}; {lowest}."
    return f"{updates} lead{s} from a loss of {number(first)} down to {height(last, first)}; {lowest}."


def _limit(settings: SurfaceSettings, land: Ground) -> str:
    """Say that the rate is too high, where that is the reason."""
    if not land.shown.quadratic:
        return ", for the steps do not shrink by themselves"
    limit = curvature(land.shown, land.start).max_stable_learning_rate()
    return f", for the rate is above this surface's limit of {limit:.4g}" if settings.learning_rate > limit else ""


def _cuts(land: Ground, cut: Array) -> str:
    lows = [lowest_along(land, i, cut) for i in (0, 1)]
    names = [short_name(name) for name in land.names]
    if land.lowest.trough is not None:
        return (
            "Here both weights can trade places: more of one and less of the other costs nothing along the trough, so "
            "a cut finds one good point of many."
        )
    if None in lows:
        flat = names[lows.index(None)]
        return f"{flat} makes no difference to these rows, so the cut along it is level."
    best = np.array(lows, dtype=float)
    if np.abs(cut - land.lowest.theta).max() <= CLOSE * land.half:
        return "Both cuts pass through the lowest point, so both show it."
    at = " and ".join(f"**{place(low, land.half)}** for {name}" for low, name in zip(best.tolist(), names, strict=True))
    if np.abs(best - land.lowest.theta).max() <= CLOSE * land.half:
        return f"Along the cuts the best values are {at}, those of the lowest point itself."
    return (
        f"Along the cuts the best values are {at}, yet the lowest point is at {_at(land, land.lowest.theta)}: what is "
        "best for one weight depends on the other, so descent must move both."
    )


def _whole(land: Ground) -> str:
    """Say where downhill points, seen from the start, on the surface of all rows."""
    off = downhill(land).to_lowest
    if off is None:
        return "At the start no direction leads down."
    if len(land.start) == 1:
        return (
            "With one weight the only question is left or right: against the slope, which is "
            f"{number(float(land.shown.grad(land.start[None])[0, 0]))} at the start."
        )
    if off <= ROUND:
        return f"At the start downhill points {off:.0f}° beside the lowest point: seen from there it leads straight in."
    return (
        f"At the start downhill points **{off:.0f}°** beside the lowest point: it crosses the contours at right "
        "angles, and in a long valley that leads to the valley's floor, not to its lowest end."
    )


def _partial(settings: SurfaceSettings, land: Ground) -> str:
    """Say how far downhill of some rows is from downhill of all."""
    method = STOCHASTIC if settings.of == ONE else MINI_BATCH
    who = f":{method.hue}[this row]" if settings.of == ONE else f":{method.hue}[this mini-batch]"
    everybody = f":{BATCH.hue}[all rows]"
    off = downhill(land).angle
    if off is None:
        return f"At the start {who} or {everybody} have no slope, so there are no two directions to compare."
    if len(land.start) == 1:
        same = "the same way as" if off < SIDEWAYS else "the other way than"
        return f"At the start {who} would move the weight {same} {everybody}; how far, its own slope decides."
    if off < SAME_WAY:
        meaning = "nearly the same way"
    elif off < SIDEWAYS:
        meaning = "beside it, yet still down the average"
    else:
        meaning = "so a step for these rows alone makes the average worse"
    told = f"At the start downhill of {who} is **{off:.0f}°** away from downhill of {everybody}: {meaning}."
    if settings.of != ONE:
        return told
    return f"{told} It leads straight to the bottom of this row's own trough. {_all_angles(land)}"


def _all_angles(land: Ground) -> str:
    """Say how far the single rows spread."""
    angles = angles_of_examples(land)
    angles = angles[np.isfinite(angles)]
    against = int((angles > SIDEWAYS).sum())
    uphill = f"{against:,} of them against it" if against else "none of them against it"
    return (
        f"Over all {land.everybody.n:,} rows the angle runs from {angles.min():.0f}° to {angles.max():.0f}°, {uphill}."
    )
