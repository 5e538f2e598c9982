"""A visit of a page, as a script and without a browser: what Streamlit would send is there to be read."""

from unittest.mock import patch

from streamlit.navigation.page import StreamlitPage
from streamlit.testing.v1 import AppTest

from gd_ui.lessons import ROOT

APP = ROOT / "gd_ui" / "app.py"


def visited(file: str, link: dict[str, str] | dict[str, list[str]]) -> AppTest:
    """Open the page whose script is `file`, relative to the project's folder, at a link.

    An AppTest must run once to learn which pages there are. No page is shown then: the start page, which comes first,
    is another test's subject and would take longer than most pages that are asked for.
    """
    app = AppTest.from_file(str(APP), default_timeout=60)
    with patch.object(StreamlitPage, "run"):
        app.run()
    assert not app.exception
    for name, value in link.items():
        app.query_params[name] = value
    return app.switch_page(f"../{file}").run()
