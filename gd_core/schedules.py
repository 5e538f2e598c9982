"""Schedules: how the learning rate changes on the way.

A schedule gives the factor on the learning rate for update t of T, t = 0 … T-1. It starts at 1. Under a
constant rate a stochastic run keeps rattling; a rate that falls lets it settle.
"""

from collections.abc import Callable

import numpy as np

Schedule = Callable[[int, int], float]
"""(t, T) -> factor."""


def constant(t: int, total: int) -> float:
    """Return 1: the same rate throughout."""
    return 1.0


def invscaling(t: int, total: int, power: float = 0.25) -> float:
    """Return (t + 1)^-power: scikit-learn's "invscaling", with its default power."""
    return float((t + 1) ** -power)


def step(t: int, total: int, gamma: float = 0.1, stages: int = 3) -> float:
    """Return gamma^k in the k-th of equally long stages, k = 0, 1, …: PyTorch's StepLR and its gamma."""
    return float(gamma ** (t * stages // total))


def cosine(t: int, total: int) -> float:
    """Return (1 + cos(pi t / T)) / 2: half a cosine from 1 towards 0.

    (Loshchilov and Hutter 2017, without restarts.)
    """
    return float((1 + np.cos(np.pi * t / total)) / 2)


SCHEDULES: dict[str, Schedule] = {
    "constant": constant,
    "invscaling": invscaling,
    "step": step,
    "cosine": cosine,
}
