"""The chain rule with numbers: how the loss of one example depends on b and w, link by link, and then the average."""

from __future__ import annotations

import math

import numpy as np

from gd_ui.datasets import Loaded
from gd_ui.gradient.findings import signed
from gd_ui.gradient.nudge import b_first
from gd_ui.gradient.pull import Pulls, links

MOST_ROWS = 5
"""Examples of the batch that the table shows."""
CONSTANT = "1"
"""dp/db: the intercept moves every prediction by as much as itself."""


def tex(value: float, *, factor: bool = False) -> str:
    """Return a number as TeX, about five digits, tiny ones with a power of ten; a negative `factor` in brackets."""
    size = abs(value)
    if 0 < size < 1e-3:
        power = math.floor(math.log10(size))
        text = rf"{value / 10.0**power:.2f}\cdot 10^{{{power}}}"
    else:
        text = f"{value:.{max(1, 4 - len(str(int(size))) + 1)}f}"
    return f"({text})" if factor and value < 0 else text


def one_example(loaded: Loaded, point: tuple[float, ...], found: Pulls) -> str:
    """Return the chain of the batch's first example as TeX, with its numbers put in; short lines, for a phone."""
    link, names = links(loaded.train, found, point, found.rows[:1]), loaded.train.model.names
    x, y, p, outer = (float(values[0]) for values in link[:4])
    model, numbers = "w x", rf"{tex(point[0])} \cdot {tex(x, factor=True)}"
    inner = rf"\frac{{\partial p}}{{\partial w}} &= x = {tex(x)}"
    if len(names) > 1:
        model, numbers = "b + w x", rf"{tex(point[1])} + {tex(point[0], factor=True)} \cdot {tex(x, factor=True)}"
        inner += rf",\quad \frac{{\partial p}}{{\partial b}} = {CONSTANT}"
    lines = [
        rf"p &= {model}",
        rf"&= {numbers}",
        rf"&= {tex(p)}",
        rf"\frac{{\partial l}}{{\partial p}} &= 2\,(p - y) = 2\,({tex(p)} - {tex(y, factor=True)})",
        rf"&= {tex(outer)}",
        inner,
    ]
    factors = {"b": CONSTANT, "w": tex(x, factor=True)}
    for place in b_first(len(names)):
        partial = rf"\frac{{\partial l}}{{\partial {names[place]}}}"
        rule = rf"\frac{{\partial l}}{{\partial p}} \cdot \frac{{\partial p}}{{\partial {names[place]}}}"
        product = rf"{tex(outer)} \cdot {factors[names[place]]}"
        lines += [rf"{partial} &= {rule} = {product}", rf"&= {tex(float(link.gradient[0, place]))}"]
    return _aligned(lines)


def average(loaded: Loaded, found: Pulls) -> str:
    """Return the mean over all examples as TeX: the gradient."""
    names, count = loaded.train.model.names, len(found.each)
    lines = []
    for place in b_first(len(names)):
        mean = rf"\frac{{1}}{{N}} \sum_i \frac{{\partial l_i}}{{\partial {names[place]}}}"
        total, result = tex(float(found.each[:, place].sum())), tex(float(found.full[place]))
        partial = rf"\frac{{\partial J}}{{\partial {names[place]}}}"
        lines += [rf"{partial} &= {mean}", rf"&= \frac{{{total}}}{{{count}}} = {result}"]
    return _aligned(lines)


def table(loaded: Loaded, point: tuple[float, ...], found: Pulls) -> str:
    """Return the slopes of the batch's first examples and the means, as a Markdown table narrow enough for a phone."""
    order, names = b_first(len(found.full)), loaded.train.model.names
    heads = ["row", "$x$", "$p - y$", *(rf"$\partial l/\partial {names[place]}$" for place in order)]
    first = found.rows[:MOST_ROWS]
    link = links(loaded.train, found, point, first)
    columns = np.column_stack([link.x, link.prediction - link.y, link.gradient[:, order]])
    rows = [
        [f"{row + 1:,}", *map(_short, values)] for row, values in zip(first.tolist(), columns.tolist(), strict=True)
    ]
    if found.size > MOST_ROWS:
        rows.append([f"and {found.size - MOST_ROWS:,} more", *[""] * (len(heads) - 1)])
    for name, mean in ((f"mean of {found.size:,}", found.mean), (f"mean of all {len(found.each):,}", found.full)):
        rows.append([f"**{name}**", "", "", *(f"**{_short(float(mean[place]))}**" for place in order)])
    lines = [heads, ["---", *["---:"] * (len(heads) - 1)], *rows]
    return "\n".join(f"|{'|'.join(line)}|" for line in lines)


def _short(value: float) -> str:
    """Return a number with about four digits, a tiny one with a power of ten."""
    return signed(value) if 0 < abs(value) < 1e-3 else signed(value, max(0, 4 - len(str(int(abs(value))))))


def _aligned(lines: list[str]) -> str:
    return r"\begin{aligned}" + r"\\[7pt]".join(lines) + r"\end{aligned}"
