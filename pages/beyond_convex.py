"""Beyond convex: many valleys, saddles and plateaus, and what noise can and cannot do about them.

The sections of the lower half are fragments: moving a control of one runs nothing else.
"""

import streamlit as st

from gd_ui.beyond_convex import controls
from gd_ui.beyond_convex.charts import templates
from gd_ui.beyond_convex.findings import basin_title, findings, legend, remedy_label
from gd_ui.beyond_convex.frames import basin_frames, fall_frames, flock_frames
from gd_ui.beyond_convex.lands import land
from gd_ui.beyond_convex.noise import run_noise
from gd_ui.beyond_convex.plateau import run_plateaus
from gd_ui.beyond_convex.series import (
    escape_frames,
    noise_map_frames,
    stay_loss_frames,
    stay_time_frames,
    well_frames,
    well_map_frames,
)
from gd_ui.beyond_convex.starts import run_basins, run_flock
from gd_ui.beyond_convex.well import WELL, run_well, run_well_map
from gd_ui.beyond_convex.words import (
    case_title,
    noise_findings,
    noise_note,
    noise_table,
    plateau_findings,
    plateau_note,
    well_findings,
)
from gd_ui.charts.template import draw
from gd_ui.compute import computed
from gd_ui.controls import section, show_notices
from gd_ui.lessons import LESSONS
from gd_ui.opening import opening
from gd_ui.player import Stride, player


@st.fragment
def one_dimension() -> None:
    """Show one weight and two valleys: a run, and where every start ends at every rate."""
    settings, notices = controls.ask_well()
    show_notices(notices)
    well = run_well(settings)
    ends = computed(("well map",), run_well_map, "Descending from every start at every rate …")
    tiles = st.grid(3, min_column_width=280, gap="small")
    with tiles.container(gap=None):
        st.markdown(f"**Two valleys**, $J(w) = {WELL.formula}$")
        draw(templates()["well"], well_frames(well), alt_text="The loss over the weight, and the path of one run")
    with tiles.container(gap=None):
        st.markdown("**Ends** by start and rate; × is this run")
        draw(templates()["well map"], well_map_frames(ends, well), alt_text="Ends by start and learning rate")
    tiles.markdown("\n\n".join(well_findings(well, ends)))


@st.fragment
def does_noise_help() -> None:
    """Show two saddles, one that the noise of single examples cannot leave and one that it can."""
    settings, notices = controls.ask_noise()
    show_notices(notices)
    found = computed(("noise", settings), lambda report: run_noise(settings, report), "Running every seed …")
    tiles = st.grid(3, min_column_width=280, gap="small")
    for case, what in ((found.course, "Course A"), (found.pushed, "With a second input")):
        with tiles.container(gap=None):
            st.markdown(case_title(case, what))
            draw(templates()["still"], noise_map_frames(case), alt_text=f"Paths of stochastic descent: {what}")
    with tiles.container(gap=None):
        st.markdown("**Share of runs that has left**")
        draw(templates()["escapes"], escape_frames(found), alt_text="Share of runs that has left, by updates")
    st.markdown("  \n".join(noise_findings(found)))
    st.table(noise_table(found), border="horizontal")
    st.markdown(noise_note())


@st.fragment
def time_on_plateaus() -> None:
    """Show how long chains of weights stay where nearly nothing slopes."""
    settings, notices = controls.ask_plateaus()
    show_notices(notices)
    stays = computed(("plateaus", settings), lambda report: run_plateaus(settings, report), "Waiting on the plateaus …")
    tiles = st.grid(2, min_column_width=280, gap="small")
    with tiles.container(gap=None):
        st.markdown("**Loss** of chains of weights, by their number")
        draw(templates()["stay loss"], stay_loss_frames(stays), alt_text="Loss of chains of weights, by updates")
    with tiles.container(gap=None):
        st.markdown("**Updates on the plateau**, by the number of weights: measured, on predicted lines")
        draw(templates()["stay time"], stay_time_frames(stays), alt_text="Time on the plateau, by the start")
    st.markdown("  \n".join(plateau_findings(stays)))
    st.markdown(plateau_note())


with st.container(gap="xsmall"):
    opening(
        "Beyond convex",
        "Text A’s claim, to be tested: descent is greedy and finds a minimum, not always the global one.",
    )
    flock, notices = controls.ask()
    show_notices(notices)
    on = land(flock.land)
    runs = computed(("flock", flock), lambda report: run_flock(flock, report), "Descending from every start …")
    basins = computed(
        ("basins", flock.land, flock.rate, flock.optimizer),
        lambda report: run_basins(flock.land, flock.rate, flock.optimizer, report),
        "Descending from every start of the map …",
    )
    player(
        flock.updates,
        run=repr(flock),
        key="beyond player",
        strides=[Stride("1 update", 1), Stride("10 updates", 10)],
        unit="updates",
    )
    tiles = st.grid(3, min_column_width=280, gap="small")
    with tiles.container(key="panel paths", gap=None):
        st.markdown("**Paths**, each with the sign of its end")
        draw(templates()["flock"], flock_frames(runs), alt_text="Paths of all starts")
    with tiles.container(key="panel basins", gap=None):
        st.markdown(basin_title(basins, on))
        draw(templates()["basins"], basin_frames(basins, runs), alt_text="Where every start ends")
    with tiles.container(key="panel falls", gap=None):
        st.markdown("**Loss above the deepest valley**")
        draw(templates()["falls"], fall_frames(runs), alt_text="Loss of every run, update by update, log scale")
    st.caption(legend(on))

with st.container(horizontal=True, vertical_alignment="center", gap="medium"):
    st.markdown("**What this run showed**  \n" + "  \n".join(findings(runs, basins)), width="stretch")
    if runs.remedy is not None:
        st.button(
            remedy_label(runs.remedy),
            icon=":material/healing:",
            on_click=controls.use_rate,
            args=(runs.remedy,),
        )

SECTIONS = {
    "One dimension": one_dimension,
    "Does noise help?": does_noise_help,
    "Plateaus": time_on_plateaus,
}
SECTIONS[section(list(SECTIONS))]()

st.page_link(
    next(lesson for lesson in LESSONS if lesson.path == "optimizers").page(),
    label="Next: rules that remember their steps",
)
