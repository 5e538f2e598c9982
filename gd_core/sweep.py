"""Sweeps: many recipes on one objective, side by side where they fit together, and shared out among processors.

Runs know nothing of each other, so a sweep may be cut anywhere. Recipes that differ only in learning rate, seeds and
start are joined: their runs move in one array, and its history is taken apart again. What is joined ends before it
holds more numbers than PIECE:

    runs * (row numbers + (T + 1) * (P parameters + 2 losses))

The pieces follow from the recipes alone. So every executor computes the same ones, and gets the same bits wherever
NumPy gives them (same version, same kind of processor, as many BLAS threads).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import fields, replace
from functools import partial
from itertools import pairwise
from operator import attrgetter
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from gd_core import checks, executors
from gd_core.descent import History, Report
from gd_core.engines import METHODS
from gd_core.experiment import Recipe, starts, train_from
from gd_core.extent import NUMBER, Extent
from gd_core.objective import Objective
from gd_core.shapes import Array

if TYPE_CHECKING:
    from concurrent.futures import Executor

PIECE = 2**21
"""The most numbers that one piece of work holds, 16 MB; a recipe that needs more is a piece by itself, and one that is
too large for `train` to keep in full is recorded at a stride."""

OF_A_RUN = ("learning_rate", "seeds", "start")
"""The settings of a recipe that may differ from run to run."""

_shared_settings = attrgetter(*(field.name for field in fields(Recipe) if field.name not in OF_A_RUN))


class Outcome(NamedTuple):
    """What became of one recipe."""

    recipe: Recipe
    kept: Any
    """What `keep` made of its history; None if it failed."""
    error: str | None
    """Kind and message of the error if it failed, else None."""


class Piece(NamedTuple):
    """Recipes that are trained together."""

    places: list[int]
    """Where in the sweep each of them stands."""
    recipes: list[Recipe]
    numbers: int
    """How many numbers they hold, which is also the measure of their work."""


def whole(history: History) -> History:
    """Keep everything."""
    return history


def final_loss(history: History) -> Array:
    """Keep the loss (R,) after the last update; a copy, for a view would hold on to the whole array."""
    return history.loss[:, -1].copy()


def sweep(
    objective: Objective,
    recipes: Iterable[Recipe],
    executor: Executor | None = None,
    validation: Objective | None = None,
    keep: Callable[[History], Any] = whole,
    report: Report = executors.silent,
    method: str = "fastest",
) -> list[Outcome]:
    """Train every recipe on the objective; return one outcome per recipe, in the order of the recipes.

    Each recipe gets the history that `train` gives it alone, up to rounding. The work is done by `executor`, any
    `concurrent.futures.Executor`; None does it here. `keep` reduces each history where it was computed, so that little
    is sent back and stored; for other processes it must be a function that they can import. The data go out with every
    piece. A recipe that fails says so in its outcome and stops no other. A `report` that raises stops the sweep; pieces
    not yet begun are cancelled.

    Raises ValueError for an unknown method, and when `objective` is no Objective, `executor` no Executor, or `recipes`
    empty or not made of Recipes.
    """
    found = _checked(objective, recipes, executor, method)
    pieces = _pieces(objective, found)
    work = partial(_outcomes, objective, validation, keep, method)
    results = executors.carry_out(
        work, [piece.recipes for piece in pieces], [piece.numbers for piece in pieces], executor, report
    )
    outcomes: dict[int, Outcome] = {}
    for piece, result in zip(pieces, results, strict=True):
        if isinstance(result, Exception):
            result = [_failed(recipe, result) for recipe in piece.recipes]
        outcomes.update(zip(piece.places, result, strict=True))
    return [outcomes[place] for place in range(len(found))]


def _checked(objective: object, recipes: object, executor: object, method: str) -> list[Recipe]:
    """Return the recipes as a list, if nothing is wrong that concerns them all."""
    checks.choice("method", method, METHODS)
    if not isinstance(objective, Objective):
        raise ValueError(f"objective must be an Objective, such as prepare(...).train; got {_kind(objective)}.")
    if executor is not None and not executors.is_one(executor):
        raise ValueError(f"executor must be None or a concurrent.futures.Executor; got {_kind(executor)}.")
    if not isinstance(recipes, Iterable):
        raise ValueError(f"recipes must be a sequence of Recipes; got {_kind(recipes)}.")
    found = list(recipes)
    if not found:
        raise ValueError("recipes must hold at least one Recipe; got none.")
    for place, recipe in enumerate(found):
        if not isinstance(recipe, Recipe):
            raise ValueError(f"recipes must hold nothing but Recipes; got {_kind(recipe)} as recipes[{place}].")
        if not isinstance(recipe.start, tuple | None):
            raise ValueError(f"start must be a tuple or None; got {_kind(recipe.start)} in recipes[{place}].")
    return found


def _kind(value: object) -> str:
    return f"the class {value.__name__}" if isinstance(value, type) else f"a value of type {type(value).__name__}"


def _pieces(objective: Objective, recipes: Sequence[Recipe]) -> list[Piece]:
    """Put together the recipes that agree in all but what is OF_A_RUN, as many as PIECE allows."""
    groups: dict[object, list[int]] = {}
    for place, recipe in enumerate(recipes):
        groups.setdefault(_shared_settings(recipe), []).append(place)
    pieces = []
    for group in groups.values():
        numbers = [_numbers(objective, recipes[place]) for place in group]
        for cut in _cuts(numbers):
            places = group[cut]
            pieces.append(Piece(places, [recipes[place] for place in places], sum(numbers[cut])))
    return pieces


def _cuts(numbers: Sequence[int]) -> list[slice]:
    """Cut a row of numbers into stretches that sum up to PIECE at most, or consist of a single larger one."""
    starts, held = [0], 0
    for place, more in enumerate(numbers):
        if held and held + more > PIECE:
            starts.append(place)
            held = 0
        held += more
    return [slice(start, end) for start, end in pairwise([*starts, len(numbers)])]


def _numbers(objective: Objective, recipe: Recipe) -> int:
    """How many numbers the runs of a recipe hold: the rows they read; parameters and two losses after every update."""
    return Extent(recipe.runs, objective.n_params, 2, objective.n, recipe.batch_size, recipe.epochs).whole // NUMBER


def _outcomes(
    objective: Objective,
    validation: Objective | None,
    keep: Callable[[History], Any],
    method: str,
    recipes: Sequence[Recipe],
    report: Report,
) -> list[Outcome]:
    """Train recipes that agree in all but what is OF_A_RUN; if that fails, halve them to find the culprit."""
    objective, validation = _laid_out(objective), None if validation is None else _laid_out(validation)
    try:
        theta = np.concatenate([starts(objective, recipe) for recipe in recipes])  # (R, P)
        history = train_from(theta, objective, _joined(recipes), validation, report, method)
    except Exception as error:
        if len(recipes) == 1:
            return [_failed(recipes[0], error)]
        middle = len(recipes) // 2
        halves = recipes[:middle], recipes[middle:]
        return [found for half in halves for found in _outcomes(objective, validation, keep, method, half, report)]
    ends = np.cumsum([0, *(recipe.runs for recipe in recipes)]).tolist()
    parts = (_part(history, slice(start, end)) for start, end in pairwise(ends))
    return [_reduced(recipe, part, keep) for recipe, part in zip(recipes, parts, strict=True)]


def _laid_out(objective: Objective) -> Objective:
    """Give its arrays the same layout everywhere; a cluster may deliver them to odd addresses, where NumPy is slow."""
    x, y = (np.require(array, requirements=("C", "ALIGNED")) for array in (objective.x, objective.y))
    return objective._replace(x=x, y=y)


def _joined(recipes: Sequence[Recipe]) -> Recipe:
    """Return one recipe with the rates and seeds of all runs; where they start is not in it."""
    if len(recipes) == 1:
        return recipes[0]
    rates = [rate for recipe in recipes for rate in recipe.learning_rate * (recipe.runs // len(recipe.learning_rate))]
    seeds = [seed for recipe in recipes for seed in recipe.seeds * (recipe.runs // len(recipe.seeds))]
    return replace(recipes[0], learning_rate=tuple(rates), seeds=tuple(seeds), start=None)


def _part(history: History, runs: slice) -> History:
    """Return the history of some of the runs; no array is copied."""
    held_out = history.validation_loss
    return history._replace(
        path=history.path[runs],
        loss=history.loss[runs],
        validation_loss=None if held_out is None else held_out[runs],
        diverged_at=history.diverged_at[runs],
    )


def _reduced(recipe: Recipe, history: History, keep: Callable[[History], Any]) -> Outcome:
    try:
        return Outcome(recipe, keep(history), None)
    except Exception as error:
        return _failed(recipe, error)


def _failed(recipe: Recipe, error: Exception) -> Outcome:
    return Outcome(recipe, None, f"{type(error).__name__}: {error}")
