"""Beyond convex."""

import streamlit as st

st.markdown("#### Beyond convex")
