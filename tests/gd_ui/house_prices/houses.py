"""Runs on house prices and the like for the tests, each computed once."""

import functools

from gd_core.scaling import SCALINGS
from gd_ui.house_prices.controls import SCALES, default_rate, default_size
from gd_ui.house_prices.run import HouseRun, HouseSettings, run_house
from gd_ui.house_prices.sets import SETS, House, house

BUNDLED = ("diabetes", "wine", "breast cancer")
"""The sets that are at hand everywhere."""
EVERY = [(name, scaling) for name in BUNDLED for scaling in SCALINGS]


def house_settings(data: str = "diabetes", scaling: str = SCALES[0], **changes: object) -> HouseSettings:
    """Return the settings the page opens with, but for changes."""
    chosen = SETS[data]
    values: dict = {
        "learning_rate": default_rate(data, scaling),
        "updates": chosen.updates,
        "pair": chosen.weights,
        "start": chosen.start,
        "batch_size": default_size(house(data, scaling).train.n),
    }
    return HouseSettings(data, scaling, **(values | changes))


@functools.cache
def ran(data: str = "diabetes", scaling: str = SCALES[0], **changes: object) -> tuple[HouseRun, House]:
    """Return a run and its set; the changes must be hashable."""
    houses = house(data, scaling)
    return run_house(house_settings(data, scaling, **changes), houses), houses
