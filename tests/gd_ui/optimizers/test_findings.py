"""Every sentence about a race, its sweep, momentum's limit and the conventions holds for the run it is about."""

import re

import numpy as np
import pytest

from gd_core import curvature
from gd_core.optimizers import hyperparameters
from gd_ui.optimizers.best_rates import beside_cliff, criterion, forgiving, sweep_findings, sweep_table
from gd_ui.optimizers.conventions import (
    FACTORS,
    UPDATES,
    Spelled,
    Switch,
    apart,
    carried,
    spelled,
)
from gd_ui.optimizers.conventions import (
    findings as convention_findings,
)
from gd_ui.optimizers.conventions import (
    legend as convention_legend,
)
from gd_ui.optimizers.defaults import FACTS, facts_table, own_default
from gd_ui.optimizers.equations import EQUATIONS, NOTATION, in_this_race, worked
from gd_ui.optimizers.findings import diverged, findings, legend
from gd_ui.optimizers.limit import BESIDE, bowl_of, brink, brink_findings
from gd_ui.optimizers.race import HORIZON, RATES, Race, Swept, Tuning, limit
from gd_ui.optimizers.rules import RULES
from gd_ui.optimizers.surfaces import SURFACES, surface
from tests.gd_ui.optimizers.races import MINIMUM, TELLING, raced, swept
from tests.gd_ui.optimizers.test_race import real_loss

every_race = pytest.mark.parametrize("key", TELLING.values(), ids=TELLING)


def told(key: tuple) -> tuple[Race, list[str]]:
    run = raced(*key)
    own = len(key) < 2 or key[1] is None
    return run, findings(run, own_best=own)


def label(rule: str) -> str:
    return RULES[rule].label


def named(sentence: str) -> set[str]:
    """Return the rules a sentence names."""
    return {rule for rule in RULES if label(rule) in sentence}


@every_race
def test_there_are_at_most_three_sentences_and_all_end(key: tuple) -> None:
    _, sentences = told(key)
    assert 1 <= len(sentences) <= 3
    assert all(sentence.endswith(".") and "nan" not in sentence and "inf" not in sentence for sentence in sentences)


@every_race
def test_who_is_first_is_recomputed(key: tuple) -> None:
    run, sentences = told(key)
    first = sentences[0]
    goal, updates = run.settings.ground.goal, run.settings.updates
    needed = {}
    for rule, outcome in run.outcomes.items():
        above = np.flatnonzero(~(outcome.height <= goal * outcome.height[0]))
        needed[rule] = 0 if len(above) == 0 else int(above[-1]) + 1
    there = {rule: count for rule, count in needed.items() if count <= updates}
    if run.outcomes[next(iter(run.outcomes))].height[0] == 0:
        assert first == "The race starts at the minimum, where the gradient is zero: no rule moves."
        return
    if not there:
        assert f"no rule has at most {100 * goal:g} % of the start's excess left by update {updates:,}" in first
        return
    soon = min(there.values())
    winners = [rule for rule in there if there[rule] == soon]
    assert f"{label(winners[0])} is there first: at most {100 * goal:g} %" in first
    assert f"from update {soon:,} on" in first
    for rule, count in there.items():
        assert label(rule) in first
        if rule not in winners:
            assert f"{label(rule)} ({count:,})" in first
    for rule in set(needed) - set(there):
        assert label(rule) not in first
    if len(there) == 1 and len(needed) > 1:
        assert f"no other is by update {updates:,}" in first
    order = [int(text.replace(",", "")) for text in re.findall(r"\(([\d,]+)\)", first)]
    assert order == sorted(order)


@every_race
def test_divergence_is_named_with_its_reason(key: tuple) -> None:
    run, sentences = told(key)
    lost = [rule for rule, outcome in run.outcomes.items() if not outcome.height[-1] <= outcome.height[0]]
    assert diverged(run) == lost
    if not lost:
        assert not any("diverged" in sentence or "above the start" in sentence for sentence in sentences)
        return
    (sentence,) = (sentence for sentence in sentences if "diverged" in sentence or "above the start" in sentence)
    assert named(sentence) == set(lost)
    for rule in sorted(lost)[:0] if "also lost" in sentence else lost:
        outcome, bound = run.outcomes[rule], limit(rule, run.settings.ground)
        part = next(part for part in sentence.split(";") if label(rule) in part)
        assert ("diverged" in part) == (not np.isfinite(outcome.height[-1]))
        if bound is not None:
            assert f"limit {bound:.4g}" in part
            assert ("is above the limit" in part) == (outcome.rate > bound)
        else:
            (start,) = re.findall(r"from update ([\d,]+) on", part)
            since = int(start.replace(",", ""))
            assert not (outcome.height[since:] <= outcome.height[0]).any()
            assert outcome.height[since - 1] <= outcome.height[0]


def test_the_telling_races_meet_every_branch() -> None:
    text = "\n".join("\n".join(told(key)[1]) for key in TELLING.values())
    for phrase in (
        f"Each at its own best rate of {len(RATES)} tried", "All at one rate", "no rule has at most",
        "no other is by update", "is there first",
        "is above the limit", "diverged", "ends above the start", "Still on the way", "swung past it",
        "The best rate of", "At the same rate the first step", "starts at the minimum", "is back for good at",
        "from update", "also lost", "so far, below the limit",
    ):  # fmt: skip
        assert phrase in text, phrase


@every_race
def test_what_is_said_of_late_runs_is_true(key: tuple) -> None:
    run, sentences = told(key)
    for sentence in sentences:
        if "first touched" in sentence:
            (rule,) = named(sentence)
            outcome = run.outcomes[rule]
            goal = run.settings.ground.goal * outcome.height[0]
            first = int(re.findall(r"at update ([\d,]+),", sentence)[0].replace(",", ""))
            assert outcome.height[first] <= goal
            assert not (outcome.height[:first] <= goal).any()
            assert not (outcome.height[first:] <= goal).all()
            if "is not back for good" in sentence:
                assert not outcome.height[-1] <= goal
            else:
                back = int(re.findall(r"for good at ([\d,]+)", sentence)[0].replace(",", ""))
                assert (outcome.height[back:] <= goal).all()
                assert not outcome.height[back - 1] <= goal
        if "Still on the way" in sentence:
            goals = {rule: run.settings.ground.goal * o.height[0] for rule, o in run.outcomes.items()}
            late = {rule for rule, o in run.outcomes.items() if not o.height[-1] <= goals[rule]}
            assert named(sentence) == late
            highest = max(late, key=lambda rule: run.outcomes[rule].height[-1])
            left = run.outcomes[highest].height[-1] / run.outcomes[highest].height[0]
            assert sentence.endswith(f"{label(highest)} has {100 * left:.3g} % of the start's excess left.")


@every_race
def test_what_a_rate_means_is_recomputed(key: tuple) -> None:
    run, sentences = told(key)
    steps = {rule: np.hypot(*(o.path[1] - o.path[0])) for rule, o in run.outcomes.items()}
    for sentence in sentences:
        if "At the same rate the first step" in sentence:
            assert len({outcome.rate for outcome in run.outcomes.values()}) == 1
            assert f"long for {label(max(steps, key=lambda rule: steps[rule]))} and" in sentence
            assert label(min(steps, key=lambda rule: steps[rule])) in sentence
        if "The best rate of" in sentence:
            rates = {rule: outcome.rate for rule, outcome in run.outcomes.items()}
            high, low = max(rates, key=lambda rule: rates[rule]), min(rates, key=lambda rule: rates[rule])
            factor = float(re.findall(r"is ([\d.,]+) times", sentence)[0].replace(",", ""))
            assert factor == pytest.approx(rates[high] / rates[low], rel=0.01)
            assert sentence.index(label(high)) < sentence.index(label(low))


@every_race
def test_the_legend_names_every_rule_with_its_rate_and_fate(key: tuple) -> None:
    run = raced(*key)
    text = legend(run)
    assert text.count("→") == len(run.outcomes) + 1
    for rule, outcome in run.outcomes.items():
        ending = "lost" if outcome.gone else "–" if outcome.arrived is None else f"{outcome.arrived:,}"
        assert f"{label(rule)} {outcome.rate:.10g} → {ending}" in text


def test_the_equations_are_there_for_every_rule() -> None:
    assert list(EQUATIONS) == list(RULES)
    for rule in RULES:
        text = worked(rule)
        assert text.startswith(label(rule))
        assert text.count("$$") == 2
        assert text.count("{") == text.count("}")
        assert r"\theta \leftarrow \theta - \eta" in text
    assert "PyTorch" in NOTATION


def test_the_settings_below_the_equations_are_those_of_the_race() -> None:
    plain = in_this_race(Tuning())
    assert plain == (
        "In this race β = 0.9; rmsprop: β₂ = 0.99; adam: β₁ = 0.9, β₂ = 0.999; "
        "ε: adagrad 1e-10, rmsprop 1e-08, adam 1e-08."
    )
    assert in_this_race(Tuning(0.5, 0.8, 0.1, 0.2, 1e-4)).endswith(
        "β = 0.5; rmsprop: β₂ = 0.8; adam: β₁ = 0.1, β₂ = 0.2; ε: 0.0001."
    )


# The sweep


@pytest.mark.parametrize("name", SURFACES)
def test_the_table_of_best_rates_is_the_sweep(name: str) -> None:
    found = swept(name)
    table = sweep_table(found)
    for rule, result in found.rules.items():
        row = table.loc[label(rule)]
        assert float(row["Best rate"]) == result.rate
        needed = int(result.arrived.min())
        assert row["Updates"] == (f"{needed:,}" if needed <= HORIZON else f"not in {HORIZON:,}")
        beside = int(result.arrived[result.best + 1])
        assert row["One rate higher"] == (f"{beside:,}" if beside <= HORIZON else "never")
        bound = limit(rule, found.ground)
        assert row["Limit on a bowl"] == ("–" if bound is None else f"{bound:.4g}")


@pytest.mark.parametrize("name", SURFACES)
def test_what_is_said_of_the_sweep_is_true(name: str) -> None:
    found = swept(name)
    there = {rule: result for rule, result in found.rules.items() if result.arrived.min() <= HORIZON}
    rates = {rule: result.rate for rule, result in there.items()}
    for sentence in sweep_findings(found):
        if "a factor of" in sentence:
            assert f"from {min(rates.values()):.10g} (" in sentence
            assert f"to {max(rates.values()):.10g} (" in sentence
        elif "most forgiving" in sentence:
            wide = {
                rule: sum(count <= min(2 * r.arrived.min(), HORIZON) for count in r.arrived)
                for rule, r in there.items()
            }
            most, least = (int(text) for text in re.findall(r" at (\d+)", sentence))
            assert (most, least) == (max(wide.values()), min(wide.values()))
        else:
            chance = set()
            for rule, result in there.items():
                i, needed = result.best, result.arrived.min()
                beside = [result.arrived[j] for j in (i - 1, i + 1) if 0 <= j < len(RATES)]
                if needed and max(beside) > 2 * needed:
                    chance.add(rule)
            assert named(sentence) == chance
    assert f"{len(RATES)} rates" in criterion(found)
    assert "0.01 %" in criterion(found)


def test_the_sweep_says_when_no_rule_arrives() -> None:
    never = Swept(np.full(len(RATES), HORIZON + 1), np.linspace(1, 2, len(RATES)))
    found = swept()._replace(rules=dict.fromkeys(RULES, never))
    (sentence,) = sweep_findings(found)
    assert sentence.startswith("No rule arrives")
    assert never.updates is None
    assert never.rate == RATES[0]
    assert forgiving(never) == 0
    assert not beside_cliff(never)


def test_a_sweep_from_the_minimum_says_nothing_wrong() -> None:
    found = swept("rosenbrock", 1e-4, MINIMUM[5])
    assert {result.updates for result in found.rules.values()} == {0}
    assert sweep_findings(found) == []


def test_equals_are_decided_by_the_end_and_then_by_the_smaller_rate() -> None:
    arrived, left = np.full(len(RATES), 9), np.full(len(RATES), 2.0)
    assert Swept(arrived, left).rate == RATES[0]
    left[7] = left[9] = 1.0
    assert Swept(arrived, left).rate == RATES[7]
    arrived[100] = 8
    assert Swept(arrived, left).rate == RATES[100]


# Momentum's limit


@pytest.mark.parametrize("name", ["bad line", "line", "patients"])
@pytest.mark.parametrize("momentum", [0, 0.1, 0.5, 0.8, 0.9, 0.95, 0.99])
def test_below_the_limit_momentum_descends_and_above_it_diverges(name: str, momentum: float) -> None:
    found = brink(name, momentum)
    steepest = curvature(real_loss(name), np.zeros(2)).eigenvalues[-1]
    assert found.limit == pytest.approx(2 * (1 + momentum) / steepest)
    assert found.rates == pytest.approx((found.limit * (1 - BESIDE), found.limit * (1 + BESIDE)))
    assert found.heights[0, -1] < 0.2 * found.heights[0, 0]
    assert not found.heights[1, -1] < 50 * found.heights[1, 0]
    assert found.factors[0] < 1 < found.factors[1]
    text = "\n".join(brink_findings(found, name))
    assert f"**{found.limit:.5g}**" in text
    assert f"× {found.factors[0]:.4g} and × {found.factors[1]:.4g}" in text
    assert f"{1 + momentum:g} times" in text
    assert "of the start's excess is left" in text
    assert "has grown ×" in text or "not finite" in text
    assert "is no bowl" not in text
    assert found.nbytes == found.heights.nbytes


def test_a_surface_that_is_no_bowl_gives_way_to_one_and_says_so() -> None:
    assert bowl_of("beale") == "bad line"
    assert bowl_of("patients") == "patients"
    told_first = brink_findings(brink("bad line", 0.9), "beale")[0]
    assert told_first == "Beale is no bowl and has no single limit: shown for bad line."


# Conventions


def switched(name: str = "bad line", rate: float = 0.005, momentum: float = 0.9, after: int = 15, factor: float = 0.1):
    return spelled(Switch(name, surface(name).start, rate, momentum, after, factor))


CASES = [
    (name, rate, momentum, after, factor)
    for name, rate in (("bad line", 0.005), ("patients", 0.03), ("himmelblau", 0.01))
    for momentum in (0.5, 0.9)
    for after in (5, 30)
    for factor in FACTORS
]


@pytest.mark.parametrize("case", CASES, ids=str)
def test_both_walk_one_path_until_the_rate_changes_and_part_by_what_is_carried(case: tuple) -> None:
    name, rate, momentum, after, factor = case
    found = switched(*case)
    torch, keras = found.paths.values()
    if not np.isfinite(apart(found)).all():
        (sentence,) = convention_findings(found)
        lost = int(re.findall(r"from update ([\d,]+) on", sentence)[0])
        assert np.isfinite(apart(found)[:lost]).all()
        assert not np.isfinite(apart(found)[lost])
        return
    scale = np.abs(torch).max()
    assert np.abs(torch[: after + 1] - keras[: after + 1]).max() <= 1e-13 * scale
    on, theta, v = surface(name), np.array(surface(name).start), np.zeros(2)
    for t in range(after + 1):
        last = v
        v = momentum * v + on.land.grad(theta[None])[0]
        theta = theta - (rate if t < after else factor * rate) * v
    assert torch[after + 1] == pytest.approx(theta, rel=1e-9, abs=1e-12)
    difference = (keras[after + 1] - keras[after]) - (torch[after + 1] - torch[after])
    expected = -momentum * (rate - factor * rate) * last
    assert difference == pytest.approx(expected, rel=1e-7, abs=1e-12 * scale)
    assert carried(found) == pytest.approx(np.linalg.norm(expected), rel=1e-7, abs=1e-12 * scale)
    sentences = convention_findings(found)
    assert f"η = {rate:g} with β = {momentum:g}: up to update {after:,} the two walk one path" in sentences[0]
    if factor == 1:
        assert "never changes" in sentences[1]
        assert apart(found).max() <= 1e-13 * scale
    else:
        numbers = re.findall(r"differ by (\S+), which is β · \|η − η′\| · \|v\| = (\S+)\.$", sentences[1])
        assert numbers
        assert numbers[0][0] == numbers[0][1]
        assert "apart" in sentences[2]


def test_conventions_say_when_there_is_nothing_to_see() -> None:
    assert "no velocity to carry" in convention_findings(switched(momentum=0.0))[-1]
    assert "not finite from update" in convention_findings(switched("rosenbrock", rate=5.0))[0]
    still = spelled(Switch("rosenbrock", (1.0, 1.0), 0.01, 0.9, 15, 0.1))
    assert convention_findings(still) == ["The run starts at the minimum and neither of the two moves."]
    arrived: Spelled = switched("line", rate=0.68, momentum=0.1, after=30)
    assert len(convention_findings(arrived)) >= 2
    assert len(found_steps := arrived.steps) == 2
    assert all(len(steps) == UPDATES for steps in found_steps.values())
    assert "PyTorch" in convention_legend()


def test_the_table_of_conventions_agrees_with_this_project_and_with_scikit_learn() -> None:
    from inspect import signature

    from sklearn.neural_network import MLPRegressor

    theirs = {name: p.default for name, p in signature(MLPRegressor).parameters.items()}
    facts = {(fact.rule, fact.what): fact for fact in FACTS}
    assert facts["momentum", "β unless given"].sklearn == theirs["momentum"]
    assert facts["momentum", "Nesterov's form unless given"].sklearn == "yes"
    assert theirs["nesterovs_momentum"] is True
    assert facts["adam", "ε"].sklearn == theirs["epsilon"]
    for fact in FACTS:
        if fact.ours:
            assert own_default(fact) == hyperparameters(fact.rule)[fact.ours]
            if fact.what != "β unless given":  # PyTorch's SGD has none unless it is asked for
                assert own_default(fact) == fact.torch
    table = facts_table()
    assert len(table) == len(FACTS)
    assert list(table.columns) == ["What", "PyTorch", "Keras", "scikit-learn", "Here"]


def test_scikit_learn_s_own_momentum_carries_the_rate_in_its_velocity() -> None:
    """The fact behind the page, asked of the library itself."""
    from sklearn.neural_network._stochastic_optimizers import SGDOptimizer

    from gd_core.heavy_ball import rate_in_velocity

    theta = [np.zeros(2)]
    theirs = SGDOptimizer(theta, learning_rate_init=0.5, momentum=0.8, nesterov=False)
    rule = rate_in_velocity(lambda t: 0.5 if t < 3 else 0.05, 0.8)
    state = rule.init(np.zeros((1, 2)))
    for t, grad in enumerate(np.random.default_rng(2).normal(size=(6, 2))):
        theirs.learning_rate = 0.5 if t < 3 else 0.05
        (step,) = theirs._get_updates([grad])
        mine, state = rule.update(grad[None], state)
        assert mine[0] == pytest.approx(step, abs=1e-15)
