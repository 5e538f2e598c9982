"""Templates are valid, hold no data, and read exactly what a race sends."""

import copy
import json
import re
import tomllib
from collections.abc import Iterator

import altair as alt
import pytest

from gd_ui.charts.losses import COUNTS
from gd_ui.charts.panel import LEVELS
from gd_ui.charts.template import PAPER, SLOTS, STEP, Spec, number
from gd_ui.datasets import CATALOGUE
from gd_ui.frames import race_frames
from gd_ui.framing import View
from gd_ui.lessons import ROOT
from gd_ui.methods import METHODS, MINI_BATCH, STOCHASTIC
from gd_ui.race_charts import templates
from tests.gd_ui.races import BALL, EXACT, PATIENTS, raced

every_template = pytest.mark.parametrize("name", templates())
THEME = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text(encoding="utf-8"))["theme"]

# Which part of a race's frames each template is given, and a race that has it.
GIVEN = {
    **{f"map {name}": (BALL, name) for name in METHODS},
    **{f"curve {name}": (EXACT, name) for name in METHODS},
    **{f"losses {count}": (BALL, "losses") for count in COUNTS},
    "losses small": ({}, "losses"),
    "map all": ({}, "all"),
    "fit": (PATIENTS, "fit"),
}


def nodes(node: object) -> Iterator[dict]:
    """Yield every object of a spec."""
    if isinstance(node, dict):
        yield node
    for child in node.values() if isinstance(node, dict) else node if isinstance(node, list) else ():
        yield from nodes(child)


def names_read(spec: Spec) -> set[str]:
    """Return the names of all data a template draws or reads in an expression."""
    drawn = {node["data"]["name"] for node in nodes(spec) if isinstance(node.get("data"), dict)}
    return drawn | set(re.findall(r"data\('([^']+)'\)", json.dumps(spec)))


def columns_read(spec: Spec) -> dict[str, set[str]]:
    """Return the columns a template encodes directly, by the name of their data."""
    found: dict[str, set[str]] = {}
    for layer in nodes(spec):
        if isinstance(layer.get("data"), dict) and "encoding" in layer:
            made = {t["as"] for t in layer.get("transform", []) if isinstance(t.get("as"), str)}
            fields = {channel["field"] for channel in nodes(layer["encoding"]) if "field" in channel}
            found.setdefault(layer["data"]["name"], set()).update(fields - made)
    return found


@every_template
def test_a_template_follows_the_schema(name: str) -> None:
    """All but the scale and legend of a constant colour: Vega-Lite reads them there, Altair's schema forgets them."""
    spec = {key: value for key, value in copy.deepcopy(templates()[name]).items() if key != "$schema"}
    for node in nodes(spec):
        if "datum" in node:
            del node["scale"], node["legend"]
    assert alt.LayerChart.from_dict(spec).to_dict(validate=True)["layer"]


@every_template
def test_a_template_carries_no_data(name: str) -> None:
    spec = templates()[name]
    assert "datasets" not in spec
    assert all(set(node["data"]) == {"name"} for node in nodes(spec) if isinstance(node.get("data"), dict))
    assert len(json.dumps(spec)) < 60_000


@every_template
def test_a_template_has_the_players_frame_once_and_moves_with_it(name: str) -> None:
    spec = templates()[name]
    (frame,) = (node for node in nodes(spec) if node.get("name") == STEP)
    assert spec["params"][0] is frame
    assert frame["bind"]["input"] == "range"
    assert frame["value"] == 0
    assert json.dumps(spec).count(STEP) > 1


def test_every_template_is_given_something() -> None:
    assert set(GIVEN) == set(templates())


@pytest.mark.parametrize("name", GIVEN)
def test_a_template_reads_exactly_the_data_that_are_sent(name: str) -> None:
    changes, part = GIVEN[name]
    run, loaded = raced(**changes)
    sent = race_frames(run, loaded, View(plane=CATALOGUE[run.settings.data].weights))[part]
    read = names_read(templates()[name])
    assert read <= set(sent)
    unread = set(sent) - read
    clouds = {"cloud batch", "batch"} & unread  # batch runs once: nothing in its cloud
    if name.startswith("curve") or name.startswith("map"):
        assert unread <= {"cloud batch"}
    else:
        assert not unread - clouds


@pytest.mark.parametrize("name", GIVEN)
def test_a_template_reads_only_columns_that_are_sent(name: str) -> None:
    changes, part = GIVEN[name]
    run, loaded = raced(**changes)
    sent = race_frames(run, loaded, View(plane=CATALOGUE[run.settings.data].weights))[part]
    for table, columns in columns_read(templates()[name]).items():
        flattened = {"a", "b", "x", "y"} if table == "this" else set()  # made by transforms in the browser
        assert columns - flattened <= set(sent[table]), table
    text = json.dumps(templates()[name])
    for table, column in re.findall(r"data\('([^']+)'\)\[0\]\.(\w+)", text):
        assert column in sent[table]
    for column in re.findall(r"row_\w+?\.(\w+)", text):
        assert any(column in sent[method] for method in METHODS if method in sent)


@every_template
def test_every_name_in_an_expression_is_declared(name: str) -> None:
    """Vega stops at the first unknown name, and the chart stays empty."""
    spec = templates()[name]
    declared = {param["name"] for param in spec["params"]}
    used = set(re.findall(r"\b(?:update|row)_\w+", json.dumps(spec)))
    assert used <= declared
    expressions = " ".join(node["expr"] for node in nodes(spec) if isinstance(node.get("expr"), str))
    plain = re.sub(r"'[^']*'", "", expressions)
    words = set(re.findall(r"(?<![\w.])[a-z_]\w*(?!\w*\()", plain, re.IGNORECASE))
    vega = {"datum", "width", "height", "null", "true", "false"}
    numbers = {word for word in words if re.fullmatch(r"e\d*", word)}
    assert words - declared - vega - numbers == set()


@every_template
def test_every_constant_colour_is_a_slot_of_the_theme(name: str) -> None:
    constants = [node for node in nodes(templates()[name]) if "datum" in node]
    assert constants
    for node in constants:
        assert node["datum"] in SLOTS
        assert node["scale"]["domain"] == SLOTS


@every_template
def test_no_colour_is_written_into_a_template(name: str) -> None:
    assert not re.search(r'"#[0-9a-fA-F]{3,8}"', json.dumps(templates()[name]))


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_both_themes_have_a_colour_for_every_slot_and_a_shade_for_every_band(theme: str) -> None:
    colours = THEME[theme]["chartCategoricalColors"]
    assert len(colours) == len(SLOTS) == len(set(colours))
    assert len(set(THEME[theme]["chartSequentialColors"])) == len(THEME[theme]["chartSequentialColors"]) == 10
    assert all(re.fullmatch("#[0-9A-F]{6}", colour) for colour in colours)


def luminance(colour: str) -> float:
    """Relative luminance of a colour (WCAG 2.2)."""
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_paths_and_text_can_be_told_from_the_paper(theme: str) -> None:
    colours = dict(zip(SLOTS, THEME[theme]["chartCategoricalColors"], strict=True))
    assert all(contrast(colours[name], colours["paper"]) >= 3 for name in METHODS)
    assert contrast(colours["ink"], colours["paper"]) >= 7
    for method in METHODS.values():
        assert contrast(THEME[theme][f"{method.hue}TextColor"], colours["paper"]) >= 4.5


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_shades_of_a_map_go_one_way(theme: str) -> None:
    shades = [luminance(colour) for colour in THEME[theme]["chartSequentialColors"]]
    assert shades == sorted(shades, reverse=True)


def test_colour_is_never_the_only_sign_of_a_method() -> None:
    assert len({method.dash for method in METHODS.values()}) == len(METHODS)
    for count in COUNTS:
        dashes = [node for node in nodes(templates()[f"losses {count}"]) if "strokeDash" in node]
        assert dashes
        assert any(
            node["strokeDash"].get("scale", {}).get("range") == [list(method.dash) for method in METHODS.values()]
            for node in dashes
            if isinstance(node["strokeDash"], dict)
        )


def test_a_map_has_a_level_for_every_band() -> None:
    (bands,) = (
        layer for layer in nodes(templates()["map batch"]) if layer.get("data") == {"name": "bands"} and "mark" in layer
    )
    assert bands["encoding"]["fill"]["scale"]["domain"] == [0, LEVELS]


@pytest.mark.parametrize("name", [f"map {name}" for name in METHODS])
def test_a_map_has_the_same_scale_across_and_up(name: str) -> None:
    (land,) = (
        layer for layer in nodes(templates()[name]) if layer.get("data") == {"name": "bands"} and "mark" in layer
    )
    x, y = (land["encoding"][axis]["scale"]["domain"] for axis in "xy")
    at = {"centre_a": 3.0, "centre_b": 5.0, "half": 2.0, "width": 300.0, "height": 200.0}
    left, right, bottom, top = (eval(end["expr"], {}, at) for end in (*x, *y))
    assert (right - left) / at["width"] == (top - bottom) / at["height"]
    assert ((left + right) / 2, (bottom + top) / 2) == (3, 5)


def test_a_loss_is_written_with_powers_of_ten_where_it_is_tiny_or_large() -> None:
    assert number("x").startswith("(x != 0 && (x < 1e-3 || x >= 1e5) ? format(x, '.1e')")


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_paper_of_charts_is_the_background_of_the_page(theme: str) -> None:
    assert THEME[theme]["chartCategoricalColors"][SLOTS.index(PAPER)] == THEME[theme]["backgroundColor"]


@pytest.mark.parametrize("name", [MINI_BATCH.name, STOCHASTIC.name])
def test_runs_that_are_lost_have_no_dot_in_the_cloud(name: str) -> None:
    """Charts keep invalid values, for speed, and would draw them at 0, where no run ever was."""
    layers = json.loads(json.dumps(templates()[f"map {name}"]["layer"]))
    inner = [layer for outer in layers for layer in outer.get("layer", [outer])]
    cloud = next(layer for layer in inner if f"data('cloud {name}')" in json.dumps(layer.get("transform", [])))
    steps = [next(iter(step)) for step in cloud["transform"]]
    kept = [step["filter"] for step in cloud["transform"][steps.index("flatten") :] if "filter" in step]
    assert kept == ["isValid(datum.run.a) && isValid(datum.run.b)"]
