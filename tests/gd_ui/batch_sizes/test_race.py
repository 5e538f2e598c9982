"""A race is fair, is kept within bounds, and its figures are what slow and simple arithmetic gives."""

import math
import statistics
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gd_core import NEVER, OPTIMIZERS, Batching, Objective, Optimizer, Plan
from gd_core.shapes import FULL
from gd_ui.batch_sizes import race
from gd_ui.batch_sizes.race import (
    TIMED,
    Outcome,
    Race,
    RaceSettings,
    affordable,
    mark,
    median_loss,
    outcome,
    run_race,
    seconds_per_update,
)
from gd_ui.datasets import CATALOGUE, Loaded, load
from gd_ui.methods import BATCH, METHODS, MINI_BATCH, STOCHASTIC
from tests.gd_ui.batch_sizes.races import BALL, EXACT, HOPELESS, PATIENTS, TELLING, defaults, raced

steadily = settings(deadline=None, derandomize=True, max_examples=100)


class Walk:
    """One descent of a linear model, in plain Python: parameters, losses and examples read after every update."""

    def __init__(self, loaded: Loaded, chosen: RaceSettings, size: int, seed: int) -> None:
        self.rows = [(*x, 1.0)[: len(loaded.best)] for x in loaded.train.x.tolist()]
        self.targets = loaded.train.y[:, 0].tolist()
        n, rng = len(self.rows), np.random.default_rng(seed)
        theta = list(chosen.start)
        self.path, self.losses, self.seen = [theta], [self.loss(theta)], [0]
        for epoch in range(chosen.epochs):
            order = rng.permutation(n).tolist()
            for start in range(0, n, size):
                batch = order[start : start + size]
                slope = self.slope(theta, batch)
                theta = [t - chosen.learning_rate * s for t, s in zip(theta, slope, strict=True)]
                self.path.append(theta)
                self.losses.append(self.loss(theta))
                self.seen.append(epoch * n + start + len(batch))

    def error(self, theta: list[float], row: int) -> float:
        """Prediction minus target of one row."""
        return sum(t * x for t, x in zip(theta, self.rows[row], strict=True)) - self.targets[row]

    def loss(self, theta: list[float]) -> float:
        """Mean squared error over all rows."""
        try:
            return sum(self.error(theta, row) ** 2 for row in range(len(self.rows))) / len(self.rows)
        except OverflowError:
            return math.inf

    def slope(self, theta: list[float], batch: list[int]) -> list[float]:
        """Gradient of the mean squared error over a batch."""
        errors = [(self.error(theta, row), self.rows[row]) for row in batch]
        return [2 / len(batch) * sum(error * x[p] for error, x in errors) for p in range(len(theta))]

    @property
    def lost_at(self) -> int | None:
        """The first update after which something is not finite."""
        good = [
            math.isfinite(loss) and all(map(math.isfinite, theta))
            for theta, loss in zip(self.path, self.losses, strict=True)
        ]
        return None if all(good) else good.index(False)


def walks(chosen: RaceSettings, method: str, loaded: Loaded) -> list[Walk]:
    """Walk every run of a method by hand."""
    n = loaded.train.n
    size = {BATCH.name: n, MINI_BATCH.name: chosen.batch_size, STOCHASTIC.name: 1}[method]
    seeds = [chosen.seed] if method == BATCH.name else range(chosen.seed, chosen.seed + chosen.seeds)
    return [Walk(loaded, chosen, size, seed) for seed in seeds]


def measured(chosen: RaceSettings, method: str, loaded: Loaded) -> dict[str, object]:
    """Work out by hand what a method's runs came to."""
    runs = walks(chosen, method, loaded)
    middle = [statistics.median(losses) for losses in zip(*(run.losses for run in runs), strict=True)]
    exact = loaded.best_loss < 1e-9 * runs[0].losses[0]
    goal = 0.01 * runs[0].losses[0] if exact else 1.01 * loaded.best_loss
    never = 10**12
    touches = sorted(next((t for t, loss in enumerate(run.losses) if loss <= goal), never) for run in runs)
    touched = touches[len(touches) // 2]
    ends = [run.path[-1] for run in runs]
    mean = [statistics.fmean(end[p] for end in ends) for p in range(len(ends[0]))]
    last = [
        loss for loss, seen in zip(middle, runs[0].seen, strict=True) if seen >= loaded.train.n * (chosen.epochs - 1)
    ]
    return {
        "runs": len(runs),
        "updates": len(middle) - 1,
        "seen": runs[0].seen[-1],
        "loss": middle[-1],
        "distance": statistics.median(math.dist(end, loaded.best.tolist()) for end in ends),
        "touched": None if touched == never else touched,
        "touched_after": None if touched == never else runs[0].seen[touched],
        "first_pass": (middle[0] - middle[runs[0].seen.index(loaded.train.n)]) / (middle[0] - loaded.best_loss),
        "inside": middle[-1] <= goal,
        "lost": 0,
        "lost_at": None,
        "grown": middle[-1] / middle[0],
        "diverging": False,
        "radius": math.sqrt(statistics.fmean(math.dist(end, mean) ** 2 for end in ends)),
        "swing": (min(last), max(last)),
    }


SETTINGS = {
    "the default": defaults("line"),
    "several seeds": defaults("line", learning_rate=0.2, epochs=4, seeds=7, seed=3),
    "an even number of seeds": defaults("line", learning_rate=0.3, epochs=3, seeds=4),
    "short last batches": defaults("line", batch_size=30, epochs=5),
    "no noise": defaults("three points", epochs=30),
    "many parameters": defaults("diabetes", epochs=1, seeds=2),
}


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("chosen", SETTINGS.values(), ids=SETTINGS)
def test_an_outcome_is_what_plain_loops_give(chosen: RaceSettings, method: str) -> None:
    loaded = load(chosen.data)
    result = outcome(run_race(chosen, loaded), method, loaded)
    for name, expected in measured(chosen, method, loaded).items():
        got = getattr(result, name)
        exact = expected is None or isinstance(expected, int)
        assert got == (expected if exact else pytest.approx(expected, rel=1e-8, abs=1e-13)), name


def test_a_lost_run_is_noticed_at_the_update_at_which_plain_loops_lose_it() -> None:
    chosen = defaults("three points", learning_rate=1.0, epochs=100)
    loaded = load(chosen.data)
    result = outcome(run_race(chosen, loaded), STOCHASTIC.name, loaded)
    (by_hand,) = walks(chosen, STOCHASTIC.name, loaded)
    assert (result.lost, result.lost_at) == (1, by_hand.lost_at)
    assert 150 < result.lost_at < 300
    assert result.loss == math.inf
    assert not result.falling
    assert not result.inside
    assert math.isinf(result.grown)


@pytest.mark.parametrize("changes", TELLING.values(), ids=TELLING)
def test_all_methods_read_the_same_stream(changes: dict) -> None:
    run, loaded = raced(**changes)
    chosen = run.settings
    n, total = loaded.train.n, loaded.train.n * chosen.epochs
    stream = Batching(1, chosen.order).plan(n, chosen.epochs, [chosen.seed]).stream
    for method in (MINI_BATCH, STOCHASTIC):
        recipe = chosen.recipe(method.name)
        plan = Batching(recipe.batch_size, recipe.order).plan(n, chosen.epochs, recipe.seeds)
        assert plan.stream[0].tolist() == stream[0].tolist()
        assert run.histories[method.name].seen.tolist() == plan.seen.tolist()
    for history in run.histories.values():
        assert history.seen[-1] == total
        assert history.path[:, 0].tolist() == [list(chosen.start)] * len(history.path)


def test_methods_are_three_sizes_of_one_recipe() -> None:
    chosen = defaults("line", optimizer="adam", order="sequential", learning_rate=0.3, epochs=7, seed=5, seeds=3)
    recipes = {name: chosen.recipe(name) for name in METHODS}
    assert [recipe.batch_size for recipe in recipes.values()] == [None, 16, 1]
    same = {replace(recipe, batch_size=None, seeds=(0,)) for recipe in recipes.values()}
    assert len(same) == 1
    (shared,) = same
    assert (shared.learning_rate, shared.optimizer, shared.order, shared.epochs) == ((0.3,), "adam", "sequential", 7)
    assert shared.start == CATALOGUE["line"].start
    assert recipes[STOCHASTIC.name].seeds == recipes[MINI_BATCH.name].seeds == (5, 6, 7)


def test_batch_descent_runs_once_whatever_the_seeds() -> None:
    many, _ = raced(**BALL)
    assert [len(history.loss) for history in many.histories.values()] == [1, 100, 100]


def test_a_mini_batch_of_all_rows_is_batch_descent_and_one_of_a_single_row_stochastic() -> None:
    all_rows, _ = raced("line", batch_size=80)
    one_row, _ = raced("line", batch_size=1)
    assert all_rows.histories[MINI_BATCH.name].loss == pytest.approx(all_rows.histories[BATCH.name].loss, rel=1e-12)
    assert one_row.histories[MINI_BATCH.name].path.tolist() == one_row.histories[STOCHASTIC.name].path.tolist()


def test_the_first_of_many_runs_is_the_run_of_its_seed_alone() -> None:
    many, alone = raced("line", seeds=5, seed=2)[0], raced("line", seed=2)[0]
    for name in METHODS:
        assert many.histories[name].path[0] == pytest.approx(alone.histories[name].path[0], rel=1e-12)


@steadily
@given(
    data=st.sampled_from(list(CATALOGUE)),
    epochs=st.integers(1, 10**6),
    seeds=st.integers(1, 10**4),
    size=st.integers(1, 256),
)
def test_what_is_run_is_affordable_and_never_more_than_was_asked(data: str, epochs: int, seeds: int, size: int) -> None:
    loaded, asked = load(data), defaults(data, epochs=epochs, seeds=seeds, batch_size=size)
    cut = affordable(asked, loaded)
    n, width = loaded.train.n, len(loaded.names) + 2
    assert 1 <= cut.epochs <= epochs
    assert 1 <= cut.seeds <= seeds
    assert replace(cut, epochs=epochs, seeds=seeds) == asked
    updates = n * cut.epochs
    assert updates <= max(n, race.MOST_UPDATES)
    assert cut.seeds == 1 or cut.seeds * updates * width <= race.MOST_NUMBERS
    assert cut.seeds == 1 or cut.seeds * updates * n <= race.MOST_WORK
    if (epochs + 1) * n <= race.MOST_UPDATES:
        assert cut.epochs == epochs
    assert affordable(cut, loaded) == cut


def test_what_the_page_offers_by_default_is_affordable() -> None:
    for data in CATALOGUE:
        assert affordable(defaults(data), load(data)) == defaults(data)


def test_a_report_hears_of_all_three_methods_and_may_stop_the_race() -> None:
    heard: list[float] = []
    run_race(defaults("line"), load("line"), heard.append)
    assert heard == sorted(heard)
    assert heard[-1] == pytest.approx(1)
    assert sum(fraction <= 1 / 3 for fraction in heard) > 0

    class Enough(Exception):
        pass

    def stop(fraction: float) -> None:
        raise Enough

    with pytest.raises(Enough):
        run_race(defaults("line"), load("line"), stop)


def test_a_race_knows_how_much_memory_it_holds() -> None:
    run, _ = raced("line", seeds=10)
    runs, updates = [1, 10, 10], [20, 100, 1600]
    losses = 2 + 1 + 1  # two parameters, the training and the validation loss
    numbers = sum(r * (t + 1) * losses + 2 * (t + 1) + r for r, t in zip(runs, updates, strict=True))
    assert run.nbytes == 8 * numbers


def with_losses(*losses: list[float]) -> tuple[Race, Loaded]:
    """Return a race of one epoch whose stochastic runs have these losses, some of them lost."""
    run, loaded = raced("line", epochs=1)
    old = run.histories[STOCHASTIC.name]
    loss = np.array(losses)
    steps = loss.shape[1]
    path = np.tile(old.path[:, :steps], (len(loss), 1, 1))
    lost = ~np.isfinite(loss)
    path[lost] = np.nan
    diverged = np.where(lost.any(axis=1), lost.argmax(axis=1), NEVER)
    seen = np.arange(steps) * 80 // (steps - 1)
    history = old._replace(
        path=path, loss=loss, validation_loss=None, seen=seen, epochs=seen / 80, diverged_at=diverged
    )
    return run._replace(histories=run.histories | {STOCHASTIC.name: history}), loaded


def result_of(*losses: list[float]) -> Outcome:
    made, loaded = with_losses(*losses)
    return outcome(made, STOCHASTIC.name, loaded)


def test_a_first_touch_counts_even_if_the_run_leaves_again() -> None:
    result = result_of([5, 4, 0.008, 3, 2])
    assert (result.touched, result.touched_after, result.inside) == (2, 40, False)


def test_a_touch_is_told_when_most_runs_had_one() -> None:
    assert result_of([5, 0.008, 1], [5, 1, 0.008], [5, 1, 1]).touched == 2
    assert result_of([5, 0.008, 1], [5, 1, 1], [5, 1, 1]).touched is None
    assert result_of([5, 0.008, 1], [5, 1, 1]).touched is None
    assert result_of([5, 0.008, 1], [5, 1, 0.008]).touched == 2


def test_a_median_counts_lost_runs_as_infinitely_bad() -> None:
    one_lost = result_of([5, 4, 3], [5, 3, 2], [5, math.inf, math.nan])
    assert (one_lost.loss, one_lost.lost, one_lost.lost_at) == (3, 1, 1)
    most_lost = result_of([5, 4, 3], [5, math.inf, math.nan], [5, 4, math.inf])
    assert (most_lost.loss, most_lost.lost, most_lost.lost_at) == (math.inf, 2, 1)
    assert most_lost.distance == math.inf


def test_the_median_of_an_even_number_of_runs_lies_between_the_middle_two() -> None:
    made, _ = with_losses([5, 4, 3], [5, 2, math.inf])
    assert median_loss(made.histories[STOCHASTIC.name]).tolist() == [5, 3, math.inf]


def test_falling_means_more_than_rattling() -> None:
    down = np.geomspace(5, 0.5, 40).tolist()
    level = [0.5, 0.7] * 20
    assert result_of(down).falling
    assert not result_of(level).falling
    assert not result_of(down[::-1]).falling


@pytest.mark.parametrize("data", CATALOGUE)
def test_arriving_means_one_per_cent_above_the_best_or_of_the_first_where_the_best_is_zero(data: str) -> None:
    run, loaded = raced(data)
    assert loaded.noise_free == (data == "three points")
    first = loaded.train.value(np.array([CATALOGUE[data].start]))[0]
    expected = 0.01 * first if data == "three points" else 1.01 * loaded.best_loss
    assert mark(run, loaded) == pytest.approx(expected, rel=1e-12)


def test_validation_loss_is_told_where_rows_are_held_out() -> None:
    run, loaded = raced(**PATIENTS)
    for name in METHODS:
        end = run.histories[name].path[:, -1]
        expected = loaded.task.validation.value(end)[0]
        assert outcome(run, name, loaded).validation_loss == pytest.approx(expected, rel=1e-12)
    exact, points = raced(**EXACT)
    assert outcome(exact, BATCH.name, points).validation_loss is None


def test_a_hopeless_race_is_lost_by_all() -> None:
    run, loaded = raced(**HOPELESS)
    assert all(outcome(run, name, loaded).diverging for name in METHODS)


def test_diverging_is_lost_or_tenfold_or_batch_descent_growing_beyond_its_limit() -> None:
    assert result_of([5, 4, 51]).diverging
    assert not result_of([5, 4, 49]).diverging
    assert result_of([5, 4, 3], [5, 4, math.inf]).diverging
    assert not result_of([5, 4, 6]).diverging
    slowly, loaded = raced("line", learning_rate=0.81, epochs=5)
    result = outcome(slowly, BATCH.name, loaded)
    assert loaded.curvature.max_stable_learning_rate() < 0.81
    assert result.diverging == (result.grown > 1)


def test_a_race_from_the_solution_itself_can_be_measured() -> None:
    for data in CATALOGUE:
        loaded = load(data)
        run, _ = raced(data, start=tuple(loaded.best.tolist()), epochs=1)
        for name in METHODS:
            result = outcome(run, name, loaded)
            assert result.touched == 0 or loaded.noise_free  # 1 % of nothing but rounding is not reached
            assert result.first_pass <= 0
            assert not math.isnan(result.grown)
            assert not math.isnan(result.first_pass)


@pytest.fixture
def looped(monkeypatch: pytest.MonkeyPatch) -> list[tuple[int, int, str]]:
    """Forget all timings, and note every run of the loop that a race times: its runs, its updates, its first batch."""
    made: list[tuple[int, int, str]] = []
    loop = race.loop

    def noted(objective: Objective, optimizer: Optimizer, theta: np.ndarray, plan: Plan) -> np.ndarray:
        rows = next(iter(plan))
        made.append((len(theta), len(plan), "all" if rows is FULL else str(rows.shape[1])))
        return loop(objective, optimizer, theta, plan)

    race.seconds_per_update.cache_clear()
    monkeypatch.setattr(race, "loop", noted)
    return made


def test_the_seconds_of_a_race_are_the_loops_time_for_its_updates(looped: list[tuple[int, int, str]]) -> None:
    chosen, loaded = defaults("line", seeds=3), load("line")
    run = run_race(chosen, loaded)
    assert looped == [(1, TIMED, "all"), (3, TIMED, "16"), (3, TIMED, "1")]
    for method, updates in zip(METHODS, (20, 100, 1600), strict=True):
        recipe = chosen.recipe(method)
        each = seconds_per_update("line", "gd", recipe.batch_size, "shuffled", recipe.runs)
        assert 1e-7 < each < 0.1
        assert run.seconds[method] == pytest.approx(updates * each)
        assert outcome(run, method, loaded).seconds == run.seconds[method]
    assert len(looped) == 3


@pytest.mark.parametrize(
    ("changes", "timed_anew"),
    [
        ({"learning_rate": 0.3}, 0), ({"epochs": 7}, 0), ({"seed": 9}, 0), ({"start": (1.0, 1.0)}, 0),
        ({"batch_size": 8}, 1), ({"seeds": 2}, 2), ({"optimizer": "adam"}, 3), ({"order": "sequential"}, 3),
    ],
    ids=repr,
)  # fmt: skip
def test_only_what_an_update_costs_is_timed_anew(
    looped: list[tuple[int, int, str]], changes: dict, timed_anew: int
) -> None:
    loaded = load("line")
    before = run_race(defaults("line"), loaded)
    looped.clear()
    after = run_race(defaults("line", **changes), loaded)
    assert len(looped) == timed_anew
    if not timed_anew:
        for method in METHODS:
            updates = [len(run.histories[method].seen) - 1 for run in (before, after)]
            assert after.seconds[method] / updates[1] == pytest.approx(before.seconds[method] / updates[0])


@pytest.mark.parametrize("data", CATALOGUE)
@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_every_method_is_timed_over_as_many_updates(
    looped: list[tuple[int, int, str]], data: str, optimizer: str
) -> None:
    n = load(data).train.n
    for size in (None, 1, 2, n):
        assert seconds_per_update(data, optimizer, size, "shuffled", 2) > 0
    assert looped == [(2, TIMED, str(size)) for size in ("all", 1, 2, n)]


def test_rattling_around_the_solution_it_started_from_is_no_divergence() -> None:
    loaded = load("line")
    run, _ = raced(learning_rate=0.7, epochs=50, start=tuple(loaded.best.tolist()))
    result = outcome(run, STOCHASTIC.name, loaded)
    assert run.histories[STOCHASTIC.name].loss.max() > 10 * run.histories[STOCHASTIC.name].loss[0, 0]
    assert not result.diverging
