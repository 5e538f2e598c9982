"""What the charts of the free network are sent."""

from __future__ import annotations

import numpy as np

from gd_core.shapes import Array
from gd_ui.backprop.frames import clock, edge
from gd_ui.backprop.free import FreeRun, cells, ground
from gd_ui.charts.decision import ACROSS, LETTERS, UP
from gd_ui.charts.plateau import TINIEST, scale_ends
from gd_ui.charts.template import Columns, Frames, one_row

SIDES = (("training", "ink", 0), ("held out", "lane 4", 1))
"""Name, colour slot and dash of the two loss curves."""
LAYER_LOOKS = (("lane 3", 0), ("lane 2", 1), ("lane 1", 2), ("ink", 3))
"""Colour slot and dash of every layer of weights."""


def free_decision_frames(run: FreeRun) -> Frames:
    """Return the data of gd_ui.charts.decision.ready_map."""
    place = ground(run.settings.data)
    shown = np.nan_to_num(run.shades, nan=0.5)
    shades = np.clip(np.rint(shown * (len(LETTERS) - 1)), 0, len(LETTERS) - 1).astype(int)
    letters = np.array(list(LETTERS))
    texts = " ".join("".join(row) for row in letters[shades].tolist())
    middles = (cells(place) @ place.axes.T).reshape(UP, ACROSS, 2)
    a, b = middles[0, :, 0] - place.centre[0], middles[:, 0, 1] - place.centre[1]
    edges = " ".join(edge(a, b, output.reshape(UP, ACROSS), 0.0, place.half) for output in shown)
    this = clock(run.at, {"k": run.at.updates.astype(float)}, ["k"]) | {
        "centre_a": place.centre[0],
        "centre_b": place.centre[1],
        "half": place.half,
        "edges": edges,
        "shades": texts,
        "across": f"{place.names[0]} →",
        "up": f"↑ {place.names[1]}",
    }
    yes = run.settings.objectives()[0].y[:, 0] >= 0.5
    points = {"number": np.arange(len(yes)), "x": place.points[:, 0], "y": place.points[:, 1], "yes": yes}
    return {"this": one_row(this), "points": points}


def free_loss_frames(run: FreeRun) -> Frames:
    """Return the data of gd_ui.charts.plateau for the two losses."""
    told = f"held out {100 * run.right[1, -1]:.0f} % right in the end"
    looks = [(slot, dash) for _, slot, dash in SIDES]
    return _curves(run, run.loss, [name for name, _, _ in SIDES], looks, "Loss", told)


def free_slope_frames(run: FreeRun) -> Frames:
    """Return the data of gd_ui.charts.plateau for the size of every layer's derivatives."""
    names = [f"layer {depth}" for depth in range(1, run.slopes.shape[1] + 1)]
    return _curves(run, run.slopes.T, names, list(LAYER_LOOKS), "Layer 1:", "")


def _curves(
    run: FreeRun, curves: Array, names: list[str], looks: list[tuple[str, int]], what: str, told: str
) -> Frames:
    """Curves (L, F) at the moments of the run; the first is the one followed."""
    updates = run.at.updates
    per_epoch = run.settings.updates / run.settings.epochs
    drawn = np.clip(np.nan_to_num(curves, nan=TINIEST, posinf=1e12), TINIEST, 1e12)
    tables: list[Columns] = []
    for line, (curve, (slot, dash)) in enumerate(zip(drawn, looks, strict=False)):
        shared = {"line": line, "slot": slot, "dash": dash, "mine": line == 0}
        tables.append(
            {key: np.full(len(curve), value) for key, value in shared.items()}
            | {"at": updates / per_epoch, "loss": curve}
        )
    this = clock(run.at, {"k": updates.astype(float), "mean": drawn[0]}, ["k", "mean"]) | scale_ends(drawn) | {
        "last": float(updates[-1] / per_epoch), "per_epoch": per_epoch, "half": 0.0, "told": told, "what": what,
        "mine": looks[0][0], "across": "epochs →",
    }  # fmt: skip
    listed = {
        "line": np.arange(len(names)),
        "slot": np.array([slot for slot, _ in looks[: len(names)]]),
        "dash": np.array([dash for _, dash in looks[: len(names)]]),
        "name": np.array(names),
    }
    losses = {key: np.concatenate([table[key] for table in tables]) for key in tables[0]}
    return {"this": one_row(this), "losses": losses, "names": listed}
