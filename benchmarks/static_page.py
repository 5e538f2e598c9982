"""The yardstick: a page with one slider and one static Altair chart."""

import altair as alt
import pandas as pd
import streamlit as st

points = pd.DataFrame({"x": range(100), "y": [(7 * i) % 31 for i in range(100)]})
value = st.select_slider("Yardstick", range(50), 10)
st.write(value)
st.altair_chart(alt.Chart(points).mark_line().encode(x="x", y="y"))
