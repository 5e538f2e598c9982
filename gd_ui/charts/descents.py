"""Where does each rate go? One panel per lane: a map of the loss, or the loss curve where there is one weight.

The frame holds the start and the minimum and never moves. A run that leaves it has its dot at the edge, on the side
where it is, and a line of text says where that is. Above the frame stand the run's rate and regime, what becomes of
it, and the update shown.
"""

from __future__ import annotations

import altair as alt

from gd_ui.charts import ground, rings, text, trail
from gd_ui.charts.template import MUTED, STEP, Layer, Spec, build, data, number, stroke
from gd_ui.lanes import Lane

WIDTH = 2.0
"""Of a path, in pixels."""
ROOMY = 190
"""Pixels from which on a panel has room to say where a run is."""
PLACE = ("a", "b")
"""Packed columns of where a run is, across and up, in the units of the axes."""


def lane_map(lane: Lane, height: int) -> Spec:
    """Return the map of two parameters with the path of one lane.

    Data: this (one row: see gd_ui.charts.ground; `title`, `fate`, `lost`, `drawn`, `name_a`, `name_b`, and the packed
    columns `path_`, `length_`, `loss_`, `a_` and `b_` of the lane), bands (level, ring).
    """
    place = ground.map_place()
    line = trail.trail(lane.word, lane.slot, WIDTH, whole=False)
    layers = [rings.land(), *line, trail.stops(lane.word, STEP, lane.slot), *_over(lane, place)]
    params = ground.map_params() | {"grain": trail.GRAIN_ON_MAP}
    return _panel(layers, lane, height, params | trail.columns(lane.word, STEP, "path", "length", "loss", *PLACE))


def lane_curve(lane: Lane, height: int) -> Spec:
    """Return the loss against the one weight of a model, with the updates of one lane on it.

    Data: as of `lane_map`, without the packed lengths; bands is the curve (x, y).
    """
    place = ground.curve_place()
    curve = data("bands").mark_line(clip=True, strokeWidth=2, aria=False)
    walked = trail.walk(lane.word, STEP, lane.slot, WIDTH)
    layers = [curve.encode(**place("x", "y"), stroke=stroke(MUTED)), *walked, *_over(lane, place)]
    layers.insert(3, trail.stops(lane.word, STEP, lane.slot))
    params = ground.curve_params() | {"grain": trail.GRAIN_ON_CURVE}
    return _panel(layers, lane, height, params | trail.columns(lane.word, STEP, "path", "loss", *PLACE))


def _panel(layers: list[Layer], lane: Lane, height: int, params: dict[str, str]) -> Spec:
    names = text.names("across", "up")
    chart = alt.layer(*layers, *names).resolve_scale(stroke="shared", fill="independent")
    return build(chart, height, params | trail.here(lane.word))


def _over(lane: Lane, place: ground.Place) -> list[Layer]:
    """Draw the landmarks, the current update in the lane's shape, and the lines of text."""
    loss = trail.now("loss", lane.word)
    told = f"'update ' + format({STEP}, ',') + '  ·  loss ' + {number(f'toNumber({loss})')}"
    lost = f"datum.lost >= 0 && {STEP} >= datum.lost ? 'not finite since update ' + format(datum.lost, ',')"
    far = f"{STEP} >= datum.drawn ? 'off all scales since update ' + format(datum.drawn, ',')"
    gone = data("this").transform_calculate(text=f"{trail.outside(lane.word)} ? {_whereabouts(lane)} : ''")
    corner = {"x": alt.XValue(0), "y": alt.YValue(0)}
    outside = text.haloed(
        gone, lane.slot, "text:N", corner, align="left", baseline="top", dx=5, dy=24, fontWeight="bold"
    )
    return [
        *ground.landmarks(place),
        trail.dot(lane.word, lane.slot, lane.shape),
        text.lines(
            text.Line("datum.title", slot=lane.slot, above=2, bold=True),
            text.Line("datum.fate", above=1),
            text.Line(f"!{loss} ? '' : {lost} : {far} : {told}", slot=MUTED),
        ),
        *outside,
    ]


def _whereabouts(lane: Lane) -> str:
    """Return the expression that says where a run is that has left the view, by short names if there are any."""
    across, up = (f"format(toNumber({trail.now(name, lane.word)}), '.3~g')" for name in PLACE)
    second = f"(datum.name_b ? ', ' + datum.name_b + ' = ' + {up} : '')"
    named = f"datum.name_a && width > {ROOMY}"
    return f"({named} ? 'gone: ' + datum.name_a + ' = ' + {across} + {second} : 'outside this view')"
