"""Sentences of one step: each is recomputed from the data, for runs that arrive, crawl, diverge and stand still."""

import re

import numpy as np
import pytest

from gd_ui.numbers import number
from gd_ui.one_step.controls import rates, safe_rate
from gd_ui.one_step.descent import ERROR, GRADIENT, NEAR, PREDICT, STAGES, START, UPDATE
from gd_ui.one_step.findings import diverging, explanation, findings
from tests.gd_ui.one_step.steps import CASES, Case, case


def said(stage: str, made: Case) -> str:
    return explanation(stage, made.worked, made.loaded, made.scene)


def found(made: Case) -> list[str]:
    return findings(made.worked, made.loaded, made.history)


@pytest.mark.parametrize("stage", STAGES)
@pytest.mark.parametrize("name", CASES)
def test_every_sentence_is_whole(stage: str, name: str) -> None:
    made = case(**CASES[name])
    for text in (said(stage, made), *found(made)):
        assert text[0].isupper() or text[0] in "*:"
        assert text.rstrip()[-1] in ".)"
        assert not re.search(r"\bnan\b|\binf\b|None|  ", text)
    assert len(found(made)) <= 3


def test_the_course_falls_to_the_best_loss() -> None:
    made = case()
    near = made.history.loss[0] <= (1 + NEAR) * made.loaded.best_loss
    fate, why, held_out = found(made)
    assert "from 2.7422 to 0.0080" in fate
    assert f"at update {int(np.argmax(near))}." in fate
    hessian = 2 * np.cov(np.c_[made.worked.moment.x, np.ones(80)].T, bias=True)
    x = np.c_[made.worked.moment.x, np.ones(80)]
    hessian = 2 * x.T @ x / 80
    flat, steep = np.abs(1 - 0.1 * np.linalg.eigvalsh(hessian))
    assert f"2/λmax = {2 / np.linalg.eigvalsh(hessian)[-1]:.4g}" in why
    assert f"by {steep:.3g} in the steepest direction and by {flat:.3g} in the flattest" in why
    assert "below" in why
    w, b = made.history.path[0, -1]
    rows = made.loaded.data.validation
    loss = ((b + w * made.loaded.data.x[rows] - made.loaded.data.y[rows]) ** 2).mean()
    assert number(float(loss)) in held_out


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("course", False),
        ("three points", False),
        ("thousand points", False),
        ("diverging", True),
        ("lost", True),
        ("at the solution", False),
        ("exactly at the solution", False),
        ("at the limit", False),
    ],
)
def test_divergence_is_told_from_everything_else(name: str, expected: bool) -> None:
    made = case(**CASES[name])
    assert diverging(made.loaded, made.history) is expected
    assert ("diverged" in found(made)[0]) is expected


def test_divergence_names_the_limit() -> None:
    made = case(**CASES["diverging"])
    assert "above the limit 2/λmax = 0.8055" in found(made)[1]
    grown = made.history.loss[0, -1] / made.history.loss[0, 0]
    assert f"multiplied by {number(float(grown))}" in found(made)[0]
    lost = case(**CASES["lost"])
    assert f"from update {int(lost.history.diverged_at[0]):,} on" in found(lost)[0]


def test_the_contraction_of_one_weight_is_the_one_observed() -> None:
    made = case(**CASES["three points"])
    w = made.history.path[0, :, 0]
    assert f"by {abs((w[1] - 2) / (w[0] - 2)):.3g}." in found(made)[1]


def test_a_run_at_the_limit_is_not_said_to_arrive() -> None:
    fate, why = found(case(**CASES["at the limit"]))
    assert "nothing stops it" not in fate
    assert "exactly at the limit" in why


@pytest.mark.parametrize("data", ["line", "three points", "thousand points"])
def test_the_rate_offered_instead_works(data: str) -> None:
    rate = safe_rate(data)
    assert rate in rates(data)
    made = case(data, rate=rate, updates=1000)
    loss = made.history.loss[0]
    assert not diverging(made.loaded, made.history)
    assert loss[-1] <= 1.01 * made.loaded.best_loss + 1e-12


def test_a_start_at_the_solution_is_said_to_be_one() -> None:
    assert "already within 1 % of the best" in found(case(**CASES["at the solution"]))[0]
    assert "fits the data already" in found(case(**CASES["exactly at the solution"]))[0]
    assert "Every slope is zero" in said(GRADIENT, case(**CASES["exactly at the solution"]))


@pytest.mark.parametrize("point", [1, 61, 80])
def test_the_point_is_described_by_its_own_numbers(point: int) -> None:
    made = case(point=point)
    row = np.argsort(made.loaded.train.x[:, 0])[point - 1]
    x, y = made.loaded.train.x[row, 0], made.loaded.train.y[row, 0]
    w, b = made.settings.start
    text = said(PREDICT, made)
    assert number(float(x)) in text
    assert number(float(abs(b + w * x))) in text
    assert number(float(y)) in text
    assert ("too low" in said(ERROR, made)) == (b + w * x < y)
    slope = 2 * (b + w * x - y) * x
    assert f"Point {point} alone has the slope {'−' if slope < 0 else ''}{number(float(abs(slope)))}" in said(
        GRADIENT, made
    )


def test_a_nudge_is_said_to_do_what_it_does() -> None:
    for name in ("course", "on the way", "diverging", "three points, zigzag"):
        made = case(**CASES[name])
        now, nudge = made.worked.moment, 1e-6
        text = said(GRADIENT, made).lower()
        for j, letter in enumerate(now.symbols):
            moved = now.theta + nudge * np.eye(len(now.theta))[j]
            rises = made.loaded.train.value(moved[None])[0] > now.loss
            assert f"raise {letter} a little and the loss {'rises' if rises else 'falls'}" in text


def test_an_arrow_is_only_spoken_of_where_it_is_drawn() -> None:
    assert f"drawn at {case().scene.arrow:g} times its length, points **uphill**" in said(GRADIENT, case())
    assert "There is no arrow on the map" in said(GRADIENT, case(rate=0.8, updates=1000, update=1000))
    assert "There is no arrow on the map" in said(GRADIENT, case(**CASES["beyond the pictures"]))
    assert "arrow" not in said(GRADIENT, case("three points"))


def test_an_update_says_whether_it_helped() -> None:
    assert "40.5 % of all that could still be gained" in said(UPDATE, case())
    assert "**rose**" in said(UPDATE, case(**CASES["diverging"]))


def test_the_split_is_counted() -> None:
    assert "80 points train it. 20 are held out" in said(START, case())
    assert "All 3 points train it; none is held out" in said(START, case("three points"))
    assert "drawn at random" in said(START, case())
    assert "drawn at random" not in said(START, case("three points"))


def test_numbers_beyond_the_screen_and_beyond_all_numbers_are_announced() -> None:
    far = case(**CASES["beyond the pictures"])
    assert f"The pictures stop at update {far.scene.now.update:,}" in said(UPDATE, far)
    assert "have left what a computer can hold" in said(UPDATE, case(**CASES["lost"]))
    assert "pictures stop" not in said(UPDATE, case())
