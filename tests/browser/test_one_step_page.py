"""One step in Chromium: pictures, the presenter's keys, the player, phone and dark theme."""

from urllib.parse import quote

import pytest
from playwright.sync_api import Locator, Page, expect

from gd_ui.one_step.descent import ERROR, GRADIENT, PREDICT, REPEAT, STAGES, START, UPDATE
from tests.browser.charts import SHAPES
from tests.browser.conftest import Visit, wait_until_settled
from tests.browser.test_race_page import HAS_DRAWN, NOTE_TEXTS, player_slider

PAGE = "/one-step"


def at(stage: str) -> str:
    return f"{PAGE}?stage={quote(stage)}"


def stage_button(page: Page, stage: str) -> Locator:
    return page.get_by_role("radio", name=stage)


def expect_stage(page: Page, stage: str) -> None:
    expect(stage_button(page, stage)).to_be_checked(timeout=15_000)
    wait_until_settled(page)


def test_every_stage_draws_its_charts_on_the_first_screen(visit: Visit) -> None:
    page = visit(PAGE)
    for stage in STAGES:
        stage_button(page, stage).click()
        expect_stage(page, stage)
        charts = 3 if stage in (GRADIENT, REPEAT) else 2
        page.wait_for_function(f"({SHAPES})().filter(shapes => shapes > 20).length === {charts}")
        expect(page.locator(".katex").first).to_be_visible()
        expect(page.locator(".katex-error")).to_have_count(0)
        for chart in page.get_by_test_id("stVegaLiteChart").all():
            box = chart.bounding_box()
            assert box is not None
            assert box["y"] + box["height"] <= 720
    assert page.locator("form.vega-bindings:visible").count() == 0


def test_a_clicker_turns_one_stage_at_a_time_even_from_a_slider_and_then_steps_the_player(visit: Visit) -> None:
    page = visit(at(PREDICT))
    page.keyboard.press("PageDown")
    expect_stage(page, ERROR)
    page.get_by_role("slider", name="Point, from the left").focus()
    page.keyboard.press("PageDown")
    expect_stage(page, GRADIENT)
    expect(page.get_by_role("slider", name="Point, from the left")).to_have_attribute("aria-valuetext", "61")
    page.keyboard.press("PageUp")
    expect_stage(page, ERROR)
    for stage in (GRADIENT, UPDATE, REPEAT):
        page.keyboard.press("PageDown")
        expect_stage(page, stage)
    expect(player_slider(page)).to_have_value("500")
    page.keyboard.press("PageUp")
    expect(player_slider(page)).to_have_value("499")
    expect_stage(page, REPEAT)
    page.get_by_role("button", name="Previous", exact=False).filter(has_text="Previous").click()
    expect_stage(page, UPDATE)
    page.keyboard.press("PageUp")
    expect_stage(page, GRADIENT)


def test_the_player_moves_line_point_and_loss_together(visit: Visit) -> None:
    page = visit(at(REPEAT))
    page.evaluate(NOTE_TEXTS)
    player_slider(page).fill("1")
    page.wait_for_function(HAS_DRAWN, arg=["ŷ = 0.8012 + 0.0451 x", "update 1", "update 1  ·  loss 1.6349"])


def test_the_keyboard_alone_picks_another_point(visit: Visit) -> None:
    page = visit(at(ERROR))
    slider = page.get_by_role("slider", name="Point, from the left")
    for _ in range(60):
        page.keyboard.press("Tab")
        if slider.evaluate("element => element === document.activeElement"):
            break
    page.keyboard.press("ArrowRight")
    page.wait_for_url("**point=62**")
    expect(page.get_by_text("At point 62 the line")).to_be_visible()


@pytest.mark.parametrize("stage", [START, GRADIENT, REPEAT])
def test_a_phone_scrolls_in_one_direction_only(visit: Visit, stage: str) -> None:
    page = visit(f"{at(stage)}&lr=1.1&update=300", width=390, height=844)
    wide = page.evaluate(
        """() => [document.scrollingElement, document.querySelector('[data-testid=stMain]')]
            .map(element => element.scrollWidth - element.clientWidth)"""
    )
    assert wide == [0, 0]


def test_the_dark_theme_has_its_own_colours_in_formulas(visit: Visit) -> None:
    colour = "() => getComputedStyle([...document.querySelectorAll('.katex [style*=color]')].pop()).color"
    light = visit(at(UPDATE)).evaluate(colour)
    dark = visit(at(UPDATE), scheme="dark").evaluate(colour)
    assert (light, dark) == ("rgb(0, 114, 178)", "rgb(86, 180, 233)")
