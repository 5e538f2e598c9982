"""The page on backpropagation, run as a visitor's script: every control, every link, and what both show."""

import re

import pyarrow as pa
import pytest
from streamlit.testing.v1 import AppTest

from gd_core.hiring import EXERCISES, METHODS
from gd_ui.backprop.controls import EPOCH_STEPS, FREE, LESSONS
from gd_ui.backprop.edit import TARGETS, given, text_of
from gd_ui.backprop.findings import findings
from gd_ui.backprop.free import DATA, HIDDEN, LOSS_NAMES
from gd_ui.backprop.stages import stages
from tests.gd_ui.backprop.hirings import hired
from tests.pages.visits import visited


def opened(**link: str) -> AppTest:
    """Open the page at a link."""
    app = visited("pages/backprop.py", link)
    assert not app.exception
    assert not app.error
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


def text(app: AppTest) -> str:
    return "\n".join(box.value for box in [*app.markdown, *app.caption])


@pytest.fixture(scope="module")
def default_page() -> AppTest:
    """Provide the page as it opens; tests only read it."""
    return opened()


def test_the_page_opens_on_the_base_case_with_nothing_to_complain_of(default_page: AppTest) -> None:
    assert notices(default_page) == []
    assert len(charts(default_page)) == 3
    assert len(default_page.table) == 1
    assert default_page.session_state["net"] == "Base"


@pytest.mark.parametrize(
    ("lesson", "case"), [("Base", "base"), ("Exercise 1", "one"), ("Exercise 2", "two"), ("Exercise 3", "four")]
)
def test_an_exercise_shows_its_course_s_run(lesson: str, case: str) -> None:
    app, run = opened(net=lesson), hired(case)
    method = run.settings.about.methods[0]
    for sentence in findings(run, method):
        assert sentence in text(app)
    assert "All 15 derivatives pass" in text(app) or "All 12 derivatives pass" in text(app)
    losses = charts(app)[1]
    assert set(losses["names"]["name"]) == (set(run.histories) if len(run.histories) > 1 else set())


@pytest.mark.parametrize("lesson", EXERCISES)
def test_every_stage_of_every_exercise_is_shown(lesson: str) -> None:
    app = opened(net=lesson)
    for stage in stages(EXERCISES[lesson].sizes):
        app.button_group(key="stage").set_value(stage).run()
        assert not app.exception
        assert len(charts(app)) == 3
        assert notices(app) == []


@pytest.mark.parametrize("method", METHODS)
def test_every_method_can_be_followed(method: str) -> None:
    lesson = "Exercise 2" if method == "in order" else "Exercise 3"
    app = opened(net=lesson, how=method, stage="Update", who="2")
    assert notices(app) == []
    slots = {"in order": "lane 4"}
    assert charts(app)[1]["this"]["mine"] == [slots.get(method, method)]


@pytest.mark.parametrize("tab", ["Gradient check", "Decision surface", "Edit numbers"])
@pytest.mark.parametrize("lesson", ["Exercise 1", "Exercise 3"])
def test_every_tab_opens(tab: str, lesson: str) -> None:
    app = opened(net=lesson, tab=tab)
    assert notices(app) == []
    assert len(charts(app)) == (4 if tab == "Decision surface" else 3)
    assert len(app.table) == (tab == "Gradient check")


@pytest.mark.parametrize("where", ["start", "last update", "chosen update"])
def test_derivatives_are_checked_where_one_asks(where: str) -> None:
    app = opened(net="Exercise 3", at="1234", check=where)
    update = {"start": "0", "last update": "10,000", "chosen update": "1,234"}[where]
    assert f"**After update {update}**" in text(app)


def test_another_lesson_begins_with_its_own_numbers() -> None:
    app = opened(net="Exercise 3", lr="1", how="mini-batch", who="4", stage="Forward 3")
    app.button_group(key="net").set_value("Exercise 1").run()
    assert not app.exception
    assert notices(app) == []
    assert app.session_state["targets"] == text_of(given(TARGETS, EXERCISES["Exercise 1"]))
    assert app.session_state["stage"] == "All"
    app.button_group(key="net").set_value(FREE).run()
    assert not app.exception
    assert notices(app) == []
    app.button_group(key="net").set_value("Base").run()
    assert not app.exception
    assert notices(app) == []
    assert app.session_state["lr"] == "0.1"


def test_edited_numbers_stand_in_the_link_and_change_the_run() -> None:
    weights = ", ".join(["0.3"] * 15)
    app = opened(net="Exercise 3", weights=weights, inputs="1, 0; 0, 1; 0, 0; 1, 1", targets="1; 1; 0; 0.5")
    assert notices(app) == []
    first = charts(app)[0]["this"]["numbers"][0].split(" ")[0].split(",")
    assert first.count("0.3") == 15
    given_page = opened(net="Exercise 3")
    assert charts(given_page)[0]["this"]["numbers"] != charts(app)[0]["this"]["numbers"]


@pytest.mark.parametrize("name", ["inputs", "targets", "weights"])
@pytest.mark.parametrize("bad", ["", "abc", "nan", "1e308", "1, 2, 3", "<script>", "**b**; $x$"])
def test_a_refused_edit_gives_one_message_and_keeps_what_was_there(name: str, bad: str) -> None:
    app = opened(net="Exercise 3", stage="All")
    app.text_input(key="targets").set_value("1; 1; 0; 0.5").run()
    before = charts(app)
    app.text_input(key=name).set_value(bad).run()
    assert not app.exception
    (complaint,) = notices(app)
    assert "Keeping the previous ones" in complaint
    assert not re.search(r"[<>*$]", complaint)
    if name == "targets" or bad:  # an empty text in the link is no text at all
        assert charts(app)[0]["this"] == before[0]["this"]


def test_a_target_outside_the_output_s_range_says_the_range() -> None:
    app = opened(net="Exercise 2", targets="2; 0")
    (complaint,) = notices(app)
    assert "from 0 to 1, the range of a sigmoid unit" in complaint
    assert "2 of 2 applicants" in text(app)


def test_the_button_brings_the_course_s_numbers_back() -> None:
    app = opened(net="Exercise 3", tab="Edit numbers", targets="0; 0; 0; 0")
    (button,) = (button for button in app.button if "course's numbers" in button.label)
    button.click().run()
    assert not app.exception
    assert app.session_state["targets"] == "1; 0; 0; 1"


@pytest.mark.parametrize(
    "link",
    [
        {"net": "zzz"},
        {"net": "Exercise 3", "lr": "nan"},
        {"net": "Exercise 3", "lr": "1e-320"},
        {"net": "Exercise 3", "lr": "1e308"},
        {"net": "Exercise 3", "how": "in order"},
        {"net": "Exercise 3", "who": "9"},
        {"net": "Exercise 3", "stage": "<b>"},
        {"net": "Exercise 1", "stage": "Forward 3"},
        {"net": "Exercise 3", "at": "1e9"},
        {"net": "Exercise 3", "at": "nan"},
        {"net": "Exercise 3", "at": "20000"},
        {"net": "Exercise 3", "epochs": "1e99"},
        {"net": "Exercise 3", "epochs": "-1"},
        {"net": "Exercise 3", "seed": "inf"},
        {"net": "Exercise 3", "check": "yesterday"},
        {"net": FREE, "data": "zzz"},
        {"net": FREE, "layers": "40"},
        {"net": FREE, "units": "1e9"},
        {"net": FREE, "act": "sine"},
        {"net": FREE, "loss": "hinge"},
        {"net": FREE, "lr": "inf"},
        {"net": FREE, "epochs": "1e300"},
        {"net": FREE, "batch": "0", "epochs": "10"},
        {"net": FREE, "data": "breast cancer", "layers": "3", "units": "16", "batch": "1", "epochs": "1000"},
    ],
    ids=str,
)
def test_nonsense_in_a_link_is_told_and_the_page_opens(link: dict[str, str]) -> None:
    app = opened(**link)
    assert len(notices(app)) == 1
    assert len(charts(app)) == 3


def test_a_link_refused_in_every_part_opens_the_page_with_a_notice_for_each() -> None:
    app = opened(net="Exercise 3", lr="x", epochs="x", seed="x", weights="x", inputs="x", targets="x", tab="x")
    assert len(notices(app)) == 6
    assert len(charts(app)) == 3


@pytest.mark.parametrize("changes", [
    {"lr": "5", "epochs": str(EPOCH_STEPS[-1])},
    {"weights": ", ".join(["20"] * 15), "lr": "5"},
    {"weights": ", ".join(["0"] * 15)},
    {"weights": ", ".join(["-20"] * 15), "inputs": "-2, -2; 2, 2; -2, 2; 2, -2"},
    {"targets": "0.5; 0.5; 0.5; 0.5"},
    {"at": "10000"},
    {"at": "9999", "how": "batch"},
], ids=str)  # fmt: skip
def test_extreme_settings_are_shown_without_an_error(changes: dict[str, str]) -> None:
    app = opened(net="Exercise 3", tab="Decision surface", **changes)
    assert notices(app) == []
    assert len(charts(app)) == 4


def test_a_run_that_got_worse_offers_the_course_s_rate() -> None:
    app = opened(net="Exercise 3", lr="5", how="stochastic", targets="0.5; 0.5; 0.5; 0.5")
    buttons = [button for button in app.button if "course's rate" in button.label]
    if " rose " in text(app):
        buttons[0].click().run()
        assert app.session_state["lr"] == "0.1"
    else:
        assert not buttons


@pytest.mark.parametrize("data", DATA)
@pytest.mark.parametrize("loss", LOSS_NAMES)
def test_the_free_network_learns_every_data_set(data: str, loss: str) -> None:
    app = opened(net=FREE, data=data, loss=loss, epochs="20")
    assert notices(app) == []
    assert len(charts(app)) == 3
    assert "What this run showed" in text(app)
    assert "derivatives of the mean loss pass" in text(app)


@pytest.mark.parametrize("activation", HIDDEN)
@pytest.mark.parametrize("layers", ["1", "2", "3"])
def test_the_free_network_has_one_to_three_hidden_layers(activation: str, layers: str) -> None:
    app = opened(net=FREE, act=activation, layers=layers, units="3", epochs="10")
    shape = "-".join(["2", *["3"] * int(layers), "1"])
    assert shape in text(app)
    assert len(app.table[0].value) == 2 * (int(layers) + 1)


def test_a_network_too_large_for_the_bound_is_run_for_fewer_epochs_and_says_so() -> None:
    app = opened(net=FREE, data="breast cancer", layers="3", units="16", batch="1", epochs="1000")
    (complaint,) = notices(app)
    assert re.search(r"Reduced to \d+ epochs, asked for were 1,000", complaint)


def test_every_lesson_is_offered() -> None:
    assert set(LESSONS) == {*EXERCISES, FREE}
