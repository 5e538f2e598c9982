"""Slopes of cost over size."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from benchmarks.engine import growth, growth_chart, machine
from benchmarks.engine.growth import Grown, Growth, slope
from benchmarks.engine.timing import Spread
from benchmarks.engine.workloads import Size, single_sample

SIZES = (1, 10, 100, 1000)


@pytest.mark.parametrize("power", [0.0, 0.5, 1.0, 2.0])
def test_the_slope_of_a_power_is_its_exponent(power: float) -> None:
    assert slope(SIZES, 3 * np.array(SIZES, dtype=float) ** power) == pytest.approx(power)


def test_the_slope_ignores_what_small_sizes_cost_at_all() -> None:
    assert slope(SIZES, np.array([50.0, 50.0, 100.0, 1000.0])) == pytest.approx(1)


TINY = Growth("a line", "updates T", (20, 40, 80), lambda t: single_sample(Size(20, t // 20)))
TIMES = tuple(Spread(0.9 * t, t, 1.2 * t) for t in (0.003, 0.001, 0.004))
FOUND = Grown(TINY, TIMES)


def test_what_is_printed_names_the_slope_and_every_time() -> None:
    assert str(FOUND) == "a line, over updates T: slope 2.00 (20: 3 ms, 40: 1 ms, 80: 4 ms)"


def test_the_chart_shows_medians_quartiles_and_the_line_whose_slope_it_names() -> None:
    (panel,) = growth_chart.drawn([FOUND]).to_dict()["concat"]
    assert panel["title"] == {"anchor": "start", "subtitle": "slope 2.00", "text": "a line"}
    fit, bars, line = (layer["data"]["values"] for layer in panel["layer"])
    assert bars == line
    for row, size, seconds in zip(line, TINY.sizes, TIMES, strict=True):
        assert row == {"size": size, "milliseconds": 1000 * seconds.median, "low": 1000 * seconds.low,
                       "high": 1000 * seconds.high}  # fmt: skip
    (left, right) = fit
    assert (left["size"], right["size"]) == (40, 80)
    assert (left["milliseconds"], right["milliseconds"]) == pytest.approx((1, 4))


def test_both_axes_are_logarithmic() -> None:
    (panel,) = growth_chart.drawn([FOUND]).to_dict()["concat"]
    for layer in panel["layer"]:
        assert layer["encoding"]["x"]["scale"]["type"] == "log"
        assert layer["encoding"]["y"].get("scale", {"type": "log"})["type"] == "log"


def test_the_chart_says_when_where_and_with_how_many_threads() -> None:
    said = growth_chart.drawn([FOUND]).to_dict()["title"]["subtitle"]
    assert machine.place() in said
    assert "one thread" in machine.place()


@pytest.mark.parametrize("ending", ["json", "html"])
def test_the_chart_is_saved(
    ending: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(growth, "GROWTHS", (TINY,))
    file = tmp_path / f"growth.{ending}"
    growth.main(file)
    assert '"size": 20' in file.read_text()
    assert str(file) in capsys.readouterr().out
