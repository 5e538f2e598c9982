"""Every template of every page: valid Vega-Lite that holds no data and no colour, and is small."""

import copy
import json
import re
from importlib import import_module
from pathlib import Path

import altair as alt
import pytest

import gd_ui
from gd_ui.charts.template import SLOTS, Spec
from tests.gd_ui.specs import nodes

FILES = sorted(Path(gd_ui.__path__[0]).glob("*/*charts.py"))
PAGES = [f"{file.parent.name}.{file.stem}" for file in FILES]
TEMPLATES: dict[str, Spec] = {
    f"{page}: {name}": spec for page in PAGES for name, spec in import_module(f"gd_ui.{page}").templates().items()
}
LARGEST = {"beyond_convex.charts": 20_000, "backprop.charts": 30_000, "house_prices.charts": 30_000}
"""Bytes of a page's largest template; 60,000 where nothing is said."""

every_template = pytest.mark.parametrize("name", TEMPLATES)


def test_no_page_with_charts_is_forgotten() -> None:
    assert {"batch_sizes.charts", "batch_sizes.rate_map_charts", "beyond_convex.charts"} <= set(PAGES)
    assert all(any(name.startswith(f"{page}: ") for name in TEMPLATES) for page in PAGES)


@every_template
def test_a_template_follows_the_schema(name: str) -> None:
    """All but the scale and legend of a constant colour: Vega-Lite reads them there, Altair's schema forgets them."""
    spec = {key: value for key, value in copy.deepcopy(TEMPLATES[name]).items() if key != "$schema"}
    for node in nodes(spec):
        if "datum" in node:
            del node["scale"], node["legend"]
    assert spec["layer"]
    alt.LayerChart.validate(spec)


@every_template
def test_a_template_holds_no_data_but_their_names(name: str) -> None:
    spec = TEMPLATES[name]
    assert "datasets" not in spec
    assert all(set(node["data"]) == {"name"} for node in nodes(spec) if isinstance(node.get("data"), dict))


@every_template
def test_a_template_names_slots_for_its_constant_colours_and_writes_none(name: str) -> None:
    assert all(node["datum"] in SLOTS for node in nodes(TEMPLATES[name]) if "datum" in node)
    assert not re.search(r'"#[0-9a-fA-F]{3,8}"', json.dumps(TEMPLATES[name]))


@every_template
def test_a_template_is_small(name: str) -> None:
    assert len(json.dumps(TEMPLATES[name])) < LARGEST.get(name.partition(":")[0], 60_000)
