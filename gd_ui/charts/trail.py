"""A trail: the path of one run on its ground, up to the player's frame, with a dot at the current update.

A run has a name ("batch", "rate_2"), and its packed columns in `this` end with it: `path_batch`, `length_batch`. A
chart declares them with `columns`, and where the current update stands with `here`.
"""

from __future__ import annotations

from typing import Any

import altair as alt

from gd_ui.charts.packed import GRAIN, listed
from gd_ui.charts.template import PAPER, Layer, data, fill, stroke

CORNERS = 400
"""Updates in one piece of a drawn path."""
RIM = 7
"""Pixels a dot keeps from the edge; one that stood over it would make the plot smaller than its neighbours."""
GRAIN_ON_MAP = f"height / {2 * GRAIN}"
"""The parameter `grain` of a chart with a map: pixels of a packed path's units, across as up."""
GRAIN_ON_CURVE = f"width / {2 * GRAIN}"
"""The parameter `grain` of a chart with a curve: pixels of a packed path's units across."""


def columns(run: str, update: str, *names: str) -> dict[str, str]:
    """Return parameters for packed columns of a run: the list, and `now`, its text at the `update` or the last."""
    found = {}
    for name in names:
        column = f"{name}_{run}"
        found[column] = listed(column)
        found[now(name, run)] = f"{column}[min({update}, length({column}) - 1)]"
    return found


def now(name: str, run: str) -> str:
    """Return the parameter that holds the text of a run's column at its current update, or at the last one drawn."""
    return f"now_{name}_{run}"


def here(run: str) -> dict[str, str]:
    """Return parameters for where the current update is, in pixels from the left and from the top."""
    place = now("path", run)
    return {
        across(run): f"{place} ? width / 2 + grain * toNumber(split({place}, ',')[0]) : 0",
        up(run): f"{place} ? height / 2 * (1 + toNumber(split({place}, ',')[1]) / {GRAIN}) : 0",
    }


def across(run: str) -> str:
    """Return the parameter that holds where a run's current update is across the plot."""
    return f"across_{run}"


def up(run: str) -> str:
    """Return the parameter that holds how far from the top a run's current update is."""
    return f"up_{run}"


def outside(run: str) -> str:
    """Return the expression for whether a run's current update lies beyond the plot."""
    return " || ".join(
        f"{place} < 0 || {place} > {extent}" for place, extent in ((across(run), "width"), (up(run), "height"))
    )


def trail(run: str, slot: str, width: float, *, whole: bool, casing: str = "0.6", opacity: str = "1") -> list[Layer]:
    """Draw a map's path as symbols: the part made in colour, on a pale casing of it or of the `whole`.

    `casing` and `opacity` are expressions. The chart declares the columns `path` and `length`, and `grain`. The path is
    cut into pieces of CORNERS corners: a piece walked to its end needs no dash, and dashing a long path is what makes a
    frame slow. Where the column of lengths is empty, all of the path is made.
    """
    last = f"length(path_{run}) - 1"
    pieces = (
        data("this")
        .transform_calculate(piece=f"sequence(0, max(1, {last}), {CORNERS})")
        .transform_flatten(["piece"])
        .transform_calculate(
            shape=f"'M' + join(slice(path_{run}, datum.piece, datum.piece + {CORNERS + 1}), 'L')",
            begins=f"toNumber(length_{run}[datum.piece])",
            ends=f"toNumber(length_{run}[min(datum.piece + {CORNERS}, {last})])",
        )
    )
    walked = f"toNumber({now('length', run)})"
    made = f"{walked} >= datum.ends ? [] : [grain * {GRAIN} * max(0, {walked} - datum.begins), 1e9]"
    layers = []
    for colour, strength, stroke_width, dash in (
        (PAPER, casing, width + 2.4, "[]" if whole else made),
        (slot, opacity, width, made),
    ):
        line = pieces.mark_point(
            filled=False,
            fillOpacity=0,
            strokeJoin="round",
            strokeCap="round",
            strokeWidth=stroke_width,
            clip=True,
            aria=False,
        )
        begun = "" if whole and colour == PAPER else f"{walked} < datum.begins ? 0 : "
        layers.append(
            line.encode(
                x=alt.XValue(alt.expr("width / 2")),
                y=alt.YValue(alt.expr("height / 2")),
                shape=alt.Shape("shape:N", scale=None),
                size=alt.SizeValue(alt.expr("pow(2 * grain, 2)")),
                strokeDash=alt.StrokeDashValue(alt.expr(dash)),
                strokeOpacity=alt.StrokeOpacityValue(alt.expr(begun + strength)),
                stroke=stroke(colour),
            )
        )
    return layers


def walk(run: str, update: str, slot: str, width: float, *, casing: str = "0.6", opacity: str = "1") -> list[Layer]:
    """Draw the path on a curve, whose two axes have different units, as a line of its points up to an update."""
    line: dict[str, Any] = {"clip": True, "strokeJoin": "round", "aria": False}
    under = points(run, "1e9").mark_line(strokeWidth=width + 2.4, **line)
    walked = points(run, update).mark_line(strokeWidth=width, **line)
    return [
        under.encode(**AT_POINT, stroke=stroke(PAPER), strokeOpacity=alt.StrokeOpacityValue(alt.expr(casing))),
        walked.encode(**AT_POINT, stroke=stroke(slot), strokeOpacity=alt.StrokeOpacityValue(alt.expr(opacity))),
    ]


def stops(run: str, update: str, slot: str) -> Layer:
    """Mark every update made with a small dot."""
    marks = points(run, update).mark_point(filled=True, size=26, opacity=1, strokeWidth=0.8, clip=True, aria=False)
    return marks.encode(**AT_POINT, fill=fill(slot), stroke=stroke(PAPER))


def points(run: str, update: str) -> Layer:
    """Return a row for each point of a run's path up to an update: grains to the right as `u`, downwards as `v`."""
    return (
        data("this")
        .transform_calculate(point=f"slice(path_{run}, 0, {update} + 1)")
        .transform_flatten(["point"])
        .transform_calculate(u="toNumber(split(datum.point, ',')[0])", v="toNumber(split(datum.point, ',')[1])")
    )


AT_POINT: dict[str, Any] = {
    "x": alt.XValue(alt.expr("width / 2 + grain * datum.u")),
    "y": alt.YValue(alt.expr(f"height / 2 * (1 + datum.v / {GRAIN})")),
}
"""The encodings that put a mark where `points` says."""


def dot(run: str, slot: str, shape: str = "circle") -> Layer:
    """Draw the current update, held at the edge of the view when it lies beyond."""
    mark = data("this").mark_point(shape=shape, filled=True, size=105, strokeWidth=1.8, aria=False)
    return mark.encode(
        x=alt.XValue(alt.expr(f"clamp({across(run)}, {RIM}, width - {RIM})")),
        y=alt.YValue(alt.expr(f"clamp({up(run)}, {RIM}, height - {RIM})")),
        opacity=alt.OpacityValue(alt.expr(f"{now('path', run)} ? 1 : 0")),
        fill=fill(slot),
        stroke=stroke(PAPER),
    )
