"""What does a leak change? Held-out rows, scaled with statistics of the training rows, against those of all rows."""

from __future__ import annotations

import altair as alt

from gd_ui.charts import text
from gd_ui.charts.ground import curve_params, curve_place
from gd_ui.charts.template import INK, MUTED, PAPER, Spec, build, data, fill, stroke
from gd_ui.lanes import LANES


def leak_scatter(height: int) -> Spec:
    """Return the held-out values of one column, scaled honestly (across) and with the leak (up).

    Where nothing leaked, all lie on the diagonal. Data: this (the ends of both axes, `across`, `up`), held_out
    (honest, leaked).
    """
    place = curve_place()
    diagonal = data("this").mark_rule(strokeDash=[4, 3], strokeWidth=1.4, clip=True, aria=False)
    points = data("held_out").mark_point(
        filled=True, shape=LANES[2].shape, size=60, opacity=0.8, strokeWidth=0.8, clip=True, aria=False
    )
    layers = [
        diagonal.encode(**place("left", "bottom"), x2="right:Q", y2="top:Q", stroke=stroke(MUTED)),
        points.encode(**place("honest", "leaked"), fill=fill(LANES[2].slot), stroke=stroke(PAPER)),
        text.caption("left", INK, "datum.column"),
        *text.names("across", "up"),
    ]
    return build(alt.layer(*layers), height, curve_params(), plays=False)
