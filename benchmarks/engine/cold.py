"""Cold start: from a fresh process to a trajectory, over a process that imports NumPy and ends.

Goal: at most 40 ms more. Both processes start with the same interpreter in turn; files are in the machine's cache, and
compiled to bytecode, as those of an installed package are whatever Python is told about writing it.
"""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import time
from tempfile import TemporaryDirectory

import numpy as np

from benchmarks.engine.promises import verdict
from benchmarks.engine.table import spread_out
from benchmarks.engine.timing import spread

GOAL = 40
ROUNDS = 15
IMPORT = "import numpy"
TRAJECTORY = """
from gd_core import Problem, Recipe, prepare, thousand_points, train
task = prepare(Problem("thousand-points"), thousand_points())
history = train(task.train, Recipe((0.001,), batch_size=1, epochs=50, start=(0.0, 0.0)))
assert history.path.shape == (1, 50_001, 2)
"""


def process(program: str, bytecode: str) -> tuple[float, float]:
    """Run a program in a process of its own; return its milliseconds on the wall and of the processor.

    `bytecode` is the folder that keeps what was compiled.
    """
    settings = os.environ | {"PYTHONDONTWRITEBYTECODE": "", "PYTHONPYCACHEPREFIX": bytecode}
    worked, started = _children(), time.perf_counter()
    subprocess.run([sys.executable, "-c", program], check=True, env=settings)
    return 1000 * (time.perf_counter() - started), 1000 * (_children() - worked)


def _children() -> float:
    """Return the processor seconds of all processes started and ended so far."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def main(rounds: int = ROUNDS) -> None:
    """Print how much longer the trajectory takes, median and quartiles."""
    base, whole = [], []
    with TemporaryDirectory() as bytecode:
        for program in (IMPORT, TRAJECTORY):
            process(program, bytecode)
        for _ in range(rounds):
            base.append(process(IMPORT, bytecode))
            whole.append(process(TRAJECTORY, bytecode))
    wall, worked = (np.array(whole) - np.array(base)).T
    took, numpy = spread(worked), float(np.median(np.array(base)[:, 1]))
    print(
        f"cold process to the trajectory of W1, over the {numpy:.0f} ms of `import numpy`: {spread_out(took)} ms ",
        end="",
    )
    print(f"of the processor (goal: {GOAL} ms, {verdict(took.median <= GOAL)}); {spread_out(spread(wall))} on the wall")


if __name__ == "__main__":
    main()
