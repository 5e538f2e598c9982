"""Rate maps that several test files look at, each made once, and made-up ones for what no data set shows."""

import functools
from dataclasses import replace

import numpy as np

from gd_ui.batch_sizes.rate_map import MapSettings, RateMap, asked, run_map
from gd_ui.datasets import Loaded, load
from tests.gd_ui.batch_sizes.races import defaults


@functools.cache
def mapped(data: str = "line", **changes: object) -> tuple[RateMap, Loaded]:
    """Return the map of a data set with its data, of few epochs and seeds unless told."""
    seeds = int(changes.pop("seeds", 4))
    settings = replace(asked(defaults(data, **({"epochs": 3} | changes))), seeds=seeds)
    return run_map(settings, load(data)), load(data)


def made_up(loss: list, first: float = 1.0, **changes: object) -> RateMap:
    """Return a map of the data set "line" whose losses (S, C, K) are made up; what is not finite diverged."""
    losses = np.array(loss, dtype=float)
    sizes, columns, seeds = losses.shape
    chosen = {
        "data": "line",
        "epochs": 2,
        "order": "shuffled",
        "optimizer": "gd",
        "seed": 0,
        "seeds": seeds,
        "start": (),
    }
    rates = tuple(0.1 * 2.0**column for column in range(columns))
    return RateMap(
        MapSettings(**(chosen | changes)), rates, {1: (80,), 2: (1, 80)}[sizes], losses, ~np.isfinite(losses), first
    )
