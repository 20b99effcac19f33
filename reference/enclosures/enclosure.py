"""Tier 2: entmax in ball arithmetic, with a proof for every bound and every support decision.

A row is solved in two proven steps, both free of cancellation.

1. *The support*, by the norm criterion: a token k belongs to it exactly if the sum of [a (z_i - z_k)]_+^q is
   below 1, where a = alpha - 1 and q = 1/a. Balls decide at growing precision. A sum that equals 1 (a token
   at the threshold itself) is decided by exact arithmetic (`radicals`).
2. *The threshold*, as its distance w > 0 below the lowest token of the support. With e_i the distances of the
   others above that token, w is the root of F(w) = sum (e_i + w)^q - 1. Closed forms serve q = 1 and q = 2;
   Newton's method the rest, in w for q >= 1 and in y = w^q for q < 1: F is convex and increasing in either.
   Newton's answer u is only a guess; the proof is the two-sided certificate F(u - r) <= 0 <= F(u + r), got
   from a ball for F(u) and a lower bound on F' over [u - r, u + r] by the mean value theorem.

Sources: threshold form and bisection bounds, Peters, Niculae & Martins, "Sparse Sequence-to-Sequence Models"
(ACL 2019); the case alpha = 2, Martins & Astudillo (ICML 2016); ball arithmetic, Johansson, "Arb" (2017).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cached_property
from typing import Any

import numpy as np
from flint import arb, fmpq
from numpy.typing import NDArray

from ..inputs import Alpha, as_alpha, as_rows, last_axis
from .precision import working_precision
from .radicals import compare_power_sum

__all__ = ["PRECISION_LIMIT", "Enclosure", "RowEnclosure", "enclose", "outward"]

Float64 = NDArray[np.float64]

#: Bits up to which a sum that may equal 1 is told from 1; beyond, the token at stake is called "undecided".
PRECISION_LIMIT = 1 << 14

_NEWTON_STEPS = 400
_SAFE = 1e-300  # far from underflow; its inverse is far from overflow
_ZERO, _ONE = arb(0), arb(1)


@dataclass(frozen=True, eq=False)
class RowEnclosure:
    """One row, solved: everything about it follows from the balls of its distinct live values.

    Attributes
    ----------
    values : ndarray of float64, shape (m,)
        The distinct logits that may have positive probability, largest first.
    counts : list of int, length m
        How many tokens share each.
    probabilities : list of arb, length m
        Balls for the probability of one token of each value.
    gaps : list of arb, length m
        Balls for x_i - tau, the distance above the threshold, at full relative precision; for alpha = 1,
        where all distances are 1, just that.
    tau : arb
        Ball for the threshold, in the coordinates x = (alpha - 1) z.
    decided : int
        How many of the first values are certainly in the support; the others are undecided.
    boundary : float or None
        The logit that lies exactly at the threshold, if there is one.
    """

    values: Float64
    counts: list[int]
    probabilities: list[arb]
    gaps: list[arb]
    tau: arb
    decided: int
    boundary: float | None

    def place(self, row: Float64) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
        """Locate the live tokens: their indices in `row`, and for each the index into `values`."""
        tokens = np.flatnonzero(row >= self.values[-1])
        return tokens, len(self.values) - 1 - np.searchsorted(self.values[::-1], row[tokens])


@dataclass(frozen=True, eq=False)
class Enclosure:
    """Proven bounds on entmax of an array of logits.

    Attributes
    ----------
    lower, upper : ndarray of float64, shape of z
        ``lower <= p <= upper``, rounded outward; both exactly 0.0 where p is certainly zero.
    support : ndarray of str, shape of z
        "in" (x_i > tau), "out" (x_i <= tau, p_i = 0) or "undecided".
    boundary : ndarray of bool, shape of z
        Tokens exactly at the threshold, x_i = tau: "out", and where entmax has a kink.
    tau_lower, tau_upper : ndarray of float64, shape of z without the axis
        Bounds on the threshold in the coordinates x = (alpha - 1) z, rounded outward.
    precision : int
        Relative precision, in bits, of the ball of every positive probability.
    rows : list of RowEnclosure
        The balls, one entry for each row in C order of the batch axes.
    logits : ndarray of float64, shape (rows, n)
        The rows that were solved.
    axis : int
        The token axis, counted from the front.
    """

    lower: Float64
    upper: Float64
    support: NDArray[np.str_]
    boundary: NDArray[np.bool_]
    tau_lower: Float64
    tau_upper: Float64
    precision: int
    rows: list[RowEnclosure]
    logits: Float64
    axis: int

    @cached_property
    def balls(self) -> NDArray[np.object_]:
        """The probabilities as arb balls, shape of z; built on first use."""
        return self._spread(lambda row: row.probabilities, _ZERO)

    @cached_property
    def tau_balls(self) -> NDArray[np.object_]:
        """The thresholds as arb balls, shape of z without the axis."""
        return _object_array([row.tau for row in self.rows]).reshape(self.tau_lower.shape)

    def decimals(self, digits: int) -> NDArray[np.object_]:
        """Write every probability as a decimal string of `digits` significant digits, the last one +-1.

        Raises
        ------
        ValueError
            If the enclosure was made with too low a precision for that many digits.
        """
        if digits < 1 or self.precision < _bits(digits):
            raise ValueError(
                f"digits: {digits} is not between 1 and what the precision of this enclosure, {self.precision} "
                f"bits, can give; pass digits={digits} to enclose"
            )
        return self._spread(lambda row: [ball.str(digits, radius=False) for ball in row.probabilities], "0")

    def _spread(self, entries: Callable[[RowEnclosure], list[Any]], zero: object) -> NDArray[np.object_]:
        """Give every token the entry of its value, and `zero` to the certain zeros."""
        table = np.full(self.logits.shape, zero, dtype=object)
        for cells, logits, row in zip(table, self.logits, self.rows, strict=True):
            tokens, which = row.place(logits)
            cells[tokens] = _object_array(entries(row))[which]
        return _unflatten(table, self.lower.shape, self.axis)


def enclose(
    z: Any, alpha: Alpha = 1.5, axis: int = -1, *, precision: int = 128, digits: int | None = None
) -> Enclosure:
    """Enclose entmax rigorously.

    Parameters
    ----------
    z : array_like, shape (..., n, ...)
        Finite logits, read exactly; -inf masks a token.
    alpha : float, int or Fraction
        At least 1 (softmax). A float is the rational number that it is; ``Fraction(4, 3)`` is exactly 4/3.
    axis : int
        The token axis.
    precision : int
        Relative precision of every positive probability, in bits. 128 gives 38 digits.
    digits : int, optional
        The same in significant decimal digits; raises `precision` if it needs to.

    Returns
    -------
    Enclosure
        Bounds of float64, decisions on the support, and the balls themselves.

    Raises
    ------
    ValueError
        For logits that are NaN or +inf, empty rows, rows with every token masked, alpha not finite or
        below 1, or a precision below 2 bits.

    Notes
    -----
    The work grows with the distinct logits within 1/(alpha - 1) of the maximum; all others are zeros by a
    comparison. A row of 1024 Gaussian logits takes about half a millisecond at alpha = 1.5.

    Examples
    --------
    >>> found = enclose([1.0, 0.0, -1.0, -3.0], alpha=2)
    >>> found.lower, found.upper, found.boundary
    (array([1., 0., 0., 0.]), array([1., 0., 0., 0.]), array([False,  True, False, False]))
    >>> enclose([2.0, 1.0, 0.5, -3.0], alpha=1.5, digits=40).decimals(40)[2]
    '0.02328045028637219606254706235857871797103'
    """
    order = as_alpha(alpha)
    rows, peaks = as_rows(z, axis)
    shape = np.shape(z)
    axis = last_axis(shape, axis)
    if digits is not None:
        if digits < 1:
            raise ValueError(f"digits: {digits} is not a positive number of digits; pass 1 or more")
        precision = max(precision, _bits(digits))
    if precision < 2:
        raise ValueError(f"precision: {precision} bits is too few; pass 2 or more (128 is the default)")

    solver = RowSolver(Fraction(order), precision)
    lower, upper = np.zeros(rows.shape), np.zeros(rows.shape)
    support = np.full(rows.shape, "out", dtype="<U9")
    boundary = np.zeros(rows.shape, dtype=bool)
    with working_precision(precision):
        solved = [solver.solve(logits, peak) for logits, peak in zip(rows, peaks.tolist(), strict=True)]
    # A probability lies in [0, 1], whatever the radius of its ball.
    ends = np.clip(all_outward([ball for row in solved for ball in row.probabilities]), 0.0, 1.0).reshape(-1, 2).T
    first = 0
    for r, (logits, row) in enumerate(zip(rows, solved, strict=True)):
        tokens, which = row.place(logits)
        lower[r, tokens], upper[r, tokens] = ends[:, first + which]
        first += len(row.probabilities)
        support[r, tokens] = np.where(which < row.decided, "in", "undecided")
        if row.boundary is not None:
            boundary[r] = logits == row.boundary
    thresholds = np.array(all_outward([row.tau for row in solved])).reshape(*shape[:axis], *shape[axis + 1 :], 2)
    return Enclosure(
        lower=_unflatten(lower, shape, axis),
        upper=_unflatten(upper, shape, axis),
        support=_unflatten(support, shape, axis),
        boundary=_unflatten(boundary, shape, axis),
        tau_lower=thresholds[..., 0],
        tau_upper=thresholds[..., 1],
        precision=precision,
        rows=solved,
        logits=rows,
        axis=axis,
    )


def outward(ball: arb) -> tuple[float, float]:
    """Round a ball outward to float64: the largest float below it and the smallest above.

    An end beyond the range becomes the largest finite float or an infinity, whichever is outward.

    Examples
    --------
    >>> outward(arb(1) / 4)
    (0.25, 0.25)
    >>> outward(arb(1, 1e-20))
    (0.9999999999999999, 1.0000000000000002)
    """
    return all_outward([ball])[0]


def all_outward(balls: Sequence[arb]) -> list[tuple[float, float]]:
    """Round many balls `outward`, which costs less than one by one."""
    with working_precision(53):
        return [(_end(ball.lower(), -math.inf), _end(ball.upper(), math.inf)) for ball in balls]


def _end(end: arb, away: float) -> float:
    """Round an end of a ball that has 53 bits: only underflow and overflow can move it, to a neighbour."""
    value = float(end)
    if not _SAFE < abs(value) < 1 / _SAFE and (arb(value) > end if away < 0 else arb(value) < end):
        value = math.nextafter(value, away)
    return value


class RowSolver:
    """Solves rows for one alpha and one precision.

    Parameters
    ----------
    alpha : Fraction
        At least 1.
    precision : int
        Relative precision of every positive probability, in bits.
    """

    def __init__(self, alpha: Fraction, precision: int) -> None:
        self.a = alpha - 1
        self.precision = precision
        if self.a == 0:
            return
        self.q = 1 / self.a
        self.a_float = _to_float(self.a)
        self.q_float = _to_float(self.q)
        # Powers with exponents q and a multiply relative errors by as much.
        self.guard = 24 + max(math.ceil(self.q), math.ceil(self.a)).bit_length()

    def solve(self, logits: Float64, peak: float) -> RowEnclosure:
        """Solve one valid row, given its maximum."""
        if self.a == 0:
            return self._softmax(logits, peak)
        with np.errstate(all="ignore"):
            # Rounding errors are below 4 * 2**-53, and where a overflows NaN is kept: nothing alive is lost.
            near = logits[~(self.a_float * (peak - logits) > 1 + 1e-15)] if self.a_float > 1e-300 else logits
        values, counts = _distinct(near[near > -np.inf])
        return _Row(self, values, counts).solve()

    def _softmax(self, logits: Float64, peak: float) -> RowEnclosure:
        values, counts = _distinct(logits[logits > -np.inf])
        # The exponential turns absolute into relative error, so spend the bits before the point as well.
        spread = Fraction(peak) - Fraction(float(values[-1]))
        bits = self.precision + 16 + math.ceil(spread).bit_length() + logits.size.bit_length()
        with working_precision(bits):
            top = arb(peak)
            weights = [(arb(value) - top).exp() for value in values.tolist()]
            total = _weigh(weights, counts)
            probabilities = [weight / total for weight in weights]
        return RowEnclosure(values, counts, probabilities, [_ONE] * len(counts), arb(-1), len(counts), None)


class _Row:
    """The candidates of one row: distinct logits, largest first, and how many tokens share each."""

    def __init__(self, solver: RowSolver, values: Float64, counts: list[int]) -> None:
        self.a, self.q = solver.a, solver.q
        self.a_float, self.q_float = solver.a_float, solver.q_float
        self.precision = solver.precision
        self.values, self.counts = values, counts
        self.bits = solver.precision + solver.guard + sum(counts).bit_length()
        self.signs: dict[int, int | None] = {0: -1}

    def solve(self) -> RowEnclosure:
        last = self._lowest_in_support()
        after = last + 1
        if after < len(self.values):
            sign = self._compare(after)
            if sign is None:
                return self._undecided(last)
            if sign == 0:
                return self._at_boundary(after)
        for bits in _doubling(self.bits):
            with working_precision(bits):
                row = self._on_support(last, bits)
            if row is not None:
                return row
        raise AssertionError("unreachable: the precision doubles until the row is resolved")

    # --- the support -------------------------------------------------------------------------------------

    def _lowest_in_support(self) -> int:
        """Index of the lowest value that is certainly in the support."""
        guess = self._guess_lowest()
        if self._inside(guess) and (guess + 1 == len(self.values) or not self._inside(guess + 1)):
            return guess
        low, high = 0, len(self.values)
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (middle, high) if self._inside(middle) else (low, middle)
        return low

    def _guess_lowest(self) -> int:
        low, high = 0, len(self.values)
        counts = np.array(self.counts, dtype=np.float64)
        with np.errstate(all="ignore"):
            while high - low > 1:
                middle = (low + high) // 2
                lifted = (self.a_float * (self.values[:middle] - self.values[middle])) ** self.q_float
                low, high = (middle, high) if float(lifted @ counts[:middle]) < 1 else (low, middle)
        return low

    def _inside(self, k: int) -> bool:
        return self._compare(k) == -1

    def _compare(self, k: int) -> int | None:
        """Compare the sum of [a (z_i - z_k)]_+^q with 1: the token is in, at or below the threshold."""
        if k not in self.signs:
            self.signs[k] = self._compare_anew(k)
        return self.signs[k]

    def _compare_anew(self, k: int) -> int | None:
        for bits in _doubling(self.bits):
            if bits > max(PRECISION_LIMIT, 2 * self.bits):
                break
            with working_precision(bits):
                power = self._power()
                total = _weigh([power(gap) for gap in self._lifts(k)[:-1]], self.counts)
                if total < 1:
                    return -1
                if total > 1:
                    return 1
            if bits == self.bits:
                a = fmpq(self.a.numerator, self.a.denominator)
                lowest = _rational(self.values[k])
                terms = ((a * (_rational(value) - lowest), count) for value, count in self._above(k))
                sign = compare_power_sum(terms, self.q)
                if sign is not None:
                    return sign
        return None

    def _above(self, k: int) -> Iterator[tuple[float, int]]:
        return zip(self.values[:k].tolist(), self.counts[:k], strict=True)

    # --- the threshold -----------------------------------------------------------------------------------

    def _lifts(self, k: int) -> list[arb]:
        """Balls for e_i = a (z_i - z_k), from the top down to k itself, where it is zero."""
        *above, lowest = map(arb, self.values[: k + 1].tolist())
        a = self._ball(self.a)
        return [a * (value - lowest) for value in above] + [_ZERO]

    def _on_support(self, last: int, bits: int) -> RowEnclosure | None:
        """Solve on the values down to `last`, the proven support; None if `bits` are too few."""
        lifts, counts = self._lifts(last), self.counts[: last + 1]
        if last == 0:
            p = _ONE / counts[0]
            return self._result(last, [p], [p ** self._ball(self.a)])
        if self.q == 1 or self.q == 2:
            w = self._closed_form(lifts, counts)
            if not w > 0:
                return None
            gaps = [lift + w for lift in lifts]
            probabilities = gaps if self.q == 1 else [gap * gap for gap in gaps]
        else:
            curve = _Curve(self, lifts, counts)
            solution = curve.enclose(self._guess_root(last), bits)
            if solution is None:
                return None
            gaps, probabilities = solution
        if min(ball.rel_accuracy_bits() for ball in probabilities) < self.precision:
            return None
        return self._result(last, probabilities, gaps)

    def _closed_form(self, lifts: list[arb], counts: list[int]) -> arb:
        total, size = _weigh(lifts, counts), sum(counts)
        if self.q == 1:
            return (1 - total) / size
        rest = 1 - _weigh([lift * lift for lift in lifts], counts)
        return rest / (total + (total * total + size * rest).sqrt())

    def _guess_root(self, last: int) -> float:
        """Newton's method in float64; NaN or worse where its range does not suffice."""
        a, q, n = self.a_float, self.q_float, last
        counts = np.array(self.counts[: n + 1], dtype=np.float64)
        with np.errstate(all="ignore"):
            lifts = a * (self.values[:n] - self.values[n])
            u = counts.sum() ** (-a if q >= 1 else -1.0)
            for _ in range(60):
                w = u if q >= 1 else u**a
                gaps = lifts + w
                powers = gaps**q
                if q >= 1:
                    total = powers @ counts[:n] + counts[n] * u**q
                    slope = (powers / gaps) @ counts[:n] + counts[n] * u ** (q - 1)
                    step = (total - total ** (1 - a)) / slope
                else:
                    total = powers @ counts[:n] + counts[n] * u
                    slope = (w / gaps * powers) @ counts[:n] / u + counts[n]
                    step = (total - 1) / slope
                u -= step
                if not abs(step) > 1e-14 * u:
                    break
        return float(u)

    # --- the answers -------------------------------------------------------------------------------------

    def _result(
        self, last: int, probabilities: list[arb], gaps: list[arb], boundary: float | None = None
    ) -> RowEnclosure:
        tau = self._ball(self.a) * arb(float(self.values[last])) - gaps[last]
        return RowEnclosure(
            self.values[: last + 1], self.counts[: last + 1], probabilities, gaps, tau, last + 1, boundary
        )

    def _at_boundary(self, k: int) -> RowEnclosure:
        """Solve with the threshold known to be the value k itself."""
        with working_precision(self.bits):
            power, value = self._power(), float(self.values[k])
            gaps = self._lifts(k)[:-1]
            tau = self._ball(self.a) * arb(value)
            probabilities = [power(gap) for gap in gaps]
        return RowEnclosure(self.values[:k], self.counts[:k], probabilities, gaps, tau, k, value)

    def _undecided(self, last: int) -> RowEnclosure:
        """Bracket tau around values that lie too close to it to tell on which side."""
        end = last + 1
        while end + 1 < len(self.values) and self._compare(end + 1) is None:
            end += 1
        limit = max(PRECISION_LIMIT, 2 * self.bits)
        with working_precision(2 * limit):
            power, a = self._power(), self._ball(self.a)
            lifts, counts = self._lifts(end), self.counts[: end + 1]
            close = _weigh([power(lift) for lift in lifts[last + 1 : end]], counts[last + 1 : end])
            exponent = limit
            while exponent > 0:
                above = arb(2) ** -exponent
                below = above**a if self.q < 1 else above
                least = [lift - above for lift in lifts[: last + 1]]
                most = [lift + below for lift in lifts]
                # tau <= x_end + above, and tau >= x_end - below; both by the sign of the sum minus 1.
                if least[-1] > 0 and _weigh(map(power, least), counts) + close <= 1 <= _weigh(map(power, most), counts):
                    gaps = [low.union(high) for low, high in zip(least, most, strict=False)]
                    gaps += [(-above).union(high) for high in most[last + 1 :]]
                    probabilities = [power(gap) for gap in gaps[: last + 1]]
                    probabilities += [_ZERO.union(power(high)) for high in most[last + 1 :]]
                    found = self._result(end, probabilities, gaps)
                    return replace(found, decided=last + 1)
                exponent //= 2
        raise ArithmeticError(
            f"the threshold next to the logit {self.values[end]!r} was not resolved with {limit} bits; "
            "raise entmax_oracle.reference.enclosures.enclosure.PRECISION_LIMIT"
        )

    # --- balls ---------------------------------------------------------------------------------------------

    def _ball(self, value: Fraction) -> arb:
        return arb(fmpq(value.numerator, value.denominator))

    def _power(self) -> Callable[[arb], arb]:
        """Raise a positive ball to the power q, at the current precision."""
        if self.q == 1:
            return lambda base: base
        if self.q == 2:
            return lambda base: base * base
        exponent = self._ball(self.q)
        return lambda base: base**exponent


class _Curve:
    """F(w) = sum (e_i + w)^q on the proven support, in the variable u in which it is convex.

    For q >= 1, u = w. For q < 1, u = w^q, the probability of the lowest token: the slope then lies between 1
    and the number of tokens.
    """

    def __init__(self, row: _Row, lifts: list[arb], counts: list[int]) -> None:
        self.lifts, self.counts = lifts, counts
        self.steep = row.q < 1
        self.power = row._power()
        self.a, self.q = row._ball(row.a), row._ball(row.q)
        self.rest = row._ball(1 - row.a)

    def evaluate(self, u: arb) -> tuple[list[arb], list[arb], arb, arb]:
        """Compute the distances above the threshold, their powers, F and dF/du."""
        w = u**self.a if self.steep else u
        gaps = [lift + w for lift in self.lifts]
        if self.steep:
            powers = [self.power(gap) for gap in gaps[:-1]] + [u]
            slopes = [power / gap for power, gap in zip(powers, gaps, strict=True)]
            slope = w / u * _weigh(slopes, self.counts)
        else:
            powers = [self.power(gap) for gap in gaps]
            slopes = [power / gap for power, gap in zip(powers, gaps, strict=True)]
            slope = self.q * _weigh(slopes, self.counts)
        return gaps, powers, _weigh(powers, self.counts), slope

    def enclose(self, guess: float, bits: int) -> tuple[list[arb], list[arb]] | None:
        """Enclose the distances and powers at the root of F = 1; None if `bits` are too few to prove it."""
        u = self._newton(guess, bits)
        _, _, total, slope = self.evaluate(u)
        miss = abs(total - 1).upper()
        radius = (2 * miss / slope).upper()
        around = arb(u, radius)
        gaps, powers, _, slope = self.evaluate(around)
        # F is monotone: it passes 1 within the radius if it climbs at least by what it misses.
        proven = around > 0 and radius * slope.lower() >= miss
        return (gaps, powers) if proven else None

    def _newton(self, guess: float, bits: int) -> arb:
        if 0 < guess < 1:
            u = arb(guess)
        else:  # all e_i >= 0, so the root lies to the left: convexity makes the descent monotone
            u = _ONE / sum(self.counts)
            u = (u if self.steep else u**self.a).mid()
        for _ in range(_NEWTON_STEPS):
            _, _, total, slope = self.evaluate(u)
            # For q > 1, Newton on the q-norm of the distances takes longer steps, and never too long ones.
            excess = total - 1 if self.steep else self.q * (total - total**self.rest)
            step = (excess / slope).mid()
            after = (u - step).mid()
            u = after if after > 0 else u / 2
            if abs(step) < u * arb(2) ** (-bits // 2):
                break
        return u


def _weigh(balls: Iterable[arb], counts: list[int]) -> arb:
    """Sum the balls, each as often as its count says."""
    total = _ZERO
    for ball, count in zip(balls, counts, strict=False):
        total += ball if count == 1 else count * ball
    return total


def _distinct(logits: Float64) -> tuple[Float64, list[int]]:
    values, counts = np.unique(logits, return_counts=True)
    return values[::-1], counts[::-1].tolist()


def _doubling(bits: int) -> Iterator[int]:
    while True:
        yield bits
        bits *= 2


def _bits(digits: int) -> int:
    """Bits that make `digits` significant decimal digits good to one unit of the last."""
    return math.ceil(digits * math.log2(10)) + 4


def _rational(value: float) -> fmpq:
    return fmpq(*float(value).as_integer_ratio())


def _to_float(value: Fraction) -> float:
    try:
        return float(value)
    except OverflowError:
        return math.inf


def _object_array(entries: list[Any]) -> NDArray[np.object_]:
    array = np.empty(len(entries), dtype=object)
    array[:] = entries
    return array


def _unflatten(rows: NDArray[Any], shape: tuple[int, ...], axis: int) -> NDArray[Any]:
    """Give rows of shape (r, n) the shape of z again."""
    batch = (*shape[:axis], *shape[axis + 1 :])
    return np.moveaxis(rows.reshape(*batch, shape[axis]), -1, axis)
