"""Serve the pages the way the lab is served: with its warm start."""

import sys
from pathlib import Path

import streamlit as st

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from gd_ui.server.warm import lifespan  # noqa: E402

app = st.App(ROOT / "benchmarks" / "all_pages.py", lifespan=lifespan)
