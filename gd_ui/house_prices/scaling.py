"""Split and scale: which rows train, and what the training rows make of every column."""

from __future__ import annotations

import numpy as np

from gd_ui.house_prices.sets import House


def scaling_table(houses: House) -> list[dict[str, str]]:
    """Return, for every column and the target, what the training rows say and what becomes of the first row."""
    raw_x, raw_y = houses.task.features.undo(houses.train.x), houses.task.target.undo(houses.train.y)
    table = []
    columns = [
        *zip(houses.data.features, raw_x.T, houses.train.x.T, strict=True),
        (f"target: {houses.data.targets[0]}", raw_y[:, 0], houses.train.y[:, 0]),
    ]
    for name, raw, scaled in columns:
        raw = np.where(np.abs(raw) < 1e-12 * np.abs(raw).max(), 0.0, raw)  # what scaling and back left of a zero
        table.append(
            {
                "column": name,
                "lowest": _cell(raw.min()),
                "mean": _cell(raw.mean()),
                "highest": _cell(raw.max()),
                "first row": _cell(raw[0]),
                "first row, scaled": _cell(scaled[0]),
                "scaled, from": _cell(scaled.min()),
                "to": _cell(scaled.max()),
            }
        )
    return table


def _cell(value: float) -> str:
    return f"{value:.4g}".replace("-", "−") if np.isfinite(value) else "—"


def split_sentence(houses: House, scaling: str) -> str:
    """Say which rows train, and what the scaling was fitted on."""
    held = 0 if houses.validation is None else houses.validation.n
    split = f"**{houses.train.n:,}** rows train and **{held:,}** are held out"
    if scaling == "none":
        return f"{split}. Nothing is scaled: every column, the target too, keeps its units."
    return (
        f"{split}. Every column, the target too, is scaled with statistics of the training rows alone; the held-out "
        "rows are scaled with the same numbers, as rows that nobody has seen yet must be."
    )
