"""Why square the errors? Each error against its square, with the mean of all squares: the loss."""

from __future__ import annotations

import altair as alt

from gd_ui.charts import ground, text
from gd_ui.charts.scatter import ERROR, axes
from gd_ui.charts.template import MUTED, PAPER, Spec, build, data, fill, stroke


def squared_errors(height: int) -> Spec:
    """Return the parabola with every row's error on it and a level line at their mean.

    Data: this (one row: the ends of the axes, `error` and `square` of the point looked at, `mean`, its text `tag`,
    the names of both axes), curve (x, y), rows (error, square).
    """
    place = axes()
    curve = data("curve").mark_line(strokeWidth=1.5, clip=True, aria=False)
    rows = data("rows").mark_point(filled=True, size=40, opacity=0.5, clip=True, aria=False)
    mean = data("this").mark_rule(strokeWidth=3, strokeDash=[7, 4], clip=True, aria=False)
    one = data("this").mark_point(filled=True, size=170, opacity=1, strokeWidth=2, clip=True, aria=False)
    centre = place("centre", "mean")
    layers = [
        curve.encode(**place("x", "y"), stroke=stroke(MUTED)),
        rows.encode(**place("error", "square"), fill=fill(ERROR)),
        mean.encode(**place("left", "mean"), x2="right:Q", stroke=stroke(ERROR)),
        one.encode(**place("error", "square"), fill=fill(ERROR), stroke=stroke(PAPER)),
        *text.haloed(data("this"), ERROR, "tag:N", centre, align="center", baseline="bottom", dy=-6, fontWeight="bold"),
        *text.names("feature", "target"),
    ]
    return build(alt.layer(*layers), height, ground.curve_params(), plays=False)
