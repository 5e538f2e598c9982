"""JAX: one run is a compiled lax.scan over its updates with jax.grad inside, many runs are its vmap; 64 bits.

Compiling is not timed: a first call with the same shapes has done it.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import Any

import jax
import numpy as np
from jax import numpy as jnp

from benchmarks.engine.answer import Answer
from benchmarks.engine.case import Descent, Grid
from benchmarks.engine.peers import Peer, Peers, Work

jax.config.update("jax_enable_x64", True)

Rule = Callable[[Any, Any, Any], tuple[Any, Any]]
"""Turns a gradient, a memory and t = 1, 2, … into the direction to go and the next memory."""


def _rule(case: Descent) -> Rule:
    """Return the case's optimizer."""
    momentum = case.recipe.momentum

    def gd(grad: Any, memory: Any, t: Any) -> tuple[Any, Any]:
        return grad, memory

    def heavy_ball(grad: Any, memory: Any, t: Any) -> tuple[Any, Any]:
        v = momentum * memory[0] + grad
        return v, (v, memory[1])

    def adam(grad: Any, memory: Any, t: Any) -> tuple[Any, Any]:
        m, s = 0.9 * memory[0] + 0.1 * grad, 0.999 * memory[1] + 0.001 * grad**2
        return m / (1 - 0.9**t) / (jnp.sqrt(s / (1 - 0.999**t)) + 1e-8), (m, s)

    return {"gd": gd, "momentum": heavy_ball, "adam": adam}[case.recipe.optimizer]


def _loss(case: Descent) -> Callable[[Any, Any, Any], Any]:
    """Return the loss of parameters (P,) on rows x (B, D), y (B, K)."""
    model = case.objective.model
    weight = float(case.objective.loss.value(np.ones(1), np.zeros(1))[0])

    def loss(theta: Any, x: Any, y: Any) -> Any:
        end = 0
        for fan_in, fan_out in pairwise(model.sizes):
            start, middle, end = end, end + fan_in * fan_out, end + (fan_in + 1) * fan_out
            x = x @ theta[start:middle].reshape(fan_in, fan_out) + theta[middle:end]
            x = x if model.linear else jax.nn.sigmoid(x)
        return weight * ((x - y) ** 2).sum(axis=-1).mean()

    return loss


def scan(case: Descent) -> Work:
    """All updates in one compiled scan, which returns the state after each."""
    x, y = jnp.array(case.objective.x), jnp.array(case.objective.y)
    slope, rule, start = jax.grad(_loss(case)), _rule(case), jnp.array(case.start)
    times = jnp.arange(1.0, case.updates + 1)
    whole = case.recipe.batch_size is None
    rows = jnp.zeros((case.recipe.runs, case.updates, 0), int) if whole else jnp.array(case.rows)

    def run(rate: Any, batches: Any, x: Any, y: Any) -> Any:
        def step(state: Any, now: Any) -> Any:
            theta, memory = state
            batch, t = now
            grad = slope(theta, x, y) if whole else slope(theta, x[batch], y[batch])
            direction, memory = rule(grad, memory, t)
            theta = theta - rate * direction
            return (theta, memory), theta

        zeros = jnp.zeros_like(start)
        return jax.lax.scan(step, (start, (zeros, zeros)), (batches, times))[1]

    if case.recipe.runs == 1:
        compiled, first, rate = jax.jit(run), rows[0], float(case.rates[0])
        return lambda: Answer(np.asarray(compiled(rate, first, x, y))[None])
    together = jax.jit(jax.vmap(run, in_axes=(0, 0, None, None), out_axes=1))  # (T, R, P), as the scan makes it
    rates = jnp.array(case.rates)
    return lambda: Answer(np.asarray(together(rates, rows, x, y)).swapaxes(0, 1))


def heights(case: Grid) -> Work:
    """All points of the grid in one compiled lax.map."""
    x, y = jnp.array(case.x), jnp.array(case.y)
    points = jnp.array(np.stack(np.meshgrid(case.weights, case.intercepts), axis=-1).reshape(-1, 2))
    shape = len(case.intercepts), len(case.weights)

    @jax.jit
    def surface(points: Any, x: Any, y: Any) -> Any:
        return jax.lax.map(lambda point: ((point[0] * x + point[1] - y) ** 2).mean(), points)

    return lambda: Answer(loss=np.asarray(surface(points, x, y)).reshape(shape))


SCAN = Peer("JAX scan", scan, "path")
PEERS: Peers = {
    "W1": [SCAN],
    "W2": [SCAN],
    "W3": [SCAN],
    "W4": [SCAN._replace(part=lambda case: case.of_epochs(40))],
    "W5 n = 80": [Peer("JAX map", heights, "surface")],
    "W5 n = 10,000": [Peer("JAX map", heights, "surface")],
    "W5 n = 1,000,000": [Peer("JAX map", heights, "surface", lambda case: case.of_rows(1))],
    "W6": [SCAN],
    "W7": [SCAN._replace(label="JAX scan, vmap")],
    "W8 momentum": [SCAN],
    "W8 Adam": [SCAN._replace(label="JAX scan, vmap")],
}
