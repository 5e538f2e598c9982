"""Course numbers: every number the course's texts print, beside the one computed here and now."""

import streamlit as st

from gd_ui import housing
from gd_ui.charts.template import draw
from gd_ui.compute import computed
from gd_ui.controls import section, show_notices
from gd_ui.course_numbers import controls
from gd_ui.course_numbers.all import compare, drawn
from gd_ui.course_numbers.charts import templates
from gd_ui.course_numbers.findings import conventions, findings, how_to_get_boston, legend, meanings, trained_sentence
from gd_ui.course_numbers.frames import apart_frames, number_frames, run_frames, scale_of
from gd_ui.course_numbers.hiring import trained_hiring
from gd_ui.course_numbers.table import (
    SIGNS,
    WORDS,
    lines_columns,
    lines_table,
    losses_columns,
    losses_table,
    numbers_columns,
    numbers_table,
)
from gd_ui.lessons import LESSONS
from gd_ui.opening import opening

lessons = {lesson.path: lesson for lesson in LESSONS}
with st.container(gap="xsmall"):
    opening(
        "Do the texts' numbers come out?",
        "Claim to test: every number a text prints follows from the settings it gives.",
    )
    notices: list[str] = []
    chosen = controls.ask(notices)
    messages = st.container()
    comparison = computed(
        ("course numbers", housing.at_hand(housing.BOSTON_FILE)), compare, "Computing every number the texts print …"
    )
    shown = chosen.of(comparison.lines)
    st.markdown("**What this comparison showed**  \n" + "  \n".join(findings(comparison)))
    if shown:
        st.dataframe(
            lines_table(shown), column_config=lines_columns(), hide_index=True, height=min(36 * len(shown) + 38, 400)
        )
    else:
        st.info("No line here is judged so.")
    st.caption(
        f"{len(shown):,} of {len(comparison.lines):,} lines shown. *open* leads to the page with these settings."
    )
    if not comparison.has_boston:
        st.info(how_to_get_boston(comparison), icon=":material/folder_open:")

part = section(["One list in full", "Hiring, trained to the end", "What the words mean"])
if part == "One list in full":
    judged = controls.ask_list(comparison, notices)
    if len(judged.computed):
        st.markdown(legend(judged))
        tiles = st.grid(2, min_column_width=320, gap="medium")
        with tiles.container(gap=None):
            draw(
                templates()[scale_of(judged)],
                number_frames(judged),
                alt_text=f"Numbers of the list {judged.line.what}",
            )
        with tiles.container(gap=None):
            if judged.band is None:
                draw(templates()["apart"], apart_frames(judged), alt_text="The size of every difference")
            else:
                draw(templates()["runs"], run_frames(drawn(comparison)), alt_text="Our runs and the printed numbers")
    st.dataframe(numbers_table(judged), column_config=numbers_columns(judged), hide_index=True, height=300)
    lesson = lessons[judged.line.lesson]
    st.page_link(lesson.page(), label=f"Open {lesson.title} with these settings", query_params=judged.line.settings)
if part == "Hiring, trained to the end":
    trained = computed(("course numbers", "hiring"), trained_hiring, "Training the hiring network twice …")
    st.markdown(trained_sentence(trained.lines))
    tiles = st.grid(len(trained.lines), min_column_width=240, gap="small")
    for judged in trained.lines:
        with tiles.container(gap=None):
            st.markdown(f"**{judged.line.what.partition(':')[0]}**")
            draw(templates()[scale_of(judged)], number_frames(judged), alt_text=judged.line.what)
    st.dataframe(
        losses_table(trained.lines), column_config=losses_columns(trained.lines), hide_index=True, height="content"
    )
if part == "What the words mean":
    st.markdown(
        "  \n".join(f"{SIGNS[status]} **{WORDS[status]}**: {meaning}" for status, meaning in meanings().items())
    )
    st.markdown(conventions())

with messages:
    show_notices(notices)
following = lessons["pitfalls"]
st.page_link(following.page(), label=f"Next: **{following.title}**. {following.about}")
