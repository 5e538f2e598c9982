"""Least squares against scikit-learn's linear regression, NumPy's pseudo-inverse, and the gradient."""

import numpy as np
import pytest
from sklearn.linear_model import LinearRegression

from gd_core import LOSSES, Model, Objective, least_squares, linear, noisy_line, objective, thousand_points


def random_objective(features: int, outputs: int, loss: str, bias: bool) -> Objective:
    rng = np.random.default_rng(11)
    model = Model((features, outputs), bias=bias)
    return objective(model, LOSSES[loss], rng.normal(size=(20, features)), rng.normal(size=(20, outputs)))


@pytest.mark.parametrize("loss", ["squared", "half squared"])
@pytest.mark.parametrize("features", [1, 4])
@pytest.mark.parametrize("outputs", [1, 2])
@pytest.mark.parametrize("bias", [True, False], ids=["bias", "no bias"])
def test_the_best_fit_is_scikit_learns_and_the_gradient_is_zero_there(
    loss: str, features: int, outputs: int, bias: bool
) -> None:
    on = random_objective(features, outputs, loss, bias)
    best = least_squares(on)
    peer = LinearRegression(fit_intercept=bias).fit(on.x, on.y)
    (layer,) = on.model.layers(best[None])
    assert best.shape == (on.model.n_params,)
    assert layer.weights[0] == pytest.approx(peer.coef_.T, abs=1e-13)
    if layer.bias is not None:
        assert layer.bias[0, 0] == pytest.approx(peer.intercept_, abs=1e-13)
    assert np.abs(on.grad(best[None])).max() < 1e-14


@pytest.mark.parametrize("data", [noisy_line(), thousand_points()], ids=lambda data: data.source[:13])
def test_the_course_lines_solve_their_normal_equations(data) -> None:
    x, y = data.x[data.train, 0], data.y[data.train, 0]
    w = ((x - x.mean()) * (y - y.mean())).sum() / ((x - x.mean()) ** 2).sum()
    on = objective(linear(1), LOSSES["squared"], x[:, None], y)
    assert least_squares(on) == pytest.approx([w, y.mean() - w * x.mean()], rel=1e-13)


def test_of_many_best_fits_the_shortest_is_returned() -> None:
    x, y = np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]), np.array([1.0, 2.0])
    best = least_squares(objective(linear(3, bias=False), LOSSES["squared"], x, y))
    assert best == pytest.approx(np.linalg.pinv(x) @ y, abs=1e-14)
