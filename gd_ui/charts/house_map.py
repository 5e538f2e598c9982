"""Where do two weights go, alone and among all? A map of the loss over the two, the others held at the start.

The path of the two stays on this ground. That of all weights is its shadow: as the others learn too, the ground under
it changes, and it may leave for places that look worse from here.
"""

from __future__ import annotations

import altair as alt

from gd_ui.charts import ground, text, trail
from gd_ui.charts.template import INK, PAPER, STEP, Layer, Spec, build, data, fill, stroke
from gd_ui.lanes import LANES, Lane

ALL, TWO = LANES[0], LANES[1]
WIDTH = 2.2


def two_weights_map(height: int) -> Spec:
    """Return the map.

    Data: this (see gd_ui.charts.ground; `all_a`, `all_b`, where least squares of all weights lies, and of both lanes
    the packed columns `path_`, `length_`, `a_`, `b_`), bands.
    """
    place = ground.map_place()
    goal = data("this").mark_point(
        shape=LANES[3].shape, filled=True, size=110, opacity=1, strokeWidth=2, clip=True, aria=False
    )
    layers: list[Layer] = [ground.land(place)]
    params = ground.map_params() | {"grain": trail.GRAIN_ON_MAP}
    for lane in (ALL, TWO):
        layers += trail.trail(lane.word, lane.slot, WIDTH, whole=False)
        params |= trail.columns(lane.word, STEP, "path", "length", "a", "b") | trail.here(lane.word)
    layers += [
        *ground.landmarks(place),
        goal.encode(**place("all_a", "all_b"), fill=fill(PAPER), stroke=stroke(ALL.slot)),
        *(trail.dot(lane.word, lane.slot, lane.shape) for lane in (ALL, TWO)),
        text.caption("left", INK, f"'update ' + format({STEP}, ',')"),
        text.caption("right", INK, f"{_at(TWO)} + '   ' + {_at(ALL)}"),
        *text.names("across", "up"),
    ]
    chart = alt.layer(*layers).resolve_scale(stroke="shared", fill="independent")
    return build(chart, height, params)


def _at(lane: Lane) -> str:
    """Return the expression that says where a run is, or that it has left the view."""
    a, b = (f"format(toNumber({trail.now(name, lane.word)}), '.3~g')" for name in ("a", "b"))
    lost = f"{STEP} >= length(path_{lane.word})"
    here = f"({lost} ? 'off all scales' : {trail.outside(lane.word)} ? 'out of view' : {a} + ', ' + {b})"
    return f"({trail.now('a', lane.word)} ? '{lane.sign} ' + {here} : '')"
