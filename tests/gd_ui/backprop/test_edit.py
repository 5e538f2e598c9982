"""Edited numbers: what is taken, and what is refused with one message."""

import math
from types import SimpleNamespace
from typing import Any

import pytest

from gd_core.hiring import EXERCISES
from gd_ui.backprop import edit
from gd_ui.backprop.edit import FIELDS, INPUTS, TARGETS, WEIGHTS, Field, edited, given, parsed, text_of

GOOD = EXERCISES["Exercise 3"]


@pytest.mark.parametrize("name", EXERCISES)
@pytest.mark.parametrize("field", FIELDS, ids=lambda field: field.key)
def test_the_text_of_given_numbers_reads_back_the_same(name: str, field: Field) -> None:
    rows = given(field, EXERCISES[name])
    assert parsed(text_of(rows), rows, field) == rows


def test_every_digit_of_a_link_is_kept() -> None:
    like = given(WEIGHTS, GOOD)
    rows = (tuple(math.pi / (p + 1) for p in range(15)),)
    assert parsed(text_of(rows), like, WEIGHTS)[0] == pytest.approx(rows[0], rel=1e-11)


BAD = [
    "",
    "abc",
    "nan",
    "inf",
    "1e308",
    "-1e308",
    "1,2",
    "1;2",
    "1, 0; 0; 1; 1",
    "<b>1</b>; 0; 0; 1",
    "2; 0; 0; 1",
    "; ; ;",
]


@pytest.mark.parametrize("text", BAD)
def test_targets_that_cannot_be_used_are_refused_with_the_range(text: str) -> None:
    with pytest.raises(ValueError, match="from 0 to 1, the range of a sigmoid unit") as refusal:
        parsed(text, GOOD.y, TARGETS)
    assert "<" not in str(refusal.value)


@pytest.mark.parametrize("cell", ["", "nan", "1e308", "-20.5", "x", "inf", "1e400"])
@pytest.mark.parametrize("place", [0, 14])
def test_a_weight_that_cannot_be_used_is_refused(cell: str, place: int) -> None:
    cells = ["0.5"] * 15
    cells[place] = cell
    with pytest.raises(ValueError, match="from -20 to 20"):
        parsed(", ".join(cells), given(WEIGHTS, GOOD), WEIGHTS)


def test_a_table_s_changes_are_made_in_place() -> None:
    rows = edited(GOOD.x, {2: {"practice": 0.75}, 0: {"grades": -1}}, ["grades", "practice"], INPUTS)
    assert rows == ((-1.0, 0.1), (0.1, 1.0), (0.1, 0.75), (1.0, 1.0))


def test_changes_of_other_columns_are_left_to_others() -> None:
    assert edited(GOOD.y, {1: {"grades": 9}}, ["target hire"], TARGETS) == GOOD.y


@pytest.mark.parametrize("value", [None, math.nan, 1e308, -0.01, "text"])
def test_a_cell_that_cannot_be_used_is_refused(value: object) -> None:
    with pytest.raises(ValueError, match=r"wanted are .*; got"):
        edited(GOOD.y, {1: {"target hire": value}}, ["target hire"], TARGETS)


@pytest.fixture
def state(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """Give the module a session of its own."""
    session: dict[str, Any] = {}
    monkeypatch.setattr(edit, "st", SimpleNamespace(session_state=session))
    return session


def test_an_edited_table_becomes_the_texts_of_the_link(state: dict[str, Any]) -> None:
    state["people"] = {"edited_rows": {1: {"grades": 0.5, "target hire": 1}}}
    edit._use_people("Exercise 3", "people", ["grades", "practice", "target hire"])
    assert state["inputs"] == "1, 0.1; 0.5, 1; 0.1, 0.1; 1, 1"
    assert state["targets"] == "1; 1; 0; 1"
    state["start"] = {"edited_rows": {14: {"start": 3.5}}}
    edit._use_weights("Exercise 3", "start")
    assert state["weights"].endswith(", 0.5, 0.5, 3.5")
    assert state["weights"].count(",") == 14
    assert edit.REFUSED not in state


@pytest.mark.parametrize("value", [None, math.nan, 1e308])
def test_a_refused_cell_leaves_the_text_and_empties_the_table(state: dict[str, Any], value: object) -> None:
    state["start"] = {"edited_rows": {0: {"start": value}}}
    edit._use_weights("Base", "start")
    assert "weights" not in state
    assert "Keeping the previous ones" in state[edit.REFUSED]
    assert state[edit.VERSION] == 1


@pytest.mark.parametrize(("name", "said"), [("Exercise 3", "4 numbers"), ("Base", "a single number from")])
def test_how_many_numbers_are_wanted_is_said(name: str, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        parsed("?", EXERCISES[name].y, TARGETS)
    with pytest.raises(ValueError, match="4 rows of 2 numbers"):
        parsed("?", GOOD.x, INPUTS)
