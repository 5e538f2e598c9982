"""The pictures of one step: templates read what is sent, and what is sent is the run."""

import json
import re

import numpy as np
import pytest

from gd_ui.charts.packed import GRAIN
from gd_ui.charts.scatter import ENDS
from gd_ui.charts.template import STEP
from gd_ui.one_step.charts import templates
from gd_ui.one_step.descent import ERROR, GRADIENT, PREDICT, REPEAT, STAGES, START, UPDATE
from gd_ui.one_step.frames import Picture, pictures
from gd_ui.one_step.maps import SHORTEST
from gd_ui.one_step.scene import LARGEST_SCALE, arrow_scale
from tests.gd_ui.one_step.steps import CASES, Case, case
from tests.gd_ui.specs import columns_read, made, names_read, nodes

every_template = pytest.mark.parametrize("name", templates())


def shown(stage: str, made: Case) -> dict[str, Picture]:
    """Return a stage's pictures by template; of the two sections the first."""
    found: dict[str, Picture] = {}
    for column in pictures(stage, made.scene):
        for picture in column:
            found.setdefault(picture.template, picture)
    return found


@every_template
def test_only_charts_beside_the_player_have_its_slider(name: str) -> None:
    (frame,) = (node for node in nodes(templates()[name]) if node.get("name") == STEP)
    assert ("bind" in frame) == name.endswith("playing")


@every_template
def test_every_name_in_an_expression_is_declared(name: str) -> None:
    spec = templates()[name]
    declared = {param["name"] for param in spec["params"]}
    expressions = [node["expr"] for node in nodes(spec) if isinstance(node.get("expr"), str)]
    plain = re.sub(r"'[^']*'", "", " ".join(expressions))
    words = set(re.findall(r"(?<![\w.])[a-z_]\w*(?!\w*\()", plain, re.IGNORECASE))
    vega = {"datum", "width", "height", "null", "true", "false"}
    assert {word for word in words - declared - vega if not re.fullmatch(r"e\d*", word)} == set()


@pytest.mark.parametrize("stage", STAGES)
@pytest.mark.parametrize("name", CASES)
def test_a_template_is_sent_exactly_what_it_reads(stage: str, name: str) -> None:
    drawn = pictures(stage, case(**CASES[name]).scene)
    assert len(drawn) == 3
    assert drawn[1]
    assert drawn[2]
    for picture in (picture for column in drawn for picture in column):
        spec = templates()[picture.template]
        assert names_read(spec) == set(picture.frames)
        own = set[str]().union(*(made(layer) for layer in nodes(spec)))
        for table, columns in columns_read(spec).items():
            assert columns - own <= set(picture.frames[table]), (picture.template, table)
        for table, column in re.findall(r"data\('([^']+)'\)\[0\]\.(\w+)", json.dumps(spec)):
            assert column in picture.frames[table], (picture.template, column)
        for column in re.findall(r"datum\.(\w+)", json.dumps(spec)):
            assert column in set().union(*picture.frames.values()) | own | {"value"}, (picture.template, column)


@pytest.mark.parametrize("stage", STAGES)
@pytest.mark.parametrize("name", CASES)
def test_every_number_sent_can_be_drawn(stage: str, name: str) -> None:
    for picture in (picture for column in pictures(stage, case(**CASES[name]).scene) for picture in column):
        for table, columns in picture.frames.items():
            for column, values in columns.items():
                if values.dtype.kind == "f":
                    assert np.isfinite(values).all(), (picture.template, table, column)
                    assert (np.abs(values) < 1e38).all(), (picture.template, table, column)


def test_every_template_is_used() -> None:
    used = {name for made in CASES.values() for stage in STAGES for name in shown(stage, case(**made))}
    assert used == set(templates())


def test_the_split_is_shown_point_for_point() -> None:
    made = case()
    data = made.loaded.data
    for table, rows in (("rows", data.train), ("held_out", data.validation)):
        sent = shown(START, made)["worked"].frames[table]
        assert sorted(sent["x"].tolist()) == pytest.approx(sorted(data.x[rows, 0].tolist()), rel=1e-6)
        assert sorted(sent["y"].tolist()) == pytest.approx(sorted(data.y[rows, 0].tolist()), rel=1e-6)


def test_held_out_rows_are_shown_at_the_start_only() -> None:
    for stage in (START, PREDICT, ERROR, UPDATE):
        assert bool(len(shown(stage, case())["worked"].frames["held_out"]["x"])) == (stage == START)
    assert len(shown(START, case("three points"))["worked"].frames["held_out"]["x"]) == 0


@pytest.mark.parametrize(("data", "ground"), [("line", "map"), ("three points", "curve")])
def test_the_charts_of_the_first_stages_differ_in_their_data_only(data: str, ground: str) -> None:
    made = case(data)
    start, predict = (shown(stage, made) for stage in (START, PREDICT))
    assert list(start) == list(predict) == ["worked", ground]
    assert [picture.alt for picture in start.values()] == [picture.alt for picture in predict.values()]


@pytest.mark.parametrize("stage", STAGES)
@pytest.mark.parametrize("data", ["line", "three points"])
def test_what_a_screen_reader_says_does_not_change_with_update_and_point(stage: str, data: str) -> None:
    first, later = (shown(stage, case(data, update=update, point=update + 1)) for update in (0, 1))
    assert [picture.alt for picture in first.values()] == [picture.alt for picture in later.values()]


@pytest.mark.parametrize("point", [1, 61, 80])
def test_the_chosen_point_is_drawn_with_its_prediction(point: int) -> None:
    made = case(point=point)
    w, b = made.settings.start
    for stage, table in ((PREDICT, "way"), (ERROR, "gap")):
        chosen = shown(stage, made)["worked"].frames[table]
        assert chosen["p"][0] == pytest.approx(b + w * chosen["x"][0])
        assert chosen["x"][0] == np.sort(made.loaded.train.x[:, 0])[point - 1]


def test_the_mean_of_the_squares_is_the_loss() -> None:
    picture = shown(ERROR, case())["squares"]
    rows, this = picture.frames["rows"], picture.frames["this"]
    assert this["mean"][0] == pytest.approx(np.square(rows["error"].astype(float)).mean(), rel=1e-5)
    np.testing.assert_allclose(rows["square"], rows["error"] ** 2, rtol=1e-5)
    assert this["left"][0] < rows["error"].min()
    assert this["top"][0] > rows["square"].max()


@pytest.mark.parametrize("name", ["course", "on the way", "three points, zigzag", "diverging"])
def test_a_tangent_touches_its_curve(name: str) -> None:
    made = case(**CASES[name])
    template = "section" if len(made.worked.moment.theta) > 1 else "section alone"
    frames = shown(GRADIENT, made)[template].frames
    this, curve = {name: values[0] for name, values in frames["this"].items()}, frames["curve"]
    at = np.interp(this["v"], curve["x"].astype(float), curve["y"].astype(float))
    assert at == pytest.approx(this["loss"], rel=2e-2, abs=2e-3 * this["top"])
    slope = (this["tangent_top"] - this["tangent_bottom"]) / (this["tangent_right"] - this["tangent_left"])
    letter = "b" if template == "section" else "w"
    assert slope == pytest.approx(made.worked.moment.of(letter, made.worked.moment.gradient))
    tangent = this["loss"] + slope * (curve["x"].astype(float) - this["v"])
    assert (curve["y"] >= tangent - 1e-5 * this["top"]).all()  # the loss is convex: it lies above


def test_the_gradient_points_uphill_at_the_scale_that_is_told() -> None:
    made = case()
    frames = shown(GRADIENT, made)["map"].frames
    this, arrow = ({name: values[0] for name, values in frames[table].items()} for table in ("this", "arrow"))
    gradient = made.worked.moment.gradient
    moved = np.array([arrow["to_b"] - arrow["from_b"], arrow["to_a"] - arrow["from_a"]])
    np.testing.assert_allclose(moved, made.scene.arrow * gradient, rtol=1e-9)
    assert np.degrees(np.arctan2(moved[1], moved[0])) == pytest.approx(arrow["angle"])
    assert arrow["legs"]
    half = made.scene.framing.half[1]
    assert abs(arrow["to_a"] - this["centre_a"]) < half
    assert abs(arrow["to_b"] - this["centre_b"]) < half


def test_the_step_ends_where_the_update_does() -> None:
    made = case()
    arrow = shown(UPDATE, made)["map"].frames["arrow"]
    w, b = made.history.path[0, 1]
    assert (arrow["to_a"][0], arrow["to_b"][0]) == pytest.approx((b, w))


def test_an_arrow_too_short_for_its_head_is_left_out() -> None:
    made = case(update=400)
    now = made.worked.moment
    assert np.linalg.norm(now.after - now.theta) < SHORTEST * made.scene.framing.half[1]
    assert len(shown(UPDATE, made)["map"].frames["arrow"]["tip"]) == 0


@pytest.mark.parametrize("gradient", [0.003, 0.3, 3.55, 7e9])
def test_the_scale_of_the_arrow_is_round_and_fits(gradient: float) -> None:
    scale = arrow_scale(gradient, 1.8)
    assert f"{scale:e}"[0] in "125"
    assert 0.1 < scale * gradient / 1.8 <= 0.5 * (1 + 1e-9)
    assert arrow_scale(0, 1.8) == 1
    assert arrow_scale(1e-9, 1.8) == LARGEST_SCALE


@pytest.mark.parametrize(
    "theta", [(1e6, -5.0), (873204.9, -188985.8), (-3e4, 2e4), (1e6, -4e5), (2.0, 1.0), (0.0, 9.0)]
)
def test_a_steep_line_crosses_the_chart_where_it_does(theta: tuple[float, float]) -> None:
    frames = shown(START, case(start=theta))["worked"].frames
    this, line = ({name: values[0] for name, values in frames[table].items()} for table in ("this", "lines"))
    w, b = theta
    for end in ("", "2"):
        x, y = line[f"x{end}"], line[f"y{end}"]
        height = this["top"] - this["bottom"]
        assert this["bottom"] - 1.01 * height <= y <= this["top"] + 1.01 * height
        if not this["note"]:
            assert x == pytest.approx((y - b) / w, abs=1e-6)
    assert bool(this["note"]) == (theta == (0.0, 9.0))


@pytest.mark.parametrize("name", ["course", "three points", "thousand points"])
def test_the_moving_line_is_the_line_of_every_update(name: str) -> None:
    made = case(**CASES[name])
    this = {name: values[0] for name, values in shown(REPEAT, made)["fitted, playing"].frames["this"].items()}
    theta = made.history.path[0]
    width, height = this["right"] - this["left"], this["top"] - this["bottom"]
    packed = {end: np.array(this[f"now_{end}"].split(), dtype=float) / GRAIN for end in ENDS}
    for end in ("", "2"):
        x, y = packed[f"x{end}"] * width + this["left"], packed[f"y{end}"] * height + this["bottom"]
        line = theta[:, 0] * x + (theta[:, 1] if theta.shape[1] > 1 else 0)
        np.testing.assert_allclose(y, line, atol=height / GRAIN + np.abs(theta[:, 0]).max() * width / GRAIN)
    assert packed["x"].max() == 0
    assert packed["x2"].min() == 1
    assert len(this["formula"].split("|")) == len(theta)


def test_the_loss_chart_has_every_loss() -> None:
    made = case()
    frames = shown(REPEAT, made)["loss, playing"].frames
    np.testing.assert_allclose(frames["loss"]["loss"], made.history.loss[0])
    packed = np.array(frames["this"]["losses"][0].split(), dtype=float)
    np.testing.assert_allclose(packed, made.history.loss[0], rtol=1e-6)


def test_a_diverging_run_is_shown_as_far_as_a_screen_can() -> None:
    made = case(**CASES["lost"])
    assert made.scene.now.update == made.scene.countable - 1
    assert np.isfinite(made.scene.now.loss)
    this = shown(REPEAT, made)["map, playing"].frames["this"]
    assert len(this["path_descent"][0].split()) == made.scene.countable == this["countable"][0]
