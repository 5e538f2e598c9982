"""What the runs of many starts showed: sentences, all from the numbers of the runs and of the map."""

from __future__ import annotations

from collections import Counter

import numpy as np
from numpy.typing import NDArray

from gd_ui.beyond_convex.lands import Land, land, written_place
from gd_ui.beyond_convex.starts import DIVERGED, MAP_UPDATES, ON_THE_WAY, PATIENCE, RESTING, Basins, Runs
from gd_ui.controls import written
from gd_ui.lanes import LANES

DIVERGED_LANE = LANES[4]
"""The look of runs that diverge."""
EXACT = 1e-12
"""A run is on the ridge if it never was farther from it than this share of half the view."""
BOTH = 2
"""So many valleys are called both."""
FATES = {ON_THE_WAY: "still on their way", RESTING: "at rest on a saddle", DIVERGED: "diverged"}
SIGNS = {ON_THE_WAY: "▶", RESTING: "▬", DIVERGED: "✚"}


def fate_name(fate: int, on: Land) -> str:
    """Return the name of a fate with its sign, in its colour, as Markdown."""
    if fate >= 0:
        return LANES[fate].label(on.valleys[fate].name)
    if fate == DIVERGED:
        return DIVERGED_LANE.label(FATES[fate])
    return f"{SIGNS[fate]} {FATES[fate]}"


def _sign(fate: int) -> str:
    """Return the sign of a fate in its colour, as Markdown."""
    lane = LANES[fate] if fate >= 0 else DIVERGED_LANE if fate == DIVERGED else None
    return SIGNS[fate] if lane is None else f":{lane.hue}[{lane.sign}]"


def _fates_in_order(on: Land) -> list[int]:
    return [*range(len(on.valleys)), RESTING, ON_THE_WAY, DIVERGED]


def legend(on: Land) -> str:
    """Return the signs of all valleys and what lies at them, as Markdown."""
    valleys = "; ".join(f"{fate_name(i, on)}, J = {minus(valley.height)}" for i, valley in enumerate(on.valleys))
    return (
        f"Valleys: {valleys}" + ("; × saddles and hilltops" if on.saddles else "") + "; small dots: where paths start."
    )


def basin_title(basins: Basins, on: Land) -> str:
    """Return what stands above the map of all starts: the share of every fate."""
    parts = []
    for fate in _fates_in_order(on):
        share = basins.share(fate)
        if share:
            parts.append(f"{_sign(fate)} {percent(share)}")
    return "**Ends** · " + " ".join(parts)


def findings(runs: Runs, basins: Basins) -> list[str]:
    """Say where the runs ended, what became of those on a saddle, and what the map adds: Markdown, at most three."""
    on = land(runs.flock.land)
    told = [_ends(runs, on), _resting(runs, on), _map(basins, on)]
    return [sentence for sentence in told if sentence]


def _ends(runs: Runs, on: Land) -> str:
    found = Counter(runs.fates.tolist())
    total, updates = len(runs.fates), runs.flock.updates
    if total == 1:
        (fate,) = found
        how = f"is {fate_name(fate, on)}" if fate < 0 else f"is in the valley {fate_name(fate, on)}"
        told = f"After {updates:,} updates the run from {written_place(runs.flock.start)} {how}"
    else:
        ends = [f"**{found[fate]}** {fate_name(fate, on)}" for fate in _fates_in_order(on) if found[fate]]
        told = f"Of {total} starts, after {updates:,} updates: " + ", ".join(ends)
    return f"{told}. {_depth(found, on)}"


def _depth(found: Counter[int], on: Land) -> str:
    """Say whether the valleys reached are the deepest."""
    reached = [fate for fate in found if fate >= 0]
    if not reached:
        return "It has reached no valley." if sum(found.values()) == 1 else "None has reached a valley."
    if len(on.valleys) == 1:
        return "There is one valley only; the question is whether a run arrives."
    if on.level:
        which = "which one a run finds is decided by its start" if len(reached) > 1 else "each is as good as the others"
        every = "Both" if len(on.valleys) == BOTH else f"All {len(on.valleys)}"
        return f"{every} valleys are equally deep; {which}."
    if reached == [0]:
        return f"Whoever arrived is in the deepest of the {len(on.valleys)} valleys: here greed was enough."
    deepest = f"the deepest valley, {fate_name(0, on)}, J = {minus(on.valleys[0].height)}"
    who = "The run has missed" if sum(found.values()) == 1 else f"{sum(found[fate] for fate in reached if fate)} missed"
    return f"{who} {deepest}: descent knows the slopes it has felt and nothing of what lies behind the next ridge."


def _resting(runs: Runs, on: Land) -> str:
    """Say what became of runs that came to rest on a saddle."""
    resting = runs.fates == RESTING
    count, stayed = int(resting.sum()), int(runs.still_resting.sum())
    if not count:
        return ""
    index, _ = on.nearest_saddle(runs.history.path[resting, -1])
    places = [on.saddles[i] for i in sorted(set(index.tolist()))]
    who = f"The {count} at rest are" if count > 1 else "The one at rest is"
    who += f" where nothing slopes, {' and '.join(map(written_place, places))}"
    if stayed < count:
        left = "it has" if count == 1 else f"{count - stayed} of them have" if stayed else "all have"
        return f"{who}, but not for good: {PATIENCE:,} updates later {left} left."
    return f"{who}, and still there {PATIENCE:,} updates later: {_why_resting(runs, on, resting)}"


def _why_resting(runs: Runs, on: Land, resting: NDArray[np.bool_]) -> str:
    """Say whether runs at rest are exactly on the ridge, and what a push across it would do."""
    index, _ = on.nearest_saddle(runs.history.path[resting, -1])
    place = on.saddles[int(index[0])]
    values, directions = on.curvatures(place)
    off = float(np.abs((runs.history.path[resting] - np.array(place)) @ directions[:, 0]).max())
    growth = (
        f"grow ×{1 - runs.flock.rate * values[0]:.4g} with every update" if runs.flock.optimizer == "gd" else "grow"
    )
    push = f"a push across, however small, would {growth} (λ = {minus(float(values[0]))})"
    if off < EXACT * on.half:
        return f"exactly on the ridge no slope points across it. Yet {push}."
    return f"they are so close to it that leaving takes longer than that, as {push}."


def _map(basins: Basins, on: Land) -> str:
    """Say what the map of all starts adds."""
    size = basins.fates.size
    shares = {fate: basins.share(fate) for fate in _fates_in_order(on)}
    lost, on_way = shares[DIVERGED], shares[ON_THE_WAY]
    arrived = float((basins.fates >= 0).mean())  # a sum of shares would be all but one
    told = f"Of the map's {size:,} starts, {percent(arrived)} are in a valley after {MAP_UPDATES:,} updates"
    rest = []
    if lost:
        rest.append(f"{percent(lost)} diverge, where the land is too steep for this rate")
    if shares[RESTING]:
        rest.append(f"{percent(shares[RESTING])} rest on a saddle")
    if on_way:
        rest.append(f"{percent(on_way)} are still moving or jump to and fro")
    return told + ("; " + ", ".join(rest) if rest else "") + "."


def minus(value: float) -> str:
    """Return a number as text, with a minus sign as long as a plus."""
    return f"{value:.3g}".replace("-", "−")


def percent(share: float) -> str:
    """Return a share as text that says neither none nor all of what is some or nearly all."""
    if share in (0.0, 1.0):
        return "none" if share == 0 else "all"
    percent = 100 * share
    text = f"{percent:.3g}"
    if text == "100":
        text = f"{percent:.5g}"
    return f"{text} %"


def remedy_label(rate: float) -> str:
    """Return what the button says that sets the rate."""
    return f"Use rate {written(rate)}"
