"""How fast does each rule come down? The loss above the minimum of all rules, update by update, on a log scale.

All curves are drawn once; a pale curtain covers what is still to come, because moving one rectangle is cheap.
"""

from __future__ import annotations

from typing import Any

import altair as alt

from gd_ui.charts import text, trail
from gd_ui.charts.curtain import curtain
from gd_ui.charts.excess import update_axis
from gd_ui.charts.rate_axis import POWERS
from gd_ui.charts.tags import tags
from gd_ui.charts.template import INK, MUTED, PAPER, SLOTS, STEP, Layer, Spec, build, data, fill, first, stroke
from gd_ui.optimizers.rules import RULES, Rule


def rule_curves(height: int) -> Spec:
    """Return the chart.

    Data: this (one row: `last`, `bottom`, `ceiling`, `goal`, `goal_text` and, of every rule, the packed column
    `height_`, empty where it does not run), curves (slot, at, height), tags (label, slot, at_x, at_y, side).
    """
    x, dashes = update_axis(), {rule.slot: list(rule.dash) for rule in RULES.values()}
    drawn = data("curves").mark_line(strokeJoin="round", strokeWidth=2.2, clip=True, aria=False)
    patterns = alt.Scale(domain=SLOTS, range=[dashes.get(slot, [1, 0]) for slot in SLOTS])
    look: dict[str, Any] = {
        "stroke": alt.Stroke("slot:N", scale=alt.Scale(domain=SLOTS), legend=None),
        "strokeDash": alt.StrokeDash("slot:N", scale=patterns, legend=None),
        "order": alt.Order("at:Q"),
    }
    goal = data("this").mark_rule(strokeWidth=1.2, strokeDash=[3, 3], clip=True, aria=False)
    at_goal = alt.YValue(alt.expr("scale('y', goal)"))
    layers: list[Layer] = [
        drawn.encode(x=x("at"), y=_y("height"), **look),
        curtain(),
        goal.encode(x=alt.XValue(0), x2=alt.X2Value(alt.expr("width")), y=at_goal, stroke=stroke(MUTED)),
        *text.haloed(
            data("this"), INK, "goal_text:N", {"x": alt.XValue(4), "y": at_goal}, align="left", baseline="top", dy=4
        ),
        *tags(coloured=True),
        *(_dot(rule) for rule in RULES.values()),
    ]
    params = {name: first("this", name, 1) for name in ("last", "ceiling")}
    params |= {name: first("this", name, 0.1) for name in ("bottom", "goal")}
    for rule in RULES.values():
        params |= trail.columns(rule.name, STEP, "height")
    return build(alt.layer(*layers).resolve_scale(fill="shared"), height, params)


def _y(field: str) -> alt.Y:
    ticks = alt.Axis(labelExpr=POWERS, tickCount=5, grid=True, gridOpacity=0.4, minExtent=42, maxExtent=42)
    scale = alt.Scale(type="log", domain=[alt.ExprRef("bottom"), alt.ExprRef("ceiling")], nice=False)
    return alt.Y(f"{field}:Q", title=None, scale=scale, axis=ticks)


def _dot(rule: Rule) -> Layer:
    """Draw the rule's current update on its curve; it is gone once the run has left the chart."""
    now = trail.now("height", rule.name)
    value = f"toNumber({now})"
    drawn = f"{now} && {value} <= ceiling"
    dot = data("this").mark_point(shape=rule.shape, filled=True, size=95, strokeWidth=1.5, aria=False)
    return dot.encode(
        x=alt.XValue(alt.expr(f"{drawn} ? scale('x', min({STEP}, last)) : 0")),
        y=alt.YValue(alt.expr(f"{drawn} ? scale('y', max({value}, bottom)) : 0")),
        opacity=alt.OpacityValue(alt.expr(f"{drawn} ? 1 : 0")),
        fill=fill(rule.slot),
        stroke=stroke(PAPER),
    )
