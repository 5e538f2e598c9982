"""Where does each rule go? One map of the surface with the paths of all rules, their dots and their names.

Shapes along a path mark the same updates on all of them. A rule that has left the map has its dot at the edge.
"""

from __future__ import annotations

from typing import Any

import altair as alt

from gd_ui.charts import ground, text, trail
from gd_ui.charts.packed import GRAIN
from gd_ui.charts.template import INK, PAPER, SLOTS, STEP, Layer, Spec, build, data, fill, first, stroke
from gd_ui.optimizers.rules import RULES, Rule

WIDTH = 2.0
"""Of a path, in pixels."""
ASIDE, ROW, ROOM = 12, 16, 92
"""Pixels from a dot to its name, between two rows of names, and that a name takes."""


def rule_map(height: int) -> Spec:
    """Return the map.

    Data: this (one row: `centre_a`, `centre_b`, `half`, `start_a`, `start_b`, `across`, `up`, and of every rule `has_`
    and the packed columns `path_` and `length_`), bands, beads (slot, shape, at, u, v: grains of a panel
    from its middle), minima (a, b).
    """
    place = ground.map_place()
    layers: list[Layer] = [ground.land(place)]
    params = ground.map_params() | {"grain": trail.GRAIN_ON_MAP}
    for rule in RULES.values():
        layers += trail.trail(
            rule.name, rule.slot, WIDTH, whole=False, casing=f"0.6 * {_has(rule)}", opacity=_has(rule)
        )
        params |= trail.columns(rule.name, STEP, "path", "length") | trail.here(rule.name)
        params |= {_has(rule): first("this", _has(rule), 0)}
    layers += [_beads(), *_landmarks(place)]
    layers += [dot for rule in RULES.values() for dot in _dot(rule)]
    for number, rule in enumerate(RULES.values()):
        layers += _name(rule, number)
    layers += text.names("across", "up")
    chart = alt.layer(*layers).resolve_scale(stroke="shared", fill="independent", shape="independent")
    return build(chart, height, params)


def _has(rule: Rule) -> str:
    """Return the column, and the parameter, that is 1 if the rule runs and 0 if it does not."""
    return f"has_{rule.name}"


def _beads() -> Layer:
    """Mark the same few updates on every path, each rule with its shape."""
    beads = data("beads").mark_point(filled=True, size=52, strokeWidth=1, clip=True, aria=False)
    shapes = [rule.shape for rule in RULES.values()]
    return beads.encode(
        x=alt.XValue(alt.expr("width / 2 + grain * datum.u")),
        y=alt.YValue(alt.expr(f"height / 2 * (1 - datum.v / {GRAIN})")),
        opacity=alt.OpacityValue(alt.expr(f"datum.at <= {STEP} ? 1 : 0")),
        shape=alt.Shape("shape:N", scale=alt.Scale(domain=shapes, range=shapes), legend=None),
        fill=alt.Fill("slot:N", scale=alt.Scale(domain=SLOTS), legend=None),
        stroke=stroke(PAPER),
    )


def _landmarks(place: ground.Place) -> list[Layer]:
    """Draw the start, a square, and every lowest point, a cross on a casing."""
    tips = [alt.Tooltip("a:Q", title="minimum, across"), alt.Tooltip("b:Q", title="up")]
    layers = []
    for slot, width in ((PAPER, 5.5), (INK, 2.2)):
        cross = data("minima").mark_point(
            shape="M-1,0L1,0M0,-1L0,1", size=240, filled=False, opacity=1, strokeWidth=width, clip=True
        )
        layers.append(cross.encode(**place("a", "b"), stroke=stroke(slot), tooltip=tips))
    start = data("this").mark_point(shape="square", size=75, filled=True, opacity=1, strokeWidth=1.5, clip=True)
    tips = [alt.Tooltip("start_a:Q", title="start, across"), alt.Tooltip("start_b:Q", title="start, up")]
    return [*layers, start.encode(**place("start_a", "start_b"), fill=fill(PAPER), stroke=stroke(INK), tooltip=tips)]


def _at(rule: Rule) -> dict[str, str]:
    """Return where a rule's dot is, held inside the view, as expressions."""
    return {
        "x": f"clamp({trail.across(rule.name)}, {trail.RIM}, width - {trail.RIM})",
        "y": f"clamp({trail.up(rule.name)}, {trail.RIM}, height - {trail.RIM})",
    }


def _dot(rule: Rule) -> list[Layer]:
    at = _at(rule)
    dot = data("this").mark_point(shape=rule.shape, filled=True, size=130, strokeWidth=1.6, aria=False)
    return [
        dot.encode(
            x=alt.XValue(alt.expr(at["x"])),
            y=alt.YValue(alt.expr(at["y"])),
            opacity=alt.OpacityValue(alt.expr(_has(rule))),
            fill=fill(rule.slot),
            stroke=stroke(PAPER),
        )
    ]


def _name(rule: Rule, number: int) -> list[Layer]:
    """Write a rule's name beside its dot: to the left or right, on a row of its own, so that six may stand together."""
    left, row, at = number % 2 == 0, number // 2 - 1, _at(rule)
    near, far = (ROOM, ROOM + ASIDE) if left else (ROOM + ASIDE, ROOM)
    x = f"clamp({at['x']} {'-' if left else '+'} {ASIDE}, {near}, width - {far})"
    y = f"clamp({at['y']}, {ROW + 8}, height - {ROW + 8}) + {ROW * row}"
    gone = f"{_has(rule)} ? '{rule.name}' + ({trail.outside(rule.name)} ? ' out' : '') : ''"
    style: dict[str, Any] = {"align": "right" if left else "left", "baseline": "middle", "fontWeight": "bold"}
    return text.haloed(
        data("this").transform_calculate(name=gone),
        rule.slot,
        "name:N",
        {"x": alt.XValue(alt.expr(x)), "y": alt.YValue(alt.expr(y))},
        **style,
    )
