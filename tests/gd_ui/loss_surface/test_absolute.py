"""The lowest point of an absolute loss: the one linear programming finds."""

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.optimize import linprog

from gd_ui.loss_surface.absolute import lowest_absolute, weighted_median

WHOLE = st.integers(-9, 9)


def least(inputs: np.ndarray, targets: np.ndarray) -> float:
    """Return the least mean absolute error, from SciPy's linear programme."""
    n, q = inputs.shape
    costs = np.concatenate([np.zeros(q), np.full(2 * n, 1 / n)])
    split = np.hstack([inputs, np.eye(n), -np.eye(n)])
    bounds = [(None, None)] * q + [(0, None)] * (2 * n)
    return float(linprog(costs, A_eq=split, b_eq=targets, bounds=bounds).fun)


def loss(inputs: np.ndarray, targets: np.ndarray) -> float:
    return float(np.abs(inputs @ lowest_absolute(inputs, targets) - targets).mean())


@pytest.mark.parametrize("n", [1, 2, 3, 5, 16, 80, 400])
@pytest.mark.parametrize("q", [1, 2])
def test_no_other_parameters_have_less_absolute_loss(n: int, q: int) -> None:
    rng = np.random.default_rng(n)
    inputs, targets = rng.normal(size=(n, q)), rng.normal(size=n)
    assert loss(inputs, targets) == pytest.approx(least(inputs, targets), rel=1e-9, abs=1e-12)


# Least squares meets the first row here: only along its kink does the loss fall, and along no axis.
@example(np.array([[1.0, 1], [1, 0], [2, 0], *np.zeros((4, 2))]), np.ones(7))
@settings(max_examples=40, deadline=None)
@given(arrays(float, (7, 2), elements=WHOLE), arrays(float, 7, elements=WHOLE))
def test_ties_repeated_rows_and_rows_of_zeros_do_no_harm(inputs: np.ndarray, targets: np.ndarray) -> None:
    assert loss(inputs, targets) == pytest.approx(least(inputs, targets), rel=1e-9, abs=1e-9)


@given(arrays(float, 6, elements=WHOLE), arrays(float, 6, elements=st.integers(1, 9)))
def test_a_weighted_median_is_the_median_of_points_that_often(points: np.ndarray, weights: np.ndarray) -> None:
    often = np.repeat(points, weights.astype(int))
    assert weighted_median(points, weights) == np.sort(often)[(len(often) - 1) // 2]
