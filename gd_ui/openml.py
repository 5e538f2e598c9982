"""Asking OpenML for a set: one request for all who want it, a bounded wait, and a check of what came.

scikit-learn does the fetching and compares the file's checksum with the one in OpenML's description. It happens in a
thread of its own, so that a page can wait in small steps and its controls stay alive; visitors who ask for the same set
share the request, and its answer is kept for all. On disk a set stays in scikit-learn's folder, but only one that has
passed the checks: anything else would be read again instead of fetched.
"""

from __future__ import annotations

import shutil
import threading
import time
import urllib.request
from collections.abc import Callable
from concurrent.futures import Future, wait
from pathlib import Path
from typing import Any, NamedTuple
from urllib.error import HTTPError

import numpy as np

from gd_core.shapes import Array
from gd_ui.openml_trouble import Failed, why

ANSWER_WITHIN = 60.0
"""Seconds a page waits before it says that there is no answer."""
SILENCE = 20.0
"""Seconds without a byte after which a connection is given up; scikit-learn and urllib would wait for ever."""
STEP = 0.1
"""Seconds between two looks at whether the answer is there."""
FOLDER = "gradient_descent_lab"
"""Where sets are kept, inside scikit-learn's own folder."""


class Wanted(NamedTuple):
    """A set as OpenML should send it, and what is made of it."""

    name: str
    """Its name on OpenML, where version 1 is asked for."""
    columns: tuple[str, ...]
    """The columns needed, in lower case, in the order `made` takes them; in the file they may stand in any other."""
    rows: int
    made: Callable[[Array], Array]
    """From the columns (N, C) to features and price (N, D+1); raises Failed."""


def no_report(seconds: float) -> None:
    """Take the seconds waited so far and do nothing."""


_answers: dict[str, Future[Array]] = {}
"""The answer to the last request for each set, there or still to come."""
_lock = threading.Lock()


def arrived(wanted: Wanted) -> Array | None:
    """Return features and price (N, D+1) if the set has been fetched by this process."""
    answer = _answers.get(wanted.name)
    return answer.result() if answer is not None and _is_good(answer) else None


def ask(wanted: Wanted, report: Callable[[float], None] = no_report) -> Array:
    """Return features and price (N, D+1), waiting at most ANSWER_WITHIN and reporting the seconds meanwhile.

    What `report` raises ends the wait, not the request. Raises Failed.
    """
    answer, began = _request(wanted), time.monotonic()
    while not wait([answer], timeout=STEP).done:
        waited = time.monotonic() - began
        if waited > ANSWER_WITHIN:
            raise Failed(
                f"OpenML has not sent the set within {ANSWER_WITHIN:.0f} seconds. Check the connection and try again: "
                "what is only slow will have arrived."
            )
        report(waited)
    return answer.result()


def _is_good(answer: Future[Array]) -> bool:
    return answer.done() and answer.exception() is None


def _request(wanted: Wanted) -> Future[Array]:
    """Return the answer to the request under way, or to one that went well, else to a new one."""
    with _lock:
        answer = _answers.get(wanted.name)
        if answer is None or (answer.done() and not _is_good(answer)):
            answer = _answers[wanted.name] = Future()
            # A daemon: a request that still hangs when the server stops must not keep it from stopping.
            threading.Thread(target=_answer, args=(answer, wanted), name=f"OpenML {wanted.name}", daemon=True).start()
    return answer


def _answer(answer: Future[Array], wanted: Wanted) -> None:
    try:
        answer.set_result(_fetched(wanted))
    except BaseException as error:  # whoever waits gets the error
        answer.set_exception(error)


def _fetched(wanted: Wanted) -> Array:
    """Fetch, check and convert a set; remove what was stored of one that is not good."""
    from sklearn.datasets import fetch_openml, get_data_home  # slow to import, and only a fetch needs it

    urllib.request.install_opener(urllib.request.build_opener(_EndSilence))
    folder = None
    try:
        folder = Path(get_data_home()) / FOLDER / wanted.name
        # As a frame: OpenML calls some columns of numbers categories, and only the frame keeps their values.
        sent = fetch_openml(wanted.name, version=1, data_home=folder, as_frame=True, parser="liac-arff", n_retries=1)
        return wanted.made(_numbers(sent.frame, wanted))
    except Exception as error:
        if isinstance(error, HTTPError):
            error.close()  # it holds the connection
        if folder is not None:
            shutil.rmtree(folder, ignore_errors=True)
        raise Failed(why(error)) from error


def _numbers(frame: Any, wanted: Wanted) -> Array:
    """Return the wanted columns of a frame, in the wanted order, as complete numbers (N, C)."""
    frame = frame.rename(columns=str.lower)
    names = list(frame.columns)
    absent = [name for name in wanted.columns if names.count(name) != 1]
    if absent:
        raise Failed(f"OpenML sent other columns: {', '.join(absent)} should be there once each.")
    if len(frame) != wanted.rows:
        raise Failed(f"OpenML sent {len(frame):,} rows instead of {wanted.rows:,}.")
    try:
        numbers = np.column_stack([np.asarray(frame[name].astype(float), dtype=float) for name in wanted.columns])
    except (ValueError, TypeError) as error:
        raise Failed("OpenML sent text where there should be numbers.") from error
    holes = [name for name, column in zip(wanted.columns, numbers.T, strict=True) if not np.isfinite(column).all()]
    if holes:
        raise Failed(f"OpenML sent columns with missing or infinite values: {', '.join(holes)}.")
    return numbers


class _EndSilence(urllib.request.BaseHandler):
    """Gives every request that has no time limit one of SILENCE between two bytes."""

    def http_request(self, request: urllib.request.Request) -> urllib.request.Request:
        """Set the limit; urllib calls this before it connects."""
        if not isinstance(request.timeout, int | float):
            request.timeout = SILENCE
        return request

    https_request = http_request
