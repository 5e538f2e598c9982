"""The controls of the features lesson: which rows, which scaling, and one rate for all or each its own best."""

from __future__ import annotations

import math
from typing import NamedTuple

import streamlit as st

from gd_ui import controls
from gd_ui.features.sets import SETS, FeatureSettings, whole
from gd_ui.features.study import SCALERS, Variant, variants

SAME, OWN = "one for all", "each its own best"
FEW = [1, 2, 3, 5, 10, 20, 50, 100, 200]
STEPS = [20, 60, 100, 200, 500, 1000, 2000]


class Choice(NamedTuple):
    """Everything the reader has chosen."""

    settings: FeatureSettings
    notices: controls.Notices


def ask() -> Choice:
    """Show one row of main controls, the rest behind "More", and return what is chosen."""
    notices: controls.Notices = []
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        data = controls.choose(
            st.selectbox, "Data", "data", list(SETS), notices, on_change=_use_defaults, help=_ABOUT_DATA, width=160
        )
        scaling = controls.choose(st.selectbox, "Scaling", "scaling", SCALERS, notices, help=_ABOUT_SCALING, width=160)
        mode = controls.choose(st.selectbox, "Learning rate", "rate", modes(data), notices, help=_ABOUT_RATE, width=180)
        chosen = SETS[data]
        n = len(whole(data).train)
        compared = variants(data, scaling, n)
        rate = controls.scale(
            "The one rate", "lr", rates(compared), chosen.learning_rate, notices, disabled=mode == OWN, width=210
        )
        suits = {f"{v.lane.sign} {controls.written(typical(v))}": typical(v) for v in compared}
        st.pills(
            "A rate that suits", list(suits), key="suits", on_change=_use_typical, args=(suits,), help=_ABOUT_SUITS
        )
        more = st.popover("More", icon=":material/tune:", width="stretch")
    with more:
        steps = controls.scale("Steps", "steps", STEPS, chosen.steps, notices)
        few = [*(rows for rows in FEW if rows < n), n]
        rows = controls.scale("Training rows in use", "rows", few, n, notices, help=_ABOUT_ROWS)
    one = None if mode == OWN else rate
    return Choice(FeatureSettings(data, scaling, one, int(rows), int(steps)), notices)


def modes(data: str) -> list[str]:
    """Return the two ways to choose rates, a set's own first."""
    return [OWN, SAME] if SETS[data].own_best else [SAME, OWN]


def rates(compared: tuple[Variant, ...]) -> list[float]:
    """Return the slider's learning rates: from far below the smallest limit to beyond the largest."""
    limits = [v.limit for v in compared]
    return controls.log_scale(10 ** math.floor(math.log10(min(limits) / 20)), 3 * max(limits))


def typical(variant: Variant) -> float:
    """Return a variant's own best rate, rounded down to two digits."""
    power = math.floor(math.log10(variant.own_best)) - 1
    return float(f"{math.floor(variant.own_best / 10**power * (1 + 1e-12))}e{power}")


def use_own_best() -> None:
    """Give each variant its own best rate, as a click on the remedy does."""
    st.session_state["rate"] = OWN


def _use_typical(suits: dict[str, float]) -> None:
    chosen = st.session_state.get("suits")
    st.session_state["suits"] = None
    if chosen in suits:
        st.session_state.update(lr=controls.written(suits[chosen]), rate=SAME)


def _use_defaults() -> None:
    """Give the controls that depend on the data the values of a newly chosen set."""
    data = str(st.session_state.get("data"))
    if data in SETS:
        chosen = SETS[data]
        st.session_state.update(
            lr=controls.written(chosen.learning_rate),
            rate=modes(data)[0],
            steps=str(chosen.steps),
            rows=str(len(whole(data).train)),
        )


_ABOUT_DATA = "  \n".join(f"**{name}**: {chosen.about}" for name, chosen in SETS.items())
_ABOUT_SCALING = (
    "**standardise**: (x − mean) / deviation.  \n**min-max**: (x − min) / range.  \n**mean-range**: (x − mean) / "
    "range, as the course does. Statistics come from the training rows; the target is left as it is."
)
_ABOUT_RATE = "Each its own best: 2/(λmin + λmax), at which the slowest direction is as fast as one rate allows."
_ABOUT_SUITS = "Sets one rate for all: the own best rate of that unit, rounded down."
_ABOUT_ROWS = "Only the first so many training rows: few, or a single one, show what a scaling does without spread."
