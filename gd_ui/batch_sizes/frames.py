"""Frames: a race as the small tables its charts draw. What the charts read by name is made here."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from gd_core import History
from gd_core.batching import Batching
from gd_core.shapes import Array
from gd_ui.batch_sizes.framing import Framing, View, frame
from gd_ui.batch_sizes.race import Race, median_loss
from gd_ui.charts.packed import packed, packed_grains, packed_path, path_lengths
from gd_ui.charts.panel import SNAPSHOTS
from gd_ui.charts.template import Columns, Frames, one_row
from gd_ui.datasets import Loaded, short
from gd_ui.methods import BATCH, METHODS

PEAKS = 120
"""Buckets of a drawn loss curve; each keeps its lowest and highest value, so no spike is lost."""
CEILING = 100.0
"""A curve is drawn up to this many times the first loss; a diverging run leaves the chart there."""
TINY = 1e-16
"""Losses are drawn down to this share of the first or reference loss, where rounding ends them anyway."""
LARGEST = 1e30
"""Numbers beyond this are not sent to a browser, whose 32-bit pixels end soon after."""


def race_frames(race: Race, loaded: Loaded, view: View) -> dict[str, Frames]:
    """Return the data of every chart: by method for its panel, "all" for the shared map, "losses" and "fit"."""
    framing = frame(race, loaded, view)
    shared: dict[str, object] = {
        "n": loaded.train.n,
        "size": race.settings.batch_size,
        "total": loaded.train.n * race.settings.epochs,
    }
    panels = {name: _panel(name, history, framing, shared) for name, history in race.histories.items()}
    together = {
        "this": {field: value for panel in panels.values() for field, value in panel["this"].items()},
        "bands": framing.land,
        **{table: rows for panel in panels.values() for table, rows in panel.items() if table.startswith("cloud")},
    }
    losses, fit = _losses(race, loaded, view, shared), _fit(race, loaded, view, shared)
    return {**panels, "all": together, "losses": losses, "fit": fit}


def shown_feature(loaded: Loaded, view: View) -> int:
    """Return the feature the scatter shows: the first of the map's two parameters that is a feature's weight."""
    features = len(loaded.data.features)
    return next((p for p in view.plane or () if p < features), 0)


def _panel(name: str, history: History, framing: Framing, shared: dict[str, object]) -> Frames:
    """Return one method's panel: the updates of its first run, the cloud of all, and what stays."""
    drawn = _drawable(history)
    places = framing.on_panel(history.path[0, :drawn], history.loss[0, :drawn])
    several = len(history.loss) > 1
    about = shared | framing.about
    about |= {"runs": len(history.loss), "updates": len(history.seen) - 1, "lost": int(history.diverged_at[0])}
    about |= {"drawn": drawn, "tag": "median loss" if several else "loss"}
    about[f"path_{METHODS[name].word}"] = packed_path(places)
    about[f"length_{METHODS[name].word}"] = packed(path_lengths(places).tolist())
    about[f"loss_{METHODS[name].word}"] = packed(median_loss(history)[:drawn].tolist())
    frames = {"this": one_row(about), "bands": framing.land}
    # Batch descent runs once and has no cloud; Vega stops at a table that its chart does not read.
    return frames if name == BATCH.name else frames | {f"cloud {name}": _cloud(history, framing)}


def _drawable(history: History) -> int:
    """Return how many entries of the first run have numbers that can be drawn."""
    bad = ~(np.abs(history.path[0]) < LARGEST).all(axis=1) | ~(median_loss(history) < LARGEST)
    return int(bad.argmax()) if bad.any() else len(bad)


def _cloud(history: History, framing: Framing) -> Columns:
    """Where every run is at evenly spaced updates: all runs at the first, all at the next, and so on."""
    moments = np.arange(SNAPSHOTS + 1) * (len(history.seen) - 1) // SNAPSHOTS if len(history.loss) > 1 else [0]
    places = framing.place(history.path[:, moments], history.loss[:, moments]).swapaxes(0, 1).reshape(-1, 2)
    places = np.where(np.abs(places) < LARGEST, places, np.nan)
    return {"a": places[:, 0].astype("f4"), "b": places[:, 1].astype("f4")}


def _losses(race: Race, loaded: Loaded, view: View, shared: dict[str, object]) -> Frames:
    """The loss curves: median and 10-90 % band, thinned without losing a spike, up to the chart's ceiling."""
    floor = loaded.best_loss if view.above_best else 0.0
    first = float(race.histories[BATCH.name].loss[0, 0])
    tiny = TINY * max(first, loaded.reference_loss)
    ceiling = CEILING * max(first - floor, loaded.best_loss, tiny)  # a race may start at the solution
    curves: list[Columns] = []
    spreads: list[Columns] = []
    frames = Frames()
    for name, history in race.histories.items():
        above = np.where(np.isfinite(history.loss), history.loss, np.inf) - floor
        low, high = np.quantile(above, [0.1, 0.9], axis=0, method="inverted_cdf")
        middle = median_loss(history) - floor
        beyond = middle > ceiling
        keep = _peaks(middle[: int(beyond.argmax()) if beyond.any() else len(middle)])
        at = {"examples": history.seen, "epochs": history.epochs, "updates": np.arange(len(middle))}[view.count]
        curve: Columns = {"method": np.full(len(keep), name), "at": at[keep].astype("f4")}
        curves.append(curve | {"seen": history.seen[keep].astype("i4"), "loss": np.maximum(middle[keep], tiny)})
        wide = keep if len(history.loss) > 1 else keep[:1]  # one run has no spread, but a chart wants some row
        band = {"low": np.maximum(low[wide], tiny), "high": np.clip(high[wide], tiny, ceiling)}
        spreads.append({"method": np.full(len(wide), name), "at": at[wide].astype("f4")} | band)
        shared = shared | {f"loss_{METHODS[name].word}": packed(np.clip(middle, tiny, 2 * ceiling).tolist())}
    drawn_floor = 0.0 if view.above_best or loaded.best_loss < tiny else loaded.best_loss
    frames |= {"loss": _stacked(curves), "spread": _stacked(spreads)}
    last = race.settings.epochs if view.count == "epochs" else loaded.train.n * race.settings.epochs
    return frames | {"this": one_row(shared | {"best": drawn_floor, "ceiling": ceiling, "last": last})}


def _stacked(tables: list[Columns]) -> Columns:
    return {name: np.concatenate([table[name] for table in tables]) for name in tables[0]}


def _peaks(curve: Array) -> NDArray[np.intp]:
    """Row numbers that keep a curve's look: lowest and highest of every bucket, the first and the last."""
    if len(curve) <= 2 * PEAKS:
        return np.arange(len(curve))
    buckets = list(pairwise(np.linspace(0, len(curve), PEAKS + 1).astype(int)))
    lowest = [start + int(curve[start:end].argmin()) for start, end in buckets]
    highest = [start + int(curve[start:end].argmax()) for start, end in buckets]
    return np.unique([0, *lowest, *highest, len(curve) - 1])


def _fit(race: Race, loaded: Loaded, view: View, shared: dict[str, object]) -> Frames:
    """The scatter of one feature with every method's line, and the order in which rows are read."""
    feature = shown_feature(loaded, view)
    rows = _rows(loaded, feature)
    ends = _line_ends(loaded, feature)
    lines = {
        name: loaded.train.model.predict(history.path[0, : _drawable(history)], ends)[..., 0]
        for name, history in race.histories.items()
    }
    first = lines[BATCH.name][0]
    low, high = min(rows["y"].min(), *first), max(rows["y"].max(), *first)
    pad = 0.06 * float(high - low)
    bottom, height = low - pad, high - low + 2 * pad
    this = shared | {
        "left": ends[0, feature],
        "right": ends[1, feature],
        "bottom": bottom,
        "top": bottom + height,
        "feature": f"{short(loaded.data.features[feature])} →",
        "target": f"↑ {short(loaded.data.targets[0])}",
        "stream": " ".join(map(str, _stream(race).tolist())),
    }
    for name, line in lines.items():
        for side, ends_there in zip(("left", "right"), line.T, strict=True):
            this[f"{side}_{METHODS[name].word}"] = packed_grains((ends_there - bottom) / height)
    return {"rows": rows, "this": one_row(this)}


def _rows(loaded: Loaded, feature: int) -> Columns:
    """Every row's feature and target, the training rows first, in the order in which the stream numbers them."""
    parts = [part for part in (loaded.train, loaded.task.validation) if part is not None]
    return {
        "x": np.concatenate([part.x[:, feature] for part in parts]).astype("f4"),
        "y": np.concatenate([part.y[:, 0] for part in parts]).astype("f4"),
        "held_out": np.concatenate([np.full(part.n, part is not loaded.train) for part in parts]),
    }


def _line_ends(loaded: Loaded, feature: int) -> Array:
    """The two inputs (2, D) between which a line is drawn: across the chart, the other features at their mean."""
    x = loaded.train.x
    pad = 0.04 * float(np.ptp(x[:, feature]))
    ends = np.tile(x.mean(axis=0), (2, 1))
    ends[:, feature] = x[:, feature].min() - pad, x[:, feature].max() + pad
    return ends


def _stream(race: Race) -> NDArray[np.intp]:
    """Row numbers in the order in which the first run of every method reads them."""
    n = int(race.histories[BATCH.name].seen[1])
    stream = Batching(1, race.settings.order).plan(n, race.settings.epochs, [race.settings.seed]).stream
    assert stream is not None  # batches of one row always come from a stream
    rows: NDArray[np.intp] = stream[0]
    return rows
