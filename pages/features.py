"""Features: the same rows in other units; why scaling decides how fast descent can go."""

import streamlit as st

from gd_ui.charts.morph import MORPH
from gd_ui.charts.template import draw
from gd_ui.compute import computed
from gd_ui.controls import section, show_notices
from gd_ui.features import controls
from gd_ui.features.charts import templates
from gd_ui.features.findings import (
    constant_message,
    heading,
    leak_sentences,
    morph_sentence,
    overshoot,
    scalings_table,
    sentences,
    steepest_column,
    weights_table,
)
from gd_ui.features.frames import detail_frames, study_frames
from gd_ui.features.leak import leak, leak_frames
from gd_ui.features.morph import BETWEEN, LAST, morph, morph_frames
from gd_ui.features.sets import SETS
from gd_ui.features.study import Study, study
from gd_ui.lessons import LESSONS
from gd_ui.opening import opening
from gd_ui.player import Stride, player
from gd_ui.tables import as_html

# The parts below; only the open one is made.
WEIGHTS, SECTIONS, STRETCH, LEAK = "Weights", "Data and sections", "Stretch it yourself", "The leak"


def show_weights(found: Study) -> None:
    """Show where the descents ended, and how all scalings compare."""
    left, right = st.columns(2, gap="medium")
    with left:
        st.markdown("**Weights after the last step, mapped back to original units**")
        with st.container(height=420 if len(found.best) > 15 else "content", border=False):
            st.html(as_html(weights_table(found)))
    with right:
        st.markdown("**All scalings of these rows**")
        st.html(as_html(scalings_table(found)))


def show_sections(found: Study) -> None:
    """Show the data in every unit, and the loss along each parameter."""
    frames = detail_frames(found)
    with st.grid(3, min_column_width=280, gap="small"):
        with st.container(gap=None):
            st.markdown("**The data in every unit**, with the line of each descent")
            draw(templates()["scatter"], frames["scatter"], alt_text="The same rows over every unit of the feature")
        with st.container(gap=None):
            st.markdown("**Section along the slope**, before and after")
            draw(templates()["section"], frames["section w"], alt_text="Loss along the slope in every unit")
        with st.container(gap=None):
            st.markdown("**Section along the intercept**, before and after")
            draw(templates()["section"], frames["section b"], alt_text="Loss along the intercept in every unit")


def show_stretching(found: Study) -> None:
    """Show the feature at many scales, moved through by a player of its own."""
    chosen = found.settings
    st.markdown("Play through the scales: the loss bends, the line stays.")
    player(
        LAST, run=f"morph {chosen}", key="morph player", param=MORPH, unit="scales", start=BETWEEN,
        strides=[Stride("1 scale", 1), Stride("next named", BETWEEN)], stride=1,
    )  # fmt: skip
    stretched = morph_frames(chosen.data, chosen.scaling, chosen.rows, chosen.learning_rate)
    compared = "; dashed, the one rate" if chosen.learning_rate is not None else ""
    titles = {
        "morph map": ("**The loss**, at its own best rate", "Contours bend as the feature is stretched"),
        "morph data": ("**The data**: only the axis changes", "Data and best line over the rescaled feature"),
        "morph kappa": ("**How long the valley is**, κ = λmax/λmin", "Condition number at every scale"),
        "morph limit": (f"**The limit** 2/λmax{compared}", "Limit of the learning rate at every scale"),
    }
    with st.grid(4, min_column_width=240, gap="small"):
        for name, (title, alt) in titles.items():
            with st.container(key=name, gap=None):
                st.markdown(title)
                draw(templates()[name], stretched[name], alt_text=alt)
    st.markdown(morph_sentence(morph(chosen.data, chosen.scaling, chosen.rows)))


def show_leak(found: Study) -> None:
    """Show what a scaling does that was fitted on all rows."""
    leaked = computed(("features leak", found.settings), lambda report: leak(found), "Descending with the leak …")
    left, right = st.columns([1, 1.4], gap="medium", vertical_alignment="center")
    with left:
        st.markdown("**A scaling fitted on all rows instead of the training rows**")
        draw(
            templates()["leak"],
            leak_frames(leaked, found),
            alt_text="Held-out values, scaled with and without the leak",
        )
    with right:
        st.markdown(leak_sentences(leaked, found))
        st.caption("With few training rows, a choice under More, the two scalings drift apart.")


with st.container(gap="xsmall"):
    opening(
        "The same line in other units: does one learning rate suit them all?",
        "Claim to test: units change how fast descent can go, and never where it ends.",
    )
    settings, notices = controls.ask()
    show_notices(notices)
    found = computed(
        ("features", settings), lambda report: study(settings), "Descending in every unit …", updates=3 * settings.steps
    )
    message = constant_message(found)
    if message is not None:
        st.info(message, icon=":material/straighten:")
    frames, runs = study_frames(found), found.runs
    one_feature = len(found.best) == 2

    # Alternative texts never change with a control: Streamlit would build a chart anew for another one.
    draw(templates()[f"strip {len(runs)}"], frames["strip"], alt_text="Regime of the rate in every unit")
    player(
        settings.steps, run=repr(settings), key="features player", unit="steps",
        strides=[Stride("1 step", 1), Stride("10 steps", 10)], start=min(6, settings.steps) if one_feature else None,
    )  # fmt: skip

    if one_feature:
        with st.grid(4, min_column_width=240, gap="small", key="panels"):
            for run in runs:
                name = f"map {run.variant.lane.number}"
                draw(templates()[name], frames[name], alt_text=f"Loss map and path of lane {run.variant.lane.number}")
            draw(templates()["losses 3"], frames["losses"], alt_text="Loss above the best in every unit")
    else:
        with st.grid(2, min_column_width=300, gap="small"):
            for run in runs:
                st.markdown(heading(run))
        with st.grid(3, min_column_width=300, gap="small"):
            draw(templates()["losses 2"], frames["losses"], alt_text="Loss above the best in both units")
            draw(templates()["directions"], frames["directions"], alt_text="Share of the error left by direction")
            draw(templates()["steepness"], frames["steepness"], alt_text="Curvature along every column's weight")

    too_fast = overshoot(found) is not None
    left, right = st.columns([4.4, 1], vertical_alignment="center") if too_fast else (st.container(), None)
    with left:
        st.markdown("**What this run showed**  \n" + "  \n".join(sentences(found)))
    if right is not None:
        right.button("Each its own best", icon=":material/healing:", on_click=controls.use_own_best)

shown = {WEIGHTS: show_weights}
if one_feature:
    shown |= {SECTIONS: show_sections, STRETCH: show_stretching}
else:
    st.markdown(f"{steepest_column(found)}  \n{SETS[settings.data].about}")
shown[LEAK] = show_leak
shown[section(list(shown))](found)

after = next(lesson for lesson in LESSONS if lesson.path == "batch-sizes")
st.page_link(after.page(), label=f"Next: {after.title}", icon=":material/arrow_forward:")
