"""Rates from a link: what is read, what is refused with a notice, and what the menu offers."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gd_ui.datasets import CATALOGUE, load
from gd_ui.learning_rates.controls import (
    FEWEST,
    MOST,
    allowed,
    default_rates,
    offers,
    parsed_rates,
    rounded,
    written_rates,
)

every_data = pytest.mark.parametrize("data", CATALOGUE)


@pytest.mark.parametrize("text", ["0.2,0.8,1.1", "0.2, 0.8, 1.1", "0.2 0.8;1.1", ",0.2,,8e-1,1.10,"])
def test_rates_are_read_with_any_separator(text: str) -> None:
    assert parsed_rates(text, "line") == ((0.2, 0.8, 1.1), [])


@pytest.mark.parametrize(
    ("text", "rates", "complaint"),
    [
        ("0,0.2,0.8", (0.2, 0.8), "zero never moves"),
        ("-0.0,0.2,0.8", (0.2, 0.8), "zero never moves"),
        ("nan,0.2,0.8", (0.2, 0.8), "“nan” is no number"),
        ("<b>,0.2,0.8", (0.2, 0.8), "“?b?” is no number"),
        ("1e-320,0.2", (0.0001, 0.2), "outside 0.0001 to 10; using 0.0001"),
        ("-3,0.2", (0.0001, 0.2), "using 0.0001"),
        ("inf,0.2", (10.0, 0.2), "using 10"),
        ("0.2,0.8,0.2", (0.2, 0.8), "0.2 is there already"),
        ("0.1,0.2,0.3,0.4,0.5,0.6", (0.1, 0.2, 0.3, 0.4, 0.5), "left out: 0.6"),
        ("0.3", (0.3, 0.2), "0.2 is added"),
        ("0.2", (0.2, 0.8), "0.8 is added"),
        ("", (0.2, 0.8, 1.1), "no rate is left"),
        ("zzz", (0.2, 0.8, 1.1), "no rate is left"),
    ],
)
def test_what_cannot_be_used_is_told(text: str, rates: tuple[float, ...], complaint: str) -> None:
    found, complaints = parsed_rates(text, "line")
    assert found == rates
    assert any(complaint in told for told in complaints)


@given(st.text(max_size=60))
def test_no_text_at_all_breaks_the_reading(text: str) -> None:
    rates, _ = parsed_rates(text, "line")
    low, high = allowed(load("line"))
    assert FEWEST <= len(rates) <= MOST
    assert all(low <= rate <= high for rate in rates)
    assert parsed_rates(written_rates(rates), "line") == (rates, [])


@every_data
def test_a_data_set_starts_with_one_rate_of_each_story(data: str) -> None:
    rates = default_rates(data)
    found = [load(data).curvature.regime(rate) for rate in rates]
    assert found == ["crawling", "zigzag", "divergent"]
    assert parsed_rates(written_rates(rates), data) == (rates, [])


def test_the_course_s_data_start_with_the_course_s_rates() -> None:
    assert default_rates("line") == (0.2, 0.8, 1.1)


@every_data
def test_everything_offered_can_be_read_again(data: str) -> None:
    for rates in (default_rates(data), default_rates(data)[:2]):
        for label, offered in offers(data, load(data), rates).items():
            assert parsed_rates(written_rates(offered), data) == (offered, []), label


@every_data
def test_the_sets_offered_are_what_they_are_called(data: str) -> None:
    bowl = load(data).curvature
    found = offers(data, load(data), default_rates(data))
    (edge,) = (rates for label, rates in found.items() if label.startswith("Both sides"))
    assert edge[0] < bowl.max_stable_learning_rate() < edge[1]
    (regimes,) = (rates for label, rates in found.items() if label.startswith("One of each"))
    assert [bowl.regime(rate) for rate in regimes] == ["crawling", "direct", "zigzag", "divergent"]
    assert len([label for label in found if label.startswith("Remove")]) == len(default_rates(data))


def test_the_menu_neither_adds_a_sixth_rate_nor_leaves_one_alone() -> None:
    loaded = load("line")
    full = offers("line", loaded, (0.1, 0.2, 0.3, 0.4, 0.5))
    assert not [label for label in full if label.startswith("Add")]
    assert not [label for label in offers("line", loaded, (0.1, 0.2)) if label.startswith("Remove")]


@given(st.floats(1e-8, 1e4), st.integers(1, 4))
def test_rounding_never_goes_up(rate: float, digits: int) -> None:
    down = rounded(rate, digits)
    assert down <= rate * (1 + 1e-11)
    assert down > rate - 10.0 ** (np.floor(np.log10(rate)) + 1 - digits) * (1 + 1e-9)
    assert rounded(down, digits) == down
