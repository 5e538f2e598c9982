"""The surface a lesson looks at: the course's grid, the lowest points, troughs, walks and directions downhill."""

import numpy as np
import pytest

from gd_core import LOSSES, Problem, Recipe, objective, prepare, train
from gd_core.data import noisy_line, noisy_line_start
from gd_ui.datasets import CATALOGUE, load
from gd_ui.loss_surface.loss import (
    ABSOLUTE,
    ALL,
    ONE,
    SOME,
    SQUARED,
    SurfaceSettings,
    angle,
    angles_of_examples,
    chosen_rows,
    downhill,
    ground,
    lowest_along,
    rounded_up,
    walk,
    weights,
)

LOSS_NAMES = (SQUARED, ABSOLUTE)
EVERY = [(data, loss, of) for data in CATALOGUE for loss in LOSS_NAMES for of in (ALL, ONE, SOME)]
every_surface = pytest.mark.parametrize(("data", "loss", "of"), EVERY)


def settings(data: str = "line", loss: str = SQUARED, of: str = ALL, **more: object) -> SurfaceSettings:
    size = 2 if data == "three points" else 8
    return SurfaceSettings(data, loss, of, **{"size": size, "learning_rate": CATALOGUE[data].learning_rate, **more})


def test_the_line_is_shown_on_the_courses_grid() -> None:
    land = ground(settings().ground)
    assert land.names == ("intercept b", "slope w")
    assert (land.centre - land.half).tolist() == [-2, -1]
    assert (land.centre + land.half).tolist() == [4, 5]


def test_a_single_weight_is_shown_from_nothing_to_four_as_in_the_course() -> None:
    land = ground(settings("three points").ground)
    assert (land.centre - land.half).tolist() == [0]
    assert (land.centre + land.half).tolist() == [4]


@pytest.mark.parametrize("data", CATALOGUE)
def test_start_and_solution_are_on_the_map(data: str) -> None:
    land = ground(settings(data).ground)
    for point in (land.start, load(data).best[list(weights(data))]):
        assert (np.abs(point - land.centre) <= land.half).all()


@pytest.mark.parametrize("data", CATALOGUE)
@pytest.mark.parametrize("loss", LOSS_NAMES)
def test_the_surface_is_that_of_the_whole_model_with_the_other_weights_at_the_solution(data: str, loss: str) -> None:
    loaded, land = load(data), ground(settings(data, loss).ground)
    whole = objective(loaded.train.model, LOSSES[loss], loaded.train.x, loaded.train.y)
    for point in (land.start, land.centre, land.lowest.theta):
        theta = loaded.best.copy()
        theta[list(weights(data))] = point
        assert land.everybody.value(point[None])[0] == pytest.approx(whole.value(theta[None])[0], rel=1e-9, abs=1e-20)


@every_surface
def test_nothing_nearby_is_lower_than_the_lowest_point(data: str, loss: str, of: str) -> None:
    land = ground(settings(data, loss, of).ground)
    around = np.random.default_rng(0).normal(size=(200, len(land.start))) * land.half
    heights = land.shown.value(land.lowest.theta + np.concatenate([around, 1e-3 * around]))
    assert (heights >= land.lowest.loss * (1 - 1e-12)).all()


@every_surface
def test_a_trough_is_level_and_only_a_single_row_has_one_here(data: str, loss: str, of: str) -> None:
    land = ground(settings(data, loss, of).ground)
    level = land.lowest.trough
    assert (level is not None) == (of == ONE and len(land.start) == 2)
    if level is not None:
        along = land.lowest.theta + np.linspace(-3, 3, 7)[:, None] * land.half * level
        scale = float(land.shown.value(land.start[None])[0])
        assert land.shown.value(along) == pytest.approx(np.zeros(7), abs=1e-9 * scale)


@every_surface
def test_along_a_cut_nothing_is_lower_than_the_lowest_point_of_the_cut(data: str, loss: str, of: str) -> None:
    land = ground(settings(data, loss, of).ground)
    for i in range(len(land.start)):
        low = lowest_along(land, i, land.start)
        assert low is not None
        line = np.tile(land.start, (401, 1))
        line[:, i] = low + land.half * np.linspace(-1, 1, 401)
        heights = land.shown.value(line)
        assert heights.min() >= heights[200] * (1 - 1e-9) - 1e-20


def test_the_walk_on_the_line_is_the_courses_descent() -> None:
    on = prepare(Problem("line"), noisy_line()).train
    direct = train(on, Recipe((0.1,), epochs=200, start=noisy_line_start()))
    run = walk(settings(updates=200))
    assert run.path[0] == pytest.approx(direct.path[0][:, ::-1], rel=1e-10)
    assert run.loss[0] == pytest.approx(direct.loss[0], rel=1e-10)


def test_the_rows_of_a_surface_are_all_one_or_the_first_of_a_shuffled_epoch() -> None:
    assert chosen_rows(settings(), 80).tolist() == list(range(80))
    assert chosen_rows(settings(of=ONE, row=7), 80).tolist() == [6]
    drawn = [tuple(chosen_rows(settings(of=SOME, size=8, draw=draw), 80)) for draw in (0, 0, 1)]
    assert drawn[0] == drawn[1] != drawn[2]
    assert len(set(drawn[0])) == 8


def test_the_ground_forgets_what_does_not_shape_it() -> None:
    assert settings(learning_rate=0.7, updates=3, row=4, draw=2).ground == settings().ground
    assert settings(of=ONE, row=4, size=2).ground == settings(of=ONE, row=4, size=16).ground
    assert settings(of=SOME, draw=2).ground != settings(of=SOME, draw=3).ground


@every_surface
def test_downhill_is_against_the_gradient_and_the_angles_are_those_between_arrows(
    data: str, loss: str, of: str
) -> None:
    land = ground(settings(data, loss, of).ground)
    found = downhill(land)
    h = 1e-6 * land.half
    for i, direction in enumerate(np.eye(len(land.start))):
        ends = land.shown.value(land.start + np.outer([-h, h], direction))
        assert found.shown[i] == pytest.approx(-(ends[1] - ends[0]) / (2 * h), rel=1e-4, abs=1e-5)
    one, other = found.everybody, found.shown
    cosine = one @ other / np.linalg.norm(one) / np.linalg.norm(other)
    assert np.cos(np.radians(found.angle)) == pytest.approx(cosine, abs=1e-9)
    assert found.angle == pytest.approx(0, abs=1e-6) if of == ALL else found.angle >= 0


def test_a_step_for_one_row_goes_straight_to_its_trough() -> None:
    land = ground(settings(of=ONE, row=1).ground)
    assert downhill(land).shown @ land.lowest.trough == pytest.approx(0, abs=1e-12)


def test_the_angles_of_the_examples_are_those_of_their_own_surfaces() -> None:
    angles = angles_of_examples(ground(settings().ground))
    for row in (1, 17, 80):
        assert angles[row - 1] == pytest.approx(downhill(ground(settings(of=ONE, row=row).ground)).angle, abs=1e-9)


@pytest.mark.parametrize(
    ("one", "other", "degrees"),
    [([1, 0], [0, 3], 90), ([1, 1], [-2, -2], 180), ([1, 1], [5, 5], 0), ([1, 0], [1, 1], 45), ([2], [-1], 180)],
)
def test_an_angle_is_in_degrees_whatever_the_lengths(one: list, other: list, degrees: float) -> None:
    assert angle(np.array(one, float), np.array(other, float)) == pytest.approx(degrees, abs=1e-6)


def test_without_a_direction_there_is_no_angle() -> None:
    assert angle(np.zeros(2), np.ones(2)) is None


@pytest.mark.parametrize(("value", "up"), [(2.7, 3), (3, 3), (0.41, 0.5), (7.5, 10), (1.2e-5, 1.5e-5)])
def test_a_map_ends_at_a_number_with_one_digit_or_fifteen(value: float, up: float) -> None:
    assert rounded_up(value) == up


def test_a_model_without_intercept_or_noise_is_lowest_where_it_is_exact() -> None:
    assert ground(settings("three points", ABSOLUTE).ground).lowest.theta == pytest.approx([2])
