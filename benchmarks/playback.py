"""How smoothly does a run play? Frames a second while the player really plays a run of a thousand frames.

Goal: 50. What counts is each chart's own drawing: the animation frames in which its canvas was painted.
"""

from __future__ import annotations

from benchmarks.browser import ROOT, chromium, opened, served

LINK = "/batch-sizes?epochs=13"  # 13 x 80 = 1,040 examples, so as many frames
SECONDS = 5
NOTE_PAINTING = """() => {
  const painted = (window.painted = new Set());
  for (const name of ["clearRect", "fill", "stroke"]) {
    const draw = CanvasRenderingContext2D.prototype[name];
    CanvasRenderingContext2D.prototype[name] = function (...args) {
      painted.add(this.canvas);
      return draw.apply(this, args);
    };
  }
}"""
COUNT = """async (seconds) => {
  const charts = [...document.querySelectorAll("[data-testid=stVegaLiteChart] canvas")];
  const frames = charts.map(() => 0);
  const start = performance.now();
  while (performance.now() - start < seconds * 1000) {
    window.painted.clear();
    await new Promise(requestAnimationFrame);
    await new Promise((done) => setTimeout(done, 0));  // after the other callbacks of this frame
    charts.forEach((chart, i) => { frames[i] += window.painted.has(chart) ? 1 : 0; });
  }
  return frames.map((count) => count / seconds);
}"""


def main() -> None:
    """Print the frames a second of the slowest and the fastest chart, three times."""
    with served(ROOT / "streamlit_app.py") as (url, _), chromium() as browser:
        page = opened(browser, url + LINK)
        page.evaluate(NOTE_PAINTING)
        for _ in range(3):
            page.get_by_role("button", name="First").click()
            page.get_by_role("button", name="Play").click()
            page.wait_for_timeout(500)
            rates = page.evaluate(COUNT, SECONDS)
            print(f"{min(rates):.0f} to {max(rates):.0f} frames/s painted by {len(rates)} charts (goal: 50)")
            page.get_by_role("button", name="Pause").click()
            page.wait_for_timeout(500)


if __name__ == "__main__":
    main()
