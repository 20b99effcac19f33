"""The hypotheses that several theorems share, each stated once."""

from __future__ import annotations

import sympy as sp

from .notation import Every, alpha, beta, eta, l, rho, tau, theta, top_first, v, x
from .theorem import Hypothesis

__all__ = [
    "ALPHAS_IN_ORDER",
    "CONVEX_RANGE",
    "LARGE_ALPHA",
    "LEFT_OF_THRESHOLD",
    "OFF_BOUNDARY",
    "SCALES_IN_ORDER",
    "SORTED",
    "SPARSEMAX",
    "UNIT_VALUES",
]

CONVEX_RANGE = Hypothesis("convex-range", r"$\alpha \le 2$", sp.Le(alpha, 2))
"""Where ``q = 1 / (alpha - 1)`` is at least one, so that the excess is convex in the threshold."""

LARGE_ALPHA = Hypothesis("large-alpha", r"$\alpha \ge 2$", sp.Ge(alpha, 2))
"""The other side, where the excess need not be convex."""

SPARSEMAX = Hypothesis("sparsemax", r"$\alpha = 2$", sp.Eq(alpha, 2))

LEFT_OF_THRESHOLD = Hypothesis("left", r"$\tau' \le \tau$", sp.Le(rho, tau))

OFF_BOUNDARY = Hypothesis(
    "off-boundary",
    r"no token lies exactly on the threshold, unless $\alpha < 2$",
    sp.Or(alpha < 2, Every(sp.Ne(x(l), tau), l)),
)

SORTED = Hypothesis("sorted", r"$z_1 \ge z_2 \ge \dots \ge z_n$", top_first())

ALPHAS_IN_ORDER = Hypothesis("order", r"$\alpha \le \alpha'$", sp.Le(alpha, beta))

SCALES_IN_ORDER = Hypothesis("order", r"$\theta \le \theta'$", sp.Le(theta, eta))

UNIT_VALUES = Hypothesis("unit", r"$|v_l| \le 1$ for every $l$", Every(sp.Abs(v[l]) <= 1, l))
