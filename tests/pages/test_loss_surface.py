"""The page on the loss surface, run as a visitor's script: every control, every link, and what both show."""

import ast
import json
import re

import pyarrow as pa
import pytest
from streamlit.testing.v1 import AppTest

from gd_core import noisy_line_start
from gd_ui.controls import written
from gd_ui.datasets import CATALOGUE, load
from gd_ui.lessons import ROOT
from gd_ui.loss_surface.controls import CUTS, LOSSES, OF, ROWS, UPDATES, VIEWS, cut_steps, default_cut, rates, sizes
from gd_ui.loss_surface.loss import ABSOLUTE, ALL, ONE, SOME, SQUARED, weights
from tests.pages.visits import visited


def opened(**link: str) -> AppTest:
    """Open the page at a link."""
    app = visited("pages/loss_surface.py", link)
    assert not app.exception
    return app


def charts(app: AppTest) -> list[dict[str, dict[str, list]]]:
    """Return what every chart was sent: columns by the name of their data."""
    shown = [element.proto for element in app.main if element.type == "vega_lite_chart"]
    return [
        {sent.name: pa.ipc.open_stream(sent.data.data).read_all().to_pydict() for sent in proto.datasets}
        for proto in shown
    ]


def solids(app: AppTest) -> int:
    return sum(element.type == "plotly_chart" for element in app.main)


def notices(app: AppTest) -> list[str]:
    return [line for box in app.warning for line in box.value.split("  \n")]


def found(app: AppTest, heading: str = "surface") -> str:
    """Return the findings, without their markup."""
    (text,) = (box.value for box in app.markdown if box.value.startswith(f"**What this {heading} shows**"))
    return re.sub(r"\*\*|:\w+\[(?:. )?([^\]]*)\]", r"\1", text)


def expect_shown(app: AppTest) -> None:
    """Check that the page is there, whole, without an error."""
    assert not app.exception
    assert not app.error
    one_weight = len(weights(app.selectbox(key="data").value)) == 1
    assert len(charts(app)) + solids(app) == (5 if one_weight else 6)
    assert found(app)
    assert found(app, "comparison")


@pytest.fixture(scope="module")
def default_page() -> AppTest:
    """Provide the page as it opens; tests only read it."""
    return opened()


def test_the_page_opens_with_its_charts_and_nothing_to_complain_of(default_page: AppTest) -> None:
    expect_shown(default_page)
    assert notices(default_page) == []
    assert dict(default_page.query_params) == {}
    assert solids(default_page) == 0


def test_the_courses_figures_are_there(default_page: AppTest) -> None:
    printed = json.loads((ROOT / "data" / "course_numbers.json").read_text(encoding="utf-8"))["line"]
    assert f"{printed['loss_at_start']:.4f}" in found(default_page)
    this = charts(default_page)[0]["this"]
    assert this["start_a"][0] == pytest.approx(printed["start"]["b"], abs=5e-9)
    assert this["start_b"][0] == pytest.approx(printed["start"]["w"], abs=5e-8)
    for name, grid in (("a", "b"), ("b", "w")):
        low, high = (this[f"centre_{name}"][0] + side * this["half"][0] for side in (-1, 1))
        assert [low, high] == printed["grids"]["original"][grid]


PROSE = (
    "gd_ui/loss_surface/words.py",
    "pages/loss_surface.py",
    "gd_ui/loss_surface/findings.py",
    "gd_ui/loss_surface/frames.py",
    "gd_ui/loss_surface/kinks.py",
)


@pytest.mark.parametrize("file", PROSE)
def test_no_number_is_typed_into_a_sentence(file: str) -> None:
    tree = ast.parse((ROOT / file).read_text(encoding="utf-8"))
    bodies = [node for node in ast.walk(tree) if isinstance(getattr(node, "body", None), list)]
    asides = {id(e.value) for node in bodies for e in node.body if isinstance(e, ast.Expr)}  # docstrings
    texts = [node for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str)]
    sentences = [node.value for node in texts if id(node) not in asides and re.search("[a-z]+ ", node.value)]
    assert sentences
    assert not [text for text in sentences if re.search(r"\d", text)]


@pytest.mark.parametrize("data", CATALOGUE)
@pytest.mark.parametrize("of", OF)
@pytest.mark.parametrize("loss", LOSSES)
def test_every_surface_of_every_data_set_opens(data: str, of: str, loss: str) -> None:
    app = opened(data=data, of=of, loss=loss)
    expect_shown(app)
    assert notices(app) == []


@pytest.mark.parametrize("of", OF)
@pytest.mark.parametrize("loss", LOSSES)
def test_the_solid_replaces_the_map_only_when_asked_for(of: str, loss: str) -> None:
    app = opened(view=VIEWS[1], of=of, loss=loss)
    expect_shown(app)
    assert solids(app) == 1
    assert any("Drag to turn" in box.value for box in app.caption)


def test_every_control_changes_what_is_shown(default_page: AppTest) -> None:
    before = [str(chart) for chart in charts(default_page)], found(default_page)
    changes = {
        "data": "thousand points", "loss": ABSOLUTE, "of": ONE, "lr": "0.5", "updates": "5", "cut_across": "2",
        "cut_up": "3", "along": "w", "rows": ROWS[1],
    }  # fmt: skip
    for name, text in changes.items():
        app = opened(**{name: text})
        expect_shown(app)
        assert notices(app) == []
        assert ([str(chart) for chart in charts(app)], found(app)) != before, name


def test_a_cut_moves_the_section_and_its_line() -> None:
    app = opened(cut_across="2", cut_up="1.5")
    plane, across, up = charts(app)[:3]
    assert (plane["this"]["cut_a"], plane["this"]["cut_b"]) == ([2.0], [1.5])
    on = load("line").train
    x, y = on.x[:, 0], on.y[:, 0]
    for chart, fixed in ((across, "w"), (up, "b")):
        for at, loss in list(zip(chart["section"]["x"], chart["section"]["y"], strict=True))[::25]:
            b, w = (at, 1.5) if fixed == "w" else (2.0, at)
            assert loss == pytest.approx(((b + w * x - y) ** 2).mean())
    assert any("w stays 1.50" in box.value for box in app.markdown)


@pytest.mark.parametrize("row", ["2", "80"])
def test_the_example_can_be_chosen(row: str) -> None:
    app = opened(of=ONE, row=row)
    expect_shown(app)
    assert charts(app)[0]["this"]["told"] == [f"mean squared error of row {row} alone"]


def test_another_mini_batch_can_be_drawn() -> None:
    app = opened(of=SOME, size="4")
    before = charts(app)[0]["arrows"]
    app.button[0].click().run()
    expect_shown(app)
    assert charts(app)[0]["arrows"] != before
    assert app.number_input(key="draw").value == 1


def test_a_new_data_set_brings_its_own_settings() -> None:
    app = opened(cut_across="3", cut_up="-1", lr="0.7", of=ONE, row="70")
    app.selectbox(key="data").set_value("three points").run()
    expect_shown(app)
    assert app.select_slider(key="lr").value == written(CATALOGUE["three points"].learning_rate)
    assert app.select_slider(key="row").value == "1"
    assert app.select_slider(key="cut_across").value == "1"
    assert notices(app) == []
    app.selectbox(key="data").set_value("diabetes unscaled").run()
    expect_shown(app)


HOSTILE = {
    "data": "![x](https://evil.example)", "loss": "<b>", "of": "everything", "view": "4-D", "lr": "nan",
    "updates": "1e999", "cut_across": "inf", "cut_up": "zzz", "along": "$x$", "rows": "-1",
}  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
def test_nonsense_in_a_link_opens_the_page_with_a_notice(name: str) -> None:
    app = opened(**{name: HOSTILE[name]})
    expect_shown(app)
    assert notices(app) or name == "view"
    assert "evil" not in " ".join(box.value for box in app.markdown)


@pytest.mark.parametrize("rate", ["1e-320", "0", "-1", "1e300", "nan"])
@pytest.mark.parametrize("data", ["line", "three points"])
def test_a_rate_out_of_range_is_moved_to_its_end_and_said(rate: str, data: str) -> None:
    app = opened(lr=rate, data=data)
    expect_shown(app)
    assert len(notices(app)) == 1


def test_all_the_nonsense_together_opens_the_page_too() -> None:
    app = opened(**HOSTILE, row="1e-320", size="-3", draw="inf")
    expect_shown(app)
    assert len(notices(app)) >= 8


@pytest.mark.parametrize("data", CATALOGUE)
def test_the_extremes_of_every_control_open(data: str) -> None:
    n = load(data).train.n
    for end in (0, -1):
        for of, loss in ((ONE, ABSOLUTE), (SOME, SQUARED), (ALL, ABSOLUTE)):
            link = {"data": data, "of": of, "loss": loss, "lr": written(rates(data)[end]), "updates": str(UPDATES[end])}
            link |= {"row": str((1, n)[end])} if of == ONE else {}
            link |= {"size": str(sizes(n)[end]), "draw": "9999"} if of == SOME else {}
            if len(weights(data)) == 2:
                link |= {"rows": (ROWS[1], ROWS[2])[end], "along": "w" if data == "line" else ""}
            app = opened(**{name: text for name, text in link.items() if text})
            expect_shown(app)
            assert notices(app) == []


@pytest.mark.parametrize("half", [3.0, 0.5, 10.0, 1.5, 7.0])
def test_cuts_move_in_round_steps_to_beyond_the_map(half: float) -> None:
    steps = cut_steps(1.0, half)
    assert steps[0] == pytest.approx(1 - 2 * half)
    assert steps[-1] == pytest.approx(1 + 2 * half)
    assert len(steps) <= 401
    assert all(len(written(step).lstrip("-").replace(".", "").strip("0")) <= 4 for step in steps)


def test_a_cut_starts_where_descent_does() -> None:
    assert [default_cut(value, 3.0) for value in noisy_line_start()[::-1]] == [0.5, -0.14]
    assert len(CUTS) == 2
