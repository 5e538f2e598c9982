"""Races that several test files look at, each run once: the default of every data set, and the telling ones."""

import functools

from gd_ui.batch_sizes.controls import default_size
from gd_ui.batch_sizes.race import Race, RaceSettings, run_race
from gd_ui.datasets import CATALOGUE, Loaded, load


def defaults(data: str, **changes: object) -> RaceSettings:
    """Return the settings a lesson starts from on a data set, with some of them changed."""
    entry = CATALOGUE[data]
    chosen: dict[str, object] = {
        "learning_rate": entry.learning_rate,
        "batch_size": default_size(load(data).train.n),
        "epochs": entry.epochs,
        "start": entry.start,
    }
    return RaceSettings(data, **(chosen | changes))


@functools.cache
def raced(data: str = "line", **changes: object) -> tuple[Race, Loaded]:
    """Return the race of these settings with its data."""
    settings, loaded = defaults(data, **changes), load(data)
    return run_race(settings, loaded), loaded


FATAL = {"data": "thousand points", "learning_rate": 0.025}
"""Stochastic descent diverges, batch descent does not."""
HOPELESS = {"data": "line", "learning_rate": 1.2}
"""Everything diverges."""
BALL = {"data": "line", "learning_rate": 0.2, "epochs": 50, "seeds": 100}
"""A hundred seeds, long enough to see where they rattle."""
EXACT = {"data": "three points", "epochs": 100}
"""Data without noise, and a single weight."""
PATIENTS = {"data": "diabetes"}
"""Eleven parameters."""
TELLING = {"default": {}, "fatal": FATAL, "hopeless": HOPELESS, "ball": BALL, "exact": EXACT, "patients": PATIENTS}
