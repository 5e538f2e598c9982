"""What the charts of the page on learning rates are sent is what the runs did."""

import numpy as np
import pytest

from gd_ui.charts.apart import apart
from gd_ui.charts.packed import GRAIN
from gd_ui.datasets import CATALOGUE
from gd_ui.lanes import LANES
from gd_ui.learning_rates.frames import (
    CEILING,
    LARGEST,
    LOSS_HEIGHT,
    cut_frames,
    drawable,
    excess_frames,
    ground,
    panel_frames,
    rate_span,
    regime_frames,
    shown_parameters,
)
from tests.gd_ui.learning_rates.descents import COURSE, LOST, SINGLE, TELLING, UNSCALED, descended

every_run = pytest.mark.parametrize("name", TELLING)


def numbers(text: str) -> list[float]:
    return [float(part) for part in text.split(" ")]


def only(this: dict, column: str) -> object:
    (value,) = this[column].tolist()
    return value


@pytest.mark.parametrize("data", CATALOGUE)
def test_start_and_solution_are_in_every_frame_whatever_the_rates(data: str) -> None:
    on = ground(data)
    for point in ("start", "best"):
        place = np.array([on.about[f"{point}_a"], on.about[f"{point}_b"]], dtype=float)
        assert (np.abs(place - on.centre) < on.half).all()


@every_run
def test_a_panel_has_every_update_that_can_be_drawn(name: str) -> None:
    run, _ = descended(*TELLING[name])
    on = ground(run.settings.data)
    for i, frames in enumerate(panel_frames(run)):
        this, word = frames["this"], LANES[i].word
        drawn = drawable(run, i)
        assert numbers(only(this, f"loss_{word}")) == pytest.approx(run.history.loss[i, :drawn].tolist(), rel=1e-6)
        places = on.place(run.history.path[i, :drawn], run.history.loss[i, :drawn])
        assert numbers(only(this, f"a_{word}")) == pytest.approx(places[:, 0].tolist(), rel=1e-6)
        sent = [[int(part) for part in pair.split(",")] for pair in only(this, f"path_{word}").split(" ")]
        measured = (places - on.centre) / on.half * GRAIN
        inside = np.abs(measured).max(axis=1) < 10 * GRAIN
        expected = np.rint(measured[inside] * [1, -1])
        assert np.abs(np.array(sent)[inside] - expected).max() <= 1
        assert only(this, "drawn") == drawn


def test_a_run_beyond_all_scales_is_drawn_only_as_far_as_its_numbers_go() -> None:
    run, _ = descended(*LOST)
    for i in range(3):
        drawn = drawable(run, i)
        assert (np.abs(run.history.path[i, :drawn]) < LARGEST).all()
        if drawn < run.settings.updates + 1:
            assert not (run.history.loss[i, drawn] < LARGEST and np.abs(run.history.path[i, drawn]).max() < LARGEST)
    assert drawable(run, 2) < 100


@every_run
def test_the_loss_chart_has_every_curve_up_to_where_it_leaves(name: str) -> None:
    run, loaded = descended(*TELLING[name])
    frames = excess_frames(run, loaded)
    this, rows = frames["this"], frames["excess"]
    first = run.history.loss[0, 0] - loaded.best_loss
    assert only(this, "goal") == pytest.approx(0.01 * first)
    assert 0 < only(this, "bottom") < only(this, "goal") < only(this, "ceiling") == pytest.approx(CEILING * first)
    for i in range(len(run.settings.rates)):
        mine = rows["loss"][rows["slot"] == LANES[i].slot]
        excess = run.history.loss[i] - loaded.best_loss
        above = np.flatnonzero(~(excess <= only(this, "ceiling")))
        at = rows["at"][rows["slot"] == LANES[i].slot].astype(int)
        end = above[0] if len(above) else len(excess) - 1
        assert (at[0], at[-1]) == (0, end)
        inside = slice(0, end + 1)
        visible = (excess[inside] < only(this, "ceiling")) & (excess[inside] > 2 * only(this, "bottom"))
        drawn = np.exp(np.interp(np.arange(end + 1), at, np.log(mine)))
        height = LOSS_HEIGHT / np.log(only(this, "ceiling") / only(this, "bottom"))
        assert np.abs(np.log(drawn[visible] / excess[inside][visible])).max() * height < 0.5 + 1e-3
    sent = {column for column in this if column.startswith("excess_")}
    assert sent == {f"excess_{lane.word}" for lane in LANES[: len(run.settings.rates)]}


def test_a_loss_curve_is_a_few_rows_where_it_is_straight() -> None:
    run, loaded = descended(*COURSE)
    rows = excess_frames(run, loaded)["excess"]
    assert len(run.history.loss[0]) > 150
    assert len(rows["at"]) < 40


def test_lengths_of_a_path_are_sent_to_maps_only() -> None:
    for key, expected in ((COURSE, True), (SINGLE, False)):
        run, _ = descended(*key)
        assert all(("length_" in " ".join(frames["this"])) == expected for frames in panel_frames(run))


@every_run
def test_the_labels_of_the_curves_do_not_stand_on_one_another(name: str) -> None:
    tags = excess_frames(*descended(*TELLING[name]))["tags"]
    for side in ("left", "right"):
        heights = np.sort(tags["at_y"][tags["side"] == side])
        assert (np.diff(heights) > 0.05).all()
    assert ((tags["at_y"] > 0) & (tags["at_y"] < 1)).all()


@every_run
def test_a_section_and_its_landing_are_those_of_the_loss(name: str) -> None:
    """The parabola through the current point is the loss with the other parameters held, and so is the ring."""
    run, loaded = descended(*TELLING[name])
    for parameter, row in zip(shown_parameters(run.settings.data), cut_frames(run, loaded), strict=True):
        for i, frames in enumerate(row):
            this = frames["this"]
            for update in (0, 3):
                theta = run.history.path[i, update]
                here, slope, loss = (numbers(only(this, column))[update] for column in ("x", "slope", "loss"))
                assert here == pytest.approx(theta[parameter], rel=1e-6)
                step = -run.settings.rates[i] * slope
                landing = theta + step * np.eye(len(theta))[parameter]
                told = loss + slope * step + only(this, "bend") / 2 * step**2
                assert told == pytest.approx(float(loaded.train.value(landing[None])[0]), rel=1e-4)


def test_the_course_s_arrows_are_as_long_as_rate_times_slope() -> None:
    """Figures 10 to 12: from the start, the step along b and along w."""
    b, w = cut_frames(*descended(*COURSE))
    for i, rate in enumerate((0.2, 0.8, 1.1)):
        for row, slope in ((b, -3.044811379650508), (w, -1.8337537171510832)):
            assert rate * numbers(only(row[i]["this"], "slope"))[0] == pytest.approx(rate * slope, rel=1e-6)


@every_run
def test_every_rate_and_border_is_on_the_strip_where_it_belongs(name: str) -> None:
    run, loaded = descended(*TELLING[name])
    frames = regime_frames(run.settings.rates, loaded)
    bands, marks, borders = frames["bands"], frames["marks"], frames["borders"]
    span = rate_span(run.settings.rates, loaded)
    assert bands["regime"].tolist() == ["crawling", "direct", "zigzag", "divergent"]
    assert (bands["a"][0], bands["b"][-1]) == (span.low, span.high)
    assert bands["a"][1:].tolist() == bands["b"][:-1].tolist()
    steepest = loaded.curvature.eigenvalues[-1]
    assert bands["b"][:-1] == pytest.approx(np.array([0.5, 1, 2]) / steepest)
    for rate, fate in zip(marks["rate"], run.fates, strict=True):
        inside = bands["regime"][(bands["a"] <= rate) & (rate <= bands["b"])]
        assert fate.predicted in inside
    assert {f"{rate:.4g}" for rate in borders["rate"]} >= {f"{1 / steepest:.4g}", f"{2 / steepest:.4g}"}


def test_course_b_s_borders_are_named_with_their_figures() -> None:
    names = " ".join(regime_frames((0.2, 0.8, 1.1), descended(*COURSE)[1])["borders"]["name"])
    for figure in ("0.4028", "0.7593", "0.8055", "0.5066"):
        assert figure in names


def test_a_name_without_room_is_shortened() -> None:
    run, loaded = descended("line", (0.0001, 0.2))
    names = regime_frames(run.settings.rates, loaded)["borders"]["name"].tolist()
    assert "best 0.7593" in names
    assert "best 2/(λmin + λmax) = 0.7593" not in names


@pytest.mark.parametrize(
    "places", [[10, 500], [500, 501, 502], [0, 0, 0], [100, 100, 100, 100, 100], [3, 1, 2], [5], [40, 90, 10]]
)
def test_labels_are_moved_apart_within_the_ends_and_keep_their_order(places: list[float]) -> None:
    width = 20.0
    moved = apart(places, [width] * len(places), 0, 100 if max(places) <= 100 else 1000)
    order = np.argsort(places, kind="stable")
    assert (np.diff(np.array(moved)[order]) >= width - 1e-6).all()
    assert min(moved) >= width / 2 - 1e-6
    for place, at in zip(places, moved, strict=True):
        assert abs(place - at) <= width * len(places)


def test_the_unscaled_data_have_rates_in_view_too() -> None:
    run, loaded = descended(*UNSCALED)
    span = rate_span(run.settings.rates, loaded)
    assert all(span.low < rate < span.high for rate in run.settings.rates)


@every_run
def test_above_a_panel_stand_its_rate_its_regime_and_its_fate(name: str) -> None:
    run, loaded = descended(*TELLING[name])
    steepest = loaded.curvature.eigenvalues[-1]
    for i, frames in enumerate(panel_frames(run)):
        rate = run.settings.rates[i]
        reach = rate * steepest
        regime = "crawling" if reach < 0.5 else "direct" if reach <= 1 else "zigzag" if reach < 2 else "divergent"
        sign, *told = str(only(frames["this"], "title")).split(" ")
        assert (sign, float(told[0]), told[1]) == (LANES[i].sign, rate, regime)
        fate = str(only(frames["this"], "fate"))
        excess = run.history.loss[i] - loaded.best_loss
        if regime == "divergent":
            assert fate == f"error ×{reach - 1:.3g} a step"
        elif (excess <= excess[0] / 100).any():
            assert fate == f"1 % left after {int((excess <= excess[0] / 100).argmax()):,}"
        else:
            assert fate.startswith(("1 % left after", "not in"))
