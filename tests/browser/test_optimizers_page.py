"""The page on optimizers in Chromium: every chart is drawn, the first screen, the keyboard, a phone, dark theme."""

from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Page, expect

from tests.browser.charts import SHAPES
from tests.browser.conftest import Visit, wait_until_settled
from tests.browser.test_race_page import HAS_DRAWN, NOTE_TEXTS, player_slider

PAGE = "/optimizers"


def expect_drawn(page: Page, charts: int) -> None:
    page.wait_for_function(f"() => ({SHAPES})().length === {charts} && ({SHAPES})().every(count => count >= 20)")


def sideways(page: Page) -> bool:
    scrolls = "element => element.scrollWidth > element.clientWidth + 1"
    return bool(page.get_by_test_id("stMain").evaluate(scrolls))


def test_the_map_and_the_curves_are_on_a_projector_s_first_screen_and_name_all_rules(visit: Visit) -> None:
    page = visit(PAGE)
    expect_drawn(page, 2)
    for chart in page.get_by_test_id("stVegaLiteChart").all():
        box = chart.bounding_box()
        assert box is not None
        assert box["y"] + box["height"] <= 720
    page.evaluate(NOTE_TEXTS)
    player_slider(page).fill("40")
    page.wait_for_function(
        HAS_DRAWN, arg=["gd", "momentum", "nesterov", "adagrad", "rmsprop", "adam", "0.01 % of the start"]
    )


def test_a_rule_that_left_the_map_says_so(visit: Visit) -> None:
    page = visit(f"{PAGE}?surface=patients&rates=same&lr=0.7")
    page.evaluate(NOTE_TEXTS)
    player_slider(page).fill("60")
    page.wait_for_function(HAS_DRAWN, arg=["gd out", "nesterov out", "momentum"])


def test_the_keyboard_alone_changes_the_surface_and_the_link(visit: Visit) -> None:
    page = visit(PAGE)
    page.get_by_role("combobox", name="Surface").focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.type("saddle")
    page.keyboard.press("Enter")
    expect(page.get_by_role("combobox", name="Surface")).to_have_value("saddle")
    wait_until_settled(page)
    assert parse_qs(urlsplit(page.url).query)["surface"] == ["saddle"]
    expect_drawn(page, 2)


@pytest.mark.parametrize(("tab", "charts"), [("Best rates", 3), ("Momentum's limit", 4), ("Conventions", 4)])
def test_a_phone_in_the_dark_shows_every_chart_without_scrolling_sideways(visit: Visit, tab: str, charts: int) -> None:
    page = visit(f"{PAGE}?tab={tab.replace(' ', '%20')}", width=390, height=844, scheme="dark")
    expect_drawn(page, charts)
    assert not sideways(page)
