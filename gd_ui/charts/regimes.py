"""Which regime is a learning rate in? A strip of the four regimes of one curvature, on a log axis of rates.

Word, tint and a small curve, the error of the steepest direction update by update, say the same thing. Rates are marks
with a label above; the borders that follow from the curvature are named below.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import altair as alt
import numpy as np

from gd_core import REGIMES, Curvature
from gd_ui.charts import text
from gd_ui.charts.apart import apart
from gd_ui.charts.rate_axis import Span, rate_axis, span_params
from gd_ui.charts.template import (
    INK,
    PAPER,
    SLOTS,
    Columns,
    Frames,
    Layer,
    Spec,
    build,
    data,
    fill,
    one_row,
    stroke,
)
from gd_ui.lanes import LANES, Lane

TOP, BOTTOM, ROW = 23, 63, 15
"""Where the tinted bands begin and end, and the height of a line of text below them, in pixels."""
HEIGHT, AXIS = BOTTOM + 2 * ROW + 2, 24
"""Of the plot, and of what its axis takes below."""
SIGNATURE = {"crawling": 0.82, "direct": 0.3, "zigzag": -0.72, "divergent": -1.35}
"""A factor 1 - rate·λ that is typical of each regime."""
DRAWN_WIDTH, LETTER, SMALL_LETTER = 1100, 8.5, 6.8
"""The strip's width on a projector and of a letter above and below it, in pixels: labels are placed for these."""
ROOMY = 520
"""From this width on, in pixels, marks have labels and borders their formulas."""


class Mark(NamedTuple):
    """A rate to mark on a strip."""

    rate: float
    lane: Lane
    label: str  # ours, not a reader's text


class Border(NamedTuple):
    """A rate that is named below a strip: of a list, the first and third on one line, the second and fourth below."""

    rate: float
    name: str
    short: str  # where there is little room
    dash: str = "line"  # or "dots"


def regime_strip() -> Spec:
    """Return the strip. Data: this, bands, errors, marks and borders, all made by `strip_frames`."""
    x = rate_axis()
    layers = [*tints(x, TOP, BOTTOM), *_names(x), *_borders(x), *_marks(x)]
    chart = alt.layer(*layers).resolve_scale(fill="shared", stroke="shared", shape="independent")
    return build(chart, HEIGHT + AXIS, span_params(), {"left": 2, "right": 2, "top": 2, "bottom": 0}, plays=False)


def strip_frames(bowl: Curvature, span: Span, marks: Sequence[Mark], borders: Sequence[Border]) -> Frames:
    """Return the data of a strip: the regimes of a curvature, marks of rates, and named borders."""
    return {
        "this": one_row({"low": span.low, "high": span.high}),
        "bands": band_rows(bowl, span),
        "errors": _error_rows(bowl, span),
        "marks": _mark_rows(span, marks),
        "borders": _border_rows(span, borders),
    }


def tints(x: Any, top: float, bottom: float | None) -> list[Layer]:
    """Draw the regimes as tinted bands between two heights in pixels; None is the bottom of the plot."""
    end = alt.value(alt.expr("height") if bottom is None else bottom)
    rows = data("bands").mark_rect(clip=True, aria=False, strokeWidth=1.5)
    tint = alt.Fill("regime:N", scale=alt.Scale(domain=SLOTS), legend=None)
    return [rows.encode(x=x("a"), x2="b:Q", y=alt.YValue(top), y2=end, fill=tint, stroke=stroke(PAPER))]


def band_rows(bowl: Curvature, span: Span) -> Columns:
    """Return one row for each regime of which the span shows any: its ends, its middle and its share of the width."""
    inner = np.array([0.5, 1, 2]) / bowl.eigenvalues[-1]
    ends = np.clip([span.low, *inner, span.high], span.low, span.high)
    a, b = ends[:-1], ends[1:]
    shown = b > a
    share = np.log(b / a) / np.log(span.high / span.low)
    columns = {"regime": np.array(REGIMES), "a": a, "b": b, "middle": np.sqrt(a * b), "share": share}
    return {name: column[shown] for name, column in columns.items()}


def _names(x: Any) -> list[Layer]:
    """Write the regime into its band, and draw the error of the steepest direction over the updates."""
    errors = data("errors").mark_line(clip=True, strokeWidth=1.3, opacity=0.55, aria=False)
    drawn = errors.encode(
        x=x("x"), y=alt.Y("y:Q", axis=None, scale=None), detail="regime:N", order="order:Q", stroke=stroke(INK)
    )
    words = data("bands").transform_filter("datum.share * width > 64")
    style: dict[str, Any] = {"fontSize": 14, "baseline": "bottom", "aria": False, "clip": True}
    word = words.mark_text(fontWeight=600, **style)
    return [drawn, word.encode(x=x("middle"), y=alt.YValue(BOTTOM - 2), text="regime:N", fill=fill(INK))]


def _borders(x: Any) -> list[Layer]:
    """Mark and name the borders below the bands."""
    rule = data("borders").mark_rule(strokeWidth=1.8, clip=True, aria=False)
    foot = alt.value(alt.expr(f"{BOTTOM} + {ROW} * datum.row + {ROW - 3}"))
    dash = alt.StrokeDash("dash:N", scale=alt.Scale(domain=["line", "dots"], range=[[1, 0], [2, 3]]), legend=None)
    layers = [rule.encode(x=x("rate"), y=alt.YValue(TOP), y2=foot, strokeDash=dash, stroke=stroke(INK))]
    for side in ("left", "right"):
        named = data("borders").transform_filter(f"datum.side == '{side}'")
        named = named.transform_calculate(told=f"width > {ROOMY} ? datum.name : datum.short")
        at = {"x": x("rate"), "y": alt.YValue(alt.expr(f"{BOTTOM} + {ROW} * datum.row + {ROW / 2 + 1}"))}
        align, dx = ("right", -4) if side == "left" else ("left", 4)
        layers += text.haloed(named, INK, "told:N", at, align=align, baseline="middle", dx=dx)
    return layers


def _marks(x: Any) -> list[Layer]:
    """Mark the rates: a rule through the band, the lane's shape on top of it, its label above."""
    colour = alt.Scale(domain=SLOTS)
    rule = data("marks").mark_rule(strokeWidth=2.6, clip=True, aria=False)
    shapes = alt.Scale(domain=[lane.slot for lane in LANES], range=[lane.shape for lane in LANES])
    head = data("marks").mark_point(filled=True, size=85, opacity=1, strokeWidth=1.2, aria=False, clip=True)
    label = data("marks").transform_filter(f"width > {ROOMY}")
    at = {"x": x("label_at"), "y": alt.YValue(7)}
    of_lane = alt.Stroke("slot:N", scale=colour, legend=None)
    return [
        rule.encode(x=x("rate"), y=alt.YValue(TOP), y2=alt.Y2Value(BOTTOM), stroke=of_lane),
        head.encode(
            x=x("rate"),
            y=alt.YValue(TOP - 1),
            shape=alt.Shape("slot:N", scale=shapes, legend=None),
            fill=alt.Fill("slot:N", scale=colour, legend=None),
            stroke=stroke(PAPER),
        ),
        *text.haloed(label, INK, "label:N", at, align="center", baseline="middle", fontSize=14, fontWeight="bold"),
    ]


def _error_rows(bowl: Curvature, span: Span) -> Columns:
    """Return the error of the steepest direction over eight updates, as a curve within each band."""
    bands = band_rows(bowl, span)
    updates = np.arange(9)
    parts: list[Columns] = []
    for regime, a, b in zip(bands["regime"], bands["a"], bands["b"], strict=True):
        error = SIGNATURE[str(regime)] ** updates
        error = error / np.abs(error).max()
        middle, swing = (TOP + BOTTOM - ROW) / 2, (BOTTOM - ROW - TOP) / 2 - 2
        parts.append(
            {
                "regime": np.full(len(updates), regime),
                "order": updates,
                "x": a * (b / a) ** (0.08 + 0.84 * updates / updates[-1]),
                "y": middle - swing * error,
            }
        )
    return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}


def _mark_rows(span: Span, marks: Sequence[Mark]) -> Columns:
    """Return the marks, each label pushed aside where it would stand on its neighbour's."""
    rates = np.clip([mark.rate for mark in marks], span.low, span.high)
    width = np.log(span.high / span.low)
    places = np.log(rates / span.low) / width * DRAWN_WIDTH
    needed = [LETTER * len(mark.label) + 10 for mark in marks]
    labels = apart(places.tolist(), needed, 0, DRAWN_WIDTH)
    return {
        "rate": rates,
        "slot": np.array([mark.lane.slot for mark in marks]),
        "label": np.array([mark.label for mark in marks]),
        "label_at": span.low * np.exp(np.array(labels) / DRAWN_WIDTH * width),
    }


def _border_rows(span: Span, borders: Sequence[Border]) -> Columns:
    """Return the borders in view, on two rows: in each the lower one is named to its left, the other to its right."""
    shown = [(i, border) for i, border in enumerate(borders) if span.low < border.rate < span.high]
    rows = [i % 2 for i, _ in shown]
    sides = []
    names = []
    for i, border in shown:
        mates = [(other.rate, j) for j, other in shown if j % 2 == i % 2 and j != i]
        is_lower = not mates or (border.rate, i) < mates[0]
        sides.append("left" if is_lower else "right")
        room = border.rate / span.low if is_lower else span.high / border.rate
        fits = SMALL_LETTER * len(border.name) < np.log(room) / np.log(span.high / span.low) * DRAWN_WIDTH
        names.append(border.name if fits else border.short)
    return {
        "rate": np.array([border.rate for _, border in shown]),
        "name": np.array(names),
        "short": np.array([border.short for _, border in shown]),
        "dash": np.array([border.dash for _, border in shown]),
        "row": np.array(rows),
        "side": np.array(sides),
    }
