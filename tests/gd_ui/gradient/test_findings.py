"""The sentences of the gradient page, each recomputed, at ordinary and at extreme settings."""

import ast
import math
import re

import numpy as np
import pytest

from gd_ui.datasets import load
from gd_ui.gradient import chain
from gd_ui.gradient.findings import decimals, legend, nudge_findings, power_of_ten, pull_findings, quotient, signed
from gd_ui.gradient.nudge import Measured, errors, measure
from gd_ui.gradient.pull import DRAWS, degrees_between
from gd_ui.lessons import ROOT
from gd_ui.numbers import number
from tests.gd_ui.gradient.probes import PROBES, SETTINGS, found

every_probe = pytest.mark.parametrize("name", PROBES)
every_pull = pytest.mark.parametrize("name", SETTINGS)
FACTOR = 0.25


def told(name: str) -> tuple[list[str], Measured]:
    probe = PROBES[name]
    loaded = load(probe.data)
    measured = measure(probe, loaded)
    return nudge_findings(probe, measured, errors(probe.data, probe.point), loaded), measured


def pulled(name: str) -> list[str]:
    data, point, _, _ = SETTINGS[name]
    return pull_findings(found(name), load(data), point, FACTOR)


@every_probe
def test_there_are_at_most_three_sentences_without_nan(name: str) -> None:
    sentences, _ = told(name)
    assert 2 <= len(sentences) <= 3
    assert not re.search(r"\b(nan|inf)\b|beyond all", " ".join(sentences))


@every_pull
def test_a_batch_has_at_most_three_sentences_without_nan(name: str) -> None:
    assert 1 <= len(pulled(name)) <= 3
    assert not re.search(r"\b(nan|inf)\b|beyond all", " ".join(pulled(name)))


@pytest.mark.parametrize("name", ["default", "grid point", "tiny", "thousand", "far", "single weight", "solution"])
def test_the_first_sentence_says_how_far_the_ratio_is_off(name: str) -> None:
    sentences, measured = told(name)
    for parameter, error in zip("wb", np.abs(measured.ratios - measured.slopes), strict=False):
        assert f"{number(float(error)) if error else 'nothing at all'} for {parameter}" in sentences[0]
    assert f"{PROBES[name].nudge:g} the {PROBES[name].kind} ratio" in sentences[0]


@pytest.mark.parametrize("name", ["zero", "zero central", "lost"])
def test_without_a_ratio_the_first_sentence_says_why_and_gives_the_formula(name: str) -> None:
    sentences, measured = told(name)
    assert sentences[0].startswith("A nudge of zero moves nothing" if "zero" in name else "The nudge of 1e-15 is lost")
    for parameter, slope in zip("wb", measured.slopes, strict=True):
        assert f"{signed(float(slope))} for {parameter}" in sentences[0]


def test_a_nudge_lost_for_one_parameter_only_is_said_of_that_one() -> None:
    assert "For w the nudge is lost" in told("one lost")[0][0]
    assert "lost" not in told("tiny")[0][0]


def test_the_second_sentence_says_where_the_error_is_smallest() -> None:
    found_errors = errors("line", PROBES["default"].point)
    forward = found_errors.by_kind["forward"]
    nudges = np.geomspace(1, 1e-15, 121)
    by_decade = {power: float(np.median(forward[np.round(np.log10(nudges)) == power])) for power in range(-15, 1)}
    best = min(by_decade, key=lambda power: by_decade[power])
    assert best == -8
    assert f"around a nudge of 10⁻⁸, where it is {number(by_decade[best])}" in told("default")[0][1]
    assert number(found_errors.step) in told("default")[0][1]


@every_probe
def test_the_second_sentence_fits_the_kind_of_difference(name: str) -> None:
    second = told(name)[0][1]
    assert ("a parabola" in second) == (PROBES[name].kind == "central")
    assert ("half the curvature" in second) == (PROBES[name].kind == "forward")
    rises = errors(PROBES[name].data, PROBES[name].point).by_kind["forward"]
    if PROBES[name].kind == "forward":
        assert ("rounding never wins" in second) == bool(np.median(rises[-16:]) < 1e-12)


@every_probe
def test_the_course_is_quoted_for_its_own_line_only(name: str) -> None:
    sentences, _ = told(name)
    assert (len(sentences) == 3) == (PROBES[name].data == "line")
    if len(sentences) == 3:
        assert "−2.90 for b, −1.79 for w: forward, nudge 0.12" in sentences[2]
        assert "(0.52 for b, −0.16 for w)" in sentences[2]
        assert "There we get −2.90 for b, −1.79 for w; from the start itself −2.92 for b, −1.80 for w" in sentences[2]


@every_probe
def test_under_a_triangle_stand_the_quotient_and_the_formula(name: str) -> None:
    probe, measured = PROBES[name], told(name)[1]
    for p, slope in enumerate(measured.slopes):
        text = quotient(probe, measured, p)
        assert f"{probe.nudge * (1 + (probe.kind == 'central')):g}]" in text
        if probe.nudge == 0:
            assert "is no number" in text
        else:
            ratio, formula = (
                float(found.replace("−", "-").replace(",", "")) for found in re.findall(r"\*\*(.+?)\*\*", text)
            )
            assert ratio == pytest.approx(measured.ratios[p], abs=6e-3)
            assert formula == pytest.approx(slope, abs=6e-3)


@pytest.mark.parametrize("error", [0.0, 1e-12, 3e-5, 0.02, 1.0, 100.0, math.nan])
def test_decimals_show_an_error_where_eight_are_enough(error: float) -> None:
    assert 2 <= decimals(error) <= 8
    if error > 1e-7:
        assert float(f"{error:.{decimals(error)}f}") == pytest.approx(error, rel=0.05)


def test_powers_of_ten_are_written_short() -> None:
    assert [power_of_ten(value) for value in (1.0, 0.1, 0.01, 1e-3, 1e-15)] == ["1", "0.1", "0.01", "10⁻³", "10⁻¹⁵"]


@pytest.mark.parametrize("name", ["default", "one", "odd", "thousand"])
def test_the_batch_is_said_to_point_as_far_away_as_it_does(name: str) -> None:
    mean, full = found(name).mean, found(name).full
    cosine = mean @ full / np.linalg.norm(mean) / np.linalg.norm(full)
    assert f"points {np.degrees(np.arccos(cosine)):.1f}° away from" in pulled(name)[0]
    assert f"{np.linalg.norm(mean) / np.linalg.norm(full):.2f} times as long" in pulled(name)[0]
    assert f"mean of {len(found(name).rows)} example{'' if name == 'one' else 's'}]" in pulled(name)[0]


@pytest.mark.parametrize("name", ["default", "one", "all", "thousand"])
def test_the_middle_angle_over_the_draws_is_recomputed(name: str) -> None:
    some = found(name)
    for size in {1, some.size}:
        means = some.means[:, some.sizes.index(size)]
        middle = np.median(degrees_between(means, some.full))
        assert f"{middle:.1f}° for {size:,}" in pulled(name)[1]
    assert f"Over {DRAWS} draws" in pulled(name)[1]


@pytest.mark.parametrize("name", ["default", "odd", "all", "thousand"])
def test_the_full_mean_is_said_to_stand_upright_on_the_contour(name: str) -> None:
    assert "at 90.0000°: a right angle, up to rounding" in pulled(name)[2]
    assert f"drawn at {FACTOR:g} of their length" in pulled(name)[2]


def test_a_batch_of_everything_is_said_to_be_the_gradient() -> None:
    assert pulled("all")[0].startswith("This batch has all 80 examples")


def test_where_pulls_cancel_no_angle_is_claimed() -> None:
    (cancelled,), (content,) = pulled("solution"), pulled("exact")
    assert number(float(np.linalg.norm(found("solution").each, axis=1).max())) in cancelled
    assert number(float(np.linalg.norm(found("solution").mean))) in cancelled
    assert "every single example is content" in content
    assert "°" not in cancelled + content


def test_of_a_single_weight_length_and_sign_are_told() -> None:
    some, sentences = found("single weight"), pulled("single weight")
    ratios = some.of_size()[:, 0] / some.full[0]
    assert f"points the same way as the :blue[full mean] and is {some.mean[0] / some.full[0]:.2f}" in sentences[0]
    assert f"between {ratios.min():.2f} and {ratios.max():.2f} times" in sentences[1]


@every_pull
def test_the_legend_names_what_is_drawn(name: str) -> None:
    assert f"each of {len(found(name).each):,} examples" in legend(found(name))
    assert ("contour" in legend(found(name))) == (len(found(name).full) == 2)


@every_pull
def test_the_chain_has_the_numbers_of_the_batchs_first_example(name: str) -> None:
    data, point, _, _ = SETTINGS[name]
    some, train = found(name), load(data).train
    formula = chain.one_example(load(data), point, some)
    x, y = float(train.x[some.rows[0], 0]), float(train.y[some.rows[0], 0])
    p = point[0] * x + (point[1] if len(point) > 1 else 0)
    for value in (p, 2 * (p - y), *some.each[some.rows[0]].tolist()):
        if abs(value) > 1e-3:
            assert f"= {chain.tex(value)}" in formula
    assert formula.count("{") == formula.count("}")
    average = chain.average(load(data), some)
    for slope in some.full.tolist():
        if abs(slope) > 1e-3:
            assert f"= {chain.tex(slope)}" in average
    assert rf"}}{{{train.n}}}" in average


@every_pull
def test_the_table_has_every_example_or_says_how_many_are_left_out(name: str) -> None:
    data, point, size, _ = SETTINGS[name]
    lines = chain.table(load(data), point, found(name)).splitlines()
    shown = min(size, chain.MOST_ROWS)
    assert len(lines) == 2 + shown + (size > shown) + 2
    assert len({line.count("|") for line in lines}) == 1
    assert [int(line.split("|")[1].replace(",", "")) - 1 for line in lines[2 : 2 + shown]] == found(name).rows[
        :shown
    ].tolist()
    assert (f"and {size - shown} more" in lines[2 + shown]) == (size > shown)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "0.0000"),
        (-3.04481, "-3.0448"),
        (-129.216815, "-129.22"),
        (129216.8, "129216.8"),
        (-2e-5, r"-2.00\cdot 10^{-5}"),
    ],
)
def test_numbers_in_formulas_have_about_five_digits(value: float, text: str) -> None:
    assert chain.tex(value) == text
    assert chain.tex(value, factor=True) == (f"({text})" if value < 0 else text)


@pytest.mark.parametrize("module", ["gd_ui/gradient/findings.py", "pages/gradient.py"])
def test_no_digit_is_typed_into_prose(module: str) -> None:
    tree = ast.parse((ROOT / module).read_text(encoding="utf-8"))
    docs = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.FunctionDef) and isinstance(node.body[0], ast.Expr)
    }
    formats = {
        id(part)
        for node in ast.walk(tree)
        if isinstance(node, ast.FormattedValue) and node.format_spec
        for part in ast.walk(node.format_spec)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docs | formats:
            prose = re.sub(r"\$[^$]*\$|-0123456789", "", node.value)
            assert not re.search(r"\d", prose) or " " not in prose, prose
