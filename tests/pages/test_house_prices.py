"""The page on house prices, run as a visitor's script: every control, every link, missing data, and what is shown."""

import json
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from streamlit.testing.v1 import AppTest

from gd_ui import housing, openml
from gd_ui.house_prices.batches import batch_sentences, run_batches
from gd_ui.house_prices.controls import COURSE_RUNS, default_rate, defaults
from gd_ui.house_prices.ends import weight_sentence
from gd_ui.house_prices.findings import findings
from gd_ui.house_prices.gradients import gradient_of, shape_sentences
from gd_ui.house_prices.sets import SETS, house
from gd_ui.lessons import ROOT
from tests.gd_ui.house_prices.houses import BUNDLED, house_settings, ran
from tests.gd_ui.openml_server import Answer, OpenML, Serve, boston_table, cut, hang, houses_table, short, status
from tests.pages.visits import visited

PRINTED = json.loads((ROOT / "data" / "course_numbers.json").read_text(encoding="utf-8"))["housing"]["weights_at_159"]
TABS = {"Split and scale": 0, "Shapes": 1, "Mini-batches": 2, "Predictions": 2, "Weights": 2}
"""The tabs and how many charts each has."""


def opened(**link: str) -> AppTest:
    """Open the page at a link; `start` stands for the parameter `from`."""
    app = visited("pages/house_prices.py", {"from" if name == "start" else name: text for name, text in link.items()})
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


@pytest.fixture(scope="module")
def default_page() -> AppTest:
    """Provide the page as it opens; tests only read it."""
    return opened()


def test_the_page_opens_with_diabetes_and_nothing_to_complain_of(default_page: AppTest) -> None:
    assert default_page.selectbox(key="data").value == "diabetes"
    assert notices(default_page) == []
    assert not default_page.info
    assert dict(default_page.query_params) == {}
    assert len(charts(default_page)) == 3
    run, houses = ran()
    for sentence in findings(run, houses):
        assert sentence in markup(default_page)
    assert [set(chart) for chart in charts(default_page)] == [
        {"this", "bands"}, {"this", "loss", "tags"}, {"this", "weights"},
    ]  # fmt: skip


@pytest.mark.parametrize(("tab", "count"), TABS.items())
@pytest.mark.parametrize("data", BUNDLED)
def test_every_tab_opens_on_every_set(data: str, tab: str, count: int) -> None:
    app = opened(data=data, tab=tab)
    assert notices(app) == []
    assert len(charts(app)) == 3 + count
    assert "nan" not in markup(app).replace("nonflavanoid", "")


def test_what_a_tab_says_is_what_the_run_showed() -> None:
    run, houses = ran()
    settings = house_settings()
    said = {
        "Shapes": shape_sentences(gradient_of(houses, run.start, 3)),
        "Mini-batches": batch_sentences(run_batches(settings, houses), settings, houses),
        "Weights": [weight_sentence(run.everything.path[0, -1], houses, settings.learning_rate)],
    }
    for tab, sentences in said.items():
        text = markup(opened(tab=tab))
        assert all(sentence in text for sentence in sentences)
    table = opened(tab="Split and scale").table[0].value
    assert len(table) == 11


@pytest.mark.parametrize("rows", ["one", "three", "all"])
def test_the_gradient_of_one_three_and_all_rows_is_shown(rows: str) -> None:
    sent = charts(opened(tab="Shapes", rows=rows))[3]
    n = {"one": 1, "three": 3, "all": 354}[rows]
    captions = " ".join(sent["lines"]["told"])
    for shape in ((n, 10), (n, 1), (10,)):
        assert str(shape) in captions


@pytest.mark.parametrize("scaling", ["standardise", "min-max", "none"])
def test_choosing_a_scaling_gives_a_rate_that_suits_it(scaling: str) -> None:
    app = opened(lr="0.7")
    app.selectbox(key="scaling").set_value(scaling).run()
    assert not app.exception
    assert notices(app) == []
    assert float(app.select_slider(key="lr").value) == default_rate("diabetes", scaling)


def test_choosing_data_gives_all_controls_its_defaults() -> None:
    app = opened(lr="0.7", across="LDL", updates="50", start="1,1", batch="10")
    app.selectbox(key="data").set_value("wine").run()
    assert not app.exception
    assert notices(app) == []
    for name, value in defaults("wine").items():
        assert app.session_state[name] == value


def test_any_two_weights_can_be_chosen_and_are_never_the_same() -> None:
    app = opened()
    app.selectbox(key="across").set_value("blood pressure").run()
    assert not app.exception
    assert app.selectbox(key="up").value != "blood pressure"
    app.selectbox(key="up").set_value("intercept b").run()
    assert not app.exception
    this = charts(app)[0]["this"]
    assert this["across"] == ["blood pressure →"]
    assert this["up"] == ["↑ intercept b"]


@pytest.mark.parametrize("name", ["lr", "updates", "batch", "epochs"])
@pytest.mark.parametrize("end", [0, -1])
@pytest.mark.parametrize("tab", ["Mini-batches", "Weights"])
def test_the_ends_of_every_slider_work(name: str, end: int, tab: str) -> None:
    app = opened(tab=tab)
    slider = app.select_slider(key=name)
    slider.set_value(slider.options[end]).run()
    assert not app.exception
    assert "nan" not in markup(app)


def test_start_and_seed_change_the_run() -> None:
    run, houses = ran(start=None)
    assert findings(run, houses)[0] in markup(opened(start="drawn"))
    run, houses = ran(start=(5.0, -3.0), seed=4)
    assert findings(run, houses)[0] in markup(opened(start="5,-3", seed="4"))


def test_one_click_replaces_a_rate_that_diverges() -> None:
    app = opened(data="wine", lr="1.5")
    assert "grows" in markup(app)
    next(button for button in app.button if button.label.startswith("Use rate")).click().run()
    assert not app.exception
    assert float(app.select_slider(key="lr").value) < house("wine", "mean-range").limit
    assert "grows" not in markup(app)


@pytest.mark.parametrize("tab", TABS)
def test_a_run_without_numbers_breaks_no_tab(tab: str) -> None:
    app = opened(data="wine", lr="1.9", tab=tab, updates="2000", start="1e6,-1e6")
    assert not app.exception
    assert "nan" not in markup(app).replace("nonflavanoid", "")


@pytest.mark.parametrize(
    "link",
    [
        {"lr": "nan"},
        {"lr": "1e-320"},
        {"lr": "inf"},
        {"data": "zzz"},
        {"data": "<img src=x onerror=alert(1)>"},
        {"scaling": "zzz"},
        {"across": "zzz"},
        {"across": "BMI", "up": "BMI"},
        {"updates": "1e9"},
        {"updates": "nan"},
        {"batch": "0"},
        {"batch": "inf"},
        {"epochs": "1e99"},
        {"batch": "1", "epochs": "100"},
        {"start": "zzz"},
        {"start": "1,2,3"},
        {"start": "nan,inf"},
        {"start": "![](https://evil.example/x.png)"},
        {"seed": "-1"},
        {"seed": "inf"},
    ],
    ids=str,
)
def test_a_link_with_nonsense_opens_with_a_notice(link: dict[str, str]) -> None:
    app = opened(**link, tab="Mini-batches")
    assert not app.error
    assert notices(app)
    assert not any(mark in "\n".join(notices(app)) for mark in "<>![]")


def test_unknown_tabs_and_rows_show_the_first() -> None:
    assert len(charts(opened(tab="zzz"))) == 3
    assert len(charts(opened(tab="Shapes", rows="zzz"))) == 4


@pytest.mark.parametrize("data", ["Boston", "California"])
def test_a_missing_set_is_explained_and_the_one_before_stays(data: str, nothing_fetched: Path) -> None:
    app = opened(data="wine", lr="0.2")
    before = charts(app)
    app.selectbox(key="data").set_value(data).run()
    assert not app.exception
    assert charts(app) == before
    (said,) = app.info
    assert "GD_DATA" in said.value
    assert "Until then wine stays" in said.value
    if data == "Boston":
        assert housing.WHY_RETIRED in said.value
    assert float(app.select_slider(key="lr").value) == 0.2


def test_a_link_to_a_missing_set_says_one_thing_only(nothing_fetched: Path) -> None:
    app = opened(data="Boston", across="rooms", up="tax", lr="0.005", start="-100,-100")
    assert notices(app) == []
    assert len(app.info) == 1
    assert len(charts(app)) == 3


def test_a_file_that_cannot_be_read_is_named_and_nothing_is_fetched(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / housing.BOSTON_FILE).write_text("no,numbers\na,b\n", encoding="utf-8")
    monkeypatch.setenv(housing.FOLDER, str(tmp_path))
    app = opened(data="Boston")
    assert housing.BOSTON_FILE in app.info[0].value
    assert not [button for button in app.button if button.label.startswith("Fetch")]
    assert len(charts(app)) == 3


def fetch_button(app: AppTest) -> object:
    """Return the button that asks OpenML."""
    return next(button for button in app.button if button.label.startswith("Fetch"))


@pytest.mark.parametrize(
    ("answers", "named"),
    [
        (None, "could not be reached (Connection refused)"),
        ({"list": status(404)}, "error 404"),
        ({"list": status(412)}, "no such set"),
        ({"file": cut}, "arrived incomplete"),
        ({"file": short}, "checksum"),
        ({"features": hang}, "fell silent"),
    ],
)
@pytest.mark.filterwarnings("ignore:A network error:UserWarning", "ignore:Invalid cache:RuntimeWarning")
def test_where_fetching_fails_one_message_comes_and_the_set_before_stays(
    answers: dict[str, Answer] | None, named: str, serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(openml, "SILENCE", 0.2)
    if answers is not None:
        serve(OpenML(boston_table(), answers))
    app = opened(data="wine", lr="0.2")
    before = charts(app)
    app.selectbox(key="data").set_value("Boston").run()
    fetch_button(app).click().run()
    assert not app.exception
    (error,) = app.error
    assert named in error.value
    assert len(app.info) == 1
    assert charts(app) == before
    assert float(app.select_slider(key="lr").value) == 0.2
    fetch_button(app).click().run()
    assert len(app.error) == 1


@pytest.mark.parametrize("data", ["Boston", "California"])
def test_a_fetched_set_is_shown_with_its_own_settings_and_fetched_once(data: str, serve: Serve) -> None:
    table = boston_table() if data == "Boston" else houses_table()
    server = serve(OpenML(table))
    app = opened(data="wine", lr="0.2", updates="50")
    app.selectbox(key="data").set_value(data).run()
    assert server.asked == []
    fetch_button(app).click().run()
    assert not app.exception
    assert not app.error
    assert not app.info
    assert notices(app) == []
    for name, value in defaults(data).items():
        assert app.session_state[name] == value
    assert charts(app)[0]["this"]["across"] == [f"{defaults(data)['across']} →"]
    again = opened(data=data, tab="Split and scale")
    assert not again.info
    assert len(again.table[0].value) == len(table.columns)
    assert server.asked == ["list", "description", "features", "qualities", "file"]


def test_a_set_that_another_visitor_fetched_is_shown_with_its_own_settings(serve: Serve) -> None:
    serve(OpenML(boston_table()))
    app = opened(data="wine", lr="0.2")
    app.selectbox(key="data").set_value("Boston").run()
    housing.boston(fetch=True)
    app.run()
    assert not app.exception
    assert not app.info
    assert notices(app) == []
    for name, value in defaults("Boston").items():
        assert app.session_state[name] == value


def test_a_set_given_up_for_another_leaves_the_other_s_settings_alone(serve: Serve) -> None:
    serve(OpenML(boston_table()))
    app = opened(data="Boston")
    housing.boston(fetch=True)
    app.selectbox(key="data").set_value("wine").run()
    app.select_slider(key="lr").set_value(app.select_slider(key="lr").options[3]).run()
    chosen = app.select_slider(key="lr").value
    app.run()
    assert app.select_slider(key="lr").value == chosen
    assert app.selectbox(key="data").value == "wine"


@pytest.mark.parametrize("name", COURSE_RUNS)
def test_the_course_s_runs_are_one_click_away(name: str, boston_file: Path) -> None:
    changes = {("start" if key == "from" else key): str(value) for key, value in COURSE_RUNS[name].items()}
    app = opened(data="Boston", **changes)
    assert notices(app) == []
    expected = {
        "Two weights, from far away": "686.3",
        "All weights, as drawn": "All weights",
        "The gradient, row by row": "1,849.4",
        "Mini-batches": "**25 times** the say",
    }[name]
    assert expected in markup(app)


def test_the_course_s_printed_numbers_stand_in_the_charts(boston_file: Path) -> None:
    two = charts(opened(data="Boston"))[1]["this"]
    losses = [float(text) for text in two["loss_lane_2"][0].split(" ")]
    assert losses[0] == pytest.approx(686.3005008179159, rel=1e-6)
    assert losses[1950] == pytest.approx(147.43, abs=0.005)
    everything = charts(opened(data="Boston", start="drawn", updates="1000"))[1]["this"]
    assert float(everything["loss_lane_1"][0].split(" ")[9]) == pytest.approx(1.8984947314576224, rel=1e-6)
    tiles = charts(opened(data="Boston", start="159,159", tab="Shapes"))[3]["tiles"]
    shown = np.array([float(text) for text in tiles["exact"]])
    for printed in PRINTED["gradient_sample_1"]:
        assert np.abs(shown - printed).min() < 1e-8


def test_the_page_leads_on(default_page: AppTest) -> None:
    links = [element.proto for element in default_page.main if element.type == "page_link"]
    assert [link.page for link in links] == ["backprop"]
    assert set(SETS) == {"diabetes", "California", "Boston", "wine", "breast cancer"}
