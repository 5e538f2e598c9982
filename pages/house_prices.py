"""House prices."""

import streamlit as st

st.markdown("#### House prices")
