"""What does the line say, and how far off is it? The data with a line, its predictions, its errors, its next move.

All are read from the one row of `this`: the ends of the axes (`left`, `right`, `bottom`, `top`), of a line the ENDS of
its visible part, of the point looked at `x`, `y` and `p`, the prediction. `rows` has the data (x, y, p).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import altair as alt

from gd_ui.charts import ground, text
from gd_ui.charts.packed import GRAIN, listed
from gd_ui.charts.template import INK, LABEL_WIDTH, MUTED, PAPER, STEP, Layer, Spec, build, data, fill, first, stroke
from gd_ui.methods import BATCH

ERROR = "lane 3"
"""The slot of errors; red in both themes."""
MODEL = BATCH.name
"""The slot of the line and its predictions: one descent with all rows, so that of batch descent."""
ENDS = ("x", "y", "x2", "y2")
"""Of the visible part of a line, in columns after the line's name: `before_x`, `now_y2`."""
DASH = [7, 5]
"""Of a line that is no longer, or not yet, the current one."""


def axes() -> ground.Place:
    """Return the axes of a curve, whose labels stay short where a diverging run has led to huge numbers."""
    place = ground.curve_place()
    label = "abs(datum.value) >= 1e5 ? format(datum.value, '.0e') : format(datum.value, ',~f')"
    look: dict[str, Any] = {"tickCount": 4, "title": None, "labelExpr": label}

    def at(a: str, b: str) -> dict[str, Any]:
        ends = place(a, b)
        return {"x": ends["x"].axis(**look), "y": ends["y"].axis(**look, **LABEL_WIDTH)}

    return at


def data_and_line(height: int, *, held_out: bool) -> Spec:
    """Return the training points, filled, or the held-out ones, hollow, with the line the descent starts from."""
    point = [] if held_out else [_ring()]
    return _chart([_rows(hollow=held_out), _line("now", DASH), *point, *_tag(MODEL)], height)


def predictions(height: int) -> Spec:
    """Return the data with the line, every prediction on it, and the way from the chosen x to its prediction."""
    place = axes()
    said = data("rows").mark_point(filled=True, size=34, opacity=0.9, strokeWidth=0.8, clip=True, aria=False)
    way = [
        _rule(MODEL, 2, [4, 3]).encode(**place("x", "bottom"), y2="p:Q"),
        _rule(MODEL, 2, [4, 3]).encode(**place("left", "p"), x2="x:Q"),
    ]
    layers = [_rows(), _line("now"), said.encode(**place("x", "p"), fill=fill(MODEL), stroke=stroke(PAPER)), *way]
    return _chart([*layers, _ring(), _big("p", MODEL), *_tag(MODEL)], height)


def errors(height: int) -> Spec:
    """Return the data with the line and every error as an upright piece, the chosen one thick."""
    place = axes()
    strength = alt.ExprRef(f"{first('this', 'n', 1)} < 300 ? 0.45 : 0.12")
    all_errors = data("rows").mark_rule(strokeWidth=1.2, opacity=strength, clip=True, aria=False)
    gap = data("this").mark_rule(strokeWidth=5, clip=True, aria=False)
    layers = [
        all_errors.encode(**place("x", "y"), y2="p:Q", stroke=stroke(ERROR)),
        _rows(),
        _line("now"),
        gap.encode(**place("x", "y"), y2="p:Q", stroke=stroke(ERROR)),
        _big("p", MODEL),
        _big("y", MUTED),
        *_tag(ERROR),
    ]
    return _chart(layers, height)


def before_and_after(height: int) -> Spec:
    """Return the data with the line before an update, dashed, and after it."""
    return _chart([_rows(), _line("before", DASH, 2.4), _line("now", width=3.4), *_tag(MODEL)], height)


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
    layers = [_rows(), _line("before", DASH, 2), moving, text.caption("left", INK, f"({formula}) + ({outside})")]
    return _chart(layers, height, params, plays=True)


def _listed(column: str, bar: str) -> str:
    return f"(length(data('this')) ? split(data('this')[0].{column}, '{bar}') : [])"


def _chart(layers: list[Layer], height: int, params: dict[str, str] | None = None, *, plays: bool = False) -> Spec:
    corner = {"x": alt.XValue(0), "y": alt.YValue(0)}
    note = text.haloed(data("this"), MODEL, "note:N", corner, align="left", baseline="top", dx=5, dy=24)
    names = [*text.names("feature", "target"), *note]
    side = {"tag_side": first("this", "side", 1)}
    params = ground.curve_params() | side | (params or {})
    return build(alt.layer(*layers, *names), height, params, plays=plays)


def _rows(*, hollow: bool = False) -> Layer:
    size = alt.SizeValue(alt.expr(f"{first('this', 'n', 1)} < 20 ? 90 : {first('this', 'n', 1)} < 300 ? 30 : 12"))
    mark = data("rows").mark_point(filled=not hollow, opacity=1 if hollow else 0.75, strokeWidth=1.5, aria=False)
    colour = {"stroke": stroke(MUTED)} if hollow else {"fill": fill(MUTED)}
    return mark.encode(**axes()("x", "y"), size=size, **colour)


def _line(name: str, dash: list[int] | None = None, width: float = 3) -> Layer:
    """Draw the visible part of a line, whose ends are fields of `this`."""
    return _rule(MODEL, width, dash).encode(**axes()(f"{name}_x", f"{name}_y"), x2=f"{name}_x2:Q", y2=f"{name}_y2:Q")


def _rule(slot: str, width: float, dash: list[int] | None = None) -> Layer:
    mark = data("this").mark_rule(strokeWidth=width, strokeDash=dash or [1, 0], clip=True, aria=False)
    return mark.encode(stroke=stroke(slot))


def _ring() -> Layer:
    """Draw a ring around the point looked at."""
    ring = data("this").mark_point(filled=False, size=170, strokeWidth=2.4, clip=True, aria=False)
    return ring.encode(**axes()("x", "y"), stroke=stroke(INK))


def _big(height: str, slot: str) -> Layer:
    dot = data("this").mark_point(filled=True, size=140, opacity=1, strokeWidth=2, clip=True, aria=False)
    return dot.encode(**axes()("x", height), fill=fill(slot), stroke=stroke(PAPER))


def _tag(slot: str) -> list[Layer]:
    """Write `tag` beside a place, to its right or, where `side` is negative, to its left."""
    beside = {"align": alt.ExprRef("tag_side > 0 ? 'left' : 'right'"), "dx": alt.ExprRef("12 * tag_side")}
    at = axes()("tag_x", "tag_y")
    return text.haloed(data("this"), slot, "tag:N", at, baseline="middle", fontWeight="bold", **beside)


TEMPLATES: dict[str, Callable[[int], Spec]] = {
    "training": lambda height: data_and_line(height, held_out=False),
    "held out": lambda height: data_and_line(height, held_out=True),
    "predictions": predictions,
    "errors": errors,
    "before and after": before_and_after,
    "fitted": fitted_line,
}
