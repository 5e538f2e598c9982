"""What do the methods predict now? The data, the rows just used, and the three current lines."""

from __future__ import annotations

from typing import Any

import altair as alt

from gd_ui.charts import clock, text
from gd_ui.charts.packed import GRAIN, listed
from gd_ui.charts.template import (
    LABEL_WIDTH,
    MUTED,
    PAPER,
    STEP,
    Layer,
    Spec,
    build,
    data,
    fill,
    first,
    stroke,
)
from gd_ui.charts.trail import now
from gd_ui.methods import METHODS, MINI_BATCH, STOCHASTIC, Method


def fitted_lines(height: int) -> Spec:
    """Return the scatter of one feature and the target with every method's line.

    Data: this (one row, with packed columns: `stream`, row numbers in reading order, and of every method `left_` and
    `right_`, the ends of its lines in grains of the chart's height), rows (x, y, held_out).
    """
    x = alt.Scale(domain=[alt.ExprRef("left"), alt.ExprRef("right")], nice=False, zero=False)
    y = alt.Scale(domain=[alt.ExprRef("bottom"), alt.ExprRef("top")], nice=False, zero=False)
    at: dict[str, Any] = {
        "x": alt.X("x:Q", scale=x, axis=alt.Axis(tickCount=4, title=None, format=",~f")),
        "y": alt.Y("y:Q", scale=y, axis=alt.Axis(tickCount=4, title=None, format=",~f", **LABEL_WIDTH)),
    }
    rows = data("rows")
    size = alt.SizeValue(alt.expr(f"{first('this', 'n', 1)} < 20 ? 90 : 22"))
    trains = rows.transform_filter("!datum.held_out").mark_point(filled=True, opacity=0.5, aria=False)
    held_out = rows.transform_filter("datum.held_out").mark_point(filled=False, size=20, strokeWidth=1.2, aria=False)
    batch = _picked(*clock.batch_in_use()).mark_point(filled=True, size=60, opacity=0.95, strokeWidth=0.8, aria=False)
    one = _picked(f"max(0, {STEP} - 1)", STEP).mark_point(filled=False, size=170, opacity=1, strokeWidth=3, aria=False)
    layers = [
        trains.encode(**at, size=size, fill=fill(MUTED)),
        held_out.encode(**at, stroke=stroke(MUTED)),
        batch.encode(**at, fill=fill(MINI_BATCH.name), stroke=stroke(PAPER)),
        *(_line(method) for method in METHODS.values()),
        one.encode(**at, stroke=stroke(STOCHASTIC.name)),
        text.lines(
            text.Line("'Data'", above=1, bold=True),
            text.Line(_row_read(), slot=STOCHASTIC.name, bold=True),
            text.Line(_batch_read(), "right", MINI_BATCH.name, bold=True),
        ),
        *text.names("feature", "target"),
    ]
    frame = ("left", "right", "bottom", "top")
    params = {name: first("this", name, 1 if name in ("right", "top") else 0) for name in frame}
    params["stream"] = listed("stream")
    for method in METHODS.values():
        params |= clock.signals(method, "left", "right")
    return build(alt.layer(*layers), height, params)


def _picked(start: str, end: str) -> Layer:
    """Return the data rows whose numbers stand in the stream from `start` to `end`."""
    return (
        data("this")
        .transform_calculate(picked=f"slice(stream, {start}, {end})")
        .transform_flatten(["picked"])
        .transform_calculate(point="data('rows')[datum.picked]")
        .transform_filter("datum.point")
        .transform_calculate(x="datum.point.x", y="datum.point.y")
    )


def _line(method: Method) -> Layer:
    """Draw the method's current line from its two ends."""
    left, right = (
        alt.expr(f"{end} ? height * (1 - toNumber({end}) / {GRAIN}) : 0")
        for end in (now("left", method.word), now("right", method.word))
    )
    mark = data("this").mark_rule(strokeWidth=2.8, strokeDash=list(method.dash), clip=True, aria=False)
    return mark.encode(
        x=alt.XValue(0),
        x2=alt.X2Value(alt.expr("width")),
        y=alt.YValue(left),
        y2=alt.Y2Value(right),
        opacity=alt.OpacityValue(alt.expr(f"{now('left', method.word)} ? 1 : 0")),
        stroke=stroke(method.name),
    )


def _row_read() -> str:
    """Return the expression that names the last row read."""
    # A shorter run arrives before the player has left the frame it showed of the longer one.
    point = f"data('rows')[stream[min({STEP}, length(stream)) - 1]]"
    read = f"'row read: ' + format({point}.x, '.3~g') + ', ' + format({point}.y, '.3~g')"
    return f"{STEP} < 1 || !length(stream) ? 'nothing read yet' : {read}"


def _batch_read() -> str:
    """Return the expression that counts the rows of the last mini-batch."""
    start, end = clock.batch_in_use()
    rows = f"{end} - {start}"
    return f"{rows} < 1 ? '' : 'batch: ' + format({rows}, ',') + ({rows} == 1 ? ' row' : ' rows')"
