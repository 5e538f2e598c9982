"""Course numbers."""

import streamlit as st

st.markdown("#### Course numbers")
