"""Whatever a link asks for, a control has an allowed value, and says so when that is not what was asked."""

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from streamlit.testing.v1 import AppTest

from gd_ui.controls import fitted, log_scale, quoted, written

steadily = settings(deadline=None, derandomize=True, max_examples=200)

LOW, HIGH, DEFAULT = 1e-3, 1.5, 0.1
NUMBERS = st.floats().map(repr) | st.integers().map(str) | st.floats(LOW, HIGH).map(repr)
ODD = st.sampled_from(
    ["nan", "-nan", "inf", "-Infinity", "1e999", "-1e999", "1e-320", "0", "-0", "1_0", " 1 ", "0x10", "", "١", "1,5"]
)
TEXTS = st.text(max_size=40) | NUMBERS | ODD
MEANINGFUL = set("<>&\"'`*_~[](){}!#:|\\$/@=\n\r\t\u2028")


def number_in(text: str) -> float | None:
    """Return the number a text says, if any."""
    try:
        return float(text)
    except ValueError:
        return None


@steadily
@given(TEXTS)
def test_any_text_becomes_a_number_of_the_range_with_a_complaint_exactly_if_it_says_another(text: str) -> None:
    value, complaint = fitted(text, LOW, HIGH, DEFAULT, whole=False)
    assert LOW <= value <= HIGH
    assert (complaint is None) == (value == number_in(text))


@steadily
@given(TEXTS | st.floats(0, 9999).map(repr))
def test_a_whole_number_is_whole_whatever_the_text_says(text: str) -> None:
    value, complaint = fitted(text, 0, 9999, 7, whole=True)
    assert isinstance(value, int)
    assert 0 <= value <= 9999
    assert (complaint is None) == (value == number_in(text))


@steadily
@given(st.floats(allow_nan=False))
def test_the_number_used_is_the_nearest_that_is_allowed(asked: float) -> None:
    assert fitted(repr(asked), LOW, HIGH, DEFAULT, whole=False)[0] == min(max(asked, LOW), HIGH)


@pytest.mark.parametrize(
    ("text", "used"),
    [
        ("nan", DEFAULT), ("inf", HIGH), ("-inf", LOW), ("1e-320", LOW), ("1e999", HIGH), ("-1e999", LOW),
        ("9" * 400, HIGH), ("-1", LOW), ("0", LOW), ("fast", DEFAULT), ("", DEFAULT), ("1,5", DEFAULT),
    ],
)  # fmt: skip
def test_a_complaint_says_what_came_what_is_allowed_and_what_is_used(text: str, used: float) -> None:
    value, complaint = fitted(text, LOW, HIGH, DEFAULT, whole=False)
    assert value == used
    assert complaint is not None
    assert quoted(text) in complaint
    assert complaint.endswith(f"using {written(used)}.")
    assert "0.001 to 1.5" in complaint or "no number" in complaint


@steadily
@given(st.text() | st.text(alphabet=sorted(MEANINGFUL)))
def test_nothing_in_a_quotation_means_anything_to_markdown_or_html(text: str) -> None:
    shown = quoted(text)
    assert not MEANINGFUL & set(shown)
    assert len(shown) <= 27


@pytest.mark.parametrize("text", ["https://evil.example", "www.evil.example", "a@evil.example", "mailto:a@b.c"])
def test_no_quotation_is_long_or_whole_enough_to_become_a_link_with_a_scheme(text: str) -> None:
    assert "://" not in quoted(text)
    assert "@" not in quoted(text)


@steadily
@given(st.floats(1e-12, 1e12), st.floats(1, 1e6))
def test_the_steps_of_a_scale_ascend_within_its_ends_six_to_a_decade(low: float, ratio: float) -> None:
    steps = log_scale(low, low * ratio)
    assert steps == sorted(set(steps))
    assert all(low * (1 - 1e-8) <= step <= low * ratio * (1 + 1e-8) for step in steps)
    assert {written(step / 10 ** math.floor(math.log10(step * (1 + 1e-9)))) for step in steps} <= {
        "1", "1.5", "2", "3", "5", "7",
    }  # fmt: skip
    assert abs(len(steps) - 6 * math.log10(ratio)) <= 6


def test_a_scale_includes_its_own_ends() -> None:
    assert log_scale(0.01, 0.1) == [0.01, 0.015, 0.02, 0.03, 0.05, 0.07, 0.1]
    assert log_scale(5e-6, 1e-5) == [5e-6, 7e-6, 1e-5]


@steadily
@given(st.floats(1e-9, 1e9))
def test_a_written_number_reads_back_to_ten_digits(value: float) -> None:
    assert float(written(value)) == pytest.approx(value, rel=1e-9)
    assert not MEANINGFUL & set(written(value))


def three_controls() -> None:
    """Show one control of each kind, and what they gave."""
    import streamlit as st

    from gd_ui import controls

    notices: list[str] = []
    rate = controls.scale("Rate", "lr", controls.log_scale(0.001, 1), 0.1, notices)
    size = controls.scale("Size", "batch", [1, 2, 4, 80], 4, notices)
    kind = controls.choose(st.selectbox, "Kind", "kind", ["plain", "fancy"], notices)
    seed = controls.whole_number("Seed", "seed", 9999, notices)
    st.text(repr((rate, size, kind, seed)))
    controls.show_notices(notices)


def opened(**link: str) -> tuple[AppTest, tuple[float, float, str, int], list[str]]:
    """Open the three controls at a link; return the page, what the controls gave and the notices."""
    page = AppTest.from_function(three_controls, default_timeout=30)
    for name, text in link.items():
        page.query_params[name] = text
    page.run()
    assert not page.exception
    notices = [line for box in page.warning for line in box.value.split("  \n")]
    return page, eval(page.text[0].value), notices


def test_without_a_link_controls_have_their_defaults_and_nothing_is_noticed() -> None:
    _, values, notices = opened()
    assert values == (0.1, 4, "plain", 0)
    assert notices == []


def test_a_link_sets_every_control_and_nothing_is_noticed() -> None:
    _, values, notices = opened(lr="0.02", batch="80", kind="fancy", seed="12")
    assert values == (0.02, 80, "fancy", 12)
    assert notices == []


def test_a_link_may_name_any_number_between_the_steps_and_the_others_stay_on_offer() -> None:
    page, values, notices = opened(lr="0.1234", batch="17")
    assert values[:2] == (0.1234, 17)
    assert notices == []
    assert page.select_slider(key="lr").options == sorted(page.select_slider(key="lr").options, key=float)
    assert "0.1234" in page.select_slider(key="lr").options
    page.select_slider(key="lr").set_value("0.3").run()
    assert eval(page.text[0].value)[0] == 0.3
    assert not page.exception


@pytest.mark.parametrize(("asked", "rate"), [("0.10", 0.1), ("2e-2", 0.02), ("+0.0020", 0.002), ("1.0", 1)])
def test_a_number_may_be_spelled_in_any_way(asked: str, rate: float) -> None:
    _, values, notices = opened(lr=asked, batch="80.0")
    assert values == (rate, 80, "plain", 0)
    assert notices == []


@pytest.mark.parametrize(
    ("asked", "rate"),
    [("nan", 0.1), ("inf", 1), ("1e-320", 0.001), ("1e999", 1), ("-1", 0.001), ("x" * 10_000, 0.1), ("<b>", 0.1)],
)
def test_a_rate_beyond_the_scale_is_moved_onto_it_and_noticed_once(asked: str, rate: float) -> None:
    page, values, notices = opened(lr=asked)
    assert values == (rate, 4, "plain", 0)
    assert len(notices) == 1
    assert notices[0].startswith("Rate: ")
    page.selectbox(key="kind").set_value("fancy").run()
    assert eval(page.text[0].value) == (rate, 4, "fancy", 0)
    assert not page.warning


@pytest.mark.parametrize(("asked", "size"), [("3.5", 4), ("0", 1), ("81", 80), ("1e999", 80), ("many", 4)])
def test_a_size_is_made_whole_and_kept_within_its_ends(asked: str, size: int) -> None:
    _, values, notices = opened(batch=asked)
    assert values == (0.1, size, "plain", 0)
    assert [notice.split(":")[0] for notice in notices] == ["Size"]


@pytest.mark.parametrize(("asked", "seed"), [("-1", 0), ("10000", 9999), ("1e999", 9999), ("nan", 0), ("2.6", 3)])
def test_a_seed_is_made_whole_and_kept_within_its_ends(asked: str, seed: int) -> None:
    _, values, notices = opened(seed=asked)
    assert values == (0.1, 4, "plain", seed)
    assert [notice.split(":")[0] for notice in notices] == ["Seed"]


@pytest.mark.parametrize("asked", ["", "Fancy", ":red[fancy]", "![](https://evil.example/x.png)", "z" * 10_000])
def test_an_unknown_choice_gives_way_to_the_first_and_the_notice_lists_what_there_is(asked: str) -> None:
    _, values, notices = opened(kind=asked)
    assert values == (0.1, 4, "plain", 0)
    assert len(notices) == 1
    assert "plain, fancy" in notices[0]
    assert len(notices[0]) < 120
    assert not MEANINGFUL - {":"} & set(notices[0])
