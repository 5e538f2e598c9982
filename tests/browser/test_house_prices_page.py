"""The page on house prices in Chromium: every chart drawn, one screen on a projector, a phone, the keyboard, dark."""

from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Visit, wait_until_settled
from tests.browser.test_race_page import HAS_DRAWN, NOTE_TEXTS, player_slider
from tests.browser.test_rates_page import expect_drawn, sideways
from tests.gd_ui.house_prices.houses import ran

PAGE = "/house-prices"


def test_the_charts_say_where_both_runs_are(visit: Visit) -> None:
    page = visit(PAGE)
    expect_drawn(page, 3)
    boxes = [chart.bounding_box() for chart in page.get_by_test_id("stVegaLiteChart").all()]
    assert all(box is not None and box["y"] + box["height"] <= 720 for box in boxes)
    page.evaluate(NOTE_TEXTS)
    player_slider(page).fill("40")
    run, _ = ran()
    all_loss, two_loss = run.everything.loss[0, 40], run.two.loss[0, 40]
    page.wait_for_function(
        HAS_DRAWN, arg=["update 40", f"training loss: ● all {all_loss:.4f}   ■ two {two_loss:.4f}", "↑ blood pressure"]
    )


@pytest.mark.parametrize(("tab", "charts"), [("Shapes", 4), ("Mini-batches", 5), ("Weights", 5)])
def test_a_phone_in_the_dark_shows_every_chart_without_scrolling_sideways(visit: Visit, tab: str, charts: int) -> None:
    page = visit(f"{PAGE}?tab={tab}", width=390, height=844, scheme="dark")
    assert page.get_by_test_id("stVegaLiteChart").count() == charts
    expect_drawn(page, charts) if tab != "Shapes" else expect(page.locator("svg.marks text").first).to_be_visible()
    assert not sideways(page)


def test_the_keyboard_alone_changes_the_rate_and_the_link(visit: Visit) -> None:
    page = visit(PAGE)
    page.get_by_role("slider", name="Learning rate").focus()
    page.keyboard.press("ArrowLeft")
    expect(page.get_by_text("rate 0.2 is crawling")).to_be_visible(timeout=30_000)
    wait_until_settled(page)
    assert parse_qs(urlsplit(page.url).query)["lr"] == ["0.2"]


def test_a_missing_set_leaves_the_page_as_it_was(visit: Visit) -> None:
    page = visit(f"{PAGE}?data=California")
    expect(page.get_by_text("Until then diabetes stays")).to_be_visible()
    expect_drawn(page, 3)
