"""A server on this computer that speaks as OpenML does, well or badly: fetching is tested without a network.

scikit-learn asks OpenML five things in turn: which set has this name and version, its description, its columns, its
counts, and its data as an ARFF file, each gzipped if the server can. The paths and the forms of the answers are those
of the OpenML API, version 1; the numbers are made up.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import socket
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import SimpleNamespace
from typing import Any, NamedTuple

import numpy as np
import pytest

HIGHWAYS = ["1", "2", "3", "4", "5", "6", "7", "8", "24"]
"""The categories of the column RAD, numbers written as text."""


class Table(NamedTuple):
    """A set as OpenML keeps it."""

    did: int
    name: str
    target: str
    columns: dict[str, list[str]]
    """By name: the categories of a nominal column, none for numbers."""
    rows: list[list[str]]
    """The values as they are written in the ARFF file."""

    def column(self, name: str) -> list[float]:
        """Return the numbers of one column."""
        at = list(self.columns).index(name)
        return [float(row[at].strip("'")) for row in self.rows]


def boston_table(rows: int = 506) -> Table:
    """Return a table with the columns of OpenML's Boston set; CHAS and RAD are nominal there."""
    names = ["CRIM", "ZN", "INDUS", "CHAS", "NOX", "RM", "AGE", "DIS", "RAD", "TAX", "PTRATIO", "B", "LSTAT", "MEDV"]
    columns: dict[str, list[str]] = {name: [] for name in names} | {"CHAS": ["0", "1"], "RAD": HIGHWAYS}
    return Table(531, "boston", "MEDV", columns, _drawn(columns, rows))


def houses_table(rows: int = 20_640) -> Table:
    """Return a table with the columns of OpenML's "houses", totals per district; the price comes first."""
    names = [
        "median_house_value", "median_income", "housing_median_age", "total_rooms", "total_bedrooms", "population",
        "households", "latitude", "longitude",
    ]  # fmt: skip
    columns: dict[str, list[str]] = {name: [] for name in names}
    return Table(537, "houses", names[0], columns, _drawn(columns, rows))


def _drawn(columns: dict[str, list[str]], rows: int) -> list[list[str]]:
    rng = np.random.default_rng(0)
    drawn = [
        rng.choice(categories, rows).tolist() if categories else [f"{value:.4f}" for value in rng.uniform(1, 9, rows)]
        for categories in columns.values()
    ]
    return [list(row) for row in zip(*drawn, strict=True)]


Answer = Callable[["Handler", bytes], None]
"""How an answer is sent: given the handler and what would be right to send."""


@dataclass
class OpenML:
    """What the server has and how it answers; tests change it while it runs."""

    table: Table
    answers: dict[str, Answer] = field(default_factory=dict)
    """By what is asked for: list, description, features, qualities, file. What is not here is answered well."""
    md5: str | None = None
    """The checksum in the description; that of the file if none is given."""
    withdrawn: bool = False
    """Whether the set is among the deactivated ones, which OpenML lists only when asked for those."""
    asked: list[str] = field(default_factory=list)
    """What was asked for, in order."""
    address: str = ""
    closing: threading.Event = field(default_factory=threading.Event)
    """Set when the server stops, so that an answer that hangs comes to an end."""

    def reply(self, path: str) -> tuple[str, bytes | None]:
        """Return what a path asks for and the right answer to it; None where OpenML knows no such set."""
        table, api = self.table, "/api/v1/json/data"
        contents: dict[str, tuple[str, Callable[[], bytes]]] = {
            f"{api}/list/data_name/{table.name}/limit/2/data_version/1{self._of_status}": ("list", self._list),
            f"{api}/{table.did}": ("description", self._description),
            f"{api}/features/{table.did}": ("features", self._features),
            f"{api}/qualities/{table.did}": ("qualities", self._qualities),
            self._file_path: ("file", self._file),
        }
        what, content = contents.get(path, ("unknown", None))
        return what, None if content is None else content()

    @property
    def _of_status(self) -> str:
        return "/status/deactivated" if self.withdrawn else ""

    @property
    def _status(self) -> str:
        return "deactivated" if self.withdrawn else "active"

    @property
    def _file_path(self) -> str:
        return f"/data/v1/download/{50_000 + self.table.did}/{self.table.name}.arff"

    def _list(self) -> bytes:
        table = self.table
        entry = {
            "did": table.did, "name": table.name, "version": 1, "status": self._status, "format": "ARFF",
            "file_id": 50_000 + table.did,
            "quality": [{"name": "NumberOfInstances", "value": f"{len(table.rows)}.0"}],
        }  # fmt: skip
        return _json({"data": {"dataset": [entry]}})

    def _description(self) -> bytes:
        table = self.table
        description = {
            "id": str(table.did), "name": table.name, "version": "1", "description": "Made up.", "format": "ARFF",
            "licence": "Public", "url": self.address + self._file_path, "file_id": str(50_000 + table.did),
            "default_target_attribute": table.target, "visibility": "public", "status": self._status,
            "md5_checksum": self.md5 or hashlib.md5(self._file()).hexdigest(),
        }  # fmt: skip
        return _json({"data_set_description": description})

    def _features(self) -> bytes:
        described = []
        for index, (name, categories) in enumerate(self.table.columns.items()):
            kind: dict[str, Any] = {"data_type": "numeric"}
            if categories:
                kind = {"data_type": "nominal", "nominal_values": json.dumps(categories)}
            described.append(
                {"index": str(index), "name": name, **kind, "is_target": _yes(name == self.table.target),
                 "is_ignore": "false", "is_row_identifier": "false", "number_of_missing_values": "0"}
            )  # fmt: skip
        return _json({"data_features": {"feature": described}})

    def _qualities(self) -> bytes:
        counts = {"NumberOfFeatures": len(self.table.columns), "NumberOfInstances": len(self.table.rows)}
        qualities: list[dict[str, Any]] = [{"name": name, "value": f"{count}.0"} for name, count in counts.items()]
        return _json({"data_qualities": {"quality": [{"name": "ClassEntropy", "value": []}, *qualities]}})

    def _file(self) -> bytes:
        lines = [f"% {self.table.name}, made up", f"@relation {self.table.name}"]
        for name, categories in self.table.columns.items():
            lines.append(f"@attribute '{name}' {'{' + ', '.join(categories) + '}' if categories else 'real'}")
        lines += ["@data", *(",".join(row) for row in self.table.rows)]
        return ("\n".join(lines) + "\n").encode()


def _json(content: dict[str, Any]) -> bytes:
    return json.dumps(content).encode()


def _yes(is_so: bool) -> str:
    return "true" if is_so else "false"


class Handler(BaseHTTPRequestHandler):
    """Answers one request from the `OpenML` it was made for."""

    openml: OpenML

    def do_GET(self) -> None:
        """Answer well, unless a test wants another answer."""
        what, content = self.openml.reply(self.path)
        self.openml.asked.append(what)
        if content is None:
            status(412)(self, b"")
        else:
            self.openml.answers.get(what, well)(self, content)

    def send(self, content: bytes, code: int = 200, *, length: int | None = None, zipped: bool = False) -> None:
        """Send headers and content; a `length` of more than that promises what never comes."""
        self.send_response(code)
        self.send_header("Content-Length", str(len(content) if length is None else length))
        if zipped:
            self.send_header("Content-Encoding", "gzip")
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *words: object) -> None:
        """Say nothing."""


def well(handler: Handler, content: bytes) -> None:
    """Send it, gzipped if scikit-learn asks for that."""
    if "gzip" in handler.headers.get("Accept-encoding", ""):
        handler.send(gzip.compress(content), zipped=True)
    else:
        handler.send(content)


def plain(handler: Handler, content: bytes) -> None:
    """Send it as it is, as a server may."""
    handler.send(content)


def status(code: int) -> Answer:
    """Refuse with a status; with 412 OpenML says that there is no such set."""

    def refuse(handler: Handler, content: bytes) -> None:
        handler.send(_json({"error": {"code": "372", "message": "No results"}}), code)

    return refuse


def hang(handler: Handler, content: bytes) -> None:
    """Promise an answer and send the first half only, without closing the connection."""
    half = content[: len(content) // 2]
    handler.send(half, length=len(content))
    handler.wfile.flush()
    handler.openml.closing.wait()


def mute(handler: Handler, content: bytes) -> None:
    """Accept the question and never say a word."""
    handler.openml.closing.wait()


def cut(handler: Handler, content: bytes) -> None:
    """Close the connection halfway through a gzipped answer."""
    zipped = gzip.compress(content)
    handler.send(zipped[: len(zipped) // 2], length=len(zipped), zipped=True)


def reset(handler: Handler, content: bytes) -> None:
    """Send half and reset the connection, as a machine that is switched off does."""
    handler.send(content[: len(content) // 2], length=len(content))
    handler.wfile.flush()
    # Lingering for no time makes closing a reset.
    handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    handler.rfile.close()
    handler.connection.close()


def short(handler: Handler, content: bytes) -> None:
    """Send the first half of the lines as if they were all."""
    lines = content.splitlines(keepends=True)
    handler.send(gzip.compress(b"".join(lines[: len(lines) // 2])), zipped=True)


def sign_in(handler: Handler, content: bytes) -> None:
    """Send what the network of a hotel sends instead of any page."""
    handler.send(b"<html><body>Please sign in.</body></html>")


@contextmanager
def serving(openml: OpenML) -> Iterator[OpenML]:
    """Serve on a free port of this computer while the block runs."""
    handler = type("OpenMLHandler", (Handler,), {"openml": openml})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        server.daemon_threads = True
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        openml.address = f"http://127.0.0.1:{server.server_address[1]}"
        try:
            yield openml
        finally:
            openml.closing.set()
            server.shutdown()
            thread.join()


def ask_at(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let scikit-learn ask at another address than OpenML's, and not pause before it asks again."""
    from sklearn.datasets import _openml  # slow to import, and most tests fetch nothing

    monkeypatch.setenv("no_proxy", "127.0.0.1")
    monkeypatch.setattr(_openml, "time", SimpleNamespace(sleep=lambda seconds: None))
    for name in ("_SEARCH_NAME", "_DATA_INFO", "_DATA_FEATURES", "_DATA_QUALITIES"):
        path = getattr(_openml, name).partition("/api/")[2]
        monkeypatch.setattr(_openml, name, f"{address}/api/{path}")


Serve = Callable[[OpenML], OpenML]
"""What the fixture `serve` provides: it starts a server and returns it."""
