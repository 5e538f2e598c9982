"""The pitfalls in Chromium: charts drawn before and after the guess, on a phone, in dark, with the keyboard alone."""

import pytest
from playwright.sync_api import Page, expect

from gd_ui.pitfalls.table import PITFALLS
from tests.browser.conftest import Visit, wait_until_settled
from tests.browser.test_race_page import press_tab_until

PAGE = "/pitfalls"

# The number of different colours drawn in each chart, at least 5 where there is more than an empty plot.
COLOURS = """() => [...document.querySelectorAll('[data-testid=stVegaLiteChart] canvas')].map(canvas => {
  const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height)
  const seen = new Set()
  for (let i = 0; i < data.length; i += 4) seen.add((data[i] << 16) + (data[i + 1] << 8) + data[i + 2])
  return seen.size
})"""
SIDEWAYS = """() => [document.documentElement, ...document.querySelectorAll('[data-testid=stMain]')]
  .some(element => element.scrollWidth > element.clientWidth + 1)"""


def expect_drawn(page: Page) -> None:
    """Check that both charts show something, on canvas or as SVG."""
    charts = page.get_by_test_id("stVegaLiteChart")
    expect(charts).to_have_count(2)
    colours = page.evaluate(COLOURS)
    drawn = page.evaluate("() => document.querySelectorAll('svg.marks path, svg.marks rect').length")
    assert all(count >= 5 for count in colours)
    assert len(colours) == 2 or drawn > 10


@pytest.mark.parametrize("name", ["lopsided path", "spikes", "rows never read", "lucky rate"])
def test_the_runs_are_drawn_before_and_after_the_guess_and_fit_a_projector(visit: Visit, name: str) -> None:
    page = visit(f"{PAGE}?pitfall={name}")
    expect_drawn(page)
    last_answer = page.get_by_role("button", name=PITFALLS[name].answers[-1].text)
    box = last_answer.bounding_box()
    assert box is not None
    assert box["y"] + box["height"] < 720
    pitfall = PITFALLS[name]
    page.get_by_role("button", name=pitfall.answer(pitfall.truth).text).click()
    expect(page.get_by_text("Right.", exact=False).first).to_be_visible()
    wait_until_settled(page)
    expect_drawn(page)
    expect(page.get_by_test_id("stCode")).to_have_count(2)


def test_a_phone_needs_no_sideways_scrolling(visit: Visit) -> None:
    page = visit(f"{PAGE}?pitfall=stuck between", width=390, height=844, scheme="dark")
    expect_drawn(page)
    assert not page.evaluate(SIDEWAYS)
    page.get_by_role("button", name="Show me").click()
    expect(page.get_by_test_id("stTable")).to_be_visible()
    wait_until_settled(page)
    assert not page.evaluate(SIDEWAYS)


def test_the_keyboard_alone_guesses(visit: Visit) -> None:
    page = visit(PAGE)
    press_tab_until(page, page.get_by_role("button", name="One weight is moved by the same stale slope"))
    page.keyboard.press("Enter")
    expect(page.get_by_text("Right.", exact=False).first).to_be_visible()
