"""The step player in Chromium: linked charts, keys, reruns, and silence towards the server."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import CDPSession, Locator, Page, expect

APP = Path(__file__).parent / "apps" / "player_app.py"

LAST = 1600
STRIDE = 16  # the harness's default

KEYS_FROM_500 = {
    "ArrowRight": 512,
    "ArrowLeft": 496,
    "Shift+ArrowRight": 501,
    "Shift+ArrowLeft": 499,
    "PageDown": 512,
    "PageUp": 496,
    "Home": 0,
    "End": LAST,
}

# The frame every visible chart has drawn as text.
DRAWN = """() => [...document.querySelectorAll('svg.marks text')]
    .map(text => /^frame (\\d+)$/.exec(text.textContent)).filter(Boolean).map(found => Number(found[1]))"""


@pytest.fixture(scope="module")
def harness(serve: Callable[[Path], str]) -> str:
    """Give the address of the page that shows a player and linked charts."""
    return serve(APP)


def slider(page: Page) -> Locator:
    return page.get_by_label("Position in the run").first


def frame(page: Page) -> int:
    """Return the frame the player shows."""
    return int(slider(page).input_value())


def expect_frame(page: Page, expected: int, charts: int = 2) -> None:
    """Wait until the player, its readout and all charts show one frame."""
    expect(slider(page)).to_have_value(str(expected))
    expect(page.locator(".gd-player-readout").first).to_contain_text(f"{expected:,} of 1,600")
    page.wait_for_function(
        f"([frame, charts]) => {{ const drawn = ({DRAWN})();"
        " return drawn.length === charts && drawn.every(one => one === frame) }",
        arg=[expected, charts],
    )


def press(page: Page, key: str) -> None:
    """Press a key with the player's slider focused."""
    slider(page).press(key)


def play_for(page: Page, seconds: float) -> tuple[int, float]:
    """Press play, wait in the page, and return the frame it then shows and the time that really passed."""
    return page.evaluate(
        """async seconds => {
          const began = performance.now()
          document.querySelector('.gd-player [data-action=toggle]').click()
          await new Promise(resolve => setTimeout(resolve, 1000 * seconds))
          const slider = document.querySelector('.gd-player-slider')
          return [slider.valueAsNumber, (performance.now() - began) / 1000]
        }""",
        seconds,
    )


def settle(page: Page) -> None:
    """Wait for a rerun of the script to end."""
    page.wait_for_timeout(300)
    page.wait_for_selector("[data-testid=stApp][data-test-script-state=notRunning]")


def choose_run(page: Page, name: str) -> None:
    page.get_by_role("combobox", name="Run").click()
    page.get_by_role("option", name=name).click()
    settle(page)


def test_a_run_is_shown_at_its_end_first_and_the_charts_own_sliders_never(visit, harness):
    page = visit(harness)
    expect_frame(page, LAST)
    forms = page.locator("form.vega-bindings")
    expect(forms).to_have_count(2)
    for form in forms.all():
        expect(form).to_be_hidden()


def test_playing_moves_all_charts_and_sends_nothing_to_the_server(chromium, harness):
    page = chromium.new_page()
    sent: list[str | bytes] = []
    page.on("websocket", lambda socket: socket.on("framesent", lambda data: sent.append(data)))
    page.goto(f"{harness}/?start=0")
    expect_frame(page, 0)
    settle(page)
    before = len(sent)
    assert before > 0  # else the count would prove nothing

    page.get_by_role("button", name="Play").click()
    page.wait_for_timeout(1500)
    page.get_by_role("button", name="Pause").click()
    assert frame(page) > 0
    expect_frame(page, frame(page))

    slider(page).fill("777")
    expect_frame(page, 777)
    page.get_by_role("button", name="Next").click()
    expect_frame(page, 784)
    assert len(sent) == before
    page.close()


def test_a_whole_run_takes_the_given_time_and_stops_at_its_end(visit, harness):
    page = visit(f"{harness}/?start=0&seconds=3")
    halfway, seconds = play_for(page, 1.5)
    assert halfway == pytest.approx(LAST * seconds / 3, abs=0.1 * LAST)
    expect(page.get_by_role("button", name="Play")).to_be_visible(timeout=5000)
    expect_frame(page, LAST)


def test_playing_at_the_end_starts_over(visit, harness):
    page = visit(harness)
    page.get_by_role("button", name="Play").click()
    page.wait_for_timeout(500)
    assert 0 < frame(page) < LAST


def test_a_chart_that_comes_later_gets_the_current_frame(visit, harness):
    page = visit(f"{harness}/?start=320")
    expect_frame(page, 320)
    page.get_by_text("One more chart").click()
    expect_frame(page, 320, charts=3)


def test_a_chart_that_comes_before_the_player_gets_the_frame_too(visit, harness):
    expect_frame(visit(f"{harness}/?early=1&start=320"), 320, charts=3)


def test_a_rerun_with_the_same_run_keeps_the_frame(visit, harness):
    page = visit(harness)
    slider(page).fill("500")
    page.get_by_label("Note").fill("a rerun")
    page.get_by_label("Note").press("Enter")
    settle(page)
    expect_frame(page, 500)


def test_playing_goes_on_through_a_rerun(visit, harness):
    page = visit(f"{harness}/?start=0&seconds=20")
    page.get_by_role("button", name="Play").click()
    page.get_by_text("One more chart").click()
    settle(page)
    seen = frame(page)
    expect(page.get_by_role("button", name="Pause")).to_be_visible()
    page.wait_for_timeout(500)
    assert frame(page) > seen > 0


def test_a_new_run_stops_the_player_and_shows_its_start(visit, harness):
    page = visit(f"{harness}/?start=48")
    page.get_by_role("button", name="Play").click()
    page.wait_for_timeout(500)
    choose_run(page, "second run")
    expect(page.get_by_role("button", name="Play")).to_be_visible()
    expect_frame(page, 48)


def test_a_key_on_the_slider_moves_once(visit, harness):
    page = visit(harness)
    for key, expected in KEYS_FROM_500.items():
        slider(page).fill("500")
        expect_frame(page, 500)
        press(page, key)
        expect_frame(page, expected)


def test_space_plays_and_pauses_inside_the_player(visit, harness):
    page = visit(f"{harness}/?start=0")
    press(page, " ")
    expect(page.get_by_role("button", name="Pause")).to_be_visible()
    press(page, " ")
    expect(page.get_by_role("button", name="Play")).to_be_visible()


def test_space_on_a_button_presses_that_button(visit, harness):
    page = visit(f"{harness}/?start=0")
    page.get_by_role("button", name="Next").press(" ")
    expect_frame(page, STRIDE)


def test_a_clickers_keys_work_anywhere_but_in_a_text_field(visit, harness):
    page = visit(f"{harness}/?start=160")
    page.keyboard.press("PageDown")
    expect_frame(page, 176)
    page.get_by_role("slider", name="Other slider").press("PageDown")
    expect_frame(page, 192)
    expect(page.get_by_role("slider", name="Other slider")).to_have_value("50")
    page.get_by_label("Note").press("PageDown")
    page.keyboard.press("k")
    page.wait_for_timeout(200)
    expect_frame(page, 192)
    expect(page.get_by_label("Note")).to_have_value("k")


def test_k_plays_from_anywhere_but_a_slider(visit, harness):
    page = visit(f"{harness}/?start=0")
    page.get_by_role("slider", name="Other slider").press("k")
    expect(page.get_by_role("button", name="Play")).to_be_visible()
    page.get_by_role("slider", name="Other slider").blur()
    page.keyboard.press("k")
    expect(page.get_by_role("button", name="Pause")).to_be_visible()


def test_the_stride_is_what_the_select_says(visit, harness):
    page = visit(f"{harness}/?start=500")
    page.get_by_label("Step by").select_option("1 epoch")
    page.get_by_role("button", name="Next").click()
    expect_frame(page, 560)
    page.get_by_role("button", name="Previous").click()
    expect_frame(page, 480)


def test_a_slower_speed_shows_single_frames(visit, harness):
    page = visit(f"{harness}/?start=0")
    page.get_by_label("Speed").select_option("4 examples/s")
    shown, seconds = play_for(page, 1.2)
    assert shown == pytest.approx(4 * seconds, abs=1.5)


def test_scrubbing_pauses_and_draws_what_the_slider_says(visit, harness):
    page = visit(f"{harness}/?start=0&seconds=60")
    page.get_by_role("button", name="Play").click()
    box = slider(page).bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.mouse.down()
    expect(page.get_by_role("button", name="Play")).to_be_visible()
    page.mouse.move(box["x"] + box["width"] / 4, box["y"] + box["height"] / 2, steps=5)
    page.mouse.up()
    assert 300 < frame(page) < 500
    expect_frame(page, frame(page))


def test_many_inputs_in_one_animation_frame_redraw_the_charts_once(visit, harness):
    page = visit(f"{harness}/?start=0")
    pushed = page.evaluate(
        """async () => {
          let pushed = 0
          document.querySelector('form.vega-bindings input').addEventListener('input', () => pushed++)
          const slider = document.querySelector('.gd-player-slider')
          for (const value of [10, 20, 30]) {
            slider.value = value
            slider.dispatchEvent(new Event('input'))
          }
          const nextFrame = () => new Promise(requestAnimationFrame)
          await nextFrame()
          await nextFrame()
          return pushed
        }"""
    )
    assert pushed == 1
    expect_frame(page, 30)


def test_the_readout_is_read_out_as_it_is_shown(visit, harness):
    page = visit(f"{harness}/?start=184")
    expect(page.locator(".gd-player-readout")).to_have_text("184 of 1,600 examples · epoch 2.30")
    expect(slider(page)).to_have_attribute("aria-valuetext", "184 of 1,600 examples, epoch 2.30")
    expect_frame(page, 184)


def test_without_epochs_none_is_shown(visit, harness):
    page = visit(f"{harness}/?epochs=0&start=184")
    expect(page.locator(".gd-player-readout")).to_have_text("184 of 1,600 examples", use_inner_text=True)
    expect(slider(page)).to_have_attribute("aria-valuetext", "184 of 1,600 examples")


def test_nothing_in_the_bar_moves_while_the_figures_change(visit, harness):
    page = visit(harness)
    places = (
        "() => [...document.querySelectorAll('.gd-player-bar *')].filter(part => !part.dataset.text)"
        ".map(part => part.getBoundingClientRect().x)"
    )
    at_the_end = page.evaluate(places)
    press(page, "Home")
    expect_frame(page, 0)
    assert page.evaluate(places) == at_the_end


def test_autoplay_starts_by_itself_once(visit, harness):
    page = visit(f"{harness}/?autoplay=1&seconds=30")
    expect(page.get_by_role("button", name="Pause")).to_be_visible(timeout=3000)
    assert frame(page) < LAST / 2
    page.get_by_role("button", name="Last").click()
    page.get_by_label("Note").fill("a rerun")
    page.get_by_label("Note").press("Enter")
    settle(page)
    page.wait_for_timeout(600)
    expect_frame(page, LAST)


def test_who_prefers_reduced_motion_sees_the_last_frame_and_may_still_play(visit, harness):
    page = visit(f"{harness}/?autoplay=1&start=0", reduced_motion=True)
    page.wait_for_timeout(1000)
    expect_frame(page, LAST)
    page.get_by_role("button", name="Play").click()
    page.wait_for_timeout(500)
    assert 0 < frame(page) < LAST


def test_two_players_move_their_own_charts_and_the_one_used_last_has_the_keys(visit, harness):
    page = visit(f"{harness}/?two=1&start=160", height=1000)
    second = page.get_by_role("group", name="Step player").nth(1)
    small = second.get_by_label("Position in the run")
    expect(small).to_have_value("10")
    page.keyboard.press("PageUp")
    expect(slider(page)).to_have_value("144")
    expect(small).to_have_value("10")
    second.get_by_role("button", name="Previous").click()
    page.keyboard.press("PageUp")
    expect(small).to_have_value("8")
    expect(slider(page)).to_have_value("144")
    page.wait_for_function(f"() => String(({DRAWN})()) === '144,144,8'")


def test_a_player_out_of_view_leaves_the_page_keys_alone(visit, harness):
    page = visit(harness, height=160)
    page.get_by_test_id("stMain").evaluate("main => main.scrollTo(0, main.scrollHeight)")
    expect(slider(page)).not_to_be_in_viewport()
    page.keyboard.press("PageUp")
    page.wait_for_timeout(200)
    assert frame(page) == LAST


def listeners(session: CDPSession) -> int:
    """Return how many listeners window and document have."""
    count = 0
    for target in ("window", "document"):
        found = session.send("Runtime.evaluate", {"expression": target})["result"]["objectId"]
        count += len(session.send("DOMDebugger.getEventListeners", {"objectId": found})["listeners"])
    return count


def test_leaving_the_page_leaves_no_listeners_behind(visit, harness):
    page = visit(harness)
    session = page.context.new_cdp_session(page)

    def leave() -> int:
        page.get_by_role("link", name="Other").click()
        expect(page.get_by_text("No player here.")).to_be_visible()
        settle(page)
        return listeners(session)

    once = leave()
    page.get_by_role("link", name="Player", exact=True).click()
    page.get_by_role("button", name="Play").click()
    assert listeners(session) > once  # else the count would prove nothing
    assert leave() == once


def test_on_a_laptop_the_player_is_one_low_row(visit, harness):
    page = visit(harness)
    box = page.locator(".gd-player").bounding_box()
    assert box is not None
    assert box["height"] <= 44


@pytest.mark.parametrize("options", ["", "?compact=1", "?epochs=0"])
def test_on_a_phone_nothing_overflows_or_overlaps(visit, harness, options):
    page = visit(f"{harness}/{options}", width=390, height=844)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    overlaps = page.evaluate(
        """() => {
          const parts = [...document.querySelectorAll('.gd-player :is(button, input, output, label)')]
            .map(part => part.getBoundingClientRect()).filter(box => box.width > 0)
          const overlap = (a, b) =>
            a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom
          return [
            parts.flatMap((a, i) => parts.slice(i + 1).filter(b => overlap(a, b))).length,
            parts.filter(box => box.left < 0 || box.right > innerWidth).length,
          ]
        }"""
    )
    assert overlaps == [0, 0]


def test_the_short_form_shows_play_slider_and_readout_only(visit, harness):
    page = visit(f"{harness}/?compact=1")
    expect(page.locator(".gd-player").get_by_role("button")).to_have_count(1)
    expect(page.get_by_label("Step by")).to_be_hidden()
    expect_frame(page, LAST)
