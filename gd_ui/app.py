"""The script that Streamlit runs for every visitor and interaction: the frame around all lessons.

It sets the page up, shows the navigation and hands over to the chosen lesson. The lessons themselves are
listed in ``gd_ui/lessons.py`` and live in ``pages/``.
"""

import sys
from pathlib import Path

import streamlit as st

ROOT = Path(__file__).resolve().parents[1]
if str(ROOT) not in sys.path:
    # Streamlit puts the folder of the script it was given on the path, and that may be this one.
    sys.path.insert(0, str(ROOT))

from gd_ui.lessons import by_section  # noqa: E402

# The picture in the tab travels within the page: browsers ask a server for it again whenever the address changes, and
# here every control changes the address.
st.set_page_config(page_title="Gradient descent lab", page_icon=Path(__file__).with_name("icon.svg"), layout="wide")
pages = {section: [lesson.page() for lesson in lessons] for section, lessons in by_section().items()}
page = st.navigation(pages, position="top")
if st.session_state.get("page shown") != page.url_path:
    # Every visit to a page starts from its link: what the link leaves out has its default, not the value that a
    # control of the same name had on the page before. Only what the reader has done, as a score, is kept.
    done = {key: value for key, value in st.session_state.items() if str(key).startswith("done ")}
    st.session_state.clear()
    st.session_state.update(done)
    st.session_state["page shown"] = page.url_path
page.run()
