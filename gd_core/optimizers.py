"""Optimizers: how a gradient becomes a step.

An optimizer is two pure functions. `init(theta)` makes the state of a run that has not moved yet,
`update(grad, state)` returns the step and the next state. The step includes its sign: the caller adds it to
theta. Everything is elementwise, so one optimizer moves all runs theta (R, P) at once, and a learning rate
(R, 1) is a sweep.

Every rule here has the form step = -learning_rate(t) * direction, with t = 0 at the first update. The
conventions are PyTorch's (torch.optim); where others differ, the rule says so.
"""

from collections.abc import Callable
from inspect import signature
from typing import Any, NamedTuple

import numpy as np

from gd_core import checks
from gd_core.shapes import Array

State = Any
"""What an optimizer remembers; each rule has its own small tuple."""

Rate = float | Array | Callable[[int], float | Array]
"""A learning rate: one number, an array (R, 1), or a schedule giving either for the update t = 0, 1, …"""


class Clock(NamedTuple):
    """The state of every optimizer: how many updates are done, and what its rule remembers."""

    t: int
    memory: State


class Affine(NamedTuple):
    """A rule whose steps are affine in the gradients.

    v = momentum * v + grad; step = -rate(t) * (direct * grad + carried * v), with a velocity v (R, P) that starts at 0.
    """

    rate: Rate
    momentum: float = 0.0
    direct: float = 1.0
    """How much of the gradient goes into the step."""
    carried: float = 0.0
    """How much of the velocity goes into the step; without any the rule has no memory."""

    def rates(self, start: int, end: int) -> Array:
        """Return the learning rates (R or 1, L or 1) of the L updates from `start` to `end`."""
        rates = [self.rate(t) for t in range(start, end)] if callable(self.rate) else [self.rate]
        return np.hstack([np.reshape(rate, (-1, 1)) for rate in rates])

    def resume(self, t: int, velocity: Array) -> Clock:
        """Return the optimizer's state after t updates that ended with this velocity (R, P)."""
        return Clock(t, velocity)


class Optimizer(NamedTuple):
    """Two pure functions that turn gradients (R, P) into steps (R, P)."""

    init: Callable[[Array], State]
    update: Callable[[Array, State], tuple[Array, State]]
    affine: Affine | None = None
    """The rule in numbers if its steps are affine in the gradients, so that it need not be run to be known."""


def _stepper(
    learning_rate: Rate,
    memory: Callable[[Array], State],
    direction: Callable[[Array, State, int], tuple[Array, State]],
    affine: Affine | None = None,
) -> Optimizer:
    """Build the optimizer of step -learning_rate(t) * direction; `direction` also returns the next memory."""
    rate = learning_rate if callable(learning_rate) else lambda _: learning_rate

    def update(grad: Array, state: Clock) -> tuple[Array, Clock]:
        along, remembered = direction(grad, state.memory, state.t)
        return -rate(state.t) * along, Clock(state.t + 1, remembered)

    return Optimizer(lambda theta: Clock(0, memory(theta)), update, affine)


def gd(learning_rate: Rate) -> Optimizer:
    """Plain gradient descent: step = -learning_rate * grad. Stochastic or not is the batch's affair."""
    return _stepper(learning_rate, lambda theta: None, lambda grad, _, t: (grad, None), Affine(learning_rate))


def momentum(learning_rate: Rate, momentum: float = 0.9) -> Optimizer:
    """Heavy ball: v = momentum * v + grad; step = -learning_rate * v (Polyak 1964).

    v does not contain the rate (PyTorch). Keras and scikit-learn accumulate v = momentum * v - rate * grad
    instead: the same path while the rate is constant, another one when it changes on the way.
    """
    checks.number("momentum", momentum, 0, 1, below=True)

    def direction(grad: Array, v: Array, t: int) -> tuple[Array, Array]:
        v = momentum * v + grad
        return v, v

    return _stepper(learning_rate, np.zeros_like, direction, Affine(learning_rate, momentum, direct=0, carried=1))


def nesterov(learning_rate: Rate, momentum: float = 0.9) -> Optimizer:
    """Nesterov's momentum: v = momentum * v + grad; step = -learning_rate * (grad + momentum * v).

    The form of Sutskever et al. 2013 with the gradient taken at the current point, as PyTorch and Keras have
    it.
    """
    checks.number("momentum", momentum, 0, 1, below=True)

    def direction(grad: Array, v: Array, t: int) -> tuple[Array, Array]:
        v = momentum * v + grad
        return grad + momentum * v, v

    return _stepper(learning_rate, np.zeros_like, direction, Affine(learning_rate, momentum, carried=momentum))


def adagrad(learning_rate: Rate, eps: float = 1e-10) -> Optimizer:
    """Adagrad: s = s + grad²; step = -learning_rate * grad / (sqrt(s) + eps).

    (Duchi, Hazan and Singer 2011.)

    Keras starts s at 0.1 instead of 0 and uses eps = 1e-7.
    """
    checks.number("eps", eps, 0, above=True)

    def direction(grad: Array, s: Array, t: int) -> tuple[Array, Array]:
        s = s + grad**2
        return grad / (np.sqrt(s) + eps), s

    return _stepper(learning_rate, np.zeros_like, direction)


def rmsprop(learning_rate: Rate, beta2: float = 0.99, eps: float = 1e-8) -> Optimizer:
    """RMSprop: s = beta2 * s + (1 - beta2) * grad²; step = -learning_rate * grad / (sqrt(s) + eps).

    (Hinton 2012, lecture 6.)

    beta2 is PyTorch's alpha and Keras's rho, which is 0.9 there by default.
    """
    checks.number("beta2", beta2, 0, 1, below=True)
    checks.number("eps", eps, 0, above=True)

    def direction(grad: Array, s: Array, t: int) -> tuple[Array, Array]:
        s = beta2 * s + (1 - beta2) * grad**2
        return grad / (np.sqrt(s) + eps), s

    return _stepper(learning_rate, np.zeros_like, direction)


class Moments(NamedTuple):
    """Adam's memory: running means of the gradient and of its square, each (R, P)."""

    m: Array
    s: Array


def adam(learning_rate: Rate, beta1: float = 0.9, beta2: float = 0.999, eps: float = 1e-8) -> Optimizer:
    """Adam: running means of grad and grad², corrected for their start at zero.

    (Kingma and Ba 2015, algorithm 1.)

    m = beta1 * m + (1 - beta1) * grad;  s = beta2 * s + (1 - beta2) * grad²;
    step = -learning_rate * (m / (1 - beta1^(t+1))) / (sqrt(s / (1 - beta2^(t+1))) + eps).
    """
    checks.number("beta1", beta1, 0, 1, below=True)
    checks.number("beta2", beta2, 0, 1, below=True)
    checks.number("eps", eps, 0, above=True)

    def direction(grad: Array, memory: Moments, t: int) -> tuple[Array, Moments]:
        m, s = beta1 * memory.m, beta2 * memory.s
        m += (1 - beta1) * grad
        s += (1 - beta2) * grad**2
        below = s / (1 - beta2 ** (t + 1))
        np.sqrt(below, out=below)
        below += eps
        step = m / (1 - beta1 ** (t + 1))
        step /= below
        return step, Moments(m, s)

    def memory(theta: Array) -> Moments:
        return Moments(np.zeros_like(theta), np.zeros_like(theta))

    return _stepper(learning_rate, memory, direction)


OPTIMIZERS: dict[str, Callable[..., Optimizer]] = {
    "gd": gd,
    "momentum": momentum,
    "nesterov": nesterov,
    "adagrad": adagrad,
    "rmsprop": rmsprop,
    "adam": adam,
}


def hyperparameters(optimizer: str) -> dict[str, float]:
    """Return an optimizer's settings besides its learning rate, with their defaults: {"momentum": 0.9}."""
    rule = OPTIMIZERS[checks.choice("optimizer", optimizer, OPTIMIZERS)]
    return {name: p.default for name, p in signature(rule).parameters.items() if name != "learning_rate"}
