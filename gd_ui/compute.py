"""Computations shared by everybody: done once, in the background, a few at a time, kept while there is room.

A page asks for a result by a key that names it completely. If somebody already asked for the same, both get one
computation. A short one is made by who asks first. A longer one is handed to another thread and shows how far it is; as
the page's script waits in small steps, moving a control meanwhile ends the wait at once, and work that nobody waits for
any more is stopped.
"""

from __future__ import annotations

import functools
import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from concurrent.futures import Future, ThreadPoolExecutor, TimeoutError, wait
from dataclasses import dataclass, field
from typing import Any, Generic, Protocol, TypeVar

import streamlit as st

from gd_core.descent import Report


class Sized(Protocol):
    """A result that knows its memory in bytes."""

    @property
    def nbytes(self) -> int:
        """Bytes held."""


Result = TypeVar("Result", bound=Sized)

WORKERS = 2
"""Computations at a time in this process; more would only make each other wait for the processor."""
ROOM = 96_000_000
"""Bytes of finished results kept; the least recently used go first."""
PATIENCE = 0.1
"""Seconds a page waits silently before it shows a progress bar, and between its updates."""


SHORT = 4_000
"""Updates that are made about as soon as they are handed over."""


class Abandoned(Exception):
    """Raised inside a computation that nobody waits for any more."""


@dataclass(eq=False)
class Job(Generic[Result]):
    """One computation, under way or finished."""

    future: Future[Result] = field(default_factory=Future)
    fraction: float = 0.0
    waiting: int = 0

    def report(self, fraction: float) -> None:
        """Note the finished share; stop the computation if nobody waits for it."""
        self.fraction = fraction
        if self.waiting == 0:
            raise Abandoned


class Computations:
    """The jobs of this process, by key."""

    def __init__(self, workers: int = WORKERS, room: int = ROOM) -> None:
        self._pool = ThreadPoolExecutor(workers, thread_name_prefix="computation")
        self._room = room
        self._jobs: OrderedDict[Hashable, Job[Any]] = OrderedDict()
        self._lock = threading.Lock()

    def join(self, key: Hashable, function: Callable[[Report], Result], *, at_once: bool = False) -> Job[Result]:
        """Return the job for `key`, started with `function(report)` if there is none; `leave` it when done waiting.

        What is started `at_once` runs in the thread of the caller, before this returns.
        """
        with self._lock:
            job = self._jobs.get(key)
            is_new = job is None or (job.future.done() and job.future.exception() is not None)
            if job is None or is_new:
                job = self._jobs[key] = Job()
            self._jobs.move_to_end(key)
            job.waiting += 1  # before it may begin: work that nobody waits for gives up
        if is_new and at_once:
            self._run(key, job, function)
        elif is_new:
            self._pool.submit(self._run, key, job, function)
        return job

    def leave(self, job: Job[Any]) -> None:
        """Say that one caller no longer waits."""
        with self._lock:
            job.waiting -= 1

    def _run(self, key: Hashable, job: Job[Any], function: Callable[[Report], Any]) -> None:
        try:
            job.report(0.0)
            job.future.set_result(function(job.report))
        except BaseException as error:  # whoever waits gets the error; the pool's thread lives on
            with self._lock:
                if self._jobs.get(key) is job:
                    del self._jobs[key]
            job.future.set_exception(error)
        else:
            self._make_room()

    def _make_room(self) -> None:
        with self._lock:
            finished = [(key, job) for key, job in self._jobs.items() if job.future.done()]
            held = sum(job.future.result().nbytes for _, job in finished)
            for key, job in finished[:-1]:
                if held <= self._room:
                    return
                held -= job.future.result().nbytes
                del self._jobs[key]


@functools.cache
def computations() -> Computations:
    """Return the process's computations."""
    return Computations()


def computed(key: Hashable, function: Callable[[Report], Result], label: str, updates: int | None = None) -> Result:
    """Return `function(report)`, from memory if it is there; show `label` with a progress bar if it takes a while.

    Say how many `updates` of descent it makes, and SHORT ones are not handed to another thread. An error in the
    computation is raised here.
    """
    shared, at_once = computations(), updates is not None and updates <= SHORT
    while True:
        job = shared.join(key, function, at_once=at_once)
        try:
            return _wait(job, label)
        except Abandoned:
            continue  # it was given up in the moment before we joined: start it anew
        finally:
            shared.leave(job)


def _wait(job: Job[Result], label: str) -> Result:
    try:
        return job.future.result(timeout=PATIENCE)
    except TimeoutError:
        if job.future.done():
            raise
    bar = st.progress(job.fraction, text=label)
    while not wait([job.future], timeout=PATIENCE).done:
        bar.progress(job.fraction, text=label)  # also where Streamlit ends a run whose controls have moved
    bar.empty()
    return job.future.result()
