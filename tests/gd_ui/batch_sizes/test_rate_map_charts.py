"""The template of the rate map reads what is sent; its tables say what the map holds."""

import re

import numpy as np
import pytest

from gd_core import single_example_limit
from gd_ui.batch_sizes.rate_map import RateMap
from gd_ui.batch_sizes.rate_map_charts import templates
from gd_ui.batch_sizes.rate_map_controls import clicked
from gd_ui.batch_sizes.rate_map_frames import colours, map_frames, size_label
from gd_ui.charts.rate_axis import POWERS
from gd_ui.charts.rate_map import CELL, LEVELS
from gd_ui.charts.template import STEP, Frames
from gd_ui.datasets import CATALOGUE, load
from gd_ui.numbers import number
from tests.gd_ui.batch_sizes.races import defaults
from tests.gd_ui.batch_sizes.rate_maps import made_up, mapped
from tests.gd_ui.specs import columns_read, expressions, names_read, nodes

SPEC = templates()["rate map"]
INF = np.inf
MADE_UP = {
    "some": made_up([[[0.5, 0.5, INF], [INF, INF, 0.5]], [[0.4, 0.4, 0.4], [0.3, 0.3, 0.3]]]),
    "all lost": made_up([[[INF]] * 2] * 2),
    "at the solution": made_up([[[0.5], [0.5]], [[0.5], [0.6]]], first=load("line").best_loss),
    "nothing moves": made_up([[[load("line").best_loss], [0.0]]] * 2, first=load("line").best_loss),
}


def sent(found: RateMap, **changes: object) -> Frames:
    return map_frames(found, defaults(found.settings.data, **changes), load(found.settings.data))


@pytest.fixture(params=[*CATALOGUE, *MADE_UP])
def found(request: pytest.FixtureRequest) -> RateMap:
    """Provide every map in turn."""
    return made(request.param)


def made(name: str) -> RateMap:
    return MADE_UP[name] if name in MADE_UP else mapped(name, epochs=2, seeds=2)[0]


def test_it_is_one_chart_that_no_player_moves_and_whose_cells_can_be_clicked() -> None:
    (frame,) = (param for param in SPEC["params"] if param["name"] == STEP)
    assert "bind" not in frame
    (selection,) = (param for param in SPEC["params"] if param["name"] == CELL)
    assert selection["select"]["fields"] == ["column", "row"]
    (layer,) = (layer for layer in SPEC["layer"] if layer.get("name") in selection["views"])
    assert layer["data"]["name"] == "cells"
    assert layer["mark"]["cursor"] == "pointer"


def test_the_template_reads_exactly_what_is_sent(found: RateMap) -> None:
    frames = sent(found)
    assert names_read(SPEC) == set(frames)
    for table, columns in columns_read(SPEC).items():
        assert columns <= set(frames[table]), table
    for columns in frames.values():
        assert len({len(column) for column in columns.values()}) == 1


def test_no_number_is_missing_and_log_axes_get_no_zero(found: RateMap) -> None:
    frames = sent(found)
    for columns in frames.values():
        for name, column in columns.items():
            if column.dtype.kind in "fi":
                assert np.isfinite(column).all(), name
    assert frames["this"]["low"][0] > 0
    assert (frames["cells"]["left"] > 0).all()
    assert (frames["cells"]["level"] >= 0).all()
    assert (frames["cells"]["level"] <= LEVELS).all()


def test_every_name_in_an_expression_is_declared() -> None:
    declared = {param["name"] for param in SPEC["params"]} | {"width", "height", "datum", "data", "length", "format"}
    for expression in expressions(SPEC):
        plain = re.sub(r"'[^']*'", "", expression)
        assert set(re.findall(r"(?<![\w.])[a-z_]\w*", plain)) <= declared, expression
    assert any(node.get("labelExpr") == POWERS for node in nodes(SPEC))


def test_cells_cover_the_plot_from_the_largest_size_down(found: RateMap) -> None:
    frames = sent(found)
    cells, this = frames["cells"], frames["this"]
    sizes, columns = found.middle.shape
    assert len(cells["row"]) == sizes * columns
    assert list(dict.fromkeys(cells["size"])) == [size_label(size, found) for size in reversed(found.sizes)]
    assert cells["size"][0].startswith("all ")
    assert cells["left"].min() == pytest.approx(this["low"][0])
    assert cells["right"].max() == pytest.approx(this["high"][0])
    for row, column, left, right in zip(cells["row"], cells["column"], cells["left"], cells["right"], strict=True):
        assert left < found.rates[column] < right
        assert 0 <= row < sizes


def test_a_cell_says_its_median_and_its_lost_seeds_in_colour_hatching_and_words(found: RateMap) -> None:
    frames, loaded = sent(found), load(found.settings.data)
    cells, ends, seeds = frames["cells"], colours(found, loaded), found.diverged.shape[-1]
    for i, (row, column) in enumerate(zip(cells["row"], cells["column"], strict=True)):
        above = max(found.middle[row, column] - loaded.best_loss, 0)
        share = np.log(min(max(above, ends.least), ends.most) / ends.least) / np.log(ends.most / ends.least)
        assert cells["level"][i] == pytest.approx(LEVELS * share, abs=1e-3)
        assert cells["crossed"][i] == (found.gone[row, column] >= seeds / 2)
        assert cells["told_above"][i] == number(float(above))
        assert cells["told_loss"][i] == number(float(found.middle[row, column]))
        assert cells["best"][i] == ((row, column) == found.best())
    assert cells["best"].sum() == (found.best() is not None)


def test_lost_seeds_are_counted_where_there_are_several_runs() -> None:
    frames = sent(MADE_UP["some"])
    assert frames["cells"]["told_gone"].tolist() == ["no", "no", "1 of 3 seeds", "2 of 3 seeds"]
    assert set(sent(MADE_UP["all lost"])["cells"]["told_gone"]) == {"yes"}


def test_hatching_lies_on_the_cells_that_diverged_and_crosswise_where_half_did() -> None:
    hatch = sent(MADE_UP["some"])["hatch"]
    rising = hatch["v"] > hatch["v2"]
    assert (hatch["u2"] - hatch["u"] == 0.5).all()
    assert (np.maximum(hatch["v"], hatch["v2"]) <= 1).all()
    assert (np.minimum(hatch["v"], hatch["v2"]) >= 0.5).all()  # the lower row is that of one example
    assert set(hatch["u"][rising]) == {0, 0.5}
    assert set(hatch["u"][~rising]) == {0.5}
    assert len(sent(made_up([[[0.5]] * 2] * 2))["hatch"]["u"]) == 0


def test_colours_reach_from_the_lowest_cell_to_the_start(found: RateMap) -> None:
    loaded, this = load(found.settings.data), sent(found)["this"]
    ends = colours(found, loaded)
    assert 0 < ends.least < ends.most
    start = found.first - loaded.best_loss
    if start > 0:
        assert ends.most == start
        assert this["most"][0] == f"{number(start)}, as at the start"
    else:
        assert "start" not in this["most"][0]
    below = np.maximum(found.middle - loaded.best_loss, 0) < ends.least
    assert this["least"][0].endswith("or less") == bool(below.any())


@pytest.mark.parametrize("data", CATALOGUE)
def test_limits_stand_where_the_data_put_them(data: str) -> None:
    limits, loaded = sent(made(data))["limits"], load(data)
    assert limits["line"].tolist() == ["single", "average"]
    expected = [single_example_limit(loaded.train), loaded.curvature.max_stable_learning_rate()]
    assert limits["rate"].tolist() == expected
    for name, limit in zip(limits["name"], expected, strict=True):
        assert f"{limit:.3g}" in name
    assert "2/λmax" in limits["name"][1]


def test_a_limit_out_of_view_is_left_out() -> None:
    assert sent(made_up([[[0.5]] * 2] * 2))["limits"]["line"].tolist() == []
    assert sent(made_up([[[0.5]] * 3] * 2))["limits"]["line"].tolist() == ["single"]


@pytest.mark.parametrize("size", [1, 16, 24, 80])
def test_the_race_is_marked_at_its_rate_and_its_sizes(size: int) -> None:
    found = made("line")
    race = sent(found, batch_size=size, learning_rate=0.3)["race"]
    assert race["rate"].tolist() == [0.3] * 3
    v = dict(zip(race["slot"], race["v"], strict=True))
    assert v["batch"] == pytest.approx(0.5 / 8)
    assert v["stochastic"] == pytest.approx(7.5 / 8)
    if size in found.sizes:
        assert v["mini-batch"] == pytest.approx((7 - found.sizes.index(size) + 0.5) / 8)
    else:
        assert 2.5 / 8 < v["mini-batch"] < 3.5 / 8
    assert len(set(race["sign"])) == 3


@pytest.mark.parametrize(
    "selected",
    [
        None, {}, [], "x", [1], [{}], [{"row": 0}], [{"row": "0", "column": 0}], [{"row": -1, "column": 0}],
        [{"row": 8, "column": 0}], [{"row": 0, "column": 40}], [{"row": 0, "column": 1.5}],
        [{"row": 0, "column": 0}, {"row": 1, "column": 0}],
    ],
)  # fmt: skip
def test_a_selection_that_names_no_cell_loads_none(selected: object) -> None:
    assert clicked(selected, made("line")) is None


def test_a_selection_names_its_cell() -> None:
    assert clicked([{"row": 7, "column": 39}], made("line")) == (7, 39)
