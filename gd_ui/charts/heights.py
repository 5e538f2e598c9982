"""How high is the loss over two weights? A map whose colour is the height, with cuts, a path and directions downhill.

Height is the subject here, so the map has the colours of viridis, whose lightness alone tells high from low; paths,
cuts and arrows lie on a casing, so that they can be seen on every colour.
"""

from __future__ import annotations

from typing import Any

import altair as alt

from gd_ui.charts import ground, rings, text
from gd_ui.charts.packed import listed
from gd_ui.charts.template import INK, PAPER, SLOTS, Layer, Spec, build, data, fill, stroke
from gd_ui.methods import METHODS

DASHED = [7, 5]
"""The look of a cut along which the weight drawn upwards moves; the other cut is solid."""
ARROW_HEAD = "M0,0L0.62,1.7L-0.62,1.7Z"
"""Its tip is at the middle, so that it ends where the arrow does."""
_MARK = "marks[datum.value] && marks[datum.value] != '-' ? marks[datum.value] : ''"
"""What the legend says at a level: levels without a number of their own have a dash."""


def height_map(height: int) -> Spec:
    """Return the map of a loss over two weights.

    Data: this (one row: ends of the axes, start, lowest point, `told`, `cut_a`, `cut_b`, `trough` and its two ends,
    `marks`), the packed bands (level, ring) and path (ring, slot), arrows (x, y, x2, y2, tip_x, tip_y, angle, slot,
    says, above).
    """
    place = ground.map_place()
    layers = [
        _colours(),
        *_cuts(place),
        *_trough(place),
        *_path(),
        *_arrows(place),
        *ground.landmarks(place),
        *_names(place),
        _here(place),
        text.caption("left", INK, "datum.told"),
        text.caption("right", INK, _outside()),
        *text.names("across", "up"),
    ]
    params = ground.map_params() | {"marks": listed("marks")}
    chart = alt.layer(*layers).resolve_scale(stroke="shared", color="shared", fill="independent")
    return build(chart, height, params, {"left": 2, "right": 6, "top": 4, "bottom": 0}, plays=False)


def _colours() -> Layer:
    legend = alt.Legend(
        orient="bottom", direction="horizontal", title="loss above the lowest", titleOrient="left", gradientLength=250,
        gradientThickness=11, values=list(range(ground.LEVELS + 1)), labelExpr=_MARK, offset=4,
        labelFontSize=13, titleFontSize=13, titleFontWeight="normal", titlePadding=8, labelOverlap=False,
    )  # fmt: skip
    scale = alt.Scale(domain=[0, ground.LEVELS], scheme="viridis", reverse=True)
    areas = data("bands").mark_point(filled=True, opacity=1, clip=True, strokeWidth=0.6, strokeOpacity=0.5, aria=False)
    shade = alt.Fill("level:Q", scale=scale, legend=legend)
    return rings.on_map(areas, stroke=stroke(PAPER), fill=shade)


def _cuts(place: ground.Place) -> list[Layer]:
    """Draw where the two sections are: across the map a solid line, up it a dashed one."""
    layers = []
    at = place("cut_a", "cut_b")
    for axis, dash in (("y", [1, 0]), ("x", DASHED)):
        for slot, width, pattern in ((PAPER, 4.5, [1, 0]), (INK, 2, dash)):
            rule = data("this").mark_rule(strokeWidth=width, strokeDash=pattern, clip=True, aria=False)
            layers.append(rule.encode(**{axis: at[axis]}, stroke=stroke(slot)))
    return layers


def _trough(place: ground.Place) -> list[Layer]:
    """Draw the level bottom of a surface that has no single lowest point."""
    ends: dict[str, Any] = {**place("trough_a", "trough_b"), "x2": "trough_a2:Q", "y2": "trough_b2:Q"}
    bottom = data("this").transform_filter("datum.trough").mark_rule(clip=True, aria=False, strokeWidth=3)
    return [bottom.encode(**ends, stroke=stroke(PAPER))]


def _path() -> list[Layer]:
    line: dict[str, Any] = {"filled": False, "fillOpacity": 0, "opacity": 1, "strokeJoin": "round", "clip": True}
    casing, walked = (data("path").mark_point(strokeWidth=width, aria=False, **line) for width in (5.4, 2.6))
    return [rings.on_map(casing, stroke=stroke(PAPER)), rings.on_map(walked, color=_slot())]


def _arrows(place: ground.Place) -> list[Layer]:
    ends: dict[str, Any] = {**place("x", "y"), "x2": "x2:Q", "y2": "y2:Q"}
    casing = data("arrows").mark_rule(strokeWidth=6.5, clip=True, aria=False).encode(**ends, stroke=stroke(PAPER))
    dashes = alt.Scale(domain=SLOTS, range=[list(METHODS[slot].dash) if slot in METHODS else [1, 0] for slot in SLOTS])
    shaft = data("arrows").mark_rule(strokeWidth=3.4, clip=True, aria=False)
    head = data("arrows").mark_point(shape=ARROW_HEAD, filled=True, size=330, opacity=1, clip=True, aria=False)
    return [
        casing,
        shaft.encode(**ends, color=_slot(), strokeDash=alt.StrokeDash("slot:N", scale=dashes, legend=None)),
        head.encode(
            **place("tip_x", "tip_y"), color=_slot(), angle=alt.Angle("angle:Q", scale=None), stroke=stroke(PAPER)
        ),
        *_says(place, "datum.above", -10),
        *_says(place, "!datum.above", 10),
    ]


def _says(place: ground.Place, which: str, dy: int) -> list[Layer]:
    """Name arrows above or below their tips, so that the names of two nearly equal ones can be read."""
    rows = data("arrows").transform_filter(which)
    at = place("tip_x", "tip_y")
    return text.haloed(rows, INK, "says:N", at, align="left", dx=10, dy=dy, fontWeight="bold")


def _slot() -> alt.Color:
    return alt.Color("slot:N", scale=alt.Scale(domain=SLOTS), legend=None)


def _names(place: ground.Place) -> list[Layer]:
    """Name start and lowest point where they stand."""
    style: dict[str, Any] = {"align": "left", "dx": 10, "fontWeight": "bold"}
    return [
        *text.haloed(data("this"), INK, "trough_name:N", place("best_a", "best_b"), dy=18, **style),
        *text.haloed(data("this"), INK, "start_name:N", place("start_a", "start_b"), dy=14, **style),
        *text.haloed(data("this"), INK, "best_name:N", place("best_a", "best_b"), dy=-10, **style),
    ]


def _here(place: ground.Place) -> Layer:
    """Mark where the two cuts cross."""
    dot = data("this").mark_point(filled=True, size=110, opacity=1, strokeWidth=2, clip=True, aria=False)
    return dot.encode(**place("cut_a", "cut_b"), fill=fill(INK), stroke=stroke(PAPER))


def _outside() -> str:
    """Return the expression that says which cuts are not on the map."""
    across, up = "scale('x', datum.cut_a)", "scale('y', datum.cut_b)"
    dashed = f"({across} < 0 || {across} > width)"
    solid = f"({up} < 0 || {up} > height)"
    return (
        f"{dashed} && {solid} ? 'both cuts are outside this map' : {dashed} ? 'the dashed cut is outside this map' : "
        f"{solid} ? 'the solid cut is outside this map' : ''"
    )
