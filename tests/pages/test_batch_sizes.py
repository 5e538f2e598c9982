"""The page on batch sizes, run as a visitor's script: every control, every link, and what both show."""

import re
from html import unescape

import numpy as np
import pyarrow as pa
import pytest
from streamlit.testing.v1 import AppTest

from gd_core import OPTIMIZERS, ORDERS
from gd_ui.batch_sizes.controls import PRINCIPAL, default_size, epoch_steps, rates
from gd_ui.batch_sizes.findings import safe_rate
from gd_ui.batch_sizes.race import MOST_NUMBERS, MOST_UPDATES
from gd_ui.batch_sizes.rate_map_controls import BEST
from gd_ui.charts.packed import GRAIN
from gd_ui.controls import written
from gd_ui.datasets import CATALOGUE, load
from gd_ui.methods import METHODS
from gd_ui.numbers import number
from gd_ui.questions import asked_of
from gd_ui.starts import parsed_start
from tests.gd_ui.batch_sizes.races import raced
from tests.gd_ui.batch_sizes.rate_maps import mapped
from tests.pages.visits import visited

CHARTS = 5


def opened(**link: str) -> AppTest:
    """Open the page at a link."""
    app = visited("pages/batch_sizes.py", link)
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


def table(app: AppTest) -> dict[str, dict[str, str]]:
    """Return the table of results by method and measure."""
    _opening, shown = (element.proto.body for element in app.main if element.type == "html")
    lines = [re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", line) for line in re.findall(r"<tr>(.*?)</tr>", shown)]
    heads, *rows = [[unescape(cell) for cell in line] for line in lines]
    assert heads == ["", *(name.capitalize() for name in METHODS)]
    return {name: {measure: values[i] for measure, *values in rows} for i, name in enumerate(METHODS)}


def expect_shown(app: AppTest, tab: str = "Results") -> None:
    """Check that the page is there, whole, with one of its parts open, without an error."""
    assert not app.exception
    assert not app.error
    assert len(charts(app)) == CHARTS + (tab != "Results")
    assert tab != "Results" or table(app)


def markup(app: AppTest) -> str:
    """Return all text on the page that Markdown reads."""
    boxes = [*app.markdown, *app.caption, *app.warning, *app.info, *app.error]
    return "\n".join(box.value for box in boxes)


@pytest.fixture(scope="module")
def default_page() -> AppTest:
    """Provide the page as it opens; tests only read it."""
    return opened()


def test_the_page_opens_with_its_charts_and_nothing_to_complain_of(default_page: AppTest) -> None:
    expect_shown(default_page)
    assert notices(default_page) == []
    assert dict(default_page.query_params) == {}


def test_the_table_has_the_figures_of_the_core(default_page: AppTest) -> None:
    run, loaded = raced()
    for name, column in table(default_page).items():
        history = run.histories[name]
        assert column["Updates"] == f"{len(history.seen) - 1:,}"
        assert column["Final training loss"] == number(float(loaded.train.value(history.path[:, -1])[0]))
        assert column["Final validation loss"] == number(float(loaded.task.validation.value(history.path[:, -1])[0]))
        assert column["Distance to least squares"] == number(float(np.linalg.norm(history.path[0, -1] - loaded.best)))


def test_the_panels_show_every_update_of_the_core(default_page: AppTest) -> None:
    run, _ = raced()
    for (name, method), panel in zip(METHODS.items(), charts(default_page), strict=False):
        (this,) = (dict(zip(panel["this"], row, strict=True)) for row in zip(*panel["this"].values(), strict=True))
        points = np.array([point.split(",") for point in this[f"path_{method.word}"].split(" ")], dtype=float)
        grain = this["half"] / GRAIN
        path = run.histories[name].path[0]
        assert points.shape == path.shape
        assert np.abs(this["centre_a"] + grain * points[:, 0] - path[:, 1]).max() < 0.51 * grain
        assert np.abs(this["centre_b"] - grain * points[:, 1] - path[:, 0]).max() < 0.51 * grain
        losses = [float(loss) for loss in this[f"loss_{method.word}"].split(" ")]
        assert losses == pytest.approx(run.histories[name].loss[0].tolist(), rel=1e-6)


@pytest.mark.parametrize("data", CATALOGUE)
def test_every_data_set_opens_with_its_own_defaults(data: str) -> None:
    app = opened(data=data)
    expect_shown(app)
    assert notices(app) == []
    assert app.selectbox(key="data").value == data
    assert app.select_slider(key="lr").value == written(CATALOGUE[data].learning_rate)
    assert app.select_slider(key="epochs").value == str(CATALOGUE[data].epochs)
    assert app.select_slider(key="batch").value == str(default_size(load(data).train.n))


@pytest.mark.parametrize("data", CATALOGUE)
def test_choosing_data_gives_the_other_controls_its_defaults(data: str) -> None:
    first = "diabetes" if data == "line" else "line"
    app = opened(data=first, lr=written(rates(load(first))[3]), epochs="2")
    app.selectbox(key="data").set_value(data).run()
    expect_shown(app)
    assert notices(app) == []
    assert app.select_slider(key="lr").value == written(CATALOGUE[data].learning_rate)
    assert app.select_slider(key="epochs").value == str(CATALOGUE[data].epochs)
    assert table(app)["stochastic"]["Updates"] == f"{load(data).train.n * CATALOGUE[data].epochs:,}"
    assert figures(app) == figures(opened(data=data))


CHANGES = [
    ("select_slider", "lr", "0.5", {"lr": "0.5"}),
    ("select_slider", "batch", "32", {"batch": "32"}),
    ("select_slider", "epochs", "5", {"epochs": "5"}),
    ("select_slider", "seeds", "10", {"seeds": "10"}),
    ("number_input", "seed", 7.0, {"seed": "7"}),
    ("button_group", "optimizer", "adam", {"optimizer": "adam"}),
    ("button_group", "order", "sequential", {"order": "sequential"}),
    ("button_group", "start", "drawn", {"start": "drawn"}),
]


def figures(app: AppTest) -> dict[str, dict[str, str]]:
    """Return the table without the measured time; none where another part is open."""
    if dict(app.query_params).get("tab", "Results") != "Results":
        return {}
    return {
        name: {measure: text for measure, text in column.items() if not measure.startswith("Seconds")}
        for name, column in table(app).items()
    }


@pytest.mark.parametrize(("kind", "key", "value", "link"), CHANGES, ids=[change[1] for change in CHANGES])
def test_every_control_changes_the_run_and_a_link_does_the_same(
    default_page: AppTest, kind: str, key: str, value: object, link: dict[str, str]
) -> None:
    app = opened()
    getattr(app, kind)(key=key).set_value(value).run()
    expect_shown(app)
    assert figures(app) != figures(default_page)
    by_link = opened(**link)
    assert notices(by_link) == []
    assert figures(by_link) == figures(app)


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_every_update_rule_runs(optimizer: str) -> None:
    expect_shown(opened(optimizer=optimizer))


@pytest.mark.parametrize("order", ORDERS)
def test_every_order_of_the_examples_runs(order: str) -> None:
    app = opened(order=order, epochs="2")
    expect_shown(app)
    row = [int(number) for number in charts(app)[3]["this"]["stream"][0].split(" ")]
    assert (sorted(row[:80]) == list(range(80))) == (order != "with replacement")
    assert (row[:80] == list(range(80))) == (order == "sequential")


@pytest.mark.parametrize("data", ["line", "diabetes"])
@pytest.mark.parametrize("end", [0, -1])
def test_both_ends_of_the_rate_work(data: str, end: int) -> None:
    rate = rates(load(data))[end]
    app = opened(data=data, lr=written(rate))
    expect_shown(app)
    lost = any("diverg" in column["Status"] for column in table(app).values())
    assert lost == (end == -1)


@pytest.mark.parametrize("data", ["line", "three points", "diabetes"])
def test_a_mini_batch_of_one_or_all_rows_works(data: str) -> None:
    for size, twin in (("1", "stochastic"), (str(load(data).train.n), "batch")):
        app = opened(data=data, batch=size)
        expect_shown(app)
        shown = table(app)
        assert shown["mini-batch"]["Updates"] == shown[twin]["Updates"]
        assert shown["mini-batch"]["Final training loss"] == shown[twin]["Final training loss"]


def test_a_hundred_seeds_show_clouds_and_medians() -> None:
    app = opened(seeds="100")
    expect_shown(app)
    assert charts(app)[2]["this"]["runs"] == [100]
    assert len(charts(app)[2]["cloud stochastic"]["a"]) == 6100
    assert "Final training loss (median)" in table(app)["batch"]


def test_the_start_can_be_drawn_from_a_seed_or_typed() -> None:
    drawn = opened(start="drawn", start_seed="3")
    expect_shown(drawn)
    expected = load("line").train.model.init([3])[0]
    assert (drawn_row := charts(drawn)[0]["this"])["start_a"] == pytest.approx([expected[1]])
    assert drawn_row["start_b"] == pytest.approx([expected[0]])
    typed = opened(start="typed", theta="-1.5, 4")
    expect_shown(typed)
    assert charts(typed)[0]["this"]["start_a"] == [4.0]
    assert charts(typed)[0]["this"]["start_b"] == [-1.5]


def test_a_start_at_the_solution_is_no_error() -> None:
    expect_shown(opened(data="three points", start="typed", theta="2"))
    best = ",".join(map(repr, load("line").best.tolist()))
    expect_shown(opened(start="typed", theta=best, above="true"))


@pytest.mark.parametrize(
    "text", ["", "1", "1,2,3", "a,b", "nan,1", "inf,1", "1e7,1", "<b>,1", "1;2", "0x1,2", "x" * 900]
)
def test_a_typed_start_that_is_none_is_refused_with_the_range(text: str) -> None:
    assert parsed_start(text, 2) is None
    app = opened(start="typed", theta=text)
    expect_shown(app)
    if text:  # an empty value in a link asks for the default
        (notice,) = notices(app)
        assert "2 numbers from -1,000,000 to 1,000,000" in notice
    assert charts(app)[0]["this"]["start_b"] == [CATALOGUE["line"].start[0]]


def test_a_typed_start_is_read_as_numbers() -> None:
    assert parsed_start("0.5, -1", 2) == (0.5, -1.0)
    assert parsed_start(" 1e3 ,2 ", 2) == (1000.0, 2.0)


def test_maps_show_any_two_weights_or_the_principal_plane() -> None:
    names = load("diabetes").names
    app = opened(data="diabetes", across=names[4], up=names[10])
    expect_shown(app)
    assert notices(app) == []
    this = charts(app)[0]["this"]
    assert (this["across"], this["up"]) == ([f"{names[4]} →"], [f"↑ {names[10]}"])
    plane = opened(data="diabetes", across=PRINCIPAL)
    expect_shown(plane)
    assert charts(plane)[0]["this"]["across"] == ["1st principal direction →"]
    app.selectbox(key="across").set_value(names[10]).run()  # the weight that was up
    expect_shown(app)
    shown = charts(app)[0]["this"]
    assert shown["across"] == [f"{names[10]} →"]
    assert shown["up"] != [f"↑ {names[10]}"]


@pytest.mark.parametrize("link", [{"count": "epochs"}, {"count": "updates"}, {"above": "true"}, {"zoom": "true"}])
def test_every_way_of_looking_keeps_the_run(default_page: AppTest, link: dict[str, str]) -> None:
    app = opened(**link)
    expect_shown(app)
    assert figures(app) == figures(default_page)
    assert charts(app) != charts(default_page)


HOSTILE = [
    "nonsense",
    "nan",
    "1e-320",
    "1e999",
    "-1",
    "x" * 10_000,
    "<script>alert(1)</script>",
    "![](https://x)",
    ":red[x]",
]
NUMERIC = {"lr": "0.001 to 1", "batch": "1 to 80", "epochs": "1 to 250", "seeds": "1 to 100", "seed": "0 to 9999"}
LABELS = {
    "lr": "Learning rate", "batch": "Mini-batch size", "epochs": "Epochs", "seeds": "Repeat with different seeds",
    "seed": "First seed",
}  # fmt: skip


@pytest.mark.parametrize("name", NUMERIC)
@pytest.mark.parametrize("text", HOSTILE, ids=lambda text: text[:12])
def test_a_link_with_an_impossible_number_opens_and_says_so(name: str, text: str) -> None:
    app = opened(**{name: text})
    expect_shown(app)
    (notice,) = notices(app)
    assert notice.startswith(f"{LABELS[name]}: the link asked for “")
    assert any(allowed in notice for allowed in (NUMERIC[name], "no number", "allowed are whole numbers"))
    assert len(notice) < 200
    assert not re.search(r"<|!\[|\]\(|:red\[|x{30}", markup(app))


@pytest.mark.parametrize("name", ["data", "optimizer", "order", "start"])
@pytest.mark.parametrize("text", HOSTILE, ids=lambda text: text[:12])
def test_a_link_with_an_unknown_choice_opens_and_lists_the_choices(default_page: AppTest, name: str, text: str) -> None:
    app = opened(**{name: text})
    expect_shown(app)
    (notice,) = notices(app)
    assert "which is none of " in notice
    assert not re.search(r"<|!\[|\]\(|:red\[|x{30}", markup(app))
    assert figures(app) == figures(default_page)


def test_everything_hostile_at_once_opens_the_default_page() -> None:
    names = [*NUMERIC, "data", "optimizer", "order", "start", "count", "above", "zoom", "across", "up", "theta", "odd"]
    for text in HOSTILE:
        app = opened(**dict.fromkeys(names, text))
        expect_shown(app)
        assert not re.search(r"<|!\[|\]\(|:red\[|x{30}", markup(app))


def test_a_notice_goes_once_the_reader_moves_on() -> None:
    app = opened(lr="nan")
    assert len(notices(app)) == 1
    app.select_slider(key="epochs").set_value("5").run()
    assert notices(app) == []


@pytest.mark.parametrize("question", asked_of("batch-sizes"), ids=lambda question: question.asks)
def test_a_question_chosen_on_the_page_shows_what_its_link_shows(question) -> None:
    app = opened(lr="0.3", batch="32", order="sequential", optimizer="momentum", count="updates", seed="4")
    app.button_group(key="next").set_value(question.asks).run()
    expect_shown(app, question.settings.get("tab", "Results"))
    by_link = opened(**question.settings)
    assert notices(by_link) == []
    assert figures(app) == figures(by_link)
    assert charts(app) == charts(by_link)
    again = opened(**{name: values for name, values in app.query_params.items() for values in [_text(values)]})
    assert figures(again) == figures(by_link)


def _text(value: object) -> str:
    """Return a query parameter as the text in the address."""
    return str(value[0] if isinstance(value, list) else value)


@pytest.mark.parametrize(
    "link", [{"data": "thousand points", "lr": "0.025"}, {"lr": "1.2"}, {"data": "three points", "lr": "0.3"}]
)
def test_the_remedy_sets_a_rate_at_which_nothing_diverges(link: dict[str, str]) -> None:
    app = opened(**link)
    (remedy,) = (button for button in app.button if "safe rate" in button.label)
    rate = safe_rate(load(link.get("data", "line")))
    assert remedy.label.endswith(written(rate))
    remedy.click().run()
    expect_shown(app)
    assert app.select_slider(key="lr").value == written(rate)
    assert not any("diverg" in column["Status"] for column in table(app).values())
    assert not [button for button in app.button if "safe rate" in button.label]


def test_an_exact_rate_can_be_typed() -> None:
    app = opened()
    app.number_input(key="exact rate").set_value(0.1234).run()
    expect_shown(app)
    assert app.select_slider(key="lr").value == "0.1234"


def test_too_much_work_is_reduced_and_said() -> None:
    app = opened(data="diabetes", seeds="100", epochs=str(epoch_steps(354)[-1]))
    expect_shown(app)
    (notice,) = notices(app)
    (epochs, seeds) = re.search(r"Reduced to ([\d,]+) epochs and (\d+) seeds", notice).groups()
    updates = 354 * int(epochs)
    assert updates <= MOST_UPDATES
    assert int(seeds) * updates * 13 <= MOST_NUMBERS
    assert charts(app)[2]["this"]["runs"] == [int(seeds)]


MAP = "All rates and sizes"


def rate_map_of(app: AppTest) -> dict[str, dict[str, list]]:
    """Return the tables of the map, the last chart of the page."""
    assert not app.exception
    assert not app.error
    shown = charts(app)
    assert len(shown) == CHARTS + 1
    assert "cells" in shown[-1]
    return shown[-1]


def test_the_map_waits_in_a_tab_of_its_own(default_page: AppTest) -> None:
    assert not any("cells" in chart for chart in charts(default_page))
    assert not any(pill.key == BEST for pill in default_page.button_group)


@pytest.mark.parametrize("data", ["three points", "line"])
def test_the_map_opens_from_a_link_with_what_its_runs_gave(data: str) -> None:
    found, _ = mapped(data, epochs=2, seeds=20)
    app = opened(data=data, epochs="2", tab=MAP)
    cells = rate_map_of(app)["cells"]
    shown = {
        (row, column): told for row, column, told in zip(cells["row"], cells["column"], cells["told_loss"], strict=True)
    }
    expected = {(row, column): number(float(found.middle[row, column])) for row, column in shown}
    assert shown == expected
    assert len(shown) == 40 * len(found.sizes)
    assert notices(app) == []
    assert "by keyboard" in markup(app)


def test_the_map_marks_the_race_and_keeps_still_when_the_race_moves() -> None:
    app = opened(epochs="2", tab=MAP)
    before = rate_map_of(app)
    app.select_slider(key="lr").set_value("0.5").run()
    after = rate_map_of(app)
    assert set(before["race"]["rate"]) == {0.1}
    assert set(after["race"]["rate"]) == {0.5}
    assert before["cells"] == after["cells"]


def test_choosing_a_size_loads_its_best_cell_into_the_race() -> None:
    found, _ = mapped(epochs=2, seeds=20)
    app = opened(epochs="2", tab=MAP)
    for size, label in ((8, "8"), (80, "all 80"), (1, "1")):
        app.button_group(key=BEST).set_value(label).run()
        rate_map_of(app)
        _, column = found.best(found.sizes.index(size))
        assert app.select_slider(key="lr").value == written(found.rates[column])
        assert app.select_slider(key="batch").value == str(size)
        assert set(charts(app)[-1]["race"]["rate"]) == {found.rates[column]}
        assert not app.button_group(key=BEST).value


@pytest.mark.parametrize(
    "link",
    [
        {"order": "sequential"}, {"optimizer": "adam"}, {"order": "with replacement", "seed": "9"},
        {"data": "three points", "start": "typed", "theta": "2"}, {"start": "typed", "theta": "1e6,-1e6"},
        {"lr": "zzz", "batch": "zzz"},
    ],
    ids=str,
)  # fmt: skip
def test_the_map_stands_whatever_else_is_chosen(link: dict[str, str]) -> None:
    app = opened(**({"epochs": "1", "tab": MAP} | link))
    assert len(rate_map_of(app)["cells"]["row"]) % 40 == 0
    assert not re.search(r"\bnan\b|\binf\b", markup(app).split("What this map showed")[1])


def test_a_map_that_is_too_much_work_is_reduced_and_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gd_ui.batch_sizes.rate_map.MOST_WORK", 80 * 3 * 40 * 8 * 5)
    app = opened(epochs="2", tab=MAP)
    rate_map_of(app)
    assert "Reduced to 1 epochs instead of 2 and 5 seeds instead of 20" in markup(app)


def test_an_unknown_tab_in_a_link_opens_the_results() -> None:
    expect_shown(opened(tab="zzz"))
