"""The gradient page in Chromium: charts with something in them, phone, dark theme, keyboard and links."""

from playwright.sync_api import Page, expect

from gd_ui.course_grid import course_grid
from gd_ui.datasets import CATALOGUE, load
from gd_ui.gradient.findings import nudge_findings
from gd_ui.gradient.nudge import Probe, errors, measure
from gd_ui.gradient.pull import Pulls, degrees_between, pulls
from tests.browser.charts import INK, SHAPES
from tests.browser.conftest import Visit, wait_until_settled

PAGE = "/gradient"
CHARTS = 7


def bottom(page: Page, key: str) -> float:
    box = page.locator(f".st-key-{key} [data-testid=stVegaLiteChart]").last.bounding_box()
    assert box is not None
    return box["y"] + box["height"]


def test_every_chart_shows_something_and_the_nudge_fits_the_first_screen_of_a_projector(visit: Visit) -> None:
    page = visit(PAGE)
    shapes = page.evaluate(SHAPES)
    assert len(shapes) == CHARTS
    assert min(shapes) > 20
    assert max(bottom(page, key) for key in ("nudge-b", "nudge-w", "errors")) <= 720
    assert page.locator("form.vega-bindings:visible").count() == 0


def test_a_phone_scrolls_in_one_direction_only(visit: Visit) -> None:
    page = visit(f"{PAGE}?data=thousand points&draw=5", width=390, height=844)
    wide = page.evaluate(
        """() => [document.scrollingElement, document.querySelector('[data-testid=stMain]')]
            .map(element => element.scrollWidth - element.clientWidth)"""
    )
    assert wide == [0, 0]
    for chart in page.get_by_test_id("stVegaLiteChart").all():
        box = chart.bounding_box()
        assert box is not None
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= 390


def test_the_charts_text_is_light_in_the_dark_theme_and_dark_in_the_light_one(visit: Visit) -> None:
    link = f"{PAGE}?data=three points&nudge=1e-15"
    dark = visit(link, scheme="dark")
    assert min(dark.evaluate(SHAPES)) > 10
    assert max(dark.evaluate(INK)) > 0.9
    assert min(visit(link).evaluate(INK)) < 0.2


def test_the_nudge_can_be_changed_from_the_keyboard_and_the_link_has_it(visit: Visit) -> None:
    page = visit(PAGE)
    nudge = page.get_by_role("slider", name="Nudge")
    nudge.focus()
    page.keyboard.press("Home")
    page.wait_for_url("**nudge=0")
    wait_until_settled(page)
    expect(page.get_by_text("A nudge of zero moves nothing")).to_be_visible()
    page.keyboard.press("ArrowRight")
    page.wait_for_url("**nudge=1e-15")
    wait_until_settled(page)
    expect(page.get_by_test_id("stException")).to_have_count(0)


def test_a_half_runs_alone_and_link_and_point_are_shared_by_both(visit: Visit) -> None:
    page = visit(f"{PAGE}?nudge=nan")
    notice = page.get_by_test_id("stAlert")
    expect(notice).to_contain_text("Nudge: the link asked for")
    page.get_by_role("slider", name="Draw").focus()
    page.keyboard.press("ArrowRight")
    page.wait_for_url("**draw=9*")
    loaded, start = load("line"), CATALOGUE["line"].start
    expect(page.get_by_text(turned(pulls(loaded, start, 5, 9)))).to_be_visible()
    wait_until_settled(page)
    expect(notice).to_be_visible()  # the first half would drop it, had it run again
    page.get_by_role("slider", name="Nudge").focus()
    page.keyboard.press("ArrowLeft")
    page.wait_for_url("**nudge=0.06*")
    expect(notice).to_have_count(0)
    assert "draw=9" in page.url
    page.get_by_text("grid point").click()
    page.wait_for_url("**point=grid*")
    point = course_grid().nearest(start)
    probe = Probe("line", point, 0.06)
    found = nudge_findings(probe, measure(probe, loaded), errors("line", point), loaded)
    expect(page.get_by_text(found[0])).to_be_visible()
    expect(page.get_by_text(turned(pulls(loaded, point, 5, 9)))).to_be_visible()
    assert "draw=9" in page.url
    assert "nudge=0.06" in page.url


def turned(found: Pulls) -> str:
    """Return what the page says about a batch's direction."""
    angle = float(degrees_between(found.mean, found.full))
    return f"points {angle:.1f}° away from"


def test_a_hostile_link_opens_with_notices(visit: Visit) -> None:
    page = visit(f"{PAGE}?nudge=nan&theta=<img src=x>&point=typed&data=zzz&draw=1e999")
    alerts = page.get_by_test_id("stAlert")
    for number, labels in enumerate((("Data", "Point"), ("Nudge",), ("Draw",))):
        for label in labels:
            expect(alerts.nth(number)).to_contain_text(f"{label}: ")
    expect(page.get_by_test_id("stException")).to_have_count(0)
    assert page.locator("[data-testid=stAlert] img").count() == 0
