"""The loss of every line at once: a map of heights, two cuts through it, and what squaring the error does to it."""

import streamlit as st

from gd_ui.charts.kinks import COMPARED
from gd_ui.charts.solid import figure
from gd_ui.charts.template import draw
from gd_ui.controls import show_notices
from gd_ui.lessons import LESSONS
from gd_ui.loss_surface import controls
from gd_ui.loss_surface.charts import templates
from gd_ui.loss_surface.findings import findings
from gd_ui.loss_surface.frames import curve_frames, map_frames
from gd_ui.loss_surface.kinks import frames as kink_frames
from gd_ui.loss_surface.kinks import kinks
from gd_ui.loss_surface.kinks import sentences as kink_sentences
from gd_ui.loss_surface.loss import ground
from gd_ui.loss_surface.solid import solid
from gd_ui.loss_surface.words import axis_name, place, title
from gd_ui.methods import BATCH
from gd_ui.opening import opening

with st.container(gap="xsmall"):
    opening(
        "The loss of every line at once",
        "Claim to test: every place is one choice of weights, its height their loss, and descent walks downhill.",
    )
    choice = controls.ask()
    complaints = st.container()
    left, right = st.columns([1.3, 1], gap="medium")
    one_weight = len(choice.cut) == 1
    with left, st.container(horizontal=True, vertical_alignment="center", gap="small"):
        view = "" if one_weight else controls.ask_view(choice.settings.of)
        settings = controls.ask_more(choice)
    with complaints:
        show_notices(choice.notices)
    land = ground(settings.ground)
    height = title(settings, land.everybody.n)
    if one_weight:
        drawn = curve_frames(settings, float(choice.cut[0]))
        with left:
            draw(templates()["curve"], drawn["curve"], alt_text="Curve of the loss, with the walk from the start")
        with right:
            st.markdown("**Its slope**, which descent moves against")
            draw(templates()["slope"], drawn["slope"], alt_text="Slope of the loss")
    else:
        drawn = map_frames(settings, choice.cut)
        with left:
            if view == controls.SOLID:
                shape = figure(solid(settings, choice.cut, st.context.theme.type or "light"))
                st.plotly_chart(shape, config={"displayModeBar": False}, key="solid", theme=None)
                st.caption(f"Height: {height}. Drag to turn, scroll or pinch to zoom.")
            else:
                draw(templates()["map"], drawn["map"], alt_text="Map of the loss, with both cuts and a path")
        with right:
            across, up = (axis_name(name) for name in land.names)
            b, w = (place(value, land.half) for value in choice.cut.tolist())
            thin = f" · :{BATCH.hue}[thin line: all rows]" if land.partial else ""
            st.markdown(f"**Solid line**: {across} moves, {up} stays {w}{thin}")
            draw(templates()["section across"], drawn["section across"], alt_text=f"Loss against {across}")
            st.markdown(f"**Dashed line**: {up} moves, {across} stays {b}")
            draw(templates()["section up"], drawn["section up"], alt_text=f"Loss against {up}")

st.markdown("**What this surface shows**  \n" + "  \n".join(findings(settings, choice.cut)))

st.divider()
with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
    st.markdown("#### Squared or absolute error?", width="content")
    squared, absolute = (lane.label(loss) for lane, loss in zip(COMPARED, controls.LOSSES, strict=True))
    st.caption(f"{squared} error is smooth, {absolute} error has a kink wherever a row is met exactly.")
with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
    notices: list[str] = []
    along, rows = controls.ask_kinks(settings.data, notices)
show_notices(notices)
compared = kinks(settings.data, along, rows)
charts = kink_frames(compared)
for column, name in zip(st.columns(3, gap="medium"), charts, strict=True):
    with column:
        draw(templates()[f"kink {name}"], charts[name], alt_text=f"Squared and absolute error: {name}")
st.markdown("**What this comparison shows**  \n" + "  \n".join(kink_sentences(compared)))

following = next(lesson for lesson in LESSONS if lesson.path == "gradient")
st.page_link(following.page(), label=f"Next: **{following.title}**. {following.about}")
