"""The page on the course's numbers in Chromium: table and charts drawn, the keyboard, a phone in the dark, a link."""

from urllib.parse import parse_qs, urlsplit

from playwright.sync_api import expect

from tests.browser.conftest import Visit, wait_until_settled
from tests.browser.test_rates_page import expect_drawn, sideways

PAGE = "/course-numbers"
# How many colours the first table's canvas has, up to a few: a blank one has a single one.
INK = """() => {
  const canvas = document.querySelector('[data-testid=stDataFrame] canvas')
  const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height)
  const seen = new Set()
  for (let i = 0; i < data.length && seen.size < 9; i += 4) seen.add(data[i] << 16 | data[i + 1] << 8 | data[i + 2])
  return seen.size
}"""


def test_the_table_is_on_a_projector_s_first_screen_and_its_list_is_drawn(visit: Visit) -> None:
    page = visit(PAGE)
    expect_drawn(page, 2)
    table = page.get_by_test_id("stDataFrame").first.bounding_box()
    assert table is not None
    assert table["y"] < 420
    assert table["width"] > 1000
    assert page.evaluate(INK) > 5


def test_the_last_column_opens_the_page_of_the_row(visit: Visit) -> None:
    page = visit(f"{PAGE}?text=B")
    table = page.get_by_test_id("stDataFrame").first.bounding_box()
    assert table is not None
    page.mouse.move(table["x"] + table["width"] - 45, table["y"] + 36 + 3.5 * 35)
    page.wait_for_timeout(200)
    with page.context.expect_page() as other:
        page.mouse.click(table["x"] + table["width"] - 45, table["y"] + 36 + 3.5 * 35)
    address = urlsplit(other.value.url)
    assert address.path == "/one-step"
    assert parse_qs(address.query) == {"stage": ["2 Error"]}
    other.value.close()


def test_the_keyboard_alone_chooses_a_text(visit: Visit) -> None:
    page = visit(PAGE)
    page.get_by_role("radio", name="B", exact=True).focus()
    page.keyboard.press("Space")
    expect(page.get_by_text("13 of", exact=False)).to_be_visible(timeout=30_000)
    wait_until_settled(page)
    assert parse_qs(urlsplit(page.url).query)["text"] == ["B"]


def test_a_phone_in_the_dark_shows_every_chart_without_scrolling_sideways(visit: Visit) -> None:
    page = visit(f"{PAGE}?text=E", width=390, height=844, scheme="dark")
    expect_drawn(page, 2)
    assert not sideways(page)
    assert page.evaluate(INK) > 5
