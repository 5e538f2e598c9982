"""The controls of the race page: from widgets and link to settings and view, each value checked again."""

from __future__ import annotations

import math
from typing import Literal, NamedTuple, cast

import streamlit as st

from gd_core import OPTIMIZERS, ORDERS
from gd_ui import controls
from gd_ui.batch_sizes.framing import View
from gd_ui.batch_sizes.race import MOST_UPDATES, RaceSettings
from gd_ui.datasets import CATALOGUE, Entry, Loaded, load
from gd_ui.questions import asked_of
from gd_ui.starts import FARTHEST, STARTS, parsed_start

SIZES = [1, 2, 4, 8, 16, 32, 64, 128, 256]
EPOCHS = [1, 2, 5, 10, 20, 50, 100, 200]
SEEDS = [1, 10, 30, 100]
PRINCIPAL = "principal plane"


class Choice(NamedTuple):
    """Everything the reader has chosen."""

    settings: RaceSettings
    plane: tuple[int, int] | None
    loaded: Loaded
    notices: controls.Notices


def ask() -> Choice:
    """Show one row of main controls, the rest behind "More", and return what is chosen."""
    notices: controls.Notices = []
    with st.grid(5, min_column_width=160, vertical_alignment="bottom", gap="medium"):
        data = controls.choose(
            st.selectbox, "Data", "data", list(CATALOGUE), notices, on_change=_use_defaults, help=_ABOUT_DATA
        )
        entry, loaded = CATALOGUE[data], load(data)
        n = loaded.train.n
        sizes = [*(size for size in SIZES if size < n), n]
        rate = controls.scale("Learning rate", "lr", rates(loaded), entry.learning_rate, notices)
        size = controls.scale("Mini-batch size", "batch", sizes, default_size(n), notices)
        epochs = controls.scale("Epochs", "epochs", epoch_steps(n), entry.epochs, notices)
        more = st.popover("More", icon=":material/tune:", width="stretch")
    with more:
        st.number_input(
            "Exact learning rate", rates(loaded)[0], rates(loaded)[-1], None, key="exact rate", format="%.6g",
            on_change=_use_exact_rate, placeholder="any number between the slider's ends",
        )  # fmt: skip
        optimizer = controls.choose(
            st.segmented_control, "Update rule", "optimizer", list(OPTIMIZERS), notices,
            default="gd", required=True, help="Plain gradient descent unless you change it; one rule for all three.",
        )  # fmt: skip
        order = controls.choose(
            st.segmented_control, "Order of the examples", "order", list(ORDERS), notices,
            default="shuffled", required=True, help="How the stream is made that mini-batch and stochastic read.",
        )  # fmt: skip
        seeds = controls.scale("Repeat with different seeds", "seeds", SEEDS, 1, notices, help=_ABOUT_SEEDS)
        seed = controls.whole_number("First seed", "seed", 9999, notices)
        start = _ask_start(entry, loaded, notices)
        plane = _ask_plane(entry, loaded, notices)
    settings = RaceSettings(data, rate, int(size), int(epochs), order, optimizer, seed, int(seeds), start)
    return Choice(settings, plane, loaded, notices)


def ask_view(plane: tuple[int, int] | None) -> View:
    """Show how to look at the race, in one line, and return it."""
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.markdown("**Training loss** by", width="content")
        count = st.segmented_control(
            "The loss chart counts", ["examples", "epochs", "updates"], default="examples", required=True, key="count",
            label_visibility="collapsed", **controls.BOUND,
        )  # fmt: skip
        above = st.toggle("above best", key="above", help=_ABOUT_ABOVE, **controls.BOUND)
        zoom = st.toggle("zoom maps", key="zoom", help=_ABOUT_ZOOM, **controls.BOUND)
    counted = count if count in ("examples", "epochs", "updates") else "examples"
    return View(cast(Literal["examples", "epochs", "updates"], counted), bool(above), bool(zoom), plane)


def rates(loaded: Loaded) -> list[float]:
    """Return the slider's learning rates: from a five-hundredth of this data's stability limit to one and a half."""
    limit = loaded.curvature.max_stable_learning_rate()
    return controls.log_scale(10 ** math.floor(math.log10(limit / 500)), 1.6 * limit)


def default_size(n: int) -> int:
    """Return 16, or about half of very few examples."""
    return 16 if n > 32 else max(1, n // 2 + 1)


def epoch_steps(n: int) -> list[int]:
    """Return the epochs on offer for n examples: no more than the charts can draw."""
    most = MOST_UPDATES // n
    return [*(epochs for epochs in EPOCHS if epochs < most), min(most, 500)]


def suggest_questions() -> None:
    """Offer the questions as one row to choose from; the one chosen sets all controls."""
    asked = {question.asks: question for question in asked_of("batch-sizes")}
    st.pills("Try next", list(asked), key="next", on_change=_use_question)


def use_rate(rate: float) -> None:
    """Set the learning rate, as a click on a remedy does."""
    st.session_state["lr"] = controls.written(rate)


def defaults(data: str) -> dict[str, object]:
    """Return the value every control of the page has for a data set until the reader changes it."""
    entry, loaded = CATALOGUE[data], load(data)
    across, up = (loaded.names[i] for i in entry.weights) if len(loaded.names) > 1 else ("", "")
    return {
        "data": data,
        "lr": controls.written(entry.learning_rate),
        "batch": controls.written(default_size(loaded.train.n)),
        "epochs": controls.written(entry.epochs),
        "optimizer": "gd",
        "order": "shuffled",
        "seeds": "1",
        "seed": 0.0,
        "start": STARTS[0],
        "count": "examples",
        "above": False,
        "zoom": False,
        "across": across,
        "up": up,
        "tab": "Results",
    }


def use(settings: dict[str, str]) -> None:
    """Set all controls: those named in a question's link to its values, the others to their defaults."""
    values = defaults(settings.get("data", next(iter(CATALOGUE))))
    for name, text in settings.items():
        values[name] = text == "true" if isinstance(values[name], bool) else text
    st.session_state.update(values)


def _use_defaults() -> None:
    """Give the controls that depend on the data the values of a newly chosen data set."""
    data = str(st.session_state.get("data"))
    if data in CATALOGUE:
        values = defaults(data)
        st.session_state.update(
            {name: values[name] for name in ("data", "lr", "batch", "epochs", "start", "across", "up")}
        )


def _use_question() -> None:
    chosen = st.session_state.get("next")
    st.session_state["next"] = None
    for question in asked_of("batch-sizes"):
        if question.asks == chosen:
            use(question.settings)


def _use_exact_rate() -> None:
    rate = st.session_state.get("exact rate")
    if isinstance(rate, int | float) and not isinstance(rate, bool):
        use_rate(float(rate))


def _ask_start(entry: Entry, loaded: Loaded, notices: controls.Notices) -> tuple[float, ...]:
    """Ask where all three start: the data set's own start, one drawn from a seed, or typed weights."""
    kind = controls.choose(
        st.segmented_control, "Start", "start", STARTS, notices, default="given", required=True, help=_ABOUT_START
    )
    if kind == "drawn":
        seed = controls.whole_number("Seed of the start", "start_seed", 9999, notices)
        return tuple(loaded.train.model.init([seed])[0].tolist())
    if kind == "given":
        return entry.start
    names = ", ".join(loaded.names)
    text = st.text_input(
        f"Start values: {names}", ", ".join(map(controls.written, entry.start)), key="theta", max_chars=400,
        **controls.BOUND,
    )  # fmt: skip
    start = parsed_start(text, len(entry.start))
    if start is None:
        notices.append(
            f"Start values: {len(entry.start)} numbers from {-FARTHEST:,.0f} to {FARTHEST:,.0f} are wanted, with "
            f"commas between; got {controls.quoted(text)}. Using the given start."
        )
        return entry.start
    return start


def _ask_plane(entry: Entry, loaded: Loaded, notices: controls.Notices) -> tuple[int, int] | None:
    """Ask which two parameters the maps show; two parameters leave no choice."""
    names = loaded.names
    if len(names) <= 2:
        return (1, 0)
    across_first, up_first = entry.weights
    others = [name for i, name in enumerate(names) if i != across_first]
    across = controls.choose(
        st.selectbox, "Maps, across", "across", [names[across_first], PRINCIPAL, *others], notices, help=_ABOUT_PLANE
    )
    if across == PRINCIPAL:
        return None
    left = [name for name in names if name != across]
    first = names[up_first] if names[up_first] != across else names[across_first]
    up = controls.choose(st.selectbox, "Maps, up", "up", [first, *(name for name in left if name != first)], notices)
    return names.index(across), names.index(up)


_ABOUT_DATA = "  \n".join(f"**{name}**: {entry.about}" for name, entry in CATALOGUE.items())
_ABOUT_SEEDS = "More than one: the loss chart shows the median and the 10–90 % band, the maps show where every run is."
_ABOUT_START = "All three start at the same weights: the data set's own start, one drawn from a seed, or typed values."
_ABOUT_PLANE = (
    "Two weights, the others fixed at the least-squares solution, or the plane in which the paths move most. "
    "Paths are projected onto it; the loss above a map is the run's own."
)
_ABOUT_ABOVE = (
    "Subtract the least-squares loss: a straight line is then linear convergence, a plateau is the noise floor."
)
_ABOUT_ZOOM = "Shows the maps around the least-squares solution, where the noise ball is."
