"""Run the benchmarks named on the command line, or all of them."""

import platform
import sys
from datetime import date

import numpy as np

from benchmarks import basins, network, playback, rerun, visit

ALL = {
    "rerun": rerun.main,
    "playback": playback.main,
    "visit": visit.main,
    "network": network.main,
    "basins": basins.main,
}

print(f"{date.today():%Y-%m-%d}, {platform.machine()}, Python {platform.python_version()}, NumPy {np.__version__}")
for name in sys.argv[1:] or ALL:
    print(f"\n{name}")
    ALL[name]()
