"""The frame around the lessons, as a visitor's browser sees it."""

import gzip
import re
import urllib.request

import pytest
from playwright.sync_api import Browser, Page, expect

from gd_ui.lessons import LESSONS, ROOT, Lesson
from tests.browser.conftest import Serve, Visit, wait_until_settled

LAUNCHER = ROOT / "streamlit_app.py"
FIRST_VISIT = 2_300_000  # bytes over the wire for one page with its charts
BATCH_SIZES = next(lesson for lesson in LESSONS if lesson.path == "batch-sizes")


def expect_our_frame(page: Page) -> None:
    """Check that a page has our title and navigation, no other navigation, no complaint and no exception."""
    navigation = page.get_by_role("navigation", name="App pages")
    expect(navigation.get_by_role("link", name="Overview")).to_be_visible()
    expect(navigation.get_by_role("button", name=BATCH_SIZES.section)).to_be_visible()
    expect(page.get_by_test_id("stSidebarNav")).to_have_count(0)
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(page.get_by_test_id("stException")).to_have_count(0)
    expect(page).to_have_title("Gradient descent lab")


def expect_batch_sizes(page: Page) -> None:
    """Check that a page is the lesson on batch sizes, at its own address."""
    expect_our_frame(page)
    expect(page).to_have_url(re.compile(rf"/{BATCH_SIZES.path}$"))


def test_a_deep_link_works_as_the_very_first_request(serve: Serve, visit: Visit) -> None:
    expect_batch_sizes(visit(f"{serve(LAUNCHER)}/{BATCH_SIZES.path}"))


def test_a_host_that_knows_only_scripts_shows_the_same_app(serve: Serve, visit: Visit) -> None:
    url = serve(LAUNCHER, as_script=True)
    expect_our_frame(visit(url))
    expect_batch_sizes(visit(f"{url}/{BATCH_SIZES.path}"))


def test_the_start_page_shows_the_overview_in_the_same_frame(visit: Visit) -> None:
    expect_our_frame(visit("/"))


def test_the_navigation_can_be_used_from_the_keyboard(visit: Visit) -> None:
    page = visit("/")
    section = page.get_by_role("button", name=BATCH_SIZES.section)
    for _ in range(2 + len(LESSONS)):
        page.keyboard.press("Tab")
        if section.evaluate("button => button === document.activeElement"):
            break
    expect(section).to_be_focused()
    page.keyboard.press("Enter")
    wanted = page.get_by_role("menuitem", name=BATCH_SIZES.title)
    expect(page.get_by_role("menuitem").first).to_be_focused()
    for _ in LESSONS:
        if wanted.evaluate("item => item === document.activeElement"):
            break
        page.keyboard.press("ArrowDown")
    expect(wanted).to_be_focused()
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/{BATCH_SIZES.path}")
    wait_until_settled(page)
    expect_batch_sizes(page)


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda lesson: lesson.title)
def test_a_first_visit_stays_small(chromium: Browser, app_url: str, lesson: Lesson) -> None:
    """Count what the network delivers: files as encoded on the wire, and the messages that carry the page."""
    with chromium.new_context(viewport={"width": 1280, "height": 720}) as context:
        page = context.new_page()
        network = context.new_cdp_session(page)
        network.send("Network.enable")
        files: list[float] = []
        messages: list[float] = []
        network.on("Network.loadingFinished", lambda event: files.append(event["encodedDataLength"]))
        network.on(
            "Network.webSocketFrameReceived",
            lambda event: messages.append(len(event["response"]["payloadData"]) * 3 / 4),  # sent as base64
        )
        page.goto(f"{app_url}/{lesson.path}")
        wait_until_settled(page)
        assert len(files) > 50
        assert messages
        assert sum(files) + sum(messages) <= FIRST_VISIT, f"{sum(files):,.0f} + {sum(messages):,.0f} bytes"


def test_the_server_sends_streamlits_code_compressed_and_names_its_policy(app_url: str) -> None:
    request = urllib.request.Request(f"{app_url}/", headers={"Accept-Encoding": "gzip"})
    with urllib.request.urlopen(request) as answer:
        assert answer.headers["Content-Encoding"] == "gzip"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Referrer-Policy"] == "no-referrer"
        assert answer.headers["X-Frame-Options"] is None
        assert b"<html" in gzip.decompress(answer.read())
