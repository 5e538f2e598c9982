"""The page on optimizers, run as a visitor's script: every control, every link, and what both show."""

import re

import pyarrow as pa
import pytest
from streamlit.testing.v1 import AppTest

from gd_ui.optimizers.controls import GOALS, OWN, SAME
from gd_ui.optimizers.equations import EQUATIONS
from gd_ui.optimizers.findings import legend
from gd_ui.optimizers.race import RATES
from gd_ui.optimizers.rules import RULES
from gd_ui.optimizers.surfaces import SURFACES, surface
from tests.gd_ui.optimizers.races import raced, swept
from tests.pages.visits import visited

TABS = {"Equations": 0, "Best rates": 1, "Momentum's limit": 2, "Conventions": 2}
"""The tabs, and how many charts each has besides the two of the race."""


def opened(**link: str | list[str]) -> AppTest:
    """Open the page at a link."""
    app = visited("pages/optimizers.py", link)
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


def text(app: AppTest) -> str:
    return "\n".join(box.value for box in [*app.markdown, *app.caption, *app.warning])


def expect_shown(app: AppTest, more: int = 0) -> None:
    assert not app.exception
    assert not app.error
    assert len(charts(app)) == 2 + more
    assert "What this run showed" in text(app)
    assert "nan" not in "\n".join(box.value for box in app.markdown)


@pytest.fixture(scope="module")
def default_page() -> AppTest:
    """Provide the page as it opens; tests only read it."""
    return opened()


def test_the_page_opens_with_every_rule_at_its_own_best_rate(default_page: AppTest) -> None:
    expect_shown(default_page)
    assert notices(default_page) == []
    assert dict(default_page.query_params) == {}
    assert legend(raced()) in text(default_page)
    this = charts(default_page)[0]["this"]
    assert all(this[f"has_{rule}"] == [1] for rule in RULES)
    for rule in EQUATIONS:
        assert RULES[rule].label in text(default_page)


@pytest.mark.parametrize("name", SURFACES)
def test_every_surface_opens(name: str) -> None:
    app = opened(surface=name)
    expect_shown(app)
    assert notices(app) == []
    assert legend(raced(name)) in text(app)
    on = surface(name)
    assert charts(app)[0]["this"]["half"] == pytest.approx([on.half])


@pytest.mark.parametrize("name", SURFACES)
def test_choosing_a_surface_shows_what_its_link_shows(name: str) -> None:
    app = opened(surface="line" if name != "line" else "beale", start="0.3, 0.4")
    app.selectbox(key="surface").set_value(name).run()
    expect_shown(app)
    assert legend(raced(name)) in text(app)


CHANGES = [
    ("button_group", "rates", SAME, {"rates": SAME}),
    ("select_slider", "updates", "50", {"updates": "50"}),
    ("button_group", "rules", ["gd", "adam"], {"rules": ["gd", "adam"]}),
    ("select_slider", "beta", "0.5", {"beta": "0.5"}),
    ("select_slider", "rho", "0.9", {"rho": "0.9"}),
    ("select_slider", "beta1", "0.5", {"beta1": "0.5"}),
    ("select_slider", "beta2", "0.9", {"beta2": "0.9"}),
    ("selectbox", "eps", "1e-2", {"eps": "1e-2"}),
    ("select_slider", "goal", "0.01", {"goal": "0.01"}),
    ("text_input", "start", "0.2, 0.4", {"start": "0.2, 0.4"}),
]


@pytest.mark.parametrize(("kind", "key", "value", "link"), CHANGES, ids=[change[1] for change in CHANGES])
def test_every_control_changes_the_race_and_a_link_does_the_same(
    default_page: AppTest, kind: str, key: str, value: object, link: dict
) -> None:
    app = opened()
    getattr(app, kind)(key=key).set_value(value).run()
    expect_shown(app)
    assert charts(app) != charts(default_page)
    by_link = opened(**link)
    assert notices(by_link) == []
    assert charts(by_link) == charts(app)


def test_the_common_rate_is_that_of_all_rules() -> None:
    app = opened(rates=SAME, lr="0.005")
    expect_shown(app)
    assert legend(raced("bad line", 0.005)) in text(app)
    app.select_slider(key="lr").set_value("0.01").run()
    assert legend(raced("bad line", 0.01)) in text(app)


def test_a_typed_start_is_across_and_up() -> None:
    app = opened(surface="line", start="0.25, -1.5")
    this = charts(app)[0]["this"]
    assert (this["start_a"], this["start_b"]) == ([0.25], [-1.5])
    assert legend(raced("line", start=(-1.5, 0.25))) in text(app)


@pytest.mark.parametrize("start", ["1, 1", "1e6, -1e6"])
@pytest.mark.parametrize("name", ["rosenbrock", "beale", "line"])
@pytest.mark.parametrize("tab", ["Best rates", "Conventions"])
def test_any_start_shows_every_tab(name: str, start: str, tab: str) -> None:
    expect_shown(opened(surface=name, start=start, tab=tab), TABS[tab])


def test_the_remedy_gives_each_rule_its_own_best_rate() -> None:
    app = opened(surface="patients", rates=SAME, lr="0.7")
    (button,) = (button for button in app.button if "own best" in button.label)
    button.click().run()
    expect_shown(app)
    assert legend(raced("patients")) in text(app)
    assert not [button for button in app.button if "own best" in button.label]
    assert not [button for button in opened(rates=SAME, lr="0.005").button if "own best" in button.label]


@pytest.mark.parametrize("tab", TABS)
@pytest.mark.parametrize("name", ["bad line", "rosenbrock"])
def test_every_tab_opens_on_every_kind_of_surface(tab: str, name: str) -> None:
    app = opened(tab=tab, surface=name)
    expect_shown(app, TABS[tab])
    assert notices(app) == []


def test_the_tab_of_best_rates_shows_the_sweep() -> None:
    app = opened(tab="Best rates")
    shown = app.table[0].value
    for rule, result in swept().rules.items():
        assert float(shown.loc[RULES[rule].label]["Best rate"]) == result.rate
    assert f"{len(RATES)} rates" in text(app)


def test_the_tab_of_momentum_s_limit_follows_its_own_beta() -> None:
    app = opened(tab="Momentum's limit", edge="0.5")
    assert "With β = 0.5" in text(app)
    app.select_slider(key="edge").set_value("0").run()
    expect_shown(app, 2)
    assert "With β = 0 " in text(app)
    assert "is no bowl" in text(opened(tab="Momentum's limit", surface="saddle"))


def test_the_tab_of_conventions_follows_its_controls() -> None:
    app = opened(tab="Conventions", after="5", times="0.01")
    assert "up to update 5 the two walk one path" in text(app)
    app.select_slider(key="times").set_value("1").run()
    assert "The rate never changes" in text(app)
    app.select_slider(key="after").set_value("30").run()
    assert "up to update 30" in text(app)
    assert len(app.table) == 1


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
NUMERIC = ("lr", "updates", "goal", "beta")
MARKUP = r"<script|!\[|\]\(|:red\[x|x{30}"


@pytest.mark.parametrize("name", NUMERIC)
@pytest.mark.parametrize("asked", HOSTILE, ids=lambda asked: asked[:12])
def test_a_link_with_an_impossible_number_opens_and_says_so(name: str, asked: str) -> None:
    asked = "-1e-320" if name == "beta" and asked == "1e-320" else asked
    app = opened(**{name: asked})
    expect_shown(app)
    (notice,) = notices(app)
    assert "the link asked for “" in notice
    assert len(notice) < 220
    assert not re.search(MARKUP, text(app))


@pytest.mark.parametrize("name", ["surface", "rates", "rules", "eps"])
@pytest.mark.parametrize("asked", HOSTILE, ids=lambda asked: asked[:12])
def test_a_link_with_an_unknown_choice_opens_and_lists_the_choices(
    default_page: AppTest, name: str, asked: str
) -> None:
    app = opened(**{name: asked})
    expect_shown(app)
    (notice,) = notices(app)
    assert "which is none of " in notice
    assert not re.search(MARKUP, text(app))
    assert charts(app) == charts(default_page)


@pytest.mark.parametrize("asked", ["1", "1,2,3", "a,b", "nan,1", "inf,1", "1e7,1", "<b>,1", "x" * 900])
def test_a_start_that_is_none_is_refused(default_page: AppTest, asked: str) -> None:
    app = opened(start=asked)
    expect_shown(app)
    (notice,) = notices(app)
    assert "2 numbers from -1,000,000 to 1,000,000" in notice
    assert charts(app) == charts(default_page)


def test_a_link_may_name_a_rule_twice_or_one_that_is_none() -> None:
    app = opened(rules=["adam", "sgd"])
    expect_shown(app)
    (notice,) = notices(app)
    assert "“sgd”" in notice
    assert "using adam" in notice
    assert charts(app)[0]["this"]["has_gd"] == [0]
    none = opened()
    none.button_group(key="rules").set_value([]).run()
    expect_shown(none)
    assert notices(none) == ["Rules: none is chosen, and there would be nothing to see; all of them run."]


@pytest.mark.parametrize("tab", TABS)
def test_everything_hostile_at_once_opens(tab: str) -> None:
    names = [*NUMERIC, "surface", "rates", "rules", "eps", "start", "edge", "after", "times", "odd"]
    for asked in HOSTILE:
        app = opened(**(dict.fromkeys(names, asked) | {"tab": tab}))
        expect_shown(app, TABS[tab])
        assert not re.search(MARKUP, text(app))


@pytest.mark.parametrize("rate", [RATES[0], RATES[-1]])
@pytest.mark.parametrize("name", SURFACES)
def test_both_ends_of_the_rate_work(name: str, rate: float) -> None:
    expect_shown(opened(surface=name, rates=SAME, lr=f"{rate:g}", updates="1000", goal=f"{GOALS[0]:g}"))


def test_the_choice_of_rates_has_words_that_fit_a_link_and_a_phone() -> None:
    assert {OWN, SAME} == {"own best", "same"}
