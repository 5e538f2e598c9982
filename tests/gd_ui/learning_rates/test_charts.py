"""Templates of the page on learning rates read exactly what is sent."""

import json
import re

import numpy as np
import pytest

from gd_ui.charts.descents import lane_curve, lane_map
from gd_ui.charts.factors import TOP, factor_frames
from gd_ui.charts.template import STEP, Frames, Spec
from gd_ui.lanes import LANES
from gd_ui.learning_rates.charts import PANEL, templates
from gd_ui.learning_rates.frames import cut_frames, excess_frames, panel_frames, rate_span, regime_frames
from gd_ui.learning_rates.rates import FEWEST, MOST
from gd_ui.learning_rates.schedules import cooling_frames, run_schedules
from tests.gd_ui.learning_rates.descents import COURSE, PATIENTS, SINGLE, STABLE, descended
from tests.gd_ui.specs import columns_read, names_read, nodes

every_template = pytest.mark.parametrize("name", templates())
STILL = ("strip", "factors", "cooling rate", "cooling loss", "cooling ends")


def sent(name: str) -> Frames:
    """Return what the page sends to a template."""
    run, loaded = descended(*STABLE)
    kind, _, lane = name.partition(" ")
    if kind == "map":
        return panel_frames(run)[int(lane) - 1]
    if kind == "curve":
        single, _ = descended("three points", (0.02, 0.05, 0.1, 0.2, 0.3))
        return panel_frames(single)[int(lane) - 1]
    if kind == "cut":
        return cut_frames(run, loaded)[0][int(lane) - 1]
    if kind == "cooling":
        _, exact = descended(*SINGLE)
        return cooling_frames(run_schedules("three points", exact), "three points", exact)[lane]
    if kind == "excess":
        single, exact = descended("three points", (0.02, 0.05, 0.1, 0.2, 0.3)[: int(lane)])
        return excess_frames(single, exact)
    if name == "strip":
        return regime_frames(run.settings.rates, loaded)
    return factor_frames(loaded.curvature, rate_span(run.settings.rates, loaded), run.settings.rates)


@every_template
def test_a_template_reads_exactly_the_data_that_are_sent(name: str) -> None:
    assert names_read(templates()[name]) == set(sent(name))


@every_template
def test_a_template_reads_only_columns_that_are_sent(name: str) -> None:
    frames = sent(name)
    for table, columns in columns_read(templates()[name]).items():
        made = {"text", "told", "u", "v", "point", "x", "y", "piece"}
        assert columns - made <= set(frames[table]) | made, table


@every_template
def test_only_charts_that_move_have_the_players_frame(name: str) -> None:
    bound = [param for param in templates()[name]["params"] if "bind" in param]
    assert [param["name"] for param in bound] == ([] if name in STILL else [STEP])


@pytest.mark.parametrize("name", ["excess 2", "excess 5", "cooling rate", "cooling loss"])
def test_colour_is_never_the_only_sign_of_a_line(name: str) -> None:
    (dashes,) = {
        json.dumps(node["strokeDash"]["scale"]["range"][3:8])
        for node in nodes(templates()[name])
        if isinstance(node.get("strokeDash"), dict) and "scale" in node["strokeDash"]
    }
    assert json.loads(dashes) == [list(lane.dash) for lane in LANES]


@pytest.mark.parametrize("lane", LANES, ids=lambda lane: lane.slot)
@pytest.mark.parametrize(("kind", "make"), [("map", lane_map), ("curve", lane_curve)])
def test_a_template_made_from_another_lane_s_is_the_one_built_for_it(kind: str, make: object, lane: object) -> None:
    built, made = (json.dumps(spec) for spec in (make(lane, PANEL), templates()[f"{kind} {lane.number}"]))
    anonymous = re.compile(r"param_\d+|view_\d+")
    assert anonymous.sub("", built) == anonymous.sub("", made)


@pytest.mark.parametrize("count", range(FEWEST, MOST + 1))
def test_the_loss_chart_of_fewer_lanes_has_their_dots_and_no_others(count: int) -> None:
    text, whole = (json.dumps(templates()[f"excess {lanes}"]) for lanes in (count, MOST))
    assert {lane.word for lane in LANES if lane.word in text} == {lane.word for lane in LANES[:count]}
    assert len(json.loads(whole)["layer"]) - len(json.loads(text)["layer"]) == MOST - count


def drawn_shapes(spec: Spec) -> set[str]:
    return {node["shape"] for node in nodes(spec) if isinstance(node.get("shape"), str)}


@pytest.mark.parametrize("lane", LANES, ids=lambda lane: lane.slot)
@pytest.mark.parametrize("kind", ["map", "curve", "cut"])
def test_every_lane_has_its_shape(kind: str, lane: object) -> None:
    assert lane.shape in drawn_shapes(templates()[f"{kind} {lane.number}"])


def test_a_step_lands_where_rate_times_slope_takes_it() -> None:
    """The browser's formulas for the landing point, evaluated."""
    params = {param["name"]: param.get("expr") for param in templates()["cut 1"]["params"]}
    at = {"here": 0.5, "rate": 0.8, "slope_here": -3.0, "here_loss": 2.7, "bend": 2.0, "pow": pow}
    assert eval(params["landing"], {}, at) == pytest.approx(2.9)
    assert eval(params["landing_loss"], {}, at) == pytest.approx(2.7 + (-3.0) * 2.4 + 1.0 * 2.4**2)


@pytest.mark.parametrize("key", [COURSE, PATIENTS, SINGLE])
def test_the_lines_of_kept_error_are_one_minus_rate_times_curvature(key: tuple) -> None:
    run, loaded = descended(*key)
    bowl = loaded.curvature
    frames = factor_frames(bowl, rate_span(run.settings.rates, loaded), run.settings.rates)
    curves = frames["curves"]
    expected = np.abs(1 - curves["rate"] * bowl.eigenvalues[curves["direction"]])
    assert curves["kept"] == pytest.approx(np.minimum(expected, 2 * TOP))
    assert set(curves["kind"][curves["direction"] == len(bowl.eigenvalues) - 1]) == {"steepest"}
    worst = np.abs(1 - frames["worst"]["rate"][:, None] * bowl.eigenvalues).max(axis=1)
    assert frames["worst"]["kept"] == pytest.approx(np.minimum(worst, 2 * TOP))
    marks = frames["marks"]
    steep = marks["kind"] == "steepest"
    assert marks["factor"][steep] == pytest.approx(1 - np.array(run.settings.rates) * bowl.eigenvalues[-1])
    assert (marks["kept"] < TOP).all()
