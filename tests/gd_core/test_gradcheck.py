"""The gradient check finds right gradients right, and points at the one that is wrong."""

import numpy as np
import pytest

from gd_core import (
    ACTIVATIONS,
    LOSSES,
    Activation,
    Loss,
    Model,
    Objective,
    check_gradient,
    numerical_gradient,
    objective,
)

SMOOTH_LOSSES = ["squared", "half squared", "logistic"]
THETA = np.random.default_rng(1).normal(size=(2, 13))


def network(hidden: Activation, loss: Loss) -> Objective:
    rng = np.random.default_rng(0)
    return objective(Model((2, 3, 1), hidden), loss, rng.normal(size=(6, 2)), rng.integers(0, 2, 6))


def test_differences_of_a_known_function_give_its_derivative() -> None:
    theta = np.array([[0.3, -2.0], [1.1, 0.0]])
    value = lambda t: np.sin(t[:, 0]) * t[:, 1] ** 3  # noqa: E731 - a formula
    exact = np.stack([np.cos(theta[:, 0]) * theta[:, 1] ** 3, 3 * np.sin(theta[:, 0]) * theta[:, 1] ** 2], axis=1)
    assert numerical_gradient(value, theta) == pytest.approx(exact, abs=1e-9)


def test_the_nudge_grows_with_the_parameter() -> None:
    seen: list[float] = []

    def value(theta: np.ndarray) -> np.ndarray:
        seen.append(float(theta[0, 0]))
        return theta[:, 0]

    numerical_gradient(value, np.array([[1000.0]]), nudge=1e-3)
    numerical_gradient(value, np.array([[0.5]]), nudge=1e-3)
    assert seen == [1001.0, 999.0, 0.501, 0.499]


@pytest.mark.parametrize("loss", SMOOTH_LOSSES)
@pytest.mark.parametrize("hidden", ["sigmoid", "tanh"])
@pytest.mark.parametrize("batch", [slice(None), np.array([0, 3]), np.array([[0, 1], [5, 2]])], ids=["full", "B", "RB"])
def test_a_right_gradient_passes(loss: str, hidden: str, batch: slice | np.ndarray) -> None:
    on = network(ACTIVATIONS[hidden], LOSSES[loss])
    check = check_gradient(on, THETA, batch)
    assert check.analytic.tolist() == on.grad(THETA, batch).tolist()
    assert check.error.max() < 1e-7
    assert check.error.shape == THETA.shape


def test_a_wrong_slope_of_the_hidden_layer_shows_in_the_first_weights_only() -> None:
    tanh = ACTIVATIONS["tanh"]
    wrong = Activation(tanh.value, lambda a: 1 - a)  # forgot the square
    error = check_gradient(network(wrong, LOSSES["squared"]), THETA).error
    assert (error[:, :9] > 1e-3).all()
    assert (error[:, 9:] < 1e-7).all()


def test_the_worst_error_is_found_where_it_is() -> None:
    right = LOSSES["squared"]
    wrong = Loss(right.value, lambda p, y: 2.2 * (p - y))  # a tenth too steep
    check = check_gradient(network(ACTIVATIONS["tanh"], wrong), THETA)
    assert check.error[check.worst] == check.error.max()
    size = np.maximum(1, np.abs(check.analytic))
    assert check.error == pytest.approx(np.abs(check.analytic) / 11 / size, abs=1e-8)
