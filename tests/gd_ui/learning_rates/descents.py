"""Runs at several rates that test files look at, each run once: the default of every data set, and the telling ones."""

import functools

from gd_ui.datasets import Loaded, load
from gd_ui.learning_rates.controls import SHOWN, default_rates
from gd_ui.learning_rates.rates import RateRun, RateSettings, run_rates


@functools.cache
def descended(
    data: str = "line", rates: tuple[float, ...] | None = None, updates: int = SHOWN
) -> tuple[RateRun, Loaded]:
    """Return the runs of these settings with their data."""
    loaded = load(data)
    return run_rates(RateSettings(data, rates or default_rates(data), updates), loaded), loaded


COURSE = ("line", (0.2, 0.8, 1.1))
EDGE = ("line", (0.8, 0.81))
STABLE = ("line", (0.05, 0.3, 0.4, 0.7, 0.7593))
SLOW = ("line", (0.0001, 0.0002))
LOST = ("line", (0.9, 5.0, 10.0), 500)
SINGLE = ("three points", (0.05, 0.2, 0.3))
PATIENTS = ("diabetes", (0.01, 0.06, 0.24, 0.3))
UNSCALED = ("diabetes unscaled", (1e-6, 1.34e-5, 2e-5))
TELLING = {
    "course": COURSE, "edge": EDGE, "stable": STABLE, "slow": SLOW, "lost": LOST, "single": SINGLE,
    "patients": PATIENTS, "unscaled": UNSCALED,
}  # fmt: skip
