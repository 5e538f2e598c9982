"""The charts of the pitfalls: templates that read what is sent, and tables that are true."""

import json
import re

import numpy as np
import pytest

from gd_ui.charts.packed import GRAIN
from gd_ui.charts.template import STEP
from gd_ui.pitfalls.charts import templates
from gd_ui.pitfalls.frames import FAULTY, LOWEST, RIGHT, series, span
from gd_ui.pitfalls.table import PITFALLS
from tests.gd_ui.pitfalls.test_pitfalls import studied
from tests.gd_ui.specs import columns_read, names_read, nodes

every_template = pytest.mark.parametrize("name", templates())
PANELS = [(name, side) for name in PITFALLS for side in ("faulty", "right")]


@every_template
def test_every_name_in_an_expression_is_declared(name: str) -> None:
    spec = templates()[name]
    declared = {param["name"] for param in spec["params"]}
    keys = ("expr", "calculate", "filter")
    found = [node[key] for node in nodes(spec) for key in keys if isinstance(node.get(key), str)]
    plain = re.sub(r"'[^']*'", "", " ".join(found))
    words = set(re.findall(r"(?<![\w.])[a-z_]\w*(?!\w*\()", plain, re.IGNORECASE))
    assert words - declared - {"datum", "width", "height", "e9", "e5"} == set()


@pytest.mark.parametrize(("name", "side"), PANELS)
def test_a_template_reads_exactly_the_tables_and_only_the_columns_that_are_sent(name: str, side: str) -> None:
    panel = getattr(studied(name), side)
    spec = templates()[panel.kind]
    assert names_read(spec) == set(panel.frames)
    for table, columns in columns_read(spec).items():
        assert columns <= set(panel.frames[table]), table
    lane = FAULTY if side == "faulty" else RIGHT
    assert panel.kind.endswith(f" {lane.number}")
    assert f'"{lane.slot}"' in json.dumps(spec)


@pytest.mark.parametrize(("name", "side"), PANELS)
def test_tables_hold_finite_numbers_and_equally_long_columns(name: str, side: str) -> None:
    for table in getattr(studied(name), side).frames.values():
        assert len({len(column) for column in table.values()}) == 1
        for column in table.values():
            assert column.dtype.kind in "US" or np.isfinite(column).all()


@pytest.mark.parametrize("name", PITFALLS)
def test_both_charts_have_one_frame_and_the_player_has_their_length(name: str) -> None:
    study = studied(name)
    faulty, right = study.faulty.frames["this"], study.right.frames["this"]
    for end in ("left", "right", "bottom", "top", "centre_a", "centre_b", "half"):
        assert (end in faulty) == (end in right)
        if end in faulty:
            assert faulty[end][0] == right[end][0]
    plays = any(STEP in part for part in json.dumps(templates()[study.faulty.kind]["layer"][1:]).split("'"))
    assert plays == (study.last is not None)
    if study.faulty.kind.startswith("map"):
        assert len(faulty[f"path_{FAULTY.word}"][0].split(" ")) == study.last + 1
    elif study.last is not None:
        assert faulty["last"][0] == study.last
        assert len(faulty["values"][0].split(" ")) == study.last + 1 - faulty["first"][0]


@pytest.mark.parametrize("name", ["lopsided path", "slow escape"])
def test_a_map_shows_the_whole_right_run_and_where_it_should_end(name: str) -> None:
    this = {key: column[0] for key, column in studied(name).right.frames["this"].items()}
    grains = np.array([point.split(",") for point in this[f"path_{RIGHT.word}"].split(" ")], dtype=float)
    assert np.abs(grains[:, 1]).max() < GRAIN
    assert np.abs(grains[:, 0]).max() < 1.3 * GRAIN
    assert abs(this["best_b"] - this["centre_b"]) < this["half"]
    start = grains[0] * [1, -1] * this["half"] / GRAIN + [this["centre_a"], this["centre_b"]]
    assert start == pytest.approx([this["start_a"], this["start_b"]], abs=this["half"] / GRAIN)


def test_a_logarithmic_axis_leaves_out_what_is_not_above_zero() -> None:
    values = np.array([1.0, 0.0, 0.25, np.inf, -1.0])
    low, high = span(values, log=True)
    assert 0 < low < LOWEST < 1 < high
    panel = series(FAULTY, values, (low, high), "loss", "a line")
    assert panel.frames["main"]["at"].tolist() == [0.0, 2.0]
    assert panel.frames["main"]["value"].tolist() == [1.0, 0.25]
    assert len(panel.frames["second"]["at"]) == 0
