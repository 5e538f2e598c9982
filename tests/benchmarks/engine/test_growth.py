"""Slopes of cost over size."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from benchmarks.engine import growth
from benchmarks.engine.growth import Growth, slope
from benchmarks.engine.workloads import Size, single_sample

SIZES = (1, 10, 100, 1000)


@pytest.mark.parametrize("power", [0.0, 0.5, 1.0, 2.0])
def test_the_slope_of_a_power_is_its_exponent(power: float) -> None:
    assert slope(SIZES, 3 * np.array(SIZES, dtype=float) ** power) == pytest.approx(power)


def test_the_slope_ignores_what_small_sizes_cost_at_all() -> None:
    assert slope(SIZES, np.array([50.0, 50.0, 100.0, 1000.0])) == pytest.approx(1)


@pytest.mark.parametrize("ending", ["json", "html"])
def test_the_chart_holds_every_point(ending: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tiny = Growth("a line", "updates T", (20, 40), lambda t: single_sample(Size(20, t // 20)))
    monkeypatch.setattr(growth, "GROWTHS", (tiny,))
    file = tmp_path / f"growth.{ending}"
    growth.main(file)
    text = file.read_text()
    assert '"size": 20' in text
    if ending == "json":
        assert len(json.loads(text)["data"]["values"]) == 2
