"""What travels to the charts is the race: every update, row and spike, and nothing that breaks a chart."""

import numpy as np
import pandas as pd
import pytest

from gd_core import Batching
from gd_ui.batch_sizes import frames
from gd_ui.batch_sizes.frames import CEILING, LARGEST, PEAKS, race_frames, shown_feature
from gd_ui.batch_sizes.framing import View, frame
from gd_ui.batch_sizes.race import Race, median_loss
from gd_ui.charts.losses import COUNTS
from gd_ui.charts.packed import FARTHEST, GRAIN
from gd_ui.charts.panel import SNAPSHOTS
from gd_ui.charts.template import Frames
from gd_ui.datasets import CATALOGUE, load
from gd_ui.methods import BATCH, METHODS, MINI_BATCH, STOCHASTIC, Method
from tests.gd_ui.batch_sizes.races import BALL, EXACT, FATAL, HOPELESS, PATIENTS, TELLING, raced

every_race = pytest.mark.parametrize("changes", TELLING.values(), ids=TELLING)
LONG = {"data": "line", "learning_rate": 0.4, "epochs": 200}


def made(changes: dict, view: View | None = None) -> dict[str, Frames]:
    run, loaded = raced(**changes)
    return race_frames(run, loaded, view or View(plane=CATALOGUE[run.settings.data].weights))


def the_row(table: dict) -> dict:
    """Return the only row of a table."""
    (row,) = pd.DataFrame(table).to_dict("records")
    return row


def unpacked(frames: Frames, column: str, method: Method) -> list[str]:
    """Return the entries of a method's packed column."""
    return the_row(frames["this"])[f"{column}_{method.word}"].split(" ")


def drawable(run: Race, name: str) -> int:
    """Count the updates, the start included, that come before the first number too large to draw."""
    history = run.histories[name]
    for t, theta in enumerate(history.path[0]):
        if not (np.abs(theta) < LARGEST).all() or not np.median(history.loss[:, t]) < LARGEST:
            return t
    return len(history.path[0])


@every_race
def test_entry_t_of_a_methods_columns_is_its_update_t(changes: dict) -> None:
    run, loaded = raced(**changes)
    sent = made(changes)
    framing = frame(run, loaded, View(plane=CATALOGUE[run.settings.data].weights))
    for name, history in run.histories.items():
        method, count = METHODS[name], drawable(run, name)
        points = [point.split(",") for point in unpacked(sent[name], "path", method)]
        assert len(points) == count
        # In units of half a panel, from its middle to the right and down.
        expected = framing.on_panel(history.path[0, :count], history.loss[0, :count]) * [1, -1]
        reach = FARTHEST / GRAIN
        found = np.array(points, dtype=int) / GRAIN
        near = np.flatnonzero((np.abs(expected) <= reach).all(axis=1))[-1] + 1  # further out the path is held
        assert np.abs(found - expected)[:near].max() <= 0.5001 / GRAIN
        assert (np.abs(found[near:]).max(axis=1) == reach).all()
        losses = np.array(unpacked(sent[name], "loss", method), dtype=float)
        assert losses == pytest.approx(median_loss(history)[:count], rel=5.001e-7)
        lengths = np.array(unpacked(sent[name], "length", method), dtype=float)
        walked = np.concatenate([[0], np.linalg.norm(np.diff(found, axis=0), axis=1).cumsum()])
        assert lengths == pytest.approx(walked, rel=5.001e-7)


@pytest.mark.parametrize("changes", [*TELLING.values(), LONG], ids=[*TELLING, "long"])
def test_nothing_is_dropped_of_a_run_that_stays_finite(changes: dict) -> None:
    run, _ = raced(**changes)
    sent = made(changes)
    for name, history in run.histories.items():
        if history.diverged_at[0] < 0 and np.abs(history.path[0]).max() < LARGEST and history.loss[0].max() < LARGEST:
            for column in ("path", "length", "loss"):
                assert len(unpacked(sent[name], column, METHODS[name])) == len(history.seen)
            for side in ("left", "right"):
                assert len(unpacked(sent["fit"], side, METHODS[name])) == len(history.seen)
            assert the_row(sent[name]["this"])["drawn"] == len(history.seen)


@pytest.mark.parametrize("changes", [HOPELESS, FATAL], ids=["hopeless", "fatal"])
def test_a_lost_run_is_drawn_until_its_numbers_end(changes: dict) -> None:
    sent = made(changes)
    run, _ = raced(**changes)
    history, panel = run.histories[STOCHASTIC.name], sent[STOCHASTIC.name]
    drawn = drawable(run, STOCHASTIC.name)
    assert 10 < drawn < len(history.seen)
    for column in ("path", "length", "loss"):
        assert len(unpacked(panel, column, STOCHASTIC)) == drawn
    assert max(float(loss) for loss in unpacked(panel, "loss", STOCHASTIC)) < LARGEST
    this = the_row(panel["this"])
    assert this["drawn"] == drawn
    assert this["lost"] == history.diverged_at[0]
    assert (this["lost"] > drawn) == (changes is HOPELESS)  # the other one is off all scales, but finite


def test_the_shared_map_has_what_the_panels_have() -> None:
    sent = made({})
    together = the_row(sent["all"]["this"])
    for name, method in METHODS.items():
        alone = the_row(sent[name]["this"])
        for column in ("path", "length"):
            assert together[f"{column}_{method.word}"] == alone[f"{column}_{method.word}"]
        for field in (
            "n",
            "size",
            "total",
            "runs",
            "start_a",
            "best_b",
            "centre_a",
            "centre_b",
            "half",
            "across",
            "up",
        ):
            assert together[field] == alone[field]
        clouds = [f"cloud {name}"] if name != "batch" else []
        assert [table for table in sent[name] if table.startswith("cloud")] == clouds
        assert all(sent["all"][table] is sent[name][table] for table in clouds)
    assert sent["all"]["bands"] is sent[BATCH.name]["bands"]


def test_the_cloud_has_every_run_at_every_snapshot() -> None:
    run, loaded = raced(**BALL)
    sent, framing = made(BALL), frame(run, loaded, View())
    for method in (MINI_BATCH, STOCHASTIC):
        history, cloud = run.histories[method.name], sent[method.name][f"cloud {method.name}"]
        updates = len(history.seen) - 1
        assert len(cloud["a"]) == 100 * (SNAPSHOTS + 1)
        for snapshot in (0, 1, 17, SNAPSHOTS):
            at = snapshot * updates // SNAPSHOTS
            places = framing.plane.project(history.path[:, at])
            rows = slice(100 * snapshot, 100 * (snapshot + 1))
            assert cloud["a"][rows] == pytest.approx(places[:, 0], rel=1e-6)
            assert cloud["b"][rows] == pytest.approx(places[:, 1], rel=1e-6)


@every_race
@pytest.mark.parametrize("above", [False, True])
def test_a_loss_curve_keeps_the_lowest_and_highest_of_every_stretch(changes: dict, above: bool) -> None:
    run, loaded = raced(**changes)
    sent = made(changes, View(above_best=above))
    floor = loaded.best_loss if above else 0.0
    curves = pd.DataFrame(sent["losses"]["loss"])
    first = run.histories[BATCH.name].loss[0, 0]
    tiny = 1e-16 * max(first, (loaded.train.y**2).mean())
    for name, history in run.histories.items():
        curve = curves[curves.method == name]
        raw = median_loss(history) - floor
        gone = raw > CEILING * (first - floor)
        raw = raw[: int(gone.argmax()) if gone.any() else len(raw)]
        assert len(curve) <= 2 * PEAKS + 2
        drawn = dict(zip(curve.seen, curve.loss, strict=True))
        assert curve.seen.is_monotonic_increasing
        for stretch in np.array_split(np.arange(len(raw)), max(1, len(raw) // 60)):
            shown = [drawn[seen] for seen in history.seen[stretch] if seen in drawn]
            whole = np.maximum(raw[stretch], tiny)
            if len(raw) <= 2 * PEAKS:
                assert shown == pytest.approx(whole, rel=1e-12)
            elif len(stretch) > 2 * len(raw) / PEAKS:
                assert min(shown) <= np.quantile(whole, 0.5) <= max(shown)
        assert max(drawn.values()) == pytest.approx(raw.max(), rel=1e-12)
        assert min(drawn.values()) == pytest.approx(max(raw.min(), tiny), rel=1e-12)


def test_a_single_spike_survives_the_thinning() -> None:
    curve = np.linspace(5, 1, 20_000)
    curve[12_345], curve[777] = 9.0, 0.1
    kept = frames._peaks(curve)
    assert {0, 777, 12_345, 19_999} <= set(kept.tolist())
    assert len(kept) <= 2 * PEAKS + 2
    two_buckets = 2 * 20_000 // PEAKS
    for start in range(0, 20_000 - two_buckets, two_buckets):
        within = kept[(kept >= start) & (kept < start + two_buckets)]
        assert len(within) >= 2


@pytest.mark.parametrize("count", COUNTS)
def test_the_horizontal_axis_counts_what_was_chosen(count: str) -> None:
    run, _ = raced()
    curves = pd.DataFrame(made({}, View(count))["losses"]["loss"])
    for name, history in run.histories.items():
        curve = curves[curves.method == name]
        rows = np.searchsorted(history.seen, curve.seen)
        expected = {"examples": history.seen, "epochs": history.seen / 80, "updates": np.arange(len(history.seen))}
        assert curve["at"].to_numpy() == pytest.approx(expected[count][rows], rel=1e-6)


def test_the_band_of_many_runs_holds_four_fifths_of_them() -> None:
    run, _ = raced(**BALL)
    sent = made(BALL)["losses"]
    band = pd.DataFrame(sent["spread"])
    assert (band.method == BATCH.name).sum() == 1  # a single run has no spread
    for method in (MINI_BATCH, STOCHASTIC):
        mine, history = band[band.method == method.name], run.histories[method.name]
        rows = np.searchsorted(history.seen, mine["at"])
        losses = np.sort(history.loss[:, rows], axis=0)
        assert mine.low.to_numpy() == pytest.approx(losses[9], rel=1e-6)
        assert mine.high.to_numpy() == pytest.approx(losses[89], rel=1e-6)
        assert mine["at"].tolist() == history.seen[rows].tolist()


@pytest.mark.parametrize("above", [False, True])
@every_race
def test_the_losses_of_the_dots_are_those_of_every_update_up_to_twice_the_ceiling(changes: dict, above: bool) -> None:
    run, loaded = raced(**changes)
    sent = made(changes, View(above_best=above))["losses"]
    ceiling = the_row(sent["this"])["ceiling"]
    tiny = 1e-16 * max(run.histories[BATCH.name].loss[0, 0], (loaded.train.y**2).mean())
    for name, history in run.histories.items():
        losses = np.array(unpacked(sent, "loss", METHODS[name]), dtype=float)
        assert len(losses) == len(history.seen)
        expected = median_loss(history) - (loaded.best_loss if above else 0)
        shown = expected <= ceiling
        assert losses[shown] == pytest.approx(np.maximum(expected[shown], tiny), rel=5.001e-7)
        assert (losses[~shown] > ceiling).all()
        assert losses.max() <= 2.000001 * ceiling


@pytest.mark.parametrize(("changes", "floor"), [({}, 0.008044657695), (EXACT, 0.0)])
def test_the_best_loss_is_drawn_where_a_log_axis_can_show_it(changes: dict, floor: float) -> None:
    assert the_row(made(changes)["losses"]["this"])["best"] == pytest.approx(floor, rel=1e-9)
    assert the_row(made(changes, View(above_best=True))["losses"]["this"])["best"] == 0


@every_race
def test_the_ends_of_a_line_are_the_models_predictions_there(changes: dict) -> None:
    run, loaded = raced(**changes)
    view = View(plane=CATALOGUE[run.settings.data].weights)
    sent, feature = made(changes)["fit"], shown_feature(loaded, view)
    this = the_row(sent["this"])
    mean = loaded.train.x.mean(axis=0)
    for name, history in run.histories.items():
        for end in ("left", "right"):
            grains = np.array(unpacked(sent, end, METHODS[name]), dtype=int)
            assert len(grains) == drawable(run, name)
            x = mean.copy()
            x[feature] = this[end]
            theta = history.path[0, : len(grains)]
            weights, bias = theta[:, : len(x)], theta[:, len(x) :].sum(axis=1)
            # In units of the height of the chart, from its lower edge.
            expected = (weights @ x + bias - this["bottom"]) / (this["top"] - this["bottom"])
            assert grains / GRAIN == pytest.approx(
                np.clip(expected, -FARTHEST / GRAIN, FARTHEST / GRAIN), abs=0.5001 / GRAIN
            )


@every_race
def test_the_scatter_shows_every_row_the_training_rows_first(changes: dict) -> None:
    run, loaded = raced(**changes)
    feature = shown_feature(loaded, View(plane=CATALOGUE[run.settings.data].weights))
    rows, n = made(changes)["fit"]["rows"], loaded.train.n
    assert rows["x"][:n] == pytest.approx(loaded.train.x[:, feature], rel=1e-6)
    assert rows["y"][:n] == pytest.approx(loaded.train.y[:, 0], rel=1e-6)
    assert len(rows["x"]) == len(loaded.data.y)
    assert rows["held_out"].tolist() == [False] * n + [True] * (len(loaded.data.y) - n)
    this = the_row(made(changes)["fit"]["this"])
    assert this["left"] < rows["x"][:n].min() < rows["x"][:n].max() < this["right"]
    assert this["bottom"] < rows["y"].min() < rows["y"].max() < this["top"]


@pytest.mark.parametrize("order", ["shuffled", "sequential", "with replacement"])
def test_the_stream_is_the_order_in_which_stochastic_descent_reads(order: str) -> None:
    run, loaded = raced("line", order=order, seed=4, seeds=3, epochs=3)
    stream = [int(row) for row in the_row(race_frames(run, loaded, View())["fit"]["this"])["stream"].split(" ")]
    assert stream == Batching(1, order).plan(80, 3, [4]).stream[0].tolist()
    theta = np.array(run.settings.start)
    for row, expected in zip(stream[:50], run.histories[STOCHASTIC.name].path[0, 1:], strict=False):
        x, y = loaded.train.x[row, 0], loaded.train.y[row, 0]
        theta = theta - 0.1 * 2 * (theta[0] * x + theta[1] - y) * np.array([x, 1])
        assert theta == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize(("plane", "feature"), [((2, 3), 2), ((3, 2), 3), ((10, 4), 4), ((4, 10), 4), (None, 0)])
def test_the_scatter_shows_the_feature_whose_weight_is_on_the_map(plane: tuple[int, int] | None, feature: int) -> None:
    loaded = load("diabetes")
    assert shown_feature(loaded, View(plane=plane)) == feature
    this = the_row(made(PATIENTS, View(plane=plane))["fit"]["this"])
    assert this["feature"].split(" ")[0] == loaded.data.features[feature].split(" ")[0]


VIEWS = [View(), View("epochs"), View("updates"), View(above_best=True), View(zoom=True), View(plane=None)]
TEXTS = {"method", "tag", "across", "up", "feature", "target"}
PACKED = ("path_", "length_", "loss_", "left_", "right_", "stream")


@pytest.mark.parametrize("view", VIEWS, ids=repr)
@every_race
def test_only_small_finite_numbers_are_sent(changes: dict, view: View) -> None:
    """NaN in a spec breaks a chart; only the clouds may have gaps, where a run of many is lost."""
    if view.plane is None and changes is not PATIENTS:
        view = View(plane=(1, 0), zoom=True, above_best=True)
    for chart in made(changes, view).values():
        for name, table in chart.items():
            lengths = {len(column) for column in table.values()}
            assert len(lengths) == 1, name
            for field, column in table.items():
                if field in TEXTS:
                    assert all(isinstance(text, str) for text in column.tolist())
                    continue
                if field.startswith(PACKED):
                    assert name == "this"
                    numbers = np.array(column[0].replace(",", " ").split(" "), dtype=float)
                    assert (np.abs(numbers) < LARGEST).all(), field
                    continue
                assert column.dtype.kind in "bif"
                if not name.startswith("cloud"):
                    assert np.isfinite(column).all(), (name, field)
                if len(column) > 1 and name not in ("loss", "spread"):
                    assert column.dtype.itemsize <= 4, (name, field)


@pytest.mark.parametrize("view", [View(), View(above_best=True)], ids=repr)
@every_race
def test_nothing_on_a_log_axis_is_zero_or_less(changes: dict, view: View) -> None:
    losses = made(changes, view)["losses"]
    for name, field in (("loss", "loss"), ("spread", "low"), ("spread", "high")):
        assert (losses[name][field] > 0).all()
    for method in METHODS.values():
        assert all(float(loss) > 0 for loss in unpacked(losses, "loss", method))


def test_a_divergent_run_leaves_the_loss_chart_at_its_ceiling() -> None:
    run, _ = raced(**FATAL)
    curves = pd.DataFrame(made(FATAL)["losses"]["loss"])
    first = run.histories[BATCH.name].loss[0, 0]
    assert curves.loss.max() <= CEILING * first
    lengths = curves.groupby("method").seen.max()
    assert lengths[STOCHASTIC.name] < lengths[BATCH.name]


@every_race
def test_every_chart_knows_the_size_of_the_race(changes: dict) -> None:
    run, loaded = raced(**changes)
    for chart in made(changes).values():
        this = the_row(chart["this"])
        n = loaded.train.n
        assert (this["n"], this["size"], this["total"]) == (n, run.settings.batch_size, n * run.settings.epochs)


def test_a_race_is_small_on_the_wire() -> None:
    def size(changes: dict) -> int:
        charts = made(changes)
        return sum(
            len("".join(column.tolist())) if column.dtype.kind == "U" else column.nbytes
            for name, chart in charts.items()
            if name != "all"
            for table in chart.values()
            for column in table.values()
        )

    assert size({}) < 150_000
    assert size(LONG) < 1_200_000


@pytest.mark.parametrize("above", [False, True])
@pytest.mark.parametrize("data", CATALOGUE)
def test_a_race_that_starts_at_the_solution_is_drawn(data: str, above: bool) -> None:
    best = tuple(load(data).best.tolist())
    losses = made({"data": data, "start": best, "epochs": 2}, View(above_best=above))["losses"]
    curves = pd.DataFrame(losses["loss"])
    assert (curves.groupby("method").size() > 1).all()
    assert (curves.loss > 0).all()
    assert the_row(losses["this"])["ceiling"] >= curves.loss.max()
