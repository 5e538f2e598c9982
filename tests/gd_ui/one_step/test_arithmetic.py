"""Formulas contain the numbers of the update, put into the right places."""

import re

import numpy as np
import pytest

from gd_ui.one_step.arithmetic import Inks, bracketed, digits, formula, plain, rate
from gd_ui.one_step.descent import ERROR, GRADIENT, PREDICT, REPEAT, STAGES, START, UPDATE
from tests.gd_ui.one_step.steps import CASES, case

INKS = Inks("#112233", "#445566")


def read(stage: str, name: str) -> str:
    """Return a formula without its colours and spaces."""
    text = formula(stage, case(**CASES[name]).worked, INKS)
    return re.sub(r"\{\\color\{#\d+\} ([^{}]*(?:\{[^{}]*\}[^{}]*)*)\}", r"\1", text).replace(" ", "").replace(r"\,", "")


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (0.0, "0"),
        (-0.0, "0"),
        (2.0, "2"),
        (0.1, "0.1"),
        (-1.5, "-1.5"),
        (2.74215777, "2.7422"),
        (-3.044811379650508, "-3.0448"),
        (123456.78912, "123456.7891"),
        (1.2e-5, r"1.200 \cdot 10^{-5}"),
        (-3.45678e21, r"-3.457 \cdot 10^{21}"),
        (np.inf, r"\infty"),
        (-np.inf, r"-\infty"),
        (np.nan, r"\text{no number}"),
    ],
)
def test_numbers_are_written_for_reading(value: float, written: str) -> None:
    assert plain(value) == written
    assert bracketed(value) == (f"({written})" if value < 0 else written)


def test_a_rate_keeps_the_digits_it_was_given() -> None:
    assert rate(0.1234567) == "0.1234567"
    assert rate(5e-6) == r"5 \cdot 10^{-6}"


def test_the_prediction_has_the_numbers_put_in() -> None:
    text = read(PREDICT, "on the way")
    now, row = case(**CASES["on the way"]).worked.moment, case(**CASES["on the way"]).worked.row
    w, b = now.theta
    assert rf"{plain(b)}+{plain(w)}\cdot{plain(now.x[row])}" in text
    assert f"&={plain(b + w * now.x[row])}" in text
    assert "x_{61}" in text


def test_the_error_leads_to_the_mean_of_all_squares() -> None:
    text = read(ERROR, "course")
    assert "/80=2.7422" in text
    made = case(**CASES["course"]).worked
    total = float((made.moment.error**2).sum())
    assert plain(total) in text
    e = float(made.moment.prediction[made.row] - made.moment.y[made.row])
    assert f"{bracketed(e)}^2={plain(e * e)}" in text


def test_the_gradient_is_twice_a_mean_as_the_course_prints_it() -> None:
    text = read(GRADIENT, "course")
    assert r"2\cdot(-1.5224)=-3.0448" in text
    assert r"2\cdot(-0.9169)=-1.8338" in text


def test_the_update_has_the_numbers_put_in() -> None:
    text = read(UPDATE, "course")
    assert r"0.4967-0.1\cdot(-3.0448)=0.8012" in text
    assert r"-0.1383-0.1\cdot(-1.8338)=0.0451" in text
    assert "b_{1}&=b_{0}" in text


def test_a_random_start_says_how_it_was_drawn_and_a_chosen_one_does_not() -> None:
    assert r"\sim\mathcalN(0,1)" in read(START, "course")
    assert r"\sim" not in read(START, "three points")


def test_a_later_update_shows_where_the_line_is_then() -> None:
    now = case(**CASES["on the way"]).worked.moment
    text = read(START, "on the way")
    assert f"b_{{37}}&={plain(now.theta[1])}" in text
    assert f"w_{{37}}&={plain(now.theta[0])}" in text


def test_repeating_ends_beside_the_best_line() -> None:
    made = case()
    text = read(REPEAT, "course")
    assert f"w_{{500}}&={plain(made.history.path[0, -1, 0])}" in text
    assert f"best:}}{plain(made.loaded.best[1])}" in text


@pytest.mark.parametrize("stage", STAGES)
def test_one_weight_has_formulas_without_an_intercept(stage: str) -> None:
    text = re.sub(r"\\[a-zA-Z]+", "", read(stage, "three points")).replace("best:", "")
    assert "b" not in text.replace("{aligned}", "")
    assert "w" in text or "e" in text


@pytest.mark.parametrize("stage", STAGES)
@pytest.mark.parametrize("name", CASES)
def test_every_formula_is_whole(stage: str, name: str) -> None:
    text = formula(stage, case(**CASES[name]).worked, INKS)
    assert text.count("{") == text.count("}")
    assert text.count(r"\begin") == text.count(r"\end") == 1
    rows = text.removeprefix(r"\begin{aligned}").removesuffix(r"\end{aligned}").split(r"\\[5pt]")
    assert all(row.count("&") == 1 for row in rows)
    assert not re.search(r"(?<!\\)\bnan\b|\de[+-]?\d", text)


def test_all_digits_are_those_that_python_prints() -> None:
    made = case(point=61)
    table = dict(digits(made.worked))
    assert table["loss (MSE) at update 0"] == "2.7421577700550976"
    assert table["∂MSE/∂b"] == "-3.044811379650508"
    assert table["∂MSE/∂w"] == "-1.8337537171510832"
    assert table["b at update 1"].startswith("0.80119529")
    assert table["w at update 1"].startswith("0.04511107")
    assert table["x of point 61"] == repr(float(made.loaded.data.x[made.loaded.data.train[0], 0]))


def test_all_digits_of_one_weight_have_no_intercept() -> None:
    assert not [name for name, _ in digits(case(**CASES["three points"]).worked) if name.startswith(("b ", "∂MSE/∂b"))]
