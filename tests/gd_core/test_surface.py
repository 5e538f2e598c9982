"""Surfaces: planes lead there and back, and the path lies on the surface."""

import tracemalloc

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from sklearn.decomposition import PCA

from gd_core import (
    ACTIVATIONS,
    LOSSES,
    Model,
    Objective,
    Plane,
    Recipe,
    coordinate_plane,
    hessian,
    linear,
    noisy_line,
    objective,
    principal_plane,
    section,
    surface,
    train,
)

POINTS = arrays(float, (3, 2), elements=st.floats(-100, 100))
PATHS = arrays(float, (6, 4), elements=st.floats(-10, 10))
THETA = arrays(float, 4, elements=st.floats(-10, 10))


def line() -> Objective:
    data = noisy_line()
    return objective(linear(1), LOSSES["squared"], data.x[data.train], data.y[data.train])


def network() -> Objective:
    rng = np.random.default_rng(0)
    model = Model((2, 3, 1), ACTIVATIONS["tanh"])
    return objective(model, LOSSES["squared"], rng.normal(size=(8, 2)), rng.normal(size=8))


@pytest.mark.parametrize("size", [None, 7])
@pytest.mark.parametrize(("i", "j"), [(0, 1), (1, 0)])
def test_the_surface_passes_through_the_path(size: int | None, i: int, j: int) -> None:
    on = line()
    history = train(on, Recipe((0.1,), batch_size=size, epochs=2))
    plane = coordinate_plane(history.path[0, 0], i, j)
    for theta, loss in zip(history.path[0], history.loss[0], strict=True):
        a, b = plane.project(theta)
        assert surface(on, plane, [a], [b])[0, 0] == pytest.approx(loss, rel=1e-14)


def test_the_surface_of_a_network_passes_through_a_path_that_stays_in_the_plane() -> None:
    on = network()
    start = np.random.default_rng(1).normal(size=on.model.n_params)
    plane = coordinate_plane(start, 3, 10)
    along = np.linspace(-2, 2, 9)
    for a, b in zip(along, along[::-1], strict=True):
        theta = start.copy()
        theta[[3, 10]] = a, b
        assert surface(on, plane, [a], [b])[0, 0] == pytest.approx(on.value(theta[None])[0], rel=1e-14)


def test_rows_of_a_surface_follow_b_and_columns_a() -> None:
    on, a, b = line(), np.linspace(-1, 5, 4), np.linspace(-2, 4, 3)
    heights = surface(on, coordinate_plane([0, 0], 0, 1), a, b)
    x, y = on.x[:, 0], on.y[:, 0]
    expected = [[np.mean((w * x + bias - y) ** 2) for w in a] for bias in b]
    assert heights == pytest.approx(np.array(expected), rel=1e-13)


def test_the_surface_of_a_batch_is_that_of_its_rows() -> None:
    on, rows = line(), np.array([5, 2, 2])
    only = objective(on.model, on.loss, on.x[rows], on.y[rows])
    plane, a = coordinate_plane([0, 0], 0, 1), np.linspace(-2, 2, 5)
    assert surface(on, plane, a, a, rows) == pytest.approx(surface(only, plane, a, a), rel=1e-14)
    assert section(on, [1, 2], 0, a, rows) == pytest.approx(section(only, [1, 2], 0, a), rel=1e-14)


@pytest.mark.parametrize("on", [line(), network()], ids=["line", "network"])
def test_a_section_is_a_row_or_a_column_of_the_surface(on: Objective) -> None:
    theta = np.random.default_rng(2).normal(size=on.model.n_params)
    a, b = np.linspace(-1, 1, 7), np.linspace(-2, 2, 5)
    last = len(theta) - 1
    heights = surface(on, coordinate_plane(theta, 0, last), a, b)
    for row, value in enumerate(b):
        at = np.append(theta[:-1], value)
        assert section(on, at, 0, a) == pytest.approx(heights[row], rel=1e-14)
    for column, value in enumerate(a):
        at = np.append(value, theta[1:])
        assert section(on, at, last, b) == pytest.approx(heights[:, column], rel=1e-14)


@given(THETA, POINTS, st.permutations(range(4)))
def test_the_coordinates_of_a_coordinate_plane_are_the_parameters(
    theta: np.ndarray, points: np.ndarray, order: list[int]
) -> None:
    i, j, *others = order
    plane = coordinate_plane(theta, i, j)
    lifted = plane.lift(points)
    assert lifted[:, [i, j]].tolist() == points.tolist()
    assert lifted[:, others].tolist() == [theta[others].tolist()] * 3
    assert plane.project(lifted).tolist() == points.tolist()
    assert plane.project(theta).tolist() == theta[[i, j]].tolist()


@given(PATHS, THETA, POINTS)
def test_lifting_and_projecting_are_inverse_on_a_principal_plane(
    path: np.ndarray, centre: np.ndarray, points: np.ndarray
) -> None:
    plane = principal_plane(path, centre)
    assert plane.axes @ plane.axes.T == pytest.approx(np.eye(2), abs=1e-12)
    assert plane.lift(np.zeros(2)).tolist() == plane.origin.tolist() == centre.tolist()
    assert plane.project(plane.lift(points)) == pytest.approx(points, abs=1e-10)


@given(PATHS, THETA)
def test_a_projection_is_the_nearest_point_of_the_plane(path: np.ndarray, theta: np.ndarray) -> None:
    plane = principal_plane(path, path[-1])
    away = theta - plane.lift(plane.project(theta))
    assert plane.axes @ away == pytest.approx(np.zeros(2), abs=1e-12)


@given(PATHS, THETA)
def test_no_plane_through_the_centre_catches_more_of_the_path(path: np.ndarray, centre: np.ndarray) -> None:
    moves = path - centre
    caught = np.square(principal_plane(path, centre).project(path)).sum()
    assert caught == pytest.approx(np.linalg.eigvalsh(moves.T @ moves)[-2:].sum(), rel=1e-9, abs=1e-9)


@pytest.mark.parametrize("seed", range(5))
def test_about_its_mean_a_paths_principal_plane_is_scikit_learns(seed: int) -> None:
    path = np.random.default_rng(seed).normal(size=(30, 5)).cumsum(axis=0)
    plane = principal_plane(path, path.mean(axis=0))
    peer = PCA(2).fit(path)
    assert np.abs(np.diag(plane.axes @ peer.components_.T)) == pytest.approx(np.ones(2), abs=1e-12)
    assert np.abs(plane.project(path)) == pytest.approx(np.abs(peer.transform(path)), abs=1e-11)


@given(PATHS, THETA)
def test_the_axes_point_towards_the_start(path: np.ndarray, centre: np.ndarray) -> None:
    plane = principal_plane(path, centre)
    assert (plane.project(path[0]) >= 0).all()


def test_several_paths_are_taken_together_and_lost_entries_are_left_out() -> None:
    rng = np.random.default_rng(3)
    paths = rng.normal(size=(2, 10, 3))
    spoiled = np.concatenate([paths, np.full((1, 10, 3), np.nan), np.full((1, 10, 3), np.inf)])
    together, flat = principal_plane(spoiled, np.zeros(3)), principal_plane(paths.reshape(20, 3), np.zeros(3))
    assert together.axes.tolist() == flat.axes.tolist()


@pytest.mark.parametrize("path", [[[1, 2, 3]], [[0, 0, 0]] * 4, [[1, 1, 1], [2, 2, 2], [3, 3, 3]]])
def test_a_path_on_a_point_or_a_line_still_gets_two_axes(path: list[list[float]]) -> None:
    plane = principal_plane(path, np.zeros(3))
    assert plane.axes @ plane.axes.T == pytest.approx(np.eye(2), abs=1e-14)
    assert plane.lift(plane.project(np.array(path))) == pytest.approx(np.array(path), abs=1e-14)


def test_the_cut_of_a_hessian_bends_the_surface() -> None:
    on = network()
    theta = np.random.default_rng(4).normal(size=on.model.n_params)
    plane = principal_plane(np.random.default_rng(5).normal(size=(9, on.model.n_params)), theta)
    h = 1e-4
    z = surface(on, plane, [-h, 0, h], [-h, 0, h])
    mixed = (z[2, 2] - z[2, 0] - z[0, 2] + z[0, 0]) / 4
    bend = np.array([[z[1, 0] - 2 * z[1, 1] + z[1, 2], mixed], [mixed, z[0, 1] - 2 * z[1, 1] + z[2, 1]]]) / h**2
    assert plane.cut(hessian(on, theta)) == pytest.approx(bend, abs=1e-6)


def test_a_surface_beyond_all_numbers_is_infinite_without_a_warning() -> None:
    plane = Plane(np.zeros(2), np.eye(2))
    assert surface(line(), plane, [1e200], [0]).tolist() == [[np.inf]]
    assert section(line(), [0, 0], 0, [1e200]).tolist() == [np.inf]


@pytest.mark.parametrize("loss", ["squared", "absolute"])
def test_two_identical_rows_have_the_surface_of_one(loss: str) -> None:
    grid, plane = np.linspace(-3, 3, 7), coordinate_plane([0, 0], 0, 1)
    one = objective(linear(1), LOSSES[loss], [[0.5]], [2.0])
    two = objective(linear(1), LOSSES[loss], [[0.5], [0.5]], [2.0, 2.0])
    heights = surface(one, plane, grid, grid)
    expected = np.abs(0.5 * grid[None, :] + grid[:, None] - 2) ** (2 if loss == "squared" else 1)
    assert heights == pytest.approx(expected, rel=1e-13, abs=1e-28)
    assert surface(two, plane, grid, grid) == pytest.approx(heights, rel=1e-13, abs=1e-28)


def test_a_quadratic_surface_looks_at_its_rows_once() -> None:
    """The loss is asked about a single error, to learn its weight, and never about a row at a grid point."""
    asked: list[int] = []
    on = line()

    def value(p: np.ndarray, y: np.ndarray) -> np.ndarray:
        asked.append(np.size(p))
        return (p - y) ** 2

    many = objective(linear(1), on.loss, np.tile(on.x, (1000, 1)), np.tile(on.y, (1000, 1)))
    watched = many._replace(loss=many.loss._replace(value=value))
    heights = surface(watched, coordinate_plane([0, 0], 0, 1), np.linspace(-1, 5, 101), np.linspace(-2, 4, 101))
    assert sum(asked) <= 2
    expected = surface(on, coordinate_plane([0, 0], 0, 1), np.linspace(-1, 5, 101), np.linspace(-2, 4, 101))
    assert heights == pytest.approx(expected, rel=1e-11)


def test_a_surface_over_many_rows_takes_no_memory_for_them() -> None:
    rng = np.random.default_rng(3)
    x = rng.normal(size=(300_000, 3))
    on = objective(linear(3), LOSSES["squared"], x, x.sum(axis=1) + rng.normal(size=len(x)))
    plane, grid = coordinate_plane(np.zeros(4), 0, 3), np.linspace(-2, 2, 41)
    tracemalloc.start()
    heights = surface(on, plane, grid, grid)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < x.nbytes / 4
    assert heights[::20, ::20] == pytest.approx(
        np.array([[on.value(plane.lift(np.array([[a, b]])))[0] for a in grid[::20]] for b in grid[::20]]), rel=1e-13
    )
