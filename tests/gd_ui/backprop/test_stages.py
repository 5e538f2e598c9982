"""Stages and arithmetic name every number that belongs to them, once, and only numbers there are."""

import re
from itertools import pairwise

import numpy as np
import pytest

from gd_core.hiring import EXERCISES
from gd_ui.backprop.arithmetic import INDENT, TERMS, Term, heading, panel, weight_name
from gd_ui.backprop.frames import panel_frames, scene_frames, stage_frames
from gd_ui.backprop.runs import moments, numbers
from gd_ui.backprop.stages import ALL, scene, stages
from tests.gd_ui.backprop.hirings import hired
from tests.gd_ui.backprop.test_runs import straight

CASES = ["base", "one", "two", "short"]
STAGES = [(case, stage) for case in CASES for stage in stages(hired(case).settings.about.sizes)]
every_stage = pytest.mark.parametrize(("case", "stage"), STAGES)


@pytest.mark.parametrize("case", CASES)
def test_the_stages_go_forward_to_the_loss_and_back(case: str) -> None:
    names = stages(hired(case).settings.about.sizes)
    layers = len(hired(case).settings.about.sizes) - 1
    assert names[0] == ALL
    assert names[1 : layers + 1] == [f"Forward {i}" for i in range(1, layers + 1)]
    assert names[layers + 2 : -1] == [f"Back {i}" for i in range(layers, 0, -1)]


@every_stage
def test_a_stage_draws_every_unit_and_weight_once(case: str, stage: str) -> None:
    settings = hired(case).settings
    drawn = scene(stage, settings.about.sizes, settings.y[0])
    assert len(drawn.units) == sum(settings.about.sizes)
    edges = {(edge.c0, edge.r0, edge.c1, edge.r1) for edge in drawn.edges}
    sizes = settings.about.sizes
    assert len(edges) == len(drawn.edges) == sum(a * b for a, b in pairwise(sizes))
    for spot in ("c", "r"):
        assert all(-1 <= getattr(label, spot) <= 1 for label in drawn.labels)


def test_the_first_stage_has_every_weight_activation_and_error() -> None:
    keys = {label.key for label in scene(ALL, (2, 2, 2, 1), (1.0,)).labels}
    assert keys >= {f"w{p}" for p in range(15)} | {f"a{u}" for u in range(7)} | {f"d{u}" for u in range(2, 7)}


def test_a_forward_stage_knows_nothing_of_later_layers() -> None:
    keys = {label.key for label in scene("Forward 1", (2, 2, 2, 1), (1.0,)).labels}
    assert {"a2", "a3"} <= keys
    assert not keys & {"a4", "a5", "a6", "loss", *(f"d{u}" for u in range(7))}


def test_going_back_the_errors_appear_layer_by_layer() -> None:
    for stage, known in (("Back 3", {6}), ("Back 2", {4, 5, 6}), ("Back 1", {2, 3, 4, 5, 6})):
        keys = {label.key for label in scene(stage, (2, 2, 2, 1), (1.0,)).labels}
        assert {f"d{u}" for u in known} == {key for key in keys if key.startswith("d")}


@every_stage
def test_every_number_named_is_computed(case: str, stage: str) -> None:
    run = hired(case)
    settings = run.settings
    at = moments(1000, 0)
    for method in run.histories:
        for who in range(len(settings.x)):
            told = panel(stage, settings, method, who)
            network, lines = stage_frames(
                run, method, at, who, scene(stage, settings.about.sizes, settings.y[who]), told
            )
            for frames in (network, lines):
                rows = str(frames["this"]["numbers"][0]).split(" ")
                assert len(rows) == len(at.updates)
                assert all(re.fullmatch(r"[-+.,e0-9]+", row) for row in rows)
            assert heading(stage, settings.about.sizes)
            assert max(len([part for part in line if isinstance(part, Term)]) for line in told.lines) <= TERMS


def sides(line: list, named: dict[str, float]) -> list[str]:
    """Return what a line says is equal, with the numbers of one update in full and without what is on its left."""
    written = ""
    for part in line:
        if isinstance(part, Term):
            sign = "+" if part.look == "signed" else ""
            written += f"{sign}({named[part.key]!r})"
        else:
            written += part
    written = written.split(",  measured")[0].split(":  ")[-1].replace(INDENT, "")
    return [side for side in written.split(" = ") if not re.match(r"[zaLδ]( |$)|mean", side)]


def evaluated(text: str) -> float:
    """Evaluate arithmetic as it is written on the page."""
    for ours, theirs in (("·", "*"), ("−", "-"), ("²", "**2"), ("½", "0.5*"), ("σ", "sigma"), ("outputs", "")):
        text = text.replace(ours, theirs)
    return float(eval(text.strip(), {"__builtins__": {}, "sigma": lambda z: 1 / (1 + np.exp(-z))}))


@pytest.mark.parametrize("case", CASES)
def test_what_stands_before_an_equals_sign_is_what_stands_after_it(case: str) -> None:
    """Every product and sum of the passes, evaluated."""
    run = hired(case)
    settings, method, checked = run.settings, run.settings.about.methods[0], 0
    for who in range(len(settings.x)):
        for stage in stages(settings.about.sizes)[1:]:
            told = panel(stage, settings, method, who)
            found = numbers(run, method, np.array([60]), who, told.keys)
            named = {key: float(column[0]) for key, column in found.items()}
            begun = ""
            for line in told.lines[1:]:
                if not any(" = " in part for part in line if isinstance(part, str)):
                    continue
                equal = sides(line, named)
                if str(line[0]).startswith("δ") and len(equal) == 1:
                    begun = equal[0]  # a product that goes on in the next line
                    continue
                values = [evaluated(begun + side) for side in equal[:1]] + [evaluated(side) for side in equal[1:]]
                begun = ""
                if len(values) > 1:
                    assert values == pytest.approx([values[0]] * len(values), rel=1e-9, abs=1e-15), equal
                    checked += 1
    layers = len(settings.about.sizes) - 1
    assert checked >= len(settings.x) * (4 * layers + len(settings.start))


def test_parameters_are_called_by_the_units_they_join() -> None:
    names = [weight_name(p, (2, 2, 2, 1)) for p in range(15)]
    assert names[:6] == ["grades → IQ", "grades → EQ", "practice → IQ", "practice → EQ", "bias of IQ", "bias of EQ"]
    assert names[12:] == ["ability → hire", "attitude → hire", "bias of hire"]
    assert len(set(names)) == 15
    with pytest.raises(ValueError, match="p must be"):
        weight_name(15, (2, 2, 2, 1))


def test_a_line_with_too_many_numbers_is_refused() -> None:
    run, at = hired("base"), moments(100, 0)
    told = panel("Loss", run.settings, "batch", 0)
    crowded = told._replace(lines=[[Term("loss")] * (TERMS + 1)])
    with pytest.raises(ValueError, match="at most"):
        panel_frames(crowded, numbers(run, "batch", at.updates, 0, crowded.keys), at)


def test_a_label_without_a_number_points_nowhere() -> None:
    run, at = hired("base"), moments(100, 0)
    drawn = scene("Forward 1", (2, 2, 2, 1), (1.0,))
    frames = scene_frames(drawn, numbers(run, "batch", at.updates, 0, drawn.keys), at)
    for place, before in zip(frames["labels"]["place"], frames["labels"]["before"], strict=True):
        assert place >= 0 or before
    assert set(frames["edges"]["place"]) <= set(range(len(drawn.keys)))


def test_a_shown_applicant_s_numbers_are_sent() -> None:
    run, at = hired("short"), moments(1000, 0)
    who, theta = 2, hired("short").histories["batch"].path[0, 0]
    drawn = scene(ALL, (2, 2, 2, 1), run.settings.y[who])
    network, _ = stage_frames(run, "batch", at, who, drawn, panel(ALL, run.settings, "batch", who))
    first = dict(zip(drawn.keys, map(float, str(network["this"]["numbers"][0]).split(" ")[0].split(",")), strict=True))
    expected = straight(theta, (2, 2, 2, 1), np.array(run.settings.x[who]), np.array(run.settings.y[who]))
    for key in ("a2", "a6", "d2", "d6", "loss"):
        assert first[key] == pytest.approx(expected[key], rel=1e-5)
    assert EXERCISES["Exercise 3"].y[who] == (0.0,)
