"""A real browser in front of a real server, for what only a browser can show.

The fixtures build on each other: ``serve`` starts Streamlit, ``app_url`` is the address of the dashboard,
and ``visit`` opens a page of it and watches what the page does. A visited page may not log an error, and
may not ask any other computer for anything; either fails the test that opened it.
"""

import functools
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Literal, Protocol
from urllib.parse import urljoin, urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Request, sync_playwright

ROOT = Path(__file__).parents[2]
CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome")
CHROMIUM_FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
HERE = Path(__file__).parent
START_SECONDS = 60
SETTLE_SECONDS = 60

# On a deep link Streamlit's client looks for its server below the page's own path before it looks at the
# root. The server answers 404, which Chromium logs as an error.
PROBES = ("/_stcore/health", "/_stcore/host-config")

# True when the script has stopped and, for 300 ms, no chart was waiting to be drawn and none changed.
# A chart that is still loading its code shows a skeleton or has no canvas or drawing yet.
SETTLED = """() => {
  const app = document.querySelector('[data-testid=stApp]');
  const charts = [...document.querySelectorAll('[data-testid=stVegaLiteChart]')];
  const drawn = charts.every(chart => chart.querySelector('canvas, svg.marks'));
  const waiting = document.querySelector('[data-testid=stSkeleton], [data-testid=stAppSkeleton]');
  const quiet = app?.dataset.testScriptState === 'notRunning' && drawn && !waiting;
  const now = performance.now();
  const shape = charts.map(chart => chart.clientWidth + 'x' + chart.clientHeight).join();
  const seen = window.__settling;
  if (!quiet || !seen || seen.shape !== shape) {
    window.__settling = {shape, since: now};
    return false;
  }
  return now - seen.since > 300;
}"""


# What a host does that knows only scripts: it finds no server in the file and runs it for each visitor.
AS_SCRIPT = """
from streamlit.web import cli
from streamlit.web.server import app_discovery
nothing = app_discovery.AppDiscoveryResult(is_asgi_app=False, app_name=None, import_string=None)
app_discovery.discover_asgi_app = lambda path: nothing
cli.main()
"""


class Serve(Protocol):
    """Start a Streamlit server for one script."""

    def __call__(self, script: Path, *, as_script: bool = False) -> str:
        """Return the address at which the script is served.

        With ``as_script`` a server that the script defines is ignored, as by a host that knows only scripts.
        """


class Visit(Protocol):
    """Open a page of the dashboard, with nothing stored by an earlier one."""

    def __call__(
        self,
        path_or_url: str,
        *,
        width: int = 1280,
        height: int = 720,
        scheme: Literal["light", "dark"] = "light",
        reduced_motion: bool = False,
    ) -> Page:
        """Return the page once its script has run and its charts are drawn."""


def is_probe(url: str) -> bool:
    """Whether a URL is one of Streamlit's own look-ups below a page's path, which the server answers 404."""
    path = urlsplit(url).path
    return any(path.endswith(probe) and path != probe for probe in PROBES)


def is_local(url: str) -> bool:
    """Whether fetching a URL stays on this computer."""
    parts = urlsplit(url)
    return parts.scheme in {"data", "blob", "about"} or parts.hostname in {"127.0.0.1", "localhost"}


def wait_until_settled(page: Page) -> None:
    """Wait until the page's script has stopped and its charts are drawn; also after an interaction."""
    page.wait_for_function(SETTLED, polling=50, timeout=SETTLE_SECONDS * 1000)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the browser's tests, which cannot be divided between processes; begun last, they would end alone."""
    items.sort(key=in_browser, reverse=True)


def in_browser(item: pytest.Item) -> bool:
    """Whether a test is one of this folder."""
    return item.path.is_relative_to(HERE)


@pytest.fixture(scope="package")
def chromium() -> Iterator[Browser]:
    """Provide one Chromium for all tests of this folder; without one, skip here and fail in CI.

    Playwright's event loop occupies its thread from here to the end, which would disturb the tests that come after.
    """
    executable = next(filter(None, map(shutil.which, CHROMIUM_NAMES)), None)
    if executable is None:
        reason = f"no browser found: looked for {', '.join(CHROMIUM_NAMES)} on PATH"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=list(CHROMIUM_FLAGS))
        yield browser
        browser.close()


def free_port() -> int:
    """Return a loopback port that nothing listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def tail(log: Path, lines: int = 30) -> str:
    """Return the last lines of a server's log, for a failure message."""
    return "\n".join(log.read_text(errors="replace").splitlines()[-lines:])


def wait_until_healthy(server: subprocess.Popen[bytes], url: str, log: Path) -> None:
    """Wait for a server's health check, or fail with what the server last said."""
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and server.poll() is None:
        try:
            with urllib.request.urlopen(f"{url}/_stcore/health", timeout=5):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
    pytest.fail(f"no server at {url} (exit code {server.poll()}); its log ends:\n{tail(log)}")


@pytest.fixture(scope="package")
def server_logs() -> list[Path]:
    """Collect the log file of every server started for these tests, oldest first."""
    return []


@pytest.fixture(scope="package")
def serve(tmp_path_factory: pytest.TempPathFactory, server_logs: list[Path]) -> Iterator[Serve]:
    """Start Streamlit servers on free loopback ports, and end exactly those afterwards."""
    servers: list[subprocess.Popen[bytes]] = []

    def start(script: Path, *, as_script: bool = False) -> str:
        port = free_port()
        log = tmp_path_factory.mktemp("server") / "log.txt"
        options = {
            "server.port": str(port),
            "server.address": "127.0.0.1",
            "server.headless": "true",
            "server.fileWatcherType": "none",
            "browser.gatherUsageStats": "false",
        }
        arguments = [word for name, value in options.items() for word in (f"--{name}", value)]
        launcher = ["-c", AS_SCRIPT] if as_script else ["-m", "streamlit"]
        with log.open("wb") as output:
            server = subprocess.Popen(
                [sys.executable, *launcher, "run", str(script), *arguments],
                cwd=ROOT,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
            )
        servers.append(server)
        server_logs.append(log)
        url = f"http://127.0.0.1:{port}"
        wait_until_healthy(server, url, log)
        return url

    yield start
    for server in servers:
        server.terminate()
        try:
            server.wait(timeout=10)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()


@pytest.fixture(scope="package")
def app_url(serve: Serve) -> str:
    """Give the address of the dashboard, served once for all tests of this folder."""
    return serve(ROOT / "streamlit_app.py")


@pytest.fixture(scope="package")
def profile(chromium: Browser) -> Callable[[str, str], BrowserContext]:
    """Give the browser's profile for a colour scheme and a taste for motion.

    One is kept for all tests, as a visitor's is: read anew for every test, Streamlit's scripts would cost more than
    most tests do. What a page stores is gone when the next one opens.
    """

    @functools.cache
    def open_profile(scheme: Literal["light", "dark"], motion: Literal["reduce", "no-preference"]) -> BrowserContext:
        context = chromium.new_context(color_scheme=scheme, reduced_motion=motion)
        context.add_init_script("localStorage.clear(); sessionStorage.clear()")
        return context

    return open_profile


@pytest.fixture
def visit(
    profile: Callable[[str, str], BrowserContext], request: pytest.FixtureRequest, server_logs: list[Path]
) -> Iterator[Callable[..., Page]]:
    """Open pages, and fail the test if one logs an error or asks another host.

    A path is opened on ``app_url``, a full URL wherever it points. The pages are closed after the test.
    """
    pages: list[Page] = []
    trouble: list[str] = []

    def note_console(message: ConsoleMessage) -> None:
        if message.type == "error" and not is_probe(message.location.get("url", "")):
            trouble.append(f"console error: {message.text} ({message.location.get('url', '')})")

    def note_request(fetched: Request) -> None:
        if not is_local(fetched.url):
            trouble.append(f"fetched from another host: {fetched.url}")

    def open_page(
        path_or_url: str,
        *,
        width: int = 1280,
        height: int = 720,
        scheme: Literal["light", "dark"] = "light",
        reduced_motion: bool = False,
    ) -> Page:
        url = path_or_url if urlsplit(path_or_url).scheme else urljoin(request.getfixturevalue("app_url"), path_or_url)
        page = profile(scheme, "reduce" if reduced_motion else "no-preference").new_page()
        page.set_viewport_size({"width": width, "height": height})
        pages.append(page)
        page.on("console", note_console)
        page.on("pageerror", lambda error: trouble.append(f"uncaught error: {error}"))
        page.on("request", note_request)
        page.goto(url)
        wait_until_settled(page)
        return page

    yield open_page
    for page in pages:
        page.close()
    if trouble:
        logs = "\n".join(f"{log}:\n{tail(log)}" for log in server_logs)
        pytest.fail("\n".join(trouble) + f"\nThe servers' logs end:\n{logs}", pytrace=False)
