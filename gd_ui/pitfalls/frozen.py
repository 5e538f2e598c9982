"""What a misspelled argument does: one of two weights is moved by one stale slope, update after update."""

from __future__ import annotations

import numpy as np

from gd_core import LOSSES, curvature, least_squares, linear, objective
from gd_core.shapes import Array
from gd_ui.numbers import number
from gd_ui.pitfalls.checks import AGREES, gradient_clue, gradient_error, rate_verdict, sign_verdict
from gd_ui.pitfalls.frames import paths
from gd_ui.pitfalls.gradient_code import gradient, two_weights_faulty, two_weights_right
from gd_ui.pitfalls.pitfall import Clue, Study, Verdict
from gd_ui.pitfalls.rows import Rows, printed

FAR = -100.0
"""Where the course puts the two weights at first."""
PROBE_RATE, RATE, UPDATES = 0.1, 0.01, 2000
"""The earlier cell takes one step at the first rate; then both weights descend at the second."""
PATIENTS_RATE = 0.02
"""Fast enough to see where a slope that never changes leads."""
PRINTED_AT = 1950
"""The last iteration the course prints."""


def two_weights_start(rows: Rows) -> tuple[Array, Array]:
    """Return the weights (D,) at the start, and those the earlier cell left: one step on."""
    start = rows.start()
    start[list(rows.pair)] = FAR
    probe = start.copy()
    probe[list(rows.pair)] -= PROBE_RATE * gradient(rows.x, rows.y, start)[list(rows.pair)]
    return start, probe


def frozen(rows: Rows) -> Study:
    """One of two weights is moved by the same slope at every update."""
    (i, j), (start, probe) = rows.pair, two_weights_start(rows)
    rate = RATE if rows.from_the_course else PATIENTS_RATE
    settings = (probe, i, j, rate, UPDATES)
    runs = tuple(
        np.array(train(rows.x, rows.y, start.copy(), *settings)) for train in (two_weights_faulty, two_weights_right)
    )
    others = np.where(np.isin(np.arange(len(start)), rows.pair), 0, start)
    pair = rows.x[:, list(rows.pair)]
    task = objective(linear(2, bias=False), LOSSES["squared"], pair, rows.y - rows.x @ others)
    half = objective(task.model, LOSSES["half squared"], task.x, task.y)
    best = least_squares(task)
    name, other = rows.columns[i], rows.columns[j]
    panels = paths(
        task, best, (runs[0], runs[1]), (f"weight of {name}", f"weight of {other}"),
        ("Path of the two weights, this listing", "Path of the two weights, as it should be"),
    )  # fmt: skip
    applied = [(run[-2] - run[-1]) / rate for run in runs]
    errors = [gradient_error(slope, half.value, run[-2]) for slope, run in zip(applied, runs, strict=True)]
    losses = [task.value(run) for run in runs]
    steps = np.diff(runs[0][:, 0])
    ranges = np.ptp(pair, axis=0)
    measured = half.grad(runs[0])[:, 0]
    clues = [
        gradient_clue(*errors),
        Clue(f"Slope applied to the weight of {name}, first and last", *(_ends(run[:, 0], rate) for run in runs)),
        Clue(f"Loss after {UPDATES:,} updates", *(number(float(loss[-1])) for loss in losses)),
    ]
    if rows.from_the_course:
        last = next(row for row in printed()["two_weights_only"]["rows"] if row[0] == PRINTED_AT)
        theirs = ", ".join(f"{value:.2f}" for value in last[1:])
        ours = [
            ", ".join(f"{value:.2f}" for value in (*run[PRINTED_AT + 1], loss[PRINTED_AT]))
            for run, loss in zip(runs, losses, strict=True)
        ]
        clues.append(Clue(f"w{i}, w{j}, loss at iteration {PRINTED_AT:,}; the course prints {theirs}", *ours))
    return Study(
        f"Only the weights of {name} and of {other} are trained, at rate {rate:g} from one start, and the paths "
        "differ. What is wrong in the listing?",
        *panels,
        UPDATES,
        "updates",
        {
            "frozen": Verdict(
                bool(np.ptp(steps) < AGREES * np.abs(steps).max()),
                f"Every update moves the weight of {name} by {steps[0]:.6f}, the first as the last, while the slope "
                f"measured there goes from {measured[0]:.3f} to {measured[-1]:.3f}.",
            ),
            "rate": rate_verdict(rate, float(curvature(half, best).eigenvalues[-1])),
            "scale": Verdict(
                bool(ranges.max() > 2 * ranges.min()),
                f"Both columns are scaled: from smallest to largest they span {ranges[0]:.3g} and {ranges[1]:.3g}.",
            ),
            "sign": sign_verdict((runs[0][0] - runs[0][1]) / rate, half.value, runs[0][0]),
        },
        clues,
        [
            "The argument is spelled slop_i, the body reads slope_i: Python finds the one that the cell before left "
            f"behind, {applied[0][0]:.6f}, and applies it {UPDATES:,} times.",
            f"Nothing fails: the loss {_course(losses[0])}; the right run ends at {number(float(losses[1][-1]))}.",
            "A gradient check of the step that was made, not of the formula, finds it at once.",
        ],
    )  # fmt: skip


def _ends(path: Array, rate: float) -> str:
    """Write the first and the last slope that moved a weight along a path (T+1,)."""
    slopes = -np.diff(path) / rate
    return f"{slopes[0]:.4f}, {slopes[-1]:.4f}"


def _course(losses: Array) -> str:
    """Say how losses (T+1,) went: down all the way, or down and up again."""
    lowest = int(losses.argmin())
    down = f"falls from {number(float(losses[0]))} to {number(float(losses[lowest]))}"
    if lowest == len(losses) - 1:
        return down
    return f"{down}, at update {lowest:,}, and then rises to {number(float(losses[-1]))} as the weight runs on"
