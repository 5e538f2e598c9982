"""Models: a dense network; linear regression is the one with no hidden layer.

All parameters of a run lie in one flat row theta (P,): layer by layer, first the weights (in x out, row by
row), then the biases. Many runs are many rows, theta (R, P), and every function here works on all of them at
once.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from gd_core import checks
from gd_core.shapes import Array


class Activation(NamedTuple):
    """A function applied to every unit of a layer, and its derivative."""

    value: Callable[[Array], Array]
    """a = f(z), elementwise."""
    slope: Callable[[Array], Array]
    """f'(z) written in terms of the output a, which the backward pass has at hand."""

    def __reduce__(self) -> tuple[Callable[..., Activation], tuple[object, ...]]:
        """Pickle one of ACTIVATIONS by its name, so that it arrives as the very same object; any other by its parts."""
        name = next((name for name, activation in ACTIVATIONS.items() if activation is self), None)
        return (Activation, tuple(self)) if name is None else (_named, (name,))


IDENTITY = Activation(lambda z: z, np.ones_like)
SIGMOID = Activation(lambda z: 1 / (1 + np.exp(-z)), lambda a: a * (1 - a))
TANH = Activation(np.tanh, lambda a: 1 - a**2)
RELU = Activation(lambda z: np.maximum(z, 0), lambda a: (a > 0).astype(float))
"""At z = 0 the slope is taken as 0, as PyTorch and Keras do."""

ACTIVATIONS: dict[str, Activation] = {"identity": IDENTITY, "sigmoid": SIGMOID, "tanh": TANH, "relu": RELU}


def _named(name: str) -> Activation:
    return ACTIVATIONS[name]


Pullback = Callable[[Array], Array]
"""Carries d loss / d prediction (R, B, K) back to d loss / d theta (R, P)."""


class Layer(NamedTuple):
    """Views into theta for one layer of every run."""

    weights: Array
    """(R, in, out)"""
    bias: Array | None
    """(R, 1, out), or None for a model without biases."""


@dataclass(frozen=True)
class Model:
    """A dense network: a = f(x W + b), layer after layer.

    Raises ValueError when there are fewer than two sizes or a size is below 1.
    """

    sizes: tuple[int, ...]
    """Units per layer, from the D inputs to the K outputs."""
    hidden: Activation = SIGMOID
    output: Activation = IDENTITY
    bias: bool = True

    def __post_init__(self) -> None:
        """Check the layer sizes."""
        if len(self.sizes) < 2:
            raise ValueError(f"sizes must name at least inputs and outputs; got {self.sizes!r}.")
        for size in self.sizes:
            checks.whole("sizes", size, 1)

    @property
    def n_params(self) -> int:
        """P, the length of one flat row of parameters."""
        return sum((fan_in + self.bias) * fan_out for fan_in, fan_out in pairwise(self.sizes))

    @property
    def linear(self) -> bool:
        """Whether the prediction is a linear function of theta: no hidden layer, identity output."""
        return len(self.sizes) == 2 and self.output is IDENTITY

    @property
    def names(self) -> tuple[str, ...]:
        """A name for each of the P parameters, in theta's order.

        A linear model with one output says w and b (w1, w2, … with several inputs), as the course does; a
        network says W1[i,j], b1[j], … with layers, inputs and outputs counted from 1.
        """
        if len(self.sizes) == 2 and self.sizes[1] == 1:
            n = self.sizes[0]
            weights = ("w",) if n == 1 else tuple(f"w{i}" for i in range(1, n + 1))
            return (*weights, "b") if self.bias else weights
        names: list[str] = []
        for layer, (fan_in, fan_out) in enumerate(pairwise(self.sizes), start=1):
            names += [f"W{layer}[{i},{j}]" for i in range(1, fan_in + 1) for j in range(1, fan_out + 1)]
            names += [f"b{layer}[{j}]" for j in range(1, fan_out + 1)] if self.bias else []
        return tuple(names)

    def init(self, seeds: Sequence[int]) -> Array:
        """Draw one start per seed, theta (R, P): normal with standard deviation 1/sqrt(fan-in).

        Weights and biases alike, from NumPy's default generator. (PyTorch's Linear draws both uniformly
        within the same scale; Keras starts biases at zero.)
        """
        scale = np.concatenate(
            [np.full((fan_in + self.bias) * out, fan_in**-0.5) for fan_in, out in pairwise(self.sizes)]
        )
        draws = [np.random.default_rng(seed).standard_normal(self.n_params) for seed in seeds]
        return np.stack([draw * scale for draw in draws])

    def layers(self, theta: Array) -> list[Layer]:
        """Cut theta (R, P) into its layers; the arrays are views, nothing is copied."""
        layers, start = [], 0
        for fan_in, fan_out in pairwise(self.sizes):
            middle = start + fan_in * fan_out
            weights, start = theta[:, start:middle].reshape(-1, fan_in, fan_out), middle + fan_out * self.bias
            layers.append(Layer(weights, theta[:, None, middle:start] if self.bias else None))
        return layers

    def activations(self, theta: Array, x: Array) -> list[Array]:
        """Output of every layer, the input first: arrays (R or 1, B, units) for x (B, D) or (R, B, D)."""
        return self._outputs(self.layers(theta), x)

    def _outputs(self, layers: list[Layer], x: Array) -> list[Array]:
        outputs = [x if x.ndim == 3 else x[None]]
        for weights, bias in layers:
            z = outputs[-1] @ weights
            is_last = len(outputs) == len(layers)
            outputs.append((self.output if is_last else self.hidden).value(z if bias is None else z + bias))
        return outputs

    def predict(self, theta: Array, x: Array) -> Array:
        """Predictions (R, B, K) of every run theta (R, P) for x (B, D), or x (R, B, D) with rows per run."""
        return self.activations(theta, x)[-1]

    def forward(self, theta: Array, x: Array) -> tuple[Array, Pullback]:
        """Predictions (R, B, K), and the pullback that is backpropagation.

        With delta = d loss / d z at a layer of inputs a: d loss / d W = aᵀ delta, d loss / d b = the sum of
        delta over the batch, and one layer back delta = (delta Wᵀ) f'(a). (Rumelhart, Hinton and Williams
        1986.)
        """
        layers = self.layers(theta)
        outputs = self._outputs(layers, x)

        def pullback(d_prediction: Array) -> Array:
            delta = d_prediction if self.output is IDENTITY else d_prediction * self.output.slope(outputs[-1])
            pieces: list[Array] = []
            for depth in reversed(range(len(layers))):
                a, (weights, bias) = outputs[depth], layers[depth]
                d_weights = np.swapaxes(a, 1, 2) @ delta
                d_bias = [] if bias is None else [delta.sum(axis=1)]
                pieces[:0] = [d_weights.reshape(len(delta), -1), *d_bias]
                if depth:
                    delta = delta @ np.swapaxes(weights, 1, 2) * self.hidden.slope(a)
            return np.concatenate(pieces, axis=1)

        return outputs[-1], pullback


def linear(n_features: int, *, bias: bool = True) -> Model:
    """Return linear regression on D inputs: one output, no hidden layer."""
    return Model((n_features, 1), bias=bias)
