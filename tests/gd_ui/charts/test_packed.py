"""A packed text holds all it was given, as exactly as it promises, and reads as what the charts take it for."""

import itertools
import math
import re
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from gd_ui.charts import trail as module
from gd_ui.charts.packed import FARTHEST, GRAIN, listed, packed, packed_grains, packed_path, path_lengths
from gd_ui.charts.trail import trail
from tests.gd_ui.charts.test_clock import Entries, rows, value

steadily = settings(deadline=None, derandomize=True, max_examples=100)
EDGE = FARTHEST / GRAIN
"""How far from the middle a path is drawn, 1 being half a panel."""


def places(reach: float = EDGE) -> st.SearchStrategy[np.ndarray]:
    """Draw a path (T, 2)."""
    return st.integers(1, 60).flatmap(lambda t: arrays(float, (t, 2), elements=st.floats(-reach, reach)))


def unpacked(text: str) -> np.ndarray:
    """Return the points (T, 2) of a packed path in grains, to the right and down."""
    return np.array([[int(number) for number in point.split(",")] for point in text.split(" ")])


@steadily
@given(st.lists(st.floats(-EDGE, EDGE), min_size=1, max_size=60))
def test_lengths_come_back_within_half_a_grain(lengths: list[float]) -> None:
    back = [int(entry) / GRAIN for entry in packed_grains(np.array(lengths)).split(" ")]
    assert len(back) == len(lengths)
    assert back == pytest.approx(lengths, abs=0.5 / GRAIN * (1 + 1e-9))


@steadily
@given(places())
def test_a_path_comes_back_within_half_a_grain(path: np.ndarray) -> None:
    back = unpacked(packed_path(path)) / GRAIN * [1, -1]
    assert back.shape == path.shape
    assert np.abs(back - path).max() <= 0.5 / GRAIN * (1 + 1e-9)


def test_a_grain_cannot_be_seen() -> None:
    """The largest map is 340 pixels high; a screen has at most three of its own pixels for each of them."""
    assert 340 / 2 / GRAIN < 0.5 / 3


def test_a_path_goes_right_and_down_as_in_svg() -> None:
    corners = np.array([[0.0, 0.0], [1.0, 0.0], [0.0, 1.0], [-1.0, -1.0]])
    assert packed_path(corners) == f"0,0 {GRAIN},0 0,-{GRAIN} -{GRAIN},{GRAIN}"


@steadily
@given(places())
def test_joined_by_l_a_path_is_one_a_browser_can_draw(path: np.ndarray) -> None:
    drawn = "M" + "L".join(packed_path(path).split(" "))
    assert re.fullmatch(r"M-?\d+,-?\d+(L-?\d+,-?\d+)*", drawn)
    assert "-0" not in re.split("[ML,]", drawn)


def test_what_is_too_far_is_drawn_at_the_farthest() -> None:
    assert packed_grains(np.array([EDGE, EDGE + 1, 1e30, -1e30, np.inf, -np.inf])).split(" ") == [
        str(sign * FARTHEST) for sign in (1, 1, 1, -1, 1, -1)
    ]


def test_a_path_that_leaves_for_good_is_held_on_its_own_line() -> None:
    path = np.array([[0.0, 0.5], [3e30, 0.5 + 6e30], [1.0, -7e29], [-9e29, 2.0]])
    drawn = unpacked(packed_path(path)) / GRAIN * [1, -1]
    assert drawn[0].tolist() == [0, 0.5]
    assert drawn[1].tolist() == pytest.approx([EDGE / 2 - 0.25, EDGE], abs=0.5 / GRAIN)
    assert drawn[1:].tolist() == [drawn[1].tolist()] * 3


def test_a_path_that_comes_back_is_drawn_where_it_is_in_reach() -> None:
    path = np.array([[2 * EDGE, 0.0], [0.5, 0.5], [0.0, -3 * EDGE], [0.25, 0.25]])
    drawn = unpacked(packed_path(path)) / GRAIN * [1, -1]
    assert drawn.tolist() == [[EDGE, 0], [0.5, 0.5], [0, -EDGE], [0.25, 0.25]]


def test_what_is_too_far_is_beyond_the_edge_of_every_panel() -> None:
    """A map is up to 1.9 times as wide as high, and its units are halves of its height."""
    assert EDGE > 2 * 1.9


@steadily
@given(places(reach=3 * EDGE))
def test_the_length_of_a_path_is_that_of_the_line_drawn(path: np.ndarray) -> None:
    drawn = unpacked(packed_path(path)) / GRAIN
    expected = [0.0]
    for start, end in zip(drawn[:-1].tolist(), drawn[1:].tolist(), strict=True):
        expected.append(expected[-1] + math.dist(start, end))
    assert path_lengths(path).tolist() == pytest.approx(expected, rel=1e-12)


def test_a_long_way_has_its_whole_length() -> None:
    """Rattling in a corner of the map a run goes much further than any point of it lies."""
    to_and_fro = np.tile([[0.0, 0.0], [1.0, 0.0]], (1000, 1))
    assert path_lengths(to_and_fro)[-1] == 1999
    assert path_lengths(np.array([[0.3, 0.2]])).tolist() == [0]


@steadily
@given(st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=1, max_size=60))
def test_numbers_come_back_with_seven_digits(numbers: list[float]) -> None:
    back = [float(entry) for entry in packed(numbers).split(" ")]
    assert len(back) == len(numbers)
    for number, again in zip(numbers, back, strict=True):
        digits = 0.5000001 * 10.0 ** (math.floor(math.log10(abs(number))) - 6) if number else 0.0
        assert abs(again - number) <= digits


def test_numbers_are_written_as_short_as_they_can_be() -> None:
    assert packed([0.0, 1.0, 0.1, 123456789.0, 1 / 3, 1e-300, 2.5e30]) == (
        "0 1 0.1 1.234568e+08 0.3333333 1e-300 2.5e+30"
    )


def test_the_browser_finds_every_entry_of_a_column_and_none_before_data_arrive() -> None:
    assert value(listed("loss"), {"this": rows(loss=["5 2.5 1"])}, {}) == ["5", "2.5", "1"]
    assert value(listed("loss"), {"this": rows(loss=["5"])}, {}) == ["5"]
    assert value(listed("loss"), {}, {}) == []


@pytest.mark.parametrize("whole", [False, True])
@pytest.mark.parametrize("corners", [2, 400])
def test_a_trail_is_dashed_after_as_many_pixels_as_were_walked(
    whole: bool, corners: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The symbol of a path is its text in grains, drawn at half the root of its size: Vega's rule for symbols."""
    monkeypatch.setattr(module, "CORNERS", corners)
    path = np.array([[0.0, 0.0], [0.6, 0.8], [0.6, -0.2], [-1.4, -0.2], [-1.4, 0.3]])
    entries, lengths = Entries(packed_path(path).split(" ")), Entries(packed(path_lengths(path).tolist()).split(" "))
    height = 244
    for update in range(5):
        names = {"path_x": entries, "length_x": lengths, "now_length_x": lengths[update], "height": height}
        names |= {"grain": height / 2 / GRAIN, "width": 300}
        casing, line = ([*drawn(layer.to_dict(), names)] for layer in trail("x", "batch", 2.0, whole=whole))
        shapes = [piece["shape"][1:].split("L") for piece in line]
        assert [piece["shape"] for piece in casing] == [piece["shape"] for piece in line]
        assert shapes[0] + [corner for piece in shapes[1:] for corner in piece[1:]] == entries
        assert len(shapes) == -(-4 // corners)
        on = 0.0
        for under, over in zip(casing, line, strict=True):
            assert (over["x"], over["y"]) == (under["x"], under["y"]) == (150, 122)
            scale = math.sqrt(over["size"]) / 2
            assert math.sqrt(under["size"]) / 2 == scale == pytest.approx(122 / GRAIN)
            points = [[float(grain) for grain in corner.split(",")] for corner in over["shape"][1:].split("L")]
            whole_piece = sum(math.dist(*ends) * scale for ends in itertools.pairwise(points))
            if over["strokeOpacity"]:
                on += over["strokeDash"][0] if over["strokeDash"] else whole_piece
            assert under["strokeDash"] == ([] if whole else over["strokeDash"])
            assert under["strokeOpacity"] == (0.6 if whole or over["strokeOpacity"] else 0)
        assert on == pytest.approx(122 * [0, 1, 2, 4, 4.5][update], rel=1e-6)


def drawn(layer: dict[str, Any], names: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield what a trail's layer draws for every piece: its channels, and its shape."""
    pieces, _, *steps = layer["transform"]
    for start in value(pieces["calculate"], {}, names):
        datum = SimpleNamespace(piece=start)
        for step in steps:
            setattr(datum, step["as"], value(step["calculate"], {}, names | {"datum": datum}))
        channels = {
            channel: value(setting["value"]["expr"], {}, names | {"datum": datum})
            for channel, setting in layer["encoding"].items()
            if isinstance(setting.get("value"), dict)
        }
        yield channels | {"shape": datum.shape}
