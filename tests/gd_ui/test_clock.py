"""The browser's arithmetic, which update each method stands at, agrees with the batches the core made."""

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gd_core import Batching
from gd_ui.charts import clock
from gd_ui.charts.template import STEP, first
from gd_ui.methods import BATCH, METHODS, MINI_BATCH, STOCHASTIC, Method

steadily = settings(deadline=None, derandomize=True, max_examples=150)
every_method = pytest.mark.parametrize("method", METHODS.values(), ids=METHODS)


@st.composite
def moments(draw: st.DrawFn) -> tuple[int, int, int, int]:
    """Draw examples per epoch, mini-batch size, epochs and a frame of the player."""
    n = draw(st.integers(1, 60))
    size, epochs = draw(st.integers(1, n)), draw(st.integers(1, 4))
    return n, size, epochs, draw(st.integers(0, n * epochs))


def value(expression: str, n: int, size: int, frame: int, **tables: list[object]) -> object:
    """Evaluate a Vega expression of the clock; floor, ceil, %, min, max and [] mean the same in Python here."""
    for field, number in (("n", n), ("size", size)):
        expression = expression.replace(first("this", field, 1), str(number))
    assert "?" not in expression
    names = {"floor": math.floor, "ceil": math.ceil, "min": min, "max": max, "length": len, STEP: frame}
    data = {name.replace("_", "-"): rows for name, rows in tables.items()}
    return eval(expression, {"__builtins__": {}, **names, "data": data.__getitem__})


def seen(method: Method, n: int, size: int, epochs: int) -> list[int]:
    """Return how many examples the core has read after each update of a method."""
    return Batching({BATCH: None, MINI_BATCH: size, STOCHASTIC: 1}[method]).plan(n, epochs, [0]).seen.tolist()


def update_at(method: Method, n: int, size: int, frame: int) -> int:
    return int(value(clock.signals(method)[clock.update(method)], n, size, frame))


@every_method
@steadily
@given(moments())
def test_a_methods_update_is_the_number_of_batches_it_has_finished(
    method: Method, moment: tuple[int, int, int, int]
) -> None:
    n, size, epochs, frame = moment
    finished = sum(end <= frame for end in seen(method, n, size, epochs)[1:])
    assert update_at(method, n, size, frame) == finished


@pytest.mark.parametrize(("n", "size"), [(80, 16), (354, 16), (80, 30), (3, 2), (1, 1), (7, 7), (10, 1), (17, 16)])
def test_every_frame_of_a_run_shows_the_right_updates(n: int, size: int) -> None:
    for method in METHODS.values():
        ends = seen(method, n, size, 3)
        shown = [update_at(method, n, size, frame) for frame in range(3 * n + 1)]
        assert shown == [sum(end <= frame for end in ends[1:]) for frame in range(3 * n + 1)]
        assert [shown[end] for end in ends] == list(range(len(ends)))


@every_method
@steadily
@given(moments(), st.integers(1, 300))
def test_a_methods_row_is_its_update_or_its_last_drawable_one(
    method: Method, moment: tuple[int, int, int, int], drawable: int
) -> None:
    n, size, _, frame = moment
    expression = clock.signals(method)[clock.row(method)]
    done = update_at(method, n, size, frame)
    expression = expression.replace(clock.update(method), str(done))
    row = value(expression, n, size, frame, **{method.name.replace("-", "_"): list(range(drawable))})
    assert row == min(done, drawable - 1)


@every_method
@steadily
@given(moments())
def test_the_next_update_comes_after_as_many_examples_as_promised(
    method: Method, moment: tuple[int, int, int, int]
) -> None:
    n, size, epochs, frame = moment
    following = min(end for end in seen(method, n, size, epochs + 1) if end > frame)
    assert value(clock.until_next(method), n, size, frame) == following - frame


@steadily
@given(moments())
def test_the_batch_in_use_is_the_slice_the_last_update_read(moment: tuple[int, int, int, int]) -> None:
    n, size, epochs, frame = moment
    start, end = (value(expression, n, size, frame) for expression in clock.batch_in_use())
    ends = [one for one in seen(MINI_BATCH, n, size, epochs) if one <= frame]
    assert end == ends[-1]
    assert start == (ends[-2] if len(ends) > 1 else 0)


def test_at_the_start_nothing_has_been_read() -> None:
    assert [value(expression, 80, 16, 0) for expression in clock.batch_in_use()] == [0, 0]
    assert [update_at(method, 80, 16, 0) for method in METHODS.values()] == [0, 0, 0]


def test_the_default_race_at_frame_184() -> None:
    assert [update_at(method, 80, 16, 184) for method in METHODS.values()] == [2, 11, 184]
    assert [value(clock.until_next(method), 80, 16, 184) for method in METHODS.values()] == [56, 8, 1]
