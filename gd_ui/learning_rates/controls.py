"""The controls of the page on learning rates: data, two to five rates as one text, and how many updates to show."""

from __future__ import annotations

import math
import re
from typing import NamedTuple

import streamlit as st

from gd_core import single_example_limit
from gd_ui import controls
from gd_ui.datasets import CATALOGUE, Loaded, load
from gd_ui.learning_rates.rates import FEWEST, MOST, RateSettings

UPDATES = [20, 60, 200, 500]
SHOWN = 200
"""Updates at first: enough for a rate close to the limit to arrive."""
FIRST_FRAME = 5
"""The update the player first stands at: late enough for the rates to differ, early enough to have all in view."""
COURSE = (0.2, 0.8, 1.1)
"""Course text B calls them low, high and very high."""
LIKE_THE_COURSE = (0.25, 0.99, 1.3)
"""On other data the same story: these shares of the limit."""


class Choice(NamedTuple):
    """Everything the reader has chosen."""

    settings: RateSettings
    loaded: Loaded
    notices: controls.Notices


def ask() -> Choice:
    """Show one row of controls and return what is chosen."""
    notices: controls.Notices = []
    with st.grid(4, min_column_width=160, vertical_alignment="bottom", gap="medium"):
        data = controls.choose(
            st.selectbox, "Data", "data", list(CATALOGUE), notices, on_change=_use_defaults, help=_ABOUT_DATA
        )
        loaded = load(data)
        rates = _ask_rates(data, notices)
        _offer(data, loaded, rates)
        updates = controls.scale("Updates", "updates", UPDATES, SHOWN, notices)
    return Choice(RateSettings(data, rates, int(updates)), loaded, notices)


def default_rates(data: str) -> tuple[float, ...]:
    """Return the rates a data set is first shown with: the course's, or the same shares of its own limit."""
    if data == "line":
        return COURSE
    limit = load(data).curvature.max_stable_learning_rate()
    return tuple(rounded(share * limit) for share in LIKE_THE_COURSE)


def allowed(loaded: Loaded) -> tuple[float, float]:
    """Return the smallest and the largest rate on offer: whole decades around a thousandth and ten times the limit."""
    limit = loaded.curvature.max_stable_learning_rate()
    return 10.0 ** math.floor(math.log10(limit / 1000)), 10.0 ** math.ceil(math.log10(10 * limit))


def written_rates(rates: tuple[float, ...]) -> str:
    """Return rates as they stand in a link: "0.2,0.8,1.1"."""
    return ",".join(map(controls.written, rates))


def spelled(rates: tuple[float, ...]) -> str:
    """Return rates as text to read: "0.2, 0.8, 1.1"."""
    return ", ".join(map(controls.written, rates))


def rounded(rate: float, digits: int = 3) -> float:
    """Round down to so many digits: a rate below a limit stays below it."""
    power = math.floor(math.log10(rate)) + 1 - digits
    return float(f"{math.floor(rate / 10.0**power * (1 + 1e-12))}e{power}")


def parsed_rates(text: str, data: str) -> tuple[tuple[float, ...], list[str]]:
    """Return the rates a text names, two to five within the allowed range, and what had to be changed."""
    loaded = load(data)
    low, high = allowed(loaded)
    rates: list[float] = []
    complaints: list[str] = []
    for part in filter(None, re.split(r"[\s,;]+", text)):
        try:
            rate = float(part)
        except ValueError:
            rate = math.nan
        if math.isnan(rate):
            complaints.append(f"{controls.quoted(part)} is no number and is left out.")
            continue
        if rate == 0:
            complaints.append(
                "a rate of zero never moves from the start, and there is nothing to show; it is left out."
            )
            continue
        if not low <= rate <= high:
            nearest = low if rate < low else high
            complaints.append(
                f"{controls.quoted(part)} is outside {controls.written(low)} to {controls.written(high)}; using "
                f"{controls.written(nearest)}."
            )
            rate = nearest
        rate = float(controls.written(rate))
        if rate in rates:
            complaints.append(f"{controls.written(rate)} is there already.")
        else:
            rates.append(rate)
    if len(rates) > MOST:
        left_out = ", ".join(map(controls.written, rates[MOST : 2 * MOST]))
        complaints.append(f"{MOST} rates at most are compared; left out: {left_out}{' …' * (len(rates) > 2 * MOST)}.")
        rates = rates[:MOST]
    if not rates:
        complaints.append(f"no rate is left; using {written_rates(default_rates(data))}.")
        return default_rates(data), complaints
    if len(rates) < FEWEST:
        other = next(rate for rate in default_rates(data) if rate not in rates)
        complaints.append(f"{FEWEST} rates at least are compared; {controls.written(other)} is added.")
        rates.append(other)
    return tuple(rates), complaints


def _ask_rates(data: str, notices: controls.Notices) -> tuple[float, ...]:
    """Ask for the rates, as one text that stands in the link as it is."""
    given = written_rates(default_rates(data))
    asked = st.session_state.get("lr", st.query_params.get("lr", given))
    rates, complaints = parsed_rates(str(asked if asked is not None else given), data)
    notices += [f"Learning rates: {complaint}" for complaint in complaints]
    if ("lr" in st.session_state or "lr" in st.query_params) and asked != written_rates(rates):
        st.session_state["lr"] = written_rates(rates)
    st.text_input(
        f"Learning rates, {FEWEST} to {MOST}", given, key="lr", max_chars=200, help=_ABOUT_RATES, **controls.BOUND
    )
    return rates


def _offer(data: str, loaded: Loaded, rates: tuple[float, ...]) -> None:
    """Offer sets of rates that tell something, rates to add and rates to remove."""
    actions = offers(data, loaded, rates)
    st.menu_button(
        "Change rates",
        list(actions),
        key="offer",
        icon=":material/playlist_add:",
        width="stretch",
        on_click=_use_offer,
        args=(actions,),
    )


def offers(data: str, loaded: Loaded, rates: tuple[float, ...]) -> dict[str, tuple[float, ...]]:
    """Return what the menu offers, each with the rates it sets."""
    bowl = loaded.curvature
    limit = bowl.max_stable_learning_rate()
    first = "The course's" if data == "line" else "As at first"
    below, above = rounded(limit, 2), _above(limit, 2)
    regimes = tuple(rounded(share * limit) for share in (0.1, 0.4, 0.9, 1.1))
    sets = {
        f"{first}: {{}}": default_rates(data),
        "Both sides of the limit: {}": (below, above),
        "One of each regime: {}": regimes,
    }
    found = {name.format(spelled(chosen)): chosen for name, chosen in sets.items()}
    if len(rates) < MOST:
        adds = {
            "straight down the steepest direction, 1/λmax": rounded(1 / bowl.eigenvalues[-1]),
            "best for the worst start, 2/(λmin + λmax)": rounded(bowl.best_learning_rate),
            "single rows cannot throw it out": rounded(single_example_limit(loaded.train)),
        }
        for why, rate in adds.items():
            if rate not in rates:
                found[f"Add {controls.written(rate)}: {why}"] = (*rates, rate)
    if len(rates) > FEWEST:
        for rate in rates:
            found[f"Remove {controls.written(rate)}"] = tuple(other for other in rates if other != rate)
    return found


def use_rates(rates: tuple[float, ...]) -> None:
    """Set the rates, as a click on a remedy does."""
    st.session_state["lr"] = written_rates(rates)


def _above(limit: float, digits: int) -> float:
    """Return the next number of so many digits above the limit."""
    power = math.floor(math.log10(limit)) + 1 - digits
    return float(f"{math.floor(limit / 10.0**power) + 1}e{power}")


def _use_offer(actions: dict[str, tuple[float, ...]]) -> None:
    chosen = st.session_state.get("offer")
    if chosen in actions:
        use_rates(actions[chosen])


def _use_defaults() -> None:
    """Give the rates the values of a newly chosen data set."""
    data = str(st.session_state.get("data"))
    if data in CATALOGUE:
        use_rates(default_rates(data))


_ABOUT_DATA = "  \n".join(f"**{name}**: {entry.about}" for name, entry in CATALOGUE.items())
_ABOUT_RATES = (
    "Numbers with commas between: add or remove one by typing, or with the menu beside it. Every rate descends on all "
    "rows, from the same start."
)
