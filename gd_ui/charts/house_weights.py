"""How far is each weight from where least squares puts it? Bars that move with the player, and bars at the end."""

from __future__ import annotations

from typing import Any

import altair as alt

from gd_ui.charts import text
from gd_ui.charts.template import INK, MUTED, PAPER, STEP, Layer, Spec, build, data, fill, first, stroke
from gd_ui.lanes import LANES

ALL, TWO = LANES[0], LANES[1]
NAMES, NUMBERS = 104, 104
"""Pixels for the names of the columns, and for numbers beside the bars."""


def weights_on_their_way(height: int) -> Spec:
    """Return the weights at the player's update as bars, in the scaled units in which descent works.

    Data: this (one row: `reach`, the axis goes as far both ways; `drawn` and `drawn_two`, the last update drawn of each
    run), weights (name, place, best, and the packed `way` and `way_two`, empty for a weight that does not learn).
    """
    y = _rows()
    x = _across()
    rows = (
        data("weights")
        .transform_calculate(ways="split(datum.way, ' ')", ways_two="split(datum.way_two, ' ')")
        .transform_calculate(
            now=f"toNumber({_stop('ways', 'drawn')})",
            two=f"datum.way_two ? toNumber({_stop('ways_two', 'drawn_two')}) : 0",
        )
    )
    layers = [
        *_bars_and_best(rows, "now", x, y),
        _mark(rows.transform_filter("datum.way_two"), TWO.shape, 70).encode(
            x=x("two"), y=y, fill=fill(TWO.slot), stroke=stroke(PAPER)
        ),
        text.caption(
            "left", INK, f"'update ' + format(min({STEP}, drawn), ',') + ({STEP} > drawn ? ', the last that fits' : '')"
        ),
    ]
    params = {"reach": first("this", "reach", 1), "drawn": first("this", "drawn", 1)}
    params["drawn_two"] = first("this", "drawn_two", 1)
    return build(alt.layer(*layers), height, params)


def weights_in_units(height: int) -> Spec:
    """Return bars of weights beside those of least squares, on an axis that shows small and large ones.

    Data: this (one row: `reach`, `bend`, below which the axis is linear), weights (name, place, best, now, told).
    """
    x = _across(symlog=True)
    y = _rows()
    rows = data("weights")
    layers = _bars_and_best(rows, "now", x, y)
    edge = {"x": alt.XValue(alt.expr("width - 2")), "y": y}
    layers += text.haloed(rows, INK, "told:N", edge, align="right", baseline="middle", fontSize=12)
    params = {"reach": first("this", "reach", 1), "bend": first("this", "bend", 1)}
    return build(alt.layer(*layers), height, params, plays=False)


def weights_in_ranges(height: int) -> Spec:
    """Return what each column changes over its whole range, as bars beside those of least squares.

    Data: this (one row: `reach`), weights (name, place, best, now).
    """
    x, y = _across(), _rows()
    layers = _bars_and_best(data("weights"), "now", x, y)
    return build(alt.layer(*layers), height, {"reach": first("this", "reach", 1)}, plays=False)


def _stop(ways: str, drawn: str) -> str:
    """Return the expression for the text of a weight at the player's update, or at the last one drawn."""
    place = f"round(min({STEP}, {drawn}) * (length(datum.{ways}) - 1) / max({drawn}, 1))"
    return f"datum.{ways}[{place}]"


def _rows() -> alt.Y:
    axis = alt.Axis(
        title=None, domain=False, ticks=False, labelLimit=NAMES - 4, labelFontSize=12, labelOverlap=True,
        minExtent=NAMES, maxExtent=NAMES,
    )  # fmt: skip
    return alt.Y("name:N", sort=alt.SortField("place"), axis=axis, scale=alt.Scale(paddingInner=0.25, paddingOuter=0.1))


def _across(*, symlog: bool = False) -> Any:
    more: dict[str, Any] = {"type": "symlog", "constant": alt.ExprRef("bend")} if symlog else {}
    if symlog:
        more["range"] = [0, alt.ExprRef(f"max(40, width - {NUMBERS})")]  # to its right the numbers stand
    scale = alt.Scale(domain=[alt.ExprRef("-reach"), alt.ExprRef("reach")], nice=False, **more)
    label = "format(datum.value, abs(datum.value) >= 1e4 || (datum.value && abs(datum.value) < 1e-2) ? '.0e' : ',~f')"
    axis = alt.Axis(title=None, tickCount=5, labelExpr=label, grid=True, gridOpacity=0.4, labelOverlap=True)
    return lambda field: alt.X(f"{field}:Q", scale=scale, axis=axis)


def _bars_and_best(rows: Layer, field: str, x: Any, y: alt.Y) -> list[Layer]:
    """Draw bars from zero, the zero line, and least squares as an upright stroke on a casing."""
    bars = rows.transform_calculate(zero="0").mark_bar(clip=True, opacity=0.75, aria=False)
    zero = data("this").mark_rule(strokeWidth=1, aria=False)
    at_zero = alt.XValue(alt.expr("scale('x', 0)"))
    layers = [
        bars.encode(x=x(field), x2="zero:Q", y=y, fill=fill(ALL.slot)),
        zero.encode(x=at_zero, y=alt.YValue(0), y2=alt.Y2Value(alt.expr("height")), stroke=stroke(MUTED)),
    ]
    for slot, width in ((PAPER, 6), (INK, 2.4)):
        best = rows.mark_point(shape="M0,-1L0,1", size=170, filled=False, opacity=1, strokeWidth=width, clip=True)
        tips = [alt.Tooltip("name:N", title="column"), alt.Tooltip("best:Q", title="least squares", format=".4~g")]
        layers.append(best.encode(x=x("best"), y=y, stroke=stroke(slot), tooltip=tips))
    return layers


def _mark(rows: Layer, shape: str, size: int) -> Layer:
    return rows.mark_point(shape=shape, filled=True, size=size, opacity=1, strokeWidth=1.2, clip=True, aria=False)
