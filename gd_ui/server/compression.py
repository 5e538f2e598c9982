"""Streamlit's browser code, compressed once and kept.

A first visit fetches five and a half megabytes of JavaScript. Streamlit sends it as it is, because the
usual middleware would compress every file again for every visitor. The files never change while the server
runs, so here each is compressed the first time somebody asks for it, and the result is kept. Only files of
the Streamlit package can be asked for, so what is kept stays below the package's own size.
"""

import asyncio
import gzip
import re
from collections.abc import Mapping
from pathlib import Path

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from streamlit import config, file_util

TEXT_SUFFIXES = {".css", ".html", ".js", ".json", ".map", ".svg", ".txt"}
LEVEL = 9
REFUSED = re.compile(r"q=0(\.0*)?")


def streamlit_files() -> dict[str, Path]:
    """List the files worth compressing of the installed Streamlit, by the address they are served at.

    Fonts and pictures are left out: their formats are compressed already.
    """
    folder = Path(file_util.get_static_dir())
    base = f"/{config.get_option('server.baseUrlPath') or ''}".rstrip("/")
    files = {
        f"{base}/static/{file.relative_to(folder / 'static').as_posix()}": file
        for file in (folder / "static").rglob("*")
        if file.suffix in TEXT_SUFFIXES
    }
    return files | {f"{base}/": folder / "index.html"}


def accepts_gzip(accept_encoding: str) -> bool:
    """Whether a client that sent this ``Accept-Encoding`` header takes gzip."""
    for choice in accept_encoding.split(","):
        coding, _, weight = choice.partition(";")
        if coding.strip().lower() == "gzip":
            return not REFUSED.fullmatch(weight.strip())
    return False


def compress(file: Path) -> bytes:
    """Return a file's content as gzip, the same bytes every time."""
    return gzip.compress(file.read_bytes(), LEVEL, mtime=0)


class CompressedFiles:
    """The compressed content of files, each made once however many ask for it at the same time."""

    def __init__(self) -> None:
        self.made: dict[Path, asyncio.Task[bytes]] = {}

    async def get(self, file: Path) -> bytes:
        """Return the compressed content of a file.

        The work is done in a thread, so the server answers others meanwhile, and a visitor who leaves does
        not stop it for those who stay.
        """
        if file not in self.made:
            self.made[file] = asyncio.create_task(asyncio.to_thread(compress, file))
        return await asyncio.shield(self.made[file])


class Compression:
    """ASGI middleware that sends the listed files compressed to clients that accept it.

    The app behind it still decides about every request: whether the file is there, whether the client's
    copy is current, how long it may be cached. It is asked for the headers only, and the body comes from
    the kept copy. Requests for part of a file pass through, because ranges count uncompressed bytes.
    """

    def __init__(self, app: ASGIApp, files: Mapping[str, Path]) -> None:
        self.app = app
        self.files = files
        self.kept = CompressedFiles()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        file = self.files.get(scope["path"]) if scope["type"] == "http" else None
        if file is None or scope["method"] not in {"GET", "HEAD"}:
            await self.app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        if "range" in headers or not accepts_gzip(headers.get("accept-encoding", "")):
            await self.app(scope, receive, varying(send))
            return
        body = await self.kept.get(file)
        await self.app({**scope, "method": "HEAD"}, receive, replacing(send, body, scope["method"]))


def varying(send: Send) -> Send:
    """Wrap ``send`` so that caches on the way know that the answer depends on ``Accept-Encoding``."""

    async def send_varying(message: Message) -> None:
        if message["type"] == "http.response.start":
            MutableHeaders(scope=message).add_vary_header("Accept-Encoding")
        await send(message)

    return send_varying


def replacing(send: Send, body: bytes, method: str) -> Send:
    """Wrap ``send`` so that a successful answer without a body gets this compressed one.

    The ETag is marked weak: it names the file, and the same file has two encodings. Answers other than a
    success, above all "not modified", keep their empty body.
    """
    success = False

    async def send_replacing(message: Message) -> None:
        nonlocal success
        if message["type"] == "http.response.start":
            success = message["status"] == 200
            headers = MutableHeaders(scope=message)
            headers.add_vary_header("Accept-Encoding")
            if "etag" in headers:
                headers["etag"] = f"W/{headers['etag'].removeprefix('W/')}"
            if success:
                headers["content-encoding"] = "gzip"
                headers["content-length"] = str(len(body))
        elif success and method == "GET":
            message = {"type": "http.response.body", "body": body}
        await send(message)

    return send_replacing
