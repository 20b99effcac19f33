"""The derivative of entmax with respect to its logits."""

from __future__ import annotations

from functools import partial

import sympy as sp

from ..hypotheses import FROM_ONE, OFF_BOUNDARY
from ..notation import *
from ..relations import Eq, Ge
from ..theorem import Claim, Folklore, Hypothesis, Theorem

theorem = partial(Theorem, area="jacobian")

Sigma = total(s(k), k)
"""Total sensitivity of the support."""
mean = total(s(k) * v[k], k) / Sigma
"""Average of ``v`` with weights ``s``."""
quadratic = total(s(k) * v[k] ** 2, k) - total(s(k) * v[k], k) ** 2 / Sigma
"""``v^T J v``."""

formula = theorem(
    name="jacobian",
    title="The Jacobian is a diagonal matrix minus one of rank one",
    statement=(
        r"$\partial p_i / \partial z_j = s_i \delta_{ij} - s_i s_j / \Sigma$ with $s_i = p_i^{2-\alpha}$ on the "
        r"support, $s_i = 0$ off it, $\Sigma = \sum s_i$; for $\alpha = 1$, $s = p$."
    ),
    setting=r"every $n \ge 1$, real $\alpha \ge 1$, $z \in \mathbb{R}^n$; $D_{ij}$ is the derivative of $p_i$ in $z_j$",
    hypotheses=(OFF_BOUNDARY,),
    given=(FROM_ONE,),
    claims=(Claim("formula", Eq(D[i, j], s(i) * sp.KroneckerDelta(i, j) - s(i) * s(j) / Sigma)),),
    source="Peters, Niculae, Martins 2019, Proposition 2",
    folklore=(
        Folklore(
            r"The derivative is $\mathrm{diag}(p) - p p^\top$, as for softmax: false for $\alpha > 1$, where $s = "
            r"p^{2-\alpha}$ takes the place of $p$.",
            Eq(D[i, j], p[i] * sp.KroneckerDelta(i, j) - p[i] * p[j]),
        ),
    ),
)

semidefinite = theorem(
    name="jacobian-semidefinite",
    title="The Jacobian is positive semidefinite: its quadratic form is a variance",
    statement=(
        r"$v^\top J v = \sum_i s_i (v_i - \bar v)^2 \ge 0$ with the $s$-weighted mean $\bar v$: $J$ is symmetric and "
        r"positive semidefinite, and $v^\top J v = 0$ exactly for $v$ that is constant on the support. So its rank "
        r"is $|S| - 1$ and $J\mathbf{1} = 0$."
    ),
    setting=(
        r"every $n \ge 1$, real $\alpha \ge 1$, $p$ in the simplex, $v \in \mathbb{R}^n$; $J$ as in the theorem "
        r"*jacobian*"
    ),
    given=(FROM_ONE,),
    claims=(
        Claim("variance", Eq(quadratic, total(s(i) * (v[i] - mean) ** 2))),
        Claim("semidefinite", Ge(quadratic, 0)),
        Claim(
            "kernel",
            Iff(Eq(quadratic, 0), Every(Every(sp.Or(Eq(p[i], 0), Eq(p[j], 0), Eq(v[i], v[j])), j), i)),
        ),
        Claim("rank", Eq(rank, size - 1)),
    ),
    folklore=(
        Folklore(
            r"The kernel consists of the constant vectors only: true for softmax, false where a token is off the "
            r"support.",
            Iff(Eq(quadratic, 0), Every(Every(Eq(v[i], v[j]), j), i)),
        ),
    ),
)

_lifted = sp.Piecewise((p[k] ** (alpha - 2) * v[k], p[k] > 0), (0, True))

pseudo_inverse = theorem(
    name="jacobian-inverse",
    title="On the support the Jacobian inverts a diagonal",
    statement=(
        r"For $v$ that sums to zero and vanishes off the support, $J\,\mathrm{diag}(p^{\alpha-2})\, v = v$: there "
        r"$J$ is the inverse of the diagonal compressed to sum-zero vectors."
    ),
    setting=r"every $n \ge 1$, real $\alpha \ge 1$, $p$ in the simplex, $v \in \mathbb{R}^n$",
    hypotheses=(
        Hypothesis("sum-zero", r"$\sum_i v_i = 0$", Eq(total(v[l], l), 0)),
        Hypothesis("on-support", r"$v_l = 0$ off the support", Every(sp.Or(p[l] > 0, Eq(v[l], 0)), l)),
    ),
    given=(FROM_ONE,),
    claims=(Claim("inverse", Eq(s(i) * (_lifted.subs(k, i) - total(s(k) * _lifted, k) / Sigma), v[i])),),
)
