"""The features page in Chromium: every chart drawn, two players side by side, phone, dark theme and keyboard."""

import pytest
from playwright.sync_api import Page, expect

from gd_ui.features.morph import LAST
from gd_ui.features.study import study
from tests.browser.charts import SHAPES
from tests.browser.conftest import Visit, wait_until_settled
from tests.gd_ui.features.test_study import settings

PAGE = "/features"

# Charts are drawn on canvas, where text cannot be looked up; so note every text a chart draws from now on.
NOTE_TEXTS = """() => {
  window.drawnTexts = []
  const draw = CanvasRenderingContext2D.prototype.fillText
  CanvasRenderingContext2D.prototype.fillText = function (text, ...place) {
    window.drawnTexts.push(String(text))
    return draw.call(this, text, ...place)
  }
}"""
HAS_DRAWN = "wanted => wanted.every(text => window.drawnTexts.includes(text))"

# The mean lightness, 0 to 1, of what is drawn in the first map.
LIGHTNESS = """() => {
  const canvas = document.querySelector('.st-key-panels canvas')
  const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height)
  let sum = 0, count = 0
  for (let i = 0; i < data.length; i += 4) {
    if (data[i + 3] < 200) continue
    sum += (data[i] + data[i + 1] + data[i + 2]) / 765
    count += 1
  }
  return sum / count
}"""


def expect_drawn(page: Page, charts: int) -> None:
    """Check that so many charts are there and none is empty."""
    shapes = page.evaluate(SHAPES)
    assert len(shapes) == charts
    assert min(shapes) > 10


def expect_one_direction(page: Page) -> None:
    wide = page.evaluate(
        """() => [document.scrollingElement, document.querySelector('[data-testid=stMain]')]
            .map(element => element.scrollWidth - element.clientWidth)"""
    )
    assert wide == [0, 0]


@pytest.mark.parametrize(
    ("link", "charts"),
    [("", 5), ("?tab=Data and sections", 8), ("?data=wine&tab=The leak", 5), ("?rows=1&tab=Stretch it yourself", 9)],
)
def test_every_chart_is_drawn_and_the_main_ones_fit_a_projector(visit: Visit, link: str, charts: int) -> None:
    page = visit(PAGE + link)
    expect_drawn(page, charts)
    if "rows=1" not in link:  # there a message about the constant column comes first
        for chart in page.get_by_test_id("stVegaLiteChart").all()[: 4 if "wine" in link else 5]:
            box = chart.bounding_box()
            assert box is not None
            assert box["y"] + box["height"] <= 720


def test_each_player_moves_its_own_charts(visit: Visit) -> None:
    page = visit(f"{PAGE}?tab=Stretch it yourself", height=2400)
    steps, scales = page.get_by_label("Position in the run").all()
    page.evaluate(NOTE_TEXTS)
    steps.fill("3")
    run = study(settings()).runs[0]
    page.wait_for_function(HAS_DRAWN, arg=[f"step 3  ·  loss {run.history.loss[0, 3]:.4f}"])
    assert scales.input_value() == "20"
    page.evaluate("window.drawnTexts = []")
    scales.fill(str(LAST))
    page.wait_for_function(HAS_DRAWN, arg=["standardised  ·  rate 0.5", "κ = 1", "limit = 1"])
    assert steps.input_value() == "3"
    assert not page.evaluate("window.drawnTexts.some(text => text.startsWith('step '))")


def test_a_phone_scrolls_in_one_direction_only(visit: Visit) -> None:
    for link in ("?tab=Data and sections", "?data=breast cancer"):
        page = visit(PAGE + link, width=390, height=844)
        expect_one_direction(page)


def test_the_keyboard_alone_changes_the_rate_and_in_the_dark_the_maps_are_dark(visit: Visit) -> None:
    page = visit(PAGE, scheme="dark")
    assert page.evaluate(LIGHTNESS) < 0.5
    slider = page.get_by_role("slider", name="The one rate")
    for _ in range(40):
        page.keyboard.press("Tab")
        if slider.evaluate("element => element === document.activeElement"):
            break
    page.keyboard.press("ArrowLeft")
    expect(slider).to_have_attribute("aria-valuetext", "0.3")
    wait_until_settled(page)
    assert "lr=0.3" in page.url
    expect(page.get_by_text("At the one rate 0.3")).to_be_visible()
