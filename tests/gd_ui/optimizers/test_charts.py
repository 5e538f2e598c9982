"""Templates of the page on optimizers read what is sent; frames hold the runs; islands are true."""

import json
import re
import tomllib

import numpy as np
import pytest

from gd_ui.charts.compared import LOOKS
from gd_ui.charts.islands import islands
from gd_ui.charts.packed import GRAIN
from gd_ui.charts.template import SLOTS, STEP, Frames
from gd_ui.lessons import ROOT
from gd_ui.optimizers.best_rates import sweep_frames
from gd_ui.optimizers.charts import templates
from gd_ui.optimizers.conventions import height_frames, step_frames
from gd_ui.optimizers.frames import BEADS, curve_frames, drawable, leaves, map_frames
from gd_ui.optimizers.limit import brink, brink_frames, growth_frames
from gd_ui.optimizers.race import HORIZON, RATES
from gd_ui.optimizers.rules import RULES
from gd_ui.optimizers.surfaces import SURFACES, map_bands, surface
from tests.gd_ui.batch_sizes.test_charts import luminance
from tests.gd_ui.optimizers.races import MINIMUM, TELLING, raced, swept
from tests.gd_ui.optimizers.test_findings import switched
from tests.gd_ui.specs import columns_read, expressions, names_read, nodes

every_template = pytest.mark.parametrize("name", templates())
every_race = pytest.mark.parametrize("key", TELLING.values(), ids=TELLING)
THEME = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text(encoding="utf-8"))["theme"]


def sent(name: str) -> list[Frames]:
    """Return what the page may send to a template."""
    return {
        "map": [map_frames(raced(*key)) for key in TELLING.values()],
        "curves": [curve_frames(raced(*key)) for key in TELLING.values()],
        "log log": [
            *(sweep_frames(swept(name)) for name in SURFACES),
            sweep_frames(swept("rosenbrock", 1e-4, MINIMUM[5])),
        ],
        "linear": [growth_frames(brink(name, beta)) for name in ("bad line", "patients") for beta in (0, 0.5, 0.99)],
        "log": [
            *(brink_frames(brink(name, beta)) for name in ("bad line", "patients") for beta in (0, 0.5, 0.99)),
            *(frames(switched(*case)) for frames in (step_frames, height_frames) for case in SWITCHES),
        ],
    }[name]  # fmt: skip


SWITCHES: list[tuple] = [(), ("rosenbrock", 5.0), ("line", 0.6, 0.1, 30, 0.1), ("beale", 0.01, 0.9, 5, 2)]


@every_template
def test_a_template_reads_what_is_sent(name: str) -> None:
    made = {"text", "name", "u", "v", "piece", "begins", "ends", "shape", "label"}
    for frames in sent(name):
        assert names_read(templates()[name]) == set(frames)
        for table, columns in columns_read(templates()[name]).items():
            assert columns - made <= set(frames[table]), table
        for columns in frames.values():
            assert len({len(column) for column in columns.values()}) == 1


@every_template
def test_no_number_sent_is_missing_and_log_axes_get_no_zero(name: str) -> None:
    for frames in sent(name):
        for table, columns in frames.items():
            for column, values in columns.items():
                if values.dtype.kind == "f":
                    assert np.isfinite(values).all(), (table, column)
        this = {column: values[0] for column, values in frames["this"].items()}
        if name == "curves":
            assert 0 < this["bottom"] < this["goal"] < this["ceiling"]
            assert (frames["curves"]["height"] > 0).all()
        if name.startswith("log"):
            assert 0 < this["bottom"] < this["top"]
            assert (frames["lines"]["y"] > 0).all()


@every_template
def test_every_name_in_an_expression_is_declared(name: str) -> None:
    spec = templates()[name]
    declared = {param["name"] for param in spec["params"]}
    plain = re.sub(r"'[^']*'", "", " ; ".join(expressions(spec)))
    plain = re.sub(r"(?<![\w.])\d+(\.\d+)?(e[+-]?\d+)?", "", plain)
    words = set(re.findall(r"(?<![\w.])[a-z_]\w*(?!\w*\()", plain, re.IGNORECASE))
    vega = {"datum", "width", "height", "null", "true", "false", "LN10"}
    assert words - declared - vega == set()


@every_template
def test_only_charts_that_move_have_the_players_frame(name: str) -> None:
    bound = [param for param in templates()[name]["params"] if "bind" in param]
    assert [param["name"] for param in bound] == ([STEP] if name in ("map", "curves") else [])


def test_the_axes_of_the_still_charts_are_what_their_names_say() -> None:
    for name, kinds in {"log log": ("log", "log"), "linear": ("linear", "linear"), "log": ("linear", "log")}.items():
        for channel, kind in zip("xy", kinds, strict=True):
            scales = [
                node["encoding"][channel]["scale"]["type"]
                for node in nodes(templates()[name])
                if "axis" in node.get("encoding", {}).get(channel, {})
            ]
            assert scales
            assert set(scales) == {kind}


def test_colour_is_never_the_only_sign_of_a_rule() -> None:
    (dashes,) = {
        json.dumps(node["strokeDash"]["scale"]["range"])
        for node in nodes(templates()["curves"])
        if isinstance(node.get("strokeDash"), dict) and "scale" in node["strokeDash"]
    }
    of_slot = dict(zip(SLOTS, json.loads(dashes), strict=True))
    assert all(of_slot[rule.slot] == list(rule.dash) for rule in RULES.values())
    assert all(LOOKS[name] == rule.dash for name, rule in RULES.items())
    for name in ("map", "curves"):
        shapes = {node["shape"] for node in nodes(templates()[name]) if isinstance(node.get("shape"), str)}
        assert shapes >= {rule.shape for rule in RULES.values()}


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_every_rule_can_be_told_from_the_paper(theme: str) -> None:
    colours = dict(zip(SLOTS, THEME[theme]["chartCategoricalColors"], strict=True))
    for rule in RULES.values():
        light, dark = sorted((luminance(colours[rule.slot]), luminance(colours["paper"])), reverse=True)
        assert (light + 0.05) / (dark + 0.05) >= 3


def test_a_map_has_the_same_scale_across_and_up() -> None:
    (land,) = (
        layer for layer in nodes(templates()["map"]) if layer.get("data") == {"name": "bands"} and "mark" in layer
    )
    x, y = (land["encoding"][axis]["scale"]["domain"] for axis in "xy")
    at = {"centre_a": 3.0, "centre_b": 5.0, "half": 2.0, "width": 300.0, "height": 200.0}
    left, right, bottom, top = (eval(end["expr"], {}, at) for end in (*x, *y))
    assert (right - left) / at["width"] == (top - bottom) / at["height"]


@every_race
def test_the_map_has_every_path_at_its_place(key: tuple) -> None:
    run = raced(*key)
    on, frames = surface(run.settings.ground.surface), map_frames(run)
    this = {column: values[0] for column, values in frames["this"].items()}
    order = list(on.order)
    start = np.array(run.settings.ground.start)[order]
    assert (this["start_a"], this["start_b"]) == tuple(start)
    minima = np.array(on.land.minima)[:, order]
    assert np.array_equal(np.stack([frames["minima"]["a"], frames["minima"]["b"]], axis=1), minima)
    for name in RULES:
        assert this[f"has_{name}"] == (name in run.outcomes)
        if name in run.outcomes:
            outcome = run.outcomes[name]
            points = np.array([point.split(",") for point in this[f"path_{name}"].split(" ")], dtype=float)
            assert len(points) == drawable(outcome) == len(this[f"length_{name}"].split(" "))
            places = outcome.path[: len(points), order]
            inside = (np.abs(places - on.centre) < 100 * on.half).all(axis=1)
            first_out = len(inside) if inside.all() else int(inside.argmin())
            grain = on.half / GRAIN
            back = on.centre + grain * points * [1, -1]
            assert np.abs(back - places)[:first_out].max(initial=0) <= 0.51 * grain


@every_race
def test_beads_mark_the_same_updates_of_every_rule(key: tuple) -> None:
    run = raced(*key)
    beads, on = map_frames(run)["beads"], surface(run.settings.ground.surface)
    assert set(beads["at"]) <= set(BEADS)
    slots = {rule.slot: name for name, rule in RULES.items()}
    for slot, at, u, v in zip(beads["slot"], beads["at"], beads["u"], beads["v"], strict=True):
        place = run.outcomes[slots[slot]].path[at, list(on.order)]
        expected = (place - on.centre) / on.half * GRAIN
        if np.abs(expected).max() < 1e7:
            assert (u, v) == pytest.approx(tuple(expected))
    assert {slots[slot] for slot in beads["slot"]} == set(run.outcomes)


@every_race
def test_the_curves_are_the_heights_and_end_where_they_leave(key: tuple) -> None:
    run, frames = raced(*key), curve_frames(raced(*key))
    this = {column: values[0] for column, values in frames["this"].items()}
    curves, tags = frames["curves"], frames["tags"]
    assert len(tags["label"]) == len(run.outcomes)
    for (name, outcome), label in zip(run.outcomes.items(), tags["label"], strict=True):
        rule = RULES[name]
        assert label.startswith(f"{rule.sign} {name}")
        mine = curves["slot"] == rule.slot
        at, heights = curves["at"][mine].astype(int), curves["height"][mine]
        expected = outcome.height[at]
        shown = (expected > 2 * this["bottom"]) & (expected < this["ceiling"])
        assert heights[shown] == pytest.approx(expected[shown])
        packed_heights = [float(text) for text in this[f"height_{name}"].split(" ")]
        assert len(packed_heights) == drawable(outcome)
        if label.endswith("↑"):
            assert not outcome.height[-1] <= this["ceiling"]
        elif len(packed_heights) == len(outcome.height):
            assert at[-1] == run.settings.updates
    assert all(this[f"height_{name}"] == "" for name in RULES if name not in run.outcomes)
    assert ((tags["at_y"] > 0) & (tags["at_y"] < 1)).all()


def test_a_run_that_comes_back_is_drawn_to_its_end() -> None:
    assert leaves(np.array([1.0, 500, 2, 0.1]), 100) == 3
    assert leaves(np.array([1.0, 500, 2, 300, 400]), 100) == 3
    assert leaves(np.array([1.0, 0.5]), 100) == 1
    assert leaves(np.array([500.0, 600]), 100) == 0


@pytest.mark.parametrize("name", SURFACES)
def test_the_chart_of_the_sweep_has_every_rate_that_arrives(name: str) -> None:
    found = swept(name)
    frames = sweep_frames(found)
    for rule, result in found.rules.items():
        mine = frames["lines"]["look"] == rule
        there = result.arrived <= HORIZON
        assert frames["lines"]["x"][mine].tolist() == np.array(RATES)[there].tolist()
        assert frames["lines"]["y"][mine] == pytest.approx(np.maximum(result.arrived[there], 0.8))
        pieces = frames["lines"]["piece"][mine]
        gaps = np.diff(np.flatnonzero(there)) > 1
        assert (pieces[1:] != pieces[:-1]).tolist() == gaps.tolist()
    arrived = [rule for rule, result in found.rules.items() if result.updates is not None]
    assert frames["notes"]["label"].tolist() == arrived
    assert frames["marks"]["x"].tolist() == [found.rules[rule].rate for rule in arrived]


@pytest.mark.parametrize("momentum", [0, 0.5, 0.9, 0.99])
def test_the_growth_line_crosses_one_at_the_limit(momentum: float) -> None:
    found = brink("bad line", momentum)
    frames = growth_frames(found)
    lines = frames["lines"]
    mine = lines["look"] == "line"
    x, y = lines["x"][mine], lines["y"][mine]
    assert (y[x < 0.999 * found.limit] < 1).all()
    assert (y[x > 1.001 * found.limit] > 1).all()
    assert ("dashes" in lines["look"]) == (momentum > 0)
    assert found.limit in frames["verticals"]["x"]


def painted(bands: dict[str, np.ndarray], point: tuple[float, float]) -> int:
    """Return the colour that a place has after all rings are filled in order, by counting crossings."""
    colour = -1
    for piece in range(bands["piece"].max() + 1):
        mine = bands["piece"] == piece
        x, y = bands["x"][mine].astype(float), bands["y"][mine].astype(float)
        x2, y2 = np.roll(x, -1), np.roll(y, -1)
        crosses = (y > point[1]) != (y2 > point[1])
        with np.errstate(all="ignore"):
            at = x + (point[1] - y) / (y2 - y) * (x2 - x)
        if (crosses & (at > point[0])).sum() % 2:
            colour = int(bands["level"][mine][0])
    return colour


def test_painting_ring_after_ring_gives_every_place_the_band_of_its_height() -> None:
    a, b = np.linspace(-5, 5, 161), np.linspace(-5, 5, 161)

    def height(x: np.ndarray, y: np.ndarray) -> np.ndarray:
        return (x**2 + y - 11) ** 2 + (x + y**2 - 7) ** 2  # four valleys around a hill

    heights = height(*np.meshgrid(a, b))
    levels = np.geomspace(1, 400, 8)
    bands = islands(a, b, heights, levels, tolerance=1e-4)
    rng = np.random.default_rng(0)
    checked = 0
    for x, y in rng.uniform(-4.9, 4.9, (400, 2)):
        value = float(height(x, y))
        if np.abs(np.log(value / levels)).min() > 0.1:  # not on a shore
            assert painted(bands, (x, y)) == int((levels < value).sum())
            checked += 1
    assert checked > 200
    assert len(set(bands["piece"][bands["level"] == 0])) == 4


@pytest.mark.parametrize("name", SURFACES)
def test_every_map_has_its_minimum_in_the_innermost_band_and_its_start_in_view(name: str) -> None:
    on, bands = surface(name), map_bands(name)
    for minimum in on.place(np.array(on.land.minima)):
        if (np.abs(minimum - on.centre) < on.half).all():
            assert painted(bands, tuple(minimum)) <= 1
    assert (np.abs(on.place(np.array(on.start)) - on.centre) < on.half).all()
    assert len(bands["x"]) < 2500


def test_a_race_from_the_minimum_has_charts() -> None:
    frames = curve_frames(raced(*MINIMUM))
    assert frames["this"]["bottom"][0] > 0
