"""How far probabilities move when logits, scale or alpha do."""

from __future__ import annotations

from functools import partial

import sympy as sp

from ..hypotheses import ABOVE_ONE, CONVEX_RANGE, FROM_ONE, LARGE_ALPHA, SCALES_IN_ORDER, SEVERAL
from ..notation import *
from ..relations import Abs, Eq, Ge, Le, Max, Ne
from ..theorem import Claim, Folklore, Hypothesis, Theorem
from .jacobian import Sigma, quadratic

theorem = partial(Theorem, area="lipschitz")

kappa = a / (3 - alpha)
"""Exponent of the extremal two-block rows."""
entry_constant = (1 + (n - 1) ** (-kappa)) ** (alpha - 3)
"""``C_n(alpha)``: the largest entry a Jacobian can have."""

_POINT = r"every $n \ge 2$, real $\alpha \ge 1$, $p$ in the simplex; $J$ as in the theorem *jacobian*"

entries = theorem(
    name="jacobian-entries",
    title="The largest entry of the Jacobian, exactly",
    statement=(
        r"For $\alpha \le 2$, $|J_{ij}| \le C_n(\alpha) = \bigl(1 + (n-1)^{-\kappa}\bigr)^{\alpha-3}$, $\kappa = "
        r"\frac{\alpha-1}{3-\alpha}$, and twice a diagonal entry, which a row sums to in absolute value, is at most $2 "
        r"C_n$. This is $1/4$ for softmax and $\frac{n-1}{n}$ for sparsemax."
    ),
    setting=_POINT,
    hypotheses=(CONVEX_RANGE,),
    given=(
        SEVERAL,
        FROM_ONE,
    ),
    claims=(
        Claim("entry", Le(Abs(s(i) * s(j) / Sigma - s(i) * sp.KroneckerDelta(i, j)), entry_constant)),
        Claim("row", Le(2 * (s(i) - s(i) ** 2 / Sigma), 2 * entry_constant)),
    ),
)

spectral_constant = Max(2 ** (alpha - 2), n / (n - 1) * entry_constant)
"""Lipschitz constant of entmax in the Euclidean norm."""
path_square = (1 + (n - 2) * mix) ** 2 + 1 + (n - 2) * mix**2
"""Square of the Euclidean norm of ``(1 + (n - 2) t, -1, -t, ..., -t)``."""
path_mass = (1 + (n - 2) * mix) ** (2 / (3 - alpha)) + 1 + (n - 2) * mix ** (2 / (3 - alpha))
"""Its r-norm to the power ``r = 2 / (3 - alpha)``."""

norm_path = theorem(
    name="norm-path",
    title="From two tokens to one against all others, the ratio of norms is largest at an end",
    statement=(
        r"For $w = (1 + (n-2) t, -1, -t, \dots, -t)$ with $0 \le t \le 1$ and $r = \frac{2}{3-\alpha}$, $\lVert w "
        r"\rVert_2^2 \le \max\bigl(2^{\alpha-2}, \frac{n}{n-1} C_n(\alpha)\bigr) \lVert w \rVert_r^2$: the "
        r"quotient of the norms is largest at an end of this path, $t = 0$ or $t = 1$."
    ),
    setting=r"every $n \ge 2$, real $1 \le \alpha \le 2$, $0 \le t \le 1$",
    given=(
        SEVERAL,
        FROM_ONE,
        alpha <= 2,
        mix >= 0,
        mix <= 1,
    ),
    claims=(Claim("ends", Le(path_square, spectral_constant * path_mass ** (3 - alpha))),),
)

euclidean = theorem(
    name="jacobian-norm",
    title="A bound on the Euclidean Lipschitz constant that depends on the length",
    statement=(
        r"For $\alpha \le 2$, $v^\top J v \le \max\bigl(2^{\alpha-2}, \frac{n}{n-1} C_n(\alpha)\bigr) \lVert v "
        r"\rVert^2$. The first term is the larger one for short rows only (up to 47 tokens for $\alpha = 1.5$)."
    ),
    setting=_POINT + r", $v \in \mathbb{R}^n$",
    hypotheses=(CONVEX_RANGE,),
    given=(
        SEVERAL,
        FROM_ONE,
    ),
    claims=(Claim("norm", Le(quadratic, spectral_constant * total(v[i] ** 2))),),
    folklore=(
        Folklore(
            r"The Lipschitz constant of entmax is $2^{\alpha-2}$ for every length: false; $\alpha = 5/3$ with 65 "
            r"tokens has $0.868$ instead of $0.794$.",
            Le(quadratic, 2 ** (alpha - 2) * total(v[i] ** 2)),
        ),
    ),
)


_dual = alpha / a

holder = theorem(
    name="hoelder",
    title="Beyond alpha = 2 entmax is Hölder continuous, with a sharp constant",
    statement=(
        r"For $\alpha \ge 2$, $\lVert p - p' \rVert_\alpha \le \bigl((\alpha-1) \lVert z - z' "
        r"\rVert_{\alpha^*}\bigr)^{1/(\alpha-1)}$, $\alpha^* = \frac{\alpha}{\alpha-1}$; attained by flipping a "
        r"one-hot row. (Not Lipschitz for $\alpha > 2$, $n \ge 3$.)"
    ),
    setting=r"every $n \ge 1$, real $\alpha > 1$, $z, z' \in \mathbb{R}^n$; $r = p' = \mathrm{entmax}_\alpha(z')$",
    hypotheses=(LARGE_ALPHA,),
    given=(ABOVE_ONE,),
    claims=(
        Claim(
            "hoelder",
            Le(
                total(Abs(p[i] - r[i]) ** alpha) ** (1 / alpha),
                (a * total(Abs(y[i] - z[i]) ** _dual) ** (1 / _dual)) ** (1 / a),
            ),
        ),
    ),
    folklore=(
        Folklore(
            r"Entmax is Lipschitz with constant 10 for every $\alpha$: false for $\alpha > 2$ and three tokens, the "
            r"ratio has no bound.",
            Le(total((p[i] - r[i]) ** 2), 100 * total((z[i] - y[i]) ** 2)),
        ),
    ),
)

expected_logit = theorem(
    name="expected-logit",
    title="A larger scale raises the expected logit",
    statement=(
        r"$\sum_i p'_i z_i \ge \sum_i p_i z_i$ for $p = \mathrm{entmax}_\alpha(\theta z)$, $p' = "
        r"\mathrm{entmax}_\alpha(\theta' z)$, $\theta \le \theta'$."
    ),
    setting=r"every $n \ge 1$, real $\alpha \ge 1$, $\theta, \theta' > 0$, $z \in \mathbb{R}^n$; $r = p'$",
    hypotheses=(SCALES_IN_ORDER,),
    given=(FROM_ONE,),
    claims=(Claim("rises", Ge(total(r[i] * z[i]), total(p[i] * z[i]))),),
)


def _plogp(index: sp.Expr) -> sp.Expr:
    return sp.Piecewise((p[index] * sp.log(p[index]), p[index] > 0), (0, True))


alpha_derivative = theorem(
    name="alpha-derivative",
    title="The derivative of entmax in alpha",
    statement=(
        r"$\frac{\partial p_i}{\partial \alpha} = \frac{p_i - s_i/\Sigma}{(\alpha-1)^2} - \frac{p_i \log p_i - "
        r"(s_i/\Sigma) \sum_j p_j \log p_j}{\alpha-1}$ on the support, 0 off it."
    ),
    setting=r"every $n \ge 1$, real $\alpha > 1$, $z \in \mathbb{R}^n$; $A_i$ is the derivative of $p_i$ in $\alpha$",
    hypotheses=(Hypothesis("off-boundary", r"no token lies exactly on the threshold", Every(Ne(x(l), tau), l)),),
    given=(ABOVE_ONE,),
    claims=(
        Claim("formula", Eq(A[i], (p[i] - s(i) / Sigma) / a**2 - (_plogp(i) - s(i) / Sigma * total(_plogp(j), j)) / a)),
    ),
    source="Correia, Niculae, Martins 2019, Proposition 1",
)
