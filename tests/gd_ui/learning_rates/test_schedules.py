"""Falling rates: the runs are the core's, and what is said of them is recomputed."""

import functools
import re

import numpy as np
import pytest

from gd_core import SCHEDULES, Recipe, single_example_limit, train
from gd_ui.datasets import CATALOGUE, load
from gd_ui.learning_rates.schedules import RUNS, Coolings, cooling_findings, cooling_frames, run_schedules


@functools.cache
def cooled(data: str) -> Coolings:
    return run_schedules(data, load(data))


def test_the_runs_are_those_of_the_core() -> None:
    found, loaded = cooled("line"), load("line")
    assert found.rate <= single_example_limit(loaded.train) / 2
    for schedule, run in found.runs.items():
        for seed in (0, RUNS - 1):
            recipe = Recipe(
                (found.rate,), schedule=schedule, batch_size=1, epochs=20, seeds=(seed,), start=CATALOGUE["line"].start
            )
            assert run.ends[seed] == pytest.approx(train(loaded.train, recipe).path[0, -1], rel=1e-9)


def test_the_noise_ball_of_course_b_shrinks_under_every_falling_rate() -> None:
    runs = cooled("line").runs
    spreads = {
        name: np.sqrt(((run.ends - run.ends.mean(axis=0)) ** 2).sum(axis=1).mean()) for name, run in runs.items()
    }
    assert {name: run.spread for name, run in runs.items()} == pytest.approx(spreads)
    assert all(spreads["constant"] > 2 * spread for name, spread in spreads.items() if name != "constant")
    assert runs["constant"].late_excess > 5 * max(runs[name].late_excess for name in ("invscaling", "step", "cosine"))


def test_the_sentences_have_the_computed_ratios() -> None:
    found = cooled("line")
    ball, losses, floor = cooling_findings(found, "line", load("line"))
    for name, word in (("invscaling", "inverse scaling"), ("step", "step"), ("cosine", "cosine")):
        ratio = found.runs["constant"].spread / found.runs[name].spread
        assert re.search(rf"{word}\] {ratio:.2g} times less", ball)
    assert "constant" in losses
    ratio = found.runs["constant"].late_excess / found.runs["constant"].middle_excess
    assert f"{ratio:.2f} times" in floor
    assert "hardly falls any more" in floor


def test_without_noise_there_is_no_ball_to_shrink() -> None:
    told = cooling_findings(cooled("three points"), "three points", load("three points"))
    assert "no noise ball" in told[0]
    assert "nan" not in " ".join(told)


def test_the_rates_drawn_are_those_of_the_schedules() -> None:
    found = cooled("line")
    lines = cooling_frames(found, "line", load("line"))["rate"]["lines"]
    total = 20 * load("line").train.n
    assert len(lines["at"]) == len(lines["value"])
    drawn = dict(zip(SCHEDULES, lines["value"].reshape(len(SCHEDULES), -1), strict=True))
    updates = np.rint(found.epoch * load("line").train.n).astype(int)
    for name, values in drawn.items():
        expected = [found.rate * SCHEDULES[name](min(t, total - 1), total) for t in updates.tolist()]
        assert values == pytest.approx(expected, rel=1e-6, abs=1e-9)


def test_the_distances_drawn_are_those_of_the_ends() -> None:
    found, loaded = cooled("line"), load("line")
    distances = cooling_frames(found, "line", loaded)["ends"]["distances"]
    expected = [np.linalg.norm(run.ends - loaded.best, axis=1) for run in found.runs.values()]
    assert distances["distance"] == pytest.approx(np.concatenate(expected))
    assert (distances["distance"] > 0).all()
