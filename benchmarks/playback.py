"""How smoothly does a run play? Frames a second while the player really plays a run of a thousand frames.

Goal: 50. A frame counts when the charts were given a new one before the browser painted.
"""

from __future__ import annotations

from benchmarks.browser import ROOT, chromium, opened, served

LINK = "/batch-sizes?epochs=13"  # 13 x 80 = 1,040 examples, so as many frames
SECONDS = 5
COUNT = """async (seconds) => {
  const slider = document.querySelector("form.vega-bindings input[name=gdstep]");
  const start = performance.now();
  let painted = 0, callbacks = 0, before = slider.value;
  while (performance.now() - start < seconds * 1000) {
    await new Promise(requestAnimationFrame);
    callbacks += 1;
    if (slider.value !== before) painted += 1;
    before = slider.value;
  }
  return [painted / seconds, callbacks / seconds];
}"""


def main() -> None:
    """Print the frames a second of three rounds."""
    with served(ROOT / "streamlit_app.py") as (url, _), chromium() as browser:
        page = opened(browser, url + LINK)
        for _ in range(3):
            page.get_by_role("button", name="First").click()
            page.get_by_role("button", name="Play").click()
            page.wait_for_timeout(500)
            painted, callbacks = page.evaluate(COUNT, SECONDS)
            print(f"{painted:.0f} frames/s painted of {callbacks:.0f} (goal: 50)")
            page.get_by_role("button", name="Pause").click()
            page.wait_for_timeout(500)


if __name__ == "__main__":
    main()
