"""Descents that several tests of one step look at: the course's, one without bias, long, lost and standing still."""

from typing import NamedTuple

from gd_core import History
from gd_ui.datasets import CATALOGUE, Loaded, load
from gd_ui.one_step.arithmetic import Worked
from gd_ui.one_step.descent import DescentSettings, descend, left_to_right, moment
from gd_ui.one_step.scene import Scene, scene


class Case(NamedTuple):
    """One descent, seen at an update and a point."""

    settings: DescentSettings
    loaded: Loaded
    history: History
    worked: Worked
    scene: Scene


def case(
    data: str = "line",
    rate: float | None = None,
    updates: int = 500,
    start: tuple[float, ...] | None = None,
    update: int = 0,
    point: int = 1,
) -> Case:
    """Return a descent with what the page makes of it."""
    entry, loaded = CATALOGUE[data], load(data)
    settings = DescentSettings(data, rate or entry.learning_rate, updates, entry.start if start is None else start)
    history = descend(settings)
    row = int(left_to_right(loaded)[point - 1])
    now = moment(loaded, settings, history, update)
    best_loss = 0.0 if loaded.noise_free else loaded.best_loss
    worked = Worked(now, row, point, data == "line", history.path[0], history.loss[0], loaded.best, best_loss)
    return Case(settings, loaded, history, worked, scene(loaded, settings, history, update, row, point))


CASES: dict[str, dict[str, object]] = {
    "course": {},
    "on the way": {"update": 37, "point": 61},
    "three points": {"data": "three points", "updates": 100, "point": 2},
    "three points, zigzag": {"data": "three points", "rate": 0.2, "update": 3},
    "thousand points": {"data": "thousand points", "updates": 1000, "update": 999, "point": 1000},
    "diverging": {"rate": 1.1, "updates": 20, "update": 5},
    "lost": {"rate": 1.5, "updates": 1000, "update": 1000},
    "beyond the pictures": {"rate": 1.1, "update": 400},
    "at the solution": {"start": tuple(load("line").best.tolist())},
    "exactly at the solution": {"data": "three points", "start": (2.0,)},
    "far away": {"start": (1e6, -1e6), "rate": 0.2},
    "at the limit": {"data": "three points", "rate": load("three points").curvature.max_stable_learning_rate()},
}
