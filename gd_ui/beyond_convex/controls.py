"""The controls of the page on what is not convex: land, rate, starts, rule of descent, and more."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import streamlit as st

from gd_ui import controls
from gd_ui.beyond_convex.lands import LANDS, Point, land
from gd_ui.beyond_convex.noise import NoiseSettings
from gd_ui.beyond_convex.plateau import PlateauSettings
from gd_ui.beyond_convex.starts import SLOWEST, STARTS, Flock
from gd_ui.beyond_convex.well import HALF, HIGHEST, LOWEST, WELL, WellSettings

RATES = controls.log_scale(SLOWEST, 1)
UPDATES = [50, 100, 200, 400]
SHOWN = 200
"""Updates at first."""
RULES = ["gd", "momentum"]
HIGHEST_SEED = 9999
STEPS = 20
"""Places on offer for a start from the middle of the view to its edge."""


class Choice(NamedTuple):
    """Everything the reader has chosen."""

    flock: Flock
    notices: controls.Notices


def ask() -> Choice:
    """Show one row of controls and return what is chosen."""
    notices: controls.Notices = []
    with st.grid(5, min_column_width=150, vertical_alignment="bottom", gap="medium"):
        name = controls.choose(
            st.selectbox, "Landscape", "land", list(LANDS), notices, on_change=_use_defaults, help=_about()
        )
        on = land(name)
        rate = controls.scale("Learning rate", "lr", RATES, on.learning_rate, notices)
        starts = controls.choose(st.selectbox, "Starts", "starts", list(STARTS), notices, help=_ABOUT_STARTS)
        rule = controls.choose(st.selectbox, "Rule", "opt", RULES, notices, help=_ABOUT_RULES)
        with st.popover("More", icon=":material/tune:", width="stretch"):
            updates = controls.scale("Updates", "updates", UPDATES, SHOWN, notices)
            seed = controls.whole_number("Seed of random starts", "seed", HIGHEST_SEED, notices)
            steps = [on.half * step / STEPS for step in range(-STEPS, STEPS + 1)]
            across, up = (
                controls.scale(f"Where “one” starts, {label}", key, _around(on.centre[i], steps), on.start[i], notices)
                for i, (label, key) in enumerate((("w₁", "a"), ("w₂", "b")))
            )
            st.markdown(f"$J(w) = {on.formula}$")
            st.caption(on.about)
    # What a run does not depend on is left out of what names it.
    start: Point = (across, up) if starts == "one" else (0.0, 0.0)
    flock = Flock(name, rate, rule, starts, int(updates), seed if starts == "random" else 0, start)
    return Choice(flock, notices)


NOISE_RATES = controls.log_scale(1e-3, 2e-2)
"""Above, a single example can throw a run out of the valley beyond the saddle."""
STRENGTHS = controls.log_scale(1e-6, 0.3)
PLATEAU_RATES = controls.log_scale(1e-3, 1e-2)
PLATEAU_STARTS = controls.log_scale(1e-3, 0.5)
WELL_RATES = controls.log_scale(LOWEST, HIGHEST)
WELL_STEP = 0.05


def ask_noise() -> tuple[NoiseSettings, controls.Notices]:
    """Show the controls of the comparison with noise and return what is chosen."""
    notices: controls.Notices = []
    with st.grid(2, min_column_width=160, gap="medium"):
        rate = controls.scale("Learning rate at the saddle", "nlr", NOISE_RATES, 0.01, notices)
        strength = controls.scale("Second input, d", "z", STRENGTHS, 0.1, notices)
    return NoiseSettings(rate, strength), notices


def ask_plateaus() -> tuple[PlateauSettings, controls.Notices]:
    """Show the controls of the plateaus and return what is chosen."""
    notices: controls.Notices = []
    with st.grid(2, min_column_width=160, gap="medium"):
        rate = controls.scale("Learning rate on the plateau", "plr", PLATEAU_RATES, 0.01, notices)
        start = controls.scale("Start of every weight", "pd", PLATEAU_STARTS, 0.1, notices)
    return PlateauSettings(rate, start), notices


def ask_well() -> tuple[WellSettings, controls.Notices]:
    """Show the controls of the one weight and return what is chosen."""
    notices: controls.Notices = []
    places = [float(place) for place in np.round(np.arange(-HALF, HALF + WELL_STEP / 2, WELL_STEP), 6)]
    with st.grid(2, min_column_width=160, gap="medium"):
        start = controls.scale("Start w", "w", places, WELL.start[0], notices)
        rate = controls.scale("Learning rate of one weight", "wlr", WELL_RATES, WELL.learning_rate, notices)
    return WellSettings(start, rate), notices


def use_rate(rate: float) -> None:
    """Set the rate, as a click on a remedy does."""
    st.session_state["lr"] = controls.written(rate)


def _around(centre: float, steps: list[float]) -> list[float]:
    return [float(place) for place in np.round(centre + np.array(steps), 6)]


def _use_defaults() -> None:
    """Give the rate and the start the values of a newly chosen land."""
    name = str(st.session_state.get("land"))
    if name in LANDS:
        on = land(name)
        st.session_state["lr"] = controls.written(on.learning_rate)
        for key, place in zip(("a", "b"), on.start, strict=True):
            st.session_state[key] = controls.written(place)


def _about() -> str:
    return "  \n".join(f"**{name}**: {land(name).about}" for name in LANDS)


_ABOUT_STARTS = (
    "**grid**: as many across as up, some of them exactly on the axes.  \n**random**: as many, drawn evenly over the "
    "view by a seed.  \n**one**: a single start; choose its place under More."
)
_ABOUT_RULES = "**gd**: plain gradient descent.  \n**momentum**: the step keeps part of the step before, as PyTorch's."
