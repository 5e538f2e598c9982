"""Descent against loops written out in plain Python and against scikit-learn; divergence is recorded.

What the loop makes is made again by the fastest method, where there is a faster one.
"""

import math
from collections.abc import Sequence

import numpy as np
import pytest
from sklearn.linear_model import SGDRegressor

from gd_core import (
    ACTIVATIONS,
    LOSSES,
    NEVER,
    OPTIMIZERS,
    ORDERS,
    Batching,
    Dataset,
    History,
    Model,
    Objective,
    Optimizer,
    Recipe,
    bowl,
    descend,
    everywhere,
    least_squares,
    linear,
    noisy_line,
    objective,
    thousand_points,
    three_points,
    train,
)
from gd_core.descent import FEW, fitting, loop, losses_along, recorded
from gd_core.experiment import METHODS
from gd_core.optimizers import gd

Walk = tuple[list[tuple[float, float]], list[float]]

by_both_methods = pytest.mark.parametrize("method", METHODS)


def plain_descent(
    points: Sequence[tuple[float, float]],
    start: tuple[float, float],
    rate: float,
    epochs: int,
    size: int,
    bias: bool,
) -> Walk:
    """Gradient descent on MSE for y = w x + b, in order: the path of (w, b) and the loss along it."""

    def loss(w: float, b: float) -> float:
        return sum((w * x + b - y) * (w * x + b - y) for x, y in points) / len(points)

    w, b = start
    path, losses = [(w, b)], [loss(w, b)]
    for _ in range(epochs):
        for first in range(0, len(points), size):
            batch = points[first : first + size]
            slope_w = sum(2 * x * (w * x + b - y) for x, y in batch) / len(batch)
            slope_b = sum(2 * (w * x + b - y) for x, y in batch) / len(batch)
            w, b = w - rate * slope_w, b - rate * slope_b if bias else 0.0
            path.append((w, b))
            losses.append(loss(w, b))
    return path, losses


def points_of(data: Dataset) -> list[tuple[float, float]]:
    return [(float(x), float(y)) for x, y in zip(data.x[data.train, 0], data.y[data.train, 0], strict=True)]


def on_course(data: Dataset, *, loss: str = "squared", bias: bool = True) -> Objective:
    return objective(linear(1, bias=bias), LOSSES[loss], data.x[data.train], data.y[data.train])


# course: data, start, rate, epochs, batch size, bias
COURSES = {
    "A batch": (three_points(), (1.0, 0.0), 0.01, 100, 3, False),
    "A stochastic": (three_points(), (1.0, 0.0), 0.01, 100, 1, False),
    "B stochastic": (noisy_line(), (-0.5, 0.7), 0.1, 3, 1, True),
    "B mini-batch": (noisy_line(), (-0.5, 0.7), 0.1, 5, 12, True),
    "E batch": (thousand_points(), (0.0, 0.0), 0.01, 1000, 1000, True),
    "E stochastic": (thousand_points(), (0.0, 0.0), 0.002, 1, 1, True),
}


@by_both_methods
@pytest.mark.parametrize("course", COURSES)
def test_a_course_runs_as_its_loop_written_out(course: str, method: str) -> None:
    data, start, rate, epochs, size, bias = COURSES[course]
    path, losses = plain_descent(points_of(data), start, rate, epochs, size, bias)
    recipe = Recipe((rate,), batch_size=size, order="sequential", epochs=epochs, start=start if bias else start[:1])
    history = train(on_course(data, bias=bias), recipe, method=method)
    parameters = np.array(path) if bias else np.array(path)[:, :1]
    assert history.path[0] == pytest.approx(parameters, rel=1e-10, abs=1e-12)
    assert history.loss[0] == pytest.approx(np.array(losses), rel=1e-10, abs=1e-14)


@pytest.mark.parametrize(
    ("size", "factor"),  # by which one epoch multiplies the error w - 2
    [(None, 1 - 0.01 * 2 * (1 + 4 + 9) / 3), (1, (1 - 0.01 * 2) * (1 - 0.01 * 8) * (1 - 0.01 * 18))],
    ids=["batch", "stochastic"],
)
def test_course_a_predicts_four_for_four_before_training_and_eight_after(size: int | None, factor: float) -> None:
    recipe = Recipe((0.01,), batch_size=size, order="sequential", epochs=100, start=(1.0,))
    on = on_course(three_points(), bias=False)
    history = train(on, recipe)
    before, after = (on.model.predict(history.path[:, t], np.array([[4.0]]))[0, 0, 0] for t in (0, -1))
    assert before == 4.0
    assert after == pytest.approx(8 - 4 * factor**100, abs=1e-12)


@by_both_methods
@pytest.mark.parametrize("epochs", [1, 2, 5])
@pytest.mark.parametrize("schedule", ["constant", "invscaling"])
@pytest.mark.parametrize("features", [1, 3])
def test_stochastic_descent_in_order_is_scikit_learns(epochs: int, schedule: str, features: int, method: str) -> None:
    rng = np.random.default_rng(4)
    x = rng.normal(size=(37, features))
    y = x @ np.arange(1, features + 1) + 0.5 + 0.1 * rng.normal(size=37)
    start = tuple(np.linspace(-1, 1, features + 1).tolist())
    peer = SGDRegressor(penalty=None, learning_rate=schedule, eta0=0.05, shuffle=False, tol=None, max_iter=epochs).fit(
        x, y, coef_init=np.array(start[:-1]), intercept_init=start[-1]
    )
    history = train(
        objective(linear(features), LOSSES["half squared"], x, y),
        Recipe((0.05,), schedule=schedule, batch_size=1, order="sequential", epochs=epochs, start=start),
        method=method,
    )
    assert len(history.path[0]) == epochs * 37 + 1
    assert np.abs(history.path[0, -1] - [*peer.coef_, *peer.intercept_]).max() < 1e-12


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("size", [1, 5, 23, None])
def test_a_run_ignores_its_neighbours(optimizer: str, order: str, size: int | None) -> None:
    rng = np.random.default_rng(6)
    x, y = rng.normal(size=(30, 2)), rng.normal(size=30)
    model = Model((2, 3, 1), ACTIVATIONS["tanh"])
    on, held_out = (objective(model, LOSSES["squared"], x[rows], y[rows]) for rows in (slice(23), slice(23, 30)))
    rates, seeds = (0.01, 0.05, 1e200), (7, 8, 9)  # the last one is lost at once
    common = {"optimizer": optimizer, "order": order, "batch_size": size, "epochs": 3}
    together = train(on, Recipe(rates, seeds=seeds, **common), held_out)
    for r in (0, 1):
        alone = train(on, Recipe(rates[r : r + 1], seeds=seeds[r : r + 1], **common), held_out)
        assert np.isfinite(alone.path).all()
        assert np.abs(together.path[r] - alone.path[0]).max() < 1e-12
        assert np.abs(together.loss[r] - alone.loss[0]).max() < 1e-12
        assert np.abs(together.validation_loss[r] - alone.validation_loss[0]).max() < 1e-12
        assert together.diverged_at[r] == alone.diverged_at[0] == NEVER
        assert together.seen.tolist() == alone.seen.tolist()


def first_update_not_finite(points: Sequence[tuple[float, float]], rate: float, updates: int) -> int:
    """Batch descent on MSE from w = b = 0 that looks after every update whether all is still finite."""
    w = b = 0.0
    for update in range(1, updates + 1):
        slope_w = sum(2 * x * (w * x + b - y) for x, y in points) / len(points)
        slope_b = sum(2 * (w * x + b - y) for x, y in points) / len(points)
        w, b = w - rate * slope_w, b - rate * slope_b
        loss = sum((w * x + b - y) * (w * x + b - y) for x, y in points) / len(points)
        if not (math.isfinite(w) and math.isfinite(b) and math.isfinite(loss)):
            return update
    return NEVER


@by_both_methods
def test_divergence_is_recorded_at_the_first_update_that_is_not_finite(method: str) -> None:
    rates = (0.1, 0.8, 1.1, 3.0, 1e3, 1e160)
    history = train(on_course(noisy_line()), Recipe(rates, epochs=800, start=(0.0, 0.0)), method=method)
    expected = [first_update_not_finite(points_of(noisy_line()), rate, 800) for rate in rates]
    assert history.diverged_at.tolist() == expected
    assert expected[:2] == [NEVER, NEVER]
    assert 1 == expected[5] < expected[4] < expected[3] < expected[2] < 800
    for r, lost in enumerate(expected):
        finite = np.isfinite(history.loss[r])
        assert finite[: lost if lost != NEVER else None].all()
        assert lost == NEVER or not finite[lost]
    assert np.isnan(history.path[3:, -1]).all()  # nothing was clipped on the way


def test_a_parameter_can_be_lost_while_the_loss_is_finite() -> None:
    # A bias of -inf turns a ReLU unit off: the prediction is what is left, and its loss is a number.
    on = objective(Model((1, 1, 1), ACTIVATIONS["relu"]), LOSSES["squared"], [[1], [2]], [1, 2])
    steps = np.zeros((4, 1, 4))
    steps[2, 0, 1] = -np.inf
    by_hand = Optimizer(lambda theta: 0, lambda grad, t: (steps[t], t + 1))
    history = descend(on, by_hand, np.array([[1.0, 0.5, 1.0, 0.0]]), Batching().plan(2, 4, [0]))
    assert np.isfinite(history.loss).all()
    assert history.diverged_at.tolist() == [3]


@by_both_methods
def test_a_start_whose_loss_overflows_has_diverged_at_the_start(method: str) -> None:
    history = train(on_course(noisy_line()), Recipe((0.1,), epochs=2, start=(1e200, 0.0)), method=method)
    assert history.diverged_at.tolist() == [0]


@by_both_methods
def test_a_history_begins_at_the_start_and_counts_what_was_read(method: str) -> None:
    on = on_course(noisy_line())
    history = train(on, Recipe((0.1, 0.2), batch_size=30, epochs=2, start=(3.0, 4.0)), method=method)
    assert history.path[:, 0].tolist() == [[3.0, 4.0]] * 2
    assert history.loss[:, 0].tolist() == on.value(np.array([[3.0, 4.0]] * 2)).tolist()
    assert history.seen.tolist() == [0, 30, 60, 80, 110, 140, 160]
    assert history.epochs.tolist() == [0, 0.375, 0.75, 1, 1.375, 1.75, 2]
    assert history.validation_loss is None


@by_both_methods
@pytest.mark.parametrize("size", [1, 7, None])
def test_losses_are_on_all_rows_whatever_batch_made_the_update(size: int | None, method: str) -> None:
    data = noisy_line()
    on = on_course(data)
    held_out = objective(linear(1), LOSSES["squared"], data.x[data.validation], data.y[data.validation])
    history = train(on, Recipe((0.1, 0.3), batch_size=size, seeds=(1, 2), epochs=2), held_out, method=method)
    for t in range(len(history.seen)):
        assert history.loss[:, t] == pytest.approx(on.value(history.path[:, t]), abs=1e-14)
        assert history.validation_loss[:, t] == pytest.approx(held_out.value(history.path[:, t]), abs=1e-14)


@by_both_methods
def test_on_noise_free_data_stochastic_descent_converges_linearly(method: str) -> None:
    # One epoch over x = 1, 2, 3 multiplies the error w - 2 by (1 - 2 rate)(1 - 8 rate)(1 - 18 rate).
    rate = 0.01
    recipe = Recipe((rate,), batch_size=1, order="sequential", epochs=60, start=(1.0,))
    errors = train(on_course(three_points(), bias=False), recipe, method=method).path[0, ::3, 0] - 2
    factor = (1 - 2 * rate) * (1 - 8 * rate) * (1 - 18 * rate)
    assert errors == pytest.approx(-(factor ** np.arange(61)), rel=1e-6, abs=1e-14)
    assert abs(errors[-1]) < 1e-7


def stochastic(rate: float, schedule: str = "constant") -> History:
    """Run a hundred stochastic descents of 30 epochs on course B's line."""
    recipe = Recipe(
        (rate,), schedule=schedule, batch_size=1, order="with replacement", epochs=30, seeds=tuple(range(100))
    )
    return train(on_course(noisy_line()), recipe)


def settled_excess(on: Objective, rate: float) -> float:
    """Return the mean loss above the best of settled single-row descent on MSE, rows drawn with replacement.

    One update maps the error d to (I - rate H_i) d - rate g_i, with row i's Hessian and its gradient at the
    best fit. Both are independent of d and the g_i average to zero, so the settled covariance S solves
    S = mean (I - rate H_i) S (I - rate H_i)' + rate² mean g_i g_i', and the excess is trace(H S)/2.
    """
    rows = np.hstack([on.x, np.ones((on.n, 1))])
    errors = rows @ least_squares(on) - on.y[:, 0]
    shrink = [np.eye(2) - rate * 2 * np.outer(row, row) for row in rows]
    noise = np.mean([4 * error**2 * np.outer(row, row) for error, row in zip(errors, rows, strict=True)], axis=0)
    carried = np.mean([np.kron(matrix, matrix) for matrix in shrink], axis=0)
    covariance = np.linalg.solve(np.eye(4) - carried, rate**2 * noise.ravel()).reshape(2, 2)
    return float(np.trace(2 * rows.T @ rows / on.n @ covariance)) / 2


@pytest.mark.parametrize("rate", [0.05, 0.1, 0.3])
def test_on_noisy_data_stochastic_descent_stays_above_the_best_by_the_predicted_floor(rate: float) -> None:
    on = on_course(noisy_line())
    best = on.value(least_squares(on)[None])[0]
    settled = stochastic(rate).loss[:, 1200:] - best
    assert settled.min() > 0
    assert settled.mean() == pytest.approx(settled_excess(on, rate), rel=0.04)  # over three standard errors


def test_batch_descent_and_a_falling_rate_get_below_the_floor_of_stochastic_descent() -> None:
    on = on_course(noisy_line())
    best = on.value(least_squares(on)[None])[0]
    floor = settled_excess(on, 0.1)
    assert floor > 0.1 * best
    assert stochastic(0.1, "cosine").loss[:, -1].mean() - best < floor / 20
    assert abs(train(on, Recipe((0.5,), epochs=1000)).loss[0, -1] - best) < 1e-15


def a_network() -> Objective:
    """Return a small network on course B's line: nothing but the loop can run it."""
    data = noisy_line()
    model = Model((1, 2, 1), ACTIVATIONS["tanh"])
    return objective(model, LOSSES["squared"], data.x[data.train], data.y[data.train])


@pytest.mark.parametrize("size", [1, 30, None])
@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_a_descent_is_the_loop_written_out_and_recorded(optimizer: str, size: int | None) -> None:
    on, rule, plan = a_network(), OPTIMIZERS[optimizer](0.05), Batching(size).plan(80, 2, [3, 4])
    starts = on.model.init([1, 2])
    theta, state, places = starts, rule.init(starts), [starts]
    for batch in plan:
        step, state = rule.update(on.grad(theta, batch), state)
        theta = theta + step
        places.append(theta)
    path = loop(on, rule, starts, plan)
    assert path.tolist() == np.stack(places, axis=1).tolist()
    history = descend(on, rule, starts, plan, on)
    assert history.path.tolist() == path.tolist()
    assert history.validation_loss.tolist() == history.loss.tolist()
    assert history.loss == pytest.approx(np.stack([on.value(place) for place in places], axis=1), rel=1e-13)
    again = recorded(on, path, plan, on)
    assert all(np.array_equal(one, other) for one, other in zip(history, again, strict=True))


def test_a_record_says_where_a_path_left_all_numbers() -> None:
    on, plan = on_course(noisy_line()), Batching().plan(80, 3, [0])
    path = np.zeros((4, 4, 2))
    path[1, 2:] = np.inf
    path[2, 3] = np.nan, 1
    path[3, 1:] = 1e200  # finite, but its loss is not
    history = recorded(on, path, plan)
    assert history.diverged_at.tolist() == [NEVER, 2, 3, 1]
    assert history.validation_loss is None
    assert history.seen.tolist() == [0, 80, 160, 240]


@pytest.mark.parametrize("rate", [0.1, 0.8, 0.81, 1.0, 3.0, 1e3, 1e160])
@pytest.mark.parametrize("size", [1, 7, None])
@pytest.mark.parametrize("scale", [1.0, 1e-6, 1e6])
def test_along_a_long_path_the_loss_is_that_of_the_data_and_is_lost_where_it_is(
    rate: float, size: int | None, scale: float
) -> None:
    data = noisy_line()
    x, y = data.x[data.train] * [scale], data.y[data.train] * scale
    on, epochs = objective(linear(1), LOSSES["squared"], x, y), {1: 40, 7: 300, None: 2000}[size]
    plan = Batching(size).plan(80, epochs, [1, 2])
    path = loop(on, gd(rate / max(1, scale**2)), np.array([[-0.5, 0.7], [1e3, 1e100]]), plan)
    assert path.shape[1] * on.n > FEW
    found, expected = losses_along(on, path), everywhere(on.value, path, on.n)
    kept = np.isfinite(expected)
    assert (np.isnan(found) == np.isnan(expected)).all()
    assert (np.isinf(found) == np.isinf(expected)).all()
    assert found[kept] == pytest.approx(expected[kept], rel=1e-12)
    assert recorded(on, path, plan).diverged_at.tolist() == [
        NEVER if row.all() else row.argmin() for row in kept & np.isfinite(path).all(axis=2)
    ]


@pytest.mark.parametrize("bad", [np.inf, -np.inf, np.nan])
@pytest.mark.parametrize("outputs", [1, 2])
@pytest.mark.parametrize("runs", [2, 150])
@pytest.mark.parametrize("n", [3, 4000])
def test_no_parameter_is_lost_unnoticed_not_even_one_that_no_prediction_needs(
    n: int, runs: int, outputs: int, bad: float
) -> None:
    x = np.random.default_rng(0).normal(size=(n, 3)) * [1, 0, 1]
    on = objective(Model((3, outputs)), LOSSES["squared"], x, np.ones((n, outputs)))
    plan = Batching().plan(n, 20, [0])
    for parameter in range(on.n_params):
        states = np.ones((21, on.n_params, runs))
        states[7, parameter, 1] = bad
        history = recorded(on, states.transpose(2, 0, 1), plan)
        assert history.diverged_at.tolist() == [7 if r == 1 else NEVER for r in range(runs)]


@pytest.mark.parametrize("scale", [1.0, 1e100])
def test_the_loss_where_numbers_end_is_that_of_the_data(scale: float) -> None:
    """Infinite and huge parameters, and equal columns that cancel what would otherwise be infinite."""
    column = np.array([1e3] + [1e-3] * 299)
    on = objective(linear(3), LOSSES["squared"], scale * np.stack([column, column, 0 * column], axis=1), column)
    ends = [-np.inf, np.inf, np.nan, 0.0, 1.4e51, 1e140, 1.4e151, 1e306, -1e306]
    path = np.stack(np.meshgrid(*[ends] * 4), axis=-1).reshape(1, -1, 4)
    assert path.shape[1] * on.n > FEW
    found, expected = losses_along(on, path), everywhere(on.value, path, on.n)
    assert np.array_equal(np.isfinite(found), np.isfinite(expected))
    assert np.array_equal(np.isnan(found), np.isnan(expected))


def test_a_bowl_that_is_known_already_is_not_made_again(monkeypatch: pytest.MonkeyPatch) -> None:
    on, plan = on_course(noisy_line()), Batching().plan(80, 2000, [0])
    path, shape = np.random.default_rng(0).normal(size=(2, 2001, 2)), bowl(on)
    expected = recorded(on, path, plan)
    monkeypatch.setattr("gd_core.descent.bowl", lambda objective: pytest.fail("made again"))
    assert recorded(on, path, plan, shape=shape).loss.tolist() == expected.loss.tolist()


def test_starts_must_fit_the_model_and_the_plan() -> None:
    on, plan = on_course(noisy_line()), Batching(1).plan(80, 1, [0, 1])
    assert fitting([[1, 2], [3, 4]], on, plan).tolist() == [[1.0, 2.0], [3.0, 4.0]]
    assert fitting([[1, 2]] * 5, on, Batching().plan(80, 1, [0])).shape == (5, 2)  # no stream: any number of runs
    for starts, message in (
        ([[1.0, 2.0]], "^plan must have one stream per start; got 2 for 1 starts"),
        ([[1.0], [2.0]], r"^theta must have shape \(R, 2\)"),
        ([[1.0, np.inf], [2.0, 0.0]], "^theta must hold finite numbers"),
    ):
        with pytest.raises(ValueError, match=message):
            fitting(starts, on, plan)


@pytest.mark.parametrize("n", [1, 100, 2**17, 2**20])
def test_cutting_the_work_into_pieces_does_not_change_it(n: int) -> None:
    on = on_course(noisy_line())
    thetas = np.random.default_rng(0).normal(size=(3, 5, 2))
    heights = everywhere(on.value, thetas, n)
    assert heights.tolist() == [[on.value(theta[None])[0] for theta in row] for row in thetas]


def test_far_from_everything_the_loss_is_infinite_without_a_warning() -> None:
    heights = everywhere(on_course(noisy_line()).value, np.array([[1e200, 0.0], [0.0, 1.0]]))
    assert np.isfinite(heights).tolist() == [False, True]


def test_progress_is_reported_and_the_report_may_stop_the_work() -> None:
    on, plan = on_course(noisy_line()), Batching(1).plan(80, 50, [0])
    fractions: list[float] = []
    descend(on, gd(0.1), np.zeros((1, 2)), plan, report=fractions.append)
    assert fractions[0] == 0.5 * 1000 / 4000  # half of the work is the updates, half the loss after each
    assert fractions[-1] == 1.0
    assert fractions == sorted(fractions)
    fractions.clear()
    descend(on, gd(0.1), np.zeros((1, 2)), plan, validation=on, report=fractions.append)
    assert fractions[-1] == 1.0
    assert fractions == sorted(fractions)

    class StopError(Exception):
        pass

    def stop(fraction: float) -> None:
        raise StopError

    with pytest.raises(StopError):
        descend(on, gd(0.1), np.zeros((1, 2)), plan, report=stop)
