"""The rate map in Chromium: it is drawn, a click on a cell loads it into the race, and so does the keyboard."""

import re
from urllib.parse import parse_qs, quote, urlsplit

from playwright.sync_api import Locator, Page, expect

from tests.browser.charts import SHAPES
from tests.browser.conftest import Visit, wait_until_settled

MAP = f"/batch-sizes?epochs=2&tab={quote('All rates and sizes')}"


def chart(page: Page) -> Locator:
    return page.get_by_test_id("stVegaLiteChart").last


def click_cell(page: Page, across: float, down: float) -> None:
    """Click somewhere on the map, in shares of its box, and wait until the page shows what follows."""
    chart(page).scroll_into_view_if_needed()
    box = chart(page).bounding_box()
    assert box is not None
    page.mouse.click(box["x"] + across * box["width"], box["y"] + down * box["height"])


def setting(page: Page, name: str) -> str:
    return parse_qs(urlsplit(page.url).query).get(name, [""])[0]


def test_a_click_on_a_cell_loads_it_into_the_race_and_a_second_click_loads_it_again(visit: Visit) -> None:
    page = visit(MAP)
    assert page.evaluate(SHAPES)[-1] > 40
    click_cell(page, 0.5, 0.5)
    page.wait_for_url(re.compile("lr=.*batch="))
    wait_until_settled(page)
    rate, size = setting(page, "lr"), setting(page, "batch")
    expect(page.get_by_role("slider", name="Learning rate")).to_have_attribute("aria-valuetext", rate)
    expect(page.get_by_role("slider", name="Mini-batch size")).to_have_attribute("aria-valuetext", size)
    slider = page.get_by_role("slider", name="Learning rate")
    slider.focus()
    page.keyboard.press("ArrowLeft")
    page.wait_for_url(lambda url: f"lr={rate}&" not in f"{url}&")
    wait_until_settled(page)
    click_cell(page, 0.5, 0.5)
    page.wait_for_url(lambda url: f"lr={rate}&" in f"{url}&")
    wait_until_settled(page)
    click_cell(page, 0.95, 0.82)  # a cell that diverges is covered by a tint and by strokes
    page.wait_for_url(lambda url: "batch=1&" in f"{url}&")
    expect(page.get_by_test_id("stException")).to_have_count(0)


def test_a_size_chosen_by_keyboard_loads_its_best_cell_on_a_phone_in_the_dark(visit: Visit) -> None:
    page = visit(MAP, width=390, height=844, scheme="dark")
    assert page.get_by_test_id("stMain").evaluate("main => main.scrollWidth - main.clientWidth") == 0
    size = page.get_by_test_id("stButtonGroup").get_by_text("64", exact=True)
    size.scroll_into_view_if_needed()
    size.evaluate("element => element.closest('button').focus()")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("batch=64"))
    wait_until_settled(page)
    expect(page.get_by_role("slider", name="Learning rate")).to_have_attribute("aria-valuetext", setting(page, "lr"))
    assert page.evaluate(SHAPES)[-1] > 40
