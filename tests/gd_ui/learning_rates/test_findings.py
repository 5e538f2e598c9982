"""What the runs at several rates are said to have shown, recomputed from the runs with plain NumPy."""

import re

import numpy as np
import pytest

from gd_ui.datasets import CATALOGUE
from gd_ui.learning_rates.findings import findings, landscape, reading, remedy, table, trap
from gd_ui.learning_rates.rates import GOAL, PATIENCE
from tests.gd_ui.learning_rates.descents import (
    COURSE,
    EDGE,
    LOST,
    PATIENTS,
    SINGLE,
    SLOW,
    STABLE,
    TELLING,
    UNSCALED,
    descended,
)

every_run = pytest.mark.parametrize("name", TELLING)


def told(key: tuple) -> list[str]:
    run, loaded = descended(*key)
    return [re.sub(r":\w+\[. \*\*([^*]+)\*\*\]", r"\1", sentence) for sentence in findings(run, loaded)]


@every_run
def test_there_are_one_to_three_sentences_without_a_missing_number(name: str) -> None:
    sentences = told(TELLING[name])
    assert 1 <= len(sentences) <= 3
    assert not re.search(r"nan|inf\b|None", " ".join(sentences))


def test_the_course_s_run_is_told_as_the_course_tells_it() -> None:
    first, why, lost = told(COURSE)
    assert first.startswith("0.2 is the first to have 1 % of the start's excess loss left, after 33 updates")
    assert first.endswith("; 0.8 needs 165, 5 times as many.")
    assert "0.8 is 99.3 % of the limit" in why
    assert "keeps 98.6 % of that error each time" in why
    assert lost == "1.1 > 0.8055: the steep direction grows ×1.73 a step, and its share of the loss ×3."


def test_the_edge_is_told_in_the_words_promised() -> None:
    assert told(EDGE)[-1].startswith("0.81 > 0.8055: the steep direction grows ×1.01 a step")


@every_run
def test_who_is_first_and_who_is_last_is_what_the_histories_say(name: str) -> None:
    run, loaded = descended(*TELLING[name])
    first = told(TELLING[name])[0]
    stable = {}
    for i, rate in enumerate(run.settings.rates):
        if rate * loaded.curvature.eigenvalues[-1] < 2 and run.fates[i].measured_updates is not None:
            stable[rate] = run.fates[i].measured_updates
    if not stable:
        all_lost = all(rate * loaded.curvature.eigenvalues[-1] >= 2 for rate in run.settings.rates)
        assert "below the limit" in first
        assert ("none can arrive" in first) == all_lost
        return
    soonest, latest = min(stable, key=lambda r: stable[r]), max(stable, key=lambda r: stable[r])
    assert first.startswith(f"{soonest:.10g} is the first")
    assert f"after {stable[soonest]:,} updates" in first
    if stable[latest] > stable[soonest]:
        assert f"{latest:.10g} needs {stable[latest]:,}" in first


def test_runs_that_do_not_arrive_are_told_so() -> None:
    assert f"within {PATIENCE:,} updates" in told(SLOW)[0]
    assert "none can arrive" in told(LOST)[0]


def test_an_arrival_before_the_best_rate_of_the_worst_start_is_called_one() -> None:
    run, loaded = descended(*STABLE)
    last = told(STABLE)[-1]
    best = loaded.curvature.best_learning_rate
    (needed,) = re.findall(r"needs (\d+) updates", last)
    excess = descended("line", (float(f"{int(best * 1000)}e-3"), 0.2), 60)[0].history.loss[0] - loaded.best_loss
    assert abs(int(needed) - int((excess <= GOAL * excess[0]).argmax())) <= 1
    soonest = min(fate.measured_updates or PATIENCE for fate in run.fates)
    assert ("beats it here" in last) == (soonest < int(needed))


def test_a_rate_exactly_at_the_limit_is_said_to_swing() -> None:
    limit = descended(*COURSE)[1].curvature.max_stable_learning_rate()
    rate = limit if limit * descended(*COURSE)[1].curvature.eigenvalues[-1] >= 2 else np.nextafter(limit, 1)
    run, loaded = descended("line", (float(rate), 0.2))
    assert run.fates[0].diverges
    assert "swings on and on, neither growing nor shrinking" in findings(run, loaded)[-1]


@every_run
def test_the_remedy_replaces_what_diverges_by_rates_that_arrive_and_nothing_else(name: str) -> None:
    run, loaded = descended(*TELLING[name])
    found = remedy(run, loaded)
    lost = [i for i, fate in enumerate(run.fates) if fate.diverges]
    assert (found is None) == (not lost)
    if found is None:
        return
    assert len(set(found.rates)) == len(run.settings.rates)
    for i, rate in enumerate(found.rates):
        assert loaded.curvature.regime(rate) != "divergent"
        assert (rate != run.settings.rates[i]) == (i in lost)
    if name != "unscaled":  # whose κ lets no rate arrive
        after, _ = descended(run.settings.data, found.rates)
        assert all(after.fates[i].measured_updates for i in lost)


@every_run
def test_the_table_has_the_predictions_beside_the_measurements(name: str) -> None:
    run, loaded = descended(*TELLING[name])
    shown = table(run)
    for i, column in enumerate(shown.columns):
        rate, cells = run.settings.rates[i], shown[column]
        kept = 1 - rate * loaded.curvature.eigenvalues[-1]
        assert cells.iloc[2] == f"× {kept:.4f}".replace("-", "−")
        assert cells.iloc[0] == cells.iloc[1]
        if kept > -1 and run.fates[i].measured_updates is not None:
            excess = run.history.loss[i] - loaded.best_loss
            if (excess <= GOAL * excess[0]).any():
                assert cells.iloc[5] == f"{int((excess <= GOAL * excess[0]).argmax()):,}"
        if kept <= -1:
            assert cells.iloc[6] == "never"


def test_the_trap_of_the_sections_is_that_of_the_course() -> None:
    run, loaded = descended(*COURSE)
    said = trap(run, loaded)
    assert "intercept b up to **1** and slope w up to **3.15**" in said
    assert "only **0.8055**" in said


@pytest.mark.parametrize("key", [COURSE, PATIENTS, UNSCALED])
def test_each_section_s_limit_is_two_over_its_second_difference(key: tuple) -> None:
    run, loaded = descended(*key)
    for rate, place in zip(re.findall(r"up to \*\*([^*]+)\*\*", trap(run, loaded)), (0, 1), strict=True):
        p = CATALOGUE[run.settings.data].weights[place]
        e = np.eye(len(loaded.best))[p]
        bend = loaded.train.value(np.array([loaded.best + e, loaded.best, loaded.best - e])) @ [1, -2, 1]
        assert float(rate) == pytest.approx(2 / bend, rel=0.01)


def test_one_weight_has_no_trap() -> None:
    run, loaded = descended(*SINGLE)
    assert "only one weight" in trap(run, loaded)
    assert "at once" not in reading(run, loaded)
    assert "at once" in reading(*descended(*COURSE))


def test_the_landscape_of_course_b_has_the_course_s_figures() -> None:
    said = landscape(descended(*COURSE)[1])
    for figure in ("0.8055", "0.7593", "16.4", "0.507"):
        assert f"**{figure}**" in said
