"""The page on what is not convex in Chromium: what is drawn, the first screen, the keyboard, a phone, the dark."""

from urllib.parse import parse_qs, urlsplit

from playwright.sync_api import Page, expect

from tests.browser.conftest import Visit, wait_until_settled
from tests.browser.test_race_page import player_slider
from tests.browser.test_rates_page import COLOURS, sideways

PAGE = "/beyond-convex"
# Charts of lines alone have as many strokes as lines; a blank one has neither fills nor strokes but one.
DRAWN = COLOURS.replace(
    "map(path => path.getAttribute('fill'))",
    "flatMap(path => [path.getAttribute('fill'), path.getAttribute('stroke')])",
)


def expect_drawn(page: Page, charts: int) -> None:
    page.wait_for_function(f"() => ({DRAWN})().length === {charts} && ({DRAWN})().every(count => count >= 3)")


def test_the_main_charts_are_on_a_projector_s_first_screen_and_play(visit: Visit) -> None:
    page = visit(PAGE)
    expect_drawn(page, 3 + 2)
    boxes = [chart.bounding_box() for chart in page.get_by_test_id("stVegaLiteChart").all()[:3]]
    assert all(box is not None and box["y"] + box["height"] <= 720 for box in boxes)
    assert len({round(box["y"]) for box in boxes if box}) == 1
    paths = page.locator("[data-testid=stVegaLiteChart] canvas").first
    at_end = paths.evaluate("canvas => canvas.toDataURL()")
    player_slider(page).fill("2")
    page.wait_for_function(
        "end => document.querySelector('[data-testid=stVegaLiteChart] canvas').toDataURL() !== end", arg=at_end
    )


def test_the_keyboard_alone_changes_the_rate_and_the_link(visit: Visit) -> None:
    page = visit(f"{PAGE}?land=saddle")
    page.get_by_role("slider", name="Learning rate").first.focus()
    page.keyboard.press("ArrowRight")
    wait_until_settled(page)
    expect(page.get_by_text("exactly on the ridge no slope points across it")).to_be_visible(timeout=30_000)
    assert parse_qs(urlsplit(page.url).query)["lr"] == ["0.07"]


def test_a_phone_in_the_dark_shows_the_noise_without_scrolling_sideways(visit: Visit) -> None:
    page = visit(f"{PAGE}?tab=Does noise help?&land=beale&opt=momentum", width=390, height=844, scheme="dark")
    expect_drawn(page, 3 + 3)
    assert not sideways(page)


def test_the_plateaus_are_drawn(visit: Visit) -> None:
    page = visit(f"{PAGE}?tab=Plateaus&land=course A")
    expect_drawn(page, 3 + 2)
    assert not sideways(page)
