"""Every number in the sentences and tables of the features lesson is computed again here, over many settings."""

import re

import numpy as np
import pytest

from gd_ui.features.columns import weight_names
from gd_ui.features.findings import (
    LOST,
    constant_message,
    heading,
    leak_sentences,
    morph_sentence,
    overshoot,
    scalings_table,
    sentences,
    steepest_column,
    weights_table,
)
from gd_ui.features.frames import rounded
from gd_ui.features.leak import leak
from gd_ui.features.morph import morph
from gd_ui.features.sets import SETS, whole
from gd_ui.features.study import SCALERS, Study, every_unit, steps_needed, study
from gd_ui.numbers import number
from tests.gd_ui.features.test_study import settings

CASES: list[dict[str, object]] = [
    {},
    {"learning_rate": None},
    {"learning_rate": 1e-3},
    {"learning_rate": 3.0},
    {"learning_rate": 1.0},
    {"scaling": "min-max", "learning_rate": 0.02, "steps": 2000},
    {"scaling": "mean-range", "rows": 2},
    {"rows": 1},
    {"data": "diabetes"},
    {"data": "wine", "learning_rate": 0.1},
    {"data": "wine", "rows": 1, "steps": 20},
    {"data": "wine", "rows": 10, "steps": 20},
    {"data": "breast cancer", "scaling": "mean-range", "steps": 100},
]
every_case = pytest.mark.parametrize("case", CASES, ids=str)


def told(case: dict[str, object]) -> Study:
    return study(settings(**case))  # type: ignore[arg-type]


def plain(text: str) -> str:
    """Drop the colours of names."""
    return re.sub(r":\w+\[(.*?)\]", r"\1", text)


@every_case
def test_there_are_at_most_three_sentences_and_none_says_nan(case: dict[str, object]) -> None:
    said = sentences(told(case))
    assert 1 <= len(said) <= 3
    assert all(sentence.endswith((".", ".)")) for sentence in said)
    assert not re.search(r"\b(nan|inf|None)\b", " ".join(said))


@every_case
def test_each_units_fate_is_what_its_run_shows(case: dict[str, object]) -> None:
    found = told(case)
    first = plain(sentences(found)[0])
    for run in found.runs:
        above = run.history.loss[0] - run.variant.best_loss
        name = f"{run.variant.lane.sign} {run.variant.name}"
        if run.learning_rate > run.variant.limit * (1 + 1e-9):
            assert f"{name} diverges" in first
            assert not above[-1] < above[0]
            continue
        if f"{name} swings for ever at its limit" in first:
            assert above[-1] == pytest.approx(above[0], rel=1e-6)
        elif f"{name} arrives after" in first:
            steps = int(re.search(rf"{re.escape(name)} arrives after ([\d,]+) step", first)[1].replace(",", ""))
            assert above[steps] <= 0.01 * above[0] * (1 + 1e-6)
            assert above[steps - 1] > 0.01 * above[0] * (1 - 1e-6)
        elif f"{name} arrives exactly in one step" in first:
            assert abs(above[1]) <= 1e-10 * above[0]
        else:
            assert f"{name} would arrive after" in first
            assert above[-1] > 0.01 * above[0]


@every_case
def test_the_heading_names_kappa_limit_and_regime(case: dict[str, object]) -> None:
    for run in told(case).runs:
        x = np.hstack([run.variant.train.x, np.ones((run.variant.train.n, 1))])
        values = np.linalg.eigvalsh(2 * x.T @ x / len(x))
        assert f"limit **{rounded(2 / values[-1])}**" in heading(run)
        reach = run.learning_rate * values[-1]
        regime = (
            "crawling" if reach < 0.5 else "direct" if reach <= 1 + 1e-9 else "zigzag" if reach < 2 else "divergent"
        )
        assert f"\n{regime} at " in heading(run)


def test_the_default_page_tells_the_courses_story() -> None:
    found = told({})
    text = plain("\n".join(map(heading, found.runs)))
    assert "κ **16.4** · limit **0.8055**" in text
    assert "κ **112** · limit **0.03085**" in text
    assert "κ **1** · limit **1**" in text
    first, second, third = map(plain, sentences(found))
    assert "▲ standardised arrives exactly in one step" in first
    steepest = found.runs[1].variant.curvature.eigenvalues[-1]
    assert f"0.5 is {0.5 / (2 / steepest):.3g} times the limit" in second
    assert f"1 − rate·λ = −{abs(1 - 0.5 * steepest):.3g}." in second
    gap = np.abs(found.runs[0].end - found.best).max()
    assert f"● original x {number(gap)}" in third
    assert "x × 10" not in third


def test_units_that_all_arrive_agree_and_it_is_said() -> None:
    found = study(settings(scaling="min-max", learning_rate=None, steps=2000))
    last = sentences(found)[-1]
    assert "all weights agree with least squares" in last
    assert max(np.abs(run.end - found.best).max() for run in found.runs) < 1e-6


def test_the_run_furthest_beyond_its_limit_is_named_only_if_there_is_one() -> None:
    assert overshoot(told({"learning_rate": None})) is None
    assert overshoot(told({"learning_rate": 0.03})) is None
    worst = overshoot(told({"learning_rate": 3.0}))
    assert worst is not None
    assert worst.variant.name == "x × 10"


@pytest.mark.parametrize("data", ["diabetes", "wine", "breast cancer"])
def test_the_steepest_column_is_the_one_with_the_largest_mean_square(data: str) -> None:
    found = study(settings(data, steps=1))
    x = np.hstack([found.runs[0].variant.train.x, np.ones((found.runs[0].variant.train.n, 1))])
    squares = 2 * (x**2).mean(axis=0)
    said = plain(steepest_column(found))
    assert f"original units {weight_names(found)[int(squares.argmax())]} (curvature {rounded(squares.max(), 3)}" in said
    assert f"{rounded(squares.max() / squares.min(), 3)} times the flattest" in said
    assert "standardised all alike (curvature 2)" in said


def test_columns_that_do_not_vary_are_named() -> None:
    assert constant_message(told({})) is None
    message = constant_message(told({"rows": 1}))
    assert message is not None
    assert message.startswith("Column x does not vary in the 1 training row in use")
    found = told({"data": "wine", "rows": 3, "steps": 20})
    x = found.runs[0].variant.train.x
    for name, column in zip(whole("wine").features, x.T, strict=True):
        assert (name in (constant_message(found) or "")) == (np.ptp(column) == 0)


@every_case
def test_the_table_of_weights_is_what_the_runs_end_with(case: dict[str, object]) -> None:
    found = told(case)
    table = weights_table(found)
    for run, column in zip(found.runs, table.columns, strict=False):
        cells = table[column].tolist()
        if run.diverges:
            assert set(cells) == {LOST}
            continue
        scale, shift = run.variant.scaler.scale, run.variant.scaler.shift
        weights = run.path[-1, :-1] / scale
        expected = [*weights, run.path[-1, -1] - (weights * shift).sum()]
        assert cells[: len(expected)] == [number(float(value)) for value in expected]
    assert ("largest distance" in table.index) == found.determined


@pytest.mark.parametrize("data", SETS)
def test_the_table_of_scalings_has_a_row_for_every_unit(data: str) -> None:
    found = study(settings(data, steps=1))
    table = scalings_table(found)
    for v in every_unit(data, found.settings.rows):
        row = table.loc[v.name].tolist()
        assert row[:3] == [rounded(v.kappa, 3), rounded(v.limit), rounded(v.own_best)]
        steps = steps_needed(v, v.own_best)
        assert row[3] == ("never" if steps is None else rounded(float(steps), 6))


@every_case
def test_the_leak_is_told_in_its_own_numbers(case: dict[str, object]) -> None:
    found = told(case)
    leaked = leak(found)
    said = leak_sentences(leaked, found)
    assert f"up to {rounded(leaked.moved, 3)}" in said
    assert f"to {rounded(leaked.leaky.variant.limit)}." in said
    if "diverges" in said:
        assert leaked.honest.diverges or leaked.leaky.diverges
    else:
        for run in (leaked.honest, leaked.leaky):
            held_out = run.variant.validation
            assert held_out is not None
            assert number(float(held_out.value(run.path[-1:])[0])) in said
    assert ("same least-squares line" in said) == leaked.same_line


@pytest.mark.parametrize("scaling", SCALERS)
@pytest.mark.parametrize("rows", [1, 2, 5, 80])
def test_what_is_said_of_the_morph_is_true_of_every_scale(scaling: str, rows: int) -> None:
    shown = morph("line", scaling, rows)
    said = morph_sentence(shown)
    if rows == 1:
        assert "flat at every scale" in said
        return
    kappas = shown.kappas
    assert f"κ = {rounded(kappas[:41].min(), 3)} " in said
    assert f"it is {rounded(kappas[-1], 3)}" in said
    centred = abs(shown.scales[-1].run.variant.train.x.mean()) < 1e-9
    assert ("no longer pull" in said) == centred
    if "with the mean taken away" in said:
        assert kappas[-1] < kappas[:41].min()
