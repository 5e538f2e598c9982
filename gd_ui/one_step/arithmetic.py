"""Arithmetic: every formula of one update with its numbers put in, as LaTeX, and the same numbers with all digits."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from gd_core.descent import quietly
from gd_core.shapes import Array
from gd_ui.one_step.descent import ERROR, GRADIENT, PREDICT, REPEAT, START, UPDATE, Moment

DECIMALS = 4
"""Decimals of a number in a formula; one that has fewer is written exactly."""
WIDE = 44
"""Letters of LaTeX that fit one row beside the charts."""


class Inks(NamedTuple):
    """Colours of the prediction and of the error in formulas, the same as in the charts."""

    model: str
    error: str


class Worked(NamedTuple):
    """What the formulas are about."""

    moment: Moment
    row: int
    """The row of the data whose point is looked at."""
    point: int
    """The same point, counted from the left."""
    random: bool
    """Whether the start was drawn at random."""
    path: Array
    """(T+1, P) the parameters after every update."""
    losses: Array
    """(T+1,)"""
    best: Array
    """(P,)"""
    best_loss: float


@quietly
def formula(stage: str, worked: Worked, inks: Inks) -> str:
    """Return the formulas of a stage as one aligned block of LaTeX."""
    return r"\begin{aligned}" + r"\\[5pt]".join(_FORMULAS[stage](worked, inks)) + r"\end{aligned}"


def plain(value: float) -> str:
    """Return a number as LaTeX: four decimals, powers of ten where it is tiny or large."""
    if math.isnan(value):
        return r"\text{no number}"
    if math.isinf(value):
        return r"\infty" if value > 0 else r"-\infty"
    if value == round(value, DECIMALS) and abs(value) < 1e6:
        return f"{value + 0:.10g}"  # adding nothing turns -0 into 0
    if 10.0**-DECIMALS <= abs(value) < 1e6:
        return f"{value:.{DECIMALS}f}"
    mantissa, power = f"{value:.3e}".split("e")
    return rf"{mantissa} \cdot 10^{{{int(power)}}}"


def bracketed(value: float) -> str:
    """Return a number as LaTeX that may stand after an operator."""
    return f"({plain(value)})" if value < 0 else plain(value)


def rate(value: float) -> str:
    """Return a learning rate as LaTeX, with every digit it was given."""
    mantissa, _, power = f"{value:.10g}".partition("e")
    return rf"{mantissa} \cdot 10^{{{int(power)}}}" if power else mantissa


@quietly
def digits(worked: Worked) -> list[tuple[str, str]]:
    """Return names and values of one update with all digits, as Python and NumPy print them."""
    moment, row = worked.moment, worked.row
    now, then = moment.update, moment.update + 1
    letters = [letter for letter in ("b", "w") if letter in moment.symbols]
    table = [(f"{letter} at update {now}", moment.of(letter, moment.theta)) for letter in letters]
    table += [
        (f"x of point {worked.point}", moment.x[row]),
        (f"y of point {worked.point}", moment.y[row]),
        ("its prediction", moment.prediction[row]),
        ("its error", moment.error[row]),
        ("its squared error", np.square(moment.error[row])),
        (f"loss (MSE) at update {now}", moment.loss),
    ]
    table += [(f"∂MSE/∂{letter}", moment.of(letter, moment.gradient)) for letter in letters]
    table += [("learning rate η", moment.learning_rate)]
    table += [(f"{letter} at update {then}", moment.of(letter, moment.after)) for letter in letters]
    table += [(f"loss (MSE) at update {then}", moment.loss_after)]
    return [(name, repr(float(value))) for name, value in table]


def _start(worked: Worked, inks: Inks) -> list[str]:
    moment, first = worked.moment, worked.path[0]
    drawn = r"\sim \mathcal N(0, 1) \;\to\; " if worked.random else "= "
    rows = [f"{letter}_0 &{drawn}{plain(moment.of(letter, first))}" for letter in _letters(moment)]
    if moment.update:
        rows += [
            f"{_at(letter, moment.update)} &= {plain(moment.of(letter, moment.theta))}" for letter in _letters(moment)
        ]
    return [*rows, rf"{_hat(inks)} &= {_model(moment, 'x')} = {_line(moment)}"]


def _predict(worked: Worked, inks: Inks) -> list[str]:
    moment, i = worked.moment, worked.point
    x, prediction = float(moment.x[worked.row]), float(moment.prediction[worked.row])
    put_in = rf"{bracketed(moment.of('w', moment.theta))} \cdot {bracketed(x)}"
    if "b" in moment.symbols:
        put_in = f"{plain(moment.of('b', moment.theta))} + {put_in}"
    return [
        rf"x_{{{i}}} &= {plain(x)}",
        rf"{_hat(inks, i)} &= {_model(moment, f'x_{{{i}}}')}",
        f"&= {put_in}",
        f"&= {_coloured(inks.model, plain(prediction))}",
    ]


def _error(worked: Worked, inks: Inks) -> list[str]:
    moment, i, row = worked.moment, worked.point, worked.row
    prediction, y, error = (float(values[row]) for values in (moment.prediction, moment.y, moment.error))
    total, square = float(np.square(moment.error).sum()), float(np.square(moment.error[row]))
    e = _coloured(inks.error, f"e_{{{i}}}")
    return [
        rf"{e} &= {_hat(inks, i)} - y_{{{i}}}",
        f"&= {_coloured(inks.model, plain(prediction))} - {bracketed(y)} = {_coloured(inks.error, plain(error))}",
        rf"{e}^2 &= {bracketed(error)}^2 = {plain(square)}",
        rf"\text{{MSE}} &= \operatorname{{mean}}({_coloured(inks.error, 'e_i')}^2)"
        rf" = \tfrac{{1}}{{N}} \textstyle\sum {_coloured(inks.error, 'e_i')}^2",
        rf"&= {plain(total)} \,/\, {moment.n} = {_coloured(inks.error, plain(moment.loss))}",
    ]


def _gradient(worked: Worked, inks: Inks) -> list[str]:
    moment, e = worked.moment, _coloured(inks.error, "e_i")
    inside = {"b": e, "w": rf"{e}\,x_i"}
    rows = []
    for letter in _letters(moment):
        mean, slope = moment.of(letter, moment.mean), moment.of(letter, moment.gradient)
        rows.append(rf"{_slope(letter)} &= 2 \cdot \operatorname{{mean}}({inside[letter]})")
        rows.append(rf"&= 2 \cdot {bracketed(mean)} = {plain(slope)}")
    return rows


def _update(worked: Worked, inks: Inks) -> list[str]:
    moment = worked.moment
    rows = []
    for letter in _letters(moment):
        before, slope = moment.of(letter, moment.theta), moment.of(letter, moment.gradient)
        after = plain(moment.of(letter, moment.after))
        old, new = _at(letter, moment.update), _at(letter, moment.update + 1)
        rows.append(rf"{new} &= {old} - \eta \, {_slope(letter, small=True)}")
        put_in, result = rf"{plain(before)} - {rate(moment.learning_rate)} \cdot {bracketed(slope)}", after
        parts = [f"&= {put_in}", f"= {_coloured(inks.model, result)}"]
        rows += [" ".join(parts)] if len(put_in + result) <= WIDE else [parts[0], f"&{parts[1]}"]
    return rows


def _repeat(worked: Worked, inks: Inks) -> list[str]:
    moment, last = worked.moment, len(worked.losses) - 1
    letters = _letters(moment)
    both = "(b, w)" if len(letters) > 1 else "w"
    rule = [rf"{both}_{{t+1}} &= {both}_t - \eta \, \nabla \text{{MSE}}_t"]
    ends = [(letter, moment.of(letter, worked.path[-1]), moment.of(letter, worked.best)) for letter in letters]
    ends.append((r"\text{MSE}", float(worked.losses[-1]), worked.best_loss))
    return rule + [
        rf"{_at(name, last)} &= {_coloured(inks.model, plain(end))} \quad (\text{{best: }} {plain(best)})"
        for name, end, best in ends
    ]


_FORMULAS: dict[str, Callable[[Worked, Inks], list[str]]] = {
    START: _start,
    PREDICT: _predict,
    ERROR: _error,
    GRADIENT: _gradient,
    UPDATE: _update,
    REPEAT: _repeat,
}


def _letters(moment: Moment) -> list[str]:
    """Return the letters in the order of the formula b + w x."""
    return [letter for letter in ("b", "w") if letter in moment.symbols]


def _model(moment: Moment, x: str) -> str:
    return rf"b + w\,{x}" if "b" in moment.symbols else rf"w\,{x}"


def _line(moment: Moment) -> str:
    """The current line as a formula in x: 0.4967 - 0.1383 x."""
    w = moment.of("w", moment.theta)
    if "b" not in moment.symbols:
        return rf"{plain(w)}\,x"
    return rf"{plain(moment.of('b', moment.theta))} {'-' if w < 0 else '+'} {plain(abs(w))}\,x"


def _at(letter: str, update: int) -> str:
    return f"{letter}_{{{update}}}"


def _hat(inks: Inks, point: int | None = None) -> str:
    return _coloured(inks.model, r"\hat y" + ("" if point is None else f"_{{{point}}}"))


def _slope(letter: str, *, small: bool = False) -> str:
    return rf"\{'tfrac' if small else 'dfrac'}{{\partial\,\text{{MSE}}}}{{\partial {letter}}}"


def _coloured(ink: str, text: str) -> str:
    return rf"{{\color{{{ink}}} {text}}}"
