"""Overview: the race starts by itself; below are questions, each a link that runs it."""

import streamlit as st

from gd_ui.batch_sizes.charts import templates
from gd_ui.batch_sizes.frames import race_frames
from gd_ui.batch_sizes.framing import View
from gd_ui.batch_sizes.race import RaceSettings, run_race
from gd_ui.charts.template import draw
from gd_ui.compute import computed
from gd_ui.datasets import CATALOGUE, load
from gd_ui.lessons import by_section
from gd_ui.methods import BATCH, MINI_BATCH, STOCHASTIC
from gd_ui.player import Stride, player
from gd_ui.questions import QUESTIONS, link

SIZE = 16
settings = RaceSettings("line", learning_rate=0.2, batch_size=SIZE, epochs=6, start=CATALOGUE["line"].start)
loaded = load(settings.data)
n = loaded.train.n
race = computed(("race", settings), lambda report: run_race(settings, loaded, report), "Running the three methods …")
frames = race_frames(race, loaded, View())

left, right = st.columns([1, 1.15], gap="large")
with left.container(gap="xsmall"):
    st.markdown("## Watch a line learn")
    st.markdown(
        f"Gradient descent finds the best line by walking downhill on a loss surface. Here three walkers read the "
        f"same {n} examples in the same order: {BATCH.label} moves once it has read them all, {MINI_BATCH.label} after "
        f"every {SIZE}, {STOCHASTIC.label} after each one. Change anything, step through every update, and see why it "
        "happened."
    )
    for section, lessons in by_section().items():
        if section:
            with st.container(horizontal=True, gap="small", vertical_alignment="center"):
                st.markdown(f"**{section}**", width="content")
                for lesson in lessons:
                    st.page_link(lesson.page())
    draw(
        templates()["losses small"], frames["losses"], alt_text="Training loss of the three methods, example by example"
    )
with right.container(gap="xsmall"):
    strides = [Stride("1 example", 1), Stride(f"{SIZE} examples", SIZE), Stride("1 epoch", n)]
    player(
        n * settings.epochs, run="overview", key="overview player", strides=strides, stride=1, per_epoch=n,
        seconds=15, autoplay=True, compact=True,
    )  # fmt: skip
    draw(templates()["map all"], frames["all"], alt_text="Loss map with the paths of the three methods")

st.markdown("**Questions, each a click**")
with st.grid(3, min_column_width=260, gap="small"):
    for question in QUESTIONS:
        with st.container(border=True, height="stretch", gap=None):
            link(question)
