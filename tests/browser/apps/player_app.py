"""A page with a step player and linked charts, for the browser tests. Its settings are query parameters.

Every chart prints the frame it shows as text, so that a test can read what a person would see.
"""

import altair as alt
import pandas as pd
import streamlit as st

from gd_ui.player import Stride, player

PER_EPOCH = 80
EPOCHS = 20
LAST = PER_EPOCH * EPOCHS


def linked(param: str) -> alt.Chart:
    """Return a chart that marks and prints the frame of one player."""
    frame = alt.param(name=param, value=0, bind=alt.binding_range(min=0, max=1, step=1))
    seen = alt.X("frame:Q", title="examples read")
    line = alt.Chart(alt.NamedData("loss")).mark_line().encode(x=seen, y=alt.Y("loss:Q", title="loss"))
    text = (
        alt.Chart(alt.NamedData("one"))
        .mark_text(fontSize=16, color="#888888")
        .encode(x=alt.value(60), y=alt.value(16), text=alt.value(alt.expr(f"'frame ' + {param}")))
    )
    return (line + text).add_params(frame).properties(height=150)


def show(name: str, param: str = "gdstep") -> None:
    """Draw one linked chart as SVG, so that its text can be read."""
    loss = pd.DataFrame({"frame": range(0, LAST + 1, 16)}).assign(loss=lambda rows: 1 / (1 + rows.frame / 200))
    spec = linked(param).to_dict()
    datasets = {"loss": loss, "one": pd.DataFrame({"one": [1]})}
    with st.container(key=name):
        st.vega_lite_chart({**spec, "datasets": datasets, "usermeta": {"embedOptions": {"renderer": "svg"}}})


def main_page() -> None:
    """Show the player as the race has it, with two charts and one that comes later."""
    options = st.query_params
    run = st.selectbox("Run", ["first run", "second run"])
    st.text_input("Note")
    st.slider("Other slider", 0, 100, 50)
    if options.get("early") == "1":
        show("early")
    player(
        LAST,
        run=run,
        key="player",
        strides=[Stride("1 example", 1), Stride("16 examples", 16), Stride("1 epoch", PER_EPOCH)],
        stride=1,
        per_epoch=None if options.get("epochs") == "0" else PER_EPOCH,
        start=None if "start" not in options else int(options["start"]),
        seconds=float(options.get("seconds", 12)),
        autoplay=options.get("autoplay") == "1",
        compact=options.get("compact") == "1",
    )
    left, right = st.columns(2)
    with left:
        show("left")
    with right:
        show("right")
    if st.toggle("One more chart"):
        show("late")
    if options.get("two") == "1":
        player(10, run="small", key="small", strides=[Stride("1 step", 1)], unit="steps", param="gdsmall")
        show("small_chart", "gdsmall")


def other_page() -> None:
    """Show nothing that moves."""
    st.write("No player here.")


st.set_page_config(page_title="Step player", layout="wide")
pages = [
    st.Page(main_page, title="Player", default=True),
    st.Page(other_page, title="Other", url_path="other"),
]
st.navigation(pages, position="top").run()
