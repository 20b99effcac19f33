"""Sums of rational powers of rationals, compared with 1 exactly.

Real positive radicals of rationals whose pairwise ratios are irrational are linearly independent over the
rationals (Besicovitch 1940; Mordell 1953). With positive coefficients nothing cancels, hence

    a sum of m_j r_j**q, with m_j, r_j > 0 and q rational, is rational only if every r_j**q is.

So whether it equals 1 can always be decided: by exact arithmetic when every term is rational, and otherwise
the answer is no, and ball arithmetic tells the side once its precision is high enough.
"""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction

from flint import fmpq

__all__ = ["compare_power_sum", "rational_power"]

# A rational power is worked out only up to this size in bits. Larger ones (alpha a hair above 1) are left to
# ball arithmetic.
_SIZE_LIMIT = 1 << 20


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
