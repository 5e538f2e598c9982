"""The race of the update rules: one surface, one start, and either one rate for all or each rule's own best."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from gd_core import NEVER, OPTIMIZERS, Batching, Landscape, Optimizer, descend
from gd_core.descent import Report, quietly
from gd_core.optimizers import Rate
from gd_core.shapes import Array
from gd_ui.optimizers.rules import RULES
from gd_ui.optimizers.surfaces import surface

HORIZON = 1000
"""Updates of every run of a sweep."""
RATES: tuple[float, ...] = tuple(float(f"{rate:.3g}") for rate in np.geomspace(1e-5, 10, 145))
"""The rates of a sweep: six decades, each in 24 equal steps on a log scale, of three digits."""


@dataclass(frozen=True)
class Tuning:
    """The settings of the rules besides the rate; a rule reads those it has."""

    momentum: float = 0.9
    rho: float = 0.99
    """RMSprop's beta2, which is not Adam's."""
    beta1: float = 0.9
    beta2: float = 0.999
    eps: float | None = None
    """None: each rule's own default."""


@dataclass(frozen=True)
class Ground:
    """Where all rules run, and what counts as arrived: what a best rate depends on."""

    surface: str
    start: tuple[float, ...]
    goal: float
    """Share of the start's height."""
    tuning: Tuning


@dataclass(frozen=True)
class RaceSettings:
    """What names a race completely."""

    ground: Ground
    rates: tuple[tuple[str, float], ...]
    """The rules that run, each with its rate."""
    updates: int


class Outcome(NamedTuple):
    """What became of one rule."""

    rate: float
    path: Array
    """(T+1, 2)"""
    height: Array
    """(T+1,) the loss above the minimum."""
    arrived: int | None
    """The first update from which on at most the goal is left, to the end of the run."""
    touched: int | None
    """The first update at which at most the goal is left."""
    lost: int
    """The first update that is not finite, or NEVER."""

    @property
    def gone(self) -> bool:
        """Whether the run ends above its start or in no number: it did not descend."""
        return self.lost != NEVER or bool(self.height[-1] > self.height[0])


class Race(NamedTuple):
    """All runs of a race, by rule."""

    settings: RaceSettings
    outcomes: dict[str, Outcome]

    @property
    def nbytes(self) -> int:
        """Memory held, in bytes."""
        return sum(outcome.path.nbytes + outcome.height.nbytes for outcome in self.outcomes.values())


class Swept(NamedTuple):
    """One rule at every rate of RATES."""

    arrived: Array
    """(R,) first update from which on the goal is kept for the rest of HORIZON updates; HORIZON + 1 if it never is."""
    left: Array
    """(R,) height after HORIZON updates, inf where it is no number."""

    @property
    def best(self) -> int:
        """The fewest updates; among equals the lowest height at the end, then the smaller rate."""
        return int(np.lexsort((np.array(RATES), self.left, self.arrived))[0])

    @property
    def rate(self) -> float:
        """The best of RATES."""
        return RATES[self.best]

    @property
    def updates(self) -> int | None:
        """When it arrives at the best rate; None if it does not within HORIZON."""
        found = int(self.arrived[self.best])
        return found if found <= HORIZON else None


class Sweep(NamedTuple):
    """Every rule at every rate."""

    ground: Ground
    rules: dict[str, Swept]

    @property
    def nbytes(self) -> int:
        """Memory held, in bytes."""
        return sum(swept.arrived.nbytes + swept.left.nbytes for swept in self.rules.values())


def build(rule: str, rate: Rate, tuning: Tuning) -> Optimizer:
    """Return a rule with the reader's settings."""
    given = {name: getattr(tuning, name) for name in RULES[rule].tuned}
    named = {"beta2" if name == "rho" else name: value for name, value in given.items() if value is not None}
    return OPTIMIZERS[rule](rate, **named)


def race(settings: RaceSettings, report: Report = lambda fraction: None) -> Race:
    """Run every rule at its rate from the same start."""
    ground = settings.ground
    land, start = surface(ground.surface).land, np.array([ground.start])
    plan = Batching().plan(land.n, settings.updates, (0,))
    outcomes = {}
    for done, (rule, rate) in enumerate(settings.rates):
        history = descend(land, build(rule, rate, ground.tuning), start, plan)
        height = history.loss[0]
        arrived, touched = (int(found[0]) for found in arrivals(history.loss, ground.goal))
        outcomes[rule] = Outcome(
            rate,
            history.path[0],
            height,
            arrived if arrived <= settings.updates else None,
            touched if touched <= settings.updates else None,
            int(history.diverged_at[0]),
        )
        report((done + 1) / len(settings.rates))
    return Race(settings, outcomes)


def sweep(ground: Ground, report: Report = lambda fraction: None) -> Sweep:
    """Run every rule at all of RATES at once, HORIZON updates each."""
    found = {}
    for done, rule in enumerate(RULES):
        found[rule] = swept(surface(ground.surface).land, rule, ground)
        report((done + 1) / len(RULES))
    return Sweep(ground, found)


def swept(land: Landscape, rule: str, ground: Ground) -> Swept:
    """Run one rule at all of RATES."""
    rates = np.array(RATES)[:, None]
    starts = np.tile(ground.start, (len(rates), 1))
    history = descend(land, build(rule, rates, ground.tuning), starts, Batching().plan(land.n, HORIZON, (0,)))
    last = history.loss[:, -1]
    return Swept(arrivals(history.loss, ground.goal)[0], np.where(np.isfinite(last), last, np.inf))


@quietly
def arrivals(height: Array, goal: float) -> tuple[Array, Array]:
    """Return, for heights (R, T+1), when each run arrived for good and when it first touched the goal, (R,) each.

    T + 1 stands for never. Entry t is there when at most `goal` times the start's height is left.
    """
    there = height <= goal * height[:, :1]
    stays = np.logical_and.accumulate(there[:, ::-1], axis=1)[:, ::-1]
    never = height.shape[1]
    return (
        np.where(stays.any(axis=1), stays.argmax(axis=1), never),
        np.where(there.any(axis=1), there.argmax(axis=1), never),
    )


def fastest_first(outcomes: dict[str, Outcome]) -> list[str]:
    """Return the rules that arrived for good, the first to arrive first."""
    there = [(outcome.arrived, i, rule) for i, (rule, outcome) in enumerate(outcomes.items())]
    return [rule for updates, _, rule in sorted((u, i, rule) for u, i, rule in there if u is not None)]


def limit(rule: str, ground: Ground) -> float | None:
    """Return the rate above which a rule diverges on a bowl, where there is a formula for it: gd, momentum, nesterov.

    gd 2/λmax, momentum 2(1 + β)/λmax, nesterov 2(1 + β)/((1 + 2β) λmax), its roots being those of
    z² - (1 + β)(1 - rate λ) z + β (1 - rate λ).
    """
    bend, beta = surface(ground.surface).bend, ground.tuning.momentum
    if bend is None or rule not in _LIMITS:
        return None
    return bend.max_stable_learning_rate() * _LIMITS[rule](beta)


_LIMITS: dict[str, Callable[[float], float]] = {
    "gd": lambda beta: 1.0,
    "momentum": lambda beta: 1 + beta,
    "nesterov": lambda beta: (1 + beta) / (1 + 2 * beta),
}
"""The stability limit on a bowl as a multiple of gradient descent's."""
