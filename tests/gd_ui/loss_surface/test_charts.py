"""The charts of the loss surface: templates that read exactly what is sent, and tables that are true."""

import json
import re

import numpy as np
import pytest

from gd_ui.charts.packed import GRAIN
from gd_ui.charts.solid import figure
from gd_ui.charts.template import SLOTS, STEP
from gd_ui.datasets import CATALOGUE
from gd_ui.loss_surface.charts import templates
from gd_ui.loss_surface.frames import curve_frames, land_bands, map_frames, power_of_ten, round_levels
from gd_ui.loss_surface.kinks import frames as kink_frames
from gd_ui.loss_surface.kinks import kinks
from gd_ui.loss_surface.loss import ABSOLUTE, ALL, ONE, SOME, SQUARED, Ground, ground
from gd_ui.loss_surface.solid import palette, solid
from tests.gd_ui.loss_surface.test_loss import every_surface, settings
from tests.gd_ui.specs import columns_read, made, names_read, nodes

every_template = pytest.mark.parametrize("name", templates())


def sent(name: str) -> dict:
    """Return what a template is given."""
    if name.startswith("kink "):
        return kink_frames(kinks("line", 0, 5))[name.removeprefix("kink ")]
    if name in ("curve", "slope"):
        return curve_frames(settings("three points", of=ONE), 1.5)[name]
    return map_frames(settings(of=SOME), np.array([0.5, -0.14]))[name]


@every_template
def test_a_template_reads_exactly_the_tables_and_only_the_columns_that_are_sent(name: str) -> None:
    tables = sent(name)
    assert names_read(templates()[name]) == set(tables)
    for table, columns in columns_read(templates()[name]).items():
        assert columns <= set(tables[table]), table
    known = {"value"}.union(*tables.values(), *(made(layer) for layer in nodes(templates()[name])))
    assert set(re.findall(r"\bdatum\.(\w+)", json.dumps(templates()[name]))) <= known


@every_template
def test_no_slider_is_written_into_a_template(name: str) -> None:
    assert '"bind"' not in json.dumps(templates()[name])
    assert templates()[name]["params"][0] == {"name": STEP, "value": 0}


@every_template
def test_every_name_in_an_expression_is_declared(name: str) -> None:
    spec = templates()[name]
    declared = {param["name"] for param in spec["params"]}
    keys = ("expr", "calculate", "filter", "labelExpr")
    found = [node[key] for node in nodes(spec) for key in keys if isinstance(node.get(key), str)]
    plain = re.sub(r"'[^']*'", "", " ".join(found))
    words = set(re.findall(r"(?<![\w.])[a-z_]\w*(?!\w*\()", plain, re.IGNORECASE))
    assert words - declared - {"datum", "width", "height"} == set()


@every_surface
def test_tables_hold_finite_numbers_and_equally_long_columns(data: str, loss: str, of: str) -> None:
    chosen = settings(data, loss, of)
    land = ground(chosen.ground)
    one_weight = len(land.start) == 1
    charts = curve_frames(chosen, 1.0) if one_weight else map_frames(chosen, land.start)
    for tables in charts.values():
        for table in tables.values():
            assert len({len(column) for column in table.values()}) == 1
            for column in table.values():
                assert column.dtype.kind in "OUbi" or np.isfinite(column).all()


@every_surface
def test_sections_are_cuts_of_the_surface_over_the_whole_map(data: str, loss: str, of: str) -> None:
    chosen = settings(data, loss, of)
    land = ground(chosen.ground)
    if len(land.start) == 1:
        return
    cut = land.centre + land.half * np.array([0.3, -0.4])
    for i, name in enumerate(("section across", "section up")):
        tables = map_frames(chosen, cut)[name]
        x, y = tables["section"]["x"], tables["section"]["y"]
        assert x[0] == pytest.approx(land.centre[i] - land.half)
        assert x[-1] == pytest.approx(land.centre[i] + land.half)
        points = np.tile(cut, (len(x), 1))
        points[:, i] = x
        assert y == pytest.approx(land.shown.value(points), rel=1e-8, abs=1e-15)
        assert tables["this"]["cut_y"][0] == pytest.approx(land.shown.value(cut[None])[0])
        assert tables["this"]["top"][0] > y.max()


@pytest.mark.parametrize("loss", [SQUARED, ABSOLUTE])
@pytest.mark.parametrize("of", [ALL, ONE])
def test_a_cut_outside_the_map_is_shown_as_what_it_is(loss: str, of: str) -> None:
    cut = np.array([7.0, -4.0])
    charts = map_frames(settings(loss=loss, of=of), cut)
    for name, at in (("section across", 7.0), ("section up", -4.0)):
        x = charts[name]["section"]["x"]
        assert at in (x[0], x[-1])
        assert charts[name]["this"]["left"][0] <= at <= charts[name]["this"]["right"][0]


def test_a_section_of_absolute_loss_has_its_kink() -> None:
    tables = map_frames(settings(loss=ABSOLUTE, of=ONE), np.array([0.5, -0.14]))["section across"]
    low = tables["this"]["low_x"][0]
    assert low in tables["section"]["x"]
    assert tables["section"]["y"].min() == pytest.approx(0, abs=1e-12)


def test_arrows_point_downhill_and_their_lengths_compare() -> None:
    arrows = map_frames(settings("thousand points", of=ONE), np.zeros(2))["map"]["arrows"]
    land = ground(settings("thousand points", of=ONE).ground)
    tips = np.column_stack([arrows["tip_x"], arrows["tip_y"]]) - land.start
    for tip, on in zip(tips, (land.everybody, land.shown), strict=True):
        downhill = -on.grad(land.start[None])[0]
        assert tip / np.linalg.norm(tip) == pytest.approx(downhill / np.linalg.norm(downhill))
    assert arrows["slot"].tolist() == ["batch", "stochastic"]
    assert np.degrees(np.arctan2(tips[:, 0], tips[:, 1])) == pytest.approx(arrows["angle"])


def on_the_map(ring: str, land: Ground) -> np.ndarray:
    """Return the corners (V, 2) of a packed line, across and up."""
    grains = np.array([[int(x), -int(y)] for x, y in re.findall(r"(-?\d+),(-?\d+)", ring)])
    return land.centre + land.half * grains / GRAIN


@pytest.mark.parametrize("data", CATALOGUE)
@pytest.mark.parametrize("factor", [1, 1000])
def test_a_path_is_drawn_in_few_points_from_the_start(data: str, factor: float) -> None:
    chosen = settings(data, learning_rate=CATALOGUE[data].learning_rate * factor, updates=1000)
    land = ground(chosen.ground)
    if len(land.start) == 1:
        across = curve_frames(chosen, 1.0)["curve"]["path"]["x"]
    else:
        (path,) = map_frames(chosen, land.start)["map"]["path"]["ring"]
        across = on_the_map(path, land)[:, 0]
    assert 1 <= len(across) <= 400
    assert across[0] == pytest.approx(land.start[0], abs=land.half / GRAIN)


@pytest.mark.parametrize("loss", [SQUARED, ABSOLUTE])
def test_every_band_of_the_map_is_at_most_as_high_as_its_level_says(loss: str) -> None:
    chosen = settings(loss=loss).ground
    land = ground(chosen)
    table, marks = land_bands(chosen)
    digits = {SQUARED: (1, 2, 5), ABSOLUTE: (1, 1.5, 2, 3, 5, 7)}[loss]
    corners = land.centre + land.half * np.array([[-1, -1], [-1, 1], [1, -1], [1, 1]])
    levels = round_levels(float((land.shown.value(corners) - land.lowest.loss).max()), digits)
    assert marks.split(" ")[1:] == [power_of_ten(level) for level in levels]
    inside = table["level"] < len(levels)
    for level, ring in zip(table["level"][inside], table["ring"][inside], strict=True):
        heights = land.shown.value(on_the_map(ring, land)) - land.lowest.loss
        assert (heights <= levels[level] * 1.05 + 0.01 * levels[-1]).all()


@pytest.mark.parametrize(
    ("level", "said"), [(0.01, "0.01"), (1.0, "1"), (1000.0, "1,000"), (1e6, "10⁶"), (1e-5, "10⁻⁵"), (2.0, "-")]
)
def test_the_legend_writes_powers_of_ten(level: float, said: str) -> None:
    assert power_of_ten(level) == said


@pytest.mark.parametrize("loss", [SQUARED, ABSOLUTE])
@pytest.mark.parametrize("of", [ALL, ONE, SOME])
def test_the_solid_is_the_courses_grid_with_start_lowest_point_cuts_and_path(loss: str, of: str) -> None:
    chosen = settings(loss=loss, of=of)
    land, shape = ground(chosen.ground), solid(chosen, np.array([0.5, -0.14]), "light")
    assert shape.heights.shape == (101, 101)
    assert (shape.across[[0, -1]].tolist(), shape.up[[0, -1]].tolist()) == ([-2, 4], [-1, 5])
    assert shape.heights[30, 70] == pytest.approx(land.shown.value(np.array([[shape.across[70], shape.up[30]]]))[0])
    assert [line.name for line in shape.lines] == ["descent", "cut, solid", "cut, dashed", "start", "lowest"]
    for line in shape.lines:
        assert line.heights == pytest.approx(land.shown.value(line.points))
    assert len(figure(shape).data) == 6


def test_the_solid_leaves_out_cuts_that_are_beyond_it() -> None:
    names = [line.name for line in solid(settings(), np.array([7.0, 1.0]), "dark").lines]
    assert names == ["descent", "cut, solid", "start", "lowest"]


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_solid_has_the_colours_of_the_theme(theme: str) -> None:
    assert set(palette(theme)) == set(SLOTS)
