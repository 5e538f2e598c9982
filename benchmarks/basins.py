"""How long does a map of 200 by 200 starts take? Every landscape, and the double well over starts and rates.

Goal: each in less than a second.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial

from gd_ui.beyond_convex.lands import LANDS, land
from gd_ui.beyond_convex.starts import run_basins
from gd_ui.beyond_convex.well import run_well_map


def main() -> None:
    """Print the shortest of three times for every map."""
    maps: dict[str, Callable[[], object]] = {
        name: partial(run_basins, name, land(name).learning_rate, "gd") for name in LANDS
    }
    maps["double well, starts by rates"] = run_well_map
    for name, work in maps.items():
        times = []
        for _ in range(3):
            started = time.perf_counter()
            work()
            times.append(time.perf_counter() - started)
        print(f"{name}: {min(times):.2f} s (goal: 1)")


if __name__ == "__main__":
    main()
