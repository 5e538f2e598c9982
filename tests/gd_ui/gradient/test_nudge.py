"""What a nudge measures: the ratio, its error, and the window it is drawn in."""

import numpy as np
import pytest

from gd_ui.datasets import load
from gd_ui.gradient.nudge import LEAST, NUDGES, WHOLE, Probe, b_first, best_nudge, errors, measure, windows
from tests.gd_ui.gradient.probes import PROBES, START

every_probe = pytest.mark.parametrize("probe", PROBES.values(), ids=PROBES)
nudged = pytest.mark.parametrize("probe", [p for p in PROBES.values() if p.nudge > 0])


def loss(probe: Probe, theta: np.ndarray) -> float:
    """The mean squared error, written out."""
    train = load(probe.data).train
    bias = theta[1] if len(theta) > 1 else 0
    return float(np.mean((train.x[:, 0] * theta[0] + bias - train.y[:, 0]) ** 2))


@nudged
def test_the_ratio_is_the_change_of_the_loss_over_the_nudge(probe: Probe) -> None:
    found = measure(probe, load(probe.data))
    scale = max(loss(probe, np.array(probe.point)), 1e-30)
    for p in range(len(probe.point)):
        step = np.zeros(len(probe.point))
        step[p] = probe.nudge
        central = probe.kind == "central"
        before = np.array(probe.point) - step * central
        change = loss(probe, np.array(probe.point) + step) - loss(probe, before)
        assert found.changes[p] == pytest.approx(change, rel=1e-9, abs=64 * np.spacing(scale))
        assert found.ratios[p] * probe.nudge * (1 + central) == pytest.approx(found.changes[p], rel=1e-12)


@every_probe
def test_slopes_and_bends_are_those_of_the_mean_squared_error(probe: Probe) -> None:
    train, found = load(probe.data).train, measure(probe, load(probe.data))
    columns = [train.x[:, 0], np.ones(train.n)][: len(probe.point)]
    residual = sum(c * t for c, t in zip(columns, probe.point, strict=True)) - train.y[:, 0]
    assert found.slopes == pytest.approx([2 * np.mean(residual * c) for c in columns], rel=1e-9, abs=1e-12)
    assert found.bends == pytest.approx([2 * np.mean(c * c) for c in columns], rel=1e-9)
    assert found.loss == pytest.approx(loss(probe, np.array(probe.point)), rel=1e-12)


@pytest.mark.parametrize("kind", ["forward", "central"])
def test_a_nudge_of_zero_has_no_ratio_and_breaks_nothing(kind: str) -> None:
    found = measure(Probe("line", START, 0.0, kind), load("line"))
    assert np.isnan(found.ratios).all()
    assert found.changes.tolist() == [0, 0]
    assert not found.lost.any()


def test_a_nudge_is_lost_where_the_parameter_is_too_large_for_it() -> None:
    assert measure(PROBES["lost"], load("line")).lost.tolist() == [True, True]
    assert measure(PROBES["one lost"], load("line")).lost.tolist() == [True, False]
    assert measure(PROBES["tiny"], load("line")).lost.tolist() == [False, False]


def test_a_central_nudge_is_lost_only_if_both_ends_are() -> None:
    # Just below 8 the numbers lie twice as close as above it.
    assert 8 + 8e-16 == 8 != 8 - 8e-16
    assert measure(Probe("three points", (8.0,), 8e-16), load("three points")).lost.tolist() == [True]
    assert measure(Probe("three points", (8.0,), 8e-16, "central"), load("three points")).lost.tolist() == [False]


def test_the_forward_error_is_half_the_bend_times_the_nudge_while_rounding_is_small() -> None:
    found, bends = errors("line", START), measure(PROBES["default"], load("line")).bends
    large = NUDGES >= 1e-5
    assert found.by_kind["forward"][large] == pytest.approx(np.outer(NUDGES[large], bends / 2), rel=1e-3)


def test_the_central_error_is_nothing_but_rounding_on_a_parabola() -> None:
    found = errors("line", START)
    assert (found.by_kind["central"] <= 20 * found.step / NUDGES[:, None]).all()


def test_the_forward_error_falls_and_then_rises() -> None:
    found = errors("line", START)
    power, least = best_nudge(found, "forward")
    assert power == pytest.approx(1e-8)
    assert found.by_kind["forward"][0].min() > 1e5 * least
    assert np.median(found.by_kind["forward"][-8:]) > 1e5 * least
    assert best_nudge(found, "central")[0] == 1


def test_the_step_is_the_distance_to_the_next_number_that_can_hold_the_loss() -> None:
    here = measure(PROBES["default"], load("line")).loss
    assert here + errors("line", START).step > here
    assert here + 0.49 * errors("line", START).step == here


def test_the_nudges_go_from_1_down_to_the_least() -> None:
    assert NUDGES[0] == 1
    assert pytest.approx(1e-15) == LEAST == NUDGES[-1]
    assert (np.diff(NUDGES) < 0).all()


@every_probe
def test_a_window_shows_the_loss_around_the_point_and_the_nudge_with_room(probe: Probe) -> None:
    loaded = load(probe.data)
    for p, view in enumerate(windows(probe, loaded)):
        values, losses = view.whole
        assert values.min() < probe.point[p] < values.max()
        for at in (0, WHOLE // 2, WHOLE - 1):
            theta = np.array(probe.point)
            theta[p] = values[at]
            assert losses[at] == pytest.approx(loss(probe, theta), rel=1e-9)
        near, change = view.near
        before = -probe.nudge if probe.kind == "central" else 0
        assert near[0] < before <= probe.nudge < near[-1]
        theta = np.array(probe.point)
        late = len(near) * 5 // 6
        theta[p] += near[late]
        here = loss(probe, np.array(probe.point))
        assert change[late] == pytest.approx(loss(probe, theta) - here, rel=1e-6, abs=64 * np.spacing(here))


@every_probe
def test_the_section_is_lowest_in_the_middle(probe: Probe) -> None:
    for view in windows(probe, load(probe.data)):
        assert abs(view.whole[1].argmin() - WHOLE // 2) <= 1


def test_b_is_shown_before_w() -> None:
    names = load("line").train.model.names
    assert [names[p] for p in b_first(2)] == ["b", "w"]
    assert b_first(1) == [0]
