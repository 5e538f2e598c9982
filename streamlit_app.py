"""Start the lab: ``streamlit run streamlit_app.py``.

The app itself is ``gd_ui/app.py``; this file puts a server around it. There are three reasons not to run
the app's script directly. A script that lies beside a folder called ``pages`` has its first deep link
answered without our navigation, so the script must lie elsewhere. The server can send the browser's code
compressed, two megabytes instead of five and a half. And it can load slow modules before anybody waits.

Some hosts know nothing of servers in scripts and execute this file once per visitor and interaction, like
any Streamlit script. It then shows the same app without those advantages.
"""

import runpy
from pathlib import Path

import streamlit as st
from starlette.middleware import Middleware
from streamlit.runtime.scriptrunner import get_script_run_ctx

from gd_ui.server.compression import Compression, streamlit_files
from gd_ui.server.headers import ResponseHeaders
from gd_ui.server.warm import lifespan, warm_up

SCRIPT = Path(__file__).resolve().parent / "gd_ui" / "app.py"

if get_script_run_ctx(suppress_warning=True) is None:
    app = st.App(
        SCRIPT,
        lifespan=lifespan,
        middleware=[
            Middleware(ResponseHeaders),
            Middleware(Compression, files=streamlit_files()),
        ],
    )
else:
    warm_up()
    runpy.run_path(str(SCRIPT), run_name="__main__")
