"""A slope measured with a nudge: move one parameter a little, see how far the loss moves, divide.

Everything the first half of the gradient page shows is computed here, from where the slope is measured and how.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from gd_core import hessian, section
from gd_core.gradcheck import DIFFERENCES
from gd_core.shapes import Array
from gd_ui.datasets import Loaded, load

NUDGES: Array = np.geomspace(1, 1e-15, 121)
"""The nudges whose errors are drawn, eight to a decade."""
LEAST = float(NUDGES[-1])
"""The smallest nudge above zero on offer."""
RUNS = {"forward": 1, "central": 2}
"""How many nudges lie between the two ends of a difference."""


@dataclass(frozen=True)
class Probe:
    """Where a slope is measured, and how."""

    data: str
    point: tuple[float, ...]
    """theta (P,)"""
    nudge: float = 0.12
    """From LEAST to 1, or 0."""
    kind: str = "forward"
    """A name in DIFFERENCES."""


class Measured(NamedTuple):
    """What a probe finds, and what the formula says. Every array is (P,)."""

    theta: Array
    loss: float
    slopes: Array
    """The gradient, by the formula."""
    bends: Array
    """The second derivative along each parameter."""
    ratios: Array
    """Change of the loss over change of the parameter; NaN for a nudge of zero."""
    changes: Array
    """The change of the loss alone."""
    lost: NDArray[np.bool_]
    """Whether a nudge above zero leaves the very same number: the parameter is too large for it."""

    @property
    def errors(self) -> Array:
        """How far each ratio is from the formula."""
        return np.abs(self.ratios - self.slopes)


class Errors(NamedTuple):
    """The error of the ratio for every nudge in NUDGES."""

    by_kind: dict[str, Array]
    """(H, P) under each name in DIFFERENCES."""
    step: float
    """The loss here is stored in steps of this size; divided by the nudge it is the step of a forward ratio."""


def measure(probe: Probe, loaded: Loaded) -> Measured:
    """Measure the slope along every parameter with the probe's nudge."""
    theta, train, nudge = np.array(probe.point), loaded.train, probe.nudge
    ratios = np.full(len(theta), np.nan)
    if nudge > 0:
        ratios = DIFFERENCES[probe.kind](train.value, theta, np.array([nudge]))[0]
    return Measured(
        theta,
        float(train.value(theta[None])[0]),
        train.grad(theta[None])[0],
        np.diag(hessian(train, theta)),
        ratios,
        ratios * nudge * RUNS[probe.kind] if nudge > 0 else np.zeros(len(theta)),
        _lost(probe),
    )


def _lost(probe: Probe) -> NDArray[np.bool_]:
    theta, nudge = np.array(probe.point), probe.nudge
    ends = [theta + nudge] if probe.kind == "forward" else [theta + nudge, theta - nudge]
    return np.asarray(np.all([end == theta for end in ends], axis=0) & (nudge > 0))


@functools.lru_cache(maxsize=32)
def errors(data: str, point: tuple[float, ...]) -> Errors:
    """Compare the ratio with the formula for all NUDGES, forward and central."""
    train, theta = load(data).train, np.array(point)
    slopes, loss = train.grad(theta[None])[0], float(train.value(theta[None])[0])
    by_kind = {kind: np.abs(ratio(train.value, theta, NUDGES) - slopes) for kind, ratio in DIFFERENCES.items()}
    return Errors(by_kind, float(np.spacing(loss)))


def best_nudge(found: Errors, kind: str) -> tuple[float, float]:
    """Return the power of ten around which the errors are smallest, and their median there, over all parameters.

    The median of a decade, because rounding is erratic: a single nudge may be right by chance.
    """
    decades = np.round(np.log10(NUDGES)).astype(int)
    medians = {int(power): float(np.median(found.by_kind[kind][decades == power])) for power in np.unique(decades)}
    power = min(medians, key=lambda power: (medians[power], -power))
    return 10.0**power, medians[power]


WHOLE, CLOSE = 61, 121
"""Points that a parabola is drawn through, and one so close that rounding shows: each costs the browser time."""
NEAR = {"forward": (-0.6, 1.9), "central": (-1.5, 2.1)}
"""The window's ends in nudges: room on the right for the size of the change."""


def b_first(count: int) -> list[int]:
    """Return the places of P parameters in theta in the order they are shown: b before w, as the course has it."""
    return list(reversed(range(count)))


class Window(NamedTuple):
    """The loss along one parameter: the whole section, and the surroundings of the point, measured from it."""

    whole: tuple[Array, Array]
    """The parameter and the loss."""
    near: tuple[Array, Array]
    """Change of the parameter and of the loss."""
    before: float
    """Change of the loss one nudge before the point, where a central difference begins."""


def windows(probe: Probe, loaded: Loaded) -> list[Window]:
    """Return the section along every parameter and the part of it that the nudge is drawn in."""
    theta = np.array(probe.point)
    slopes, bends = loaded.train.grad(theta[None])[0], np.diag(hessian(loaded.train, theta))
    lowest = theta - slopes / bends
    return [_window(probe, loaded, p, float(lowest[p])) for p in range(len(theta))]


def _window(probe: Probe, loaded: Loaded, p: int, lowest: float) -> Window:
    """Return the window along parameter p, whose section is lowest at `lowest`."""
    at, width = probe.point[p], probe.nudge or Probe.nudge
    reach = max(1.6 * abs(at - lowest), abs(at - lowest) + 2.4 * width, 1.0)
    values = np.linspace(lowest - reach, lowest + reach, WHOLE)
    near = width * np.linspace(*NEAR[probe.kind], CLOSE)
    *losses, before, here = section(loaded.train, probe.point, p, np.append(at + near, [at - width, at]))
    whole = section(loaded.train, probe.point, p, values)
    return Window((values, whole), (near, np.array(losses) - here), float(before - here))
