"""The step player: one row of controls that plays all charts of a page together, inside the browser.

A chart joins in by declaring a Vega parameter bound to a range input, whose name is the player's ``param``::

    alt.param(name="gdstep", value=0, bind=alt.binding_range(min=0, max=1, step=1))

The player hides the small slider that Vega draws for it, writes the current frame into it, and the chart
redraws what depends on ``gdstep``. The chart's own ``max`` does not matter: the player sets it. Playing,
stepping and scrubbing send nothing to the server, so a page never learns which frame is shown.
"""

import math
import operator
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple, SupportsIndex

import streamlit as st

SLOW = 4  # frames a second at the slowest speed: few enough to watch single updates
PARAM = re.compile(r"gd\w*", re.ASCII)  # player.css hides the charts' sliders of these names


class Stride(NamedTuple):
    """A distance the next and previous buttons can go."""

    label: str
    frames: int


class Speed(NamedTuple):
    """A speed the player can run at; the default of a run is the one that takes ``seconds`` for all of it."""

    label: str
    rate: float  # frames per second
    default: bool = False


def _read(suffix: str) -> str:
    return Path(__file__).with_name(f"player.{suffix}").read_text(encoding="utf-8")


# The charts' sliders lie outside the component. Only an unisolated style sheet can hide them, so every
# class name in it begins with "gd-player".
_PLAYER = st.components.v2.component(
    "gd_player", html=_read("html"), css=_read("css"), js=_read("js"), isolate_styles=False
)


def player(
    last: int,
    *,
    run: str,
    key: str,
    strides: Sequence[Stride],
    stride: int = 0,
    unit: str = "examples",
    per_epoch: int | None = None,
    start: int | None = None,
    seconds: float = 12,
    autoplay: bool = False,
    compact: bool = False,
    param: str = "gdstep",
) -> None:
    """Show a step player for the frames 0, 1, …, ``last``.

    Parameters
    ----------
    last
        The last frame.
    run
        Names what is shown. A rerun of the script with the same ``run`` keeps the frame and goes on playing;
        with another one the player stops and goes to ``start``.
    key
        Streamlit's key of the element; unique on the page.
    strides
        What "Step by" offers. Next and previous go to the nearest multiple of the chosen stride.
    stride
        Which of ``strides`` is chosen at first, counted from 0.
    unit
        What the frames count, in the plural: "184 of 1,600 *examples*".
    per_epoch
        Frames per epoch. With it, the epoch is part of the readout and "1 epoch/s" one of the speeds.
    start
        The frame a new run is first shown at; the last one if not given.
    seconds
        How long playing the whole run takes at the default speed.
    autoplay
        Play each new run once from frame 0, as soon as its charts are there. A visitor who prefers reduced
        motion sees the last frame instead.
    compact
        Show only play, slider and readout. The keys work all the same.
    param
        The name of the charts' parameter. It begins with "gd"; give two players on one page two names.

    Raises
    ------
    ValueError
        If an argument is out of its range.
    """
    data = settings(
        last,
        run=run,
        strides=strides,
        stride=stride,
        unit=unit,
        per_epoch=per_epoch,
        start=start,
        seconds=seconds,
        autoplay=autoplay,
        compact=compact,
        param=param,
    )
    _PLAYER(key=key, data=data)


def settings(
    last: int,
    *,
    run: str,
    strides: Sequence[Stride],
    stride: int,
    unit: str,
    per_epoch: int | None,
    start: int | None,
    seconds: float,
    autoplay: bool,
    compact: bool,
    param: str,
) -> dict[str, Any]:
    """Check the arguments of ``player`` and return what its JavaScript is given, as plain JSON values."""
    last = _whole("last", last, 0)
    if not isinstance(run, str):  # anything else would arrive as a new object, and reset the player, each time
        raise ValueError(f"run must be a string, got {run!r}.")
    if not strides:
        raise ValueError(f"strides must have at least one entry, got {strides!r}.")
    if not 0 < seconds < math.inf:
        raise ValueError(f"seconds must be a positive finite number, got {seconds!r}.")
    if not PARAM.fullmatch(param):
        raise ValueError(f"param must begin with 'gd' and have only letters, digits and '_', got {param!r}.")
    if per_epoch is not None:
        per_epoch = _whole("per_epoch", per_epoch, 1)
    offered = speeds(last, unit=unit, per_epoch=per_epoch, seconds=seconds)
    return {
        "last": last,
        "run": run,
        "start": last if start is None else _whole("start", start, 0, last),
        "unit": unit,
        "perEpoch": per_epoch,
        "strides": [
            {"label": label, "value": _whole(f"strides[{i}].frames", frames, 1)}
            for i, (label, frames) in enumerate(strides)
        ],
        "stride": _whole("stride", stride, 0, len(strides) - 1),
        "speeds": [{"label": speed.label, "value": speed.rate} for speed in offered],
        "speed": next(i for i, speed in enumerate(offered) if speed.default),
        "autoplay": bool(autoplay),
        "compact": bool(compact),
        "param": param,
    }


def speeds(last: int, *, unit: str, per_epoch: int | None, seconds: float) -> list[Speed]:
    """Return the speeds on offer, the slowest first."""
    whole = last / seconds
    offered = [
        Speed(f"whole run in {seconds:g} s", whole, default=True),
        Speed(f"whole run in {seconds / 2:g} s", 2 * whole),
    ]
    if whole > SLOW:
        offered.append(Speed(f"{SLOW} {unit}/s", SLOW))
    if per_epoch is not None:
        offered.append(Speed("1 epoch/s", per_epoch))
    return sorted(offered, key=lambda speed: speed.rate)


def _whole(name: str, value: SupportsIndex, low: int, high: float = math.inf) -> int:
    """Return a whole number of any integer type as an int, or say which argument is not one."""
    allowed = f"at least {low}" if high == math.inf else f"from {low} to {high}"
    try:
        number = operator.index(value)
    except TypeError:
        raise ValueError(f"{name} must be a whole number {allowed}, got {value!r}.") from None
    if not low <= number <= high:
        raise ValueError(f"{name} must be a whole number {allowed}, got {number}.")
    return number
