"""What is loaded and set aside before the first visitor comes."""

import subprocess
import sys

from gd_ui.lessons import ROOT
from gd_ui.server.warm import LIBRARIES

WARM_UP_TWICE = """
import gc, sys
from gd_ui.server.warm import warm_up
warm_up()
frozen = gc.get_freeze_count()
kept = [[] for _ in range(1000)]
warm_up()
print(frozen, gc.get_freeze_count())
print(*sys.modules)
"""


def test_warming_up_loads_what_pages_need_and_sets_it_aside_once() -> None:
    process = subprocess.run(
        [sys.executable, "-c", WARM_UP_TWICE], cwd=ROOT, capture_output=True, text=True, check=True
    )
    counts, modules = process.stdout.splitlines()
    frozen, frozen_later = map(int, counts.split())
    assert frozen > 100_000
    assert frozen_later <= frozen
    assert {*LIBRARIES, "gd_core", "gd_ui.lessons"} <= set(modules.split())
    assert "gd_ui.app" not in modules.split()
