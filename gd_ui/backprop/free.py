"""The free network: one to three hidden layers on data that a straight line cannot part, or on breast cancer."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np

from gd_core import (
    ACTIVATIONS,
    LOSSES,
    OPTIMIZERS,
    Batching,
    Model,
    Objective,
    Problem,
    dataset,
    everywhere,
    prepare,
)
from gd_core.data import Dataset
from gd_core.descent import Report, loop, part, quietly
from gd_core.models import IDENTITY, SIGMOID
from gd_core.objective import objective
from gd_core.shapes import Array
from gd_ui.backprop.runs import Moments, moments
from gd_ui.charts.decision import ACROSS, REACH, UP
from gd_ui.datasets import breast_cancer

HELD_OUT = 0.25
"""Share of the rows the network never learns from."""
MOST_UPDATES, MOST_NUMBERS = 20_000, 4_000_000
"""Updates of one run, and parameters kept of all of them: a few seconds, 32 MB."""
WATCHED = 24
"""Examples whose own derivatives are measured, evenly spread over the rows."""


def moons() -> Dataset:
    """200 points in two interleaving half circles, with noise (scikit-learn's make_moons, seed 0)."""
    from sklearn.datasets import make_moons  # slow to import

    x, y = make_moons(200, noise=0.2, random_state=0)
    return dataset(x, y[:, None], ["across", "up"], ["lower moon"], "scikit-learn's make_moons")


def circles() -> Dataset:
    """200 points on two circles, one in the other, with noise (scikit-learn's make_circles, seed 0)."""
    from sklearn.datasets import make_circles  # slow to import

    x, y = make_circles(200, noise=0.1, factor=0.4, random_state=0)
    return dataset(x, y[:, None], ["across", "up"], ["inner circle"], "scikit-learn's make_circles")


DATA: dict[str, Callable[[], Dataset]] = {"moons": moons, "circles": circles, "breast cancer": breast_cancer}
HIDDEN = ("tanh", "sigmoid", "relu")
LOSS_NAMES = ("logistic", "squared")


@dataclass(frozen=True)
class FreeSettings:
    """What names a run of a free network."""

    data: str = "moons"
    layers: int = 2
    units: int = 8
    """In every hidden layer."""
    activation: str = "tanh"
    loss: str = "logistic"
    learning_rate: float = 0.3
    batch_size: int = 16
    epochs: int = 200
    seed: int = 0

    @property
    def model(self) -> Model:
        """The network. With the squared loss its output is a sigmoid unit, with the logistic one it is a logit."""
        inputs = task(self.data)[0].x.shape[1]
        output = SIGMOID if self.loss == "squared" else IDENTITY
        return Model((inputs, *[self.units] * self.layers, 1), ACTIVATIONS[self.activation], output)

    @property
    def updates(self) -> int:
        """Updates of the whole run."""
        return -(-len(task(self.data)[0].y) // self.batch_size) * self.epochs

    def objectives(self) -> tuple[Objective, Objective]:
        """Return the loss on the rows to learn from and on those held out."""
        train, held_out = (objective(self.model, LOSSES[self.loss], part.x, part.y) for part in task(self.data))
        return train, held_out


class Part(NamedTuple):
    """Rows of a data set, standardised by those that train."""

    x: Array
    y: Array


@functools.cache
def task(data: str) -> tuple[Part, Part]:
    """Return the rows to learn from and those held out, as gd_core.experiment splits and scales them."""
    problem = Problem(data, scaling="standardise", scale_target=False, validation_fraction=HELD_OUT)
    prepared = prepare(problem, DATA[data]())
    assert prepared.validation is not None  # a quarter is held out
    return Part(*prepared.train[2:]), Part(*prepared.validation[2:])


def affordable(settings: FreeSettings) -> FreeSettings:
    """Return the settings with as many epochs as a shared server can run."""
    per_epoch = settings.updates // settings.epochs
    most = min(MOST_UPDATES, MOST_NUMBERS // settings.model.n_params) // per_epoch
    return replace(settings, epochs=max(1, min(settings.epochs, most)))


class FreeRun(NamedTuple):
    """A run at the moments that are shown."""

    settings: FreeSettings
    at: Moments
    theta: Array
    """(F, P)"""
    loss: Array
    """(2, F) on the rows that train and on those held out."""
    right: Array
    """(2, F) shares judged rightly."""
    slopes: Array
    """(F, L) size of a weight's derivative by layer: root mean square over single examples; their mean may cancel."""
    shades: Array
    """(F, cells) output on the ground of the map."""
    lost: int | None
    """The first update after which a parameter was not finite."""

    @property
    def nbytes(self) -> int:
        """Memory held, in bytes."""
        return sum(array.nbytes for array in self if isinstance(array, np.ndarray))


def run_free(settings: FreeSettings, report: Report = lambda fraction: None) -> FreeRun:
    """Train the network by mini-batches and measure it at the moments shown."""
    train, held_out = settings.objectives()
    plan = Batching(settings.batch_size).plan(train.n, settings.epochs, [settings.seed])
    start = settings.model.init([settings.seed])
    path = loop(train, OPTIMIZERS["gd"](settings.learning_rate), start, plan, part(report, 0, 0.8))[0]
    finite = np.isfinite(path).all(axis=1)
    lost = None if finite.all() else int((~finite).argmax())
    at = moments(len(plan) if lost is None else max(1, lost - 1), 0, 40, 0, 120)
    theta = path[at.updates]
    parts = (train, held_out)
    return FreeRun(
        settings, at, theta,
        np.stack([everywhere(each.value, theta, each.n) for each in parts]),
        np.stack([everywhere(functools.partial(right, each), theta, each.n) for each in parts]),
        layer_slopes(train, theta), everywhere_output(settings, theta), lost,
    )  # fmt: skip


def right(of: Objective, theta: Array) -> Array:
    """Return the share of rows judged rightly by every theta (R, P): (R,)."""
    said = of.model.predict(theta, of.x) >= (0.5 if of.model.output is SIGMOID else 0.0)
    return np.asarray((said == (of.y >= 0.5)).mean(axis=(1, 2)))


@quietly
def layer_slopes(of: Objective, theta: Array) -> Array:
    """Return the size of a weight's derivative by layer at every theta (F, P), over single examples: (F, L)."""
    rows = np.linspace(0, of.n - 1, min(WATCHED, of.n)).astype(int)
    found = np.zeros((len(theta), len(of.model.sizes) - 1))
    for row in rows:
        layers = of.model.layers(of.grad(theta, np.array([row])))
        found += np.stack([np.square(layer.weights).mean(axis=(1, 2)) for layer in layers], axis=1)
    return np.sqrt(found / len(rows))


class Ground(NamedTuple):
    """Where the map of a data set lies among its inputs."""

    axes: Array
    """(2, D) directions across and up."""
    centre: Array
    """(2,)"""
    half: float
    points: Array
    """(N, 2) the rows that train."""
    names: tuple[str, str]


@functools.cache
def ground(data: str) -> Ground:
    """Return the two inputs of a data set, or the plane of its first two principal components if it has more."""
    x = task(data)[0].x
    axes = np.eye(2) if x.shape[1] == 2 else np.linalg.svd(x - x.mean(axis=0), full_matrices=False)[2][:2]
    names = ("across", "up") if x.shape[1] == 2 else ("first component", "second component")
    points = x @ axes.T
    centre = (points.max(axis=0) + points.min(axis=0)) / 2
    half = 1.1 * float(np.ptp(points[:, 1])) / 2
    return Ground(axes, centre, half, points, names)


def cells(place: Ground) -> Array:
    """Return the middles of the map's cells as inputs (ACROSS · UP, D), row by row from below."""
    across = place.centre[0] + place.half * REACH * (2 * (np.arange(ACROSS) + 0.5) / ACROSS - 1)
    up = place.centre[1] + place.half * (2 * (np.arange(UP) + 0.5) / UP - 1)
    return np.asarray(np.stack(np.meshgrid(across, up), axis=-1).reshape(-1, 2) @ place.axes)


@quietly
def everywhere_output(settings: FreeSettings, theta: Array) -> Array:
    """Return the output, from 0 to 1, on all cells of the map for every theta (F, P): (F, cells)."""
    x = cells(ground(settings.data))
    said = np.concatenate([settings.model.predict(some[None], x)[..., 0] for some in theta])
    return said if settings.loss == "squared" else SIGMOID.value(said)
