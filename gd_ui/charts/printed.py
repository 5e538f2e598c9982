"""Do a list's numbers come out? Printed rings with computed dots inside, and how far apart the two are.

Where a text drew without a seed, the dots give way to the range of many seeds, and the differences to all our runs.
"""

from __future__ import annotations

from typing import Any

import altair as alt

from gd_ui.charts import text
from gd_ui.charts.rate_axis import POWERS
from gd_ui.charts.template import INK, MUTED, PAPER, Layer, Spec, build, data, fill, first, stroke
from gd_ui.lanes import LANES

COMPUTED, FAULTY = LANES[0], LANES[2]
"""The looks of what is computed here: by the right code, and with a listing's fault in it."""
RANGE_OPACITY = 0.22
DECADES = [10.0**power for power in range(-32, 9)]
"""Where a log axis may have a tick; those in view are drawn."""
PADDING = {"left": 2, "right": 10, "top": 24, "bottom": 2}
"""With room above the plot for what its horizontal axis counts."""


def numbers_of_a_list(height: int, *, log: bool) -> Spec:
    """Return the numbers by their place in the list.

    Data: this (one row: `left`, `right`, `lowest`, `highest`, `across`), printed (at, value), computed (at, value),
    faulty (at, value), range (at, low, median, high); all but the first two may be empty.
    """
    x = _across()

    def y(field: str) -> alt.Y:
        return alt.Y(f"{field}:Q", title=None, scale=_values(log), axis=_ticks(log))

    rings = data("printed").mark_point(filled=False, size=70, strokeWidth=1.6, opacity=0.9, clip=True, aria=False)
    dots = data("computed").mark_point(
        filled=True, shape=COMPUTED.shape, size=24, opacity=1, strokeWidth=0, clip=True, aria=False
    )
    crosses = data("faulty").mark_point(shape="cross", filled=True, size=26, opacity=1, clip=True, aria=False)
    band = data("range").mark_area(opacity=RANGE_OPACITY, clip=True, aria=False)
    middle = data("range").mark_line(strokeWidth=1.4, strokeDash=list(COMPUTED.dash), clip=True, aria=False)
    layers: list[Layer] = [
        band.encode(x=x, y=y("low"), y2="high:Q", fill=fill(COMPUTED.slot)),
        middle.encode(x=x, y=y("median"), stroke=stroke(COMPUTED.slot)),
        rings.encode(x=x, y=y("value"), stroke=stroke(INK)),
        dots.encode(x=x, y=y("value"), fill=fill(COMPUTED.slot)),
        crosses.encode(x=x, y=y("value"), fill=fill(FAULTY.slot)),
        text.caption("right", INK, "datum.across"),
    ]
    params = _params() | {"lowest": first("this", "lowest", 0.1), "highest": first("this", "highest", 1)}
    return build(alt.layer(*layers), height, params, PADDING, plays=False)


def differences_of_a_list(height: int) -> Spec:
    """Return the size of every difference on a log axis, and of what the digits printed leave open.

    Data: this (one row: `left`, `right`, `across`, `bottom`, `top`), apart (at, size; `bottom` where there is none),
    open (at, size).
    """
    x = _across()
    scale = alt.Scale(type="log", domain=[alt.ExprRef("bottom"), alt.ExprRef("top")], nice=False)
    y = alt.Y("size:Q", title=None, scale=scale, axis=_ticks(log=True))
    left_open = data("open").mark_tick(thickness=2, size=9, orient="horizontal", clip=True, aria=False)
    dots = data("apart").mark_point(filled=True, shape=COMPUTED.shape, size=34, opacity=1, strokeWidth=0.8, aria=False)
    layers: list[Layer] = [
        left_open.encode(x=x, y=y, fill=fill(MUTED)),
        dots.encode(x=x, y=y, fill=fill(COMPUTED.slot), stroke=stroke(PAPER)),
        text.caption("right", INK, "datum.across"),
    ]
    params = _params() | {"bottom": first("this", "bottom", 0.1), "top": first("this", "top", 1)}
    return build(alt.layer(*layers), height, params, PADDING, plays=False)


def runs_of_many_seeds(height: int) -> Spec:
    """Return one row per measure: every run of ours as a dot, the range most lie in, and the printed number as a ring.

    Data: this (one row: `left`, `right`, `rows`), runs (row, value, lift from 0 to 1), range (row, low, high), printed
    (row, value), names (row, name).
    """
    scale = alt.Scale(type="log", domain=[alt.ExprRef("left"), alt.ExprRef("right")], nice=False)
    axis = alt.Axis(format="~g", tickCount=5, grid=True, gridOpacity=0.4)

    def x(field: str) -> alt.X:
        return alt.X(f"{field}:Q", title=None, scale=scale, axis=axis)

    def y(place: str) -> alt.YValue:
        return alt.YValue(alt.expr(f"height * (datum.row + {place}) / rows"))

    dots = data("runs").mark_point(filled=True, shape=COMPUTED.shape, size=18, opacity=0.6, strokeWidth=0, aria=False)
    span = data("range").mark_rule(strokeWidth=7, opacity=2 * RANGE_OPACITY, aria=False)
    rings = data("printed").mark_point(filled=False, size=130, strokeWidth=2.2, opacity=1, aria=False)
    at_name = {"x": alt.XValue(2), "y": y("0.12")}
    layers: list[Layer] = [
        span.encode(x=x("low"), x2="high:Q", y=y("0.58"), stroke=stroke(COMPUTED.slot)),
        dots.encode(x=x("value"), y=y("0.32 + 0.52 * datum.lift"), fill=fill(COMPUTED.slot)),
        rings.encode(x=x("value"), y=y("0.58"), stroke=stroke(INK)),
        *text.haloed(data("names"), INK, "name:N", at_name, align="left", baseline="middle", clip=False),
    ]
    params = _params() | {"rows": first("this", "rows", 1)}
    params["left"] = first("this", "left", 0.1)
    return build(alt.layer(*layers), height, params, plays=False)


def _across() -> alt.X:
    scale = alt.Scale(domain=[alt.ExprRef("left"), alt.ExprRef("right")], nice=False)
    return alt.X("at:Q", title=None, scale=scale, axis=alt.Axis(format=",~f", tickCount=6))


def _values(log: bool) -> alt.Scale:
    ends = [alt.ExprRef("lowest"), alt.ExprRef("highest")]
    return alt.Scale(type="log" if log else "linear", domain=ends, nice=False)


def _ticks(log: bool) -> alt.Axis:
    look: dict[str, Any] = {"format": ",~f", "tickCount": 4}
    if log:
        look = {"labelExpr": POWERS, "values": DECADES, "labelOverlap": "greedy"}
    return alt.Axis(grid=True, gridOpacity=0.4, minExtent=46, maxExtent=46, **look)


def _params() -> dict[str, str]:
    return {"left": first("this", "left", 0), "right": first("this", "right", 1)}
