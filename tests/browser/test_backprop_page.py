"""The page on backpropagation in Chromium: no two texts of the drawing overlap, and they say the core's numbers."""

import re

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from gd_core.hiring import EXERCISES
from gd_ui.backprop.runs import numbers
from gd_ui.backprop.stages import scene
from tests.browser.charts import SHAPES
from tests.browser.conftest import Visit, wait_until_settled
from tests.browser.test_race_page import player_slider
from tests.gd_ui.backprop.hirings import hired

PAGE = "/backprop"
# Of the drawing, every text that is seen, with its box, and the drawing's own box first. The halo is written twice.
TEXTS = """() => {
  const drawing = document.querySelector('[data-testid=stVegaLiteChart] svg.marks')
  const seen = new Map([['', ['', drawing.getBoundingClientRect()]]])
  for (const text of drawing.querySelectorAll('text')) {
    const box = text.getBoundingClientRect()
    if (text.textContent && box.width) {
      seen.set(text.textContent + Math.round(box.x) + ',' + Math.round(box.y), [text.textContent, box])
    }
  }
  return [...seen.values()].map(([text, { left, right, top, bottom }]) => [text, left, right, top, bottom])
}"""
Box = tuple[str, float, float, float, float]


def overlaps(boxes: list[Box]) -> list[str]:
    """Return which texts meet another or leave the drawing; boxes of text are higher than what is written."""
    (_, left, right, top, bottom), *texts = boxes
    found = [text[0] for text in texts if text[1] < left - 1 or text[2] > right + 1]
    found += [text[0] for text in texts if text[3] < top - 1 or text[4] > bottom + 1]
    for i, (one, a, b, c, d) in enumerate(texts):
        for other, e, f, g, h in texts[i + 1 :]:
            if min(b, f) - max(a, e) > 1 and min(d, h) - max(c, g) > 5:
                found.append(f"{one} on {other}")
    return found


def at_update(page: Page, update: int) -> list[Box]:
    player_slider(page).fill(str(update))
    page.evaluate("() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
    page.wait_for_timeout(80)
    boxes: list[Box] = page.evaluate(TEXTS)
    return boxes


def sideways(page: Page) -> bool:
    return bool(page.get_by_test_id("stMain").evaluate("element => element.scrollWidth > element.clientWidth + 1"))


@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize(
    ("lesson", "chosen"),
    [("Exercise 1", ["All", "Back 1"]), ("Exercise 3", ["All", "Forward 2", "Loss", "Back 2", "Back 1", "Update"])],
)
def test_no_two_texts_of_the_drawing_overlap(visit: Visit, width: int, lesson: str, chosen: list[str]) -> None:
    page = visit(f"{PAGE}?net={lesson}", width=width, height=844 if width == 390 else 720)
    seen = 0
    for stage in chosen:
        page.get_by_role("radio", name=stage, exact=True).click()
        wait_until_settled(page)
        for update in (0, 5200, 10_000):
            boxes = at_update(page, update)
            assert overlaps(boxes) == [], (stage, update)
            seen += len(boxes) - 1
    assert seen > len(chosen) * 3 * 15
    assert not sideways(page)


def test_the_drawing_says_the_numbers_of_its_update(visit: Visit) -> None:
    page, run = visit(f"{PAGE}?net=Exercise 3&stage=Back 1&at=5200"), hired()
    drawn = scene("Back 1", (2, 2, 2, 1), run.settings.y[0])
    for update in (0, 5207, 10_000):
        texts = [box[0] for box in at_update(page, update)]
        named = numbers(run, "batch", np.array([update]), 0, drawn.keys)
        for label in drawn.labels:
            if label.key:
                number = float(named[label.key][0])
                small = label.kind == "slope" and 0 < abs(number) < 1e-3
                plain = f"{number:.4f}" if label.kind == "slope" else f"{number:.3f}"
                text = re.sub("e-0", "e-", f"{number:.1e}") if small else plain
                wanted = label.before + text.replace("-", "−", 1 if number < 0 else 0)
                assert wanted in texts, (update, label)
                texts.remove(wanted)


def test_drawing_arithmetic_and_loss_fit_the_first_screen_of_a_projector(visit: Visit) -> None:
    page = visit(f"{PAGE}?net=Exercise 3&stage=Update")
    for chart in page.get_by_test_id("stVegaLiteChart").all():
        box = chart.bounding_box()
        assert box is not None
        assert box["y"] + box["height"] <= 720


@pytest.mark.parametrize("query", ["?net=Exercise 3&tab=Decision surface&stage=Update", "?net=Free network&epochs=20"])
def test_a_phone_in_the_dark_shows_every_chart_without_scrolling_sideways(visit: Visit, query: str) -> None:
    page = visit(f"{PAGE}{query}", width=390, height=844, scheme="dark")
    charts = 3 if "Free" in query else 4
    page.wait_for_function(f"() => ({SHAPES})().length === {charts} && ({SHAPES})().every(seen => seen >= 20)")
    assert not sideways(page)


def test_the_keyboard_alone_changes_the_stage_and_plays(visit: Visit) -> None:
    page = visit(f"{PAGE}?net=Exercise 2")
    page.get_by_role("radio", name="All", exact=True).focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    page.wait_for_url("**stage=Forward+1**")
    wait_until_settled(page)
    player_slider(page).focus()
    page.keyboard.press("ArrowRight")
    expect(page.get_by_text("After update 1, applicant 1").first).to_be_visible()
    assert len(EXERCISES["Exercise 2"].x) == 2
