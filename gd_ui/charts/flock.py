"""Where does each of many starts go? One map with the paths of all of them, and one of where every start ends."""

from __future__ import annotations

import copy
from typing import Any

import altair as alt

from gd_ui.charts import ground, text, trail
from gd_ui.charts.levels import level_land
from gd_ui.charts.packed import GRAIN
from gd_ui.charts.regions import region_areas, region_signs
from gd_ui.charts.template import INK, PAPER, SLOTS, STEP, Layer, Spec, build, data, fill, first, stroke

_COLOUR: dict[str, Any] = {"scale": alt.Scale(domain=SLOTS), "legend": None}


def flock_map(height: int) -> Spec:
    """Return the map with the paths of many runs up to the player's frame.

    Data: this (one row: centre_a, centre_b, half), levels, runs (slot, sign, lost, and the packed `path` and
    `lengths`), marks (see `_marks`).
    """
    place = ground.map_place()
    layers = [level_land(), *_paths(), *_marks(place), _dots()]
    chart = alt.layer(*layers, *_axis_names()).resolve_scale(stroke="shared", fill="independent")
    return build(chart, height, ground.map_params() | {"grain": trail.GRAIN_ON_MAP})


def held_still(spec: Spec, height: int) -> Spec:
    """Return a map that does not play: it shows the paths whole, at another height."""
    frame, *others = spec["params"]
    still = {**spec, "height": height, "params": [{"name": frame["name"], "value": 1e7}, *others]}
    del still["usermeta"]
    return still


def with_up_axis(spec: Spec, ticks: dict[float, str]) -> Spec:
    """Return a map whose vertical axis shows names at some places, because it is no weight."""
    names = [f"abs(datum.value - {place}) < 0.01 ? '{name}'" for place, name in ticks.items()]
    found = copy.deepcopy(spec)
    for layer in found["layer"]:
        axis = layer["encoding"]["y"].get("axis")
        if axis is not None:
            del axis["tickCount"], axis["format"]
            axis |= {"values": list(ticks), "labelExpr": " : ".join([*names, "''"])}
    return found


def basin_map(height: int) -> Spec:
    """Return the map of where every start ends.

    Data: this (one row: centre_a, centre_b, half, and `left`, `top`: the grid's corner in half panels, `unit`: a cell's
    side), regions, signs, marks, starts (a, b). Nothing on it moves.
    """
    place = ground.map_place()
    starts = data("starts").mark_point(shape="circle", filled=True, size=22, opacity=1, strokeWidth=1, clip=True)
    dots = starts.encode(**place("a", "b"), fill=fill(INK), stroke=stroke(PAPER))
    layers = [region_areas(0.5), region_signs(38), dots, *_marks(place), *_axis_names()]
    params = ground.map_params() | {
        "cell": f"height / 2 * {first('this', 'unit', 1)}",
        "corner_x": f"width / 2 + height / 2 * {first('this', 'left')}",
        "corner_y": f"height / 2 * (1 - {first('this', 'top')})",
    }
    chart = alt.layer(*layers).resolve_scale(stroke="shared", fill="independent")
    return build(chart, height, params, plays=False)


def _axis_names() -> list[Layer]:
    return text.names("across", "up")


def _paths() -> list[Layer]:
    """Draw each path to where it is now, in the colour of where it ends, on a casing."""
    runs = data("runs").transform_calculate(
        outline="'M' + join(split(datum.path, ' '), 'L')", stops="split(datum.lengths, ' ')"
    )
    walked = f"toNumber(datum.stops[min({STEP}, length(datum.stops) - 1)])"
    whole = f"{STEP} >= length(datum.stops) - 1"
    dash = f"{whole} ? [] : [grain * {walked}, 1e9]"
    at: dict[str, Any] = {
        "x": alt.XValue(alt.expr("width / 2")),
        "y": alt.YValue(alt.expr("height / 2")),
        "shape": alt.Shape("outline:N", scale=None),
        "size": alt.SizeValue(alt.expr("pow(2 * grain, 2)")),
        "strokeDash": alt.StrokeDashValue(alt.expr(dash)),
    }
    style: dict[str, Any] = {"filled": False, "fillOpacity": 0, "strokeJoin": "round", "clip": True, "aria": False}
    return [
        runs.mark_point(strokeWidth=3.4, **style).encode(
            **at,
            stroke=stroke(PAPER),
            strokeOpacity=alt.StrokeOpacityValue(alt.expr("datum.lost ? 0 : 0.7")),
        ),
        runs.mark_point(strokeWidth=1.7, **style).encode(
            **at,
            stroke=alt.Stroke("slot:N", **_COLOUR),
            strokeOpacity=alt.StrokeOpacityValue(alt.expr("datum.lost ? 0.4 : 1")),
        ),
    ]


def _dots() -> Layer:
    """Draw where each run is now, held at the edge when it is beyond."""
    runs = data("runs").transform_calculate(corners="split(datum.path, ' ')")
    last = "length(datum.corners) - 1"
    now = f"split(datum.corners[min({STEP}, {last})], ',')"
    mark = runs.mark_point(filled=True, size=62, opacity=1, strokeWidth=1.2, aria=False)
    inside = f"clamp({{}}, {trail.RIM}, {{}} - {trail.RIM})"
    across = f"width / 2 + grain * toNumber({now}[0])"
    down = f"height / 2 * (1 + toNumber({now}[1]) / {GRAIN})"
    return mark.encode(
        x=alt.XValue(alt.expr(inside.format(across, "width"))),
        y=alt.YValue(alt.expr(inside.format(down, "height"))),
        shape=alt.Shape("sign:N", scale=None),
        fill=alt.Fill("slot:N", **_COLOUR),
        stroke=stroke(PAPER),
    )


def _marks(place: ground.Place) -> list[Layer]:
    """Draw the valleys, each with its sign, and the saddles, crosses on a casing.

    Data: marks (kind, sign, slot, a, b).
    """
    valleys = data("marks").transform_filter("datum.kind == 'valley'")
    sign = valleys.mark_point(filled=True, size=170, opacity=1, strokeWidth=2, clip=True, aria=False)
    layers = [
        sign.encode(
            **place("a", "b"),
            shape=alt.Shape("sign:N", scale=None),
            fill=alt.Fill("slot:N", **_COLOUR),
            stroke=stroke(INK),
        )
    ]
    saddles = data("marks").transform_filter("datum.kind == 'saddle'")
    for slot, width in ((PAPER, 4.5), (INK, 1.8)):
        cross = saddles.mark_point(
            shape="M-1,-1L1,1M-1,1L1,-1", size=70, filled=False, opacity=1, strokeWidth=width, clip=True, aria=False
        )
        layers.append(cross.encode(**place("a", "b"), stroke=stroke(slot)))
    return layers
