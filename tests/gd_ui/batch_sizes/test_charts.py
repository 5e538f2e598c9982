"""Templates read exactly what a race sends."""

import json
import re
import tomllib
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any, NamedTuple

import numpy as np
import pytest

from gd_ui.batch_sizes.charts import templates
from gd_ui.batch_sizes.frames import LARGEST, race_frames
from gd_ui.batch_sizes.framing import View, frame
from gd_ui.batch_sizes.race import Race, median_loss
from gd_ui.charts.ground import LEVELS
from gd_ui.charts.losses import COUNTS
from gd_ui.charts.packed import FARTHEST, GRAIN
from gd_ui.charts.template import PAPER, SLOTS, STEP, number
from gd_ui.charts.trail import CORNERS
from gd_ui.datasets import CATALOGUE, Loaded
from gd_ui.lessons import ROOT
from gd_ui.methods import BATCH, METHODS, MINI_BATCH, STOCHASTIC, Method
from tests.gd_ui.batch_sizes.races import BALL, EXACT, FATAL, HOPELESS, PATIENTS, raced
from tests.gd_ui.charts.test_clock import rows, value
from tests.gd_ui.specs import columns_read, expressions, names_read, nodes

every_template = pytest.mark.parametrize("name", templates())
THEME = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text(encoding="utf-8"))["theme"]

# Which part of a race's frames each template is given, and a race that has it.
GIVEN = {
    **{f"map {name}": (BALL, name) for name in METHODS},
    **{f"curve {name}": (EXACT, name) for name in METHODS},
    **{f"losses {count}": (BALL, "losses") for count in COUNTS},
    "losses small": ({}, "losses"),
    "map all": ({}, "all"),
    "fit": (PATIENTS, "fit"),
}
PACKED = ("path_", "length_", "loss_", "left_", "right_", "stream")
"""How the names of packed columns begin."""


@every_template
def test_a_template_has_the_players_frame_once_and_moves_with_it(name: str) -> None:
    spec = templates()[name]
    (frame,) = (node for node in nodes(spec) if node.get("name") == STEP)
    assert spec["params"][0] is frame
    assert frame["bind"]["input"] == "range"
    assert frame["value"] == 0
    assert json.dumps(spec).count(STEP) > 1


def test_every_template_is_given_something() -> None:
    assert set(GIVEN) == set(templates())


@pytest.mark.parametrize("name", GIVEN)
def test_a_template_reads_exactly_the_data_that_are_sent(name: str) -> None:
    changes, part = GIVEN[name]
    run, loaded = raced(**changes)
    sent = race_frames(run, loaded, View(plane=CATALOGUE[run.settings.data].weights))[part]
    read = names_read(templates()[name])
    assert read == set(sent)  # Vega stops at a table that its chart does not read


@pytest.mark.parametrize("name", GIVEN)
def test_a_template_reads_only_columns_that_are_sent(name: str) -> None:
    changes, part = GIVEN[name]
    run, loaded = raced(**changes)
    sent = race_frames(run, loaded, View(plane=CATALOGUE[run.settings.data].weights))[part]
    read = columns_read(templates()[name])
    assert "n" in read["this"]
    for table, columns in read.items():
        assert columns <= set(sent[table]), table


@pytest.mark.parametrize("name", GIVEN)
def test_every_packed_column_that_is_sent_is_read(name: str) -> None:
    """They are what is heavy. Panels are sent alike, whether their chart is a map, a curve or one of several paths."""
    changes, part = GIVEN[name]
    run, loaded = raced(**changes)
    this = race_frames(run, loaded, View(plane=CATALOGUE[run.settings.data].weights))[part]["this"]
    packed = {column for column in this if re.match(f"({'|'.join(PACKED)})", column)}
    spare = {"length_"} if name.startswith("curve") else {"loss_"} if name == "map all" else set()
    unread = packed - columns_read(templates()[name])["this"]
    assert packed
    assert unread == {column for column in packed if column.startswith(tuple(spare))}


@every_template
def test_every_name_in_an_expression_is_declared(name: str) -> None:
    """Vega stops at the first unknown name, and the chart stays empty."""
    spec = templates()[name]
    names = [param["name"] for param in spec["params"]]
    declared = set(names)
    assert len(names) == len(declared)
    plain = re.sub(r"'[^']*'", "", " ; ".join(expressions(spec)))
    words = set(re.findall(r"(?<![\w.])[a-z_]\w*(?!\w*\()", plain, re.IGNORECASE))
    assert any(word.startswith("now_") for word in words)
    vega = {"datum", "width", "height", "null", "true", "false"}
    assert words - declared - vega == set()
    assert declared - words == set()


@every_template
def test_every_constant_colour_is_a_slot_of_the_theme(name: str) -> None:
    constants = [node for node in nodes(templates()[name]) if "datum" in node]
    assert constants
    for node in constants:
        assert node["datum"] in SLOTS
        assert node["scale"]["domain"] == SLOTS


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_both_themes_have_a_colour_for_every_slot_and_a_shade_for_every_band(theme: str) -> None:
    colours = THEME[theme]["chartCategoricalColors"]
    assert len(colours) == len(SLOTS) == len(set(colours))
    assert len(set(THEME[theme]["chartSequentialColors"])) == len(THEME[theme]["chartSequentialColors"]) == 10
    assert all(re.fullmatch("#[0-9A-F]{6}", colour) for colour in colours)


def luminance(colour: str) -> float:
    """Relative luminance of a colour (WCAG 2.2)."""
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_paths_and_text_can_be_told_from_the_paper(theme: str) -> None:
    colours = dict(zip(SLOTS, THEME[theme]["chartCategoricalColors"], strict=True))
    assert all(contrast(colours[name], colours["paper"]) >= 3 for name in METHODS)
    assert contrast(colours["ink"], colours["paper"]) >= 7
    for method in METHODS.values():
        assert contrast(THEME[theme][f"{method.hue}TextColor"], colours["paper"]) >= 4.5


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_shades_of_a_map_go_one_way(theme: str) -> None:
    shades = [luminance(colour) for colour in THEME[theme]["chartSequentialColors"]]
    assert shades == sorted(shades, reverse=True)


def test_colour_is_never_the_only_sign_of_a_method() -> None:
    assert len({method.dash for method in METHODS.values()}) == len(METHODS)
    for count in COUNTS:
        dashes = [node for node in nodes(templates()[f"losses {count}"]) if "strokeDash" in node]
        assert dashes
        assert any(
            node["strokeDash"].get("scale", {}).get("range") == [list(method.dash) for method in METHODS.values()]
            for node in dashes
            if isinstance(node["strokeDash"], dict)
        )


def test_a_map_has_a_level_for_every_band() -> None:
    (bands,) = (
        layer for layer in nodes(templates()["map batch"]) if layer.get("data") == {"name": "bands"} and "mark" in layer
    )
    assert bands["encoding"]["fill"]["scale"]["domain"] == [0, LEVELS]


@pytest.mark.parametrize("name", [f"map {name}" for name in METHODS])
def test_a_map_has_the_same_scale_across_and_up(name: str) -> None:
    (land,) = (
        layer for layer in nodes(templates()[name]) if layer.get("data") == {"name": "bands"} and "mark" in layer
    )
    x, y = (land["encoding"][axis]["scale"]["domain"] for axis in "xy")
    at = {"centre_a": 3.0, "centre_b": 5.0, "half": 2.0, "width": 300.0, "height": 200.0}
    left, right, bottom, top = (eval(end["expr"], {}, at) for end in (*x, *y))
    assert (right - left) / at["width"] == (top - bottom) / at["height"]
    assert ((left + right) / 2, (bottom + top) / 2) == (3, 5)


def test_a_loss_is_written_with_powers_of_ten_where_it_is_tiny_or_large() -> None:
    assert number("x").startswith("(x != 0 && (x < 1e-3 || x >= 1e5) ? format(x, '.1e')")


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_paper_of_charts_is_the_background_of_the_page(theme: str) -> None:
    assert THEME[theme]["chartCategoricalColors"][SLOTS.index(PAPER)] == THEME[theme]["backgroundColor"]


@pytest.mark.parametrize("name", [MINI_BATCH.name, STOCHASTIC.name])
def test_runs_that_are_lost_have_no_dot_in_the_cloud(name: str) -> None:
    """Charts keep invalid values, for speed, and would draw them at 0, where no run ever was."""
    layers = json.loads(json.dumps(templates()[f"map {name}"]["layer"]))
    inner = [layer for outer in layers for layer in outer.get("layer", [outer])]
    cloud = next(layer for layer in inner if f"data('cloud {name}')" in json.dumps(layer.get("transform", [])))
    steps = [next(iter(step)) for step in cloud["transform"]]
    kept = [step["filter"] for step in cloud["transform"][steps.index("flatten") :] if "filter" in step]
    assert kept == ["isValid(datum.run.a) && isValid(datum.run.b)"]


class Chart:
    """A template with its data at one frame of the player, its expressions evaluated as the browser does it."""

    width = 311.0

    def __init__(self, name: str, sent: dict[str, dict[str, np.ndarray]], step: int) -> None:
        self.spec = templates()[name]
        self.sent = sent
        self.tables = {
            table: rows(**{field: column.tolist() for field, column in columns.items()})
            for table, columns in sent.items()
            if table in ("this", "rows")
        }
        self.names: dict[str, Any] = {STEP: step, "width": self.width, "height": float(self.spec["height"])}
        self.names["scale"] = lambda axis, number: number  # in units of the axis
        for param in self.spec["params"][1:]:
            self.names[param["name"]] = self.value(param["expr"])

    @property
    def this(self) -> SimpleNamespace:
        """The one row of `this`."""
        (row,) = self.tables["this"]
        return row

    def value(self, expression: str, datum: object = None) -> Any:
        """Evaluate an expression."""
        return value(expression, self.tables, self.names | {"datum": datum})

    def layers(self, mark: str, having: str = "") -> list[dict]:
        """Return the layers of `this` with this kind of mark, which mention a text."""
        return [
            layer
            for layer in nodes(self.spec["layer"])
            if isinstance(layer.get("mark"), dict)
            and layer["mark"]["type"] == mark
            and layer["data"]["name"] == "this"
            and having in json.dumps(layer)
        ]

    def channels(self, layer: dict, datum: object = None) -> dict[str, Any]:
        """Return the values of a layer's channels that are given by expressions."""
        set_by = {name: channel["value"] for name, channel in layer["encoding"].items() if "value" in channel}
        return {
            name: self.value(given["expr"], datum) if isinstance(given, dict) else given
            for name, given in set_by.items()
        }

    def made(self, layer: dict) -> list[SimpleNamespace]:
        """Return the rows that a layer makes of the row of `this`."""
        made = [SimpleNamespace(**vars(self.this))]
        for step in layer.get("transform", []):
            if "filter" in step:
                made = [row for row in made if self.value(step["filter"], row)]
            elif "calculate" in step:
                for row in made:
                    setattr(row, step["as"], self.value(step["calculate"], row))
            else:
                fields = step["flatten"]
                made = [
                    SimpleNamespace(**(vars(row) | dict(zip(fields, one, strict=True))))
                    for row in made
                    for one in zip(*(getattr(row, field) for field in fields), strict=True)
                ]
        return made

    def texts(self) -> list[str]:
        """Return all texts above the plot and on it, halos and the names of the axes left out."""
        layers = [layer for layer in self.layers("text", '"field": "text"') if "stroke" not in layer["encoding"]]
        return [text for layer in layers for row in self.made(layer) if (text := row.text)]

    def pixels(self, places: np.ndarray) -> np.ndarray:
        """Return where places (..., 2) in units of the axes are on the plot, from the left and from the top."""
        land = next(layer for layer in nodes(self.spec["layer"]) if "axis" in layer.get("encoding", {}).get("y", {}))
        (left, right), (bottom, top) = (
            [self.value(end["expr"]) for end in land["encoding"][axis]["scale"]["domain"]] for axis in "xy"
        )
        size = np.array([self.width, self.spec["height"]])
        return (places - [left, top]) / [right - left, bottom - top] * size


class Piece(NamedTuple):
    """A piece of a trail as it is drawn at a frame."""

    corners: np.ndarray
    """(C, 2) in pixels from the left and from the top."""
    coloured: float
    """Pixels of it that are drawn; nothing while it is invisible."""
    opacity: float


def pieces(chart: Chart, layer: dict) -> list[Piece]:
    """Return the pieces of a trail's layer, in the order of the path."""
    found = []
    for row in chart.made(layer):
        drawn = chart.channels(layer, row)
        grains = np.array([corner.split(",") for corner in row.shape[1:].split("L")], dtype=float)
        corners = grains * np.sqrt(drawn["size"]) / 2 + [drawn["x"], drawn["y"]]
        length = float(np.linalg.norm(np.diff(corners, axis=0), axis=1).sum())
        if drawn["strokeDash"]:
            on, off = drawn["strokeDash"]
            assert off > 1e6
            length = min(length, on) if drawn["strokeOpacity"] or on == 0 else 0.0
        found.append(Piece(corners, length, drawn["strokeOpacity"]))
    return found


class Scene(NamedTuple):
    """A chart of a race at a frame, and the update at which each method then stands."""

    chart: Chart
    run: Race
    loaded: Loaded
    updates: dict[Method, int]


PLAYED = {
    **{f"map {name}": ({}, name) for name in METHODS},
    **{f"map {name}, many seeds": (BALL, name) for name in METHODS},
    **{f"map {name}, patients": (PATIENTS, name) for name in METHODS},
    **{f"map {name}, fatal": (FATAL, name) for name in METHODS},
    **{f"map {name}, hopeless": (HOPELESS, name) for name in METHODS},
    **{f"curve {name}": (EXACT, name) for name in METHODS},
    "map all": ({}, "all"),
}


def scenes(name: str, changes: dict, part: str, view: View | None = None) -> Iterator[Scene]:
    """Yield a chart at the start, at the end, and at frames between."""
    run, loaded = raced(**changes)
    sent = race_frames(run, loaded, view or View(plane=CATALOGUE[run.settings.data].weights))[part]
    total = loaded.train.n * run.settings.epochs
    for step in (0, 1, total // 7, total // 2 + 1, total - 1, total):
        updates = {
            METHODS[method]: int(np.searchsorted(history.seen, step, "right")) - 1
            for method, history in run.histories.items()
        }
        yield Scene(Chart(name, sent, step), run, loaded, updates)


def drawn_places(scene: Scene, method: Method) -> np.ndarray:
    """Return the places (T, 2) of a method's first run on the axes of a map or curve, as far as they can be drawn."""
    history = scene.run.histories[method.name]
    framing = frame(scene.run, scene.loaded, View(plane=CATALOGUE[scene.run.settings.data].weights))
    good = (np.abs(history.path[0]) < LARGEST).all(axis=1) & (median_loss(history) < LARGEST)
    count = len(good) if good.all() else int(good.argmin())
    return framing.place(history.path[0, :count], history.loss[0, :count])


def near(chart: Chart) -> float:
    """Return how many pixels off a packed place may be: half a grain."""
    return 0.5001 * max(chart.width, chart.spec["height"]) / 2 / GRAIN


def held(chart: Chart, pixels: np.ndarray) -> np.ndarray:
    """Hold a path (T, 2) that leaves for good at the farthest place that is drawn, found by halving its last step."""
    across = chart.width / 2 if "left" in chart.names else chart.spec["height"] / 2
    reach = FARTHEST / GRAIN * np.array([across, chart.spec["height"] / 2])
    middle = np.array([chart.width, chart.spec["height"]]) / 2
    last = np.flatnonzero((np.abs(pixels - middle) <= reach).all(axis=1))[-1]
    if last == len(pixels) - 1:
        return np.clip(pixels, middle - reach, middle + reach)
    near_end, far_end = 0.0, 1.0
    for _ in range(300):
        half = (near_end + far_end) / 2
        place = pixels[last] + half * (pixels[last + 1] - pixels[last])
        near_end, far_end = (half, far_end) if (np.abs(place - middle) <= reach).all() else (near_end, half)
    rest = np.tile(pixels[last] + near_end * (pixels[last + 1] - pixels[last]), (len(pixels) - last - 1, 1))
    return np.vstack([np.clip(pixels[: last + 1], middle - reach, middle + reach), rest])


@pytest.mark.parametrize("played", PLAYED)
def test_the_dot_stands_where_the_update_is(played: str) -> None:
    name = played.split(",")[0]
    for scene in scenes(name, *PLAYED[played]):
        chart = scene.chart
        methods = METHODS.values() if name == "map all" else [METHODS[name.split(" ")[1]]]
        for method in methods:
            places = drawn_places(scene, method)
            at = held(chart, chart.pixels(places))[min(scene.updates[method], len(places) - 1)]
            here = [chart.names[f"across_{method.word}"], chart.names[f"up_{method.word}"]]
            assert here == pytest.approx(at.tolist(), abs=near(chart))
            (dot,) = (chart.channels(layer) for layer in chart.layers("point", f"clamp(across_{method.word}"))
            low, high = [7, 7], [chart.width - 7, chart.spec["height"] - 7]
            assert [dot["x"], dot["y"]] == pytest.approx(np.clip(at, low, high).tolist(), abs=near(chart))
            assert dot["opacity"] == 1


@pytest.mark.parametrize("played", [name for name in PLAYED if name.startswith("map")])
def test_a_trail_goes_through_every_update_and_is_coloured_up_to_the_current_one(played: str) -> None:
    name = played.split(",")[0]
    for scene in scenes(name, *PLAYED[played]):
        chart = scene.chart
        methods = METHODS.values() if name == "map all" else [METHODS[name.split(" ")[1]]]
        for method in methods:
            places = drawn_places(scene, method)
            casing, line = (pieces(chart, layer) for layer in chart.layers("point", f"join(slice(path_{method.word}"))
            walked = np.concatenate([line[0].corners[:1], *(piece.corners[1:] for piece in line)])
            assert walked.shape == places.shape
            assert np.abs(walked - held(chart, chart.pixels(places))).max() <= near(chart)
            steps = np.linalg.norm(np.diff(walked, axis=0), axis=1)[: scene.updates[method]]
            assert sum(piece.coloured for piece in line) == pytest.approx(steps.sum(), rel=1e-5, abs=1e-9)
            under = steps.sum() if name == "map all" else np.linalg.norm(np.diff(walked, axis=0), axis=1).sum()
            assert sum(piece.coloured for piece in casing) == pytest.approx(under, rel=1e-5, abs=1e-9)
            many = scene.run.settings.seeds > 1 and method.name != "batch"
            strongest = max(piece.opacity for piece in line)
            assert {piece.opacity for piece in line} <= {0, strongest}
            assert many or strongest in (0, 1)
            assert not many or strongest <= 0.35  # the cloud of all runs stays visible, also where all pieces cross
            assert not many or 1 - (1 - strongest) ** len(line) <= 0.65
            assert {piece.opacity for piece in casing} <= {0, 0 if many else 0.6}
            assert len(line) == max(1, -(-(len(places) - 1) // CORNERS))


@pytest.mark.parametrize("played", [name for name in PLAYED if name.startswith(("map batch", "curve"))])
def test_points_of_a_path_stand_where_their_updates_are(played: str) -> None:
    name = played.split(",")[0]
    method = METHODS[name.split(" ")[1]]
    for scene in scenes(name, *PLAYED[played]):
        chart, places = scene.chart, drawn_places(scene, method)
        expected = held(chart, chart.pixels(places))
        done = min(scene.updates[method] + 1, len(places))
        stops = chart.layers("point", f"slice(path_{method.word}, 0")
        lines = chart.layers("line", f"slice(path_{method.word}")
        assert (len(stops), len(lines)) == (method.name == "batch", 2 * name.startswith("curve"))
        for layer, count in [*((layer, done) for layer in stops), *zip(lines, (len(places), done), strict=False)]:
            points = [chart.channels(layer, row) for row in chart.made(layer)]
            found = np.array([[point["x"], point["y"]] for point in points])
            assert found.shape == (count, 2)
            assert np.abs(found - expected[:count]).max() <= near(chart)


@pytest.mark.parametrize("played", [name for name in PLAYED if name != "map all"])
def test_the_captions_tell_the_update_and_its_loss(played: str) -> None:
    name = played.split(",")[0]
    method = METHODS[name.split(" ")[1]]
    for scene in scenes(name, *PLAYED[played]):
        chart, update = scene.chart, scene.updates[method]
        history, (title, habit, *texts) = scene.run.histories[method.name], scene.chart.texts()
        reads = {"batch": scene.loaded.train.n, "mini-batch": scene.run.settings.batch_size, "stochastic": 1}[
            method.name
        ]
        rows = f"{reads:,} row{'s' if reads > 1 else ''}"
        assert (title, habit) == (name.split(" ")[1].capitalize(), f"update after {'all ' * (method is BATCH)}{rows}")
        lost, drawn = history.diverged_at[0], len(drawn_places(scene, method))
        loss = median_loss(history)[update]
        if 0 <= lost <= update:
            assert texts[0] == f"not finite since update {lost:,}"
        elif update >= drawn:
            assert texts[0] == f"off all scales since update {drawn:,}"
        else:
            told = f"{loss:.1e}" if loss and not 1e-3 <= loss < 1e5 else f"{loss:.4f}" if loss < 100 else f"{loss:,.1f}"
            tag = "median loss" if len(history.loss) > 1 else "loss"
            assert texts[0] == f"update {update:,}  ·  {tag} {told}"
        across, down = chart.names[f"across_{method.word}"], chart.names[f"up_{method.word}"]
        inside = 0 <= across <= chart.width and 0 <= down <= chart.spec["height"]
        assert ("outside this view" in texts) == (not inside)
        end = history.seen[update + 1] if update + 1 < len(history.seen) else None
        step = chart.names[STEP]
        waits = [f"next in {end - step:,}"] if end is not None and method is not STOCHASTIC else []
        assert [text for text in texts if text.startswith("next")] == waits


@pytest.mark.parametrize(
    "changes", [{}, BALL, PATIENTS, EXACT, FATAL], ids=["line", "ball", "patients", "exact", "fatal"]
)
def test_lines_go_through_the_models_predictions(changes: dict) -> None:
    for scene in scenes("fit", changes, "fit"):
        chart, this = scene.chart, scene.chart.this
        feature = next(
            (p for p in CATALOGUE[scene.run.settings.data].weights if p < len(scene.loaded.data.features)), 0
        )
        for method, layer in zip(METHODS.values(), chart.layers("rule"), strict=True):
            line = chart.channels(layer)
            path = scene.run.histories[method.name].path[0]
            theta = path[min(scene.updates[method], len(drawn_places(scene, method)) - 1)]
            assert (line["x"], line["x2"], line["opacity"]) == (0, chart.width, 1)
            for end, pixel in ((this.left, line["y"]), (this.right, line["y2"])):
                x = scene.loaded.train.x.mean(axis=0)
                x[feature] = end
                height = theta[: len(x)] @ x + theta[len(x) :].sum()
                expected = chart.spec["height"] * (this.top - height) / (this.top - this.bottom)
                reach = chart.spec["height"] * FARTHEST / GRAIN
                assert pixel == pytest.approx(
                    np.clip(expected, chart.spec["height"] - reach, reach + chart.spec["height"]), abs=2 * near(chart)
                )


@pytest.mark.parametrize("changes", [{}, PATIENTS], ids=["line", "patients"])
def test_the_rows_in_use_are_those_just_read(changes: dict) -> None:
    for scene in scenes("fit", changes, "fit"):
        chart, step = scene.chart, scene.chart.names[STEP]
        stream = [int(row) for row in chart.this.stream.split(" ")]
        seen = scene.run.histories[MINI_BATCH.name].seen
        update = scene.updates[MINI_BATCH]
        batch, one = chart.layers("point", "picked")
        in_use = [(row.x, row.y) for row in chart.made(batch)]
        sent = chart.sent["rows"]
        read = stream[seen[update - 1] : seen[update]] if update else []
        assert in_use == [(sent["x"][row], sent["y"][row]) for row in read]
        last = [(row.x, row.y) for row in chart.made(one)]
        assert last == [(sent["x"][row], sent["y"][row]) for row in stream[max(0, step - 1) : step]]
        title, caption, *counted = chart.texts()
        assert title == "Data"
        assert (caption == "nothing read yet") == (step == 0)
        assert counted == ([f"batch: {len(read)} row{'s' if len(read) > 1 else ''}"] if read else [])
        if step:
            (x, y) = last[0]
            assert caption == f"row read: {x:.3g}, {y:.3g}"


@pytest.mark.parametrize("count", COUNTS)
@pytest.mark.parametrize("changes", [{}, BALL, FATAL, HOPELESS], ids=["line", "ball", "fatal", "hopeless"])
def test_the_dot_of_a_loss_curve_is_its_update_or_gone(changes: dict, count: str) -> None:
    view = View(count, plane=CATALOGUE[changes.get("data", "line")].weights)
    for scene in scenes(f"losses {count}", changes, "losses", view):
        chart = scene.chart
        for method in METHODS.values():
            (dot,) = (chart.channels(layer) for layer in chart.layers("point", f"now_loss_{method.word}"))
            history, update = scene.run.histories[method.name], scene.updates[method]
            loss = median_loss(history)[update]
            if dot["opacity"] == 0:
                assert not loss <= chart.this.ceiling
                continue
            assert loss <= chart.this.ceiling * (1 + 1e-6)
            assert dot["y"] == pytest.approx(loss, rel=1e-6)
            at = {"examples": history.seen, "epochs": history.epochs, "updates": range(len(history.seen))}[count]
            assert dot["x"] == pytest.approx(at[update], rel=1e-12)


@pytest.mark.parametrize("name", templates())
def test_before_data_arrive_every_parameter_has_a_value(name: str) -> None:
    chart = Chart(name, {}, 0)
    assert {param["name"] for param in chart.spec["params"]} <= set(chart.names)
    for param, found in chart.names.items():
        if param.startswith("now_"):
            assert found is None
        elif param.startswith(PACKED):
            assert found == []
        elif param.startswith(("across_", "up_", "update_")):
            assert found == 0
