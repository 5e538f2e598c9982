"""Cases: one piece of work, as the engine is asked for it and as a peer is told of it.

The engine's own side goes through the public functions, `gd_core.train` and `gd_core.surface`. A peer gets the same
arrays, the same start and the same order of rows, so that its answer can be held against the engine's number by number.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from benchmarks.engine.answer import Answer
from gd_core import Batching, Objective, Recipe, coordinate_plane, surface, train
from gd_core.shapes import Array


@dataclass(frozen=True)
class Descent:
    """R runs of T updates on one objective."""

    objective: Objective
    recipe: Recipe

    @property
    def size(self) -> int:
        """Entries of all paths together, the starts included.

        A peer's cost is in proportion to it; of one that takes no loss at the start, a part is scaled to a little less.
        """
        return self.recipe.runs * (self.updates + 1)

    @property
    def updates(self) -> int:
        """T."""
        per_epoch = 1 if self.recipe.batch_size is None else -(-self.objective.n // self.recipe.batch_size)
        return self.recipe.epochs * per_epoch

    @property
    def timed(self) -> str:
        """How to say the size in words."""
        runs = f"{self.recipe.runs:,} runs of " if self.recipe.runs > 1 else ""
        return f"{runs}{self.updates:,} updates"

    def of_epochs(self, epochs: int) -> Descent:
        """Return the same runs, ended earlier."""
        return replace(self, recipe=replace(self.recipe, epochs=min(epochs, self.recipe.epochs)))

    def of_runs(self, runs: int) -> Descent:
        """Return the first runs alone."""
        recipe = self.recipe
        return replace(
            self, recipe=replace(recipe, learning_rate=recipe.learning_rate[:runs], seeds=recipe.seeds[:runs])
        )

    def in_stored_order(self) -> Descent:
        """Return the same runs reading the rows as they are stored."""
        return replace(self, recipe=replace(self.recipe, order="sequential"))

    def ours(self) -> Answer:
        """Return the engine's answer."""
        history = train(self.objective, self.recipe)
        return Answer(history.path, history.loss)

    def by_the_loop(self) -> Answer:
        """Return the answer of the package's own plain loop, the reference."""
        history = train(self.objective, self.recipe, method="loop")
        return Answer(history.path, history.loss)

    @property
    def start(self) -> Array:
        """(P,), the same for all runs."""
        return np.array(self.recipe.start)

    @property
    def rates(self) -> Array:
        """(R,)."""
        return np.broadcast_to(self.recipe.learning_rate, self.recipe.runs)

    @cached_property
    def rows(self) -> NDArray[np.intp]:
        """(R, T, B) rows of every update; every batch is full."""
        recipe = self.recipe
        plan = Batching(recipe.batch_size, recipe.order).plan(self.objective.n, recipe.epochs, recipe.seeds)
        if plan.stream is None:
            raise ValueError("rows must be read in batches; got batch_size None, which reads them all.")
        return plan.stream.reshape(len(plan.stream), -1, recipe.batch_size or 0)

    @cached_property
    def design(self) -> Array:
        """(N, P): the inputs of a linear model and a column of ones."""
        return np.hstack([self.objective.x, np.ones((self.objective.n, 1))])

    @property
    def target(self) -> Array:
        """(N,): the only output."""
        return self.objective.y[:, 0]


@dataclass(frozen=True)
class Grid:
    """The loss of a line on a grid of weights and intercepts."""

    objective: Objective
    weights: Array
    """(A,)"""
    intercepts: Array
    """(B,)"""

    @property
    def size(self) -> int:
        """Points of the grid."""
        return len(self.weights) * len(self.intercepts)

    @property
    def timed(self) -> str:
        """How to say the size in words."""
        return f"{self.size:,} points"

    def of_rows(self, rows: int) -> Grid:
        """Return the first rows of the grid."""
        return replace(self, intercepts=self.intercepts[:rows])

    def ours(self) -> Answer:
        """Return the engine's answer."""
        plane = coordinate_plane(np.zeros(2), 0, 1)
        return Answer(loss=surface(self.objective, plane, self.weights, self.intercepts))

    def by_the_loop(self) -> Answer:
        """Return the heights from the objective itself, point by point."""
        heights = [[self.objective.value(np.array([[w, b]]))[0] for w in self.weights] for b in self.intercepts]
        return Answer(loss=np.array(heights))

    @property
    def x(self) -> Array:
        """(N,)."""
        return np.ascontiguousarray(self.objective.x[:, 0])

    @property
    def y(self) -> Array:
        """(N,)."""
        return np.ascontiguousarray(self.objective.y[:, 0])


Case = Descent | Grid
