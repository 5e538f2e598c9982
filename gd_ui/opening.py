"""How a page opens: the question it asks, and the claim its reader may test; on one line where there is room."""

from html import escape
from pathlib import Path

import streamlit as st

_STYLE = f"<style>{Path(__file__).with_suffix('.css').read_text(encoding='utf-8')}</style>"


def opening(question: str, claim: str) -> None:
    """Show both as one element; what every move of a control has the browser look at again should be little."""
    st.html(f'{_STYLE}<div class="gd-opening"><h4>{escape(question)}</h4><p>{escape(claim)}</p></div>')
