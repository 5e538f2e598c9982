"""What does broadcasting do? Arrays as tiles with their numbers; what is only stretched has a dashed, empty tile."""

from __future__ import annotations

from typing import Any

import altair as alt

from gd_ui.charts import text
from gd_ui.charts.template import INK, MUTED, SLOTS, Layer, Spec, build, data, fill, stroke

TILE, LINE, LABELS = 70, 22, 64
"""Width of a tile, height of a line, and width of the rows' labels, in pixels."""
LINES = 25
"""Lines of the tallest picture."""


def arrays_in_tiles() -> Spec:
    """Return the tiles: as many columns as fit beside each other.

    Data: tiles (line, column, told, exact, slot, strength, ghost), heads (line, column, told), lines (line, told, kind:
    caption or row), this (`columns`).
    """
    fits = f"{LABELS} + (datum.column + 1) * {TILE} <= width"
    tiles, heads = data("tiles").transform_filter(fits), data("heads").transform_filter(fits)
    left = f"{LABELS} + datum.column * {TILE}"
    box = {
        "x": alt.XValue(alt.expr(f"{left} + 1")),
        "x2": alt.X2Value(alt.expr(f"{left} + {TILE - 1}")),
        "y": alt.YValue(alt.expr(f"datum.line * {LINE} + 1")),
        "y2": alt.Y2Value(alt.expr(f"(datum.line + 1) * {LINE} - 1")),
    }
    hue = alt.Fill("slot:N", scale=alt.Scale(domain=SLOTS), legend=None)
    tips = [alt.Tooltip("exact:N", title="number")]
    solid = tiles.transform_filter("!datum.ghost").mark_rect(strokeWidth=1, cornerRadius=2, aria=False)
    ghost = tiles.transform_filter("datum.ghost").mark_rect(
        strokeWidth=1, strokeDash=[2, 2], fillOpacity=0, cornerRadius=2, aria=False
    )
    strength = alt.FillOpacity("strength:Q", scale=None, legend=None)
    middle = {
        "x": alt.XValue(alt.expr(f"{left} + {TILE / 2}")),
        "y": alt.YValue(alt.expr(f"(datum.line + 0.5) * {LINE}")),
    }
    centred: dict[str, Any] = {"align": "center", "baseline": "middle", "fontSize": 12}
    layers: list[Layer] = [
        solid.encode(**box, fill=hue, fillOpacity=strength, stroke=stroke(MUTED), tooltip=tips),
        ghost.encode(**box, stroke=stroke(MUTED)),
        _text(tiles.transform_filter("!datum.ghost"), INK, middle, **centred),
        _text(tiles.transform_filter("datum.ghost"), MUTED, middle, **centred),
        _text(heads, INK, middle, **centred, limit=TILE - 4),
    ]  # fmt: skip
    room = f"max(0, floor((width - {LABELS}) / {TILE}))"
    hidden = f"datum.columns > {room} ? '+ ' + (datum.columns - {room}) + ' more columns' : ''"
    layers.append(text.caption("right", MUTED, hidden))
    for kind, size, at in (("caption", 13, 0), ("row", 12, 4)):
        lines = data("lines").transform_filter(f"datum.kind == '{kind}'")
        place = {"x": alt.XValue(at), "y": alt.YValue(alt.expr(f"(datum.line + 0.55) * {LINE}"))}
        weight = {"fontWeight": "bold"} if kind == "caption" else {}
        layers.append(_text(lines, INK, place, align="left", baseline="middle", fontSize=size, **weight))
    chart = alt.layer(*layers).resolve_scale(fill="shared", stroke="shared")
    return build(chart, LINES * LINE, {}, {"left": 2, "right": 6, "top": 4, "bottom": 2}, plays=False)


def _text(rows: Layer, slot: str, at: dict[str, Any], **mark: Any) -> Layer:
    return rows.mark_text(aria=False, **mark).encode(**at, text="told:N", fill=fill(slot))
