"""The Tsallis entropies that entmax maximises, and what regularises."""

from __future__ import annotations

from functools import partial

import sympy as sp

from ..hypotheses import ABOVE_ONE, ALPHAS_IN_ORDER, BOTH_ABOVE_ONE, CONVEX_RANGE, SEVERAL
from ..notation import *
from ..relations import Abs, Eq, Ge, Gt, Le, Ne
from ..theorem import Claim, Folklore, Hypothesis, Theorem

theorem = partial(Theorem, area="entropy")


def tsallis_term(t: sp.Expr, order: sp.Expr) -> sp.Expr:
    """Contribution of one probability to the entropy: ``(t - t^order) / (order (order - 1))``, or ``-t log t``."""
    if order == 1:
        return -t * sp.log(t)
    return (t - t**order) / (order * (order - 1))


def tsallis(base: sp.IndexedBase, order: sp.Expr | int, index: sp.Symbol = i) -> sp.Sum:
    """Tsallis entropy ``H_order`` of a point of the simplex; Shannon's for order 1."""
    return total(tsallis_term(base[index], sp.sympify(order)), index)


tsallis_limits = theorem(
    name="tsallis-limits",
    title="Limits of the Tsallis entropy: alpha to 1, 2 and infinity",
    statement=(
        r"As $\alpha \to 1$, $H_\alpha(p)$ tends to Shannon's $-\sum p_i \log p_i$, and at the rate $0 \le H_1 - "
        r"H_\alpha \le \frac{\alpha-1}{\alpha}\bigl(H_1 + \tfrac12 \sum p_i \log^2 p_i\bigr)$; $H_2 = \tfrac12 (1 - "
        r"\lVert p \rVert^2)$ is half the Gini index; and $H_\alpha \le \frac{1}{\alpha(\alpha-1)}$ vanishes as "
        r"$\alpha \to \infty$."
    ),
    setting=r"every $n \ge 1$, $p$ in the simplex, real $\alpha > 1$",
    given=(ABOVE_ONE,),
    claims=(
        Claim("shannon", Eq(sp.Limit(tsallis_term(p[i], alpha), alpha, 1), -p[i] * sp.log(p[i]))),
        Claim(
            "rate",
            Le(
                tsallis(p, 1) - tsallis(p, alpha),
                (alpha - 1) / alpha * (tsallis(p, 1) + total(p[i] * sp.log(p[i]) ** 2) / 2),
            ),
        ),
        Claim("gini", Eq(tsallis(p, 2), (1 - total(p[i] ** 2)) / 2)),
        Claim("vanishing", Le(tsallis(p, alpha), 1 / (alpha * (alpha - 1)))),
    ),
    source="Tsallis 1988 (the family); Peters, Niculae, Martins 2019 (this normalisation); the rate derived here",
    folklore=(
        Folklore(
            r"$H_2$ is the Gini index $1 - \lVert p \rVert^2$: false; in this normalisation it is half of it.",
            Eq(tsallis(p, 2), 1 - total(p[i] ** 2)),
        ),
    ),
)

tsallis_falls = theorem(
    name="tsallis-falls-in-alpha",
    title="A larger alpha means less entropy of the same probabilities",
    statement=(
        r"For fixed $p$, $H_{\alpha'}(p) \le H_\alpha(p) \le H_1(p)$ whenever $1 < \alpha \le \alpha'$; equality "
        r"holds if $p$ is one-hot."
    ),
    setting=r"every $n \ge 1$, $p$ in the simplex, real $\alpha, \alpha' > 1$",
    hypotheses=(ALPHAS_IN_ORDER,),
    given=(BOTH_ABOVE_ONE,),
    claims=(
        Claim("falls", Le(tsallis(p, beta), tsallis(p, alpha))),
        Claim("below-shannon", Le(tsallis(p, alpha), tsallis(p, 1))),
    ),
)

tsallis_range = theorem(
    name="tsallis-range",
    title="The Tsallis entropy is zero at one-hot and largest at uniform",
    statement=(
        r"$0 \le H_\alpha(p) \le \frac{1 - n^{1-\alpha}}{\alpha(\alpha-1)}$, attained at one-hot and uniform $p$."
    ),
    setting=r"every $n \ge 1$, $p$ in the simplex, real $\alpha > 1$",
    given=(ABOVE_ONE,),
    claims=(
        Claim("zero", Ge(tsallis(p, alpha), 0)),
        Claim("uniform", Le(tsallis(p, alpha), (1 - n ** (1 - alpha)) / (alpha * (alpha - 1)))),
    ),
    source="Tsallis 1988; proof derived here",
    folklore=(
        Folklore(
            r"The largest entropy grows like $\log n$ for every $\alpha$: false for $\alpha > 1$, where it stays "
            r"below $\frac{1}{\alpha(\alpha-1)}$.",
            Eq(tsallis(p, alpha), sp.log(n)),
        ),
    ),
)

strong_concavity = theorem(
    name="tsallis-strong-concavity",
    title="Strong concavity of the Tsallis entropy",
    statement=(
        r"For $\alpha \le 2$ and any $v$, $\sum v_i^2 p_i^{\alpha-2}$, the second derivative of $-H_\alpha$ along $v$, "
        r"is at least $\lVert v \rVert_2^2$ and at least $n^{1-\alpha} \lVert v \rVert_1^2$."
    ),
    setting=r"every $n \ge 1$, $p$ in the simplex with positive entries, $v \in \mathbb{R}^n$, real $\alpha > 1$",
    hypotheses=(CONVEX_RANGE,),
    given=(
        ABOVE_ONE,
        Every(Gt(p[l], 0), l),
    ),
    claims=(
        Claim("l2", Ge(total(v[i] ** 2 * p[i] ** (alpha - 2)), total(v[i] ** 2))),
        Claim("l1", Ge(total(v[i] ** 2 * p[i] ** (alpha - 2)), n ** (1 - alpha) * total(Abs(v[i])) ** 2)),
    ),
    source="Blondel, Martins, Niculae 2020 (the constant in l2); the constant in l1 derived here",
    folklore=(
        Folklore(
            r"The entropy is strongly concave for every $\alpha$: false for $\alpha > 2$, where $p_i^{\alpha-2} \to "
            r"0$.",
            Ge(total(v[i] ** 2 * p[i] ** (alpha - 2)), total(v[i] ** 2) / 2),
        ),
    ),
)


def _transferred(one: sp.Expr, other: sp.Expr) -> sp.Expr:
    return (1 - mix) * one + mix * other


schur = theorem(
    name="tsallis-schur-concave",
    title="Moving mass from a richer to a poorer token raises the entropy",
    statement=(
        r"Replacing $(p_i, p_j)$ by $((1-t) p_i + t p_j,\ t p_i + (1-t) p_j)$ with $0 < t < 1$ and $p_i \ne p_j$ "
        r"raises $H_\alpha$ strictly: $H_\alpha$ is strictly Schur-concave."
    ),
    setting=r"every $n \ge 2$, $p$ in the simplex, real $\alpha > 1$, $t \in [0, 1]$",
    hypotheses=(
        Hypothesis("different", r"$p_i \ne p_j$", Ne(p[i], p[j])),
        Hypothesis("transfer", r"$0 < t < 1$", sp.And(mix > 0, mix < 1)),
    ),
    given=(
        SEVERAL,
        ABOVE_ONE,
        mix >= 0,
        mix <= 1,
    ),
    claims=(
        Claim(
            "transfer",
            Gt(
                tsallis_term(_transferred(p[i], p[j]), alpha) + tsallis_term(_transferred(p[j], p[i]), alpha),
                tsallis_term(p[i], alpha) + tsallis_term(p[j], alpha),
            ),
        ),
    ),
    source="Marshall, Olkin, Arnold 2011, chapter 3 (sums of concave functions)",
)
