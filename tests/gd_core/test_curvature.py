"""Curvature: Hessians against closed forms, and rates that do what the eigenvalues say."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gd_core import (
    ACTIVATIONS,
    LOSSES,
    REGIMES,
    Curvature,
    Model,
    Objective,
    Recipe,
    curvature,
    hessian,
    least_squares,
    linear,
    noisy_line,
    noisy_line_start,
    objective,
    single_example_limit,
    train,
)

STEEPEST_TWO = Curvature(np.array([0.5, 2.0]), np.eye(2))


def line() -> Objective:
    data = noisy_line()
    return objective(linear(1), LOSSES["squared"], data.x[data.train], data.y[data.train])


def random_regression(seed: int, features: int, *, noise: float = 1.0, rows: int = 12) -> Objective:
    rng = np.random.default_rng(seed)
    x, truth = rng.normal(size=(rows, features)), rng.normal(size=features + 1)
    y = x @ truth[:-1] + truth[-1] + noise * rng.normal(size=rows)
    return objective(linear(features), LOSSES["squared"], x, y)


@pytest.mark.parametrize(("loss", "factor"), [("squared", 2), ("half squared", 1)])
@pytest.mark.parametrize("features", [1, 2, 5])
@pytest.mark.parametrize("bias", [True, False], ids=["bias", "no bias"])
@pytest.mark.parametrize("theta", [0.0, 1e3])
def test_the_hessian_of_a_linear_model_is_its_gram_matrix(
    loss: str, factor: int, features: int, bias: bool, theta: float
) -> None:
    rng = np.random.default_rng(0)
    x = rng.normal(size=(9, features))
    on = objective(linear(features, bias=bias), LOSSES[loss], x, rng.normal(size=9))
    columns = np.hstack([x, np.ones((9, 1))]) if bias else x
    expected = factor * columns.T @ columns / 9
    assert hessian(on, np.full(on.model.n_params, theta)) == pytest.approx(expected, abs=1e-14 * max(1, theta))


def test_the_hessian_of_two_outputs_is_one_block_for_each() -> None:
    rng = np.random.default_rng(0)
    x = rng.normal(size=(9, 3))
    on = objective(Model((3, 2)), LOSSES["squared"], x, rng.normal(size=(9, 2)))
    columns = np.hstack([x, np.ones((9, 1))])
    assert hessian(on, np.zeros(8)) == pytest.approx(np.kron(2 * columns.T @ columns / 9, np.eye(2)), abs=1e-14)


def test_the_hessian_of_the_logistic_loss_is_its_closed_form() -> None:
    rng = np.random.default_rng(0)
    x, theta = rng.normal(size=(9, 2)), rng.normal(size=3)
    on = objective(linear(2), LOSSES["logistic"], x, rng.integers(0, 2, 9))
    columns = np.hstack([x, np.ones((9, 1))])
    p = 1 / (1 + np.exp(-columns @ theta))
    assert hessian(on, theta) == pytest.approx((columns.T * p * (1 - p)) @ columns / 9, abs=1e-9)


def test_the_hessian_of_a_network_agrees_with_second_differences_of_its_loss() -> None:
    rng = np.random.default_rng(0)
    model = Model((2, 3, 1), ACTIVATIONS["tanh"])
    on = objective(model, LOSSES["squared"], rng.normal(size=(6, 2)), rng.normal(size=6))
    theta, h = rng.normal(size=model.n_params), 1e-4
    nudges = h * np.eye(model.n_params)

    def at(*moves: np.ndarray) -> float:
        return float(on.value((theta + sum(moves))[None])[0])

    expected = [[(at(p, q) - at(p, -q) - at(-p, q) + at(-p, -q)) / (4 * h * h) for q in nudges] for p in nudges]
    assert hessian(on, theta) == pytest.approx(np.array(expected), abs=1e-6)
    assert hessian(on, theta).tolist() == hessian(on, theta).T.tolist()


@pytest.mark.parametrize("seed", range(5))
def test_eigenvalues_ascend_and_rebuild_the_hessian(seed: int) -> None:
    on = random_regression(seed, 3)
    values, vectors = curvature(on, np.zeros(4))
    assert values.tolist() == sorted(values)
    assert vectors.T @ vectors == pytest.approx(np.eye(4), abs=1e-14)
    assert vectors @ np.diag(values) @ vectors.T == pytest.approx(hessian(on, np.zeros(4)), abs=1e-13)
    singular = np.linalg.svd(np.hstack([on.x, np.ones((on.n, 1))]), compute_uv=False)
    assert curvature(on, np.zeros(4)).condition == pytest.approx((singular[0] / singular[-1]) ** 2, rel=1e-11)


def test_course_b_has_the_printed_limits() -> None:
    bowl = curvature(line(), [0, 0])
    assert f"{bowl.max_stable_learning_rate():.4f}" == "0.8055"
    assert f"{bowl.best_learning_rate:.4f}" == "0.7593"
    assert f"{bowl.condition:.1f}" == "16.4"
    assert f"{single_example_limit(line()):.3f}" == "0.507"


@pytest.mark.parametrize(
    ("rate", "regime"), [(0.2, "crawling"), (0.8, "zigzag"), (0.81, "divergent"), (1.1, "divergent")]
)
def test_course_b_calls_its_rates_low_high_and_very_high(rate: float, regime: str) -> None:
    assert curvature(line(), [0, 0]).regime(rate) == regime


@pytest.mark.parametrize("problem", [line(), random_regression(1, 3), random_regression(2, 5)], ids=["line", "3", "5"])
@pytest.mark.parametrize("momentum", [None, 0.5, 0.9])
def test_one_percent_decides_between_descent_and_divergence(problem: Objective, momentum: float | None) -> None:
    best = least_squares(problem)
    limit = curvature(problem, best).max_stable_learning_rate(momentum or 0.0)
    assert limit == pytest.approx(2 * (1 + (momentum or 0)) / np.linalg.eigvalsh(hessian(problem, best))[-1], rel=1e-12)
    recipe = Recipe(
        (0.99 * limit, 1.01 * limit),
        optimizer="gd" if momentum is None else "momentum",
        momentum=momentum,
        epochs=4000,
        start=tuple((best + 1).tolist()),
    )
    excess = train(problem, recipe).loss - problem.value(best[None])
    assert abs(excess[0, -1]) < 1e-9 * excess[0, 0]
    assert not excess[1, -1] < 1e9 * excess[1, 0]  # or it is no number any more
    if momentum is None:
        assert (np.diff(excess[0]) < 1e-13).all()  # downhill with every single update


@pytest.mark.parametrize("problem", [line(), random_regression(1, 3)], ids=["line", "3"])
def test_no_other_constant_rate_shrinks_the_slowest_direction_faster(problem: Objective) -> None:
    best = least_squares(problem)
    bowl = curvature(problem, best)
    rates = bowl.best_learning_rate * np.array([0.9, 0.97, 0.99, 1.0, 1.01, 1.03, 1.1])
    start = best + bowl.eigenvectors.sum(axis=1)  # one unit off in every direction
    ends = train(problem, Recipe(tuple(rates.tolist()), epochs=30, start=tuple(start.tolist()))).path[:, -1]
    slowest = np.abs((ends - best) @ bowl.eigenvectors).max(axis=1)
    assert rates[slowest.argmin()] == bowl.best_learning_rate
    kappa = bowl.condition
    factor = 1 - bowl.eigenvalues[0] * bowl.best_learning_rate
    assert factor == pytest.approx((kappa - 1) / (kappa + 1), rel=1e-12)


@pytest.mark.parametrize(
    ("rate", "regime"),
    [(0.1, 0), (0.2499, 0), (0.25, 1), (0.5, 1), (0.5001, 2), (0.9999, 2), (1.0, 3), (50, 3)],
)
def test_regimes_change_at_half_one_and_two_over_the_steepest_curvature(rate: float, regime: int) -> None:
    assert STEEPEST_TWO.regime(rate) == REGIMES[regime]


@pytest.mark.parametrize("reach", [0.3, 0.7, 1.5, 2.1])
def test_a_run_behaves_as_its_regime_is_described(reach: float) -> None:
    on = objective(linear(1, bias=False), LOSSES["half squared"], [[1]], [0])  # J = w²/2, curvature 1
    errors = train(on, Recipe((reach,), epochs=20, start=(1.0,))).path[0, :, 0]
    kept, turned = abs(errors[1]), errors[1] < 0
    described = {
        "crawling": 0.5 < kept < 1 and not turned,
        "direct": kept <= 0.5 and not turned,
        "zigzag": kept < 1 and turned,
        "divergent": kept > 1 and turned,
    }
    assert [name for name, fits in described.items() if fits] == [curvature(on, [0]).regime(reach)]


@pytest.mark.parametrize(
    ("eigenvalues", "condition", "stable", "best"),
    [
        ([1, 4], 4, 0.5, 0.4),
        ([0, 4], np.inf, 0.5, 0.5),
        ([4e-16, 4], np.inf, 0.5, 0.5),
        ([-1, 4], np.inf, 0.5, 2 / 3),
        ([0, 0], np.inf, np.inf, np.inf),
        ([-2, -1], np.inf, np.inf, np.inf),
    ],
)
def test_flat_and_downward_curves_are_told_without_a_warning(
    eigenvalues: list[float], condition: float, stable: float, best: float
) -> None:
    bowl = Curvature(np.array(eigenvalues, dtype=float), np.eye(2))
    found = (bowl.condition, bowl.max_stable_learning_rate(), bowl.best_learning_rate)
    assert found == pytest.approx((condition, stable, best), rel=1e-12)


@given(st.integers(0, 2**32), st.integers(1, 4), st.integers(1, 8), st.sampled_from(["squared", "half squared"]))
def test_below_the_single_example_limit_no_single_row_moves_a_run_away_from_a_perfect_fit(
    seed: int, features: int, rows: int, loss: str
) -> None:
    rng = np.random.default_rng(seed)
    x, truth = rng.normal(size=(rows, features)), rng.normal(size=features + 1)
    on = objective(linear(features), LOSSES[loss], x, x @ truth[:-1] + truth[-1])
    rate = 0.999 * single_example_limit(on)
    path = train(on, Recipe((rate,), batch_size=1, epochs=3, seeds=(seed,))).path[0]
    distances = np.linalg.norm(path - truth, axis=1)
    assert (np.diff(distances) < 1e-12).all()


@given(st.integers(0, 2**32), st.integers(1, 4), st.sampled_from(["squared", "half squared"]))
def test_above_the_single_example_limit_the_longest_row_throws_a_run_outwards(
    seed: int, features: int, loss: str
) -> None:
    rng = np.random.default_rng(seed)
    x, truth = rng.normal(size=(6, features)), rng.normal(size=features + 1)
    limit = single_example_limit(objective(linear(features), LOSSES[loss], x, x @ truth[:-1] + truth[-1]))
    longest = x[[np.square(x).sum(axis=1).argmax()]]
    on = objective(linear(features), LOSSES[loss], longest, longest @ truth[:-1] + truth[-1])
    start = truth + np.append(longest, 1)
    path = train(on, Recipe((1.01 * limit,), epochs=10, start=tuple(start.tolist()))).path[0]
    assert (np.diff(np.linalg.norm(path - truth, axis=1)) > 0).all()


def test_a_row_of_zeros_without_bias_sets_no_limit() -> None:
    assert single_example_limit(objective(linear(1, bias=False), LOSSES["squared"], [[0]], [1])) == np.inf


SHARES = [0.5, 0.01, 1e-6]


@pytest.mark.parametrize("problem", [line(), random_regression(1, 3), random_regression(2, 5)], ids=["line", "3", "5"])
@pytest.mark.parametrize("reach", [0.02, 0.3, 0.9, 1.3, 1.95, 2.2])
def test_the_closed_form_is_the_loss_of_the_run(problem: Objective, reach: float) -> None:
    best = least_squares(problem)
    bowl = curvature(problem, best)
    rate = reach / bowl.eigenvalues[-1]
    start = best + np.arange(1, len(best) + 1)
    loss = train(problem, Recipe((rate,), epochs=40, start=tuple(start.tolist()))).loss[0]
    closed = [bowl.excess(start - best, rate, t) for t in range(41)]
    assert closed == pytest.approx((loss - problem.value(best[None])).tolist(), rel=1e-9, abs=1e-12)


@pytest.mark.parametrize("share", SHARES)
@pytest.mark.parametrize("problem", [line(), random_regression(1, 3), random_regression(2, 5)], ids=["line", "3", "5"])
@pytest.mark.parametrize("reach", [0.05, 0.3, 0.5, 0.9, 1.0, 1.3, 1.9, 1.98])
def test_a_stable_run_needs_the_predicted_updates_and_no_more_than_the_bound(
    problem: Objective, reach: float, share: float
) -> None:
    best = least_squares(problem)
    bowl = curvature(problem, best)
    rate = reach / bowl.eigenvalues[-1]
    start = best + np.random.default_rng(0).normal(size=len(best))
    predicted = bowl.updates_to(share, start - best, rate)
    bound = bowl.updates_bound(share, rate)
    assert predicted is not None
    assert bound is not None
    loss = train(problem, Recipe((rate,), epochs=predicted + 2, start=tuple(start.tolist()))).loss[0]
    excess = loss - problem.value(best[None])
    measured = int((excess <= share * excess[0]).argmax())
    assert abs(predicted - measured) <= 1
    assert predicted <= bound
    assert bowl.excess(start - best, rate, predicted) <= share * bowl.excess(start - best, rate, 0)
    assert bowl.excess(start - best, rate, predicted - 1) > share * bowl.excess(start - best, rate, 0)


def test_course_b_needs_the_predicted_updates_at_the_course_s_low_and_high_rate() -> None:
    bowl, start = curvature(line(), [0, 0]), noisy_line_start()
    away = np.array(start) - least_squares(line())
    assert [bowl.updates_to(0.01, away, rate) for rate in (0.2, 0.8, 0.81, 1.1)] == [33, 165, None, None]
    assert [bowl.updates_bound(0.01, rate) for rate in (0.2, 0.8, 0.81, 1.1)] == [76, 168, None, None]
    assert bowl.factors(0.8) == pytest.approx(1 - 0.8 * bowl.eigenvalues, rel=1e-15)


@pytest.mark.parametrize("seed", range(4))
def test_the_bound_is_met_by_a_start_in_the_direction_that_keeps_most(seed: int) -> None:
    bowl = curvature(random_regression(seed, 3), np.zeros(4))
    for rate in np.array([0.1, 1.0, 1.9]) / bowl.eigenvalues[-1]:
        worst = np.abs(bowl.factors(rate)).argmax()
        assert bowl.updates_to(0.01, bowl.eigenvectors[:, worst], rate) == bowl.updates_bound(0.01, rate)


@given(
    st.lists(st.floats(0.01, 10), min_size=1, max_size=4),
    st.floats(0.01, 2.5),
    st.integers(0, 99),
    st.sampled_from(SHARES),
)
def test_the_search_finds_the_first_update_that_trying_all_of_them_finds(
    eigenvalues: list[float], reach: float, seed: int, share: float
) -> None:
    bowl = Curvature(np.sort(eigenvalues), np.eye(len(eigenvalues)))
    away = np.random.default_rng(seed).normal(size=len(eigenvalues))
    rate, limit = reach / max(eigenvalues), 400
    tried = next((t for t in range(limit) if bowl.excess(away, rate, t) <= share * bowl.excess(away, rate, 0)), None)
    found = bowl.updates_to(share, away, rate)
    assert found == tried or (tried is None and found is not None and found >= limit)


def test_predictions_cope_with_tiny_rates_flat_directions_and_starts_at_the_minimum() -> None:
    assert STEEPEST_TWO.updates_to(0.01, [1, 0], 1e-10) == pytest.approx(np.log(100) / 1e-10, rel=1e-9)
    assert STEEPEST_TWO.updates_to(0.01, [1, 1], 5e-324) is None
    assert STEEPEST_TWO.updates_to(0.01, [0, 0], 0.5) == 0
    assert STEEPEST_TWO.updates_to(0.01, [0, 1], 0.5) == 1  # one step of 1/λ lands on the minimum
    assert STEEPEST_TWO.updates_to(0.01, [1, 0], 1.5) == 2  # no error lies in the direction that would diverge
    assert STEEPEST_TWO.excess([1, 1], 1.5, 10**6) == np.inf
    flat = Curvature(np.array([0.0, 2.0]), np.eye(2))
    assert flat.updates_to(0.01, [1, 1], 0.4) == flat.updates_bound(0.01, 0.4) == 2
    assert Curvature(np.zeros(2), np.eye(2)).updates_bound(0.01, 0.4) == 0


@pytest.mark.parametrize(
    ("share", "away", "rate", "setting"),
    [
        (0, [1, 1], 0.1, "share"),
        (1, [1, 1], 0.1, "share"),
        (0.5, [1], 0.1, "away"),
        (0.5, [1, np.nan], 0.1, "away"),
        (0.5, [1, 1], 0, "learning_rate"),
        (0.5, [1, 1], np.inf, "learning_rate"),
    ],
)
def test_a_prediction_names_the_setting_it_cannot_use(
    share: float, away: list[float], rate: float, setting: str
) -> None:
    with pytest.raises(ValueError, match=setting):
        STEEPEST_TWO.updates_to(share, away, rate)
