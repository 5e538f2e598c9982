"""Every line of the table: its number recomputed by plain NumPy, and what the page claims of it."""

import functools
from pathlib import Path

import numpy as np
import pytest

from gd_core.data import dataset
from gd_ui.course_numbers import hiring
from gd_ui.course_numbers import housing as text_c_lines
from gd_ui.course_numbers import line as text_b_lines
from gd_ui.course_numbers import weight as texts_a_and_e
from gd_ui.course_numbers.all import every_line
from gd_ui.course_numbers.boston import Housing
from gd_ui.course_numbers.numbers import (
    AGREES,
    DIFFERS,
    FAULT,
    IN_RANGE,
    ROUNDING,
    UNPRINTED,
    Judged,
    Line,
    course,
    judge,
)
from gd_ui.course_numbers.seeds import RUNS, Seeds, band_of, late, many_seeds, printed_losses, spike
from gd_ui.housing import boston
from gd_ui.lessons import LESSONS
from tests.gd_ui.course_numbers.courses import Houses, text_b, text_c


@functools.cache
def comparison_lines() -> tuple[Judged, ...]:
    """Return text C judged; the Boston file must be at hand."""
    houses = Housing(boston())
    seeds = functools.cache(lambda: many_seeds(houses.half))
    return tuple(judge(line, has_boston=True) for line in text_c_lines.lines(lambda: houses, seeds))


def judged_c(name: str) -> Judged:
    return next(judged for judged in comparison_lines() if judged.line.what == name)


def no_houses() -> Housing:
    raise AssertionError("computed without the file")


def no_seeds() -> Seeds:
    raise AssertionError("computed without the file")


def test_every_line_of_text_b_agrees_with_the_print_and_with_plain_numpy() -> None:
    expected = text_b()
    lines = text_b_lines.lines()
    assert {line.what for line in lines} == set(expected)
    for line in lines:
        judged = judge(line, has_boston=False)
        assert judged.status == AGREES, line.what
        assert judged.computed == pytest.approx(expected[line.what], rel=1e-12, abs=1e-12), line.what


def test_every_line_of_text_c_agrees_with_plain_numpy(boston_file: Path) -> None:
    expected = text_c(Houses(boston_file))
    for judged in comparison_lines():
        if judged.band is None:
            values = expected.pop(judged.line.what)
            apart = np.abs(judged.computed - values)
            assert apart.max() <= 1e-11 * max(1, np.abs(values).max()), judged.line.what
    assert not expected


def test_what_text_c_prints_comes_out_or_is_explained(boston_file: Path) -> None:
    for judged in comparison_lines():
        if judged.line.what.startswith("Two weights alone, right code"):
            assert judged.status == FAULT
        else:
            assert judged.status in (AGREES, ROUNDING, IN_RANGE), judged.line.what


def test_the_faulty_listing_gives_the_print_and_the_right_code_the_other_path(boston_file: Path) -> None:
    assert abs(judged_c("Two weights alone, the listing with its fault").difference) < 1e-9
    ends = [judged_c(f"Two weights alone, right code: {name}").computed[-1] for name in ("w5", "w9", "loss")]
    assert [f"{end:.2f}" for end in ends] == ["-78.33", "-35.64", "147.43"]


def test_summed_as_an_older_openblas_does_every_loss_comes_out_digit_for_digit(boston_file: Path) -> None:
    assert judged_c("All weights, summed as an older OpenBLAS does").each == (AGREES,) * 100
    assert ROUNDING in judged_c("All weights: loss on the way").each


def with_another_digit(printed: str) -> str:
    """Return a number with its third significant digit, or its last, changed."""
    digits = [place for place, letter in enumerate(printed.partition("e")[0]) if letter.isdigit()]
    leading = next((n for n, place in enumerate(digits) if printed[place] != "0"), 0)
    place = digits[min(leading + 2, len(digits) - 1)]
    return f"{printed[:place]}{(int(printed[place]) + 1) % 10}{printed[place + 1 :]}"


def expect_noticed(line: Line) -> None:
    for number in (0, len(line.printed) - 1):
        other = list(line.printed)
        other[number] = with_another_digit(other[number])
        changed = judge(line._replace(printed=tuple(other)), has_boston=True)
        assert changed.each[number] == DIFFERS, (line.what, line.printed[number], other[number])
        assert changed.status == DIFFERS


def test_one_other_digit_in_text_b_is_noticed() -> None:
    for line in text_b_lines.lines():
        expect_noticed(line)


def test_one_other_digit_in_text_c_is_noticed(boston_file: Path) -> None:
    for judged in comparison_lines():
        if judged.band is None and not judged.line.terms:  # one number is drawn by chance, one is rounding and no more
            expect_noticed(judged.line)


@pytest.mark.parametrize("seed", [0, 137])
def test_a_run_of_ours_is_the_plain_loop_with_its_seed(boston_file: Path, seed: int) -> None:
    seeds = many_seeds(Housing(boston()).half)
    assert seeds.losses.shape == (RUNS, *printed_losses().shape)
    expected = Houses(boston_file).mini_batches(seed)
    assert seeds.losses[seed] == pytest.approx(expected, rel=1e-9)
    assert seeds.late[seed] == pytest.approx(expected[-10:, :4].mean(), rel=1e-9)
    assert seeds.spikes[seed] == pytest.approx(expected[:, 4].max(), rel=1e-9)


def test_the_printed_mini_batches_are_measured_as_ours_are() -> None:
    rows = course()["housing"]["mini_batch"]["rows"]
    full = [float(loss) for epoch, batch, loss in rows if epoch >= 40 and batch < 4]
    short = [float(loss) for _, batch, loss in rows if batch == 4]
    assert late(printed_losses()) == pytest.approx(np.mean(full))
    assert spike(printed_losses()) == max(short) == 1.2691


def test_a_range_leaves_out_a_hundredth_at_either_end() -> None:
    values = np.arange(1001.0)[:, None]
    band = band_of(values)
    assert (band.low[0], band.high[0]) == (10, 990)
    assert band.outside == 0  # a single number must lie inside
    many = band_of(np.random.default_rng(0).random((200, 250)))
    own = ((many.runs < many.low) | (many.runs > many.high)).sum(axis=1)
    assert many.outside == int(np.percentile(own, 99))
    assert 5 <= many.outside < 25


def test_another_run_of_ours_would_be_in_range_and_a_slower_one_not(boston_file: Path) -> None:
    every = next(judged for judged in comparison_lines() if judged.line.what == "No seed: loss of every mini-batch")
    assert every.band is not None

    def status(losses: np.ndarray) -> str:
        printed = tuple(f"{loss:.4f}" for loss in losses.ravel())
        return judge(every.line._replace(printed=printed), has_boston=True).status

    assert status(Houses(boston_file).mini_batches(777)) == IN_RANGE
    assert status(Houses(boston_file).mini_batches(777) * 4) == DIFFERS


def test_the_texts_without_results_are_computed_twice_and_agree() -> None:
    lines = [line for line in [*texts_a_and_e.lines(), *hiring.lines()] if not line.printed]
    assert {line.text for line in lines} == {"A", "D", "E"}
    for line in lines:
        judged = judge(line, has_boston=False)
        assert judged.status == UNPRINTED, line.what
        assert judged.size >= 1


def test_text_a_ends_where_a_closed_form_says() -> None:
    by_name = {line.what: judge(line, has_boston=False) for line in texts_a_and_e.lines()}
    square = (1 + 4 + 9) / 3
    weight = 2 - (1 - 0.01 * 2 * square) ** 100
    assert by_name["All points at once: w at the end"].computed == pytest.approx([weight], rel=1e-13)
    assert by_name["All points at once: prediction for x = 4"].computed == pytest.approx([4 * weight], rel=1e-13)
    losses = by_name["All points at once: mean loss by epoch"].computed
    assert losses == pytest.approx([square * (1 - 0.02 * square) ** (2 * epoch) for epoch in range(100)], rel=1e-9)
    kept = (1 - 0.02 * 1) * (1 - 0.02 * 4) * (1 - 0.02 * 9)
    after = [9 * kept ** (2 * (epoch + 1)) for epoch in range(100)]
    assert by_name["One point at a time: last point's loss by epoch"].computed == pytest.approx(after, abs=1e-12)
    sweep = [square * (w - 2) ** 2 for w in np.linspace(0, 4, 41)]
    assert by_name["Loss of every weight from 0 to 4"].computed == pytest.approx(sweep, abs=1e-12)


def test_the_claims_of_text_d_are_counted_or_left_alone() -> None:
    claims = [line for line in hiring.lines() if line.printed]
    assert [line.printed for line in claims] == [("3000",), ("10",), ("1",)]
    assert judge(claims[0], has_boston=False).status == AGREES
    assert all(line.compute is None for line in claims[1:])


def test_the_plain_network_starts_where_the_core_does() -> None:
    for variant in hiring.variants():
        assert variant.network.parameters() == list(variant.training.start)
        assert [list(row) for row in variant.training.x] == variant.x
        assert [list(row) for row in variant.training.y] == variant.y
        assert variant.training.learning_rate == float(course()["hiring"]["learning_rate"])
        assert variant.training.epochs == course()["hiring"]["epochs"]
        assert variant.training.updates_per_epoch == -(-len(variant.x) // variant.batch)


def test_the_plain_network_goes_down_its_numerical_slope() -> None:
    variant = hiring.variants()[-1]
    before, after = variant.network, variant.network
    after.update(variant.x, variant.y, 1.0)
    steps = np.array(before.parameters()) - np.array(after.parameters())

    def nudged(number: int, by: float) -> float:
        network = variant.network
        places = [
            (row, j)
            for weights, biases in zip(network.weights, network.biases, strict=True)
            for row in [*weights, biases]
            for j in range(len(row))
        ]
        row, j = places[number]
        row[j] += by
        return network.loss(variant.x, variant.y)

    slopes = [(nudged(i, 1e-6) - nudged(i, -1e-6)) / 2e-6 for i in range(len(steps))]
    assert steps == pytest.approx(slopes, abs=1e-9)


def test_the_trained_networks_agree_and_report_as_often_as_the_text() -> None:
    reported: list[float] = []
    trained = hiring.trained_hiring(reported.append)
    assert len(trained.lines) == 4
    assert all(judged.status == UNPRINTED and judged.size == 11 for judged in trained.lines)
    assert reported == sorted(reported)
    assert 0 <= reported[0] <= reported[-1] <= 1
    assert trained.nbytes == 4 * 11 * 2 * 8
    for judged in trained.lines:
        assert judged.computed[-1] < judged.computed[0] / 10


def all_lines() -> list[Line]:
    return every_line(no_houses, no_seeds)


def test_every_line_has_its_name_its_lesson_and_as_many_labels_as_numbers() -> None:
    lines = all_lines()
    names = [(line.text, line.what) for line in lines]
    assert len(set(names)) == len(names)
    lessons = {lesson.path for lesson in LESSONS}
    for line in lines:
        assert line.lesson in lessons
        assert len(line.what) <= 48, line.what  # what the column has room for
        assert len(line.labels) == len(line.printed) or len(line.printed) <= 1
        assert (line.plain is None) == bool(line.printed)
        assert line.needs_boston == (line.text == "C")


def numbers(node: object) -> list[str]:
    """Return every printed number below a node of the JSON, as text."""
    if isinstance(node, dict):
        return [
            number for name, child in node.items() if name not in ("how", "learning_rate") for number in numbers(child)
        ]
    if isinstance(node, list):
        return [number for child in node for number in numbers(child)]
    return [str(node)]


def test_no_printed_number_is_left_out() -> None:
    shown = [number for line in all_lines() if not line.again for number in line.printed]
    line, houses = dict(course()["line"]), dict(course()["housing"])
    for name in ("data", "learning_rates", "bad_feature"):  # what the text sets, not what comes out
        del line[name]
    line["nudge"] = line["nudge"]["slope"]
    line["grids"] = {name: span for name, span in line["grids"].items() if name != "points"}
    for name in ("data", "convention", "start"):
        del houses[name]
    houses["two_weights_only"] = [row[1:] for row in houses["two_weights_only"]["rows"]]
    houses["all_weights"] = [row[1:] for row in houses["all_weights"]["rows"]]
    houses["mini_batch"] = [row[2:] for row in houses["mini_batch"]["rows"]]
    claim = course()["hiring"]["claim"]
    said = [str(claim["updates"]), *(str(passes) for passes in claim["passes"].values())]
    assert sorted(shown) == sorted([*numbers(line), *numbers(houses), *said])


def test_a_short_file_has_other_numbers(boston_file: Path) -> None:
    full = boston()
    other = dataset(full.x[::-1].copy(), full.y[::-1].copy(), full.features, full.targets, "reversed", 404)
    houses = Housing(other)
    line = next(line for line in text_c_lines.lines(lambda: houses, no_seeds) if line.what == "Loss at w5 = w9 = -100")
    assert judge(line, has_boston=True).status == DIFFERS
