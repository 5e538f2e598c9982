"""House prices: a linear network with many inputs on real data, from one row's gradient to the trained weights."""

import streamlit as st

from gd_ui.charts.house_batches import SHORT
from gd_ui.charts.template import draw
from gd_ui.compute import computed
from gd_ui.controls import BOUND, section, show_notices
from gd_ui.house_prices import controls
from gd_ui.house_prices.batches import batch_frames, batch_sentences, run_batches
from gd_ui.house_prices.charts import templates
from gd_ui.house_prices.ends import (
    chart_height,
    ends,
    prediction_caption,
    prediction_frames,
    prediction_title,
    range_frames,
    unit_frames,
    weight_sentence,
)
from gd_ui.house_prices.findings import batch_remedy, findings, pair_names, remedy
from gd_ui.house_prices.frames import main_frames
from gd_ui.house_prices.gradients import ROWS, gradient_of, shape_sentences, tile_frames
from gd_ui.house_prices.run import ALL, run_house
from gd_ui.house_prices.scaling import scaling_table, split_sentence
from gd_ui.house_prices.sets import SETS
from gd_ui.lessons import LESSONS
from gd_ui.opening import opening
from gd_ui.player import Stride, player

with st.container(gap="xsmall"):
    opening(
        "Many inputs, one price",
        "Claim to test: two well-chosen weights are not enough; all must learn, and one line of NumPy does it.",
    )
    settings, houses, notices, missing = controls.ask()
    show_notices(notices)
    if missing is not None:
        about, action = st.columns([4, 1], vertical_alignment="center")
        about.info(
            f"**{missing.name}**: {missing.why} Until then {settings.data} stays.  \n{SETS[missing.name].about}",
            icon=":material/cloud_download:",
        )
        if missing.can_fetch and action.button("Fetch from OpenML", icon=":material/download:"):
            with about:  # what follows below keeps its place, and the player its update
                trouble = controls.fetch(missing.name)
                if trouble is None:
                    st.rerun()
                st.error(trouble, icon=":material/cloud_off:")
    source = SETS[settings.data].from_where
    run = computed(
        ("houses", settings, source), lambda report: run_house(settings, houses, report), "Descending on all rows …"
    )
    player(
        settings.updates, run=repr(settings), key="house player", unit="updates",
        strides=[Stride("1 update", 1), Stride("10 updates", 10), Stride("100 updates", 100)],
    )  # fmt: skip
    frames = main_frames(run, houses)
    titles = {
        "map": (
            "**Loss over the two**: + lowest, ◇ least squares",
            f"Loss over {pair_names(run, houses)} with both paths",
        ),
        "losses": (
            "**Loss**: solid on training, dotted on held-out rows",
            "Loss of both runs on training and held-out rows",
        ),
        "weights": ("**All weights**: | least squares", "Weights at the player's update and by least squares"),
    }
    with st.grid(3, min_column_width=300, gap="small"):
        for name, (title, alt) in titles.items():
            with st.container(key=f"house {name}", gap=None):
                st.markdown(title)
                draw(templates()[name], frames[name], alt_text=alt)

working = remedy(run, houses)
left, right = (st.container(), None) if working is None else st.columns([5, 1], vertical_alignment="center")
with left:
    st.markdown("**What this run showed**  \n" + "  \n".join(findings(run, houses)))
if right is not None and working is not None:
    with right:
        st.button(working.label, icon=":material/healing:", on_click=controls.use_rate, args=(working.rate,))

part = section(["Split and scale", "Shapes", "Mini-batches", "Predictions", "Weights"])
if part == "Split and scale":
    st.markdown(split_sentence(houses, settings.scaling))
    with st.container(height=420 if len(houses.names) > 15 else "content", border=False):
        st.table(scaling_table(houses), border="horizontal")
if part == "Shapes":
    words = list(ROWS)
    chosen = st.segmented_control("Rows", words, default=words[1], required=True, key="rows", **BOUND)
    gradient = gradient_of(houses, run.start, ROWS.get(str(chosen), ROWS[words[1]]))
    tiles, height = tile_frames(gradient, houses.names)
    draw(templates()["tiles"] | {"height": height}, tiles, alt_text="The gradient at the start as arrays of numbers")
    st.markdown("  \n".join(shape_sentences(gradient)))
if part == "Mini-batches":
    both = computed(
        ("house batches", settings, source),
        lambda report: run_batches(settings, houses, report),
        "Descending batch by batch …",
    )
    st.markdown(
        f"Loss of every batch before its update: ● full batch, {SHORT.label('short last batch')}, line: all "
        "training rows."
    )
    with st.grid(2, min_column_width=320, gap="small"):
        for order, batch_data in batch_frames(both, settings).items():
            with st.container(gap=None):
                st.markdown(
                    "**In order**, the same batches every epoch"
                    if order == "sequential"
                    else "**Shuffled** every epoch"
                )
                draw(templates()["batches"], batch_data, alt_text=f"Loss of every batch, {order}")
    st.markdown("  \n".join(batch_sentences(both, settings, houses)))
    smaller = batch_remedy(both, settings, houses)
    if smaller is not None:
        st.button(smaller.label, icon=":material/healing:", on_click=controls.use_rate, args=(smaller.rate,))
if part == "Predictions":
    st.caption(prediction_caption(houses))
    with st.grid(2, min_column_width=320, gap="small"):
        for lane, theta in ends(run).items():
            scatter = prediction_frames(lane, theta, houses)
            with st.container(gap=None):
                st.markdown(prediction_title(lane, theta, houses, scatter))
                draw(templates()["predictions"], scatter, alt_text="Predicted against true values")
    if not ends(run):
        st.info("Both runs left all numbers, so there is nothing to predict with.")
if part == "Weights":
    if ALL in ends(run):
        trained = ends(run)[ALL]
        tall = {"height": chart_height(houses)}
        with st.grid(2, min_column_width=320, gap="small"):
            with st.container(gap=None):
                st.markdown(f"**In original units**, trained | least squares: {houses.data.targets[0]} per unit")
                draw(templates()["units"] | tall, unit_frames(trained, houses), alt_text="Weights in original units")
            with st.container(gap=None):
                st.markdown(f"**Over each column's whole range**: {houses.data.targets[0]} from lowest to highest")
                draw(
                    templates()["ranges"] | tall,
                    range_frames(trained, houses),
                    alt_text="Weights times each column's range",
                )
        st.markdown(weight_sentence(trained, houses, settings.learning_rate))
    else:
        st.info("Training all weights left all numbers, so there are no weights to show.")

after = next(lesson for lesson in LESSONS if lesson.path == "backprop")
st.page_link(after.page(), label="Next: the same with hidden layers", icon=":material/arrow_forward:")
