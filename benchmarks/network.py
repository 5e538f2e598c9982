"""How fast does the hiring network learn? 10,000 epochs of four applicants, one per update, with every state recorded.

Goal: at least 20 times as fast as PyTorch's eager loop, that is within 0.45 s where PyTorch takes 9 s. The plain loop
in NumPy is the reference that gives the same numbers; PyTorch is timed over fewer updates, if it is installed.
"""

from __future__ import annotations

import time
from collections.abc import Callable

import numpy as np

from gd_core import OPTIMIZERS
from gd_core.descent import loop
from gd_core.hiring import EXERCISES, METHODS, Training, descend_hiring

EXERCISE = EXERCISES["Exercise 3"]
TRAINING = Training(EXERCISE.sizes, EXERCISE.x, EXERCISE.y, EXERCISE.start, "stochastic")
UPDATES = TRAINING.epochs * TRAINING.updates_per_epoch
FEWER = 2000
"""Updates over which PyTorch is timed."""
GOAL = 0.45


def seconds(work: Callable[[], object], repeats: int = 5) -> float:
    """Return the shortest time of a piece of work: what it takes when nothing else uses the processor."""
    times = []
    for _ in range(repeats):
        started = time.perf_counter()
        work()
        times.append(time.perf_counter() - started)
    return min(times)


def plain() -> None:
    """Descend by the plain loop, a few NumPy calls to every layer of every update."""
    plan = METHODS["stochastic"].plan(len(TRAINING.x), TRAINING.epochs, [TRAINING.seed])
    loop(TRAINING.objective, OPTIMIZERS["gd"](TRAINING.learning_rate), np.array([TRAINING.start]), plan)


def eager() -> float:
    """Return what PyTorch's eager loop takes for all updates; raises ImportError without PyTorch."""
    import torch

    network = torch.nn.Sequential(
        *(part for sizes in ((2, 2), (2, 2), (2, 1)) for part in (torch.nn.Linear(*sizes), torch.nn.Sigmoid()))
    ).double()
    optimizer = torch.optim.SGD(network.parameters(), lr=TRAINING.learning_rate)
    x, y = torch.tensor(TRAINING.x).double(), torch.tensor(TRAINING.y).double()
    rows = np.random.default_rng(0).integers(0, len(x), FEWER).tolist()

    def work() -> None:
        for row in rows:
            optimizer.zero_grad()
            (torch.nn.functional.mse_loss(network(x[[row]]), y[[row]]) / 2).backward()
            optimizer.step()
            torch.cat([p.detach().reshape(-1) for p in network.parameters()])

    return seconds(work, 3) * UPDATES / FEWER


def main() -> None:
    """Print the time of the whole run, of the plain loop and of PyTorch."""
    ours, reference = seconds(lambda: descend_hiring(TRAINING)), seconds(plain, 1)
    print(f"{UPDATES:,} updates with every state and loss: {ours:.3f} s (goal: {GOAL})")
    print(f"plain NumPy loop, states only: {reference:.2f} s, {reference / ours:.0f} times as long")
    try:
        torch_seconds = eager()
    except ImportError:
        print("PyTorch is not installed: no ratio")
    else:
        ratio = torch_seconds / ours
        print(f"PyTorch eager, states only: {torch_seconds:.2f} s, {ratio:.0f} times as long (goal: 20)")


if __name__ == "__main__":
    main()
