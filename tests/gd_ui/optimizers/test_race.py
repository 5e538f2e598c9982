"""The race of the rules: its surfaces are the real losses, its best rates are the best, its limits are true."""

import numpy as np
import pytest

from gd_core import LOSSES, OPTIMIZERS, Problem, Recipe, linear, noisy_line, objective, prepare, train
from gd_core.landscapes import LANDSCAPES
from gd_ui.datasets import diabetes
from gd_ui.optimizers.race import (
    HORIZON,
    RATES,
    Ground,
    Tuning,
    arrivals,
    build,
    fastest_first,
    limit,
    race,
    sweep,
)
from gd_ui.optimizers.rules import ADAPTIVE, RULES
from gd_ui.optimizers.surfaces import ABOUT, SURFACES, surface
from tests.gd_ui.optimizers.races import TELLING, raced, swept

BOWLS = ("bad line", "line", "patients")


def real_loss(name: str):
    """Build the loss of a bowl from its data, independently of the page."""
    if name == "patients":
        task = prepare(Problem("diabetes", scaling="standardise", validation_fraction=0.2), diabetes())
        return objective(linear(2, bias=False), LOSSES["squared"], task.train.x[:, [4, 5]], task.train.y)
    data = noisy_line()
    factor = 10 if name == "bad line" else 1
    return objective(linear(1), LOSSES["squared"], factor * data.x[data.train], data.y[data.train])


def walked(name: str, rule: str, rates: np.ndarray, updates: int) -> np.ndarray:
    """Walk a rule by hand, all rates at once, and return the heights (R, T+1)."""
    on = surface(name)
    theta = np.tile(on.start, (len(rates), 1)).astype(float)
    v, m, s = (np.zeros_like(theta) for _ in range(3))
    heights = [on.land.value(theta)]
    rate = rates[:, None]
    for t in range(1, updates + 1):
        g = on.land.grad(theta)
        v = 0.9 * v + g
        if rule == "gd":
            step = rate * g
        elif rule == "momentum":
            step = rate * v
        elif rule == "nesterov":
            step = rate * (g + 0.9 * v)
        elif rule == "adagrad":
            s = s + g**2
            step = rate * (g / (np.sqrt(s) + 1e-10))
        elif rule == "rmsprop":
            s = 0.99 * s + (1 - 0.99) * g**2
            step = rate * (g / (np.sqrt(s) + 1e-8))
        else:
            m, s = 0.9 * m + (1 - 0.9) * g, 0.999 * s + (1 - 0.999) * g**2
            step = rate * ((m / (1 - 0.9**t)) / (np.sqrt(s / (1 - 0.999**t)) + 1e-8))
        theta = theta - step
        heights.append(on.land.value(theta))
    return np.array(heights).T


def test_the_rules_are_the_core_s_and_their_looks_all_differ() -> None:
    assert list(RULES) == list(OPTIMIZERS)
    for looks in (
        [rule.slot for rule in RULES.values()],
        [rule.dash for rule in RULES.values()],
        [rule.shape for rule in RULES.values()],
        [rule.sign for rule in RULES.values()],
    ):
        assert len(set(looks)) == len(RULES)
    assert {rule.slot for rule in RULES.values()}.isdisjoint({"batch", "mini-batch", "stochastic"})
    assert set(ADAPTIVE) < set(RULES)
    assert set(ABOUT) == set(SURFACES)


@pytest.mark.parametrize("name", BOWLS)
@pytest.mark.parametrize("rule", RULES)
def test_a_bowl_is_the_loss_of_its_data(name: str, rule: str) -> None:
    loss, on = real_loss(name), surface(name)
    assert on.bend is not None
    rate = 0.3 / float(on.bend.eigenvalues[-1])
    own = race_of(name, rule, rate, 60)
    real = train(loss, Recipe((rate,), rule, epochs=60, start=on.start))
    assert own.path == pytest.approx(real.path[0], abs=1e-9)
    lowest = float(loss.value(np.array([on.land.minima[0]]))[0])
    assert own.height == pytest.approx(real.loss[0] - lowest, abs=1e-9)


def race_of(name: str, rule: str, rate: float, updates: int):
    return raced(name, rate, updates, (rule,)).outcomes[rule]


@pytest.mark.parametrize("name", [name for name in SURFACES if name not in BOWLS])
def test_a_function_is_the_core_s(name: str) -> None:
    on = surface(name)
    assert on.land is LANDSCAPES[name]
    assert on.bend is None
    assert on.land.value(np.array(on.land.minima)) == pytest.approx(0, abs=1e-12)  # so the height is the excess


@pytest.mark.parametrize("name", SURFACES)
@pytest.mark.parametrize("rule", RULES)
@np.errstate(all="ignore")
def test_the_best_rate_is_the_best_of_all_rates_tried(name: str, rule: str) -> None:
    heights = walked(name, rule, np.array(RATES), HORIZON)
    found = swept(name).rules[rule]
    needed = []
    for run in heights:
        above = np.flatnonzero(~(run <= 1e-4 * run[0]))
        needed.append(0 if len(above) == 0 else int(above[-1]) + 1)
    assert needed == found.arrived.tolist()
    fewest = min(needed)
    assert found.updates == (fewest if fewest <= HORIZON else None)
    mine = RATES.index(found.rate)
    assert needed[mine] == fewest
    left = np.where(np.isfinite(heights[:, -1]), heights[:, -1], np.inf)
    assert left[mine] == min(left[i] for i, count in enumerate(needed) if count == fewest)


def test_the_rates_are_three_digits_and_cover_six_decades_evenly() -> None:
    assert all(float(f"{rate:.3g}") == rate for rate in RATES)
    assert (RATES[0], RATES[-1]) == (1e-5, 10.0)
    assert np.diff(np.log10(RATES)) == pytest.approx(6 / 144, abs=3e-3)


def test_arrived_means_for_good_and_touched_means_once() -> None:
    heights = np.array(
        [[1.0, 0.05, 0.2, 0.05, 0.01], [1, 0.5, 0.4, 0.3, 0.2], [1, 0.05, np.nan, 0.05, 0.2], [0, 0, 0, 0, 0]]
    )
    arrived, touched = arrivals(heights, 0.1)
    assert arrived.tolist() == [3, 5, 5, 0]
    assert touched.tolist() == [1, 5, 1, 0]


@pytest.mark.parametrize("momentum", [0.0, 0.3, 0.6, 0.9, 0.95])
@pytest.mark.parametrize("rule", ["gd", "momentum", "nesterov"])
@pytest.mark.parametrize("name", BOWLS)
def test_one_per_cent_decides_on_either_side_of_a_limit(name: str, rule: str, momentum: float) -> None:
    ground = Ground(name, surface(name).start, 0.01, Tuning(momentum=momentum))
    bound = limit(rule, ground)
    assert bound is not None
    below, above = (walk(ground, rule, share * bound) for share in (0.99, 1.01))
    assert below[-1] < 0.05 * below[0]
    assert above[-1] > 20 * above[0]


def walk(ground: Ground, rule: str, rate: float) -> np.ndarray:
    on = surface(ground.surface)
    theta, optimizer = np.array([ground.start]), build(rule, rate, ground.tuning)
    state, heights = optimizer.init(theta), [float(on.land.value(theta)[0])]
    for _ in range(900):
        step, state = optimizer.update(on.land.grad(theta), state)
        theta = theta + step
        heights.append(float(on.land.value(theta)[0]))
    return np.array(heights)


def test_only_bowls_and_rules_without_scaling_have_a_limit() -> None:
    ground = Ground("line", (0.0, 0.0), 0.01, Tuning())
    assert all(limit(rule, ground) is None for rule in ADAPTIVE)
    assert limit("gd", Ground("beale", (0.0, 0.0), 0.01, Tuning())) is None
    bend = surface("line").bend
    assert bend is not None
    assert limit("momentum", ground) == pytest.approx(bend.max_stable_learning_rate(0.9))
    assert limit("gd", ground) == pytest.approx(bend.max_stable_learning_rate())


def test_every_setting_reaches_the_rules_that_have_it() -> None:
    plain = Ground("line", surface("line").start, 0.01, Tuning())
    changes = {
        "momentum": (Tuning(momentum=0.5), {"momentum", "nesterov"}),
        "rho": (Tuning(rho=0.5), {"rmsprop"}),
        "beta1": (Tuning(beta1=0.5), {"adam"}),
        "beta2": (Tuning(beta2=0.5), {"adam"}),
        "eps": (Tuning(eps=1.0), set(ADAPTIVE)),
    }
    for name, (tuning, moved) in changes.items():
        for rule in RULES:
            before = walk(plain, rule, 0.01)
            after = walk(Ground(plain.surface, plain.start, plain.goal, tuning), rule, 0.01)
            assert (not np.array_equal(before, after)) == (rule in moved), (name, rule)


@pytest.mark.parametrize("key", TELLING.values(), ids=TELLING)
def test_the_outcome_of_a_rule_is_that_of_its_run(key: tuple) -> None:
    run = raced(*key)
    goal, updates = run.settings.ground.goal, run.settings.updates
    for outcome in run.outcomes.values():
        assert outcome.path.shape == (updates + 1, 2)
        assert outcome.height.shape == (updates + 1,)
        there = outcome.height <= goal * outcome.height[0]
        assert outcome.touched == (int(np.flatnonzero(there)[0]) if there.any() else None)
        if outcome.arrived is None:
            assert not there[-1]
        else:
            assert there[outcome.arrived :].all()
            assert outcome.arrived == 0 or not there[outcome.arrived - 1]
        assert outcome.gone == (not outcome.height[-1] <= outcome.height[0])
    order = fastest_first(run.outcomes)
    assert [run.outcomes[rule].arrived for rule in order] == sorted(
        outcome.arrived for outcome in run.outcomes.values() if outcome.arrived is not None
    )


def test_results_know_their_memory_and_report_their_progress() -> None:
    told: list[float] = []
    ground = Ground("line", surface("line").start, 0.01, Tuning())
    found = sweep(ground, told.append)
    assert told[-1] == 1
    assert found.nbytes == len(RULES) * 2 * 8 * len(RATES)
    run = race(raced().settings, told.append)
    assert told[-1] == 1
    assert run.nbytes == len(RULES) * 3 * 8 * 201
