"""The page on learning rates in Chromium: what the panels say at a frame, the keyboard, a phone, dark theme."""

from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Visit, wait_until_settled
from tests.browser.test_race_page import HAS_DRAWN, NOTE_TEXTS, player_slider
from tests.gd_ui.learning_rates.descents import descended

PAGE = "/learning-rates"
# Of every chart, on a canvas or as SVG, how many colours it has, up to a few: a blank one has a single one.
COLOURS = """() => [...document.querySelectorAll('[data-testid=stVegaLiteChart]')].map(chart => {
  const canvas = chart.querySelector('canvas')
  if (!canvas) return new Set([...chart.querySelectorAll('svg.marks path')].map(path => path.getAttribute('fill'))).size
  if (!canvas.width) return 0
  const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height)
  const seen = new Set()
  for (let i = 0; i < data.length && seen.size < 5; i += 4) {
    if (data[i + 3] > 200) seen.add(data[i] << 16 | data[i + 1] << 8 | data[i + 2])
  }
  return seen.size
})"""


def expect_drawn(page: Page, charts: int) -> None:
    page.wait_for_function(f"() => ({COLOURS})().length === {charts} && ({COLOURS})().every(count => count >= 3)")


def sideways(page: Page) -> bool:
    scrolls = "element => element.scrollWidth > element.clientWidth + 1"
    return bool(page.get_by_test_id("stMain").evaluate(scrolls))


def test_the_panels_say_the_update_and_where_a_lost_run_is(visit: Visit) -> None:
    page = visit(f"{PAGE}?tab=One parameter at a time")
    expect_drawn(page, 11)
    page.evaluate(NOTE_TEXTS)
    player_slider(page).fill("6")
    run, _ = descended()
    wanted = [f"update 6  ·  loss {run.history.loss[i, 6]:.4f}" for i in (0, 1)]
    w, b = run.history.path[2, 6]
    wanted.append(f"gone: b = {b:.3g}, w = {w:.3g}".replace("-", "\u2212"))
    page.wait_for_function(HAS_DRAWN, arg=[*wanted, "limit 2/λmax = 0.8055", "out of view since; first update shown"])


def test_all_main_charts_are_on_a_projector_s_first_screen(visit: Visit) -> None:
    page = visit(PAGE)
    boxes = [chart.bounding_box() for chart in page.get_by_test_id("stVegaLiteChart").all()[:5]]
    assert all(box is not None and box["y"] + box["height"] <= 720 for box in boxes)
    assert len({round(box["y"]) for box in boxes[1:] if box}) == 1


def test_the_keyboard_alone_changes_the_rates_and_the_link(visit: Visit) -> None:
    page = visit(PAGE)
    page.get_by_role("textbox", name="Learning rates").focus()
    page.keyboard.press("ControlOrMeta+a")
    page.keyboard.type("0.8, 0.81")
    page.keyboard.press("Enter")
    expect(page.get_by_text("the steep direction grows ×1.01 a step")).to_be_visible(timeout=30_000)
    wait_until_settled(page)
    assert parse_qs(urlsplit(page.url).query)["lr"] == ["0.8,0.81"]


@pytest.mark.parametrize("tab", ["Predicted and measured", "Let the rate fall"])
def test_a_phone_in_the_dark_shows_every_chart_without_scrolling_sideways(visit: Visit, tab: str) -> None:
    page = visit(f"{PAGE}?tab={tab}&lr=0.05,0.3,0.7,0.81,0.9", width=390, height=844, scheme="dark")
    expect_drawn(page, 1 + 5 + 1 + (1 if tab == "Predicted and measured" else 3))
    assert not sideways(page)


def test_the_menu_sets_the_rates(visit: Visit) -> None:
    page = visit(PAGE)
    page.get_by_role("button", name="Change rates").click()
    page.get_by_text("Remove 1.1").click()
    expect(page.get_by_role("textbox", name="Learning rates")).to_have_value("0.2,0.8", timeout=30_000)
    wait_until_settled(page)
    assert parse_qs(urlsplit(page.url).query)["lr"] == ["0.2,0.8"]
