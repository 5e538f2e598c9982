"""What a faulty score does: a rate is chosen by the last few rows that a run happened to read."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from gd_core import curvature, least_squares, linear, objective
from gd_core.losses import LOSSES
from gd_core.shapes import Array
from gd_ui.numbers import number
from gd_ui.pitfalls.frames import FAULTY, RIGHT, scores, span
from gd_ui.pitfalls.pitfall import Clue, Study, Verdict
from gd_ui.pitfalls.report_code import best_rate_faulty, best_rate_right
from gd_ui.pitfalls.rows import Rows

SEEDS, RATES, SIZE, TUNED_EPOCHS = 8, 13, 10, 3
SLOWEST, FASTEST = 0.002, 0.5
"""Rates tried, as shares of the limit."""


def lucky_rate(rows: Rows) -> Study:
    """A rate is chosen by the loss of the last batch that a run happened to read."""
    task = objective(linear(rows.x.shape[1]), LOSSES["squared"], rows.x, rows.y)
    held_out = objective(task.model, task.loss, rows.held_out_x, rows.held_out_y)
    best = least_squares(task)
    limit = curvature(task, best).max_stable_learning_rate()
    rates = np.geomspace(SLOWEST * limit, FASTEST * limit, RATES)
    theta = np.zeros((RATES, len(best)))

    def tuned(train: Callable[..., Any]) -> tuple[list[int], Array, Array]:
        found = [
            train(task, theta, rates[:, None], SIZE, TUNED_EPOCHS, np.random.default_rng(seed)) for seed in range(SEEDS)
        ]
        return (
            [int(pick) for pick, _, _ in found],
            np.array([s for _, s, _ in found]),
            np.array([t for _, _, t in found]),
        )

    (picks, last, ended), (good, full, _) = tuned(best_rate_faulty), tuned(best_rate_right)
    ends = span(last, full, log=True)
    panels = [
        scores(FAULTY, rates, last, picks, ends, "↑ score", "Score of every rate and seed, this listing"),
        scores(RIGHT, rates, full, good, ends, "↑ score", "Score of every rate and seed, as it should be"),
    ]
    seeds = np.arange(SEEDS)
    on_all = [float(np.mean(full[seeds, chosen])) for chosen in (picks, good)]
    off_rows = [float(np.mean(held_out.value(ended[seeds, chosen]))) for chosen in (picks, good)]
    left = rows.n % SIZE or SIZE
    whole = np.array([task.value(theta_of_seed) for theta_of_seed in ended])
    factor = [float(rates[max(chosen)] / rates[min(chosen)]) for chosen in (picks, good)]
    inside = all(0 < pick < RATES - 1 for pick in good)
    return Study(
        f"{RATES} rates, {TUNED_EPOCHS} epochs in batches of {SIZE}; a line is one seed, a dot the rate it picks. "
        f"With the listing of A, {SEEDS} seeds do not agree on a rate. What is wrong?",
        panels[0],
        panels[1],
        None,
        "",
        {
            "last": Verdict(
                not np.allclose(last, whole, rtol=1e-6),
                f"The score is the loss on the {left} rows of the last batch. Its picks spread over ×{factor[0]:.3g} "
                f"in rate, those by all rows over ×{factor[1]:.3g}.",
            ),
            "limit": Verdict(
                bool(rates[-1] >= limit),
                f"The largest rate tried is {rates[-1]:.3g}, {rates[-1] / limit:.2g} of the limit 2/λmax.",
            ),
            "short": Verdict(
                bool((full.min(axis=1) >= task.value(theta)[0]).any()),
                f"{TUNED_EPOCHS} epochs are enough to tell: from {task.value(theta)[0]:.4f} the best rate of every "
                f"seed comes to {full.min(axis=1).max():.4f} or lower.",
            ),
            "coarse": Verdict(
                not inside and factor[1] > factor[0],
                f"Neighbouring rates differ by ×{rates[1] / rates[0]:.2f}, far less than the picks of A, "
                f"×{factor[0]:.3g}.",
            ),
        },
        [
            Clue("Rows behind each score", f"{left}", f"{task.n}"),
            Clue(
                f"Lowest and highest rate picked by {SEEDS} seeds",
                *(f"{rates[min(c)]:.3g}, {rates[max(c)]:.3g}" for c in (picks, good)),
            ),
            Clue("Mean loss on all training rows at the rate picked", *map(number, on_all)),
            Clue("Mean loss on held-out rows at the rate picked", *map(number, off_rows)),
        ],
        [
            f"After the loop the variable rows still holds the last batch, so the score is that of {left} rows out of "
            f"{task.n}.",
            f"Picked by all rows, the rate brings the training loss to {number(on_all[1])} on average, against "
            f"{number(on_all[0])}.",
            "Rates are best compared on held-out rows, the same for all.",
        ],
    )
