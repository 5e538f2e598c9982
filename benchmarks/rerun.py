"""How long from moving a control to the repainted page? The race page against a page with one static chart.

Goal: at most 3 times, both medians of 20 on the same server, in Chromium.
"""

from __future__ import annotations

import statistics

from playwright.sync_api import Page

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
    """Move a slider back and forth; return the milliseconds until nothing changes on the page any more."""
    page.evaluate(PROBE)
    times = []
    for move in range(MOVES + 2):
        page.get_by_role("slider", name=slider).focus()
        page.wait_for_timeout(200)
        start = page.evaluate("() => { window.probe.last = 0; return performance.now(); }")
        page.keyboard.press("ArrowRight" if move % 2 == 0 else "ArrowLeft")
        times.append(page.evaluate(SETTLED, start))
    return times[2:]


def main() -> None:
    """Print both medians and their ratio, the learning rate of the race moving back and forth."""
    with served(ROOT / "benchmarks" / "both_served.py") as (url, _), chromium() as browser:
        page = opened(browser, url)
        yardstick = statistics.median(moves(page, "Yardstick"))
        page.close()
        page = opened(browser, f"{url}/batch-sizes")
        race = statistics.median(moves(page, "Learning rate"))
        page.close()
    print(f"one static chart {yardstick:.0f} ms, race page {race:.0f} ms, ratio {race / yardstick:.2f} (goal: 3)")


if __name__ == "__main__":
    main()
