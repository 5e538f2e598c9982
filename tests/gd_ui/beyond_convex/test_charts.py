"""Templates of the page on what is not convex read exactly what is sent."""

import functools
import json

import numpy as np
import pytest

from gd_ui.beyond_convex.charts import templates
from gd_ui.beyond_convex.frames import (
    BAND_RATIO,
    HIDDEN,
    basin_frames,
    fall_frames,
    flock_frames,
    levels,
    path_table,
    slot_of,
)
from gd_ui.beyond_convex.lands import LANDS, land
from gd_ui.beyond_convex.noise import NoiseSettings, run_noise
from gd_ui.beyond_convex.plateau import PlateauSettings, run_plateaus
from gd_ui.beyond_convex.series import (
    escape_frames,
    noise_map_frames,
    stay_loss_frames,
    stay_time_frames,
    well_frames,
    well_map_frames,
)
from gd_ui.beyond_convex.starts import CELLS, DIVERGED, WIDE, Flock, Runs, run_basins, run_flock
from gd_ui.beyond_convex.well import HALF, HIGHEST, LOWEST, WellSettings, height_of, run_well, run_well_map
from gd_ui.charts.ground import LEVELS
from gd_ui.charts.packed import GRAIN
from gd_ui.charts.template import STEP, Frames
from tests.gd_ui.specs import columns_read, expressions, names_read

every_template = pytest.mark.parametrize("name", templates())
MADE = {"outline", "stops", "corners", "text"}
"""Columns that a template makes itself."""
PLAYING = {"flock", "falls"}


@functools.cache
def flown(name: str = "tilted himmelblau", rate: float | None = None, updates: int = 100) -> Runs:
    return run_flock(Flock(name, rate or land(name).learning_rate, "gd", "grid", updates))


@functools.cache
def all_sent() -> dict[str, Frames]:
    """Return what the page sends to every template."""
    noise = run_noise(NoiseSettings(0.01, 0.1))
    stays = run_plateaus(PlateauSettings(0.01, 0.1))
    well = run_well(WellSettings(0.5, 0.05))
    runs = flown()
    return {
        "flock": flock_frames(runs),
        "basins": basin_frames(run_basins(runs.flock.land, runs.flock.rate, "gd"), runs),
        "falls": fall_frames(runs),
        "still": noise_map_frames(noise.pushed),
        "escapes": escape_frames(noise),
        "stay loss": stay_loss_frames(stays),
        "stay time": stay_time_frames(stays),
        "well": well_frames(well),
        "well map": well_map_frames(run_well_map(), well),
    }


@every_template
def test_a_template_reads_exactly_the_data_that_are_sent(name: str) -> None:
    assert names_read(templates()[name]) == set(all_sent()[name])


@every_template
def test_a_template_reads_only_columns_that_are_sent(name: str) -> None:
    sent = all_sent()[name]
    for table, columns in columns_read(templates()[name]).items():
        assert columns - MADE <= set(sent[table]), table


@every_template
def test_only_charts_that_move_have_a_frame_to_move(name: str) -> None:
    bound = [param["name"] for param in templates()[name]["params"] if "bind" in param]
    assert bound == ([STEP] if name in PLAYING else [])


@every_template
def test_names_in_expressions_are_declared(name: str) -> None:
    spec = templates()[name]
    declared = {param["name"] for param in spec["params"]}
    for word in ("grain", "cell", "corner_x", "corner_y"):
        if any(f"{word} *" in text or f" {word})" in text or text == word for text in expressions(spec["layer"])):
            assert word in declared


def test_colour_is_never_the_only_sign_of_an_end() -> None:
    runs = all_sent()["flock"]["runs"]
    looks = set(zip(runs["slot"].tolist(), runs["sign"].tolist(), strict=True))
    assert len(looks) == len({slot for slot, _ in looks}) == len({sign for _, sign in looks}) > 1
    signs = all_sent()["basins"]["signs"]
    assert {slot for slot, _ in looks} <= set(signs["slot"].tolist())


@pytest.mark.parametrize("name", LANDS)
@pytest.mark.parametrize("rate", [1e-5, None, 1.0])
def test_numbers_sent_are_finite_at_any_rate(name: str, rate: float | None) -> None:
    runs = flown(name, rate, 60)
    basins = run_basins(name, runs.flock.rate, "gd")
    for frames in (flock_frames(runs), basin_frames(basins, runs), fall_frames(runs)):
        for table in frames.values():
            for column in table.values():
                assert column.dtype.kind in "Ub" or np.isfinite(column).all()
    this = {name: column[0] for name, column in fall_frames(runs)["this"].items()}
    assert 0 < this["bottom"] < this["ceiling"]


def test_a_path_goes_through_every_update_of_its_run() -> None:
    runs = flown()
    on = land(runs.flock.land)
    sent = flock_frames(runs)["runs"]
    for path, text, lengths in zip(runs.history.path, sent["path"], sent["lengths"], strict=True):
        drawn = np.array([corner.split(",") for corner in text.split(" ")], dtype=float) / GRAIN * [1, -1]
        places = (path - on.centre) / on.half
        np.testing.assert_allclose(drawn, places[: len(drawn)], atol=0.51 / GRAIN)
        assert np.abs(places[len(drawn) :] - drawn[-1]).max(initial=0) < HIDDEN
        walked = np.hypot(*np.diff(drawn, axis=0).T).cumsum()
        np.testing.assert_allclose(np.array(lengths.split(" "), dtype=float)[1:] / GRAIN, walked, atol=1 / GRAIN)


def test_a_run_that_diverges_is_drawn_as_lost() -> None:
    on = land("himmelblau")
    runs = flown("himmelblau", 0.05)
    table = path_table(runs.history.path, runs.fates, on)
    assert table["lost"].tolist() == (runs.fates == DIVERGED).tolist()
    assert table["lost"].any()
    assert slot_of(DIVERGED) not in {slot_of(fate) for fate in range(len(on.valleys))}


@pytest.mark.parametrize("name", LANDS)
def test_areas_of_a_map_nest_and_hold_what_is_lower(name: str) -> None:
    sent = levels(name)
    assert sent["level"].tolist() == sorted(sent["level"].tolist(), reverse=True)
    assert sent["level"][0] == LEVELS
    assert sum(map(len, sent["path"])) < 40_000


@pytest.mark.parametrize("name", LANDS)
def test_a_place_is_within_an_area_exactly_if_it_is_lower(name: str) -> None:
    """So hills among valleys are holes. Windings of all outlines of an area around a place add up to zero outside."""
    on = land(name)
    along = np.linspace(-1, 1, 141)
    grid = np.stack(np.meshgrid(on.centre[0] + on.half * along, on.centre[1] + on.half * along), axis=-1)
    top = float(on.loss.value(grid.reshape(-1, 2)).max()) - on.valleys[0].height
    sent = levels(name)
    checked = 0
    for place in np.random.default_rng(0).uniform(-0.95, 0.95, (25, 2)):
        height = float(on.loss.value((on.centre + on.half * place)[None])[0]) - on.valleys[0].height
        for level, path in zip(sent["level"].tolist()[1:], sent["path"].tolist()[1:], strict=True):
            share = height / (top / BAND_RATIO ** (LEVELS - 1 - level))
            if not 0.8 < share < 1.25:
                windings = [_winding(_corners(ring), place * GRAIN * [1, -1]) for ring in path.split("M")[1:]]
                assert (sum(windings) != 0) == (share < 1)
                checked += 1
    assert checked > 150


def _corners(ring: str) -> np.ndarray:
    return np.array([corner.split(",") for corner in ring.rstrip("Z").split("L")], dtype=float)


def _winding(corners: np.ndarray, place: np.ndarray) -> int:
    angles = np.unwrap(np.arctan2(*(np.vstack([corners, corners[:1]]) - place).T))
    return round(float(angles[-1] - angles[0]) / (2 * np.pi))


def test_a_curve_of_losses_is_the_run_s() -> None:
    runs = flown()
    on = land(runs.flock.land)
    falls = fall_frames(runs)["falls"]
    this = fall_frames(runs)["this"]
    for run, at, loss in zip(falls["run"].tolist(), falls["at"].tolist(), falls["loss"].tolist(), strict=True):
        above = float(runs.history.loss[run, int(at)]) - on.valleys[0].height
        assert loss == pytest.approx(max(above, loss if above <= this["bottom"][0] * 2 else above))


def test_signs_strewn_over_the_map_tell_their_cells() -> None:
    runs = flown()
    basins = run_basins(runs.flock.land, runs.flock.rate, "gd")
    signs = basin_frames(basins, runs)["signs"]
    columns, rows = (signs["across"] / WIDE).astype(int), signs["down"].astype(int)
    assert signs["slot"].tolist() == [slot_of(fate) for fate in basins.fates[rows, columns].tolist()]
    assert rows.max() < CELLS


def test_rates_stand_on_a_log_axis() -> None:
    middle = (LOWEST * HIGHEST) ** 0.5
    assert [height_of(rate) for rate in (LOWEST, middle, HIGHEST)] == pytest.approx([-HALF, 0, HALF], abs=1e-12)
    ticks = json.dumps(templates()["well map"])
    assert f"{height_of(0.1)}" in ticks
