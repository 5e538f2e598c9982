"""What the page says of the comparison, recounted from its lines, with the Boston file and without."""

import functools
import re
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from gd_ui.course_numbers.all import Comparison, compare, drawn, name, several
from gd_ui.course_numbers.findings import findings, how_to_get_boston, legend, meanings, trained_sentence
from gd_ui.course_numbers.frames import apart_frames, half_unit, left_open, number_frames, places, run_frames, scale_of
from gd_ui.course_numbers.numbers import (
    AGREES,
    DIFFERS,
    FAULT,
    IN_RANGE,
    NEEDS_FILE,
    NO_DATA,
    OUTSIDE,
    ROUNDING,
    UNPRINTED,
    Judged,
    Line,
    judge,
)
from gd_ui.course_numbers.seeds import RUNS
from gd_ui.course_numbers.table import SIGNS, WORDS, lines_table, losses_table, numbers_table
from gd_ui.housing import BOSTON_FILE, FOLDER, WHY_RETIRED


@functools.cache
def with_file() -> Comparison:
    """Return the comparison; the Boston file must be at hand."""
    return compare()


@pytest.fixture
def full(boston_file: Path) -> Comparison:
    """Provide the comparison with text C computed."""
    return with_file()


@pytest.fixture
def bare(no_boston_file: None) -> Comparison:
    """Provide the comparison with text C missing."""
    return compare()


@pytest.fixture(params=["full", "bare"])
def either(request: pytest.FixtureRequest) -> Comparison:
    """Provide both, one after the other."""
    found: Comparison = request.getfixturevalue(request.param)
    return found


def made(printed: tuple[str, ...], values: list[float], **more: object) -> Judged:
    labels = tuple(f"number {i}" for i in range(len(values)))
    line = Line("B", "some numbers", lambda: np.array(values), "one-step", {}, printed, labels)._replace(**more)
    return judge(line, has_boston=False)


def statuses(comparison: Comparison) -> Counter[str]:
    return Counter(status for judged in comparison.lines if not judged.line.again for status in judged.each)


def first_number(text: str, after: str = "") -> int:
    found = re.search(after + r"(\d[\d,]*)", text)
    assert found is not None, text
    return int(found.group(1).replace(",", ""))


def test_the_sentences_count_every_printed_number_once(full: Comparison) -> None:
    counts = statuses(full)
    assert counts == full.counts
    compared = sum(counts.values()) - counts[UNPRINTED] - counts[NO_DATA]
    out, not_out, unprinted = findings(full)
    assert first_number(out, "Of ") == compared
    assert f"{counts[AGREES]} come out digit for digit" in out
    assert f"{counts[ROUNDING]} differ only in the rounding" in out
    assert f"{counts[IN_RANGE]} that were drawn without a seed lie in the range" in out
    assert not_out.startswith(f"{counts[FAULT]} differ because the listing behind them is at fault")
    share = counts[OUTSIDE] / (counts[OUTSIDE] + counts[IN_RANGE])
    assert f"{counts[OUTSIDE]} drawn without a seed lie outside our range, {100 * share:.1f} % of them" in not_out
    assert f"{counts[NO_DATA]} are claims that name no data" in not_out
    assert "wait" not in not_out
    assert "without a known reason" not in not_out
    assert first_number(unprinted) == sum(j.size for j in full.lines if j.status == UNPRINTED)


def test_the_sentence_counts_the_losses_that_agree_summed_as_an_older_openblas_does(full: Comparison) -> None:
    line = next(j for j in full.lines if j.line.what == "All weights, summed as an older OpenBLAS does")
    assert f"all {len(line.each)} losses" in findings(full)[0]
    assert line.each.count(AGREES) == 100


def test_the_fault_is_said_to_meet_the_print_as_closely_as_it_does(full: Comparison) -> None:
    listing = next(j for j in full.lines if j.line.what == "Two weights alone, the listing with its fault")
    apart = float(np.abs(listing.computed - [float(number) for number in listing.line.printed]).max())
    assert f"every one of them, to {apart:.1e}." in findings(full)[1]
    assert apart < 1e-9


def test_without_the_file_the_sentences_say_how_much_waits(bare: Comparison) -> None:
    counts = statuses(bare)
    out, not_out, _ = findings(bare)
    assert out == f"All {counts[AGREES]} printed numbers compared come out digit for digit."
    assert f"{counts[NEEDS_FILE]} more wait for the Boston file." in not_out
    assert "fault" not in not_out
    assert not bare.has_boston
    told = how_to_get_boston(bare)
    assert BOSTON_FILE in told
    assert FOLDER in told
    assert told.endswith(WHY_RETIRED)


def test_a_number_that_differs_is_named_first() -> None:
    wrong = made(("1.5", "2.5"), [1.5, 2.6])
    sentences = findings(Comparison((wrong, made(("3",), [3.0])), has_boston=True))
    assert "1 differ without a known reason" in sentences[1]
    assert "some numbers" in sentences[1]
    assert "Of 3 printed numbers compared, 2 come out digit for digit." in sentences[0]
    assert len(sentences) == 2  # nothing unprinted here


def test_when_nothing_differs_it_is_said() -> None:
    assert findings(Comparison((made(("3",), [3.0]),), has_boston=True)) == [
        "All 1 printed numbers compared come out digit for digit.",
        "None differs.",
    ]


@pytest.mark.parametrize("content", ["", "a,b\n1,2\n", "x\n" * 3])
def test_a_file_that_cannot_be_used_is_complained_of(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: str
) -> None:
    (tmp_path / BOSTON_FILE).write_text(content, encoding="utf-8")
    monkeypatch.setenv(FOLDER, str(tmp_path))
    found = compare()
    assert not found.has_boston
    assert BOSTON_FILE in found.complaint
    assert how_to_get_boston(found).startswith(found.complaint)
    assert found.counts[NEEDS_FILE] > 500


def test_a_file_with_too_few_rows_is_complained_of(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = "\n".join(",".join(str(i * j % 7) for j in range(14)) for i in range(50))
    (tmp_path / BOSTON_FILE).write_text(f"{','.join('abcdefghijklmn')}\n{rows}\n", encoding="utf-8")
    monkeypatch.setenv(FOLDER, str(tmp_path))
    found = compare()
    assert not found.has_boston
    assert "50 rows" in found.complaint


def test_what_is_printed_comes_first(either: Comparison) -> None:
    order = [(not judged.line.printed, judged.line.text) for judged in either.lines]
    assert order == sorted(order)


def test_every_status_has_a_sign_a_word_and_a_meaning() -> None:
    assert set(SIGNS) == set(WORDS)
    assert set(meanings()) == set(SIGNS) - {OUTSIDE}
    assert len(set(SIGNS.values())) == len(SIGNS)


def test_the_table_says_what_was_judged(full: Comparison) -> None:
    table = lines_table(full.lines).to_pylist()
    assert len(table) == len(full.lines)
    for row, judged in zip(table, full.lines, strict=True):
        assert row["sign"] == SIGNS[judged.status]
        assert row["open"] == judged.line.link
        assert row["numbers"] == judged.size
        if judged.status in (AGREES, ROUNDING) and judged.size == 1:
            assert row["printed"] == judged.line.printed[0]
        if judged.status == AGREES:
            assert row["computed"] == row["printed"]
        if judged.status == UNPRINTED:
            assert row["printed"] == "none"
        if len(judged.computed) and judged.difference:
            assert float(row["difference"]) == pytest.approx(judged.difference, rel=0.1)
    by_name = {row["what"]: row for row in table}
    assert by_name["Two weights alone, right code: w5"]["computed"].startswith("… -78.3284")
    assert by_name["Two weights alone, right code: w5"]["printed"].startswith("… -83.3065")
    assert by_name["No seed: largest of the short batches"]["computed"].count(" to ") == 1


def test_a_mixed_list_says_how_many_are_what() -> None:
    mixed = made(("1.5", "2.5", "686.3005008179159"), [1.5, 2.5, 686.300500817916])
    assert lines_table([mixed]).to_pylist()[0]["judged"] == "✓ 2 agrees, ≈ 1 rounding"


def test_without_the_file_the_rows_of_text_c_say_so(bare: Comparison) -> None:
    for row in lines_table(bare.lines).to_pylist():
        if row["text"] == "C":
            assert row["judged"] == "needs the Boston file"
            assert (row["computed"], row["difference"]) == ("", "")
            assert row["printed"] not in ("", "none")


def test_a_list_in_full_has_every_number_with_all_digits(full: Comparison) -> None:
    for judged in several(full).values():
        rows = numbers_table(judged).to_pylist()
        assert [row["number"] for row in rows] == list(judged.line.labels)
        if judged.line.printed:
            assert [row["printed"] for row in rows] == list(judged.line.printed)
        if judged.band is None:
            assert [float(row["computed"]) for row in rows] == judged.computed.tolist()
        else:
            assert [float(row["low"]) for row in rows] == pytest.approx(judged.band.low, abs=6e-5)


def test_a_list_in_full_can_be_read_without_the_file(bare: Comparison) -> None:
    judged = several(bare)["C: All weights: loss on the way"]
    rows = numbers_table(judged).to_pylist()
    assert len(rows) == 100
    assert {row["computed"] for row in rows} == {""}
    assert rows[0]["printed"] == "1.8984947314576224"


def test_the_names_of_lists_are_unique(either: Comparison) -> None:
    assert len(several(either)) == sum(len(judged.line.labels) > 1 for judged in either.lines)
    assert len({name(judged.line) for judged in either.lines}) == len(either.lines)


@pytest.mark.parametrize(
    ("printed", "half"), [("0.6273", 5e-5), ("404", 0.5), ("-2.90", 0.005), ("-1.09e-13", 5e-16), ("-0.1382643", 5e-8)]
)
def test_the_digits_printed_leave_half_a_unit_open(printed: str, half: float) -> None:
    assert half_unit(printed) == pytest.approx(half, rel=1e-12)


def test_a_number_agrees_where_its_difference_lies_below_what_is_left_open(either: Comparison) -> None:
    for judged in several(either).values():
        if judged.band is None and judged.line.printed and len(judged.computed):
            below = np.abs(judged.computed - judged.beside) < left_open(judged) * (1 - 1e-6)
            agrees = np.array(judged.each) == AGREES
            few = np.array([len(number) < 14 for number in judged.line.printed])
            assert (below[few] == agrees[few]).all(), judged.line.what


def test_a_list_by_iteration_stands_at_its_iterations(full: Comparison) -> None:
    at, across = places(several(full)["C: Two weights alone, right code: w5"])
    assert at[:3].tolist() == [0, 50, 100]
    assert at[-1] == 1950
    assert across == "iteration →"
    at, across = places(several(full)["C: Gradient of all rows there"])
    assert at.tolist() == list(range(1, 14))
    assert across == "place in the list →"


def test_the_marks_of_a_list_lie_within_its_axes(either: Comparison) -> None:
    for judged in several(either).values():
        if not len(judged.computed):
            continue  # needs the file, and no chart is drawn
        frames = number_frames(judged)
        low, high = frames["this"]["lowest"][0], frames["this"]["highest"][0]
        assert low < high
        if scale_of(judged) == "log":
            assert low > 0
        for table in ("printed", "computed"):
            values = frames[table]["value"]
            assert ((low <= values) & (values <= high)).all(), judged.line.what
            at = frames[table]["at"]
            assert ((frames["this"]["left"][0] <= at) & (at <= frames["this"]["right"][0])).all()
        if judged.band is None:
            assert len(frames["computed"]["at"]) == judged.size
            sizes = apart_frames(judged)
            bottom, top = sizes["this"]["bottom"][0], sizes["this"]["top"][0]
            for table in ("apart", "open"):
                assert ((bottom < sizes[table]["size"]) & (sizes[table]["size"] < top)).all(), judged.line.what
            apart = np.abs(judged.computed - judged.beside)
            assert sizes["apart"]["size"][apart > 0].tolist() == apart[apart > 0].tolist()
        else:
            assert len(frames["computed"]["at"]) == 0
            assert (frames["range"]["low"] <= frames["range"]["median"]).all()


def test_a_list_without_any_difference_is_drawn_at_the_lower_edge() -> None:
    frames = apart_frames(made(("1.5", "2.5"), [1.5, 2.5]))
    assert len(set(frames["apart"]["size"].tolist())) == 1
    assert frames["this"]["bottom"][0] < frames["apart"]["size"][0] < frames["this"]["top"][0]


def test_the_faulty_run_is_drawn_where_there_is_one(full: Comparison) -> None:
    lists = several(full)
    assert len(number_frames(lists["C: Two weights alone, right code: w5"])["faulty"]["at"]) == 39
    assert "listing's fault" in legend(lists["C: Two weights alone, right code: w5"])
    assert len(number_frames(lists["C: All weights: loss on the way"])["faulty"]["at"]) == 0
    assert "fault" not in legend(lists["C: All weights: loss on the way"])
    assert "plain loop" in legend(lists["A: All points at once: mean loss by epoch"])


def test_every_run_of_ours_is_a_dot_beside_the_printed_number(full: Comparison) -> None:
    measures = drawn(full)
    assert [judged.line.printed for judged in measures] == [("0.1008",), ("1.2691",)]
    frames = run_frames(measures)
    assert len(frames["runs"]["value"]) == 2 * RUNS
    assert ((frames["runs"]["lift"] >= 0) & (frames["runs"]["lift"] < 1)).all()
    assert frames["printed"]["value"].tolist() == [0.1008, 1.2691]
    for row in (0, 1):
        values = frames["runs"]["value"][frames["runs"]["row"] == row]
        low, high = frames["range"]["low"][row], frames["range"]["high"][row]
        assert ((values >= low) & (values <= high)).mean() == pytest.approx(0.98, abs=0.01)
        assert (values > frames["this"]["left"][0]).all()
        assert (values < frames["this"]["right"][0]).all()
    assert frames["names"]["name"].tolist() == ["full batches, last 10 epochs", "largest of the short batches"]


def test_the_trained_networks_are_told_with_their_last_losses() -> None:
    one = made((), [0.12, 0.0034], plain=lambda: np.array([0.12, 0.0034]))
    other = made((), [0.12, 0.00021], plain=lambda: np.array([0.12, 0.00021 + 1e-16]))
    told = trained_sentence([one, other])
    assert "In the end the losses are 0.0034, 0.00021." in told
    assert "1e-16 apart at most" in told
    assert "to the last digit" in trained_sentence([one, one])
    rows = losses_table([one, other]).to_pylist()
    assert [row["number"] for row in rows] == ["number 0", "number 1"]
    assert rows[1]["list 2"] == "0.0002100000"
    assert rows[0]["difference"] == "0"
    assert DIFFERS not in (one.status, other.status)
