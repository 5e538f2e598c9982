"""Every sentence holds for the run it is about, whatever the reader chose."""

import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from gd_core.data import dataset
from gd_ui.house_prices.batches import BothOrders, batch_sentences, run_batches, strictest_limit
from gd_ui.house_prices.controls import working_rate
from gd_ui.house_prices.findings import batch_remedy, findings, lost_all, lost_two, remedy
from gd_ui.house_prices.run import HouseSettings, run_house
from gd_ui.house_prices.sets import house, house_of
from gd_ui.numbers import number
from tests.gd_ui.house_prices.houses import EVERY, house_settings, ran

SHARES = [0.001, 0.3, 0.9, 1.2, 1.9]
"""Of the limit for all weights."""


@pytest.mark.parametrize(("data", "scaling"), EVERY)
@pytest.mark.parametrize("share", SHARES)
def test_sentences_hold_at_every_rate(data: str, scaling: str, share: float) -> None:
    houses = house(data, scaling)
    run, _ = ran(data, scaling, learning_rate=float(f"{share * houses.limit:.3g}"), updates=100)
    two, everything, limit = findings(run, houses)
    for text in (two, everything, limit):
        assert "nan" not in text
        assert text.endswith(".")
    ends_lower = run.everything.loss[0, -1] <= run.everything.loss[0, 0]
    assert ("grows" in everything) == (not ends_lower) == lost_all(run)
    assert ("grows" in two) == (not run.two.loss[0, -1] <= run.two.loss[0, 0]) == lost_two(run)
    assert number(houses.best_loss) in everything
    assert number(run.best_two_loss) in two
    assert number(float(run.everything.loss[0, -1])) in everything
    if ends_lower and not lost_two(run):
        assert run.everything.validation_loss is not None
        assert run.two.validation_loss is not None
        better = run.everything.validation_loss[0, -1] < run.two.validation_loss[0, -1]
        assert ("helps there, too" in everything) == better
    beyond = run.settings.learning_rate >= houses.limit
    assert ("no error ever shrinks" in limit) == beyond
    if beyond:
        assert ("beyond both" in limit) == (run.settings.learning_rate >= run.limit_two)
        steepest = np.abs(houses.curvature.eigenvectors[:, -1])
        assert houses.names[int(steepest.argmax())] in limit
        assert ("mostly" in limit) == (steepest.max() ** 2 > 0.5)
    assert (remedy(run, houses) is not None) == beyond


def test_arriving_is_told_apart_from_being_on_the_way() -> None:
    for updates in (50, 500, 2000):
        run, houses = ran("wine", updates=updates)
        two, everything, _ = findings(run, houses)
        arrived = run.two.loss[0, -1] <= run.best_two_loss * 1.01
        assert ("as low as they get" in two) == arrived
        assert ("on the way" in two) == (not arrived)
        near = run.everything.loss[0, -1] <= 1.01 * houses.best_loss
        assert ("within 1 %" in everything) == near
        assert ("still above" in everything) == (not near)
    assert near


def test_a_start_at_the_lowest_point_is_told_as_one() -> None:
    run, houses = ran()
    again, _ = ran(start=tuple(float(value) for value in run.best_two))
    assert "start at the lowest point" in findings(again, houses)[0]


def test_a_loss_that_first_falls_and_then_grows_is_told_as_that() -> None:
    """The steepest direction may begin at its best; then only rounding sets it off."""
    run, houses = ran("wine", learning_rate=1.5)
    lowest = int(np.nanargmin(run.everything.loss[0]))
    assert lowest > 10
    assert f"by update {lowest:,}, then grows" in findings(run, houses)[1]
    at_once, _ = ran("diabetes", learning_rate=1.9, start=(50.0, 50.0))
    assert lost_all(at_once)


def test_the_remedy_works() -> None:
    run, houses = ran("wine", learning_rate=1.5)
    offered = remedy(run, houses)
    assert offered is not None
    assert offered.rate == working_rate(houses)
    cured, _ = ran("wine", learning_rate=offered.rate)
    assert not lost_all(cured)
    assert remedy(cured, houses) is None


def test_without_held_out_rows_nothing_is_said_of_them() -> None:
    x = np.array([[1.0, 2.0], [2.0, 1.0], [3.0, 5.0]])
    data = dataset(x, x[:, :1], ["a", "b"], ["y"], "made up")
    houses = house_of(data, "mean-range")
    houses = houses._replace(task=houses.task._replace(validation=None))
    run = run_house(HouseSettings("made up", "mean-range", 0.1, 20, (0, 1)), houses)
    assert "there are no held-out rows" in findings(run, houses)[1]


def said_of_batches(**changes: object) -> tuple[str, BothOrders]:
    settings, houses = house_settings(**changes), house("diabetes", "mean-range")
    both = run_batches(settings, houses)
    return "\n".join(batch_sentences(both, settings, houses)), both


def test_the_short_batch_s_weight_is_told() -> None:
    said, both = said_of_batches()
    assert "354 rows in batches of 50 make 8 batches an epoch, the last of 4 rows." in said
    assert "one part in 4 of an update" in said
    assert "**12.5 times** the say" in said
    shuffled = both.orders["shuffled"]
    short = shuffled.rows == 4
    spans = [np.ptp(shuffled.batch_loss[rows][-(rows.sum() // 2) :]) for rows in (short, ~short)]
    assert f"span {number(float(spans[0]))}, those of full ones {number(float(spans[1]))}" in said
    assert ("theirs wider" in said) == (spans[0] > spans[1])
    for b in both.orders.values():
        assert f"**{number(float(b.whole[-1]))}**" in said


@pytest.mark.parametrize("size", [1, 2, 59, 118, 354, 353, 200])
def test_batches_are_counted_however_they_are_cut(size: int) -> None:
    said, both = said_of_batches(batch_size=size, epochs=2)
    batches = -(-354 // size)
    assert len(both.orders["shuffled"].rows) == 2 * batches
    assert re.search(rf"make {batches:,} batch(es)? an epoch", said)
    assert ("all of them full" in said) == (354 % size == 0)
    assert ("times** the say" in said) == (354 % size != 0)
    assert "1 rows" not in said
    assert "1 batches" not in said


def test_mini_batches_that_diverge_are_told_to() -> None:
    said, both = said_of_batches(learning_rate=1.99, epochs=100, batch_size=20)
    assert both.orders["shuffled"].grew
    assert "shuffled it grew to **" in said
    assert "nan" not in said
    assert "span" not in said


def test_what_single_batches_allow_is_told_when_they_throw_a_run_out() -> None:
    """Within the limit of all rows, single rows still overshoot."""
    houses = house("wine", "none")
    settings = house_settings("wine", "none", learning_rate=0.9 * houses.limit, batch_size=1, epochs=2)
    both = run_batches(settings, houses)
    limit = strictest_limit(settings, houses)
    x = np.hstack([houses.train.x, np.ones((houses.train.n, 1))])
    assert limit == pytest.approx(1 / np.square(x).sum(axis=1).max())
    assert limit < settings.learning_rate
    assert any(b.grew for b in both.orders.values())
    said = batch_sentences(both, settings, houses)[-1]
    assert f"the strictest has {number(limit)}" in said
    offered = batch_remedy(both, settings, houses)
    assert offered is not None
    cured = run_batches(replace(settings, learning_rate=offered.rate), houses)
    assert not any(b.grew for b in cured.orders.values())
    assert batch_remedy(cured, replace(settings, learning_rate=offered.rate), houses) is None
    assert "every batch has its own" not in "".join(batch_sentences(cured, settings, houses))


def test_the_limit_of_one_batch_of_all_rows_is_that_of_all_rows() -> None:
    houses = house("diabetes", "standardise")
    assert strictest_limit(house_settings(batch_size=354), houses) == pytest.approx(houses.limit)


def test_the_course_s_short_batch_has_twenty_five_times_the_say(boston_file: Path) -> None:
    settings, houses = (
        house_settings("Boston", start=None, learning_rate=0.05, epochs=50),
        house("Boston", "mean-range"),
    )
    said = "\n".join(batch_sentences(run_batches(settings, houses), settings, houses))
    assert "404 rows in batches of 100 make 5 batches an epoch, the last of 4 rows." in said
    assert "**25 times** the say" in said
