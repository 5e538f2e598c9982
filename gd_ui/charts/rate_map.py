"""A map of learning rates by batch sizes: how low each run ends, where runs diverge, and which limits say so before.

Colour is the loss above the best. Divergence is hatched, once where some seeds diverge and crosswise where half of them
or more do. The lines are limits known from the data alone; the signs are the runs of the race.
"""

from __future__ import annotations

from typing import Any

import altair as alt

from gd_ui.charts import text
from gd_ui.charts.rate_axis import rate_axis, span_params
from gd_ui.charts.template import INK, PAPER, SLOTS, Layer, Spec, build, data, fill, first, stroke

LEVELS = 10
"""Steps of colour."""
CELL = "cell"
"""The name of the selection: the column and the row of the cell that was clicked."""


def rate_map(height: int) -> Spec:
    """Return the map.

    Data: this (one row: `low`, `high`, the ends of the axis of rates; `sizes`, how many; `least` and `most`, what the
    ends of the colours say), cells (column, row, left, right, size, level, crossed, best, and what the tooltip tells),
    hatch (u, u2, v, v2: strokes in shares of the plot, from its upper left corner), limits (rate, name, line, side),
    race (rate, v, slot, sign).
    """
    x = rate_axis("learning rate")
    layers = [*_cells(x), _hatch(), *_limits(x), *_race(x)]
    params = span_params() | {name: first("this", name, 1) for name in ("least", "most", "sizes")}
    return build(
        alt.layer(*layers).resolve_scale(fill="independent", stroke="shared", shape="independent"),
        height,
        params,
        {"left": 2, "right": 8, "top": 2, "bottom": 2},
        plays=False,
        crowded=True,
    )


def _cells(x: Any) -> list[Layer]:
    """Draw the cells in their colours, those given up in the tint of divergence, and a frame around the best."""
    style: dict[str, Any] = {"strokeWidth": 0.7, "clip": True, "aria": False}
    labels = alt.Axis(title="rows per update", domain=False, ticks=False, minExtent=46, maxExtent=46, titlePadding=0)
    size = alt.Y("size:N", sort=None, axis=labels, scale=alt.Scale(paddingInner=0, paddingOuter=0))
    place = {"x": x("left"), "x2": alt.X2("right:Q"), "y": size}
    ends = f"datum.value <= 0 ? least : datum.value >= {LEVELS} ? most : ''"
    legend = alt.Legend(
        title="final loss above the best", orient="top", direction="horizontal", values=[0, LEVELS], labelExpr=ends,
        gradientLength=220, gradientThickness=12, titleFontSize=13, titleFontWeight="normal", titleLimit=300,
    )  # fmt: skip
    tips = [
        alt.Tooltip("told_rate:N", title="learning rate"),
        alt.Tooltip("told_size:N", title="rows per update"),
        alt.Tooltip("told_loss:N", title="final loss (median)"),
        alt.Tooltip("told_above:N", title="above the best"),
        alt.Tooltip("told_gone:N", title="diverged"),
    ]
    shade = alt.Fill("level:Q", scale=alt.Scale(domain=[0, LEVELS]), legend=legend)
    cells = data("cells").mark_rect(cursor="pointer", **style)
    cells = cells.encode(**place, fill=shade, stroke=stroke(PAPER), tooltip=tips)
    cells = cells.add_params(alt.selection_point(name=CELL, fields=["column", "row"], toggle=False))
    given_up = data("cells").transform_filter("datum.crossed").mark_rect(**style)
    frame = data("cells").transform_filter("datum.best").mark_rect(**style | {"strokeWidth": 2.4}, filled=False)
    return [
        cells,
        given_up.encode(**place, fill=fill("divergent"), stroke=stroke(PAPER)),
        frame.encode(**place, stroke=stroke(INK)),
    ]


def _hatch() -> Layer:
    """Draw the strokes over cells whose runs diverge."""
    strokes = data("hatch").mark_rule(strokeWidth=1, strokeOpacity=0.75, clip=True, aria=False)
    return strokes.encode(
        x=alt.XValue(alt.expr("width * datum.u")),
        x2=alt.X2Value(alt.expr("width * datum.u2")),
        y=alt.YValue(alt.expr("height * datum.v")),
        y2=alt.Y2Value(alt.expr("height * datum.v2")),
        stroke=stroke(INK),
    )


def _limits(x: Any) -> list[Layer]:
    """Draw the limits from top to bottom on a casing, each with its name on a line of its own."""
    dash = alt.StrokeDash("line:N", scale=alt.Scale(domain=["single", "average"], range=[[5, 3], [1, 0]]), legend=None)
    layers: list[Layer] = []
    for slot, width in ((PAPER, 5), (INK, 2)):
        rule = data("limits").mark_rule(strokeWidth=width, clip=True, aria=False)
        rule = rule.encode(
            x=x("rate"), y=alt.YValue(0), y2=alt.Y2Value(alt.expr("height")), strokeDash=dash, stroke=stroke(slot)
        )
        layers.append(rule)
    row = alt.YValue(
        alt.expr("height / sizes * (datum.line == 'single' ? 2 : 1)")
    )  # between rows, where no sign stands
    for side, shift in (("right", -6), ("left", 6)):
        named = data("limits").transform_filter(f"datum.side == '{side}'")
        at = {"x": x("rate"), "y": row}
        layers += text.haloed(named, INK, "name:N", at, align=side, baseline="middle", dx=shift, fontWeight="bold")
    return layers


def _race(x: Any) -> list[Layer]:
    """Draw the runs of the race, each a sign in its method's colour."""
    signs = data("race").mark_point(filled=True, size=150, opacity=1, strokeWidth=2, clip=True, aria=False)
    shape = alt.Shape("sign:N", scale=None)
    colour = alt.Fill("slot:N", scale=alt.Scale(domain=SLOTS), legend=None)
    place = {"x": x("rate"), "y": alt.YValue(alt.expr("height * datum.v"))}
    return [signs.encode(**place, shape=shape, fill=colour, stroke=stroke(PAPER))]
