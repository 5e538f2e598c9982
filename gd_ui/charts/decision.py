"""Decisions: a network's output over two inputs, as it forms. Gold says yes, violet says no, the line is one half."""

from __future__ import annotations

from itertools import pairwise

import altair as alt

from gd_ui.charts import ground, text
from gd_ui.charts.network import NEGATIVE, POSITIVE, current, value
from gd_ui.charts.packed import GRAIN, listed
from gd_ui.charts.template import INK, PAPER, SLOTS, Layer, Spec, build, data, fill, stroke

ACROSS, UP = 38, 20
"""Cells of the ground."""
REACH = ACROSS / UP
"""How many times as wide as high the ground is; a panel shows the middle of it."""
LETTERS = "0123456789abcdefghijklmnopqrstuvwxyz"
"""Shades of a ground that is sent ready-made: the output from 0 to 1, one letter for a cell."""


def hiring_map(sizes: tuple[int, ...], height: int) -> Spec:
    """Return the first output of a sigmoid network of these sizes, worked out in the browser from its parameters.

    Data: this (as in `current`, its numbers being theta and then every point's output; `centre_a`, `centre_b`, `half`;
    `edges`: where the output is one half at every moment, packed; `across`, `up`), points (number, x, y, yes).
    """
    count = sum((fan_in + 1) * fan_out for fan_in, fan_out in pairwise(sizes))
    cells, params = _cells().transform_calculate(a0_0="datum.u", a0_1="datum.v"), current()
    start = 0
    for depth, (fan_in, fan_out) in enumerate(pairwise(sizes), start=1):
        is_last, bias = depth == len(sizes) - 1, start + fan_in * fan_out
        for j in range(1 if is_last else fan_out):
            read = [*(start + i * fan_out + j for i in range(fan_in)), bias + j]
            params |= {f"w{p}": value(str(p)) for p in read}
            terms = [f"datum.a{depth - 1}_{i} * w{p}" for i, p in enumerate(read[:-1])]
            output = f"1 / (1 + exp(-({' + '.join(terms)} + w{read[-1]})))"
            cells = cells.transform_calculate(**{"out" if is_last else f"a{depth}_{j}": output})
        start = bias + fan_out
    said = f"format({value(f'{count} + datum.number')}, '.2f')"
    return _map(cells, said, params, height)


def ready_map(height: int) -> Spec:
    """Return a network's output on a ground sent ready-made.

    Data: as for `hiring_map`, but that the one number of a moment is its update, and `shades` are the cells of every
    moment, packed.
    """
    shade = "indexof(letters, substring(shades[min(moment, length(shades) - 1)], datum.cell, datum.cell + 1))"
    cells = _cells().transform_calculate(out=f"length(shades) ? {shade} / {len(LETTERS) - 1} : 0.5")
    params = current() | {"shades": listed("shades"), "letters": f"'{LETTERS}'"}
    return _map(cells, None, params, height)


def _cells() -> Layer:
    """One row for each cell of the ground, with its middle (u, v) and its corners in pixels."""
    return (
        data("this")
        .transform_calculate(cell=f"sequence({ACROSS * UP})")
        .transform_flatten(["cell"])
        .transform_calculate(i=f"datum.cell % {ACROSS}", j=f"floor(datum.cell / {ACROSS})")
        .transform_calculate(
            u=f"centre_a + half * {REACH} * (2 * (datum.i + 0.5) / {ACROSS} - 1)",
            v=f"centre_b + half * (2 * (datum.j + 0.5) / {UP} - 1)",
            # Whole pixels, or neighbours would overlap or leave a gap.
            left=f"round(width / 2 + {REACH} * height / 2 * (2 * datum.i / {ACROSS} - 1))",
            right=f"round(width / 2 + {REACH} * height / 2 * (2 * (datum.i + 1) / {ACROSS} - 1))",
            top=f"round(height * (1 - (datum.j + 1) / {UP}))",
            bottom=f"round(height * (1 - datum.j / {UP}))",
        )
        .transform_filter("datum.left < width && datum.right > 0")
        .transform_calculate(x1="max(0, datum.left)", x2="min(width, datum.right)")
    )


def _map(cells: Layer, said: str | None, params: dict[str, str], height: int) -> Spec:
    """Draw ground, boundary and points; `said` is the expression for what stands beside a point."""
    place = ground.map_place()
    sides = (POSITIVE, "datum.out >= 0.5"), (NEGATIVE, "datum.out < 0.5")
    layers: list[Layer] = []
    for slot, mine in sides:
        side = cells.transform_filter(mine).transform_calculate(strength="0.06 + 1.5 * abs(datum.out - 0.5)")
        layers.append(
            side.mark_rect(clip=True, aria=False).encode(
                x=alt.X("x1:Q", scale=None), x2="x2:Q", y=alt.Y("top:Q", scale=None), y2="bottom:Q",
                fill=fill(slot), opacity=alt.Opacity("strength:Q", scale=None),
            )
        )  # fmt: skip
    layers.append(_boundary())
    points = data("points")
    marks = points.mark_point(filled=True, opacity=1, strokeWidth=1.6, clip=True)
    shape = alt.Shape("yes:N", scale=alt.Scale(domain=[True, False], range=["circle", "square"]), legend=None)
    colour = alt.Fill("slot:N", scale=alt.Scale(domain=SLOTS), legend=None)
    layers.append(
        marks.transform_calculate(slot=f"datum.yes ? '{POSITIVE}' : '{NEGATIVE}'").encode(
            **place("x", "y"), shape=shape, fill=colour, stroke=stroke(PAPER if said is None else INK),
            size=alt.SizeValue(34 if said is None else 150),
        )
    )  # fmt: skip
    if said is not None:
        texts = points.transform_calculate(said=f"length(now) ? {said} : ''")
        layers += text.haloed(texts, INK, "said:N", place("x", "y"), dy=-18, fontSize=14, fontWeight=600)
    else:
        told = f"length(now) ? 'after update ' + format({value('0')}, ',') : ''"
        layers.append(text.caption("right", INK, told))
    layers += text.names("across", "up")
    chart = alt.layer(*layers).resolve_scale(fill="independent", stroke="independent", x="shared", y="shared")
    more = ground.map_params() | {"edges": listed("edges"), "grain": f"height / {2 * GRAIN}"}
    return build(chart, height, params | more)


def _boundary() -> Layer:
    """The line where the output is one half: one symbol, whose shape is sent for every moment."""
    edge = "edges[min(moment, length(edges) - 1)]"
    line = data("this").mark_point(
        filled=False, fillOpacity=0, strokeWidth=2.4, strokeJoin="round", clip=True, aria=False
    )
    return line.encode(
        x=alt.XValue(alt.expr("width / 2")),
        y=alt.YValue(alt.expr("height / 2")),
        shape=alt.ShapeValue(alt.expr(f"length(edges) && {edge} != '-' ? {edge} : 'M0,0'")),
        size=alt.SizeValue(alt.expr("pow(2 * grain, 2)")),
        stroke=stroke(INK),
    )
