"""The race page and the yardstick in one app, so that both are timed on the same server."""

import sys
from pathlib import Path

import streamlit as st

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

st.set_page_config(layout="wide")
race = st.Page(ROOT / "pages" / "batch_sizes.py", title="Race", url_path="batch-sizes")
yardstick = st.Page(ROOT / "benchmarks" / "static_page.py", title="Yardstick", url_path="yardstick", default=True)
st.navigation([yardstick, race], position="top").run()
