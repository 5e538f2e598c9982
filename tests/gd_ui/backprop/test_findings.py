"""What the page says of a run of the hiring network is true of that run."""

import re

import numpy as np
import pytest

from gd_ui.backprop.findings import (
    CANCELLED,
    FLAT,
    check_said,
    check_table,
    conventions,
    findings,
    number,
    plateau,
    pulls,
    surface_said,
    told,
    worse,
)
from gd_ui.backprop.runs import check
from tests.gd_ui.backprop.hirings import CASES, hired

every_case = pytest.mark.parametrize("case", CASES)


@every_case
def test_the_plateau_is_measured_on_the_run(case: str) -> None:
    run = hired(case)
    for method, history in run.histories.items():
        found, loss = plateau(run, method), run.reported(method)
        below = [update for update, value in enumerate(loss) if value <= loss[0] / 2 and loss[0] > 0]
        assert found.half == (below[0] if below else None)
        assert found.read == (None if not below else int(history.seen[below[0]]))
        if found.half:
            assert found.long == (found.half > 1 and loss[found.half // 2] >= FLAT * loss[0])
            words = told(found)
            assert f"{found.half:,}" in words
            assert words.startswith("plateau") == found.long
        else:
            assert "never" in told(found)
        outputs = run.settings.objective.model.predict(
            history.path[0, [0, found.half if found.half is not None else -1]], run.settings.objective.x
        )[..., 0]
        assert found.spread == pytest.approx(tuple(outputs.max(axis=1) - outputs.min(axis=1)))
        assert found.level <= found.steepest


def test_the_course_s_plateau_is_long_with_several_applicants_and_absent_with_one() -> None:
    for case, long in (("base", False), ("one", False), ("two", True), ("four", True)):
        run = hired(case)
        assert all(plateau(run, method).long == long for method in run.histories)


@every_case
def test_the_pulls_are_those_of_single_applicants(case: str) -> None:
    run = hired(case)
    theta, of = next(iter(run.histories.values())).path[0, 0], run.settings.objective
    each = np.array([of.grad(theta[None], np.array([i]))[0] for i in range(of.n)])
    found = pulls(run, theta)
    assert found.own == pytest.approx(np.mean([np.sqrt((row**2).sum()) for row in each]))
    assert found.mean == pytest.approx(np.linalg.norm(of.grad(theta[None])[0]))
    assert found.mean <= found.own * (1 + 1e-12)
    assert found.by_layer[0] == pytest.approx(np.abs(each[:, :4]).mean())
    last = 12 if len(run.settings.start) == 15 else 6
    assert found.by_layer[-1] == pytest.approx(np.abs(each[:, last : last + 2 if last == 12 else 10]).mean())


@every_case
def test_the_sentences_say_what_the_run_did(case: str) -> None:
    run = hired(case)
    of = run.settings.objective
    for method, history in run.histories.items():
        fall, flat, fading = findings(run, method)
        loss = run.reported(method)
        verb = "fell" if loss[-1] < loss[0] else "rose" if loss[-1] > loss[0] else "stayed"
        assert f" {verb} " in fall
        assert number(loss[0]) in fall
        assert f"{len(loss) - 1:,} updates" in fall
        ends = of.model.predict(history.path[0, -1:], of.x)[0]
        right = sum(bool(((end >= 0.5) == (want >= 0.5)).all()) for end, want in zip(ends, of.y, strict=True))
        assert (f"{right} of {of.n} applicants" in fall) if of.n > 1 else ((right == 0) == ("not judged" in fall))
        found = plateau(run, method)
        assert flat.startswith("**A plateau comes first**") == found.long
        if loss[0] == 0:
            assert "nothing to learn" in flat
        elif found.half is None:
            assert "never" in flat
        elif found.long:
            for name in run.histories:
                if (half := plateau(run, name).half) is not None:
                    assert f"after {half:,} updates" in flat
            measured = pulls(run, history.path[0, 0])
            assert ("cancel" in flat) == (measured.mean < CANCELLED * measured.own)
        else:
            assert f"after {found.half:,} updates" in flat
            assert ("single applicant" in flat) == (of.n == 1)
        layers = pulls(run, history.path[0, 0]).by_layer
        if min(layers[0], layers[-1]) == 0:
            assert "no derivative at all" in fading
        else:
            ratio = layers[-1] / layers[0]
            assert f"{max(ratio, 1 / ratio):.1f} times" in fading
            assert ("fades on its way back" in fading) == (ratio > 1)
        assert worse(run, method) == (loss[-1] > loss[0])


def test_the_branches_are_all_seen() -> None:
    said = [sentence for case in CASES for m in hired(case).histories for sentence in findings(hired(case), m)]
    for words in (
        "fell",
        "rose",
        "never",
        "plateau comes first",
        "nearly cancel",
        "single applicant",
        "no derivative at",
    ):
        assert any(words in sentence for sentence in said), words


def test_the_check_is_a_table_of_all_derivatives() -> None:
    run = hired()
    found = check(run, "batch", 100, 1)
    table = check_table(found, run.settings.about.sizes)
    assert all(len(column) == 15 for column in table.values())
    assert [float(cell) for cell in table["analytic"]] == pytest.approx(found.analytic, abs=1e-8)
    assert all(cell.endswith("✓") for cell in table["difference"])
    assert "All 15 derivatives pass" in check_said(found)
    error = found.error.copy()
    error[3] = 1
    wrong = found._replace(error=error)
    assert check_table(wrong, run.settings.about.sizes)["difference"][3] == "1e+00 ✗"
    assert "14 of 15" in check_said(wrong)


def test_the_conventions_say_more_where_there_are_two_outputs() -> None:
    assert "mean of half the squared error" in conventions(hired("base"))
    assert "both outputs" in conventions(hired("one"))
    assert "both outputs" not in conventions(hired("base"))
    assert "ability" in surface_said(hired("one"))


@pytest.mark.parametrize(
    ("value", "text"), [(0.1241, "0.1241"), (0, "0.0000"), (1.04e-4, "1.0e-4"), (2e-12, "2.0e-12")]
)
def test_small_numbers_are_written_with_powers_of_ten(value: float, text: str) -> None:
    assert number(value) == text
    assert not re.search(r"e-0", number(value))
