"""Arithmetic: the formulas of a stage with the numbers of the player's update put in, line by line.

A line is made of words and of terms; a term names a number, which the chart looks up at every update.
"""

from __future__ import annotations

from typing import NamedTuple

from gd_core.hiring import LAYERS
from gd_ui.backprop.runs import BackpropSettings, unit_numbers, weight_numbers
from gd_ui.backprop.stages import ALL, BACK, FORWARD, LOSS, UPDATE, reached

TERMS = 6
"""Numbers in one line."""
INDENT = "\N{WORD JOINER}" + 6 * "\N{NO-BREAK SPACE}"
"""Vega trims the spaces that a text begins with, but not behind something, be it unseen."""


class Term(NamedTuple):
    """A number in a line."""

    key: str
    kind: str = "plain"
    """"plain", "slope" or "count"."""
    look: str = ""
    """Nothing, "bracketed" where it follows an operator, or "signed" where it is added."""


Line = list[str | Term]


class Panel(NamedTuple):
    """The arithmetic of a stage."""

    lines: list[Line]

    @property
    def keys(self) -> list[str]:
        """The names of all numbers read."""
        return sorted({part.key for line in self.lines for part in line if isinstance(part, Term)})


def panel(stage: str, settings: BackpropSettings, method: str, who: int) -> Panel:
    """Return the lines of a stage for the applicant `who` when the network learns by `method`."""
    kind, depth = reached(stage, settings.about.sizes)
    makers = {ALL: _all, LOSS: _loss, UPDATE: _update}
    head: Line = ["After update ", Term("k", "count"), f", applicant {who + 1}" if len(settings.x) > 1 else ""]
    if kind in makers:
        return Panel([head, *makers[kind](settings, method, who)])
    return Panel([head, *(_forward if kind == FORWARD else _back)(settings, depth, who)])


def heading(stage: str, sizes: tuple[int, ...]) -> str:
    """Return what a stage does, as one line of Markdown with its formula."""
    kind, depth = reached(stage, sizes)
    if kind == BACK:
        return _BACK_LAST if depth == len(sizes) - 1 else _BACK_HIDDEN
    return _HEADINGS[kind]


_SIGMOID = r"$a=\sigma(z)=1/(1+e^{-z})$"
_HALF = r"$L=\tfrac12(t-a)^2$"
_SLOPE, _BY_WEIGHT = "a(1-a)", r"$\;\partial L/\partial w=a_\text{in}\delta$"
_HEADINGS = {
    ALL: "**One update at a glance**, taken apart by the stages above",
    FORWARD: r"**Forward**: $z=\sum a_\text{in}w+b$, then " + _SIGMOID,
    LOSS: r"**Loss**: half the squared error, " + _HALF,
    UPDATE: r"**Update**: $w\leftarrow w-\eta\cdot\text{mean of }\partial L/\partial w$ over the batch",
}
_BACK_LAST = rf"**Back**: $\delta=(a-t)\,{_SLOPE}$, {_BY_WEIGHT}, $\;\partial L/\partial b=\delta$"
_BACK_HIDDEN = rf"**Back**: $\delta=(\sum w\,\delta_\text{{next}})\,{_SLOPE}$, {_BY_WEIGHT}"


def weight_name(p: int, sizes: tuple[int, ...]) -> str:
    """Return what parameter `p` of theta is called."""
    for depth, (weights, biases) in enumerate(weight_numbers(sizes), start=1):
        for i, row in enumerate(weights.tolist()):
            for j, number in enumerate(row):
                if number == p:
                    return f"{LAYERS[depth - 1][i]} → {LAYERS[depth][j]}"
        for j, number in enumerate(biases.tolist()):
            if number == p:
                return f"bias of {LAYERS[depth][j]}"
    raise ValueError(f"p must be a parameter of a network with sizes {sizes}; got {p}.")


def _all(settings: BackpropSettings, method: str, who: int) -> list[Line]:
    sizes = settings.about.sizes
    lines: list[Line] = []
    for depth, units in enumerate(unit_numbers(sizes)[1:], start=1):
        for j, u in enumerate(units):
            lines.append([f"{LAYERS[depth][j]}:  z ", Term(f"z{u}"), ",  a = σ(z) ", Term(f"a{u}"), ",  δ ",
                          Term(f"d{u}", "slope")])  # fmt: skip
    return [*lines, *_loss(settings, method, who)]


def _forward(settings: BackpropSettings, depth: int, who: int) -> list[Line]:
    sizes = settings.about.sizes
    units, (weights, biases) = unit_numbers(sizes), weight_numbers(sizes)[depth - 1]
    lines: list[Line] = []
    for j, u in enumerate(units[depth]):
        products: Line = []
        for i, before in enumerate(units[depth - 1]):
            given: str | Term = f"{settings.x[who][i]:g}" if depth == 1 else Term(f"a{before}")
            products += [" + " if i else "", given, " · ", Term(f"w{weights[i, j]}", look="bracketed")]
        name = LAYERS[depth][j]
        lines.append([f"z {name} = ", *products, Term(f"w{biases[j]}", look="signed"), " = ", Term(f"z{u}")])
        lines.append([f"a {name} = σ(", Term(f"z{u}"), ") = ", Term(f"a{u}")])
    return lines


def _loss(settings: BackpropSettings, method: str, who: int) -> list[Line]:
    outputs = unit_numbers(settings.about.sizes)[-1]
    squares: Line = []
    for k, u in enumerate(outputs):
        squares += [" + " if k else "", f"({settings.y[who][k]:g} − ", Term(f"a{u}"), ")²"]
    several = f" / {len(outputs)} outputs" if len(outputs) > 1 else ""
    lines: list[Line] = [["L = ½ ", "(" if several else "", *squares, ")" if several else "", several, " = ",
                          Term("loss", "slope")]]  # fmt: skip
    n = len(settings.x)
    if n > 1:
        added: Line = []
        for i in range(min(n, TERMS - 1)):
            added += [" + " if i else "", Term(f"l{i}", "slope")]
        lines.append(["mean = (", *added, f") / {n} = ", Term("mean", "slope")])
    return lines


def _back(settings: BackpropSettings, depth: int, who: int) -> list[Line]:
    sizes = settings.about.sizes
    units, last = unit_numbers(sizes), depth == len(sizes) - 1
    lines: list[Line] = []
    for j, u in enumerate(units[depth]):
        name = LAYERS[depth][j]
        slope: Line = [" · ", Term(f"a{u}"), " · ", Term(f"c{u}"), " = ", Term(f"d{u}", "slope")]
        if last:
            target = f"{settings.y[who][j]:g}"
            lines.append([f"δ {name} = (", Term(f"a{u}"), f" − {target})", *slope])
            continue
        blame: Line = []
        for k, after in enumerate(units[depth + 1]):
            weight = weight_numbers(sizes)[depth][0][j, k]
            blame += [" + " if k else "", Term(f"w{weight}"), " · ", Term(f"d{after}", "slope", "bracketed")]
        lines += [[f"δ {name} = (", *blame, ")"], [INDENT, *slope]]
    weights, biases = weight_numbers(sizes)[depth - 1]
    for i, before in enumerate(units[depth - 1]):
        for j, u in enumerate(units[depth]):
            given: str | Term = f"{settings.x[who][i]:g}" if depth == 1 else Term(f"a{before}")
            p = weights[i, j]
            lines.append([f"{LAYERS[depth - 1][i]} → {LAYERS[depth][j]}:  ", given, " · ",
                          Term(f"d{u}", "slope", "bracketed"), " = ", Term(f"g{p}", "slope"),
                          ",  measured ", Term(f"n{p}", "slope")])  # fmt: skip
    for j, p in enumerate(biases.tolist()):
        lines.append([f"bias of {LAYERS[depth][j]}:  δ = ", Term(f"g{p}", "slope"), ",  measured ",
                      Term(f"n{p}", "slope")])  # fmt: skip
    return lines


def _update(settings: BackpropSettings, method: str, who: int) -> list[Line]:
    n, size = len(settings.x), settings.training(method).updates_per_epoch
    if n == 1:
        lines: list[Line] = []
    elif size == 1:
        lines = [[f"mean over all {n} applicants"]]
    else:
        used: Line = []
        for place in range(-(-n // size)):
            used += [" and " if place else "", Term(f"r{place}", "count")]
        lines = [["next batch: applicant ", *used]]
    for p in range(len(settings.start)):
        name = weight_name(p, settings.about.sizes)
        lines.append([f"{name}:  ", Term(f"w{p}"), Term(f"s{p}", "slope", "signed"), " = ", Term(f"v{p}", "slope")])
    return lines
