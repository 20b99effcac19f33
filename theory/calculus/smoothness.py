"""How smooth entmax is at the edge of its support, and what scale and length do to its slopes."""

from __future__ import annotations

from functools import partial

import sympy as sp

from ..hypotheses import ABOVE_ONE, CONVEX_RANGE, FROM_ONE, SEVERAL, SPARSEMAX, TWO_TOKENS
from ..notation import *
from ..relations import Abs, Eq, Ge, Le, Max, Ne
from ..theorem import Claim, Folklore, Hypothesis, Theorem
from .jacobian import Sigma, quadratic
from .lipschitz import spectral_constant

theorem = partial(Theorem, area="smoothness")

_POINT = (
    r"every $n \ge 1$, real $\alpha \ge 1$, $p$ in the simplex, $v \in \mathbb{R}^n$; $J$ as in the theorem *jacobian*"
)

boundary_slopes = theorem(
    name="boundary-slopes",
    title="Below alpha = 2 a token joins the support without a kink",
    statement=(
        r"For $\alpha < 2$, $|J_{ij}| \le [x_j - \tau]_+^{q-1}$: the derivative falls to 0 as a token approaches the "
        r"threshold, like the power $q - 1 = \frac{2-\alpha}{\alpha-1}$ of its distance. So entmax is continuously "
        r"differentiable."
    ),
    setting=(
        r"every $n \ge 1$, real $1 < \alpha < 2$, $z \in \mathbb{R}^n$; $D_{ij}$ is the derivative of $p_i$ in $z_j$"
    ),
    given=(
        ABOVE_ONE,
        alpha < 2,
    ),
    claims=(Claim("fades", Le(Abs(D[i, j]), pos(x(j) - tau) ** (q - 1))),),
    folklore=(
        Folklore(
            r"Gradients of entmax vanish smoothly at the edge of the support for every $\alpha$: false for $\alpha "
            r"\ge 2$; those of sparsemax drop from $1/2$ to 0 (here: within 1/8 of the edge they are below 1/4).",
            sp.Implies(x(j) - tau <= sp.Rational(1, 8), Abs(D[i, j]) <= sp.Rational(1, 4)),
        ),
    ),
)

_slope_of_two = 1 / (mix ** (alpha - 2) + (1 - mix) ** (alpha - 2))

boundary_jump = theorem(
    name="boundary-jump",
    title="The jump of the derivative at the edge of the support",
    statement=(
        r"Two tokens with $p = (1-t, t)$ have $J_{22} = \bigl(t^{\alpha-2} + (1-t)^{\alpha-2}\bigr)^{-1}$ for $0 < t "
        r"< 1$. It is at most $t^{2-\alpha}$, equal to $1/2$ for $\alpha = 2$, and between $1 - t^{\alpha-2}$ and "
        r"$(1-t)^{2-\alpha}$: as $t \to 0$ it tends to 0 for $\alpha < 2$, to $1/2$ for $\alpha = 2$ and to 1 beyond."
    ),
    setting=r"$n = 2$, $p = (1 - t, t)$, $0 < t < 1$, real $\alpha \ge 1$",
    given=(
        FROM_ONE,
        TWO_TOKENS,
        Eq(p[2], mix),
        p[2] < 1,
    ),
    claims=(
        Claim("slope", Eq(s(2) - s(2) ** 2 / Sigma, _slope_of_two)),
        Claim("below-two", Le(_slope_of_two, mix ** (2 - alpha))),
        Claim("sparsemax", sp.Implies(Eq(alpha, 2), Eq(_slope_of_two, sp.Rational(1, 2)))),
        Claim("above-two", Ge(_slope_of_two, 1 - mix ** (alpha - 2))),
        Claim("not-above", Le(_slope_of_two, (1 - mix) ** (2 - alpha))),
    ),
)

sparsemax_affine = theorem(
    name="sparsemax-affine",
    title="Sparsemax is affine wherever its support stays the same",
    statement=(
        r"For $\alpha = 2$, if $z$ and $z'$ have the same support $S$, $p'_i - p_i = (z'_i - z_i) - \frac{1}{|S|} "
        r"\sum_{j \in S} (z'_j - z_j)$ on $S$, exactly. At a token on the threshold the one-sided derivatives belong "
        r"to the supports with and without it (Clarke's Jacobian is their hull)."
    ),
    setting=r"every $n \ge 1$, real $\alpha > 1$, $z, z' \in \mathbb{R}^n$; $r = \mathrm{entmax}_\alpha(z')$",
    hypotheses=(
        SPARSEMAX,
        Hypothesis("same-support", r"$p_l > 0$ if and only if $r_l > 0$", Every(Iff(p[l] > 0, r[l] > 0), l)),
    ),
    given=(ABOVE_ONE,),
    claims=(
        Claim(
            "affine",
            sp.Or(
                Eq(p[i], 0),
                Eq(r[i] - p[i], y[i] - z[i] - total(sp.Piecewise((y[j] - z[j], p[j] > 0), (0, True)), j) / size),
            ),
        ),
        Claim("zero", sp.Or(p[i] > 0, Eq(r[i], 0))),
    ),
    source="Martins, Astudillo 2016, section 2.5 (the Jacobian); the exact difference derived here",
)

simple_norms = theorem(
    name="jacobian-simple-norms",
    title="Simple bounds on the norm of the Jacobian",
    statement=(
        r"$v^\top J v \le 2 R \lVert v \rVert^2$ with $R = \max_i J_{ii}$; for $\alpha \le 2$ also $v^\top J v \le "
        r"p_{\max}^{2-\alpha} \lVert v \rVert^2 \le \lVert v \rVert^2$; and the direction $e_k - \frac1n \mathbf{1}$ "
        r"shows that the norm is at least $\frac{n}{n-1} J_{kk}$."
    ),
    setting=_POINT + r", $R = \max_i J_{ii}$",
    hypotheses=(CONVEX_RANGE,),
    given=(FROM_ONE,),
    claims=(
        Claim("diagonal", Le(quadratic, 2 * reach * total(v[i] ** 2))),
        Claim("top", Le(quadratic, p_max ** (2 - alpha) * total(v[i] ** 2))),
        Claim("one", Le(quadratic, total(v[i] ** 2))),
        Claim("probe", Eq(quadratic.replace(v[k], sp.KroneckerDelta(k, j) - 1 / n), s(j) - s(j) ** 2 / Sigma)),
    ),
)

two_token_norm = theorem(
    name="two-token-norm",
    title="Two tokens stay Lipschitz beyond alpha = 2, with another constant",
    statement=(
        r"For $n = 2$ and $\alpha > 2$, $v^\top J v \le \max(2, 2^{\alpha-2}) \lVert v \rVert^2$: attained at "
        r"uniform $p$ for $\alpha \ge 3$, and approached at the edge of the support for $\alpha < 3$. It jumps from "
        r"1 at $\alpha = 2$."
    ),
    setting=(
        r"every $n \ge 1$, real $\alpha > 2$, $p$ in the simplex, $v \in \mathbb{R}^n$; $J$ as in the theorem "
        r"*jacobian*"
    ),
    hypotheses=(Hypothesis("two", r"$n = 2$", Eq(n, 2)),),
    given=(alpha > 2,),
    claims=(Claim("norm", Le(quadratic, Max(2, 2 ** (alpha - 2)) * total(v[i] ** 2))),),
    folklore=(
        Folklore(
            r"The constant $2^{\alpha-2}$ holds for two tokens and every $\alpha$: false for $2 < \alpha < 3$, where "
            r"it is 2.",
            Le(quadratic, 2 ** (alpha - 2) * total(v[i] ** 2)),
        ),
    ),
)

_mean_logit = total(s(k) * z[k], k) / Sigma
_along_logits = total(s(k) * z[k] ** 2, k) - total(s(k) * z[k], k) ** 2 / Sigma
_log = sp.Piecewise((sp.log(p[k]), p[k] > 0), (0, True))
_covariance = total(s(k) * _log * (z[k] - total(s(l) * z[l], l) / total(s(l), l)), k)

scale_derivative = theorem(
    name="scale-derivative",
    title="A larger scale raises the expected logit and lowers the entropy, at the rate of a variance",
    statement=(
        r"For $p = \mathrm{entmax}_\alpha(\theta z)$, $\frac{\partial p}{\partial \theta} = J z$; hence "
        r"$\frac{\partial}{\partial \theta} \langle p, z \rangle = z^\top J z$, $\frac{\partial}{\partial "
        r"\theta} H_\alpha(p) = -\theta z^\top J z$ and $\frac{\partial}{\partial \theta} H_1(p) = -\sum_i s_i \log "
        r"p_i\, (z_i - \bar z) \le 0$ with the $s$-weighted mean $\bar z$."
    ),
    setting=(
        r"every $n \ge 1$, real $\alpha > 1$, $\theta > 0$, $z \in \mathbb{R}^n$; $B_i$ is the derivative of $p_i$ "
        r"in $\theta$"
    ),
    hypotheses=(
        Hypothesis("off-boundary", r"no token lies exactly on the threshold", Every(Ne(theta * x(l), tau), l)),
    ),
    given=(ABOVE_ONE,),
    claims=(
        Claim("probabilities", Eq(B[i], s(i) * (z[i] - _mean_logit))),
        Claim("expected-logit", Eq(total(z[i] * B[i]), _along_logits)),
        Claim("entropy", Eq(-total(p[i] ** a * B[i]) / a, -theta * _along_logits)),
        Claim("shannon", Eq(-total(_log.subs(k, i) * B[i]), -_covariance)),
        Claim("falls", Ge(_covariance, 0)),
    ),
)

scaled_lipschitz = theorem(
    name="scaled-lipschitz",
    title="A scale multiplies every Lipschitz constant",
    statement=(
        r"For $\alpha \le 2$, $\lVert \mathrm{entmax}_\alpha(\theta z) - \mathrm{entmax}_\alpha(\theta z') \rVert_2 "
        r"\le \theta \max\bigl(2^{\alpha-2}, \frac{n}{n-1} C_n(\alpha)\bigr) \lVert z - z' \rVert_2$."
    ),
    setting=(
        r"every $n \ge 2$, real $\alpha \ge 1$, $\theta > 0$, $z, z' \in \mathbb{R}^n$; $p = "
        r"\mathrm{entmax}_\alpha(\theta z)$, $r = \mathrm{entmax}_\alpha(\theta z')$"
    ),
    hypotheses=(CONVEX_RANGE,),
    given=(
        SEVERAL,
        FROM_ONE,
    ),
    claims=(
        Claim("distance", Le(total((p[i] - r[i]) ** 2), theta**2 * spectral_constant**2 * total((z[i] - y[i]) ** 2))),
    ),
    folklore=(
        Folklore(
            r"Adaptive-scale entmax is Lipschitz with a constant free of the length, as entmax is (1 for $\alpha \le "
            r"2$): false for $\gamma > 0$; its scale grows.",
            Le(total((p[i] - r[i]) ** 2), total((z[i] - y[i]) ** 2)),
        ),
    ),
)
