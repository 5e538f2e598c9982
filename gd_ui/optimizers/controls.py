"""The controls of the page on optimizers: surface, one rate or each rule's own best, updates, rules and settings."""

from __future__ import annotations

from typing import NamedTuple

import streamlit as st

from gd_ui import controls
from gd_ui.optimizers.conventions import CHANGE, CHANGES, FACTOR, FACTORS, Switch
from gd_ui.optimizers.race import HORIZON, RATES, Ground, Tuning
from gd_ui.optimizers.rules import RULES
from gd_ui.optimizers.surfaces import ABOUT, SURFACES, surface
from gd_ui.starts import FARTHEST, parsed_start

OWN, SAME = "own best", "same"
UPDATES = [20, 50, 100, 200, 500, HORIZON]
SHOWN = 200
"""Updates at first: enough for most rules to arrive."""
FIRST_FRAME = 8
"""The update the player first stands at: all six paths have begun and can be told apart."""
GOALS = [0.0001, 0.001, 0.01]
GOAL = 0.0001
MOMENTA = [0, 0.1, 0.3, 0.5, 0.7, 0.8, 0.9, 0.95, 0.99]
MEMORIES = [0, 0.5, 0.9, 0.95, 0.99, 0.999, 0.9999]
EPS = ("own default", "1e-12", "1e-10", "1e-8", "1e-6", "1e-4", "1e-2", "1")
RATE = 0.02
"""The common rate at first."""


class Choice(NamedTuple):
    """Everything the reader has chosen."""

    ground: Ground
    rules: tuple[str, ...]
    rate: float | None
    """One for all, or None: each rule takes its own best."""
    updates: int
    notices: controls.Notices


def ask() -> Choice:
    """Show one row of controls, the rest behind "More", and return what is chosen."""
    notices: controls.Notices = []
    with st.grid(5, min_column_width=160, vertical_alignment="bottom", gap="medium"):
        name = controls.choose(
            st.selectbox, "Surface", "surface", SURFACES, notices, on_change=_forget_start, help=_ABOUT_SURFACES
        )
        fair = controls.choose(
            st.segmented_control, "Rate of each rule", "rates", (OWN, SAME), notices, default=OWN, required=True,
            help=_ABOUT_RATES,
        )  # fmt: skip
        rate = controls.scale(
            "Rate, the same for all", "lr", controls.log_scale(RATES[0], RATES[-1]), RATE, notices, disabled=fair == OWN
        )
        updates = controls.scale("Updates", "updates", UPDATES, SHOWN, notices)
        more = st.popover("More", icon=":material/tune:", width="stretch")
    with more:
        rules = _ask_rules(notices)
        tuning = _ask_tuning(notices)
        goal = controls.scale("Arrived: share of the start's excess left", "goal", GOALS, GOAL, notices)
        start = _ask_start(name, notices)
    return Choice(Ground(name, start, goal, tuning), rules, rate if fair == SAME else None, int(updates), notices)


def ask_beta() -> float:
    """Ask for the β whose limit is shown."""
    notices: controls.Notices = []
    beta = controls.scale("β", "edge", MOMENTA, Tuning().momentum, notices)
    controls.show_notices(notices)
    return beta


def ask_switch(ground: Ground, rate: float) -> Switch:
    """Ask when and by how much the rate of momentum changes, which begins at `rate`."""
    notices: controls.Notices = []
    with st.grid(2, min_column_width=200, gap="medium"):
        after = controls.scale("Updates before the rate changes", "after", CHANGES, CHANGE, notices)
        factor = controls.scale("The rate is then multiplied by", "times", FACTORS, FACTOR, notices)
    controls.show_notices(notices)
    return Switch(ground.surface, ground.start, rate, ground.tuning.momentum, int(after), factor)


def use_own_rates() -> None:
    """Let every rule take its own best rate, as a click on the remedy does."""
    st.session_state["rates"] = OWN


def _ask_rules(notices: controls.Notices) -> tuple[str, ...]:
    """Ask which rules run; in a link each has a `rules=` of its own."""
    every = list(RULES)
    asked = st.query_params.get_all("rules")
    unknown = [text for text in asked if text not in every]
    if unknown and "rules" not in st.session_state:
        known = [text for text in every if text in asked]
        using = ", ".join(known) if known else "all"
        notices.append(
            f"Rules: the link asked for {controls.quoted(unknown[0])}, which is none of {', '.join(every)}; using "
            f"{using}."
        )
        st.session_state["rules"] = known or every
    chosen = st.pills("Rules that run", every, selection_mode="multi", default=every, key="rules", **controls.BOUND)
    found = tuple(rule for rule in every if rule in chosen)
    if not found:
        notices.append("Rules: none is chosen, and there would be nothing to see; all of them run.")
    return found or tuple(every)


def _ask_tuning(notices: controls.Notices) -> Tuning:
    plain = Tuning()
    momentum = controls.scale("β of momentum and nesterov", "beta", MOMENTA, plain.momentum, notices)
    rho = controls.scale("β₂ of rmsprop", "rho", MEMORIES, plain.rho, notices)
    beta1 = controls.scale("β₁ of adam", "beta1", MOMENTA, plain.beta1, notices)
    beta2 = controls.scale("β₂ of adam", "beta2", MEMORIES, plain.beta2, notices)
    eps = controls.choose(st.selectbox, "ε of adagrad, rmsprop and adam", "eps", EPS, notices)
    return Tuning(momentum, rho, beta1, beta2, None if eps == EPS[0] else float(eps))


def _ask_start(name: str, notices: controls.Notices) -> tuple[float, ...]:
    """Ask where all rules start: across and up on the map."""
    on = surface(name)
    given = tuple(on.start[i] for i in on.order)
    text = st.text_input(
        "Start: across, up", ", ".join(f"{value:.6g}" for value in given), key="start", max_chars=60, **controls.BOUND
    )
    if "start" not in st.session_state and "start" not in st.query_params:
        return on.start
    if text == ", ".join(f"{value:.6g}" for value in given):
        return on.start
    typed = parsed_start(text, len(given))
    if typed is None:
        notices.append(
            f"Start: {len(given)} numbers from {-FARTHEST:,.0f} to {FARTHEST:,.0f} are wanted, with a comma between; "
            f"got {controls.quoted(text)}. Using the given start."
        )
        return on.start
    theta = [0.0] * len(typed)
    for i, value in zip(on.order, typed, strict=True):
        theta[i] = value
    return tuple(theta)


def _forget_start() -> None:
    """A start belongs to its surface."""
    name = str(st.session_state.get("surface"))
    if name in SURFACES:
        on = surface(name)
        st.session_state["start"] = ", ".join(f"{on.start[i]:.6g}" for i in on.order)


_ABOUT_SURFACES = "  \n".join(f"**{name}**: {about}" for name, about in ABOUT.items())
_ABOUT_RATES = (
    "The same number means another step for every rule: gd multiplies the gradient with it, adam very nearly walks it. "
    "Each rule's own best rate, found by trying all rates of a fine grid, makes the race fair."
)
