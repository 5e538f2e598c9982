"""The features page, run as a visitor's script: every control, every link, and what both show."""

import json
import re

import pyarrow as pa
import pytest
from streamlit.testing.v1 import AppTest

from gd_ui.controls import written
from gd_ui.features.controls import FEW, OWN, SAME, STEPS, modes, rates, typical
from gd_ui.features.findings import scalings_table, sentences, weights_table
from gd_ui.features.sets import SETS, whole
from gd_ui.features.study import SCALERS, study, variants
from gd_ui.lessons import ROOT
from gd_ui.tables import as_html
from tests.gd_ui.features.test_study import settings
from tests.pages.visits import visited

COURSE = json.loads((ROOT / "data" / "course_numbers.json").read_text(encoding="utf-8"))["line"]
CHARTS = {True: 5, False: 4}
"""Charts that are always there, for one feature and for several columns."""
TABS = {"Weights": 0, "Data and sections": 3, "Stretch it yourself": 4, "The leak": 1}
"""The tabs of one feature, and how many charts each adds; several columns have the first and the last."""


def opened(**link: str) -> AppTest:
    """Open the page at a link."""
    app = visited("pages/features.py", link)
    assert not app.exception
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


def said(app: AppTest) -> str:
    """Return all text on the page that Markdown reads."""
    boxes = [*app.markdown, *app.caption, *app.warning, *app.info, *app.error]
    return "\n".join(box.value for box in boxes)


def expect_shown(app: AppTest, data: str = "line", tab: str = "Weights") -> None:
    """Check that the page is there, whole, with one open tab, without an error."""
    assert not app.exception
    assert not app.error
    assert len(charts(app)) == CHARTS[data == "line"] + TABS[tab]
    assert ("**All scalings of these rows**" in said(app)) == (tab == "Weights")
    names = [name for name in TABS if data == "line" or name in ("Weights", "The leak")]
    assert app.button_group(key="tab").options == names


@pytest.fixture(scope="module")
def default_page() -> AppTest:
    """Provide the page as it opens; tests only read it."""
    return opened()


def test_the_page_opens_with_its_charts_and_nothing_to_complain_of(default_page: AppTest) -> None:
    expect_shown(default_page)
    assert notices(default_page) == []
    assert dict(default_page.query_params) == {}


def test_the_courses_figures_stand_on_the_page(default_page: AppTest) -> None:
    assert "arrives exactly in one step" in said(default_page)
    limits = [chart["this"]["limits"][0] for chart in charts(default_page)[1:4]]
    assert limits == ["κ 16.4 · limit 0.8055", "κ 112 · limit 0.03085", "κ 1 · limit 1"]
    start = charts(default_page)[1]["this"]
    assert start["start_a"] == pytest.approx([COURSE["start"]["b"]], abs=1e-7)
    assert start["start_b"] == pytest.approx([COURSE["start"]["w"]], abs=1e-7)
    bad = charts(default_page)[2]["this"]
    assert bad["start_b"] == pytest.approx([COURSE["start"]["w"] / 10], abs=1e-7)


@pytest.mark.parametrize("data", SETS)
@pytest.mark.parametrize("scaling", SCALERS)
def test_every_set_opens_with_every_scaling(data: str, scaling: str) -> None:
    app = opened(data=data, scaling=scaling)
    expect_shown(app, data)
    assert notices(app) == []
    found = study(settings(data, scaling=scaling))
    for sentence in sentences(found):
        assert sentence in said(app)
    _opening, *shown = (element.proto.body for element in app.main if element.type == "html")
    assert shown == [as_html(weights_table(found)), as_html(scalings_table(found))]
    assert (SETS[data].about in said(app)) == (data != "line")


@pytest.mark.parametrize("tab", TABS)
@pytest.mark.parametrize("data", ["line", "wine"])
def test_only_the_open_tab_is_made_and_a_link_may_name_it(data: str, tab: str) -> None:
    app = opened(data=data, tab=tab)
    given = tab if data == "line" or tab in ("Weights", "The leak") else "Weights"
    expect_shown(app, data, given)
    assert notices(app) == []
    assert ("scaling moves held-out values" in said(app)) == (given == "The leak")
    assert ("Stretching alone never does better" in said(app)) == (given == "Stretch it yourself")


def test_a_part_that_other_data_do_not_have_gives_way_to_the_first_and_is_on_offer_again_later() -> None:
    app = opened(tab="Stretch it yourself")
    app.selectbox(key="data").set_value("wine").run()
    expect_shown(app, "wine")
    assert notices(app) == []
    app.selectbox(key="data").set_value("line").run()
    expect_shown(app)
    app.button_group(key="tab").set_value("Stretch it yourself").run()
    expect_shown(app, tab="Stretch it yourself")


@pytest.mark.parametrize("text", ["zzz", "", "<img src=x>"])
def test_an_unknown_tab_shows_the_first(text: str) -> None:
    expect_shown(opened(tab=text))


@pytest.mark.parametrize("tab", TABS)
@pytest.mark.parametrize("link", [{"rows": "1"}, {"lr": "3", "steps": "2000"}, {"rate": OWN}], ids=str)
def test_every_tab_works_at_odd_settings(tab: str, link: dict[str, str]) -> None:
    app = opened(tab=tab, **link)
    expect_shown(app, tab=tab)
    assert notices(app) == []


def test_a_chart_keeps_its_alternative_text_when_a_control_moves(default_page: AppTest) -> None:
    """With another one Streamlit builds the chart anew, which takes longer than all else."""

    def alternatives(app: AppTest) -> list[str]:
        return [element.proto.alt for element in app.main if element.type == "vega_lite_chart"]

    assert alternatives(opened(lr="0.001")) == alternatives(default_page)
    assert all(alternatives(default_page))


CHANGES = [
    ("selectbox", "scaling", "min-max", {"scaling": "min-max"}),
    ("selectbox", "rate", OWN, {"rate": OWN}),
    ("select_slider", "lr", "0.03", {"lr": "0.03"}),
    ("select_slider", "steps", "200", {"steps": "200"}),
    ("select_slider", "rows", "5", {"rows": "5"}),
]


@pytest.mark.parametrize(("kind", "key", "value", "link"), CHANGES, ids=[change[1] for change in CHANGES])
def test_every_control_changes_the_page_and_a_link_does_the_same(
    default_page: AppTest, kind: str, key: str, value: object, link: dict[str, str]
) -> None:
    app = opened()
    getattr(app, kind)(key=key).set_value(value).run()
    expect_shown(app)
    assert charts(app) != charts(default_page)
    by_link = opened(**link)
    assert notices(by_link) == []
    assert charts(by_link) == charts(app)


@pytest.mark.parametrize("data", SETS)
def test_choosing_data_gives_the_other_controls_its_defaults(data: str) -> None:
    app = opened(data="wine" if data == "line" else "line", rows="3", steps="20")
    app.selectbox(key="data").set_value(data).run()
    expect_shown(app, data)
    assert notices(app) == []
    assert charts(app) == charts(opened(data=data))
    assert app.selectbox(key="rate").value == modes(data)[0]
    assert app.select_slider(key="rows").value == str(len(whole(data).train))


def test_a_rate_that_suits_sets_one_rate_for_all() -> None:
    app = opened(rate=OWN)
    for v in variants("line", "standardise", 80):
        (label,) = (text for text in app.button_group(key="suits").options if v.lane.sign in str(text))
        rate = typical(v)
        assert rate < v.limit
        assert rate == pytest.approx(v.own_best, rel=0.1)
        app.button_group(key="suits").set_value(f"{v.lane.sign} {written(rate)}").run()
        expect_shown(app)
        assert label is not None
        assert app.select_slider(key="lr").value == written(rate)
        assert app.selectbox(key="rate").value == SAME


def test_the_remedy_gives_each_unit_its_own_best_rate() -> None:
    app = opened()
    (remedy,) = (button for button in app.button if button.label == "Each its own best")
    remedy.click().run()
    expect_shown(app)
    assert app.selectbox(key="rate").value == OWN
    assert not [button for button in app.button if button.label == "Each its own best"]
    assert "diverges" not in said(app)


@pytest.mark.parametrize("rows", ["1", "2"])
@pytest.mark.parametrize(
    ("data", "scaling"), [("line", "standardise"), ("line", "min-max"), ("line", "mean-range"), ("wine", "standardise")]
)
def test_one_or_two_rows_break_nothing_and_constant_columns_are_named(rows: str, data: str, scaling: str) -> None:
    app = opened(data=data, rows=rows, scaling=scaling, steps="20")
    expect_shown(app, data)
    assert notices(app) == []
    told = [box.value for box in app.info]
    if rows == "1":
        assert len(told) == 1
        assert whole(data).features[0].split(" (")[0] in told[0]
        assert "not vary in the 1 training row in use" in told[0]


@pytest.mark.parametrize("data", ["line", "wine"])
@pytest.mark.parametrize("end", [0, -1])
def test_both_ends_of_the_rate_and_of_the_steps_work(data: str, end: int) -> None:
    rate = rates(variants(data, "standardise", len(whole(data).train)))[end]
    app = opened(data=data, rate=SAME, lr=written(rate), steps=str(STEPS[end]))
    expect_shown(app, data)
    assert notices(app) == []
    assert ("diverges" in said(app)) == (end == -1)


HOSTILE = ["nonsense", "nan", "1e-320", "1e999", "-1", "x" * 10_000, "<script>alert(1)</script>", "![](https://x)"]
UNSAFE = r"<|!\[|\]\(http|x{30}"


@pytest.mark.parametrize("name", ["lr", "rows", "steps"])
@pytest.mark.parametrize("text", HOSTILE, ids=lambda text: text[:12])
def test_a_link_with_an_impossible_number_opens_and_says_so(name: str, text: str) -> None:
    app = opened(**{name: text})
    expect_shown(app)
    (notice,) = notices(app)
    assert "the link asked for “" in notice
    assert not re.search(UNSAFE, said(app))


@pytest.mark.parametrize("name", ["data", "scaling", "rate"])
@pytest.mark.parametrize("text", HOSTILE[:1] + HOSTILE[-3:], ids=lambda text: text[:12])
def test_a_link_with_an_unknown_choice_opens_and_lists_the_choices(default_page: AppTest, name: str, text: str) -> None:
    app = opened(**{name: text})
    expect_shown(app)
    (notice,) = notices(app)
    assert "which is none of " in notice
    assert not re.search(UNSAFE, said(app))
    assert charts(app) == charts(default_page)


def test_everything_hostile_at_once_opens_the_page() -> None:
    for text in HOSTILE:
        app = opened(**dict.fromkeys(["data", "scaling", "rate", "lr", "rows", "steps", "suits", "odd"], text))
        expect_shown(app)
        assert not re.search(UNSAFE, said(app))


def test_a_link_may_name_any_rate_and_any_number_of_rows() -> None:
    app = opened(lr="0.1234", rows="37", tab="Data and sections")
    expect_shown(app, tab="Data and sections")
    assert notices(app) == []
    assert 37 not in FEW
    assert app.select_slider(key="lr").value == "0.1234"
    assert app.select_slider(key="rows").value == "37"
    assert len(charts(app)[5]["rows"]["u"]) == 3 * 37
