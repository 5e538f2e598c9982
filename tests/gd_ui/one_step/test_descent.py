"""One update, worked out again with plain NumPy, and the digits the course prints."""

import json

import numpy as np
import pytest

from gd_core import NEVER
from gd_ui.datasets import CATALOGUE, load
from gd_ui.lessons import ROOT
from gd_ui.one_step.descent import STAGES, first_point, left_to_right, offered
from tests.gd_ui.one_step.steps import CASES, case

PRINTED = json.loads((ROOT / "data" / "course_numbers.json").read_text(encoding="utf-8"))["line"]


@pytest.mark.parametrize("name", CASES)
def test_every_number_of_an_update_follows_from_the_data_and_the_line(name: str) -> None:
    made = case(**CASES[name])
    now, x, y = made.worked.moment, made.loaded.train.x[:, 0], made.loaded.train.y[:, 0]
    w, b = (*now.theta, 0.0)[:2]
    with np.errstate(over="ignore", invalid="ignore"):
        error = b + w * x - y
        slopes = np.array([(2 * error * x).mean(), (2 * error).mean()][: len(now.theta)])
        after = now.theta - now.learning_rate * slopes
        loss = (error**2).mean()
    np.testing.assert_allclose(now.error, error, rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(now.gradient, slopes, rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(now.after, after, rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(now.loss, loss, rtol=1e-9)


@pytest.mark.parametrize("name", ["course", "on the way", "three points", "thousand points", "diverging"])
def test_the_update_worked_out_is_the_one_the_descent_makes(name: str) -> None:
    made = case(**CASES[name])
    now, path, loss = made.worked.moment, made.history.path[0], made.history.loss[0]
    np.testing.assert_allclose(now.after, path[now.update + 1], rtol=1e-9)
    assert now.loss == pytest.approx(loss[now.update], rel=1e-9)
    assert now.loss_after == pytest.approx(loss[now.update + 1], rel=1e-9)


def test_the_default_shows_the_digits_of_the_course() -> None:
    now = case().worked.moment
    assert repr(now.loss) == repr(PRINTED["loss_at_start"])
    for letter in "bw":
        assert repr(now.of(letter, now.gradient)) == repr(PRINTED["gradient_at_start"][letter])
        assert now.of(letter, now.theta) == pytest.approx(PRINTED["start"][letter], abs=1e-8)
        assert now.of(letter, now.after) == pytest.approx(PRINTED["after_one_step"][letter], abs=1e-8)
    assert CATALOGUE["line"].learning_rate == PRINTED["after_one_step"]["learning_rate"]


def test_a_lost_update_says_so() -> None:
    made = case(**CASES["lost"])
    assert made.history.diverged_at[0] != NEVER
    assert not made.worked.moment.finite
    assert case().worked.moment.finite


def test_only_data_with_one_feature_are_offered() -> None:
    assert offered() == [name for name in CATALOGUE if len(load(name).data.features) == 1]
    assert offered()[0] == "line"


@pytest.mark.parametrize("data", offered())
def test_points_are_counted_from_the_left(data: str) -> None:
    loaded = load(data)
    x = loaded.train.x[:, 0]
    order = left_to_right(loaded)
    assert sorted(order.tolist()) == list(range(len(x)))
    assert (np.diff(x[order]) >= 0).all()
    assert order[first_point(loaded) - 1] == 0


def test_the_stages_are_numbered_as_in_the_course() -> None:
    assert [stage.split()[0] for stage in STAGES] == [str(number) for number in range(len(STAGES))]
