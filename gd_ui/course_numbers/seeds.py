"""Mini-batches without a seed: the text's losses cannot come out digit by digit, so many seeds of ours give a range.

Every run draws its own start and its own shuffles, as the text does. A printed number fits if it lies where all but the
outermost hundredth of our runs lie on either side.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from gd_core import OPTIMIZERS, Batching, Objective
from gd_core.descent import Report
from gd_core.shapes import Array
from gd_ui.course_numbers.boston import HALF
from gd_ui.course_numbers.numbers import Band, Line, course, texts

RUNS = 400
LOW, HIGH = 1.0, 99.0
"""Percentiles of our runs between which a printed number fits."""
BATCH, LAST_EPOCHS = 100, 10
DECIMALS = 4
"""The text prints these losses with so many."""
AT_A_TIME = 40
"""Runs computed between two reports."""


class Seeds(NamedTuple):
    """What RUNS runs of the text's mini-batch descent give."""

    losses: Array
    """(R, E, K) loss of every batch before its update, by run, epoch and place in the epoch; the last is short."""

    @property
    def nbytes(self) -> int:
        """Memory of the losses."""
        return self.losses.nbytes

    @property
    def late(self) -> Array:
        """(R,) mean loss of the full batches over the last epochs."""
        return late(self.losses)

    @property
    def spikes(self) -> Array:
        """(R,) largest loss of a short batch."""
        return spike(self.losses)


def printed_losses() -> Array:
    """Return the printed losses (E, K)."""
    rows = course()["housing"]["mini_batch"]["rows"]
    per_epoch = 1 + max(row[1] for row in rows)
    return np.array([float(row[2]) for row in rows]).reshape(-1, per_epoch)


def late(losses: Array) -> Array:
    """Return the mean loss of the full batches over the last epochs; (..., E, K) -> (...)."""
    return np.asarray(losses[..., -LAST_EPOCHS:, :-1].mean(axis=(-2, -1)))


def spike(losses: Array) -> Array:
    """Return the largest loss of a short batch; (..., E, K) -> (...)."""
    return np.asarray(losses[..., -1].max(axis=-1))


def many_seeds(half: Objective, report: Report = lambda fraction: None) -> Seeds:
    """Run the text's mini-batch descent on half the loss from RUNS seeds and return the whole losses of its batches."""
    rate = float(course()["housing"]["mini_batch"]["learning_rate"])
    epochs, per_epoch = printed_losses().shape
    found = []
    for first in range(0, RUNS, AT_A_TIME):
        seeds = range(first, first + AT_A_TIME)
        draws = np.stack([np.random.default_rng(seed).standard_normal(half.model.n_params - 1) for seed in seeds])
        theta = np.hstack([draws, np.zeros((len(draws), 1))])
        plan = Batching(BATCH).plan(half.n, epochs, seeds)
        optimizer = OPTIMIZERS["gd"](rate)
        state, losses = optimizer.init(theta), []
        for batch in plan:
            losses.append(2 * half.value(theta, batch))
            step, state = optimizer.update(half.grad(theta, batch), state)
            theta = theta + step
        found.append(np.array(losses).T)
        report((first + AT_A_TIME) / RUNS)
    return Seeds(np.concatenate(found).reshape(RUNS, epochs, per_epoch))


def band_of(values: Array) -> Band:
    """Return the range of our runs' values (R, n), and how many of a run's own numbers may lie outside it."""
    low, high = np.percentile(values, [LOW, HIGH], axis=0)
    outside = ((values < low) | (values > high)).sum(axis=1)
    allowed = int(np.percentile(outside, HIGH)) if values.shape[1] > 1 else 0
    return Band(low, high, values, allowed)


def seed_lines(seeds: Callable[[], Seeds]) -> list[Line]:
    """Return the lines of the mini-batch descent: two measures of it, and all its losses."""
    block = course()["housing"]["mini_batch"]
    rows, printed = block["rows"], printed_losses()
    rate = HALF * float(block["learning_rate"])
    settings = {
        "data": "Boston", "from": "drawn", "lr": f"{rate:g}", "batch": str(BATCH), "epochs": str(len(printed)),
        "tab": "Mini-batches",
    }  # fmt: skip
    labels = tuple(f"epoch {epoch}, batch {batch}" for epoch, batch, _ in rows)

    def line(what: str, values: Callable[[], Array], numbers: tuple[str, ...], labels: tuple[str, ...] = ()) -> Line:
        return Line(
            "C", f"No seed: {what}", lambda: np.median(values(), axis=0), "house-prices", settings,
            numbers, labels, band=lambda: band_of(values()),
        )  # fmt: skip

    mean, largest = (f"{float(of(printed)):.{DECIMALS}f}" for of in (late, spike))
    return [
        line(f"full batches, last {LAST_EPOCHS} epochs", lambda: seeds().late[:, None], (mean,))._replace(again=True),
        line("largest of the short batches", lambda: seeds().spikes[:, None], (largest,))._replace(again=True),
        line(
            "loss of every mini-batch",
            lambda: seeds().losses.reshape(RUNS, -1),
            texts([row[2] for row in rows]),
            labels,
        ),
    ]
