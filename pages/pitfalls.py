"""Pitfalls."""

import streamlit as st

st.markdown("#### Pitfalls")
