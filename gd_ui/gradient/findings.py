"""What the nudge and the average showed: sentences, all from computed numbers."""

from __future__ import annotations

import math

import numpy as np

from gd_ui import course_grid
from gd_ui.charts.nudge import CHANGE, NUDGE, TANGENT
from gd_ui.datasets import CATALOGUE, Loaded, load
from gd_ui.gradient.nudge import LEAST, RUNS, Errors, Measured, Probe, b_first, best_nudge, measure
from gd_ui.gradient.pull import Pulls, contour, degrees_between, spread
from gd_ui.methods import BATCH, MINI_BATCH
from gd_ui.numbers import number


def signed(value: float, decimals: int | None = None) -> str:
    """Return a number with a true minus sign, four digits or so many `decimals`."""
    text = number(value) if decimals is None else f"{value:,.{decimals}f}"
    return text.replace("-", "−")


def decimals(error: float) -> int:
    """Return how many decimals show an error of this size in its first two digits, two to eight."""
    return 2 if error == 0 or not math.isfinite(error) else min(8, max(2, 1 - math.floor(math.log10(error))))


def power_of_ten(value: float) -> str:
    """Return a power of ten as text: 10⁻⁸, or 0.01 where that is short."""
    if value >= 1e-2:
        return f"{value:g}"
    return "10" + str(round(math.log10(value))).translate(str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"))


def quotient(probe: Probe, measured: Measured, p: int) -> str:
    """Write the quotient for one parameter, under its triangle, beside the slope by the formula."""
    formula = signed(float(measured.slopes[p]), decimals(float(measured.errors[p])))
    change, ratio = measured.changes[p], measured.ratios[p]
    run = probe.nudge * RUNS[probe.kind]
    divided = f":{CHANGE.hue}[{signed(change) if change else '0'}] / :{NUDGE.hue}[{run:g}]"
    dashed = f":{TANGENT.hue}[dashed: formula **{formula}**]"
    if probe.nudge == 0:
        return f"{divided} is no number · {dashed}"
    return f"{divided} = **{signed(ratio, decimals(float(measured.errors[p])))}** · {dashed}"


def nudge_findings(probe: Probe, measured: Measured, found: Errors, loaded: Loaded) -> list[str]:
    """Say what the ratio was, why it is off, and what the course prints."""
    sentences = [_ratio(probe, measured, loaded), _why(probe, measured, found)]
    if probe.data == course_grid.DATA:
        sentences.append(_course(probe))
    return sentences


def _each(loaded: Loaded, texts: list[str]) -> str:
    """Join a text per parameter: "x for b, y for w"."""
    names = loaded.train.model.names
    return ", ".join(f"{texts[p]} for {names[p]}" for p in b_first(len(names)))


def _ratio(probe: Probe, measured: Measured, loaded: Loaded) -> str:
    formula = _each(loaded, [signed(float(slope)) for slope in measured.slopes])
    if probe.nudge == 0:
        return (
            f"A nudge of zero moves nothing, and nothing divided by nothing is no number. The slope is what the ratio "
            f"comes near as the nudge shrinks; the formula gives it without any nudge: {formula}."
        )
    if measured.lost.all():
        return (
            f"The nudge of {probe.nudge:g} is lost: added to a parameter of this size it leaves the very same number, "
            f"so the loss cannot change. The formula needs no nudge: {formula}."
        )
    errors = _each(loaded, [number(float(error)) if error else "nothing at all" for error in measured.errors])
    lost = [loaded.train.model.names[p] for p in np.flatnonzero(measured.lost)]
    gone = f" For {lost[0]} the nudge is lost in rounding: the number stays the same." if lost else ""
    return f"With a nudge of {probe.nudge:g} the {probe.kind} ratio is off by {errors}.{gone}"


def _why(probe: Probe, measured: Measured, found: Errors) -> str:
    power, least = best_nudge(found, probe.kind)
    best = f"smallest around a nudge of {power_of_ten(power)}, where it is {number(least) if least else 'zero'}"
    if probe.kind == "central":
        return (
            f"The loss is a parabola, and between two points at equal distance a parabola is exactly as steep as in "
            f"the middle: the central ratio has no error but rounding, {best}. On a loss that is no parabola its error "
            "would fall with the square of the nudge."
        )
    if power <= 10 * LEAST:
        return (
            f"The forward error is half the curvature times the nudge. Here rounding never wins: the loss is so small, "
            f"{number(measured.loss)}, that it is stored finely enough for every nudge on offer. The error is {best}."
        )
    return (
        f"The forward error is half the curvature times the nudge, until rounding wins: the loss is stored in steps of "
        f"{number(found.step)}, and a smaller nudge makes more of each step. The error is {best}."
    )


def _course(probe: Probe) -> str:
    """Say which digits the course prints, from which point they come, and what the start gives instead."""
    grid, start = course_grid.course_grid(), CATALOGUE[course_grid.DATA].start
    nearest = grid.nearest(start)
    loaded = load(course_grid.DATA)
    at_start, at_grid = (
        _each(loaded, [signed(r, 2) for r in measure(Probe(probe.data, point, grid.nudge), loaded).ratios])
        for point in (start, nearest)
    )
    place = _each(loaded, [signed(value, 2) for value in nearest])
    printed = _each(loaded, [slope.replace("-", "−") for slope in grid.slopes])
    return (
        f"The course prints {printed}: forward, nudge {grid.nudge:g}, from the point of its grid nearest to the start "
        f"({place}). There we get {at_grid}; from the start itself {at_start}."
    )


def legend(found: Pulls) -> str:
    """Say what the arrows are, in their colours."""
    few, full = f":{MINI_BATCH.hue}[green", f":{BATCH.hue}[blue: the mean of all]"
    thin = f"Thin: the pull of each of {len(found.each):,} examples"
    if len(found.full) == 1:
        return f"{thin} · {few}: the batch and its mean] · {full}"
    return (
        f"{thin} · {few}: the batch, its mean, and as dots the means of other batches] · {full} · dashed: the contour"
    )


def pull_findings(found: Pulls, loaded: Loaded, point: tuple[float, ...], factor: float) -> list[str]:
    """Say how the batch's mean differs from the full one, how that depends on the size, and what stands upright."""
    if not found.has_direction:
        return [_no_direction(found)]
    return [_this_batch(found), _other_batches(found), _upright(found, loaded, point, factor)]


def _no_direction(found: Pulls) -> str:
    largest = float(np.linalg.norm(found.each, axis=1).max())
    if largest == 0:
        return "Here every single example is content: all pulls are zero, and so is every mean of them."
    return (
        f"Here the pulls cancel: their mean is zero up to rounding, though the strongest single one is "
        f"{number(largest)} long. This is the solution; a batch still pulls away from it, with "
        f"{number(float(np.linalg.norm(found.mean)))}."
    )


def _batch(found: Pulls) -> str:
    few = f"{found.size:,} example{'s' if found.size > 1 else ''}"
    return f":{MINI_BATCH.hue}[mean of {few}]"


def _this_batch(found: Pulls) -> str:
    longer = float(np.linalg.norm(found.mean) / np.linalg.norm(found.full))
    if found.size == len(found.each):
        return f"This batch has all {found.size:,} examples: its mean is the full gradient itself."
    full = f":{BATCH.hue}[full mean]"
    if len(found.full) == 1:
        way = "points the same way" if float(found.mean[0] * found.full[0]) > 0 else "does not point the same way"
        return f"The {_batch(found)} {way} as the {full} and is {longer:.2f} times as long."
    angle = float(degrees_between(found.mean, found.full))
    off = f"points {angle:.1f}° away from" if math.isfinite(angle) else "has no direction, unlike"
    return f"The {_batch(found)} {off} the {full} and is {longer:.2f} times as long."


def _other_batches(found: Pulls) -> str:
    draws = len(found.means)
    if len(found.full) == 1:
        low, high = spread(found, found.of_size()).min(), spread(found, found.of_size()).max()
        return (
            f"Over {draws} draws of this size the mean is between {low:.2f} and {high:.2f} times the full one: with a "
            "single weight batches can differ in length and sign only."
        )
    middle = np.nanmedian(spread(found, found.means), axis=0)
    named = [(size, angle) for size, angle in zip(found.sizes, middle, strict=True) if size in (1, found.size)]
    named += [(size, angle) for size, angle in zip(found.sizes, middle, strict=True) if size > found.size][:1]
    parts = [f"{angle:.1f}° for {size:,}" for size, angle in named]
    return f"Over {draws} draws of each size the middle angle is {', '.join(parts)} examples."


def _upright(found: Pulls, loaded: Loaded, point: tuple[float, ...], factor: float) -> str:
    scaled = f"Arrows point downhill, against the gradient, and are drawn at {factor:g} of their length."
    if len(found.full) == 1:
        return scaled
    angle = float(degrees_between(contour(loaded, point).along, found.full))
    return f"The full mean meets the dashed contour at {angle:.4f}°: a right angle, up to rounding. {scaled}"
