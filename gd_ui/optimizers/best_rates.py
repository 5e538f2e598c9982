"""The sweep: how many updates each rule needs at every rate, the best marked, as a chart, a table and sentences."""

from __future__ import annotations

import numpy as np
import pandas as pd

from gd_ui.charts.compared import no_rows
from gd_ui.charts.template import Columns, Frames, one_row
from gd_ui.controls import written
from gd_ui.numbers import times
from gd_ui.optimizers.frames import share_text
from gd_ui.optimizers.race import HORIZON, RATES, Sweep, Swept, limit
from gd_ui.optimizers.rules import ADAPTIVE, RULES

TOP = 1.6
"""The chart ends at this many times HORIZON."""
SIDE = {name: "right" if name in ADAPTIVE else "left" for name in RULES}
"""Of its best rate, where a rule's name stands: rates of the adaptive rules are larger."""


def sweep_frames(found: Sweep) -> Frames:
    """Return the data of the chart: updates until arrival over the rate, a line for each rule, its best marked."""
    rates = np.array(RATES)
    lines: list[Columns] = []
    for name, rule in RULES.items():
        arrived = found.rules[name].arrived
        there = np.flatnonzero(arrived <= HORIZON)
        pieces = np.cumsum(np.diff(there, prepend=there[:1]) > 1)
        lines.append(
            {
                "slot": np.full(len(there), rule.slot),
                "look": np.full(len(there), name),
                "piece": np.array([f"{name} {piece}" for piece in pieces], dtype="U16"),
                "x": rates[there],
                "y": np.maximum(arrived[there], 0.8).astype("f8"),
            }
        )
    best = [name for name in RULES if found.rules[name].updates is not None]
    at = {
        "x": np.array([found.rules[name].rate for name in best], dtype="f8"),
        "y": np.array([max(found.rules[name].updates or 0, 0.8) for name in best], dtype="f8"),
    }
    this = {
        "left": RATES[0], "right": RATES[-1], "bottom": 0.7, "top": TOP * HORIZON, "level": float(HORIZON),
        "across": "learning rate →", "up": "↑ updates until it has arrived",
    }  # fmt: skip
    return {
        "this": one_row(this),
        "lines": {column: np.concatenate([line[column] for line in lines]) for column in lines[0]},
        "verticals": no_rows("x", "row") | {"name": np.array([], dtype="U8")},
        "marks": at
        | {
            "slot": np.array([RULES[name].slot for name in best], dtype="U8"),
            "shape": np.array([RULES[name].shape for name in best], dtype="U16"),
        },
        "notes": at
        | {"label": np.array(best, dtype="U16"), "side": np.array([SIDE[name] for name in best], dtype="U8")},
    }


def criterion(found: Sweep) -> str:
    """Say exactly what makes a rate the best."""
    per_decade = (len(RATES) - 1) / np.log10(RATES[-1] / RATES[0])
    return (
        f"Every rule runs {HORIZON:,} updates at each of {len(RATES)} rates from {written(RATES[0])} to "
        f"{written(RATES[-1])}, {per_decade:.0f} to a decade, with the settings chosen above. Its best rate is the one "
        f"with the fewest updates after which at most {share_text(found.ground.goal)} of the start's excess is left, "
        "for good; among equals the one that ends lowest, then the smaller. A line ends where a rule does not arrive."
    )


def sweep_table(found: Sweep) -> pd.DataFrame:
    """Return the table of best rates, texts only."""
    return pd.DataFrame({RULES[name].label: _row(name, found) for name in RULES}).T


def _row(name: str, found: Sweep) -> dict[str, str]:
    swept = found.rules[name]
    bound = limit(name, found.ground)
    return {
        "Best rate": written(swept.rate),
        "Updates": f"not in {HORIZON:,}" if swept.updates is None else f"{swept.updates:,}",
        "One rate lower": _told(swept, -1),
        "One rate higher": _told(swept, +1),
        "Limit on a bowl": "–" if bound is None else f"{bound:.4g}",
    }


def _told(swept: Swept, aside: int) -> str:
    """Return the updates at the neighbouring rate of the grid."""
    i = swept.best + aside
    if not 0 <= i < len(RATES):
        return "not tried"
    return f"{int(swept.arrived[i]):,}" if swept.arrived[i] <= HORIZON else "never"


def sweep_findings(found: Sweep) -> list[str]:
    """Say how far the best rates lie apart, how forgiving each rule is, and which best rates stand close to an edge."""
    rates = {name: swept.rate for name, swept in found.rules.items() if swept.updates is not None}
    if not rates:
        return [
            f"No rule arrives within {HORIZON:,} updates at any of these rates; each best rate is where it ends lowest."
        ]
    low, high = min(rates, key=lambda name: rates[name]), max(rates, key=lambda name: rates[name])
    told = []
    if rates[high] > rates[low]:
        told.append(
            f"The best rates reach from {written(rates[low])} ({RULES[low].label}) to {written(rates[high])} "
            f"({RULES[high].label}), a factor of {times(rates[high] / rates[low])}: one "
            "rate for all is no fair race."
        )
    wide = {name: forgiving(swept) for name, swept in found.rules.items() if swept.updates is not None}
    most, least = max(wide, key=lambda name: wide[name]), min(wide, key=lambda name: wide[name])
    if wide[most] > wide[least]:
        told.append(
            f"{RULES[most].label} is the most forgiving: at {wide[most]} of the rates it needs at most twice its "
            f"fewest updates; {RULES[least].label} at {wide[least]}."
        )
    edge = [RULES[name].label for name, swept in found.rules.items() if beside_cliff(swept)]
    if edge:
        told.append(
            f"A best rate may stand beside a cliff: at a rate next to it, {', '.join(edge)} would need more than twice "
            "as many updates, or would not arrive."
        )
    return told


def forgiving(swept: Swept) -> int:
    """Return at how many rates a rule needs at most twice its fewest updates."""
    return 0 if swept.updates is None else int((swept.arrived <= min(2 * swept.updates, HORIZON)).sum())


def beside_cliff(swept: Swept) -> bool:
    """Whether a rate beside the best one needs more than twice as many updates, or never arrives."""
    if not swept.updates:
        return False
    beside = [i for i in (swept.best - 1, swept.best + 1) if 0 <= i < len(RATES)]
    return any(swept.arrived[i] > 2 * swept.updates for i in beside)
