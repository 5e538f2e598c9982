"""The course's grid: its nearest point to the start, and the slopes the course prints for it."""

import numpy as np
import pytest

from gd_ui.course_grid import DATA, course_grid
from gd_ui.datasets import CATALOGUE, load
from gd_ui.gradient.nudge import Probe, measure

START = CATALOGUE[DATA].start


def test_the_nearest_point_of_the_grid_is_a_grid_point_within_half_a_step() -> None:
    grid = course_grid()
    for axis, start, near in zip(grid.axes, START, grid.nearest(START), strict=True):
        assert near in axis
        assert abs(near - start) <= 0.5 * (axis[1] - axis[0])
        assert abs(near - start) == np.abs(axis - start).min()


def test_the_nudge_from_the_grid_point_gives_the_printed_digits_and_from_the_start_others() -> None:
    grid = course_grid()
    loaded = load(DATA)
    from_grid = measure(Probe(DATA, grid.nearest(START), grid.nudge), loaded).ratios
    from_start = measure(Probe(DATA, START, grid.nudge), loaded).ratios
    assert tuple(f"{ratio:.2f}" for ratio in from_grid) == grid.slopes == ("-1.79", "-2.90")
    assert tuple(f"{ratio:.2f}" for ratio in from_start) == ("-1.80", "-2.92")


@pytest.mark.parametrize(("axis", "low", "high"), [(0, -1, 5), (1, -2, 4)])
def test_the_grid_has_101_points_to_a_side(axis: int, low: float, high: float) -> None:
    points = course_grid().axes[axis]
    assert (len(points), points[0], points[-1]) == (101, low, high)
