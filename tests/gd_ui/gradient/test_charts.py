"""The charts of the gradient page: what is sent to them is true."""

import json
import re

import numpy as np
import pytest

from gd_ui.charts.nudge import FLOOR
from gd_ui.charts.packed import GRAIN
from gd_ui.charts.template import Frames
from gd_ui.datasets import load
from gd_ui.gradient.charts import templates
from gd_ui.gradient.nudge import LEAST, NUDGES, errors, measure, windows
from gd_ui.gradient.nudge_frames import error_frames, section_frames, window_frames
from gd_ui.gradient.pull import spread
from gd_ui.gradient.pull_frames import PILES, WIDER, arrow_frames, factor, spread_frames
from tests.gd_ui.gradient.probes import PROBES, SETTINGS, found
from tests.gd_ui.specs import columns_read, names_read, nodes

every_template = pytest.mark.parametrize("name", templates())
every_probe = pytest.mark.parametrize("name", PROBES)
every_pull = pytest.mark.parametrize("name", SETTINGS)


def nudge_frames(name: str, p: int = 0) -> dict[str, Frames]:
    probe = PROBES[name]
    loaded = load(probe.data)
    measured, view = measure(probe, loaded), windows(probe, loaded)[p]
    return {
        "section": section_frames(measured, view, loaded, p),
        "window": window_frames(probe, measured, view, loaded, p),
        "errors": error_frames(probe, measured, errors(probe.data, probe.point), loaded),
    }


def pull_frames(name: str) -> dict[str, Frames]:
    data, point, _, _ = SETTINGS[name]
    loaded, some = load(data), found(name)
    scaled = factor(loaded, point, some)
    kind = "map" if len(point) > 1 else "rows"
    sent = {kind: arrow_frames(loaded, data, point, some, scaled)}
    return sent | ({"spread": spread_frames(some)} if some.has_direction else {})


def sent_to(template: str) -> Frames:
    if template in ("section", "window", "errors"):
        return nudge_frames("default")[template]
    return pull_frames("single weight" if template == "rows" else "default")[template]


@every_template
def test_a_template_shows_no_slider_as_nothing_plays_it(name: str) -> None:
    assert all("bind" not in param for param in templates()[name]["params"])


@every_template
def test_a_template_reads_exactly_the_data_that_are_sent(name: str) -> None:
    assert names_read(templates()[name]) == set(sent_to(name))


@every_template
def test_a_template_reads_only_columns_that_are_sent(name: str) -> None:
    for table, columns in columns_read(templates()[name]).items():
        assert columns - {"text"} <= set(sent_to(name)[table]), table
    text = json.dumps(templates()[name])
    for table, column in re.findall(r"data\('([^']+)'\)\[0\]\.(\w+)", text):
        assert column in sent_to(name)[table]


@every_template
def test_every_name_in_an_expression_is_declared(name: str) -> None:
    spec = templates()[name]
    declared = {param["name"] for param in spec["params"]}
    plain = re.sub(r"'[^']*'", "", " ".join(n["expr"] for n in nodes(spec) if isinstance(n.get("expr"), str)))
    words = set(re.findall(r"(?<![\w.])[a-z_]\w*(?!\w*\()", plain, re.IGNORECASE))
    assert words - declared - {"datum", "width", "height"} == set()


@every_probe
def test_all_numbers_sent_are_finite(name: str) -> None:
    for frames in nudge_frames(name).values():
        for table in frames.values():
            for column in table.values():
                assert column.dtype.kind in "bOU" or np.isfinite(column).all()


@every_pull
def test_all_numbers_sent_of_pulls_are_finite(name: str) -> None:
    for frames in pull_frames(name).values():
        for table in frames.values():
            for column in table.values():
                assert column.dtype.kind in "bOU" or np.isfinite(column).all()


@every_probe
def test_the_triangle_ends_on_the_curve_and_lies_in_the_window(name: str) -> None:
    probe = PROBES[name]
    for p in range(len(probe.point)):
        frames = nudge_frames(name, p)["window"]
        this = {key: column[0] for key, column in frames["this"].items()}
        assert this["shown"] == (probe.nudge > 0)
        assert this["left"] < this["tail"] <= this["tip"] < this["right"]
        assert this["bottom"] < min(this["foot"], this["head"]) <= max(this["foot"], this["head"]) < this["top"]
        x, y = frames["curve"]["x"], frames["curve"]["y"]
        step = np.abs(np.diff(y)).max() + 1e-300
        assert np.interp(this["tip"], x, y) == pytest.approx(this["head"], abs=2 * step)
        assert np.interp(this["tail"], x, y) == pytest.approx(this["foot"], abs=2 * step)


@every_probe
def test_the_box_on_the_section_is_what_the_window_shows(name: str) -> None:
    for p in range(len(PROBES[name].point)):
        frames = nudge_frames(name, p)
        box = {key: column[0] for key, column in frames["section"]["this"].items()}
        curve = frames["window"]["curve"]
        assert (box["from"], box["until"]) == tuple(PROBES[name].point[p] + curve["x"][[0, -1]])
        assert box["high"] - box["low"] == pytest.approx(np.ptp(curve["y"]), abs=1e-9)
        assert box["left"] <= box["from"]
        assert box["until"] <= box["right"]


@every_probe
def test_no_error_is_too_small_for_the_log_axis(name: str) -> None:
    frames = nudge_frames(name)["errors"]
    for table in ("errors", "other", "steps", "picked", "notes"):
        assert (frames[table]["error"] >= FLOOR).all()
        assert (frames[table]["error"] <= frames["this"]["top"][0]).all()
        assert (frames[table]["nudge"] >= LEAST).all()
    assert len(frames["picked"]["error"]) == (len(PROBES[name].point) if PROBES[name].nudge else 0)
    for table in ("errors", "other"):
        assert len(frames[table]["error"]) == len(NUDGES) * len(PROBES[name].point)


@every_probe
def test_the_curve_of_the_kind_chosen_is_the_dark_one(name: str) -> None:
    probe = PROBES[name]
    found = errors(probe.data, probe.point).by_kind
    for table, kinds in (("errors", {probe.kind}), ("other", set(found) - {probe.kind})):
        (kind,) = kinds
        expected = np.maximum(found[kind], FLOOR).T.ravel()
        np.testing.assert_array_equal(nudge_frames(name)["errors"][table]["error"], expected)


def thin_arrows(name: str) -> tuple[np.ndarray, np.ndarray]:
    """Return tails and tips (N, 2) of the pulls of single examples, across and up; of a single weight with up zero."""
    frames = next(iter(pull_frames(name).values()))
    this, each = {key: column[0] for key, column in frames["this"].items()}, frames["each"]
    if "tx" in each:
        return tuple(np.stack([each[x], np.zeros(len(each[x]))], axis=-1) for x in ("x", "tx"))
    starts = re.findall(r"M(-?\d+),(-?\d+)L(-?\d+),(-?\d+)", "".join(each["ring"]))
    places = np.array(starts, dtype=float).reshape(-1, 2, 2) * [1, -1] / GRAIN
    tails, tips = (places * this["half"] + [this["centre_a"], this["centre_b"]]).transpose(1, 0, 2)
    return tails, tips


@every_pull
def test_the_longest_arrow_just_fits(name: str) -> None:
    data, point, _, _ = SETTINGS[name]
    some, scaled = found(name), factor(load(data), point, found(name))
    if not np.abs(some.each).any():
        assert scaled == 1
        return
    frames = next(iter(pull_frames(name).values()))
    this = {key: column[0] for key, column in frames["this"].items()}
    _, tips = thin_arrows(name)
    if len(point) == 1:
        assert this["left"] < tips[:, 0].min() <= tips[:, 0].max() < this["right"]
    else:
        away = np.abs(tips - [this["centre_a"], this["centre_b"]]) / [WIDER, 1]
        assert away.max() < this["half"]
    assert f"{scaled:.1g}" == f"{scaled:g}" or f"{scaled:.2g}".strip("0.").startswith("15")


@every_pull
def test_every_example_that_pulls_has_a_thin_arrow(name: str) -> None:
    data, point, _, _ = SETTINGS[name]
    some, scaled = found(name), factor(load(data), point, found(name))
    tails, tips = thin_arrows(name)
    steps = -scaled * some.each[:, ::-1]
    pulls = steps[np.abs(steps).any(axis=1)] if len(point) > 1 else np.hstack([steps, np.zeros((len(steps), 1))])
    grain = 2 * pull_frames(name)["map"]["this"]["half"][0] / GRAIN if len(point) > 1 else 1e-12
    assert np.sort((tips - tails)[:, 0]) == pytest.approx(np.sort(pulls[:, 0]), abs=grain)
    assert np.sort((tips - tails)[:, 1]) == pytest.approx(np.sort(pulls[:, 1]), abs=grain)


@every_pull
def test_an_arrow_is_the_gradient_reversed_at_a_part_of_its_length(name: str) -> None:
    data, point, _, _ = SETTINGS[name]
    some, scaled = found(name), factor(load(data), point, found(name))
    frames = next(iter(pull_frames(name).values()))
    for table, gradients in (("batch", some.each[some.rows]), ("mean", some.mean[None])):
        sent = frames[table]
        assert sent["tx"] - sent["x"] == pytest.approx(-scaled * gradients[:, -1 if len(point) > 1 else 0], abs=1e-12)
        if len(point) > 1:
            assert sent["ty"] - sent["y"] == pytest.approx(-scaled * gradients[:, 0], abs=1e-12)
            turned = np.radians(sent["angle"])
            steps = np.stack([sent["tx"] - sent["x"], sent["ty"] - sent["y"]])
            assert np.hypot(*steps) * np.sin(turned) == pytest.approx(steps[0], abs=1e-12)
            assert np.hypot(*steps) * np.cos(turned) == pytest.approx(steps[1], abs=1e-12)


def test_a_gradient_of_nothing_but_rounding_has_no_arrow() -> None:
    assert len(pull_frames("solution")["map"]["full"]["x"]) == 0
    assert len(pull_frames("default")["map"]["full"]["x"]) == 1


@pytest.mark.parametrize("name", [name for name in SETTINGS if found(name).has_direction])
def test_the_spread_has_a_line_for_every_draw_and_shows_them_all(name: str) -> None:
    some, frames = found(name), pull_frames(name)["spread"]
    sent, this = frames["spread"], frames["this"]
    bottom, top = this["bottom"][0], this["top"][0]
    off = spread(some, some.means)
    assert (sent["mine"] == (sent["size"] == some.size)).all()
    for size, values in zip(some.sizes, off.T, strict=True):
        paths = "".join(sent["ticks"][sent["size"] == size])
        heights = [-int(tick) / GRAIN for tick in re.findall(r"M-\d+,(-?\d+)H\d+", paths)]
        drawn = (bottom + top) / 2 + (top - bottom) / 2 * np.array(heights)
        assert np.sort(drawn) == pytest.approx(np.sort(values[np.isfinite(values)]), abs=2 * (top - bottom) / GRAIN)
    assert bottom <= np.nanmin(off)
    assert np.nanmax(off) < top
    assert len(sent["ticks"]) <= PILES * len(some.sizes)


@pytest.mark.parametrize("name", [name for name in SETTINGS if len(SETTINGS[name][1]) > 1])
def test_the_dots_are_the_ends_of_the_means_of_other_batches(name: str) -> None:
    data, point, _, _ = SETTINGS[name]
    frames, some = pull_frames(name)["map"], found(name)
    this = {key: column[0] for key, column in frames["this"].items()}
    tips = np.array(point)[::-1] - factor(load(data), point, some) * some.of_size()[:, ::-1]
    places = (tips - [this["centre_a"], this["centre_b"]]) / this["half"]
    paths = "".join(frames["tips"]["ring"])
    drawn = np.array([[int(x), -int(y)] for x, y in re.findall(r"M(-?\d+),(-?\d+)h1", paths)]) / GRAIN
    assert np.sort(drawn, axis=0) == pytest.approx(np.sort(places, axis=0), abs=1 / GRAIN)


def test_the_map_has_the_same_scale_across_and_up() -> None:
    spec = templates()["map"]
    start = next(layer for layer in nodes(spec) if layer.get("encoding", {}).get("x", {}).get("field") == "start_a")
    x, y = (start["encoding"][axis]["scale"]["domain"] for axis in "xy")
    at = {"centre_a": 3.0, "centre_b": 5.0, "half": 2.0, "width": 300.0, "height": 200.0}
    left, right, bottom, top = (eval(end["expr"], {}, at) for end in (*x, *y))
    assert (right - left) / at["width"] == (top - bottom) / at["height"]
