"""How long from moving a control to the repainted page? The race page against a page with one static chart.

Goal: at most 3 times, both medians of 20 on the same server, in Chromium.
"""

from __future__ import annotations

import statistics

from playwright.sync_api import Browser, Page

from benchmarks.browser import ROOT, chromium, opened, served

MOVES = 20
# Notes when something last changed on the page: the page's tree, or pixels of a chart's canvas.
PROBE = """() => {
  const probe = (window.probe = { last: 0 });
  const note = () => { probe.last = performance.now(); };
  const everything = { subtree: true, childList: true, attributes: true, characterData: true };
  new MutationObserver(note).observe(document.body, everything);
  for (const name of ["fill", "stroke", "fillText"]) {
    const draw = CanvasRenderingContext2D.prototype[name];
    CanvasRenderingContext2D.prototype[name] = function (...args) { note(); return draw.apply(this, args); };
  }
}"""
SETTLED = """async (start) => {
  const sleep = (ms) => new Promise((done) => setTimeout(done, ms));
  const busy = () => document.querySelector("[data-testid=stApp]").dataset.testScriptState !== "notRunning";
  do { await sleep(20); } while (busy() || performance.now() - Math.max(window.probe.last, start) < 400);
  return window.probe.last - start;
}"""


def moves(page: Page, slider: str) -> list[float]:
    """Move a slider to the right, again and again; return the milliseconds until nothing on the page changes."""
    page.evaluate(PROBE)
    times = []
    for _ in range(MOVES // 2 + 1):
        page.get_by_role("slider", name=slider).focus()
        page.wait_for_timeout(200)
        start = page.evaluate("() => { window.probe.last = 0; return performance.now(); }")
        page.keyboard.press("ArrowRight")
        times.append(page.evaluate(SETTLED, start))
    return times[1:]


def medians(browser: Browser, links: list[str], slider: str) -> float:
    """Return the median over the moves on all links."""
    times: list[float] = []
    for link in links:
        page = opened(browser, link)
        times += moves(page, slider)
        page.close()
    return statistics.median(times)


def main() -> None:
    """Print both medians and their ratio. Every move of the race page is a race not run before."""
    with served(ROOT / "benchmarks" / "both_served.py") as (url, _), chromium() as browser:
        yardstick = medians(browser, [url, url], "Yardstick")
        links = [f"{url}/batch-sizes?lr=0.003&seed={seed}" for seed in (1, 2)]
        race = medians(browser, links, "Learning rate")
    print(f"one static chart {yardstick:.0f} ms, race page {race:.0f} ms, ratio {race / yardstick:.2f} (goal: 3)")


if __name__ == "__main__":
    main()
