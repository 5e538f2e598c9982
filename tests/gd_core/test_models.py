"""Networks against a network written out in plain Python, one number at a time."""

import math
import pickle
from collections.abc import Callable
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gd_core import ACTIVATIONS, Activation, Model, linear

PLAIN: dict[str, Callable[[float], float]] = {
    "identity": lambda z: z,
    "sigmoid": lambda z: 1 / (1 + math.exp(-z)),
    "tanh": math.tanh,
    "relu": lambda z: max(z, 0.0),
}
SHAPES = [(1, 1), (3, 1), (2, 3), (2, 3, 1), (3, 4, 2, 2)]


def plain_prediction(
    sizes: tuple[int, ...], theta: list[float], x: list[float], hidden: str, output: str, bias: bool
) -> list[float]:
    """One row through one network: theta is read from left to right, weights input by input, then biases."""
    numbers = iter(theta)
    for layer, (fan_in, fan_out) in enumerate(pairwise(sizes), start=1):
        weights = [[next(numbers) for _ in range(fan_out)] for _ in range(fan_in)]
        biases = [next(numbers) if bias else 0.0 for _ in range(fan_out)]
        name = output if layer == len(sizes) - 1 else hidden
        z = [sum(x[i] * weights[i][j] for i in range(fan_in)) + biases[j] for j in range(fan_out)]
        x = [PLAIN[name](value) for value in z]
    assert next(numbers, None) is None
    return x


@pytest.mark.parametrize("sizes", SHAPES, ids=str)
@pytest.mark.parametrize("hidden", PLAIN)
@pytest.mark.parametrize("output", ["identity", "sigmoid"])
@pytest.mark.parametrize("bias", [True, False], ids=["bias", "no bias"])
def test_predictions_equal_the_network_written_out(
    sizes: tuple[int, ...], hidden: str, output: str, bias: bool
) -> None:
    model = Model(sizes, ACTIVATIONS[hidden], ACTIVATIONS[output], bias)
    rng = np.random.default_rng(1)
    theta, x = rng.normal(size=(3, model.n_params)), rng.normal(size=(5, sizes[0]))
    expected = [
        [plain_prediction(sizes, run, row, hidden, output, bias) for row in x.tolist()] for run in theta.tolist()
    ]
    assert model.predict(theta, x) == pytest.approx(np.array(expected), abs=1e-14)
    assert model.forward(theta, x)[0].tolist() == model.predict(theta, x).tolist()


def test_rows_per_run_give_what_each_run_gives_alone() -> None:
    model = Model((2, 3, 1), ACTIVATIONS["tanh"])
    rng = np.random.default_rng(2)
    theta, x = rng.normal(size=(4, model.n_params)), rng.normal(size=(4, 6, 2))
    alone = [model.predict(theta[[r]], x[r])[0] for r in range(4)]
    assert model.predict(theta, x) == pytest.approx(np.array(alone), abs=1e-14)


def test_the_hiring_network_of_course_d_predicts_its_printed_layout() -> None:
    # W1 = [[.8,.2],[.2,.8]], b1 = [-1,.3]; W2 = [[.5,0],[.5,1]], b2 = [.1,-.1]; W3 = [[.5],[.5]], b3 = [-.6]
    model = Model((2, 2, 2, 1), output=ACTIVATIONS["sigmoid"])
    theta = [0.8, 0.2, 0.2, 0.8, -1, 0.3, 0.5, 0, 0.5, 1, 0.1, -0.1, 0.5, 0.5, -0.6]
    iq = PLAIN["sigmoid"](1 * 0.8 + 0.1 * 0.2 - 1)
    eq = PLAIN["sigmoid"](1 * 0.2 + 0.1 * 0.8 + 0.3)
    ability = PLAIN["sigmoid"](iq * 0.5 + eq * 0.5 + 0.1)
    attitude = PLAIN["sigmoid"](iq * 0 + eq * 1 - 0.1)
    hire = PLAIN["sigmoid"](ability * 0.5 + attitude * 0.5 - 0.6)
    assert model.predict(np.array([theta]), np.array([[1, 0.1]])) == pytest.approx(hire, abs=1e-15)


@pytest.mark.parametrize(
    ("model", "names"),
    [
        (linear(1), "w b"),
        (linear(3), "w1 w2 w3 b"),
        (linear(2, bias=False), "w1 w2"),
        (Model((1, 2)), "W1[1,1] W1[1,2] b1[1] b1[2]"),
        (Model((2, 1, 1)), "W1[1,1] W1[2,1] b1[1] W2[1,1] b2[1]"),
        (Model((1, 2, 1), bias=False), "W1[1,1] W1[1,2] W2[1,1] W2[2,1]"),
    ],
)
def test_parameters_are_named_in_order(model: Model, names: str) -> None:
    assert " ".join(model.names) == names
    assert model.n_params == len(model.names)


@pytest.mark.parametrize("sizes", SHAPES, ids=str)
@pytest.mark.parametrize("bias", [True, False], ids=["bias", "no bias"])
def test_layers_are_views_that_cover_theta_once(sizes: tuple[int, ...], bias: bool) -> None:
    model = Model(sizes, bias=bias)
    theta = np.zeros((2, model.n_params))
    for weights, biases in model.layers(theta):
        weights += 1
        if biases is not None:
            biases += 1
    assert theta.tolist() == np.ones_like(theta).tolist()


@given(st.lists(st.integers(0, 2**40), min_size=1, max_size=5))
def test_a_start_depends_on_its_own_seed_only(seeds: list[int]) -> None:
    model = Model((2, 3, 1))
    together = model.init(seeds)
    assert together.tolist() == [model.init([seed])[0].tolist() for seed in seeds]


def test_starts_scatter_by_one_over_the_root_of_the_fan_in() -> None:
    model = Model((4, 9, 1))
    starts = model.init(range(2000))
    fan_in = np.array([4] * (4 * 9 + 9) + [9] * (9 + 1))
    # the mean of 2000 squares of deviation 1 stays within 6 standard errors, 6 sqrt(2/2000)
    assert np.mean(starts**2, axis=0) * fan_in == pytest.approx(np.ones(model.n_params), abs=0.19)
    assert np.mean(starts, axis=0) * np.sqrt(fan_in) == pytest.approx(np.zeros(model.n_params), abs=0.135)


@pytest.mark.parametrize(
    ("model", "is_linear"),
    [
        (linear(2), True),
        (Model((2, 3), bias=False), True),
        (Model((2, 1), output=ACTIVATIONS["sigmoid"]), False),
        (Model((2, 2, 1), ACTIVATIONS["identity"]), False),
    ],
)
def test_linear_means_linear_in_the_parameters(model: Model, is_linear: bool) -> None:
    assert model.linear is is_linear
    a, b = model.init([1]), model.init([2])
    x = np.random.default_rng(3).normal(size=(4, 2))
    additive = np.allclose(model.predict(a + b, x), model.predict(a, x) + model.predict(b, x), atol=1e-12)
    assert additive is is_linear


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_the_slope_of_an_activation_is_its_derivative(name: str) -> None:
    activation = ACTIVATIONS[name]
    z = np.array([-3.0, -0.5, -0.01, 0.02, 0.7, 2.5])
    h = 1e-5
    differences = (activation.value(z + h) - activation.value(z - h)) / (2 * h)
    assert activation.slope(activation.value(z)) == pytest.approx(differences, abs=1e-9)


def test_relu_has_no_slope_at_its_kink() -> None:
    assert ACTIVATIONS["relu"].slope(ACTIVATIONS["relu"].value(np.zeros(1))).tolist() == [0.0]


@pytest.mark.parametrize("hidden", ACTIVATIONS)
@pytest.mark.parametrize("output", ACTIVATIONS)
def test_a_model_arrives_in_another_process_with_the_same_activations(hidden: str, output: str) -> None:
    model = Model((2, 3, 1), ACTIVATIONS[hidden], ACTIVATIONS[output])
    arrived = pickle.loads(pickle.dumps(model))
    assert arrived == model
    assert arrived.hidden is ACTIVATIONS[hidden]
    assert arrived.output is ACTIVATIONS[output]
    assert pickle.loads(pickle.dumps(linear(2))).linear


def test_an_activation_of_your_own_is_sent_by_its_parts() -> None:
    own = Activation(np.sin, np.cos)
    arrived = pickle.loads(pickle.dumps(own))
    assert isinstance(arrived, Activation)
    assert arrived == own
