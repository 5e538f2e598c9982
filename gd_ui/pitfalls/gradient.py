"""What faulty gradients do: a broadcast that makes a table of the weights, and the gradient of half the loss."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from gd_core.shapes import Array
from gd_ui.numbers import number
from gd_ui.pitfalls.checks import (
    AGREES,
    agreement,
    gradient_clue,
    gradient_error,
    rate_verdict,
    sign_verdict,
    steepness,
)
from gd_ui.pitfalls.frames import FAULTY, RIGHT, series, span
from gd_ui.pitfalls.gradient_code import (
    all_weights_faulty,
    all_weights_right,
    mini_batches_faulty,
    mini_batches_right,
)
from gd_ui.pitfalls.pitfall import Clue, Study, Verdict
from gd_ui.pitfalls.rows import Rows

RATE = 0.01
STARTS, EPOCHS, BATCH_RATE = 20, 50, 0.1
ALL_UPDATES = 1000
ARRIVED = 0.5
"""Share of the start's loss at which two descents are timed."""


def broadcast(rows: Rows) -> Study:
    """A gradient of shape (D,) taken from weights of shape (D, 1) makes them (D, D)."""
    x, y, size = rows.x, rows.y[:, None], rows.batch_size
    count = len(rows.columns)

    def runs(train: Callable[..., Any], n: int) -> tuple[Array, Array]:
        found = [
            train(x[:n], y[:n], rows.start(seed)[:, None], BATCH_RATE, size, EPOCHS, np.random.RandomState(seed))
            for seed in range(STARTS)
        ]
        return np.array([losses for losses, _ in found]), found[0][1]

    (faulty, w_faulty), (right, w_right) = (runs(train, rows.n) for train in (mini_batches_faulty, mini_batches_right))
    trimmed = runs(mini_batches_faulty, rows.n - rows.n % size)[0]
    by_epoch = [run.reshape(STARTS, EPOCHS, -1).mean(axis=2) for run in (faulty, right)]
    per_epoch = [epochs.mean(axis=0) for epochs in by_epoch]
    ends = span(*by_epoch, log=True)
    panels = [
        series(lane, epochs.mean(axis=0), ends, "mean loss", alt, unit="epoch", sides=list(epochs))
        for lane, epochs, alt in (
            (FAULTY, by_epoch[0], "Loss by epoch, this listing"),
            (RIGHT, by_epoch[1], "Loss by epoch, as it should be"),
        )
    ]
    rises = [bool(epochs[-1] > epochs[0]) for epochs in per_epoch]

    def value(theta: Array) -> Array:
        """Half the loss as the listing counts it, of weights (R, D K): summed over the K outputs."""
        error = np.einsum("nd,rdk->rnk", x, theta.reshape(len(theta), count, -1)) - y
        return np.asarray((error**2).sum(axis=2).mean(axis=1) / 2)

    def check(train: Callable[..., Any]) -> float:
        """Check the second step: the first makes the weights what they are."""
        once = train(x, y, rows.start()[:, None], BATCH_RATE, rows.n, 1, np.random.RandomState(0))[1]
        twice = train(x, y, once, BATCH_RATE, rows.n, 1, np.random.RandomState(0))[1]
        return gradient_error(((once - twice) / BATCH_RATE).ravel(), value, once.ravel())

    start = rows.start()
    first = -(
        mini_batches_faulty(x, y, start[:, None], BATCH_RATE, rows.n, 1, np.random.RandomState(0))[1] - start[:, None]
    )
    shapes = [f"{w.shape}" for w in (w_faulty, w_right)]
    predicted = [f"{(x[:size] @ w).shape}" for w in (w_faulty, w_right)]
    grown = float(trimmed[:, -rows.n // size :].mean() / trimmed[:, : rows.n // size].mean())
    return Study(
        f"Mini-batches of {size}, rate {BATCH_RATE:g}, {EPOCHS} epochs. Thin: {STARTS} starts; thick: their mean. "
        "What is wrong in the listing?",
        panels[0],
        panels[1],
        EPOCHS - 1,
        "epochs",
        {
            "shape": Verdict(
                w_faulty.shape != (count, 1),
                f"The weights start as {(count, 1)} and end as {w_faulty.shape}: from them a gradient of shape "
                f"{(count,)} was taken, and NumPy made a table of both.",
            ),
            "rate": rate_verdict(BATCH_RATE, steepness(x, 0.5)),
            "short": Verdict(
                grown <= 1,
                f"With the short last batch left out, the loss of an epoch still grows ×{grown:.3g} from the first to "
                "the last.",
            ),
            "sign": sign_verdict(first[:, 0], value, start),
        },
        [
            Clue("Shape of the weights at the end", *shapes),
            Clue(f"Shape of the predictions for {size} rows", *predicted),
            gradient_clue(check(mini_batches_faulty), check(mini_batches_right)),
            Clue("Mean loss of the first epoch, of the last", *(f"{e[0]:.3g}, {e[-1]:.3g}" for e in per_epoch)),
        ],
        [
            f"The first update turns {count} weights into {count} × {count}: every one of {count} columns becomes a "
            "model of its own, moved by slopes that belong to others.",
            f"The loss of an epoch {'rises' if rises[0] else 'falls'} from {per_epoch[0][0]:.3g} to "
            f"{per_epoch[0][-1]:.3g}, and no error is raised; with the right shape it goes from {per_epoch[1][0]:.3g} "
            f"to {per_epoch[1][-1]:.3g}.",
            "An assertion that gradient and weights have one shape costs a line; a gradient check fails at the "
            "second update.",
        ],
    )


def half_gradient(rows: Rows) -> Study:
    """The loss reported is the mean of squares, the gradient applied is that of half of it."""
    start = rows.start()
    runs = [train(rows.x, rows.y, start, 0.0, RATE, ALL_UPDATES) for train in (all_weights_faulty, all_weights_right)]
    twice = all_weights_faulty(rows.x, rows.y, start, 0.0, 2 * RATE, ALL_UPDATES)
    losses = [np.array(run[0]) for run in runs]
    ends = span(*losses, log=True)
    panels = [
        series(lane, loss, ends, "loss", alt)
        for lane, loss, alt in (
            (FAULTY, losses[0], "Loss by update, this listing"),
            (RIGHT, losses[1], "Loss by update, as it should be"),
        )
    ]

    def value(theta: Array) -> Array:
        error = theta[:, :-1] @ rows.x.T + theta[:, -1:] - rows.y
        return np.asarray((error**2).mean(axis=1))

    theta = np.append(start, 0.0)

    def applied(train: Callable[..., Any]) -> Array:
        _, w, b = train(rows.x, rows.y, start, 0.0, RATE, 1)
        return np.asarray((theta - np.append(w, b)) / RATE)

    slopes = [applied(train) for train in (all_weights_faulty, all_weights_right)]
    errors = [gradient_error(slope, value, theta) for slope in slopes]
    ratio = slopes[0] / slopes[1]
    same = float(np.abs(np.array(twice[0]) / losses[1] - 1).max())
    there = [int((loss <= ARRIVED * loss[0]).argmax()) for loss in losses]
    along = float(slopes[0] @ slopes[1] / np.linalg.norm(slopes[0]) / np.linalg.norm(slopes[1]))
    share = f"{100 * ARRIVED:g} %"
    return Study(
        f"Both runs report the mean of squared errors, start alike and use rate {RATE:g}; B comes down sooner. What "
        "is wrong in the listing?",
        panels[0],
        panels[1],
        ALL_UPDATES - 1,
        "updates",
        {
            "half": Verdict(
                bool(np.abs(ratio - 0.5).max() < AGREES),
                f"Applied slope over measured slope is {ratio.mean():.6f} for every weight; this listing at twice the "
                f"rate gives the right run's losses {agreement(same)}.",
            ),
            "part": Verdict(
                along < 1 - AGREES,
                f"All {rows.n} rows count: the step points along the full gradient, with a cosine of {along:.6f}.",
            ),
            "rate": rate_verdict(RATE, steepness(rows.x, 0.5)),
            "sign": sign_verdict(slopes[0], value, theta),
        },
        [
            gradient_clue(*errors),
            Clue(f"Updates until {share} of the first loss is left", *(f"{updates:,}" for updates in there)),
            Clue(f"Loss before update {ALL_UPDATES:,}", *(number(float(loss[-1])) for loss in losses)),
        ],
        [
            f"The gradient is that of half the loss that is printed, so every step is {ratio.mean():.3g} of the one "
            "the rate promises.",
            "It is a matter of convention, not of arithmetic: the run is a right run at half the rate. The trouble "
            "starts when rates are compared between texts.",
        ],
    )
