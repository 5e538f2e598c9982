"""Packed areas of a map are the areas: every corner where it was, to a part of a pixel."""

import re

import numpy as np
import pytest

from gd_core import coordinate_plane
from gd_core.shapes import Array
from gd_ui.charts.packed import GRAIN
from gd_ui.charts.rings import REACH, outline, ringed
from gd_ui.datasets import load
from gd_ui.land import loss_bands

CENTRE, HALF = np.array([3.0, -2.0]), 4.0


def corners(path: str) -> Array:
    """Return the corners (V, 2) of a symbol's path, in halves of the panel, upwards."""
    assert re.fullmatch(r"M-?\d+,-?\d+(L-?\d+,-?\d+)*Z", path)
    return np.array([[float(part) for part in pair.split(",")] for pair in re.split("[MLZ]", path)[1:-1]]) / [
        GRAIN,
        -GRAIN,
    ]


def test_every_piece_is_a_row_with_its_level_and_its_corners() -> None:
    loaded = load("line")
    bands = loss_bands(loaded.train, loaded.best_loss, coordinate_plane(loaded.best, 1, 0), CENTRE, HALF)
    rows = ringed(bands, CENTRE, HALF)
    assert len(rows["ring"]) == len(rows["level"]) == bands["piece"].max() + 1
    for piece, (level, path) in enumerate(zip(rows["level"], rows["ring"], strict=True)):
        mine = bands["piece"] == piece
        assert set(bands["level"][mine]) == {level}
        expected = (np.stack([bands["x"], bands["y"]], axis=-1)[mine] - CENTRE) / HALF
        assert corners(path) == pytest.approx(expected, abs=1 / GRAIN)


def test_a_corner_far_away_is_moved_in_along_its_direction() -> None:
    far = HALF * REACH * np.array([[30, 3], [-0.5, 0.25]])
    path = corners(outline(CENTRE + far, CENTRE, HALF))
    assert path == pytest.approx(REACH * np.array([[1, 0.1], [-0.5, 0.25]]))
