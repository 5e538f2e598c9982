"""The tables of the features charts: exact contours, shared frames, morphs and the leak."""

import numpy as np
import pytest

from gd_core import SCALINGS
from gd_core.curvature import REGIMES
from gd_ui.charts.ground import LEVELS
from gd_ui.charts.packed import GRAIN
from gd_ui.features.contours import rings, shared_levels
from gd_ui.features.frames import detail_frames, regime_bands, rounded, span_of, study_frames
from gd_ui.features.leak import leak, leak_frames
from gd_ui.features.morph import BETWEEN, LAST, NAMED, morph, morph_frames, scaler_at
from gd_ui.features.sets import first_rows, whole
from gd_ui.features.study import SCALERS, study, variants
from tests.gd_ui.features.test_study import settings


@pytest.mark.parametrize("scaling", SCALERS)
def test_a_contour_is_where_the_loss_is_its_level(scaling: str) -> None:
    for v in variants("line", scaling, 80):
        levels = np.geomspace(0.01, 30, LEVELS)
        land = rings(v, levels, v.best[::-1])
        for level, height in enumerate(levels):
            ring = land["level"] == level
            theta = np.stack([land["y"][ring], land["x"][ring]], axis=-1).astype(float)
            assert v.train.value(theta) - v.best_loss == pytest.approx(np.full(len(theta), height), rel=2e-3)
        assert set(land["level"]) == set(range(LEVELS + 1))
        assert land["piece"].tolist() == sorted(land["piece"])


def test_all_maps_share_one_grid_and_its_levels() -> None:
    found = study(settings())
    frames = study_frames(found)
    rows = [frames[f"map {number}"]["this"] for number in (1, 2, 3)]
    for name in ("centre_a", "centre_b", "half"):
        assert len({float(row[name][0]) for row in rows}) == 1
    for row, run in zip(rows, found.runs, strict=True):
        for point in (run.variant.start, run.variant.best):
            assert abs(point[1] - row["centre_a"][0]) < row["half"][0]
            assert abs(point[0] - row["centre_b"][0]) < row["half"][0]
    # the course's grid is six units wide; ours is about as wide
    assert 2.5 < rows[0]["half"][0] < 3.5


def test_a_packed_path_leads_from_the_start_to_where_the_run_is() -> None:
    found = study(settings())
    frames = study_frames(found)["map 1"]["this"]
    centre, half = np.array([frames["centre_a"][0], frames["centre_b"][0]]), frames["half"][0]
    places = np.array([[float(part) for part in point.split(",")] for point in frames["path_lane_1"][0].split()])
    expected = (found.runs[0].path[:, ::-1] - centre) / half
    assert places[:, 0] == pytest.approx(GRAIN * expected[:, 0], abs=1)
    assert places[:, 1] == pytest.approx(-GRAIN * expected[:, 1], abs=1)


@pytest.mark.parametrize("rate", [1e-4, 0.5, 3.0])
def test_the_strip_holds_every_rate_and_limit_and_its_bands_are_the_regimes(rate: float) -> None:
    found = study(settings(learning_rate=rate))
    low, high = span_of(found)
    for run in found.runs:
        assert low < run.learning_rate < high
        assert low < run.variant.limit < high
        bands = regime_bands(run.variant, low, high)
        assert bands["share"].sum() == pytest.approx(1)
        assert set(bands["regime"]) <= set(REGIMES)
        for regime, middle in zip(bands["regime"], bands["middle"], strict=True):
            assert run.variant.curvature.regime(float(middle)) == regime


@pytest.mark.parametrize(
    "case", [{}, {"learning_rate": 3.0}, {"rows": 1}, {"data": "wine"}, {"data": "wine", "rows": 1}]
)
def test_nothing_that_is_sent_is_missing_or_beyond_a_browser(case: dict[str, object]) -> None:
    found = study(settings(**case))  # type: ignore[arg-type]
    details = detail_frames(found) if len(found.best) == 2 else {}
    for frames in [*study_frames(found).values(), *details.values(), leak_frames(leak(found), found)]:
        for table in frames.values():
            assert len({len(column) for column in table.values()}) == 1
            for column in table.values():
                if column.dtype.kind == "f":
                    assert np.isfinite(column).all()
                    assert np.abs(column).max(initial=0) < 1e31


def test_the_loss_curve_is_the_runs_and_leaves_the_chart_where_the_run_does() -> None:
    found = study(settings())
    losses = study_frames(found)["losses"]
    this, rows = losses["this"], losses["loss"]
    for run in found.runs:
        mine = rows["slot"] == run.variant.lane.slot
        above = run.history.loss[0, rows["step"][mine]] - run.variant.best_loss
        shown = np.clip(above, this["bottom"][0], 1e30)
        assert rows["above"][mine] == pytest.approx(shown, rel=1e-6)
    lost = rows["above"][rows["slot"] == found.runs[1].variant.lane.slot]
    assert (lost[:-1] <= this["ceiling"][0]).all()
    assert lost[-1] > this["ceiling"][0]


def test_the_error_left_shrinks_by_the_factor_sent() -> None:
    found = study(settings("wine", steps=7))
    rows = study_frames(found)["directions"]["directions"]
    for run in found.runs:
        mine = rows["slot"] == run.variant.lane.slot
        vectors = run.variant.curvature.eigenvectors[:, ::-1]
        error = (run.path - run.variant.best) @ vectors
        expected = rows["factor"][mine] ** 7 * error[0]
        assert error[7] == pytest.approx(expected, rel=1e-5, abs=1e-6 * np.abs(error).max())


def test_curvatures_of_columns_are_twice_their_mean_squares() -> None:
    found = study(settings("wine", steps=1))
    rows = study_frames(found)["steepness"]["columns"]
    x = found.runs[0].variant.train.x
    mine = rows["slot"] == found.runs[0].variant.lane.slot
    assert rows["steepness"][mine] == pytest.approx([*(2 * (x**2).mean(axis=0)), 2], rel=1e-9)


def test_a_section_is_the_loss_along_one_parameter() -> None:
    found = study(settings())
    for parameter, name in ((0, "section w"), (1, "section b")):
        rows = detail_frames(found)[name]["curves"]
        for run in found.runs:
            mine = rows["slot"] == run.variant.lane.slot
            theta = np.tile(run.variant.best, (int(mine.sum()), 1))
            theta[:, parameter] = rows["value"][mine]
            assert rows["loss"][mine] == pytest.approx(run.variant.train.value(theta), rel=1e-4, abs=1e-5)


def test_the_morph_goes_from_a_tenth_through_ten_times_to_scaled() -> None:
    final = SCALINGS["standardise"](whole("line").x[whole("line").train])
    factors = [1 / scaler_at(frame, final).scale[0] for frame in (0, BETWEEN, 2 * BETWEEN)]
    assert factors == pytest.approx([0.1, 1, 10])
    assert scaler_at(LAST, final).shift == pytest.approx(final.shift)
    assert scaler_at(LAST, final).scale == pytest.approx(final.scale)
    assert list(NAMED) == [0, BETWEEN, 2 * BETWEEN, LAST]
    shown = morph("line", "standardise", 80)
    named = [shown.scales[frame].run.variant for frame in (BETWEEN, 2 * BETWEEN, LAST)]
    assert [round(v.kappa, 1) for v in named] == [16.4, 111.9, 1.0] or [round(v.kappa) for v in named] == [16, 112, 1]
    assert [v.limit for v in named] == pytest.approx([0.8055, 0.0309, 1.0], abs=6e-5)


@pytest.mark.parametrize("scaling", SCALERS)
def test_the_browser_maps_the_contours_to_those_of_every_scale(scaling: str) -> None:
    shown = morph("line", scaling, 80)
    frames = morph_frames("line", scaling, 80, 0.5)["morph map"]
    scales, land = frames["scales"], frames["bands"]
    levels = shared_levels(
        [shown.scales[f].run.variant for f in (BETWEEN, 2 * BETWEEN, LAST)], frames["this"]["half"][0]
    )
    for frame in (0, 7, 20, 40, 51, LAST):
        v = shown.scales[frame].run.variant
        for level in (0, 5, LEVELS - 1):
            ring = land["level"] == level
            b = land["x"][ring] + scales["shift"][frame] * land["y"][ring].astype(float)
            w = scales["scale"][frame] * land["y"][ring].astype(float)
            above = v.train.value(v.best + np.stack([w, b], axis=-1)) - v.best_loss
            assert above == pytest.approx(np.full(len(above), levels[level]), rel=1e-2)


def test_the_fitted_line_is_the_same_at_every_scale() -> None:
    table = morph_frames("line", "standardise", 80, None)["morph data"]["scales"]
    assert len(set(table["line_told"].tolist())) == 1


def test_the_leak_moves_values_more_the_fewer_rows_train() -> None:
    moved = [leak(study(settings(rows=rows))).moved for rows in (3, 80)]
    assert moved[0] > moved[1] > 0
    found = leak(study(settings()))
    data = first_rows(whole("line"), 80)
    everything = data.x[np.concatenate([data.train, data.validation])]
    assert found.leaky.variant.scaler.shift == pytest.approx(everything.mean(axis=0))
    assert found.honest.variant.scaler.shift == pytest.approx(data.x[data.train].mean(axis=0))
    assert found.same_line
    frames = leak_frames(found, study(settings()))
    gap = np.abs(frames["held_out"]["honest"] - frames["held_out"]["leaked"]).max()
    assert gap == pytest.approx(found.moved, rel=1e-5)


@pytest.mark.parametrize(
    ("value", "text"),
    [(16.41, "16.41"), (0.80554, "0.8055"), (-31.41, "−31.41"), (4147.2, "4,147"), (float("inf"), "∞"), (0.0, "0")],
)
def test_numbers_are_written_short(value: float, text: str) -> None:
    assert rounded(value) == text


def test_a_path_that_no_map_could_show_is_said_to_be_outside() -> None:
    table = morph_frames("line", "standardise", 80, None)["morph map"]["scales"]
    assert "path outside" in table["told"][0]
    for frame in (BETWEEN, 2 * BETWEEN, LAST):
        assert "outside" not in table["told"][frame]


def test_the_one_rate_is_drawn_against_the_limits_only_if_there_is_one() -> None:
    for rate, drawn in ((0.3, 0.3), (None, 0.0)):
        assert morph_frames("line", "standardise", 80, rate)["morph limit"]["this"]["rate"].tolist() == [drawn]


def test_above_a_map_stand_its_unit_its_limits_and_its_fate() -> None:
    found = study(settings())
    frames = study_frames(found)
    maps = [frames[f"map {number}"]["this"] for number in (1, 2, 3)]
    assert [this["title"][0] for this in maps] == ["● original x", "■ x × 10", "▲ standardised"]
    assert [this["limits"][0] for this in maps] == [
        "κ 16.4 · limit 0.8055",
        "κ 112 · limit 0.03085",
        "κ 1 · limit 1",
    ]
    for this, run in zip(maps, found.runs, strict=True):
        above = run.history.loss[0] - run.variant.best_loss
        arrived = above <= above[0] / 100
        steps = int(arrived.argmax()) if arrived.any() else None
        ends = "never arrives" if steps is None else f"arrives in {steps} step{'' if steps == 1 else 's'}"
        assert this["fate"][0] == f"{run.regime} at {rounded(run.learning_rate, 3)}: {ends}"
