"""Every pitfall is real: the faulty run has the fault, the right run has not, and one answer alone is true."""

import functools
import re
import sys
from pathlib import Path

import numpy as np
import pytest

from gd_core import ACTIVATIONS, LOSSES, Model, applicants, curvature, hessian, noisy_line, objective
from gd_ui.datasets import load
from gd_ui.pitfalls import batch_code, choice_code, gradient_code, report_code
from gd_ui.pitfalls.checks import AGREES, agreement, count, gradient_error, off, rate_verdict, sign_verdict, steepness
from gd_ui.pitfalls.code import MARK, WIDTH, different_lines, listing, marked
from gd_ui.pitfalls.controls import about_rows
from gd_ui.pitfalls.findings import SHOWN, clues_table, faulty_lines, titles, unrevealed, verdict
from gd_ui.pitfalls.frozen import _course, two_weights_start
from gd_ui.pitfalls.pitfall import Pitfall, Study
from gd_ui.pitfalls.rows import HOUSES, PATIENTS, Rows, offered, printed, rows
from gd_ui.pitfalls.table import PITFALLS

every_pitfall = pytest.mark.parametrize("name", PITFALLS)


@functools.cache
def studied(name: str, data: str = PATIENTS) -> Study:
    return PITFALLS[name].study(rows(data))


def clue(study: Study, having: str) -> tuple[str, str]:
    """Return the faulty and the right entry of the line that mentions something."""
    (found,) = (clue for clue in study.clues if having in clue.what)
    return found.faulty, found.right


def expect_one_truth(pitfall: Pitfall, study: Study) -> None:
    names = [answer.name for answer in pitfall.answers]
    assert set(study.verdicts) == set(names)
    assert 3 <= len(names) <= 4
    assert len(set(names)) == len(names)
    assert [name for name in names if study.verdicts[name].holds] == [pitfall.truth]


def test_the_nine_errata_and_three_classics_are_there() -> None:
    sources = [pitfall.source for pitfall in PITFALLS.values()]
    errata = [re.search(r"E\d", source) for source in sources]
    assert [found[0] for found in errata if found] == [f"E{i}" for i in range(1, 10)]
    assert len(PITFALLS) == 12


@every_pitfall
def test_one_answer_alone_is_true_of_the_faulty_run(name: str) -> None:
    expect_one_truth(PITFALLS[name], studied(name))


@every_pitfall
def test_the_list_and_the_question_do_not_name_the_fault(name: str) -> None:
    pitfall, study = PITFALLS[name], studied(name)
    assert pitfall.fault not in study.question
    assert not re.search("faulty|right", listing(pitfall.faulty))
    for frames in (study.faulty.frames, study.right.frames):
        hidden = unrevealed(frames)
        assert len(hidden.get("marks", {}).get("at", [])) == 0
        assert set(hidden) == set(frames)


@every_pitfall
def test_the_listing_shown_is_the_code_that_runs(name: str) -> None:
    """The listing, read back as Python, has the compiled instructions of the function."""
    for function in (PITFALLS[name].faulty, PITFALLS[name].right):
        space: dict = dict(vars(sys.modules[function.__module__]))
        exec(listing(function), space)
        again = space[re.sub("_(faulty|right)$", "", function.__name__)]
        assert again.__code__.co_names == function.__code__.co_names
        assert again.__code__.co_varnames == function.__code__.co_varnames
        numbers = [const for const in again.__code__.co_consts if isinstance(const, (int, float))]
        assert set(numbers) <= set(function.__code__.co_consts)
        assert all(len(line) <= WIDTH for line in listing(function).splitlines())


@every_pitfall
def test_the_listings_differ_in_a_line_or_two_and_these_are_marked_and_named(name: str) -> None:
    faulty, right = listing(PITFALLS[name].faulty), listing(PITFALLS[name].right)
    numbers = different_lines(faulty, right)
    assert 1 <= len(numbers) <= 2
    assert len(faulty.splitlines()) == len(right.splitlines())
    for i, (one, other) in enumerate(zip(faulty.splitlines(), right.splitlines(), strict=True), start=1):
        assert (one != other) == (i in numbers)
    ends = [line.endswith(MARK) for line in marked(faulty, right).splitlines()]
    assert [i for i, end in enumerate(ends, start=1) if end] == numbers
    assert all(f"line {i}, `{faulty.splitlines()[i - 1].strip()}`" in faulty_lines(PITFALLS[name]) for i in numbers)


@every_pitfall
def test_what_is_said_after_a_guess_depends_on_the_guess(name: str) -> None:
    pitfall, study = PITFALLS[name], studied(name)
    for answer in pitfall.answers:
        said = verdict(pitfall, study, answer.name)
        assert ("Right." in said) == (answer.name == pitfall.truth)
        assert ("No:" in said) == (answer.name != pitfall.truth)
        assert study.verdicts[answer.name].says in said
        assert study.verdicts[pitfall.truth].says in said
    shown = verdict(pitfall, study, SHOWN)
    assert "Right." not in shown
    assert "No:" not in shown
    assert pitfall.source in shown
    assert titles(known=False) != titles(known=True)
    assert len(clues_table(study)) == len(study.clues)


@every_pitfall
def test_no_text_has_a_dollar_sign_or_a_missing_number(name: str) -> None:
    study = studied(name)
    texts = [study.question, *study.showed, *(v.says for v in study.verdicts.values())]
    texts += [part for clue in study.clues for part in clue]
    assert len(study.showed) <= 3
    assert not any(re.search(r"\$|\bnan\b|\binf\b|None", text) for text in texts)
    assert study.nbytes < 1_000_000


@pytest.mark.parametrize("name", ["lopsided path", "rising loss", "half speed"])
def test_the_gradient_check_fails_in_the_faulty_run_only(name: str) -> None:
    faulty, right = clue(studied(name), "Gradient check")
    assert faulty.endswith("% off")
    assert float(faulty.split(" ")[0]) > 10
    assert right.endswith("agrees")


def test_the_frozen_slope_is_the_one_of_the_cell_before() -> None:
    here = rows(PATIENTS)
    (i, j), (start, probe) = here.pair, two_weights_start(here)
    left = here.x.T @ (here.x @ probe - here.y) / here.n
    path = np.array(gradient_code.two_weights_faulty(here.x, here.y, start.copy(), probe, i, j, 0.01, 30))
    assert np.diff(path[:, 0]) == pytest.approx(-0.01 * left[i], rel=1e-9)
    right = np.array(gradient_code.two_weights_right(here.x, here.y, start.copy(), probe, i, j, 0.01, 30))
    w = start.copy()
    for update in range(30):
        assert right[update] == pytest.approx(w[[i, j]], rel=1e-12)
        w[[i, j]] -= 0.01 * (here.x.T @ (here.x @ w - here.y) / here.n)[[i, j]]


def test_a_broadcast_makes_the_weights_a_table_as_wide_as_they_are_long() -> None:
    here = rows(PATIENTS)
    count = here.x.shape[1]
    assert clue(studied("rising loss"), "Shape of the weights") == (f"({count}, {count})", f"({count}, 1)")
    assert clue(studied("rising loss"), "Shape of the predictions")[0] == f"({here.batch_size}, {count})"
    first, last = (float(e) for e in clue(studied("rising loss"), "Mean loss")[0].split(", "))
    assert last > 2 * first
    first, last = (float(e) for e in clue(studied("rising loss"), "Mean loss")[1].split(", "))
    assert last < first / 2


def test_half_the_gradient_is_the_right_run_at_half_the_rate() -> None:
    here, start = rows(PATIENTS), rows(PATIENTS).start()
    faulty = gradient_code.all_weights_faulty(here.x, here.y, start, 0.0, 0.02, 100)
    right = gradient_code.all_weights_right(here.x, here.y, start, 0.0, 0.01, 100)
    assert faulty[0] == pytest.approx(right[0], rel=1e-12)
    late, soon = (int(n.replace(",", "")) for n in clue(studied("half speed"), "Updates until"))
    assert late == pytest.approx(2 * soon, abs=2)


def test_the_wrong_slice_reads_the_first_ten_rows_twice_and_the_next_never() -> None:
    here = rows(PATIENTS)
    read, _ = batch_code.two_batches_faulty(here.x, here.y, here.start(), 0.1, 10)
    assert read.tolist() == [2] * 10 + [0] * (here.n - 10)
    read, _ = batch_code.two_batches_right(here.x, here.y, here.start(), 0.1, 10)
    assert read.tolist() == [1] * 20 + [0] * (here.n - 20)
    assert clue(studied("rows never read"), "Rows in the second batch") == ("9", "10")


def test_the_short_batch_is_marked_and_equal_batches_have_none() -> None:
    here, study = rows(PATIENTS), studied("spikes")
    per_epoch = -(-here.n // here.batch_size)
    at = study.faulty.frames["marks"]["at"]
    assert at.tolist() == list(range(per_epoch - 1, 50 * per_epoch, per_epoch))
    assert len(study.right.frames["marks"]["at"]) == 0
    sizes, _ = batch_code.epochs_right(here.x, here.y, here.start(), 0.1, here.batch_size, 1, np.random.RandomState(0))
    assert max(sizes) - min(sizes) <= 1
    assert sum(sizes) == here.n
    highest = [float(text.removeprefix("×")) for text in clue(study, "Largest loss of a batch")]
    assert highest[0] > 2 * highest[1]


def test_a_column_of_targets_asks_for_the_mean_of_both() -> None:
    study = studied("stuck between")
    assert clue(study, "Shape of output") == ("(2, 2)", "(1, 2)")
    faulty, right = ([float(out) for out in text.split(" and ")] for text in clue(study, "Outputs after"))
    assert faulty == pytest.approx([0.5, 0.5], abs=0.01)
    assert right == pytest.approx([1, 0], abs=0.05)
    same = clue(study, "The same when both targets")
    assert same[0] == same[1]


def test_the_network_descends_by_the_gradient_of_half_the_squared_error() -> None:
    network = Model((2, 2, 2), hidden=ACTIVATIONS["sigmoid"], output=ACTIVATIONS["sigmoid"])
    rng = np.random.default_rng(3)
    w1, b1, w2, b2 = rng.normal(size=(2, 2)), rng.normal(size=2), rng.normal(size=(2, 2)), rng.normal(size=2)
    x, rate = np.array([[1.0, 0.1]]), 0.3
    outputs = report_code.train_network_right(x, 1.0, 0.0, w1, b1, w2, b2, rate, 2)
    task = objective(network, LOSSES["half squared"], x, np.array([[1.0, 0.0]]))
    theta = network.init((0,))
    layers = network.layers(theta)
    for layer, (w, b) in zip(layers, ((w1, b1), (w2, b2)), strict=True):
        layer[0][...], layer[1][...] = w, b
    assert network.predict(theta, x)[0, 0] == pytest.approx(outputs[0], rel=1e-12)
    theta = theta - rate * task.grad(theta)
    assert network.predict(theta, x)[0, 0] == pytest.approx(outputs[1], rel=1e-12)


def test_random_batches_in_order_ignore_their_seed() -> None:
    network = Model((2, 2, 2, 1), hidden=ACTIVATIONS["sigmoid"], output=ACTIVATIONS["sigmoid"])
    data = applicants()
    task = objective(network, LOSSES["half squared"], data.x, data.y)
    runs = [
        [train(task, network.init((0,)), 0.1, 2, 20, np.random.default_rng(seed)) for seed in range(3)]
        for train in (batch_code.random_batches_faulty, batch_code.random_batches_right)
    ]
    assert runs[0][0] == runs[0][1] == runs[0][2]
    assert runs[0][0][1] == [0, 1, 2, 3] * 20
    assert runs[1][0] != runs[1][1]
    for _, read in runs[1]:
        assert np.sort(np.reshape(read, (20, 4)), axis=1).tolist() == [[0, 1, 2, 3]] * 20


def test_a_root_mean_square_lies_between_the_smallest_and_the_largest_error() -> None:
    x, y = np.array([1.0, 2, 3]), np.array([2.0, 4, 6])
    faulty, path = report_code.root_mean_square_faulty(x, y, 1.0, 0.01, 30)
    right, same = report_code.root_mean_square_right(x, y, 1.0, 0.01, 30)
    assert path == same
    assert faulty == pytest.approx(np.square(right), rel=1e-12)
    sizes = np.abs(np.outer(path, x) - y)
    assert (sizes.min(axis=1) <= right).all()
    assert (right <= sizes.max(axis=1)).all()
    assert faulty[0] == pytest.approx(14 / 3)
    assert int(clue(studied("odd error"), "not between")[0]) > 0
    assert clue(studied("odd error"), "not between")[1] == "0"


def test_the_rate_the_sections_allow_diverges_and_the_joint_limit_is_the_courses() -> None:
    study, task = studied("slow escape"), load("line").train
    bend = hessian(task, load("line").best)
    x = noisy_line().x[:80, 0]
    by_hand = 2 * np.array([[np.mean(x * x), x.mean()], [x.mean(), 1]])
    assert bend == pytest.approx(by_hand, rel=1e-6)
    limits = [float(text) for text in clue(study, "Limit the listing finds")]
    assert limits == pytest.approx([1.0, 0.8055], abs=5e-5)
    assert clue(study, "Rate it then uses")[0] == "0.81"
    kept = [float(text.removeprefix("×")) for text in clue(study, "Error kept")]
    assert kept[0] > 1 > kept[1]
    growth = [float(text.removeprefix("×")) for text in clue(study, "Excess loss")]
    assert growth[0] == pytest.approx(kept[0] ** 400, rel=0.2)
    assert growth[1] < 0.01


def test_a_held_out_value_moves_the_faulty_training_run_only() -> None:
    rng = np.random.default_rng(0)
    x, y, held_out = rng.normal(size=(30, 2)), rng.normal(size=30), rng.normal(size=(8, 2))
    spoiled = held_out.copy()
    spoiled[3, 1] *= 50
    for train, moves in ((choice_code.scaled_faulty, True), (choice_code.scaled_right, False)):
        one, other = (train(x, y, part, 0.05, 20)[0] for part in (held_out, spoiled))
        assert (one != other) == moves
    assert clue(studied("typing error"), "Largest change")[1] == "0"
    assert float(clue(studied("typing error"), "Largest change")[0]) > 0.005


def test_sorted_rows_swing_and_shuffled_ones_do_not() -> None:
    swings = [float(text.removeprefix("×")) for text in clue(studied("sawtooth"), "Highest over lowest")]
    assert swings[0] - 1 > 3 * (swings[1] - 1)
    values = [float(v) for v in str(studied("sawtooth").faulty.frames["this"]["values"][0]).split(" ")]
    per_epoch = len(values) // 5
    tops = [int(np.argmax(values[e * per_epoch : (e + 1) * per_epoch])) for e in range(1, 5)]
    assert max(tops) - min(tops) <= 4  # the teeth stand at the same place in every epoch


def test_a_score_of_the_last_batch_is_no_score_of_all_rows() -> None:
    here = rows(PATIENTS)
    task = objective(Model((here.x.shape[1], 1)), LOSSES["squared"], here.x, here.y)
    rates, theta = np.array([[0.1], [0.3]]), np.zeros((2, here.x.shape[1] + 1))
    found = [
        train(task, theta, rates, 10, 1, np.random.default_rng(1))
        for train in (report_code.best_rate_faulty, report_code.best_rate_right)
    ]
    assert found[0][2] == pytest.approx(found[1][2], rel=1e-12)
    last = np.random.default_rng(1).permutation(here.n)[-(here.n % 10) :]
    assert found[0][1] == pytest.approx(task.value(found[0][2], last), rel=1e-12)
    assert found[1][1] == pytest.approx(task.value(found[0][2]), rel=1e-12)
    assert clue(studied("lucky rate"), "Rows behind") == (str(here.n % 10), str(here.n))
    worse, better = (float(text) for text in clue(studied("lucky rate"), "on all training rows"))
    assert better < worse


def test_without_the_file_the_courses_own_rows_are_not_on_offer_and_a_line_says_why(no_boston_file: None) -> None:
    assert offered() == [PATIENTS]
    reason = about_rows(PATIENTS)
    assert reason is not None
    assert "boston_housing.csv" in reason


def test_patients_are_scaled_by_the_rows_that_train() -> None:
    here = rows(PATIENTS)
    assert here.n == 4 * 442 // 5
    assert here.x == pytest.approx((here.raw - here.raw.mean(axis=0)) / np.ptp(here.raw, axis=0), abs=1e-12)
    assert np.ptp(here.y) == pytest.approx(1)
    assert 0 < here.n % here.batch_size <= 4
    assert len(here.held_out_y) == 442 - here.n


@pytest.fixture
def houses(boston_file: Path) -> Rows:
    """Return the course's own rows."""
    rows.cache_clear()
    return rows(HOUSES)


@every_pitfall
def test_one_answer_alone_is_true_on_the_courses_own_rows(name: str, houses: Rows) -> None:
    if PITFALLS[name].own_rows:
        expect_one_truth(PITFALLS[name], PITFALLS[name].study(houses))


def test_the_courses_rows_make_its_batches(houses: Rows) -> None:
    assert (houses.n, houses.batch_size, houses.n % houses.batch_size) == (404, 100, 4)
    assert offered() == [PATIENTS, HOUSES]
    assert about_rows(PATIENTS) is None
    assert "scikit-learn removed" in str(about_rows(HOUSES))


def test_the_frozen_slope_reproduces_the_printed_path(houses: Rows) -> None:
    course = printed()["two_weights_only"]
    (i, j), (start, probe) = houses.pair, two_weights_start(houses)
    after = printed()["weights_at_minus_100"]["after_one_step"]
    assert probe[[i, j]] == pytest.approx(after["w5_w9"], abs=1e-9)
    settings = (probe, i, j, course["learning_rate"], 2000)
    path = np.array(gradient_code.two_weights_faulty(houses.x, houses.y, start.copy(), *settings))
    assert len(course["rows"]) > 30
    for iteration, w5, w9, loss in course["rows"]:
        w = start.copy()
        w[[i, j]] = path[iteration]
        assert path[iteration + 1] == pytest.approx([w5, w9], abs=1e-9)
        assert np.mean((houses.x @ w - houses.y) ** 2) == pytest.approx(loss, abs=1e-9)
    slope = after["gradient_w5_w9"][0]
    assert np.diff(path[:, 0]) == pytest.approx(-course["learning_rate"] * slope, abs=1e-12)


def test_the_right_run_of_two_weights_goes_where_it_should(houses: Rows) -> None:
    (i, j), (start, probe) = houses.pair, two_weights_start(houses)
    path = np.array(gradient_code.two_weights_right(houses.x, houses.y, start.copy(), probe, i, j, 0.01, 2000))
    w = start.copy()
    w[[i, j]] = path[1950]
    assert path[1951] == pytest.approx([-78.33, -35.64], abs=0.005)
    assert np.mean((houses.x @ w - houses.y) ** 2) == pytest.approx(147.43, abs=0.005)
    assert clue(PITFALLS["lopsided path"].study(houses), "the course prints") == (
        "-83.31, -35.96, 160.64",
        "-78.33, -35.64, 147.43",
    )


def test_the_broadcast_loss_rises_from_about_nine_to_about_four_hundred(houses: Rows) -> None:
    study = PITFALLS["rising loss"].study(houses)
    first, last = (float(text) for text in clue(study, "Mean loss")[0].split(", "))
    assert first == pytest.approx(9, abs=1)
    assert last == pytest.approx(400, rel=0.1)
    assert clue(study, "Shape of the weights") == ("(13, 13)", "(13, 1)")


def test_the_printed_mini_batch_losses_are_ordinary_among_four_hundred_seeds(houses: Rows) -> None:
    table = np.array(printed()["mini_batch"]["rows"])
    short = table[:, 1] == 4
    course = table[(table[:, 0] >= 40) & ~short, 2].mean(), table[short, 2].max()
    assert course == pytest.approx((0.101, 1.27), abs=0.005)
    found = []
    for seed in range(400):
        rng = np.random.RandomState(seed)
        sizes, losses = batch_code.epochs_faulty(houses.x, houses.y, rng.randn(13), 0.1, 100, 50, rng)
        assert sizes == [100, 100, 100, 100, 4] * 50
        by_epoch = np.reshape(losses, (50, 5))
        found.append((by_epoch[-10:, :4].mean(), by_epoch[:, 4].max()))
    low, high = np.percentile(found, [1, 99], axis=0)
    assert (low < course).all()
    assert (course < high).all()
    assert np.concatenate([low, high]) == pytest.approx([0.029, 0.26, 0.172, 3.38], rel=0.35)


def test_the_limit_of_a_rate_is_that_of_the_loss_descended() -> None:
    here = rows(PATIENTS)
    half = objective(Model((here.x.shape[1], 1)), LOSSES["half squared"], here.x, here.y)

    assert steepness(here.x, 0.5) == pytest.approx(curvature(half, np.zeros(11)).eigenvalues[-1], rel=1e-6)


def test_checks_say_both_of_what_they_can_find() -> None:
    def value(theta: np.ndarray) -> np.ndarray:
        return (theta**2).sum(axis=1)

    theta = np.array([1.0, -2.0])
    assert gradient_error(2 * theta, value, theta) < AGREES
    assert gradient_error(theta, value, theta) == pytest.approx(0.5, rel=1e-6)
    assert off(1e-9).endswith("agrees")
    assert off(0.5) == "50 % off"
    assert (agreement(0.0), agreement(1e-16)) == ("to the last digit", "to 1e-16")
    assert (count(1, "row"), count(2000, "row")) == ("1 row", "2,000 rows")
    assert sign_verdict(-theta, value, theta).holds
    assert "uphill" in sign_verdict(-theta, value, theta).says
    assert not sign_verdict(theta, value, theta).holds
    for rate, holds in ((0.99, False), (1.0, True), (1.5, True)):
        told = rate_verdict(rate, 2.0)
        assert told.holds == holds
        assert ("settles" in told.says) == (not holds)


def test_a_loss_that_rises_again_is_told_apart_from_one_that_falls() -> None:
    assert _course(np.array([4.0, 2, 1])) == "falls from 4.0000 to 1.0000"
    told = _course(np.array([4.0, 1, 3]))
    assert told.startswith("falls from 4.0000 to 1.0000, at update 1, and then rises to 3.0000")
    assert "and then rises" in studied("lopsided path").showed[1]


def test_the_frozen_slope_only_falls_on_the_courses_rows(houses: Rows) -> None:
    assert "and then rises" not in PITFALLS["lopsided path"].study(houses).showed[1]
