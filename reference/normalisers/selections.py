"""Weights that keep a chosen number or share of the tokens."""

from __future__ import annotations

import math
from abc import abstractmethod
from fractions import Fraction
from typing import Any

import numpy as np
from flint import arb
from numpy.typing import NDArray

from ..budgets.running_error import Arithmetic, Rounded
from ..enclosures.ball_rows import ball
from ..formats import Format
from ..inputs import Float64, as_finite
from .base import Normaliser, Undefined, as_count, as_positive, register
from .parts import careful_lift, careful_shares, careful_through, lifted, softmax_balls, stored, through
from .profile import EVERY, Profile


def _tied(scores: Float64, k: int) -> tuple[NDArray[np.intp], int]:
    """Return the tokens tied with the k-th largest score, and how many of them are chosen."""
    k = min(k, len(scores))
    edge = np.sort(scores)[-k]
    tied = np.flatnonzero(scores == edge)
    return tied, len(tied) if edge == -np.inf else k - int((scores > edge).sum())


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
    profile = Profile({"k": 2}, others=({"k": 1}, {"k": 3}, {"k": 7}, {"k": 33}), picks=True)

    def least_tokens(self, **settings: Any) -> int:
        """As many as are chosen, so that there is a choice."""
        return as_count(settings["k"], "k")

    def tied(self, row: Float64, **settings: Any) -> tuple[NDArray[np.intp], int]:
        """Tokens tied with the k-th largest, and how many of them are chosen."""
        return _tied(row, settings["k"])

    def _refuse(self, n: int, **settings: Any) -> None:
        as_count(settings["k"], "k")

    def _pull(self, z: Float64, grad: Float64, *, k: int) -> Float64:
        return through(self._values(z, k=k), grad)

    def _balls(self, z: list[arb], *, k: int) -> list[arb]:
        kept = sorted(range(len(z)), key=lambda i: (-Fraction(float(z[i])), i))[:k]
        weights = dict(zip(kept, softmax_balls([z[i] for i in kept]), strict=True))
        return [weights.get(i, arb(0)) for i in range(len(z))]

    def _careful(self, z: Float64, arithmetic: Arithmetic, *, k: int) -> Rounded:
        order = np.argsort(-z, axis=-1, kind="stable")
        kept = np.zeros(z.shape, dtype=bool)
        np.put_along_axis(kept, order[..., :k], True, axis=-1)
        powers = careful_lift(z, arithmetic).exp()
        return careful_shares(powers.apply(lambda x: np.where(kept, x, 0.0)))

    def _careful_pull(self, z: Float64, grad: Float64, arithmetic: Arithmetic, out: Format, *, k: int) -> Rounded:
        found = careful_through(self._careful(z, arithmetic, k=k), grad, out)
        ranked = np.sort(z, axis=-1)[..., ::-1]
        tied = ranked[..., k - 1 : k] == ranked[..., k : k + 1] if k < z.shape[-1] else False
        return found.off(np.where(tied, np.inf, 0.0))


class AboveQuantile(Normaliser):
    """Weights by the distance above the r-quantile of the logits, linear between order statistics."""

    def _refuse(self, n: int, **settings: Any) -> None:
        r = float(as_finite(settings["r"], "r", ()))
        if not 0 <= r < 1:
            raise ValueError(f"r is {r}: a sparsity rate lies in [0, 1)")

    @staticmethod
    def _quantile(tokens: list[Fraction], r: float) -> Fraction:
        """Interpolate between order statistics."""
        order, position = sorted(tokens), Fraction(r) * (len(tokens) - 1)
        place = math.floor(position)
        if position == place:
            return order[place]
        return order[place] + (position - place) * (order[place + 1] - order[place])

    @staticmethod
    def _place(n: int, r: float) -> tuple[int, float]:
        """Return the rank below the quantile, and how far the quantile is on the way to the next."""
        position = Fraction(r) * (n - 1)
        place = math.floor(position)
        return place, float(position - place)

    def _above_quantile(
        self, z: Float64, arithmetic: Arithmetic, r: float, eps: float = 0.0
    ) -> tuple[Rounded, Rounded, float]:
        """Gaps, what they exceed the quantile less eps by, and how far off the place of the quantile may be."""
        gap, n = careful_lift(z, arithmetic), z.shape[-1]
        place, share = self._place(n, r)
        ranked = gap.apply(lambda x: np.take_along_axis(x, np.argsort(z, axis=-1, kind="stable"), -1))
        off = 3 * arithmetic.u * float(r) * (n - 1)  # r rounded to the format, and the product; nothing where it is 0
        low = ranked.apply(lambda x: x[..., place : place + 1])
        high = ranked.apply(lambda x: x[..., min(place + 1, n - 1) : min(place + 1, n - 1) + 1])
        quantile = low + arithmetic.exact(share) * (high - low) if share else low
        near = ranked.value[..., max(place - 1, 0) : place + 3]
        quantile = quantile.off(off * np.abs(np.diff(near, axis=-1)).max(axis=-1, keepdims=True, initial=0.0))
        above = gap - quantile if eps == 0 else gap - quantile + arithmetic.near(eps, 1)
        return gap, above.clip(0.0), off


@register
class RSoftmax(AboveQuantile):
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
    profile = Profile({"r": 0.5}, others=({"r": 0.25}, {"r": 0.8}))

    def least_tokens(self, **settings: Any) -> int:
        """Two: a quantile below the maximum."""
        return 2

    def undefined(self, z: Float64, **settings: Any) -> NDArray[np.bool_]:
        """Rows with ties at the maximum for as much as the share that is kept."""
        largest = (z == z.max(axis=-1, keepdims=True)).mean(axis=-1)
        return np.asarray(largest >= (1 - settings["r"]) * (1 - 1 / z.shape[-1]) - 1e-9)

    def _values(self, z: Float64, *, r: float) -> Float64:
        return self._parts(z, r)[0]

    def _pull(self, z: Float64, grad: Float64, *, r: float) -> Float64:
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

    def _balls(self, z: list[arb], *, r: float) -> list[arb]:
        # The logits are floats, so that the quantile is an exact fraction.
        tokens = [Fraction(float(token)) for token in z]
        quantile = self._quantile(tokens, r)
        if max(tokens) <= quantile:
            raise Undefined(_NONE_ABOVE)
        return _weighted_balls(tokens, quantile)

    def _careful(self, z: Float64, arithmetic: Arithmetic, *, r: float) -> Rounded:
        gap, above, _ = self._above_quantile(z, arithmetic, r)
        weight = above * gap.exp()
        return weight / weight.total()

    def _careful_pull(self, z: Float64, grad: Float64, arithmetic: Arithmetic, out: Format, *, r: float) -> Rounded:
        gap, above, off = self._above_quantile(z, arithmetic, r)
        place, share = self._place(z.shape[-1], r)
        lift, g, u = gap.exp(), arithmetic.exact(grad), arithmetic.u
        weight = above * lift
        total = weight.total()
        p = stored(weight / total, out)
        centred = (g - (p * g).total()) / total * lift
        centred = centred.apply(lambda x: np.where(above.value > 0, x, 0.0))
        back = centred.total()
        ends = np.sort(z, axis=-1)[..., place : place + 2]
        at = z[..., np.newaxis] == ends[..., np.newaxis, :]
        at_end = at.any(axis=-1)
        # The tokens at the quantile take the others' sum back, by their shares of it.
        by_share = (at * np.array([1 - share, share])[: ends.shape[-1]]).sum(axis=-1)
        taken = back.error + (off + 4 * u) * back.size
        lost = np.where(at_end, taken, off * back.size * (off > 0))
        found = centred * (arithmetic.exact(1.0) + above) + Rounded(-by_share * back.value, lost, arithmetic)
        # A token at the corner has a derivative of its own choosing, unless it is the quantile itself.
        corner = (above.error > above.value) & (above.error > 0)
        # Logits that rounding brings together once the maximum is subtracted change places at will.
        blur = 2 * u * np.where(np.isfinite(gap.value), np.abs(gap.value), 0.0)[..., np.newaxis]
        near = np.abs(z[..., np.newaxis] - ends[..., np.newaxis, :]) <= blur
        tied = (near.sum(axis=-2) > 1).any(axis=-1, keepdims=True)
        own = at_end & (share == 0) & (z == ends[..., :1])
        return found.off(np.where((corner & ~own).any(axis=-1, keepdims=True) | tied, np.inf, 0.0))

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


def _weighted_balls(tokens: list[Fraction], edge: Fraction) -> list[arb]:
    """Shares of exponentials times the distance above an edge."""
    top = max(tokens)
    weights = [ball(token - edge) * ball(token - top).exp() if token > edge else arb(0) for token in tokens]
    total = sum(weights, arb(0))
    return [weight / total if weight != 0 else arb(0) for weight in weights]


def _pull_from_the_top(z: Float64, grad: Float64, lift: Rounded, above: Rounded, out: Format) -> Rounded:
    """Pull back shares of exponentials times the distance above an edge that is as far below the maximum as it is."""
    arithmetic, weight = lift.arithmetic, above * lift
    total = weight.total()
    p, g = stored(weight / total, out), arithmetic.exact(grad)
    centred = (g - (p * g).total()) / total * lift
    own = (centred * (arithmetic.exact(1.0) + above)).apply(lambda x: np.where(above.value > 0, x, 0.0))
    top = z == z.max(axis=-1, keepdims=True)
    taken = own.total()
    # All of it goes to the largest logit, whose distance from itself does not move.
    found = own - Rounded(np.where(top, taken.value, 0.0), np.where(top, taken.error, 0.0), arithmetic)
    tied = top & (top.sum(axis=-1, keepdims=True) > 1)
    corner = (above.value <= above.error) & (above.error > 0)
    return found.off(np.where(tied | corner | (top & corner.any(axis=-1, keepdims=True)), np.inf, 0.0))


_NONE_ABOVE = "z: no logit of a row exceeds its r-quantile, where r-softmax is 0/0; separate the largest logits"


@register
class RSoftmaxDetached(AboveQuantile):
    """r-softmax as its code has it: eps is added to distances, and the quantile held constant. Balazy et al. (2023).

    So a row of equal logits has equal weights, and the vector-Jacobian product is that of t-softmax with the distance
    of the quantile from the maximum, which is not a derivative of the weights. (The code counts tokens whose
    exponential underflows as zeros already; their number depends on the format, so this is left out here.)
    """

    name = "r-softmax-detached"
    title = "r-softmax of the published code"
    definition = (
        r"p_i = \frac{w_i e^{z_i}}{\sum_j w_j e^{z_j}}, \quad w_i = [z_i - Q_r(z) + \varepsilon]_+, "
        r"\; Q_r \text{ the } r\text{-quantile, held constant in the derivative}"
    )
    source = RSoftmax.source + "; its code, https://github.com/gmum/rsoftmax"
    profile = Profile({"r": 0.5, "eps": 1e-8}, others=({"r": 0.25, "eps": 0.125},), detached=True)

    def _refuse(self, n: int, **settings: Any) -> None:
        super()._refuse(n, **settings)
        as_positive(settings["eps"], "eps")

    def _balls(self, z: list[arb], *, r: float, eps: float) -> list[arb]:
        tokens = [Fraction(float(token)) for token in z]
        edge = self._quantile(tokens, r) - Fraction(eps)
        return _weighted_balls(tokens, edge)

    def _careful(self, z: Float64, arithmetic: Arithmetic, *, r: float, eps: float) -> Rounded:
        gap, above, _ = self._above_quantile(z, arithmetic, r, eps)
        weight = above * gap.exp()
        return weight / weight.total()

    def _careful_pull(
        self, z: Float64, grad: Float64, arithmetic: Arithmetic, out: Format, *, r: float, eps: float
    ) -> Rounded:
        gap, above, _ = self._above_quantile(z, arithmetic, r, eps)
        return _pull_from_the_top(z, grad, gap.exp(), above, out)


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
    profile = Profile({"k": 2}, others=({"k": 1}, {"k": 3}), true=EVERY - {"simplex"}, aim=2.0)

    def least_tokens(self, **settings: Any) -> int:
        """As many as hold a whole each."""
        return as_count(settings["k"], "k")

    def _refuse(self, n: int, **settings: Any) -> None:
        if as_count(settings["k"], "k") > n:
            raise ValueError(f"k is {settings['k']}, more than the {n} live tokens of a row: each holds at most 1")

    def _values(self, z: Float64, *, k: int) -> Float64:
        gap = lifted(z)
        return np.clip(gap - self._threshold(gap, k)[..., np.newaxis], 0.0, 1.0)

    def _balls(self, z: list[arb], *, k: int) -> list[arb]:
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

    def _careful(self, z: Float64, arithmetic: Arithmetic, *, k: int) -> Rounded:
        p = self._above(z, arithmetic, k).clip(0.0, 1.0)
        return p.off(np.where(p.size > 0, 2 * arithmetic.u, 0.0))

    def _careful_pull(self, z: Float64, grad: Float64, arithmetic: Arithmetic, out: Format, *, k: int) -> Rounded:
        above, u = self._above(z, arithmetic, k), arithmetic.u
        corner = (np.abs(above.value) <= above.error) | (np.abs(above.value - 1) <= above.error)
        between = (above.value > 0) & (above.value < 1)
        g = np.where(between, grad, 0.0)
        count = arithmetic.exact(np.maximum(between.sum(axis=-1, keepdims=True), 1.0))
        found = (arithmetic.exact(g) - arithmetic.exact(g).total() / count).off(u * np.abs(g))
        found = found.apply(lambda x: np.where(between, x, 0.0))
        # Autograd of the subtracted maximum hands it what the row sums to: zero but for rounding.
        left = (arithmetic.summation(z.shape[-1]) + 4 * u) * np.abs(g).sum(axis=-1, keepdims=True)
        found = found.off(np.where(lifted(z) == 0, left, 0.0))
        return found.off(np.where(corner.any(axis=-1, keepdims=True), np.inf, 0.0))

    def _above(self, z: Float64, arithmetic: Arithmetic, k: int) -> Rounded:
        """Logits above the threshold, before they are clipped.

        Data off by e move the threshold by an average of e over the tokens strictly between, and a closed form or a
        bisection adds the rounding of their sum and of the threshold itself.
        """
        gap, u = lifted(z), arithmetic.u
        tau = self._threshold(gap, k)[..., np.newaxis]
        above = gap - tau
        # Where none is between, every threshold of a whole range is right: each token is judged by its nearest end.
        ranked = np.sort(gap, axis=-1)[..., ::-1]
        least, next_one = ranked[..., k - 1 : k], ranked[..., k : k + 1] if k < z.shape[-1] else -np.inf
        ends = np.where(gap >= least, least - 1, next_one)
        flat = ~((above > 0) & (above < 1)).any(axis=-1, keepdims=True) & np.isfinite(ends)
        tau = np.where(flat, ends, tau)
        above = gap - tau
        near = np.where((above > -1) & (above < 2), np.abs(gap), np.abs(tau)).max(axis=-1, keepdims=True)
        moved = (arithmetic.summation(z.shape[-1]) + 4 * u) * (near + 1)
        return Rounded(above, u * (np.abs(gap) + np.abs(above)) + moved, arithmetic)

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


@register
class TSoftmax(Normaliser):
    """Softmax weighted by how far a logit is above the largest less t; below there is no weight. Balazy et al. (2023).

    It is r-softmax with the edge at a distance t from the maximum. Where a token lies at that distance, or several tie
    at the maximum, the derivative is a one-sided one.
    """

    name = "t-softmax"
    title = "t-softmax"
    definition = r"p_i = \frac{w_i e^{z_i}}{\sum_j w_j e^{z_j}}, \quad w_i = [z_i - \max_j z_j + t]_+"
    source = RSoftmax.source + "; its code, https://github.com/gmum/rsoftmax"
    profile = Profile({"t": 1.0}, others=({"t": 0.25}, {"t": 4.0}))

    def _refuse(self, n: int, **settings: Any) -> None:
        as_positive(settings["t"], "t")

    def _balls(self, z: list[arb], *, t: float) -> list[arb]:
        tokens = [Fraction(float(token)) for token in z]
        return _weighted_balls(tokens, max(tokens) - Fraction(t))

    def _careful(self, z: Float64, arithmetic: Arithmetic, *, t: float) -> Rounded:
        weight, _, _ = self._weighted(z, arithmetic, t)
        return weight / weight.total()

    def _careful_pull(self, z: Float64, grad: Float64, arithmetic: Arithmetic, out: Format, *, t: float) -> Rounded:
        _, lift, above = self._weighted(z, arithmetic, t)
        return _pull_from_the_top(z, grad, lift, above, out)

    @staticmethod
    def _weighted(z: Float64, arithmetic: Arithmetic, t: float) -> tuple[Rounded, Rounded, Rounded]:
        """Return weights before they are divided by their sum, exponentials, and distances above the edge."""
        gap = careful_lift(z, arithmetic)
        above, lift = (gap + arithmetic.near(t, 1)).clip(0.0), gap.exp()
        return above * lift, lift, above


class SoftmaxOfChosen(Normaliser):
    """Softmax of the tokens that are chosen; the others get exactly zero.

    What was chosen does not move with the logits: the derivative is that of the tokens kept.
    """

    @abstractmethod
    def _kept(
        self, z: Float64, arithmetic: Arithmetic, *_: Any, **settings: Any
    ) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
        """Say which tokens are chosen; and of each row (last axis 1), whether rounding may choose others."""

    @abstractmethod
    def _kept_exactly(self, z: list[Fraction], *_: Any, **settings: Any) -> list[bool]:
        """Say which tokens of a row are chosen, without rounding."""

    def _balls(self, z: list[arb], *_: Any, **settings: Any) -> list[arb]:
        kept = self._kept_exactly([Fraction(float(token)) for token in z], **settings)
        weights = iter(softmax_balls([token for token, inside in zip(z, kept, strict=True) if inside]))
        return [next(weights) if inside else arb(0) for inside in kept]

    def _careful(self, z: Float64, arithmetic: Arithmetic, *_: Any, **settings: Any) -> Rounded:
        kept, doubt = self._kept(z, arithmetic, **settings)
        with np.errstate(over="ignore"):
            gap = np.maximum(z - np.where(kept, z, -np.inf).max(axis=-1, keepdims=True), -np.finfo(np.float64).max)
        gap = np.where(kept, gap, 0.0)
        powers = Rounded(gap, arithmetic.u * np.abs(gap), arithmetic).exp().apply(lambda x: np.where(kept, x, 0.0))
        return careful_shares(powers).off(np.where(doubt, np.inf, 0.0))

    def _careful_pull(
        self, z: Float64, grad: Float64, arithmetic: Arithmetic, out: Format, *_: Any, **settings: Any
    ) -> Rounded:
        return careful_through(self._careful(z, arithmetic, **settings), grad, out)


@register
class BlockTopKSoftmax(SoftmaxOfChosen):
    """Softmax of k blocks of tokens, the last and those of the largest mean logit. Source: Lu et al. (2025), MoBA.

    The mean logit of a block is that of its mean key, as MoBA pools keys; the last block, which may be shorter, is that
    of the query and always chosen. Of blocks with the same mean the first come first; of means within rounding of each
    other, as a shift may bring them, any choice is right. (NSA chooses blocks by scores of
    compressed keys, which are no function of the logits: see index-top-k-softmax.)
    """

    name = "block-top-k-softmax"
    title = "block top-k softmax (MoBA)"
    definition = (
        r"p = \mathrm{softmax}(z) \text{ restricted to the last block of } b \text{ tokens and the } k - 1 "
        r"\text{ others of the largest mean, normalised}"
    )
    source = "Lu et al., MoBA: Mixture of Block Attention for Long-Context LLMs (arXiv 2502.13189)"
    profile = Profile(
        {"block": 2, "k": 2},
        others=({"block": 1, "k": 3}, {"block": 16, "k": 3}),
        placed=True,
        true=frozenset({"simplex"}),
    )

    def _refuse(self, n: int, **settings: Any) -> None:
        as_count(settings["block"], "block")
        as_count(settings["k"], "k")

    def _kept_exactly(self, z: list[Fraction], *, block: int, k: int) -> list[bool]:
        parts = [z[start : start + block] for start in range(0, len(z), block)]
        means = [sum(part, Fraction(0)) / len(part) for part in parts[:-1]]
        chosen = {len(parts) - 1, *sorted(range(len(means)), key=lambda i: (-means[i], i))[: k - 1]}
        return [i // block in chosen for i in range(len(z))]

    def _kept(
        self, z: Float64, arithmetic: Arithmetic, *, block: int, k: int
    ) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
        n = z.shape[-1]
        blocks = -(-n // block)
        whole = z[..., : (blocks - 1) * block].reshape(*z.shape[:-1], blocks - 1, block) / block
        means, size = whole.sum(axis=-1), np.abs(whole).sum(axis=-1)
        order = np.argsort(-means, axis=-1, kind="stable")
        chosen = np.ones((*z.shape[:-1], blocks), dtype=bool)
        np.put_along_axis(chosen, order[..., k - 1 :], False, axis=-1)
        chosen[..., -1] = True
        doubt = np.zeros((*z.shape[:-1], 1), dtype=bool)
        if 1 < k < blocks:
            ends = order[..., k - 2 : k]
            gap = np.take_along_axis(means, ends, -1)
            # Pooled keys, or logits: a mean is a sum of as many terms, and a quotient.
            off = (arithmetic.summation(block) + 3 * arithmetic.u) * size.max(axis=-1, keepdims=True)
            doubt = gap[..., :1] - gap[..., 1:] <= 2 * off
        return np.repeat(chosen, block, axis=-1)[..., :n], doubt


@register
class IndexTopKSoftmax(SoftmaxOfChosen):
    """Softmax of the k tokens that another row of scores puts first. Source: DeepSeek-AI (2025), DSA.

    The scores are those of an indexer (DSA) or of compressed keys (NSA): a parameter, a number for each token, or fewer
    that are repeated along the tokens. Comparisons of scores are exact. Of tied tokens the first come first here; any
    choice is right.
    """

    name = "index-top-k-softmax"
    title = "top-k softmax by an index (DSA)"
    definition = (
        r"p = \mathrm{softmax}(z) \text{ restricted to the } k \text{ largest of } I_1, \dots, I_n \text{, normalised}"
    )
    source = "DeepSeek-AI, sparse attention with a lightning indexer, https://github.com/deepseek-ai/DeepSeek-V3.2-Exp"
    profile = Profile(
        {"k": 2, "index": (5.0, 2.0, 7.0, 4.0, 0.0, 6.0, 1.0, 3.0)},
        others=({"k": 5, "index": (0.5, -1.0, 0.25, 3.0)},),
        true=frozenset({"simplex", "shift"}),
        placed=True,
        rows=("index",),
    )

    def _refuse(self, n: int, **settings: Any) -> None:
        as_count(settings["k"], "k")

    def tied(self, row: Float64, **settings: Any) -> tuple[NDArray[np.intp], int]:
        """Tokens tied with the k-th largest score, and how many of them are chosen."""
        scores = self.row_parameters(row.shape, settings)["index"]
        return _tied(np.where(row > -np.inf, scores, -np.inf), settings["k"])

    def choosing(self, answer: Float64, logits: Float64, **settings: Any) -> dict[str, Any] | None:
        """Scores without ties, among which the k largest are those of an answer."""
        scores = self.row_parameters(logits.shape, settings)["index"].copy()
        least, free = scores.min(initial=0.0) - 1, False
        for row in np.ndindex(logits.shape[:-1]):
            tied, wanted = self.tied(logits[row], **settings | {"index": scores[row]})
            # A weight that underflows cannot be told from none: the smaller logit had it.
            order = np.lexsort((logits[row][tied], -answer[row][tied]))
            scores[row][tied[order[wanted:]]] = least
            free |= wanted < len(tied)
        return settings | {"index": scores} if free else None

    def _kept_exactly(self, z: list[Fraction], *, k: int, index: Float64) -> list[bool]:
        first = sorted(range(len(z)), key=lambda i: (-index[i], i))[:k]
        return [i in first for i in range(len(z))]

    def _kept(
        self, z: Float64, arithmetic: Arithmetic, *, k: int, index: Float64
    ) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
        kept = np.zeros(z.shape, dtype=bool)
        np.put_along_axis(kept, np.argsort(-index, axis=-1, kind="stable")[..., :k], True, axis=-1)
        return kept, np.zeros((*z.shape[:-1], 1), dtype=bool)
