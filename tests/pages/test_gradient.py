"""The page on the gradient, run as a visitor's script: every control, every link, and what both show."""

import numpy as np
import pyarrow as pa
import pytest
from streamlit.testing.v1 import AppTest

from gd_core.gradcheck import DIFFERENCES
from gd_ui.controls import written
from gd_ui.course_grid import course_grid
from gd_ui.datasets import CATALOGUE, load
from gd_ui.gradient.controls import DATA, FARTHEST, NUDGES, default_size, parsed_point, places
from gd_ui.gradient.findings import signed
from gd_ui.gradient.nudge import Probe, measure
from tests.pages.visits import visited

START = CATALOGUE["line"].start


def opened(**link: str) -> AppTest:
    """Open the page at a link."""
    app = visited("pages/gradient.py", link)
    return app


def charts(app: AppTest) -> list[dict[str, dict[str, list]]]:
    """Return what every chart was sent: columns by the name of their data."""
    shown = [element.proto for element in app.main if element.type == "vega_lite_chart"]
    return [
        {sent.name: pa.ipc.open_stream(sent.data.data).read_all().to_pydict() for sent in proto.datasets}
        for proto in shown
    ]


def notices(app: AppTest) -> list[str]:
    return [line for box in app.warning for line in box.value.split("  \n")]


def texts(app: AppTest) -> str:
    return "\n".join(box.value for box in [*app.markdown, *app.caption, *app.latex])


def expect_shown(app: AppTest, *, spread: bool = True) -> None:
    """Check that the page is there, whole, without an error."""
    assert not app.exception
    assert not app.error
    single = app.selectbox(key="data").value == "three points"
    assert len(charts(app)) == (3 if single else 5) + 1 + spread
    assert "What this nudge showed" in texts(app)
    assert "What this batch showed" in texts(app)
    assert "nan" not in texts(app).lower().split()


@pytest.fixture(scope="module")
def default_page() -> AppTest:
    """Provide the page as it opens; tests only read it."""
    return opened()


def test_the_page_opens_with_its_charts_and_nothing_to_complain_of(default_page: AppTest) -> None:
    expect_shown(default_page)
    assert notices(default_page) == []
    assert dict(default_page.query_params) == {}


def test_the_page_opens_with_the_courses_nudge_and_shows_ratio_and_slope(default_page: AppTest) -> None:
    assert default_page.select_slider(key="nudge").value == "0.12"
    found = measure(Probe("line", START, 0.12), load("line"))
    assert (
        f"**{signed(float(found.ratios[1]), 2)}** · :yellow[dashed: formula **{signed(float(found.slopes[1]), 2)}**"
        in texts(default_page)
    )
    assert "**−2.92** · :yellow[dashed: formula **−3.04**" in texts(default_page)


def test_the_grid_point_gives_the_digits_the_course_prints() -> None:
    app = opened(point="grid point")
    expect_shown(app)
    section, window = charts(app)[:2]
    b = course_grid().nearest(START)[1]
    assert section["this"]["start_a"] == [b]
    ratio = window["this"]["change"][0] / 0.12
    assert f"{ratio:.2f}" == course_grid().slopes[1] == "-2.90"
    assert "The course prints −2.90 for b, −1.79 for w" in texts(app)


@pytest.mark.parametrize("data", DATA)
def test_every_data_set_opens_with_its_own_defaults(data: str) -> None:
    app = opened(data=data)
    expect_shown(app)
    assert notices(app) == []
    assert app.select_slider(key="batch").value == str(default_size(load(data).train.n))
    assert charts(app)[0]["this"]["start_a"] == [CATALOGUE[data].start[-1]]


def test_choosing_other_data_leaves_nothing_of_the_old_behind() -> None:
    app = opened(point="typed", theta="3, 4", batch="50")
    app.selectbox(key="data").set_value("three points").run()
    expect_shown(app)
    assert notices(app) == []
    assert app.select_slider(key="batch").value == "2"
    assert app.segmented_control(key="point").value == "start"
    app.segmented_control(key="point").set_value("typed").run()
    expect_shown(app)
    assert app.text_input(key="theta").value == "1"


@pytest.mark.parametrize("nudge", [written(nudge) for nudge in NUDGES])
def test_every_nudge_of_the_slider_can_be_linked(nudge: str) -> None:
    app = opened(nudge=nudge)
    expect_shown(app)
    assert notices(app) == []
    assert app.select_slider(key="nudge").value == nudge
    assert charts(app)[1]["this"]["tip"] == [float(nudge)]


@pytest.mark.parametrize("kind", DIFFERENCES)
def test_a_nudge_of_zero_is_shown_as_what_it_is(kind: str) -> None:
    app = opened(nudge="0", kind=kind)
    expect_shown(app)
    assert "A nudge of zero moves nothing" in texts(app)
    assert "is no number · :yellow[dashed: formula **" in texts(app)
    assert charts(app)[1]["this"]["shown"] == [False]
    assert charts(app)[4]["picked"] == {"nudge": [], "error": []}


def test_the_central_difference_is_exact_and_says_why() -> None:
    app = opened()
    app.segmented_control(key="kind").set_value("central").run()
    expect_shown(app)
    assert "no error but rounding" in texts(app)
    assert charts(app)[1]["this"]["tail"] == [-0.12]


def test_a_typed_point_is_used() -> None:
    app = opened(point="typed", theta="3, -4.5")
    expect_shown(app)
    assert charts(app)[0]["this"]["start_a"] == [-4.5]
    assert charts(app)[2]["this"]["start_a"] == [3]
    assert charts(app)[5]["this"]["start_a"] == [-4.5]


def test_at_the_exact_solution_the_page_says_that_the_pulls_vanish() -> None:
    app = opened(data="three points", point="typed", theta="2")
    expect_shown(app, spread=False)
    assert "every single example is content" in texts(app)


def test_size_and_draw_choose_the_batch() -> None:
    app = opened(batch="20", draw="3")
    expect_shown(app)
    first = charts(app)[5]["batch"]
    assert len(first["x"]) == 20
    app.select_slider(key="draw").set_value("4").run()
    expect_shown(app)
    assert charts(app)[5]["batch"] != first
    assert "mean of 20 examples" in texts(app)


NONSENSE = {
    "data": "zzz", "point": "nowhere", "nudge": "nan", "kind": "sideways", "batch": "1e9", "draw": "-3",
}  # fmt: skip


def test_a_link_of_nonsense_opens_the_page_with_a_notice_for_each() -> None:
    app = opened(**NONSENSE)
    expect_shown(app)
    assert len(notices(app)) == len(NONSENSE)
    for label in ("Data:", "Measure at:", "Nudge:", "Difference:", "Batch size:", "Draw:"):
        assert any(notice.startswith(label) for notice in notices(app)), label


@pytest.mark.parametrize(
    ("nudge", "used"),
    [
        ("-1", "0"), ("inf", "1"), ("1e999", "1"), ("5", "1"),
        ("<b>", "0.12"), ("1e-9", "1e-09"), ("0.10", "0.1"), ("0.0", "0"), ("1e-3", "0.001"),
    ],
)  # fmt: skip
def test_a_nudge_out_of_range_is_moved_into_it_and_any_spelling_understood(nudge: str, used: str) -> None:
    app = opened(nudge=nudge)
    expect_shown(app)
    assert app.select_slider(key="nudge").value == used
    understood = nudge in ("1e-9", "0.10", "0.0", "1e-3")
    assert len(notices(app)) == (not understood)


@pytest.mark.parametrize("nudge", ["1e-16", "1e-320", "9e-324"])
def test_a_nudge_below_the_smallest_is_replaced_by_it_and_a_notice_says_so(nudge: str) -> None:
    app = opened(nudge=nudge)
    expect_shown(app)
    (notice,) = notices(app)
    assert notice.startswith("Nudge: 1e-15 is the smallest")
    assert charts(app)[1]["this"]["tip"] == [1e-15]


@pytest.mark.parametrize("theta", ["", "1", "1, 2, 3", "nan, 1", "1e9, 0", "inf, 0", "a, b", "1e-320, 0"])
def test_a_point_that_cannot_be_used_gives_way_to_the_start_with_a_notice(theta: str) -> None:
    app = opened(point="typed", theta=theta or " ")
    expect_shown(app)
    if theta == "1e-320, 0":
        assert notices(app) == []
    else:
        (notice,) = notices(app)
        assert notice.startswith("Point: numbers from −100 to 100".replace("−", "-"))
        assert charts(app)[0]["this"]["start_a"] == [pytest.approx(START[1])]


@pytest.mark.parametrize("data", DATA)
@pytest.mark.parametrize("kind", DIFFERENCES)
@pytest.mark.parametrize("nudge", ["0", "1e-15", "1"])
def test_the_corners_of_the_plane_break_nothing(data: str, kind: str, nudge: str) -> None:
    for at in (FARTHEST, -FARTHEST):
        theta = ", ".join([str(at)] * len(CATALOGUE[data].start))
        app = opened(data=data, kind=kind, nudge=nudge, point="typed", theta=theta, batch="1", draw="200")
        expect_shown(app)
        assert notices(app) == []


def test_the_solution_itself_can_be_measured_at() -> None:
    theta = ", ".join(repr(value) for value in load("line").best.tolist())
    app = opened(point="typed", theta=theta)
    expect_shown(app, spread=len(charts(app)) == 7)


def test_a_typed_point_has_as_many_numbers_as_parameters_within_reach() -> None:
    assert parsed_point(" 1 , -2.5", 2) == (1, -2.5)
    assert parsed_point("100, -100", 2) == (100, -100)
    assert parsed_point("100.1, 0", 2) is None
    assert parsed_point("1", 2) is None


def test_only_the_courses_line_has_a_grid() -> None:
    assert [data for data in DATA if "grid point" in places(data)] == ["line"]
    app = opened(data="thousand points", point="grid point")
    expect_shown(app)
    (notice,) = notices(app)
    assert notice.startswith("Measure at:")


def test_the_average_in_the_formula_is_the_gradient(default_page: AppTest) -> None:
    gradient = load("line").train.grad(np.array([START]))[0]
    formulas = "".join(box.value for box in default_page.latex)
    assert all(f"= {slope:.4f}" in formulas for slope in gradient)
    assert "= -3.0448" in formulas
    assert "= -1.8338" in formulas


def test_the_page_leads_to_the_learning_rates(default_page: AppTest) -> None:
    links = [element.proto for element in default_page.main if element.type == "page_link"]
    assert any("learning" in proto.page for proto in links)
