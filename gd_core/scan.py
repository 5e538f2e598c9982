"""Scan: the plain loop's path on a quadratic loss, many updates at a time.

On a quadratic loss the gradient of a batch is affine in theta. So is an update by any rule whose steps are affine in
the gradients: it maps the state z, theta and the rule's velocity, to A z + b. One map after another is a map again, so
updates need not wait for each other: what a piece of the run does can be worked out before it is known where that
piece starts. (Blelloch 1990, "Prefix sums and their applications".)

How a piece becomes a map depends on what its updates read. FORMS has one form for each case: `rank_one` and `tiles` for
single examples, `batch_maps` for batches. Here the run is cut into stretches that stay near the processor, and each
stretch is checked. Every piece must end where the next one was thought to start, and none may go FAR, where composed
maps overflow before the loop does. From the first piece that fails, the plain loop walks the rest of the stretch:
so it is the loop that says when a run leaves all numbers, and how.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from gd_core import batch_maps, rank_one, tiles
from gd_core.batching import Plan
from gd_core.descent import Report, quietly
from gd_core.objective import Objective
from gd_core.optimizers import Affine, Optimizer
from gd_core.resumption import resumed
from gd_core.shapes import Array
from gd_core.stretch import Form, Pieces, data, stretch

NUMBERS = 2**18
"""Numbers worked on at a time, 2 MB: they should stay near the processor."""
FAR = 1e120
"""Beyond this a run is the loop's."""
TOLERANCE = 1e-12
"""How far a piece may end from where the next one starts, relative to the farthest the run has been."""
LOOP, ROW = 12_000.0, 5.0
"""Nanoseconds that an update costs a loop at least, however many runs it moves, and for each row that a run reads."""


class Size(NamedTuple):
    """What the cost of an update depends on."""

    p: int
    """Parameters."""
    m: int
    """Numbers in the state: P, or 2 P with a velocity."""
    b: int
    """Rows in a batch; 0 where every update reads all rows, whose products are then the same for all."""


class Kind(NamedTuple):
    """A form of scan, and what there is to know before it is chosen."""

    walk: Form
    fits: Callable[[Size], bool]
    """Whether it can walk and is the best to do so."""
    numbers: Callable[[Size], int]
    """Numbers held for each update of a run."""
    time: Callable[[Size], float]
    """Nanoseconds for each update of a run, as measured and rounded."""
    whole: int = 1
    """Only the last stretch may have a number of updates that is no multiple of this."""


FORMS: tuple[Kind, ...] = (
    Kind(
        rank_one.walk,
        fits=lambda size: size.b == 1 and size.p < 8,
        numbers=lambda size: size.p,
        time=lambda size: 200 + 8 * size.p * size.m,
        whole=rank_one.WHOLE,
    ),
    Kind(
        tiles.walk,
        fits=lambda size: size.b == 1 and size.m == size.p,
        numbers=lambda size: 16 + 3 * size.p,
        time=lambda size: 300 + size.p**2,
    ),
    Kind(
        batch_maps.walk,
        fits=lambda size: True,
        numbers=lambda size: size.b * (size.p + 1) + 2 * size.m**2,
        time=lambda size: 500 + size.b * (35 + size.p**2 / 4) + 3 * size.m**2,
    ),
)
"""From the most special to the one that fits all."""


def applies(objective: Objective, optimizer: Optimizer, runs: int, plan: Plan) -> bool:
    """Return whether a scan gives the path of this optimizer, and sooner than a loop does."""
    if optimizer.affine is None or not objective.quadratic or objective.y.shape[1] != 1:
        return False
    size = _size(objective, optimizer.affine, plan)
    rows = objective.n if plan.streams is None else size.b
    return runs * _kind(size).time(size) <= LOOP + runs * rows * ROW


@quietly
def path(
    objective: Objective, optimizer: Optimizer, theta: Array, plan: Plan, report: Report = lambda fraction: None
) -> Array:
    """Return the path (R, T+1, P) from the starts theta (R, P), the loop's up to rounding.

    For objectives and optimizers to which the scan `applies`.
    """
    rule = optimizer.affine
    assert rule is not None
    runs, width = theta.shape
    size = _size(objective, rule, plan)
    kind, examples, total = _kind(size), data(objective), len(plan)
    room = kind.whole * max(1, NUMBERS // (runs * kind.numbers(size) * kind.whole))
    places = np.empty((runs, total + 1, width))
    places[:, 0] = theta
    state = np.zeros((runs, size.m))
    state[:, :width] = theta
    farthest = np.abs(state).reshape(runs, -1, width).max(axis=2)
    for start in range(0, total, room):
        end = min(total, start + room)
        pieces = kind.walk(stretch(examples, rule, plan, start, end), state, places[:, start + 1 : end + 1])
        state = pieces.ends[:, -1].copy()
        trusted, farthest = _trusted(pieces, farthest)
        lost = trusted < pieces.starts.shape[1]
        if lost.any():
            first = int(trusted.min())
            since = start + first * pieces.length
            rest, after = resumed(objective, optimizer, plan, since, end, pieces.starts[:, first], lost)
            places[lost, since + 1 : end + 1], state[lost] = rest[lost], after[lost]
        report(end / total)
    return places


def _size(objective: Objective, rule: Affine, plan: Plan) -> Size:
    width = objective.n_params
    return Size(width, 2 * width if rule.carried else width, 0 if plan.streams is None else int(plan.seen[1]))


def _kind(size: Size) -> Kind:
    """The first of FORMS that fits."""
    return next(kind for kind in FORMS if kind.fits(size))


def _trusted(pieces: Pieces, farthest: Array) -> tuple[NDArray[np.intp], Array]:
    """Return how many pieces (R,) are as the loop's, and how far (R, M/P) each run has been in theta and velocity."""
    shape = (*pieces.starts.shape[:2], farthest.shape[1], -1)  # theta and velocity apart
    starts, ends = pieces.starts.reshape(shape), pieces.ends.reshape(shape)
    far = np.maximum.accumulate(np.maximum(np.abs(ends).max(axis=3), farthest[:, None]), axis=1)  # (R, C, 1 or 2)
    good = np.less(far, FAR)
    good[:, :-1] &= np.abs(ends[:, :-1] - starts[:, 1:]).max(axis=3) <= TOLERANCE * far[:, :-1]
    good = np.logical_and.accumulate(good.all(axis=2), axis=1)
    return good.sum(axis=1), far[:, -1]
