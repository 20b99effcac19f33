"""What rounding does: certificates and condition of the threshold."""

from __future__ import annotations

from functools import partial

import sympy as sp

from ..hypotheses import ABOVE_ONE, CONVEX_RANGE, FROM_ONE
from ..notation import *
from ..theorem import Claim, Folklore, Theorem

theorem = partial(Theorem, area="floating")

residual = total(pos(x(i) - rho) ** q) - 1
"""``f(tau')`` at an approximate threshold."""

residual_identity = theorem(
    name="residual-identity",
    title="The residual is the error, exactly",
    statement=(
        r"For any approximate threshold $\tau'$ and $p'_i = [x_i - \tau']_+^q$, $\lVert p' - p \rVert_1 = "
        r"|f(\tau')|$; after dividing $p'$ by its sum the error is at most $\frac{2 |f|}{1+f}$; and $f(\tau') \ge 0$ "
        r"if and only if $\tau' \le \tau$."
    ),
    setting=r"every $n \ge 1$, real $\alpha > 1$, $z \in \mathbb{R}^n$, $\tau' < x_{\max}$; $r = p'$",
    given=(
        ABOVE_ONE,
        rho < a * z_max,
    ),
    claims=(
        Claim("error", sp.Eq(total(sp.Abs(r[i] - p[i])), sp.Abs(residual))),
        Claim(
            "renormalised", sp.Le(total(sp.Abs(r[i] / (1 + residual) - p[i])), 2 * sp.Abs(residual) / (1 + residual))
        ),
        Claim("side", sp.Implies(rho < tau, residual > 0)),
        Claim("other-side", sp.Implies(rho > tau, residual < 0)),
    ),
    folklore=(
        Folklore(
            r"The error of the threshold bounds the error of the probabilities: false, it is amplified (here: by "
            r"less than 1).",
            sp.Le(total(sp.Abs(r[i] - p[i])), sp.Abs(rho - tau)),
        ),
    ),
)

threshold_condition = theorem(
    name="threshold-condition",
    title="How accurate a threshold must be",
    statement=(
        r"For $\alpha \le 2$ and an approximate threshold $\tau' \ge x_{\max} - 1$, $\lVert p' - p \rVert_1 \le q\, "
        r"n\, |\tau' - \tau|$: $T$ halvings of the first bracket leave at most $q\, n\, 2^{-T}$."
    ),
    setting=(
        r"every $n \ge 1$, real $\alpha > 1$, $z \in \mathbb{R}^n$, $x_{\max} - 1 \le \tau' \le x_{\max}$; $r = p'$"
    ),
    hypotheses=(CONVEX_RANGE,),
    given=(
        ABOVE_ONE,
        rho <= a * z_max,
        rho >= a * z_max - 1,
    ),
    claims=(Claim("error", sp.Le(total(sp.Abs(r[i] - p[i])), q * n * sp.Abs(rho - tau))),),
)

logit_rounding = theorem(
    name="logit-rounding",
    title="Logits off by epsilon, probabilities off by n^(alpha - 1) epsilon",
    statement=r"For $\alpha \le 2$, $\lVert p' - p \rVert_1 \le n^{\alpha-1} \lVert z' - z \rVert_\infty$.",
    setting=(
        r"every $n \ge 1$, real $\alpha \ge 1$, $z, z' \in \mathbb{R}^n$; $r = p'$, $R = \lVert z' - z \rVert_\infty$"
    ),
    hypotheses=(CONVEX_RANGE,),
    given=(FROM_ONE,),
    claims=(Claim("error", sp.Le(total(sp.Abs(r[i] - p[i])), n**a * reach)),),
    folklore=(
        Folklore(
            r"Entmax is as insensitive as softmax, $\lVert p' - p \rVert_1 \le \lVert z' - z \rVert_\infty$: false "
            r"for $\alpha > 1$, it moves up to $n^{\alpha-1}$ times as far.",
            sp.Le(total(sp.Abs(r[i] - p[i])), reach),
        ),
    ),
)

condition_number = theorem(
    name="condition-number",
    title="The condition number of a row",
    statement=(
        r"$\kappa = q\, p_{\max}^{\alpha-1} \Sigma$ lies between $q$ and $q\,(1 + (|S|-1)^{\alpha-1})$ for $\alpha "
        r"\le 2$: rounding the threshold relative to $x_{\max} - \tau = p_{\max}^{\alpha-1}$ costs $\kappa$ units in "
        r"$\ell_1$, whatever the size of the logits."
    ),
    setting=r"every $n \ge 1$, real $\alpha > 1$, $p$ in the simplex",
    hypotheses=(CONVEX_RANGE,),
    given=(ABOVE_ONE,),
    claims=(
        Claim("least", sp.Ge(q * p_max**a * total(sp.Piecewise((p[i] ** (2 - alpha), p[i] > 0), (0, True))), q)),
        Claim(
            "most",
            sp.Le(
                q * p_max**a * total(sp.Piecewise((p[i] ** (2 - alpha), p[i] > 0), (0, True))),
                q * (1 + (size - 1) ** a),
            ),
        ),
    ),
)
