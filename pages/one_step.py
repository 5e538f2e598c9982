"""One step at a time: every formula of one update with its numbers, and the picture that belongs to it."""

import streamlit as st

from gd_ui.batch_sizes.controls import use_rate
from gd_ui.charts.template import draw
from gd_ui.controls import show_notices, written
from gd_ui.lessons import LESSONS
from gd_ui.one_step import controls
from gd_ui.one_step.arithmetic import Inks, Worked, digits, formula
from gd_ui.one_step.charts import templates
from gd_ui.one_step.clicker import clicker
from gd_ui.one_step.descent import PREDICT, REPEAT, UPDATE, descend, left_to_right, moment
from gd_ui.one_step.findings import diverging, explanation, findings
from gd_ui.one_step.frames import pictures
from gd_ui.one_step.scene import scene
from gd_ui.opening import opening
from gd_ui.player import Stride, player

with st.container(gap="xsmall"):
    opening(
        "One update of a line, step by step",
        "Gradient descent is four steps, repeated: predict, measure the error, find the slope, move.",
    )
    notices: list[str] = []
    settings, loaded, update, point, random = controls.ask(notices)
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        stage = controls.ask_stage(notices)
        all_digits = st.popover("All digits", icon=":material/pin:")
        if stage == REPEAT:
            st.button(
                f"Arithmetic of update {update + 1:,}", icon=":material/function:",
                on_click=controls.show_update, args=(update, PREDICT),
            )  # fmt: skip
    show_notices(notices)

    history = descend(settings)
    row = int(left_to_right(loaded)[point - 1])
    now = moment(loaded, settings, history, update)
    worked = Worked(
        now,
        row,
        point,
        random,
        history.path[0],
        history.loss[0],
        loaded.best,
        0.0 if loaded.noise_free else loaded.best_loss,
    )
    told = scene(loaded, settings, history, update, row, point)
    theme = st.context.theme.type or "light"
    inks = Inks(*(st.get_option(f"theme.{theme}.{hue}TextColor") for hue in ("blue", "red")))

    with all_digits:
        table = digits(worked)
        width = max(len(name) for name, _ in table) + 2
        st.code("\n".join(f"{name:<{width}}{value:>24}" for name, value in table), language=None)
    if stage == REPEAT:
        player(
            settings.updates,
            run=repr((settings, update)),
            key="descent player",
            strides=[Stride("1 update", 1), Stride("10 updates", 10)],
            unit="updates",
            start=update or settings.updates,
        )
    else:
        clicker("previous_stage", "next_stage")

    columns = st.columns([1.16, 1, 1], gap="medium")
    drawn = pictures(stage, told)
    with columns[0].container(gap="xsmall"):
        if stage == REPEAT:
            heading = "of every update"
        else:
            heading = f"after {update:,} update{'s' if update > 1 else ''}" if update else "at the start"
        st.markdown(f"**Arithmetic** · {heading}")
        st.latex(formula(stage, worked, inks), width="content")
        below = st.container(gap="xsmall")  # the loss chart of the last stage
        st.markdown(explanation(stage, worked, loaded, told))
        if stage == UPDATE and update < settings.updates:
            st.button(
                f"The same for update {update + 2:,}", icon=":material/replay:",
                on_click=controls.show_update, args=(update + 1, PREDICT),
            )  # fmt: skip
    for place, shown in zip([below, *columns[1:]], drawn, strict=True):
        with place.container(gap="xsmall"):
            for picture in shown:
                st.markdown(picture.heading)
                draw(templates()[picture.template], picture.frames, alt_text=picture.alt)

left, right = st.columns([1.62, 1], gap="medium")
with left:
    st.markdown("**What this run showed**  \n" + "  \n".join(findings(worked, loaded, history)))
    if diverging(loaded, history):
        rate = controls.safe_rate(settings.data)
        st.button(f"Use a rate that works: {written(rate)}", icon=":material/healing:", on_click=use_rate, args=(rate,))
with right:
    st.markdown(
        "**How to read it**  \n"
        f"The loss is the mean of the whole squared errors (MSE) over all {loaded.train.n:,} training points: its "
        "slopes keep the factor two that some books drop. Formulas are rounded; *All digits* has every one. "
        "Page Down and Page Up turn to the next and previous stage; in the last stage they step the player."
    )
with st.container(horizontal=True, vertical_alignment="center", gap="small"):
    st.markdown("Next:", width="content")
    for lesson in LESSONS:
        if lesson.path in ("loss-surface", "gradient"):
            st.page_link(lesson.page())
