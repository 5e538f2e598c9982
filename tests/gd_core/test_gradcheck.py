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
from gd_core.gradcheck import DIFFERENCES, central_difference, forward_difference

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


def cubic(theta: np.ndarray) -> np.ndarray:
    return theta[:, 0] ** 3 + 5 * theta[:, 1] ** 2


def test_a_forward_difference_is_off_by_half_the_second_derivative_times_the_nudge() -> None:
    nudges = np.array([1e-1, 1e-2, 1e-3])
    error = forward_difference(cubic, np.array([2.0, 3.0]), nudges) - [12, 30]
    assert error[:, 0] == pytest.approx(6 * nudges + nudges**2, rel=1e-6)
    assert error[:, 1] == pytest.approx(5 * nudges, rel=1e-6)


def test_a_central_difference_is_off_by_a_sixth_of_the_third_derivative_times_the_nudge_squared() -> None:
    nudges = np.array([1e-1, 1e-2, 1e-3])
    error = central_difference(cubic, np.array([2.0, 3.0]), nudges) - [12, 30]
    assert error[:, 0] == pytest.approx(nudges**2, rel=1e-4)
    assert error[:, 1] == pytest.approx(0, abs=1e-10)  # a parabola has no third derivative


@pytest.mark.parametrize("kind", DIFFERENCES)
def test_differences_of_many_nudges_equal_those_of_each_alone(kind: str) -> None:
    on = network(ACTIVATIONS["tanh"], LOSSES["squared"])
    nudges = np.geomspace(1e-1, 1e-5, 5)
    together = DIFFERENCES[kind](on.value, THETA[0], nudges)
    assert together.shape == (5, 13)
    for nudge, ratios in zip(nudges, together, strict=True):
        for p in range(13):
            ends = np.stack([THETA[0], THETA[0]])
            ends[0, p] += nudge
            ends[1, p] -= nudge if kind == "central" else 0
            after, before = on.value(ends)
            assert ratios[p] == pytest.approx(
                (after - before) / (nudge * (1 + (kind == "central"))), rel=1e-9, abs=1e-9
            )


@pytest.mark.parametrize("kind", DIFFERENCES)
def test_a_nudge_too_small_for_the_number_changes_nothing(kind: str) -> None:
    assert DIFFERENCES[kind](cubic, np.array([1e3, 1e3]), np.array([1e-15])).tolist() == [[0, 0]]


@pytest.mark.parametrize("kind", DIFFERENCES)
@pytest.mark.parametrize("nudges", [[0.1, 0.0], [-0.1], [np.nan], []])
def test_a_nudge_must_be_a_number_above_zero(kind: str, nudges: list[float]) -> None:
    with pytest.raises(ValueError, match="nudges"):
        DIFFERENCES[kind](cubic, np.array([1.0, 2.0]), np.array(nudges))
