"""The instances that evidence of several chapters is built from."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import sympy as sp
from flint import arb, fmpq

from entmax_oracle.theory import notation as N

from ..evidence.families import normalised
from ..evidence.instances import Instance, Number, chosen, numbers, row, simplex
from ..reading.walk import BALLS

Row = Sequence[fmpq]
"""A number for each token."""

STEP = fmpq(1, 2**56)
"""Step of a symmetric difference quotient; its error is of the order of the square, 2^-112."""
TOLERANCE = arb(2) ** -80
"""Radius given to the quotient: the square of the step times a third derivative of at most 2^32."""


def second(instance: Instance) -> dict[sp.Basic, Any]:
    """Return a row's probabilities and threshold under the names of the second row."""
    return {N.r: instance[N.p], N.rho: instance[N.tau]}


def two_rows(z: Row, y: Row, alpha: Any, theta: Any = 1) -> Instance:
    """Return two rows of logits with their probabilities."""
    return row(z, alpha, theta) + {**second(row(y, alpha, theta)), N.y: numbers(y)}


def two_alphas(z: Row, alpha: Any, beta: Any) -> Instance:
    """Return a row at two exponents."""
    return row(z, alpha) + {**second(row(z, beta)), N.beta: beta}


def two_scales(z: Row, alpha: Any, theta: Any, eta: Any) -> Instance:
    """Return a row at two scales."""
    return row(z, alpha, theta) + {**second(row(z, alpha, eta)), N.eta: eta}


def shifted(z: Row, alpha: Any, c: Any) -> Instance:
    """Return a row, and what it becomes when a number is added to every logit."""
    return row(z, alpha) + {**second(row([value + c for value in z], alpha)), N.shift: c}


def turned(z: Row, turn: fmpq) -> list[int]:
    """Return an order of the tokens, numbered from 0: a reflection and a rotation."""
    return [(len(z) - m + int(turn.p)) % len(z) for m in range(len(z))]


def rotated(z: Row, alpha: Any, turn: fmpq) -> Instance:
    """Return a row, and what it becomes when its tokens are reflected and rotated."""
    order = turned(z, turn)
    return row(z, alpha) + {**second(row([z[m] for m in order], alpha)), N.perm: [m + 1 for m in order]}


def joined(z: Row, alpha: Any, b: Any, scales: Sequence[Any] = (1, 1)) -> Instance:
    """Return a row, and what it becomes when a token of logit `b` joins, each at its scale."""
    return row(z, alpha, scales[0]) + {**second(row([*z, b], alpha, scales[1])), N.late: b}


def sorted_row(z: Row, alpha: Any, theta: Any = 1) -> Instance:
    """Return a row, largest logit first."""
    return row(sorted(z, reverse=True), alpha, theta)


def targeted(z: Row, weights: Row, alpha: Any, theta: Any = 1) -> Instance:
    """Return a row and another point of the simplex."""
    return row(z, alpha, theta) + {N.r: normalised(weights)}


def with_direction(weights: Row, v: Row, alpha: Any) -> Instance:
    """Return a point of the simplex, an exponent and a direction."""
    return simplex(normalised(weights), alpha) + {N.v: list(v)}


def two_blocks(first: int, others: int, alpha: fmpq) -> Instance:
    """Return the extremal point: two blocks of equal probabilities, ``m^-kappa`` shares of the whole."""
    kappa = (alpha - 1) / (3 - alpha)
    M, K = BALLS.power(fmpq(first), -kappa), BALLS.power(fmpq(others), -kappa)
    return simplex([M / (M + K) / first] * first + [K / (M + K) / others] * others, alpha)


def moderate(weights: Row, alpha: Any, dead: fmpq | int = 0) -> Instance:
    """Return a row with given probabilities of moderate size, and some tokens clearly off the support."""
    p = normalised([w for w in weights if w > 0])
    if min(p) < fmpq(1, 64):
        raise ValueError("probabilities of moderate size")
    if alpha == 1:
        return row([arb(value).log() for value in p], 1)
    return chosen(p, alpha, dead=[-fmpq(m + 1, 8) for m in range(int(fmpq(dead).p))])


def slope(values: Callable[[fmpq], Sequence[Number]]) -> list[arb]:
    """Return the derivative of some numbers at 0, by a symmetric difference in ball arithmetic."""
    up, down = values(STEP), values(-STEP)
    return [(above - below) / (2 * STEP) + arb(0, TOLERANCE) for above, below in zip(up, down, strict=True)]


def slopes(weights: Callable[[list[Number]], Sequence[Number]], z: Sequence[Number]) -> list[list[arb]]:
    """Return the derivative of weights in the logits, row by row."""

    def moved(token: int, step: fmpq) -> Sequence[Number]:
        return weights([value + step if m == token else value for m, value in enumerate(z)])

    columns = [slope(lambda step, token=token: moved(token, step)) for token in range(len(z))]  # type: ignore[misc]
    return [list(entries) for entries in zip(*columns, strict=True)]


def differentiated(instance: Instance) -> Instance:
    """Return a row together with its derivative in the logits."""
    return instance + {N.D: slopes(lambda z: row(z, instance[N.alpha])[N.p], instance[N.z])}


def differentiated_in_alpha(instance: Instance) -> Instance:
    """Return a row together with its derivative in alpha."""
    return instance + {N.A: slope(lambda step: row(instance[N.z], instance[N.alpha] + step)[N.p])}


def differentiated_in_scale(instance: Instance) -> Instance:
    """Return a row together with its derivative in the scale theta."""
    z, alpha, theta = (instance[symbol] for symbol in (N.z, N.alpha, N.theta))
    return instance + {N.B: slope(lambda step: row(z, alpha, theta + step)[N.p])}
