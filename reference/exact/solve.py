"""Tier 3: entmax in exact rational and algebraic numbers, and its inverse.

Three exact routes lead forward, and one leads back:

- alpha = 2: everything is rational. Sort, and average (Martins & Astudillo, ICML 2016).
- alpha = 1 + 1/k: tau is a root of a polynomial of degree k with rational coefficients.
- any other rational alpha: an answer with rational tau is guessed from its digits and then proven.
- the inverse: z_i = p_i^(alpha - 1) / (alpha - 1) on the support of any p gives entmax(z) = p, with tau = 0.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from numbers import Rational, Real
from typing import Any

import numpy as np
import sympy
from flint import arb, fmpq
from numpy.typing import NDArray

from ..enclosures.precision import working_precision
from ..enclosures.radicals import compare_power_sum, rational_power
from ..inputs import Alpha, as_alpha

__all__ = ["ExactSolution", "exact_entmax", "float_logits_for", "logits_for"]

# Above this degree SymPy's root isolation takes too long.
_DEGREE_LIMIT = 24
_GUESS_BITS = 512
_CHOICES = "choose p whose p**(alpha - 1) / (alpha - 1) differ by dyadic fractions"


@dataclass(frozen=True)
class ExactSolution:
    """An exact answer.

    Attributes
    ----------
    p : tuple of Fraction or sympy.Expr, length n
        Probabilities: fractions where they are known to be rational.
    tau : Fraction or sympy.Expr
        The threshold in the coordinates x = (alpha - 1) z.
    support : tuple of int
        Indices i with x_i > tau.
    boundary : tuple of int
        Indices i with x_i = tau.
    """

    p: tuple[Any, ...]
    tau: Any
    support: tuple[int, ...]
    boundary: tuple[int, ...]


def exact_entmax(z: Sequence[Any], alpha: Alpha = 2) -> ExactSolution:
    """Solve one row exactly.

    Parameters
    ----------
    z : sequence of int, float, Fraction or sympy.Rational, length n
        Finite and exact: a float is the rational number that it is. None of them may be masked.
    alpha : int, float or Fraction
        At least 1. A float is the rational number that it is, so write ``Fraction(4, 3)``, not ``4 / 3``.

    Returns
    -------
    ExactSolution
        Fractions for alpha = 2 and wherever the threshold is rational; else algebraic numbers of SymPy: square
        roots for alpha = 3/2, ``CRootOf`` for alpha = 1 + 1/k up to k = 24, quotients of exponentials for
        alpha = 1.

    Raises
    ------
    ValueError
        For bad input; and if alpha is none of 1, 1 + 1/k and no rational threshold exists or one was not found.

    Examples
    --------
    >>> exact_entmax([Fraction(4, 3), Fraction(4, 3), Fraction(2, 3)], Fraction(3, 2)).p
    (Fraction(4, 9), Fraction(4, 9), Fraction(1, 9))
    >>> exact_entmax([1, 0, 0], Fraction(3, 2)).tau
    1/6 - sqrt(10)/6
    """
    order = Fraction(as_alpha(alpha))
    logits = _as_fractions(z, "z")
    a = order - 1
    if a == 0:
        return _softmax(logits)
    x = [a * value for value in logits]
    if order == 2:
        tau: Any = _sparsemax_threshold(x)
    elif a.numerator == 1 and a.denominator <= _DEGREE_LIMIT:
        tau = _polynomial_threshold(x, a.denominator)
    else:
        tau = _rational_threshold(x, order)
    return _solution(x, tau, 1 / a)


def logits_for(p: Sequence[Any], alpha: Alpha, slack: Any = 0) -> list[Any]:
    """Find exact logits whose entmax is a chosen `p`, with the threshold at zero.

    Parameters
    ----------
    p : sequence of int, float, Fraction or sympy.Rational, length n
        Non-negative, with sum exactly 1.
    alpha : int, float or Fraction
        Greater than 1.
    slack : number or sequence of numbers, length n
        How far the logits of zero probabilities lie below the threshold, non-negative; 0 puts them exactly on it.

    Returns
    -------
    list of Fraction or sympy.Expr
        Fractions where p_i^(alpha - 1) is rational.

    Raises
    ------
    ValueError
        If `p` is not a probability vector, alpha is 1 or refused, or a slack is negative.

    Examples
    --------
    >>> logits_for([Fraction(1, 8), Fraction(8, 27), Fraction(125, 216), 0], Fraction(4, 3), slack=1)
    [Fraction(3, 2), Fraction(2, 1), Fraction(5, 2), Fraction(-1, 1)]
    """
    a = Fraction(as_alpha(alpha)) - 1
    if a == 0:
        raise ValueError("alpha: at 1 (softmax) no probability is zero and no threshold exists; pass more than 1")
    target = _as_fractions(p, "p")
    for i, value in enumerate(target):
        if value < 0:
            raise ValueError(f"p[{i}] is {value}: probabilities must not be negative")
    if sum(target) != 1:
        raise ValueError(f"p sums to {sum(target)}: a probability vector must sum to exactly 1; pass Fractions")
    slacks = _as_fractions(slack if np.ndim(slack) else [slack] * len(target), "slack")
    if len(slacks) != len(target):
        raise ValueError(f"slack has {len(slacks)} entries for {len(target)} probabilities; pass one or as many")
    for i, value in enumerate(slacks):
        if value < 0:
            raise ValueError(f"slack[{i}] is {value}: zeros cannot lie above the threshold; pass 0 or more")
    return [_power(p_i, a) / a if p_i else -below for p_i, below in zip(target, slacks, strict=True)]


def float_logits_for(p: Sequence[Any], alpha: Alpha, slack: Any = 0) -> NDArray[np.float64]:
    """Find float64 logits whose entmax is exactly `p`: those of `logits_for`, shifted to a maximum of zero.

    Parameters
    ----------
    p, alpha, slack
        As in `logits_for`.

    Returns
    -------
    ndarray of float64, shape (n,)

    Raises
    ------
    ValueError
        As `logits_for` does, and if a difference of logits is not a float64. Safe choices are dyadic `p` at
        alpha = 2, 3, 5, and squares of equal or dyadic roots at alpha = 3/2.

    Examples
    --------
    >>> float_logits_for([Fraction(9, 16), Fraction(7, 16), 0], 3)
    array([ 0.        , -0.0625    , -0.15820312])
    """
    logits = logits_for(p, alpha, slack)
    target = _as_fractions(p, "p")
    top = target.index(max(target))
    row = np.zeros(len(logits))
    for i, logit in enumerate(logits):
        if target[i] == target[top]:
            continue  # two distinct radicals never differ by a rational, but two equal ones do
        if not (isinstance(logit, Fraction) and isinstance(logits[top], Fraction)):
            raise ValueError(f"p[{i}]: its logit differs from the largest by an irrational number; {_CHOICES}")
        difference = logit - logits[top]
        row[i] = float(difference)
        if Fraction(row[i]) != difference:
            raise ValueError(f"p[{i}]: its logit differs from the largest by {difference}, no float64; {_CHOICES}")
    return row


def _as_fractions(values: Sequence[Any], name: str) -> list[Fraction]:
    exact = []
    for i, value in enumerate(values):
        if isinstance(value, Rational | sympy.Rational):
            exact.append(Fraction(int(value.numerator), int(value.denominator)))
        elif isinstance(value, Real) and math.isfinite(value):
            exact.append(Fraction(float(value)))
        else:
            raise ValueError(f"{name}[{i}] is {value!r}: pass finite ints, floats, Fractions or SymPy rationals")
    if not exact:
        raise ValueError(f"{name} is empty; pass at least one number")
    return exact


def _power(base: Fraction, exponent: Fraction) -> Any:
    """Raise a positive number to a power: a Fraction if that is rational, else a SymPy expression."""
    power = rational_power(fmpq(base.numerator, base.denominator), abs(exponent))
    if power is None:
        return sympy.Rational(base) ** sympy.Rational(exponent)
    value = Fraction(int(power.p), int(power.q))
    return value if exponent > 0 else 1 / value


def _softmax(logits: list[Fraction]) -> ExactSolution:
    n = len(logits)
    if len(set(logits)) == 1:
        p: tuple[Any, ...] = (Fraction(1, n),) * n
    else:
        weights = [sympy.exp(sympy.Rational(value)) for value in logits]
        total = sympy.Add(*weights)
        p = tuple(weight / total for weight in weights)
    return ExactSolution(p, Fraction(-1), tuple(range(n)), ())


def _sparsemax_threshold(x: list[Fraction]) -> Fraction:
    total, tau = Fraction(0), Fraction(0)
    for k, value in enumerate(sorted(x, reverse=True), start=1):
        total += value
        if 1 + k * value <= total:
            break
        tau = (total - 1) / k
    return tau


def _polynomial_threshold(x: list[Fraction], k: int) -> Any:
    """Find the root of sum (x_i - t)^k = 1 that lies below the whole support."""
    support = [value for value in x if sum((other - value) ** k for other in x if other > value) < 1]
    if k == 2:
        m = len(support)
        mean = sum(support, Fraction(0)) / m
        spread = sum(((value - mean) ** 2 for value in support), Fraction(0))
        root = _power((1 - spread) / m, Fraction(1, 2))
        return mean - root if isinstance(root, Fraction) else sympy.Rational(mean) - root
    t = sympy.Symbol("t")
    equation = sympy.Poly(sum((sympy.Rational(value) - t) ** k for value in support) - 1, t)
    # The sum falls from infinity to its value at the lowest token of the support: it meets 1 once on the way, at
    # the leftmost real root.
    tau = sympy.CRootOf(equation, 0)
    return Fraction(int(tau.p), int(tau.q)) if isinstance(tau, sympy.Rational) else tau


def _rational_threshold(x: list[Fraction], order: Fraction) -> Any:
    """Guess the threshold at high precision, take the simplest fraction near it, and prove that it is right."""
    a, q, top = order - 1, 1 / (order - 1), max(x)
    ties = x.count(top)
    if ties == len(x):
        return _minus(top, _power(Fraction(1, ties), a))
    with working_precision(_GUESS_BITS):
        lifts, exponent = [_ball(value - top) for value in x], _ball(q)
        low, high = arb(-1), arb(0)
        while (high - low) > arb(2) ** (8 - _GUESS_BITS):
            middle = ((low + high) / 2).mid()
            above = [lift - middle for lift in lifts if lift > middle]
            low, high = (middle, high) if sum(gap**exponent for gap in above) >= 1 else (low, middle)
        mantissa, power = (int(part) for part in low.mid().man_exp())
        below_all = [lift for lift in lifts if lift < 0]
        if all(-lift > _ball(Fraction(1, ties)) ** _ball(a) for lift in below_all):
            return _minus(top, _power(Fraction(1, ties), a))
    near = Fraction(mantissa) * Fraction(2) ** power
    tau = top + near.limit_denominator(1 << (_GUESS_BITS // 3))
    gaps = [value - tau for value in x if value > tau]
    if compare_power_sum(((fmpq(gap.numerator, gap.denominator), 1) for gap in gaps), q) == 0:
        return tau
    raise ValueError(
        f"alpha: at {order} exact answers exist where the threshold is rational, and here none was found; pass "
        f"1, 2 or 1 + 1/k with k <= {_DEGREE_LIMIT} for algebraic answers, or use enclose"
    )


def _minus(left: Fraction, right: Any) -> Any:
    return left - right if isinstance(right, Fraction) else sympy.Rational(left) - right


def _ball(value: Fraction) -> arb:
    return arb(fmpq(value.numerator, value.denominator))


def _solution(x: list[Fraction], tau: Any, q: Fraction) -> ExactSolution:
    support = tuple(i for i, value in enumerate(x) if bool(value > tau))
    boundary = tuple(i for i, value in enumerate(x) if value == tau)
    p: list[Any] = [Fraction(0)] * len(x)
    tied = len({x[i] for i in support}) == 1
    for i in support:
        if tied:
            p[i] = Fraction(1, len(support))
        elif isinstance(tau, Fraction):
            p[i] = _power(x[i] - tau, q)
        else:
            p[i] = (sympy.Rational(x[i]) - tau) ** sympy.Rational(q)
            if q == 2:
                p[i] = sympy.expand(p[i])
                if isinstance(p[i], sympy.Rational):
                    p[i] = Fraction(int(p[i].p), int(p[i].q))
    return ExactSolution(tuple(p), tau, support, boundary)
