"""The network: units and weights of a small network with the numbers of a stage, at the player's update.

Lines are gold and solid where their number is positive, violet and dashed where it is negative, and the wider the
larger it is. The drawing is laid out in the browser from its own width, and is SVG: its text stays sharp.
"""

from __future__ import annotations

from typing import Any

import altair as alt

from gd_ui.charts.packed import listed
from gd_ui.charts.template import INK, MUTED, PAPER, SLOTS, STEP, Layer, Spec, build, data, stroke

POSITIVE, NEGATIVE = "lane 2", "lane 1"
"""Colour slots of numbers above and below zero."""
NARROW = "(width < 520)"
"""On a phone everything is smaller."""
STRETCHES = 5


def current() -> dict[str, str]:
    """Return parameters for the moment at the player's update: its number `moment` and its numbers `now`.

    Data: this (`starts`, `strides` and `offsets` of the stretches, and `numbers`, all packed; of each moment its
    numbers with commas between).
    """
    moment = "0"
    for stretch in range(STRETCHES):
        start, stride, offset = (f"toNumber({name}[{stretch}])" for name in ("starts", "strides", "offsets"))
        moment = f"({STEP} >= {start} ? {offset} + floor(({STEP} - {start}) / {stride}) : {moment})"
    lists = {name: listed(name) for name in ("starts", "strides", "offsets", "numbers")}
    shown = "min(moment, length(numbers) - 1)"
    return lists | {
        "moment": f"length(starts) ? {moment} : 0",
        "now": f"length(numbers) ? split(numbers[{shown}], ',') : []",
    }


def value(index: str) -> str:
    """Return the expression for a number of the current moment by its place in the list."""
    return f"toNumber(now[{index}])"


def written(number: str, kind: str) -> str:
    """Return the expression that writes a number: plain ones with three decimals, slopes with four or as 9.1e-4."""
    small = f"abs({number}) >= 0.001 || {number} == 0 ? format({number}, '.4f') : format({number}, '.1e')"
    return f"({kind} == 'slope' ? ({small}) : format({number}, '.3f'))"


def network(height: int) -> Spec:
    """Return the drawing of one stage.

    Data: this (as in `current`), edges (place, most, c0, r0, c1,
    r1, lit), units (c, r, lit), labels (before, place, kind, c, r, dy, lit, small, on_line). `place` and `most` are
    places in the list of numbers, -1 for none.
    """
    lines = _pixels(data("edges"), x="c0", y="r0", x2="c1", y2="r1")
    lines = lines.transform_calculate(v=value("datum.place"))
    lines = lines.transform_calculate(
        thick=f"({NARROW} ? 0.7 : 1) * (1.2 + 8.8 * min(1, abs(datum.v) / {value('datum.most')}))",
        slot=f"datum.v < 0 ? '{NEGATIVE}' : '{POSITIVE}'",
        below="datum.v < 0",
        strength="datum.lit ? 0.9 : 0.25",
    )
    edges = lines.mark_rule(strokeCap="butt", aria=False).encode(
        **_at("x", "y"), x2="x2:Q", y2="y2:Q", strokeWidth=alt.StrokeWidth("thick:Q", scale=None),
        stroke=_slot(), strokeDash=_dash(), opacity=alt.Opacity("strength:Q", scale=None),
    )  # fmt: skip
    circles = _pixels(data("units"), x="c", y="r").transform_calculate(
        size=f"PI * pow({NARROW} ? 24 : 33, 2)", rim="datum.lit ? 3 : 1.4", slot=f"datum.lit ? '{INK}' : '{MUTED}'"
    )
    units = circles.mark_point(shape="circle", filled=True, opacity=1, aria=False).encode(
        **_at("x", "y"), size=alt.Size("size:Q", scale=None), strokeWidth=alt.StrokeWidth("rim:Q", scale=None),
        stroke=_slot(), fill=alt.FillDatum(PAPER, type="nominal"),
    )  # fmt: skip
    texts = _pixels(data("labels"), x="c", y="r").transform_calculate(v=f"datum.place < 0 ? 0 : {value('datum.place')}")
    texts = texts.transform_calculate(
        text=f"datum.before + (datum.place < 0 ? '' : {written('datum.v', 'datum.kind')})",
        up=f"datum.y + datum.dy * ({NARROW} ? 0.8 : 1)",  # a new name: run again in place, y + dy would add up
        strength="datum.lit ? 1 : 0.66",
    )
    chart = alt.layer(edges, *_key(), units, *_labels(texts))
    chart = chart.resolve_scale(x="independent", y="independent", stroke="independent", fill="independent")
    spec = build(chart, height, current())
    del spec["usermeta"]  # SVG
    return spec


def _labels(texts: Layer) -> list[Layer]:
    size = alt.expr(f"datum.small ? ({NARROW} ? 10.5 : 13.5) : ({NARROW} ? 11.5 : 16)")
    weight = alt.expr("datum.lit ? 600 : 400")
    where: dict[str, Any] = {**_at("x", "up"), "text": "text:N"}
    halo = texts.transform_filter("datum.on_line").mark_text(
        fontSize=size, fontWeight=weight, strokeWidth=9, strokeJoin="round", aria=False
    )
    plain = texts.mark_text(fontSize=size, fontWeight=weight, aria=False)
    return [
        halo.encode(**where, stroke=stroke(PAPER), fill=alt.FillDatum(PAPER, type="nominal")),
        plain.encode(**where, fill=alt.FillDatum(INK, type="nominal"), opacity=alt.Opacity("strength:Q", scale=None)),
    ]


def _key() -> list[Layer]:
    """Which line means what, in the lower left corner; on a phone one below the other."""
    rows = (
        data("this")
        .transform_calculate(sign="[0, 1]")
        .transform_flatten(["sign"])
        .transform_calculate(
            x=f"{NARROW} ? 4 : 4 + 98 * datum.sign", y=f"height / 2 + ({NARROW} ? 153 + 17 * datum.sign : 172)",
            slot=f"datum.sign == 1 ? '{NEGATIVE}' : '{POSITIVE}'", below="datum.sign == 1",
            text="datum.sign == 1 ? 'negative' : 'positive'",
        )
        .transform_calculate(x2=f"datum.x + ({NARROW} ? 20 : 26)", after=f"datum.x + ({NARROW} ? 25 : 31)")
    )  # fmt: skip
    line = rows.mark_rule(strokeWidth=3, aria=False)
    word = rows.mark_text(align="left", fontSize=alt.expr(f"{NARROW} ? 11 : 13.5"), aria=False)
    return [
        line.encode(**_at("x", "y"), x2="x2:Q", stroke=_slot(), strokeDash=_dash()),
        word.encode(**_at("after", "y"), text="text:N", fill=alt.FillDatum(INK, type="nominal")),
    ]


def _pixels(chart: Layer, **at: str) -> Layer:
    """Turn columns and rows from -1 to 1 into pixels, so that the drawing fits any width without the server."""
    for name, field in at.items():
        middle, reach = ("width / 2", f"(width / 2 - ({NARROW} ? 30 : 52))") if name[0] == "x" else (
            "height / 2", f"({NARROW} ? 96 : 98)",
        )  # fmt: skip
        chart = chart.transform_calculate(**{name: f"{middle} + datum.{field} * {reach}"})
    return chart


def _at(x: str, y: str) -> dict[str, Any]:
    return {"x": alt.X(f"{x}:Q", scale=None), "y": alt.Y(f"{y}:Q", scale=None)}


def _slot() -> Any:
    return alt.Stroke("slot:N", scale=alt.Scale(domain=SLOTS), legend=None)


def _dash() -> Any:
    return alt.StrokeDash("below:N", scale=alt.Scale(domain=[False, True], range=[[1, 0], [7, 4]]), legend=None)
