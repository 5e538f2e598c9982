"""Every workload, made small: the engine's numbers and those of the peers that need nothing but NumPy."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks.engine.answer import AGREEMENT, Answer, distance
from benchmarks.engine.case import Descent, Grid
from benchmarks.engine.peers import FAMILIES, numpy_loop
from benchmarks.engine.workloads import WORKLOADS, Workload

NAMES = list(WORKLOADS)


@pytest.mark.parametrize("name", NAMES)
def test_our_side_of_every_workload_agrees_with_the_plain_loop(name: str) -> None:
    case = WORKLOADS[name].small_case
    assert distance(case.ours(), case.by_the_loop()) <= 1e-10


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("family", FAMILIES)
def test_every_peer_that_is_installed_gives_our_answer(family: str, name: str) -> None:
    if not FAMILIES[family].installed:
        pytest.skip(f"{family} is not installed")
    for peer in FAMILIES[family].peers().get(name, ()):
        case = peer.part(WORKLOADS[name].small_case)
        answer = peer.prepare(case)()
        assert peer.yardstick or distance(case.ours(), answer) <= AGREEMENT


@pytest.mark.parametrize("name", NAMES)
def test_a_peers_label_begins_with_its_familys_name_and_every_goal_names_a_peer(name: str) -> None:
    assert all(peer.label.startswith("NumPy") for peers in numpy_loop.PEERS.values() for peer in peers)
    assert all(label.startswith(tuple(FAMILIES)) for label in WORKLOADS[name].goals)


def test_goals_for_numpy_and_scikit_learn_name_peers_that_exist() -> None:
    for family in ("NumPy", "scikit-learn"):
        peers = FAMILIES[family].peers()
        for name, workload in WORKLOADS.items():
            wanted = {label for label in workload.goals if label.startswith(family)}
            assert wanted <= {peer.label for peer in peers.get(name, ())}


@pytest.mark.parametrize("name", ["W1", "W6", "W7"])
def test_a_part_of_a_case_is_its_beginning(name: str) -> None:
    whole = WORKLOADS[name].small_case
    assert isinstance(whole, Descent)
    part = whole.of_epochs(1)
    assert part.size < whole.size
    path, start = whole.ours().path, part.ours().path
    assert path is not None
    assert start is not None
    np.testing.assert_allclose(path[:, : start.shape[1]], start, rtol=1e-12, atol=1e-12)


def test_fewer_runs_are_the_first_ones() -> None:
    whole = WORKLOADS["W7"].small_case
    assert isinstance(whole, Descent)
    part = whole.of_runs(3)
    assert part.recipe.seeds == whole.recipe.seeds[:3]
    assert part.size / whole.size == 3 / whole.recipe.runs


def test_fewer_rows_of_a_grid_are_the_first_ones() -> None:
    grid = WORKLOADS["W5 n = 80"].small_case
    assert isinstance(grid, Grid)
    whole, part = grid.ours().loss, grid.of_rows(2).ours().loss
    assert whole is not None
    assert part is not None
    np.testing.assert_allclose(whole[:2], part, rtol=1e-12)


def test_a_workloads_title_says_how_many_updates_it_has() -> None:
    for name in ("W1", "W2", "W3", "W6"):
        workload: Workload = WORKLOADS[name]
        case = workload.case
        assert isinstance(case, Descent)
        assert f"{case.updates:,} updates" in workload.title


def test_distance_is_relative_to_the_run_and_infinite_where_one_answer_is_lost() -> None:
    path = np.array([[[1.0, 100.0]], [[1.0, 2.0]]])  # two runs of one entry
    moved = path + np.array([[[1e-3, 0.0]], [[0.0, 0.0]]])
    assert distance(Answer(path), Answer(moved)) == pytest.approx(1e-5)
    lost = path.copy()
    lost[0, 0, 0] = np.nan
    assert distance(Answer(path), Answer(lost)) == np.inf
    assert distance(Answer(path), Answer(loss=path[:, :, 0])) == np.inf
    assert distance(Answer(path), Answer(path[:, :, :1])) == np.inf


def test_an_answer_that_keeps_the_end_only_is_held_against_the_end() -> None:
    path = np.arange(12.0).reshape(1, 6, 2)
    assert distance(Answer(path), Answer(path[:, -1:])) == 0
    assert distance(Answer(path), Answer(path[:, :1])) > 0
