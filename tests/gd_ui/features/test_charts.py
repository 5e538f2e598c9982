"""Templates of the features lesson read exactly what is sent."""

import json
import re

import pytest

from gd_ui.charts.morph import MORPH
from gd_ui.charts.template import STEP, Frames
from gd_ui.features.charts import templates
from gd_ui.features.frames import detail_frames, study_frames
from gd_ui.features.leak import leak, leak_frames
from gd_ui.features.morph import morph_frames
from gd_ui.features.study import study
from gd_ui.lanes import LANES
from tests.gd_ui.features.test_study import settings
from tests.gd_ui.specs import drawn, made, nodes

every_template = pytest.mark.parametrize("name", templates())
STILL = {"strip 2", "strip 3", "section", "steepness", "leak"}
"""Templates without a frame."""


@pytest.fixture(scope="module")
def sent() -> dict[str, Frames]:
    """Provide what every template is given."""
    line, wine = study(settings()), study(settings("wine"))
    one, many, details = study_frames(line), study_frames(wine), detail_frames(line)
    return {
        **morph_frames("line", "standardise", 80, 0.5),
        **{f"map {number}": one[f"map {number}"] for number in (1, 2, 3)},
        "strip 3": one["strip"],
        "strip 2": many["strip"],
        "losses 3": one["losses"],
        "losses 2": many["losses"],
        "scatter": details["scatter"],
        "section": details["section w"],
        "directions": many["directions"],
        "steepness": many["steepness"],
        "leak": leak_frames(leak(line), line),
    }


@every_template
def test_a_template_has_its_players_frame_once_or_stands_still(name: str) -> None:
    moved = [node["name"] for node in nodes(templates()[name]) if "bind" in node]
    expected = [] if name in STILL else [MORPH if name.startswith("morph") else STEP]
    assert moved == expected
    text = json.dumps(templates()[name])
    if expected == [STEP]:
        assert text.count(STEP) > 1
    assert (MORPH in text) == (expected == [MORPH])


@every_template
def test_a_template_draws_exactly_the_data_that_are_sent(name: str, sent: dict[str, Frames]) -> None:
    spec = templates()[name]
    assert drawn(spec) == set(sent[name])
    assert set(re.findall(r"data\('([^']+)'\)", json.dumps(spec))) <= drawn(spec)


@every_template
def test_a_template_reads_only_columns_that_are_sent(name: str, sent: dict[str, Frames]) -> None:
    spec = templates()[name]
    for layer in nodes(spec):
        if isinstance(layer.get("data"), dict) and "encoding" in layer:
            table = sent[name][layer["data"]["name"]]
            fields = {channel["field"] for channel in nodes(layer["encoding"]) if "field" in channel}
            assert fields - made(layer) <= set(table), layer["data"]["name"]
            formulas = " ".join(transform.get("calculate", "") for transform in layer.get("transform", []))
            assert set(re.findall(r"\bdatum\.(\w+)", formulas)) - made(layer) <= set(table) | {"value"}
    for table_name, column in re.findall(r"data\('([^']+)'\)\[0\]\.(\w+)", json.dumps(spec)):
        assert column in sent[name][table_name]


@every_template
def test_every_name_in_an_expression_is_declared(name: str) -> None:
    """Vega stops at the first unknown name, and the chart stays empty."""
    spec = templates()[name]
    declared = {param["name"] for param in spec["params"]}
    formulas = [
        node[key] for node in nodes(spec) for key in ("expr", "calculate", "filter") if isinstance(node.get(key), str)
    ]
    plain = re.sub(r"'[^']*'", "", " ".join(formulas))
    words = set(re.findall(r"(?<![\w.])[a-z_]\w*(?![\w]*[(:])", plain, re.IGNORECASE))
    numbers = {word for word in words if re.fullmatch(r"e\d*", word)}
    keys = {"path", "length", "shift", "scale"}  # of the row that stands in before data arrive
    assert words - declared - numbers - keys - {"datum", "width", "height", "null", "true", "false"} == set()


def test_colour_is_never_the_only_sign_of_a_unit() -> None:
    for name in ("losses 3", "section"):
        dashes = [
            node["strokeDash"]["scale"] for node in nodes(templates()[name]) if "scale" in node.get("strokeDash", {})
        ]
        assert dashes
        for scale in dashes:
            shown = dict(zip(scale["domain"], scale["range"], strict=True))
            assert [shown[lane.slot] for lane in LANES] == [list(lane.dash) for lane in LANES]
    shapes = {LANES[number - 1].shape: f"map {number}" for number in (1, 2, 3)}
    for shape, name in shapes.items():
        assert f'"shape": "{shape}"' in json.dumps(templates()[name])
