"""Frames of the first screen of house prices: the map of two weights, the losses, and the weights on their way."""

from __future__ import annotations

import numpy as np

from gd_core import coordinate_plane
from gd_core.shapes import Array
from gd_ui.charts.apart import apart
from gd_ui.charts.packed import packed, packed_path, path_lengths
from gd_ui.charts.template import Columns, Frames, one_row
from gd_ui.house_prices.run import ALL, LARGEST, TWO, HouseRun, drawable
from gd_ui.house_prices.sets import House
from gd_ui.land import loss_bands

MARGIN = 1.3
"""A map reaches this many times as far as what must be seen on it."""
SQUARISH = 1.25
"""Maps are laid out for a panel this many times as wide as high."""
CEILING = 30.0
"""The loss chart ends at this many times the first loss."""
DEEPEST = 1e-7
"""And at this share of it below."""
CURVE = 300
"""Points of a drawn loss curve: spaced evenly, and all of the first."""
STOPS = 150
"""Places of a weight on its way that are sent."""
LINE, HEIGHT = 16, 240
"""Height of a label and of the loss chart, in pixels, for which labels are kept apart."""


def main_frames(run: HouseRun, houses: House) -> dict[str, Frames]:
    """Return the data of the three charts of the first screen."""
    return {"map": map_frames(run, houses), "losses": loss_frames(run, houses), "weights": weight_frames(run, houses)}


def map_frames(run: HouseRun, houses: House) -> Frames:
    """Return the loss over the two weights with both paths on it; that of all weights as its shadow."""
    pair = list(run.settings.pair)
    best_all = houses.best[pair]
    shadow = run.everything.path[0, : drawable(run.everything), pair].T  # (T, 2)
    two = run.two.path[0, : drawable(run.two)]
    seen = [run.start[pair][None], run.best_two[None], best_all[None]]
    if run.settings.learning_rate < houses.limit:
        seen.append(shadow)
    centre, half = _frame(np.concatenate(seen))
    land = loss_bands(run.over_two, run.best_two_loss, coordinate_plane(np.zeros(2), 0, 1), centre, half)
    about: dict[str, object] = {
        "start_a": run.start[pair[0]], "start_b": run.start[pair[1]],
        "best_a": run.best_two[0], "best_b": run.best_two[1], "all_a": best_all[0], "all_b": best_all[1],
        "centre_a": centre[0], "centre_b": centre[1], "half": half,
        "across": f"{houses.names[pair[0]]} →", "up": f"↑ {houses.names[pair[1]]}",
    }  # fmt: skip
    for lane, path in ((ALL, shadow), (TWO, two)):
        places = (path - centre) / half
        about |= {
            f"path_{lane.word}": packed_path(places),
            f"length_{lane.word}": packed(path_lengths(places).tolist()),
            f"a_{lane.word}": packed(path[:, 0].tolist()),
            f"b_{lane.word}": packed(path[:, 1].tolist()),
        }
    return {"this": one_row(about), "bands": land}


def _frame(points: Array) -> tuple[Array, float]:
    """Return the centre (2,) and the half height of a map that shows all points (V, 2), whose units are equal."""
    low, high = points.min(axis=0), points.max(axis=0)
    reach = (high - low) / 2
    half = MARGIN * max(float(reach[0]) / SQUARISH, float(reach[1]))
    centre = (low + high) / 2
    return centre, half if half > 1e-9 * float(np.abs(centre).max()) and half > 0 else 1.0


def loss_frames(run: HouseRun, houses: House) -> Frames:
    """Return the losses of both runs on training and held-out rows, and the loss of least squares."""
    first = float(run.everything.loss[0, 0])
    floor = max(houses.best_loss, DEEPEST * first)
    ceiling = CEILING * max(first, floor)
    rows: list[Columns] = []
    ends: list[tuple[str, str, float, float]] = []
    this: dict[str, object] = {"last": run.settings.updates, "ceiling": ceiling, "best": floor}
    for lane, history, word in ((ALL, run.everything, "all"), (TWO, run.two, "two")):
        until = drawable(history)
        for kind, losses in (("train", history.loss), ("held out", history.validation_loss)):
            if losses is None:
                continue
            curve = np.clip(losses[0, :until], DEEPEST * first, LARGEST)
            inside = curve[: _leaves(curve, ceiling) + 1]
            keep = np.unique(np.concatenate([np.arange(min(40, len(inside))), _even(len(inside), CURVE)]))
            rows.append(
                {
                    "slot": np.full(len(keep), lane.slot),
                    "kind": np.full(len(keep), kind),
                    "at": keep.astype("f4"),
                    "loss": np.minimum(inside[keep], 2 * ceiling).astype("f8"),
                }
            )
            if kind == "train":
                ends.append((f"{lane.sign} {word}", lane.slot, float(len(inside) - 1), float(inside[-1])))
            this[f"{'loss' if kind == 'train' else 'held'}_{lane.word}"] = packed(curve.tolist())
        this.setdefault(f"held_{lane.word}", "")
    bottom = min(floor, *(float(row["loss"].min()) for row in rows)) / 1.5
    top = min(ceiling, 1.6 * max(float(row["loss"].max()) for row in rows))
    this |= {"bottom": bottom, "top": top, "best_text": "least squares"}
    losses_table = {name: np.concatenate([row[name] for row in rows]) for name in rows[0]}
    return {"this": one_row(this), "loss": losses_table, "tags": _tags(ends, bottom, top, run.settings.updates)}


def _even(count: int, most: int) -> Array:
    return np.unique(np.linspace(0, count - 1, min(count, most)).astype(int))


def _leaves(curve: Array, ceiling: float) -> int:
    """Return the first update at which a curve is above the ceiling, or its last."""
    above = curve > ceiling
    return int(above.argmax()) if above.any() else len(curve) - 1


def _tags(ends: list[tuple[str, str, float, float]], bottom: float, top: float, last: int) -> Columns:
    """Return where the curves are named: at their right end, moved apart where they end close together."""
    span = np.log(top / bottom)
    above = LINE / HEIGHT  # a name stands on its curve
    up = [float(np.log(top / max(loss, bottom)) / span) - above for _, _, _, loss in ends]
    placed = apart(up, [above] * len(up), 0.0, 1.0)
    return {
        "label": np.array([f"{label}{' ↑' if loss > top else ''}" for label, _, _, loss in ends]),
        "slot": np.array([slot for _, slot, _, _ in ends]),
        "at_x": np.array([min(at, last) for _, _, at, _ in ends]).astype("f4"),
        "at_y": np.array(placed).astype("f4"),
        "side": np.array(["right" if at > 0.4 * last else "left" for _, _, at, _ in ends]),
    }


def weight_frames(run: HouseRun, houses: House) -> Frames:
    """Return every weight's way in scaled units, both runs, beside its least-squares value."""
    until_all, until_two = drawable(run.everything), drawable(run.two)
    ways = run.everything.path[0, _even(until_all, STOPS)]
    two = run.two.path[0, _even(until_two, STOPS)]
    pair = run.settings.pair
    count = len(houses.names)
    table: Columns = {
        "name": np.array(distinct(houses.names)),
        "place": np.arange(count).astype("i4"),
        "best": houses.best.astype("f8"),
        "way": np.array([packed(ways[:, p].tolist()) for p in range(count)]),
        "way_two": np.array([packed(two[:, pair.index(p)].tolist()) if p in pair else "" for p in range(count)]),
    }
    others = np.delete(run.start, list(pair))  # the two may start far away, as the course's do
    reach = float(np.abs(np.concatenate([houses.best, others])).max())
    if run.settings.learning_rate < houses.limit:
        reach = max(reach, float(np.abs(np.delete(ways, list(pair), axis=1)).max(initial=0)))
    this = {"reach": 1.12 * reach or 1.0, "drawn": until_all - 1, "drawn_two": until_two - 1}
    return {"this": one_row(this), "weights": table}


def distinct(names: tuple[str, ...]) -> list[str]:
    """Return names that are all different, so that each has its own row of the chart."""
    return [name if names.index(name) == i else f"{name} ({i + 1})" for i, name in enumerate(names)]
