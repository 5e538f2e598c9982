"""Contours of a loss of two parameters: exact ellipses, at levels that several maps share."""

from __future__ import annotations

import math

import numpy as np

from gd_core import hessian
from gd_core.shapes import Array
from gd_ui.charts.ground import LEVELS
from gd_ui.charts.template import Columns
from gd_ui.features.study import Variant
from gd_ui.land import BAND_RATIO

CORNERS = 65
"""Points of a contour."""
THINNEST = 1e-6
"""A valley without an end is drawn as one whose width is this share squared of its length."""


def rings(variant: Variant, levels: Array, centre: Array) -> Columns:
    """Return the exact contours of a loss of two parameters around `centre` (2,): slope and intercept as (b, w).

    An ellipse each, the biggest first, on a ground that has no end. Rows as in `gd_ui.charts.bands`.
    """
    values, vectors = variant.curvature
    lengths = np.sqrt(2 / np.maximum(values, values[-1] * THINNEST))
    turn = np.linspace(0, 2 * np.pi, CORNERS)
    unit = (np.stack([np.cos(turn), np.sin(turn)], axis=-1) * lengths) @ vectors.T
    ellipses = [centre + math.sqrt(level) * unit[:, ::-1] for level in levels[::-1]]
    far = 1e3 * math.sqrt(levels[-1]) * lengths[0]
    ground = centre + far * np.array([[-1, -1], [1, -1], [1, 1], [-1, 1], [-1, -1]])
    pieces = [ground, *ellipses]
    counts = [len(piece) for piece in pieces]
    points = np.concatenate(pieces)
    return {
        "level": np.repeat(np.arange(LEVELS, LEVELS - len(pieces), -1), counts).astype("i2"),
        "piece": np.repeat(np.arange(len(pieces)), counts).astype("i2"),
        "order": np.concatenate([np.arange(count) for count in counts]).astype("i2"),
        "x": points[:, 0].astype("f4"),
        "y": points[:, 1].astype("f4"),
    }


def shared_levels(variants: list[Variant], half: float) -> Array:
    """Return the losses above the best (L,) at which all maps have a contour, up to the highest of their corners."""
    corners = half * np.array([[1, 1], [1, -1]])
    highest = max(float((0.5 * (corners @ hessian(v.train, v.best)) * corners).sum(axis=1).max()) for v in variants)
    return np.asarray(highest / BAND_RATIO ** np.arange(LEVELS)[::-1])
