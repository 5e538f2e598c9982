"""The free network: its runs, its map, its gradient check and what is said of them."""

import dataclasses
import functools

import numpy as np
import pytest
from numpy.testing import assert_allclose

from gd_core import OPTIMIZERS, Batching
from gd_core.descent import descend
from gd_ui.backprop.free import (
    DATA,
    HIDDEN,
    LOSS_NAMES,
    MOST_NUMBERS,
    MOST_UPDATES,
    FreeRun,
    FreeSettings,
    affordable,
    cells,
    ground,
    run_free,
    task,
)
from gd_ui.backprop.free_findings import free_check, free_findings, map_said, troubled
from gd_ui.backprop.free_frames import free_decision_frames, free_loss_frames, free_slope_frames
from gd_ui.charts.decision import ACROSS, LETTERS, REACH, UP

CASES = {
    "default": FreeSettings(epochs=20),
    "circles": FreeSettings("circles", 3, 4, "relu", "squared", epochs=20),
    "cancer": FreeSettings("breast cancer", 1, 3, "sigmoid", epochs=5),
    "deep": FreeSettings("breast cancer", 3, 16, "tanh", "squared", batch_size=128, epochs=10),
    "single": FreeSettings("moons", 1, 1, "tanh", batch_size=1, epochs=3),
    "dead": FreeSettings("breast cancer", 2, 8, "relu", learning_rate=5.0, epochs=10),
    "lost": FreeSettings("breast cancer", 3, 16, "relu", "logistic", 1e80, 1, 5),
}
every_case = pytest.mark.parametrize("case", CASES)


@functools.cache
def freed(case: str) -> FreeRun:
    return run_free(CASES[case])


@pytest.mark.parametrize("case", ["default", "circles", "cancer", "single"])
def test_a_run_is_that_of_the_core_s_loop(case: str) -> None:
    settings, run = CASES[case], freed(case)
    train, held_out = settings.objectives()
    plan = Batching(settings.batch_size).plan(train.n, settings.epochs, [settings.seed])
    rule = OPTIMIZERS["gd"](settings.learning_rate)
    history = descend(train, rule, settings.model.init([settings.seed]), plan, held_out)
    assert settings.updates == len(plan)
    assert (run.theta == history.path[0, run.at.updates]).all()
    assert history.validation_loss is not None
    assert_allclose(run.loss, np.stack([history.loss[0], history.validation_loss[0]])[:, run.at.updates])


@every_case
def test_shares_judged_rightly_are_counted_over_the_rows(case: str) -> None:
    settings, run = CASES[case], freed(case)
    for of, shares in zip(settings.objectives(), run.right, strict=True):
        with np.errstate(all="ignore"):
            z = of.model.predict(run.theta[[-1]], of.x)[0, :, 0]
        yes = z >= (0.5 if settings.loss == "squared" else 0)
        assert shares[-1] == pytest.approx((yes == (of.y[:, 0] >= 0.5)).mean())


@pytest.mark.parametrize("data", DATA)
def test_a_quarter_is_held_out_and_the_rest_is_standardised(data: str) -> None:
    train, held_out = task(data)
    n = len(train.y) + len(held_out.y)
    assert len(held_out.y) == round(n / 4)
    assert_allclose(train.x.mean(axis=0), 0, atol=1e-12)
    assert_allclose(train.x.std(axis=0), 1)
    assert set(np.unique(train.y)) == {0.0, 1.0}


@pytest.mark.parametrize("activation", HIDDEN)
@pytest.mark.parametrize("loss", LOSS_NAMES)
@pytest.mark.parametrize("layers", [1, 2, 3])
def test_every_kind_of_network_passes_its_gradient_check(activation: str, loss: str, layers: int) -> None:
    run = run_free(FreeSettings("circles", layers, 3, activation, loss, epochs=2))
    found = free_check(run)
    assert all(len(column) == 2 * (layers + 1) for column in found.table.values())
    if activation != "relu":
        assert set(found.table[""]) == {"✓"}
    count = 2 * run.settings.model.n_params
    assert f"of {count:,} derivatives" in found.said
    assert ("kink" in found.said) == (activation == "relu")
    assert found.nbytes > 0


@every_case
def test_the_cells_of_the_map_are_where_the_browser_draws_them(case: str) -> None:
    settings, run = CASES[case], freed(case)
    place = ground(settings.data)
    middles = cells(place)
    assert middles.shape == (ACROSS * UP, settings.model.sizes[0])
    i, j = 7, 3
    u = place.centre[0] + place.half * REACH * (2 * (i + 0.5) / ACROSS - 1)
    v = place.centre[1] + place.half * (2 * (j + 0.5) / UP - 1)
    assert_allclose(middles[j * ACROSS + i], np.array([u, v]) @ place.axes)
    frames = free_decision_frames(run)
    texts = str(frames["this"]["shades"][0]).split(" ")
    assert len(texts) == len(run.at.updates) == len(str(frames["this"]["edges"][0]).split(" "))
    shade = LETTERS.index(texts[0][j * ACROSS + i]) / (len(LETTERS) - 1)
    z = settings.model.predict(run.theta[[0]], middles[[j * ACROSS + i]])[0, 0, 0]
    output = z if settings.loss == "squared" else 1 / (1 + np.exp(-z))
    assert shade == pytest.approx(output, abs=0.5 / (len(LETTERS) - 1) + 1e-9)


@every_case
def test_the_curves_are_those_of_the_run(case: str) -> None:
    run = freed(case)
    for frames, curves in ((free_loss_frames(run), run.loss), (free_slope_frames(run), run.slopes.T)):
        for line, curve in enumerate(curves):
            mine = frames["losses"]["line"] == line
            shown = frames["losses"]["loss"][mine]
            fine = np.isfinite(curve) & (curve > 1e-12) & (curve < 1e12)
            assert_allclose(shown[fine], curve[fine])
            assert np.isfinite(shown).all()
            assert (shown > 0).all()


def test_slopes_are_taken_over_single_examples() -> None:
    settings, run = CASES["default"], freed("default")
    train, _ = settings.objectives()
    rows = np.linspace(0, train.n - 1, 24).astype(int)
    each = np.array([train.grad(run.theta[[0]], np.array([row]))[0] for row in rows])
    first = 2 * settings.units
    assert run.slopes[0, 0] == pytest.approx(np.sqrt((each[:, :first] ** 2).mean()))
    assert run.slopes[0, -1] == pytest.approx(np.sqrt((each[:, -settings.units - 1 : -1] ** 2).mean()))


@every_case
def test_what_is_said_is_true_of_the_run(case: str) -> None:
    run = freed(case)
    fall, fading, *dead = free_findings(run)
    assert bool(dead) == bool(run.slopes[-1, 0] == 0 and run.slopes[0, 0] > 0) == (case == "dead")
    assert f"{run.settings.model.n_params:,} parameters" in fall
    if run.lost is not None:
        assert f"after update {run.lost:,}" in fall
        assert troubled(run)
    else:
        assert (" fell " in fall) == (run.loss[0, -1] < run.loss[0, 0])
        assert f"{100 * run.right[1, -1]:.0f} % of those held out" in fall
    front, end = run.slopes[0, 0], run.slopes[0, -1]
    assert ("has faded" in fading) == (end > front)
    assert ("principal components" in map_said(run)) == (run.settings.data == "breast cancer")


def test_a_run_that_is_lost_ends_at_its_last_finite_update() -> None:
    run = freed("lost")
    assert run.lost is not None
    assert run.at.updates[-1] == run.lost - 1
    assert np.isfinite(run.theta).all()


@pytest.mark.parametrize("units", [1, 16])
@pytest.mark.parametrize("data", DATA)
def test_what_is_run_is_bounded(units: int, data: str) -> None:
    asked = FreeSettings(data, 3, units, batch_size=1, epochs=1000)
    got = affordable(asked)
    assert dataclasses.replace(got, epochs=asked.epochs) == asked
    assert 1 <= got.epochs <= asked.epochs
    assert got.updates <= MOST_UPDATES
    assert got.updates * got.model.n_params <= MOST_NUMBERS


def test_the_memory_of_a_run_is_that_of_its_arrays() -> None:
    assert freed("default").nbytes >= freed("default").shades.nbytes
