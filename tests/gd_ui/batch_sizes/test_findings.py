"""What a page says about a run is true of it: every number in a sentence is worked out again here."""

import math
import re
from typing import Any

import numpy as np
import pytest

from gd_core import NEVER
from gd_ui.batch_sizes.findings import Finding, findings, results_table, safe_rate, status
from gd_ui.batch_sizes.race import Race, outcome
from gd_ui.datasets import CATALOGUE, Loaded, load
from gd_ui.methods import BATCH, METHODS, MINI_BATCH, STOCHASTIC
from gd_ui.numbers import number
from gd_ui.questions import Question, asked_of
from tests.gd_ui.batch_sizes.races import BALL, EXACT, FATAL, HOPELESS, PATIENTS, TELLING, raced

every_race = pytest.mark.parametrize("changes", TELLING.values(), ids=TELLING)


def told(changes: dict[str, Any]) -> tuple[Finding, Race, Loaded]:
    run, loaded = raced(**changes)
    return findings(run, loaded), run, loaded


def plain(sentence: str) -> str:
    """Return a sentence without its colours."""
    return re.sub(r":\w+\[([^]]*)\]", r"\1", sentence)


def losses(run: Race, name: str) -> np.ndarray:
    """Return the median loss (T+1,) of a method's runs."""
    return np.median(run.histories[name].loss, axis=0)


def first_touch(run: Race, name: str, goal: float) -> int:
    """Return after how many examples most runs had been within the goal."""
    history = run.histories[name]
    touches = sorted(int(np.flatnonzero(loss <= goal)[0]) for loss in history.loss if (loss <= goal).any())
    assert len(touches) > len(history.loss) / 2
    return int(history.seen[touches[len(history.loss) // 2]])


@every_race
def test_there_are_one_to_three_sentences_and_each_is_one(changes: dict[str, Any]) -> None:
    found, _, _ = told(changes)
    assert 1 <= len(found.sentences) <= 3
    for sentence in map(plain, found.sentences):
        assert sentence[0].isupper()
        assert sentence.endswith(".")
        assert "nan" not in sentence
        assert "None" not in sentence.replace("None came within", "")


@pytest.mark.parametrize("changes", [{}, BALL, PATIENTS], ids=["default", "ball", "patients"])
def test_the_score_names_final_losses_and_the_best(changes: dict[str, Any]) -> None:
    found, run, loaded = told(changes)
    score = plain(found.sentences[0])
    ends = {name: losses(run, name)[-1] for name in METHODS}
    assert score == (
        f"After {loaded.train.n * run.settings.epochs:,} examples the {'median ' * (run.settings.seeds > 1)}losses are "
        + ", ".join(f"{name} {ends[name]:.4f}" for name in METHODS)
        + f"; the best possible is {loaded.best_loss:.4f}."
    )


@every_race
def test_who_was_cheapest_per_example_is_who_took_most_away_in_one_pass(changes: dict[str, Any]) -> None:
    found, run, loaded = told(changes)
    gone = {
        name: float((loss[0] - loss[run.histories[name].seen == loaded.train.n][0]) / (loss[0] - loaded.best_loss))
        for name in METHODS
        if (loss := losses(run, name)) is not None and not outcome(run, name, loaded).diverging
    }
    if not gone:
        assert len(found.sentences) == 1
        return
    text = plain(found.sentences[1])
    ranked = sorted(gone, key=gone.get, reverse=True)
    best, worst = (f"{100 * gone[name]:.1f} %" for name in (ranked[0], ranked[-1]))
    assert text.startswith(f"{ranked[0].capitalize()} was cheapest per example: its first pass took away {best} of")
    if len(ranked) > 1:
        assert f", {ranked[-1]}'s {worst}." in text
    exact = loaded.best_loss < 1e-20
    goal = 0.01 * losses(run, BATCH.name)[0] if exact else 1.01 * loaded.best_loss
    arrived = {
        name: first_touch(run, name, goal)
        for name in METHODS
        if name in gone and (run.histories[name].loss <= goal).any(axis=1).mean() > 0.5
    }
    within = "ithin 1 % of the " + ("first loss" if exact else "best")
    most = " in most runs" if run.settings.seeds > 1 else ""
    in_order = ", ".join(f"{name} after {arrived[name]:,}" for name in sorted(arrived, key=arrived.get))
    ending = f"W{within} for the first time{most}: {in_order} examples." if arrived else f"None came w{within}{most}."
    assert text.endswith(ending)


def test_the_default_race_says_between_what_stochastic_descent_rattles() -> None:
    found, run, loaded = told({})
    last = run.histories[STOCHASTIC.name].loss[0, -81:]
    assert plain(found.sentences[2]) == (
        f"Stochastic still rattles: in its last epoch its loss moved between {last.min():.4f} and {last.max():.4f}, "
        f"that is {last.min() / loaded.best_loss:.2f} to {last.max() / loaded.best_loss:.2f} times the best."
    )
    assert found.remedy is None


def test_a_fatal_rate_is_explained_by_both_limits() -> None:
    found, run, _ = told(FATAL)
    text = plain(found.sentences[0])
    x = load("thousand points").train.x[:, 0]
    steepest = 2 / (2 * (x.max() ** 2 + 1) if x.max() > -x.min() else 2 * (x.min() ** 2 + 1))
    average = 2 / np.linalg.eigvalsh(2 / 1000 * np.array([[x @ x, x.sum()], [x.sum(), 1000]]))[-1]
    assert (f"{average:.4g}", f"{steepest:.4g}") == ("0.0296", "0.009909")
    assert "0.025 is below the limit of the average surface, 2/λmax = 0.0296" in text
    assert "above that of the steepest single row, 0.009909" in text
    assert "while batch stayed stable" in text
    assert losses(run, BATCH.name)[-1] < losses(run, BATCH.name)[0]
    grown = run.histories[STOCHASTIC.name].loss[0, -1] / run.histories[STOCHASTIC.name].loss[0, 0]
    assert grown > 1e6
    assert f"stochastic is diverging (its loss grew ×{number(grown)})" in text


def test_a_rate_above_the_limit_of_the_average_is_said_to_be_hopeless() -> None:
    found, run, _ = told(HOPELESS)
    text = plain(found.sentences[0])
    assert "1.2 is above the limit 2/λmax = 0.8055" in text
    lost_at = run.histories[STOCHASTIC.name].diverged_at[0]
    assert f"stochastic diverged (not finite at update {lost_at:,})" in text
    assert all(f"{name} " in text for name in METHODS)
    assert len(found.sentences) == 1


def test_a_lost_share_of_many_runs_is_told() -> None:
    found, run, _ = told({"data": "three points", "learning_rate": 1.0, "epochs": 200, "seeds": 4})
    lost = run.histories[STOCHASTIC.name].diverged_at
    assert (lost != NEVER).all()
    assert f"stochastic diverged (not finite at update {lost.min():,} in 4 of 4 runs)" in plain(found.sentences[0])


@pytest.mark.parametrize("rule", ["momentum", "nesterov", "rmsprop"])
def test_limits_of_plain_descent_are_not_blamed_on_another_rule(rule: str) -> None:
    found, _, _ = told({"data": "line", "learning_rate": 1.2, "optimizer": rule})
    assert "λ" not in " ".join(found.sentences)


def test_adam_is_described_like_any_other_run() -> None:
    found, run, _ = told({"data": "line", "optimizer": "adam"})
    assert all(f"{name} {losses(run, name)[-1]:.4f}" in plain(found.sentences[0]) for name in METHODS)
    assert found.remedy is None


def test_without_noise_the_loss_falls_by_a_factor_per_epoch() -> None:
    found, run, _ = told(EXACT)
    assert "the best possible is 0, as the data have no noise" in plain(found.sentences[0])
    assert "Within 1 % of the first loss" in plain(found.sentences[1])
    text = plain(found.sentences[2])
    (factor,) = re.findall(r"multiplied its loss by ([\d.,]+(?:·10[⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+)?) per epoch", text)
    loss = run.histories[STOCHASTIC.name].loss[0]
    per_epoch = loss[3:31:3] / loss[0:28:3]  # exactly one factor for the three points in any order
    assert per_epoch == pytest.approx(np.full(10, (1 - 0.02) ** 2 * (1 - 0.08) ** 2 * (1 - 0.18) ** 2), rel=1e-9)
    average = (loss[-1] / loss[0]) ** (1 / 100)
    assert factor == number(average)


@pytest.mark.parametrize("rate", [1 / 18, 0.2])
def test_without_noise_the_extremes_are_told_as_they_are(rate: float) -> None:
    """At a rate of 1/18 the third point's step lands on the solution: a loss of exactly 0, or nearly."""
    found, run, _ = told({"data": "three points", "learning_rate": rate, "epochs": 200})
    end = run.histories[STOCHASTIC.name].loss[0, -1]
    text = plain(" ".join(found.sentences))
    if end == 0:
        assert "reached a loss of exactly 0" in text
    elif end > 10 * run.histories[STOCHASTIC.name].loss[0, 0] or not math.isfinite(end):
        assert "diverg" in text
    else:
        assert "per epoch on average" in text


def test_the_noise_balls_of_many_seeds_have_the_radii_told() -> None:
    found, run, _ = told(BALL)
    text = plain(found.sentences[2])
    radii = {}
    for method in (STOCHASTIC, MINI_BATCH):
        ends = run.histories[method.name].path[:, -1]
        radii[method] = math.sqrt(sum(math.dist(end, ends.mean(axis=0)) ** 2 for end in ends) / 100)
    large, small = radii[STOCHASTIC], radii[MINI_BATCH]
    assert text == (
        f"Over 100 seeds the end points form a noise ball of radius {large:.4f} for stochastic and {small:.4f} for "
        f"mini-batch, {large / small:.1f} times smaller."
    )


@every_race
def test_there_is_a_remedy_exactly_when_a_run_was_lost(changes: dict[str, Any]) -> None:
    found, run, loaded = told(changes)
    lost = any(
        (history.diverged_at != NEVER).any() or losses(run, name)[-1] > 10 * losses(run, name)[0]
        for name, history in run.histories.items()
    )
    assert (found.remedy is not None) == lost
    if lost:
        assert found.remedy == safe_rate(loaded)


@pytest.mark.parametrize("data", CATALOGUE)
def test_the_remedy_has_one_digit_and_heals_every_method(data: str) -> None:
    rate, loaded = safe_rate(load(data)), load(data)
    rows = np.hstack([loaded.train.x, np.ones((loaded.train.n, 1))])[:, : len(loaded.best)]
    limit = 1 / (rows**2).sum(axis=1).max()
    assert rate < limit / 1.99
    assert rate > limit / 4.01
    assert float(f"{rate:.0e}") == rate
    run, _ = raced(data, learning_rate=rate, seeds=3)
    assert findings(run, loaded).remedy is None
    for history in run.histories.values():
        assert (history.diverged_at == NEVER).all()
        assert (history.loss[:, -1] < history.loss[:, 0]).all()
        distances = np.linalg.norm(history.path - loaded.best, axis=2)
        assert distances.max() < 2 * distances[0, 0] + 1


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "—"), (0.0, "0.0000"), (0.0088, "0.0088"), (1.23456, "1.2346"), (99.99999, "100.0000"),
        (100.0, "100.0"), (2711.185, "2,711.2"), (99_999.0, "99,999.0"), (1e5, "1.0·10⁵"), (1.5e-10, "1.5·10⁻¹⁰"),
        (0.000999, "1.0·10⁻³"), (-0.5, "-0.5000"), (-1e-7, "-1.0·10⁻⁷"), (math.inf, "beyond all numbers"),
        (math.nan, "beyond all numbers"), (2.5128e68, "2.5·10⁶⁸"),
    ],
)  # fmt: skip
def test_a_number_is_written_with_four_digits_or_powers_of_ten(value: float | None, text: str) -> None:
    assert number(value) == text


def test_a_status_is_one_of_few_words() -> None:
    run, loaded = raced()
    base = outcome(run, STOCHASTIC.name, loaded)._replace(
        lost=0, lost_at=None, grown=0.1, diverging=False, inside=False, falling=False, touched=None
    )
    assert status(base) == "rattling, no longer falling"
    assert status(base._replace(touched=3)) == "came near, now rattling"
    assert status(base._replace(falling=True)) == "still falling"
    assert status(base._replace(inside=True, falling=True)) == "arrived"
    assert status(base._replace(grown=1.5, falling=True)) == "no better than its start"
    assert status(base._replace(grown=12.5, diverging=True)) == "diverging: loss grew ×12.5"
    assert (
        status(base._replace(lost=1, lost_at=1234, grown=math.inf, diverging=True))
        == "diverged: not finite at update 1,234"
    )
    several = base._replace(lost=2, runs=3, lost_at=7, diverging=True)
    assert status(several) == "diverged: not finite at update 7 in 2 of 3 runs"


@every_race
def test_the_table_has_the_runs_own_numbers(changes: dict[str, Any]) -> None:
    run, loaded = raced(**changes)
    table = results_table(findings(run, loaded).results, run, loaded)
    assert list(table.columns) == [name.capitalize() for name in METHODS]
    assert all(isinstance(cell, str) for column in table for cell in table[column])
    median = " (median)" if run.settings.seeds > 1 else ""
    for name in METHODS:
        column, history = table[name.capitalize()], run.histories[name]
        assert column["Updates"] == f"{len(history.seen) - 1:,}"
        assert column["Examples seen"] == f"{loaded.train.n * run.settings.epochs:,}"
        assert column[f"Final training loss{median}"] == number(losses(run, name)[-1])
        with np.errstate(over="ignore", invalid="ignore"):
            away = np.median(np.sqrt(((history.path[:, -1] - loaded.best) ** 2).sum(axis=1)))
        assert column[f"Distance to least squares{median}"] == number(float(away))
        held_out = None if history.validation_loss is None else float(np.median(history.validation_loss[:, -1]))
        assert column[f"Final validation loss{median}"] == number(held_out)
        of_all = " of all seeds" if run.settings.seeds > 1 else ""
        assert column[f"Seconds, plain loop{of_all}, one update measured once"] == f"{run.seconds[name]:.3f}"


def asked(question: Question) -> dict[str, Any]:
    """Turn a question's link into the settings of a race."""
    link = question.settings
    changes: dict[str, Any] = {"data": link.get("data", "line")}
    if "lr" in link:
        changes["learning_rate"] = float(link["lr"])
    return changes | {name: int(link[name]) for name in ("epochs", "seeds") if name in link}


def answered(asks: str) -> tuple[Finding, Race, Loaded]:
    (question,) = (question for question in asked_of("batch-sizes") if question.asks == asks)
    return told(asked(question))


def test_updating_early_pays() -> None:
    _, run, loaded = answered("Does updating early pay?")
    after_one_pass = {name: h.loss[0, h.seen == loaded.train.n][0] for name, h in run.histories.items()}
    assert after_one_pass[STOCHASTIC.name] < after_one_pass[MINI_BATCH.name] < after_one_pass[BATCH.name] / 2


def test_the_noise_does_not_stop_and_is_smaller_for_larger_batches() -> None:
    _, run, loaded = answered("Does the noise ever stop?")
    half = losses(run, STOCHASTIC.name)[2000:]
    assert half.min() > 1.05 * loaded.best_loss
    results = {name: outcome(run, name, loaded) for name in METHODS}
    assert results[STOCHASTIC.name].radius > 2 * results[MINI_BATCH.name].radius > 0
    assert not results[STOCHASTIC.name].falling


def test_without_noise_stochastic_descent_falls_on_a_straight_line() -> None:
    _, run, loaded = answered("And if the data have no noise?")
    loss = run.histories[STOCHASTIC.name].loss[0]
    assert loss[-1] < 1e-20 * loss[0]
    per_epoch = np.log(loss[:100:3])
    assert np.diff(per_epoch) == pytest.approx(np.full(33, np.diff(per_epoch).mean()), rel=1e-6)
    assert loaded.best_loss < 1e-25


def test_a_race_that_starts_at_the_solution_of_data_without_noise_never_left_it() -> None:
    for rate in (0.01, 0.3):
        found, run, _ = told(EXACT | {"start": (2.0,), "learning_rate": rate})
        assert all((history.path == 2).all() for history in run.histories.values())
        assert plain(found.sentences[2]) == "The data have no noise, and stochastic reached a loss of exactly 0."
        assert found.remedy is None


def test_a_rate_can_be_safe_for_all_rows_and_fatal_for_one() -> None:
    found, run, _ = answered("Same rate: safe for all rows, fatal for one?")
    batch, one = losses(run, BATCH.name), losses(run, STOCHASTIC.name)
    assert (np.diff(batch) < 0).all()
    assert one[-1] > 1e6 * one[0]
    assert found.remedy is not None


def test_it_works_on_real_data() -> None:
    _, run, loaded = answered("Does it work on real data?")
    for name in (MINI_BATCH.name, STOCHASTIC.name):
        assert losses(run, name)[-1] < 0.6 * losses(run, name)[0]
        assert losses(run, name)[-1] < 1.2 * loaded.best_loss


def test_without_scaling_hardly_anything_is_learned() -> None:
    _, run, loaded = answered("What if nobody scales them?")
    _, scaled, other = answered("Does it work on real data?")
    for name in METHODS:
        share = losses(run, name)[-1] / loaded.best_loss
        assert share > 1.15
        assert share > losses(scaled, name)[-1] / other.best_loss or name == BATCH.name


@pytest.mark.parametrize("question", asked_of("batch-sizes"), ids=lambda question: question.asks)
def test_a_questions_settings_are_ones_the_page_has(question: Question) -> None:
    assert set(question.settings) <= {"data", "lr", "epochs", "seeds", "zoom", "above", "across", "batch", "tab"}
    assert question.settings.get("data", "line") in CATALOGUE


@pytest.mark.parametrize("optimizer", ["momentum", "nesterov"])
def test_where_no_safe_rate_is_known_the_remedy_is_a_tenth_of_the_rate_tried(optimizer: str) -> None:
    run, loaded = raced("line", optimizer=optimizer, learning_rate=0.7)
    assert any(outcome(run, name, loaded).diverging for name in METHODS)
    assert findings(run, loaded).remedy == 0.07
