"""Gradient: a slope you can measure with a nudge, and an average over the examples.

The halves are fragments: moving a control of one does not run the other again.
"""

import streamlit as st

from gd_ui.charts.template import draw
from gd_ui.controls import Notices, show_notices
from gd_ui.gradient import chain, controls
from gd_ui.gradient.charts import templates
from gd_ui.gradient.controls import Place
from gd_ui.gradient.findings import legend, nudge_findings, pull_findings, quotient
from gd_ui.gradient.nudge import b_first, errors, measure, windows
from gd_ui.gradient.nudge_frames import error_frames, section_frames, window_frames
from gd_ui.gradient.pull import Pulls, pulls
from gd_ui.gradient.pull_frames import arrow_frames, factor, spread_frames
from gd_ui.lessons import LESSONS
from gd_ui.opening import opening


@st.fragment
def slope_by_nudging(place: Place) -> None:
    """Show the first half: a nudge of every parameter, and the error of what it measures."""
    notices: Notices = []
    probe, loaded = controls.ask_probe(place, notices), place.loaded
    show_notices(notices)
    names = loaded.train.model.names
    measured, found, views = measure(probe, loaded), errors(probe.data, probe.point), windows(probe, loaded)
    tiles = st.grid(len(names) + 1, min_column_width=270, gap="medium")
    places = {name: tiles.container(key=f"nudge {name}", gap=None) for name in ("b", "w")}  # an empty one takes no room
    for p in b_first(len(names)):
        with places[names[p]]:
            frames = section_frames(measured, views[p], loaded, p)
            draw(templates()["section"], frames, alt_text=f"Loss when only {names[p]} moves, with the window marked")
            frames = window_frames(probe, measured, views[p], loaded, p)
            draw(
                templates()["window"], frames, alt_text=f"The nudge of {names[p]} as a triangle, beside the true slope"
            )
            st.markdown(quotient(probe, measured, p))
    with tiles.container(key="errors", gap=None):
        frames = error_frames(probe, measured, found, loaded)
        draw(templates()["errors"], frames, alt_text="Error of the ratio for every nudge, forward and central")
        solid = "Solid b, dashed w" if len(names) > 1 else "Dashed w"
        st.caption(f"{solid} · dark: the difference chosen · :red[dotted]: one rounding step of the loss / nudge")
    st.markdown("**What this nudge showed**  \n" + "  \n".join(nudge_findings(probe, measured, found, loaded)))


@st.fragment
def average_of_pulls(place: Place) -> None:
    """Show the second half: the pull of every example, the mean of a batch, and the chain rule behind them."""
    data, point, loaded = place
    notices: Notices = []
    size, draw_number = controls.ask_batch(loaded.train.n, notices)
    show_notices(notices)
    pulled = pulls(loaded, point, size, draw_number)
    scaled = factor(loaded, point, pulled)
    st.markdown(legend(pulled))
    tiles = st.grid(2, min_column_width=320, gap="medium")
    with tiles.container(key="arrows", gap=None):
        frames = arrow_frames(loaded, data, point, pulled, scaled)
        draw(templates()["map" if len(point) > 1 else "rows"], frames, alt_text="The pulls of examples and their means")
    if pulled.has_direction:
        with tiles.container(key="spread", gap=None):
            draw(
                templates()["spread"], spread_frames(pulled), alt_text="Means of batches against the full mean, by size"
            )
    st.markdown("**What this batch showed**  \n" + "  \n".join(pull_findings(pulled, loaded, point, scaled)))
    chain_rule(place, pulled)


def chain_rule(place: Place, pulled: Pulls) -> None:
    """Show the formula behind the pulls, with the numbers of the batch."""
    names = place.loaded.train.model.names
    st.divider()
    st.markdown(f"#### The formula behind it: the chain rule for {' and '.join(names[p] for p in b_first(len(names)))}")
    left, right = st.columns([1, 1.25], gap="large")
    with left:
        st.markdown(
            "The loss of one example, $l = (p - y)^2$, depends on the prediction $p$, and $p$ on the parameters. "
            f"Here for row {pulled.rows[0] + 1:,}, the first of the batch:"
        )
        st.latex(chain.one_example(place.loaded, place.point, pulled))
    with right:
        st.markdown("The whole loss $J$ is the mean over all examples, and so is its slope. The rows of the batch:")
        st.markdown(chain.table(place.loaded, place.point, pulled))
        st.latex(chain.average(place.loaded, pulled))


with st.container(gap="xsmall"):
    with st.container(horizontal=True, vertical_alignment="bottom", horizontal_alignment="distribute", gap="medium"):
        with st.container(width="content", gap=None):
            st.markdown("#### What is a gradient? First of all, a slope")
            st.caption("Claim to test: nudge a parameter, divide by the nudge, and you have the slope.")
        complaints: Notices = []
        place = controls.ask_place(complaints)
    show_notices(complaints)
    slope_by_nudging(place)

st.divider()
with st.container(gap="xsmall"):
    opening("And it is an average", "Every example pulls its own way: the gradient is the mean of all pulls.")
    average_of_pulls(place)

following = next(lesson for lesson in LESSONS if lesson.path == "learning-rates")
st.page_link(following.page(), label="Next: how far should one step along it?", icon=":material/arrow_forward:")
