"""The objective: outputs summed, examples averaged, and a gradient that agrees with differences."""

import numpy as np
import pytest

from gd_core import ACTIVATIONS, LOSSES, Model, Objective, linear, objective

MODELS = {
    "linear": linear(3),
    "linear without bias": linear(3, bias=False),
    "linear, two outputs": Model((3, 2)),
    "sigmoid unit": Model((3, 1), output=ACTIVATIONS["sigmoid"]),
    "one sigmoid layer": Model((3, 4, 1)),
    "one tanh layer, two outputs": Model((3, 4, 2), ACTIVATIONS["tanh"]),
    "one relu layer": Model((3, 4, 1), ACTIVATIONS["relu"]),
    "two tanh layers, sigmoid output": Model((3, 4, 3, 2), ACTIVATIONS["tanh"], ACTIVATIONS["sigmoid"]),
    "two sigmoid layers": Model((3, 4, 3, 1)),
    "two relu layers without bias": Model((3, 5, 4, 2), ACTIVATIONS["relu"], bias=False),
}
N, R = 7, 3


def example(model: Model, loss: str) -> tuple[Objective, np.ndarray]:
    """Return an objective on random rows, and one random theta per run."""
    rng = np.random.default_rng(5)
    x = rng.normal(size=(N, 3))
    y = rng.integers(0, 2, size=(N, model.sizes[-1])).astype(float)
    return objective(model, LOSSES[loss], x, y), rng.normal(size=(R, model.n_params))


def differences(value, theta):
    """Central differences, one parameter of one run at a time."""
    slopes = np.empty_like(theta)
    for r, p in np.ndindex(*theta.shape):
        h = 1e-5
        up, down = theta[[r]].copy(), theta[[r]].copy()
        up[0, p] += h
        down[0, p] -= h
        slopes[r, p] = (value(up)[0] - value(down)[0]) / (2 * h)
    return slopes


@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("model", MODELS.values(), ids=MODELS)
def test_the_gradient_agrees_with_differences(model: Model, loss: str) -> None:
    on, theta = example(model, loss)
    expected = differences(on.value, theta)
    assert np.abs(expected).max() > 1e-2  # there is something to get wrong
    assert on.grad(theta) == pytest.approx(expected, rel=1e-8, abs=1e-8)


@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("model", MODELS.values(), ids=MODELS)
def test_a_batch_counts_as_if_its_rows_were_the_data(model: Model, loss: str) -> None:
    on, theta = example(model, loss)
    shared, own = np.array([4, 0, 4]), np.array([[0, 1], [6, 3], [2, 2]])
    chosen = objective(model, LOSSES[loss], on.x[shared], on.y[shared])
    assert on.value(theta, shared) == pytest.approx(chosen.value(theta), abs=1e-14)
    assert on.grad(theta, shared) == pytest.approx(chosen.grad(theta), abs=1e-14)
    for r in range(R):
        alone = objective(model, LOSSES[loss], on.x[own[r]], on.y[own[r]])
        assert on.value(theta, own)[r] == pytest.approx(alone.value(theta[[r]])[0], abs=1e-14)
        assert on.grad(theta, own)[r] == pytest.approx(alone.grad(theta[[r]])[0], abs=1e-14)


@pytest.mark.parametrize("model", MODELS.values(), ids=MODELS)
def test_outputs_are_summed_and_examples_averaged(model: Model) -> None:
    on, theta = example(model, "squared")
    prediction = model.predict(theta, on.x)
    for r in range(R):
        total = sum(
            (float(prediction[r, i, k]) - float(on.y[i, k])) ** 2 for i in range(N) for k in range(model.sizes[-1])
        )
        assert on.value(theta)[r] == pytest.approx(total / N, rel=1e-14)


def test_targets_may_come_as_a_plain_list() -> None:
    flat = objective(linear(1), LOSSES["squared"], [[1], [2]], [3, 5])
    assert flat.y.tolist() == [[3], [5]]
    assert flat.n == 2


@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("model", MODELS.values(), ids=MODELS)
def test_only_a_linear_model_under_a_quadratic_loss_is_a_paraboloid(model: Model, loss: str) -> None:
    on, theta = example(model, loss)
    line = theta[:1] + np.arange(4)[:, None] * (theta[1] - theta[0])  # third differences vanish on every line
    curved = abs(np.diff(on.value(line), n=3)[0]) > 1e-9
    assert on.quadratic is not curved
