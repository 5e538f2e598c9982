"""Regions: a grid of fates as filled areas, one mark for each fate, with signs strewn over them.

Forty thousand cells would be far too many marks. Runs of equal cells become rectangles, those of one fate a single
outline. Signs on a coarse lattice say the same as the colours.
"""

from __future__ import annotations

from typing import Any

import altair as alt
import numpy as np
from numpy.typing import NDArray

from gd_ui.charts.template import PAPER, SLOTS, Columns, Layer, data, stroke


def region_outlines(fates: NDArray[np.intp], wide: float = 1.0) -> dict[int, str]:
    """Return the outline of the cells of each fate in a grid (rows, columns), the first row at the top.

    Coordinates are heights of cells from the grid's upper left corner; a cell is `wide` times as wide as high. Runs
    that are alike in rows below each other are one rectangle.
    """
    edges = [f"{wide * column:.5g}" for column in range(fates.shape[1] + 1)]
    rows, columns = fates.shape
    change = np.ones((rows, columns), dtype=bool)
    change[:, 1:] = fates[:, 1:] != fates[:, :-1]
    begun: dict[tuple[int, int, int], int] = {}  # (fate, from, to): the row where this rectangle begins
    pieces: dict[int, list[str]] = {}
    for row in range(rows + 1):
        runs: set[tuple[int, int, int]] = set()
        if row < rows:
            starts = np.flatnonzero(change[row])
            ends = np.append(starts[1:], columns)
            runs = set(zip(fates[row, starts].tolist(), starts.tolist(), ends.tolist(), strict=True))
        for run in [run for run in begun if run not in runs]:
            fate, left, right = run
            top = begun.pop(run)
            pieces.setdefault(fate, []).append(f"M{edges[left]},{top}H{edges[right]}V{row}H{edges[left]}Z")
        for run in runs - begun.keys():
            begun[run] = row
    return {fate: "".join(sorted(found)) for fate, found in pieces.items()}


def lattice(fates: NDArray[np.intp], columns: int, rows: int) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Return the rows and the columns of cells on a lattice, every second line shifted by half a step."""
    down = (np.arange(rows) + 0.5) / rows * fates.shape[0]
    along = (np.arange(columns)[None, :] + np.where(np.arange(rows) % 2, 0.75, 0.25)[:, None]) / columns
    cells = np.broadcast_to(down[:, None], along.shape).ravel(), (along * fates.shape[1]).ravel()
    return cells[0].astype(np.intp), cells[1].astype(np.intp)


def region_areas(opacity: float) -> Layer:
    """Draw the areas. Data: regions (slot, path), coordinates with the unit `cell`, a parameter, from the corner."""
    areas = data("regions").mark_point(filled=True, opacity=opacity, strokeWidth=0.4, clip=True, aria=False)
    colour: dict[str, Any] = {"scale": alt.Scale(domain=SLOTS), "legend": None}
    return areas.encode(
        x=alt.XValue(alt.expr("corner_x")),
        y=alt.YValue(alt.expr("corner_y")),
        shape=alt.Shape("path:N", scale=None),
        size=alt.SizeValue(alt.expr("pow(2 * cell, 2)")),
        fill=alt.Fill("slot:N", **colour),
        stroke=alt.Stroke("slot:N", **colour),
    )


def region_signs(size: float) -> Layer:
    """Draw the signs. Data: signs (slot, sign, across, down) in cells from the corner."""
    marks = data("signs").mark_point(filled=True, size=size, opacity=1, strokeWidth=0.8, clip=True, aria=False)
    return marks.encode(
        x=alt.XValue(alt.expr("corner_x + cell * datum.across")),
        y=alt.YValue(alt.expr("corner_y + cell * datum.down")),
        shape=alt.Shape("sign:N", scale=None),
        fill=alt.Fill("slot:N", scale=alt.Scale(domain=SLOTS), legend=None),
        stroke=stroke(PAPER),
    )


def region_table(outlines: dict[int, str], slots: dict[int, str]) -> Columns:
    """Return the rows of `region_areas` for outlines by fate, each in its slot."""
    return {
        "slot": np.array([slots[fate] for fate in outlines]),
        "path": np.array(list(outlines.values())),
    }
