"""A warm start: what the first visitor would wait for is done before anybody comes."""

import functools
import gc
import importlib
import pkgutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import streamlit as st

import gd_core
import gd_ui

LIBRARIES = ("altair", "contourpy", "pandas", "sklearn.datasets")
SCRIPT = "gd_ui.app"  # Streamlit runs this one; importing it would be a run without a visitor


@functools.cache
def warm_up() -> None:
    """Load what pages use, build their charts, then take all of it out of garbage collection.

    Streamlit collects garbage after every run of the script, which means walking through every object in
    the process: 50 to 65 ms, nearly all of it spent on modules that live as long as the process does.
    ``gc.freeze`` sets those aside, once, so that a collection looks at what a run left behind and nothing
    else. However often this is called, the work is done once per process.
    """
    for name in LIBRARIES:
        importlib.import_module(name)
    for package in (gd_core, gd_ui):
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if module.name != SCRIPT:
                build_charts = getattr(importlib.import_module(module.name), "templates", None)
                if build_charts is not None:  # every module with charts for a lesson has a cached function `templates`
                    build_charts()
    datasets = importlib.import_module("gd_ui.datasets")
    for name in datasets.CATALOGUE:
        datasets.load(name)
    gc.collect()
    gc.freeze()


@asynccontextmanager
async def lifespan(_app: st.App) -> AsyncIterator[None]:
    """Warm up before the server accepts its first request."""
    warm_up()
    yield
