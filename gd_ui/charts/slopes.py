"""How steep is the loss here? A section along one parameter, with the tangent at the current value.

The slope of the tangent is the partial derivative. With one weight the section is the whole loss, and an update is an
arrow along it: `before_and_after` draws where it starts and where it lands.
"""

from __future__ import annotations

import altair as alt

from gd_ui.charts import ground, text
from gd_ui.charts.scatter import MODEL, axes
from gd_ui.charts.template import INK, MUTED, PAPER, Layer, Spec, build, data, fill, first, stroke


def section(height: int, *, moves: bool = False) -> Spec:
    """Return the loss along one parameter with the tangent; with `moves` also where the update lands.

    Data: curve (x, y), this (one row: the ends of the axes, the point `v`, `loss` and its text `tag`, the tangent from
    `tangent_left`, `tangent_bottom` to `tangent_right`, `tangent_top`, the landing point `v_after`, `loss_after`).
    """
    place = axes()
    curve = data("curve").mark_line(strokeWidth=2.4, clip=True, aria=False)
    tangent = data("this").mark_rule(strokeWidth=3, clip=True, aria=False)
    layers = [
        curve.encode(**place("x", "y"), stroke=stroke(MUTED)),
        tangent.encode(
            **place("tangent_left", "tangent_bottom"), x2="tangent_right:Q", y2="tangent_top:Q", stroke=stroke(INK)
        ),
        *(_landing(place) if moves else []),
        _dot(place, "v", "loss", "square" if moves else "circle"),
        *_tag(place),
        *text.across("across"),
    ]
    return build(
        alt.layer(*layers), height, ground.curve_params() | {"tag_side": first("this", "side", 1)}, plays=False
    )


def _landing(place: ground.Place) -> list[Layer]:
    """Draw the step, level from the old value to the new, then down or up to the curve there."""
    level = data("this").mark_rule(strokeWidth=3, clip=True, aria=False)
    drop = data("this").mark_rule(strokeWidth=1.6, strokeDash=[4, 3], clip=True, aria=False)
    return [
        level.encode(**place("v", "loss"), x2="v_after:Q", stroke=stroke(MODEL)),
        drop.encode(**place("v_after", "loss"), y2="loss_after:Q", stroke=stroke(MODEL)),
        _dot(place, "v_after", "loss_after", "circle"),
    ]


def _dot(place: ground.Place, x: str, y: str, shape: str) -> Layer:
    dot = data("this").mark_point(filled=True, shape=shape, size=130, opacity=1, strokeWidth=2, clip=True, aria=False)
    return dot.encode(**place(x, y), fill=fill(MODEL), stroke=stroke(PAPER))


def _tag(place: ground.Place) -> list[Layer]:
    beside = {"align": alt.ExprRef("tag_side > 0 ? 'left' : 'right'"), "dx": alt.ExprRef("13 * tag_side")}
    at = place("v", "loss")
    return text.haloed(data("this"), INK, "tag:N", at, baseline="bottom", dy=-4, fontWeight="bold", **beside)
