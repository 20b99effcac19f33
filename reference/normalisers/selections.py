"""Weights that keep a chosen number or share of the tokens."""

from __future__ import annotations

import math
from fractions import Fraction
from typing import Any

import numpy as np
from flint import arb
from numpy.typing import NDArray

from ..enclosures.ball_rows import ball
from ..inputs import Float64, as_finite
from .base import Normaliser, Undefined, register
from .softmaxes import lifted, softmax_balls, through


def as_count(value: Any, name: str) -> int:
    """Validate a parameter that must be a positive integer."""
    if isinstance(value, bool) or not isinstance(value, int | np.integer) or value < 1:
        raise ValueError(f"{name} is {value!r}: it must be a positive integer")
    return int(value)


@register
class TopKSoftmax(Normaliser):
    """Softmax of the k largest logits; of tied ones the first come first; for the definition stated.

    Fan, Lewis & Dauphin (2018) draw from it. Where the k-th and the next logit tie, the derivative is that of the
    tokens kept.
    """

    name = "top-k-softmax"
    title = "top-k softmax"
    definition = r"p = \mathrm{softmax}(z) \text{ restricted to the } k \text{ largest logits, normalised}"
    source = "for the definition stated (ties: the first tokens); after Fan, Lewis & Dauphin (ACL 2018)"

    def _refuse(self, n: int, **settings: Any) -> None:
        as_count(settings["k"], "k")

    def _values(self, z: Float64, *, k: int = 2) -> Float64:
        kept = self._kept(z, k)
        weights = np.where(kept, np.exp(lifted(z)), 0.0)
        return np.asarray(weights / weights.sum(axis=-1, keepdims=True))

    def _pull(self, z: Float64, grad: Float64, *, k: int = 2) -> Float64:
        return through(self._values(z, k=k), grad)

    def _balls(self, z: list[arb], *, k: int = 2) -> list[arb]:
        kept = sorted(range(len(z)), key=lambda i: (-Fraction(float(z[i])), i))[:k]
        weights = dict(zip(kept, softmax_balls([z[i] for i in kept]), strict=True))
        return [weights.get(i, arb(0)) for i in range(len(z))]

    @staticmethod
    def _kept(z: Float64, k: int) -> NDArray[np.bool_]:
        order = np.argsort(-z, axis=-1, kind="stable")
        kept = np.zeros(z.shape, dtype=bool)
        np.put_along_axis(kept, order[..., :k], True, axis=-1)
        return kept


@register
class RSoftmax(Normaliser):
    """Softmax weighted by the distance above the r-quantile of the logits. Source: Balazy et al. (2023).

    The quantile interpolates linearly between order statistics. Not defined (0/0) where no logit exceeds it: for a row
    of one token, or where at least a share 1 - r of the tokens ties at the maximum. Where a logit equals the quantile,
    or logits tie around it, the derivative is a one-sided one.
    """

    name = "r-softmax"
    title = "r-softmax"
    definition = (
        r"p_i = \frac{w_i e^{z_i}}{\sum_j w_j e^{z_j}}, \quad w_i = [z_i - Q_r(z)]_+, "
        r"\; Q_r \text{ the } r\text{-quantile}"
    )
    source = "Bałazy et al., r-softmax: Generalized Softmax with Controllable Sparsity Rate (arXiv 2304.05243)"

    def _refuse(self, n: int, **settings: Any) -> None:
        r = float(as_finite(settings["r"], "r", ()))
        if not 0 <= r < 1:
            raise ValueError(f"r is {r}: a sparsity rate lies in [0, 1)")

    def _values(self, z: Float64, *, r: float = 0.5) -> Float64:
        return self._parts(z, r)[0]

    def _pull(self, z: Float64, grad: Float64, *, r: float = 0.5) -> Float64:
        small = self._small(z)
        p, lift, above, total, order = self._parts(z, r)
        centred = (grad - (p * grad).sum(axis=-1, keepdims=True)) / total * np.where(above > 0, lift, 0.0)
        out = centred * (small + above)
        place, share = self._place(z.shape[-1], r)
        through_quantile = small * centred.sum(axis=-1, keepdims=True)
        for position, part in ((place, 1 - share), (place + 1, share)):
            if part:
                token = order[..., position : position + 1]
                kept = np.take_along_axis(out, token, -1)
                np.put_along_axis(out, token, kept - part * through_quantile, -1)
        return np.asarray(out)

    def _balls(self, z: list[arb], *, r: float = 0.5) -> list[arb]:
        # The logits are floats, so that the quantile is an exact fraction.
        tokens = [Fraction(float(token)) for token in z]
        order = sorted(tokens)
        position = Fraction(r) * (len(z) - 1)
        place = math.floor(position)
        quantile = order[place]
        if position > place:
            quantile += (position - place) * (order[place + 1] - order[place])
        if order[-1] <= quantile:
            raise Undefined(_NONE_ABOVE)
        weights = [ball(max(token - quantile, Fraction(0))) * ball(token - order[-1]).exp() for token in tokens]
        total = sum(weights, arb(0))
        return [weight / total if weight != 0 else arb(0) for weight in weights]

    @staticmethod
    def _place(n: int, r: float) -> tuple[int, float]:
        position = Fraction(r) * (n - 1)
        place = math.floor(position)
        return place, float(position - place)

    @staticmethod
    def _small(z: Float64) -> float:
        """Return a power of 2 that leaves the sum of all distances finite; shares are the same for any."""
        size = math.frexp(np.abs(z).max(initial=0.0))[1] + int(z.shape[-1]).bit_length()
        return math.ldexp(1.0, min(0, 1020 - size))

    def _parts(self, z: Float64, r: float) -> tuple[Float64, Float64, Float64, Float64, NDArray[np.intp]]:
        """Weights, exponentials, distances above the quantile and their weighted sum (both times `_small`), order."""
        lift = np.exp(lifted(z))
        z = self._small(z) * z
        order = np.argsort(z, axis=-1, kind="stable")
        place, share = self._place(z.shape[-1], r)
        quantile = np.take_along_axis(z, order[..., place : place + 1], -1)
        if share:
            quantile = quantile + share * (np.take_along_axis(z, order[..., place + 1 : place + 2], -1) - quantile)
        above = np.maximum(z - quantile, 0.0)
        if not (above.max(axis=-1) > 0).all():
            raise Undefined(_NONE_ABOVE)
        total = (above * lift).sum(axis=-1, keepdims=True)
        return above * lift / total, lift, above, total, order


_NONE_ABOVE = "z: no logit of a row exceeds its r-quantile, where r-softmax is 0/0; separate the largest logits"


@register
class Budget(Normaliser):
    """The nearest point of the cube [0, 1]^n with sum k: a soft choice of k tokens. Source: Niculae & Martins (2020).

    Where a token lies on a threshold, at 0 or at 1, the derivative is that of the tokens strictly between.
    """

    name = "budget"
    title = "k-subset budget"
    definition = (
        r"p = \operatorname{argmin} \{\Vert p - z \Vert_2 : 0 \le p_i \le 1, \sum_i p_i = k\} "
        r"= \mathrm{clip}(z - \tau, 0, 1)"
    )
    source = "Niculae & Martins, LP-SparseMAP (ICML 2020); entmax 1.3, budget_bisect"

    def _refuse(self, n: int, **settings: Any) -> None:
        if as_count(settings["k"], "k") > n:
            raise ValueError(f"k is {settings['k']}, more than the {n} live tokens of a row: each holds at most 1")

    def _values(self, z: Float64, *, k: int = 2) -> Float64:
        gap = lifted(z)
        return np.clip(gap - self._threshold(gap, k)[..., None], 0.0, 1.0)

    def _pull(self, z: Float64, grad: Float64, *, k: int = 2) -> Float64:
        p = self._values(z, k=k)
        between = (p > 0) & (p < 1)
        count = np.maximum(between.sum(axis=-1, keepdims=True), 1)
        mean = np.where(between, grad, 0.0).sum(axis=-1, keepdims=True) / count
        return np.where(between, grad - mean, 0.0)

    def _balls(self, z: list[arb], *, k: int = 2) -> list[arb]:
        # Piecewise linear in the threshold: fractions are exact.
        tokens = [Fraction(float(token)) for token in z]
        corners = sorted({corner for token in tokens for corner in (token, token - 1)})

        def mass(level: Fraction) -> Fraction:
            return sum((min(max(token - level, Fraction(0)), Fraction(1)) for token in tokens), Fraction(0))

        low, high = 0, len(corners) - 1
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (middle, high) if mass(corners[middle]) >= k else (low, middle)
        above, below = mass(corners[low]), mass(corners[high])
        level = (
            corners[low] + (above - k) / (above - below) * (corners[high] - corners[low]) if above > k else corners[low]
        )
        return [ball(min(max(token - level, Fraction(0)), Fraction(1))) for token in tokens]

    @staticmethod
    def _threshold(z: Float64, k: int) -> Float64:
        """Find the level at which the clipped gaps sum to k, between the two corners where the sum passes it."""
        rows = z.reshape(-1, z.shape[-1])
        levels = np.empty(len(rows))
        for index, row in enumerate(rows):
            corners = np.unique(np.concatenate([row, row - 1]))
            low, high = 0, len(corners) - 1
            while high - low > 1:
                middle = (low + high) // 2
                low, high = (middle, high) if np.clip(row - corners[middle], 0, 1).sum() >= k else (low, middle)
            between = (row - 1 < corners[high]) & (row > corners[low])
            ones = int((row - 1 >= corners[high]).sum())
            level = (row[between].sum() + ones - k) / between.sum() if between.any() else corners[low]
            levels[index] = min(max(level, corners[low]), corners[high])
        return levels.reshape(z.shape[:-1])
