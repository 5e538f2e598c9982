"""Backpropagation."""

import streamlit as st

st.markdown("#### Backpropagation")
