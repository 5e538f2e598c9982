"""Units of features: same line at the start, the course's figures, steps foretold, and weights mapped back."""

import json

import numpy as np
import pytest
from sklearn.linear_model import LinearRegression

from gd_core import Problem, Scaler, prepare
from gd_core.data import dataset
from gd_ui.features.sets import HELD_OUT, SETS, SPLIT_SEED, FeatureSettings, first_rows, start_of, whole
from gd_ui.features.study import SCALERS, SHARE, descent, every_unit, steps_needed, stretched, study, variant, variants
from gd_ui.lanes import LANES
from gd_ui.lessons import ROOT

every_set = pytest.mark.parametrize("data", SETS)
COURSE = json.loads((ROOT / "data" / "course_numbers.json").read_text(encoding="utf-8"))["line"]


def settings(data: str = "line", **changes: object) -> FeatureSettings:
    """Return a set's own settings with changes."""
    chosen = SETS[data]
    given = {
        "learning_rate": None if chosen.own_best else chosen.learning_rate,
        "rows": len(whole(data).train),
        "steps": chosen.steps,
    }
    return FeatureSettings(data, **{**given, **changes})


def test_the_units_of_the_line_have_the_condition_numbers_and_limits_of_the_course() -> None:
    original, stretched_ten, scaled = variants("line", "standardise", 80)
    assert [round(v.kappa, digits) for v, digits in ((original, 1), (stretched_ten, 0), (scaled, 9))] == [16.4, 112, 1]
    assert original.limit == pytest.approx(0.8055, abs=5e-5)
    assert stretched_ten.limit == pytest.approx(0.0309, abs=6e-5)
    assert scaled.limit == pytest.approx(1.0, abs=1e-9)


def test_the_bad_feature_is_the_course_s() -> None:
    _, bad, _ = variants("line", "standardise", 80)
    data = whole("line")
    assert bad.train.x == pytest.approx(data.x[data.train] * COURSE["bad_feature"]["x_times"], rel=1e-14)
    assert bad.train.y.tolist() == data.y[data.train].tolist()
    w = COURSE["start"]["w"] / COURSE["bad_feature"]["w_divided_by"]
    assert bad.start == pytest.approx([w, COURSE["start"]["b"]], abs=1e-7)


@every_set
@pytest.mark.parametrize("scaling", SCALERS)
def test_all_units_start_from_the_same_line_and_the_same_loss(data: str, scaling: str) -> None:
    compared = variants(data, scaling, len(whole(data).train))
    first = compared[0]
    prediction = first.train.model.predict(first.start[None], first.train.x)[0]
    for v in compared:
        assert v.train.model.predict(v.start[None], v.train.x)[0] == pytest.approx(prediction, rel=1e-9, abs=1e-9)
        assert v.best_loss == pytest.approx(first.best_loss, rel=1e-7)


@every_set
def test_a_set_without_a_split_is_split_as_the_core_does(data: str) -> None:
    loaded = SETS[data].load()
    fraction = None if len(loaded.validation) else HELD_OUT
    task = prepare(Problem(data, validation_fraction=fraction, split_seed=SPLIT_SEED), loaded)
    ours = variants(data, "standardise", len(whole(data).train))[0]
    assert ours.train.x.tolist() == task.train.x.tolist()
    assert task.validation is not None
    assert ours.validation is not None
    assert ours.validation.y.tolist() == task.validation.y.tolist()


@every_set
@pytest.mark.parametrize("scaling", SCALERS)
def test_statistics_come_from_the_training_rows_in_use(data: str, scaling: str) -> None:
    rows = 20
    scaled = variants(data, scaling, rows)[-1]
    x = whole(data).x[whole(data).train[:rows]]
    assert scaled.train.n == rows
    centre = x.min(axis=0) if scaling == "min-max" else x.mean(axis=0)
    spread = x.std(axis=0) if scaling == "standardise" else np.ptp(x, axis=0)
    varies = np.ptp(x, axis=0) > 0
    assert scaled.scaler.shift == pytest.approx(centre, rel=1e-12)
    assert scaled.scaler.scale[varies] == pytest.approx(spread[varies], rel=1e-12)
    assert (scaled.scaler.scale[~varies] == 1).all()


def test_standardised_at_half_arrives_in_one_step() -> None:
    run = study(settings()).runs[-1]
    above = run.history.loss[0] - run.variant.best_loss
    assert above[0] > 1
    assert abs(above[1]) < 1e-14
    assert steps_needed(run.variant, 0.5) == 1


@pytest.mark.parametrize("rate", [0.01, 0.3, 0.5, 0.8])
@pytest.mark.parametrize("lane", [0, 2])
def test_the_steps_foretold_are_those_of_the_run(rate: float, lane: int) -> None:
    v = variants("line", "mean-range", 80)[lane]
    run = descent(v, rate, 3000)
    above = run.history.loss[0] - v.best_loss
    seen = int((above <= SHARE * above[0]).argmax())
    assert above[seen] <= SHARE * above[0]
    assert steps_needed(v, rate) == seen


def test_a_run_at_or_beyond_its_limit_never_arrives_and_one_at_the_solution_has() -> None:
    v = variants("line", "standardise", 80)[0]
    assert steps_needed(v, v.limit) is None
    assert steps_needed(v, 1.01 * v.limit) is None
    assert steps_needed(v, 0.999 * v.limit) is not None
    assert steps_needed(v._replace(start=v.best), 0.1) == 0


def test_a_flat_direction_costs_no_steps() -> None:
    for v in variants("line", "standardise", 1):
        assert v.kappa == np.inf
        assert v.own_best == pytest.approx(v.limit / 2)
        assert steps_needed(v, v.own_best) == 1
        run = descent(v, v.own_best, 3)
        assert run.history.loss[0, 1] == pytest.approx(0, abs=1e-20)


@pytest.mark.parametrize("data", ["line", "wine"])
@pytest.mark.parametrize("scaling", SCALERS)
def test_weights_of_a_converged_run_are_scikit_learns_to_eight_decimals(data: str, scaling: str) -> None:
    v = variants(data, scaling, len(whole(data).train))[-1]
    run = descent(v, v.own_best, int(20 * v.kappa) + 2)
    loaded = whole(data)
    expected = LinearRegression().fit(loaded.x[loaded.train], loaded.y[loaded.train, 0])
    assert np.abs(run.end[:-1] - expected.coef_).max() <= 1e-8
    assert abs(run.end[-1] - expected.intercept_) <= 1e-8


@every_set
def test_least_squares_in_original_units_is_scikit_learns(data: str) -> None:
    loaded = whole(data)
    expected = LinearRegression().fit(loaded.x[loaded.train], loaded.y[loaded.train, 0])
    best = study(settings(data, steps=1)).best
    predicted = loaded.x[loaded.train] @ best[:-1] + best[-1]
    assert predicted == pytest.approx(expected.predict(loaded.x[loaded.train]), rel=1e-7, abs=1e-7)


def test_all_units_of_a_study_are_compared() -> None:
    assert [v.name for v in every_unit("line", 80)] == ["original x", "x × 10", "standardised", "min-max", "mean-range"]
    assert [v.name for v in every_unit("wine", 30)] == ["original units", "standardised", "min-max", "mean-range"]


def test_two_identical_rows_and_a_constant_column_break_nothing() -> None:
    for x in ([[2.0], [2.0]], [[2.0]]):
        data = dataset(x, [[1.0]] * len(x), ["x"], ["y"], "made up")
        v = variant("made up", LANES[0], stretched(1), data, np.array([0.0, 0.0]))
        assert v.kappa == np.inf
        assert v.best_loss == pytest.approx(0, abs=1e-25)
        run = descent(v, v.own_best, 2)
        assert run.end[0] * 2 + run.end[1] == pytest.approx(1)
    assert study(settings("wine", rows=1, steps=2)).constant == list(whole("wine").features)
    assert study(settings("wine", rows=2, steps=2)).constant != list(whole("wine").features)
    assert study(settings("wine", steps=2)).constant == []


def test_fewer_rows_are_the_first_ones() -> None:
    assert first_rows(whole("wine"), 3).train.tolist() == whole("wine").train[:3].tolist()
    assert start_of("wine").tolist() == [0.0] * 14


def test_a_run_at_its_limit_swings_and_does_not_diverge() -> None:
    run = study(settings(learning_rate=1.0)).runs[-1]
    assert run.variant.limit == pytest.approx(1)
    assert not run.diverges
    assert run.history.loss[0, -1] == pytest.approx(run.history.loss[0, 0])


def test_a_lost_run_has_an_end_without_an_error() -> None:
    lost = study(settings(learning_rate=0.5, steps=400)).runs[1]
    assert lost.diverges
    assert not np.isfinite(lost.end).all()
    shifted = descent(lost.variant._replace(scaler=Scaler(np.ones(1), np.ones(1))), 0.5, 2000)
    assert not np.isfinite(shifted.end).all()
