"""What the comparison showed, in sentences counted from it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from gd_ui.charts.printed import COMPUTED, FAULTY
from gd_ui.course_numbers.all import Comparison
from gd_ui.course_numbers.housing import AS_LISTED, BY_OLDER_BLAS
from gd_ui.course_numbers.numbers import (
    AGREES,
    DIFFERS,
    FAULT,
    IN_RANGE,
    NEEDS_FILE,
    NO_DATA,
    OUTSIDE,
    ROUNDED_BY,
    ROUNDING,
    UNPRINTED,
    Judged,
)
from gd_ui.course_numbers.seeds import HIGH, LOW, RUNS
from gd_ui.housing import BOSTON_FILE, FOLDER, WHY_RETIRED


def findings(comparison: Comparison) -> list[str]:
    """Return three sentences at most: what comes out, what does not and why, what no text prints."""
    return [sentence for sentence in (_out(comparison), _not_out(comparison), _unprinted(comparison)) if sentence]


def _out(comparison: Comparison) -> str:
    counts = comparison.counts
    compared = sum(counts[status] for status in (AGREES, ROUNDING, FAULT, IN_RANGE, OUTSIDE, DIFFERS))
    if counts[AGREES] == compared:
        return f"All {compared:,} printed numbers compared come out digit for digit."
    said = [f"{counts[AGREES]:,} come out digit for digit"]
    if counts[ROUNDING]:
        said.append(f"{counts[ROUNDING]:,} differ only in the rounding of their last digits")
    if counts[IN_RANGE]:
        said.append(f"{counts[IN_RANGE]:,} that were drawn without a seed lie in the range of {RUNS} runs of ours")
    return f"Of {compared:,} printed numbers compared, {_listed(said)}.{_by_older_blas(comparison)}"


def _by_older_blas(comparison: Comparison) -> str:
    """Return how many losses agree to the last digit once the order of the sums is one that the text may have had."""
    lines = [judged for judged in comparison.lines if judged.line.what == BY_OLDER_BLAS and len(judged.computed)]
    return "".join(
        f" Summed as an older OpenBLAS does on processors with fused multiply-add, {_of_all(judged)} losses of text "
        "C's descent on all weights come out digit for digit."
        for judged in lines
    )


def _of_all(judged: Judged) -> str:
    agree = judged.each.count(AGREES)
    return f"all {judged.size:,}" if agree == judged.size else f"{agree:,} of the {judged.size:,}"


def _not_out(comparison: Comparison) -> str:
    counts, said = comparison.counts, []
    if counts[DIFFERS]:
        names = [f"{judged.line.text}, {judged.line.what}" for judged in _of(comparison, DIFFERS)]
        said.append(f":red[**{counts[DIFFERS]:,} differ without a known reason**: {'; '.join(names)}.]")
    if counts[FAULT]:
        said.append(
            f"{counts[FAULT]:,} differ because the listing behind them is at fault: run here with its fault, it "
            f"gives every one of them{_fault_agreement(comparison)}."
        )
    if counts[OUTSIDE]:
        share = counts[OUTSIDE] / (counts[OUTSIDE] + counts[IN_RANGE])
        said.append(
            f"{counts[OUTSIDE]:,} drawn without a seed lie outside our range, {100 * share:.1f} % of them; of the "
            f"numbers of our own runs {100 - (HIGH - LOW):.0f} % do."
        )
    if counts[NO_DATA]:
        said.append(f"{counts[NO_DATA]:,} are claims that name no data.")
    if counts[NEEDS_FILE]:
        said.append(f"{counts[NEEDS_FILE]:,} more wait for the Boston file.")
    if not said:
        said.append("None differs.")
    return " ".join(said)


def _fault_agreement(comparison: Comparison) -> str:
    """Return how closely the faulty run meets the print, where there is one."""
    apart = [abs(judged.difference) for judged in comparison.lines if judged.line.what == AS_LISTED]
    return f", to {max(apart):.1e}" if apart and max(apart) > 0 else ", to the last digit"


def _unprinted(comparison: Comparison) -> str:
    lines = _of(comparison, UNPRINTED)
    if not lines:
        return ""
    apart = max(_relative(judged) for judged in lines)
    numbers = sum(judged.size for judged in lines)
    return (
        f"Texts A, D and E print no results: {numbers:,} numbers they ask for are computed twice, by the core and by "
        f"plain loops, and differ by {apart:.0e} of their size at most."
    )


def _relative(judged: Judged) -> float:
    return abs(judged.difference) / (float(np.abs(judged.beside).max()) or 1.0)


def _of(comparison: Comparison, status: str) -> list[Judged]:
    return [judged for judged in comparison.lines if judged.status == status]


def _listed(parts: Sequence[str]) -> str:
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"


def how_to_get_boston(comparison: Comparison) -> str:
    """Say why the rows of text C are empty and what to do about it."""
    wrong = f"{comparison.complaint} " if comparison.complaint else ""
    return (
        f"{wrong}Text C uses the Boston houses, which are not stored here. To see its numbers computed, put "
        f"`{BOSTON_FILE}` into a folder and name the folder in the environment variable `{FOLDER}` before the server "
        f"starts, or fetch the set on the page on house prices. {WHY_RETIRED}"
    )


def meanings() -> dict[str, str]:
    """Return what each judgement means, by status."""
    return {
        AGREES: "The number computed here, rounded to the digits printed, is the text printed.",
        ROUNDING: (
            "The text prints all digits of a floating-point number, and the last ones depend on the order of a sum: "
            f"the difference is at most {ROUNDED_BY:.0e} of the number, or of the terms summed where they cancel."
        ),
        FAULT: (
            "The code as the text means it gives another number, and the listing with its fault, run here, gives the "
            "printed one. For the two weights an argument is misspelt: one slope, left over from the step before, is "
            "applied to the first weight in every update."
        ),
        IN_RANGE: (
            f"The text draws start and shuffles without a seed. Of {RUNS} runs of ours {HIGH - LOW:.0f} % lie in a "
            "range, and the printed number lies in it too; a list may have as many outside as a run of ours has."
        ),
        UNPRINTED: "The text asks for it and prints no result. The core's answer is held against a plain loop's.",
        NO_DATA: "The text states it of data it does not give. The page it links to lets you try it on other data.",
        NEEDS_FILE: "Text C uses a data set that is not stored here.",
        DIFFERS: "None of these. A reader should not see this word; if you do, one of the two is wrong.",
    }


def conventions() -> str:
    """Say what the settings behind the links are where the texts differ, or say too little."""
    return (
        "**Settings.** Texts A, B and E measure the mean of the squared errors and step along its slope, text D "
        "half of both. Text C reports the mean and steps along the slope of half of it, so its rates stand "
        "halved in the links. Its weights are counted from zero. In text A the last point's loss is taken after "
        "that point's update; text E gives no seed, so its points are drawn with ours. Of a list, the table shows "
        "the last number and the largest difference."
    )


def trained_sentence(lists: Sequence[Judged]) -> str:
    """Return what the four descents of text D came to, and how closely the plain network follows them."""
    ends = ", ".join(f"{judged.computed[-1]:.2g}" for judged in lists)
    apart = max(abs(judged.difference) for judged in lists)
    followed = "give the same losses to the last digit" if apart == 0 else f"are {apart:.0e} apart at most"
    return (
        f"Text D reports the loss on the way and prints none of it. ○ a network of plain loops, "
        f"{COMPUTED.label('the core')}: they {followed}. In the end the losses are {ends}."
    )


def legend(judged: Judged) -> str:
    """Return what the marks of a list's charts stand for, and what they showed."""
    beside = "printed" if judged.line.printed else "by a plain loop"
    if judged.band is not None:
        ours = COMPUTED.label("our runs")
        return (
            f"Left: ○ {beside}, and :{COMPUTED.hue}[the range and the median] of {RUNS} runs of ours. Right: {ours} "
            f"and their range, ○ the printed number."
        )
    marks = [f"○ {beside}", COMPUTED.label("computed here")]
    if judged.line.faulty is not None:
        marks.append(f":{FAULTY.hue}[✚ computed with the listing's fault]")
    open_to = "what the digits printed leave open" if judged.line.printed else "what counts as rounding"
    return (
        f"Left: {' · '.join(marks)}. Right: the size of each difference; :gray[▬] {open_to}; at the lower edge: none."
    )
