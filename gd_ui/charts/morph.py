"""Stretching a feature: the loss bends, the data and the line do not.

A second player moves through the scales of one feature, u = (x - shift) / scale. The contours are exact: those of the
original feature, measured from the minimum, mapped in the browser by b' = b + shift·w and w' = scale·w.
"""

from __future__ import annotations

import json
from typing import Any

import altair as alt

from gd_ui.charts import ground, text, trail
from gd_ui.charts.ground import curve_params
from gd_ui.charts.template import INK, MUTED, PAPER, STEP, Spec, build, data, fill, first, kept, stroke
from gd_ui.lanes import LANES

MORPH = "gdmorph"
"""The frame parameter of these charts, moved by a player of its own."""
RUN = "morph"
"""The name of the descent shown, in columns and parameters."""
LOOK = LANES[3]


def morph_map(height: int) -> Spec:
    """Return the contours around the minimum and the descent at the present scale's own best rate.

    Data: this (centre_a, centre_b, half, `across`, `up`), bands (of the original feature, from the minimum), scales
    (shift, scale, told, path, length: of every frame).
    """
    place = ground.map_place()
    areas = (
        data("bands")
        .transform_calculate(a="datum.x + shift * datum.y", b="scaling * datum.y")
        .mark_line(filled=True, clip=True, strokeWidth=0.7, strokeOpacity=0.6, aria=False)
    )
    shade = alt.Fill("level:Q", scale=alt.Scale(domain=[0, ground.LEVELS]), legend=None)
    bottom = data("this").transform_calculate(a="0", b="0")
    layers = [
        *kept("scales"),
        areas.encode(**place("a", "b"), detail="piece:O", order="order:Q", stroke=stroke(PAPER), fill=shade),
        *trail.trail(RUN, LOOK.slot, 2.0, whole=True),
        trail.stops(RUN, "1e9", LOOK.slot),
    ]
    for slot, width in ((PAPER, 5.5), (INK, 2.2)):
        cross = bottom.mark_point(shape="M-1,0L1,0M0,-1L0,1", size=240, filled=False, opacity=1, strokeWidth=width)
        layers.append(cross.encode(**place("a", "b"), stroke=stroke(slot)))
    layers += [text.caption("left", INK, _now("told")), *text.names("across", "up")]
    params = ground.map_params() | _scale_params()
    params |= {
        "grain": trail.GRAIN_ON_MAP,
        f"path_{RUN}": f"length({_frame()}.path) ? split({_frame()}.path, ' ') : []",
        f"length_{RUN}": "[]",  # no lengths: the whole path is always made
        trail.now("length", RUN): f"{_frame()}.length",
    }
    return _moved(build(alt.layer(*layers).resolve_scale(stroke="shared", fill="independent"), height, params))


def morph_data(height: int) -> Spec:
    """Return the data and the best line over the rescaled feature: only the numbers on the axis change.

    Data: this (left, right: of the original feature; bottom, top, `across`, `up`), points (x, y), line (x, y), scales.
    """
    place = ground.axes(
        [alt.ExprRef("(left - shift) / scaling"), alt.ExprRef("(right - shift) / scaling")],
        [alt.ExprRef("bottom"), alt.ExprRef("top")],
    )

    def over_feature(name: str) -> Any:
        return data(name).transform_calculate(u="(datum.x - shift) / scaling")

    points = over_feature("points").mark_point(filled=True, size=28, opacity=0.55, clip=True, aria=False)
    line = over_feature("line").mark_line(strokeWidth=3, clip=True, aria=False)
    layers = [
        *kept("scales"),
        points.encode(**place("u", "y"), fill=fill(MUTED)),
        line.encode(**place("u", "y"), stroke=stroke(LOOK.slot)),
        text.caption("left", INK, _now("line_told")),
        *text.names("across", "up"),
    ]
    return _moved(build(alt.layer(*layers), height, curve_params() | _scale_params()))


def morph_curve(field: str, marks: dict[int, str], height: int) -> Spec:
    """Return a quantity, "kappa" or "limit", at every scale on a log axis, with the present scale marked.

    `marks` names frames on the axis. Data: this (frames: the last one; rate: a line to compare with, or 0 for none),
    scales (frame, kappa, limit, and their texts `kappa_told`, `limit_told`).
    """
    names = " : ".join([f"datum.value == {frame} ? '{name}'" for frame, name in marks.items()])
    x = alt.X(
        "frame:Q",
        scale=alt.Scale(domain=[0, alt.ExprRef("last")], nice=False),
        axis=alt.Axis(
            title=None, values=list(marks), labelFlush=True, labelOverlap=True, labelExpr=f"{names} : ''",
        ),
    )  # fmt: skip
    ticks = alt.Axis(title=None, format="~g", tickCount=4, grid=True, gridOpacity=0.4, minExtent=42, maxExtent=42)
    y = alt.Y(f"{field}:Q", scale=alt.Scale(type="log", nice=True), axis=ticks)
    rate = first("this", "rate")
    here = data("scales").transform_filter(f"datum.frame == {STEP}")
    layers = [
        data("scales").mark_line(strokeWidth=2.4, clip=True, aria=False).encode(x=x, y=y, stroke=stroke(MUTED)),
        here.mark_rule(strokeWidth=1.4, aria=False).encode(x=x, stroke=stroke(LOOK.slot)),
        here.mark_point(filled=True, shape=LOOK.shape, size=130, opacity=1, strokeWidth=1.6, aria=False).encode(
            x=x, y=y, fill=fill(LOOK.slot), stroke=stroke(PAPER)
        ),
        text.caption("left", INK, _now(f"{field}_told")),
    ]
    if field == "limit":
        line = data("this").mark_rule(strokeDash=[6, 3], strokeWidth=1.6, clip=True, aria=False)
        at = alt.YValue(alt.expr(f"{rate} > 0 ? scale('y', {rate}) : -9"))
        layers.append(line.encode(x=alt.XValue(0), x2=alt.X2Value(alt.expr("width")), y=at, stroke=stroke(INK)))
    return _moved(build(alt.layer(*layers), height, {"last": first("this", "frames", 1)}))


def _frame() -> str:
    """Return the expression for the present scale's row, an empty one before data arrive."""
    nothing = "{path: '', length: 0, shift: 0, scale: 1}"
    return f"(length(data('scales')) ? data('scales')[min({STEP}, length(data('scales')) - 1)] : {nothing})"


def _now(field: str) -> str:
    return f"{_frame()}.{field}"


def _scale_params() -> dict[str, str]:
    return {"shift": f"{_frame()}.shift", "scaling": f"{_frame()}.scale"}


def _moved(spec: Spec) -> Spec:
    """Give a template, which `build` ties to the steps, to the player of scales."""
    moved: Spec = json.loads(json.dumps(spec).replace(STEP, MORPH))
    return moved
