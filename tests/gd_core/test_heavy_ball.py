"""Momentum on a quadratic: its growth factors, its limit, and its two spellings."""

import numpy as np
import pytest

from gd_core import LOSSES, OPTIMIZERS, Batching, curvature, descend, linear, noisy_line, objective
from gd_core.heavy_ball import growth, rate_in_velocity

MOMENTA = [0.0, 0.2, 0.5, 0.8, 0.9, 0.97]


@pytest.mark.parametrize("momentum", MOMENTA)
def test_growth_is_the_spectral_radius_of_two_steps(momentum: float) -> None:
    bends, rates = np.array([0.1, 1.0, 7.0]), np.array([0.01, 0.2, 0.5, 1.1])
    found = growth(bends, rates, momentum)
    for i, rate in enumerate(rates):
        for j, bend in enumerate(bends):
            step = np.array([[1 + momentum - rate * bend, -momentum], [1, 0]])
            assert found[i, j] == pytest.approx(np.abs(np.linalg.eigvals(step)).max(), rel=1e-7)


@pytest.mark.parametrize("momentum", MOMENTA)
def test_one_per_cent_decides_whether_momentum_converges(momentum: float) -> None:
    data = noisy_line()
    loss = objective(linear(1), LOSSES["squared"], 10 * data.x[data.train], data.y[data.train])
    bend = curvature(loss, np.zeros(2))
    limit = bend.max_stable_learning_rate(momentum)
    rates = np.array([0.99, 1.01]) * limit
    factors = growth(bend.eigenvalues, rates, momentum).max(axis=1)
    assert factors[0] < 1 < factors[1]
    history = descend(
        loss, OPTIMIZERS["momentum"](rates[:, None], momentum), np.zeros((2, 2)), Batching().plan(80, 600, (0,))
    )
    best = np.linalg.lstsq(np.c_[10 * data.x[data.train], np.ones(80)], data.y[data.train][:, 0], rcond=None)[0]
    lowest = float(loss.value(best[None])[0])
    excess = history.loss - lowest
    assert excess[0, -1] < 1e-3 * excess[0, 0]
    assert excess[1, -1] > 100 * excess[1, 0]


def test_growth_is_one_exactly_at_the_limit() -> None:
    for momentum in MOMENTA:
        assert growth([2.0], [2 * (1 + momentum) / 2.0], momentum)[0, 0] == pytest.approx(1, abs=1e-12)


@pytest.mark.parametrize("momentum", MOMENTA)
def test_the_two_spellings_walk_one_path_while_the_rate_is_constant(momentum: float) -> None:
    grads = np.random.default_rng(0).normal(size=(40, 3, 2))
    ours, theirs = OPTIMIZERS["momentum"](0.3, momentum), rate_in_velocity(0.3, momentum)
    states = ours.init(grads[0]), theirs.init(grads[0])
    for grad in grads:
        first, mine = ours.update(grad, states[0])
        second, other = theirs.update(grad, states[1])
        states = mine, other
        assert second == pytest.approx(first, abs=1e-14)


def test_a_changed_rate_parts_them_by_what_the_velocity_carries() -> None:
    def rate(t: int) -> float:
        return 0.5 if t < 3 else 0.05

    grads = np.random.default_rng(1).normal(size=(5, 1, 2))
    ours, theirs = OPTIMIZERS["momentum"](rate, 0.8), rate_in_velocity(rate, 0.8)
    mine, other = ours.init(grads[0]), theirs.init(grads[0])
    velocity = np.zeros((1, 2))
    for t, grad in enumerate(grads[:4]):
        last = velocity
        velocity = 0.8 * velocity + grad
        first, mine = ours.update(grad, mine)
        second, other = theirs.update(grad, other)
        expected = -0.8 * (0.5 - 0.05) * last if t == 3 else 0
        assert second - first == pytest.approx(np.zeros((1, 2)) + expected, abs=1e-14)


def test_settings_out_of_range_are_refused() -> None:
    with pytest.raises(ValueError, match="momentum"):
        growth([1.0], [0.1], 1.0)
    with pytest.raises(ValueError, match="momentum"):
        rate_in_velocity(0.1, -0.1)
    with pytest.raises(ValueError, match="eigenvalues"):
        growth([[1.0]], [0.1], 0.5)
