"""The loss surface in Chromium: every chart is drawn, plotly comes only when asked for, phone, dark and keyboard."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Visit, wait_until_settled
from tests.browser.test_race_page import press_tab_until, settings

PAGE = "/loss-surface"

# How many shapes with some extent every chart has: an empty chart has its axes and little else.
SHAPES = """() => [...document.querySelectorAll('[data-testid=stVegaLiteChart] svg')].map(svg =>
  [...svg.querySelectorAll('.mark-line path, .mark-rule line, .mark-symbol path')].filter(mark => {
    const box = mark.getBoundingClientRect()
    return box.width + box.height > 4
  }).length)"""
# The colour of the page's ground where the first chart has its legend.
PAPER = "() => getComputedStyle(document.querySelector('[data-testid=stApp]')).backgroundColor"
WIDE = """() => [document.scrollingElement, document.querySelector('[data-testid=stMain]')]
    .map(element => element.scrollWidth - element.clientWidth)"""


def texts(page: Page) -> str:
    """Return all text drawn in the charts."""
    return " | ".join(page.locator("[data-testid=stVegaLiteChart] svg text").all_text_contents())


def test_every_chart_is_drawn_and_the_first_three_fit_a_projector(visit: Visit) -> None:
    page = visit(PAGE)
    shapes = page.evaluate(SHAPES)
    assert len(shapes) == 6
    assert min(shapes) >= 2
    for chart in page.get_by_test_id("stVegaLiteChart").all()[:3]:
        box = chart.bounding_box()
        assert box is not None
        assert box["y"] + box["height"] <= 720
    assert "mean squared error of all 80 rows" in texts(page)
    assert page.locator("input[name=gdstep]").count() == 0


def test_plotly_is_fetched_only_when_the_solid_is_opened_and_draws_it(visit: Visit) -> None:
    page = visit(PAGE)
    fetched: list[str] = []
    page.on("request", lambda request: fetched.append(request.url))
    already = page.evaluate("() => performance.getEntriesByType('resource').map(entry => entry.name)")
    assert not [url for url in already if "plotly" in url.lower()]
    page.get_by_text("3-D", exact=True).click()
    page.wait_for_selector("[data-testid=stPlotlyChart] canvas", timeout=60_000)
    assert [url for url in fetched if "plotly" in url.lower()]
    expect(page.get_by_text("Drag to turn")).to_be_visible()
    assert settings(page) == {"view": "3-D"}


def test_a_phone_in_the_dark_scrolls_in_one_direction_only(visit: Visit) -> None:
    page = visit(f"{PAGE}?of=one example", width=390, height=844, scheme="dark")
    assert page.evaluate(WIDE) == [0, 0]
    for chart in page.get_by_test_id("stVegaLiteChart").all():
        box = chart.bounding_box()
        assert box is not None
        assert box["x"] + box["width"] <= 390
    assert min(page.evaluate(SHAPES)) >= 2
    red, green, blue = (int(part) for part in page.evaluate(PAPER).strip("rgb()").split(","))
    assert max(red, green, blue) < 60


@pytest.mark.parametrize("data", ["three points"])
def test_the_curve_of_one_weight_goes_from_nothing_to_four(visit: Visit, data: str) -> None:
    page = visit(f"{PAGE}?data={data}")
    assert len(page.evaluate(SHAPES)) == 5
    assert "4.6667 at w = 1.00" in texts(page)


def test_a_cut_is_moved_from_the_keyboard(visit: Visit) -> None:
    page = visit(PAGE)
    cut = page.get_by_role("slider", name="Cut at slope w")
    press_tab_until(page, cut)
    page.keyboard.press("ArrowRight")
    page.wait_for_url("**cut_up=**")
    wait_until_settled(page)
    expect(cut).to_have_attribute("aria-valuetext", "-0.1")
    expect(page.get_by_text("w stays −0.10")).to_be_visible()
