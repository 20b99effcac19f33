"""Softmax whose row need not sum to one: by a sink that takes a share, or by cutting off what is small."""

from __future__ import annotations

from typing import Any

import numpy as np
from flint import arb
from numpy.typing import NDArray

from ..budgets.running_error import Arithmetic, Rounded
from ..formats import Format
from ..inputs import Float64, as_finite
from .base import Normaliser, Undefined, register
from .parts import careful_softmax, careful_through, softmax_balls, stored
from .profile import EVERY, Profile

_DEEPEST = np.finfo(np.float64).max


@register
class SinkSoftmax(Normaliser):
    """Softmax with a sink: a logit without a value that takes its share of the row. Source: Xiao et al. (2023).

    With the sink 0 it is softmax-off-by-one (Miller 2023, "softmax1"); gpt-oss learns one sink for each head. Here it
    is a number. The derivative of a loss in it is -(1 - sum p) <p, g>.
    """

    name = "sink-softmax"
    title = "softmax with a sink (off by one)"
    definition = r"p_i = \frac{e^{z_i}}{e^s + \sum_j e^{z_j}}"
    source = (
        "Miller, Attention Is Off By One (2023, https://www.evanmiller.org/attention-is-off-by-one.html); sinks after "
        "Xiao et al., Efficient Streaming Language Models with Attention Sinks (arXiv 2309.17453)"
    )
    profile = Profile({"sink": 0.0}, others=({"sink": 2.5}, {"sink": -4.0}), true=EVERY - {"simplex", "shift"})

    def _refuse(self, n: int, **settings: Any) -> None:
        as_finite(settings["sink"], "sink", ())

    def _balls(self, z: list[arb], *, sink: float) -> list[arb]:
        return softmax_balls([*z, arb(sink)])[:-1]

    def _careful(self, z: Float64, arithmetic: Arithmetic, *, sink: float) -> Rounded:
        beside = np.full((*z.shape[:-1], 1), float(sink))
        row = arithmetic.exact(np.concatenate([z, beside], axis=-1))
        # A sink that the format cannot represent is rounded once.
        row = row.off(np.append(np.zeros(z.shape[-1]), arithmetic.near(sink, 1).error))
        return careful_softmax(row).apply(lambda x: x[..., :-1])

    def _careful_pull(self, z: Float64, grad: Float64, arithmetic: Arithmetic, out: Format, *, sink: float) -> Rounded:
        return careful_through(self._careful(z, arithmetic, sink=sink), grad, out)


@register
class Softpick(Normaliser):
    """Exponentials less one: those above zero, over the sum of all in magnitude. Source: Zuhri et al. (2025).

    The budget is that of a program that takes expm1 near 0; one that subtracts 1 from an exponential loses digits. With
    eps = 0 it is not defined (0/0) where every logit is 0. At 0 the derivative is 0. (The published code adds eps after
    it has divided by the largest exponential.)
    """

    name = "softpick"
    title = "softpick"
    definition = r"p_i = \frac{[e^{z_i} - 1]_+}{\varepsilon + \sum_j |e^{z_j} - 1|}"
    source = (
        "Zuhri et al., Softpick: No Attention Sink, No Massive Activations with Rectified Softmax (arXiv 2504.20966)"
    )
    profile = Profile({"eps": 1e-8}, others=({"eps": 0.25},), true=frozenset({"order", "permutation"}), marks=(0.0,))

    def undefined(self, z: Float64, **settings: Any) -> NDArray[np.bool_]:
        """Rows of zeros, if nothing is added to their sum."""
        return np.asarray((z == 0).all(axis=-1) & (settings["eps"] == 0))

    def _refuse(self, n: int, **settings: Any) -> None:
        if as_finite(settings["eps"], "eps", ()) < 0:
            raise ValueError(f"eps is {settings['eps']}: what is added to the sum must not be negative")

    def _balls(self, z: list[arb], *, eps: float) -> list[arb]:
        if eps == 0 and all(token == 0 for token in z):
            raise Undefined(_ALL_ZERO)
        top = max(arb(0), *z)
        terms = [(token - top).exp() * -(-token).expm1() if token > 0 else (-top).exp() * token.expm1() for token in z]
        total = sum((abs(term) for term in terms), arb(eps) * (-top).exp())
        return [term / total if token > 0 else arb(0) for token, term in zip(z, terms, strict=True)]

    def _careful(self, z: Float64, arithmetic: Arithmetic, *, eps: float) -> Rounded:
        terms, total, _ = self._parts(z, arithmetic, eps)
        return (terms / total).apply(lambda x: np.where(z > 0, x, 0.0))

    def _careful_pull(self, z: Float64, grad: Float64, arithmetic: Arithmetic, out: Format, *, eps: float) -> Rounded:
        _, total, lift = self._parts(z, arithmetic, eps)
        # Autograd of expm1 adds 1 to its answer, which loses what an exponential is small against that.
        ground = np.exp(-np.maximum(z.max(axis=-1, keepdims=True), 0.0))
        lift = lift.off(2 * arithmetic.u * np.where(z > 0, lift.value, ground))
        p, g = stored(self._careful(z, arithmetic, eps=eps), out), arithmetic.exact(grad)
        own = g.apply(lambda x: np.where(z > 0, x, 0.0))
        found = lift / total * (own - arithmetic.exact(np.sign(z)) * (p * g).total())
        return found.off(4 * arithmetic.u * found.size + np.where(z == 0, np.inf, 0.0))

    @staticmethod
    def _parts(z: Float64, arithmetic: Arithmetic, eps: float) -> tuple[Rounded, Rounded, Rounded]:
        """Return exponentials less one, their magnitudes' sum with eps, exponentials; all over the largest or 1."""
        if eps == 0 and (z == 0).all(axis=-1).any():
            raise Undefined(_ALL_ZERO)
        top = np.maximum(z.max(axis=-1, keepdims=True), 0.0)
        with np.errstate(over="ignore"):
            gap = np.maximum(z - top, -_DEEPEST)
        lift = Rounded(gap, arithmetic.u * np.abs(gap), arithmetic).exp()
        ground = arithmetic.exact(-top).exp()
        above = z > 0
        less = np.where(above, -np.expm1(-np.abs(z)), np.expm1(np.minimum(z, 0.0)))
        less_one = arithmetic.exact(0.0).elementary(less, np.zeros_like(less))
        factor = Rounded(
            np.where(above, lift.value, ground.value), np.where(above, lift.error, ground.error), arithmetic
        )
        terms = (factor * less_one).apply(lambda x: np.where(z == 0, 0.0, x))
        return terms, terms.apply(np.abs).total() + arithmetic.near(eps, 1) * ground, lift


_ALL_ZERO = (
    "z: every logit of a row is 0, where softpick with eps = 0 is 0/0; change one of them or pass a positive eps"
)


@register
class ElasticSoftmax(Normaliser):
    """Softmax moved by tau over the length and cut at zero: elastic softmax. Source: Fu et al. (2026).

    In the paper tau is learned for each head; with -1 a token with less than the average share gets nothing. Where a
    weight is cut the derivative is 0.
    """

    name = "elastic-softmax"
    title = "elastic softmax"
    definition = r"p_i = \Bigl[\mathrm{softmax}(z)_i + \frac{\tau}{n}\Bigr]_+"
    source = "Fu et al., Attention Needs to Focus (Lazy Attention, arXiv 2601.00919)"
    profile = Profile({"tau": -1.0}, others=({"tau": -0.5}, {"tau": 0.25}), true=EVERY - {"simplex"})

    def _refuse(self, n: int, **settings: Any) -> None:
        as_finite(settings["tau"], "tau", ())

    def _balls(self, z: list[arb], *, tau: float) -> list[arb]:
        if all(token == z[0] for token in z):
            return [max(arb(1) + arb(tau), arb(0)) / len(z)] * len(z)
        moved = [weight + arb(tau) / len(z) for weight in softmax_balls(z)]
        return [w if w > 0 else arb(0) if w <= 0 else arb(0).union(w.upper()) for w in moved]

    def _careful(self, z: Float64, arithmetic: Arithmetic, *, tau: float) -> Rounded:
        return self._moved(z, arithmetic, tau).clip(0.0)

    def _careful_pull(self, z: Float64, grad: Float64, arithmetic: Arithmetic, out: Format, *, tau: float) -> Rounded:
        moved = self._moved(z, arithmetic, tau)
        kept = np.where(moved.value > 0, grad, 0.0)
        found = careful_through(careful_softmax(arithmetic.exact(z)), kept, out)
        corner = (np.abs(moved.value) <= moved.error).any(axis=-1, keepdims=True)
        return found.off(np.where(corner, np.inf, 0.0))

    @staticmethod
    def _moved(z: Float64, arithmetic: Arithmetic, tau: float) -> Rounded:
        return careful_softmax(arithmetic.exact(z)) + arithmetic.near(tau / z.shape[-1], 3)
