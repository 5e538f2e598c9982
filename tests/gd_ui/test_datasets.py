"""Every entry of the catalogue is complete and starts from settings that show something."""

from collections.abc import Callable

import numpy as np
import pytest
from sklearn.datasets import load_breast_cancer, load_diabetes, load_wine
from sklearn.linear_model import LinearRegression

from gd_core import NEVER, single_example_limit
from gd_ui.datasets import CATALOGUE, breast_cancer, load, short, wine
from gd_ui.features.sets import SETS
from gd_ui.methods import METHODS
from gd_ui.questions import QUESTIONS
from tests.gd_ui.batch_sizes.races import raced

every_entry = pytest.mark.parametrize("name", CATALOGUE)


@every_entry
def test_an_entry_has_a_start_and_a_name_for_every_parameter(name: str) -> None:
    entry, loaded = CATALOGUE[name], load(name)
    n_params = loaded.train.model.n_params
    assert len(entry.start) == len(loaded.names) == len(loaded.best) == n_params
    assert len(set(loaded.names)) == n_params
    assert n_params == len(loaded.data.features) + entry.problem.bias
    assert np.isfinite(entry.start).all()


@every_entry
def test_the_solution_has_no_slope_and_agrees_with_scikit_learn(name: str) -> None:
    loaded = load(name)
    x, y = loaded.train.x, loaded.train.y
    slope = loaded.train.grad(loaded.best[None])[0]
    scale = 2 * np.abs(np.hstack([x, np.ones((len(x), 1))])).mean(axis=0)[: len(loaded.best)] * np.abs(y).mean()
    assert np.abs(slope / scale).max() < 1e-11
    theirs = LinearRegression(fit_intercept=CATALOGUE[name].problem.bias).fit(x, y)
    expected = [*theirs.coef_.ravel(), *np.atleast_1d(theirs.intercept_)][: len(loaded.best)]
    assert loaded.best == pytest.approx(np.array(expected), rel=1e-7, abs=1e-9)
    assert loaded.best_loss == pytest.approx(((theirs.predict(x) - y) ** 2).mean(), rel=1e-9, abs=1e-25)


@every_entry
def test_the_first_rate_is_one_at_which_no_single_row_throws_a_run_out(name: str) -> None:
    """The thousand points start at half the limit: 0.005 of 0.0099, for x up to 10."""
    assert CATALOGUE[name].learning_rate < single_example_limit(load(name).train)
    race, _ = raced(name)
    for method in METHODS:
        assert (race.histories[method].diverged_at == NEVER).all()
        assert race.histories[method].loss[0, -1] < race.histories[method].loss[0, 0]


@every_entry
def test_the_first_map_shows_two_different_weights(name: str) -> None:
    loaded, (across, up) = load(name), CATALOGUE[name].weights
    if len(loaded.names) > 1:
        assert across != up
        assert {across, up} <= set(range(len(loaded.names)))


@every_entry
def test_what_is_said_about_an_entry_is_a_sentence(name: str) -> None:
    assert CATALOGUE[name].about.endswith(".")
    assert CATALOGUE[name].about[0].isupper() or CATALOGUE[name].about[0].isdigit()


@every_entry
def test_training_and_held_out_rows_make_up_the_data(name: str) -> None:
    loaded = load(name)
    held_out = 0 if loaded.task.validation is None else loaded.task.validation.n
    assert loaded.train.n + held_out == len(loaded.data.y)


def test_patients_are_standardised_with_what_the_training_rows_say() -> None:
    loaded = load("diabetes")
    x, _ = load_diabetes(scaled=False, return_X_y=True)
    rows = np.random.default_rng(42).permutation(442)[88:]
    assert loaded.task.features.shift == pytest.approx(x[rows].mean(axis=0), rel=1e-12)
    assert loaded.task.features.scale == pytest.approx(x[rows].std(axis=0), rel=1e-12)
    assert np.abs(loaded.train.x.mean(axis=0)).max() < 1e-12
    assert loaded.train.x.std(axis=0) == pytest.approx(np.ones(10), rel=1e-12)
    assert np.abs(loaded.task.validation.x.mean(axis=0)).max() > 0.01


def test_unscaled_patients_keep_their_units() -> None:
    loaded = load("diabetes unscaled")
    x, y = load_diabetes(scaled=False, return_X_y=True)
    rows = np.random.default_rng(42).permutation(442)[88:]
    assert loaded.train.x.tolist() == x[rows].tolist()
    assert loaded.train.y[:, 0].tolist() == y[rows].tolist()


def test_patients_columns_are_named_as_scikit_learn_orders_them() -> None:
    names = [short(name) for name in load("diabetes").data.features]
    theirs = load_diabetes().feature_names
    assert theirs == ["age", "sex", "bmi", "bp", "s1", "s2", "s3", "s4", "s5", "s6"]
    assert [name.lower() for name in names[:4]] == ["age", "sex", "bmi", "blood pressure"]
    x = load("diabetes").data.x

    def nearest(column: np.ndarray) -> str:
        """Name the measurement that goes with a column of numbers most closely."""
        return max(zip(names, x.T, strict=True), key=lambda named: np.corrcoef(named[1], column)[0, 1])[0]

    assert nearest(x[:, 4] / x[:, 6]) == "cholesterol/HDL"  # a column of its own, partly rounded to whole numbers
    assert sorted(names, key=lambda name: -np.corrcoef(x[:, names.index(name)], x[:, 4])[0, 1])[:2] == [
        "cholesterol", "LDL",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("feature", "name"),
    [("BMI (kg/m²)", "BMI"), ("cholesterol/HDL", "cholesterol/HDL"), ("x", "x"), ("LDL (mg/dl)", "LDL")],
)
def test_a_short_name_leaves_the_unit_out(feature: str, name: str) -> None:
    assert short(feature) == name


def test_a_data_set_is_loaded_once() -> None:
    assert load("line") is load("line")


def test_what_is_said_of_a_data_set_is_true_of_it() -> None:
    line, patients = load("line").data, load("diabetes").data
    assert f"{len(line.train)} points train, {len(line.validation)} validate" in CATALOGUE["line"].about
    assert f"{len(patients.x)} patients" in CATALOGUE["diabetes"].about
    assert f"{len(patients.x)} patients" in CATALOGUE["diabetes unscaled"].about
    assert patients.x.shape[1] == 10
    assert "ten measurements" in CATALOGUE["diabetes"].about
    said = " ".join(question.about for question in QUESTIONS)
    assert f"the same {len(line.train)} points" in said
    assert f"{len(patients.x)} patients, ten measurements" in said


@pytest.mark.parametrize(("ours", "theirs"), [(wine, load_wine), (breast_cancer, load_breast_cancer)])
def test_classes_as_numbers_come_from_scikit_learn_as_they_are(ours: Callable, theirs: Callable) -> None:
    data, source = ours(), theirs()
    assert data.x.tolist() == source.data.tolist()
    assert data.y[:, 0].tolist() == source.target.tolist()
    assert len(data.features) == len(set(data.features)) == source.data.shape[1]


def test_real_sets_have_as_many_rows_and_columns_as_is_said() -> None:
    for name in ("diabetes", "wine", "breast cancer"):
        data = SETS[name].load()
        assert SETS[name].about.startswith(str(len(data.x)))
        assert {10: "ten", 13: "thirteen", 30: "thirty"}[data.x.shape[1]] in SETS[name].about


def test_wine_columns_are_named_as_scikit_learn_orders_them() -> None:
    for name, theirs in zip(wine().features, load_wine().feature_names, strict=True):
        assert name.split("/")[0].split()[-1].lower() in theirs.replace("alcalinity_of_ash", "ash").replace("_", " ")


def test_a_tumour_labelled_one_is_benign() -> None:
    assert load_breast_cancer().target_names[1] == "benign"
    assert breast_cancer().targets == ("benign",)
