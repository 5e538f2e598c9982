"""Losses: values against their formulas in plain Python, slopes against differences."""

import math
import pickle
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import log_loss

from gd_core import LOSSES, Loss

PLAIN: dict[str, Callable[[float, float], float]] = {
    "squared": lambda p, y: (p - y) * (p - y),
    "half squared": lambda p, y: 0.5 * (p - y) * (p - y),
    "absolute": lambda p, y: abs(p - y),
    "logistic": lambda z, y: -y * math.log(1 / (1 + math.exp(-z))) - (1 - y) * math.log(1 / (1 + math.exp(z))),
}
MODERATE = st.floats(-20, 20)


def test_every_loss_is_tested() -> None:
    assert set(PLAIN) == set(LOSSES)


@pytest.mark.parametrize("name", LOSSES)
@given(p=MODERATE, y=st.sampled_from([0.0, 1.0]))
def test_a_loss_is_its_formula(name: str, p: float, y: float) -> None:
    value = LOSSES[name].value(np.array([p]), np.array([y]))
    assert value == pytest.approx(PLAIN[name](p, y), rel=1e-12, abs=1e-15)


@pytest.mark.parametrize("name", LOSSES)
@given(p=MODERATE, y=st.sampled_from([0.0, 1.0]))
def test_the_slope_of_a_loss_is_its_derivative(name: str, p: float, y: float) -> None:
    h = 1e-5
    if abs(p - y) < 2 * h and name == "absolute":
        p = y + 1  # away from the kink
    difference = (PLAIN[name](p + h, y) - PLAIN[name](p - h, y)) / (2 * h)
    assert LOSSES[name].slope(np.array([p]), np.array([y])) == pytest.approx(difference, abs=1e-7)


def test_the_absolute_loss_has_no_slope_at_its_kink() -> None:
    assert LOSSES["absolute"].slope(np.ones(1), np.ones(1)).tolist() == [0.0]


def test_the_logistic_loss_is_the_cross_entropy_of_scikit_learn() -> None:
    logits, hired = np.array([-2.0, 0.3, 1.7, -0.4]), np.array([0, 1, 1, 1])
    ours = LOSSES["logistic"].value(logits, hired.astype(float)).mean()
    assert ours == pytest.approx(log_loss(hired, 1 / (1 + np.exp(-logits))), abs=1e-14)


@pytest.mark.parametrize(("z", "y", "value"), [(1000.0, 0.0, 1000.0), (-1000.0, 1.0, 1000.0), (1000.0, 1.0, 0.0)])
def test_the_logistic_loss_does_not_overflow(z: float, y: float, value: float) -> None:
    assert LOSSES["logistic"].value(np.array([z]), np.array([y])).tolist() == [value]


@pytest.mark.parametrize("name", LOSSES)
def test_quadratic_says_whether_third_differences_vanish(name: str) -> None:
    p = np.array([-1.0, 0.5, 2.0, 3.5])
    third = np.diff(LOSSES[name].value(p, np.zeros(4)), n=3)
    assert LOSSES[name].quadratic is bool(abs(third[0]) < 1e-12) is (name in {"squared", "half squared"})


@pytest.mark.parametrize("name", LOSSES)
def test_a_loss_arrives_in_another_process_as_the_same_object(name: str) -> None:
    assert pickle.loads(pickle.dumps(LOSSES[name])) is LOSSES[name]


def test_a_loss_of_your_own_is_sent_by_its_parts() -> None:
    own = Loss(np.subtract, np.add, quadratic=True)
    arrived = pickle.loads(pickle.dumps(own))
    assert isinstance(arrived, Loss)
    assert arrived == own


@pytest.mark.parametrize(("name", "bend"), [("squared", 2.0), ("half squared", 1.0)])
def test_the_bend_of_a_quadratic_loss_is_its_second_difference_anywhere(name: str, bend: float) -> None:
    loss, p = LOSSES[name], np.array([-3.0, 0.25, 7.0])
    assert loss.bend == bend
    assert loss.value(p + 1, p * 0) - 2 * loss.value(p, p * 0) + loss.value(p - 1, p * 0) == pytest.approx(bend)
