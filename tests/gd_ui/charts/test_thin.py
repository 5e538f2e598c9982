"""A thinned curve looks like the curve: nothing left out is further from it than the tolerance."""

import numpy as np
import pytest

from gd_ui.charts.thin import thinned

GENERATOR = np.random.default_rng(5)
CURVES = {
    "straight": np.linspace(3, -8, 501),
    "two slopes": np.minimum(np.linspace(3, -30, 501), np.linspace(0, -8, 501)),
    "sum of two decays": np.log(3 * 0.5 ** np.arange(400) + 0.01 * 0.98 ** np.arange(400)),
    "noise": GENERATOR.normal(size=300),
    "spike": np.where(np.arange(200) == 77, 5.0, 0.0),
    "level": np.zeros(50),
    "two points": np.array([1.0, 2.0]),
    "one point": np.array([1.0]),
}


@pytest.mark.parametrize("name", CURVES)
@pytest.mark.parametrize("pixels", [0.1, 10, 200])
def test_no_point_is_further_from_the_line_drawn_than_the_tolerance(name: str, pixels: float) -> None:
    curve = CURVES[name]
    at = thinned(curve, pixels)
    assert (at[0], at[-1]) == (0, len(curve) - 1)
    assert (np.diff(at) > 0).all()
    drawn = np.interp(np.arange(len(curve)), at, curve[at])
    assert np.abs(drawn - curve).max() * pixels <= 0.5 * (1 + 1e-9)


def test_a_straight_curve_needs_two_points_and_a_spike_keeps_its_top_and_foot() -> None:
    assert thinned(CURVES["straight"], 20).tolist() == [0, 500]
    assert thinned(CURVES["spike"], 20).tolist() == [0, 76, 77, 78, 199]


def test_noise_is_kept_whole_where_it_can_be_seen() -> None:
    assert len(thinned(CURVES["noise"], 1e6)) == 300


def test_a_smooth_curve_loses_most_of_its_points() -> None:
    assert len(thinned(CURVES["sum of two decays"], 20)) < 20
