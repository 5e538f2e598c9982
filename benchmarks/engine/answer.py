"""Answers: what came out of a piece of work, and how far one answer is from another."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from gd_core.shapes import Array

AGREEMENT = 1e-8
"""How far an answer may be from the engine's, as a share of the run's largest number, to be timed against it."""


class Answer(NamedTuple):
    """What came out of a case."""

    path: Array | None = None
    """(R, T+1, P) parameters, or (R, 1, P) from a peer that keeps the last only; None for a surface."""
    loss: Array | None = None
    """(R, T+1) at every entry, or the heights (B, A) of a surface; None where a peer does not keep it."""


def distance(ours: Answer, theirs: Answer) -> float:
    """Return how far an answer is from ours: the largest difference, as a share of its run's largest number.

    Infinite where one is finite and the other is not, or where nothing can be compared.
    """
    pairs = []
    if ours.path is not None and theirs.path is not None:
        pairs.append((ours.path[:, -theirs.path.shape[1] :], theirs.path))
    if ours.loss is not None and theirs.loss is not None:
        pairs.append((ours.loss, theirs.loss))
    return max((_apart(mine, other) for mine, other in pairs), default=float("inf"))


def _apart(mine: Array, other: Array) -> float:
    """Compare two arrays (R, …) run by run."""
    if mine.shape != other.shape or not np.array_equal(np.isfinite(mine), np.isfinite(other)):
        return float("inf")
    axes = tuple(range(1, mine.ndim))
    with np.errstate(invalid="ignore"):
        apart = np.nan_to_num(np.abs(mine - other)).max(axis=axes)
    largest = np.abs(np.nan_to_num(mine, posinf=0, neginf=0)).max(axis=axes)
    return float((apart / np.where(largest > 0, largest, 1)).max())
