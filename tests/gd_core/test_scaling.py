"""Scaling: against scikit-learn, there and back, and from training rows only."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from sklearn.datasets import load_diabetes, load_wine
from sklearn.linear_model import LinearRegression
from sklearn.preprocessing import MinMaxScaler, StandardScaler

from gd_core import SCALINGS, Problem, Recipe, curvature, dataset, linear, original_units, prepare, train
from gd_core.scaling import constant_columns, scaled_units

TABLES = arrays(float, st.tuples(st.integers(1, 8), st.integers(1, 4)), elements=st.floats(-1e6, 1e6))
THETA = st.lists(st.floats(-10, 10), min_size=4, max_size=4)


def random_table(rows: int, columns: int) -> np.ndarray:
    """Return columns of very different size and position."""
    rng = np.random.default_rng(8)
    return rng.normal(size=(rows, columns)) * 10.0 ** rng.integers(-3, 4, columns) + rng.normal(size=columns)


@pytest.mark.parametrize(("name", "peer"), [("standardise", StandardScaler()), ("min-max", MinMaxScaler())])
@pytest.mark.parametrize("constant", [0.0, 0.1, -1234.5])
def test_scaled_columns_are_scikit_learns(name: str, peer: StandardScaler | MinMaxScaler, constant: float) -> None:
    x = random_table(11, 4)
    x[:, 2] = constant
    unseen = random_table(5, 4) + 1
    ours, theirs = SCALINGS[name](x), peer.fit(x)
    assert ours.apply(x) == pytest.approx(theirs.transform(x), abs=1e-12)
    assert ours.apply(unseen) == pytest.approx(theirs.transform(unseen), rel=1e-12, abs=1e-12)


def test_mean_range_is_the_formula_of_the_course() -> None:
    x = random_table(9, 3)
    expected = [
        [(value - sum(column) / 9) / (max(column) - min(column)) for value in column] for column in x.T.tolist()
    ]
    assert pytest.approx(np.array(expected), abs=1e-13) == SCALINGS["mean-range"](x).apply(x).T


def test_no_scaling_changes_nothing() -> None:
    x = random_table(9, 3)
    assert SCALINGS["none"](x).apply(x).tolist() == x.tolist()


@pytest.mark.parametrize("name", [name for name in SCALINGS if name != "none"])
@pytest.mark.parametrize("column", [[0.1] * 7, [1e100] * 7, [0.0, 1e-200, 0.0, 0.0, 0.0, 0.0, 0.0]])
def test_a_column_that_does_not_vary_is_only_shifted(name: str, column: list[float]) -> None:
    x = np.array(column)[:, None]
    scaler = SCALINGS[name](x)
    if np.ptp(x) == 0:
        assert scaler.scale.tolist() == [1.0]
        assert np.abs(scaler.apply(x)).max() <= 1e-15 * np.abs(x).max()
    assert np.isfinite(scaler.apply(x)).all()


@pytest.mark.parametrize("name", SCALINGS)
@given(TABLES)
def test_undoing_a_scaling_gives_the_values_back(name: str, x: np.ndarray) -> None:
    scaler = SCALINGS[name](x)
    size = np.maximum(np.abs(x).max(axis=0), np.abs(scaler.shift))
    assert (np.abs(scaler.undo(scaler.apply(x)) - x) <= 1e-14 * size).all()


@pytest.mark.parametrize("name", SCALINGS)
@given(theta=THETA, targets=st.sampled_from(list(SCALINGS)), seed=st.integers(0, 1000))
def test_weights_in_original_units_predict_the_same(name: str, theta: list[float], targets: str, seed: int) -> None:
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(6, 3)) * [1, 100, 0.01] + [0, 50, 3]
    y = rng.normal(size=(6, 1)) * 7 - 20
    features, target = SCALINGS[name](x), SCALINGS[targets](y)
    runs = np.array([theta, theta[::-1]])
    through_scaling = target.undo(linear(3).predict(runs, features.apply(x)))
    directly = linear(3).predict(original_units(runs, features, target), x)
    largest = np.abs(through_scaling).max() + np.abs(original_units(runs, features, target)).max()
    assert np.abs(directly - through_scaling).max() <= 1e-12 * largest


def test_weights_of_many_runs_and_updates_are_translated_at_once() -> None:
    x, y = random_table(6, 2), random_table(6, 1)
    features, target = SCALINGS["standardise"](x), SCALINGS["min-max"](y)
    path = np.random.default_rng(0).normal(size=(2, 5, 3))
    translated = original_units(path, features, target)
    assert translated.shape == path.shape
    assert translated[1, 3].tolist() == original_units(path[1, 3], features, target).tolist()


@pytest.mark.parametrize("name", SCALINGS)
@given(theta=THETA, seed=st.integers(0, 1000))
def test_weights_go_to_scaled_units_and_back(name: str, theta: list[float], seed: int) -> None:
    rng = np.random.default_rng(seed)
    x, y = rng.normal(size=(6, 3)) * [1, 100, 0.01] + [0, 50, 3], rng.normal(size=(6, 1)) * 7 - 20
    features, target = SCALINGS[name](x), SCALINGS[name](y)
    runs = np.array([theta, theta[::-1]])
    scaled = scaled_units(runs, features, target)
    size = 1 + np.abs(runs).max()
    assert np.abs(original_units(scaled, features, target) - runs).max() <= 1e-9 * size
    directly = linear(3).predict(runs, x)
    through_scaling = target.undo(linear(3).predict(scaled, features.apply(x)))
    assert np.abs(directly - through_scaling).max() <= 1e-9 * (1 + np.abs(directly).max())


def test_weights_that_do_not_fit_the_columns_are_refused() -> None:
    features, target = SCALINGS["standardise"](random_table(6, 2)), SCALINGS["none"](random_table(6, 1))
    for translate in (original_units, scaled_units):
        with pytest.raises(ValueError, match=r"theta must end with 2 weights and a bias; got shape \(2,\)"):
            translate([1.0, 2.0], features, target)


def test_columns_that_do_not_vary_are_named_by_number() -> None:
    x = random_table(9, 4)
    assert constant_columns(x).tolist() == []
    x[:, 1], x[:, 3] = 0.1, -1e8
    assert constant_columns(x).tolist() == [1, 3]
    for name in SCALINGS:
        assert SCALINGS[name](x).scale[[1, 3]].tolist() == [1.0, 1.0]


@pytest.mark.parametrize("rows", [1, 2])
def test_of_one_row_or_two_identical_ones_no_column_varies(rows: int) -> None:
    x = np.tile([[0.3, 1e9, -7.0]], (rows, 1))
    assert constant_columns(x).tolist() == [0, 1, 2]
    for name in SCALINGS:
        assert np.isfinite(SCALINGS[name](x).apply(x)).all()


REAL = {"diabetes": lambda: load_diabetes(scaled=False, return_X_y=True), "wine": lambda: load_wine(return_X_y=True)}


@pytest.mark.parametrize("name", REAL)
@pytest.mark.parametrize("scale_target", [True, False])
def test_weights_learned_in_scaled_units_are_scikit_learns_in_the_original_ones(name: str, scale_target: bool) -> None:
    """To 1e-8 once the run has converged."""
    x, y = REAL[name]()
    data = dataset(x, y[:, None], [f"column {j}" for j in range(x.shape[1])], ["y"], "scikit-learn")
    task = prepare(Problem(name, scaling="standardise", scale_target=scale_target), data)
    bowl = curvature(task.train, np.zeros(x.shape[1] + 1))
    epochs = int(16 * bowl.condition)
    recipe = Recipe(learning_rate=(bowl.best_learning_rate,), epochs=epochs, start=(0.0,) * (x.shape[1] + 1))
    learned = original_units(train(task.train, recipe).path[0, -1], task.features, task.target)
    expected = LinearRegression().fit(x, y)
    assert learned[:-1] == pytest.approx(expected.coef_, rel=1e-8, abs=1e-8)
    assert learned[-1] == pytest.approx(expected.intercept_, rel=1e-8, abs=1e-8)
