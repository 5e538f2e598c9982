"""What a faulty order does: a random one that is none, and rows read as they are sorted."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from gd_core import ACTIVATIONS, LOSSES, Model, applicants, objective
from gd_core.shapes import Array
from gd_ui.numbers import number
from gd_ui.pitfalls.batch_code import (
    in_batches_faulty,
    in_batches_right,
    random_batches_faulty,
    random_batches_right,
)
from gd_ui.pitfalls.checks import rate_verdict, steepness
from gd_ui.pitfalls.frames import FAULTY, RIGHT, series, span
from gd_ui.pitfalls.pitfall import Clue, Study, Verdict
from gd_ui.pitfalls.rows import Rows

RATE, SMALL = 0.1, 10
SEEDS = 5
HIRING_RATE, HIRING_SIZE, HIRING_EPOCHS = 0.1, 2, 8
"""The course's rate and batch size for its applicants."""
SORTED_EPOCHS = 5


def twin_runs(_: Rows) -> Study:
    """Mini-batches are called random and are taken in the stored order."""
    data = applicants()
    network = Model((2, 2, 2, 1), hidden=ACTIVATIONS["sigmoid"], output=ACTIVATIONS["sigmoid"])
    task = objective(network, LOSSES["half squared"], data.x, data.y)
    start = network.init((0,))

    def runs(train: Callable[..., Any]) -> tuple[Array, Array]:
        found = [
            train(task, start, HIRING_RATE, HIRING_SIZE, HIRING_EPOCHS, np.random.default_rng(seed))
            for seed in range(SEEDS)
        ]
        return np.array([losses for losses, _ in found]), np.array([read for _, read in found])

    (faulty, in_order), (right, drawn) = runs(random_batches_faulty), runs(random_batches_right)
    ends = span(faulty, right, log=False)
    panels = [
        series(lane, run[0], ends, "loss of the batch", alt, second=run[1], sides=list(run[2:]), log=False)
        for lane, run, alt in (
            (FAULTY, faulty, "Losses of five runs, this listing"),
            (RIGHT, right, "Losses of five runs, as it should be"),
        )
    ]
    different = [len({tuple(run) for run in np.round(group, 15).tolist()}) for group in (faulty, right)]
    epochs = [len({tuple(epoch) for epoch in read.reshape(-1, task.n).tolist()}) for read in (in_order, drawn)]
    spread = [float(np.ptp(group, axis=0).max()) for group in (faulty, right)]
    return Study(
        f"The course's {task.n} applicants in “random” mini-batches of {HIRING_SIZE}: {SEEDS} runs with {SEEDS} "
        "seeds, drawn one over the other. What is wrong in the listing?",
        panels[0],
        panels[1],
        faulty.shape[1] - 1,
        "updates",
        {
            "order": Verdict(
                epochs[0] == 1 and different[0] == 1,
                f"In {SEEDS * HIRING_EPOCHS} epochs the rows came in {epochs[0]} order: "
                f"{in_order[0][: task.n].tolist()}. The generator is handed over and never asked.",
            ),
            "seed": Verdict(
                different[1] == 1,
                f"The {SEEDS} seeds differ: the right listing, given the same ones, makes {different[1]} different "
                "runs.",
            ),
            "full": Verdict(
                task.n <= HIRING_SIZE,
                f"Every update reads {HIRING_SIZE} of {task.n} rows, so an order can matter, and in B it does.",
            ),
            "still": Verdict(
                bool(np.ptp(faulty) == 0),
                f"The weights do move: the loss of a batch ranges over {np.ptp(faulty):.3f} in the run.",
            ),
        },
        [
            Clue(f"Different runs among {SEEDS} seeds", *(f"{count}" for count in different)),
            Clue(f"Different orders in {SEEDS * HIRING_EPOCHS} epochs", *(f"{count}" for count in epochs)),
            Clue("Largest difference of two runs at one update", *(f"{gap:.3f}" for gap in spread)),
        ],
        [
            f"With {SEEDS} seeds the listing makes {different[0]} run; asked for an order every epoch, it makes "
            f"{different[1]}.",
            f"In a fixed order the same {HIRING_SIZE} rows always stand together, so every epoch repeats the same "
            "compromise between them.",
            "Two seeds that give the same numbers are a test: randomness that changes nothing is not there.",
        ],
    )


def sawtooth(rows: Rows) -> Study:
    """Rows sorted by their target are read in that order."""
    by_target = np.argsort(rows.y, kind="stable")
    x, y, start = rows.x[by_target], rows.y[by_target], np.zeros(rows.x.shape[1])

    def run(train: Callable[..., Any], n: int) -> Array:
        return np.array(train(x[:n], y[:n], start, RATE, SMALL, SORTED_EPOCHS, np.random.default_rng(0)))

    faulty, right = run(in_batches_faulty, rows.n), run(in_batches_right, rows.n)
    trimmed = run(in_batches_faulty, rows.n - rows.n % SMALL)
    unsorted = np.array(in_batches_faulty(rows.x, rows.y, start, RATE, SMALL, SORTED_EPOCHS, np.random.default_rng(0)))
    ends = span(faulty, right, log=True)
    panels = [
        series(lane, losses, ends, "loss on all rows", alt, from_zero=False)
        for lane, losses, alt in (
            (FAULTY, faulty, "Loss on all rows by update, this listing"),
            (RIGHT, right, "Loss on all rows by update, as it should be"),
        )
    ]

    def swing(losses: Array) -> float:
        """Return how many times the lowest loss of the last epoch its highest is."""
        last = losses[-(len(losses) // SORTED_EPOCHS) :]
        return float(last.max() / last.min())

    swings = [swing(losses) for losses in (faulty, right)]
    means = [float(y[:SMALL].mean()), float(y[-SMALL:].mean())]
    return Study(
        f"Mini-batches of {SMALL}, rate {RATE:g}, {SORTED_EPOCHS} epochs; the loss is taken on all rows after every "
        "update. A goes up and down once per epoch. What is wrong?",
        panels[0],
        panels[1],
        len(faulty),
        "updates",
        {
            "sorted": Verdict(
                bool((np.diff(y) >= 0).all()) and swing(unsorted) - 1 < (swings[0] - 1) / 2,
                f"The rows are stored by target: the first {SMALL} average {means[0]:.2f}, the last {means[1]:.2f}. "
                f"The same listing on the same rows unsorted swings ×{swing(unsorted):.2f} instead of "
                f"×{swings[0]:.2f}.",
            ),
            "rate": rate_verdict(RATE, steepness(x, 0.5)),
            "short": Verdict(
                swing(trimmed) < (1 + swings[0]) / 2,
                f"Without the short batch the loss still swings ×{swing(trimmed):.2f} within an epoch.",
            ),
            "unscaled": Verdict(
                bool(np.ptp(x, axis=0).max() > 2 * np.ptp(x, axis=0).min()),
                f"Every column spans the same range, {np.ptp(x, axis=0).min():.3g} to {np.ptp(x, axis=0).max():.3g}.",
            ),
        },
        [
            Clue("Mean target of the first and the last batch of an epoch", *(
                f"{y[order[:SMALL]].mean():.2f}, {y[order[-SMALL:]].mean():.2f}"
                for order in (np.arange(rows.n), np.random.default_rng(0).permutation(rows.n))
            )),
            Clue("Highest over lowest loss in the last epoch", *(f"×{ratio:.2f}" for ratio in swings)),
            Clue("Loss at the end", *(number(float(losses[-1])) for losses in (faulty, right))),
        ],
        [
            "Each batch holds rows of one kind only, so the weights chase the low targets, then the high ones, and "
            "end every epoch adapted to the last rows read.",
            f"Shuffled, the same rows at the same rate end at {number(float(right[-1]))} instead of "
            f"{number(float(faulty[-1]))}.",
        ],
    )  # fmt: skip
