"""Pieces of work are done here or wherever an executor takes them, and nothing that goes wrong is lost."""

import multiprocessing
import os
from collections.abc import Callable, Iterator
from concurrent.futures import BrokenExecutor, Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor
from threading import Event

import pytest

from gd_core import executors
from gd_core.descent import Report

SIZES = [1, 5, 2, 2]


class StopError(Exception):
    """What a report raises here."""


def stop(fraction: float) -> None:
    raise StopError


def square(piece: int, report: Report) -> int:
    report(0.5)
    if piece == 0:
        raise ZeroDivisionError
    return piece**2


def leave(piece: int, report: Report) -> int:
    os._exit(1)


@pytest.fixture(params=["here", "threads"])
def executor(request: pytest.FixtureRequest) -> Iterator[Executor | None]:
    """Return no executor, or one with two threads."""
    if request.param == "here":
        yield None
    else:
        with ThreadPoolExecutor(2) as pool:
            yield pool


def test_results_come_in_the_order_of_the_pieces_whichever_is_ready_first() -> None:
    ready = [Event() for _ in SIZES]

    def backwards(piece: int, report: Report) -> int:
        assert piece + 1 == len(ready) or ready[piece + 1].wait(60)
        ready[piece].set()
        return piece

    with ThreadPoolExecutor(len(SIZES)) as pool:
        assert executors.carry_out(backwards, range(4), SIZES, pool) == [0, 1, 2, 3]


def test_an_exception_takes_the_place_of_a_result(executor: Executor | None) -> None:
    one, broken, two = executors.carry_out(square, [1, 0, 2], [1, 1, 1], executor)
    assert (one, two) == (1, 4)
    assert isinstance(broken, ZeroDivisionError)


def test_the_report_hears_the_share_of_the_work_that_is_done(executor: Executor | None) -> None:
    heard: list[float] = []
    executors.carry_out(square, [1, 2, 0, 3], SIZES, executor, heard.append)
    assert heard == sorted(heard)
    assert heard[-1] == 1.0
    if executor is None:
        assert heard == [0.05, 0.1, 0.35, 0.6, 0.7, 0.8, 0.9, 1.0]
    else:
        assert len(heard) == len(SIZES)


def test_work_that_begins_again_takes_back_nothing_that_was_reported() -> None:
    heard: list[float] = []

    def again(piece: int, report: Report) -> None:
        for fraction in (0.6, 0.2, 0.8):
            report(fraction)

    executors.carry_out(again, [1, 2], [1, 1], report=heard.append)
    assert heard == [0.3, 0.3, 0.4, 0.5, 0.8, 0.8, 0.9, 1.0]


def test_a_report_may_stop_the_work_in_the_middle_of_a_piece() -> None:
    begun: list[int] = []

    def work(piece: int, report: Report) -> None:
        begun.append(piece)
        try:
            report(0.5)
        except Exception:
            pytest.fail("what a report raises is no error of the work")

    with pytest.raises(StopError):
        executors.carry_out(work, range(4), SIZES, report=stop)
    assert begun == [0]


def test_what_a_report_raises_keeps_its_cause() -> None:
    def tell(fraction: float) -> None:
        raise StopError from ValueError("the cause")

    with pytest.raises(StopError) as raised:
        executors.carry_out(square, [1], [1], report=tell)
    assert repr(raised.value.__cause__) == "ValueError('the cause')"


def test_when_a_report_stops_the_work_pieces_not_begun_are_cancelled() -> None:
    begun, gate = [], Event()

    def work(piece: int, report: Report) -> None:
        begun.append(piece)
        assert piece == 0 or gate.wait(60)

    with ThreadPoolExecutor(1) as pool:
        with pytest.raises(StopError):
            executors.carry_out(work, range(50), [1] * 50, pool, stop)
        gate.set()
    assert begun in ([0], [0, 1])


def test_a_piece_whose_process_dies_is_named_by_its_error() -> None:
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as pool:
        (lost,) = executors.carry_out(leave, [1], [1], pool)
        again = executors.carry_out(square, [1, 2], [1, 1], pool)  # it takes no work any more
    assert isinstance(lost, BrokenExecutor)
    assert all(isinstance(result, BrokenExecutor) for result in again)


def test_an_executor_that_is_shut_down_says_so() -> None:
    pool = ThreadPoolExecutor(1)
    pool.shutdown()
    with pytest.raises(RuntimeError, match="cannot schedule new futures after shutdown"):
        executors.carry_out(square, [1], [1], pool)


def test_pieces_already_taken_are_cancelled_when_an_executor_takes_no_more() -> None:
    taken: list[Future[int]] = []

    class Weary(Executor):
        def submit(self, fn: Callable[..., int], /, *args: object, **kwargs: object) -> Future[int]:
            if len(taken) == 2:
                raise StopError
            taken.append(Future())
            return taken[-1]

    with pytest.raises(StopError):
        executors.carry_out(square, [1, 2, 3], [1, 1, 1], Weary())
    assert [future.cancelled() for future in taken] == [True, True]
