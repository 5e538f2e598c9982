"""Schedules against scikit-learn's formula and the rates PyTorch's schedulers set."""

import json
import math
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gd_core import SCHEDULES

RECORD = json.loads((Path(__file__).parents[1] / "fixtures" / "torch_optimizers.json").read_text(encoding="utf-8"))
TOTALS = st.integers(1, 500)


@pytest.mark.parametrize("name", SCHEDULES)
@given(total=TOTALS)
def test_every_schedule_starts_at_one_and_never_rises(name: str, total: int) -> None:
    factors = [SCHEDULES[name](t, total) for t in range(total)]
    assert factors[0] == 1.0
    assert all(0 < later <= earlier for earlier, later in pairwise(factors))


@pytest.mark.parametrize("name", RECORD["factors"])
def test_factors_are_those_of_pytorchs_schedulers(name: str) -> None:
    total = RECORD["updates"]
    ours = [SCHEDULES[name](t, total) for t in range(total)]
    assert ours == pytest.approx(RECORD["factors"][name], rel=1e-12)


def test_invscaling_is_scikit_learns_with_its_default_power() -> None:
    # eta = eta0 / pow(t, power_t) with t counted from 1 and power_t = 0.25 (SGDRegressor)
    assert [SCHEDULES["invscaling"](t, 100) for t in range(100)] == pytest.approx(
        [1 / math.pow(t, 0.25) for t in range(1, 101)], rel=1e-14
    )


@given(TOTALS)
def test_the_stages_of_step_are_equally_long(total: int) -> None:
    factors = [SCHEDULES["step"](t, total) for t in range(total)]
    lengths = [sum(math.isclose(factor, 0.1**stage) for factor in factors) for stage in range(3)]
    assert sum(lengths) == total
    assert max(lengths) - min(lengths) <= 1


@given(TOTALS)
def test_the_cosine_is_half_way_down_half_way_through(half: int) -> None:
    assert SCHEDULES["cosine"](half, 2 * half) == pytest.approx(0.5, abs=1e-15)
