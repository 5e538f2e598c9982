"""Edited numbers: inputs, targets and weights of the hiring network, as text in the link and as tables on the page.

What cannot be used is refused with one message, and the numbers used last stay.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, NamedTuple

import streamlit as st

from gd_core.hiring import EXERCISES, LAYERS, Exercise
from gd_core.hiring import Rows as Table
from gd_ui import controls
from gd_ui.backprop.arithmetic import weight_name


class Field(NamedTuple):
    """One set of numbers that can be edited."""

    label: str
    key: str
    """Of the widget, and in the link."""
    low: float
    high: float
    why: str = ""


INPUTS = Field("Inputs", "inputs", -2, 2)
TARGETS = Field("Targets", "targets", 0, 1, ", the range of a sigmoid unit")
WEIGHTS = Field("Weights", "weights", -20, 20)
FIELDS = (INPUTS, TARGETS, WEIGHTS)
REFUSED = "edit refused"
VERSION = "edit version"


def given(field: Field, exercise: Exercise) -> Table:
    """Return the course's numbers of an exercise, row by row."""
    return {INPUTS: exercise.x, TARGETS: exercise.y, WEIGHTS: (exercise.start,)}[field]


def text_of(rows: Table) -> str:
    """Return numbers as they stand in the link: rows with semicolons, numbers with commas between."""
    return "; ".join(", ".join(f"{value:.12g}" for value in row) for row in rows)


def parsed(text: str, like: Table, field: Field) -> Table:
    """Return the rows that a text says; raises ValueError, saying what is wanted, if they are not like `like`."""
    shape = " rows of ".join(str(size) for size in (len(like), len(like[0])) if size > 1)
    wanted = f"wanted are {shape} numbers" if shape else "wanted is a single number"
    wanted += f" from {field.low:g} to {field.high:g}{field.why}"
    cells = [row.split(",") for row in text.split(";")]
    if [len(row) for row in cells] != [len(row) for row in like]:
        between = ", semicolons between rows" if len(like) > 1 else ""
        raise ValueError(f"{wanted}, with commas between{between}; got {controls.quoted(text)}.")
    return checked(cells, field, wanted)


def checked(cells: list[list[Any]], field: Field, wanted: str) -> Table:
    """Return cells as numbers; raises ValueError naming the one that is none or out of range."""
    rows = []
    for row in cells:
        numbers = []
        for cell in row:
            try:
                value = float(cell)
            except (TypeError, ValueError):
                value = math.nan
            if not field.low <= value <= field.high:
                said = controls.quoted("" if cell is None else str(cell).strip())
                raise ValueError(f"{wanted}; got {said}.")
            numbers.append(value)
        rows.append(tuple(numbers))
    return tuple(rows)


def ask(name: str, notices: controls.Notices) -> dict[Field, Table]:
    """Show the three texts of an exercise and return their numbers; refused ones as they were before."""
    refused = st.session_state.pop(REFUSED, None)
    if refused is not None:
        notices.append(refused)
    found = {}
    for field in FIELDS:
        like = given(field, EXERCISES[name])
        text = st.text_input(
            field.label, text_of(like), key=field.key, max_chars=600, help=_HELP[field.key], **controls.BOUND
        )
        kept = f"kept {field.key}"
        before = st.session_state.get(kept, (name, like))
        rows = before[1] if before[0] == name else like
        try:
            rows = parsed(text, like, field)
        except ValueError as error:
            notices.append(f"{field.label}: {error} Keeping the previous ones.")
        st.session_state[kept] = (name, rows)
        found[field] = rows
    return found


def use_given(name: str) -> None:
    """Set all texts to the course's numbers, as choosing an exercise does."""
    if name in EXERCISES:
        for field in FIELDS:
            st.session_state[field.key] = text_of(given(field, EXERCISES[name]))
    st.session_state[VERSION] = st.session_state.get(VERSION, 0) + 1


def edited(rows: Table, changes: Mapping[int, Mapping[str, Any]], columns: list[str], field: Field) -> Table:
    """Return rows with the changes of a table editor made; raises ValueError naming a number that cannot be used."""
    cells: list[list[Any]] = [list(row) for row in rows]
    for number, change in changes.items():
        for column, value in change.items():
            if column in columns:
                cells[int(number)][columns.index(column)] = value
    return checked(cells, field, f"wanted are numbers from {field.low:g} to {field.high:g}{field.why}")


def tables(name: str, now: dict[Field, Table]) -> None:
    """Show the numbers as tables to edit."""
    exercise = EXERCISES[name]
    version = st.session_state.get(VERSION, 0)
    outputs = LAYERS[len(exercise.sizes) - 1][: exercise.sizes[-1]]
    left, right = st.columns([1, 1], gap="medium")
    with left:
        st.markdown("**Applicants**: inputs and targets")
        columns = [*LAYERS[0], *(f"target {output}" for output in outputs)]
        people = [x + y for x, y in zip(now[INPUTS], now[TARGETS], strict=True)]
        limits = [INPUTS] * len(LAYERS[0]) + [TARGETS] * len(outputs)
        st.data_editor(
            {column: list(values) for column, values in zip(columns, zip(*people, strict=True), strict=True)},
            key=f"applicants {version}", on_change=_use_people, args=(name, f"applicants {version}", columns),
            column_config={
                column: st.column_config.NumberColumn(min_value=limit.low, max_value=limit.high, step=0.01)
                for column, limit in zip(columns, limits, strict=True)
            },
            num_rows="fixed", hide_index=True,
        )  # fmt: skip
        st.caption("Every edit begins a new run and stands in the link.")
        st.button("Back to the course's numbers", icon=":material/undo:", on_click=use_given, args=(name,))
    with right:
        st.markdown("**Weights and biases** at the start")
        weights = now[WEIGHTS][0]
        names = [weight_name(p, exercise.sizes) for p in range(len(weights))]
        st.data_editor(
            {"parameter": names, "start": list(weights)}, key=f"start {version}", disabled=["parameter"],
            on_change=_use_weights, args=(name, f"start {version}"), num_rows="fixed", hide_index=True, height=300,
            column_config={
                "start": st.column_config.NumberColumn(min_value=WEIGHTS.low, max_value=WEIGHTS.high, step=0.01)
            },
        )  # fmt: skip


def _use_people(name: str, key: str, columns: list[str]) -> None:
    inputs, changes = len(LAYERS[0]), st.session_state[key]["edited_rows"]
    _take(name, INPUTS, changes, columns[:inputs])
    _take(name, TARGETS, changes, columns[inputs:])


def _use_weights(name: str, key: str) -> None:
    changes = st.session_state[key]["edited_rows"]
    columns = {int(p): change["start"] for p, change in changes.items() if "start" in change}
    _take(name, WEIGHTS, {0: {str(p): value for p, value in columns.items()}},
          [str(p) for p in range(len(EXERCISES[name].start))])  # fmt: skip


def _take(name: str, field: Field, changes: Mapping[int, Mapping[str, Any]], columns: list[str]) -> None:
    """Put edited numbers into the field's text, or a refusal where they cannot be used; the table begins anew."""
    before = st.session_state.get(f"kept {field.key}", (name, given(field, EXERCISES[name])))[1]
    try:
        st.session_state[field.key] = text_of(edited(before, changes, columns, field))
    except ValueError as error:
        st.session_state[REFUSED] = f"{field.label}: {error} Keeping the previous ones."
    st.session_state[VERSION] = st.session_state.get(VERSION, 0) + 1


_HELP = {
    "inputs": "Grades and practice of every applicant: numbers with commas, applicants with semicolons between.",
    "targets": "What the output should be for every applicant, from nothing to one.",
    "weights": "Where the descent starts: layer by layer the weights, row by row, then the biases.",
}
