"""The page on what is not convex, run as a visitor's script: every control, every link, and what both show."""

import numpy as np
import pyarrow as pa
import pytest
from streamlit.testing.v1 import AppTest

from gd_ui.beyond_convex.controls import RULES
from gd_ui.beyond_convex.findings import basin_title, findings
from gd_ui.beyond_convex.lands import LANDS, land
from gd_ui.beyond_convex.noise import NoiseSettings, run_noise
from gd_ui.beyond_convex.plateau import PlateauSettings, run_plateaus
from gd_ui.beyond_convex.starts import SIDE, STARTS, Flock, run_basins, run_flock
from gd_ui.beyond_convex.words import noise_findings, plateau_findings
from tests.pages.visits import visited

NOISE, PLATEAUS = "Does noise help?", "Plateaus"
CHARTS = {"One dimension": 3 + 2, NOISE: 3 + 3, PLATEAUS: 3 + 2}


def opened(**link: str) -> AppTest:
    """Open the page at a link."""
    app = visited("pages/beyond_convex.py", link)
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
    return "\n".join(box.value for box in [*app.markdown, *app.caption, *app.warning, *app.error])


def expect_shown(app: AppTest, tab: str = "One dimension") -> None:
    """Check that the page is there, whole, without an error."""
    assert not app.exception
    assert not app.error
    assert len(charts(app)) == CHARTS[tab]


@pytest.fixture(scope="module")
def default_page() -> AppTest:
    """Provide the page as it opens; tests only read it."""
    return opened()


def test_the_page_opens_with_nothing_to_complain_of(default_page: AppTest) -> None:
    expect_shown(default_page)
    assert notices(default_page) == []
    assert dict(default_page.query_params) == {}


def test_the_sentences_are_those_of_the_runs(default_page: AppTest) -> None:
    name = next(iter(LANDS))
    rate = land(name).learning_rate
    runs, basins = run_flock(Flock(name, rate, "gd", "grid", 200)), run_basins(name, rate, "gd")
    for sentence in [*findings(runs, basins), basin_title(basins, land(name))]:
        assert sentence in markup(default_page)


def test_every_start_of_the_grid_is_drawn(default_page: AppTest) -> None:
    paths, basins, falls = charts(default_page)[:3]
    assert len(paths["runs"]["path"]) == SIDE**2 == len(basins["starts"]["a"])
    assert set(falls["falls"]["run"]) == set(range(SIDE**2))


def test_a_page_of_charts_is_light(default_page: AppTest) -> None:
    """The map of forty thousand starts travels as a few outlines."""
    shown = [element.proto for element in default_page.main if element.type == "vega_lite_chart"]
    assert sum(len(sent.data.data) for proto in shown for sent in proto.datasets) < 250_000
    assert len(charts(default_page)[1]["regions"]["path"]) <= 7


@pytest.mark.parametrize("name", LANDS)
@pytest.mark.parametrize("rule", RULES)
def test_every_land_is_shown_with_every_rule(name: str, rule: str) -> None:
    app = opened(land=name, opt=rule)
    expect_shown(app)
    assert notices(app) == []


def test_another_land_brings_its_own_rate() -> None:
    app = opened(lr="0.05")
    app.selectbox(key="land").set_value("rosenbrock").run()
    expect_shown(app)
    assert app.select_slider(key="lr").value == f"{land('rosenbrock').learning_rate:g}"


@pytest.mark.parametrize("starts", STARTS)
def test_every_way_of_starting_is_shown(starts: str) -> None:
    app = opened(land="saddle", starts=starts, a="0.5", b="0", seed="3")
    expect_shown(app)
    assert len(charts(app)[0]["runs"]["path"]) == (1 if starts == "one" else SIDE**2)


def test_another_seed_starts_elsewhere() -> None:
    places = [charts(opened(starts="random", seed=seed))[1]["starts"]["a"] for seed in ("1", "2")]
    assert places[0] != places[1]


def test_a_start_on_the_ridge_is_told_truthfully() -> None:
    said = markup(opened(land="saddle", starts="one", a="-1.6", b="0", lr="0.05"))
    assert "still there 2,000 updates later" in said
    assert "exactly on the ridge no slope points across it" in said


def test_the_remedy_of_a_divergence_is_one_click() -> None:
    app = opened(land="himmelblau", lr="0.05")
    expect_shown(app)
    rate = run_flock(Flock("himmelblau", 0.05, "gd", "grid", 200)).remedy
    (button,) = (button for button in app.button if button.label.startswith("Use rate"))
    assert button.label == f"Use rate {rate:g}"
    button.click().run()
    expect_shown(app)
    assert app.select_slider(key="lr").value == f"{rate:g}"
    assert not [button for button in app.button if button.label.startswith("Use rate")]


@pytest.mark.parametrize("nonsense", ["nan", "zzz", "", "inf", "-inf", "1e999", "1e-320", "<b>", "$x$"])
def test_a_nonsense_link_opens_the_page_and_says_so(nonsense: str) -> None:
    keys = ("land", "lr", "starts", "opt", "updates", "seed", "a", "b", "w", "wlr", "tab")
    app = opened(**dict.fromkeys(keys, nonsense))
    expect_shown(app)
    complained = "\n".join(notices(app))
    for label in ("Landscape", "Learning rate", "Starts", "Rule", "Updates", "Learning rate of one weight"):
        assert label in complained
    assert "<b>" not in complained
    assert "$" not in complained


@pytest.mark.parametrize("tab", [NOISE, PLATEAUS])
@pytest.mark.parametrize("nonsense", ["nan", "zzz", "inf", "1e-320"])
def test_nonsense_in_a_section_s_controls_is_told_there(tab: str, nonsense: str) -> None:
    app = opened(tab=tab, **dict.fromkeys(("nlr", "z", "plr", "pd"), nonsense))
    expect_shown(app, tab)
    assert len(notices(app)) == 2


@pytest.mark.parametrize("lr", ["1e-05", "1"])
@pytest.mark.parametrize("name", LANDS)
def test_the_smallest_and_the_largest_rate_are_shown(name: str, lr: str) -> None:
    app = opened(land=name, lr=lr, updates="400")
    expect_shown(app)
    if lr == "1":
        assert "diverge" in markup(app)


def test_a_rate_that_is_not_on_the_slider_is_kept() -> None:
    app = opened(lr="0.0123", w="0.123456", wlr="0.2254")
    expect_shown(app)
    assert notices(app) == []
    assert app.select_slider(key="lr").value == "0.0123"
    assert charts(app)[4]["marks"]["a"] == [0.123456]


def test_the_noise_section_shows_both_cases_and_their_numbers() -> None:
    app = opened(tab=NOISE)
    expect_shown(app, NOISE)
    for sentence in noise_findings(run_noise(NoiseSettings(0.01, 0.1))):
        assert sentence in markup(app)
    assert "**Course A**: 0 of 200 left" in markup(app)
    assert app.table[0].value["Left"].iloc[0] == "0 of 200"


@pytest.mark.parametrize("link", [{"nlr": "0.001", "z": "1e-06"}, {"nlr": "0.02", "z": "0.3"}])
def test_the_noise_section_holds_at_its_extremes(link: dict[str, str]) -> None:
    expect_shown(opened(tab=NOISE, **link), NOISE)


@pytest.mark.parametrize("link", [{}, {"plr": "0.001", "pd": "0.001"}, {"plr": "0.01", "pd": "0.5"}])
def test_the_plateaus_hold_at_their_extremes(link: dict[str, str]) -> None:
    app = opened(tab=PLATEAUS, **link)
    expect_shown(app, PLATEAUS)
    settings = PlateauSettings(float(link.get("plr", "0.01")), float(link.get("pd", "0.1")))
    for sentence in plateau_findings(run_plateaus(settings)):
        assert sentence in markup(app)


@pytest.mark.parametrize("link", [{"w": "-2", "wlr": "0.5"}, {"w": "2", "wlr": "0.5"}, {"w": "0.075", "wlr": "0.005"}])
def test_the_one_weight_holds_at_its_extremes(link: dict[str, str]) -> None:
    app = opened(**link)
    expect_shown(app)
    for table in charts(app)[3].values():
        for column in table.values():
            assert all(np.isfinite(cell) for cell in column if isinstance(cell, float))
