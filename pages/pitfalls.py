"""Pitfalls: a listing with a fault, its run beside the right one, and a guess before the answer."""

import streamlit as st

from gd_ui.charts.template import draw
from gd_ui.compute import computed
from gd_ui.controls import show_notices
from gd_ui.lessons import LESSONS
from gd_ui.pitfalls import controls
from gd_ui.pitfalls.charts import templates
from gd_ui.pitfalls.code import listing, marked
from gd_ui.pitfalls.controls import about_rows, ask_guess, score
from gd_ui.pitfalls.findings import clues_table, faulty_lines, titles, unrevealed, verdict
from gd_ui.pitfalls.rows import rows
from gd_ui.player import Stride, player

with st.container(gap="xsmall"):
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        st.markdown("#### What is wrong here?", width="content")
        st.caption("Claim to test: faulty code does not fail, it runs; something else gives it away.", width="content")
        st.markdown(score(), width="content")
    pitfall, data, guess, notices = controls.ask()
    show_notices(notices)
    study = computed(
        ("pitfall", pitfall.name, data), lambda report: pitfall.study(rows(data)), "Running both listings …"
    )
    known = guess is not None
    st.markdown(study.question)
    if study.last is not None:
        player(
            study.last, run=f"{pitfall.name} {data}", key="pitfall player", unit=study.unit,
            strides=[Stride(f"1 {study.unit.removesuffix('s')}", 1), Stride(f"10 {study.unit}", 10)],
        )  # fmt: skip
    left, *tiles = st.columns([1.7, 1, 1], gap="medium")
    with left:
        if known:
            st.markdown(verdict(pitfall, study, guess))
            st.table(clues_table(study), border="horizontal", hide_index=True)
        else:
            st.code(listing(pitfall.faulty), height=322)
    for tile, panel, title in zip(tiles, (study.faulty, study.right), titles(known=known), strict=True):
        with tile, st.container(gap=None):
            st.markdown(title)
            frames = panel.frames if known else unrevealed(panel.frames)
            draw(templates()[panel.kind], frames, alt_text=panel.alt)
    if not known:
        ask_guess(pitfall)

if known:
    st.markdown("**What these runs showed**  \n" + "  \n".join(study.showed))
    left, right = st.columns(2, gap="medium")
    with left:
        st.markdown(faulty_lines(pitfall))
        st.code(marked(listing(pitfall.faulty), listing(pitfall.right)), line_numbers=True)
    with right:
        st.markdown("**The right listing**")
        st.code(marked(listing(pitfall.right), listing(pitfall.faulty)), line_numbers=True)

note = about_rows(data)
if note is not None and pitfall.own_rows:
    st.caption(note)
after = next(lesson for lesson in LESSONS if lesson.path == "course-numbers")
st.page_link(after.page(), label=f"Next: {after.title}", icon=":material/arrow_forward:")
