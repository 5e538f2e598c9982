"""Maps are true to the loss, hold what should be seen, and do not follow a run to infinity."""

import dataclasses

import numpy as np
import pytest

from gd_ui.batch_sizes.framing import Framing, View, frame
from gd_ui.batch_sizes.race import Race
from gd_ui.charts.bands import bands, simplified
from gd_ui.charts.ground import LEVELS
from gd_ui.datasets import CATALOGUE, Loaded, load
from gd_ui.land import BAND_RATIO, WIDEST
from gd_ui.methods import BATCH, METHODS, STOCHASTIC
from tests.gd_ui.batch_sizes.races import BALL, EXACT, FATAL, HOPELESS, PATIENTS, raced

MAPS = {
    "line": ({}, View()),
    "line, zoomed": (BALL, View(zoom=True)),
    "thousand points": ({"data": "thousand points"}, View()),
    "diverging": (FATAL, View()),
    "all diverging": (HOPELESS, View()),
    "patients": (PATIENTS, View(plane=(2, 3))),
    "patients, other weights": (PATIENTS, View(plane=(10, 4))),
    "patients, principal plane": (PATIENTS, View(plane=None)),
    "unscaled, principal plane": ({"data": "diabetes unscaled"}, View(plane=None)),
}
every_map = pytest.mark.parametrize(("changes", "view"), MAPS.values(), ids=MAPS)


def framed(changes: dict, view: View) -> tuple[Framing, Race, Loaded]:
    run, loaded = raced(**changes)
    return frame(run, loaded, view), run, loaded


def heights(framing: Framing, loaded: Loaded, points: np.ndarray) -> np.ndarray:
    """Loss above the best at points (..., 2) of a map, from the objective itself."""
    flat = framing.plane.lift(points).reshape(-1, len(loaded.best))
    return (loaded.train.value(flat) - loaded.best_loss).reshape(points.shape[:-1])


def rings(framing: Framing, colour: int) -> list[np.ndarray]:
    """Return the rings (V, 2) of one band."""
    land = framing.land
    chosen = land["level"] == colour
    pieces = np.unique(land["piece"][chosen])
    return [np.stack([land["x"], land["y"]], axis=1)[land["piece"] == piece].astype(float) for piece in pieces]


def inside(points: np.ndarray, ring: np.ndarray) -> np.ndarray:
    """Whether points (N, 2) lie in a ring: a ray to the right crosses its edges an odd number of times."""
    (x0, y0), (x1, y1) = ring.T, np.roll(ring, -1, axis=0).T
    px, py = points[:, 0, None], points[:, 1, None]
    with np.errstate(divide="ignore", invalid="ignore"):
        crossing = x0 + (py - y0) * (x1 - x0) / (y1 - y0)
        crossed = ((y0 > py) != (y1 > py)) & (px < crossing)
    return crossed.sum(axis=1) % 2 == 1


def sag(framing: Framing, loaded: Loaded) -> float:
    """Return how far a chord over one cell of a grid of 60 x 60 lies above the loss, a parabola, at most."""
    curved = framing.plane.cut(
        loaded.curvature.eigenvectors * loaded.curvature.eigenvalues @ loaded.curvature.eigenvectors.T
    )
    step = 2 * framing.about["half"] * np.array([WIDEST, 1]) / 60
    return float((np.diag(curved) * step**2 / 8).max())


def levels(framing: Framing, loaded: Loaded) -> np.ndarray:
    """Return the loss above the best at which each band ends, at most one `sag` too high."""
    rim = np.concatenate([inner_part(framing, ring) for ring in rings(framing, LEVELS - 1)])
    top = heights(framing, loaded, rim).max() + sag(framing, loaded)
    return top / BAND_RATIO ** np.arange(LEVELS)[::-1]


def inner_part(framing: Framing, ring: np.ndarray) -> np.ndarray:
    """Return the vertices of a ring that are not on the edge of the map."""
    edge = np.abs(ring - centre_of(framing)) / framing.about["half"] >= np.array([WIDEST, 1]) * (1 - 1e-5)
    return ring[~edge.any(axis=1)]


def centre_of(framing: Framing) -> np.ndarray:
    return np.array([framing.about["centre_a"], framing.about["centre_b"]])


def samples(framing: Framing) -> np.ndarray:
    """Return points (N, 2) strewn over a map."""
    reach = framing.about["half"] * np.array([WIDEST, 1]) * 0.99
    return centre_of(framing) + np.random.default_rng(3).uniform(-1, 1, (3000, 2)) * reach


def row_of(about: dict[str, object], *names: str) -> np.ndarray:
    return np.array([about[name] for name in names], dtype=float)


@every_map
def test_the_loss_inside_a_band_is_below_its_level_and_outside_above(changes: dict, view: View) -> None:
    """A point with a little room around it on the low side of a level must be inside; on the high side, outside."""
    framing, _, loaded = framed(changes, view)
    points, half = samples(framing), framing.about["half"]
    # A ring may cut off 3 simplifications of 1/500 of the half each, and less than the diagonal of a grid cell.
    room = half * (3 / 500 + np.hypot(2 * WIDEST, 2) / 60)
    turns = np.linspace(0, 2 * np.pi, 16, endpoint=False)
    around = points[:, None] + room * np.stack([np.cos(turns), np.sin(turns)], axis=1)
    below, most_around = heights(framing, loaded, points), heights(framing, loaded, around).max(axis=1)
    told = 0
    for colour, level in enumerate(levels(framing, loaded)):
        within = np.any([inside(points, ring) for ring in rings(framing, colour)], axis=0)
        assert (below[within] <= level * (1 + 1e-4)).all()
        surely = most_around <= level
        assert within[surely].all()
        told += surely.sum()
    assert told > 1000


@every_map
def test_the_rim_of_a_band_is_at_its_level_wherever_the_map_does_not_end(changes: dict, view: View) -> None:
    framing, _, loaded = framed(changes, view)
    sagging, steepest = sag(framing, loaded), loaded.curvature.eigenvalues[-1]
    told = 0
    for colour, level in enumerate(levels(framing, loaded)):
        for ring in rings(framing, colour):
            inner = inner_part(framing, ring)
            found = heights(framing, loaded, inner)
            blur = 1e-7 * np.abs(ring).max() * np.sqrt(2 * level * steepest)  # of numbers in 32 bits
            assert (found <= level + blur).all()
            assert (found >= level - 2 * sagging - blur).all()
            told += len(inner)
    assert told > 50


@every_map
def test_the_outermost_level_is_reached_at_the_corners_of_a_square_panel(changes: dict, view: View) -> None:
    framing, _, loaded = framed(changes, view)
    corners = centre_of(framing) + framing.about["half"] * np.array([[-1, -1], [-1, 1], [1, -1], [1, 1]])
    highest = heights(framing, loaded, corners).max()
    assert 0.94 * highest < levels(framing, loaded)[-1] < 1.01 * highest


@every_map
def test_the_ground_covers_the_widest_panel_and_bands_come_biggest_first(changes: dict, view: View) -> None:
    framing, _, _ = framed(changes, view)
    (ground,) = rings(framing, LEVELS)
    extent = framing.about["half"] * np.array([WIDEST, 1])
    assert ground.min(axis=0) == pytest.approx(centre_of(framing) - extent, rel=1e-5, abs=1e-5 * extent[1])
    assert ground.max(axis=0) == pytest.approx(centre_of(framing) + extent, rel=1e-5, abs=1e-5 * extent[1])
    assert (np.diff(framing.land["level"]) <= 0).all()
    assert set(framing.land["level"]) <= set(range(LEVELS + 1))


@every_map
def test_a_map_holds_the_solution_and_without_zoom_the_start_and_every_stable_path(changes: dict, view: View) -> None:
    framing, run, loaded = framed(changes, view)
    half, centre = framing.about["half"], centre_of(framing)
    solution = row_of(framing.about, "best_a", "best_b")
    assert framing.plane.project(loaded.best) == pytest.approx(solution, rel=1e-12, abs=1e-12)
    assert (np.abs(solution - centre) < half).all()
    if not view.zoom:
        start = row_of(framing.about, "start_a", "start_b")
        assert framing.plane.project(np.array(run.settings.start)) == pytest.approx(start, rel=1e-12, abs=1e-12)
        assert (np.abs(start - centre) < half).all()
        for history in run.histories.values():
            path = history.path[0]
            if np.abs(path - loaded.best).max() <= 2 * np.linalg.norm(path[0] - loaded.best):
                assert (np.abs(framing.plane.project(path) - centre) < half).all()


def test_stable_paths_are_seen_whole_on_all_default_maps() -> None:
    for data, entry in CATALOGUE.items():
        run, loaded = raced(data)
        if len(loaded.names) > 1:
            framing = frame(run, loaded, View(plane=entry.weights))
            for history in run.histories.values():
                away = np.abs(framing.plane.project(history.path[0]) - centre_of(framing))
                assert (away < framing.about["half"]).all()


@pytest.mark.parametrize("changes", [FATAL, HOPELESS], ids=["one", "all"])
def test_a_run_that_diverges_does_not_stretch_the_map(changes: dict) -> None:
    framing, run, loaded = framed(changes, View())
    ends = [np.linalg.norm(history.path[0, -1] - loaded.best) for history in run.histories.values()]
    assert not max(ends) < 1000 * framing.about["half"]
    from_start = np.linalg.norm(np.array(run.settings.start) - loaded.best)
    assert framing.about["half"] <= 0.64 * 4.4 * from_start


def test_what_a_lost_run_leaves_behind_has_no_place_and_raises_no_warning() -> None:
    framing, _, _ = framed({}, View())
    places = framing.place(np.array([[np.inf, 1.0], [np.nan, np.nan], [2.0, 1.0]]), np.zeros(3))
    assert not np.isfinite(places[:2]).any(axis=1).all()
    assert places[2].tolist() == [1.0, 2.0]


@every_map
def test_a_panel_measures_places_from_its_middle_in_halves_of_its_height(changes: dict, view: View) -> None:
    framing, run, loaded = framed(changes, view)
    half = framing.about["half"]
    assert framing.centre.tolist() == centre_of(framing).tolist()
    assert framing.half.tolist() == [half, half]
    corners = centre_of(framing) + half * np.array([[0, 0], [1, 0], [0, 1], [-1, -1], [WIDEST, 0]])
    theta = framing.plane.lift(corners)
    found = framing.on_panel(theta, loaded.train.value(theta))
    assert found == pytest.approx(np.array([[0, 0], [1, 0], [0, 1], [-1, -1], [WIDEST, 0]]), abs=1e-9)
    history = run.histories[BATCH.name]
    small = np.abs(history.path).max(axis=2) < 1e100
    expected = (framing.place(history.path, history.loss)[small] - centre_of(framing)) / half
    assert framing.on_panel(history.path, history.loss)[small] == pytest.approx(expected, rel=1e-12, abs=1e-12)


@pytest.mark.parametrize("zoom", [False, True])
def test_a_curves_panel_measures_across_and_up_each_in_halves_of_its_own(zoom: bool) -> None:
    framing, run, _ = framed(EXACT, View(zoom=zoom))
    ends = row_of(framing.about, "left", "right", "bottom", "top")
    corners = np.array([[ends[0], ends[2]], [ends[1], ends[3]], [ends[0], ends[3]]])
    assert framing.on_panel(corners[:, :1], corners[:, 1]) == pytest.approx(np.array([[-1, -1], [1, 1], [-1, 1]]))
    assert framing.half == pytest.approx([(ends[1] - ends[0]) / 2, (ends[3] - ends[2]) / 2])
    assert framing.centre == pytest.approx([(ends[0] + ends[1]) / 2, (ends[2] + ends[3]) / 2])
    history = run.histories[BATCH.name]
    first = framing.on_panel(history.path[0, :1], history.loss[0, :1])[0]
    start = row_of(framing.about, "start_a", "start_b")
    assert first == pytest.approx((start - framing.centre) / framing.half, rel=1e-12)


def test_what_a_lost_run_leaves_behind_is_measured_without_a_warning() -> None:
    for changes, lost in (({}, [[np.inf, 1.0], [1e300, -1e300]]), (EXACT, [[np.inf], [1e300]])):
        framing, _, _ = framed(changes, View())
        with np.errstate(all="raise"):
            places = framing.on_panel(np.array(lost), np.array([np.inf, 1e308]))
        assert (np.abs(places) > 1e100).any(axis=1).all()


def test_zoom_shows_where_stochastic_descent_rattles() -> None:
    framing, run, loaded = framed(BALL, View(zoom=True))
    ends = framing.plane.project(run.histories[STOCHASTIC.name].path[:, -1])
    shown = (np.abs(ends - centre_of(framing)) < framing.about["half"]).all(axis=1)
    assert shown.mean() > 0.9
    wide = frame(run, loaded, View())
    assert framing.about["half"] < wide.about["half"] / 3
    assert centre_of(framing) == pytest.approx(framing.plane.project(loaded.best))


def test_a_coordinate_plane_shows_the_parameters_themselves() -> None:
    framing, run, loaded = framed(PATIENTS, View(plane=(2, 3)))
    path = run.histories[BATCH.name].path[0]
    assert framing.place(path, np.zeros(len(path))).tolist() == path[:, [2, 3]].tolist()
    assert framing.about["across"] == "weight of BMI →"
    assert framing.about["up"] == "↑ weight of blood pressure"
    lifted = framing.plane.lift(np.array([[0.3, 0.2]]))[0]
    assert lifted[[2, 3]].tolist() == [0.3, 0.2]
    assert np.delete(lifted, [2, 3]).tolist() == np.delete(loaded.best, [2, 3]).tolist()


def test_the_principal_plane_shows_more_of_the_paths_than_any_pair_of_weights() -> None:
    run, loaded = raced(**PATIENTS)
    paths = np.concatenate([history.path[0] for history in run.histories.values()])

    def shown(plane: tuple[int, int] | None) -> float:
        found = frame(run, loaded, View(plane=plane)).plane
        return float((((paths - loaded.best) @ found.axes.T) ** 2).sum())

    principal = shown(None)
    assert principal > 0.8 * ((paths - loaded.best) ** 2).sum()
    assert principal > max(shown((i, j)) for i in range(11) for j in range(i))


def test_the_curve_of_a_single_weight_is_its_loss() -> None:
    framing, run, _ = framed(EXACT, View())
    w, loss = framing.land["x"].astype(float), framing.land["y"].astype(float)
    points = np.array([[1, 2], [2, 4], [3, 6]])
    expected = ((w[:, None] * points[:, 0] - points[:, 1]) ** 2).mean(axis=1)
    assert loss == pytest.approx(expected, rel=1e-5, abs=1e-5)
    path, losses = run.histories[BATCH.name].path[0], run.histories[BATCH.name].loss[0]
    assert framing.place(path, losses).tolist() == np.column_stack([path[:, 0], losses]).tolist()
    about = framing.about
    assert (about["start_a"], about["start_b"]) == (1.0, pytest.approx(14 / 3))
    assert (about["best_a"], about["best_b"]) == (pytest.approx(2), pytest.approx(0, abs=1e-20))
    assert about["left"] <= 0
    assert about["right"] >= 4
    assert about["bottom"] < 0 < loss.max() < about["top"]


@pytest.mark.parametrize("zoom", [False, True])
@pytest.mark.parametrize("rate", [0.001, 0.01, 0.2, 0.3, 1.0])
def test_the_frame_of_a_single_weight_stays_near_whatever_the_rate(rate: float, zoom: bool) -> None:
    framing, _, _ = framed({"data": "three points", "learning_rate": rate, "epochs": 10}, View(zoom=zoom))
    about = framing.about
    assert np.isfinite(row_of(about, "left", "right", "bottom", "top")).all()
    assert about["left"] < about["best_a"] < about["right"]
    assert about["bottom"] < about["best_b"] < about["top"]
    assert about["right"] - about["left"] < 20
    if not zoom:
        assert about["left"] < about["start_a"] < about["right"]


@pytest.mark.parametrize("data", CATALOGUE)
@pytest.mark.parametrize("zoom", [False, True])
def test_a_race_that_starts_at_the_solution_has_a_frame(data: str, zoom: bool) -> None:
    loaded = load(data)
    run, _ = raced(data, start=tuple(loaded.best.tolist()), epochs=1)
    view = View(zoom=zoom, plane=CATALOGUE[data].weights)
    about = frame(run, loaded, view).about
    numbers = [value for value in about.values() if not isinstance(value, str)]
    assert np.isfinite(np.array(numbers, dtype=float)).all()
    assert about.get("half", 1) > 0


def test_bands_are_nested_rings_of_a_bowl() -> None:
    a, b = np.linspace(-1, 1, 201), np.linspace(-1, 1, 201)
    made = bands(a, b, a**2 + b[:, None] ** 2, np.array([0.01, 0.25, 0.81]), tolerance=1e-4)
    radius = np.hypot(made["x"], made["y"])
    for colour, expected in enumerate([0.1, 0.5, 0.9]):
        assert radius[made["level"] == colour] == pytest.approx(
            np.full((made["level"] == colour).sum(), expected), abs=1e-3
        )
    assert radius[made["level"] == 3].max() == pytest.approx(np.sqrt(2))
    for piece in np.unique(made["piece"]):
        order = made["order"][made["piece"] == piece]
        assert order.tolist() == list(range(len(order)))


def test_a_simplified_ring_keeps_its_corners_and_stays_within_its_tolerance() -> None:
    turn = np.linspace(0, 2 * np.pi, 400)
    circle = np.column_stack([np.cos(turn), np.sin(turn)])
    fewer = simplified(circle, 0.001)
    assert len(fewer) < len(circle) / 3
    assert np.abs(np.hypot(*fewer.T) - 1).max() < 1e-12
    middles = (fewer[:-1] + fewer[1:]) / 2
    assert np.hypot(*middles.T).min() > 1 - 3 * 0.001
    side = np.linspace(0, 1, 33)
    square = np.concatenate([np.column_stack([side, 0 * side]), np.column_stack([0 * side + 1, side])[1:]])
    kept = {tuple(point) for point in simplified(square, 1e-6)}
    assert {(0.0, 0.0), (1.0, 0.0), (1.0, 1.0)} <= kept
    assert len(kept) < 16


def test_a_view_names_itself_and_changes_nothing_in_the_race() -> None:
    run, loaded = raced()
    before = {name: run.histories[name].path.copy() for name in METHODS}
    for view in (View(), View(zoom=True), View(above_best=True), View("updates")):
        frame(run, loaded, view)
    assert all((run.histories[name].path == before[name]).all() for name in METHODS)
    assert len({View(), View(), dataclasses.replace(View(), zoom=True)}) == 2
