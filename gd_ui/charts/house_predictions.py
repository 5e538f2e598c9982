"""How good are the predictions? Predicted against true values in original units; on the diagonal both agree."""

from __future__ import annotations

import altair as alt

from gd_ui.charts import text
from gd_ui.charts.ground import curve_params, curve_place
from gd_ui.charts.template import INK, MUTED, SLOTS, Spec, build, data, stroke


def predicted_against_true(height: int) -> Spec:
    """Return the scatter: dots for training rows, hollow triangles for held-out rows.

    Data: this (the ends of both axes, `across`, `up`), rows (true, predicted, held_out, slot).
    """
    place = curve_place()
    diagonal = data("this").mark_rule(strokeDash=[4, 3], strokeWidth=1.6, clip=True, aria=False)
    rows = data("rows")
    trained = rows.transform_filter("!datum.held_out").mark_point(
        filled=True, size=26, opacity=0.45, strokeWidth=0, clip=True, aria=False
    )
    held_out = rows.transform_filter("datum.held_out").mark_point(
        filled=False, shape="triangle-up", size=44, opacity=0.95, strokeWidth=1.4, clip=True, aria=False
    )
    layers = [
        trained.encode(
            **place("true", "predicted"), fill=alt.Fill("slot:N", scale=alt.Scale(domain=SLOTS), legend=None)
        ),
        held_out.encode(**place("true", "predicted"), stroke=stroke(INK)),
        diagonal.encode(**place("left", "left"), x2="right:Q", y2="right:Q", stroke=stroke(MUTED)),
        *text.names("across", "up"),
    ]
    return build(alt.layer(*layers), height, curve_params(), plays=False)
