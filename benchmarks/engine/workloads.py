"""Workloads: what the engine is timed on, and how much faster than a peer it wants to be.

Every workload can be made small, for a test that asks whether its numbers are right and not how long they take.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple

import numpy as np

from benchmarks.engine.case import Case, Descent, Grid
from gd_core import LOSSES, Model, Objective, Recipe, applicants, linear, objective, thousand_points
from gd_core.models import SIGMOID

COURSE_NOISE = 0.1
"""Of the course's thousand points."""


class Size(NamedTuple):
    """How large a workload is made."""

    n: int = 1000
    """N, rows."""
    epochs: int = 1
    runs: int = 1
    """R."""
    points: int = 101
    """A = B, the sides of a grid."""


class Workload(NamedTuple):
    """A piece of work, and what is wanted of it."""

    title: str
    make: Callable[[Size], Case]
    size: Size
    small: Size
    goals: Mapping[str, float] = {}
    """By a peer's label: how many times the engine's time it should take at least."""

    @property
    def case(self) -> Case:
        """The workload itself."""
        return self.make(self.size)

    @property
    def small_case(self) -> Case:
        """The workload at a size for tests."""
        return self.make(self.small)


def line(n: int) -> Objective:
    """Y = b + w x: the first n of the course's thousand points, or more than there are, spread in the same way."""
    if n <= 1000:
        data = thousand_points()
        return objective(linear(1), LOSSES["squared"], data.x[:n], data.y[:n])
    rng = np.random.default_rng(0)
    x = rng.uniform(-10, 10, (n, 1))
    return objective(linear(1), LOSSES["squared"], x, 1.915 * x + 0.915 + rng.normal(0, COURSE_NOISE, (n, 1)))


def features(n: int, d: int) -> Objective:
    """A linear model on n rows of d standard normal features, with an intercept and noise of 0.5."""
    rng = np.random.default_rng(0)
    x, weights = rng.normal(size=(n, d)), rng.normal(size=d)
    return objective(linear(d), LOSSES["squared"], x, x @ weights + 1 + 0.5 * rng.normal(size=n))


def single_sample(size: Size) -> Descent:
    """A line, one row an update."""
    recipe = Recipe((0.001,), batch_size=1, epochs=size.epochs, start=(0.0, 0.0))
    return Descent(line(size.n), recipe)


def thirteen_features(size: Size) -> Descent:
    """A linear model on 13 features, one row an update."""
    recipe = Recipe((0.005,), batch_size=1, epochs=size.epochs, start=(0.0,) * 14)
    return Descent(features(size.n, 13), recipe)


def mini_batches(size: Size) -> Descent:
    """A linear model on ten features, 16 rows an update."""
    recipe = Recipe((0.01,), batch_size=16, epochs=size.epochs, start=(0.0,) * 11)
    return Descent(features(size.n, 10), recipe)


def all_rows(size: Size) -> Descent:
    """A linear model on ten features, all rows in every update."""
    recipe = Recipe((0.003,), epochs=size.epochs, start=(0.0,) * 11)
    return Descent(features(size.n, 10), recipe)


def loss_surface(size: Size) -> Grid:
    """The surface of a line's loss."""
    return Grid(line(size.n), np.linspace(-3, 6, size.points), np.linspace(-3, 5, size.points))


def small_network(size: Size) -> Descent:
    """A network of two inputs, twice two sigmoid units and one output, on four applicants, one an update."""
    model = Model((2, 2, 2, 1), output=SIGMOID)
    data = applicants()
    start = tuple(model.init([3])[0].tolist())
    recipe = Recipe((0.5,), batch_size=1, epochs=size.epochs, start=start)
    return Descent(objective(model, LOSSES["half squared"], data.x, data.y), recipe)


def _many(optimizer: str, fastest: float) -> Callable[[Size], Descent]:
    """Return runs of a line, one row an update: 20 orders of the rows, and as many rates as that leaves."""

    def make(size: Size) -> Descent:
        orders = min(20, size.runs)
        rates = np.geomspace(fastest / 1000, fastest, -(-size.runs // orders))
        every = [(rate, seed) for rate in rates.tolist() for seed in range(orders)][: size.runs]
        recipe = Recipe(
            tuple(rate for rate, _ in every),
            optimizer=optimizer,
            batch_size=1,
            epochs=size.epochs,
            seeds=tuple(seed for _, seed in every),
            start=(0.0, 0.0),
        )
        return Descent(line(size.n), recipe)

    return make


def with_momentum(size: Size) -> Descent:
    """A line, one row an update, by heavy ball."""
    case = single_sample(size)
    recipe = Recipe(
        (0.0001,), "momentum", batch_size=1, epochs=case.recipe.epochs, start=case.recipe.start, momentum=0.9
    )
    return Descent(case.objective, recipe)


WORKLOADS = {
    "W1": Workload(
        "a line, 1,000 rows, one an update, 50,000 updates",
        single_sample,
        Size(1000, 50),
        Size(40, 3),
        {
            "NumPy loop": 300,
            "PyTorch eager": 3000,
            "scikit-learn partial_fit": 5000,
            "scikit-learn fit": 1,
            "numba loop": 1 / 4,
        },
    ),
    "W2": Workload(
        "13 features, 404 rows, one an update, 50,096 updates",
        thirteen_features,
        Size(404, 124),
        Size(30, 3),
        {"NumPy loop": 25, "PyTorch eager": 350, "numba loop": 1 / 7},
    ),
    "W3": Workload(
        "10 features, 100,000 rows, 16 an update, 31,250 updates",
        mini_batches,
        Size(100_000, 5),
        Size(64, 3),
        {"NumPy loop": 5, "JAX scan": 1, "numba loop": 1 / 6},
    ),
    "W4": Workload(
        "10 features, 1,000,000 rows, all in every update, 1,000 updates",
        all_rows,
        Size(1_000_000, 1000),
        Size(50, 20),
        {"NumPy loop": 1000, "PyTorch eager": 500, "NumPy, one read of the data": 1 / 4},
    ),
    "W4 ten times as long": Workload(
        "the same, 10,000 updates",
        all_rows,
        Size(1_000_000, 10_000),
        Size(50, 200),
        {"NumPy, one read of the data": 1 / 4},
    ),
    "W5 n = 80": Workload("the loss on a grid of 101 by 101, 80 rows", loss_surface, Size(80), Size(30, points=5)),
    "W5 n = 10,000": Workload("the same, 10,000 rows", loss_surface, Size(10_000), Size(1200, points=5)),
    "W5 n = 1,000,000": Workload(
        "the same, 1,000,000 rows",
        loss_surface,
        Size(1_000_000),
        Size(1500, points=5),
        {"numba grid": 1000},
    ),
    "W6": Workload(
        "a network 2-2-2-1, four rows, one an update, 40,000 updates",
        small_network,
        Size(epochs=10_000),
        Size(epochs=30),
        {"NumPy loop": 8, "NumPy, the lab's plain loop": 8, "PyTorch eager": 100},
    ),
    "W7": Workload(
        "a line, 1,000 rows, one an update, 4,000 runs of 2,000 updates",
        _many("gd", 0.008),
        Size(1000, 2, 4000),
        Size(40, 2, 30),
        {"PyTorch vectorised": 1, "JAX scan, vmap": 1, "numba run by run": 1},
    ),
    "W8 momentum": Workload(
        "W1 with momentum 0.9, 50,000 updates", with_momentum, Size(1000, 50), Size(40, 3), {"NumPy loop": 100}
    ),
    "W8 Adam": Workload(
        "W7 by Adam, 4,000 runs of 2,000 updates",
        _many("adam", 0.3),
        Size(1000, 2, 4000),
        Size(40, 2, 30),
        {"numba run by run": 1},
    ),
}
