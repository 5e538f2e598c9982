"""Where does this run go? Its path on the map of two weights; no dots for single updates, of which there are many."""

from __future__ import annotations

import altair as alt

from gd_ui.charts import ground, text, trail
from gd_ui.charts.template import INK, STEP, Spec, build, number
from gd_ui.lanes import Lane


def path_map(lane: Lane, height: int) -> Spec:
    """Return the map of two parameters with one path up to the player's frame.

    Data: this (one row: see gd_ui.charts.ground; the names of both axes `across` and `up`, and the packed columns
    `path_`, `length_` and `loss_` of the lane), bands.
    """
    place = ground.map_place()
    loss = trail.now("loss", lane.word)
    told = f"'update ' + format({STEP}, ',') + '  ·  loss ' + {number(f'toNumber({loss})')}"
    away = f"({trail.outside(lane.word)}) ? '  ·  outside this view' : ''"
    layers = [
        ground.land(place),
        *trail.trail(lane.word, lane.slot, 2.4, whole=False),
        *ground.landmarks(place),
        trail.dot(lane.word, lane.slot, lane.shape),
        text.caption("left", INK, f"{loss} ? {told} + ({away}) : ''"),
        *text.names("across", "up"),
    ]
    chart = alt.layer(*layers).resolve_scale(stroke="shared", fill="independent")
    params = ground.map_params() | {"grain": trail.GRAIN_ON_MAP}
    params |= trail.columns(lane.word, STEP, "path", "length", "loss")
    return build(chart, height, params | trail.here(lane.word))
