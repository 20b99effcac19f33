"""Random logits from bounded to heavy tails, whole rows or only their top, and what the normalisers make of them."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from flint import acb, arb, ctx, fmpq
from scipy import special

from .simulation import Array, solve_sorted

DISTRIBUTIONS: Mapping[str, Callable[[np.random.Generator, Any], Array]] = {
    "uniform": lambda rng, size: rng.uniform(-math.sqrt(3), math.sqrt(3), size),
    "Gaussian": lambda rng, size: rng.standard_normal(size),
    "Laplace": lambda rng, size: rng.laplace(scale=1 / math.sqrt(2), size=size),
    "Student, 3 degrees of freedom": lambda rng, size: rng.standard_t(3, size) / math.sqrt(3),
}
"""How to draw logits of mean 0 and variance 1, lightest tail first."""


@dataclass(frozen=True)
class Normaliser:
    """A mapping from logits to weights whose scale may depend on the length.

    Parameters
    ----------
    label
        For a reader.
    alpha
        Exponent; 1 is softmax.
    scale
        The scale as a function of ``log n``.
    """

    label: str
    alpha: float
    scale: Callable[[float], float]


NORMALISERS = (
    Normaliser("softmax", 1.0, lambda log_n: 1.0),
    Normaliser("scalable softmax", 1.0, lambda log_n: log_n),
    Normaliser("entmax, α = 3/2", 1.5, lambda log_n: 1.0),
    Normaliser("sparsemax", 2.0, lambda log_n: 1.0),
    Normaliser("adaptive-scale entmax, α = 3/2", 1.5, lambda log_n: 1.0 + math.sqrt(log_n)),
)
"""What is compared at scale."""


def softmax_entropy(z: Array, theta: float) -> Array:
    """Return Shannon's entropy of ``softmax(theta z)``, row by row."""
    x = theta * (z - z.max(axis=-1, keepdims=True))
    weights = np.exp(x)
    mass = weights.sum(axis=-1)
    return np.asarray(np.log(mass) - (weights * x).sum(axis=-1) / mass)


def entmax_entropy(z: Array, alpha: float, theta: float) -> tuple[npt.NDArray[np.int64], Array]:
    """Return the size of the support and Shannon's entropy of ``entmax_alpha(theta z)``, ``1 < alpha <= 2``, by row.

    Only tokens within ``1 / ((alpha - 1) theta)`` of the largest are sorted: no other has mass.
    """
    x = (alpha - 1.0) * theta * (z - z.max(axis=-1, keepdims=True))
    reach = (x > -1.0).sum(axis=-1).max()
    candidates = np.partition(x, -reach, axis=-1)[..., -reach:]
    return solve_sorted(-np.sort(-candidates, axis=-1), 1.0 / (alpha - 1.0))


def entropy(z: Array, normaliser: Normaliser, contrast: float = 1.0) -> Array:
    """Return Shannon's entropy of the weights of each row, the logits multiplied by `contrast`."""
    theta = contrast * normaliser.scale(math.log(z.shape[-1]))
    return softmax_entropy(z, theta) if normaliser.alpha == 1.0 else entmax_entropy(z, normaliser.alpha, theta)[1]


def band(values: Array, confidence: float = 0.99) -> tuple[float, float, float]:
    """Return the mean, and its confidence interval by Student's law."""
    mean, error = float(values.mean()), float(values.std(ddof=1)) / math.sqrt(values.size)
    width = error * -float(special.stdtrit(values.size - 1, (1 - confidence) / 2))
    return mean, mean - width, mean + width


def top_log_tails(rng: np.random.Generator, n: int, reach: int, count: int = 1) -> Array:
    """Return ``log P(z > z_(i))`` at the `reach` largest of n independent numbers, for any continuous distribution.

    The tail probabilities are the smallest of n uniform numbers: partial sums of exponentials over their total. So
    the top of a row of ``10**100`` tokens costs no more than that of a short one. Shape ``(count, reach)``.
    """
    sums = np.cumsum(rng.exponential(size=(count, reach)), axis=1)
    # from 10^15 tokens on the total is n up to a relative 1e-7
    rest = rng.gamma(float(n + 1 - reach), size=(count, 1)) if n < 10**15 else float(n)
    return np.asarray(np.log(sums) - np.log(sums[:, -1:] + rest), dtype=np.float64)


def gaussian_top(rng: np.random.Generator, n: int, reach: int, count: int) -> Array:
    """Return the `reach` largest of n standard normal numbers, largest first; shape ``(count, reach)``."""
    return np.asarray(-special.ndtri_exp(top_log_tails(rng, n, reach, count)), dtype=np.float64)


def stretched_one_hot(n: int, margin: arb, nu: fmpq) -> arb:
    """Return the probability that the largest of n numbers exceeds the next by `margin`; ``P(z > t) = exp(-t^nu)``.

    It is the integral of ``n f(z) (1 - exp(-(z - margin)^nu))^(n - 1)``, by rigorous quadrature with bounds for the
    tails.
    """
    before, ctx.prec = ctx.prec, 192
    try:
        count, power = arb(n), arb(nu)

        def density(z: acb, analytic: bool) -> acb:
            lower = z - margin
            below = 1 - (-(lower**power)).exp()
            if analytic and not (lower.real > 0 and below.real > 0):
                return acb(float("nan"))  # a branch of the power or of the logarithm: the quadrature subdivides
            own = power * z ** (power - 1) * (-(z**power)).exp()
            return count * own * ((count - 1) * (-(-(lower**power)).exp()).log1p()).exp()

        high = (count.log() + 24) ** (1 / power) + margin
        # P(z <= t) <= t^nu, so below this end there is at most 1e-10, and as much below each end it is raised to
        low = margin + arb(1e-10) ** (1 / (power * (count - 1)))
        while ((count - 1) * (-(-((low + 0.05 - margin) ** power)).exp()).log1p()).exp() < 1e-10:
            low += 0.05
        inner = acb.integral(density, acb(low.mid()), acb(high.mid()), rel_tol=arb(2) ** -40, abs_tol=arb(2) ** -40)
        return inner.real + arb(0).union(arb(2e-10))
    finally:
        ctx.prec = before


def pareto_one_hot(n: int, margin: arb, nu: int) -> arb:
    """Return the probability that the largest of n Pareto numbers exceeds the next by `margin`; ``P(z > t) = t^-nu``.

    The ratio of the two largest is independent of the second, ``Z = U^(-1/nu)`` with the second smallest ``U`` of n
    uniform numbers; rigorous quadrature over ``w = 1 / Z``.
    """
    count = acb(n)

    def density(w: acb, _: bool) -> acb:
        own = count * (count - 1) * w**nu * (1 - w**nu) ** (n - 2) * nu * w ** (nu - 1)
        return own * (1 + margin * w) ** (-nu)

    return acb.integral(density, acb(0), acb(1), rel_tol=arb(2) ** -40, abs_tol=arb(2) ** -40).real
