"""What is the loss along one weight? A section of the surface, and the slope along it."""

from __future__ import annotations

from typing import Any

import altair as alt

from gd_ui.charts import ground, text
from gd_ui.charts.template import INK, MUTED, PAPER, SLOTS, Layer, Spec, build, data, fill, stroke
from gd_ui.methods import BATCH


def section(dash: list[int], height: int) -> Spec:
    """Return the loss along one weight, the other held.

    Data: this (one row: ends of the axes, `cut_x`, `cut_y`, `low_x`, `low_y`, `floor`, `told`), section (x, y), rest
    (x, y): the same section of the loss of all rows, where only some are shown.
    """
    place = ground.curve_place()
    layers = [
        _floor(),
        _rest(place),
        _curve("section", place, dash),
        _lowest(place),
        _here(place),
        *_captions(),
    ]
    return build(alt.layer(*layers), height, ground.curve_params(), plays=False)


def curve_of_one_weight(height: int) -> Spec:
    """Return the loss of a model with one weight, with the walk down and the place looked at.

    Data: those of a section, and path (x, y, order, slot); this also has the start and the lowest point.
    """
    place = ground.curve_place()
    walked = data("path").mark_line(strokeWidth=1.6, clip=True, aria=False)
    stops = data("path").mark_point(filled=True, size=46, opacity=1, strokeWidth=1, clip=True, aria=False)
    colour = alt.Color("slot:N", scale=alt.Scale(domain=SLOTS), legend=None)
    named: dict[str, Any] = {"align": "left", "dx": 10, "fontWeight": "bold"}
    layers = [
        _rest(place),
        _curve("section", place, [1, 0]),
        walked.encode(**place("x", "y"), order="order:Q", color=colour),
        stops.encode(**place("x", "y"), color=colour, stroke=stroke(PAPER)),
        *ground.landmarks(place),
        *text.haloed(data("this"), INK, "start_name:N", place("start_a", "start_b"), dy=-10, **named),
        *text.haloed(data("this"), INK, "best_name:N", place("best_a", "best_b"), dy=-14, **named),
        _here(place),
        *_captions(),
    ]
    return build(
        alt.layer(*layers).resolve_scale(color="shared", stroke="shared"), height, ground.curve_params(), plays=False
    )


def slope_of_one_weight(height: int) -> Spec:
    """Return the slope of the loss over one weight: where it is zero, the curve is level.

    Data: this (ends of the axes, `cut_x`, `cut_y`, `told`), section (x, y), rest (x, y).
    """
    place = ground.curve_place()
    zero = data("this").mark_rule(strokeWidth=1.2, strokeDash=[3, 3], aria=False, clip=True)
    layers = [
        zero.encode(y=alt.YValue(alt.expr("scale('y', 0)")), stroke=stroke(MUTED)),
        _rest(place),
        _curve("section", place, [1, 0]),
        _here(place),
        *_captions(),
    ]
    return build(alt.layer(*layers), height, ground.curve_params(), plays=False)


def _curve(name: str, place: ground.Place, dash: list[int]) -> Layer:
    line = data(name).mark_line(strokeWidth=2.6, strokeDash=dash, clip=True, strokeJoin="round", aria=False)
    return line.encode(**place("x", "y"), order="x:Q", stroke=stroke(INK))


def _rest(place: ground.Place) -> Layer:
    """Draw what all rows say, thin; the table is empty where all of them are shown."""
    line = data("rest").mark_line(strokeWidth=2, clip=True, aria=False)
    return line.encode(**place("x", "y"), order="x:Q", stroke=stroke(BATCH.name))


def _captions() -> list[Layer]:
    """Say above the plot what is read off at the cut, and which weight runs to the right."""
    return [text.caption("left", INK, "datum.told"), text.caption("right", MUTED, "datum.across")]


def _floor() -> Layer:
    """Draw the level of the lowest point of the whole surface."""
    rule = data("this").mark_rule(strokeWidth=1.2, strokeDash=[3, 3], aria=False, clip=True)
    return rule.encode(y=alt.YValue(alt.expr("scale('y', datum.floor)")), stroke=stroke(MUTED))


def _lowest(place: ground.Place) -> Layer:
    """Mark the lowest point of the section with a ring, where there is a single one."""
    ring = data("this").transform_filter("isValid(datum.low_x)")
    mark = ring.mark_point(filled=True, size=95, opacity=1, strokeWidth=2.4, clip=True, aria=False)
    return mark.encode(**place("low_x", "low_y"), fill=fill(PAPER), stroke=stroke(INK))


def _here(place: ground.Place) -> Layer:
    """Mark where the two cuts cross."""
    dot = data("this").mark_point(filled=True, size=110, opacity=1, strokeWidth=2, clip=True, aria=False)
    return dot.encode(**place("cut_x", "cut_y"), fill=fill(INK), stroke=stroke(PAPER))
