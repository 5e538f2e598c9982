"""Recurrence: how far a run comes along one eigenvector, update by update or twice as far each time.

Along an eigenvector of curvature λ, measure the way c and the velocity v by the first slope. The slope is then 1 - λ c,
and an update of any rule whose steps are affine in the gradients is

    v ← momentum v + (1 - λ c);   c ← c + rate (direct (1 - λ c) + carried v)

While the rate stays the same this is one affine map, of c alone where nothing is carried. Let h = rate λ, and let c be
counted in rates. What s updates make of a state u is known from two things: where they lead from 0, u(s), and the
matrix N(s) by which a start other than 0 changes on the way:

    u(t + s) = u(t) + u(s) + N(s) u(t);   N(2s) = 2 N(s) + N(s) N(s)

So u(1), …, u(s) give as many more at once, and T updates take log2(T) rounds. N is the power of the update's matrix
less the identity: beside the 1 the digits of a small h would be lost. (Hillis and Steele 1986, "Data parallel
algorithms", double their reach in this way.)
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from gd_core.optimizers import Affine
from gd_core.shapes import Array

WIDE = np.longdouble
"""N and u(s) are few numbers, and their rounding doubles with them: they get the digits the processor has to spare."""


def ways(curvatures: Array, rates: Array, rule: Affine, updates: int) -> Array:
    """Return c (R or 1, S, T+1) for curvatures λ (S,) and the rates (R or 1, T or 1) of all runs and updates."""
    if rates.shape[1] > 1:
        return _step_by_step(curvatures, rates, rule)
    found = _by_doubling(rates * curvatures, rule, updates)
    found *= rates[:, :, None]
    return found


def ways_after(curvatures: Array, rates: Array, rule: Affine, updates: NDArray[np.intp]) -> Array:
    """Return c (R or 1, S, U) after some numbers of updates (U,) only, at constant rates (R or 1, 1).

    Every number is a sum of powers of two, and s = 1, 2, 4, … updates lead on from wherever the others led.
    """
    moves, ahead = _one_update((rates * curvatures).astype(WIDE), rule)
    states, left = np.zeros((*ahead.shape, len(updates))), updates.copy()
    while left.any():
        odd = left % 2 == 1
        before = states[..., odd]
        _lead_on(moves, ahead, before, after := np.empty_like(before))
        states[..., odd] = after
        moves, ahead = _twice(moves, ahead)
        left //= 2
    return np.asarray(states[0] * rates[:, :, None])


def _step_by_step(curvatures: Array, rates: Array, rule: Affine) -> Array:
    """Walk one update after the other: c (R or 1, S, T+1)."""
    places = np.zeros((rates.shape[1] + 1, len(rates), len(curvatures)))
    velocity = np.zeros_like(places[0])
    for rate, here, after in zip(rates.T[:, :, None], places, places[1:], strict=False):
        slope = 1 - curvatures * here
        velocity *= rule.momentum
        velocity += slope
        np.add(here, rate * (rule.direct * slope + rule.carried * velocity), out=after)
    return places.transpose(1, 2, 0)


def _by_doubling(reach: Array, rule: Affine, updates: int) -> Array:
    """Return c (..., T+1), counted in rates, for every h (...)."""
    moves, ahead = _one_update(reach.astype(WIDE), rule)
    states = np.zeros((*ahead.shape, updates + 1))  # (M, ..., T+1)
    known = 1
    while known <= updates:
        after = states[..., known : 2 * known]
        _lead_on(moves, ahead, states[..., : after.shape[-1]], after)
        moves, ahead = _twice(moves, ahead)
        known *= 2
    return np.asarray(states[0])


def _one_update(reach: Array, rule: Affine) -> tuple[Array, Array]:
    """Return N(1) (M, M, ...) and u(1) (M, ...)."""
    ones = np.ones_like(reach)
    if not rule.carried:
        return -rule.direct * reach[None, None], rule.direct * ones[None]
    both = rule.direct + rule.carried
    moves = np.array([[-both * reach, rule.carried * rule.momentum * ones], [-reach, (rule.momentum - 1) * ones]])
    return moves, np.array([both * ones, ones])


def _lead_on(moves: Array, ahead: Array, before: Array, after: Array) -> None:
    """Write what s updates make of the states `before` (M, ..., U) into `after`: u + u(s) + N(s) u."""
    np.add(before, ahead[..., None].astype(float), out=after)
    for column, state in zip(moves[..., None].astype(float).swapaxes(0, 1), before, strict=True):
        after += column * state


def _twice(moves: Array, ahead: Array) -> tuple[Array, Array]:
    """Return N(2s) and u(2s) from N(s) and u(s)."""
    return 2 * moves + _product(moves, moves), 2 * ahead + _product(moves, ahead[:, None])[:, 0]


def _product(left: Array, right: Array) -> Array:
    """Return the products of many small matrices (M, M, ...) and (M, K, ...), whose own axes come first."""
    return np.asarray(np.einsum("ij...,jk...->ik...", left, right))
