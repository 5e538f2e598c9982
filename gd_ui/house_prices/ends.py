"""Where the runs end, in original units: predictions against truth, and weights beside those of least squares."""

from __future__ import annotations

import numpy as np

from gd_core import original_units
from gd_core.scaling import Scaler
from gd_core.shapes import Array
from gd_ui.charts.template import Columns, Frames, one_row
from gd_ui.house_prices.frames import distinct
from gd_ui.house_prices.run import ALL, LARGEST, TWO, HouseRun
from gd_ui.house_prices.sets import House
from gd_ui.lanes import Lane
from gd_ui.numbers import number

DRAWN = 1200
"""Rows in a scatter; of more, one in so many."""
ROW = 22
"""Pixels of a column in a bar chart of all weights."""
BEYOND = 0.3
"""A scatter reaches this share of the true values' range beyond them."""


def ends(run: HouseRun) -> dict[Lane, Array]:
    """Return the last parameters (P,) of the runs that still have numbers."""
    found = {ALL: run.everything.path[0, -1], TWO: run.whole_two[-1]}
    return {lane: theta for lane, theta in found.items() if (np.abs(theta) < LARGEST).all()}


def predictions(theta: Array, houses: House) -> dict[bool, tuple[Array, Array]]:
    """Return true and predicted values (N,) in original units, of training (False) and held-out (True) rows."""
    found = {}
    for held_out, objective in ((False, houses.train), (True, houses.validation)):
        if objective is not None:
            predicted = objective.model.predict(theta[None], objective.x)[0]
            undo = houses.task.target.undo
            found[held_out] = (undo(objective.y)[:, 0], undo(predicted)[:, 0])
    return found


def prediction_frames(lane: Lane, theta: Array, houses: House) -> Frames:
    """Return the scatter of one run's end."""
    parts = predictions(theta, houses)
    truth = np.concatenate([true for true, _ in parts.values()])
    pad = BEYOND * (float(np.ptp(truth)) or 1.0)
    low, high = float(truth.min()) - pad, float(truth.max()) + pad
    rows: list[Columns] = []
    for held_out, (true, predicted) in parts.items():
        keep = np.arange(0, len(true), drawn_one_in(houses))
        rows.append(
            {
                "true": true[keep].astype("f4"),
                "predicted": np.clip(predicted[keep], low - 9 * pad, high + 9 * pad).astype("f4"),
                "held_out": np.full(len(keep), held_out),
                "slot": np.full(len(keep), lane.slot),
            }
        )
    this = {"left": low, "right": high, "bottom": low, "top": high, "across": "true →", "up": "↑ predicted"}
    return {"this": one_row(this), "rows": {name: np.concatenate([row[name] for row in rows]) for name in rows[0]}}


def drawn_one_in(houses: House) -> int:
    """Return of how many rows one is drawn."""
    return -(-len(houses.data.y) // DRAWN)


def typical_error(theta: Array, houses: House) -> dict[bool, float]:
    """Return the root of the mean squared error in original units, of training and held-out rows."""
    parts = predictions(theta, houses)
    return {kind: float(np.sqrt(np.square(predicted - true).mean())) for kind, (true, predicted) in parts.items()}


def prediction_caption(houses: House) -> str:
    """Say how to read the scatters."""
    thinned = "" if drawn_one_in(houses) == 1 else f" One row in {drawn_one_in(houses)} is drawn."
    return (
        f"Predicted against true, in {houses.data.targets[0]}: dots train, hollow triangles are held out; on the "
        f"dashed line both agree.{thinned}"
    )


def outside(frames: Frames) -> int:
    """Return how many of the drawn rows lie outside the scatter."""
    this, rows = frames["this"], frames["rows"]
    return int(((rows["predicted"] < this["bottom"][0]) | (rows["predicted"] > this["top"][0])).sum())


def prediction_title(lane: Lane, theta: Array, houses: House, frames: Frames) -> str:
    """Return what stands above a scatter: which run, how far off it typically is, and what cannot be seen."""
    word = "all weights" if lane == ALL else "two weights only"
    errors = typical_error(theta, houses)
    told = f"training **{number(errors[False])}**"
    if True in errors:
        told += f", held out **{number(errors[True])}**"
    beyond = outside(frames)
    missing = f"; {beyond:,} out of view" if beyond else ""
    return f"**{lane.label(word)}** · RMS error: {told}{missing}"


def original(theta: Array, houses: House) -> Array:
    """Return parameters (P,) for the columns as they came."""
    return original_units(theta, houses.task.features, houses.task.target)


def unit_frames(theta: Array, houses: House) -> Frames:
    """Return the weights in original units: what one unit of each column adds to the target."""
    now, best = original(theta, houses)[:-1], original(houses.best, houses)[:-1]
    sizes = np.abs(np.concatenate([now, best]))
    sizes = sizes[sizes > 0]
    bend = float(np.median(sizes)) / 3 if len(sizes) else 1.0
    reach = 1.3 * float(sizes.max()) if len(sizes) else 1.0
    table = _weights(now, best, houses)
    table["told"] = np.array([f"{a:.3g} | {b:.3g}".replace("-", "−") for a, b in zip(now, best, strict=True)])
    return {"this": one_row({"reach": reach, "bend": bend}), "weights": table}


def range_frames(theta: Array, houses: House) -> Frames:
    """Return what each column adds to the target from its lowest to its highest training value."""
    spread = _ranges(houses)
    now, best = (original(values, houses)[:-1] * spread for values in (theta, houses.best))
    reach = 1.1 * float(np.abs(np.concatenate([now, best])).max())
    reach = min(reach, 6 * float(np.abs(best).max())) or reach or 1.0
    return {"this": one_row({"reach": reach}), "weights": _weights(now, best, houses)}


def chart_height(houses: House) -> int:
    """Return a height in pixels at which every column has a line of its own."""
    return max(320, ROW * len(houses.names[:-1]) + 28)


def _ranges(houses: House) -> Array:
    """Return (D,) how far each column reaches in the training rows, in original units."""
    features: Scaler = houses.task.features
    return np.asarray(np.ptp(features.undo(houses.train.x), axis=0))


def _weights(now: Array, best: Array, houses: House) -> Columns:
    return {
        "name": np.array(distinct(houses.names[:-1])),
        "place": np.arange(len(now)).astype("i4"),
        "best": best.astype("f8"),
        "now": now.astype("f8"),
    }


def weight_sentence(theta: Array, houses: House, learning_rate: float) -> str:
    """Say how near the weights came to least squares, and where they are furthest from it."""
    spread = _ranges(houses)
    away = np.abs(original(theta, houses) - original(houses.best, houses))[:-1] * spread
    furthest = int(away.argmax())
    unit = houses.data.targets[0]
    loss = float(houses.train.value(theta[None])[0])
    share = loss / houses.best_loss - 1 if houses.best_loss > 0 else np.inf
    if away[furthest] <= 1e-6 * float(np.abs(houses.task.target.scale[0])):
        return "Every weight stands where least squares puts it: descent has solved the same equations, step by step."
    return (
        f"The loss is {_percent(share)} above that of least squares, solved in one go. Furthest away is the weight of "
        f"**{houses.names[furthest]}**: over that column's whole range the two differ by "
        f"{number(float(away[furthest]))} in {unit}. "
        + (
            "Weights can differ much where the loss hardly does: columns that go together can share the work."
            if share < WEAKLY
            else "It is still on its way."
            if learning_rate < houses.limit
            else "At this rate it will not get there."
        )
    )


WEAKLY = 0.05
"""A loss at most this share above the best counts as hardly different."""


def _percent(share: float) -> str:
    if not np.isfinite(share) or share > 1e4:
        return "far"
    return f"{100 * share:,.2g} %" if share >= 1e-6 else "less than a millionth"
