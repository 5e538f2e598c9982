"""What the page says about a surface is so, for every data set, loss, choice of rows and rate."""

import re

import numpy as np
import pytest

from gd_core import curvature
from gd_ui.datasets import CATALOGUE
from gd_ui.loss_surface.findings import CLOSE, findings
from gd_ui.loss_surface.loss import (
    ABSOLUTE,
    ALL,
    ONE,
    SOME,
    SQUARED,
    Ground,
    SurfaceSettings,
    ground,
    lowest_along,
    walk,
)
from gd_ui.numbers import number
from tests.gd_ui.loss_surface.test_loss import EVERY, every_surface, settings


def told(chosen: SurfaceSettings, cut: np.ndarray | None = None) -> tuple[Ground, list[str]]:
    land = ground(chosen.ground)
    return land, findings(chosen, land.start if cut is None else cut)


@every_surface
def test_there_are_at_most_three_sentences_with_finite_numbers(data: str, loss: str, of: str) -> None:
    _, sentences = told(settings(data, loss, of))
    assert 2 <= len(sentences) <= 3
    assert not re.search(r"\b(nan|inf|None)\b", " ".join(sentences))


@every_surface
def test_the_sentence_on_the_walk_says_what_became_of_it(data: str, loss: str, of: str) -> None:
    for factor in (0.01, 1, 100):
        for updates in (1, 200):
            rate = CATALOGUE[data].learning_rate * factor
            expect_true(settings(data, loss, of, learning_rate=rate, updates=updates))


def expect_true(chosen: SurfaceSettings) -> None:
    land, (sentence, *_) = told(chosen)
    run = walk(chosen)
    first, last = run.loss[0, [0, -1]]
    if " all numbers" in sentence:
        assert f"update {run.diverged_at[0]:,}" in sentence
        assert not np.isfinite(last)
    elif "not lead down" in sentence:
        assert last >= first
    else:
        assert last < first
        assert number(first) in sentence
    if "above this surface's limit" in sentence:
        assert chosen.learning_rate > curvature(land.shown, land.start).max_stable_learning_rate()


def test_on_the_line_the_numbers_are_the_courses() -> None:
    _, sentences = told(settings(updates=200))
    assert "from a loss of 2.7422 down to 0.0085" in sentences[0]
    assert "b = 1.02, w = 1.97, has 0.0080" in sentences[0]


@pytest.mark.parametrize(("data", "loss", "of"), [case for case in EVERY if case[0] != "three points"])
@pytest.mark.parametrize("place", ["start", "lowest", "far"])
def test_the_sentence_on_the_cuts_is_true(data: str, loss: str, of: str, place: str) -> None:
    chosen = settings(data, loss, of)
    land = ground(chosen.ground)
    cut = {"start": land.start, "lowest": land.lowest.theta, "far": land.centre + 2 * land.half}[place]
    _, (_, sentence, _) = told(chosen, cut)
    lows = np.array([lowest_along(land, i, cut) for i in (0, 1)], dtype=float)
    off = np.abs(lows - land.lowest.theta).max()
    if "trough" in sentence:
        assert land.lowest.trough is not None
    elif "pass through" in sentence:
        assert np.abs(cut - land.lowest.theta).max() <= CLOSE * land.half
    elif "those of the lowest point itself" in sentence:
        assert off <= CLOSE * land.half
    else:
        assert off > CLOSE * land.half
        assert "depends on the other" in sentence


def test_a_start_at_the_solution_is_said_to_be_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(CATALOGUE, "three points", CATALOGUE["three points"]._replace(start=(2.0,)))
    ground.cache_clear()
    walk.cache_clear()
    try:
        _, sentences = told(settings("three points", ABSOLUTE))
        assert "as low as this surface goes" in sentences[0]
        assert "no direction leads down" in sentences[1]
        _, partial = told(settings("three points", ABSOLUTE, ONE))
        assert "no two directions to compare" in partial[1]
    finally:
        ground.cache_clear()
        walk.cache_clear()


@pytest.mark.parametrize("loss", [SQUARED, ABSOLUTE])
@pytest.mark.parametrize("row", [1, 2, 40])
def test_the_angle_of_a_row_is_that_between_its_gradient_and_the_mean(loss: str, row: int) -> None:
    land, sentences = told(settings(of=ONE, row=row, loss=loss))
    x = np.column_stack([land.everybody.x])
    errors = x @ land.start - land.everybody.y[:, 0]
    pull = (2 * errors if loss == SQUARED else np.sign(errors))[:, None] * x
    mean, own = pull.mean(axis=0), pull
    cosines = own @ mean / np.linalg.norm(own, axis=1) / np.linalg.norm(mean)
    degrees = np.degrees(np.arccos(np.clip(cosines, -1, 1)))
    assert f"**{degrees[row - 1]:.0f}°** away" in sentences[2]
    assert f"from {degrees.min():.0f}° to {degrees.max():.0f}°" in sentences[2]


def test_rows_against_the_average_are_counted() -> None:
    _, sentences = told(settings("diabetes", of=ONE))
    against = int(re.search(r"([\d,]+) of them against", sentences[2])[1])
    assert 0 < against < 354


@pytest.mark.parametrize("draw", range(4))
def test_a_mini_batch_is_compared_with_all_rows(draw: int) -> None:
    _, sentences = told(settings("diabetes", of=SOME, size=2, draw=draw))
    degrees = int(re.search(r"\*\*(\d+)°\*\*", sentences[2])[1])
    meaning = "nearly the same way" if degrees < 10 else "still down the average" if degrees < 90 else "average worse"
    assert meaning in sentences[2] or degrees in (10, 90)


def test_all_rows_have_no_other_direction_to_be_compared_with() -> None:
    _, sentences = told(settings(of=ALL))
    assert "beside the lowest point" in sentences[2]
