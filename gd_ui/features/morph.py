"""The morph: one feature at many scales, from a tenth to ten times its size and on to scaled, the line never moving."""

from __future__ import annotations

import functools
from typing import NamedTuple

import numpy as np

from gd_core import SCALINGS, Scaler
from gd_core.shapes import Array
from gd_ui.charts.packed import packed_path, path_lengths
from gd_ui.charts.template import Columns, Frames, one_row
from gd_ui.features.contours import rings, shared_levels
from gd_ui.features.frames import drawable, rounded
from gd_ui.features.sets import first_rows, start_of, whole
from gd_ui.features.study import STRETCH, TITLES, Run, Variant, descent, in_original_units, stretched, variant
from gd_ui.land import WIDEST
from gd_ui.lanes import LANES

BETWEEN = 20
"""Frames from one named scale to the next."""
NAMED = {0: f"× {1 / STRETCH:g}", BETWEEN: "× 1", 2 * BETWEEN: f"× {STRETCH}", 3 * BETWEEN: "scaled"}
"""Frames with a name: shrunk, original, stretched, scaled."""
LAST = max(NAMED)
HIGHEST = 1e15
"""Where an infinite condition number is drawn."""
STEPS = 60
"""Steps of the descent at every scale."""


class Scale(NamedTuple):
    """One frame of the morph."""

    told: str
    run: Run


class Morph(NamedTuple):
    """All scales of a feature."""

    original: Variant
    scales: list[Scale]

    @property
    def kappas(self) -> Array:
        """(frames,) condition numbers."""
        return np.array([scale.run.variant.kappa for scale in self.scales])

    @property
    def best_unshifted(self) -> int:
        """The frame with the smallest condition number among those that only stretch."""
        return int(self.kappas[: 2 * BETWEEN + 1].argmin())


@functools.lru_cache(maxsize=16)
def morph(name: str, scaling: str, rows: int) -> Morph:
    """Descend at every scale, each at its own best rate."""
    data, start = first_rows(whole(name), rows), start_of(name)
    final = SCALINGS[scaling](data.x[data.train])
    scales = []
    for frame in range(LAST + 1):
        scaler = scaler_at(frame, final)
        seen = variant(f"frame {frame}", LANES[3], scaler, data, start)
        scales.append(Scale(_told(frame, scaler, scaling), descent(seen, seen.own_best, STEPS)))
    return Morph(variant("original", LANES[3], stretched(1), data, start), scales)


def scaler_at(frame: int, final: Scaler) -> Scaler:
    """Return the scaler of a frame: first only a factor, then on to the final one, shifting evenly."""
    if frame <= 2 * BETWEEN:
        return stretched(STRETCH ** (frame / BETWEEN - 1))
    share = (frame - 2 * BETWEEN) / BETWEEN
    return Scaler(share * final.shift, final.scale**share * STRETCH ** (share - 1))


def morph_frames(name: str, scaling: str, rows: int, learning_rate: float | None) -> dict[str, Frames]:
    """Return the data of the morph's charts; the rate, if there is one for all, is drawn against the limits."""
    kept = _kept_frames(name, scaling, rows)
    row = one_row({"frames": LAST, "rate": learning_rate or 0.0})
    return kept | {"morph limit": kept["morph limit"] | {"this": row}}


@functools.lru_cache(maxsize=16)
def _kept_frames(name: str, scaling: str, rows: int) -> dict[str, Frames]:
    """All that does not depend on the learning rate: moving that control changes one number only."""
    shown = morph(name, scaling, rows)
    this = one_row({"frames": LAST, "rate": 0.0})
    limits = np.array([scale.run.variant.limit for scale in shown.scales])
    frame = np.arange(LAST + 1)
    kappas = {
        "frame": frame,
        "kappa": np.minimum(shown.kappas, HIGHEST),
        "kappa_told": np.array([f"κ = {rounded(kappa, 3)}" for kappa in shown.kappas]),
    }
    told = np.array([f"limit = {rounded(limit)}" for limit in limits])
    return {
        "morph map": _map_frames(shown),
        "morph data": _data_frames(shown),
        "morph kappa": {"this": this, "scales": kappas},
        "morph limit": {"this": this, "scales": {"frame": frame, "limit": limits, "limit_told": told}},
    }


def _scalers(shown: Morph) -> Columns:
    """The shift and scale of every frame."""
    scalers = [scale.run.variant.scaler for scale in shown.scales]
    return {"shift": np.array([s.shift[0] for s in scalers]), "scale": np.array([s.scale[0] for s in scalers])}


def _map_frames(shown: Morph) -> Frames:
    """The original contours, which the browser bends, and every frame's descent."""
    compared = [scale.run.variant for scale in shown.scales[BETWEEN:]]
    half = 1.6 * max(float(np.abs(v.start - v.best).max()) for v in compared) or 1.0
    levels = shared_levels([shown.scales[frame].run.variant for frame in (BETWEEN, 2 * BETWEEN, LAST)], half)
    places = [_places(scale.run, half) for scale in shown.scales]
    paths = {
        "told": np.array([_map_told(scale, path) for scale, path in zip(shown.scales, places, strict=True)]),
        "path": np.array([packed_path(path) for path in places], dtype=object),
        "length": np.array([float(path_lengths(path)[-1]) for path in places]),
    }
    this = {"centre_a": 0.0, "centre_b": 0.0, "half": half, "across": "b − best b →", "up": "↑ w − best w"}
    bands = rings(shown.original, levels, np.zeros(2))
    return {"this": one_row(this), "bands": bands, "scales": _scalers(shown) | paths}


def _data_frames(shown: Morph) -> Frames:
    """The rows and their best line, over the original feature; the browser rescales the axis."""
    original = shown.original
    x, y = original.train.x[:, 0], original.train.y[:, 0]
    pad, rise = 0.04 * float(np.ptp(x)) or 1.0, 0.1 * float(np.ptp(y)) or 1.0
    ends = np.array([x.min(), x.max()])
    this = {"left": ends[0] - pad, "right": ends[1] + pad, "bottom": y.min() - rise, "top": y.max() + rise}
    names = {"across": "feature, rescaled →", "up": "↑ target y"}
    lines = {"line_told": np.array([_line_told(scale.run.variant) for scale in shown.scales])}
    return {
        "this": one_row({**this, **names}),
        "points": {"x": x.astype("f4"), "y": y.astype("f4")},
        "line": {"x": ends, "y": original.best[1] + original.best[0] * ends},
        "scales": _scalers(shown) | lines,
    }


def _places(run: Run, half: float) -> Array:
    """Return where a descent goes, as (b, w) from its minimum, in units of half a panel."""
    away = run.path[: drawable(run)] - run.variant.best
    return np.asarray(away[:, ::-1] / half)


def _told(frame: int, scaler: Scaler, scaling: str) -> str:
    if frame == LAST:
        return TITLES[scaling]
    if frame > 2 * BETWEEN:
        return f"shifting by {rounded(float(scaler.shift[0]), 2)}, × {rounded(1 / float(scaler.scale[0]), 3)}"
    factor = f"x × {rounded(1 / float(scaler.scale[0]), 3)}"
    return f"{factor} (original)" if frame == BETWEEN else factor


def _map_told(scale: Scale, places: Array) -> str:
    """Say which scale a map shows, at which rate, and whether its path is anywhere in view."""
    seen = (np.abs(places) <= [WIDEST, 1.0]).all(axis=1).any()
    where = "" if seen else ", path outside"
    return f"{scale.told}  ·  rate {rounded(scale.run.learning_rate, 3)}{where}"


def _line_told(variant: Variant) -> str:
    """Write a unit's best line in original units: the same text at every scale, unless the rows fix no line."""
    w, b = in_original_units(variant.best, variant)
    return f"y = {b:.3f} {'+' if w >= 0 else '−'} {abs(w):.3f} x"
