"""What faulty comparisons do: a column of targets for one row of outputs, and a root that is missing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from gd_core import three_points
from gd_core.shapes import Array
from gd_ui.pitfalls.checks import agreement, gradient_error, rate_verdict
from gd_ui.pitfalls.frames import FAULTY, RIGHT, series, span
from gd_ui.pitfalls.pitfall import Clue, Study, Verdict
from gd_ui.pitfalls.report_code import (
    root_mean_square_faulty,
    root_mean_square_right,
    train_network_faulty,
    train_network_right,
)
from gd_ui.pitfalls.rows import Rows

APPLICANT = np.array([[1.0, 0.1]])
"""The course's applicant: grades and practice score."""
HIDDEN = np.array([[0.8, 0.2], [0.2, 0.8]]), np.array([-1.0, 0.3])
OUTPUT = np.array([[0.5, 0.0], [0.5, 1.0]]), np.array([0.1, -0.1])
"""Weights (inputs, outputs) and biases of the course's first two layers."""
RATE, EPOCHS = 0.1, 2000
FASTER = 10
WANTED = 1.0, 0.0
"""Ability and attitude; the course wants one of both, which hides the fault."""
START, LINE_RATE, UPDATES = 1.0, 0.01, 50
"""Course text A."""
LARGER = 10


def two_targets(_: Rows) -> Study:
    """One row of outputs is compared with a column of targets."""

    def run(train: Callable[..., Any], wanted: tuple[float, float], rate: float = RATE) -> Array:
        return np.array(train(APPLICANT, *wanted, *HIDDEN, *OUTPUT, rate, EPOCHS))

    faulty, right = run(train_network_faulty, WANTED), run(train_network_right, WANTED)
    middle = float(np.mean(WANTED))
    pretended = run(train_network_right, (middle, middle))
    faster = run(train_network_faulty, WANTED, FASTER * RATE)
    alike = (WANTED[0], WANTED[0])
    as_printed = [run(train, alike) for train in (train_network_faulty, train_network_right)]
    hidden = float(np.abs(as_printed[0] - as_printed[1]).max())
    panels = [
        series(
            lane, outputs[:, 0], (-0.2, 1.08), "ability", alt, unit="epoch", second=outputs[:, 1], log=False,
            tags=[(float(outputs[-1, 0]) + 0.07, "ability"), (float(outputs[-1, 1]) - 0.07, "attitude, dashed")],
        )
        for lane, outputs, alt in (
            (FAULTY, faulty, "Both outputs by epoch, this listing"),
            (RIGHT, right, "Both outputs by epoch, as it should be"),
        )
    ]  # fmt: skip
    same = float(np.abs(faulty - pretended).max())
    error = [np.shape(np.zeros((1, 2)) - np.reshape(WANTED, shape)) for shape in ((2, 1), (1, 2))]
    ends = [_last(outputs) for outputs in (faulty, right)]
    away = [float(np.abs(outputs[-1] - WANTED).max()) for outputs in (faulty, faster)]
    return Study(
        f"A network of sigmoids with two outputs, one applicant; wanted are ability {WANTED[0]:g} and attitude "
        f"{WANTED[1]:g}. In A both outputs drift to the middle. What is wrong in the listing?",
        panels[0],
        panels[1],
        EPOCHS - 1,
        "epochs",
        {
            "column": Verdict(
                error[0] != (1, 2) and same < 1e-12,
                f"Outputs of shape {error[1]} minus a column of targets make an error of shape {error[0]}, every "
                f"output against every target; its mean wants {middle:g} of both. A run that asks for just that "
                f"agrees {agreement(same)}.",
            ),
            "rate": Verdict(
                away[1] < away[0] / 2,
                f"At a rate of {FASTER * RATE:g} the worse output is {away[1]:.3f} from its target, against "
                f"{away[0]:.3f}.",
            ),
            "small": Verdict(
                bool(np.abs(right[-1] - WANTED).max() > away[0] / 2),
                f"The network is large enough: the right listing brings it to {ends[1]}.",
            ),
            "start": Verdict(
                bool(abs(faulty[0, 0] - faulty[0, 1]) < 1e-3),
                f"The outputs start apart, at {faulty[0, 0]:.3f} and {faulty[0, 1]:.3f}.",
            ),
        },
        [
            Clue("Shape of output minus target", *(f"{shape}" for shape in error)),
            Clue(f"Outputs after {EPOCHS:,} epochs; wanted {WANTED[0]:g} and {WANTED[1]:g}", *ends),
            Clue(f"The same when both targets are {alike[0]:g}, as in the course", *map(_last, as_printed)),
        ],
        [
            f"The target has two rows, the output one. NumPy stretches both to {error[0]} and says nothing.",
            f"In the course both targets are {alike[0]:g}, so every output meets the right number by chance: the two "
            f"listings then agree {agreement(hidden)}.",
            "Print the shape of an error, or assert that output and target have one shape.",
        ],
    )


def _last(outputs: Array) -> str:
    """Write the last of some outputs (T, 2)."""
    return f"{outputs[-1, 0]:.3f} and {outputs[-1, 1]:.3f}"


def missing_root(_: Rows) -> Study:
    """The mean of squares is called root mean square."""
    data = three_points()
    x, y = data.x[:, 0], data.y[:, 0]
    (printed, path), (rms, _same) = (
        train(x, y, START, LINE_RATE, UPDATES) for train in (root_mean_square_faulty, root_mean_square_right)
    )
    faulty, right, weights = np.array(printed), np.array(rms), np.array(path)
    error = weights[:, None] * x - y
    sizes = np.abs(error)
    ends = span(faulty, right, sizes, log=True)
    panels = [
        series(lane, values, ends, "reported", alt, sides=list(sizes.T))
        for lane, values, alt in (
            (FAULTY, faulty, "Reported error by update, this listing"),
            (RIGHT, right, "Reported error by update, as it should be"),
        )
    ]
    outside = [
        int(((values > sizes.max(axis=1) * (1 + 1e-9)) | (values < sizes.min(axis=1) * (1 - 1e-9))).sum())
        for values in (faulty, right)
    ]
    grown = [
        float(train(x, LARGER * y, LARGER * START, LINE_RATE, 1)[0][0] / values[0])
        for train, values in ((root_mean_square_faulty, faulty), (root_mean_square_right, right))
    ]

    def value(theta: Array) -> Array:
        return np.asarray(((theta * x - y) ** 2).mean(axis=1))

    slope = np.array([(weights[0] - weights[1]) / LINE_RATE])
    wrong = gradient_error(slope, value, weights[:1])
    mean, total = (error**2).mean(axis=1), (error**2).sum(axis=1)
    return Study(
        f"One weight, {len(x)} points. Thin: the size of each error; thick: the root mean square error reported. What "
        "is wrong in the listing?",
        panels[0],
        panels[1],
        UPDATES - 1,
        "updates",
        {
            "root": Verdict(
                bool(np.allclose(faulty, mean, rtol=1e-12, atol=0)) and outside[0] > 0,
                f"The number reported is the mean of squares, {faulty[0]:.4f} at first; its root is {right[0]:.4f}. A "
                "root mean square lies between the smallest and the largest error, this one lies outside "
                f"{outside[0]} times.",
            ),
            "sum": Verdict(
                bool(np.allclose(faulty, total, rtol=1e-6, atol=0)),
                f"The squares are averaged: their sum would be {total[0]:.4f}, reported is {faulty[0]:.4f}.",
            ),
            "half": Verdict(
                wrong > 1e-6,
                f"The slope is that of the mean of squares: it differs from central differences by {wrong:.0e}.",
            ),
            "rate": rate_verdict(LINE_RATE, float(2 * (x**2).mean())),
        },
        [
            Clue("Reported at the start", f"{faulty[0]:.4f}", f"{right[0]:.4f}"),
            Clue(f"Updates of {UPDATES} where it is not between the smallest and largest error", *map(str, outside)),
            Clue(f"Grows, when targets and weight grow ×{LARGER}", *(f"×{g:.4g}" for g in grown)),
        ],
        [
            "The weights are right, only the name is wrong: the mean of squares has squared units and cannot be read "
            "as a typical error.",
            f"When targets and weight grow ×{LARGER}, a root mean square error grows as much; what is reported here "
            f"grows ×{grown[0]:.4g}.",
        ],
    )
