"""Experiments: plain values that name a run completely.

A Problem says what is learned from (data, split, scaling, loss), a Recipe how. Both are frozen and hashable,
so they serve as cache key, as link and as exported script. `prepare` and `train` turn them into arrays.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from gd_core import checks, engines, strided
from gd_core.batching import Batching
from gd_core.data import Dataset
from gd_core.descent import History, Report, fitting
from gd_core.extent import Extent, Fit, fit
from gd_core.losses import LOSSES
from gd_core.models import linear
from gd_core.objective import Objective, objective
from gd_core.optimizers import OPTIMIZERS, Optimizer, hyperparameters
from gd_core.scaling import SCALINGS, Scaler
from gd_core.schedules import SCHEDULES
from gd_core.shapes import Array

METHODS = tuple(engines.METHODS)
"""How `train` may compute a history; the numbers are the same up to rounding."""

LARGEST_HISTORY = 2 * 10**9
"""Bytes that the history of a recipe may take, with the rows it reads; what needs more is recorded at a stride."""


@dataclass(frozen=True)
class Problem:
    """What a linear model is to learn.

    Raises ValueError for an unknown loss or scaling, a fraction not in [0, 1) or a negative seed.
    """

    data: str
    """Name of the data set; who calls `prepare` looks it up."""
    loss: str = "squared"
    """A name in LOSSES."""
    scaling: str = "none"
    """A name in SCALINGS; fitted on the training rows, applied to the features."""
    scale_target: bool = True
    """Whether the target is scaled in the same way; not for classes 0 and 1."""
    bias: bool = True
    validation_fraction: float | None = None
    """Share of the rows to hold out; None keeps the data set's own split."""
    split_seed: int = 42
    """Seeds the permutation that decides which rows are held out."""

    def __post_init__(self) -> None:
        """Check the settings."""
        checks.choice("loss", self.loss, LOSSES)
        checks.choice("scaling", self.scaling, SCALINGS)
        if self.validation_fraction is not None:
            checks.number("validation_fraction", self.validation_fraction, 0, 1, below=True)
        checks.whole("split_seed", self.split_seed, 0)


class Task(NamedTuple):
    """A Problem with its data: the objective on training and on held-out rows, and the scalings."""

    train: Objective
    validation: Objective | None
    features: Scaler
    target: Scaler


def prepare(problem: Problem, data: Dataset) -> Task:
    """Split and scale the data and build the objectives. Statistics come from the training rows only.

    Raises ValueError when the validation fraction leaves no row to train on.
    """
    train, held_out = data.train, data.validation
    if problem.validation_fraction is not None:
        rows = np.random.default_rng(problem.split_seed).permutation(len(data.y))
        n_held_out = round(problem.validation_fraction * len(rows))
        if n_held_out == len(rows):
            got = f"{problem.validation_fraction} of {len(rows)} rows"
            raise ValueError(f"validation_fraction must leave a row to train on; got {got}.")
        train, held_out = rows[n_held_out:], rows[:n_held_out]
    features = SCALINGS[problem.scaling](data.x[train])
    target = SCALINGS[problem.scaling if problem.scale_target else "none"](data.y[train])
    model = linear(data.x.shape[1], bias=problem.bias)

    def on(rows: NDArray[np.intp]) -> Objective:
        return objective(model, LOSSES[problem.loss], features.apply(data.x[rows]), target.apply(data.y[rows]))

    return Task(on(train), on(held_out) if len(held_out) else None, features, target)


@dataclass(frozen=True)
class Recipe:
    """How to descend: R runs side by side, one per learning rate and seed (a single one serves all runs).

    Raises ValueError naming the setting, its range and what came. A hyperparameter left at None takes the
    optimizer's own default; one that the optimizer does not have is an error.
    """

    learning_rate: tuple[float, ...] = (0.1,)
    optimizer: str = "gd"
    """A name in OPTIMIZERS."""
    schedule: str = "constant"
    """A name in SCHEDULES."""
    batch_size: int | None = None
    """Examples per update; None is batch descent."""
    order: str = "shuffled"
    """A name in ORDERS; without meaning for batch descent."""
    epochs: int = 10
    seeds: tuple[int, ...] = (0,)
    start: tuple[float, ...] | None = None
    """One theta (P,) for all runs; None draws one per seed with `Model.init`."""
    momentum: float | None = None
    beta1: float | None = None
    beta2: float | None = None
    eps: float | None = None

    def __post_init__(self) -> None:
        """Check the settings that can be checked without the data."""
        for name, values in (("learning_rate", self.learning_rate), ("seeds", self.seeds)):
            if not isinstance(values, tuple) or not values:
                raise ValueError(f"{name} must be a tuple with at least one entry; got {values!r}.")
        for rate in self.learning_rate:
            checks.number("learning_rate", rate, 0, above=True)
        for seed in self.seeds:
            checks.whole("seeds", seed, 0)
        if 1 not in (counts := {len(self.learning_rate), len(self.seeds)}) and len(counts) > 1:
            raise ValueError(
                f"learning_rate and seeds must have one entry or equally many; got {len(self.learning_rate)} "
                f"and {len(self.seeds)}."
            )
        checks.choice("schedule", self.schedule, SCHEDULES)
        checks.whole("epochs", self.epochs, 1)
        Batching(self.batch_size, self.order)
        self._optimizer(0.0)

    @property
    def runs(self) -> int:
        """R."""
        return max(len(self.learning_rate), len(self.seeds))

    def build_optimizer(self, steps: int) -> Optimizer:
        """Return the optimizer of all R runs, its rate following the schedule over `steps` updates."""
        rates = np.broadcast_to(self.learning_rate, self.runs)[:, None]
        if self.schedule == "constant":
            return self._optimizer(rates)
        factor = SCHEDULES[self.schedule]
        return self._optimizer(lambda t: rates * factor(t, steps))

    def _optimizer(self, rate: object) -> Optimizer:
        own = hyperparameters(self.optimizer)
        given = {name: getattr(self, name) for name in ("momentum", "beta1", "beta2", "eps")}
        given = {name: value for name, value in given.items() if value is not None}
        for name in given.keys() - own.keys():
            raise ValueError(f"{name} is no setting of optimizer {self.optimizer!r}, which has {list(own) or 'none'}.")
        return OPTIMIZERS[self.optimizer](rate, **given)


def train(
    objective: Objective,
    recipe: Recipe,
    validation: Objective | None = None,
    report: Report = lambda fraction: None,
    method: str = "fastest",
) -> History:
    """Run a recipe: one history of `recipe.runs` runs on the objective.

    `method` is "loop" for the plain loop, or "fastest" for the first of the ENGINES that gives the same history sooner.
    A history that would need more memory than LARGEST_HISTORY is recorded at the smallest stride that fits. It says so
    in `stride`, and in `updates` what each entry is; the last one is the end in any case. Raises ValueError when the
    start does not fit the model, the batch is larger than the data, or the memory has no room even for start and end;
    nothing is computed then.
    """
    return train_from(starts(objective, recipe), objective, recipe, validation, report, method)


def starts(objective: Objective, recipe: Recipe) -> Array:
    """Return where the runs of a recipe start, theta (R, P).

    Raises ValueError when that does not fit the model, or when the memory has no room even for start and end.
    """
    _stride(objective, recipe, validated=False)  # refused before memory is taken
    if recipe.start is None:
        return objective.model.init(recipe.seeds * (recipe.runs // len(recipe.seeds)))
    return np.tile(checks.array("start", recipe.start, (objective.model.n_params,)), (recipe.runs, 1))


def train_from(
    theta: Array,
    objective: Objective,
    recipe: Recipe,
    validation: Objective | None = None,
    report: Report = lambda fraction: None,
    method: str = "fastest",
) -> History:
    """Run a recipe like `train`, each run from its own theta (R, P) instead of the recipe's start."""
    checks.choice("method", method, METHODS)
    batching, seeds = Batching(recipe.batch_size, recipe.order), recipe.seeds * (recipe.runs // len(recipe.seeds))
    recorded = _stride(objective, recipe, validation is not None)
    optimizer = recipe.build_optimizer(_extent(objective, recipe, validation is not None).updates)
    if recorded is not None:
        plans = strided.pieces(batching, seeds, recorded)
        return strided.history(objective, optimizer, theta, plans, recorded, validation, report, method)
    plan = batching.plan(objective.n, recipe.epochs, seeds)
    return engines.find(objective, optimizer, fitting(theta, objective, plan), plan, validation, report, method)


def _stride(objective: Objective, recipe: Recipe, validated: bool) -> Fit | None:
    """Return at what stride a history fits that is too large to be kept in full; raises ValueError if at none."""
    extent = _extent(objective, recipe, validated)
    return fit(extent, LARGEST_HISTORY) if extent.whole > LARGEST_HISTORY else None


def _extent(objective: Objective, recipe: Recipe, validated: bool) -> Extent:
    """Return how large the run is; raises ValueError when the batch is larger than the data."""
    size = recipe.batch_size
    if size is not None:
        checks.whole("batch_size", size, 1, objective.n)
    return Extent(recipe.runs, objective.n_params, 1 + validated, objective.n, size, recipe.epochs)
