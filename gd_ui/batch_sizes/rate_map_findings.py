"""What the rate map showed: how far each batch size is stable, which cell is best, what a smaller batch needs."""

from __future__ import annotations

import numpy as np

from gd_core import single_example_limit
from gd_ui.batch_sizes.rate_map import MapSettings, RateMap
from gd_ui.controls import written
from gd_ui.datasets import Loaded
from gd_ui.methods import BATCH, MINI_BATCH, STOCHASTIC
from gd_ui.numbers import number


def map_findings(found: RateMap, loaded: Loaded) -> list[str]:
    """Return three sentences of Markdown, all from the numbers of the map."""
    return [_stability(found, loaded), _best(found, loaded), _need(found)]


def stable_up_to(found: RateMap, row: int) -> float | None:
    """Return the largest rate at which, and at all below which, no seed diverged; None if the lowest diverged."""
    stable = int(np.argmax(np.append(found.gone[row] > 0, True)))
    return found.rates[stable - 1] if stable else None


def rows(size: int, found: RateMap) -> str:
    """Return a batch size in words."""
    if size == found.sizes[-1]:
        return f"all {size:,} rows"
    return f"{size:,} row" if size == 1 else f"{size:,} rows"


def reading(asked: MapSettings, settings: MapSettings, found: RateMap, loaded: Loaded) -> str:
    """Say what a cell is, what the signs mean, how to load one, and what was taken away, as a caption."""
    seen, sizes = loaded.train.n * settings.epochs, len(found.sizes)
    each = (
        f"the median of {settings.seeds} seeds" if settings.seeds > 1 else "one run, as in stored order none is drawn"
    )
    told = [
        f"{len(found.rates)} rates × {sizes} sizes, each cell {each} after {seen:,} examples. Hatched: some runs "
        "diverged; crosswise: half of them or more. Framed: the lowest.",
        f"The race above: {STOCHASTIC.label} ●, {MINI_BATCH.label} ◆, {BATCH.label} ■.",
        "A click on a cell loads it into the race; by keyboard choose a size here, or move the race's sliders.",
    ]
    taken = reduced(asked, settings)
    return " ".join([*told, taken] if taken else told)


def reduced(asked: MapSettings, settings: MapSettings) -> str | None:
    """Say what was taken away from a map that would have kept others waiting, or None."""
    taken = []
    if settings.epochs != asked.epochs:
        taken.append(f"{settings.epochs:,} epochs instead of {asked.epochs:,}")
    if settings.seeds != asked.seeds:
        taken.append(f"{settings.seeds} seeds instead of {asked.seeds}")
    if not taken:
        return None
    return f"Reduced to {' and '.join(taken)}: more would keep other readers waiting."


def _stability(found: RateMap, loaded: Loaded) -> str:
    """Compare how far the smallest and the largest batch stayed stable with the limits known before any run."""
    small, large = (stable_up_to(found, row) for row in (0, len(found.sizes) - 1))
    single, average = single_example_limit(loaded.train), loaded.curvature.max_stable_learning_rate()
    whose = "the limit" if found.settings.optimizer == "gd" else "the limit of plain gradient descent"
    one, every = rows(found.sizes[0], found), rows(found.sizes[-1], found)
    if small == large:
        reach = f"With {one} per update as with {every}, {_reach(small, found)}"
    else:
        reach = f"With {one} per update {_reach(small, found)}, with {every} {_reach(large, found)}"
    told = f"{reach}; {whose} is {single:.3g} for the steepest single row and {average:.3g} (2/λmax) for all on average"
    if found.settings.optimizer == "gd" and large is not None and large > average:
        updates = found.settings.epochs
        told += f", beyond which the growth did not show yet in {updates:,} {'update' if updates == 1 else 'updates'}"
    return f"{told}."


def _reach(rate: float | None, found: RateMap) -> str:
    if rate is None:
        return "some run diverged even at the smallest rate tried"
    last = rate == found.rates[-1]
    every = "every run" if found.settings.seeds > 1 else "the run"
    return f"{every} stayed stable up to rate {written(rate)}{', the largest tried' if last else ''}"


def _best(found: RateMap, loaded: Loaded) -> str:
    """Name the best cell for the examples read."""
    best = found.best()
    seen = loaded.train.n * found.settings.epochs
    if best is None:
        return "No cell is free of runs that diverged, so none can be called the best."
    loss = float(found.middle[best])
    if loss >= found.first:
        return f"No cell ends below the loss of the start, {number(found.first)}."
    kind = "median loss" if found.settings.seeds > 1 else "loss"
    where = f"rate **{written(found.rates[best[1]])}** with **{rows(found.sizes[best[0]], found)}** per update"
    if loss == 0:
        zeros = int(((found.gone == 0) & (found.middle == 0)).sum())
        many = f"{zeros} cells end at a {kind} of exactly zero, the first of them, from the smallest batch up, at"
        cells = f"one cell ends at a {kind} of exactly zero, at" if zeros == 1 else many
        return f"For {seen:,} examples read, {cells} {where}."
    above = max(loss - loaded.best_loss, 0.0)
    floor = "; the best possible is zero" if loaded.noise_free else f", that is {number(above)} above the best possible"
    return f"For {seen:,} examples read, the lowest {kind} is at {where}: {number(loss)}{floor}."


def _need(found: RateMap) -> str:
    """Say how the best rate of the smallest batch compares with that of all rows."""
    small, large = found.best(0), found.best(len(found.sizes) - 1)
    one, every = rows(found.sizes[0], found), rows(found.sizes[-1], found)
    if small is None or large is None:
        return f"With {one if small is None else every} per update some run diverged at every rate."
    low, high = found.rates[small[1]], found.rates[large[1]]
    if low < high:
        return (
            f"A smaller batch needs a smaller rate: the best is {written(high)} with {every} and {written(low)} with "
            f"{one}, which makes {found.sizes[-1]:,} times as many updates."
        )
    if low == high:
        return f"Here the best rate does not depend on the batch: {written(low)} with {one} as with {every}."
    return (
        f"Here a smaller batch needs no smaller rate: the best is {written(low)} with {one} and {written(high)} with "
        f"{every}."
    )
