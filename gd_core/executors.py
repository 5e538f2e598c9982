"""Executors: pieces of work done one after the other here, or side by side wherever somebody takes functions to run.

Python's interface for that is `concurrent.futures.Executor` (PEP 3148): `submit` takes a function and its arguments and
returns a future, which holds the result once there is one. Threads and processes of this computer have it, and so has a
cluster of computers (dask's `Client.get_executor`, for one).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, TypeVar

from gd_core.descent import Report

if TYPE_CHECKING:  # a twentieth of the cold start, so it is imported only where somebody brings an executor
    from concurrent.futures import Executor, Future

Piece = TypeVar("Piece")
Result = TypeVar("Result")


def silent(fraction: float) -> None:
    """Tell nobody; unlike a lambda, this can be sent to another process."""


def is_one(value: object) -> bool:
    """Return whether a value is an executor."""
    from concurrent.futures import Executor

    return isinstance(value, Executor)


def carry_out(
    work: Callable[[Piece, Report], Result],
    pieces: Sequence[Piece],
    sizes: Sequence[int],
    executor: Executor | None = None,
    report: Report = silent,
) -> list[Result | Exception]:
    """Return work(piece) of every piece, in their order, or the exception that came instead.

    `sizes` says how much work each piece is, in any unit; the report hears which share of all of it is done. It hears
    of the insides of a piece only where the work is done here, for a report need not be fit to travel. If it raises,
    pieces that have not begun are cancelled, and what it raised is raised here.
    """
    progress = Progress(report, sum(sizes))
    if executor is None:
        return [_here(work, piece, size, progress) for piece, size in zip(pieces, sizes, strict=True)]
    return _there(executor, work, pieces, sizes, progress)


class Progress:
    """How much of the work is done; work that has to begin again does not take back what was reported."""

    def __init__(self, report: Report, total: int) -> None:
        self.report, self.total, self.finished, self.told = report, total, 0, 0.0

    def add(self, size: int) -> None:
        """Count a finished piece."""
        self.finished += size
        self.tell(self.finished)

    def tell(self, amount: float) -> None:
        """Report that this much is done."""
        self.told = max(self.told, amount / self.total)
        self.report(self.told)

    def within(self, size: int) -> Report:
        """Return the report of the piece that is being done."""

        def tell(fraction: float) -> None:
            try:
                self.tell(self.finished + fraction * size)
            except Exception as error:
                raise _Stop(error) from error

        return tell


class _Stop(BaseException):
    """Carries what a report raised past those who handle the errors of the work itself."""


def _here(work: Callable[[Piece, Report], Result], piece: Piece, size: int, progress: Progress) -> Result | Exception:
    result: Result | Exception
    try:
        result = work(piece, progress.within(size))
    except _Stop as stop:
        raised: Exception = stop.args[0]
        raise raised from raised.__cause__
    except Exception as error:
        result = error
    progress.add(size)
    return result


def _there(
    executor: Executor,
    work: Callable[[Piece, Report], Result],
    pieces: Sequence[Piece],
    sizes: Sequence[int],
    progress: Progress,
) -> list[Result | Exception]:
    from concurrent.futures import as_completed

    futures: list[Future[Result]] = []
    try:
        futures.extend(_submitted(executor, work, piece) for piece in pieces)  # those before an error are kept
        size_of = dict(zip(futures, sizes, strict=True))
        for future in as_completed(futures):
            progress.add(size_of[future])
        return list(map(_collected, futures))
    finally:
        for future in futures:
            future.cancel()


def _submitted(executor: Executor, work: Callable[[Piece, Report], Result], piece: Piece) -> Future[Result]:
    """Hand a piece to the executor; if its workers have died meanwhile, the future says so."""
    from concurrent.futures import BrokenExecutor, Future

    try:
        return executor.submit(work, piece, silent)
    except BrokenExecutor as error:
        future: Future[Result] = Future()
        future.set_exception(error)
        return future


def _collected(future: Future[Result]) -> Result | Exception:
    try:
        return future.result()
    except Exception as error:  # work raised, the piece could not be sent, or its worker was lost
        return error
