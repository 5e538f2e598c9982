"""The numbers of the page on backpropagation are those of a straight computation at every moment shown."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

from gd_core.shapes import Array
from gd_ui.backprop.runs import (
    CLOSELY,
    ENOUGH,
    FIRST,
    TOLERANCE,
    BackpropRun,
    check,
    moments,
    numbers,
    rows_used,
    unit_numbers,
    weight_numbers,
)
from tests.gd_ui.backprop.hirings import CASES, hired

every_case = pytest.mark.parametrize("case", CASES)


@pytest.mark.parametrize("last", [1, 2, 99, 100, 101, 250, 10_000, 40_000])
@pytest.mark.parametrize("closely", [0, 1, 150, 5000, 39_950, 40_000])
def test_moments_ascend_from_the_start_to_the_last_update_and_are_few(last: int, closely: int) -> None:
    at = moments(last, closely)
    assert at.updates[0] == 0
    assert at.updates[-1] == last
    assert (np.diff(at.updates) > 0).all()
    assert len(at.updates) <= FIRST + CLOSELY + ENOUGH + 3 <= 1000
    near = min(max(closely, min(FIRST, last)), last)
    assert set(range(min(FIRST, last))) <= set(at.updates.tolist())
    assert set(range(near, min(near + CLOSELY, last))) <= set(at.updates.tolist())


@pytest.mark.parametrize(("last", "closely"), [(10_000, 0), (10_000, 5000), (40_000, 39_999), (37, 12), (450, 20)])
def test_the_stretches_find_the_moment_at_or_before_every_update(last: int, closely: int) -> None:
    at = moments(last, closely)
    for update in range(last + 1):
        stretch = max(i for i, start in enumerate(at.starts) if start <= update)
        found = at.offsets[stretch] + (update - at.starts[stretch]) // at.strides[stretch]
        assert found == np.searchsorted(at.updates, update, side="right") - 1


def straight(theta: Array, sizes: tuple[int, ...], x: Array, t: Array) -> dict[str, float]:
    """Every number of one update for one applicant, unit by unit."""
    named = {f"a{i}": float(value) for i, value in enumerate(x)}
    units, weights = unit_numbers(sizes), weight_numbers(sizes)
    for depth in range(1, len(sizes)):
        for j, u in enumerate(units[depth]):
            total = theta[weights[depth - 1][1][j]]
            for i, before in enumerate(units[depth - 1]):
                total += named[f"a{before}"] * theta[weights[depth - 1][0][i, j]]
            named |= {f"z{u}": total, f"a{u}": 1 / (1 + np.exp(-total))}
    for j, u in enumerate(units[-1]):
        named[f"d{u}"] = (named[f"a{u}"] - t[j]) * named[f"a{u}"] * (1 - named[f"a{u}"])
    for depth in range(len(sizes) - 1, 0, -1):
        for i, before in enumerate(units[depth - 1]):
            blame = 0.0
            for j, u in enumerate(units[depth]):
                p = weights[depth - 1][0][i, j]
                named[f"g{p}"] = named[f"a{before}"] * named[f"d{u}"]
                named[f"g{weights[depth - 1][1][j]}"] = named[f"d{u}"]
                blame += theta[p] * named[f"d{u}"]
            if depth > 1:
                named[f"d{before}"] = blame * named[f"a{before}"] * (1 - named[f"a{before}"])
    named["loss"] = sum((t[j] - named[f"a{u}"]) ** 2 / 2 for j, u in enumerate(units[-1])) / len(t)
    return named


def everything(run: BackpropRun, method: str, at: Array, who: int) -> dict[str, Array]:
    return numbers(run, method, at, who, ["w0", "a0", "g0", "n0", "s0", "r0", "o0", "loss"])


@every_case
def test_every_number_is_that_of_a_straight_computation(case: str) -> None:
    run = hired(case)
    settings, sizes = run.settings, run.settings.about.sizes
    for method in run.histories:
        path = run.histories[method].path[0]
        at = np.array([0, 1, 77, len(path) - 1])
        for who in range(len(settings.x)):
            named = everything(run, method, at, who)
            for place, update in enumerate(at):
                expected = straight(path[update], sizes, np.array(settings.x[who]), np.array(settings.y[who]))
                for name, value in expected.items():
                    assert named[name][place] == pytest.approx(value, rel=1e-9, abs=1e-15), name
                assert named["k"][place] == update
                assert named["mean"][place] == pytest.approx(run.reported(method)[update])
            assert_allclose(named["c0"], 1 - named["a0"])
            assert_allclose(named[f"o{who}"], named[f"a{sum(sizes[:-1])}"])


@pytest.mark.parametrize("case", ["base", "two", "short"])
def test_the_step_shown_is_the_one_the_run_makes_next(case: str) -> None:
    run = hired(case)
    for method, history in run.histories.items():
        last = history.path.shape[1] - 1
        at = np.array([0, 1, 2, 50, last - 1])
        named = everything(run, method, at, 0)
        for p in range(history.path.shape[2]):
            assert_allclose(named[f"v{p}"], history.path[0, at + 1, p], rtol=1e-12)
            assert_allclose(named[f"w{p}"] + named[f"s{p}"], named[f"v{p}"])


@pytest.mark.parametrize("case", ["two", "short"])
def test_the_rows_named_are_those_of_the_run(case: str) -> None:
    run = hired(case)
    for method, history in run.histories.items():
        used = rows_used(run.settings.training(method))
        assert len(used) == len(history.seen)
        assert (np.diff(history.seen) == used.shape[1]).all()
        objective, theta = run.settings.objective, history.path[0]
        for update in (0, 3, 100):
            step = -run.settings.learning_rate * objective.grad(theta[[update]], used[update])[0]
            assert_allclose(theta[update] + step, theta[update + 1], rtol=1e-12)


@every_case
def test_every_derivative_passes_its_check_at_the_tolerance_shown(case: str) -> None:
    run = hired(case)
    for method, history in run.histories.items():
        for update in (0, 500, history.path.shape[1] - 1):
            for who in range(len(run.settings.x)):
                found = check(run, method, update, who)
                assert found.passed.all()
                assert found.error.max() <= TOLERANCE


def test_a_wrong_derivative_would_fail_the_check() -> None:
    found = check(hired(), "batch", 0, 0)
    wrong = found._replace(error=np.abs(1.01 * found.analytic - found.measured))
    assert not wrong.passed.all()


def test_the_loss_reported_for_two_outputs_is_their_mean() -> None:
    run = hired("one")
    of = run.settings.objective
    outputs = of.model.predict(run.histories["batch"].path[0, :3], of.x)
    assert_allclose(run.reported("batch")[:3], (np.square(of.y - outputs) / 2).mean(axis=(1, 2)))


def test_the_memory_of_a_run_is_that_of_its_histories() -> None:
    run = hired("short")
    assert run.nbytes > sum(history.path.nbytes for history in run.histories.values())
