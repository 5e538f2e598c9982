"""What the charts of the page on backpropagation are sent."""

from __future__ import annotations

from typing import NamedTuple

import contourpy
import numpy as np
from numpy.typing import NDArray

from gd_core.hiring import LAYERS
from gd_core.shapes import Array
from gd_ui.backprop import findings
from gd_ui.backprop.arithmetic import TERMS, Line, Panel, Term
from gd_ui.backprop.runs import BackpropRun, Moments, numbers
from gd_ui.backprop.stages import Scene
from gd_ui.charts.bands import simplified
from gd_ui.charts.decision import REACH
from gd_ui.charts.packed import GRAIN, packed
from gd_ui.charts.plateau import TINIEST, scale_ends
from gd_ui.charts.template import Columns, Frames, one_row

Numbers = dict[str, Array]

LOOKS = {
    "batch": ("batch", 0),
    "mini-batch": ("mini-batch", 1),
    "stochastic": ("stochastic", 2),
    "in order": ("lane 4", 3),
}
"""Colour slot and number of the dash of every method."""
CURVE = 400
"""Points of a loss curve."""


def stage_frames(
    run: BackpropRun, method: str, at: Moments, who: int, drawn: Scene, told: Panel
) -> tuple[Frames, Frames]:
    """Return the data of the drawing and of the lines of arithmetic of one stage."""
    named = numbers(run, method, at.updates, who, [*drawn.keys, *told.keys])
    return scene_frames(drawn, named, at), panel_frames(told, named, at)


def clock(at: Moments, named: Numbers, keys: list[str]) -> dict[str, object]:
    """Return the columns of `this` by which a chart finds the numbers called `keys` at the player's update."""
    table = np.transpose([named[key] for key in keys])
    return {
        "starts": packed(at.starts),
        "strides": packed(at.strides),
        "offsets": packed(at.offsets),
        "numbers": " ".join([",".join([f"{value:.6g}" for value in row]) for row in table.tolist()]),
    }


def scene_frames(drawn: Scene, named: Numbers, at: Moments) -> Frames:
    """Return the data of gd_ui.charts.network."""
    place = {key: i for i, key in enumerate(drawn.keys)}
    edges, labels = drawn.edges, drawn.labels
    return {
        "this": one_row(clock(at, named, drawn.keys)),
        "edges": {
            "place": np.array([place[edge.key] for edge in edges]),
            "most": np.array([place[edge.most] for edge in edges]),
            **{name: np.array([getattr(edge, name) for edge in edges]) for name in ("c0", "r0", "c1", "r1", "lit")},
        },
        "units": {name: np.array([getattr(unit, name) for unit in drawn.units]) for name in ("c", "r", "lit")},
        "labels": {
            "place": np.array([place.get(label.key, -1) for label in labels]),
            **{
                name: np.array([getattr(label, name) for label in labels])
                for name in ("before", "kind", "c", "r", "dy", "lit", "small", "on_line")
            },
        },
    }


def panel_frames(told: Panel, named: Numbers, at: Moments) -> Frames:
    """Return the data of gd_ui.charts.lines."""
    place = {key: i for i, key in enumerate(told.keys)}
    split = [_split(line) for line in told.lines]
    columns: Columns = {
        "line": np.arange(len(split)),
        "count": np.full(len(split), len(split)),
        "after": np.array([after for _, after in split]),
    }
    for t in range(TERMS):
        pairs = [terms[t] if t < len(terms) else ("", None) for terms, _ in split]
        columns |= {
            f"before_{t}": np.array([before for before, _ in pairs]),
            f"place_{t}": np.array([-1 if term is None else place[term.key] for _, term in pairs]),
            f"kind_{t}": np.array(["" if term is None else term.kind for _, term in pairs]),
            f"look_{t}": np.array(["" if term is None else term.look for _, term in pairs]),
        }
    return {"this": one_row(clock(at, named, told.keys)), "lines": columns}


def _split(line: Line) -> tuple[list[tuple[str, Term | None]], str]:
    """Cut a line into terms, each with the words before it, and the words after the last."""
    terms: list[tuple[str, Term | None]] = []
    words = ""
    for part in line:
        if isinstance(part, Term):
            terms.append((words, part))
            words = ""
        else:
            words += part
    if len(terms) > TERMS:
        raise ValueError(f"line must have at most {TERMS} numbers; got {len(terms)}.")
    return terms, words


def loss_frames(run: BackpropRun, method: str, at: Moments) -> Frames:
    """Return the data of gd_ui.charts.plateau: the loss of every method by epochs."""
    settings = run.settings
    tables: list[Columns] = []
    for line, name in enumerate(run.histories):
        loss, epochs = np.maximum(run.reported(name), TINIEST), run.histories[name].epochs
        keep = np.unique(np.linspace(0, len(loss) - 1, CURVE).astype(int))
        slot, dash = LOOKS[name]
        shared = {"line": line, "slot": slot, "dash": dash, "mine": name == method}
        tables.append(
            {key: np.full(len(keep), value) for key, value in shared.items()} | {"at": epochs[keep], "loss": loss[keep]}
        )
    found = findings.plateau(run, method)
    named = numbers(run, method, at.updates, 0, ["k", "mean"])
    named["mean"] = np.maximum(named["mean"], TINIEST)
    losses = {key: np.concatenate([table[key] for table in tables]) for key in tables[0]}
    this = (
        clock(at, named, ["k", "mean"])
        | scale_ends(losses["loss"])
        | {
            "last": settings.epochs,
            "per_epoch": settings.training(method).updates_per_epoch,
            "half": float(run.histories[method].epochs[found.half]) if found.half is not None and found.long else 0.0,
            "told": findings.told(found),
            "mine": LOOKS[method][0],
            "what": "Loss",
            "across": "epochs →",
        }
    )
    named_lines = list(run.histories) if len(run.histories) > 1 else []  # a single curve needs no name
    names: Columns = {
        "line": np.arange(len(named_lines)),
        "slot": np.array([LOOKS[name][0] for name in named_lines], dtype=str),
        "dash": np.array([LOOKS[name][1] for name in named_lines], dtype=int),
        "name": np.array(named_lines, dtype=str),
    }
    return {"this": one_row(this), "losses": losses, "names": names}


class Drawn(NamedTuple):
    """Data of a chart that take a while to prepare."""

    frames: Frames

    @property
    def nbytes(self) -> int:
        """Memory held, in bytes, texts by their letters."""
        columns = [column for table in self.frames.values() for column in table.values()]
        return sum(column.nbytes for column in columns)


def decision_frames(run: BackpropRun, method: str, at: Moments) -> Drawn:
    """Return the data of gd_ui.charts.decision.hiring_map."""
    settings = run.settings
    objective, theta = settings.objective, run.histories[method].path[0, at.updates]
    keys = [*(f"w{p}" for p in range(theta.shape[1])), *(f"o{i}" for i in range(objective.n))]
    named = numbers(run, method, at.updates, 0, keys)
    low, high = min(0.0, float(objective.x.min())) - 0.12, max(1.0, float(objective.x.max())) + 0.25
    centre, half = (low + high) / 2, (high - low) / 2
    a, b = centre + REACH * half * np.linspace(-1, 1, 31), centre + half * np.linspace(-1, 1, 21)
    ground = np.stack(np.meshgrid(a, b), axis=-1).reshape(-1, 2)
    outputs = objective.model.predict(theta, ground)[..., 0].reshape(len(theta), len(b), len(a))
    place = {"centre_a": centre, "centre_b": centre, "half": half}
    edges = " ".join(edge(a, b, output, centre, half) for output in outputs)
    yes = objective.y[:, 0] >= 0.5
    points = {"number": np.arange(objective.n), "x": objective.x[:, 0], "y": objective.x[:, 1], "yes": yes}
    words = {"across": f"{LAYERS[0][0]} →", "up": f"↑ {LAYERS[0][1]}"}
    return Drawn({"this": one_row(clock(at, named, keys) | place | words | {"edges": edges}), "points": points})


def edge(a: Array, b: Array, output: NDArray[np.float64], centre: float | Array, half: float) -> str:
    """Return where an output (len(b), len(a)) is one half as the text of a path, in grains; "-" for nowhere."""
    pieces = []
    for line in contourpy.contour_generator(a, b, output).lines(0.5):
        points = (simplified(np.asarray(line), half / 300) - centre) / half * [GRAIN, -GRAIN]
        pieces.append("M" + "L".join(f"{x},{y}" for x, y in np.rint(points).astype(int).tolist()))
    return "".join(pieces) or "-"
