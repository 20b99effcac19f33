"""Rows of logits that are hard for an entmax implementation, each made from a small descriptor.

A row is described by its family, length, scale, seed and a few modifiers, never by its values: a failing
descriptor shrinks fast even where the row has a hundred thousand tokens.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np

from entmax_oracle.reference.formats import as_format

from ..calls import Float64
from ..domain import Domain

__all__ = ["FAMILIES", "Row", "bits", "coarse", "moved", "on_grid", "quantise", "stacked"]

Family = Callable[[np.random.Generator, int, float, float], Float64]
FAMILIES: dict[str, Family] = {}


def _family(function: Family) -> Family:
    FAMILIES[function.__name__.strip("_")] = function
    return function


def _step(alpha: float) -> float:
    """``alpha - 1``, kept off zero: families use it to place tokens near the edge of the support."""
    return max(alpha - 1.0, 0.05)


def quantise(values: Float64, dtype: str) -> Float64:
    """Round to the format and back to float64; what overflows becomes the largest number, not infinity."""
    form = as_format(dtype)
    finite = np.clip(values, -form.largest, form.largest)
    return np.where(np.isneginf(values), values, form.round_array(finite).astype(np.float64))


def on_grid(values: Float64, reach: float, dtype: str) -> Float64:
    """Round finite logits so that adding any multiple of the spacing at `reach` up to `reach` is exact in `dtype`."""
    live = values > -np.inf
    top = reach + float(np.abs(values[live]).max(initial=0.0))
    spacing = float(as_format(dtype).ulp(top))
    return np.where(live, np.rint(values / spacing) * spacing, values)


def moved(values: Float64, shift: float, dtype: str) -> tuple[Float64, Float64, float]:
    """Round logits and a shift so that adding it is exact in `dtype`; return the logits, the sums and the shift.

    The shift stays other than zero. Both are multiples of one spacing, at first that of the largest sum.
    """
    form, live = as_format(dtype), values > -np.inf
    most = form.largest / 4  # so that no sum is beyond the format
    values, shift = np.where(live, np.clip(values, -most, most), values), min(max(shift, -most), most)
    spacing = float(form.ulp(abs(shift) + float(np.abs(values[live]).max(initial=0.0))))
    while True:
        by = float(np.rint(shift / spacing)) * spacing or math.copysign(spacing, shift)
        base = np.where(live, np.rint(values / spacing) * spacing, values)
        if all(np.array_equal(form.round_array(each), each) for each in (base, base + by)):
            return base, base + by, by
        spacing *= 2  # rounding carried a sum over a power of two


def bits(x: Float64) -> int:
    """Significant bits of all numbers together, negative signs included; none for zero and -inf."""
    finite = np.where(np.isfinite(x), x, 0.0)
    whole = (np.frexp(finite)[0] * 2.0**53).astype(np.int64)
    lowest = whole & -whole
    bits = np.where(whole == 0, 0.0, 54 - np.log2(np.where(lowest == 0, 1, lowest).astype(np.float64)))
    return int(bits.sum()) + int((x < 0).sum())


def coarse(x: Float64, bits: int) -> Float64:
    """Round to a number of significant bits."""
    mantissa, exponent = np.frexp(np.where(np.isfinite(x), x, 0.0))
    return np.asarray(np.ldexp(np.rint(mantissa * 2.0**bits), exponent - bits))


@_family
def constant(rng: np.random.Generator, n: int, scale: float, alpha: float) -> Float64:
    """All tokens tied."""
    return np.full(n, scale)


@_family
def gaussian(rng: np.random.Generator, n: int, scale: float, alpha: float) -> Float64:
    """Independent normal logits."""
    return scale * rng.standard_normal(n)


@_family
def uniform(rng: np.random.Generator, n: int, scale: float, alpha: float) -> Float64:
    """Independent uniform logits."""
    return scale * rng.random(n)


@_family
def levels(rng: np.random.Generator, n: int, scale: float, alpha: float) -> Float64:
    """Few distinct values, so many ties."""
    return np.asarray(scale * rng.integers(0, 4, n) / 2, dtype=np.float64)


@_family
def dominant(rng: np.random.Generator, n: int, scale: float, alpha: float) -> Float64:
    """One logit far above the rest."""
    row = rng.standard_normal(n)
    row[rng.integers(n)] += 10 * scale + 1 / _step(alpha)
    return row


@_family
def margin(rng: np.random.Generator, n: int, scale: float, alpha: float) -> Float64:
    """One logit exactly 1/(alpha-1) above the next: the edge of the one-hot answer."""
    row = np.zeros(n)
    if n > 2:
        row -= np.abs(scale * rng.standard_normal(n)) * rng.integers(0, 2, n)
    row[rng.integers(n)] = 1 / _step(alpha)
    return row


@_family
def crowded_margin(rng: np.random.Generator, n: int, scale: float, alpha: float) -> Float64:
    """One logit 1/(alpha-1) above all others, up to tiny noise: closed forms for tau cancel here."""
    noise = scale * 2.0 ** -rng.integers(20, 31) * rng.standard_normal(n)
    row: Float64 = -(1 + noise) / _step(alpha)
    row[rng.integers(n)] = 0.0
    return row


@_family
def crowded_middle(rng: np.random.Generator, n: int, scale: float, alpha: float) -> Float64:
    """One logit well above many others that lie evenly, about half of them inside the support."""
    row: Float64 = -0.6 * rng.random(n) / _step(alpha)
    row[rng.integers(n)] = 0.3 / _step(alpha)
    return row


@_family
def tied_peak(rng: np.random.Generator, n: int, scale: float, alpha: float) -> Float64:
    """Tied maxima, the others at the gap m**(1 - alpha)/(alpha-1) where they just drop out."""
    count = int(rng.integers(1, n + 1))
    row = np.full(n, -(float(count) ** -_step(alpha)) / _step(alpha))
    row[rng.permutation(n)[:count]] = 0.0
    return row


@_family
def window(rng: np.random.Generator, n: int, scale: float, alpha: float) -> Float64:
    """Evenly drawn from a little more than the window 1/(alpha-1) of the support: wherever the row is, some live."""
    return 1.2 * rng.random(n) / _step(alpha)


@_family
def boundary(rng: np.random.Generator, n: int, scale: float, alpha: float) -> Float64:
    """Tokens at tau and a few float32 ulps around it, by the inverse map z = p**(alpha-1)/(alpha-1)."""
    live = int(rng.integers(1, n + 1))
    p = rng.random(live) ** 3 + 1e-6
    p /= p.sum()
    row = np.zeros(n)
    row += rng.integers(-3, 4, n) * 2.0**-24 * rng.choice([0.0, 1.0, 64.0])
    row[:live] = p ** _step(alpha) / _step(alpha)
    return rng.permutation(row)


@_family
def spread(rng: np.random.Generator, n: int, scale: float, alpha: float) -> Float64:
    """Probabilities over many orders of magnitude, by the inverse map."""
    p = 10.0 ** (-6 * rng.random(n))
    p /= p.sum()
    return p ** _step(alpha) / _step(alpha)


@_family
def flat(rng: np.random.Generator, n: int, scale: float, alpha: float) -> Float64:
    """Nearly tied: tiny noise around one value."""
    return 1.0 + scale * 1e-3 * rng.standard_normal(n)


@_family
def two_blocks(rng: np.random.Generator, n: int, scale: float, alpha: float) -> Float64:
    """Two levels of tied tokens, both inside the window of the support."""
    row = np.zeros(n)
    row[rng.permutation(n)[: 1 + int(rng.integers(max(n // 3, 1)))]] = rng.random() / _step(alpha)
    return row


@_family
def heavy_tail(rng: np.random.Generator, n: int, scale: float, alpha: float) -> Float64:
    """Cauchy logits."""
    return scale * rng.standard_cauchy(n)


@_family
def ramp(rng: np.random.Generator, n: int, scale: float, alpha: float) -> Float64:
    """Equally spaced logits, in rising order."""
    return np.linspace(-scale, scale, n)


@_family
def one_live(rng: np.random.Generator, n: int, scale: float, alpha: float) -> Float64:
    """Every token masked but one."""
    row = np.full(n, -np.inf)
    row[rng.integers(n)] = scale
    return row


@_family
def subnormal(rng: np.random.Generator, n: int, scale: float, alpha: float) -> Float64:
    """Zeros and numbers around the smallest of the format: the row is a tie for all that matters."""
    return np.asarray(rng.choice([0.0, 1e-40, -1e-44, 1e-38, 6e-8, -6e-6], n))


@_family
def enormous(rng: np.random.Generator, n: int, scale: float, alpha: float) -> Float64:
    """Logits up to the largest of the format, where products and exponentials overflow."""
    sizes = rng.choice([1.0, -1.0, 6e4, -6e4, 1e30, -3e38, 3e38], n)
    return np.asarray(sizes * rng.choice([1.0, 0.5], n))


@dataclass(frozen=True)
class Row:
    """A row of logits by its description.

    Parameters
    ----------
    family : str
        A key of `FAMILIES`.
    n : int
        Tokens.
    scale : float
        Spread of the logits, in the family's own sense.
    seed : int
        Of the generator that the family draws from.
    shift : float
        Added to every logit.
    masked : float
        Share of tokens replaced by ``-inf``; at least one stays.
    order : str
        ``"drawn"``, ``"rising"`` or ``"falling"``.
    limit : float
        Logits beyond it are cut off.

    Examples
    --------
    >>> Row("levels", 4, seed=1).values(alpha=1.5, dtype="float32").tolist()
    [1.0, 0.5, 0.5, 1.5]
    """

    family: str
    n: int
    scale: float = 1.0
    seed: int = 0
    shift: float = 0.0
    masked: float = 0.0
    order: str = "drawn"
    limit: float = math.inf

    def again(self, count: int) -> tuple[Row, ...]:
        """Rows of the same description, from other seeds."""
        return tuple(replace(self, seed=self.seed + 10_000 * i) for i in range(1, count + 1))

    def values(self, alpha: float, dtype: str) -> Float64:
        """Make the row.

        Parameters
        ----------
        alpha : float
            Families aim at the edge of the support, which depends on it.
        dtype : str
            Format whose numbers the logits are.

        Returns
        -------
        ndarray of float64, shape (n,)
        """
        return finished(self.drawn(alpha), self.limit, dtype)

    def drawn(self, alpha: float) -> Float64:
        """Make the row before its numbers are those of a format and within the limit."""
        rng = np.random.default_rng([self.seed, self.n])
        row = FAMILIES[self.family](rng, self.n, self.scale, alpha) + self.shift
        if self.masked:
            hidden = rng.random(self.n) < self.masked
            hidden[rng.integers(self.n)] = False
            row = np.where(hidden & np.isfinite(row).any(), -np.inf, row)
            if not np.isfinite(row).any():
                row[0] = self.shift
        if self.order != "drawn":
            row = np.sort(row)
        return row[::-1] if self.order == "falling" else row


def finished(rows: Float64, limit: float, dtype: str) -> Float64:
    """Round rows as they were drawn to a format, and cut off what is beyond a limit."""
    return Domain(max_logit=limit).clipped(quantise(rows, dtype), dtype)


@lru_cache(maxsize=4096)
def _remembered(row: Row, alpha: float) -> Float64:
    """Draw a row; the cases that are always tried are the same rows for several laws."""
    return row.drawn(alpha)


def stacked(rows: Sequence[Row], alpha: float, dtype: str) -> Float64:
    """Make the logits of some rows of one length and one limit."""
    return finished(np.stack([_remembered(row, alpha) for row in rows]), rows[0].limit, dtype)
