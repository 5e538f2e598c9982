"""What does a first visit cost, and what does the server hold?

Goals: at most 2.3 MB transferred on the first visit to a warm server; at most 450 MB resident after every page was
opened.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from playwright.sync_api import Browser

from benchmarks.browser import FINISHED, ROOT, chromium, opened, served
from gd_ui.lessons import LESSONS

MEGABYTE = 1_000_000


def transferred(browser: Browser, url: str) -> float:
    """Return the bytes a new visitor receives until the page is settled: files as compressed, and messages."""
    page = browser.new_context().new_page()
    session = page.context.new_cdp_session(page)
    session.send("Network.enable")
    received = [0.0]

    def file(event: dict[str, Any]) -> None:
        received[0] += event["encodedDataLength"]

    def message(event: dict[str, Any]) -> None:
        received[0] += 0.75 * len(event["response"]["payloadData"])  # binary frames are reported in base64

    session.on("Network.loadingFinished", file)
    session.on("Network.webSocketFrameReceived", message)
    page.goto(url)
    page.wait_for_selector(FINISHED, timeout=60_000)
    page.wait_for_timeout(4000)
    page.context.close()
    return received[0]


def resident(process: int) -> float:
    """Return the resident memory of a process in bytes (Linux)."""
    status = Path(f"/proc/{process}/status").read_text()
    line = next(line for line in status.splitlines() if line.startswith("VmRSS"))
    return float(line.split()[1]) * 1024


def main() -> None:
    """Print megabytes by page, and the server's memory after all of them."""
    with served(ROOT / "streamlit_app.py") as (url, process), chromium() as browser:
        for lesson in LESSONS:
            opened(browser, f"{url}/{lesson.path}").close()  # warms the server
        for lesson in LESSONS:
            size = transferred(browser, f"{url}/{lesson.path}") / MEGABYTE
            print(f"first visit to /{lesson.path}: {size:.2f} MB (goal: 2.3)")
        print(f"server, every page opened: {resident(process.pid) / MEGABYTE:.0f} MB resident (goal: 450)")
        heavy = (
            "?seeds=100&epochs=100",
            "?data=thousand+points&seeds=100&epochs=10",
            "?data=diabetes&seeds=100&epochs=20",
        )
        for link in heavy:
            opened(browser, f"{url}/batch-sizes{link}").close()
        print(f"server, after three of the heaviest races: {resident(process.pid) / MEGABYTE:.0f} MB resident")


if __name__ == "__main__":
    main()
