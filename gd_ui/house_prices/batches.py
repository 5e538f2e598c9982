"""Mini-batches: the same rows in their order and shuffled every epoch, and what the short last batch does."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from gd_core import Batching, Recipe, train
from gd_core.descent import Report, part, quietly
from gd_core.shapes import Array
from gd_ui.charts.template import Frames, one_row
from gd_ui.controls import written
from gd_ui.house_prices.run import HouseSettings
from gd_ui.house_prices.sets import House
from gd_ui.numbers import number

ORDERS = ("sequential", "shuffled")
MOST_UPDATES = 2000
"""More updates than these are neither run nor drawn."""
READ_AT_ONCE = 2**17
"""Rows of all batches that are worked on together."""
DRAWN = 900
"""Points of a chart; of more full batches every second, third … is drawn. Short batches all are."""


class Batches(NamedTuple):
    """One order: the loss of every batch before its update, and of all training rows after every update."""

    batch_loss: Array
    """(T,)"""
    rows: NDArray[np.intp]
    """(T,) rows of each batch."""
    whole: Array
    """(T+1,)"""
    epochs: Array
    """(T+1,)"""
    held_out: float | None
    """The loss on held-out rows in the end."""

    @property
    def grew(self) -> bool:
        """Whether the loss on all training rows ends above its start, or without a number."""
        return not float(self.whole[-1]) <= float(self.whole[0])


class BothOrders(NamedTuple):
    """The same start, rate and batch size in both orders."""

    orders: dict[str, Batches]

    @property
    def nbytes(self) -> int:
        """Memory held, in bytes."""
        return sum(b.batch_loss.nbytes + b.whole.nbytes + b.epochs.nbytes + b.rows.nbytes for b in self.orders.values())


def affordable(n: int, batch_size: int, epochs: int) -> int:
    """Return how many of the epochs are run: at most MOST_UPDATES updates, at least one epoch."""
    return max(1, min(epochs, MOST_UPDATES // -(-n // batch_size)))


def run_batches(settings: HouseSettings, houses: House, report: Report = lambda fraction: None) -> BothOrders:
    """Descend over mini-batches in both orders."""
    found = {}
    for i, order in enumerate(ORDERS):
        found[order] = _one_order(order, settings, houses, part(report, i / len(ORDERS), 1 / len(ORDERS)))
    return BothOrders(found)


@quietly
def _one_order(order: str, settings: HouseSettings, houses: House, report: Report) -> Batches:
    start = tuple(float(value) for value in settings.theta(houses.train.n_params))
    recipe = Recipe(
        learning_rate=(settings.learning_rate,), batch_size=settings.batch_size, order=order,
        epochs=settings.epochs, seeds=(settings.seed,), start=start,
    )  # fmt: skip
    history = train(houses.train, recipe, houses.validation, report)
    plan = Batching(settings.batch_size, order).plan(houses.train.n, settings.epochs, recipe.seeds)
    assert plan.stream is not None
    rows = np.diff(plan.seen)
    losses = np.empty(len(rows))
    for size in np.unique(rows).tolist():
        of_size = np.flatnonzero(rows == size)
        at_once = max(1, READ_AT_ONCE // size)
        for first in range(0, len(of_size), at_once):
            updates = of_size[first : first + at_once]
            batch = plan.stream[0][plan.seen[updates][:, None] + np.arange(size)]  # (updates, B)
            losses[updates] = houses.train.value(history.path[0, updates], batch)
    held = None if history.validation_loss is None else float(history.validation_loss[0, -1])
    return Batches(losses, rows, history.loss[0], history.epochs, held)


def batch_frames(found: BothOrders, settings: HouseSettings) -> dict[str, Frames]:
    """Return each order's chart, on one common scale."""
    seen = np.concatenate([np.append(b.batch_loss, b.whole) for b in found.orders.values()])
    first = float(next(iter(found.orders.values())).whole[0])
    seen = seen[np.isfinite(seen) & (seen > 1e-9 * first)]
    top = min(1.3 * float(seen.max()), 100 * first) if len(seen) else 1.0
    bottom = float(seen.min()) / 1.3 if len(seen) else 0.1
    frames = {}
    for order, b in found.orders.items():
        n_short = b.rows < settings.batch_size
        every = max(1, len(b.rows) // DRAWN)
        drawn = (n_short | (np.arange(len(b.rows)) % every == 0)) & (b.batch_loss <= top) & (b.batch_loss >= bottom)
        good = (b.whole <= 2 * top) & (b.whole >= bottom)
        good &= np.cumprod(good).astype(bool) & (np.arange(len(good)) % every == 0)
        frames[order] = {
            "this": one_row({"last": settings.epochs, "bottom": bottom, "top": top, "across": "epochs →"}),
            "batches": {
                "at": b.epochs[:-1][drawn].astype("f4"),
                "loss": b.batch_loss[drawn].astype("f8"),
                "short": n_short[drawn],
            },
            "whole": {"at": b.epochs[good].astype("f4"), "loss": b.whole[good].astype("f8")},
        }
    return frames


def batch_sentences(found: BothOrders, settings: HouseSettings, houses: House) -> list[str]:
    """Say how many batches there are, what the short one weighs, and how both orders ended."""
    n, size = houses.train.n, settings.batch_size
    return [_cut(n, size), *_short(found, settings, n), _ended(found), *_why(found, settings, houses)]


def strictest_limit(settings: HouseSettings, houses: House) -> float:
    """Return the smallest limit 2/λmax of a batch, the rows taken in order."""
    x = np.hstack([houses.train.x, np.ones((houses.train.n, 1))])
    batches = [x[first : first + settings.batch_size] for first in range(0, len(x), settings.batch_size)]
    return min(len(batch) / float(np.linalg.norm(batch, 2)) ** 2 for batch in batches)  # λmax = 2 |batch|² / rows


def _why(found: BothOrders, settings: HouseSettings, houses: House) -> list[str]:
    """Say why a run grew, if one did."""
    if not any(b.grew for b in found.orders.values()):
        return []
    rate, limit = settings.learning_rate, strictest_limit(settings, houses)
    told = f"The limit {number(houses.limit)} is that of all rows together, and every batch has its own"
    return [f"{told}: in order, the strictest has {number(limit)}, and the rate is {written(rate)}."]


def _cut(n: int, size: int) -> str:
    full, left = divmod(n, size)
    batches = full + (left > 0)
    told = f"{n:,} rows in batches of {size:,} make {batches:,} batch{'' if batches == 1 else 'es'} an epoch"
    return f"{told}, the last of {left:,} row{'' if left == 1 else 's'}." if left else f"{told}, all of them full."


def _short(found: BothOrders, settings: HouseSettings, n: int) -> list[str]:
    size, left = settings.batch_size, n % settings.batch_size
    if not left or n < size:
        return []
    told = (
        f"An update is a mean over its batch, so a row of the short batch has one part in {left:,} of an update and a "
        f"row of a full one has one part in {size:,}: **{size / left:,.3g} times** the say."
    )
    shuffled = found.orders["shuffled"]
    short = shuffled.rows < size
    if shuffled.grew or not np.isfinite(shuffled.batch_loss).all():
        return [told]
    spread = [float(np.ptp(shuffled.batch_loss[rows][-_later(rows) :])) for rows in (short, ~short)]
    if spread[1] > 0:
        wide = spread[0] / spread[1]
        word = "wider" if wide > 1 else "no wider"
        told += (
            f" Shuffled, in the second half of the run the losses of short batches span {number(spread[0])}, those of "
            f"full ones {number(spread[1])}: the few rows make theirs {word}."
        )
    return [told]


def _later(rows: NDArray[np.bool_]) -> int:
    """Return how many batches of this kind belong to the second half."""
    return max(1, int(rows.sum()) // 2)


def _ended(found: BothOrders) -> str:
    told = []
    for order, b in found.orders.items():
        word = "in order" if order == "sequential" else "shuffled"
        told.append(f"{word} {'it grew to ' if b.grew else ''}**{number(float(b.whole[-1]))}**")
    return f"Loss on all training rows in the end: {', '.join(told)}."
