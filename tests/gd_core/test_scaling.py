"""Scaling: against scikit-learn, there and back, and from training rows only."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from sklearn.preprocessing import MinMaxScaler, StandardScaler

from gd_core import SCALINGS, linear, original_units

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
