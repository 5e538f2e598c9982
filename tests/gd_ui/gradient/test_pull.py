"""The gradient as an average: pulls of examples, means of batches, and the contour."""

import numpy as np
import pytest

from gd_core import Batching
from gd_ui.datasets import CATALOGUE, load
from gd_ui.gradient.pull import DRAWS, contour, degrees_between, links, spread
from tests.gd_ui.gradient.probes import SETTINGS, START, found

every = pytest.mark.parametrize("name", SETTINGS)


@every
def test_the_gradient_is_the_mean_of_all_pulls(name: str) -> None:
    data, point, _, _ = SETTINGS[name]
    each, train = found(name).each, load(data).train
    columns = np.column_stack([train.x[:, 0], np.ones(train.n)])[:, : len(point)]
    residual = columns @ point - train.y[:, 0]
    assert each == pytest.approx(2 * residual[:, None] * columns, rel=1e-12, abs=1e-12)
    assert found(name).full == pytest.approx(each.mean(axis=0), rel=1e-9, abs=1e-12)


@every
def test_the_batch_is_the_first_that_descent_with_this_seed_reads(name: str) -> None:
    data, _, size, draw = SETTINGS[name]
    rows = found(name).rows
    n = load(data).train.n
    if size < n:
        first = next(iter(Batching(size).plan(n, 1, [draw])))
        assert rows.tolist() == np.asarray(first)[0].tolist()
    assert len(rows) == len(set(rows.tolist())) == size
    assert found(name).mean == pytest.approx(found(name).each[rows].mean(axis=0), rel=1e-9, abs=1e-12)


@every
def test_every_draw_of_every_size_is_compared_and_this_one_is_among_them(name: str) -> None:
    _, point, size, draw = SETTINGS[name]
    means = found(name).of_size()
    assert found(name).means.shape == (DRAWS, len(found(name).sizes), len(point))
    assert means[draw - 1] == pytest.approx(found(name).mean, rel=1e-9, abs=1e-12)
    assert size in found(name).sizes
    assert found(name).sizes == sorted(set(found(name).sizes))


@every
def test_a_batch_of_all_rows_has_the_full_gradient(name: str) -> None:
    whole = found(name).means[:, -1]
    assert whole == pytest.approx(np.broadcast_to(found(name).full, whole.shape), rel=1e-9, abs=1e-12)


def test_larger_batches_point_closer_to_the_full_mean() -> None:
    for name in ("default", "thousand"):
        middle = np.median(spread(found(name), found(name).means), axis=0)
        assert (np.diff(middle) < 0).all()


def test_with_a_single_weight_means_differ_in_size_only() -> None:
    some = found("single weight")
    assert spread(some, some.means) == pytest.approx(some.means[..., 0] / some.full[0])


def test_pulls_that_cancel_have_no_direction() -> None:
    assert [name for name in SETTINGS if not found(name).has_direction] == ["solution", "exact"]


@pytest.mark.parametrize("degrees", [0, 1e-6, 30, 90, 179, 180])
def test_angles_are_measured_without_sign_and_exactly_also_when_tiny(degrees: float) -> None:
    turn = np.radians(degrees)
    vector = 7 * np.array([np.cos(turn), np.sin(turn)])
    assert degrees_between(np.stack([vector, vector * [1, -1]]), np.array([3.0, 0.0])) == pytest.approx(degrees)


def test_nothing_has_no_angle() -> None:
    assert np.isnan(degrees_between(np.array([[0.0, 0.0]]), np.array([1.0, 0.0]))).all()
    assert np.isnan(degrees_between(np.array([[1.0, 0.0]]), np.zeros(2))).all()


@pytest.mark.parametrize(
    ("data", "point"),
    [("line", START), ("line", (2.0, 1.0)), ("line", (-100.0, 100.0)), ("thousand points", (0.0, 0.0))],
)
def test_the_contour_has_one_loss_and_the_gradient_stands_upright_on_it(data: str, point: tuple[float, ...]) -> None:
    loaded = load(data)
    line = contour(loaded, point)
    heights = loaded.train.value(line.ring)
    assert heights == pytest.approx(np.full(len(heights), loaded.train.value(np.array([point]))[0]), rel=1e-9)
    assert line.ring[0] == pytest.approx(point, rel=1e-9, abs=1e-12)
    assert line.ring[-1] == pytest.approx(point, rel=1e-9, abs=1e-12)
    gradient = loaded.train.grad(np.array([point]))[0]
    assert degrees_between(line.along, gradient) == pytest.approx(90, abs=1e-6)


@every
def test_the_links_of_the_chain_multiply_to_the_pull(name: str) -> None:
    data, point, _, _ = SETTINGS[name]
    some = found(name)
    link = links(load(data).train, some, point, some.rows)
    assert link.prediction == pytest.approx(link.x * point[0] + (point[1] if len(point) > 1 else 0))
    assert link.outer == pytest.approx(2 * (link.prediction - link.y))
    assert link.gradient[:, 0] == pytest.approx(link.outer * link.x)
    if len(point) > 1:
        assert link.gradient[:, 1] == pytest.approx(link.outer)


def test_the_catalogue_starts_are_where_these_tests_begin() -> None:
    assert CATALOGUE["thousand points"].start == SETTINGS["thousand"][1]
    assert CATALOGUE["three points"].start == SETTINGS["single weight"][1]
