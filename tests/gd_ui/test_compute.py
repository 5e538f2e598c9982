"""Computations are shared: done once, kept while there is room, stopped when nobody waits."""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

import pytest

from gd_core.descent import Report
from gd_ui import compute
from gd_ui.compute import Abandoned, Computations, computed

SOON = 20  # seconds any wait may take before the test fails


class Answer(NamedTuple):
    """A result of a given size."""

    value: object
    nbytes: int = 8


class Slow:
    """A computation that goes on when told to, and remembers how often it ran and what became of it."""

    def __init__(self) -> None:
        self.runs = 0
        self.began = threading.Event()
        self.may_report = threading.Event()
        self.stopped = threading.Event()
        self.may_end = threading.Event()
        self.may_end.set()

    def __call__(self, report: Report) -> Answer:
        """Begin, wait for permission, report half, and answer how often this ran."""
        self.runs += 1
        self.began.set()
        assert self.may_report.wait(SOON)
        try:
            report(0.5)
        except Abandoned:
            self.stopped.set()
            assert self.may_end.wait(SOON)
            raise
        return Answer(self.runs)


def at_once(value: object, nbytes: int = 8) -> Callable[[Report], Answer]:
    """Return a computation that needs no time."""
    return lambda report: Answer(value, nbytes)


@pytest.fixture
def shared(monkeypatch: pytest.MonkeyPatch) -> Computations:
    """Give `computed` computations of its own."""
    own = Computations()
    monkeypatch.setattr(compute, "computations", lambda: own)
    return own


@pytest.fixture
def people() -> Iterator[ThreadPoolExecutor]:
    """Provide threads, each a visitor."""
    with ThreadPoolExecutor(24) as pool:
        yield pool


def has_waiting(shared: Computations, key: str, count: int) -> bool:
    job = shared._jobs.get(key)
    return job is not None and job.waiting == count


def wait_until(condition: Callable[[], bool]) -> None:
    """Wait for a condition that another thread brings about."""
    pause = threading.Event()
    for _ in range(SOON * 200):
        if condition():
            return
        pause.wait(0.005)
    pytest.fail("it never came about")


def test_many_who_ask_for_the_same_share_one_computation(shared: Computations, people: ThreadPoolExecutor) -> None:
    slow = Slow()
    asked = [people.submit(computed, "key", slow, "…") for _ in range(24)]
    wait_until(lambda: has_waiting(shared, "key", 24))
    slow.may_report.set()
    answers = [one.result(SOON) for one in asked]
    assert slow.runs == 1
    assert all(answer is answers[0] for answer in answers)
    assert has_waiting(shared, "key", 0)


def test_a_result_is_kept_for_who_asks_later(shared: Computations) -> None:
    first = computed("key", at_once("first"), "…")
    assert computed("key", at_once("second"), "…") is first


def test_different_keys_have_different_results(shared: Computations) -> None:
    assert [computed(("key", i), at_once(i), "…").value for i in range(5)] == list(range(5))


@pytest.mark.parametrize("error", [ValueError("no"), TimeoutError("late"), KeyError("k"), SystemExit(3)])
def test_an_error_reaches_who_waits_and_is_not_kept(shared: Computations, error: BaseException) -> None:
    def fail(report: Report) -> Answer:
        raise error

    with pytest.raises(type(error)) as caught:
        computed("key", fail, "…")
    assert caught.value is error
    assert computed("key", at_once("well"), "…").value == "well"


def test_an_error_reaches_everybody_who_waits(shared: Computations, people: ThreadPoolExecutor) -> None:
    failing = threading.Event()

    def fail(report: Report) -> Answer:
        assert failing.wait(SOON)
        raise ValueError("for all")

    asked = [people.submit(computed, "key", fail, "…") for _ in range(5)]
    wait_until(lambda: has_waiting(shared, "key", 5))
    failing.set()
    assert [str(one.exception(SOON)) for one in asked] == ["for all"] * 5


def test_work_that_nobody_waits_for_stops_at_its_next_report() -> None:
    own, slow = Computations(), Slow()
    job = own.join("key", slow)
    assert slow.began.wait(SOON)
    own.leave(job)
    slow.may_report.set()
    assert slow.stopped.wait(SOON)
    assert isinstance(job.future.exception(SOON), Abandoned)
    assert own._jobs == {}


def test_work_goes_on_while_one_of_two_still_waits() -> None:
    own, slow = Computations(), Slow()
    job, same = own.join("key", slow), own.join("key", slow)
    assert same is job
    own.leave(job)
    slow.may_report.set()
    assert job.future.result(SOON) == Answer(1)
    assert job.fraction == 0.5


def test_work_given_up_before_its_turn_never_begins() -> None:
    own, first, second = Computations(workers=1), Slow(), Slow()
    own.join("first", first)
    assert first.began.wait(SOON)
    waiting = own.join("second", second)
    own.leave(waiting)
    first.may_report.set()
    assert isinstance(waiting.future.exception(SOON), Abandoned)
    assert second.runs == 0


def test_who_comes_late_to_abandoned_work_has_it_done_anew(shared: Computations, people: ThreadPoolExecutor) -> None:
    slow = Slow()
    slow.may_end.clear()
    job = shared.join("key", slow)
    assert slow.began.wait(SOON)
    shared.leave(job)
    slow.may_report.set()
    assert slow.stopped.wait(SOON)
    late = people.submit(computed, "key", slow, "…")
    wait_until(lambda: has_waiting(shared, "key", 1))
    assert slow.runs == 1
    slow.may_end.set()
    assert late.result(SOON) == Answer(2)


class Moved(Exception):
    """Stands for what Streamlit raises in a script whose controls have moved."""


def test_a_page_that_shows_progress_and_is_left_stops_its_work(
    shared: Computations, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Bar:
        shown = 0

        def progress(self, fraction: float, text: str) -> None:
            Bar.shown += 1
            raise Moved

    monkeypatch.setattr(compute.st, "progress", lambda fraction, text: Bar())
    slow = Slow()
    with pytest.raises(Moved):
        computed("key", slow, "…")
    assert Bar.shown == 1
    slow.may_report.set()
    assert slow.stopped.wait(SOON)


def test_a_long_computation_shows_how_far_it_is_and_the_bar_goes_away(
    shared: Computations, monkeypatch: pytest.MonkeyPatch, people: ThreadPoolExecutor
) -> None:
    shown: list[object] = []

    class Bar:
        def progress(self, fraction: float, text: str) -> None:
            shown.append((fraction, text))
            slow.may_report.set()
            if fraction == 0.5:
                half_seen.set()

        def empty(self) -> None:
            shown.append("gone")

    def first_bar(fraction: float, text: str) -> Bar:
        shown.append((fraction, text))
        return Bar()

    class HalfWay(Slow):
        def __call__(self, report: Report) -> Answer:
            answer = super().__call__(report)
            assert half_seen.wait(SOON)
            return answer

    slow, half_seen = HalfWay(), threading.Event()
    monkeypatch.setattr(compute.st, "progress", first_bar)
    assert computed("key", slow, "Running …") == Answer(1)
    assert shown[0] == (0.0, "Running …")
    assert shown[-2:] == [(0.5, "Running …"), "gone"]


def test_a_short_computation_shows_no_bar(shared: Computations, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compute.st, "progress", lambda *_, **__: pytest.fail("a bar for nothing"))
    assert computed("key", at_once("quick"), "…").value == "quick"


def test_a_few_updates_are_made_in_the_thread_that_asks_and_more_are_handed_over(shared: Computations) -> None:
    def where(report: Report) -> Answer:
        return Answer(threading.current_thread())

    assert computed("few", where, "…", updates=compute.SHORT).value is threading.current_thread()
    assert computed("more", where, "…", updates=compute.SHORT + 1).value is not threading.current_thread()
    assert computed("unknown", where, "…").value is not threading.current_thread()


def test_who_asks_for_few_updates_that_are_under_way_waits_for_them(
    shared: Computations, people: ThreadPoolExecutor
) -> None:
    slow = Slow()
    asked = [people.submit(computed, "key", slow, "…", 1) for _ in range(3)]
    wait_until(lambda: has_waiting(shared, "key", 3))
    slow.may_report.set()
    assert [one.result(SOON) for one in asked] == [Answer(1)] * 3


def test_an_error_in_a_few_updates_is_raised_and_not_kept(shared: Computations) -> None:
    def fail(report: Report) -> Answer:
        raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        computed("key", fail, "…", updates=1)
    assert computed("key", at_once("well"), "…", updates=1).value == "well"


def test_when_there_is_no_room_the_least_recently_used_goes(
    shared: Computations, monkeypatch: pytest.MonkeyPatch
) -> None:
    shared._room = 30
    for name in ("a", "b", "c"):
        computed(name, at_once(name, 10), "…")
    computed("a", at_once("again", 10), "…")
    computed("d", at_once("d", 10), "…")
    wait_until(lambda: len(shared._jobs) == 3)
    assert list(shared._jobs) == ["c", "a", "d"]
    assert computed("a", at_once("again", 10), "…").value == "a"
    assert computed("b", at_once("again", 10), "…").value == "again"


def test_one_result_larger_than_the_room_is_still_given_and_goes_with_the_next(shared: Computations) -> None:
    shared._room = 30
    assert computed("small", at_once("small", 10), "…").value == "small"
    assert computed("large", at_once("large", 1000), "…").value == "large"
    wait_until(lambda: list(shared._jobs) == ["large"])
    assert computed("next", at_once("next", 10), "…").value == "next"
    wait_until(lambda: list(shared._jobs) == ["next"])


def test_what_is_still_being_computed_is_never_thrown_out(shared: Computations) -> None:
    shared._room, slow = 5, Slow()
    job = shared.join("slow", slow)
    for name in ("a", "b"):
        computed(name, at_once(name, 10), "…")
    wait_until(lambda: list(shared._jobs) == ["slow", "b"])
    slow.may_report.set()
    assert job.future.result(SOON) == Answer(1)


def test_no_more_than_the_given_number_run_at_a_time() -> None:
    own = Computations(workers=2)
    slow = [Slow() for _ in range(3)]
    jobs = [own.join(i, one) for i, one in enumerate(slow)]
    assert slow[0].began.wait(SOON)
    assert slow[1].began.wait(SOON)
    assert not slow[2].began.wait(0.2)
    for one in slow:
        one.may_report.set()
    assert [job.future.result(SOON) for job in jobs] == [Answer(1)] * 3
