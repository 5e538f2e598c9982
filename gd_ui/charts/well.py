"""One weight: the loss with its valleys and the path of one run over it. Nothing moves."""

from __future__ import annotations

import altair as alt

from gd_ui.charts import ground, text
from gd_ui.charts.template import INK, MUTED, PAPER, SLOTS, Spec, build, data, fill, stroke


def well_curve(height: int) -> Spec:
    """Return the chart.

    Data: this (one row: left, right, bottom, top, across, up), curve (x, y), path (x, y, order), marks (sign, slot, x,
    y): the valleys, the start and the end.
    """
    place = ground.curve_place()
    curve = data("curve").mark_line(strokeWidth=2, clip=True, aria=False)
    path = data("path").mark_line(strokeWidth=1.3, clip=True, aria=False)
    steps = data("path").mark_point(filled=True, size=26, opacity=1, strokeWidth=0.8, clip=True, aria=False)
    marks = data("marks").mark_point(filled=True, size=150, opacity=1, strokeWidth=2, clip=True, aria=False)
    layers = [
        curve.encode(**place("x", "y"), stroke=stroke(MUTED)),
        path.encode(**place("x", "y"), order="order:Q", stroke=stroke(INK)),
        steps.encode(**place("x", "y"), fill=fill(INK), stroke=stroke(PAPER)),
        marks.encode(
            **place("x", "y"),
            shape=alt.Shape("sign:N", scale=None),
            fill=alt.Fill("slot:N", scale=alt.Scale(domain=SLOTS), legend=None),
            stroke=stroke(INK),
        ),
        *text.names("across", "up"),
    ]
    return build(alt.layer(*layers), height, ground.curve_params(), plays=False)
