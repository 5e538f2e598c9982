"""Controls: widgets whose value lives in the link, checked again on the server.

A link may ask for anything. What it asks for is read before the widget exists; a number beyond the range is moved to
its end, nonsense gives way to the default, and either way a notice says so. A number within the range that is not on
the slider's scale is added to the scale, so a link can name any rate.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence
from typing import Any

import streamlit as st

BOUND: dict[str, Any] = {"bind": "query-params"}
"""Every control's value stands in the address under its key."""

Notices = list[str]


def log_scale(low: float, high: float) -> list[float]:
    """Return round numbers from `low` to `high`, six to a decade: 0.01, 0.015, 0.02, 0.03, 0.05, 0.07, 0.1."""
    first, last = math.floor(math.log10(low)), math.ceil(math.log10(high))
    steps = [float(f"{mantissa}e{power}") for power in range(first, last + 1) for mantissa in (1, 1.5, 2, 3, 5, 7)]
    return [step for step in steps if low * (1 - 1e-9) <= step <= high * (1 + 1e-9)]


def scale(label: str, name: str, steps: Sequence[float], default: float, notices: Notices, **widget: Any) -> float:
    """Show a slider over `steps` (ascending) and return the number chosen, within the range of the steps."""
    low, high, whole = steps[0], steps[-1], all(isinstance(step, int) for step in steps)
    values = {written(step): step for step in (*steps, default)}
    asked = st.query_params.get(name)
    if asked is not None:
        value, complaint = fitted(asked, low, high, default, whole=whole)
        values[written(value)] = value
        if name not in st.session_state and asked != written(value):
            # Beyond the range, or only spelled differently: the slider knows 5e-6 as 5e-06 and nothing else.
            st.session_state[name] = written(value)
            if complaint is not None:
                notices.append(f"{label}: {complaint}")
    if name in st.session_state:
        value, _ = fitted(str(st.session_state[name]), low, high, default, whole=whole)
        values[written(value)] = value
        if st.session_state[name] != written(value):
            st.session_state[name] = written(value)
    options = sorted(values, key=lambda text: values[text])
    chosen = st.select_slider(label, options, written(default), key=name, **BOUND, **widget)
    return fitted(str(chosen), low, high, default, whole=whole)[0]


def choose(
    widget: Callable[..., Any], label: str, name: str, options: Sequence[str], notices: Notices, **more: Any
) -> str:
    """Show a choice among `options`, the first being the default, and return the one chosen."""
    asked = st.query_params.get(name)
    if asked is not None and asked not in options and name not in st.session_state:
        notices.append(
            f"{label}: the link asked for {quoted(asked)}, which is none of {', '.join(options)}; using {options[0]}."
        )
    if st.session_state.get(name, options[0]) not in options:
        st.session_state[name] = options[0]
    chosen = widget(label, options, key=name, **BOUND, **more)
    return chosen if chosen in options else options[0]


def section(names: Sequence[str]) -> str:
    """Show the names of a page's lower parts in one row, and return the one that is open; only that one is made.

    In place of Streamlit's tabs, which the browser takes a tenth of the time of a whole page to keep up to date.
    """
    if st.session_state.get("tab", names[0]) not in names:
        st.session_state["tab"] = names[0]
    chosen = st.segmented_control(
        "Part of the page", names, default=names[0], key="tab", required=True, label_visibility="collapsed", **BOUND
    )
    return chosen if chosen in names else names[0]


def whole_number(label: str, name: str, high: int, notices: Notices, **widget: Any) -> int:
    """Show a field for a whole number from 0 (the default) to `high` and return it.

    The field is one for decimals: asked for infinity by a link, Streamlit's field for whole numbers raises.
    """
    asked = st.query_params.get(name)
    if asked is not None and name not in st.session_state:
        value, complaint = fitted(asked, 0, high, 0, whole=True)
        if complaint is not None:
            notices.append(f"{label}: {complaint}")
            st.session_state[name] = float(value)
    value = st.number_input(label, 0.0, float(high), 0.0, step=1.0, format="%.0f", key=name, **BOUND, **widget)
    return int(fitted(str(value), 0, high, 0, whole=True)[0])


def fitted(asked: str, low: float, high: float, default: float, *, whole: bool) -> tuple[float, str | None]:
    """Return the nearest allowed number to a text, and a complaint if that is not what the text says."""
    span = f"{written(low)} to {written(high)}"
    try:
        value = float(asked)
    except ValueError:
        return default, f"the link asked for {quoted(asked)}, which is no number; using {written(default)}."
    if math.isnan(value):
        return default, f"the link asked for {quoted(asked)}, allowed is {span}; using {written(default)}."
    if whole and math.isfinite(value) and low <= value <= high:
        if value == int(value):
            return int(value), None
        return round(value), f"the link asked for {quoted(asked)}, allowed are whole numbers; using {round(value)}."
    if low <= value <= high:
        return value, None
    nearest = low if value < low else high
    return nearest, f"the link asked for {quoted(asked)}, allowed is {span}; using {written(nearest)}."


def written(value: float) -> str:
    """Return a number as it stands on a slider and in a link: 0.1, 16, 5e-06."""
    return f"{value:.10g}"


def quoted(asked: str) -> str:
    """Return what a link said, short and with nothing in it that Markdown or HTML could read."""
    plain = re.sub(r"[^0-9A-Za-z.+, -]", "?", asked)
    return f"“{plain[:24]}{'…' if len(plain) > 24 else ''}”"


def show_notices(notices: Notices) -> None:
    """Show what had to be changed in a link, if anything."""
    if notices:
        st.warning("  \n".join(notices), icon=":material/link_off:")
