"""What one step shows and what the whole descent shows, in sentences made from the numbers of the run."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from gd_core import NEVER, History
from gd_ui.controls import written
from gd_ui.datasets import Loaded
from gd_ui.methods import BATCH
from gd_ui.numbers import number, times
from gd_ui.one_step.arithmetic import Worked
from gd_ui.one_step.descent import ERROR, GRADIENT, NEAR, PREDICT, REPEAT, START, UPDATE
from gd_ui.one_step.lines import signed
from gd_ui.one_step.maps import uphill_is_drawn
from gd_ui.one_step.scene import Scene

RED = "red"
"""Streamlit's name of the colour of errors; the charts use the same one."""


def explanation(stage: str, worked: Worked, loaded: Loaded, shown: Scene) -> str:
    """Say in a few words what a stage does and what its numbers mean, and where the pictures can show no more."""
    arrow = shown.arrow if stage == GRADIENT and uphill_is_drawn(shown) else 0
    if shown.now.update == worked.moment.update or stage == REPEAT:
        return _explained(stage, worked, loaded, arrow)
    return (
        f"{_explained(stage, worked, loaded, arrow)} The pictures stop at update {shown.now.update:,}, the last "
        "one that a screen can hold."
    )


def _explained(stage: str, worked: Worked, loaded: Loaded, arrow: float) -> str:
    """Explain a stage; `arrow` is the scale of the drawn gradient, 0 if it is not drawn."""
    if not worked.moment.finite and stage not in (START, REPEAT):
        return (
            f"After {worked.moment.update:,} updates the numbers have left what a computer can hold. The formulas "
            "are the same; there is nothing left to put in."
        )
    return _EXPLANATIONS[stage](worked, loaded, arrow)


def diverging(loaded: Loaded, history: History) -> bool:
    """Whether the run ended higher than it began, by more than rounding, or left all numbers."""
    first, last = float(history.loss[0, 0]), float(history.loss[0, -1])
    rounding = 1e-9 * (first + loaded.reference_loss)
    return bool(history.diverged_at[0] != NEVER) or last > first + rounding


def findings(worked: Worked, loaded: Loaded, history: History) -> list[str]:
    """Say how the whole descent ended, why, and what the held-out points say of its line."""
    sentences = [_fate(worked, loaded, history), _why(worked, loaded)]
    held_out = history.validation_loss
    if held_out is not None and loaded.task.validation is not None and math.isfinite(held_out[0, -1]):
        sentences.append(
            f"On the {loaded.task.validation.n:,} held-out points the last line has the loss "
            f"{number(float(held_out[0, -1]))}; the first one had {number(float(held_out[0, 0]))}."
        )
    return sentences


def _fate(worked: Worked, loaded: Loaded, history: History) -> str:
    first, last = float(history.loss[0, 0]), float(history.loss[0, -1])
    updates, best = len(history.seen) - 1, loaded.best_loss
    if diverging(loaded, history):
        lost = int(history.diverged_at[0])
        grown = f"was multiplied by {times(last / first)}" if first > 0 else f"rose from zero to {number(last)}"
        fate = f"its numbers are not finite from update {lost:,} on" if lost != NEVER else f"its loss {grown}"
        return f"**{BATCH.title} descent diverged**: {fate}."
    if loaded.noise_free and first <= 1e-12 * loaded.reference_loss:
        return f"The start fits the data already, but for rounding: its loss is {number(first)}."
    if first <= best * (1 + NEAR):
        near_best = f"its loss is {number(first)}, the best possible {number(best)}"
        return f"The start is already within {100 * NEAR:g} % of the best: {near_best}."
    told = f"In {updates:,} updates the loss went from {number(first)} to {number(last)}"
    if loaded.noise_free:
        stable = worked.moment.learning_rate < loaded.curvature.max_stable_learning_rate()
        free = "; the data have no noise, so nothing stops it short of zero but rounding" if stable else ""
        return f"{told}{free}."
    near = history.loss[0] <= best * (1 + NEAR)
    told += f"; the best possible is {number(best)}"
    return (
        f"{told}. It came within {100 * NEAR:g} % of that at update {int(near.argmax()):,}."
        if near.any()
        else f"{told}."
    )


def _why(worked: Worked, loaded: Loaded) -> str:
    """Say what the rate does to the distance from the solution, direction by direction."""
    rate, curvature = worked.moment.learning_rate, loaded.curvature
    limit = curvature.max_stable_learning_rate()
    eigenvalues = curvature.eigenvalues
    flat, steep = (abs(1 - rate * float(value)) for value in (eigenvalues[0], eigenvalues[-1]))
    side = {-1: "below", 0: "exactly at", 1: "above"}[int(np.sign(rate - limit))]
    told = f"The rate {written(rate)} is {side} the limit 2/λmax = {limit:.4g}"
    if len(eigenvalues) == 1:
        return f"{told}: each update multiplies the distance from the solution by {steep:.3g}."
    return (
        f"{told}: each update multiplies the distance from the solution by {steep:.3g} in the steepest direction and "
        f"by {flat:.3g} in the flattest."
    )


def _start(worked: Worked, loaded: Loaded, arrow: float) -> str:
    held_out = loaded.task.validation
    begin = (
        "Nobody knows the right line yet, so its parameters are **drawn at random**."
        if worked.random
        else "Nobody knows the right line yet. The descent begins with the one whose numbers stand here."
    )
    split = (
        f"{loaded.train.n:,} points train it. {held_out.n:,} are held out: no update ever sees them."
        if held_out is not None
        else f"All {loaded.train.n:,} points train it; none is held out."
    )
    return f"{begin} {split}"


def _predict(worked: Worked, loaded: Loaded, arrow: float) -> str:
    moment, row = worked.moment, worked.row
    return (
        f"Every x goes through the line. At x = {number(float(moment.x[row]))} the line says "
        f":{BATCH.hue}[{signed(moment.prediction[row])}], the data say {signed(moment.y[row])}. "
        "The whole line is **one point** of the picture on the right."
    )


def _error(worked: Worked, loaded: Loaded, arrow: float) -> str:
    error = float(worked.moment.error[worked.row])
    where = "is too low" if error < 0 else "is too high" if error > 0 else "is right"
    return (
        f"At point {worked.point} the line {where}. Squaring makes every error count as positive, and large ones most. "
        f"The :{RED}[mean of all {worked.moment.n:,} squares], the loss, says in one number how bad the line is."
    )


def _gradient(worked: Worked, loaded: Loaded, arrow: float) -> str:
    moment = worked.moment
    if not moment.gradient.any():
        return "Every slope is zero: the loss can fall no further, and an update changes nothing."
    letters = [letter for letter in ("b", "w") if letter in moment.symbols]
    told = "; ".join(_nudged(letter, moment.of(letter, moment.gradient)) for letter in letters)
    drawn = f" The arrow, drawn {_scale(arrow)}, points **uphill**." if arrow else ""
    if len(letters) > 1 and not arrow:
        drawn = " There is no arrow on the map: it would be too short to see, or begins outside."
    return f"{told[0].upper()}{told[1:]}.{drawn} {_own(worked)}"


def _own(worked: Worked) -> str:
    moment, row = worked.moment, worked.row
    slope = 2 * float(moment.error[row]) * float(moment.x[row])
    return f"Point {worked.point} alone has the slope {signed(slope)} in w; the mean of all {moment.n:,} counts."


def _nudged(letter: str, slope: float) -> str:
    if slope == 0:
        return f"a nudge of {letter} changes nothing"
    return (
        f"raise {letter} a little and the loss {'falls' if slope < 0 else 'rises'} {number(abs(slope))} times as much"
    )


def _scale(arrow: float) -> str:
    return "at its full length" if arrow == 1 else f"at {written(arrow)} times its length"


def _update(worked: Worked, loaded: Loaded, arrow: float) -> str:
    moment = worked.moment
    now, then = moment.loss, moment.loss_after
    if then > now:
        verdict = "It **rose**: the step went so far across the valley that it ended higher on the other side."
    elif then == now:
        verdict = "Nothing changed: these numbers are as good as rounding allows."
    elif (excess := now - loaded.best_loss) > 1e-9 * now:
        verdict = f"That is {100 * (now - then) / excess:.1f} % of all that could still be gained."
    else:
        verdict = "What is left to gain is rounding."
    told = f"Walk against the gradient, η times its length. The loss goes from {number(now)} to **{number(then)}**."
    return f"{told} {verdict}"


def _repeat(worked: Worked, loaded: Loaded, arrow: float) -> str:
    return "The same four steps, from wherever the last update ended. *After update* chooses one to be worked out."


_EXPLANATIONS: dict[str, Callable[[Worked, Loaded, float], str]] = {
    START: _start,
    PREDICT: _predict,
    ERROR: _error,
    GRADIENT: _gradient,
    UPDATE: _update,
    REPEAT: _repeat,
}
