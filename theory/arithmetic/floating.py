"""What rounding does: certificates and condition of the threshold."""

from __future__ import annotations

from functools import partial

import sympy as sp

from ..hypotheses import ABOVE_ONE, CONVEX_RANGE, FROM_ONE
from ..notation import *
from ..relations import Abs, Eq, Gt, Le, Lt
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
        Claim("error", Eq(total(Abs(p[i] - r[i])), Abs(residual))),
        Claim("renormalised", Le(total(Abs(p[i] - r[i] / (1 + residual))), 2 * Abs(residual) / (1 + residual))),
        Claim("side", sp.Implies(rho < tau, Gt(residual, 0))),
        Claim("other-side", sp.Implies(rho > tau, Lt(residual, 0))),
    ),
    folklore=(
        Folklore(
            r"The error of the threshold bounds the error of the probabilities: false; it is amplified (here: by "
            r"less than 1).",
            Le(total(Abs(p[i] - r[i])), Abs(tau - rho)),
        ),
    ),
)


logit_rounding = theorem(
    name="logit-rounding",
    title="Logits off by epsilon move the probabilities by at most n^(alpha - 1) epsilon",
    statement=r"For $\alpha \le 2$, $\lVert p' - p \rVert_1 \le n^{\alpha-1} \lVert z' - z \rVert_\infty$.",
    setting=(
        r"every $n \ge 1$, real $\alpha \ge 1$, $z, z' \in \mathbb{R}^n$; $r = p'$, $R = \lVert z' - z \rVert_\infty$"
    ),
    hypotheses=(CONVEX_RANGE,),
    given=(FROM_ONE,),
    claims=(Claim("error", Le(total(Abs(p[i] - r[i])), n**a * reach)),),
    folklore=(
        Folklore(
            r"Entmax is as insensitive as softmax, $\lVert p' - p \rVert_1 \le \lVert z' - z \rVert_\infty$: false "
            r"for $\alpha > 1$; it moves up to $n^{\alpha-1}$ times as far.",
            Le(total(Abs(p[i] - r[i])), reach),
        ),
    ),
)
