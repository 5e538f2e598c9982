"""The comparison: what is timed, what is refused, what is named as absent. No time is asserted."""

from __future__ import annotations

from benchmarks.engine.answer import Answer
from benchmarks.engine.case import Case, Descent
from benchmarks.engine.comparison import OURS, Row, compared
from benchmarks.engine.peers import Peer, Work
from benchmarks.engine.workloads import WORKLOADS

SMALL = WORKLOADS["W1"]._replace(size=WORKLOADS["W1"].small, goals={"honest": 0.0, "wrong": 1.0, "missing": 2.0})


def honest(case: Case) -> Work:
    """Give the engine's own answer."""
    return case.ours


def wrong(case: Case) -> Work:
    """Give another path."""
    path = case.ours().path
    assert path is not None
    return lambda: Answer(path + 1e-6)


def rows(*peers: Peer) -> dict[str, Row]:
    """Compare the small workload with these peers."""
    return {row.label: row for row in compared("W1", SMALL, {"tests": {"W1": peers}}, rounds=2)}


def test_a_peer_with_our_answer_is_timed_and_its_goal_judged() -> None:
    row = rows(Peer("honest", honest, "path, loss"))["honest"]
    assert row.seconds is not None
    assert row.ratio is not None
    assert row.holds is True
    assert "equal to 0e+00" in row.note


def test_a_peer_with_another_answer_is_refused_and_not_timed() -> None:
    row = rows(Peer("wrong", wrong, "path"))["wrong"]
    assert row.seconds is None
    assert row.holds is None
    assert row.note.startswith("REFUSED")


def test_a_goal_against_a_peer_that_is_not_there_is_named_as_absent() -> None:
    row = rows()["missing"]
    assert (row.goal, row.seconds, row.holds) == (2.0, None, None)
    assert "absent" in row.note


def test_a_part_is_scaled_to_the_whole_and_the_row_says_so() -> None:
    def part(case: Descent) -> Descent:
        return case.of_epochs(1)

    row = rows(Peer("honest", honest, "path, loss", part))["honest"]
    assert row.note.startswith("timed over 40 updates of 120 updates")


def test_a_yardstick_is_timed_without_an_answer() -> None:
    row = rows(Peer("honest", lambda case: Answer, "nothing", yardstick=True))["honest"]
    assert row.seconds is not None


def test_our_row_comes_first_and_has_no_ratio() -> None:
    row = next(iter(rows().values()))
    assert row.label == OURS
    assert row.ratio is None
    assert row.seconds is not None
