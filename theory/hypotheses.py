"""The hypotheses, and the conditions of settings, that several theorems share, each stated once."""

from __future__ import annotations

import sympy as sp

from .notation import Every, alpha, beta, eta, i, l, n, p, r, rho, tau, theta, top_first, total, v, x, z, z_max, z_min
from .relations import Abs, Eq, Ge, Gt, Le, Ne
from .theorem import Hypothesis

__all__ = [
    "ABOVE_ONE",
    "ALPHAS_IN_ORDER",
    "BOTH_ABOVE_ONE",
    "BOTH_FROM_ONE",
    "CONVEX_RANGE",
    "FROM_ONE",
    "LARGE_ALPHA",
    "LEFT_OF_THRESHOLD",
    "OFF_BOUNDARY",
    "REPEATED",
    "SCALES_IN_ORDER",
    "SECOND_IS_SOFTMAX",
    "SEVERAL",
    "SOFTMAX",
    "SORTED",
    "SPARSEMAX",
    "TWO_TOKENS",
    "UNIT_VALUES",
    "VARIED",
]

CONVEX_RANGE = Hypothesis("convex-range", r"$\alpha \le 2$", Le(alpha, 2))
"""Where ``q = 1 / (alpha - 1)`` is at least one, so that the excess is convex in the threshold."""

LARGE_ALPHA = Hypothesis("large-alpha", r"$\alpha \ge 2$", Ge(alpha, 2))
"""The other side, where the excess need not be convex."""

SPARSEMAX = Hypothesis("sparsemax", r"$\alpha = 2$", Eq(alpha, 2))

LEFT_OF_THRESHOLD = Hypothesis("left", r"$\tau' \le \tau$", Le(rho, tau))

OFF_BOUNDARY = Hypothesis(
    "off-boundary",
    r"no token lies exactly on the threshold, unless $\alpha < 2$",
    sp.Or(alpha < 2, Every(Ne(x(l), tau), l)),
)

SORTED = Hypothesis("sorted", r"$z_1 \ge z_2 \ge \dots \ge z_n$", top_first())

ALPHAS_IN_ORDER = Hypothesis("order", r"$\alpha \le \alpha'$", Le(alpha, beta))

SCALES_IN_ORDER = Hypothesis("order", r"$\theta \le \theta'$", Le(theta, eta))

UNIT_VALUES = Hypothesis("unit", r"$|v_l| \le 1$ for every $l$", Every(Abs(v[l]) <= 1, l))

ABOVE_ONE = Gt(alpha, 1)
"""Condition of a setting: entmax proper, not softmax."""

FROM_ONE = Ge(alpha, 1)
"""Condition of a setting: softmax included."""

BOTH_ABOVE_ONE = sp.And(alpha > 1, beta > 1)
"""Condition of a setting with two exponents."""

BOTH_FROM_ONE = sp.And(alpha >= 1, beta >= 1)
"""The same, softmax included."""

SOFTMAX = Eq(alpha, 1)
"""Condition of a setting: ``p`` is the softmax of the row."""

SEVERAL = Ge(n, 2)
"""Condition of a setting: more than one token."""

TWO_TOKENS = Eq(n, 2)
"""Condition of a setting."""

VARIED = Gt(z_max, z_min)
"""Condition of a setting: the row is not constant."""

SECOND_IS_SOFTMAX = Every(Eq(r[l] * total(sp.exp(z[i])), sp.exp(z[l])), l)
"""Condition of a setting: ``r = softmax(z)``."""

REPEATED = sp.And(Eq(total(r[i], last=n - 1) + 2 * r[n], total(p[i])), Every(r[l] <= p[l], l))
"""Condition of a setting: ``r`` belongs to the row with its last token repeated, so that ``r_n`` counts twice."""
