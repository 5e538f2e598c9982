"""The controls of the free network: from widgets and link to its settings."""

from __future__ import annotations

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from gd_ui import controls
from gd_ui.backprop.findings import SLOPE
from gd_ui.backprop.free import DATA, HIDDEN, LOSS_NAMES, FreeSettings, affordable

DEFAULT = FreeSettings()
RATES = controls.log_scale(0.001, 5)
UNITS = [1, 2, 3, 4, 6, 8, 12, 16]
EPOCHS = [10, 20, 50, 100, 200, 500, 1000]
SIZES = [1, 4, 8, 16, 32, 64, 128]
CAREFUL = 0.05
"""The rate offered where a larger one led nowhere."""
LAYERS = ("1", "2", "3")


def ask(first: DeltaGenerator, notices: controls.Notices) -> FreeSettings:
    """Show the controls in one row, the rest behind "More", and return what is chosen, as far as it can be run."""
    with first:
        data = controls.choose(st.selectbox, "Data", "data", list(DATA), notices, width=130)
        layers = controls.choose(
            st.segmented_control, "Hidden layers", "layers", LAYERS, notices, default=str(DEFAULT.layers), required=True
        )
        activation = controls.choose(st.selectbox, "Units", "act", HIDDEN, notices, width=100)
        loss = controls.choose(st.selectbox, "Loss", "loss", LOSS_NAMES, notices, width=110, help=_ABOUT_LOSS)
        more = st.popover("More", icon=":material/tune:")
    with more:
        rate = controls.scale("Learning rate η", "lr", RATES, DEFAULT.learning_rate, notices)
        units = controls.scale("Units in a hidden layer", "units", UNITS, DEFAULT.units, notices)
        epochs = controls.scale("Epochs", "epochs", EPOCHS, DEFAULT.epochs, notices)
        size = controls.scale("Mini-batch size", "batch", SIZES, DEFAULT.batch_size, notices)
        seed = controls.whole_number("Seed of start and order", "seed", 9999, notices)
    asked = FreeSettings(data, int(layers), int(units), activation, loss, rate, int(size), int(epochs), seed)
    settings = affordable(asked)
    if settings != asked:
        notices.append(
            f"Reduced to {settings.epochs:,} epochs, asked for were {asked.epochs:,}: with {asked.model.n_params:,} "
            "parameters more would keep other readers waiting."
        )
    return settings


def defaults() -> dict[str, object]:
    """Return the values of the controls shared with the course's networks."""
    return {"lr": controls.written(DEFAULT.learning_rate), "epochs": controls.written(DEFAULT.epochs)}


_ABOUT_LOSS = (
    "**logistic**: cross-entropy of a sigmoid output; its slope by the weighted sum is a − t, which never fades while "
    f"the answer is wrong.  \n**squared**: (a − t)² of a sigmoid output, whose slope has a factor {SLOPE}."
)
