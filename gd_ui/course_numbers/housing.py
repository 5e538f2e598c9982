"""Text C, house prices: every number it prints, and the page that shows it."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import numpy as np

from gd_core import Batching
from gd_core.shapes import Array
from gd_ui.course_numbers.boston import AWAY, FAR, HALF, PAIR, Housing, block
from gd_ui.course_numbers.numbers import Compute, Line, course, one_by_one, texts
from gd_ui.course_numbers.seeds import Seeds, seed_lines

Given = Callable[[], Housing]
"""Asked for only where the Boston file is at hand."""
LESSON, DATA = "house-prices", {"data": "Boston"}
SHAPES = {**DATA, "from": f"{FAR:g}, {FAR:g}", "tab": "Shapes"}
"""The settings under which the lesson shows the gradients of the text's rows."""
FAULTY = {"pitfall": "lopsided path", "data": "boston"}
"""The pitfall that is the fault of the text's listing."""
AS_LISTED = "Two weights alone, the listing with its fault"
BY_OLDER_BLAS = "All weights, summed as an older OpenBLAS does"
"""The names of two lines that run printed numbers once more."""


def lines(housing: Given, seeds: Callable[[], Seeds]) -> list[Line]:
    """Return the lines of text C; `housing` and `seeds` are asked for only when a line is computed."""
    made = [
        *_counts(housing),
        *_rows(housing),
        *_gradients(housing),
        *_one_update(housing),
        *_two_weights(housing),
        *_all_weights(housing),
        *seed_lines(seeds),
    ]
    return [line._replace(needs_boston=True) for line in made]


def _line(what: str, settings: dict[str, str], compute: Compute, printed: object, labels: tuple[str, ...] = ()) -> Line:
    return Line("C", what, compute, LESSON, settings, texts(printed), labels)


def _counts(h: Given) -> list[Line]:
    counts = block()["counts"]

    def rows() -> Array:
        return np.array([len(h().data.y), len(h().data.features), len(h().data.train)], dtype=float)

    def batches(size: int) -> Array:
        seen = Batching(size).plan(h().on.n, 1, [0]).seen
        return np.array([len(seen) - 1, seen[-1] - seen[-2]], dtype=float)

    found = [
        _line(
            "Rows, columns, rows to train", {**DATA, "tab": "Split and scale"}, rows,
            [counts[name] for name in ("rows", "columns", "train")], ("rows", "columns", "rows to train"),
        )
    ]  # fmt: skip
    for size in (10, 100):
        settings = {**DATA, "batch": str(size), "tab": "Mini-batches"}
        printed = [counts[f"batches_of_{size}"], counts[f"last_of_{size}"]]
        what = f"Batches of {size} in an epoch, rows in last"
        found.append(_line(what, settings, functools.partial(batches, size), printed, ("batches", "rows in the last")))
    return found


def _rows(h: Given) -> list[Line]:
    """Return the first rows as scaled, and what the network predicts for them."""
    three = ("row 1", "row 2", "row 3")

    def predicted() -> Array:
        return np.asarray(h().on.model.predict(h().at(FAR)[None], h().on.x[: len(three)])[0, :, 0])

    few = {**SHAPES, "rows": "three"}
    return [
        _line(
            "Inputs of the first row, scaled", {**SHAPES, "rows": "one"}, lambda: h().on.x[0], *_weights("first_row_x")
        ),
        _line("Targets of three rows, scaled", few, lambda: h().on.y[:3, 0], block()["first_three_y"], three),
        _line(f"Predictions of three rows at {_place(FAR)}", few, predicted, _far()["z_first_three"], three),
    ]


def _gradients(h: Given) -> list[Line]:
    """Return the gradients of one row, of each of three and of all, where the two weights are set far away."""
    found = []
    for row in range(3):
        compute = functools.partial(lambda row: h().gradient_of(row), row)
        settings = {**SHAPES, "rows": "one" if row == 0 else "three"}
        what = f"Gradient of row {row + 1} alone at {_place(FAR)}"
        found.append(_line(what, settings, compute, *_weights(f"gradient_sample_{row + 1}")))

    def mean() -> Array:
        return np.asarray(h().half.grad(h().at(FAR)[None])[0])

    everything = {**SHAPES, "rows": "all"}
    of_b = _line("Gradient of b there: nothing but rounding", everything, lambda: mean()[-1:], _far()["gradient_b"])
    return [
        *found,
        _line("Gradient of all rows there", everything, lambda: mean()[:-1], *_weights("gradient_mean")),
        of_b._replace(terms=max(abs(float(z)) for z in _far()["z_first_three"])),
    ]


def _one_update(h: Given) -> list[Line]:
    """Return the loss and the slopes of the two weights where the text sets them, and after one update."""
    at = block()["weights_at_minus_100"]
    after, pair, where = at["after_one_step"], tuple(f"w{i}" for i in PAIR), _place(AWAY)
    settings = {**DATA, "lr": f"{HALF * float(at['learning_rate']):g}"}
    step = f"After one update at rate {at['learning_rate']}"

    def slopes() -> Array:
        return h().half.grad(h().at(AWAY)[None])[0, PAIR]

    def later() -> Array:
        return h().half.grad(h().stepped[None])[0, PAIR]

    return [
        _line(f"Loss at {where}", DATA, lambda: h().on.value(h().at(AWAY)[None]), at["loss"]),
        *one_by_one(_line(f"Gradient at {where}", DATA, slopes, at["gradient_w5_w9"], pair)),
        *one_by_one(_line(step, settings, lambda: h().stepped[PAIR], after["w5_w9"], pair)),
        _line(f"{step}: loss", settings, lambda: h().on.value(h().stepped[None]), after["loss"]),
        *one_by_one(_line(f"{step}: gradient", settings, later, after["gradient_w5_w9"], pair)),
    ]


def _two_weights(h: Given) -> list[Line]:
    """Return the printed path of the two weights: by the right code, and as the listing runs it."""
    rows = block()["two_weights_only"]["rows"]
    at = tuple(f"iteration {row[0]}" for row in rows)
    names = (*(f"w{i}" for i in PAIR), "loss")
    printed = [texts([row[1 + column] for row in rows]) for column in range(len(names))]
    found = []
    for column, name in enumerate(names):
        right = functools.partial(lambda column: h().two_weights[:, column], column)
        faulty = functools.partial(lambda column: h().two_weights_as_listed[:, column], column)
        line = _line(f"Two weights alone, right code: {name}", DATA, right, list(printed[column]), at)
        found.append(line._replace(faulty=faulty))
    every = tuple(f"{name}, {place}" for name in names for place in at)
    flat = [number for column in printed for number in column]
    as_listed = _line(AS_LISTED, FAULTY, lambda: h().two_weights_as_listed.T.ravel(), flat, every)
    return [*found, as_listed._replace(lesson="pitfalls", again=True)]


def _all_weights(h: Given) -> list[Line]:
    """Return the printed losses of the descent on all weights: by the core, and as an older OpenBLAS sums."""
    rows = block()["all_weights"]["rows"]
    labels = tuple(f"iteration {row[0]}" for row in rows)
    settings = {**DATA, "from": "drawn", "updates": "1000"}
    losses = [row[1] for row in rows]
    by_core = _line("All weights: loss on the way", settings, lambda: h().all_weights, losses, labels)
    by_older_blas = _line(BY_OLDER_BLAS, settings, lambda: h().all_weights_by_older_blas, losses, labels)
    return [by_core, by_older_blas._replace(again=True)]


def _far() -> dict[str, Any]:
    found: dict[str, Any] = course()["housing"]["weights_at_159"]
    return found


def _weights(name: str) -> tuple[object, tuple[str, ...]]:
    """Return printed numbers, one for every weight, and the weights' names."""
    printed = block().get(name, _far().get(name))
    return printed, tuple(f"w{i}" for i in range(block()["counts"]["columns"]))


def _place(value: float) -> str:
    return f"{' = '.join(f'w{i}' for i in PAIR)} = {value:g}"
