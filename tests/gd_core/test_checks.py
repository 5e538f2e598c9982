"""Every wrong setting or array is refused with one message: its name, the allowed range and what came."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from gd_core import (
    COURSE_DATA,
    LOSSES,
    SCALINGS,
    Batching,
    Curvature,
    Model,
    Objective,
    Problem,
    Recipe,
    check_gradient,
    checks,
    coordinate_plane,
    curvature,
    dataset,
    descend,
    from_csv,
    hyperparameters,
    least_squares,
    linear,
    numerical_gradient,
    objective,
    original_units,
    prepare,
    principal_plane,
    section,
    single_example_limit,
    surface,
    train,
)
from gd_core.optimizers import adagrad, adam, gd, momentum, nesterov, rmsprop

NAN, INF = float("nan"), float("inf")
LINE = objective(linear(1), LOSSES["squared"], [[0], [1], [2]], [1, 2, 4])
NETWORK = objective(Model((1, 2, 1)), LOSSES["squared"], [[0], [1]], [0, 1])
ABSOLUTE = objective(linear(1), LOSSES["absolute"], [[0], [1]], [0, 1])
BOWL = Curvature(np.array([1.0, 4.0]), np.eye(2))
UNSCALED = SCALINGS["none"]([[0.0]])


def on_line(x: Any, y: Any) -> Objective:
    return objective(linear(1), LOSSES["squared"], x, y)


def table(x: Any = ((0,), (1,)), y: Any = ((0,), (1,)), n_train: Any = None) -> Any:
    return dataset(x, y, ["x"], ["y"], "test", n_train)


# What is called, and words its one message must hold: the name, the allowed range, what came.
WRONG: list[tuple[Callable[[], object], list[str]]] = [
    # data arrays
    (lambda: on_line([[0], [NAN]], [0, 1]), ["x ", "finite", "nan", "[1, 0]"]),
    (lambda: on_line([[0], [1]], [0, INF]), ["y ", "finite", "inf", "[1, 0]"]),
    (lambda: on_line([0, 1], [0, 1]), ["x ", "(N, 1)", "(2,)"]),
    (lambda: on_line([[0, 1]], [0]), ["x ", "(N, 1)", "(1, 2)"]),
    (lambda: on_line([[0]], [[0, 1]]), ["y ", "(N, 1)", "(1, 2)"]),
    (lambda: on_line([[0]], [[[0]]]), ["y ", "(N, 1)", "(1, 1, 1)"]),
    (lambda: on_line([[0], [1]], [0, 1, 2]), ["x and y", "same number of rows", "2 and 3"]),
    (lambda: on_line(np.empty((0, 1)), np.empty(0)), ["x ", "no axis empty", "(0, 1)"]),
    (lambda: on_line([["a"]], [0]), ["x ", "numbers", "'a'"]),
    (lambda: on_line([[0]], ["a"]), ["y ", "numbers", "'a'"]),
    (lambda: on_line([[0], [1]], [[0], [1, 2]]), ["y ", "numbers", "[[0], [1, 2]]"]),
    (lambda: on_line([[10**400]], [0]), ["x ", "numbers", "1000"]),
    (lambda: on_line([[None]], [0]), ["x ", "finite", "nan"]),
    (lambda: table(x=[[0], [NAN]]), ["x ", "finite", "nan", "[1, 0]"]),
    (lambda: table(y=[[0], [-INF]]), ["y ", "finite", "-inf", "[1, 0]"]),
    (lambda: table(x=[[0]]), ["x and y", "same number of rows", "1 and 2"]),
    (lambda: table(x=[[0, 1]] * 2), ["x ", "(N, 1)", "(2, 2)"]),
    (lambda: table(x=np.empty((0, 1))), ["x ", "no axis empty", "(0, 1)"]),
    (lambda: table(n_train=0), ["n_train", ">= 1 and <= 2", "got 0"]),
    (lambda: table(n_train=3), ["n_train", ">= 1 and <= 2", "got 3"]),
    (lambda: table(n_train=True), ["n_train", "whole number", "got True"]),
    # CSV; the header is row 1
    (lambda: from_csv("", 1, ""), ["text", "header", "got ''"]),
    (lambda: from_csv("x,y,split\r1,2,train", 1, ""), ["text", "CSV", "split"]),
    (lambda: from_csv("x,y,split\n", 1, ""), ["x ", "no axis empty", "(0, 1)"]),
    (lambda: from_csv("x,y,split\n1,2,train", 0, ""), ["n_targets", ">= 1 and <= 1", "got 0"]),
    (lambda: from_csv("x,y,split\n1,2,train", 2, ""), ["n_targets", ">= 1 and <= 1", "got 2"]),
    (lambda: from_csv("x,y,split\n1,2,train\n1,2", 1, ""), ["Row 3", "3 cells", "got 2"]),
    (lambda: from_csv("x,y,split\n1,2,3,train", 1, ""), ["Row 2", "3 cells", "got 4"]),
    (lambda: from_csv("x,y,split\n\n1,2,train", 1, ""), ["Row 2", "3 cells", "got 0"]),
    (lambda: from_csv("x,y,split\n1,two,train", 1, ""), ["Row 2", "'y'", "number", "'two'"]),
    (lambda: from_csv("x,y,split\n1,2,train\n,2,train", 1, ""), ["Row 3", "'x'", "number", "''"]),
    (lambda: from_csv("x,y,split\n1,nan,train", 1, ""), ["Row 2", "'y'", "finite", "'nan'"]),
    (lambda: from_csv("x,y,split\n1e999,2,train", 1, ""), ["Row 2", "'x'", "finite", "'1e999'"]),
    (lambda: from_csv("x,y,split\n1,2,test", 1, ""), ["Row 2", "'split'", "'train', 'validation'", "'test'"]),
    # models
    (lambda: Model((3,)), ["sizes", "inputs and outputs", "(3,)"]),
    (lambda: Model((3, 0, 1)), ["sizes", ">= 1", "got 0"]),
    (lambda: Model((3, 2.0, 1)), ["sizes", "whole number", "got 2.0"]),
    # settings of a run
    (lambda: Recipe(learning_rate=(0.1, 0.0)), ["learning_rate", "> 0", "got 0.0"]),
    (lambda: Recipe(learning_rate=(-0.1,)), ["learning_rate", "> 0", "got -0.1"]),
    (lambda: Recipe(learning_rate=(NAN,)), ["learning_rate", "finite", "> 0", "got nan"]),
    (lambda: Recipe(learning_rate=(INF,)), ["learning_rate", "finite", "> 0", "got inf"]),
    (lambda: Recipe(learning_rate=(True,)), ["learning_rate", "> 0", "got True"]),
    (lambda: Recipe(learning_rate=("0.1",)), ["learning_rate", "> 0", "got '0.1'"]),
    (lambda: Recipe(learning_rate=(10**400,)), ["learning_rate", "finite", "> 0", "got 1000"]),
    (lambda: Recipe(learning_rate=()), ["learning_rate", "at least one", "got ()"]),
    (lambda: Recipe(learning_rate=0.1), ["learning_rate", "tuple", "got 0.1"]),
    (lambda: Recipe(seeds=()), ["seeds", "at least one", "got ()"]),
    (lambda: Recipe(seeds=(0, -1)), ["seeds", ">= 0", "got -1"]),
    (lambda: Recipe(seeds=(0.5,)), ["seeds", "whole number", "got 0.5"]),
    (lambda: Recipe(seeds=(False,)), ["seeds", "whole number", "got False"]),
    (
        lambda: Recipe(learning_rate=(0.1, 0.2), seeds=(1, 2, 3)),
        ["learning_rate and seeds", "one entry or equally many", "2 and 3"],
    ),
    (lambda: Recipe(optimizer="sgd"), ["optimizer", "'gd', 'momentum'", "got 'sgd'"]),
    (lambda: Recipe(optimizer=["gd"]), ["optimizer", "'gd', 'momentum'", "got ['gd']"]),
    (lambda: hyperparameters("sgd"), ["optimizer", "'gd', 'momentum'", "got 'sgd'"]),
    (lambda: Recipe(schedule="linear"), ["schedule", "'constant', 'invscaling'", "got 'linear'"]),
    (lambda: Recipe(order="random"), ["order", "'shuffled', 'sequential'", "got 'random'"]),
    (lambda: Recipe(epochs=0), ["epochs", ">= 1", "got 0"]),
    (lambda: Recipe(epochs=1.0), ["epochs", "whole number", "got 1.0"]),
    (lambda: Recipe(epochs=True), ["epochs", "whole number", "got True"]),
    (lambda: Recipe(batch_size=0), ["batch_size", ">= 1", "got 0"]),
    (lambda: Recipe(batch_size=True), ["batch_size", "whole number", "got True"]),
    (lambda: train(LINE, Recipe(batch_size=4)), ["batch_size", ">= 1 and <= 3", "got 4"]),
    (lambda: Batching(4).plan(3, 1, [0]), ["batch_size", ">= 1 and <= 3", "got 4"]),
    (lambda: Batching().plan(0, 1, [0]), ["n ", ">= 1", "got 0"]),
    (lambda: Batching().plan(3, 0, [0]), ["epochs", ">= 1", "got 0"]),
    (lambda: train(LINE, Recipe(start=(1.0,))), ["start", "(2,)", "(1,)"]),
    (lambda: train(LINE, Recipe(start=(1.0, NAN))), ["start", "finite", "nan", "[1]"]),
    (lambda: train(LINE, Recipe(start=("a", "b"))), ["start", "numbers", "('a', 'b')"]),
    (
        lambda: descend(LINE, gd(0.1), np.zeros((2, 3)), Batching().plan(3, 1, [0])),
        ["theta", "(R, 2)", "(2, 3)"],
    ),
    (
        lambda: descend(LINE, gd(0.1), np.zeros((2, 2)), Batching(1).plan(3, 1, [0])),
        ["plan", "one stream per start", "got 1 for 2"],
    ),
    # hyperparameters
    (lambda: Recipe(momentum=0.9), ["momentum", "no setting of optimizer 'gd'", "none"]),
    (lambda: Recipe(optimizer="adam", momentum=0.9), ["momentum", "'adam'", "['beta1', 'beta2', 'eps']"]),
    (lambda: Recipe(optimizer="momentum", beta2=0.9), ["beta2", "'momentum'", "['momentum']"]),
    (lambda: Recipe(optimizer="momentum", momentum=1), ["momentum", ">= 0 and < 1", "got 1"]),
    (lambda: Recipe(optimizer="momentum", momentum=-0.1), ["momentum", ">= 0 and < 1", "got -0.1"]),
    (lambda: Recipe(optimizer="momentum", momentum=True), ["momentum", ">= 0 and < 1", "got True"]),
    (lambda: momentum(0.1, NAN), ["momentum", ">= 0 and < 1", "got nan"]),
    (lambda: nesterov(0.1, 1.5), ["momentum", ">= 0 and < 1", "got 1.5"]),
    (lambda: adagrad(0.1, eps=0), ["eps", "> 0", "got 0"]),
    (lambda: rmsprop(0.1, beta2=1), ["beta2", ">= 0 and < 1", "got 1"]),
    (lambda: rmsprop(0.1, eps=-1), ["eps", "> 0", "got -1"]),
    (lambda: adam(0.1, beta1=1), ["beta1", ">= 0 and < 1", "got 1"]),
    (lambda: adam(0.1, beta2=1), ["beta2", ">= 0 and < 1", "got 1"]),
    (lambda: adam(0.1, eps=0), ["eps", "> 0", "got 0"]),
    # settings of a problem
    (lambda: Problem("line", loss="mse"), ["loss", "'squared', 'half squared'", "got 'mse'"]),
    (lambda: Problem("line", scaling="z"), ["scaling", "'none', 'standardise'", "got 'z'"]),
    (lambda: Problem("line", validation_fraction=1), ["validation_fraction", ">= 0 and < 1", "got 1"]),
    (lambda: Problem("line", validation_fraction=-0.1), ["validation_fraction", ">= 0 and < 1", "got -0.1"]),
    (lambda: Problem("line", validation_fraction=NAN), ["validation_fraction", ">= 0 and < 1", "got nan"]),
    (lambda: Problem("line", split_seed=-1), ["split_seed", ">= 0", "got -1"]),
    (
        lambda: prepare(Problem("three-points", validation_fraction=0.9), COURSE_DATA["three-points"]()),
        ["validation_fraction", "a row to train on", "0.9 of 3 rows"],
    ),
    # scaling
    *((lambda scale=scale: scale([1, 2]), ["x ", "(N, D)", "(2,)"]) for scale in SCALINGS.values()),
    *((lambda scale=scale: scale([[1], [NAN]]), ["x ", "finite", "nan"]) for scale in SCALINGS.values()),
    *((lambda scale=scale: scale(np.empty((0, 2))), ["x ", "empty", "(0, 2)"]) for scale in SCALINGS.values()),
    (lambda: original_units([1], UNSCALED, UNSCALED), ["theta", "1 weights and a bias", "(1,)"]),
    (lambda: original_units(1, UNSCALED, UNSCALED), ["theta", "1 weights and a bias", "()"]),
    (lambda: original_units(["a"], UNSCALED, UNSCALED), ["theta", "numbers", "'a'"]),
    # planes and surfaces
    (lambda: coordinate_plane([0, 0], 0, 2), ["j ", ">= 0 and <= 1", "got 2"]),
    (lambda: coordinate_plane([0, 0], -1, 1), ["i ", ">= 0 and <= 1", "got -1"]),
    (lambda: coordinate_plane([0, 0], True, 1), ["i ", "whole number", "got True"]),
    (lambda: coordinate_plane([0, 0], 1, 1), ["i and j", "different", "got 1"]),
    (lambda: coordinate_plane([0, NAN], 0, 1), ["theta", "finite", "nan", "[1]"]),
    (lambda: coordinate_plane([[0, 0]], 0, 1), ["theta", "(P,)", "(1, 2)"]),
    (lambda: principal_plane([[NAN, 0]], [0, 0]), ["path", "finite", "got 0"]),
    (lambda: principal_plane([[0]], [0]), ["path", ">= 2 parameters", "of 1"]),
    (lambda: principal_plane(np.zeros((4, 3)), [0, 0]), ["path", "(..., 2)", "(4, 3)"]),
    (lambda: principal_plane([[0, 0]], [0, INF]), ["centre", "finite", "inf"]),
    (lambda: surface(NETWORK, coordinate_plane([0, 0], 0, 1), [0], [0]), ["plane", "(7,)", "(2,)"]),
    (lambda: surface(LINE, coordinate_plane([0, 0], 0, 1), [[0]], [0]), ["a ", "(A,)", "(1, 1)"]),
    (lambda: surface(LINE, coordinate_plane([0, 0], 0, 1), [0], [NAN]), ["b ", "finite", "nan"]),
    (lambda: section(LINE, [0, 0], 2, [0]), ["i ", ">= 0 and <= 1", "got 2"]),
    (lambda: section(LINE, [0, 0, 0], 0, [0]), ["theta", "(2,)", "(3,)"]),
    (lambda: section(LINE, [0, 0], 0, []), ["values", "no axis empty", "(0,)"]),
    (lambda: section(LINE, [0, 0], 0, [INF]), ["values", "finite", "inf"]),
    # curvature, least squares, gradient check
    (lambda: curvature(LINE, [0]), ["theta", "(2,)", "(1,)"]),
    (lambda: curvature(LINE, [0, NAN]), ["theta", "finite", "nan"]),
    (lambda: BOWL.regime(0), ["learning_rate", "> 0", "got 0"]),
    (lambda: BOWL.regime(INF), ["learning_rate", "finite", "got inf"]),
    (lambda: BOWL.max_stable_learning_rate(1), ["momentum", ">= 0 and < 1", "got 1"]),
    (lambda: single_example_limit(NETWORK), ["objective", "quadratic", "linear model"]),
    (lambda: least_squares(ABSOLUTE), ["objective", "quadratic", "squared"]),
    (lambda: numerical_gradient(LINE.value, np.zeros(2)), ["theta", "(R, P)", "(2,)"]),
    (lambda: numerical_gradient(LINE.value, np.zeros((1, 2)), nudge=0), ["nudge", "> 0", "got 0"]),
    (lambda: check_gradient(LINE, np.zeros((1, 3))), ["theta", "(R, 2)", "(1, 3)"]),
]


@pytest.mark.parametrize(("call", "words"), WRONG, ids=[" ".join(words) for _, words in WRONG])
def test_wrong_input_is_refused_by_name_range_and_value(call: Callable[[], object], words: list[str]) -> None:
    with pytest.raises(ValueError, match=r".") as refusal:
        call()
    message = str(refusal.value)
    assert [word for word in words if word not in message] == []
    assert message.endswith(".")
    assert "\n" not in message


@pytest.mark.parametrize(
    ("value", "low", "high", "edges"),
    [(0, 0, 1, {}), (1, 0, 1, {}), (1, 0, 1, {"above": True}), (0, 0, 1, {"below": True})],
)
def test_the_ends_of_a_range_are_allowed_unless_told(value: int, low: int, high: int, edges: Any) -> None:
    assert checks.number("x", value, low, high, **edges) == value


@pytest.mark.parametrize("value", [2, 2.0, np.int64(2), np.float32(2), np.float64(2)])
def test_python_and_numpy_numbers_are_numbers(value: object) -> None:
    assert checks.number("x", value) == 2.0


@pytest.mark.parametrize("value", [2, np.int32(2), np.uint8(2)])
def test_python_and_numpy_ints_are_whole_numbers(value: object) -> None:
    assert checks.whole("x", value) == 2


def test_a_long_value_is_cut_short_in_the_message() -> None:
    with pytest.raises(ValueError, match=r"^x must be a whole number >= 0; got '(?:a)+\.\.\.\.$") as refusal:
        checks.whole("x", "a" * 1000)
    assert len(str(refusal.value)) < 130
