"""Noise at a saddle, time on plateaus, and one weight with two valleys: recomputed by hand, and told truthfully."""

import math

import numpy as np
import pytest

from gd_core import NEVER, three_points
from gd_ui.beyond_convex.findings import minus, percent
from gd_ui.beyond_convex.noise import LEFT, SEEDS, START, UPDATES, NoiseSettings, course_chain, run_noise
from gd_ui.beyond_convex.plateau import CAP, CHAINS, PlateauSettings, run_plateaus
from gd_ui.beyond_convex.series import escape_frames, stay_loss_frames, stay_time_frames, well_frames
from gd_ui.beyond_convex.starts import CELLS, DIVERGED, ON_THE_WAY
from gd_ui.beyond_convex.well import (
    MAP_UPDATES,
    WELL,
    WellSettings,
    leaves_the_top,
    rates,
    run_well,
    run_well_map,
    starts,
)
from gd_ui.beyond_convex.words import case_title, noise_findings, noise_table, plateau_findings, well_findings

POINTS = [(1.0, 2.0), (2.0, 4.0), (3.0, 6.0)]
AT_SADDLE = sum(y * y for _, y in POINTS) / 3


def stochastic(strength: float, rate: float, seed: int) -> tuple[int, float]:
    """Return when one run, written out, has left the saddle (or NEVER), and how far it ever was from the line."""
    rows = [(x, y, z) for x, y in POINTS for z in ((strength, -strength) if strength else (0.0,))]
    w1, w2 = START
    rng = np.random.default_rng(seed)
    order: list[int] = []
    left, far = NEVER, 0.0
    for update in range(1, UPDATES + 1):
        if not order:
            order = rng.permutation(len(rows)).tolist()
        x, y, z = rows[order.pop(0)]
        miss = w1 * w2 * x + (w1 + w2) * z - y
        w1, w2 = w1 - rate * 2 * miss * (w2 * x + z), w2 - rate * 2 * miss * (w1 * x + z)
        loss = sum((w1 * w2 * x + (w1 + w2) * z - y) ** 2 for x, y, z in rows) / len(rows)
        far = max(far, abs(w1 + w2))
        if left == NEVER and loss < LEFT * AT_SADDLE:
            left = update
    return left, far


def test_escapes_are_those_of_runs_written_out() -> None:
    noise = run_noise(NoiseSettings(0.01, 0.1))
    for case in (noise.course, noise.pushed, noise.weaker[0]):
        for seed in (0, 7, SEEDS - 1):
            left, far = stochastic(case.strength, 0.01, seed)
            assert case.left_at[seed] == left
            assert far <= case.farthest * (1 + 1e-9)


@pytest.mark.parametrize(("rate", "strength"), [(0.001, 0.3), (0.0073, 1e-6), (0.02, 0.0123)])
def test_on_the_course_s_saddle_no_rate_ever_leaves_the_line(rate: float, strength: float) -> None:
    noise = run_noise(NoiseSettings(rate, strength))
    assert noise.course.farthest == 0
    assert noise.batch.farthest == 0
    assert len(noise.course.left) == len(noise.batch.left) == 0
    assert noise.pushed.farthest > 0


def test_the_noise_is_told_with_its_quantiles() -> None:
    noise = run_noise(NoiseSettings(0.01, 0.1))
    cannot, can, batch = noise_findings(noise)
    assert f"0 of {SEEDS}" in cannot
    assert "exactly 0 in every run" in cannot
    times = sorted(stochastic(0.1, 0.01, seed)[0] for seed in range(SEEDS))
    assert NEVER not in times
    low, middle, high = (times[math.ceil(share * (SEEDS - 1))] for share in (0.1, 0.5, 0.9))
    assert f"after {middle} updates (10–90 %: {low} to {high})" in can
    assert f"{SEEDS} of {SEEDS} left" in can
    assert "10 times weaker helps as well" in can
    assert "did not leave and was never off the line" in batch
    assert "Text A's claim holds where" in batch
    assert case_title(noise.course, "Course A") == f"**Course A**: 0 of {SEEDS} left"


def test_noise_too_weak_for_the_time_is_told_as_such() -> None:
    noise = run_noise(NoiseSettings(0.001, 1e-6))
    cannot, can, batch = noise_findings(noise)
    assert f"0 of {SEEDS} left within {UPDATES:,} updates, {SEEDS} did not" in can
    assert "median" not in can
    assert "claim" not in batch
    assert cannot
    assert escape_frames(noise)["this"]["right"][0] == UPDATES


def test_some_that_did_not_leave_are_counted() -> None:
    noise = run_noise(NoiseSettings(0.001, 0.1))
    stayed = int((noise.pushed.left_at == NEVER).sum())
    assert 0 < stayed < SEEDS / 10
    assert f"{stayed} did not within {UPDATES:,}" in noise_findings(noise)[1]


def test_the_table_has_every_case() -> None:
    noise = run_noise(NoiseSettings(0.01, 0.1))
    table = noise_table(noise)
    assert list(table["Left"]) == [f"0 of {SEEDS}", *[f"{SEEDS} of {SEEDS}"] * 3, "0 of 1"]
    assert table["Farthest |w₁ + w₂|"].iloc[[0, -1]].tolist() == ["0", "0"]


def test_shares_that_have_left_end_at_all_of_them() -> None:
    lines = escape_frames(run_noise(NoiseSettings(0.01, 0.1)))["lines"]
    for name in set(lines["series"].tolist()):
        heights = lines["y"][lines["series"] == name]
        assert (np.diff(heights) >= 0).all()
        assert heights[-1] == (0 if name == "batch" else 1)


def leaves(weights: int, rate: float, start: float) -> int:
    """Return when a chain of equal weights, written out, has left its plateau, or NEVER."""
    w = start
    for update in range(CAP + 1):
        if sum((w**weights * x - y) ** 2 for x, y in POINTS) / 3 < LEFT * AT_SADDLE:
            return update
        slope = sum(2 * (w**weights * x - y) * x for x, y in POINTS) / 3
        w -= rate * slope * w ** (weights - 1)
    return NEVER


@pytest.mark.parametrize(("rate", "start"), [(0.01, 0.1), (0.003, 0.3), (0.001, 0.001)])
def test_time_on_the_plateau_is_that_of_runs_written_out(rate: float, start: float) -> None:
    found = run_plateaus(PlateauSettings(rate, start))
    for stay in found.stays:
        expected = [leaves(stay.weights, rate, float(d)) for d in found.starts]
        assert stay.left_at.tolist() == expected
    assert tuple(stay.weights for stay in found.stays) == CHAINS
    assert found.curvature == pytest.approx(2 * (2 + 8 + 18) / 3)


@pytest.mark.parametrize("rate", [0.01, 0.001])
def test_the_prediction_from_the_slope_alone_is_close(rate: float) -> None:
    found = run_plateaus(PlateauSettings(rate, 0.1))
    for stay in found.stays:
        seen = stay.left_at != NEVER
        late = stay.left_at[seen] - stay.predicted[seen]
        assert (late > -1).all()  # the slope near the middle is the steepest of the way
        assert (late < 12 + 0.2 / rate).all()
    two = found.stays[0]
    steps = np.log(found.starts[-1] / found.starts[1]) / np.log1p(rate * found.curvature)
    assert two.left_at[1] - two.left_at[-1] == pytest.approx(steps, rel=0.02, abs=3)


@pytest.mark.parametrize(("rate", "start"), [(0.01, 0.1), (0.001, 0.001), (0.01, 0.5)])
def test_the_plateaus_are_told_with_their_numbers(rate: float, start: float) -> None:
    found = run_plateaus(PlateauSettings(rate, start))
    sentences = plateau_findings(found)
    assert len(sentences) == 3
    for stay in found.stays:
        at = leaves(stay.weights, rate, start)
        told = f"not gone within {CAP:,}" if at == NEVER else f"{at:,} updates (predicted"
        assert told in sentences[0]
    assert f"{1 + rate * found.curvature:.4g}" in sentences[1]
    assert sum(int((stay.left_at != NEVER).sum()) for stay in found.stays) == int(sentences[2].split()[2])


def test_points_stand_on_the_chart_where_they_were_measured() -> None:
    found = run_plateaus(PlateauSettings(0.01, 0.1))
    points = stay_time_frames(found)["points"]
    assert len(points["x"]) == sum(int((stay.left_at[1:] != NEVER).sum()) for stay in found.stays)
    for frames in (stay_time_frames(found), stay_loss_frames(found)):
        for table in frames.values():
            assert all(column.dtype.kind in "US" or np.isfinite(column).all() for column in table.values())
    assert stay_time_frames(found)["lines"]["y"].min() >= 1


def rolled(start: float, rate: float, updates: int) -> float:
    w = start
    for _ in range(updates):
        if abs(w) > 1e50:
            return math.inf
        w -= rate * (4 * w * (w * w - 1) + 0.3)
    return w


def test_cells_of_the_map_end_as_runs_written_out() -> None:
    found = run_well_map()
    (deep,), (other,) = WELL.minima
    rng = np.random.default_rng(0)
    for row, column in rng.integers(0, CELLS, (150, 2)).tolist():
        rate, start = float(rates()[CELLS - 1 - row]), float(starts()[column])
        ends = [rolled(start, rate, updates) for updates in (MAP_UPDATES, MAP_UPDATES + 1)]
        if found.fates[row, column] == DIVERGED:
            assert max(map(abs, ends)) > 1e3
        elif found.fates[row, column] == ON_THE_WAY:
            assert any(min(abs(end - deep), abs(end - other)) > 0.0099 for end in ends)
        else:
            floor = (deep, other)[found.fates[row, column]]
            assert all(abs(end - floor) < 0.0101 for end in ends)


@pytest.mark.parametrize("rate", [0.005, 0.05, 0.2, 0.24, 0.3, 0.4, 0.5])
@pytest.mark.parametrize("start", [-2.0, -0.5, 0.075, 0.5, 2.0])
def test_the_one_run_is_told_truthfully(start: float, rate: float) -> None:
    run = run_well(WellSettings(start, rate))
    sentence = well_findings(run, run_well_map())[0]
    end = rolled(start, rate, MAP_UPDATES)
    (deep,), (other,) = WELL.minima
    if abs(end) > 1e3:
        assert "diverges" in sentence
    elif "settled in neither" not in sentence:
        near = deep if abs(end - deep) < abs(end - other) else other
        assert f"w = {minus(near)}" in sentence
        assert abs(end - near) < 0.011
        assert ("a local minimum, not the global one" in sentence) == (near == other)
    for table in well_frames(run).values():
        assert all(column.dtype.kind in "US" or np.isfinite(column).all() for column in table.values())


def test_the_map_s_shares_and_the_first_jump_are_told() -> None:
    found = run_well_map()
    sentence = well_findings(run_well(WellSettings(0.5, 0.05)), found)[1]
    for fate in (0, 1, DIVERGED, ON_THE_WAY):
        assert percent(float((found.fates == fate).mean())) in sentence
    ((top,),) = WELL.saddles
    jumps = [
        rates()[CELLS - 1 - row]
        for row in range(CELLS)
        for fate, side in ((0, starts() > top), (1, starts() < top))
        if (found.fates[row][side] == fate).any()
    ]
    assert f"from rate {min(jumps):.2g} on" in sentence
    assert (found.fates[-1] == np.where(starts() < top, 0, 1)).all()


@pytest.mark.parametrize("rate", [0.005, 0.05, 0.1, 0.3, 0.5])
def test_a_start_on_the_very_top_is_told_truthfully(rate: float) -> None:
    ((top,),) = WELL.saddles
    slope, left = leaves_the_top(rate)
    sentence = well_findings(run_well(WellSettings(0.5, rate)), run_well_map())[2]
    if top - rate * slope == top:
        assert left == NEVER
        assert "lost in rounding, and the run stays for good" in sentence
    else:
        assert abs(rolled(top, rate, left) - top) > 0.0099
        assert f"has left after {left:,} updates" in sentence


def test_the_points_are_the_course_s() -> None:
    data = three_points()
    assert [(float(x), float(y)) for x, y in zip(data.x[:, 0], data.y[:, 0], strict=True)] == POINTS
    assert course_chain(0.0).value(np.zeros((1, 2)))[0] == pytest.approx(AT_SADDLE)
