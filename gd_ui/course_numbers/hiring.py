"""Text D, hiring: it prints settings and no results. Its four descents by the core, and by a network of plain loops."""

from __future__ import annotations

import functools
from typing import Any, NamedTuple

import numpy as np

from gd_core import Batching
from gd_core.descent import Report
from gd_core.hiring import EXERCISES, Training, descend_hiring
from gd_core.shapes import Array
from gd_ui.course_numbers.numbers import Judged, Line, course, judge
from gd_ui.course_numbers.plain import Network

LESSON = "backprop"


class Variant(NamedTuple):
    """One of the text's networks with its applicants."""

    name: str
    exercise: str
    """Its name in EXERCISES."""
    x: list[list[float]]
    y: list[list[float]]
    batch: int
    """Applicants per update; they come in order."""
    layers: int

    @property
    def network(self) -> Network:
        """The plain network at the text's start."""
        weights, depths = course()["hiring"]["weights"], range(1, self.layers + 1)
        matrices = [_numbers(weights[f"W{depth}"]) for depth in depths]
        return Network(matrices, [_numbers([weights[f"b{depth}"]])[0] for depth in depths])

    @property
    def training(self) -> Training:
        """The core's settings of the same descent."""
        exercise = EXERCISES[self.exercise]
        return Training(exercise.sizes, exercise.x, exercise.y, exercise.start, exercise.methods[0])

    def learn(self, network: Network) -> None:
        """Take a plain network through one pass over the applicants."""
        rate = float(course()["hiring"]["learning_rate"])
        for first in range(0, len(self.x), self.batch):
            network.update(self.x[first : first + self.batch], self.y[first : first + self.batch], rate)


class Trained(NamedTuple):
    """Text D's descents to their end, judged."""

    lines: tuple[Judged, ...]

    @property
    def nbytes(self) -> int:
        """Memory of the numbers."""
        return sum(judged.computed.nbytes + judged.beside.nbytes for judged in self.lines)


def variants() -> list[Variant]:
    """Return the text's variants, in the order of EXERCISES."""
    return [
        Variant(name, exercise, _numbers(given["x"]), _numbers(given["y"]), given["batch"], given["layers"])
        for exercise, (name, given) in zip(EXERCISES, course()["hiring"]["variants"].items(), strict=True)
    ]


def lines() -> list[Line]:
    """Return the lines of text D that take no time."""
    return [*(line for variant in variants() for line in _first_steps(variant)), *_claims()]


def _first_steps(variant: Variant) -> list[Line]:
    """Return the network's outputs at the start, and its parameters after one pass."""
    training = variant.training
    applicants, outputs = len(variant.x), len(variant.y[0])
    labels = tuple(f"applicant {i + 1}, output {k + 1}" for i in range(applicants) for k in range(outputs))

    def predicted() -> Array:
        on = training.objective
        return np.asarray(on.model.predict(np.array([training.start]), on.x)[0].ravel())

    def predicted_plainly() -> Array:
        network = variant.network
        return np.array([a for row in variant.x for a in network.outputs(row)[-1]])

    def learned() -> Array:
        once = Training(training.sizes, training.x, training.y, training.start, training.method, epochs=1)
        return np.asarray(descend_hiring(once).path[0, -1])

    def learned_plainly() -> Array:
        network = variant.network
        variant.learn(network)
        return np.array(network.parameters())

    settings = {"net": variant.exercise}
    at_start = Line(
        "D", f"{variant.name.capitalize()}: outputs at the start", predicted, LESSON, settings,
        labels=labels if len(labels) > 1 else (), plain=predicted_plainly,
    )  # fmt: skip
    after = at_start._replace(
        what=f"{variant.name.capitalize()}: weights after one pass", compute=learned,
        labels=training.objective.model.names, plain=learned_plainly,
    )  # fmt: skip
    return [at_start, after]


def _claims() -> list[Line]:
    """Return the text's figures for a large set of samples: one follows from their number, two name no data."""
    claim = course()["hiring"]["claim"]
    samples, size = claim["samples"], claim["batch_size"]

    def updates() -> Array:
        return np.array([len(Batching(size).plan(samples, 1, [0]))], dtype=float)

    line = Line(
        "D", f"Updates per pass, {samples:,} samples by {size}", updates, "batch-sizes",
        {"data": "thousand points", "batch": str(size)}, (str(claim["updates"]),),
    )  # fmt: skip
    said = [
        line._replace(what=f"Passes for {samples:,} samples: {method}", compute=None, printed=(str(passes),))
        for method, passes in claim["passes"].items()
    ]
    return [line, *said]


def trained_hiring(report: Report = lambda fraction: None) -> Trained:
    """Descend through all epochs of every variant, by the core and by the plain network; some seconds."""
    found = variants()
    judged = []
    for number, variant in enumerate(found):
        line = _trained(variant, functools.partial(_reported, report, number, len(found)))
        judged.append(judge(line, has_boston=False))
    return Trained(tuple(judged))


def _reported(report: Report, number: int, count: int, fraction: float) -> None:
    report((number + fraction) / count)


def _trained(variant: Variant, report: Report) -> Line:
    printed = course()["hiring"]
    epochs, every = int(printed["epochs"]), int(printed["report_every"])

    def core() -> Array:
        training = variant.training
        return descend_hiring(training).loss[0, :: every * training.updates_per_epoch]

    def loop() -> Array:
        network, losses = variant.network, []
        for epoch in range(epochs):
            if epoch % every == 0:
                losses.append(network.loss(variant.x, variant.y))
                report(epoch / epochs)
            variant.learn(network)
        return np.array([*losses, network.loss(variant.x, variant.y)])

    labels = tuple(f"epoch {epoch:,}" for epoch in range(0, epochs + 1, every))
    what = f"{variant.name.capitalize()}: loss every {every:,} epochs"
    return Line("D", what, core, LESSON, {"net": variant.exercise}, labels=labels, plain=loop)


def _numbers(rows: Any) -> list[list[float]]:
    """Return a matrix of the JSON as numbers; those with a decimal point were read as text."""
    return [[float(value) for value in row] for row in rows]
