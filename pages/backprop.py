"""Backpropagation: the hiring network with every number of an update, while it learns."""

import streamlit as st

from gd_core.hiring import LEARNING_RATE
from gd_ui.backprop import controls, edit, free_controls
from gd_ui.backprop.arithmetic import heading, panel
from gd_ui.backprop.charts import layers, templates
from gd_ui.backprop.findings import check_said, check_table, conventions, findings, surface_said, worse
from gd_ui.backprop.frames import decision_frames, loss_frames, stage_frames
from gd_ui.backprop.free import run_free
from gd_ui.backprop.free_controls import CAREFUL
from gd_ui.backprop.free_findings import free_check, free_findings, map_said, troubled
from gd_ui.backprop.free_frames import free_decision_frames, free_loss_frames, free_slope_frames
from gd_ui.backprop.runs import check, moments, run_backprop
from gd_ui.backprop.stages import scene
from gd_ui.charts.template import draw
from gd_ui.compute import computed
from gd_ui.controls import section, show_notices, written
from gd_ui.lessons import LESSONS
from gd_ui.opening import opening
from gd_ui.player import Stride, player


def hiring(lesson: str) -> None:
    """Show one of the course's networks at work."""
    playing = st.container()
    below = st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center", gap="small")
    stages, more = below.container(width="content"), below.container(horizontal=True, width="content", gap="small")
    settings, method, who, closely, numbers = controls.ask(lesson, row, more, notices)
    sizes, training = settings.about.sizes, settings.training(method)
    last = settings.epochs * training.updates_per_epoch
    run = computed(("backprop", settings), lambda report: run_backprop(settings, report), "Training the network …")
    at = moments(last, closely)
    with playing:
        player(
            last,
            run=repr((settings, method, closely)),
            key="backprop player",
            strides=[Stride("1 update", 1), Stride("100 updates", 100)],
            unit="updates",
            per_epoch=training.updates_per_epoch if training.updates_per_epoch > 1 else None,
            start=closely,
        )
    with stages:
        stage = controls.ask_stage(sizes, notices)
    with trouble:
        show_notices(notices)

    left, right = st.columns([1.5, 1], gap="medium")
    told = panel(stage, settings, method, who)
    network, arithmetic = stage_frames(run, method, at, who, scene(stage, sizes, settings.y[who]), told)
    with left:
        draw(templates()["network"], network, alt_text="The network, with the numbers of the stage chosen")
    with right.container(gap="xsmall"):
        draw(templates()["losses"], loss_frames(run, method, at), alt_text="Loss by epochs, log scale")
        st.markdown(heading(stage, sizes))
        draw(templates()["arithmetic"], arithmetic, alt_text="The arithmetic of the stage chosen")

    with st.container(horizontal=True, vertical_alignment="center", gap="medium"):
        st.markdown("**What this run showed**  \n" + "  \n".join(findings(run, method)), width="stretch")
        if worse(run, method) and settings.learning_rate != LEARNING_RATE:
            st.button(
                f"Use the course's rate: {written(LEARNING_RATE)}",
                icon=":material/healing:",
                on_click=controls.use_rate,
                args=(LEARNING_RATE,),
            )
    part = section(["Gradient check", "Decision surface", "Edit numbers"])
    if part == "Gradient check":
        update = controls.ask_checked(closely, last)
        found = check(run, method, update, who)
        st.markdown(f"**After update {update:,}**, applicant {who + 1}. {check_said(found)}")
        st.table(check_table(found, sizes), border="horizontal")
    if part == "Decision surface":
        key = ("decisions", settings, method, closely)
        drawn = computed(key, lambda report: decision_frames(run, method, at), "Drawing the decisions …")
        left, right = st.columns([1.2, 1], gap="medium", vertical_alignment="center")
        with left:
            draw(templates()[f"decisions {layers(sizes)}"], drawn.frames, alt_text="Output over all applicants")
        right.markdown(surface_said(run))
    if part == "Edit numbers":
        edit.tables(lesson, numbers)
    st.caption(conventions(run))


def free() -> None:
    """Show a network of the reader's own."""
    settings = free_controls.ask(row, notices)
    with trouble:
        show_notices(notices)
    run = computed(("free network", settings), lambda report: run_free(settings, report), "Training the network …")
    player(
        int(run.at.updates[-1]),
        run=repr(settings),
        key="free player",
        strides=[Stride("1 update", 1), Stride("1 epoch", settings.updates // settings.epochs)],
        stride=1,
        unit="updates",
        per_epoch=settings.updates // settings.epochs,
    )
    left, right = st.columns([1.5, 1], gap="medium")
    with left:
        draw(templates()["free decisions"], free_decision_frames(run), alt_text="The network's output as it forms")
    with right.container(gap="xsmall"):
        draw(templates()["free losses"], free_loss_frames(run), alt_text="Loss by epochs, log scale")
        st.markdown("**Derivatives by layer**, size over single examples")
        draw(templates()["free losses"], free_slope_frames(run), alt_text="Size of the derivatives of every layer")
        st.caption(map_said(run))
    with st.container(horizontal=True, vertical_alignment="center", gap="medium"):
        st.markdown("**What this run showed**  \n" + "  \n".join(free_findings(run)), width="stretch")
        if troubled(run) and settings.learning_rate > CAREFUL:
            st.button(
                f"Use a smaller rate: {written(CAREFUL)}",
                icon=":material/healing:",
                on_click=controls.use_rate,
                args=(CAREFUL,),
            )
    found = computed(("free check", settings), lambda report: free_check(run), "Measuring every derivative …")
    st.markdown(f"**Gradient check**  \n{found.said}")
    st.table(found.table, border="horizontal")


notices: list[str] = []
with st.container(gap="xsmall"):
    opening(
        "Backpropagation: who is to blame for the error?",
        "Claim to test: the chain rule gives every weight its share, from the output back.",
    )
    row = st.container(horizontal=True, vertical_alignment="bottom", gap="small")
    trouble = st.container()
    with row:
        chosen = controls.ask_lesson(notices)
    if chosen == controls.FREE:
        free()
    else:
        hiring(chosen)

st.page_link(
    next(lesson for lesson in LESSONS if lesson.path == "beyond-convex").page(),
    label="Next: plateaus, saddles and many minima",
)
