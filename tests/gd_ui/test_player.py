"""What the player's Python half checks and sends; its other half is tested in a browser."""

import json
import re

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from gd_ui.player import Stride, player, settings, speeds

ARGUMENTS = {
    "run": "a run",
    "strides": [Stride("1 example", 1), Stride("1 epoch", 80)],
    "stride": 1,
    "unit": "examples",
    "per_epoch": 80,
    "start": None,
    "seconds": 12,
    "autoplay": False,
    "compact": False,
    "param": "gdstep",
}


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"last": -1}, "last must be a whole number at least 0, got -1."),
        ({"last": 2.5}, "last must be a whole number at least 0, got 2.5."),
        ({"run": ("batch", 0.1)}, "run must be a string, got ('batch', 0.1)."),
        ({"start": 1601}, "start must be a whole number from 0 to 1600, got 1601."),
        ({"start": -1}, "start must be a whole number from 0 to 1600, got -1."),
        ({"strides": []}, "strides must have at least one entry, got []."),
        ({"strides": [Stride("none", 0)]}, "strides[0].frames must be a whole number at least 1, got 0."),
        ({"stride": 2}, "stride must be a whole number from 0 to 1, got 2."),
        ({"per_epoch": 0}, "per_epoch must be a whole number at least 1, got 0."),
        ({"seconds": 0}, "seconds must be a positive finite number, got 0."),
        ({"seconds": float("inf")}, "seconds must be a positive finite number, got inf."),
        ({"seconds": float("nan")}, "seconds must be a positive finite number, got nan."),
        ({"param": "step"}, "param must begin with 'gd' and have only letters, digits and '_', got 'step'."),
        ({"param": 'gd"]'}, "param must begin with 'gd' and have only letters, digits and '_', got 'gd\"]'."),
    ],
)
def test_a_wrong_argument_is_named_with_its_range(wrong, message):
    with pytest.raises(ValueError, match=re.escape(message)):
        settings(**{"last": 1600, **ARGUMENTS, **wrong})


def test_integers_of_numpy_are_sent_as_plain_ones():
    strides = [Stride("1 example", np.int32(1)), Stride("1 epoch", np.int64(80))]
    counted = {"strides": strides, "per_epoch": np.int64(80), "start": np.int16(5)}
    sent = settings(np.int64(1600), **{**ARGUMENTS, **counted})
    assert json.loads(json.dumps(sent)) == sent


def test_a_run_is_first_shown_at_its_end_unless_told_otherwise():
    assert settings(1600, **ARGUMENTS)["start"] == 1600
    assert settings(1600, **{**ARGUMENTS, "start": 0})["start"] == 0


def test_a_run_without_a_single_update_is_a_run():
    sent = settings(0, **ARGUMENTS)
    assert (sent["start"], sent["last"]) == (0, 0)


@pytest.mark.parametrize("last", [0, 1, 18, 480, 50_000])
@pytest.mark.parametrize("per_epoch", [None, 1, 80])
@pytest.mark.parametrize("seconds", [2.5, 12])
def test_speeds_go_from_slow_to_fast_and_one_takes_the_given_time(last, per_epoch, seconds):
    offered = speeds(last, unit="examples", per_epoch=per_epoch, seconds=seconds)
    rates = [speed.rate for speed in offered]
    assert rates == sorted(rates)
    assert [speed.rate * seconds for speed in offered if speed.default] == [pytest.approx(last)]
    assert len({speed.label for speed in offered}) == len(offered)


def test_one_epoch_a_second_is_offered_where_there_are_epochs():
    labels = [speed.label for speed in speeds(1600, unit="examples", per_epoch=80, seconds=12)]
    assert labels == ["4 examples/s", "1 epoch/s", "whole run in 12 s", "whole run in 6 s"]
    labels = [speed.label for speed in speeds(1600, unit="steps", per_epoch=None, seconds=12)]
    assert labels == ["4 steps/s", "whole run in 12 s", "whole run in 6 s"]


def test_single_frames_are_not_offered_as_slow_where_the_whole_run_is_slower():
    labels = [speed.label for speed in speeds(18, unit="steps", per_epoch=None, seconds=12)]
    assert labels == ["whole run in 12 s", "whole run in 6 s"]


def lesson():
    """Show a player as a page does."""
    from gd_ui.player import Stride, player

    player(1600, run="a run", key="race", strides=[Stride("1 example", 1)], start=3)


def test_a_page_shows_the_player_with_its_settings():
    page = AppTest.from_function(lesson).run()
    assert not page.exception
    (shown,) = (element for element in page.main if element.type == "bidi_component")
    sent = json.loads(shown.proto.mixed.json) if shown.proto.HasField("mixed") else json.loads(shown.proto.json)
    assert (sent["run"], sent["start"], sent["last"]) == ("a run", 3, 1600)


def test_a_page_that_asks_for_the_impossible_is_told_so():
    with pytest.raises(ValueError, match="last must be"):
        player(-1, run="a run", key="race", strides=[Stride("1 example", 1)])
