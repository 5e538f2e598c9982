"""Learning rates: crawling, direct, zigzag or divergent, and how the curvature decides which."""

import streamlit as st

from gd_ui.charts.factors import factor_frames
from gd_ui.charts.template import draw
from gd_ui.compute import computed
from gd_ui.controls import section, show_notices
from gd_ui.lanes import LANES
from gd_ui.learning_rates import controls
from gd_ui.learning_rates.charts import templates
from gd_ui.learning_rates.findings import findings, landscape, name, reading, remedy, table, trap
from gd_ui.learning_rates.frames import cut_frames, excess_frames, panel_frames, rate_span, regime_frames
from gd_ui.learning_rates.rates import run_rates
from gd_ui.learning_rates.schedules import cooling_findings, cooling_frames, legend, run_schedules
from gd_ui.lessons import LESSONS
from gd_ui.opening import opening
from gd_ui.player import Stride, player

with st.container(gap="xsmall"):
    opening("How large a step?", "Claim to test: twice the step is twice as fast, up to a sharp limit.")
    settings, loaded, notices = controls.ask()
    show_notices(notices)
    count = len(settings.rates)
    run = computed(
        ("rates", settings),
        lambda report: run_rates(settings, loaded, report),
        "Descending …",
        updates=count * settings.updates,
    )
    # Alternative texts never change with a control: Streamlit would build a chart anew for another one.
    draw(templates()["strip"], regime_frames(settings.rates, loaded), alt_text="Regimes, with the rates of the run")
    player(
        settings.updates,
        run=repr(settings),
        key="rates player",
        strides=[Stride("1 update", 1), Stride("10 updates", 10)],
        unit="updates",
        start=min(controls.FIRST_FRAME, settings.updates),
    )
    kind = "curve" if len(loaded.names) == 1 else "map"
    tiles = st.grid(count + 1 if count < 5 else 3, min_column_width=200, gap="small", key="panels")
    with tiles:
        for i, frames in enumerate(panel_frames(run)):
            draw(templates()[f"{kind} {LANES[i].number}"], frames, alt_text=f"Path of rate {i + 1}")
        draw(
            templates()[f"excess {count}"],
            excess_frames(run, loaded),
            alt_text="Loss above the minimum at every rate, log scale",
        )

with st.container(horizontal=True, vertical_alignment="center", gap="medium"):
    st.markdown("**What this run showed**  \n" + "  \n".join(findings(run, loaded)), width="stretch")
    working = remedy(run, loaded)
    if working is not None:
        st.button(
            working.label,
            icon=":material/healing:",
            on_click=controls.use_rates,
            args=(working.rates,),
        )

part = section(["Predicted and measured", "One parameter at a time", "Let the rate fall"])
if part == "Predicted and measured":
    left, right = st.columns([1, 1.15], gap="medium")
    with left:
        st.markdown("**Error kept per update**, |1 − rate·λ| by direction")
        chart = factor_frames(loaded.curvature, rate_span(settings.rates, loaded), settings.rates)
        draw(templates()["factors"], chart, alt_text="What one update keeps of the error, by rate and direction")
    with right:
        st.table(table(run), border="horizontal")
        st.caption(
            "Predicted from the Hessian alone, by the closed form; measured in the run, which knows nothing of it."
        )
        st.markdown(landscape(loaded))
if part == "One parameter at a time":
    st.caption(reading(run, loaded))
    for frames_of_parameter in cut_frames(run, loaded):
        row = st.grid(min(count, 3), min_column_width=240, gap="small")
        for i, frames in enumerate(frames_of_parameter):
            with row.container(gap=None):
                st.markdown(name(run, i))
                draw(templates()[f"cut {LANES[i].number}"], frames, alt_text=f"Step at rate {i + 1}")
    st.markdown(trap(run, loaded))
if part == "Let the rate fall":
    found = computed(
        ("schedules", settings.data),
        lambda report: run_schedules(settings.data, loaded, report),
        "Running stochastic descent under every schedule …",
    )
    titles = {
        "rate": "Rate over the epochs",
        "loss": "Loss above the best, median",
        "ends": "Ends, from the solution",
    }
    st.markdown(f"Stochastic descent, one row per update, with the rate kept or lowered on the way: {legend()}")
    row = st.grid(3, min_column_width=240, gap="small")
    for chart_name, frames in cooling_frames(found, settings.data, loaded).items():
        with row.container(gap=None):
            st.markdown(f"**{titles[chart_name]}**")
            draw(templates()[f"cooling {chart_name}"], frames, alt_text=titles[chart_name])
    st.markdown("  \n".join(cooling_findings(found, settings.data, loaded)))

st.page_link(
    next(lesson for lesson in LESSONS if lesson.path == "features").page(),
    label="Next: how scaling moves the limit",
)
