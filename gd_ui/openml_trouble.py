"""What went wrong in fetching a set, in a sentence or two for the page: what failed, and what to do.

Nothing that a server wrote is repeated, as a page reads its messages as Markdown and anybody may have answered.
"""

from __future__ import annotations

import http.client
import json
import zlib
from gzip import BadGzipFile
from urllib.error import HTTPError, URLError

NO_SUCH_SET = 412
"""The HTTP status by which OpenML says that it does not have what is asked for."""


class Failed(Exception):
    """Raised when OpenML does not give what was asked for; says why in a sentence for the page."""


def why(error: Exception) -> str:
    """Return what an error in fetching means."""
    if isinstance(error, Failed):
        return str(error)
    if isinstance(error, HTTPError):
        return _refused(error.code)
    if type(error).__name__ == "OpenMLError":  # scikit-learn's class is private; it stands for this status
        return _refused(NO_SUCH_SET)
    if isinstance(error, URLError):
        reason = getattr(error.reason, "strerror", None) or type(error.reason).__name__
        return f"OpenML could not be reached ({reason}). Check the connection and try again."
    if isinstance(error, ValueError) and "checksum" in str(error):
        return "The file from OpenML is damaged or another one: its checksum is not the one described. Try again later."
    for kinds, sentence in _SENTENCES:
        if isinstance(error, kinds):
            return sentence
    if isinstance(error, OSError):
        return f"What OpenML sent cannot be kept on this computer ({error.strerror or type(error).__name__})."
    return f"What OpenML sent cannot be read as a table ({type(error).__name__})."


def _refused(code: int) -> str:
    if code == NO_SUCH_SET:
        return f"OpenML says that it has no such set to give (error {code})."
    return f"OpenML answered with error {code} ({http.client.responses.get(code, 'unknown')}). Try again later."


_SENTENCES: tuple[tuple[tuple[type[Exception], ...], str], ...] = (
    ((TimeoutError,), "OpenML fell silent before everything had arrived. Check the connection and try again."),
    ((ConnectionError,), "The connection to OpenML broke off. Try again."),
    ((EOFError, zlib.error, BadGzipFile, http.client.HTTPException), "What OpenML sent arrived incomplete. Try again."),
    (
        (json.JSONDecodeError, UnicodeDecodeError),
        "Something else than OpenML answered. If this network wants you to sign in first, do so and try again.",
    ),
)
"""By kinds of error. Most are errors of the operating system too, so these come before the rest of those."""
