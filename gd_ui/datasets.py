"""The catalogue: every data set a lesson can choose, with the settings it starts from."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from gd_core import Curvature, Dataset, Objective, Problem, Task, curvature, least_squares, prepare
from gd_core.data import dataset, noisy_line, noisy_line_start, thousand_points, three_points
from gd_core.shapes import Array


class Entry(NamedTuple):
    """One line of the catalogue."""

    about: str
    load: Callable[[], Dataset]
    problem: Problem
    start: tuple[float, ...]
    """theta (P,) the lessons start from, in the problem's scaled units."""
    learning_rate: float
    epochs: int
    weights: tuple[int, int] = (1, 0)
    """The two parameters a map shows first: horizontal, vertical."""


class Loaded(NamedTuple):
    """An entry with everything that follows from its data alone."""

    data: Dataset
    task: Task
    names: tuple[str, ...]
    """P parameter names for axes and tables: "slope w", "weight of BMI", …"""
    best: Array
    """(P,) the least-squares solution on the training rows."""
    best_loss: float
    curvature: Curvature

    @property
    def train(self) -> Objective:
        """The training objective."""
        return self.task.train

    @property
    def reference_loss(self) -> float:
        """The training loss of predicting zero everywhere: a scale on which a loss can be called nothing."""
        return float(np.square(self.train.y).mean())

    @property
    def noise_free(self) -> bool:
        """Whether the model can fit the training rows exactly, so that the best loss is zero but for rounding."""
        return self.best_loss <= 1e-12 * self.reference_loss


def diabetes() -> Dataset:
    """442 patients in their original units (Efron et al. 2004), from scikit-learn's bundled copy."""
    from sklearn.datasets import load_diabetes  # slow to import, and only this entry needs it

    x, y = load_diabetes(scaled=False, return_X_y=True)
    names = [
        "age (years)", "sex (1 or 2)", "BMI (kg/m²)", "blood pressure (mm Hg)", "cholesterol (mg/dl)", "LDL (mg/dl)",
        "HDL (mg/dl)", "cholesterol/HDL", "log triglycerides", "glucose (mg/dl)",
    ]  # fmt: skip
    source = "scikit-learn's diabetes data: progression one year after ten measurements"
    return dataset(x, y[:, None], names, ["progression (score)"], source)


def wine() -> Dataset:
    """178 wines, thirteen chemical measurements in original units; the target is the grower's number 0, 1 or 2.

    A class number is no measurement: with the squared loss this is regression on a label (a linear probe), good
    enough to study descent on real columns and not meant as a classifier.
    """
    from sklearn.datasets import load_wine  # slow to import, and only this set needs it

    x, y = load_wine(return_X_y=True)
    names = [
        "alcohol", "malic acid", "ash", "alkalinity of ash", "magnesium", "phenols", "flavanoids",
        "nonflavanoid phenols", "proanthocyanins", "color intensity", "hue", "OD280/OD315", "proline",
    ]  # fmt: skip
    return dataset(x, y[:, None], names, ["grower (0, 1 or 2)"], "scikit-learn's wine data (UCI, Forina et al. 1991)")


def breast_cancer() -> Dataset:
    """569 tumours, thirty measurements of cell nuclei in original units; the target is 0 malignant, 1 benign.

    Regression on 0 and 1 with the squared loss, as for `wine`.
    """
    from sklearn.datasets import load_breast_cancer  # slow to import, and only this set needs it

    bunch = load_breast_cancer()
    source = "scikit-learn's breast cancer data (UCI, Wolberg et al. 1995)"
    return dataset(bunch.data, bunch.target[:, None], [str(name) for name in bunch.feature_names], ["benign"], source)


CATALOGUE: dict[str, Entry] = {
    "line": Entry(
        "Course text B: y = 1 + 2x with a little noise; 80 points train, 20 validate.",
        noisy_line, Problem("line"), noisy_line_start(), 0.1, 20,
    ),
    "three points": Entry(
        "Course text A: y = 2x without noise, so the best loss is zero.",
        three_points, Problem("three-points", bias=False), (1.0,), 0.01, 20,
    ),
    "thousand points": Entry(
        "Course text E: y = 0.915 + 1.915x with a little noise, x from −10 to 10.",
        thousand_points, Problem("thousand-points"), (0.0, 0.0), 0.005, 2,
    ),
    "diabetes": Entry(
        "442 patients, ten measurements, all columns standardised on the training rows.",
        diabetes, Problem("diabetes", scaling="standardise", validation_fraction=0.2), (0.0,) * 11, 0.01, 5, (2, 3),
    ),
    "diabetes unscaled": Entry(
        "The same 442 patients unscaled: ages in years, pressures in mm Hg.",
        diabetes, Problem("diabetes", validation_fraction=0.2), (0.0,) * 11, 5e-6, 5, (2, 3),
    ),
}  # fmt: skip
"""By the name that stands on the control and in a link as `data=`."""


@functools.cache
def load(name: str) -> Loaded:
    """Load an entry of the catalogue, split and scale it, and solve it directly."""
    entry = CATALOGUE[name]
    data = entry.load()
    task = prepare(entry.problem, data)
    best = least_squares(task.train)
    names = ("slope w",) if len(data.features) == 1 else tuple(f"weight of {short(f)}" for f in data.features)
    names = (*names, "intercept b") if entry.problem.bias else names
    best_loss = float(task.train.value(best[None])[0])
    return Loaded(data, task, names, best, best_loss, curvature(task.train, best))


def short(feature: str) -> str:
    """Return a feature's name without its unit: "BMI (kg/m²)" gives "BMI"."""
    return feature.split(" (")[0]
