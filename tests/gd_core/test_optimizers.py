"""Optimizers move exactly as PyTorch's do; the record of how those move is in tests/fixtures."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from gd_core import (
    ACTIVATIONS,
    COURSE_DATA,
    LOSSES,
    OPTIMIZERS,
    Model,
    Objective,
    Recipe,
    hyperparameters,
    linear,
    objective,
    train,
)

RECORD = json.loads((Path(__file__).parents[1] / "fixtures" / "torch_optimizers.json").read_text(encoding="utf-8"))
MODELS = {"line": linear(1), "network": Model((2, 3, 1), ACTIVATIONS["tanh"])}
DATA = {"line": "line", "network": "applicants"}


def objective_of(name: str) -> Objective:
    data = COURSE_DATA[DATA[name]]()
    return objective(MODELS[name], LOSSES["squared"], data.x[data.train], data.y[data.train])


def case_name(case: dict[str, Any]) -> str:
    settings = [f"{name}={value}" for name, value in case["hyperparameters"].items()]
    return " ".join([case["optimizer"], case["schedule"], *settings])


@pytest.mark.parametrize("name", MODELS)
@pytest.mark.parametrize("case", RECORD["cases"], ids=case_name)
def test_every_optimizer_walks_as_in_pytorch(case: dict[str, Any], name: str) -> None:
    recipe = Recipe(
        (case["learning_rate"],),
        case["optimizer"],
        case["schedule"],
        epochs=RECORD["updates"],
        start=tuple(RECORD["starts"][name]),
        **case["hyperparameters"],
    )
    history = train(objective_of(name), recipe)
    expected = np.array(case["paths"][name])
    assert np.abs(expected[-1] - recipe.start).max() > 0.1  # it went somewhere
    assert np.abs(history.path[0, RECORD["kept"]] - expected).max() < 1e-10


def test_the_record_covers_every_optimizer_and_every_hyperparameter() -> None:
    assert {case["optimizer"] for case in RECORD["cases"]} == set(OPTIMIZERS)
    for name in OPTIMIZERS:
        changed = [case["hyperparameters"] for case in RECORD["cases"] if case["optimizer"] == name]
        assert set().union(*changed) == set(hyperparameters(name))


def test_momentum_does_not_carry_the_rate_in_its_velocity() -> None:
    # Two updates with gradient 1, momentum 0.5 and rates 1, 0.1: v = 1, then 1.5; steps -1, then -0.15.
    # A velocity that carried the rate (Keras, scikit-learn) would step -0.5 - 0.1 = -0.6 the second time.
    optimizer = OPTIMIZERS["momentum"](lambda t: (1.0, 0.1)[t], momentum=0.5)
    grad = np.ones((1, 1))
    first, state = optimizer.update(grad, optimizer.init(grad))
    second, _ = optimizer.update(grad, state)
    assert (first[0, 0], second[0, 0]) == pytest.approx((-1.0, -0.15), abs=1e-15)


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_an_update_changes_neither_the_gradient_nor_the_state_it_was_given(name: str) -> None:
    optimizer = OPTIMIZERS[name](0.1)
    rng = np.random.default_rng(0)
    theta, grads = rng.normal(size=(2, 3)), rng.normal(size=(4, 2, 3))
    before = grads.copy()
    states = [optimizer.init(theta)]
    steps = []
    for grad in grads:
        step, state = optimizer.update(grad, states[-1])
        states.append(state)
        steps.append(step)
    again = [optimizer.update(grad, state)[0] for grad, state in zip(grads, states[:-1], strict=True)]
    assert np.array_equal(steps, again)
    assert np.array_equal(grads, before)


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_a_column_of_learning_rates_is_a_sweep(name: str) -> None:
    rng = np.random.default_rng(0)
    grads, rates = rng.normal(size=(5, 3, 2)), np.array([[0.01], [0.1], [1.0]])
    sweep = OPTIMIZERS[name](rates)
    state = sweep.init(grads[0])
    singles = [OPTIMIZERS[name](float(rate)) for rate in rates[:, 0]]
    single_states = [single.init(grads[0, [r]]) for r, single in enumerate(singles)]
    for grad in grads:
        steps, state = sweep.update(grad, state)
        for r, single in enumerate(singles):
            step, single_states[r] = single.update(grad[[r]], single_states[r])
            assert steps[[r]].tolist() == step.tolist()


AFFINE = ("gd", "momentum", "nesterov")


@pytest.mark.parametrize("rate", [0.3, np.array([[0.1], [0.7]]), lambda t: 0.3 / (t + 1)], ids=["1", "R", "of t"])
@pytest.mark.parametrize("name", AFFINE)
def test_an_affine_rule_says_in_numbers_what_its_steps_are(name: str, rate: Any) -> None:
    optimizer = OPTIMIZERS[name](rate)
    rule = optimizer.affine
    assert rule.rate is rate
    grads = np.random.default_rng(0).normal(size=(5, 2, 3))
    state, velocity = optimizer.init(grads[0]), np.zeros((2, 3))
    for t, grad in enumerate(grads):
        step, state = optimizer.update(grad, state)
        velocity = rule.momentum * velocity + grad
        along = rule.direct * grad + rule.carried * velocity
        assert step == pytest.approx(-(rate(t) if callable(rate) else rate) * along, rel=1e-15)


@pytest.mark.parametrize("name", AFFINE)
def test_an_affine_rule_goes_on_from_any_update_when_it_is_told_the_velocity(name: str) -> None:
    optimizer = OPTIMIZERS[name](lambda t: 0.3 / (t + 1))
    grads = np.random.default_rng(0).normal(size=(6, 2, 3))
    state, velocity = optimizer.init(grads[0]), np.zeros((2, 3))
    for grad in grads[:4]:
        _, state = optimizer.update(grad, state)
        velocity = optimizer.affine.momentum * velocity + grad
    again = optimizer.affine.resume(4, velocity)
    for grad in grads[4:]:
        (expected, state), (found, again) = optimizer.update(grad, state), optimizer.update(grad, again)
        assert found.tolist() == expected.tolist()


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_a_rule_is_affine_if_twice_the_gradients_make_twice_the_steps(name: str) -> None:
    optimizer = OPTIMIZERS[name](0.1)
    grads = np.random.default_rng(0).normal(size=(4, 1, 2))
    once, twice = optimizer.init(grads[0]), optimizer.init(grads[0])
    for grad in grads:
        (step, once), (longer, twice) = optimizer.update(grad, once), optimizer.update(2 * grad, twice)
    assert (optimizer.affine is not None) == (name in AFFINE) == (longer == pytest.approx(2 * step, rel=1e-12))


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_hyperparameters_come_with_the_defaults_that_apply(name: str) -> None:
    grads = np.random.default_rng(0).normal(size=(3, 1, 2))
    plain, spelled_out = OPTIMIZERS[name](0.1), OPTIMIZERS[name](0.1, **hyperparameters(name))
    a, b = plain.init(grads[0]), spelled_out.init(grads[0])
    for grad in grads:
        (one, a), (other, b) = plain.update(grad, a), spelled_out.update(grad, b)
        assert one.tolist() == other.tolist()
    assert "learning_rate" not in hyperparameters(name)
