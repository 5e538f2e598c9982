"""The race in Chromium: what the panels say at a frame, links, long waits, phone, dark theme and keyboard."""

import re
from collections.abc import Iterator
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from gd_ui.methods import BATCH, METHODS, MINI_BATCH, STOCHASTIC
from gd_ui.questions import QUESTIONS
from tests.browser.conftest import Visit, wait_until_settled
from tests.gd_ui.batch_sizes.races import raced

PAGE = "/batch-sizes"
FRAME = 184

# Charts are drawn on canvas, where text cannot be looked up; so note every text a chart draws from now on.
# Were they drawn as SVG, the texts would be found there.
NOTE_TEXTS = """() => {
  window.drawnTexts = []
  const draw = CanvasRenderingContext2D.prototype.fillText
  CanvasRenderingContext2D.prototype.fillText = function (text, ...place) {
    window.drawnTexts.push(String(text))
    return draw.call(this, text, ...place)
  }
}"""
HAS_DRAWN = """wanted => {
  const inSvg = [...document.querySelectorAll('svg.marks text')].map(node => node.textContent)
  const shown = [...window.drawnTexts, ...inSvg]
  return wanted.every(text => shown.includes(text))
}"""

# The mean lightness, 0 to 1, of what is drawn in the panel of batch descent.
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


def player_slider(page: Page) -> Locator:
    return page.get_by_label("Position in the run")


def frame(page: Page) -> int:
    return int(player_slider(page).input_value())


def expect_updates(page: Page, batch: int, mini_batch: int, stochastic: int, within: float = 30) -> None:
    """Wait until the table of results shows these numbers of updates."""
    row = page.locator(".gd-table").locator("tr", has_text="Updates").first
    cells = [f"{count:,}" for count in (batch, mini_batch, stochastic)]
    expect(row.locator("td")).to_have_text(cells, timeout=1000 * within)


def settings(page: Page) -> dict[str, str]:
    """Return what the address says."""
    return {name: values[0] for name, values in parse_qs(urlsplit(page.url).query).items()}


def press_tab_until(page: Page, wanted: Locator) -> None:
    for _ in range(60):
        page.keyboard.press("Tab")
        if wanted.evaluate("element => element === document.activeElement"):
            return
    pytest.fail("the keyboard does not get there")


@pytest.fixture
def page(chromium: Browser) -> Iterator[Page]:
    """Provide a page that nothing watches, for tests that look while it is still busy."""
    with chromium.new_context(viewport={"width": 1280, "height": 720}) as context:
        yield context.new_page()


def test_the_panels_say_the_update_and_its_loss_at_every_frame(visit: Visit) -> None:
    page = visit(PAGE)
    page.evaluate(NOTE_TEXTS)
    player_slider(page).fill(str(FRAME))
    run, _ = raced()
    wanted = []
    for method, update in ((BATCH, 2), (MINI_BATCH, 11), (STOCHASTIC, FRAME)):
        wanted.append(f"update {update}  ·  loss {run.histories[method.name].loss[0, update]:.4f}")
    page.wait_for_function(HAS_DRAWN, arg=[*wanted, "next in 56", "next in 8"])
    assert wanted[2] == "update 184  ·  loss 0.0088"


def test_playing_the_race_sends_nothing_to_the_server(page: Page, app_url: str) -> None:
    sent: list[str | bytes] = []
    page.on("websocket", lambda socket: socket.on("framesent", lambda data: sent.append(data)))
    page.goto(app_url + PAGE)
    wait_until_settled(page)
    assert sent
    before = len(sent)
    page.get_by_role("button", name="Play").click()
    page.wait_for_timeout(1200)
    page.get_by_role("button", name="Pause").click()
    assert 0 < frame(page) < 1600
    assert len(sent) == before


def test_a_deep_link_shows_its_settings(visit: Visit) -> None:
    page = visit(f"{PAGE}?data=diabetes&lr=0.0123&batch=50&epochs=2&seeds=10&count=updates")
    expect_updates(page, 2, 16, 708)
    expect(page.get_by_role("slider", name="Learning rate")).to_have_attribute("aria-valuetext", "0.0123")
    expect(page.get_by_text("Final training loss (median)")).to_be_visible()
    assert player_slider(page).get_attribute("max") == "708"


def test_a_hostile_link_opens_with_a_notice_and_runs_nothing(visit: Visit) -> None:
    link = {"lr": "<img src=x onerror=alert(1)>", "seed": "1e999", "data": "![](https://evil.example/x.png)"}
    page = visit(f"{PAGE}?{urlencode(link)}")
    expect(page.get_by_test_id("stAlert")).to_contain_text("Learning rate")
    expect(page.get_by_test_id("stException")).to_have_count(0)
    assert page.locator("[data-testid=stAlert] img").count() == 0
    expect_updates(page, 20, 100, 1600)


def test_moving_a_control_ends_a_long_wait(page: Page, app_url: str) -> None:
    """The longest that the page has: no race takes long enough, a map of all rates with long runs does."""
    page.goto(f"{app_url}{PAGE}?tab=All rates and sizes&epochs=200&optimizer=adam")
    expect(page.get_by_test_id("stProgress")).to_be_visible(timeout=30_000)
    page.get_by_role("combobox", name="Data").click()
    page.get_by_role("option", name="three points").click()
    expect(player_slider(page)).to_have_attribute("max", "60", timeout=8000)
    expect(page.get_by_test_id("stProgress")).to_have_count(0)


@pytest.mark.parametrize("path", ["/", PAGE])
def test_a_phone_scrolls_in_one_direction_only(visit: Visit, path: str) -> None:
    page = visit(path, width=390, height=844)
    wide = page.evaluate(
        """() => [document.scrollingElement, document.querySelector('[data-testid=stMain]')]
            .map(element => element.scrollWidth - element.clientWidth)"""
    )
    assert wide == [0, 0]
    for canvas in page.get_by_test_id("stVegaLiteChart").all():
        box = canvas.bounding_box()
        assert box is not None
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= 390


def test_controls_player_and_maps_fit_the_first_screen_of_a_projector(visit: Visit) -> None:
    page = visit(PAGE)
    for chart in page.get_by_test_id("stVegaLiteChart").all()[: len(METHODS) + 1]:
        box = chart.bounding_box()
        assert box is not None
        assert box["y"] + box["height"] <= 720


def test_the_dark_theme_darkens_the_maps_too(visit: Visit) -> None:
    light = visit(PAGE).evaluate(LIGHTNESS)
    dark = visit(PAGE, scheme="dark").evaluate(LIGHTNESS)
    assert dark < 0.5 < light


def test_the_overview_plays_by_itself_soon_after_its_charts_appear(page: Page, app_url: str) -> None:
    page.goto(app_url)
    page.wait_for_function(
        "document.querySelectorAll('[data-testid=stVegaLiteChart] .marks').length === 2", timeout=60_000
    )
    page.wait_for_function("document.querySelector('.gd-player-slider')?.valueAsNumber > 0", timeout=1500)
    first = frame(page)
    page.wait_for_function(f"document.querySelector('.gd-player-slider').valueAsNumber > {first}")
    assert frame(page) < 480


def test_the_overview_keeps_still_for_who_prefers_that(visit: Visit) -> None:
    page = visit("/", reduced_motion=True)
    assert frame(page) == 480
    page.wait_for_timeout(1500)
    assert frame(page) == 480


def test_a_question_opens_with_its_own_settings_whatever_was_set_before_and_back_leads_back(visit: Visit) -> None:
    question = next(question for question in QUESTIONS if question.settings.get("data") == "three points")
    page = visit(f"{PAGE}?lr=0.5&batch=32&order=sequential&epochs=5")
    expect_updates(page, 5, 15, 400)
    page.get_by_role("navigation", name="App pages").get_by_role("link", name="Overview").click()
    page.get_by_role("link", name=question.asks).click()
    expect_updates(page, 100, 200, 300)
    wait_until_settled(page)
    assert settings(page) == question.settings
    expect(page.get_by_role("slider", name="Learning rate")).to_have_attribute("aria-valuetext", "0.01")
    page.go_back()
    expect(page.get_by_role("link", name=question.asks)).to_be_visible()
    page.go_back()
    wait_until_settled(page)
    if not settings(page):
        page.go_back()  # Streamlit, on leaving a page, puts one entry without settings in between
    expect_updates(page, 5, 15, 400)
    wait_until_settled(page)
    assert settings(page) == {"lr": "0.5", "batch": "32", "order": "sequential", "epochs": "5"}


def test_a_question_on_the_page_itself_sets_everything_and_the_address_with_it(visit: Visit) -> None:
    question = next(question for question in QUESTIONS if question.settings.get("lr") == "0.025")
    page = visit(f"{PAGE}?batch=32&optimizer=adam&seed=3")
    page.get_by_test_id("stButtonGroup").get_by_text(question.asks).click()
    expect_updates(page, 2, 126, 2000)
    wait_until_settled(page)
    assert settings(page) == question.settings
    page.get_by_role("button", name=re.compile("Use a safe rate")).click()
    expect(page.get_by_role("button", name=re.compile("Use a safe rate"))).to_have_count(0)


def test_the_rate_can_be_changed_and_the_race_played_from_the_keyboard(visit: Visit) -> None:
    page = visit(PAGE)
    rate = page.get_by_role("slider", name="Learning rate")
    press_tab_until(page, rate)
    page.keyboard.press("ArrowRight")
    page.wait_for_url("**lr=0.15**")
    wait_until_settled(page)
    expect(rate).to_have_attribute("aria-valuetext", "0.15")
    press_tab_until(page, page.get_by_role("button", name="Play"))
    page.keyboard.press("Space")
    page.wait_for_function(
        "(at => at > 20 && at < 1500)(document.querySelector('.gd-player-slider').valueAsNumber)"  # it opens at the end
    )
    page.keyboard.press("PageDown")
    expect(page.get_by_role("button", name="Play")).to_be_visible()  # a step ends the playing
    page.evaluate("() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")  # and is drawn
    stopped = frame(page)
    assert stopped % 16 == 0
    assert 0 < stopped < 1600
