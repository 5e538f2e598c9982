"""What is said once a guess is made: whether it holds, what gives the fault away, and in which line it is."""

from __future__ import annotations

import numpy as np
import pandas as pd

from gd_ui.charts.template import Frames
from gd_ui.pitfalls.code import different_lines, listing
from gd_ui.pitfalls.controls import SHOWN
from gd_ui.pitfalls.frames import FAULTY, RIGHT
from gd_ui.pitfalls.pitfall import Pitfall, Study


def verdict(pitfall: Pitfall, study: Study, guess: str) -> str:
    """Say whether the guess is what is wrong, with the runs' own numbers, as Markdown."""
    truth = study.verdicts[pitfall.truth]
    named = f"**{pitfall.fault[0].upper()}{pitfall.fault[1:]}.** {truth.says}  \n:gray[{pitfall.source}.]"
    if guess == SHOWN:
        return f":material/lightbulb: {named}"
    if guess == pitfall.truth:
        return f":green[:material/check_circle: **Right.**] {named}"
    said = pitfall.answer(guess).text.rstrip(".")
    return f":red[:material/cancel: **No:**] “{said}”? {study.verdicts[guess].says}  \n{named}"


def titles(*, known: bool) -> tuple[str, str]:
    """Return what stands above the two charts, before and after the guess."""
    if not known:
        return f"{FAULTY.label('**A**')} · the run of this listing", f"{RIGHT.label('**B**')} · as it should be"
    return FAULTY.label("**The faulty run**"), RIGHT.label("**The right run**")


def clues_table(study: Study) -> pd.DataFrame:
    """Return what gives the fault away, in the faulty and in the right run."""
    lines = [(clue.what, clue.faulty, clue.right) for clue in study.clues]
    return pd.DataFrame(lines, columns=["What gives it away", FAULTY.label("faulty"), RIGHT.label("right")])


def faulty_lines(pitfall: Pitfall) -> str:
    """Name the lines of the faulty listing that differ from the right one."""
    faulty = listing(pitfall.faulty)
    numbers = different_lines(faulty, listing(pitfall.right))
    named = ", ".join(f"line {i}, `{faulty.splitlines()[i - 1].strip()}`" for i in numbers)
    return f"**The faulty listing:** {named}"


def unrevealed(frames: Frames) -> Frames:
    """Return a chart's tables without the marks that would name the fault."""
    if "marks" not in frames:
        return frames
    return frames | {"marks": {name: np.empty(0) for name in frames["marks"]}}
