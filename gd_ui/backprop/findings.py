"""What a run of the hiring network showed, in words: the plateau and its cause, how errors fade, who is hired."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from gd_core.descent import quietly
from gd_core.hiring import LAYERS
from gd_core.shapes import Array
from gd_ui.backprop.arithmetic import weight_name
from gd_ui.backprop.runs import TOLERANCE, BackpropRun, Check, weight_numbers
from gd_ui.methods import METHODS

FLAT = 0.9
"""A plateau: at half the time it takes to lose half the loss, this share of it is still there."""
SLOPE, HALF = "a(1 − a)", "(t − a)²/2"
"""The sigmoid's slope in terms of its output, and the loss of one output."""
HIRED = 0.5
"""From this output on an applicant is hired."""
LOOKS = 400
"""Updates at which the length of the mean gradient is looked at."""
CANCELLED = 0.5
"""Pulls whose mean is shorter than this share of their own mean length work against each other."""


class Plateau(NamedTuple):
    """How long a run needed to lose half of its loss, and whether little happened for most of that time."""

    half: int | None
    """The first update after which half the loss or less is left; None: never."""
    read: int | None
    """Applicants read by then."""
    long: bool
    level: float
    """Largest length of the mean gradient in the first half of that time, or at the start where there was none."""
    steepest: float
    """Largest length of it in the whole run, at the updates looked at."""
    spread: tuple[float, float]
    """Largest minus smallest output over the applicants: at the start, and after `half` updates or the last."""


@quietly
def plateau(run: BackpropRun, method: str) -> Plateau:
    """Measure the plateau of one method's run."""
    history, objective, loss = run.histories[method], run.settings.objective, run.reported(method)
    there = loss <= loss[0] / 2
    half = int(there.argmax()) if there.any() and loss[0] > 0 else None
    middle = len(loss) // 2 if half is None else half // 2
    long = half is not None and half > 1 and bool(loss[middle] >= FLAT * loss[0])
    looked_at = np.unique(np.linspace(0, len(loss) - 1, LOOKS).astype(int))
    lengths = np.linalg.norm(objective.grad(history.path[0, looked_at]), axis=1)
    outputs = objective.model.predict(history.path[0, [0, -1 if half is None else half]], objective.x)[..., 0]
    start, then = np.ptp(outputs, axis=1).tolist()
    return Plateau(
        half, None if half is None else int(history.seen[half]), long, float(lengths[looked_at <= middle].max()),
        float(lengths.max()), (start, then),
    )  # fmt: skip


def told(found: Plateau) -> str:
    """Return the plateau as a few words above the loss chart."""
    if found.half is None:
        return "half the loss is never gone"
    return f"{'plateau: half' if found.long else 'half'} the loss gone at update {found.half:,}"


class Pulls(NamedTuple):
    """The applicants' own derivatives at one update."""

    own: float
    """Mean over applicants of the length of their gradient."""
    mean: float
    """Length of the mean of their gradients."""
    by_layer: tuple[float, ...]
    """Mean size of a weight's derivative, layer by layer: of single applicants, as their mean may cancel."""


def pulls(run: BackpropRun, theta: Array) -> Pulls:
    """Measure the pulls of all applicants at one point theta (P,)."""
    objective = run.settings.objective
    each = objective.grad(np.tile(theta, (objective.n, 1)), np.arange(objective.n)[:, None])
    sizes = run.settings.about.sizes
    by_layer = tuple(float(np.abs(each[:, weights.ravel()]).mean()) for weights, _ in weight_numbers(sizes))
    return Pulls(float(np.linalg.norm(each, axis=1).mean()), float(np.linalg.norm(each.mean(axis=0))), by_layer)


def findings(run: BackpropRun, method: str) -> list[str]:
    """Return at most three sentences, as Markdown."""
    return [_fall(run, method), _plateau(run, method), _fading(run)]


def _fall(run: BackpropRun, method: str) -> str:
    loss, settings = run.reported(method), run.settings
    objective = settings.objective
    ends = objective.model.predict(run.histories[method].path[0, -1:], objective.x)[0]
    right = int(((ends >= HIRED) == (objective.y >= HIRED)).all(axis=1).sum())
    change = "fell" if loss[-1] < loss[0] else "rose" if loss[-1] > loss[0] else "stayed"
    judged = (
        f"{right} of {objective.n} applicants are judged as wanted"
        if objective.n > 1
        else f"the applicant is {'' if right else 'not '}judged as wanted"
    )
    words = f"from {number(loss[0])} to {number(loss[-1])}" if change != "stayed" else f"at {number(loss[0])}"
    return (
        f"In {settings.epochs:,} epochs, {len(loss) - 1:,} updates, the {label(method)} loss {change} {words}; "
        f"{judged} (an output of {HIRED:g} or more means hire)."
    )


def _plateau(run: BackpropRun, method: str) -> str:
    found, n = plateau(run, method), len(run.settings.x)
    at_start = pulls(run, run.histories[method].path[0, 0])
    if run.reported(method)[0] == 0:
        return "The loss is zero from the start: every output is what it should be, and there is nothing to learn."
    if found.half is None:
        return (
            f"The loss never fell to half of its start: the mean gradient was never longer than "
            f"{number(found.steepest)} at the updates looked at."
        )
    if not found.long:
        cause = (
            "" if n > 1 else " A single applicant pulls one way only, so nothing cancels and no plateau comes first."
        )
        return f"Half the loss was gone after {found.half:,} updates.{cause}"
    when = [
        f"{label(name)} after {other.half:,} updates ({other.read:,} applicants read)"
        for name in run.histories
        if (other := plateau(run, name)).half is not None
    ]
    share = at_start.mean / at_start.own if at_start.own > 0 else 1.0
    start, then = found.spread
    because = [
        "at the start the applicants' pulls nearly cancel, the mean of all being "
        f"{100 * share:.0f} % as long as a single one"
        if share < CANCELLED
        else "",
        f"the network answers all alike, its {n} outputs lying within {start:.3f} at first and within {then:.3f} when "
        "half is gone"
        if then > start
        else "",
    ]
    causes = ", and ".join(filter(None, because))
    return f"**A plateau comes first**: half the loss is gone with {', '.join(when)}{'; ' if causes else ''}{causes}."


def _fading(run: BackpropRun) -> str:
    first = next(iter(run.histories.values())).path[0, 0]
    sizes = pulls(run, first).by_layer
    front, end = sizes[0], sizes[-1]
    if front <= 0 or end <= 0:
        return "At the start some layer has no derivative at all: its weights cannot learn yet."
    ratio = end / front
    if ratio > 1:
        return (
            f"Applicant by applicant, a weight of the last layer has at the start a derivative {ratio:.1f} times that "
            f"of one in the first: the error fades on its way back, by a factor {SLOPE}, a quarter at most, per layer."
        )
    return (
        f"Applicant by applicant, a weight of the first layer has at the start a derivative {1 / ratio:.1f} times that "
        f"of one in the last: large weights or inputs outweigh the fading by {SLOPE} on the way back."
    )


def worse(run: BackpropRun, method: str) -> bool:
    """Whether the run ended with a higher loss than it began with."""
    loss = run.reported(method)
    return bool(loss[-1] > loss[0])


def conventions(run: BackpropRun) -> str:
    """Return what is counted how, in one line."""
    outputs = len(run.settings.y[0])
    several = (
        " The loss shown is the mean over both outputs, as the course has it; derivatives are those of their sum."
        if outputs > 1
        else ""
    )
    return (
        f"Loss: the mean of half the squared error {HALF}. An update subtracts the rate times the mean of the "
        "derivatives over its batch. Stochastic draws any applicant anew for every update; mini-batches are pairs of a "
        f"new shuffle. Of a long run only some updates are drawn; the arithmetic says which one.{several}"
    )


def check_table(found: Check, sizes: tuple[int, ...]) -> dict[str, list[str]]:
    """Return the gradient check as a table by column."""
    return {
        "derivative by": [weight_name(p, sizes) for p in range(len(found.error))],
        "analytic": [f"{value:.8f}" for value in found.analytic],
        "measured": [f"{value:.8f}" for value in found.measured],
        "difference": [
            f"{value:.0e} {'✓' if passed else '✗'}" for value, passed in zip(found.error, found.passed, strict=True)
        ],
    }


def check_said(found: Check) -> str:
    """Return what the gradient check came to."""
    good, count = int(found.passed.sum()), len(found.passed)
    verdict = f"All {count} derivatives pass" if good == count else f"{good} of {count} derivatives pass"
    return (
        f"{verdict}: the largest difference is {found.error.max():.0e}, allowed is {TOLERANCE:.0e}, relative to the "
        "larger of the two and one. Measured means: the loss of this applicant with the parameter nudged up, minus "
        "nudged down, over twice the nudge. It knows nothing of the chain rule."
    )


def surface_said(run: BackpropRun) -> str:
    """Return how to read the decision map."""
    output = LAYERS[len(run.settings.about.sizes) - 1][0]
    return (
        f"The network's output “{output}” for every pair of {LAYERS[0][0]} and {LAYERS[0][1]}: gold is above one half, "
        "violet below, the line is one half. Circles are to be hired, squares not; the number is the output now. Play "
        "to see the line come in."
    )


def label(method: str) -> str:
    """Return a method's name in its colour."""
    return METHODS[method].label if method in METHODS else f":gray[{method}]"


def number(value: float) -> str:
    """Return a loss or a length in a few digits."""
    return f"{value:.4f}" if value == 0 or abs(value) >= 1e-3 else f"{value:.1e}".replace("e-0", "e-")
