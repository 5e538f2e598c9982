"""Where does each method go? One panel per method: a map of the loss, or the loss curve where there is one weight.

A panel shows every update as a pale trail drawn once, those made so far in the method's colour, and a dot at the
current one. Above it stand the update, its loss, and how many examples are read before the next.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import altair as alt

from gd_ui.charts import clock, text
from gd_ui.charts.template import (
    INK,
    LABEL_WIDTH,
    MUTED,
    PAPER,
    STEP,
    Layer,
    Spec,
    build,
    data,
    fill,
    first,
    kept,
    number,
    stroke,
)
from gd_ui.methods import BATCH, STOCHASTIC, Method

LEVELS = 11
"""Bands of a map; the fill is the theme's sequential palette, from the minimum outwards."""
RIM = 7
"""Pixels a dot keeps from the edge; one that stood over it would make the plot smaller than its neighbours."""
SNAPSHOTS = 60
"""How often the cloud of all seeds is sent along a run."""

Place = Callable[[str, str], dict[str, Any]]
"""Turns the names of two fields into the encodings of a chart's x and y."""


def contour_map(methods: list[Method], height: int) -> Spec:
    """Return the map of two parameters with the paths of `methods`: one with captions, or several bare.

    Both axes have the same units per pixel at every width, so that the gradient is seen to cross contours at right
    angles. Data: this (one row), bands, and of every method its updates and its cloud.
    """
    place = _axes(
        [alt.ExprRef("centre_a - half * width / height"), alt.ExprRef("centre_a + half * width / height")],
        [alt.ExprRef("centre_b - half"), alt.ExprRef("centre_b + half")],
    )
    land = (
        data("bands")
        .mark_line(filled=True, clip=True, strokeWidth=0.7, strokeOpacity=0.6, aria=False)
        .encode(
            **place("x", "y"),
            detail="piece:O",
            order="order:Q",
            stroke=stroke(PAPER),
            fill=alt.Fill("level:Q", scale=alt.Scale(domain=[0, LEVELS]), legend=None),
        )
    )
    alone = len(methods) == 1
    layers = [land]
    for method in methods:
        layers += _path(method, place, whole=alone)
    layers += _landmarks(place)
    for method in methods:
        layers.append(_dot(method))
    params = {name: first("this", name, 1 if name == "half" else 0) for name in ("centre_a", "centre_b", "half")}
    for method in methods:
        params |= clock.signals(method)
    if alone:
        layers += _captions(methods[0])
        row = clock.row(methods[0])
        beyond = f"abs({row}.a - centre_a) > half * width / height || abs({row}.b - centre_b) > half"
        params["outside"] = f"{row} && ({beyond})"
    return _panel(layers, height, params)


def loss_curve(method: Method, height: int) -> Spec:
    """Return the loss against the one weight of a model, with the updates of one method walking on it.

    Data: this (one row), bands (the curve: x, y), and the method's updates and cloud.
    """
    place = _axes([alt.ExprRef("left"), alt.ExprRef("right")], [alt.ExprRef("bottom"), alt.ExprRef("top")])
    curve = data("bands").mark_line(clip=True, strokeWidth=2, aria=False)
    layers = [
        curve.encode(**place("x", "y"), stroke=stroke(MUTED)),
        *_path(method, place, whole=True),
        *_landmarks(place),
        _dot(method),
        *_captions(method),
    ]
    row = clock.row(method)
    frame = ("left", "right", "bottom", "top")
    params = {name: first("this", name, 1 if name in ("right", "top") else 0) for name in frame}
    params |= clock.signals(method)
    params["outside"] = f"{row} && ({row}.a < left || {row}.a > right || {row}.b < bottom || {row}.b > top)"
    return _panel(layers, height, params)


def _axes(across: list[alt.ExprRef], up: list[alt.ExprRef]) -> Place:
    """Return the encodings of a plot with fixed ends, its labels taking the same room in all panels."""
    x: dict[str, Any] = {
        "scale": alt.Scale(domain=across, nice=False, zero=False),
        "axis": alt.Axis(tickCount=4, title=None, format=",~f"),
    }
    y: dict[str, Any] = {
        "scale": alt.Scale(domain=up, nice=False, zero=False),
        "axis": alt.Axis(tickCount=4, title=None, format=",~f", **LABEL_WIDTH),
    }
    return lambda a, b: {"x": alt.X(f"{a}:Q", **x), "y": alt.Y(f"{b}:Q", **y)}


def _panel(layers: list[Layer], height: int, params: dict[str, str]) -> Spec:
    # The opacity of a path and its casing: an only run, or one run among the cloud of all. As parameters they are
    # worked out once; in a mark they would be for every vertex.
    many = f"{first('this', 'runs', 1)} > 1"
    params |= {"solid": f"{many} ? 0.35 : 1", "casing": f"{many} ? 0 : 0.6"}
    names = [*text.across("across"), *text.up("up")]
    return build(alt.layer(*layers, *names).resolve_scale(stroke="shared", fill="independent"), height, params)


def _path(method: Method, place: Place, *, whole: bool) -> list[Layer]:
    """Draw the updates made so far in the method's colour, on a pale casing of them or of the `whole` path.

    Small dots mark the updates where there are few. With several seeds a cloud shows where every run is.
    """
    at = place("a", "b")
    walked = data(method.name).transform_filter(f"datum.walked && datum.seen <= {STEP}")
    under = data(method.name) if whole else walked
    line: dict[str, Any] = {"clip": True, "strokeJoin": "round", "aria": False}
    layers = [
        under.mark_line(strokeWidth=method.width + 2.4, **line).encode(
            **at, order="seen:Q", stroke=stroke(PAPER), strokeOpacity=alt.value(alt.expr("casing"))
        ),
        walked.mark_line(strokeWidth=method.width, **line).encode(
            **at, order="seen:Q", stroke=stroke(method.name), strokeOpacity=alt.value(alt.expr("solid"))
        ),
    ]
    if method is BATCH:
        stops = walked.mark_point(filled=True, size=26, opacity=1, strokeWidth=0.8, clip=True, aria=False)
        return [*layers, stops.encode(**at, fill=fill(method.name), stroke=stroke(PAPER))]
    cloud = f"cloud {method.name}"
    snapshot = f"floor({clock.update(method)} * {SNAPSHOTS} / max(1, datum.updates)) * datum.runs"
    runs = (
        data("this")
        .transform_filter("datum.runs > 1")
        .transform_calculate(run=f"slice(data('{cloud}'), {snapshot}, {snapshot} + datum.runs)")
        .transform_flatten(["run"])
        .transform_filter(
            "isValid(datum.run.a) && isValid(datum.run.b)"
        )  # a lost run has no place; null would draw at 0
        .transform_calculate(a="datum.run.a", b="datum.run.b")
        .mark_point(filled=True, size=30, opacity=0.85, strokeWidth=0.7, clip=True, aria=False)
    )
    return [*layers, *kept(cloud), runs.encode(**at, fill=fill(method.name), stroke=stroke(PAPER))]


def _landmarks(place: Place) -> list[Layer]:
    """Draw the start, a square, and the least-squares solution, a cross on a casing."""
    start = data("this").mark_point(shape="square", size=75, filled=True, opacity=1, strokeWidth=1.5, clip=True)
    tips = [alt.Tooltip("start_a:Q", title="start, across"), alt.Tooltip("start_b:Q", title="start, up")]
    layers = [start.encode(**place("start_a", "start_b"), fill=fill(PAPER), stroke=stroke(INK), tooltip=tips)]
    tips = [alt.Tooltip("best_a:Q", title="least squares, across"), alt.Tooltip("best_b:Q", title="up")]
    for slot, width in ((PAPER, 5.5), (INK, 2.2)):
        cross = data("this").mark_point(
            shape="M-1,0L1,0M0,-1L0,1", size=240, filled=False, opacity=1, strokeWidth=width, clip=True
        )
        layers.append(cross.encode(**place("best_a", "best_b"), stroke=stroke(slot), tooltip=tips))
    return layers


def _dot(method: Method) -> Layer:
    """Draw the current update, held at the edge of the view when it lies beyond."""
    row = clock.row(method)
    here = {
        axis: alt.value(alt.expr(f"{row} ? clamp(scale('{axis}', {row}.{field}), {RIM}, {extent} - {RIM}) : 0"))
        for axis, field, extent in (("x", "a", "width"), ("y", "b", "height"))
    }
    dot = data("this").mark_point(filled=True, size=105, strokeWidth=1.8, aria=False)
    dot = dot.encode(
        **here, opacity=alt.value(alt.expr(f"{row} ? 1 : 0")), fill=fill(method.name), stroke=stroke(PAPER)
    )
    return dot


def _captions(method: Method) -> list[Layer]:
    """Write the update and its loss above the panel, when the next one comes, and whether the dot is in view."""
    row, update = clock.row(method), clock.update(method)
    lost = f"datum.lost >= 0 && {update} >= datum.lost"
    told = f"'update ' + format({update}, ',') + '  ·  ' + datum.tag + ' ' + {number(row + '.J')}"
    far = f"{update} >= datum.drawn"
    not_finite = "'not finite since update ' + format(datum.lost, ',')"
    off_scale = "'off all scales since update ' + format(datum.drawn, ',')"
    now = f"!{row} ? '' : {lost} ? {not_finite} : {far} ? {off_scale} : {told}"
    outside = data("this").transform_calculate(text="outside ? 'outside this view' : ''")
    corner = {"x": alt.value(0), "y": alt.value(0)}
    warning = text.haloed(
        outside, method.name, "text:N", corner, align="left", baseline="top", dx=5, dy=24, fontWeight="bold"
    )
    layers = [text.caption("left", INK, now), *warning]
    if method is not STOCHASTIC:
        wait = f"{STEP} < datum.total ? 'next in ' + format({clock.until_next(method)}, ',') : ''"
        layers.append(text.caption("right", MUTED, wait))
    return layers
