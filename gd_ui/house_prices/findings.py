"""What the run on house prices showed: sentences and numbers, all from the run."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from gd_core import History
from gd_ui.controls import written
from gd_ui.house_prices.batches import BothOrders, strictest_limit
from gd_ui.house_prices.controls import working_rate
from gd_ui.house_prices.run import ALL, TWO, HouseRun, HouseSettings
from gd_ui.house_prices.sets import House
from gd_ui.numbers import number

ARRIVED = 0.01
"""A loss at most this share above its lowest value has arrived."""
MOSTLY = 0.5
"""The share of a direction's squared length from which it is mostly that of one weight."""
NEAR = 1e-9
"""Differences below this share of a loss are rounding."""


class Remedy(NamedTuple):
    """A rate that works, and what to write on the button that sets it."""

    label: str
    rate: float


def findings(run: HouseRun, houses: House) -> list[str]:
    """Return three sentences: what the two weights reach, what all reach, and what the rate allows."""
    return [_two(run, houses), _all(run, houses), _limit(run, houses)]


def pair_names(run: HouseRun, houses: House) -> str:
    """Name the two weights."""
    return " and ".join(houses.names[p] for p in run.settings.pair)


def lost_two(run: HouseRun) -> bool:
    """Whether training the two ends higher than it starts, or without numbers."""
    return not float(run.two.loss[0, -1]) <= float(run.two.loss[0, 0]) * (1 + NEAR)


def lost_all(run: HouseRun) -> bool:
    """Whether training all ends higher than it starts, or without numbers."""
    return not float(run.everything.loss[0, -1]) <= float(run.everything.loss[0, 0]) * (1 + NEAR)


def _two(run: HouseRun, houses: House) -> str:
    who = TWO.label(f"{pair_names(run, houses)} alone")
    first, end, best = float(run.two.loss[0, 0]), float(run.two.loss[0, -1]), run.best_two_loss
    if lost_two(run):
        return f"{who}: {_grown(run.two)}; the lowest they can reach is {number(best)}."
    held = "the other weights stay as drawn, and with them"
    if first <= best * (1 + NEAR):
        return f"{who}: they start at the lowest point on their map, {number(best)}; {held} no step helps."
    now = f"{who}: the loss goes from {number(first)} to **{number(end)}**"
    if end <= best * (1 + ARRIVED):
        return f"{now}. That is as low as they get: {held} the best two values still leave {number(best)}."
    return f"{now}, on the way to {number(best)}: {held} no two values do better."


def _all(run: HouseRun, houses: House) -> str:
    who = ALL.label("All weights")
    end, best = float(run.everything.loss[0, -1]), houses.best_loss
    if lost_all(run):
        return f"{who}: {_grown(run.everything)}; least squares has {number(best)}."
    above = end - best
    if above <= ARRIVED * best:
        told = f"{who} reach **{number(end)}**, within {100 * ARRIVED:g} % of least squares, {number(best)}"
    else:
        told = f"{who} stand at **{number(end)}**, still above least squares, {number(best)}"
    return f"{told}{_held_out(run)}."


def _grown(history: History) -> str:
    """Say how a loss that ends above its start got there: at once, or after a while of falling."""
    loss = np.where(np.isfinite(history.loss[0]), history.loss[0], np.inf)
    lowest = int(loss.argmin())
    end = f"**{number(float(history.loss[0, -1]))}**"
    if lowest == 0:
        return f"the loss grows from {number(float(loss[0]))} to {end}"
    return f"the loss falls to {number(float(loss[lowest]))} by update {lowest:,}, then grows to {end}"


def _held_out(run: HouseRun) -> str:
    """Say what the held-out rows make of both ends."""
    together, alone = run.everything.validation_loss, run.two.validation_loss
    if together is None or alone is None:
        return "; there are no held-out rows to check it on"
    all_end, two_end = float(together[0, -1]), float(alone[0, -1])
    told = f". On held-out rows all have {number(all_end)}"
    if not np.isfinite(two_end) or lost_two(run):
        return told
    verdict = "so learning more helps there, too" if all_end < two_end else "so learning more does not help there"
    return f"{told}, the two alone {number(two_end)}: {verdict}"


def _limit(run: HouseRun, houses: House) -> str:
    rate, limit, alone = run.settings.learning_rate, houses.limit, run.limit_two
    told = f"The limit 2/λmax is **{number(limit)}** for all weights and **{number(alone)}** for the two"
    if rate >= limit:
        which = "both" if rate >= alone else "the first"
        return (
            f"{told}. Rate {written(rate)} is {'at' if rate == limit else 'beyond'} {which}: along the steepest "
            f"direction{_steepest(houses)}, no error ever shrinks."
        )
    regime = houses.curvature.regime(rate)
    why = f", and λmax/λmin = {number(houses.curvature.condition)} says how slow the flattest direction is"
    return f"{told}; rate {written(rate)} is {regime}{why if np.isfinite(houses.curvature.condition) else ''}."


def _steepest(houses: House) -> str:
    """Name the weight that has the largest part in the steepest direction."""
    direction = houses.curvature.eigenvectors[:, -1]
    weight = int(np.abs(direction).argmax())
    part = "mostly that of" if direction[weight] ** 2 > MOSTLY else "in which the largest part is that of"
    return f", {part} {houses.names[weight]}"


def batch_remedy(found: BothOrders, settings: HouseSettings, houses: House) -> Remedy | None:
    """Return a rate for mini-batches where the loss grew over them and a smaller one is on the slider."""
    rate = working_rate(houses, strictest_limit(settings, houses))
    if rate >= settings.learning_rate or not any(b.grew for b in found.orders.values()):
        return None
    return Remedy(f"Use rate {written(rate)} for batches", rate)


def remedy(run: HouseRun, houses: House) -> Remedy | None:
    """Return a rate at which all weights can be trained, where the chosen one is beyond the limit."""
    if run.settings.learning_rate < houses.limit:
        return None
    rate = working_rate(houses)
    return Remedy(f"Use rate {written(rate)}", rate)
