"""Problems and recipes are plain values that name a run completely."""

import numpy as np
import pytest

from gd_core import (
    LOSSES,
    OPTIMIZERS,
    SCALINGS,
    SCHEDULES,
    Batching,
    Dataset,
    Problem,
    Recipe,
    dataset,
    descend,
    experiment,
    hyperparameters,
    least_squares,
    noisy_line,
    original_units,
    prepare,
    train,
)
from gd_core.engines import LOOP, METHODS, Engine


def houses() -> Dataset:
    """Return 30 rows of two features of unlike size; 20 train."""
    rng = np.random.default_rng(9)
    x = rng.normal(size=(30, 2)) * [1, 1000] + [5, -300]
    y = x @ [[3], [0.01]] + 7 + rng.normal(size=(30, 1))
    return dataset(x, y, ["rooms", "area"], ["price"], "made up", n_train=20)


@pytest.mark.parametrize("scaling", SCALINGS)
@pytest.mark.parametrize("fraction", [None, 0.3])
def test_scaling_knows_the_training_rows_only(scaling: str, fraction: float | None) -> None:
    data, problem = houses(), Problem("houses", scaling=scaling, validation_fraction=fraction)
    task = prepare(problem, data)
    kept = task.features.undo(task.train.x)[:, 0]
    held_out = ~np.isclose(data.x[:, :1], kept, rtol=1e-9, atol=0).any(axis=1)
    spoiled = data._replace(x=np.where(held_out[:, None], 1e6, data.x), y=np.where(held_out[:, None], -1e6, data.y))
    again = prepare(problem, spoiled)
    assert held_out.sum() == task.validation.n == (10 if fraction is None else 9)
    assert again.features.shift.tolist() == task.features.shift.tolist()
    assert again.features.scale.tolist() == task.features.scale.tolist()
    assert again.target.shift.tolist() == task.target.shift.tolist()
    assert again.train.x.tolist() == task.train.x.tolist()
    assert again.train.y.tolist() == task.train.y.tolist()
    assert again.validation.x.tolist() != task.validation.x.tolist()


@pytest.mark.parametrize("scaling", SCALINGS)
def test_training_and_held_out_rows_are_scaled_alike(scaling: str) -> None:
    data = houses()
    task = prepare(Problem("houses", scaling=scaling), data)
    fitted = SCALINGS[scaling](data.x[:20])
    assert task.train.x.tolist() == fitted.apply(data.x[:20]).tolist()
    assert task.validation.x.tolist() == fitted.apply(data.x[20:]).tolist()
    assert task.validation.y.tolist() == SCALINGS[scaling](data.y[:20]).apply(data.y[20:]).tolist()


@pytest.mark.parametrize(("fraction", "held_out"), [(0, 0), (0.1, 3), (0.25, 8), (0.5, 15), (0.97, 29)])
def test_a_fraction_of_the_rows_is_held_out_and_none_is_lost(fraction: float, held_out: int) -> None:
    data = houses()
    task = prepare(Problem("houses", validation_fraction=fraction), data)
    validation = [] if task.validation is None else task.validation.x[:, 0].tolist()
    assert len(validation) == held_out
    assert sorted([*task.train.x[:, 0], *validation]) == sorted(data.x[:, 0])


def test_the_split_seed_decides_which_rows_are_held_out() -> None:
    splits = [
        prepare(Problem("houses", validation_fraction=0.3, split_seed=seed), houses()).validation.x.tolist()
        for seed in (1, 1, 2)
    ]
    assert splits[0] == splits[1] != splits[2]


@pytest.mark.parametrize("scaling", SCALINGS)
def test_the_best_fit_is_the_same_line_whatever_the_scaling(scaling: str) -> None:
    task = prepare(Problem("houses", scaling=scaling), houses())
    plain = prepare(Problem("houses"), houses())
    found = original_units(least_squares(task.train), task.features, task.target)
    assert found == pytest.approx(least_squares(plain.train), rel=1e-10)


@pytest.mark.parametrize("bias", [True, False])
def test_a_problem_says_whether_there_is_a_bias(bias: bool) -> None:
    assert prepare(Problem("houses", bias=bias), houses()).train.model.names[-1] == ("b" if bias else "w2")


@pytest.mark.parametrize("loss", LOSSES)
def test_a_problem_names_its_loss(loss: str) -> None:
    task = prepare(Problem("houses", loss=loss), houses())
    assert task.train.loss is task.validation.loss is LOSSES[loss]


def test_equal_settings_are_one_key() -> None:
    assert len({Problem("line"), Problem("line"), Problem("line", scaling="standardise")}) == 2
    assert len({Recipe(), Recipe((0.1,)), Recipe(epochs=11), Recipe(seeds=(1,))}) == 3


@pytest.mark.parametrize(
    ("rates", "seeds", "runs"),
    [((0.1,), (0,), 1), ((0.1, 0.2), (5,), 2), ((0.1,), (1, 2, 3), 3), ((0.1, 0.2), (1, 2), 2)],
)
def test_runs_pair_rates_with_seeds_and_one_serves_all(
    rates: tuple[float, ...], seeds: tuple[int, ...], runs: int
) -> None:
    on = prepare(Problem("line"), noisy_line()).train
    recipe = Recipe(rates, seeds=seeds, batch_size=16, epochs=2)
    history = train(on, recipe)
    assert recipe.runs == len(history.path) == runs
    for r in range(runs):
        alone = train(on, Recipe((rates[r % len(rates)],), seeds=(seeds[r % len(seeds)],), batch_size=16, epochs=2))
        assert np.abs(history.path[r] - alone.path[0]).max() < 1e-12


def test_large_and_small_seeds_go_together() -> None:
    on = prepare(Problem("line"), noisy_line()).train
    seeds = (1, 2**63, 2**70)
    together = train(on, Recipe(seeds=seeds, batch_size=16, epochs=1))
    for r, seed in enumerate(seeds):
        alone = train(on, Recipe(seeds=(seed,), batch_size=16, epochs=1))
        assert np.abs(together.path[r] - alone.path[0]).max() < 1e-12


def test_without_a_start_each_seed_draws_its_own() -> None:
    on = prepare(Problem("line"), noisy_line()).train
    history = train(on, Recipe(seeds=(3, 4)))
    assert history.path[:, 0].tolist() == on.model.init([3, 4]).tolist()


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
@pytest.mark.parametrize("schedule", SCHEDULES)
def test_a_recipe_is_the_loop_with_its_settings_filled_in(optimizer: str, schedule: str) -> None:
    on = prepare(Problem("line"), noisy_line()).train
    own = {name: value * 0.9 for name, value in hyperparameters(optimizer).items()}
    rates = (0.02, 0.05)
    recipe = Recipe(rates, optimizer, schedule, batch_size=30, epochs=4, start=(0.0, 0.0), seeds=(1, 2), **own)
    plan = Batching(30).plan(80, 4, [1, 2])
    column = np.array(rates)[:, None]
    by_hand = OPTIMIZERS[optimizer](lambda t: column * SCHEDULES[schedule](t, 12), **own)
    expected = descend(on, by_hand, np.zeros((2, 2)), plan)
    history = train(on, recipe, method="loop")
    assert history.path.tolist() == expected.path.tolist()
    assert history.loss.tolist() == expected.loss.tolist()
    fastest = train(on, recipe)
    assert np.abs(fastest.path - expected.path).max() < 1e-14
    assert np.abs(fastest.loss - expected.loss).max() < 1e-14
    default = train(on, Recipe(rates, optimizer, schedule, batch_size=30, epochs=4, start=(0.0, 0.0), seeds=(1, 2)))
    assert not own or history.path.tolist() != default.path.tolist()


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("optimizer", ["gd", "adam"])
def test_held_out_loss_is_recorded_when_there_are_held_out_rows(optimizer: str, method: str) -> None:
    task = prepare(Problem("line"), noisy_line())
    history = train(task.train, Recipe(optimizer=optimizer, epochs=3), task.validation, method=method)
    expected = [task.validation.value(theta[None])[0] for theta in history.path[0]]
    assert history.validation_loss[0] == pytest.approx(np.array(expected), rel=1e-14)
    assert train(task.train, Recipe(optimizer=optimizer), method=method).validation_loss is None


@pytest.mark.parametrize("method", ["scan", "", None, "LOOP"])
def test_a_method_is_one_of_two(method: str | None) -> None:
    with pytest.raises(ValueError, match=r"^method must be one of 'fastest', 'loop'; got"):
        train(prepare(Problem("line"), noisy_line()).train, Recipe(), method=method)


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize(
    ("recipe", "message"),
    [
        (Recipe(start=(1.0,)), r"start must have shape \(2,\)"),
        (Recipe(start=(1.0, np.nan)), "start must hold finite numbers"),
        (Recipe(batch_size=81), "batch_size must be a whole number >= 1 and <= 80"),
    ],
)
def test_a_recipe_that_does_not_fit_is_refused_by_both_methods(recipe: Recipe, message: str, method: str) -> None:
    with pytest.raises(ValueError, match=f"^{message}"):
        train(prepare(Problem("line"), noisy_line()).train, recipe, method=method)


@pytest.mark.parametrize(
    ("rate", "optimizer", "method"),
    [(0.1, "gd", "fastest"), (1e3, "gd", "fastest"), (0.1, "gd", "loop"), (0.1, "adam", "fastest")],
    ids=["scanned", "scanned in vain", "looped", "not to be scanned"],
)
def test_a_report_hears_the_finished_share_and_may_stop_the_work(rate: float, optimizer: str, method: str) -> None:
    task = prepare(Problem("line"), noisy_line())
    recipe = Recipe((rate,), optimizer, batch_size=1, epochs=50)
    heard: list[float] = []
    train(task.train, recipe, task.validation, heard.append, method)
    assert 0 < heard[0] <= 0.5 < heard[-2] < heard[-1] == 1.0
    assert heard == sorted(heard) or rate == 1e3  # where the scan was in vain, the loop starts again

    class StopError(Exception):
        pass

    def stop(fraction: float) -> None:
        raise StopError

    with pytest.raises(StopError):
        train(task.train, recipe, report=stop, method=method)


def test_a_history_is_recorded_at_a_stride_from_the_byte_on_that_is_too_much(monkeypatch: pytest.MonkeyPatch) -> None:
    task, recipe = prepare(Problem("line"), noisy_line()), Recipe((0.1, 0.2), batch_size=7, epochs=50)
    history = train(task.train, recipe, task.validation)
    taken = history.path.nbytes + history.loss.nbytes + history.validation_loss.nbytes + 8 * 2 * 50 * task.train.n
    monkeypatch.setattr(experiment, "LARGEST_HISTORY", taken)
    assert train(task.train, recipe, task.validation).total is None
    monkeypatch.setattr(experiment, "LARGEST_HISTORY", taken - 1)
    assert train(task.train, recipe, task.validation).total == 600


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
@pytest.mark.parametrize("runs", [1, 300])
@pytest.mark.parametrize("size", [1, 16, None])
def test_whatever_engine_is_chosen_the_history_is_the_loops(size: int | None, runs: int, optimizer: str) -> None:
    task = prepare(Problem("line"), noisy_line())
    recipe = Recipe(tuple(np.linspace(0.001, 0.05, runs).tolist()), optimizer, batch_size=size, epochs=3)
    found, expected = (train(task.train, recipe, task.validation, method=method) for method in METHODS)
    assert np.abs(found.path - expected.path).max() < 1e-12 * np.abs(expected.path).max()
    assert np.abs(found.loss - expected.loss).max() < 1e-12 * expected.loss.max()
    assert found.seen.tolist() == expected.seen.tolist()


def test_an_engine_that_finds_no_history_leaves_it_to_the_next(monkeypatch: pytest.MonkeyPatch) -> None:
    on = prepare(Problem("line"), noisy_line()).train
    expected = train(on, Recipe(batch_size=7), method="loop")
    in_vain = Engine(lambda *_: True, lambda *_: None)
    monkeypatch.setitem(METHODS, "fastest", (in_vain, LOOP))
    assert train(on, Recipe(batch_size=7)).path.tolist() == expected.path.tolist()
