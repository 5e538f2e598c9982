"""What the charts of house prices are sent is what the runs did."""

import json

import numpy as np
import pytest

from gd_core import original_units
from gd_core.data import dataset
from gd_ui.charts.packed import GRAIN
from gd_ui.charts.template import STEP, Frames
from gd_ui.house_prices.batches import ORDERS, affordable, batch_frames, run_batches
from gd_ui.house_prices.charts import templates
from gd_ui.house_prices.controls import default_size, first_epochs
from gd_ui.house_prices.ends import (
    chart_height,
    ends,
    outside,
    prediction_caption,
    prediction_frames,
    prediction_title,
    range_frames,
    typical_error,
    unit_frames,
    weight_sentence,
)
from gd_ui.house_prices.frames import distinct, main_frames, map_frames
from gd_ui.house_prices.gradients import ROWS, gradient_of, shape_sentences, tile_frames, told
from gd_ui.house_prices.run import ALL, TWO, HouseSettings, run_house
from gd_ui.house_prices.scaling import scaling_table, split_sentence
from gd_ui.house_prices.sets import house, house_of
from tests.gd_ui.house_prices.houses import BUNDLED, EVERY, house_settings, ran
from tests.gd_ui.specs import columns_read, names_read, nodes

every_task = pytest.mark.parametrize(("data", "scaling"), EVERY)
PLAYS = {"map", "losses", "weights"}


def all_frames(data: str = "diabetes", **changes: object) -> dict[str, Frames]:
    """Return what every template is sent."""
    run, houses = ran(data, **changes)
    theta = run.everything.path[0, -1]
    both = run_batches(house_settings(data, epochs=2), houses)
    return {
        **main_frames(run, houses),
        "tiles": tile_frames(gradient_of(houses, run.start, 3), houses.names)[0],
        "batches": batch_frames(both, house_settings(data, epochs=2))["shuffled"],
        "predictions": prediction_frames(ALL, theta, houses),
        "units": unit_frames(theta, houses),
        "ranges": range_frames(theta, houses),
    }


def packed_numbers(text: str) -> list[float]:
    return [float(part) for part in text.split(" ")]


@pytest.mark.parametrize("name", templates())
def test_a_template_plays_if_it_should(name: str) -> None:
    (frame,) = (node for node in nodes(templates()[name]) if node.get("name") == STEP)
    assert ("bind" in frame) is (name in PLAYS)
    if name in PLAYS:
        assert json.dumps(templates()[name]).count(STEP) > 3


@pytest.mark.parametrize("name", templates())
def test_a_template_reads_what_it_is_sent_and_nothing_else(name: str) -> None:
    sent = all_frames()[name]
    assert names_read(templates()[name]) == set(sent)
    for table, columns in columns_read(templates()[name]).items():
        made = {"text", "now", "two", "zero", "ways", "ways_two"}
        assert columns - made <= set(sent[table]), table
    for table, columns in sent.items():
        assert len({len(column) for column in columns.values()}) == 1, table


@every_task
def test_nothing_that_is_drawn_is_missing_a_number(data: str, scaling: str) -> None:
    run, houses = ran(data, scaling)
    for frames in main_frames(run, houses).values():
        for columns in frames.values():
            for column in columns.values():
                if column.dtype.kind == "f":
                    assert np.isfinite(column).all()


@every_task
def test_a_map_shows_start_lowest_point_and_least_squares(data: str, scaling: str) -> None:
    run, houses = ran(data, scaling)
    this = {name: column[0] for name, column in map_frames(run, houses)["this"].items()}
    pair = list(run.settings.pair)
    assert [this["start_a"], this["start_b"]] == run.start[pair].tolist()
    assert [this["best_a"], this["best_b"]] == run.best_two.tolist()
    assert [this["all_a"], this["all_b"]] == houses.best[pair].tolist()
    for word in ("start", "best", "all"):
        assert abs(this[f"{word}_b"] - this["centre_b"]) < this["half"]
        assert abs(this[f"{word}_a"] - this["centre_a"]) < 1.3 * this["half"]


def test_a_map_s_paths_are_those_of_the_runs() -> None:
    run, houses = ran()
    this = {name: column[0] for name, column in map_frames(run, houses)["this"].items()}
    pair = list(run.settings.pair)
    for lane, path in ((ALL, run.everything.path[0][:, pair]), (TWO, run.two.path[0])):
        assert packed_numbers(this[f"a_{lane.word}"]) == pytest.approx(path[:, 0].tolist(), rel=1e-6)
        places = np.array([part.split(",") for part in this[f"path_{lane.word}"].split(" ")], dtype=float)
        assert this["centre_a"] + this["half"] * places[:, 0] / GRAIN == pytest.approx(
            path[:, 0], abs=this["half"] / GRAIN
        )
        assert this["centre_b"] - this["half"] * places[:, 1] / GRAIN == pytest.approx(
            path[:, 1], abs=this["half"] / GRAIN
        )


def test_the_bands_of_a_map_are_the_loss_over_the_two_weights() -> None:
    run, houses = ran()
    bands = map_frames(run, houses)["bands"]
    for level in (5, 7):
        mine = bands["level"] == level
        ring = np.stack([bands["x"][mine], bands["y"][mine]], axis=1).astype(float)
        inside = np.abs(ring[:, 1] - ring[:, 1].mean()) < 0.98 * np.ptp(ring[:, 1]) / 2
        excess = run.over_two.value(ring[inside]) - run.best_two_loss
        assert excess == pytest.approx(np.full(len(excess), np.median(excess)), rel=0.05)
        assert (ring.min(axis=0) < run.best_two).all()
        assert (ring.max(axis=0) > run.best_two).all()


@pytest.mark.parametrize("changes", [{}, {"learning_rate": 1.5, "data": "wine"}, {"learning_rate": 0.001}])
def test_losses_are_those_of_the_runs_within_the_chart(changes: dict) -> None:
    run, houses = ran(**changes)
    frames = main_frames(run, houses)["losses"]
    this = {name: column[0] for name, column in frames["this"].items()}
    curves = frames["loss"]
    for lane, history in ((ALL, run.everything), (TWO, run.two)):
        for kind, losses in (("train", history.loss), ("held out", history.validation_loss)):
            mine = (curves["slot"] == lane.slot) & (curves["kind"] == kind)
            at = curves["at"][mine].astype(int)
            assert curves["loss"][mine] == pytest.approx(np.minimum(losses[0, at], 2 * this["ceiling"]))
            assert at[0] == 0
    assert 0 < this["bottom"] < curves["loss"].min()
    assert this["bottom"] < this["best"] < this["top"] <= this["ceiling"]
    tags = frames["tags"]
    assert ((tags["at_y"] >= 0) & (tags["at_y"] <= 1)).all()
    assert [label.split()[1] for label in tags["label"]] == ["all", "two"]


def test_the_bars_are_the_weights_at_their_updates() -> None:
    run, houses = ran()
    frames = main_frames(run, houses)["weights"]
    weights = frames["weights"]
    for p in range(len(houses.names)):
        way = packed_numbers(weights["way"][p])
        assert way[0] == pytest.approx(run.everything.path[0, 0, p], rel=1e-6, abs=1e-9)
        assert way[-1] == pytest.approx(run.everything.path[0, -1, p], rel=1e-6)
        learns = p in run.settings.pair
        assert bool(weights["way_two"][p]) is learns
    assert weights["best"].tolist() == houses.best.tolist()
    assert frames["this"]["reach"][0] > np.abs(houses.best).max()


def test_names_of_columns_are_kept_apart() -> None:
    assert distinct(("a", "b", "a")) == ["a", "b", "a (3)"]


@pytest.mark.parametrize("rows", ROWS.values())
def test_the_gradient_of_some_rows_is_that_of_the_objective(rows: int | None) -> None:
    for data, scaling in EVERY:
        run, houses = ran(data, scaling)
        found = gradient_of(houses, run.start, rows)
        n = houses.train.n if rows is None else rows
        assert found.x.shape == found.pulls.shape == (n, len(houses.names) - 1)
        assert found.error.shape == found.prediction.shape == found.target.shape == (n, 1)
        expected = houses.train.grad(run.start[None], np.arange(n))[0]
        scale = np.abs(expected).max()
        assert found.loss == pytest.approx(expected[:-1], rel=1e-9, abs=1e-9 * scale)
        assert found.bias == pytest.approx(expected[-1], rel=1e-9, abs=1e-9 * scale)
        assert (2 * found.mean).tolist() == found.loss.tolist()


@pytest.mark.parametrize("rows", ROWS.values())
def test_tiles_hold_every_number_of_the_arrays_and_ghosts_only_copies(rows: int | None) -> None:
    run, houses = ran()
    found = gradient_of(houses, run.start, rows)
    frames, height = tile_frames(found, houses.names)
    tiles = frames["tiles"]
    n, d = min(len(found.x), 4), found.x.shape[1]
    assert len(tiles["line"]) == n * (3 * d + 3) + 2 * d
    ghosts = tiles["ghost"]
    assert ghosts.sum() == n * (d - 1)
    for line in set(tiles["line"][ghosts]):
        assert len(set(tiles["told"][tiles["line"] == line])) == 1
    exact = np.array([float(text) for text in tiles["exact"]])
    last = tiles["line"] == tiles["line"].max()
    assert exact[last] == pytest.approx(found.loss, rel=1e-8)
    assert height > 22 * (tiles["line"].max() + 1)
    captions = " ".join(frames["lines"]["told"])
    for shape in (found.x.shape, found.error.shape, found.mean.shape):
        assert str(shape) in captions
    assert frames["heads"]["told"].tolist() == list(houses.names[:-1])
    labels = frames["lines"]["told"][frames["lines"]["kind"] == "row"]
    assert (f"row {len(found.x)}" in labels) is True


def test_shapes_in_the_sentences_are_numpy_s() -> None:
    run, houses = ran()
    for rows in ROWS.values():
        said = " ".join(shape_sentences(gradient_of(houses, run.start, rows)))
        w, gradient = np.zeros((10, 1)), np.zeros(10)
        assert f"has shape {(w - gradient).shape}" in said
        assert ("the error of the one row" in said) is (rows == 1)


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.0, "0.0000"), (-0.25, "−0.2500"), (12.5, "12.50"), (1234.5, "1234"), (3e-5, "3.0e−5"), (2e6, "2.0e6")],
)
def test_numbers_fit_a_tile(value: float, text: str) -> None:
    assert told(value) == text


@pytest.mark.parametrize("data", BUNDLED)
def test_losses_of_batches_are_measured_before_their_updates(data: str) -> None:
    settings, houses = house_settings(data, epochs=2), house(data, "mean-range")
    both = run_batches(settings, houses)
    n, size = houses.train.n, settings.batch_size
    x, y = np.hstack([houses.train.x, np.ones((n, 1))]), houses.train.y[:, 0]
    theta = settings.theta(len(houses.names))
    losses, wholes = [], [np.square(x @ theta - y).mean()]
    for first in [*range(0, n, size)] * 2:
        rows = slice(first, first + size)
        error = x[rows] @ theta - y[rows]
        losses.append(np.square(error).mean())
        theta = theta - settings.learning_rate * 2 * x[rows].T @ error / len(error)
        wholes.append(np.square(x @ theta - y).mean())
    in_order = both.orders["sequential"]
    assert in_order.batch_loss == pytest.approx(np.array(losses), rel=1e-8)
    assert in_order.whole == pytest.approx(np.array(wholes), rel=1e-8)
    assert in_order.rows.tolist() == ([size] * (n // size) + [n % size]) * 2
    shuffled = both.orders["shuffled"]
    assert shuffled.rows.tolist() == in_order.rows.tolist()
    assert shuffled.batch_loss.tolist() != in_order.batch_loss.tolist()


def test_short_batches_are_marked_and_all_drawn() -> None:
    settings, houses = house_settings(epochs=5), house("diabetes", "mean-range")
    frames = batch_frames(run_batches(settings, houses), settings)
    assert set(frames) == set(ORDERS)
    for sent in frames.values():
        assert sent["batches"]["short"].sum() == 5
        assert (sent["batches"]["loss"] <= sent["this"]["top"][0]).all()
    assert frames["sequential"]["this"]["top"] == frames["shuffled"]["this"]["top"]


def test_batches_that_diverge_are_drawn_up_to_a_ceiling() -> None:
    settings, houses = house_settings(learning_rate=1.6, epochs=20), house("diabetes", "mean-range")
    both = run_batches(settings, houses)
    assert both.orders["shuffled"].whole[-1] > both.orders["shuffled"].whole[0]
    for sent in batch_frames(both, settings).values():
        for name in ("batches", "whole"):
            assert np.isfinite(sent[name]["loss"]).all()
            assert (sent[name]["loss"] > 0).all()


@pytest.mark.parametrize("n", [20, 354, 16_512])
def test_the_epochs_at_first_need_not_be_reduced(n: int) -> None:
    assert affordable(n, default_size(n), first_epochs(n)) == first_epochs(n) > 1


@pytest.mark.parametrize(("n", "size", "epochs"), [(354, 50, 20), (354, 1, 100), (16_512, 10, 5), (404, 404, 100)])
def test_mini_batches_are_bounded_before_they_run(n: int, size: int, epochs: int) -> None:
    kept = affordable(n, size, epochs)
    assert 1 <= kept <= epochs
    assert kept * -(-n // size) <= 2000
    assert kept == epochs or (kept + 1) * -(-n // size) > 2000


@every_task
def test_predictions_are_in_the_target_s_own_units(data: str, scaling: str) -> None:
    run, houses = ran(data, scaling)
    for lane, theta in ends(run).items():
        own = original_units(theta, houses.task.features, houses.task.target)
        raw_x = houses.task.features.undo(houses.train.x)
        raw_y = houses.task.target.undo(houses.train.y)[:, 0]
        error = np.sqrt(np.square(raw_x @ own[:-1] + own[-1] - raw_y).mean())
        assert typical_error(theta, houses)[False] == pytest.approx(error, rel=1e-6)
        frames = prediction_frames(lane, theta, houses)
        rows, this = frames["rows"], frames["this"]
        assert rows["held_out"].sum() == houses.validation.n
        assert "is drawn" not in prediction_caption(houses)
        assert this["left"][0] < rows["true"].min() < rows["true"].max() < this["right"][0]
        title = prediction_title(lane, theta, houses, frames)
        assert ("out of view" in title) == (outside(frames) > 0)


def test_of_very_many_rows_some_are_drawn_and_the_caption_says_so() -> None:
    x = np.arange(5000.0)[:, None]
    houses = house_of(dataset(x, 2 * x, ["a"], ["y"], "made up"), "standardise")
    frames = prediction_frames(ALL, houses.best, houses)
    assert len(frames["rows"]["true"]) <= 1200
    assert "One row in 5 is drawn." in prediction_caption(houses)
    assert 0.15 < frames["rows"]["held_out"].mean() < 0.25


def test_a_run_without_numbers_predicts_nothing() -> None:
    run, _ = ran("wine", learning_rate=1.5)
    assert list(ends(run)) == [TWO]


@every_task
def test_bars_in_original_units_are_the_weights_beside_least_squares(data: str, scaling: str) -> None:
    run, houses = ran(data, scaling)
    theta = run.everything.path[0, -1]
    raw_x, raw_y = houses.task.features.undo(houses.train.x), houses.task.target.undo(houses.train.y)
    best = np.linalg.lstsq(np.hstack([raw_x, np.ones((len(raw_x), 1))]), raw_y, rcond=None)[0][:-1, 0]
    frames = unit_frames(theta, houses)
    scale = np.abs(raw_x).max(axis=0)
    assert frames["weights"]["best"] * scale == pytest.approx(
        best * scale, rel=1e-4, abs=1e-5 * np.abs(best * scale).max()
    )
    spread = np.ptp(raw_x, axis=0)
    ranges = range_frames(theta, houses)["weights"]
    assert ranges["now"] == pytest.approx(frames["weights"]["now"] * spread)
    assert frames["this"]["reach"][0] > np.abs(frames["weights"]["now"]).max()
    assert frames["this"]["bend"][0] > 0
    assert chart_height(houses) >= 20 * len(ranges["now"])


def test_the_sentence_on_weights_follows_the_run() -> None:
    run, houses = ran()
    rate = run.settings.learning_rate
    theta = run.everything.path[0, -1]
    said = weight_sentence(theta, houses, rate)
    share = run.everything.loss[0, -1] / houses.best_loss - 1
    assert f"{100 * share:,.2g} %" in said
    assert ("share the work" in said) == (share < 0.05)
    assert "on its way" in weight_sentence(run.start, houses, rate)
    assert "will not get there" in weight_sentence(run.start, houses, 2 * houses.limit)
    assert "where least squares puts it" in weight_sentence(houses.best, houses, rate)
    spread = np.ptp(houses.task.features.undo(houses.train.x), axis=0)
    units = [original_units(values, houses.task.features, houses.task.target)[:-1] for values in (theta, houses.best)]
    furthest = int(np.abs((units[0] - units[1]) * spread).argmax())
    assert f"**{houses.names[furthest]}**" in said


def test_the_table_of_the_scaling_says_what_became_of_the_first_row() -> None:
    houses = house("diabetes", "mean-range")
    table = scaling_table(houses)
    assert len(table) == 11
    rows = np.random.default_rng(42).permutation(442)[88:]
    bmi = houses.data.x[rows, 2]
    assert table[2]["lowest"] == f"{bmi.min():.4g}"
    assert table[2]["first row"] == f"{bmi[0]:.4g}"
    scaled = (bmi[0] - bmi.mean()) / np.ptp(bmi)
    assert table[2]["first row, scaled"] == f"{scaled:.4g}".replace("-", "−")
    assert "**354** rows train and **88** are held out" in split_sentence(houses, "mean-range")
    assert "Nothing is scaled" in split_sentence(house("diabetes", "none"), "none")


def test_columns_that_never_vary_can_be_drawn() -> None:
    rng = np.random.default_rng(1)
    x = np.column_stack([np.full(12, 3.0), np.full(12, 7.0), rng.normal(size=12)])
    houses = house_of(dataset(x, x[:, 2:] + 0.1, ["a", "b", "c"], ["y"], "made up"), "mean-range")
    for pair in ((0, 1), (0, 2)):
        settings = HouseSettings("made up", "mean-range", 0.3, 20, pair, (1.0, -1.0), batch_size=5, epochs=2)
        run = run_house(settings, houses)
        for frames in main_frames(run, houses).values():
            for columns in frames.values():
                for column in columns.values():
                    assert column.dtype.kind != "f" or np.isfinite(column).all()
        batch_frames(run_batches(settings, houses), settings)
        unit_frames(run.everything.path[0, -1], houses)
        range_frames(run.everything.path[0, -1], houses)
        weight_sentence(run.everything.path[0, -1], houses, 0.3)
        assert scaling_table(houses)
