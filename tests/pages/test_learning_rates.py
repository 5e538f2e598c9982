"""The page on learning rates, run as a visitor's script: every control, every link, and what both show."""

import pyarrow as pa
import pytest
from streamlit.testing.v1 import AppTest

from gd_core import single_example_limit
from gd_ui.datasets import CATALOGUE, load
from gd_ui.lanes import LANES
from gd_ui.learning_rates.controls import default_rates, offers, written_rates
from gd_ui.learning_rates.findings import findings, remedy, table
from tests.gd_ui.learning_rates.descents import descended
from tests.pages.visits import visited

SECTIONS, KEPT, COOLING = "One parameter at a time", "Predicted and measured", "Let the rate fall"


def opened(**link: str) -> AppTest:
    """Open the page at a link."""
    app = visited("pages/learning_rates.py", link)
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


def markup(app: AppTest) -> str:
    """Return all text on the page that Markdown reads."""
    boxes = [*app.markdown, *app.caption, *app.warning, *app.info, *app.error]
    return "\n".join(box.value for box in boxes)


def rates_shown(app: AppTest) -> list[float]:
    """Return the rates on the strip."""
    return charts(app)[0]["marks"]["rate"]


def expect_shown(app: AppTest, rates: int, in_tab: int = 1) -> None:
    """Check that the page is there, whole, without an error: strip, panels, losses, and the open tab's charts."""
    assert not app.exception
    assert not app.error
    assert len(charts(app)) == 1 + rates + 1 + in_tab


@pytest.fixture(scope="module")
def default_page() -> AppTest:
    """Provide the page as it opens; tests only read it."""
    return opened()


def test_the_page_opens_with_the_course_s_rates_and_nothing_to_complain_of(default_page: AppTest) -> None:
    expect_shown(default_page, 3)
    assert notices(default_page) == []
    assert dict(default_page.query_params) == {}
    assert rates_shown(default_page) == [0.2, 0.8, 1.1]
    assert default_page.button_group(key="tab").options == [KEPT, SECTIONS, COOLING]
    assert len(default_page.table) == 1


def test_the_sections_of_every_rate_are_drawn_when_their_tab_is_open() -> None:
    app = opened(tab=SECTIONS)
    expect_shown(app, 3, in_tab=6)
    assert len(app.table) == 0


def test_the_sentences_are_those_of_the_run(default_page: AppTest) -> None:
    run, loaded = descended()
    for sentence in findings(run, loaded):
        assert sentence in markup(default_page)
    assert "×1.73 a step" in markup(default_page)


def test_the_course_s_figures_are_shown() -> None:
    said = markup(opened(tab=KEPT))
    for figure in ("0.8055", "0.7593", "16.4", f"{single_example_limit(load('line').train):.3f}"):
        assert f"**{figure}**" in said
    assert "slope w up to **3.15**" in markup(opened(tab=SECTIONS))


def test_the_panels_have_every_update_of_every_rate(default_page: AppTest) -> None:
    run, _ = descended()
    for i, panel in enumerate(charts(default_page)[1:4]):
        (losses,) = panel["this"][f"loss_{LANES[i].word}"]
        sent = [float(loss) for loss in losses.split(" ")]
        assert sent == pytest.approx(run.history.loss[i, : len(sent)].tolist(), rel=1e-6)


def test_the_table_is_that_of_the_run() -> None:
    app = opened(tab=KEPT)
    expect_shown(app, 3)
    assert app.table[0].value.to_dict() == table(descended()[0]).to_dict()


def test_the_schedules_are_run_only_when_their_tab_is_open() -> None:
    app = opened(tab=COOLING)
    expect_shown(app, 3, in_tab=3)
    assert "times less" in markup(app)


@pytest.mark.parametrize("data", CATALOGUE)
@pytest.mark.parametrize("tab", [SECTIONS, KEPT])
def test_every_data_set_opens_with_rates_of_its_own(data: str, tab: str) -> None:
    app = opened(data=data, tab=tab)
    assert not app.exception
    assert notices(app) == []
    assert app.text_input(key="lr").value == written_rates(default_rates(data))
    if tab == SECTIONS:
        expect_shown(app, 3, in_tab=3 * min(2, len(load(data).best)))


def test_choosing_data_gives_the_rates_its_defaults() -> None:
    app = opened(lr="0.3,0.4")
    app.selectbox(key="data").set_value("diabetes").run()
    expect_shown(app, 3)
    assert notices(app) == []
    assert app.text_input(key="lr").value == written_rates(default_rates("diabetes"))


def test_rates_can_be_typed_and_a_link_does_the_same() -> None:
    app = opened()
    app.text_input(key="lr").set_value("0.05, 0.3 0.7;0.9").run()
    expect_shown(app, 4)
    assert rates_shown(app) == [0.05, 0.3, 0.7, 0.9]
    assert notices(app) == []
    assert rates_shown(opened(lr="0.05,0.3,0.7,0.9")) == rates_shown(app)


@pytest.mark.parametrize("tab", [KEPT, SECTIONS])
def test_a_chart_keeps_its_alternative_text_when_the_rates_change(tab: str) -> None:
    """With another one Streamlit builds the chart anew, which takes longer than all else."""

    def alternatives(app: AppTest) -> list[str]:
        return [element.proto.alt for element in app.main if element.type == "vega_lite_chart"]

    texts = alternatives(opened(tab=tab))
    assert alternatives(opened(tab=tab, lr="0.01,0.5,0.9")) == texts
    assert all(texts)


def test_the_number_of_updates_changes_what_is_shown_but_not_when_a_rate_arrives() -> None:
    app = opened()
    app.select_slider(key="updates").set_value("60").run()
    expect_shown(app, 3)
    assert len(charts(app)[1]["this"][f"loss_{LANES[0].word}"][0].split(" ")) == 61
    assert "after 33 updates" in markup(app)
    assert "needs 165" in markup(app)


@pytest.mark.parametrize("rates", ["0.8,0.81", "0.2,0.3,0.4,0.5", "0.2,0.3,0.4,0.5,0.9"])
def test_two_to_five_rates_are_shown(rates: str) -> None:
    app = opened(lr=rates)
    expect_shown(app, rates.count(",") + 1)
    assert notices(app) == []
    assert app.text_input(key="lr").value == rates


def test_one_click_replaces_a_rate_that_diverges() -> None:
    app = opened()
    run, loaded = descended()
    found = remedy(run, loaded)
    assert found is not None
    app.button[0].click().run()
    expect_shown(app, 3)
    assert app.text_input(key="lr").value == written_rates(found.rates)
    assert all(loaded.curvature.regime(rate) != "divergent" for rate in rates_shown(app))
    assert len(app.button) == 0


def test_what_the_menu_offers_opens_as_a_link() -> None:
    for rates in offers("line", load("line"), (0.2, 0.8, 1.1)).values():
        app = opened(lr=written_rates(rates), updates="20")
        expect_shown(app, len(rates))
        assert notices(app) == []


def test_a_rate_of_zero_is_told_to_move_nothing() -> None:
    app = opened(lr="0,0.2,0.8")
    expect_shown(app, 2)
    (notice,) = notices(app)
    assert "zero never moves" in notice


@pytest.mark.parametrize(
    "link",
    [
        {"lr": "nan"},
        {"lr": "1e-320"},
        {"lr": "inf,-inf,1e999"},
        {"lr": "<img src=x onerror=alert(1)>"},
        {"lr": "![](https://evil.example/x.png),0.2"},
        {"lr": ",".join(["0.1"] * 60)},
        {"lr": "0.1,0.2,0.3,0.4,0.5,0.6,0.7"},
        {"data": "zzz"},
        {"updates": "nan"},
        {"updates": "1e9"},
        {"data": "diabetes", "lr": "0.2,0.8,1e5"},
    ],
    ids=str,
)
def test_a_link_with_nonsense_opens_with_a_notice(link: dict[str, str]) -> None:
    app = opened(**link)
    assert not app.exception
    assert not app.error
    assert notices(app)
    assert 2 <= len(rates_shown(app)) <= 5
    text = "\n".join(notices(app))
    assert not any(mark in text for mark in "<>![]")


def test_an_unknown_tab_shows_the_first() -> None:
    expect_shown(opened(tab="zzz"), 3)


@pytest.mark.parametrize("lr", ["0.0001,10", "10,9,8,7,6", "0.0001,0.0002,0.0003"])
@pytest.mark.parametrize("tab", [SECTIONS, KEPT])
def test_the_ends_of_the_range_work(lr: str, tab: str) -> None:
    app = opened(lr=lr, tab=tab, updates="500")
    assert not app.exception
    assert notices(app) == []
    assert "nan" not in markup(app)


def test_a_question_leads_on(default_page: AppTest) -> None:
    links = [element.proto for element in default_page.main if element.type == "page_link"]
    assert [link.page for link in links] == ["features"]
