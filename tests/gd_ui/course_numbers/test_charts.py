"""Templates of the page on the course's numbers read exactly what is sent."""

import json
import re

import numpy as np
import pytest

from gd_ui.charts.template import STEP, Frames
from gd_ui.course_numbers.charts import templates
from gd_ui.course_numbers.frames import apart_frames, number_frames, run_frames
from gd_ui.course_numbers.numbers import Band, Line, judge
from tests.gd_ui.specs import drawn, made, nodes

every_template = pytest.mark.parametrize("name", templates())


@pytest.fixture(scope="module")
def sent() -> dict[str, Frames]:
    """Provide what every template is given."""
    values = np.array([1.5, 250.0])
    line = Line("B", "list: two", lambda: values, "one-step", {}, ("1.5", "250.1"), ("one", "two"))
    faulty = judge(line._replace(faulty=lambda: values + 0.1), has_boston=False)
    band = Band(values - 1, values + 1, np.array([values, values + 1]), 0)
    drawn = judge(line._replace(band=lambda: band), has_boston=False)
    return {
        "linear": number_frames(faulty),
        "log": number_frames(drawn),
        "apart": apart_frames(faulty),
        "runs": run_frames([drawn]),
    }


@every_template
def test_a_template_stands_still(name: str) -> None:
    assert [node["name"] for node in nodes(templates()[name]) if "bind" in node] == []
    assert {param["name"]: param.get("value") for param in templates()[name]["params"]}[STEP] == 0


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


def test_colour_is_never_the_only_sign() -> None:
    looks = {
        node["data"]["name"]: (node["mark"].get("shape"), node["mark"].get("filled"))
        for node in nodes(templates()["linear"])
        if isinstance(node.get("data"), dict) and isinstance(node.get("mark"), dict) and node["mark"]["type"] == "point"
    }
    assert set(looks) == {"printed", "computed", "faulty"}
    assert len(set(looks.values())) == 3
