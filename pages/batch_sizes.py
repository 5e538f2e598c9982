"""Batch, mini-batch, stochastic: one stream of examples, three habits of updating."""

import streamlit as st

from gd_ui.batch_sizes import controls, rate_map, rate_map_charts
from gd_ui.batch_sizes.charts import templates
from gd_ui.batch_sizes.findings import findings, results_table
from gd_ui.batch_sizes.frames import race_frames
from gd_ui.batch_sizes.race import affordable, run_race
from gd_ui.batch_sizes.rate_map_controls import ask_size, draw_map
from gd_ui.batch_sizes.rate_map_findings import map_findings, reading
from gd_ui.batch_sizes.rate_map_frames import map_frames
from gd_ui.charts.template import draw
from gd_ui.compute import computed
from gd_ui.controls import section, show_notices, written
from gd_ui.methods import BATCH, METHODS, MINI_BATCH, STOCHASTIC
from gd_ui.opening import opening
from gd_ui.player import Stride, player
from gd_ui.tables import as_html

with st.container(gap="xsmall"):
    opening(
        "Same examples, same start, same rate: does updating early pay?",
        "Claim to test: stochastic descent comes near in one pass, and then rattles for ever.",
    )
    settings, plane, loaded, notices = controls.ask()
    asked, settings = settings, affordable(settings, loaded)
    if settings != asked:
        notices.append(
            f"Reduced to {settings.epochs:,} epochs and {settings.seeds} seeds, asked for were {asked.epochs:,} and "
            f"{asked.seeds}: more would keep other readers waiting."
        )
    show_notices(notices)
    n, total = loaded.train.n, loaded.train.n * settings.epochs
    race = computed(
        ("race", settings),
        lambda report: run_race(settings, loaded, report),
        "Running the three methods …",
        updates=total * settings.seeds,
    )

    size = settings.batch_size
    batches = [Stride(f"{size} examples", size)] if size > 1 else []
    player(
        total,
        run=repr(settings),
        key="race player",
        strides=[Stride("1 example", 1), *batches, Stride("1 epoch", n)],
        stride=len(batches),
        per_epoch=n,
    )

    tiles = st.grid(4, min_column_width=240, gap="small", key="panels")
    left, right = st.columns([1.62, 1], gap="medium")
    with left:
        view = controls.ask_view(plane)
    frames = race_frames(race, loaded, view)
    kind = "curve" if len(loaded.names) == 1 else "map"

    with tiles:
        for name in METHODS:
            draw(templates()[f"{kind} {name}"], frames[name], alt_text=f"Path of {name} descent")
        draw(templates()["fit"], frames["fit"], alt_text="Data, the rows in use, and the line each method has now")
    with left:
        draw(templates()[f"losses {view.count}"], frames["losses"], alt_text="Training loss of the three methods")

    found = findings(race, loaded)
    with right:
        st.markdown("**What this run showed**  \n" + "  \n".join(found.sentences))
        if found.remedy is not None:
            st.button(
                f"{'Use a safe' if settings.optimizer == 'gd' else 'Try a smaller'} rate: {written(found.remedy)}",
                icon=":material/healing:",
                on_click=controls.use_rate,
                args=(found.remedy,),
            )

part = section(["Results", "All rates and sizes"])
if part == "Results":
    left, right = st.columns([1.62, 1], gap="medium")
    with left:
        st.html(as_html(results_table(found.results, race, loaded)))
    with right:
        last = n % size
        st.markdown(
            f"**How to read it**  \nAll three read one and the same stream of examples, {n:,} per epoch. The player "
            "counts the examples read, so the race is fair at every moment: "
            f"{STOCHASTIC.label} has moved after every one, {MINI_BATCH.label} after every {size}, {BATCH.label} "
            "once per epoch."
            + (f" {n:,} is no multiple of {size}: the last batch of each epoch has {last}." if last else "")
        )
if part == "All rates and sizes":
    wanted = rate_map.asked(settings)
    mapped = rate_map.affordable(wanted, loaded)
    found_map = computed(
        ("rate map", mapped),
        lambda report: rate_map.run_map(mapped, loaded, report),
        "Running every rate and size …",
    )
    left, right = st.columns([1.62, 1], gap="medium")
    with left:
        draw_map(rate_map_charts.templates()["rate map"], map_frames(found_map, settings, loaded), found_map)
    with right:
        st.markdown("**What this map showed**  \n" + "  \n".join(map_findings(found_map, loaded)))
        ask_size(found_map)
        st.caption(reading(wanted, mapped, found_map, loaded))

controls.suggest_questions()
