"""What the page says of a rate map follows from the map, whatever a reader has chosen."""

import itertools
import re
from dataclasses import replace

import numpy as np
import pytest

from gd_core import OPTIMIZERS, single_example_limit
from gd_ui.batch_sizes.rate_map import RateMap, asked
from gd_ui.batch_sizes.rate_map_findings import map_findings, reading, reduced, rows, stable_up_to
from gd_ui.controls import written
from gd_ui.datasets import CATALOGUE, load
from gd_ui.numbers import number
from tests.gd_ui.batch_sizes.races import defaults
from tests.gd_ui.batch_sizes.rate_maps import made_up, mapped

INF = np.inf
FLAT = [[[0.5, 0.6], [0.4, 0.5]], [[0.7, 0.7], [0.6, 0.6]]]
"""One row and all 80 at two rates; nothing diverges."""


def told(found: RateMap, data: str = "line") -> list[str]:
    sentences = map_findings(found, load(data))
    assert len(sentences) == 3
    return sentences


@pytest.mark.parametrize("data", CATALOGUE)
def test_the_sentences_have_the_figures_of_the_map(data: str) -> None:
    found, loaded = mapped(data, epochs=2, seeds=2)
    stability, best, need = told(found, data)
    gone = found.diverged.any(axis=-1)
    for row in (0, -1):
        stable = next((i for i, lost in enumerate(gone[row]) if lost), len(gone[row])) - 1
        assert f"stayed stable up to rate {written(found.rates[stable])}" in stability
    assert f"is {single_example_limit(loaded.train):.3g} for the steepest single row" in stability
    assert f"{2 / loaded.curvature.eigenvalues[-1]:.3g} (2/λmax)" in stability
    middle = np.where(gone, INF, np.median(found.loss, axis=-1))
    row, column = np.unravel_index(middle.argmin(), middle.shape)
    assert f"For {2 * loaded.train.n:,} examples read" in best
    assert f"rate **{written(found.rates[column])}** with **{rows(found.sizes[row], found)}** per update" in best
    assert number(float(middle.min())) in best
    for end in (0, -1):
        assert written(found.rates[middle[end].argmin()]) in need


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
@pytest.mark.parametrize("order", ["sequential", "shuffled"])
def test_every_rule_and_order_has_its_sentences(optimizer: str, order: str) -> None:
    found, loaded = mapped("three points", optimizer=optimizer, order=order, seeds=1 if order == "sequential" else 2)
    text = " ".join(told(found, "three points"))
    assert ("the limit of plain gradient descent is" in text) == (optimizer != "gd")
    assert ("every run" in text) == (order != "sequential")
    assert not re.search(r"nan|inf\b|None|beyond all numbers", text)
    assert reading(found.settings, found.settings, found, loaded)


def test_batch_sizes_are_told_in_words() -> None:
    found, _ = mapped()
    assert [rows(size, found) for size in (1, 16, 80)] == ["1 row", "16 rows", "all 80 rows"]


def test_stable_means_at_this_rate_and_all_below() -> None:
    found = made_up([[[0.5, 0.5], [INF, 0.5], [0.5, 0.5]], [[INF, 0.5], [0.5, 0.5], [0.5, 0.5]]])
    assert stable_up_to(found, 0) == found.rates[0]
    assert stable_up_to(found, 1) is None
    assert stable_up_to(made_up([[[0.5], [0.5]]]), 0) == 0.2


def test_stability_is_told_once_where_both_sizes_agree_and_apart_where_not() -> None:
    same, *_ = told(made_up(FLAT))
    assert same.startswith(
        "With 1 row per update as with all 80 rows, every run stayed stable up to rate 0.2, the largest"
    )
    apart, *_ = told(made_up([[[0.5, 0.6], [INF, 0.5]], [[0.7, 0.7], [0.6, 0.6]]]))
    assert "1 row per update every run stayed stable up to rate 0.1, with all 80 rows every run" in apart
    none, *_ = told(made_up([[[INF, 0.6], [INF, 0.5]], [[0.7, 0.7], [0.6, 0.6]]]))
    assert "With 1 row per update some run diverged even at the smallest rate tried, with all" in none


@pytest.mark.parametrize(("epochs", "ending"), [(1, "in 1 update."), (7, "in 7 updates.")])
def test_growth_that_did_not_show_yet_is_said_for_plain_descent_only(epochs: int, ending: str) -> None:
    calm = [[[0.5] * 2] * 5] * 2  # rates to 1.6, twice the limit
    told_of = told(made_up(calm, epochs=epochs))[0]
    assert told_of.endswith(f"for all on average, beyond which the growth did not show yet {ending}")
    assert "did not show" not in told(made_up(calm, epochs=epochs, optimizer="adam"))[0]
    assert "did not show" not in told(made_up([[[0.5] * 2] * 3] * 2))[0]


def test_the_best_cell_is_told_or_why_there_is_none() -> None:
    above = load("line").best_loss
    assert told(made_up([[[above + 0.25], [0.9]], [[0.8], [0.7]]]))[1].endswith(
        "that is 0.2500 above the best possible."
    )
    assert told(made_up([[[INF]], [[INF]]]))[1].startswith("No cell is free of runs that diverged")
    assert told(made_up(FLAT, first=0.3))[1] == "No cell ends below the loss of the start, 0.3000."
    assert "lowest loss is" in told(made_up([[[0.5], [0.4]], [[0.7], [0.6]]]))[1]
    assert "lowest median loss is" in told(made_up(FLAT))[1]


def test_a_loss_of_zero_is_told_as_one() -> None:
    (one, several) = (
        told(made_up([[[0.5], [0.0]], [[0.7], [end]]]), "three points")[1] for end in (0.6, 0.0)
    )  # fmt: skip
    assert "one cell ends at a loss of exactly zero, at rate **0.2** with **1 row** per update" in one
    assert (
        "2 cells end at a loss of exactly zero, the first of them, from the smallest batch up, at rate **0.2**"
        in several
    )
    assert told(made_up([[[0.5], [1e-9]], [[0.7], [0.6]]]), "three points")[1].endswith("; the best possible is zero.")


def test_what_a_smaller_batch_needs_depends_on_the_two_best_rates() -> None:
    cases: dict[str, list] = {
        "A smaller batch needs a smaller rate: the best is 0.2 with all 80 rows and 0.1 with 1 row, which": [
            [[0.4], [0.5]], [[0.5], [0.4]],
        ],
        "Here the best rate does not depend on the batch: 0.1 with 1 row as with all 80 rows.": [
            [[0.4], [0.5]], [[0.4], [0.5]],
        ],
        "Here a smaller batch needs no smaller rate: the best is 0.2 with 1 row and 0.1 with all 80 rows.": [
            [[0.5], [0.4]], [[0.4], [0.5]],
        ],
        "With 1 row per update some run diverged at every rate.": [[[INF], [INF]], [[0.4], [0.5]]],
        "With all 80 rows per update some run diverged at every rate.": [[[0.4], [0.5]], [[INF], [INF]]],
    }  # fmt: skip
    for start, losses in cases.items():
        assert told(made_up(losses))[2].startswith(start)
    assert told(made_up([[[0.4], [0.5]], [[0.5], [0.4]]]))[2].endswith("which makes 80 times as many updates.")


def test_what_was_taken_away_is_said_and_nothing_otherwise() -> None:
    whole = asked(defaults("line", epochs=2000))
    assert reduced(whole, whole) is None
    fewer = reduced(whole, replace(whole, seeds=7))
    assert fewer == "Reduced to 7 seeds instead of 20: more would keep other readers waiting."
    both = reduced(whole, replace(whole, seeds=5, epochs=1500))
    assert (
        both
        == "Reduced to 1,500 epochs instead of 2,000 and 5 seeds instead of 20: more would keep other readers waiting."
    )


def test_the_caption_says_how_to_read_the_map_and_how_to_load_a_cell_without_a_pointer() -> None:
    found, loaded = mapped(seeds=4)
    caption = reading(found.settings, found.settings, found, loaded)
    assert "40 rates × 8 sizes, each cell the median of 4 seeds after 240 examples" in caption
    assert all(word in caption for word in ("Hatched", "crosswise", "click", "by keyboard"))
    assert "Reduced" not in caption
    assert "Reduced to 4 seeds" in reading(replace(found.settings, seeds=20), found.settings, found, loaded)


def test_no_sentence_speaks_of_a_number_that_is_none() -> None:
    for losses in itertools.product([0.0, 0.4, INF], repeat=4):
        a, b, c, d = losses
        text = " ".join(told(made_up([[[a], [b]], [[c], [d]]])))
        assert not re.search(r"nan|\binf|None|beyond all numbers", text)


def test_on_the_map_of_the_question_the_best_rate_falls_with_every_smaller_batch() -> None:
    """What the overview's question says; the settings are the page's own."""
    found, _ = mapped(epochs=20, seeds=20)
    best = [found.best(row) for row in range(len(found.sizes))]
    columns = [place[1] for place in best if place is not None]
    assert len(columns) == len(found.sizes)
    assert columns == sorted(columns)
