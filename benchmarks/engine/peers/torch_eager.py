"""PyTorch, eager and in float64: autograd for one run; for many, all at once with the gradient written out."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

import numpy as np
import torch

from benchmarks.engine.answer import Answer
from benchmarks.engine.case import Descent, Grid
from benchmarks.engine.peers import Peer, Peers, Work
from gd_core import LOSSES

torch.set_num_threads(1)


Layers = list[tuple[torch.Tensor, torch.Tensor]]
"""The weights (fan in, fan out) and biases (fan out,) of every layer."""


def _layers(case: Descent, theta: torch.Tensor) -> Layers:
    """Return the model's parameters as parts of theta (P,), each with a gradient of its own."""
    layers, end = [], 0
    for fan_in, fan_out in pairwise(case.objective.model.sizes):
        start, middle, end = end, end + fan_in * fan_out, end + (fan_in + 1) * fan_out
        weights, biases = theta[start:middle].view(fan_in, fan_out), theta[middle:end]
        layers.append((weights.requires_grad_(), biases.requires_grad_()))
    return layers


def by_autograd(case: Descent) -> Work:
    """Loss, backward, step, with all parameters copied after each. With torch.optim it would take twice as long."""
    x, y = torch.tensor(case.objective.x), torch.tensor(case.objective.y)
    if case.recipe.batch_size is None:
        batches = [(x, y)] * case.updates
    else:
        rows = torch.tensor(case.rows[0])
        batches = list(zip(x[rows].unbind(), y[rows].unbind(), strict=True))
    linear, half = case.objective.model.linear, case.objective.loss is LOSSES["half squared"]
    rate, momentum = float(case.rates[0]), case.recipe.momentum

    def work() -> Answer:
        theta = torch.tensor(case.start)
        layers = _layers(case, theta)
        parameters = [part for layer in layers for part in layer]
        velocities = [torch.zeros_like(part) for part in parameters]
        path = torch.empty((case.updates + 1, len(theta)), dtype=torch.float64)
        path[0] = theta
        for t, (output, target) in enumerate(batches, start=1):
            for weights, biases in layers:
                output = torch.addmm(biases, output, weights)
                output = output if linear else torch.sigmoid(output)
            loss = torch.nn.functional.mse_loss(output, target)
            (loss / 2 if half else loss).backward()
            with torch.no_grad():
                for part, v in zip(parameters, velocities, strict=True):
                    part.sub_(part.grad if momentum is None else v.mul_(momentum).add_(part.grad), alpha=rate)
                    part.grad = None
            path[t] = theta
        return Answer(path.numpy()[None])

    return work


Step = Callable[[torch.Tensor, int], torch.Tensor]
"""Turns the gradients (P, R) of update t = 0, 1, … into steps."""


def _together(case: Descent, rule: Callable[[], Step]) -> Work:
    """Descend with all runs of a line in one tensor; `rule` gives a step without memories of an earlier descent."""
    x, y = torch.tensor(case.objective.x[:, 0]), torch.tensor(case.target)
    rows = torch.tensor(np.ascontiguousarray(case.rows[:, :, 0].T))

    def work() -> Answer:
        step = rule()
        path = torch.empty((case.updates + 1, 2, case.recipe.runs), dtype=torch.float64)
        path[0] = torch.tensor(case.start)[:, None]
        for t in range(case.updates):
            inputs = x[rows[t]]
            slope = 2 * (path[t, 0] * inputs + path[t, 1] - y[rows[t]])
            path[t + 1] = path[t] + step(torch.stack([slope * inputs, slope]), t)
        return Answer(path.numpy().transpose(2, 0, 1))

    return work


def many_runs(case: Descent) -> Work:
    """All runs of plain descent in one tensor."""
    downhill = -torch.tensor(case.rates)
    return _together(case, lambda: lambda grad, t: downhill * grad)


def many_adams(case: Descent) -> Work:
    """All runs of Adam in one tensor, the moments updated in place."""
    downhill = -torch.tensor(case.rates)

    def rule() -> Step:
        m, s = torch.zeros((2, 2, case.recipe.runs), dtype=torch.float64)

        def step(grad: torch.Tensor, t: int) -> torch.Tensor:
            m.mul_(0.9).add_(grad, alpha=0.1)
            s.mul_(0.999).addcmul_(grad, grad, value=0.001)
            return downhill * (m / (1 - 0.9 ** (t + 1))) / (s / (1 - 0.999 ** (t + 1))).sqrt_().add_(1e-8)

        return step

    return _together(case, rule)


def heights(case: Grid) -> Work:
    """The height at one point of the grid after the other."""
    x, y = torch.tensor(case.x), torch.tensor(case.y)
    weights, intercepts = case.weights.tolist(), case.intercepts.tolist()

    def work() -> Answer:
        rows = [torch.stack([((w * x + b - y) ** 2).mean() for w in weights]) for b in intercepts]
        return Answer(loss=torch.stack(rows).numpy())

    return work


PEERS: Peers = {
    "W1": [Peer("PyTorch eager", by_autograd, "path", lambda case: case.of_epochs(2))],
    "W2": [Peer("PyTorch eager", by_autograd, "path", lambda case: case.of_epochs(5))],
    "W3": [Peer("PyTorch eager", by_autograd, "path", lambda case: case.of_epochs(1))],
    "W4": [Peer("PyTorch eager", by_autograd, "path", lambda case: case.of_epochs(40))],
    "W5 n = 80": [Peer("PyTorch eager", heights, "surface")],
    "W5 n = 10,000": [Peer("PyTorch eager", heights, "surface", lambda case: case.of_rows(10))],
    "W5 n = 1,000,000": [Peer("PyTorch eager", heights, "surface", lambda case: case.of_rows(1))],
    "W6": [Peer("PyTorch eager", by_autograd, "path", lambda case: case.of_epochs(500))],
    "W7": [Peer("PyTorch vectorised", many_runs, "path")],
    "W8 momentum": [Peer("PyTorch eager", by_autograd, "path", lambda case: case.of_epochs(2))],
    "W8 Adam": [Peer("PyTorch vectorised", many_adams, "path")],
}
