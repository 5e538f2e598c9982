"""The gradient as an average: arrows of single examples and of their means, and how means of other batches spread.

An arrow is a row: tail (x, y), the end of its shaft (sx, sy), its tip (tx, ty) and the angle of its head, clockwise
from up. The chart must have the same units across and up, or the head would not point along the shaft.
"""

from __future__ import annotations

from typing import Any

import altair as alt

from gd_ui.charts import ground, rings, text
from gd_ui.charts.template import INK, MUTED, PAPER, Layer, Spec, build, data, fill, first, stroke
from gd_ui.charts.trail import GRAIN_ON_MAP
from gd_ui.methods import BATCH, MINI_BATCH

HEAD = "M0,0L0.62,1.7L-0.62,1.7Z"
"""A slender head whose point is at the tip."""
FEW, MANY = 0.4, 0.16
"""Opacity of a pile of thin arrows: of a hundred or less, and of more."""


def arrow_map(height: int) -> Spec:
    """Return the map of two parameters with the pull of every example, of one batch, and of all.

    Data: this (one row, as gd_ui.charts.ground reads it, with `n`), the packed bands (level, ring), contour, tips and
    each (ring), and tables of arrows: batch, mean and full, the last two with a `label` at (lx, ly).
    """
    place = ground.map_place()
    contour = data("contour").mark_point(
        filled=False, fillOpacity=0, opacity=1, strokeWidth=2.2, strokeDash=[6, 4], clip=True, aria=False
    )
    cloud = data("tips").mark_point(
        filled=False, fillOpacity=0, opacity=0.55, strokeWidth=4.5, strokeCap="round", clip=True, aria=False
    )
    faint = alt.OpacityValue(alt.expr(f"{first('this', 'n', 1)} > 100 ? {MANY} : {FEW}"))
    each = data("each").mark_point(filled=True, strokeWidth=1, clip=True, aria=False)
    layers = [
        rings.land(),
        rings.on_map(contour, stroke=stroke(INK)),
        rings.on_map(each, stroke=stroke(INK), fill=fill(INK), opacity=faint),
        rings.on_map(cloud, stroke=stroke(MINI_BATCH.name)),
        *_arrows("batch", place, MINI_BATCH.name, width=1.8, head=110),
        *_arrows("full", place, BATCH.name, width=5.5, head=520, cased=True),
        *_arrows("mean", place, MINI_BATCH.name, width=3.2, head=330, cased=True),
        *ground.landmarks(place),
        *_label("full", place, BATCH.name),
        *_label("mean", place, MINI_BATCH.name),
        *text.names("across", "up"),
    ]
    chart = alt.layer(*layers).resolve_scale(stroke="shared", fill="independent")
    return build(chart, height, ground.map_params(), plays=False)


def arrow_rows(height: int) -> Spec:
    """Return the pulls on a single weight, one row each, as arrows to where they point.

    Data: this (one row: ends of the axis), and tables of arrows as in `arrow_map`, with the name of their `row`.
    """
    ends = [alt.ExprRef("left"), alt.ExprRef("right")]
    scale, axis = alt.Scale(domain=ends, nice=False, zero=False), alt.Axis(title=None, format=",~f")
    row = alt.Y("row:N", sort=None, axis=alt.Axis(title=None, minExtent=96, maxExtent=96))

    def place(across: str, _: str) -> dict[str, Any]:
        return {"x": alt.X(f"{across}:Q", scale=scale, axis=axis), "y": row}

    here = data("this").mark_rule(strokeWidth=1.5, strokeDash=[3, 3], aria=False)
    layers = [
        here.encode(x=alt.X("start_a:Q", scale=scale, axis=axis), stroke=stroke(MUTED)),
        *_arrows("each", place, INK, width=1.4, head=90, level=True),
        *_arrows("batch", place, MINI_BATCH.name, width=2.2, head=130, level=True),
        *_arrows("mean", place, MINI_BATCH.name, width=4, head=330, level=True),
        *_arrows("full", place, BATCH.name, width=4, head=330, level=True),
        *text.across("across"),
    ]
    params = {name: first("this", name, float(name == "right")) for name in ("left", "right")}
    return build(alt.layer(*layers), height, params, plays=False)


def spread_by_size(height: int) -> Spec:
    """Return how far the means of many batches of each size are from the full gradient, a line for each.

    Data: this (one row: `bottom`, `top`, `truth`, `title`), spread (size, mine, ticks: the path of many lines), drawn
    (size, off).
    """
    x = alt.X("size:O", axis=alt.Axis(title=None, labelAngle=0))
    ends = [alt.ExprRef("bottom"), alt.ExprRef("top")]
    axis = alt.Axis(title=None, tickCount=6, format=",~f", minExtent=30, maxExtent=30, grid=True, gridOpacity=0.4)
    y = alt.Y("off:Q", scale=alt.Scale(domain=ends, nice=False, zero=False), axis=axis)
    line: dict[str, Any] = {"filled": False, "strokeWidth": 1.3, "opacity": 0.5, "clip": True, "aria": False}
    others = data("spread").transform_filter("!datum.mine").mark_point(**line)
    mine = data("spread").transform_filter("datum.mine").mark_point(**line)
    ticks = {
        "y": alt.YValue(alt.expr("height / 2")),
        "shape": alt.Shape("ticks:N", scale=None),
        "size": alt.SizeValue(alt.expr(f"pow(2 * {GRAIN_ON_MAP}, 2)")),
    }
    dot = data("drawn").mark_point(filled=True, size=150, opacity=1, strokeWidth=1.8, aria=False)
    truth = data("this").mark_rule(strokeWidth=1.6, strokeDash=[6, 4], clip=True, aria=False)
    layers = [
        others.encode(x=x, **ticks, stroke=stroke(MUTED)),
        mine.encode(x=x, **ticks, stroke=stroke(MINI_BATCH.name)),
        truth.encode(y=alt.Y("truth:Q"), stroke=stroke(BATCH.name)),
        dot.encode(x=x, y=y, fill=fill(MINI_BATCH.name), stroke=stroke(PAPER)),
        text.caption("left", INK, "datum.title"),
        *text.across("across"),
    ]
    params = {name: first("this", name, float(name == "top")) for name in ("bottom", "top")}
    return build(alt.layer(*layers), height, params, plays=False)


def _arrows(
    table: str,
    place: ground.Place,
    slot: str,
    width: float,
    head: float,
    cased: bool = False,
    level: bool = False,
) -> list[Layer]:
    """Draw a table of arrows; `cased` ones have a pale outline, `level` ones stay in their row."""
    arrows = data(table)
    upto: dict[str, Any] = {"x2": "sx:Q"} if level else {"x2": "sx:Q", "y2": "sy:Q"}
    layers = []
    for colour, stroke_width in ((PAPER, width + 3), (slot, width)) if cased else ((slot, width),):
        shaft = arrows.mark_rule(strokeWidth=stroke_width, clip=True, aria=False)
        layers.append(shaft.encode(**place("x", "y"), **upto, stroke=stroke(colour)))
    outline = {"stroke": stroke(PAPER)} if cased else {}
    moved = arrows.transform_filter("datum.tx != datum.x" + ("" if level else " || datum.ty != datum.y"))
    heads = moved.mark_point(
        shape=HEAD, filled=True, opacity=1, size=head, strokeWidth=1.2 if cased else 0, clip=True, aria=False
    )
    turned = alt.Angle("angle:Q", scale=None)
    layers.append(heads.encode(**place("tx", "ty"), angle=turned, fill=fill(slot), **outline))
    return layers


def _label(table: str, place: ground.Place, slot: str) -> list[Layer]:
    return text.haloed(data(table), slot, "label:N", place("lx", "ly"), fontWeight="bold", fontSize=14)
