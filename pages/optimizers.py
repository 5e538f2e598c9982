"""Optimizers."""

import streamlit as st

st.markdown("#### Optimizers")
