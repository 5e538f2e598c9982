"""The lab's pages and the yardstick in one app, so that all are timed on the same server."""

import sys
from pathlib import Path

import streamlit as st

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from gd_ui.lessons import LESSONS  # noqa: E402

st.set_page_config(page_icon=ROOT / "gd_ui" / "icon.svg", layout="wide")
yardstick = st.Page(ROOT / "benchmarks" / "static_page.py", title="Yardstick", url_path="yardstick", default=True)
st.navigation([yardstick, *(lesson.page() for lesson in LESSONS if lesson.path)], position="top").run()
