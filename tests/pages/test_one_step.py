"""The page on one step, run as a visitor's script: every stage, every control, every link."""

import json
import re

import pyarrow as pa
import pytest
from streamlit.testing.v1 import AppTest

from gd_ui.controls import written
from gd_ui.datasets import CATALOGUE, load
from gd_ui.lessons import ROOT
from gd_ui.one_step.controls import UPDATES, enough, points, rates, safe_rate
from gd_ui.one_step.descent import ERROR, GRADIENT, PREDICT, REPEAT, STAGES, START, UPDATE, first_point, offered
from tests.pages.visits import visited

CHARTS = {START: 2, PREDICT: 2, ERROR: 2, GRADIENT: 3, UPDATE: 2, REPEAT: 3}
PRINTED = json.loads((ROOT / "data" / "course_numbers.json").read_text(encoding="utf-8"))["line"]


def opened(**link: str) -> AppTest:
    """Open the page at a link."""
    app = visited("pages/one_step.py", link)
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


def formula(app: AppTest) -> str:
    """Return the formulas without colours and spaces."""
    return re.sub(r"\\color\{[^}]*\}|[{} ]|\\,", "", app.latex[0].value)


def markup(app: AppTest) -> str:
    """Return all text on the page that Markdown reads."""
    return "\n".join(box.value for box in [*app.markdown, *app.caption, *app.warning, *app.info, *app.error])


def stage_of(app: AppTest) -> str:
    stage: str = app.button_group(key="stage").value
    return stage


def expect_shown(app: AppTest) -> None:
    """Check that the page is there, whole, without an error."""
    assert not app.exception
    assert not app.error
    assert len(app.latex) == 1
    assert "What this run showed" in markup(app)
    sections = 3 if len(load(app.selectbox(key="data").value).names) > 1 else 2
    stage = stage_of(app)
    assert len(charts(app)) == (sections if stage == GRADIENT else CHARTS[stage])


def everything(app: AppTest) -> tuple[object, ...]:
    """Return all that depends on the controls."""
    return app.latex[0].value, markup(app), app.code[0].value, charts(app)


@pytest.fixture(scope="module")
def default_page() -> AppTest:
    """Provide the page as it opens; tests only read it."""
    return opened()


def test_the_page_opens_with_the_courses_split_and_start(default_page: AppTest) -> None:
    expect_shown(default_page)
    assert notices(default_page) == []
    assert dict(default_page.query_params) == {}
    among_data, _ = charts(default_page)
    assert (len(among_data["rows"]["x"]), len(among_data["held_out"]["x"])) == (80, 20)
    assert "0.4967" in formula(default_page)
    assert "-0.1383" in formula(default_page)


def test_all_digits_shows_what_the_course_prints(default_page: AppTest) -> None:
    digits = default_page.code[0].value
    for value in (PRINTED["loss_at_start"], *PRINTED["gradient_at_start"].values()):
        assert repr(value) in digits
    numbers = [round(float(line.split()[-1]), 8) for line in digits.splitlines()]
    after = PRINTED["after_one_step"]
    for value in (*PRINTED["start"].values(), after["b"], after["w"]):
        assert round(value, 8) in numbers


def test_next_and_previous_walk_through_all_stages() -> None:
    app = opened()
    for stage in STAGES[1:]:
        app.button(key="next_stage").click().run()
        assert stage_of(app) == stage
        expect_shown(app)
    assert app.button(key="next_stage").disabled
    for stage in STAGES[-2::-1]:
        app.button(key="previous_stage").click().run()
        assert stage_of(app) == stage
        expect_shown(app)
    assert app.button(key="previous_stage").disabled


@pytest.mark.parametrize("stage", STAGES)
@pytest.mark.parametrize("data", offered())
def test_every_stage_of_every_data_set_opens_from_a_link(stage: str, data: str) -> None:
    app = opened(stage=stage, data=data)
    expect_shown(app)
    assert notices(app) == []
    assert stage_of(app) == stage
    assert app.select_slider(key="lr").value == written(CATALOGUE[data].learning_rate)
    assert app.select_slider(key="point").value == str(first_point(load(data)))
    assert app.select_slider(key="updates").value == str(enough(data))


@pytest.mark.parametrize(
    ("stage", "texts"),
    [
        (PREDICT, ["0.4967+(-0.1383)\\cdot0.7713", "=0.3901"]),
        (ERROR, ["=-2.0845", "219.3726/80=2.7422"]),
        (GRADIENT, ["2\\cdot(-1.5224)=-3.0448", "2\\cdot(-0.9169)=-1.8338"]),
        (UPDATE, ["0.4967-0.1\\cdot(-3.0448)=0.8012", "-0.1383-0.1\\cdot(-1.8338)=0.0451"]),
        (REPEAT, ["b_500&=1.0239", "w_500&=1.9682"]),
    ],
)
def test_the_course_has_its_numbers_put_into_every_formula(stage: str, texts: list[str]) -> None:
    app = opened(stage=stage)
    for text in texts:
        assert text in formula(app)


CHANGES = [
    ("selectbox", "data", "three points", {"data": "three points"}),
    ("select_slider", "lr", "0.5", {"lr": "0.5"}),
    ("select_slider", "point", "3", {"point": "3"}),
    ("number_input", "update", 7.0, {"update": "7"}),
    ("select_slider", "updates", "20", {"updates": "20"}),
    ("button_group", "start", "drawn", {"start": "drawn"}),
    ("button_group", "stage", ERROR, {"stage": ERROR}),
]


@pytest.mark.parametrize(("kind", "key", "value", "link"), CHANGES, ids=[change[1] for change in CHANGES])
def test_every_control_changes_the_page_and_a_link_does_the_same(
    kind: str, key: str, value: object, link: dict[str, str]
) -> None:
    before = {} if key == "stage" else {"stage": UPDATE}
    app = opened(**before)
    first = everything(app)
    getattr(app, kind)(key=key).set_value(value).run()
    expect_shown(app)
    assert everything(app) != first
    by_link = opened(**before, **link)
    assert notices(by_link) == []
    assert everything(by_link) == everything(app)


def test_choosing_data_gives_the_other_controls_its_defaults() -> None:
    app = opened(lr="0.7", point="12", update="9", updates="20", start="drawn", stage=UPDATE)
    app.selectbox(key="data").set_value("thousand points").run()
    assert everything(app) == everything(opened(data="thousand points", stage=UPDATE))


def test_a_start_can_be_typed() -> None:
    app = opened(start="typed", theta="-1.5, 4", stage=UPDATE)
    assert "4-0.1\\cdot" in formula(app)
    assert notices(app) == []
    wrong = opened(start="typed", theta="x,1")
    (notice,) = notices(wrong)
    assert "2 numbers from -1,000,000 to 1,000,000" in notice
    expect_shown(wrong)


def test_the_next_update_is_one_click_away() -> None:
    app = opened(stage=UPDATE)
    (button,) = (button for button in app.button if "The same for" in button.label)
    assert button.label.endswith("update 2")
    button.click().run()
    expect_shown(app)
    assert stage_of(app) == PREDICT
    assert everything(app) == everything(opened(stage=PREDICT, update="1"))


def test_the_repeated_descent_leads_back_to_any_updates_arithmetic() -> None:
    app = opened(stage=REPEAT, update="41")
    (button,) = (button for button in app.button if "Arithmetic of" in button.label)
    assert button.label.endswith("update 42")
    button.click().run()
    assert stage_of(app) == PREDICT
    assert "after 41 updates" in markup(app)


def test_an_update_after_the_end_is_refused() -> None:
    app = opened(update="60", updates="50", stage=UPDATE)
    (notice,) = notices(app)
    assert "the descent has 50 updates" in notice
    assert "b_51" in formula(app)
    assert not [button for button in app.button if "The same for" in button.label]


@pytest.mark.parametrize("link", [{"lr": "1.1"}, {"data": "three points", "lr": "0.3"}, {"lr": "1.5", "update": "500"}])
@pytest.mark.parametrize("stage", STAGES)
def test_a_diverging_rate_keeps_its_arithmetic_and_has_a_remedy(link: dict[str, str], stage: str) -> None:
    app = opened(stage=stage, **link)
    expect_shown(app)
    data = link.get("data", "line")
    limit = load(data).curvature.max_stable_learning_rate()
    assert "descent diverged" in markup(app)
    assert f"above the limit 2/λmax = {limit:.4g}" in markup(app)
    (remedy,) = (button for button in app.button if "rate that works" in button.label)
    remedy.click().run()
    expect_shown(app)
    assert app.select_slider(key="lr").value == written(safe_rate(data))
    assert "diverged" not in markup(app)


@pytest.mark.parametrize("data", offered())
def test_the_slider_offers_the_points_and_the_course_its_rates(data: str) -> None:
    offer = points(load(data).train.n)
    assert offer[0] == 1
    assert offer[-1] == load(data).train.n
    assert len(offer) <= 100
    assert rates(data) == sorted(set(rates(data)))
    if data == "line":
        assert {0.1, *(PRINTED["learning_rates"].values())} <= set(rates(data))


@pytest.mark.parametrize("update", ["0", "1", str(UPDATES[-1])])
@pytest.mark.parametrize("end", [0, -1])
def test_the_ends_of_all_ranges_work(update: str, end: int) -> None:
    for data in offered():
        link = {"data": data, "lr": written(rates(data)[end]), "update": update, "updates": str(UPDATES[end])}
        for stage in (GRADIENT, REPEAT):
            expect_shown(opened(stage=stage, **link))


def test_a_start_at_the_solution_is_no_error() -> None:
    best = ",".join(map(repr, load("line").best.tolist()))
    for stage in STAGES:
        expect_shown(opened(start="typed", theta=best, stage=stage))
        expect_shown(opened(data="three points", start="typed", theta="2", stage=stage))


HOSTILE = ["nonsense", "nan", "1e-320", "1e999", "-1", "x" * 10_000, "<script>alert(1)</script>", ":red[x]", "$x$"]


@pytest.mark.parametrize("name", ["lr", "point", "update", "updates", "data", "stage", "start"])
@pytest.mark.parametrize("text", HOSTILE, ids=lambda text: text[:12])
def test_a_nonsense_link_opens_and_says_so(name: str, text: str) -> None:
    app = opened(**{name: text})
    expect_shown(app)
    notice, *more = notices(app)  # an update beyond all is also one beyond this descent
    assert "the link asked for “" in notice
    assert not more or name == "update"
    assert not re.search(r"<|!\[|\]\(|:red\[x|x{30}|\$x", markup(app))


def test_everything_hostile_at_once_opens() -> None:
    names = ["lr", "point", "update", "updates", "data", "stage", "start", "theta", "start_seed", "odd"]
    for text in HOSTILE:
        app = opened(**dict.fromkeys(names, text))
        expect_shown(app)
        assert not re.search(r"<|!\[|\]\(|:red\[x|x{30}|\$x", markup(app))


def test_an_exact_rate_can_be_typed() -> None:
    app = opened(stage=UPDATE)
    app.number_input(key="exact rate").set_value(0.1234).run()
    assert app.select_slider(key="lr").value == "0.1234"
    assert "0.4967-0.1234\\cdot(-3.0448)" in formula(app)
