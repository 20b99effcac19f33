"""Limits in alpha: softmax on one side, the uniform distribution on the largest logits on the other."""

from __future__ import annotations

from functools import partial

import sympy as sp

from ..hypotheses import ABOVE_ONE, SECOND_IS_SOFTMAX
from ..mapping.entropy import tsallis
from ..notation import *
from ..relations import Abs, Eq, Le
from ..theorem import Claim, Folklore, Hypothesis, Theorem

theorem = partial(Theorem, area="limits")

softmax_limit = theorem(
    name="softmax-limit",
    title="A bound on the divergence of entmax from softmax for alpha near 1",
    statement=(
        r"$\mathrm{KL}(\mathrm{entmax}_\alpha(z) \Vert \mathrm{softmax}(z)) \le \frac{\alpha-1}{\alpha}\bigl(H_1(r) "
        r"+ \tfrac12 \sum r_i \log^2 r_i\bigr)$ with $r = \mathrm{softmax}(z)$: an explicit rate, uniform on bounded "
        r"sets."
    ),
    setting=r"every $n \ge 1$, real $\alpha > 1$, $z \in \mathbb{R}^n$; $r = \mathrm{softmax}(z)$",
    given=(
        ABOVE_ONE,
        SECOND_IS_SOFTMAX,
    ),
    claims=(
        Claim(
            "divergence",
            Le(
                total(p[i] * (sp.log(p[i]) - sp.log(r[i]))),
                a / alpha * (tsallis(r, 1) + total(r[i] * sp.log(r[i]) ** 2) / 2),
            ),
        ),
    ),
)


_average = total(z[j], j) / n
_wide = z_max - z_min
_growth = sp.Rational(1, 2) * Abs(alpha - 2) * n ** (2 * alpha - 3)
_growth *= 2 ** ((Abs(2 * alpha - 3) + 2 * Abs(alpha - 2)) * q)

hot_limit = theorem(
    name="hot-limit",
    title="At a small scale entmax is uniform plus a linear term, with an explicit error",
    statement=(
        r"For $p = \mathrm{entmax}_\alpha(\theta z)$ and $R = z_{\max} - z_{\min}$ with $(\alpha-1) \theta R \le "
        r"\frac12 n^{1-\alpha}$, $\bigl|p_i - \frac1n - \theta n^{\alpha-2} (z_i - \bar z)\bigr| \le "
        r"\frac{|2-\alpha|}{2} n^{2\alpha-3} 2^{q(|3-2\alpha| + 2|2-\alpha|)}\, \theta^2 R^2$: exact for sparsemax. "
        r"(Near $\alpha = 1$ the factor is so large, $2^{26}$ at $\alpha = 1.1$, that this says nothing.)"
    ),
    setting=(
        r"every $n \ge 1$, real $\alpha > 1$, $\theta > 0$, $z \in \mathbb{R}^n$; $\bar z$ is the mean of the logits"
    ),
    hypotheses=(
        Hypothesis(
            "small", r"$(\alpha-1) \theta R \le \frac12 n^{1-\alpha}$", Le(a * theta * _wide, n ** (1 - alpha) / 2)
        ),
    ),
    given=(ABOVE_ONE,),
    claims=(
        Claim(
            "expansion",
            Le(Abs(1 / n + theta * n ** (alpha - 2) * (z[i] - _average) - p[i]), _growth * theta**2 * _wide**2),
        ),
    ),
)

_second_moment = total(p[j] * sp.log(p[j]) ** 2, j)

alpha_slope = theorem(
    name="alpha-slope-at-one",
    title="The derivative of entmax in alpha at alpha = 1",
    statement=(
        r"At $\alpha = 1$ the derivative of $\mathrm{entmax}_\alpha(z)$ in $\alpha$ from the right is $\frac{p_i}{2} "
        r"\bigl(\sum_j p_j \log^2 p_j - \log^2 p_i\bigr)$, $p = \mathrm{softmax}(z)$: tokens whose $|\log p_i|$ is "
        r"above the root mean square lose mass, the others gain."
    ),
    setting=(
        r"every $n \ge 1$, $z \in \mathbb{R}^n$; $A_i$ is the right derivative of $p_i$ in $\alpha$ at $\alpha = 1$"
    ),
    claims=(Claim("slope", Eq(A[i], p[i] / 2 * (_second_moment - sp.log(p[i]) ** 2))),),
    folklore=(
        Folklore(
            r"Raising $\alpha$ from 1 moves mass to the largest token first of all: false; the largest gains only if "
            r"it is below the root mean square in $|\log p|$, as all above it do.",
            sp.Implies(A[j] > 0, Eq(p[j], p_max)),
        ),
    ),
)
