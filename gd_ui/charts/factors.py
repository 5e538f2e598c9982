"""What does one update keep of the error? |1 - rate·λ| for every direction of the bowl, against the rate.

Below one the error shrinks; the highest of the lines decides how fast a run can be.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import altair as alt
import numpy as np

from gd_core import Curvature
from gd_ui.charts import text
from gd_ui.charts.rate_axis import Span, rate_axis, span_params
from gd_ui.charts.regimes import band_rows, tints
from gd_ui.charts.template import INK, PAPER, SLOTS, Columns, Frames, Layer, Spec, build, data, one_row, stroke
from gd_ui.lanes import LANES

TOP = 1.9
"""Where the vertical axis ends; a factor beyond is marked at this edge."""
Axis = Callable[[str], Any]
"""Turns a field into the encoding of one axis."""
KINDS = ("flattest", "steepest", "between")


def kept_error(height: int) -> Spec:
    """Return the chart. Data: this, bands, curves, worst, marks and names, all made by `factor_frames`."""
    x = rate_axis()
    scale = alt.Scale(domain=[0, TOP], nice=False)
    axis = alt.Axis(title=None, values=[0, 0.5, 1, 1.5], grid=False, minExtent=30, maxExtent=30)

    y = alt.Y("kept:Q", scale=scale, axis=axis)
    at = {"x": x("rate"), "y": y}

    kinds = list(KINDS)
    dash = alt.StrokeDash("kind:N", scale=alt.Scale(domain=kinds, range=[[7, 4], [1, 0], [1, 3]]), legend=None)
    wide = alt.StrokeWidth("kind:O", scale=alt.Scale(domain=kinds, range=[2.4, 2.4, 1]), legend=None)
    curves = data("curves").mark_line(clip=True, aria=False)
    worst = data("worst").mark_line(clip=True, aria=False, strokeWidth=8, opacity=0.2)
    one = data("this").mark_rule(strokeWidth=1.4, aria=False)
    shapes = alt.Scale(domain=[lane.slot for lane in LANES], range=[lane.shape for lane in LANES])
    dots = data("marks").mark_point(filled=True, size=110, opacity=1, strokeWidth=1.4, clip=True)
    tips = [alt.Tooltip("told:N", title="rate"), alt.Tooltip("kind:N", title="direction"), alt.Tooltip("factor:Q")]
    at_one = alt.value(alt.expr("scale('y', 1)"))
    layers: list[Layer] = [
        *tints(x, 0, None),
        one.encode(x=alt.XValue(0), x2=alt.X2Value(alt.expr("width")), y=at_one, stroke=stroke(INK)),
        worst.encode(**at, stroke=stroke(INK)),
        curves.encode(**at, detail="direction:O", strokeDash=dash, strokeWidth=wide, stroke=stroke(INK)),
        *text.haloed(
            data("this"), INK, "grows:N", {"x": alt.XValue(5), "y": at_one}, align="left", baseline="bottom", dy=-3
        ),
        *_regime_names(x),
        *_names(at),
        dots.encode(
            **at,
            shape=alt.Shape("slot:N", scale=shapes, legend=None),
            fill=alt.Fill("slot:N", scale=alt.Scale(domain=SLOTS), legend=None),
            stroke=stroke(PAPER),
            tooltip=tips,
        ),
    ]  # fmt: skip
    chart = alt.layer(*layers).resolve_scale(fill="shared", stroke="shared")
    return build(chart, height, span_params(), plays=False)


def factor_frames(bowl: Curvature, span: Span, rates: Sequence[float]) -> Frames:
    """Return the data of the chart: a line for every direction, the highest of them, and the rates of the run."""
    grid = np.geomspace(span.low, span.high, 241)
    kept = np.abs(1 - grid[:, None] * bowl.eigenvalues)
    size = len(bowl.eigenvalues)
    kinds = np.array([KINDS[0], *[KINDS[2]] * (size - 2), KINDS[1]] if size > 1 else [KINDS[1]])
    curves = {
        "rate": np.tile(grid, size).astype("f8"),
        "kept": np.minimum(kept.T.ravel(), 2 * TOP),
        "direction": np.repeat(np.arange(size), len(grid)),
        "kind": np.repeat(kinds, len(grid)),
    }
    worst = {"rate": grid, "kept": np.minimum(kept.max(axis=1), 2 * TOP)}
    this = {"low": span.low, "high": span.high, "grows": "above this line the error grows"}
    return {
        "this": one_row(this),
        "bands": band_rows(bowl, span),
        "curves": curves,
        "worst": worst,
        "marks": _mark_rows(bowl, rates),
        "names": _name_rows(bowl, span),
    }


def _mark_rows(bowl: Curvature, rates: Sequence[float]) -> Columns:
    """Return the factor of every rate along the flattest and the steepest direction."""
    rows = []
    for rate, lane in zip(rates, LANES, strict=False):
        factors = bowl.factors(rate)
        ends = (
            {KINDS[0]: float(factors[0]), KINDS[1]: float(factors[-1])} if len(factors) > 1 else {KINDS[1]: factors[0]}
        )
        rows += [(rate, abs(factor), factor, kind, lane.slot, f"{rate:g}") for kind, factor in ends.items()]
    at, kept, factor, kind, slot, told = zip(*rows, strict=True)
    return {
        "rate": np.array(at),
        "kept": np.minimum(kept, TOP - 0.03),
        "factor": np.array(factor),
        "kind": np.array(kind),
        "slot": np.array(slot),
        "told": np.array(told),
    }


def _name_rows(bowl: Curvature, span: Span) -> Columns:
    """Return where the two lines that matter are named: the steepest on its way down, the flattest at its right end."""
    steep, flat = float(bowl.eigenvalues[-1]), float(bowl.eigenvalues[0])
    rows = [(max(0.62 / steep, span.low), 0.38, f"steepest, λ = {steep:.4g}")]
    if len(bowl.eigenvalues) > 1:
        end = 0.97 * span.high
        rows.append((end, min(abs(1 - end * flat), TOP), f"flattest, λ = {flat:.4g}"))
    rate, kept, name = zip(*rows, strict=True)
    return {"rate": np.array(rate), "kept": np.array(kept), "name": np.array(name)}


def _names(at: dict[str, Any]) -> list[Layer]:
    return text.haloed(data("names"), INK, "name:N", at, align="right", baseline="top", dx=-4, dy=8)


def _regime_names(x: Axis) -> list[Layer]:
    words = data("bands").transform_filter("datum.share * width > 60")
    at = {"x": x("middle"), "y": alt.YValue(5)}
    return text.haloed(words, INK, "regime:N", at, align="center", baseline="top", fontWeight=600)
