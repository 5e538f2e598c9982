"""Stages: one update of the hiring network cut into passes, and where every number of a stage stands in the drawing.

Columns and rows of the drawing run from -1 to 1; what is drawn names its number ("w3", "a5") and not its value, which
the chart looks up at the player's update.
"""

from __future__ import annotations

from typing import NamedTuple

from gd_core.hiring import LAYERS
from gd_ui.backprop.runs import unit_numbers, weight_numbers

ALL, LOSS, UPDATE = "All", "Loss", "Update"
FORWARD, BACK = "Forward", "Back"

NAME, BIAS, ERROR = 47, 66, 85
"""Pixels from the middle of a unit to its name, to its bias and to its error."""


class Edge(NamedTuple):
    """A weight between two units."""

    key: str
    """The number that gives the line its width, dash and colour."""
    most: str
    """The number it is compared with."""
    c0: float
    r0: float
    c1: float
    r1: float
    lit: bool


class Label(NamedTuple):
    """A text: `before`, then the number called `key` if there is one."""

    c: float
    r: float
    dy: float
    before: str = ""
    key: str = ""
    kind: str = "plain"
    """How the number is written: "plain" or "slope"."""
    lit: bool = True
    small: bool = False
    on_line: bool = False
    """Whether the text lies on a line, which is hidden behind it."""


class Unit(NamedTuple):
    """A circle."""

    c: float
    r: float
    lit: bool


class Scene(NamedTuple):
    """Everything that a stage draws."""

    edges: list[Edge]
    units: list[Unit]
    labels: list[Label]

    @property
    def keys(self) -> list[str]:
        """The names of all numbers read, each once."""
        named = [key for edge in self.edges for key in (edge.key, edge.most)]
        return sorted({*named, *(label.key for label in self.labels if label.key)})


def stages(sizes: tuple[int, ...]) -> list[str]:
    """Return the names of the stages of one update of a network."""
    layers = range(1, len(sizes))
    return [ALL, *(f"{FORWARD} {depth}" for depth in layers), LOSS, *(f"{BACK} {depth}" for depth in reversed(layers)),
            UPDATE]  # fmt: skip


def reached(stage: str, sizes: tuple[int, ...]) -> tuple[str, int]:
    """Return the kind of a stage and the layer it works on, 0 where it is all of them."""
    kind, _, depth = stage.partition(" ")
    return kind, int(depth) if depth else len(sizes) - 1 if kind == LOSS else 0


def scene(stage: str, sizes: tuple[int, ...], targets: tuple[float, ...]) -> Scene:
    """Return what a stage draws; `targets` are those of the applicant shown."""
    edges, labels = _weights(stage, sizes)
    units, texts = _units(stage, sizes)
    return Scene(edges, units, labels + texts + _ends(stage, sizes, targets))


def _column(depth: int, sizes: tuple[int, ...]) -> float:
    return -1 + 2 * depth / (len(sizes) - 1)


def _row(number: int, size: int) -> float:
    return 0.0 if size == 1 else -1 + 2 * number / (size - 1)


def _numbers_of(stage: str, depth: int, sizes: tuple[int, ...]) -> tuple[str, str, bool, bool]:
    """Return for the weights into a layer: their letter, that of the largest, whether they are lit and labelled."""
    kind, at = reached(stage, sizes)
    if kind == ALL:
        return "w", "W", True, True
    if kind == UPDATE:
        return "s", "S", True, True
    if kind == BACK:
        known = depth >= at
        return ("g", "G", depth == at, True) if known else ("w", "W", False, False)
    return "w", "W", kind == FORWARD and depth == at, True


def _weights(stage: str, sizes: tuple[int, ...]) -> tuple[list[Edge], list[Label]]:
    """The lines between the units with their numbers, which lie where no two of them meet."""
    edges, labels = [], []
    for depth, (weights, _) in enumerate(weight_numbers(sizes), start=1):
        letter, most, lit, labelled = _numbers_of(stage, depth, sizes)
        c0, c1 = _column(depth - 1, sizes), _column(depth, sizes)
        for i, row in enumerate(weights.tolist()):
            for j, p in enumerate(row):
                r0, r1 = _row(i, sizes[depth - 1]), _row(j, sizes[depth])
                edges.append(Edge(f"{letter}{p}", most, c0, r0, c1, r1, lit))
                share = 0.5 if r0 == r1 else 0.31 if sizes[depth] > 1 else 0.42
                if labelled:
                    labels.append(
                        Label(
                            c0 + share * (c1 - c0), r0 + share * (r1 - r0), 0, key=f"{letter}{p}",
                            kind="plain" if letter == "w" else "slope", lit=lit, small=True, on_line=True,
                        )
                    )  # fmt: skip
    return edges, labels


def _units(stage: str, sizes: tuple[int, ...]) -> tuple[list[Unit], list[Label]]:
    """The circles with what they hold, their names, biases and errors."""
    kind, at = reached(stage, sizes)
    units, labels = [], []
    for depth, numbers in enumerate(unit_numbers(sizes)):
        biases = weight_numbers(sizes)[depth - 1][1].tolist() if depth else []
        for j, u in enumerate(numbers):
            c, r = _column(depth, sizes), _row(j, sizes[depth])
            side = 1 if r > 0 else -1
            lit = kind in (ALL, UPDATE) or (depth == at and kind != UPDATE)
            units.append(Unit(c, r, lit))
            labels.append(Label(c, r, side * NAME, LAYERS[depth][j]))
            blamed = kind == BACK and depth >= at
            known = kind in (ALL, LOSS, BACK, UPDATE) or depth <= at
            if blamed:
                labels.append(Label(c, r, 0, key=f"d{u}", kind="slope", lit=lit, small=True))
            elif known:
                labels.append(Label(c, r, 0, key=f"a{u}", lit=lit or depth == 0))
            else:
                labels.append(Label(c, r, 0, "?", lit=False))
            below = side if sizes[depth] > 1 else 1  # a single unit has its target above it
            if depth:
                letter, _, weights_lit, labelled = _numbers_of(stage, depth, sizes)
                if labelled:
                    before = {"w": "b ", "g": "∂b ", "s": "Δb "}[letter]
                    kind_of_number = "plain" if letter == "w" else "slope"
                    away = BIAS if sizes[depth] > 1 else NAME
                    labels.append(
                        Label(c, r, below * away, before, f"{letter}{biases[j]}", kind_of_number, weights_lit, True)
                    )
                if kind == ALL:
                    away = ERROR if sizes[depth] > 1 else BIAS
                    labels.append(Label(c, r, below * away, "δ ", f"d{u}", "slope", True, True))
    return units, labels


def _ends(stage: str, sizes: tuple[int, ...], targets: tuple[float, ...]) -> list[Label]:
    """What the drawing shows, beside the inputs; target and loss, beside the outputs."""
    kind, _ = reached(stage, sizes)
    shown = {UPDATE: "change Δw", BACK: "δ and ∂L/∂w", ALL: "a, w and δ"}.get(kind, "a and w")
    labels = [Label(-1, -1, -BIAS - 2, shown, lit=False, small=True)]
    single = sizes[-1] == 1
    wanted = "  ".join(f"{target:g}" for target in targets)
    before = f"target {wanted}" if single else f"targets {wanted}"
    labels.append(Label(1, 0, -BIAS - 2 if single else 10, before, lit=kind in (LOSS, ALL), small=True))
    if kind in (ALL, LOSS, BACK, UPDATE):
        away = (ERROR if kind == ALL else BIAS + 2) if single else -10
        labels.append(Label(1, 0, away, "loss ", "loss", "slope", kind in (LOSS, ALL), True))
    return labels
