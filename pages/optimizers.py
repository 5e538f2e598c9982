"""Optimizers: six update rules on one surface, at one rate or each at its own best."""

import streamlit as st

from gd_ui.charts.template import draw
from gd_ui.compute import computed
from gd_ui.controls import section, show_notices
from gd_ui.lessons import LESSONS
from gd_ui.opening import opening
from gd_ui.optimizers import controls, conventions, limit
from gd_ui.optimizers.best_rates import criterion, sweep_findings, sweep_frames, sweep_table
from gd_ui.optimizers.charts import templates
from gd_ui.optimizers.defaults import facts_table
from gd_ui.optimizers.equations import EQUATIONS, NOTATION, in_this_race, worked
from gd_ui.optimizers.findings import diverged, findings, legend
from gd_ui.optimizers.frames import curve_frames, map_frames
from gd_ui.optimizers.race import RaceSettings, Sweep, race, sweep
from gd_ui.player import Stride, player

with st.container(gap="xsmall"):
    opening(
        "Six rules, one surface: which gets down first?",
        "Claim to test: a cleverer rule wins, once each has a rate that suits it.",
    )
    choice = controls.ask()
    show_notices(choice.notices)
    ground = choice.ground

    def tried() -> Sweep:
        """Return every rule at every rate, from memory if somebody had it before."""
        return computed(("best rates", ground), lambda report: sweep(ground, report), "Trying all rates …")

    own_best = choice.rate is None
    best = tried().rules if own_best else {}
    settings = RaceSettings(
        ground,
        tuple((rule, best[rule].rate if choice.rate is None else choice.rate) for rule in choice.rules),
        choice.updates,
    )
    run = computed(("optimizers", settings), lambda report: race(settings, report), "Descending …")
    player(
        settings.updates,
        run=repr(settings),
        key="optimizers player",
        strides=[Stride("1 update", 1), Stride("10 updates", 10)],
        unit="updates",
        start=min(controls.FIRST_FRAME, settings.updates),
    )
    st.markdown(legend(run))
    left, right = st.columns([1.4, 1], gap="small")
    with left:
        draw(templates()["map"], map_frames(run), alt_text="Map of the surface with the path of every rule")
    with right:
        draw(templates()["curves"], curve_frames(run), alt_text="Loss above the minimum of every rule, log scale")

with st.container(horizontal=True, vertical_alignment="center", gap="medium"):
    st.markdown("**What this run showed**  \n" + "  \n".join(findings(run, own_best=own_best)), width="stretch")
    if not own_best and diverged(run):
        st.button("Each at its own best rate", icon=":material/healing:", on_click=controls.use_own_rates)

part = section(["Equations", "Best rates", "Momentum's limit", "Conventions"])
if part == "Equations":
    st.caption(f"{NOTATION} {in_this_race(ground.tuning)}")
    tiles = st.grid(3, min_column_width=260, gap="medium")
    for rule in EQUATIONS:
        tiles.markdown(worked(rule))
if part == "Best rates":
    found = tried()
    st.caption(criterion(found))
    left, right = st.columns([1.15, 1], gap="medium")
    with left:
        draw(templates()["log log"], sweep_frames(found), alt_text="Updates needed, by rate")
    with right:
        st.table(sweep_table(found), border="horizontal")
    st.markdown("  \n".join(sweep_findings(found)))
if part == "Momentum's limit":
    beta = controls.ask_beta()
    edge = limit.brink(limit.bowl_of(ground.surface), beta)
    left, right = st.columns(2, gap="medium")
    with left:
        draw(templates()["linear"], limit.growth_frames(edge), alt_text="Error kept per update, by rate")
    with right:
        draw(templates()["log"], limit.brink_frames(edge), alt_text="Loss just below and above the limit")
    st.markdown("  \n".join(limit.brink_findings(edge, ground.surface)))
if part == "Conventions":
    switch = controls.ask_switch(ground, tried().rules["momentum"].rate)
    both = conventions.spelled(switch)
    st.markdown(conventions.legend())
    left, right = st.columns(2, gap="medium")
    with left:
        draw(templates()["log"], conventions.step_frames(both), alt_text="Lengths of the steps")
    with right:
        draw(templates()["log"], conventions.height_frames(both), alt_text="Loss above the minimum")
    st.markdown("  \n".join(conventions.findings(both)))
    st.table(facts_table(), border="horizontal")

st.page_link(
    next(lesson for lesson in LESSONS if lesson.path == "beyond-convex").page(),
    label="Next: surfaces where the start decides the end",
)
