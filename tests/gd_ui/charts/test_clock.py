"""The browser's arithmetic, which update each method stands at, agrees with the batches the core made."""

import functools
import math
import re
from collections.abc import Iterator, Mapping
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gd_core import Batching
from gd_ui.charts import clock
from gd_ui.charts.template import STEP
from gd_ui.charts.trail import now
from gd_ui.methods import BATCH, METHODS, MINI_BATCH, STOCHASTIC, Method

steadily = settings(deadline=None, derandomize=True, max_examples=150)
every_method = pytest.mark.parametrize("method", METHODS.values(), ids=METHODS)


@st.composite
def moments(draw: st.DrawFn) -> tuple[int, int, int, int]:
    """Draw examples per epoch, mini-batch size, epochs and a frame of the player."""
    n = draw(st.integers(1, 60))
    size, epochs = draw(st.integers(1, n)), draw(st.integers(1, 4))
    return n, size, epochs, draw(st.integers(0, n * epochs))


class Entries(list[Any]):
    """A list as Vega has it: beyond its ends there is nothing, and '3' is as good an index as 3."""

    def __getitem__(self, at: Any) -> Any:
        """Return one entry, or None where there is none."""
        at = int(at) if isinstance(at, str) else at
        return super().__getitem__(at) if isinstance(at, slice) or 0 <= at < len(self) else None


FUNCTIONS: dict[str, Any] = {
    "floor": math.floor,
    "ceil": math.ceil,
    "min": min,
    "max": max,
    "pow": pow,
    "clamp": lambda number, low, high: max(low, min(number, high)),
    "format": lambda number, how: format(number, how.replace("~", "")),  # Python drops trailing zeros anyway
    "length": len,
    "sequence": lambda start, stop, step: Entries(range(int(start), int(stop), int(step))),
    "entries": Entries,
    "split": lambda text, by: Entries(text.split(by)),
    "join": lambda entries, by: by.join(entries),
    "slice": lambda entries, start, end: Entries(entries[int(start) : int(end)]),
    "toNumber": lambda text: float(text or 0),
    "null": None,
}
OPERATORS = {"&&": " and ", "||": " or ", "!": " not "}
TOKEN = re.compile(r"'[^']*'|&&|\|\||!=|[!?:,()\[\]]|[^'&|!?:,()\[\]]+")


@functools.cache
def python(expression: str) -> str:
    """Translate a Vega expression into Python, where a ? b : c, &&, || and ! are written otherwise."""
    return _translated(iter(TOKEN.findall(expression)), ())[0]


def _translated(tokens: Iterator[str], ends: tuple[str, ...]) -> tuple[str, str]:
    """Translate up to one of `ends` that stands outside of all brackets; return it as well."""
    text = ""
    for token in tokens:
        if token in ends:
            return text, token
        if token == "?":
            this, _ = _translated(tokens, (":",))
            that, end = _translated(tokens, ends)
            return f"({this} if {text} else {that})", end
        is_list = token == "[" and not re.search(r"[\w)\]'] *$", text)  # and no index of something
        text += "entries([" if is_list else OPERATORS.get(token, token)
        if token in ("(", "["):
            end = ","
            while end == ",":
                inner, end = _translated(tokens, (",", ")", "]"))
                text += inner + end
            text += ")" * is_list
    return text, ""


def rows(**columns: Any) -> Entries:
    """Return a table as Vega has it, from its columns."""
    return Entries(
        SimpleNamespace(**dict(zip(columns, row, strict=True))) for row in zip(*columns.values(), strict=True)
    )


def value(expression: str, tables: Mapping[str, Entries], names: Mapping[str, Any]) -> Any:
    """Evaluate a Vega expression on tables and the parameters it names."""
    scope = {**FUNCTIONS, "data": lambda name: tables.get(name, Entries())}
    return eval(python(expression), {"__builtins__": {}, **scope}, names)


def at(expression: str, n: int, size: int, frame: int) -> Any:
    """Evaluate an expression of the clock at a frame."""
    return value(expression, {"this": rows(n=[n], size=[size])}, {STEP: frame})


def seen(method: Method, n: int, size: int, epochs: int) -> list[int]:
    """Return how many examples the core has read after each update of a method."""
    return Batching({BATCH: None, MINI_BATCH: size, STOCHASTIC: 1}[method]).plan(n, epochs, [0]).seen.tolist()


def update_at(method: Method, n: int, size: int, frame: int) -> int:
    return int(at(clock.signals(method)[clock.update(method)], n, size, frame))


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
def test_a_methods_text_is_that_of_its_update_or_of_its_last_drawable_one(
    method: Method, moment: tuple[int, int, int, int], drawable: int
) -> None:
    n, size, _, frame = moment
    texts = {"path": [f"{t},{-t}" for t in range(drawable)], "loss": [f"{t / 7:.3g}" for t in range(drawable)]}
    sent = {f"{name}_{method.word}": [" ".join(entries)] for name, entries in texts.items()}
    tables, names = {"this": rows(n=[n], size=[size], **sent)}, {STEP: frame}
    for name, expression in clock.signals(method, *texts).items():
        names[name] = value(expression, tables, names)
    done = update_at(method, n, size, frame)
    assert names.pop(clock.update(method)) == done
    for name, entries in texts.items():
        assert names[f"{name}_{method.word}"] == entries
        assert names[now(name, method.word)] == entries[min(done, drawable - 1)]


@every_method
def test_before_data_arrive_there_is_no_text(method: Method) -> None:
    names: dict[str, Any] = {STEP: 0}
    for name, expression in clock.signals(method, "path").items():
        names[name] = value(expression, {}, names)
    assert names == {STEP: 0, clock.update(method): 0, f"path_{method.word}": [], now("path", method.word): None}


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("x > 1 ? 'more' : 'less'", "more"),
        ("x > 5 ? 1 : x > 1 ? 2 : 3", 2),
        ("x > 1 ? x > 5 ? 1 : 4 : 3", 4),
        ("min(x > 1 ? 7 : 0, (x < 1 ? 0 : 5) + 1)", 6),
        ("!nothing && x != 3 || x == 2", True),
        ("[1, x > 1 ? 5 : 0][1]", 5),
        ("[][0] ? 1 : 0", 0),
        ("split('a b', ' ')[1] + ' ? :'", "b ? :"),
        ("split('a b', ' ')[2] ? 1 : 0", 0),
        ("data('missing')[0] ? 1 : length(data('t')) + data('t')[1].a", 12),
    ],
)
def test_these_tests_read_vega_expressions_as_vega_does(expression: str, expected: object) -> None:
    assert value(expression, {"t": rows(a=[4, 10])}, {"x": 2, "nothing": None}) == expected


@every_method
@steadily
@given(moments())
def test_the_next_update_comes_after_as_many_examples_as_promised(
    method: Method, moment: tuple[int, int, int, int]
) -> None:
    n, size, epochs, frame = moment
    following = min(end for end in seen(method, n, size, epochs + 1) if end > frame)
    assert at(clock.until_next(method), n, size, frame) == following - frame


@steadily
@given(moments())
def test_the_batch_in_use_is_the_slice_the_last_update_read(moment: tuple[int, int, int, int]) -> None:
    n, size, epochs, frame = moment
    start, end = (at(expression, n, size, frame) for expression in clock.batch_in_use())
    ends = [one for one in seen(MINI_BATCH, n, size, epochs) if one <= frame]
    assert end == ends[-1]
    assert start == (ends[-2] if len(ends) > 1 else 0)


def test_at_the_start_nothing_has_been_read() -> None:
    assert [at(expression, 80, 16, 0) for expression in clock.batch_in_use()] == [0, 0]
    assert [update_at(method, 80, 16, 0) for method in METHODS.values()] == [0, 0, 0]


def test_the_default_race_at_frame_184() -> None:
    assert [update_at(method, 80, 16, 184) for method in METHODS.values()] == [2, 11, 184]
    assert [at(clock.until_next(method), 80, 16, 184) for method in METHODS.values()] == [56, 8, 1]
