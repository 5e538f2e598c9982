"""Ill-conditioned data: whichever engine made a history or a surface, no loss is negative and none is wrong."""

import sys
from unittest import mock

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from gd_core import (
    LOSSES,
    SCHEDULES,
    Objective,
    Recipe,
    coordinate_plane,
    curvature,
    linear,
    objective,
    single_example_limit,
    surface,
    train,
)
from gd_core.bowl import bowl
from gd_core.shapes import Array

EPS = np.finfo(float).eps

# What a column may be like; each is made of normal numbers and of the column before it.
COLUMNS = {
    "plain": lambda draw, before: draw,
    "offset": lambda draw, before: draw + 1e6,
    "tiny": lambda draw, before: draw * 1e-6,
    "huge": lambda draw, before: draw * 1e6,
    "huge and far": lambda draw, before: 1e6 * (draw + 1e6),
    "far and flat": lambda draw, before: 1e6 + draw * 1e-4,
    "one last digit": lambda draw, before: 1e6 + (np.arange(len(draw)) == 1) * 2.0**-33,
    "constant": lambda draw, before: np.full_like(draw, 1e6 / 3),
    "zero": lambda draw, before: np.zeros_like(draw),
    "one large entry": lambda draw, before: (np.arange(len(draw)) < 1) * 1e6,
    "a copy": lambda draw, before: before,
    "a copy of the other sign": lambda draw, before: -before,
    "nearly a copy": lambda draw, before: before * (1 + 1e-9 * draw),
}

RULES = {"gd": (0.0, 2.0), "momentum": (0.9, 3.8), "nesterov": (0.9, 3.8 / 2.8)}
"""Momentum of each rule, and rate times the largest eigenvalue at its limit."""


def design(on: Objective) -> Array:
    """Return the inputs (N, P) with a 1 for the bias."""
    return np.hstack([on.x, np.ones((on.n, int(on.model.bias)))])


def expect_right(on: Objective, thetas: Array, found: Array) -> None:
    """Expect the losses (...) of thetas (..., P) as found with more digits, but for the rounding of each term."""
    x, y = design(on), on.y[:, 0]
    errors = thetas.astype(np.longdouble) @ x.T.astype(np.longdouble) - y
    exact = np.square(errors).mean(axis=-1) * on.loss.bend / 2
    blur = 30 * EPS * np.sqrt(np.square(np.abs(thetas) @ np.abs(x).T + np.abs(y)).mean(axis=-1))
    assert (found >= 0).all()
    assert (np.abs(found - exact) <= 2 * blur * np.sqrt(exact) + blur**2 + 1e-13 * exact).all()


@st.composite
def objectives(draw: st.DrawFn) -> Objective:
    """Draw a linear model's loss on up to four columns and a target with or without noise, offset and units."""
    kinds = draw(st.lists(st.sampled_from(list(COLUMNS)), min_size=1, max_size=4))
    n, rng = draw(st.sampled_from([1, 2, 3, 5, 12, 40, 100])), np.random.default_rng(draw(st.integers(0, 2**32)))
    columns = [rng.normal(size=n)]
    for kind in kinds:
        columns.append(COLUMNS[kind](rng.normal(size=n), columns[-1]))
    x = np.stack(columns[1:], axis=1)
    y = x / np.maximum(np.abs(x).max(axis=0), 1e-300) @ rng.normal(size=len(kinds))
    y = y + draw(st.sampled_from([0.0, 1e-8, 1.0])) * rng.normal(size=n)
    y = y * draw(st.sampled_from([1.0, 1e6, 1e-6])) + draw(st.sampled_from([0.0, 1e6]))
    return objective(
        linear(len(kinds), bias=draw(st.booleans())), LOSSES[draw(st.sampled_from(list(LOSSES)[:2]))], x, y
    )


@settings(max_examples=150)
@given(
    on=objectives(),
    rule=st.sampled_from(list(RULES)),
    schedule=st.sampled_from(["constant", *SCHEDULES]),
    size=st.sampled_from([None, 1, 3, 16]),
    share=st.sampled_from([0.01, 0.5, 0.9]),
    updates=st.sampled_from([5, 60, 400]),
    runs=st.sampled_from([1, 3, 120]),
    few=st.sampled_from([0, 2**15]),
    tile=st.sampled_from([8, 16, 8192]),
)
def test_every_loss_of_a_run_and_of_a_surface_is_right(
    on: Objective,
    rule: str,
    schedule: str,
    size: int | None,
    share: float,
    updates: int,
    runs: int,
    few: int,
    tile: int,
) -> None:
    """Losses are asked of the data or of their bowl, whose rows come in one tile or in many."""
    steepest = curvature(on, np.zeros(on.n_params)).eigenvalues[-1]
    if not steepest > 0:
        return
    size = None if size is None else min(size, on.n)
    beta, limit = RULES[rule]
    rate = share * (limit / steepest if size is None else single_example_limit(on) * (1 - beta) / 2)
    epochs = max(1, updates * (size or on.n) // on.n)
    recipe = Recipe((rate,), rule, schedule, size, epochs=epochs, seeds=tuple(range(runs if updates < 400 else 1)))
    held_out = on._replace(x=on.x[::-2].copy(), y=on.y[::-2].copy())
    triangles, descents = sys.modules["gd_core.triangle"], sys.modules["gd_core.descent"]
    with mock.patch.object(triangles, "TILE", tile), mock.patch.object(descents, "FEW", few):
        history = train(on, recipe, held_out)
        expect_right(on, history.path, history.loss)
        expect_right(held_out, history.path, history.validation_loss)
        if on.n_params > 1:
            centre = bowl(on).best
            plane, grid = coordinate_plane(centre, 0, 1), np.linspace(-1, 1, 5)
            a, b = (value + grid * share * max(abs(value), 1e-6) for value in centre[:2])
            expect_right(on, plane.lift(np.stack(np.meshgrid(a, b), axis=-1)), surface(on, plane, a, b))
