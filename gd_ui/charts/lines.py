"""Lines of arithmetic whose numbers are those of the player's update: text that plays along."""

from __future__ import annotations

import altair as alt

from gd_ui.charts.network import current, value, written
from gd_ui.charts.template import INK, Spec, build, data

SPACING = 21
"""Pixels from line to line; many lines stand closer, so that all fit."""


def lines(height: int, terms: int) -> Spec:
    """Return lines of words and up to `terms` numbers each.

    Data: this (as in gd_ui.charts.network.current), lines (line: from 0, count: of lines, and for each term t words
    before it `before_t`, its place among the numbers `place_t`, -1 for none, `kind_t`, `look_t`; `after`: the words
    after the last).
    """
    rows, text = data("lines"), []
    for t in range(terms):
        rows = rows.transform_calculate(**{f"v_{t}": f"datum.place_{t} < 0 ? 0 : {value(f'datum.place_{t}')}"})
        rows = rows.transform_calculate(**{f"text_{t}": _term(t)})
        text.append(f"datum.before_{t} + datum.text_{t}")
    rows = rows.transform_calculate(
        text=f"{' + '.join(text)} + datum.after",
        y=f"10 + datum.line * min({SPACING}, ({height} - 24) / max(1, datum.count - 1))",
    )
    crowded = f"(datum.count * 17 > {height})"
    mark = rows.mark_text(
        align="left",
        baseline="middle",
        fontSize=alt.expr(f"width < 400 ? ({crowded} ? 11.5 : 12) : ({crowded} ? 12.5 : 14.5)"),
        fontWeight=alt.expr("datum.line == 0 ? 600 : 400"),
        aria=False,
    )
    texts = mark.encode(
        x=alt.XValue(0), y=alt.Y("y:Q", scale=None), text="text:N", fill=alt.FillDatum(INK, type="nominal")
    )
    spec = build(alt.layer(texts), height, current())
    del spec["usermeta"]  # SVG: sharp, and text can be searched
    return spec


def _term(t: int) -> str:
    """The expression that writes one term."""
    number, kind, look = f"datum.v_{t}", f"datum.kind_{t}", f"datum.look_{t}"
    count = f"{kind} == 'count' ? format({number}, ',')"
    shown = f"({count} : {written(number, kind)})"
    size = f"({written(f'abs({number})', kind)})"
    signed = f"({number} < 0 ? ' − ' : ' + ') + {size}"
    bracketed = f"({number} < 0 ? '(' + {shown} + ')' : {shown})"
    return f"datum.place_{t} < 0 ? '' : {look} == 'signed' ? {signed} : {look} == 'bracketed' ? {bracketed} : {shown}"
