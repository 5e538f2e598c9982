"""The written-out descent of small networks gives the plain loop's history."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

from gd_core import ACTIVATIONS, LOSSES, OPTIMIZERS, Batching, History, Model, Plan, engines, small_network
from gd_core.descent import descend, loop
from gd_core.models import SIGMOID
from gd_core.objective import Objective, objective
from gd_core.optimizers import Rate, gd
from gd_core.shapes import Array
from gd_core.small_network import REPORTED, applies, path, source

SIZES = [(2, 1), (2, 2), (2, 2, 2), (2, 2, 2, 1), (3, 4, 2), (1, 3, 1), (2, 3, 3, 2, 1)]
BATCHES = [1, 2, None]


def network(sizes: tuple[int, ...], n: int = 6, seed: int = 0) -> tuple[Objective, Array]:
    rng = np.random.default_rng(seed)
    x, y = rng.uniform(-1, 1, (n, sizes[0])), rng.uniform(0, 1, (n, sizes[-1]))
    model = Model(sizes, output=SIGMOID)
    return objective(model, LOSSES["half squared"], x, y), model.init([seed])[0]


def written_out(of: Objective, rate: float, start: Array, plan: Plan) -> History:
    """Return the history that the engines find from one start: written out where that applies, else by the loop."""
    return engines.find(of, gd(rate), start[None], plan)


@pytest.mark.parametrize("size", BATCHES)
@pytest.mark.parametrize("sizes", SIZES)
def test_every_state_and_loss_is_that_of_the_plain_loop(sizes: tuple[int, ...], size: int | None) -> None:
    of, start = network(sizes)
    plan = Batching(size, "with replacement").plan(of.n, 100, [3])
    assert len(plan) >= 100
    assert applies(of, gd(0.5), 1, plan)
    ours = written_out(of, 0.5, start, plan)
    plain = descend(of, OPTIMIZERS["gd"](0.5), start[None], plan)
    assert_allclose(ours.path, plain.path, rtol=1e-12, atol=1e-15)
    assert_allclose(ours.loss, plain.loss, rtol=1e-12)
    assert (ours.seen == plain.seen).all()
    assert ours.path.shape == (1, len(plan) + 1, len(start))


def test_a_short_last_batch_of_an_epoch_takes_its_own_mean() -> None:
    of, start = network((2, 2, 1), n=5)
    plan = Batching(2).plan(of.n, 40, [0])
    ours = written_out(of, 0.5, start, plan)
    plain = descend(of, OPTIMIZERS["gd"](0.5), start[None], plan)
    assert_allclose(ours.path, plain.path, rtol=1e-12, atol=1e-15)


def test_an_exponential_that_overflows_is_left_to_the_plain_loop() -> None:
    of, _ = network((2, 2, 1))
    start = np.array([-900.0, 0, 0, 1, -900, 0, 1, 1, 0])
    plan = Batching(1).plan(of.n, 5, [0])
    assert path(of, gd(0.5), start[None], plan) is None
    ours = written_out(of, 0.5, start, plan)
    plain = descend(of, OPTIMIZERS["gd"](0.5), start[None], plan)
    assert (ours.path == plain.path).all()


@pytest.mark.parametrize(
    ("model", "loss"),
    [
        (Model((2, 2, 1), output=SIGMOID), "squared"),
        (Model((2, 2, 1)), "half squared"),
        (Model((2, 2, 1), ACTIVATIONS["tanh"], SIGMOID), "half squared"),
        (Model((2, 2, 1), output=SIGMOID, bias=False), "half squared"),
        (Model((20, 20, 1), output=SIGMOID), "half squared"),
    ],
)
def test_other_networks_run_the_plain_loop(model: Model, loss: str) -> None:
    rng = np.random.default_rng(0)
    of = objective(model, LOSSES[loss], rng.uniform(size=(4, model.sizes[0])), rng.uniform(size=(4, 1)))
    plan, start = Batching(1).plan(4, 10, [0]), model.init([0])
    assert not applies(of, gd(0.1), 1, plan)
    ours = written_out(of, 0.1, start[0], plan)
    assert (ours.path == descend(of, gd(0.1), start, plan).path).all()


@pytest.mark.parametrize("rate", [0.5, np.array([[0.1], [0.5], [2.0]])], ids=["one rate", "a rate per run"])
@pytest.mark.parametrize("size", BATCHES)
def test_a_few_runs_are_walked_one_after_the_other(size: int | None, rate: Rate) -> None:
    of, _ = network((2, 2, 2, 1))
    starts, plan = of.model.init([0, 1, 2]), Batching(size).plan(of.n, 30, [4, 5, 6])
    ours = path(of, gd(rate), starts, plan)
    assert ours is not None
    assert_allclose(ours, loop(of, gd(rate), starts, plan), rtol=1e-12, atol=1e-15)


def test_only_plain_descent_at_a_constant_rate_on_few_examples_is_written_out() -> None:
    of, _ = network((2, 2, 2, 1), n=40)
    single, batches = Batching(1).plan(of.n, 1, range(20)), Batching().plan(of.n, 1, [0])
    assert applies(of, gd(0.1), 1, single)
    assert applies(of, gd(np.full((20, 1), 0.1)), 20, single)
    assert not applies(of, gd(0.1), 21, single)
    assert not applies(of, gd(0.1), 1, batches)
    assert not applies(of, gd(lambda t: 0.1), 1, single)
    for name in OPTIMIZERS:
        assert applies(of, OPTIMIZERS[name](0.1), 1, single) == (name == "gd")


def test_the_text_written_out_is_python_one_can_read() -> None:
    single, batches = source((2, 2, 1), single=True), source((2, 2, 1), single=False)
    for text in (single, batches):
        compile(text, "network", "exec")
        assert "a1_0 = 1.0 / (1.0 + exp(-(a0_0 * w0 + a0_1 * w2 + w4)))" in text
        assert "d2_0 = step * (a2_0 - t_0) * a2_0 * (1.0 - a2_0)" in text
    assert "\n        w2 -= a0_1 * d1_0\n" in single
    assert "\n            g2 += a0_1 * d1_0\n" in batches
    assert "\n        w2 -= g2\n" in batches


def test_a_single_row_may_be_all_there_is() -> None:
    of, start = network((2, 2, 1), n=1)
    for size in (1, None):
        plan = Batching(size).plan(1, 40, [0])
        assert_allclose(
            path(of, gd(0.5), start[None], plan), loop(of, gd(0.5), start[None], plan), rtol=1e-12, atol=1e-15
        )


@pytest.mark.parametrize("size", [1, 2, None])
def test_updates_cut_where_they_are_reported_are_the_same_updates(
    monkeypatch: pytest.MonkeyPatch, size: int | None
) -> None:
    of, start = network((2, 2, 1), n=5)
    plan = Batching(size).plan(5, 7, [0])
    at_once = path(of, gd(0.5), start[None], plan)
    monkeypatch.setattr(small_network, "REPORTED", 2)
    in_pieces = path(of, gd(0.5), start[None], plan)
    assert at_once is not None
    assert in_pieces is not None
    assert in_pieces.tolist() == at_once.tolist()


def test_a_long_run_tells_how_far_it_is() -> None:
    of, start = network((2, 2, 1))
    heard: list[float] = []
    engines.find(of, gd(0.1), start[None], Batching(1).plan(of.n, 2 * REPORTED // of.n, [0]), report=heard.append)
    assert heard == sorted(heard)
    assert len(heard) >= 3
    assert heard[-1] == pytest.approx(1)
