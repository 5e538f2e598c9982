"""Many starts at once: what is known of the lands, where runs end, and what the map of all starts says."""

import re

import numpy as np
import pytest

from gd_core import OPTIMIZERS
from gd_core.shapes import Array
from gd_ui.beyond_convex.findings import basin_title, fate_name, findings, legend, percent
from gd_ui.beyond_convex.lands import LANDS, NEAR, NOWHERE, Land, land, written_place
from gd_ui.beyond_convex.starts import (
    BLOCK,
    CELLS,
    DIVERGED,
    MAP_UPDATES,
    ON_THE_WAY,
    PATIENCE,
    RESTING,
    SIDE,
    STARTS,
    Flock,
    fates,
    map_axes,
    run_basins,
    run_flock,
)
from gd_ui.charts.regions import lattice, region_outlines
from gd_ui.lanes import LANES

by_land = pytest.mark.parametrize("name", LANDS)
RULES = ("gd", "momentum")


def by_hand(on: Land, start: Array, rate: float, updates: int, momentum: float = 0.0) -> Array:
    """Return where one run stands in the end, update by update."""
    w, v = start.astype(float), np.zeros(2)
    with np.errstate(all="ignore"):
        for _ in range(updates):
            v = momentum * v + on.loss.grad(w[None])[0]
            w = w - rate * v
    return w


@by_land
def test_every_valley_and_saddle_of_a_land_is_flat_and_at_its_height(name: str) -> None:
    on = land(name)
    for valley in on.valleys:
        place = np.array([valley.place])
        np.testing.assert_allclose(on.loss.grad(place), 0, atol=1e-10)
        assert on.loss.value(place)[0] == pytest.approx(valley.height, abs=1e-9)
        assert on.curvatures(valley.place)[0][0] > -1e-6
    for saddle in on.saddles:
        np.testing.assert_allclose(on.loss.grad(np.array([saddle])), 0, atol=1e-6)
        assert on.curvatures(saddle)[0][0] < 0
    assert on.valleys[0].height == min(valley.height for valley in on.valleys)
    assert len(on.valleys) < len(LANES)


@by_land
def test_a_valley_s_floor_is_its_own_and_a_place_beside_it_is_not(name: str) -> None:
    on = land(name)
    places = np.array([valley.place for valley in on.valleys])
    assert on.valley_at(places).tolist() == list(range(len(places)))
    assert set(on.valley_at(places + 5 * NEAR * on.half).tolist()) == {NOWHERE}


def test_the_course_s_valley_is_the_whole_curve() -> None:
    on = land("course A")
    a = np.array([0.8, 1.0, 2.0, -0.8, -2.0])
    assert on.valley_at(np.stack([a, 2 / a], axis=1)).tolist() == [0, 0, 0, 1, 1]
    assert on.valley_at(np.zeros((1, 2))).tolist() == [NOWHERE]
    assert on.curvatures((0.0, 0.0))[0] == pytest.approx([-2 * (2 + 8 + 18) / 3, 2 * (2 + 8 + 18) / 3])


@by_land
@pytest.mark.parametrize("rule", RULES)
def test_a_cell_of_the_map_ends_as_its_run_alone(name: str, rule: str) -> None:
    on = land(name)
    basins = run_basins(name, on.learning_rate, rule)
    across, up = map_axes(on)
    momentum = 0.9 if rule == "momentum" else 0.0
    for row, column in ((0, 0), (3, 150), (100, 40), (121, 121), (199, 77)):
        start = np.array([across[column], up[CELLS - 1 - row]])
        end = by_hand(on, start, on.learning_rate, MAP_UPDATES, momentum)
        assert basins.fates[row, column] == fates(end[None], on)[0]
    assert CELLS**2 % BLOCK == 0


@by_land
def test_shares_of_the_map_add_up(name: str) -> None:
    on = land(name)
    basins = run_basins(name, on.learning_rate, "gd")
    every = [*range(len(on.valleys)), ON_THE_WAY, RESTING, DIVERGED]
    assert sum(basins.share(fate) for fate in every) == pytest.approx(1)


def test_the_map_of_a_symmetric_land_is_symmetric() -> None:
    for name, mirrored in (("saddle", lambda fates: fates[::-1]), ("course A", lambda fates: fates[::-1, ::-1])):
        found = run_basins(name, land(name).learning_rate, "gd").fates
        other = mirrored(found)
        assert (found[other >= 0] == 1 - other[other >= 0]).all()


@by_land
@pytest.mark.parametrize("starts", STARTS)
def test_a_run_among_many_ends_as_by_hand(name: str, starts: str) -> None:
    on = land(name)
    runs = run_flock(Flock(name, on.learning_rate, "gd", starts, 60, 5, on.start))
    assert runs.history.path.shape == (1 if starts == "one" else SIDE**2, 61, 2)
    for path, fate in zip(runs.history.path, runs.fates, strict=True):
        end = by_hand(on, path[0], on.learning_rate, 60)
        np.testing.assert_allclose(path[-1], end, rtol=1e-9, atol=1e-12)
        assert fate == fates(end[None], on)[0]


def test_the_grid_has_starts_exactly_on_the_ridge() -> None:
    for name, off in (("saddle", lambda path: path[..., 1]), ("course A", lambda path: path.sum(axis=-1))):
        runs = run_flock(Flock(name, land(name).learning_rate, "gd", "grid", 200))
        on_ridge = off(runs.history.path[:, 0]) == 0
        assert on_ridge.sum() == SIDE
        assert (off(runs.history.path[on_ridge]) == 0).all()
        assert (runs.fates[on_ridge] == RESTING).all()
        assert runs.still_resting.tolist() == on_ridge.tolist()


def told(flock: Flock) -> list[str]:
    return findings(run_flock(flock), run_basins(flock.land, flock.rate, flock.optimizer))


@by_land
@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("rate", [1e-5, None, 1.0])
def test_the_sentences_count_what_happened(name: str, rule: str, rate: float | None) -> None:
    on = land(name)
    rate = rate or on.learning_rate
    flock = Flock(name, rate, rule, "grid", 100)
    runs, basins = run_flock(flock), run_basins(name, rate, rule)
    sentences = findings(runs, basins)
    assert 2 <= len(sentences) <= 3
    momentum = 0.9 if rule == "momentum" else 0.0
    alone = fates(np.array([by_hand(on, path[0], rate, 100, momentum) for path in runs.history.path]), on)
    for fate in np.unique(runs.fates).tolist():
        assert f"**{(alone == fate).sum()}** {fate_name(fate, on)}" in sentences[0]
    arrived = float((basins.fates >= 0).mean())
    assert f"{percent(arrived)} are in a valley" in sentences[-1]
    assert ("diverge" in sentences[-1]) == bool((basins.fates == DIVERGED).any())


def test_the_deepest_valley_is_named_when_it_is_missed() -> None:
    flock = Flock("tilted himmelblau", 0.01, "gd", "grid", 200)
    runs = run_flock(flock)
    missed = int((runs.fates > 0).sum())
    assert f"{missed} missed the deepest valley, {fate_name(0, land(flock.land))}" in told(flock)[0]
    alone = Flock("tilted himmelblau", 0.01, "gd", "one", 200, start=(3.0, 2.0))
    assert "The run has missed the deepest valley" in told(alone)[0]
    lucky = Flock("tilted himmelblau", 0.01, "gd", "one", 200, start=(-4.0, -4.0))
    assert "Whoever arrived is in the deepest of the 4 valleys" in told(lucky)[0]


def test_equally_deep_valleys_are_called_so() -> None:
    assert "All 4 valleys are equally deep; which one" in told(Flock("himmelblau", 0.01, "gd", "grid", 200))[0]
    assert "Both valleys are equally deep; which one" in told(Flock("saddle", 0.05, "gd", "grid", 200))[0]
    one = Flock("himmelblau", 0.01, "gd", "one", 200, start=(3.0, 2.0))
    assert "All 4 valleys are equally deep; each is as good" in told(one)[0]
    assert "one valley only" in told(Flock("rosenbrock", 0.001, "gd", "grid", 200))[0]
    assert "None has reached a valley" in told(Flock("himmelblau", 1e-5, "gd", "grid", 50))[0]


def test_a_start_exactly_on_the_ridge_is_told_to_stay() -> None:
    _, sentence, _ = told(Flock("saddle", 0.05, "gd", "one", 400, start=(-1.6, 0.0)))
    assert sentence.startswith("The one at rest is where nothing slopes, (0, 0), and still there")
    assert f"{PATIENCE:,} updates later: exactly on the ridge" in sentence
    assert "grow ×1.2 with every update (λ = −4)" in sentence
    _, with_momentum, _ = told(Flock("saddle", 0.05, "momentum", "one", 400, start=(-1.6, 0.0)))
    assert "exactly on the ridge" in with_momentum
    assert "×" not in with_momentum


def test_a_start_a_hair_off_the_ridge_is_not_told_to_be_on_it() -> None:
    slow = Flock("saddle", 0.0001, "gd", "one", 50, start=(0.0, 1e-10))
    _, sentence, _ = told(slow)
    assert "exactly" not in sentence
    assert "so close to it that leaving takes longer" in sentence
    leaving = Flock("saddle", 0.01, "gd", "one", 50, start=(0.0, 1e-10))
    _, sentence, _ = told(leaving)
    assert sentence.endswith("updates later it has left.")


def test_a_single_run_that_arrives_nowhere_is_told_in_the_singular() -> None:
    assert told(Flock("saddle", 0.05, "gd", "one", 400, start=(-1.6, 0.0)))[0].endswith("It has reached no valley.")


def test_a_start_away_from_the_ridge_is_told_nothing_of_it() -> None:
    assert len(told(Flock("saddle", 0.05, "gd", "one", 400, start=(-1.6, 0.5)))) == 2


@pytest.mark.parametrize(("name", "rate"), [("himmelblau", 0.05), ("beale", 0.5), ("course A", 0.1)])
def test_the_remedy_is_a_smaller_rate_at_which_nothing_diverges(name: str, rate: float) -> None:
    runs = run_flock(Flock(name, rate, "gd", "grid", 100))
    assert (runs.fates == DIVERGED).any()
    assert runs.remedy is not None
    assert runs.remedy < rate
    again = run_flock(Flock(name, runs.remedy, "gd", "grid", 100))
    assert not (again.fates == DIVERGED).any()
    assert again.remedy is None


@by_land
def test_the_title_and_the_legend_name_every_valley(name: str) -> None:
    on = land(name)
    basins = run_basins(name, on.learning_rate, "gd")
    for i, valley in enumerate(on.valleys):
        assert valley.name in legend(on)
        if basins.share(i):
            assert f"{LANES[i].sign}] {percent(basins.share(i))}" in basin_title(basins, on)


def test_a_share_never_rounds_to_none_or_all() -> None:
    assert [percent(share) for share in (0.0, 1.0, 0.25, 0.99998, 0.00003)] == [
        "none",
        "all",
        "25 %",
        "99.998 %",
        "0.003 %",
    ]
    assert written_place((-2.805, 1e-17)) == "(−2.81, 0)"


def test_outlines_cover_every_cell_once() -> None:
    rng = np.random.default_rng(0)
    grid = np.sort(rng.integers(-1, 3, (12, 9)), axis=1)
    covered = np.zeros((12, 9), dtype=int)
    for fate, outline in region_outlines(grid, 2.0).items():
        for left, top, right, bottom in re.findall(r"M(\S+?),(\d+)H(\S+?)V(\d+)H\S+?Z", outline):
            columns = slice(round(float(left) / 2), round(float(right) / 2))
            assert (grid[int(top) : int(bottom), columns] == fate).all()
            covered[int(top) : int(bottom), columns] += 1
    assert (covered == 1).all()


def test_the_lattice_lies_within_the_grid() -> None:
    rows, columns = lattice(np.zeros((CELLS, CELLS), dtype=np.intp), 11, 6)
    assert len(rows) == len(columns) == 66
    assert 0 <= rows.min() <= rows.max() < CELLS
    assert 0 <= columns.min() <= columns.max() < CELLS


def test_a_plain_step_of_the_map_is_the_optimizer_s() -> None:
    """The page's momentum is the core's, with its default."""
    on = land("himmelblau")
    rule = OPTIMIZERS["momentum"](0.01)
    theta = np.array([[1.0, 1.0]])
    state = rule.init(theta)
    for _ in range(5):
        step, state = rule.update(on.loss.grad(theta), state)
        theta = theta + step
    np.testing.assert_allclose(theta[0], by_hand(on, np.array([1.0, 1.0]), 0.01, 5, 0.9))
