"""Where does each method go? One panel per method: a map of the loss, or the loss curve where there is one weight.

A panel shows every update as a pale trail, those made so far in the method's colour, and a dot at the current one.
Above it stand the method and its habit, the update, its loss, and how many examples are read before the next.
"""

from __future__ import annotations

import altair as alt

from gd_ui.charts import clock, ground, text, trail
from gd_ui.charts.template import MUTED, PAPER, STEP, Layer, Spec, build, data, fill, first, kept, number, stroke
from gd_ui.methods import BATCH, MINI_BATCH, STOCHASTIC, Method

PALE, TOGETHER = 0.35, 0.6
"""The opacity of a path among the cloud of all runs; and at most, of all pieces of a long one where they cross."""
SNAPSHOTS = 60
"""How often the cloud of all seeds is sent along a run."""


def contour_map(methods: list[Method], height: int) -> Spec:
    """Return the map of two parameters with the paths of `methods`: one with captions, or several bare.

    Data: this (one row, with packed columns of every method: `path_`, `length_` and, of a single one, `loss_`), bands,
    and of every method its cloud.
    """
    place = ground.map_place()
    alone = len(methods) == 1
    layers = [ground.land(place)]
    for method in methods:
        line = trail.trail(method.word, method.name, method.width, whole=alone, casing="casing", opacity="solid")
        layers += [*line, *_stops(method), *_cloud(method, place)]
    layers += [*ground.landmarks(place), *(trail.dot(method.word, method.name) for method in methods)]
    params = ground.map_params() | {"grain": trail.GRAIN_ON_MAP}
    for method in methods:
        params |= clock.signals(method, "path", "length", *(["loss"] if alone else []))
    if alone:
        layers += _captions(methods[0])
    return _panel(layers, methods, height, params)


def loss_curve(method: Method, height: int) -> Spec:
    """Return the loss against the one weight of a model, with the updates of one method walking on it.

    Data: this (one row, with the packed columns `path_` and `loss_`), bands (the curve: x, y), and the method's cloud.
    """
    place = ground.curve_place()
    curve = data("bands").mark_line(clip=True, strokeWidth=2, aria=False)
    walked = trail.walk(method.word, clock.update(method), method.name, method.width, casing="casing", opacity="solid")
    layers = [
        curve.encode(**place("x", "y"), stroke=stroke(MUTED)),
        *walked,
        *_stops(method),
        *_cloud(method, place),
        *ground.landmarks(place),
        trail.dot(method.word, method.name),
        *_captions(method),
    ]
    params = ground.curve_params() | {"grain": trail.GRAIN_ON_CURVE} | clock.signals(method, "path", "loss")
    return _panel(layers, [method], height, params)


def _panel(layers: list[Layer], methods: list[Method], height: int, params: dict[str, str]) -> Spec:
    for method in methods:
        params |= trail.here(method.word)
    # The opacity of a path and its casing: an only run, or one run among the cloud of all. The pieces of a long path
    # lie on one another, and together they must not hide the cloud.
    many = f"{first('this', 'runs', 1)} > 1"
    longest = f"max({', '.join(f'length(path_{method.word})' for method in methods)}, 1)"
    pale = f"min({PALE}, 1 - pow({1 - TOGETHER}, {trail.CORNERS} / {longest}))"
    params |= {"solid": f"{many} ? {pale} : 1", "casing": f"{many} ? 0 : 0.6"}
    names = text.names("across", "up")
    return build(alt.layer(*layers, *names).resolve_scale(stroke="shared", fill="independent"), height, params)


def _stops(method: Method) -> list[Layer]:
    """Mark the updates of batch descent; the others make too many."""
    return [trail.stops(method.word, clock.update(method), method.name)] if method is BATCH else []


def _cloud(method: Method, place: ground.Place) -> list[Layer]:
    """With several seeds draw where every run is; batch descent has but one."""
    if method is BATCH:
        return []
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
    return [*kept(cloud), runs.encode(**place("a", "b"), fill=fill(method.name), stroke=stroke(PAPER))]


def _captions(method: Method) -> list[Layer]:
    """Write above the panel whose it is, the update and its loss, and when the next comes; and whether the dot is seen.

    All of it is text of the chart: on the page it would be an element more for every panel.
    """
    loss, update = trail.now("loss", method.word), clock.update(method)
    lost = f"datum.lost >= 0 && {update} >= datum.lost"
    told = f"'update ' + format({update}, ',') + '  ·  ' + datum.tag + ' ' + {number(f'toNumber({loss})')}"
    far = f"{update} >= datum.drawn"
    not_finite = "'not finite since update ' + format(datum.lost, ',')"
    off_scale = "'off all scales since update ' + format(datum.drawn, ',')"
    now = f"!{loss} ? '' : {lost} ? {not_finite} : {far} ? {off_scale} : {told}"
    outside = data("this").transform_calculate(text=f"{trail.outside(method.word)} ? 'outside this view' : ''")
    corner = {"x": alt.XValue(0), "y": alt.YValue(0)}
    warning = text.haloed(
        outside, method.name, "text:N", corner, align="left", baseline="top", dx=5, dy=24, fontWeight="bold"
    )
    written = [
        text.Line(f"'{method.name.capitalize()}'", slot=method.name, above=1, bold=True),
        text.Line(_habit(method), "right", MUTED, above=1),
        text.Line(now),
    ]
    if method is not STOCHASTIC:
        wait = f"{STEP} < datum.total ? 'next in ' + format({clock.until_next(method)}, ',') : ''"
        written.append(text.Line(wait, "right", MUTED))
    return [text.lines(*written), *warning]


def _habit(method: Method) -> str:
    """Return the expression for how many rows the method reads before it updates."""
    if method is BATCH:
        return "'update after all ' + format(datum.n, ',') + ' rows'"
    one = "'update after 1 row'"
    return (
        f"datum.size > 1 ? 'update after ' + format(datum.size, ',') + ' rows' : {one}" if method is MINI_BATCH else one
    )
