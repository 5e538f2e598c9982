"""What does one step do along one parameter? The section of the loss through the current point, and the step on it.

The arrow is level and as long as the step, -rate · slope; the ring is where it lands on the section. Descent moves all
parameters at once, so the loss after the update is another number, which is told beside it. Where the current point or
its loss is out of the frame, the first update is shown instead, and the chart says so.
"""

from __future__ import annotations

from typing import Any

import altair as alt

from gd_ui.charts import text
from gd_ui.charts.ground import curve_params, curve_place
from gd_ui.charts.packed import listed
from gd_ui.charts.template import INK, MUTED, PAPER, STEP, Layer, Spec, build, data, fill, first, number, stroke
from gd_ui.lanes import Lane

PIECES = 60
"""Straight pieces of which the section is drawn."""


LEAST_ARROW = 14
"""Pixels of a step from which on its arrow has a head."""


def section_step(lane: Lane, height: int) -> Spec:
    """Return the section along one parameter with the step of one lane.

    Data: this (one row: `left`, `right`, `bottom`, `top`, `across`, `rate`, `bend`, the second derivative along the
    parameter, and the packed columns `x`, `slope` and `loss` of every update).
    """
    place = curve_place()
    section = (
        data("this")
        .transform_calculate(piece=f"sequence(0, {PIECES + 1})")
        .transform_flatten(["piece"])
        .transform_calculate(x=f"left + (right - left) * datum.piece / {PIECES}")
        .transform_calculate(y="here_loss + slope_here * (datum.x - here) + bend / 2 * pow(datum.x - here, 2)")
    )
    at = {"x": _across("here"), "y": _up("here_loss")}
    arrow = data("this").mark_rule(strokeWidth=2.6, clip=True, aria=False)
    drop = data("this").mark_rule(strokeWidth=1.6, strokeDash=[2, 3], clip=True, aria=False)
    head = data("this").mark_point(filled=True, opacity=1, size=150, clip=True, aria=False)
    ring = data("this").mark_point(filled=True, opacity=1, size=80, strokeWidth=2.2, clip=True, aria=False)
    dot = data("this").mark_point(shape=lane.shape, filled=True, opacity=1, size=105, strokeWidth=1.5, clip=True)
    layers: list[Layer] = [
        section.mark_line(clip=True, strokeWidth=2, aria=False).encode(**place("x", "y"), stroke=stroke(MUTED)),
        arrow.encode(**at, x2=_across("landing"), stroke=stroke(lane.slot)),
        drop.encode(x=_across("landing"), y=_up("here_loss"), y2=_up("landing_loss"), stroke=stroke(lane.slot)),
        head.encode(
            x=_across("landing"),
            y=_up("here_loss"),
            shape=alt.ShapeValue(alt.expr("landing > here ? 'M0,0L-1.7,0.7L-1.7,-0.7Z' : 'M0,0L1.7,0.7L1.7,-0.7Z'")),
            opacity=alt.OpacityValue(alt.expr(f"abs(scale('x', landing) - scale('x', here)) > {LEAST_ARROW} ? 1 : 0")),
            fill=fill(lane.slot),
        ),
        dot.encode(**at, fill=fill(lane.slot), stroke=stroke(PAPER)),
        ring.encode(x=_across("landing"), y=_up("landing_loss"), fill=fill(PAPER), stroke=stroke(lane.slot)),
        _caption(),
        *_elsewhere(lane),
        *text.across("across"),
    ]
    return build(alt.layer(*layers).resolve_scale(fill="shared", stroke="shared"), height, _params())


def _params() -> dict[str, str]:
    """Return the parameters: which update is shown, where it is, and where its step lands."""
    params = curve_params() | {name: first("this", name) for name in ("rate", "bend")}
    params |= {name: listed(name) for name in ("x", "slope", "loss")}
    x_now, loss_now = "toNumber(x[at])", "toNumber(loss[at])"
    inside = f"{STEP} < length(x) && {x_now} >= left && {x_now} <= right && {loss_now} <= top"
    params |= {
        "at": f"min({STEP}, length(x) - 1)",
        "shown": f"{inside} ? at : 0",
        "here": "toNumber(x[shown])",
        "here_loss": "toNumber(loss[shown])",
        "slope_here": "toNumber(slope[shown])",
        "landing": "here - rate * slope_here",
        "landing_loss": "here_loss - rate * pow(slope_here, 2) + bend / 2 * pow(rate * slope_here, 2)",
    }
    return params


def _caption() -> Layer:
    """Say which update is shown, and the loss after it if this parameter moved alone, and as all move."""
    alone = f"'update ' + format(shown + 1, ',') + ': loss alone ' + {number('landing_loss')}"
    both = f"(shown + 1 < length(loss) ? ', together ' + {number('toNumber(loss[shown + 1])')} : '')"
    caption = data("this").transform_calculate(text=f"length(loss) ? {alone} + {both} : ''")
    mark = caption.mark_text(
        align="left", baseline="bottom", fontSize=13, dy=-5, aria=False, limit=alt.ExprRef("width")
    )
    return mark.encode(x=alt.XValue(0), y=alt.YValue(0), text="text:N", fill=fill(INK))


def _elsewhere(lane: Lane) -> list[Layer]:
    """Say when another update is shown than the player's, because that one is out of view."""
    gone = data("this").transform_calculate(
        text=f"shown != {STEP} && length(loss) ? 'out of view since; first update shown' : ''"
    )
    corner = {"x": alt.XValue(alt.expr("width / 2")), "y": alt.YValue(0)}
    return text.haloed(gone, lane.slot, "text:N", corner, align="center", baseline="top", dy=5, fontWeight="bold")


def _across(value: str) -> Any:
    return alt.value(alt.expr(f"isFinite({value}) ? scale('x', {value}) : 0"))


def _up(value: str) -> Any:
    return alt.value(alt.expr(f"isFinite({value}) ? scale('y', {value}) : 0"))
