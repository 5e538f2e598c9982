"""Texts A and E print no results. What they ask for is computed here twice: by the core, and by plain loops."""

from __future__ import annotations

import functools
from collections.abc import Callable

import numpy as np

from gd_core import History, Recipe, train
from gd_core.shapes import Array
from gd_ui.course_numbers import plain
from gd_ui.course_numbers.numbers import Line, course
from gd_ui.datasets import load

POINTS, THOUSAND = "three points", "thousand points"
"""Their data in the catalogue."""


def lines() -> list[Line]:
    """Return the lines of both texts."""
    return [*_one_weight(), _sweep(), *_thousand()]


def _one_weight() -> list[Line]:
    """Text A: one weight and three points, on all points at once and on one after the other."""
    printed = course()["points"]
    on = load(POINTS).train
    x, y = on.x[:, 0].tolist(), on.y[:, 0].tolist()
    start, rate, epochs = float(printed["start"]), float(printed["learning_rate"]), int(printed["epochs"])

    @functools.cache
    def core(size: int) -> History:
        return train(on, Recipe((rate,), batch_size=size, order="sequential", epochs=epochs, start=(start,)))

    def last_point() -> Array:
        after_each_epoch = core(1).path[0, len(x) :: len(x), 0]
        return np.asarray((after_each_epoch * x[-1] - y[-1]) ** 2)

    in_turn = {"data": POINTS, "lr": f"{rate:g}", "epochs": f"{epochs:g}", "order": "sequential"}
    return [
        *_one_run(
            Line(
                "A", "All points at once", lambda: core(len(x)).path[0, -1], "one-step", _repeat(POINTS, rate, epochs)
            ),
            "mean loss",
            lambda: core(len(x)).loss[0, :-1],
            functools.partial(plain.one_weight, x, y, start, rate, epochs),
        ),
        *_one_run(
            Line("A", "One point at a time", lambda: core(1).path[0, -1], "batch-sizes", in_turn),
            "last point's loss",
            last_point,
            functools.partial(plain.one_weight_in_turn, x, y, start, rate, epochs),
        ),
    ]


def _one_run(line: Line, loss: str, losses: Callable[[], Array], loop: Callable[[], plain.OneWeight]) -> list[Line]:
    """Return the lines of one run, from one that computes its last weight."""
    asked, weight = float(course()["points"]["asked_for"]), line.compute
    assert weight is not None
    epochs = tuple(f"epoch {epoch}" for epoch in range(int(course()["points"]["epochs"])))
    return [
        line._replace(what=f"{line.what}: w at the end", plain=lambda: np.array([loop().w])),
        line._replace(
            what=f"{line.what}: prediction for x = {asked:g}",
            compute=lambda: asked * weight(),
            plain=lambda: np.array([asked * loop().w]),
        ),
        line._replace(
            what=f"{line.what}: {loss} by epoch",
            compute=losses,
            labels=epochs,
            plain=lambda: np.array(loop().losses),
        ),
    ]


def _sweep() -> Line:
    """Text A: the loss of every weight on a grid."""
    sweep = course()["points"]["sweep"]
    low, high, step = (float(sweep[name]) for name in ("from", "to", "step"))
    weights = np.linspace(low, high, 1 + round((high - low) / step))
    on = load(POINTS).train
    x, y = on.x[:, 0].tolist(), on.y[:, 0].tolist()
    return Line(
        "A",
        f"Loss of every weight from {low:g} to {high:g}",
        lambda: on.value(weights[:, None]),
        "loss-surface",
        {"data": POINTS},
        labels=tuple(f"w = {w:.1f}" for w in weights),
        plain=lambda: np.array([plain.mean_squared(x, y, w) for w in weights.tolist()]),
    )


def _thousand() -> list[Line]:
    """Text E: a line through a thousand points, from zero."""
    printed = course()["thousand"]
    on = load(THOUSAND).train
    rate, iterations, every = float(printed["learning_rate"]), int(printed["iterations"]), int(printed["report_every"])
    reports = [*range(0, iterations, every), iterations]

    @functools.cache
    def core() -> History:
        return train(on, Recipe((rate,), epochs=iterations, start=(0.0, 0.0)))

    @functools.cache
    def loop() -> Array:
        return plain.line(on.x[:, 0], on.y[:, 0], rate, iterations)

    ends = Line(
        "E",
        "b and w at the end",
        lambda: core().path[0, -1, ::-1],  # theta is (w, b)
        "one-step",
        _repeat(THOUSAND, rate, iterations),
        labels=("b", "w"),
        plain=lambda: loop()[-1, :2],
    )
    losses = ends._replace(
        what=f"Loss every {every} iterations",
        compute=lambda: core().loss[0, reports],
        labels=tuple(f"iteration {at}" for at in reports),
        plain=lambda: loop()[reports, 2],
    )
    return [ends, losses]


def _repeat(data: str, rate: float, updates: int) -> dict[str, str]:
    """Return the settings that show a descent of so many updates in the lesson on one step."""
    return {"data": data, "lr": f"{rate:g}", "updates": str(updates), "stage": "5 Repeat"}
