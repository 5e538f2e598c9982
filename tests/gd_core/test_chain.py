"""The chain of weights: its gradient, its batches, and the line that no example of the course leads off."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from gd_core import OPTIMIZERS, Batching, Chain, chain, check_gradient, descend, three_points
from gd_core.shapes import Array

weight = st.floats(-2, 2)


def course(weights: int = 2, second_input: float = 0.0) -> Chain:
    data = three_points()
    return chain(data.x[:, 0], data.y[:, 0], weights, second_input)


def written_out(land: Chain, theta: Array, rows: list[int]) -> float:
    """Return the mean square of a batch in plain Python."""
    product, total = float(np.prod(theta)), float(np.sum(theta))
    return sum((product * land.x[i] + total * land.z[i] - land.y[i]) ** 2 for i in rows) / len(rows)


@pytest.mark.parametrize("second_input", [0.0, 0.3])
@given(theta=st.integers(1, 5).flatmap(lambda count: arrays(float, (3, count), elements=weight)))
def test_the_gradient_agrees_with_differences_for_every_length(second_input: float, theta: Array) -> None:
    land = course(theta.shape[1], second_input)
    scale = max(1.0, float(np.abs(land.grad(theta)).max()))
    assert check_gradient(land, theta).error.max() < 1e-6 * scale
    assert check_gradient(land, theta, np.array([1, 2])).error.max() < 1e-6 * scale


@given(theta=arrays(float, (2, 2), elements=weight))
def test_a_batch_is_the_mean_over_its_rows_also_with_rows_per_run(theta: Array) -> None:
    land = course(second_input=0.2)
    rows = [[0, 3], [4, 1]]
    expected = [written_out(land, theta[i], rows[i]) for i in range(2)]
    np.testing.assert_allclose(land.value(theta, np.array(rows)), expected, atol=1e-12)
    alone = [land.grad(theta[i : i + 1], np.array(rows[i]))[0] for i in range(2)]
    np.testing.assert_allclose(land.grad(theta, np.array(rows)), alone, atol=1e-12)


@given(theta=arrays(float, (1, 3), elements=weight))
def test_the_gradient_is_the_mean_of_the_gradients_of_single_examples(theta: Array) -> None:
    land = course(3, 0.4)
    single = np.mean([land.grad(theta, np.array([i])) for i in range(land.n)], axis=0)
    np.testing.assert_allclose(land.grad(theta), single, atol=1e-10)


@given(w=weight)
def test_on_the_line_every_example_of_the_course_pulls_along_the_line(w: float) -> None:
    land = course()
    for row in range(land.n):
        first, second = land.grad(np.array([[w, -w]]), np.array([row]))[0]
        assert first == -second


@given(w=weight)
def test_with_a_second_input_single_examples_pull_off_the_line_and_all_together_do_not(w: float) -> None:
    land = course(second_input=0.1)
    theta = np.array([[w, -w]])
    assert land.grad(theta)[0].sum() == 0
    for row in range(land.n):
        assert land.grad(theta, np.array([row]))[0].sum() != 0


def test_single_examples_never_leave_the_line_of_the_course_but_do_with_a_second_input() -> None:
    gd, start, seeds = OPTIMIZERS["gd"](0.02), np.tile([0.5, -0.5], (20, 1)), range(20)
    for second_input, leaves in ((0.0, False), (0.1, True)):
        land = course(second_input=second_input)
        history = descend(land, gd, start, Batching(1).plan(land.n, 200, seeds))
        away = np.abs(history.path.sum(axis=2)).max(axis=1)
        assert (away > 1).all() if leaves else (away == 0).all()


def test_a_chain_of_one_weight_is_the_course_model() -> None:
    land = course(1)
    assert land.value(np.array([[2.0], [0.0]])) == pytest.approx([0.0, (4 + 16 + 36) / 3])
    assert land.grad(np.array([[0.0]]))[0, 0] == pytest.approx(-2 * (2 + 8 + 18) / 3)


@pytest.mark.parametrize(
    ("change", "names"),
    [
        ({"y": [1.0]}, "same number"),
        ({"x": [np.nan, 1]}, "x must hold finite"),
        ({"weights": 0}, "weights"),
        ({"second_input": -1}, "second_input"),
    ],
)
def test_bad_input_is_named(change: dict[str, object], names: str) -> None:
    good: dict[str, object] = {"x": [1.0, 2.0], "y": [2.0, 4.0]}
    with pytest.raises(ValueError, match=names):
        chain(**{**good, **change})  # type: ignore[arg-type]
