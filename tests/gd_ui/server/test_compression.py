"""Compressed files: what is sent, to whom, and how often the work is done."""

import asyncio
import gzip
from pathlib import Path
from typing import NamedTuple

import pytest
from starlette.staticfiles import StaticFiles
from starlette.types import Message

from gd_ui.server import compression
from gd_ui.server.compression import Compression, accepts_gzip, streamlit_files

SCRIPT = b"const answer = 42; // the same words over and over\n" * 200
PICTURE = b"\x89PNG not compressed again"


class Answer(NamedTuple):
    """What a client gets."""

    status: int
    headers: dict[str, str]
    body: bytes


async def fetch(app: Compression, path: str, method: str = "GET", **headers: str) -> Answer:
    """Send one request to an ASGI app; underscores in header names stand for dashes."""
    sent: list[Message] = []

    async def receive() -> Message:
        await asyncio.Event().wait()  # a client that stays connected and says nothing more
        raise AssertionError

    async def send(message: Message) -> None:
        sent.append(message)

    raw = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    scope = {"type": "http", "method": method, "path": path, "root_path": "", "headers": raw}
    await app(scope, receive, send)
    start, *rest = sent
    return Answer(
        start["status"],
        {name.decode(): value.decode() for name, value in start["headers"]},
        b"".join(message.get("body", b"") for message in rest),
    )


def ask(app: Compression, path: str, method: str = "GET", **headers: str) -> Answer:
    """Send one request and wait for its answer."""
    return asyncio.run(fetch(app, path, method, **headers))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "app.js").write_bytes(SCRIPT)
    (tmp_path / "logo.png").write_bytes(PICTURE)
    return tmp_path


@pytest.fixture
def app(folder: Path) -> Compression:
    return Compression(StaticFiles(directory=folder), files={"/app.js": folder / "app.js"})


@pytest.fixture
def work(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """Collect the files that are compressed, in the order in which that happens."""
    done: list[Path] = []

    def counting(file: Path) -> bytes:
        done.append(file)
        return gzip.compress(file.read_bytes())

    monkeypatch.setattr(compression, "compress", counting)
    return done


def test_a_client_that_takes_gzip_gets_the_file_compressed(app: Compression) -> None:
    answer = ask(app, "/app.js", accept_encoding="gzip, deflate, br")
    assert gzip.decompress(answer.body) == SCRIPT
    assert answer.headers["content-encoding"] == "gzip"
    assert answer.headers["content-length"] == str(len(answer.body))
    assert "javascript" in answer.headers["content-type"]


@pytest.mark.parametrize("accepted", ["", "identity", "br", "gzip;q=0", "gzip; q=0.00", "deflate, gzip;q=0"])
def test_a_client_that_does_not_take_gzip_gets_the_file_as_it_is(app: Compression, accepted: str) -> None:
    answer = ask(app, "/app.js", accept_encoding=accepted)
    assert answer.body == SCRIPT
    assert "content-encoding" not in answer.headers


@pytest.mark.parametrize("accepted", ["gzip", "GZIP", "br, gzip", "gzip;q=0.5", "gzip;q=1.0, identity;q=0"])
def test_gzip_is_recognised_in_every_spelling(accepted: str) -> None:
    assert accepts_gzip(accepted)


@pytest.mark.parametrize("accepted", ["gzip", "identity"])
def test_caches_are_told_that_the_answer_depends_on_the_accepted_encoding(app: Compression, accepted: str) -> None:
    assert ask(app, "/app.js", accept_encoding=accepted).headers["vary"] == "Accept-Encoding"


def test_a_head_request_gets_the_headers_of_a_get_and_no_body(app: Compression) -> None:
    get = ask(app, "/app.js", accept_encoding="gzip")
    head = ask(app, "/app.js", method="HEAD", accept_encoding="gzip")
    assert head == get._replace(body=b"")


def test_a_current_copy_is_confirmed_without_sending_it_again(app: Compression) -> None:
    etag = ask(app, "/app.js", accept_encoding="gzip").headers["etag"]
    assert etag.startswith("W/")
    answer = ask(app, "/app.js", accept_encoding="gzip", if_none_match=etag)
    assert (answer.status, answer.body, answer.headers["etag"]) == (304, b"", etag)
    assert "content-encoding" not in answer.headers


def test_a_request_for_a_part_gets_that_part_of_the_plain_file(app: Compression) -> None:
    answer = ask(app, "/app.js", accept_encoding="gzip", range="bytes=6-11")
    assert (answer.status, answer.body) == (206, b"answer")
    assert "content-encoding" not in answer.headers


def test_other_methods_are_left_to_the_app(app: Compression) -> None:
    with pytest.raises(Exception, match="405"):
        ask(app, "/app.js", method="POST", accept_encoding="gzip")


def test_files_that_are_not_listed_pass_through(app: Compression, work: list[Path]) -> None:
    answer = ask(app, "/logo.png", accept_encoding="gzip")
    assert (answer.body, "content-encoding" in answer.headers, work) == (PICTURE, False, [])


def test_a_file_is_compressed_once_however_many_ask_for_it_together(
    app: Compression, folder: Path, work: list[Path]
) -> None:
    async def crowd() -> list[Answer]:
        together = await asyncio.gather(*(fetch(app, "/app.js", accept_encoding="gzip") for _ in range(20)))
        later = await fetch(app, "/app.js", accept_encoding="gzip")
        return [*together, later]

    answers = asyncio.run(crowd())
    assert all(gzip.decompress(answer.body) == SCRIPT for answer in answers)
    assert work == [folder / "app.js"]


def test_a_visitor_who_leaves_does_not_stop_the_work_for_others(
    app: Compression, folder: Path, work: list[Path]
) -> None:
    async def leave_and_stay() -> Answer:
        leaving = asyncio.create_task(fetch(app, "/app.js", accept_encoding="gzip"))
        await asyncio.sleep(0)
        leaving.cancel()
        return await fetch(app, "/app.js", accept_encoding="gzip")

    assert gzip.decompress(asyncio.run(leave_and_stay()).body) == SCRIPT
    assert work == [folder / "app.js"]


def test_streamlits_own_code_is_listed_and_its_fonts_are_not() -> None:
    files = streamlit_files()
    assert files["/"].name == "index.html"
    assert all(file.is_file() for file in files.values())
    assert {file.suffix for file in files.values()} >= {".html", ".js", ".css"}
    assert not {file.suffix for file in files.values()} & {".woff2", ".png", ".gif", ".webp"}
    scripts = [path for path in files if path.endswith(".js")]
    assert scripts
    assert all(path.startswith("/static/") for path in scripts)
