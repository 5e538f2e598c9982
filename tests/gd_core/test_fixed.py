"""Some parameters learn, the others are held: the same heights and slopes as the whole loss at the same place."""

import numpy as np
import pytest

from gd_core import LOSSES, Objective, Recipe, curvature, least_squares, linear, objective, train
from gd_core.fixed import only, placed
from gd_core.models import Model

SUBSETS = [(0,), (2, 0), (1, 3), (0, 1, 2, 3)]
"""Of three weights and an intercept, which has number 3."""


@pytest.fixture
def whole() -> Objective:
    """Provide a loss over three weights and an intercept."""
    rng = np.random.default_rng(3)
    x = rng.normal(size=(20, 3))
    return objective(linear(3), LOSSES["squared"], x, x @ [1.0, -2.0, 0.5] + 0.3 + rng.normal(size=20))


THETA = np.array([0.4, -1.0, 2.0, 0.7])


@pytest.mark.parametrize("parameters", SUBSETS)
@pytest.mark.parametrize("loss", ["squared", "half squared"])
def test_heights_and_slopes_are_those_of_the_whole_loss(whole: Objective, loss: str, parameters: tuple) -> None:
    whole = whole._replace(loss=LOSSES[loss])
    few = np.random.default_rng(0).normal(size=(5, len(parameters)))
    part, everywhere = only(whole, THETA, parameters), placed(few, THETA, parameters)
    assert part.n_params == len(parameters)
    assert part.value(few) == pytest.approx(whole.value(everywhere), rel=1e-12)
    assert part.grad(few) == pytest.approx(whole.grad(everywhere)[:, list(parameters)], rel=1e-10, abs=1e-12)
    batch = np.array([1, 4, 7])
    assert part.grad(few, batch) == pytest.approx(whole.grad(everywhere, batch)[:, list(parameters)], rel=1e-10)


def test_what_is_held_stays(whole: Objective) -> None:
    few = placed(np.array([[9.0, 8.0]]), THETA, (2, 0))
    assert few.tolist() == [[8.0, -1.0, 9.0, 0.7]]
    before = THETA.copy()
    only(whole, THETA, (2, 0))
    assert THETA.tolist() == before.tolist()


@pytest.mark.parametrize("parameters", SUBSETS)
def test_training_the_few_is_training_all_with_the_other_slopes_set_to_zero(
    whole: Objective, parameters: tuple
) -> None:
    history = train(only(whole, THETA, parameters), Recipe((0.05,), epochs=30, start=tuple(THETA[list(parameters)])))
    theta, learns = THETA.copy(), np.isin(np.arange(4), parameters)
    for _ in range(30):
        theta = theta - 0.05 * np.where(learns, whole.grad(theta[None])[0], 0)
    assert history.path[0, -1] == pytest.approx(theta[list(parameters)], rel=1e-10)


def test_the_lowest_point_of_all_parameters_is_that_of_the_whole(whole: Objective) -> None:
    assert least_squares(only(whole, THETA, (0, 1, 2, 3))) == pytest.approx(least_squares(whole), rel=1e-9)


def test_fewer_parameters_allow_at_least_the_same_rate(whole: Objective) -> None:
    limit = curvature(whole, THETA).max_stable_learning_rate()
    for parameters in SUBSETS:
        few = curvature(only(whole, THETA, parameters), THETA[list(parameters)])
        assert few.max_stable_learning_rate() >= limit * (1 - 1e-9)


@pytest.mark.parametrize("parameters", [(), (0, 0), (4,), (-1,), (0.5,)])
def test_parameters_that_do_not_exist_are_refused(whole: Objective, parameters: tuple) -> None:
    with pytest.raises(ValueError, match="parameters"):
        only(whole, THETA, parameters)


def test_losses_that_are_not_quadratic_are_refused(whole: Objective) -> None:
    with pytest.raises(ValueError, match="objective must be quadratic"):
        only(whole._replace(loss=LOSSES["absolute"]), THETA, (0,))
    with pytest.raises(ValueError, match="objective must be quadratic"):
        only(objective(Model((3, 2)), LOSSES["squared"], whole.x, np.zeros((20, 2))), np.zeros(8), (0,))
    with pytest.raises(ValueError, match="theta"):
        only(whole, THETA[:2], (0,))
