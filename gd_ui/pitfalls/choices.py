"""What faulty preparations do: a limit read off two sections, and a scaling that has seen the held-out rows."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from gd_core import hessian
from gd_core.shapes import Array
from gd_ui.datasets import CATALOGUE, load
from gd_ui.numbers import number
from gd_ui.pitfalls.checks import gradient_error, rate_verdict
from gd_ui.pitfalls.choice_code import descend_faulty, descend_right, scaled_faulty, scaled_right
from gd_ui.pitfalls.frames import FAULTY, RIGHT, paths, series, span
from gd_ui.pitfalls.pitfall import Clue, Study, Verdict
from gd_ui.pitfalls.rows import Rows

UPDATES = 200
SCALED_RATE, SCALED_UPDATES = 0.05, 60
TYPO = 10
"""One held-out value is written so many times too large."""


def two_limits(_: Rows) -> Study:
    """Each parameter alone allows a larger rate than both together."""
    loaded = load("line")
    task, start = loaded.train, np.array([CATALOGUE["line"].start])
    bend = hessian(task, loaded.best)
    limit = loaded.curvature.max_stable_learning_rate()
    asked = math.ceil(100 * limit) / 100
    below = math.floor(100 * limit) / 100

    def run(train: Callable[..., Any], rate: float, theta: Array = start) -> tuple[Array, float]:
        path, used = train(task.grad, bend, theta, rate, UPDATES)
        return np.array(path)[:, 0], float(used)

    (faulty, rate), (right, safe) = run(descend_faulty, asked), run(descend_right, asked)
    panels = paths(
        task, loaded.best, (faulty, right), ("slope w", "intercept b"),
        ("Path of slope and intercept, this listing", "Path of slope and intercept, as it should be"), share=0.2,
    )  # fmt: skip
    losses = [task.value(path) for path in (faulty, right)]
    above = [loss - loaded.best_loss for loss in losses]
    factors = [float(np.abs(loaded.curvature.factors(used)).max()) for used in (rate, safe)]
    alone = 2 / np.diag(bend)
    nearer = run(descend_faulty, asked, loaded.best + (start - loaded.best) / 10)[0]
    grown = [
        float((task.value(path[-1:]) - loaded.best_loss)[0] / (task.value(path[:1]) - loaded.best_loss)[0])
        for path in (faulty, nearer)
    ]
    slope = (faulty[0] - faulty[1]) / rate
    wrong = gradient_error(slope, task.value, faulty[0])
    at_most = loaded.curvature.updates_to(0.01, start[0] - loaded.best, below)
    return Study(
        f"Course text B's line. Rate {asked:g} is asked for, and the listing lowers it where a limit demands. In A "
        "the path swings ever wider. What is wrong in the listing?",
        *panels,
        UPDATES,
        "updates",
        {
            "joint": Verdict(
                rate >= limit,
                f"Along both parameters together the limit is 2/λmax = {limit:.4f}, and the listing keeps {rate:g}: "
                f"the steepest direction lies askew to both axes and grows ×{factors[0]:.4f} a step.",
            ),
            "alone": Verdict(
                bool(rate >= alone.min()),
                f"Moved alone, the slope stands rates up to {alone[0]:.3f} and the intercept up to {alone[1]:.3f}; "
                f"{rate:g} is below both.",
            ),
            "gradient": Verdict(wrong > 1e-6, f"The step agrees with central differences to {wrong:.0e}."),
            "start": Verdict(
                grown[1] < 1,
                f"From a tenth of the way the excess loss still grows ×{grown[1]:.3g} in {UPDATES} updates.",
            ),
        },
        [
            Clue("Limit the listing finds", f"{alone.min():.4f}", f"{limit:.4f}"),
            Clue("Rate it then uses", f"{rate:.4g}", f"{safe:.4g}"),
            Clue("Error kept in the steepest direction, a step", *(f"×{factor:.4f}" for factor in factors)),
            Clue(
                f"Excess loss after {UPDATES} updates, of the start's",
                *(f"×{excess[-1] / excess[0]:.3g}" for excess in above),
            ),
        ],
        [
            f"Each section on its own is a parabola with a limit, {alone[1]:.2f} for b and {alone[0]:.2f} for w; "
            f"together they bend by λmax, and the limit is {limit:.4f}.",
            f"So {asked:g} diverges although it is below both; {below:g} converges"
            + (f", slowly: a hundredth of the excess loss is left after {at_most:,} updates." if at_most else "."),
            "The largest eigenvalue is never below the largest entry on the diagonal: sections can only promise too "
            "much.",
        ],
    )  # fmt: skip


def leak(rows: Rows) -> Study:
    """The scaling is fitted on all rows, so held-out rows take part in training."""
    mean, spread = rows.y.mean(), rows.y.std()
    y = (rows.y - mean) / spread
    column = rows.pair[0]
    mistyped = rows.raw_held_out.copy()
    mistyped[0, column] *= TYPO

    def run(train: Callable[..., Any], held_out: Array) -> tuple[Array, Array, Array]:
        losses, centre, width = train(rows.raw, y, held_out, SCALED_RATE, SCALED_UPDATES)
        return np.array(losses), centre, width

    pairs = [
        [run(train, held_out) for held_out in (mistyped, rows.raw_held_out)] for train in (scaled_faulty, scaled_right)
    ]
    again = run(scaled_faulty, rows.raw_held_out)[0]
    losses = [[found[0] for found in pair] for pair in pairs]
    ends = span(*losses[0], *losses[1], log=True)
    panels = [
        series(lane, pair[0], ends, "training loss", alt, second=pair[1])
        for lane, pair, alt in (
            (FAULTY, losses[0], "Training loss with and without the typing error, this listing"),
            (RIGHT, losses[1], "Training loss with and without the typing error, as it should be"),
        )
    ]
    moved = [float(np.abs(pair[0] - pair[1]).max()) for pair in losses]
    centres = [[found[1][column] for found in pair] for pair in pairs]
    scaled = (rows.raw - pairs[0][1][1]) / pairs[0][1][2]
    bent = np.column_stack([scaled, np.ones(rows.n)])
    steepest = float(2 * np.linalg.eigvalsh(bent.T @ bent / rows.n)[-1])
    name, value = rows.columns[column], rows.raw_held_out[0, column]
    return Study(
        f"The same {rows.n} training rows twice. Solid: in one row that is held out, {name} was mistyped as "
        f"{mistyped[0, column]:.4g} instead of {value:.4g}; dashed: without the mistake. What is wrong in the listing?",
        panels[0],
        panels[1],
        SCALED_UPDATES - 1,
        "updates",
        {
            "leak": Verdict(
                moved[0] > 0 and moved[1] == 0,
                f"A row that is held out moves the training loss by up to {moved[0]:.3g}: its values are in the mean "
                f"and the spread. In the right listing the difference is {moved[1]:g}.",
            ),
            "chance": Verdict(
                not np.array_equal(again, losses[0][1]), "Nothing is drawn: the same rows again give the same losses."
            ),
            "rate": rate_verdict(SCALED_RATE, steepest),
            "fits": Verdict(
                bool(losses[0][1][-1] > losses[0][1][0]),
                f"The descent works: the loss comes from {losses[0][1][0]:.4f} to {losses[0][1][-1]:.4f}.",
            ),
        },
        [
            Clue("Largest change of the training loss by a held-out value", *(f"{gap:.3g}" for gap in moved)),
            Clue(f"Mean of {name} used, with the mistake and without", *(f"{a:.5g}, {b:.5g}" for a, b in centres)),
            Clue(
                f"Loss before update {SCALED_UPDATES}, without the mistake",
                *(number(float(pair[1][-1])) for pair in losses),
            ),
        ],
        [
            "Held-out rows must play no part in training. Change one: if the training run changes, something leaked.",
            f"Without the mistake the leak is small here, {abs(losses[0][1][-1] - losses[1][1][-1]):.1e} in the final "
            "training loss: it makes no alarm, and the score on held-out rows is still not an honest one.",
        ],
    )
