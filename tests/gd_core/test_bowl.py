"""Bowls: the loss of the data without the data, digit by digit, whatever the columns are like."""

import sys
from collections.abc import Sequence
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gd_core import LOSSES, Model, Objective, hessian, least_squares, linear, objective
from gd_core.bowl import bowl
from gd_core.shapes import Array
from gd_ui.datasets import CATALOGUE, load

EPS = np.finfo(float).eps


def exact_excess(on: Objective, theta: Array, best: Array) -> float:
    """J(theta) - J(best) in fractions: on a quadratic loss the mean of p² + 2 p r, p the change, r the residual."""
    ones = [Fraction(1)] * on.model.bias
    rows = [[*map(Fraction, row.tolist()), *ones] for row in on.x]
    away = [Fraction(t) - Fraction(b) for t, b in zip(theta.tolist(), best.tolist(), strict=True)]
    total = Fraction(0)
    for row, (target,) in zip(rows, on.y.tolist(), strict=True):
        moved = sum((r * a for r, a in zip(row, away, strict=True)), Fraction(0))
        residual = sum((r * Fraction(b) for r, b in zip(row, best.tolist(), strict=True)), Fraction(0)) - Fraction(
            target
        )
        total += moved * moved + 2 * moved * residual
    return float(total / on.n)


@pytest.mark.parametrize("name", CATALOGUE)
@pytest.mark.parametrize("distance", [1.0, 1e-2])
def test_a_bowl_keeps_the_digits_of_what_lies_above_the_minimum(name: str, distance: float) -> None:
    """To 1e-10 of the excess, in random directions and in the flattest one, where columns have unlike units too."""
    on = load(name).train
    bottom = bowl(on)
    scale = np.maximum(np.abs(bottom.best), 1e-3)
    flattest = np.linalg.eigh(hessian(on, bottom.best))[1][:, 0] * np.linalg.norm(scale)
    directions = [*np.random.default_rng(0).normal(size=(2, len(scale))) * scale, flattest]
    for direction in directions:
        theta = bottom.best + distance * direction
        assert bottom.excess(theta[None])[0] == pytest.approx(exact_excess(on, theta, bottom.best), rel=1e-10)


@pytest.mark.parametrize("name", CATALOGUE)
def test_the_bottom_of_a_bowl_is_the_least_squares_solution(name: str) -> None:
    on = load(name).train
    bottom, direct = bowl(on), least_squares(on)
    assert bottom.best == pytest.approx(direct, rel=1e-7, abs=1e-12)
    assert bottom.lowest == pytest.approx(on.value(direct[None])[0], rel=1e-9, abs=1e-25)


@pytest.mark.parametrize("name", CATALOGUE)
def test_the_surface_of_every_data_set_is_the_loss_itself(name: str) -> None:
    on = load(name).train
    centre, size = load(name).best, on.model.n_params
    thetas = centre + np.random.default_rng(1).normal(size=(5, size)) * np.maximum(np.abs(centre), 1e-3)
    assert bowl(on).value(thetas) == pytest.approx(on.value(thetas), rel=1e-10)


def test_a_bowl_of_several_outputs_and_of_half_the_square_is_the_loss_too() -> None:
    rng = np.random.default_rng(2)
    on = objective(Model((3, 2)), LOSSES["half squared"], rng.normal(size=(9, 3)), rng.normal(size=(9, 2)))
    thetas = rng.normal(size=(4, on.model.n_params))
    assert bowl(on).value(thetas) == pytest.approx(on.value(thetas), rel=1e-13)


@pytest.mark.parametrize("bias", [True, False])
@pytest.mark.parametrize("sizes", [(1, 1), (3, 1), (3, 2)])
@pytest.mark.parametrize("n", [1, 2, 40])
def test_along_states_of_runs_side_by_side_it_is_the_loss_of_every_one(
    n: int, sizes: tuple[int, int], bias: bool
) -> None:
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(n, sizes[0])), rng.normal(size=(n, sizes[1]))
    on = objective(Model(sizes, bias=bias), LOSSES["squared"], x, y)
    states = rng.normal(size=(4, on.n_params, 5))
    heights = bowl(on).along(states)
    assert heights == pytest.approx(np.array([on.value(state.T) for state in states]), rel=1e-12)


def test_a_single_row_has_a_level_trough() -> None:
    bottom = bowl(objective(linear(1), LOSSES["squared"], [[0.5]], [2.0]))
    level = np.array([1.0, -0.5])  # more weight and less intercept predict the same at 0.5
    along = bottom.best + np.linspace(-4, 4, 9)[:, None] * level
    assert bottom.value(along) == pytest.approx(np.zeros(9), abs=1e-28)


def test_only_a_quadratic_loss_is_a_bowl() -> None:
    with pytest.raises(ValueError, match="must be quadratic"):
        bowl(objective(Model((1, 2, 1)), LOSSES["squared"], [[1.0]], [1.0]))
    with pytest.raises(ValueError, match="must be quadratic"):
        bowl(objective(linear(1), LOSSES["absolute"], [[1.0]], [1.0]))


# What a column may be like: numbers around 0, far from 0, tiny, huge, all the same, and copies of the column before.
COLUMNS = {
    "plain": lambda draw, before: draw,
    "offset": lambda draw, before: draw + 1e6,
    "tiny": lambda draw, before: draw * 1e-6,
    "huge": lambda draw, before: draw * 1e6,
    "far and flat": lambda draw, before: 1e6 + draw * 1e-4,
    "constant": lambda draw, before: np.full_like(draw, 0.1),
    "zero": lambda draw, before: np.zeros_like(draw),
    "copy": lambda draw, before: before,
    "nearly a copy": lambda draw, before: before * (1 + 1e-9 * draw),
}


def of_columns(kinds: Sequence[str], n: int, noise: float, *, bias: bool, loss: str, seed: int) -> Objective:
    """Return a linear model's loss on columns of these kinds and a target with this much noise."""
    rng = np.random.default_rng(seed)
    columns = [rng.normal(size=n)]
    for kind in kinds:
        columns.append(COLUMNS[kind](rng.normal(size=n), columns[-1]))
    x = np.stack(columns[1:], axis=1)
    y = (x / np.maximum(np.abs(x).max(axis=0), 1e-300)) @ rng.normal(size=len(kinds)) + noise * rng.normal(size=n)
    return objective(linear(len(kinds), bias=bias), LOSSES[loss], x, y)


def exact_loss(on: Objective, theta: Array) -> float:
    """J(theta) in fractions, of a model with one output."""
    weights = [Fraction(t) for t in theta.tolist()]
    constant = weights.pop() if on.model.bias else Fraction(0)
    total = Fraction(0)
    for row, (target,) in zip(on.x.tolist(), on.y.tolist(), strict=True):
        predicted = sum((Fraction(v) * w for v, w in zip(row, weights, strict=True)), constant)
        total += (predicted - Fraction(target)) ** 2
    return float(total / on.n * Fraction(float(on.loss.value(np.ones(1), np.zeros(1))[0])))


def rounding(on: Objective, theta: Array, loss: float) -> float:
    """Return what rounding may do to a loss: each error of prediction is a sum whose largest term has 16 digits."""
    terms = np.hstack([on.x * theta[: on.x.shape[1]], np.full((on.n, 1), theta[-1]), on.y])
    blur = 30 * EPS * float(np.sqrt(np.square(np.abs(terms).sum(axis=1)).mean()))
    return 2 * blur * np.sqrt(loss) + blur**2


@given(
    st.lists(st.sampled_from(list(COLUMNS)), min_size=1, max_size=4),
    st.integers(1, 12),
    st.sampled_from([0.0, 1e-8, 1.0]),
    st.booleans(),
    st.sampled_from(["squared", "half squared"]),
    st.integers(0, 2**32),
)
def test_whatever_the_columns_are_a_loss_is_right_and_never_negative(
    kinds: list[str], n: int, noise: float, bias: bool, loss: str, seed: int
) -> None:
    on = of_columns(kinds, n, noise, bias=bias, loss=loss, seed=seed)
    shape, rng = bowl(on), np.random.default_rng(seed + 1)
    away = rng.normal(size=(4, on.n_params)) * [[1e3], [1.0], [1e-3], [0.0]]
    for theta in np.vstack([shape.best + away * np.maximum(np.abs(shape.best), 1e-6), rng.normal(size=on.n_params)]):
        exact = exact_loss(on, theta)
        found = float(shape.value(theta[None])[0])
        assert found >= 0
        assert abs(found - exact) <= rounding(on, theta, exact) + 1e-14 * exact
        assert exact >= shape.lowest - rounding(on, shape.best, shape.lowest) - 1e-14 * exact


@pytest.mark.parametrize("kind", COLUMNS)
@pytest.mark.parametrize("noise", [0.0, 1e-6, 1.0])
@pytest.mark.parametrize("bias", [True, False])
def test_rows_in_many_tiles_have_the_loss_of_all_of_them(
    monkeypatch: pytest.MonkeyPatch, kind: str, noise: float, bias: bool
) -> None:
    monkeypatch.setattr(sys.modules["gd_core.triangle"], "TILE", 16)
    on = of_columns(["plain", kind], 100, noise, bias=bias, loss="squared", seed=1)
    shape = bowl(on)
    for theta in np.vstack([np.random.default_rng(2).normal(size=(3, on.n_params)), shape.best]):
        exact = exact_loss(on, theta)
        assert abs(float(shape.value(theta[None])[0]) - exact) <= rounding(on, theta, exact) + 1e-13 * exact


@pytest.mark.parametrize(
    ("third", "noise", "quick"),
    [*(("tiny", noise, True) for noise in (1.0, 0.3, 1e-3, 1e-6)), ("tiny", 0.0, False), ("copy", 0.3, False)],
)
def test_sums_of_products_serve_where_they_keep_the_digits(
    monkeypatch: pytest.MonkeyPatch, third: str, noise: float, quick: bool
) -> None:
    """With little noise the loss near the minimum is small, but products are of what a line misses already."""
    module = sys.modules["gd_core.triangle"]
    made: list[Array | None] = []
    products = module._by_products
    monkeypatch.setattr(module, "_by_products", lambda *given: made.append(products(*given)) or made[-1])
    on = of_columns(["plain", "offset", third], 3 * module.TILE + 5, noise, bias=True, loss="squared", seed=3)
    shape = bowl(on)
    assert [triangle is not None for triangle in made] == [quick]
    design = np.hstack([on.x, np.ones((on.n, 1))]).astype(np.longdouble)
    for theta in np.vstack([np.random.default_rng(4).normal(size=(3, 4)), shape.best]):
        exact = float(np.square(design @ theta - on.y[:, 0]).mean())
        assert abs(float(shape.value(theta[None])[0]) - exact) <= rounding(on, theta, exact) + 1e-12 * exact


@pytest.mark.parametrize("kinds", [["plain", "copy"], ["constant", "plain"], ["plain", "zero", "copy"], ["plain"] * 4])
@pytest.mark.parametrize("bias", [True, False])
def test_of_many_lowest_points_the_best_is_the_shortest(kinds: list[str], bias: bool) -> None:
    on = of_columns(kinds, 3, 1.0, bias=bias, loss="squared", seed=5)  # with four columns, fewer rows than parameters
    assert bowl(on).best == pytest.approx(least_squares(on), rel=1e-10, abs=1e-12)


def test_far_from_zero_the_best_line_keeps_its_digits() -> None:
    """Twelve digits of x say only where the data are; the slope is in the last four."""
    x = 1e6 + np.array([-3, -1, 1, 3]) / 2**13
    on = objective(linear(1), LOSSES["squared"], x[:, None], [0.0, 1.0, 2.0, 3.0])
    slope, intercept = bowl(on).best
    assert slope == pytest.approx(2**12, rel=1e-12)
    assert intercept == pytest.approx(1.5 - 2**12 * 1e6, rel=1e-12)
    assert bowl(on).lowest < 1e-25


def test_the_root_says_how_the_loss_bends() -> None:
    on = of_columns(["plain", "offset"], 50, 1.0, bias=True, loss="half squared", seed=6)
    root = bowl(on).root
    bend = hessian(on, np.zeros(3))
    assert 2 * root.T @ root == pytest.approx(bend, rel=1e-9, abs=1e-9)


def test_squares_beyond_all_numbers_make_no_bowl() -> None:
    on = objective(linear(1), LOSSES["squared"], [[1e308], [-1e308], [1e308]], [1.0, 2.0, 3.0])
    with np.errstate(over="ignore", invalid="ignore"):
        shape = bowl(on)
        assert not np.isfinite(shape.value(np.ones((1, 2)))).any()
    assert np.isnan(shape.best).all()
