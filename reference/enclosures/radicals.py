"""Sums of rational powers of rationals, compared with 1 exactly.

Real positive radicals of rationals whose pairwise ratios are irrational are linearly independent over the
rationals (Besicovitch 1940; Mordell 1953). With positive coefficients nothing cancels, hence

    a sum of m_j r_j**q, with m_j, r_j > 0 and q rational, is rational only if every r_j**q is.

So whether it equals 1 can always be decided: by exact arithmetic when every term is rational, and otherwise
the answer is no, and ball arithmetic tells the side once its precision is high enough.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from fractions import Fraction

from flint import fmpq

__all__ = ["attains", "compare_power_sum", "rational_power"]

# A rational power is worked out only up to this size in bits. Larger ones (alpha a hair above 1) are left to
# ball arithmetic.
_SIZE_LIMIT = 1 << 17
_DEGREE_LIMIT = 64


def rational_power(base: fmpq, exponent: Fraction) -> fmpq | None:
    """Compute ``base**exponent`` if it is rational.

    Parameters
    ----------
    base : fmpq
        Non-negative.
    exponent : Fraction
        Positive.

    Returns
    -------
    fmpq or None
        None if the power is irrational, or too large to be worth writing down.

    Examples
    --------
    >>> rational_power(fmpq(4, 9), Fraction(3, 2))
    8/27
    >>> rational_power(fmpq(2), Fraction(1, 2)) is None
    True
    """
    if base == 0 or base == 1:
        return base
    power, root = exponent.numerator, exponent.denominator
    if root > 1:
        # In lowest terms, numerator and denominator must both be perfect powers, so at least 2**root or 1.
        if root > base.height_bits():
            return None
        numerator, denominator = base.p.root(root), base.q.root(root)
        if numerator**root != base.p or denominator**root != base.q:
            return None
        base = fmpq(numerator, denominator)
    if power * base.height_bits() > _SIZE_LIMIT:
        return None
    return base**power


def compare_power_sum(terms: Iterable[tuple[fmpq, int]], exponent: Fraction) -> int | None:
    """Compare the sum of ``count * base**exponent`` over `terms` with 1, exactly.

    Parameters
    ----------
    terms : iterable of (fmpq, int)
        Non-negative bases and their positive counts.
    exponent : Fraction
        Positive.

    Returns
    -------
    int or None
        -1, 0 or 1 for less, equal or greater; None if some term is irrational (then the sum is not 1) or too
        large to be worth writing down.

    Examples
    --------
    >>> compare_power_sum([(fmpq(1, 4), 1), (fmpq(1, 16), 2)], Fraction(1, 2))
    0
    """
    total = fmpq(0)
    for base, count in terms:
        power = rational_power(base, exponent)
        if power is None:
            return None
        total += count * power
    return int(total > 1) - int(total < 1)


def attains(offsets: Iterable[tuple[fmpq, int]], value: fmpq, a: Fraction) -> bool:
    """Tell whether the sum of ``count * (offset + value**a)**(1/a)`` is shown to be exactly 1.

    With the offsets x_j - x_i of the support from a token i, this says that p_i is exactly `value`.

    Parameters
    ----------
    offsets : iterable of (fmpq, int)
        Offsets and their positive counts.
    value : fmpq
        Positive.
    a : Fraction
        alpha - 1, positive.

    Returns
    -------
    bool
        True is a proof. False is one too if ``value**a`` is rational or ``1/a`` is an integer of at most 64.

    Examples
    --------
    At alpha = 3/2, x = (1/4, 0, 0, -1/4) has the threshold -sqrt(7/32), yet the probability of its second token
    is 7/32.

    >>> attains([(fmpq(1, 4), 1), (fmpq(0), 2), (fmpq(-1, 4), 1)], fmpq(7, 32), Fraction(1, 2))
    True
    """
    pairs = list(offsets)
    root = rational_power(value, a)
    if root is not None:
        bases = [(offset + root, count) for offset, count in pairs]
        return all(base > 0 for base, _ in bases) and compare_power_sum(bases, 1 / a) == 0
    if a.numerator != 1 or a.denominator > _DEGREE_LIMIT:
        return False
    # value**a is a root of X**degree - constant, irreducible by the choice of the smallest degree. So expand the
    # powers, reduce modulo it, and compare coefficients.
    q = a.denominator
    degree, constant = next((d, power) for d in range(2, q + 1) if (power := rational_power(value, d * a)) is not None)
    remainder = [fmpq(0)] * degree
    for s in range(q + 1):
        moment = sum((count * offset ** (q - s) for offset, count in pairs), fmpq(0))
        remainder[s % degree] += math.comb(q, s) * constant ** (s // degree) * moment
    return remainder[0] == 1 and not any(remainder[1:])
