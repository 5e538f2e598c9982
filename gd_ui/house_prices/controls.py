"""The controls of house prices: data, rate, scaling and two weights; start and mini-batches are behind "More"."""

from __future__ import annotations

import math
from typing import NamedTuple

import streamlit as st

from gd_core import SCALINGS
from gd_ui import controls, openml
from gd_ui.house_prices.batches import MOST_UPDATES, affordable
from gd_ui.house_prices.run import HouseSettings
from gd_ui.house_prices.sets import SETS, House, house
from gd_ui.housing import Unavailable
from gd_ui.starts import FARTHEST, parsed_start

SCALES = ["mean-range", *(name for name in SCALINGS if name != "mean-range")]
"""The course's first."""
UPDATES = [50, 100, 200, 500, 1000, 2000]
SIZES = [1, 2, 5, 10, 20, 50, 100, 200, 500]
EPOCHS = [1, 2, 5, 10, 20, 50, 100]
FIRST_EPOCHS = 20
DRAWN = "drawn"
"""What stands in the field of the two start values when they stay as drawn."""
SHARE = 0.4
"""Of the limit: a rate to start with."""
SHOWN, MISSED = "house shown", "house missed"
"""Keys of the session: the set shown last, and one asked for in the run before that was not at hand then."""


class Missing(NamedTuple):
    """A set that was asked for and is not at hand."""

    name: str
    why: str
    """What to do about it."""
    can_fetch: bool


class Choice(NamedTuple):
    """Everything the reader has chosen."""

    settings: HouseSettings
    houses: House
    notices: controls.Notices
    missing: Missing | None
    """If there is one, `settings` and `houses` are those of the set shown before."""


def ask() -> Choice:
    """Show one row of main controls, the rest behind "More", and return what is chosen."""
    notices: controls.Notices = []
    missed = st.session_state.pop(MISSED, None)
    if missed is not None and missed == st.session_state.get("data"):
        _use_defaults()  # by now it may have been fetched, here or by another visitor
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        asked = controls.choose(
            st.selectbox, "Data", "data", list(SETS), notices, on_change=_use_defaults, help=_ABOUT_DATA, width=140
        )
        data, missing = _at_hand(asked)
        heard: controls.Notices = [] if missing else notices  # the link's other settings are those of the missing set
        rate_place = st.container(width=190)
        scaling = controls.choose(
            st.selectbox, "Scaling", "scaling", SCALES, heard, on_change=_use_default_rate, help=_ABOUT_SCALING,
            width=150,
        )  # fmt: skip
        houses = house(data, scaling)
        with rate_place:
            rate = controls.scale(
                "Learning rate", "lr", rates(houses), default_rate(data, scaling), heard, help=_ABOUT_RATE
            )
        pair = _ask_pair(data, houses, heard)
        if data == "Boston":
            st.menu_button(
                "The course's", list(COURSE_RUNS), key="course", icon=":material/school:", on_click=_use_course_run
            )
        more = st.popover("More", icon=":material/tune:", width="content")
    n = houses.train.n
    with more:
        updates = controls.scale("Updates", "updates", UPDATES, SETS[data].updates, heard)
        start = _ask_start(data, houses, pair, heard)
        seed = controls.whole_number("Seed of the start and of the shuffling", "seed", 9999, heard)
        sizes = [*(size for size in SIZES if size < n and -(-n // size) <= MOST_UPDATES), n]
        size = controls.scale("Rows in a mini-batch", "batch", sizes, default_size(n), heard)
        epochs = controls.scale("Epochs of mini-batches", "epochs", EPOCHS, first_epochs(n), heard)
    settings = HouseSettings(
        data, scaling, rate, int(updates), pair, start, seed, int(size), affordable(n, int(size), int(epochs))
    )
    if settings.epochs < epochs:
        notices.append(
            f"Epochs of mini-batches: reduced to {settings.epochs}, as at most {MOST_UPDATES:,} updates are run there."
        )
    return Choice(settings, houses, notices, missing)


def fetch(name: str) -> str | None:
    """Get a set from OpenML behind a progress bar; return a message if it cannot be had.

    Moving a control ends the wait, not the request: a set that arrives later is at hand from then on.
    """
    get = SETS[name].fetch
    if get is None:
        return None
    label = f"Asking OpenML, for at most {openml.ANSWER_WITHIN:.0f} seconds …"
    bar, trouble = st.progress(0.0, text=label), None

    def report(seconds: float) -> None:
        bar.progress(min(seconds / openml.ANSWER_WITHIN, 1.0), text=label)  # also where a moved control ends the wait

    try:
        get(report)
    except Unavailable as error:
        trouble = str(error)
    bar.empty()
    return trouble


def rates(houses: House) -> list[float]:
    """Return the slider's learning rates: from a thousandth of this task's limit to about twice."""
    return controls.log_scale(10 ** math.floor(math.log10(houses.limit / 1000)), 2 * houses.limit)


def default_rate(data: str, scaling: str) -> float:
    """Return the rate to start with: the set's own with the course's scaling, else a share of the limit."""
    own = SETS[data].learning_rate
    if own is not None and scaling == SCALES[0]:
        return own
    return working_rate(house(data, scaling))


def working_rate(houses: House, limit: float | None = None) -> float:
    """Return the largest rate of the slider that is at most a share of the limit, of all rows if none is given."""
    wanted = SHARE * (houses.limit if limit is None else limit)
    return max((rate for rate in rates(houses) if rate <= wanted), default=rates(houses)[0])


def default_size(n: int) -> int:
    """Return the largest round batch size that leaves a short last batch, so that there is one to look at."""
    fitting = [size for size in (100, 50, 20, 10) if size < n] or [1]
    return next((size for size in fitting if 0 < n % size <= size / 4), fitting[-1])


def first_epochs(n: int) -> int:
    """Return the epochs of mini-batches to start with: no more than are run."""
    return affordable(n, default_size(n), FIRST_EPOCHS)


def use_rate(rate: float) -> None:
    """Set the learning rate, as a click on a remedy does."""
    st.session_state["lr"] = controls.written(rate)


def defaults(data: str) -> dict[str, object]:
    """Return the value every control has for a set until the reader changes it."""
    chosen, houses = SETS[data], house(data, SCALES[0])
    n = houses.train.n
    across, up = (houses.names[p] for p in chosen.weights)
    return {
        "data": data, "lr": controls.written(default_rate(data, SCALES[0])), "scaling": SCALES[0], "across": across,
        "up": up, "updates": controls.written(chosen.updates), "from": written_start(chosen.start), "seed": 0.0,
        "batch": controls.written(default_size(n)), "epochs": controls.written(first_epochs(n)),
    }  # fmt: skip


def written_start(start: tuple[float, float]) -> str:
    """Return two start values as they stand in the link."""
    return ", ".join(map(controls.written, start))


def _at_hand(asked: str) -> tuple[str, Missing | None]:
    """Return the set to show, and the one that was asked for if it cannot be shown."""
    try:
        house(asked, SCALES[0])
    except Unavailable as error:
        shown = str(st.session_state.get(SHOWN, next(iter(SETS))))
        st.session_state[MISSED] = asked
        return shown, Missing(asked, str(error), SETS[asked].from_where is None)
    st.session_state[SHOWN] = asked
    return asked, None


def _ask_pair(data: str, houses: House, notices: controls.Notices) -> tuple[int, int]:
    """Ask which two weights are on the map and are trained alone."""
    names = list(houses.names)
    first, second = (names[p] for p in SETS[data].weights)
    across = controls.choose(
        st.selectbox, "Weight, across", "across", [first, *(n for n in names if n != first)], notices, width=144
    )
    second = second if second != across else first
    left = [name for name in names if name not in (across, second)]
    up = controls.choose(st.selectbox, "Weight, up", "up", [second, *left], notices, width=144)
    return names.index(across), names.index(up)


def _ask_start(
    data: str, houses: House, pair: tuple[int, int], notices: controls.Notices
) -> tuple[float, float] | None:
    """Ask where the two weights start; the others start as drawn."""
    names = " and ".join(houses.names[p] for p in pair)
    first = SETS[data].start
    text = st.text_input(
        f"Start of {names}", written_start(first), key="from", max_chars=60, help=_ABOUT_START, **controls.BOUND
    )
    if text.strip().lower() == DRAWN:
        return None
    values = parsed_start(text, len(pair))
    if values is None:
        notices.append(
            f"Start of the two: two numbers from {-FARTHEST:,.0f} to {FARTHEST:,.0f} with a comma between, or "
            f"“{DRAWN}”, are wanted; got {controls.quoted(text)}. Using {written_start(first)}."
        )
        return first
    return values[0], values[1]


def _use_defaults() -> None:
    """Give all controls the values of a newly chosen set, if it is at hand; else keep them as they are."""
    data = str(st.session_state.get("data"))
    if data in SETS and SETS[data].from_where is not None:
        try:
            st.session_state.update(defaults(data))
        except Unavailable:
            return


def _use_default_rate() -> None:
    """Give the rate the value that suits a newly chosen scaling."""
    data, scaling = str(st.session_state.get(SHOWN, next(iter(SETS)))), str(st.session_state.get("scaling"))
    if scaling in SCALES:
        st.session_state["lr"] = controls.written(default_rate(data, scaling))


def _use_course_run() -> None:
    """Set the controls to one of the course's runs."""
    chosen = st.session_state.get("course")
    if chosen in COURSE_RUNS:
        st.session_state.update(defaults("Boston") | COURSE_RUNS[chosen])


COURSE_RUNS: dict[str, dict[str, object]] = {
    "Two weights, from far away": {},
    "All weights, as drawn": {"from": DRAWN, "updates": "1000"},
    "The gradient, row by row": {"from": "159, 159", "tab": "Shapes"},
    "Mini-batches": {"from": DRAWN, "lr": "0.05", "batch": "100", "epochs": "50", "tab": "Mini-batches"},
}
"""What course text C trains, as settings. The course steps along half the gradient, so its rates are halved here."""

_ABOUT_DATA = "  \n".join(f"**{name}**: {chosen.about}" for name, chosen in SETS.items())
_ABOUT_RATE = (
    "The loss is the mean of squared errors, and a step is the rate times its whole gradient. The course steps along "
    "half of it: for the same path, take half the rate that it prints."
)
_ABOUT_SCALING = (
    "**mean-range**: (x − mean) / range, as the course does.  \n**standardise**: (x − mean) / deviation.  \n"
    "**min-max**: (x − min) / range.  \n**none**: as the columns come. Statistics come from the training rows; the "
    "target is scaled alike."
)
_ABOUT_START = (
    "Two numbers with a comma between, in scaled units. All other weights are drawn from a seed, as in the course; "
    f"write “{DRAWN}” to leave these two as drawn, too. The intercept starts at zero."
)
