"""Races of update rules that test files look at, each run once: every kind of surface, and the odd settings."""

import functools

from gd_ui.optimizers.race import Ground, Race, RaceSettings, Sweep, Tuning, race, sweep
from gd_ui.optimizers.rules import RULES
from gd_ui.optimizers.surfaces import surface


@functools.cache
def swept(name: str = "bad line", goal: float = 1e-4, start: tuple[float, ...] | None = None) -> Sweep:
    """Return the sweep of a surface."""
    return sweep(Ground(name, start or surface(name).start, goal, Tuning()))


@functools.cache
def raced(
    name: str = "bad line",
    rate: float | None = None,
    updates: int = 200,
    rules: tuple[str, ...] = tuple(RULES),
    goal: float = 1e-4,
    start: tuple[float, ...] | None = None,
) -> Race:
    """Return a race, each rule at its own best rate unless one is given."""
    ground = Ground(name, start or surface(name).start, goal, Tuning())
    rates = {rule: swept(name, goal, start).rules[rule].rate if rate is None else rate for rule in rules}
    return race(RaceSettings(ground, tuple(rates.items()), updates))


MINIMUM = ("rosenbrock", 0.01, 50, tuple(RULES), 1e-4, (1.0, 1.0))
TELLING: dict[str, tuple] = {
    "default": (),
    "patients, too fast": ("patients", 0.7),
    "line, crawling": ("line", 1e-5, 50),
    "line, all lost": ("line", 7.0, 500, ("gd", "momentum", "nesterov")),
    "line, absurd": ("line", 10.0, 3),
    "bad line, just below": ("bad line", 0.058, 5),
    "rosenbrock": ("rosenbrock",),
    "rosenbrock, too fast": ("rosenbrock", 0.1),
    "rosenbrock, absurd": ("rosenbrock", 10.0, 20),
    "beale": ("beale", 0.1),
    "saddle": ("saddle",),
    "himmelblau, few": ("himmelblau", None, 20, ("adam", "gd")),
    "one rule": ("line", None, 50, ("adagrad",), 0.01),
    "minimum": MINIMUM,
    "far": ("beale", 0.1, 50, tuple(RULES), 1e-4, (1e6, -1e6)),
}
