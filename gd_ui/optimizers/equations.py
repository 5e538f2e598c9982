"""The equations of the six rules as LaTeX, with what each remembers, and which convention is meant."""

from __future__ import annotations

from typing import NamedTuple

from gd_core import hyperparameters
from gd_ui.optimizers.race import Tuning
from gd_ui.optimizers.rules import RULES


class Equation(NamedTuple):
    """One rule as formulas."""

    lines: tuple[str, ...]
    """What happens in one update, in order."""
    remembers: str
    idea: str


def _mean(beta: str) -> str:
    """Return the weight of what is new in a running mean."""
    return f"(1 - {beta})"


def _begun(beta: str) -> str:
    """Return the sum of the weights of a running mean that began t updates ago."""
    return f"1 - {beta}^t"


_FIRST, _SECOND = r"\beta_1", r"\beta_2"
_STEP = r"\theta \leftarrow \theta - \eta\,"
EQUATIONS: dict[str, Equation] = {
    "gd": Equation((_STEP + "g",), "nothing", "Straight down the steepest way, as far as it is steep."),
    "momentum": Equation(
        (r"v \leftarrow \beta v + g", _STEP + "v"),
        "a velocity v, at first zero",
        "Gradients that agree add up; gradients that change sign cancel.",
    ),
    "nesterov": Equation(
        (r"v \leftarrow \beta v + g", _STEP + r"(g + \beta v)"),
        "a velocity v, at first zero",
        "Momentum that looks one coast ahead, and so brakes earlier.",
    ),
    "adagrad": Equation(
        (r"s \leftarrow s + g^2", _STEP + r"\dfrac{g}{\sqrt{s} + \varepsilon}"),
        "a sum s of squares, at first zero",
        "Each parameter has a rate of its own, which only ever falls.",
    ),
    "rmsprop": Equation(
        (rf"s \leftarrow {_SECOND} s + {_mean(_SECOND)}\, g^2", _STEP + r"\dfrac{g}{\sqrt{s} + \varepsilon}"),
        "a running mean s of squares, at first zero",
        "Like adagrad, but it forgets: a step is about as long at the bottom as above.",
    ),
    "adam": Equation(
        (
            rf"m \leftarrow {_FIRST} m + {_mean(_FIRST)}\, g",
            rf"s \leftarrow {_SECOND} s + {_mean(_SECOND)}\, g^2",
            rf"\hat m = \dfrac{{m}}{{{_begun(_FIRST)}}}, \quad \hat s = \dfrac{{s}}{{{_begun(_SECOND)}}}",
            _STEP + r"\dfrac{\hat m}{\sqrt{\hat s} + \varepsilon}",
        ),
        "running means m and s, at first zero; t counts the updates from one",
        "Momentum and a rate for each parameter, both corrected for having begun at zero.",
    ),
}
NOTATION = (
    "θ are the parameters, g the gradient at θ, η the learning rate; squares, roots and quotients are taken for each "
    "parameter by itself. The forms are PyTorch's."
)


def in_this_race(tuning: Tuning) -> str:
    """Return the settings that the formulas have in the race, as text."""
    own = [f"{name} {hyperparameters(name)['eps']:g}" for name in RULES if "eps" in RULES[name].tuned]
    eps = ", ".join(own) if tuning.eps is None else f"{tuning.eps:g}"
    return (
        f"In this race β = {tuning.momentum:g}; rmsprop: β₂ = {tuning.rho:g}; adam: β₁ = {tuning.beta1:g}, β₂ = "
        f"{tuning.beta2:g}; ε: {eps}."
    )


def worked(rule: str) -> str:
    """Return a rule as one Markdown text: its name, its formulas, what it remembers and the idea."""
    equation = EQUATIONS[rule]
    body = r" \\ ".join(f"& {line}" for line in equation.lines)
    formula = rf"$$\begin{{aligned}} {body} \end{{aligned}}$$"
    return f"{RULES[rule].label}\n\n{formula}\n\n{equation.idea} Remembers {equation.remembers}."
