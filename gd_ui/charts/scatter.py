"""What does the line say, and how far off is it? The data with a line, its predictions, its errors, its next move.

One template serves all these stages: what a stage does not show is a table without rows. So going from one to the next
changes data only, and the browser need not build another chart, which takes longer than drawing one.
"""

from __future__ import annotations

from typing import Any

import altair as alt

from gd_ui.charts import ground, text
from gd_ui.charts.packed import GRAIN, listed
from gd_ui.charts.template import (
    INK,
    LABEL_WIDTH,
    MUTED,
    PAPER,
    SLOTS,
    STEP,
    Layer,
    Spec,
    build,
    data,
    fill,
    first,
    stroke,
)
from gd_ui.methods import BATCH

ERROR = "lane 3"
"""The slot of errors; red in both themes."""
MODEL = BATCH.name
"""The slot of the line and its predictions: one descent with all rows, so that of batch descent."""
ENDS = ("x", "y", "x2", "y2")
"""Columns of the visible part of a line."""
CURRENT, OTHER = "current", "other"
LOOKS = {CURRENT: [1, 0], OTHER: [7, 5]}
"""Dashes of the current line, and of one that is no longer, or not yet, the current one."""
FOR_SOME = {
    "held_out": ("x", "y"),
    "said": ("x", "p"),
    "errors": ("x", "y", "p"),
    "ring": ("x", "y"),
    "way": ("x", "p", "left", "bottom"),
    "gap": ("x", "y", "p"),
}
"""Tables of `worked` that only some stages fill, with their columns; without rows they draw nothing."""


def axes() -> ground.Place:
    """Return the axes of a curve, whose labels stay short where a diverging run has led to huge numbers."""
    place = ground.curve_place()
    label = "abs(datum.value) >= 1e5 ? format(datum.value, '.0e') : format(datum.value, ',~f')"
    look: dict[str, Any] = {"tickCount": 4, "title": None, "labelExpr": label}

    def at(a: str, b: str) -> dict[str, Any]:
        ends = place(a, b)
        return {"x": ends["x"].axis(**look), "y": ends["y"].axis(**look, **LABEL_WIDTH)}

    return at


def worked(height: int) -> Spec:
    """Return the data with what a stage sends: lines, held-out points, predictions, errors, the point looked at.

    Data: this (one row: the ends of the axes, `n`, and a `tag` at `tag_x`, `tag_y` in the colour `tag_slot`), rows and
    held_out (x, y), lines (as in `_lines`), said (x, p), errors (x, y, p); of the point looked at ring (x, y), way
    (x, p and the corner `left`, `bottom`, from which it is read off) and gap (x, y, p).
    """
    place = axes()
    said = data("said").mark_point(filled=True, size=34, opacity=0.9, strokeWidth=0.8, clip=True, aria=False)
    strength = alt.ExprRef(f"{first('this', 'n', 1)} < 300 ? 0.45 : 0.12")
    errors = data("errors").mark_rule(strokeWidth=1.2, opacity=strength, clip=True, aria=False)
    ring = data("ring").mark_point(filled=False, size=170, strokeWidth=2.4, clip=True, aria=False)
    way = data("way").mark_rule(strokeWidth=2, strokeDash=[4, 3], clip=True, aria=False)
    gap = data("gap").mark_rule(strokeWidth=5, clip=True, aria=False)
    layers = [
        errors.encode(**place("x", "y"), y2="p:Q", stroke=stroke(ERROR)),
        _rows("rows", fill=fill(MUTED)),
        _rows("held_out", stroke=stroke(MUTED)),
        _lines(),
        said.encode(**place("x", "p"), fill=fill(MODEL), stroke=stroke(PAPER)),
        way.encode(**place("x", "bottom"), y2="p:Q", stroke=stroke(MODEL)),
        way.encode(**place("left", "p"), x2="x:Q", stroke=stroke(MODEL)),
        gap.encode(**place("x", "y"), y2="p:Q", stroke=stroke(ERROR)),
        ring.encode(**place("x", "y"), stroke=stroke(INK)),
        _big("way", "p", MODEL),
        _big("gap", "p", MODEL),
        _big("gap", "y", MUTED),
        *_tag(),
    ]
    return _chart(layers, height, {"tag_side": first("this", "side", 1)})


def fitted_line(height: int) -> Spec:
    """Return the data with the first line, dashed, and the one at the player's frame, its formula above.

    `this` has it packed: `formula`, joined by bars, and `now_x`, `now_y`, `now_x2`, `now_y2`, the ends of the line in
    grains of the chart's width and height.
    """
    params = {f"all_{end}": listed(f"now_{end}") for end in ENDS} | {"formulas": _listed("formula", "|")}
    params |= {f"end_{end}": f"toNumber(all_{end}[min({STEP}, length(all_{end}) - 1)]) / {GRAIN}" for end in ENDS}
    place = {end: f"end_{end} * width" if "x" in end else f"height * (1 - end_{end})" for end in ENDS}
    line = data("this").mark_rule(strokeWidth=3.4, clip=True, aria=False)
    moving = line.encode(
        **{end: alt.value(alt.expr(f"length(all_x) ? {where} : 0")) for end, where in place.items()},
        opacity=alt.OpacityValue(alt.expr("length(all_x) ? 1 : 0")),
        stroke=stroke(MODEL),
    )
    formula = f"length(formulas) ? formulas[min({STEP}, length(formulas) - 1)] : ''"
    off = "end_y < 0 && end_y2 < 0 || end_y > 1 && end_y2 > 1"
    outside = f"{off} ? '  ·  outside this view' : ''"
    layers = [
        _rows("rows", fill=fill(MUTED)),
        _lines(),
        moving,
        text.caption("left", INK, f"({formula}) + ({outside})"),
    ]
    return _chart(layers, height, params, plays=True)


def _listed(column: str, bar: str) -> str:
    return f"(length(data('this')) ? split(data('this')[0].{column}, '{bar}') : [])"


def _chart(layers: list[Layer], height: int, params: dict[str, str], *, plays: bool = False) -> Spec:
    corner = {"x": alt.XValue(0), "y": alt.YValue(0)}
    note = text.haloed(data("this"), MODEL, "note:N", corner, align="left", baseline="top", dx=5, dy=24)
    names = [*text.names("feature", "target"), *note]
    # A thousand points would be as many elements of the page.
    return build(alt.layer(*layers, *names), height, ground.curve_params() | params, plays=plays, crowded=True)


def _rows(table: str, **colour: Any) -> Layer:
    """Draw points, filled or hollow, smaller where there are many."""
    hollow = "stroke" in colour
    size = alt.SizeValue(alt.expr(f"{first('this', 'n', 1)} < 20 ? 90 : {first('this', 'n', 1)} < 300 ? 30 : 12"))
    mark = data(table).mark_point(filled=not hollow, opacity=1 if hollow else 0.75, strokeWidth=1.5, aria=False)
    return mark.encode(**axes()("x", "y"), size=size, **colour)


def _lines() -> Layer:
    """Draw the visible parts of lines (x, y, x2, y2), each with its `look`."""
    dash = alt.StrokeDash("look:N", scale=alt.Scale(domain=list(LOOKS), range=list(LOOKS.values())), legend=None)
    line = data("lines").mark_rule(strokeWidth=3, clip=True, aria=False)
    return line.encode(**axes()("x", "y"), x2="x2:Q", y2="y2:Q", strokeDash=dash, stroke=stroke(MODEL))


def _big(table: str, height: str, slot: str) -> Layer:
    dot = data(table).mark_point(filled=True, size=140, opacity=1, strokeWidth=2, clip=True, aria=False)
    return dot.encode(**axes()("x", height), fill=fill(slot), stroke=stroke(PAPER))


def _tag() -> list[Layer]:
    """Write `tag` beside a place, to its right or, where `side` is negative, to its left."""
    beside = {"align": alt.ExprRef("tag_side > 0 ? 'left' : 'right'"), "dx": alt.ExprRef("12 * tag_side")}
    at = axes()("tag_x", "tag_y")
    halo, name = text.haloed(data("this"), MODEL, "tag:N", at, baseline="middle", fontWeight="bold", **beside)
    return [halo, name.encode(fill=alt.Fill("tag_slot:N", scale=alt.Scale(domain=SLOTS), legend=None))]
