"""Engines: the ways to find the history of a run sooner than by the plain loop, and which of them is taken.

An engine says by properties of the objective and the optimizer whether it applies. The first in ENGINES that does and
that finds the history is taken; where there is none it is the loop, which always does. All give the loop's numbers up
to rounding, and the same NaN and inf in the same places.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from gd_core import many, quadratic, scan, small_network
from gd_core.batching import Plan
from gd_core.descent import History, Report, loop, part, recorded
from gd_core.objective import Objective
from gd_core.optimizers import Optimizer
from gd_core.shapes import Array

Applies = Callable[[Objective, Optimizer, int, Plan], bool]
"""Whether an engine can find the history of so many runs, and sooner than the loop."""

Find = Callable[[Objective, Optimizer, Array, Plan, Objective | None, Report], History | None]
"""Finds the history from the starts theta (R, P), with the loss on the held-out rows of another objective if there is
one; None where it turns out that it cannot."""

Walk = Callable[[Objective, Optimizer, Array, Plan, Report], Array | None]
"""Finds the path (R, T+1, P) from the starts theta (R, P), or None."""


class Engine(NamedTuple):
    """One way to find histories."""

    applies: Applies
    find: Find
    walk: Walk | None = None
    """Finds the path alone, if that is how the engine works."""


def recording(walk: Walk) -> Find:
    """Return the engine's work where it finds no more than the path: to walk it, and then to take its losses."""

    def find(
        objective: Objective,
        optimizer: Optimizer,
        theta: Array,
        plan: Plan,
        validation: Objective | None,
        report: Report,
    ) -> History | None:
        path = walk(objective, optimizer, theta, plan, part(report, 0, 0.5))
        return None if path is None else recorded(objective, path, plan, validation, part(report, 0.5, 0.5))

    return find


def walking(applies: Applies, walk: Walk) -> Engine:
    """Return the engine that finds no more than the path."""
    return Engine(applies, recording(walk), walk)


LOOP = walking(lambda objective, optimizer, runs, plan: True, loop)
ENGINES: tuple[Engine, ...] = (
    Engine(quadratic.applies, quadratic.history),
    walking(scan.applies, scan.path),
    walking(many.applies, many.path),
    walking(small_network.applies, small_network.path),
    LOOP,
)
"""From the most special to the loop."""

METHODS: dict[str, tuple[Engine, ...]] = {"fastest": ENGINES, "loop": (LOOP,)}
"""How a history may be computed, and the engines that are asked for it one after the other."""


def find(
    objective: Objective,
    optimizer: Optimizer,
    theta: Array,
    plan: Plan,
    validation: Objective | None = None,
    report: Report = lambda fraction: None,
    method: str = "fastest",
) -> History:
    """Return the history from the starts theta (R, P), by a method of METHODS."""
    for engine in METHODS[method]:
        if engine.applies(objective, optimizer, len(theta), plan):
            history = engine.find(objective, optimizer, theta, plan, validation, report)
            if history is not None:
                return history
    raise AssertionError("the loop always finds a history")


def walk(
    objective: Objective,
    optimizer: Optimizer,
    theta: Array,
    plan: Plan,
    report: Report = lambda fraction: None,
    method: str = "fastest",
) -> Array:
    """Return the path (R, T+1, P) from the starts theta (R, P) without its losses, by a method of METHODS."""
    for engine in METHODS[method]:
        if engine.walk is not None and engine.applies(objective, optimizer, len(theta), plan):
            path = engine.walk(objective, optimizer, theta, plan, report)
            if path is not None:
                return path
    raise AssertionError("the loop always finds a path")
