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


@pytest.mark.parametrize("rate", [0.3, np.array([[0.1], [0.7]]), lambda t: 0.3 / (t + 1)], ids=["1", "R", "of t"])
def test_every_step_of_a_plain_rule_is_its_plain_rate_times_the_gradient(rate: Any) -> None:
    optimizer = OPTIMIZERS["gd"](rate)
    assert optimizer.plain_rate is rate
    grads = np.random.default_rng(0).normal(size=(5, 2, 3))
    state = optimizer.init(grads[0])
    for t, grad in enumerate(grads):
        step, state = optimizer.update(grad, state)
        assert step.tolist() == (-(rate(t) if callable(rate) else rate) * grad).tolist()


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_a_rule_with_a_memory_has_no_plain_rate(name: str) -> None:
    optimizer = OPTIMIZERS[name](0.1)
    grad = np.ones((1, 1))
    first, state = optimizer.update(grad, optimizer.init(grad))
    second, _ = optimizer.update(3 * grad, state)
    is_plain = (first[0, 0], second[0, 0]) == pytest.approx((-0.1, -0.3), rel=1e-12)
    assert (optimizer.plain_rate is not None) == is_plain == (name == "gd")


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_hyperparameters_come_with_the_defaults_that_apply(name: str) -> None:
    grads = np.random.default_rng(0).normal(size=(3, 1, 2))
    plain, spelled_out = OPTIMIZERS[name](0.1), OPTIMIZERS[name](0.1, **hyperparameters(name))
    a, b = plain.init(grads[0]), spelled_out.init(grads[0])
    for grad in grads:
        (one, a), (other, b) = plain.update(grad, a), spelled_out.update(grad, b)
        assert one.tolist() == other.tolist()
    assert "learning_rate" not in hyperparameters(name)
