"""Course text D: every variant agrees with a straight implementation written down here, and with the text."""

import functools

import numpy as np
import pytest
from numpy.testing import assert_allclose

from gd_core import History, check_gradient
from gd_core.hiring import EPOCHS, EXERCISES, LEARNING_RATE, METHODS, START, Training, descend_hiring
from gd_core.shapes import Array

VARIANTS = [(name, method) for name, exercise in EXERCISES.items() for method in exercise.methods]
variants = pytest.mark.parametrize(("name", "method"), VARIANTS)


def training(name: str, method: str, **changes: object) -> Training:
    exercise = EXERCISES[name]
    settings: dict = {"sizes": exercise.sizes, "x": exercise.x, "y": exercise.y, "start": exercise.start}
    return Training(**(settings | {"method": method} | changes))


@functools.cache
def run(name: str, method: str) -> History:
    return descend_hiring(training(name, method))


def matrices(theta: Array, layers: int) -> list[list[Array]]:
    """W1, b1, W2, b2, … of two units each but for the output of the whole network."""
    cuts = [(0, 4, 6, (2, 2)), (6, 10, 12, (2, 2)), (12, 14, 15, (2, 1))][:layers]
    return [[theta[a:b].reshape(shape).copy(), theta[b:c].reshape(1, -1).copy()] for a, b, c, shape in cuts]


def straight(name: str, method: str) -> Array:
    """Return the final parameters by the formulas of the text, matrices throughout: weights are input × output."""
    exercise = EXERCISES[name]
    x, t = np.array(exercise.x), np.array(exercise.y)
    layers = matrices(np.array(exercise.start), len(exercise.sizes) - 1)
    plan = METHODS[method].plan(len(x), EPOCHS, [0])
    for batch in plan:
        rows = slice(None) if isinstance(batch, slice) else batch[0]
        outputs = [x[rows]]
        for w, b in layers:
            outputs.append(1 / (1 + np.exp(-(outputs[-1] @ w + b))))
        delta = (outputs[-1] - t[rows]) * outputs[-1] * (1 - outputs[-1])
        for depth in reversed(range(len(layers))):
            w, b = layers[depth]
            before = outputs[depth]
            back = delta @ w.T * before * (1 - before)
            w -= LEARNING_RATE * before.T @ delta / len(delta)
            b -= LEARNING_RATE * delta.mean(axis=0, keepdims=True)
            delta = back
    return np.concatenate([part.ravel() for layer in layers for part in layer])


@variants
def test_the_weights_after_ten_thousand_epochs_are_those_of_a_straight_implementation(name: str, method: str) -> None:
    assert_allclose(run(name, method).path[0, -1], straight(name, method), rtol=0, atol=1e-10)


@variants
def test_an_epoch_reads_every_applicant_s_worth_of_rows(name: str, method: str) -> None:
    history, n = run(name, method), len(EXERCISES[name].x)
    assert history.seen[-1] == EPOCHS * n
    assert len(history.seen) - 1 == EPOCHS * training(name, method).updates_per_epoch
    assert len(history.seen) - 1 == EPOCHS * {"batch": 1, "mini-batch": n // 2}.get(method, n)


def test_the_start_is_the_text_s_layer_by_layer() -> None:
    (w1, b1), (w2, b2), (w3, b3) = matrices(np.array(START), 3)
    assert w1.tolist() == [[0.8, 0.2], [0.2, 0.8]]
    assert w2.tolist() == [[0.5, 0], [0.5, 1]]
    assert w3.tolist() == [[0.5], [0.5]]
    assert [b.tolist() for b in (b1, b2, b3)] == [[[-1, 0.3]], [[0.1, -0.1]], [[-0.6]]]
    assert EXERCISES["Exercise 1"].start == START[:12]


def test_the_applicants_are_the_text_s() -> None:
    rows = ((1.0, 0.1), (0.1, 1.0), (0.1, 0.1), (1.0, 1.0))
    hired = ((1.0,), (0.0,), (0.0,), (1.0,))
    for name, n in (("Base", 1), ("Exercise 2", 2), ("Exercise 3", 4)):
        assert (EXERCISES[name].x, EXERCISES[name].y) == (rows[:n], hired[:n])
    assert (EXERCISES["Exercise 1"].x, EXERCISES["Exercise 1"].y) == (rows[:1], ((1.0, 1.0),))


@variants
def test_every_variant_learns_whom_to_hire(name: str, method: str) -> None:
    of = training(name, method).objective
    ends = of.model.predict(run(name, method).path[0, -1:], of.x)[0]
    assert ((ends >= 0.5) == (of.y >= 0.5)).all()


@variants
def test_the_loss_is_the_mean_of_half_the_squared_errors(name: str, method: str) -> None:
    of, history = training(name, method).objective, run(name, method)
    outputs = of.model.predict(history.path[0, [0, 50, -1]], of.x)
    expected = (np.square(of.y - outputs) / 2).sum(axis=2).mean(axis=1)
    assert_allclose(history.loss[0, [0, 50, -1]], expected, rtol=1e-13)


@variants
def test_every_derivative_passes_its_numerical_check(name: str, method: str) -> None:
    of, history = training(name, method).objective, run(name, method)
    assert check_gradient(of, history.path[0, [0, 100, 5000, -1]]).error.max() < 1e-9


def test_stochastic_rows_and_pairs_are_random_and_pairs_hold_two_different_applicants() -> None:
    stochastic = METHODS["stochastic"].plan(4, 1000, [0]).stream
    assert stochastic is not None
    assert len({tuple(row) for row in stochastic.reshape(-1, 4)}) > 100
    pairs = METHODS["mini-batch"].plan(4, 1000, [0]).stream
    assert pairs is not None
    seen = {frozenset(pair) for pair in pairs.reshape(-1, 2).tolist()}
    assert len(seen) == 6
    assert all(len(pair) == 2 for pair in seen)


def test_in_order_means_one_applicant_after_the_other() -> None:
    stream = METHODS["in order"].plan(2, 3, [0]).stream
    assert stream is not None
    assert stream.tolist() == [[0, 1, 0, 1, 0, 1]]


def test_another_seed_is_another_run_and_the_same_seed_the_same() -> None:
    first, again, other = (
        descend_hiring(training("Exercise 3", "stochastic", epochs=20, seed=seed)).path for seed in (1, 1, 2)
    )
    assert (first == again).all()
    assert (first != other).any()


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"y": ((1.5,),)}, "target"),
        ({"y": ((-0.1,),)}, "target"),
        ({"y": ((float("nan"),),)}, "y"),
        ({"x": ((1.0, float("inf")),)}, "x"),
        ({"x": ((1.0,),)}, "x"),
        ({"start": START[:-1]}, "start"),
        ({"start": (float("nan"), *START[1:])}, "start"),
        ({"learning_rate": 0}, "learning_rate"),
        ({"epochs": 0}, "epochs"),
        ({"method": "newton"}, "method"),
        ({"seed": -1}, "seed"),
    ],
)
def test_a_setting_that_cannot_be_used_is_named(changes: dict, named: str) -> None:
    with pytest.raises(ValueError, match=named):
        training("Base", **{"method": "batch"} | changes)
