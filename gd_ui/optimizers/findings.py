"""What the race showed: sentences from the numbers of the runs, the titles of its charts, and a remedy."""

from __future__ import annotations

import numpy as np

from gd_core import NEVER
from gd_core.descent import quietly
from gd_ui.controls import written
from gd_ui.numbers import number, times
from gd_ui.optimizers.frames import share_text
from gd_ui.optimizers.race import RATES, Outcome, Race, fastest_first, limit
from gd_ui.optimizers.rules import RULES

MOST_NAMED = 3
"""Ways of getting lost that one sentence tells apart."""


def findings(race: Race, *, own_best: bool) -> list[str]:
    """Say who arrived first, what became of those that did not, and what the rates mean: at most three sentences."""
    if next(iter(race.outcomes.values())).height[0] == 0:
        moved = [rule for rule, outcome in race.outcomes.items() if _first_step(outcome) > 0]
        start = "The race starts at the minimum, where the gradient is zero"
        return [f"{start}: no rule moves." if not moved else f"{start} but for rounding; {_names(moved)} left it."]
    told = [_arrivals(race, own_best=own_best), _lost(race) or _late(race), _steps(race, own_best=own_best)]
    return [sentence for sentence in told if sentence]


def legend(race: Race) -> str:
    """Name every rule that runs, in its look, with its rate and when it arrived."""
    told = [
        f"{RULES[rule].label} {written(outcome.rate)} → {_fate(outcome)}" for rule, outcome in race.outcomes.items()
    ]
    return f"Rate → updates needed: {' · '.join(told)}"


def _fate(outcome: Outcome) -> str:
    if outcome.gone:
        return "lost"
    return "–" if outcome.arrived is None else f"{outcome.arrived:,}"


def diverged(race: Race) -> list[str]:
    """Return the rules that did not descend."""
    return [rule for rule, outcome in race.outcomes.items() if outcome.gone]


def _names(rules: list[str]) -> str:
    return ", ".join(RULES[rule].label for rule in rules)


def _arrivals(race: Race, *, own_best: bool) -> str:
    ground, updates = race.settings.ground, race.settings.updates
    order = fastest_first(race.outcomes)
    goal = f"{share_text(ground.goal)} of the start's excess left"
    at = f"Each at its own best rate of {len(RATES)} tried" if own_best else "All at one rate"
    if not order:
        return f"{at}, no rule has at most {goal} by update {updates:,}."
    first, *others = order
    soon = race.outcomes[first].arrived or 0
    told = f"{at}, {RULES[first].label} is there first: at most {goal} from update {soon:,} on"
    if not others:
        return f"{told}; no other is by update {updates:,}." if len(race.outcomes) > 1 else f"{told}."
    equal = [rule for rule in others if race.outcomes[rule].arrived == soon]
    rest = [rule for rule in others if rule not in equal]
    if equal:
        told += f", and so is {_names(equal)}"
    if rest:
        told += "; then " + ", ".join(f"{RULES[rule].label} ({race.outcomes[rule].arrived:,})" for rule in rest)
    return f"{told}."


def _lost(race: Race) -> str:
    """Say why a rule diverged: its rate against its limit, where there is one."""
    lost = diverged(race)
    if not lost:
        return ""
    told: dict[str, list[str]] = {}
    for rule in lost:
        told.setdefault(_reason(race, rule), []).append(rule)
    parts = [f"{_names(rules)} {reason}" for reason, rules in told.items()]
    others = [rule for rules in list(told.values())[MOST_NAMED:] for rule in rules]
    more = f"; also lost: {_names(others)}" if others else ""
    return f"{'; '.join(parts[:MOST_NAMED])}{more}."


def _reason(race: Race, rule: str) -> str:
    outcome, bound = race.outcomes[rule], limit(rule, race.settings.ground)
    how = "diverged" if outcome.lost != NEVER else "ends above the start"
    if bound is None:
        return f"{how}, above the start from update {_risen(outcome):,} on"
    if outcome.rate > bound:
        return f"{how}: {written(outcome.rate)} is above the limit {bound:.4g}"
    return f"{how} so far, below the limit {bound:.4g}"


def _risen(outcome: Outcome) -> int:
    """Return the first update from which on a run is above its start, or no number, to its end."""
    return int(np.flatnonzero(outcome.height <= outcome.height[0])[-1]) + 1


def _late(race: Race) -> str:
    """Say who came near and left again, or who is still on the way."""
    swung = [
        (rule, outcome)
        for rule, outcome in race.outcomes.items()
        if outcome.touched is not None and (outcome.arrived is None or outcome.arrived > outcome.touched)
    ]
    if swung:
        rule, outcome = max(swung, key=lambda entry: _away(entry[1], race.settings.updates))
        until = "is not back for good" if outcome.arrived is None else f"is back for good at {outcome.arrived:,}"
        return f"{RULES[rule].label} first touched that mark at update {outcome.touched:,}, swung past it and {until}."
    late = [rule for rule, outcome in race.outcomes.items() if outcome.arrived is None]
    if not late:
        return ""
    slowest = max(late, key=lambda rule: race.outcomes[rule].height[-1])
    end = race.outcomes[slowest]
    left = float(end.height[-1] / end.height[0])
    others = f"{_names(late)}; " if len(late) > 1 else ""
    return f"Still on the way: {others}{RULES[slowest].label} has {100 * left:.3g} % of the start's excess left."


def _away(outcome: Outcome, updates: int) -> int:
    """Return how long a run was away after it first touched the mark."""
    return (updates + 1 if outcome.arrived is None else outcome.arrived) - (outcome.touched or 0)


def _steps(race: Race, *, own_best: bool) -> str:
    """Say what the rates mean, by the length of the first steps."""
    steps = {rule: _first_step(outcome) for rule, outcome in race.outcomes.items()}
    steps = {rule: step for rule, step in steps.items() if np.isfinite(step) and step > 0}
    if len(steps) < len(race.outcomes) or len(steps) < 2:
        return ""
    long, short = max(steps, key=lambda rule: steps[rule]), min(steps, key=lambda rule: steps[rule])
    if steps[long] <= steps[short] * (1 + 1e-9):
        return ""
    told = f"{_length(steps[long])} long for {RULES[long].label} and {_length(steps[short])} for {RULES[short].label}"
    if own_best:
        rates = {rule: outcome.rate for rule, outcome in race.outcomes.items()}
        high, low = max(rates, key=lambda rule: rates[rule]), min(rates, key=lambda rule: rates[rule])
        if rates[high] == rates[low]:
            return f"The first step is {told}."
        apart = f"{times(rates[high] / rates[low])} times that of {RULES[low].label}"
        return f"The best rate of {RULES[high].label} is {apart}: a rate means something else to every rule."
    return f"At the same rate the first step is {told}: the number means something else to every rule."


def _length(step: float) -> str:
    return f"{step:.3g}" if 1e-3 <= step < 1e3 else number(step)


@quietly
def _first_step(outcome: Outcome) -> float:
    return float(np.linalg.norm(outcome.path[1] - outcome.path[0]))
