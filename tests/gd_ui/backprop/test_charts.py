"""Templates of the page on backpropagation read what is sent, and work out what the core works out."""

import json
import math
import re
from typing import Any

import numpy as np
import pytest

from gd_core.hiring import EXERCISES
from gd_ui.backprop.arithmetic import panel
from gd_ui.backprop.charts import templates
from gd_ui.backprop.frames import decision_frames, loss_frames, stage_frames
from gd_ui.backprop.free import FreeSettings, run_free
from gd_ui.backprop.free_frames import free_decision_frames, free_loss_frames
from gd_ui.backprop.runs import moments
from gd_ui.backprop.stages import ALL, scene
from gd_ui.charts.decision import ACROSS, REACH, UP
from gd_ui.charts.packed import GRAIN
from gd_ui.charts.plateau import NARROWEST, scale_ends
from gd_ui.charts.template import SLOTS, STEP, Frames
from tests.gd_ui.backprop.hirings import hired
from tests.gd_ui.charts.test_clock import FUNCTIONS, python, rows
from tests.gd_ui.specs import columns_read, expressions, names_read, nodes

every_template = pytest.mark.parametrize("name", templates())
AT = moments(1000, 0)


def sent(name: str) -> Frames:
    """Return what the page sends to a template."""
    run = hired("short")
    if name in ("network", "arithmetic"):
        told = panel(ALL, run.settings, "batch", 0)
        drawn = scene(ALL, run.settings.about.sizes, run.settings.y[0])
        return stage_frames(run, "batch", AT, 0, drawn, told)[name == "arithmetic"]
    if name == "losses":
        return loss_frames(run, "batch", AT)
    if name.startswith("free"):
        free = run_free(FreeSettings(epochs=2))
        return free_loss_frames(free) if name == "free losses" else free_decision_frames(free)
    return decision_frames(run if name.endswith("1") else hired("one"), "batch", AT).frames


@every_template
def test_a_template_reads_exactly_the_data_that_are_sent(name: str) -> None:
    assert names_read(templates()[name]) == set(sent(name))


@every_template
def test_a_template_reads_only_columns_that_are_sent_or_made(name: str) -> None:
    frames, spec = sent(name), templates()[name]
    made = {field for node in nodes(spec) if "calculate" in node or "flatten" in node for field in [node.get("as")]}
    made = {field for entry in made for field in (entry if isinstance(entry, list) else [entry])} | {"cell", "sign"}
    for table, columns in columns_read(spec).items():
        assert columns - made <= set(frames[table]), table


@every_template
def test_every_name_in_an_expression_is_declared_and_read(name: str) -> None:
    spec = templates()[name]
    declared = {param["name"] for param in spec["params"]}
    plain = re.sub(r"'[^']*'", "", " ; ".join(expressions(spec)))
    words = set(re.findall(r"(?<![\w.])[a-z_]\w*(?!\w*\()", plain, re.IGNORECASE))
    assert words - declared - {"datum", "width", "height", "null", "true", "false", "PI"} == set()
    assert declared - words == set()


@every_template
def test_every_chart_moves_with_the_player(name: str) -> None:
    assert templates()[name]["params"][0]["name"] == STEP
    assert json.dumps(templates()[name]).count(STEP) > 2


def signals(name: str, frames: Frames, update: int) -> dict[str, Any]:
    """Work out a template's parameters at an update, as the browser would."""
    this = rows(**{column: list(values) for column, values in frames["this"].items()})
    known: dict[str, Any] = {STEP: update, "width": 500.0, "height": 300.0}
    for param in templates()[name]["params"][1:]:
        scope = {**FUNCTIONS, "toNumber": counted, "data": lambda _, this=this: this}
        known[param["name"]] = eval(python(param["expr"]), {"__builtins__": {}, **scope}, known)
    return known


def counted(text: str) -> float:
    """Return the number of a text, a whole one as such, so that it can be an index."""
    number = float(text)
    return int(number) if number.is_integer() else number


@pytest.mark.parametrize("update", [0, 1, 99, 100, 500, 555, 999, 1000])
def test_the_browser_finds_the_numbers_of_the_update(update: int) -> None:
    run, frames = hired("short"), sent("losses")
    known = signals("losses", frames, update)
    shown = int(AT.updates[np.searchsorted(AT.updates, update, side="right") - 1])
    assert [float(number) for number in known["now"]] == pytest.approx([shown, run.reported("batch")[shown]], rel=1e-5)


@pytest.mark.parametrize(("case", "name"), [("short", "decisions 2-2-2-1"), ("one", "decisions 2-2-2")])
@pytest.mark.parametrize("update", [0, 1000])
def test_the_browser_s_output_is_the_network_s(case: str, name: str, update: int) -> None:
    run, spec = hired(case), templates()[name]
    frames = decision_frames(run, "batch", AT).frames
    known = signals(name, frames, update)
    (layer,) = (layer for layer in spec["layer"] if "datum.out >= 0.5" in json.dumps(layer.get("transform", "")))
    made = [(step["as"], step["calculate"]) for step in layer["transform"] if "calculate" in step]
    theta, of = run.histories["batch"].path[0, [update]], run.settings.objective
    for cell in (0, 17, 333, ACROSS * UP - 1):
        datum: dict[str, Any] = {"cell": cell}
        for column, expression in made[1:]:
            names = known | {f"datum_{key}": number for key, number in datum.items()}
            plain = re.sub(r"datum\.(\w+)", r"datum_\1", expression)
            scope = {"exp": math.exp, "floor": math.floor, "round": round, "max": max, "min": min, "abs": abs}
            datum[column] = eval(plain, {"__builtins__": {}, **scope}, names)
        point = np.array([[datum["u"], datum["v"]]])
        assert datum["out"] == pytest.approx(of.model.predict(theta, point)[0, 0, 0], abs=1e-4)
        half = float(frames["this"]["half"][0])
        assert abs(datum["u"] - frames["this"]["centre_a"][0]) <= half * REACH
        assert abs(datum["v"] - frames["this"]["centre_b"][0]) <= half


def test_the_boundary_sent_is_where_the_output_is_one_half() -> None:
    run = hired("four")
    at = moments(10_000, 0)
    frames = decision_frames(run, "batch", at).frames["this"]
    edge = str(frames["edges"][0]).split(" ")[-1]
    theta, of = run.histories["batch"].path[0, [-1]], run.settings.objective
    points = np.array([[float(x), -float(y)] for x, y in re.findall(r"(-?\d+),(-?\d+)", edge)]) / GRAIN
    inputs = points * frames["half"][0] + [frames["centre_a"][0], frames["centre_b"][0]]
    assert len(points) >= 2
    assert of.model.predict(theta, inputs)[0, :, 0] == pytest.approx(0.5, abs=0.03)


def test_where_nothing_is_one_half_no_boundary_is_drawn() -> None:
    edges = str(sent("decisions 2-2-2")["this"]["edges"][0]).split(" ")
    assert "-" in edges


@pytest.mark.parametrize("name", ["losses", "free losses"])
def test_colour_is_never_the_only_sign_of_a_line(name: str) -> None:
    table = sent(name)["losses"]
    looks = {
        (int(line), str(slot), int(dash))
        for line, slot, dash in zip(table["line"], table["slot"], table["dash"], strict=True)
    }
    assert len(looks) == len({dash for _, _, dash in looks}) == len({slot for _, slot, _ in looks})
    assert {slot for _, slot, _ in looks} <= set(SLOTS)


@pytest.mark.parametrize("losses", [[0.25], [0.25, 0.2500001], [1e-12, 0.1], [0.1, 0.3]])
def test_the_log_scale_holds_every_loss_and_is_never_a_point(losses: list[float]) -> None:
    ends = scale_ends(np.array(losses))
    assert 0 < ends["low"] < min(losses)
    assert ends["high"] > max(losses)
    assert ends["high"] >= NARROWEST * ends["low"] * (1 - 1e-9)


def test_negative_numbers_are_dashed_and_of_another_colour() -> None:
    text = json.dumps(templates()["network"])
    assert "[7, 4]" in text
    assert "datum.v < 0 ? 'lane 1' : 'lane 2'" in text


def test_every_shape_of_the_exercises_has_its_map() -> None:
    for exercise in EXERCISES.values():
        assert f"decisions {'-'.join(map(str, exercise.sizes))}" in templates()
