"""How long from moving a control to the repainted page? Every page against a page with one static chart.

Goal: at most 3 times, medians of 20 moves at the default settings on the same server, in Chromium. Every move asks for
something not computed before.
"""

from __future__ import annotations

import statistics
from collections.abc import Callable

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

Change = Callable[[Page, int], None]
"""Prepares the n-th change of a control, which the key pressed afterwards makes."""


def slider(name: str) -> Change:
    """Move a slider one step to the right."""
    return lambda page, _: page.get_by_role("slider", name=name).first.focus()


def rates(page: Page, n: int) -> None:
    """Type other learning rates."""
    page.get_by_role("textbox", name="Learning rates").fill(f"0.2, {0.5 + n / 100:.2f}, 1.1")


def text_of_the_course(page: Page, n: int) -> None:
    """Choose another text."""
    page.get_by_role("radio", name="ABCDE"[n % 5], exact=True).focus()


CONTROLS: dict[str, tuple[str, str, Change]] = {
    "batch-sizes": ("lr=0.003&seed={}", "ArrowRight", slider("Learning rate")),
    "one-step": ("lr=0.003&point={}", "ArrowRight", slider("Learning rate η")),
    "loss-surface": ("cut_w=0.{}", "ArrowRight", slider("Cut at intercept b")),
    "gradient": ("batch={}", "ArrowRight", slider("Draw")),
    "learning-rates": ("lr=0.2,0.{},1.1", "Enter", rates),
    "features": ("lr=0.0{}", "ArrowRight", slider("The one rate")),
    "optimizers": ("rates=same&lr=0.00{}", "ArrowRight", slider("Rate, the same for all")),
    "house-prices": ("lr=0.0{}", "ArrowRight", slider("Learning rate")),
    "backprop": ("net=Exercise 3&lr=0.0{}", "ArrowRight", slider("Learning rate η")),
    "beyond-convex": ("lr=0.000{}", "ArrowRight", slider("Learning rate")),
    "course-numbers": ("status=all", " ", text_of_the_course),
}
"""By page: a link, the key, and the control changed."""


def moves(page: Page, key: str, prepare: Change) -> list[float]:
    """Change a control again and again; return the milliseconds until nothing on the page changes."""
    page.evaluate(PROBE)
    times = []
    for n in range(MOVES // 2 + 1):
        prepare(page, n)
        page.wait_for_timeout(200)
        start = page.evaluate("() => { window.probe.last = 0; return performance.now(); }")
        page.keyboard.press(key)
        times.append(page.evaluate(SETTLED, start))
    return times[1:]


def median(browser: Browser, links: list[str], key: str, prepare: Change) -> float:
    """Return the median over the moves on all links."""
    times: list[float] = []
    for link in links:
        page = opened(browser, link)
        times += moves(page, key, prepare)
        page.close()
    return statistics.median(times)


def main() -> None:
    """Print the median of the yardstick, and of every page with its ratio."""
    with served(ROOT / "benchmarks" / "all_served.py") as (url, _), chromium() as browser:
        for path, (query, key, change) in CONTROLS.items():
            yardstick = median(browser, [url, url], "ArrowRight", slider("Yardstick"))
            links = [f"{url}/{path}?{query.format(seed)}" for seed in (1, 2)]
            took = median(browser, links, key, change)
            print(f"{path}: {took:.0f} ms, one static chart {yardstick:.0f} ms, ratio {took / yardstick:.2f} (goal: 3)")


if __name__ == "__main__":
    main()
