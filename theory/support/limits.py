"""Limits in alpha: softmax on one side, the uniform distribution on the largest logits on the other."""

from __future__ import annotations

from functools import partial

import sympy as sp

from ..hypotheses import ABOVE_ONE, SECOND_IS_SOFTMAX, SEVERAL, SORTED, VARIED
from ..mapping.entropy import tsallis
from ..notation import *
from ..theorem import Claim, Folklore, Hypothesis, Theorem

theorem = partial(Theorem, area="limits")

softmax_limit = theorem(
    name="softmax-limit",
    title="How close entmax is to softmax for alpha near 1",
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
            sp.Le(
                total(p[i] * (sp.log(p[i]) - sp.log(r[i]))),
                a / alpha * (tsallis(r, 1) + total(r[i] * sp.log(r[i]) ** 2) / 2),
            ),
        ),
    ),
)

argmax_limit = theorem(
    name="argmax-limit",
    title="The limit of large alpha is reached exactly",
    statement=(
        r"For sorted logits with $m$ tied largest ones and gap $g$ to the next, $p$ is uniform on the tie if and "
        r"only if $(\alpha-1)\, g\, m^{\alpha-1} \ge 1$: from a finite $\alpha$ on (for $m = 1$, from $1 + 1/g$), "
        r"and never one-hot for ties."
    ),
    setting=r"every $n \ge 2$, real $\alpha > 1$, $z \in \mathbb{R}^n$ that is not constant",
    hypotheses=(SORTED,),
    given=(
        SEVERAL,
        VARIED,
        ABOVE_ONE,
    ),
    claims=(
        Claim("reached", Iff(sp.Eq(total(p[i], last=top), 1), a * (z_max - z[top + 1]) * top**a >= 1)),
        Claim("uniform", sp.Or(i > top, sp.Eq(p[i], p[1]))),
    ),
    folklore=(
        Folklore(
            r"Entmax becomes one-hot as $\alpha$ grows: false with ties, which share the mass at every $\alpha$.",
            sp.Implies(alpha >= 50, sp.Or(sp.Eq(p[i], 0), sp.Eq(p[i], 1))),
        ),
    ),
)

cold_limit = theorem(
    name="cold-limit",
    title="The limit of a large scale is reached exactly",
    statement=(
        r"For sorted logits with $m$ tied largest ones and gap $g$ to the next, $\mathrm{entmax}_\alpha(\theta z)$ "
        r"is uniform on the tie if and only if $\theta \ge \frac{m^{1-\alpha}}{(\alpha-1) g}$. The scale depends on "
        r"$g$: near ties no scale serves all logits, the limit is not uniform."
    ),
    setting=r"every $n \ge 2$, real $\alpha > 1$, $\theta > 0$, $z \in \mathbb{R}^n$ that is not constant",
    hypotheses=(SORTED,),
    given=(
        SEVERAL,
        VARIED,
        ABOVE_ONE,
    ),
    claims=(
        Claim(
            "reached", Iff(sp.Eq(total(p[i], last=top), 1), theta >= top ** (1 - alpha) / (a * (z_max - z[top + 1])))
        ),
    ),
    folklore=(
        Folklore(
            r"A large enough scale is close to the limit for all logits at once: false, a gap of $\frac{1}{10 "
            r"\theta}$ leaves the second token with a third (here: at least $9/10$ on the top for $\theta \ge 1000$).",
            sp.Implies(theta >= 1000, total(p[i], last=top) >= sp.Rational(9, 10)),
        ),
    ),
)

_average = total(z[j], j) / n
_wide = z_max - z_min
_growth = sp.Rational(1, 2) * sp.Abs(2 - alpha) * n ** (2 * alpha - 3)
_growth *= 2 ** ((sp.Abs(3 - 2 * alpha) + 2 * sp.Abs(2 - alpha)) * q)

hot_limit = theorem(
    name="hot-limit",
    title="A small scale: uniform, and the first correction with its error",
    statement=(
        r"For $p = \mathrm{entmax}_\alpha(\theta z)$ and $R = z_{\max} - z_{\min}$ with $(\alpha-1) \theta R \le "
        r"\frac12 n^{1-\alpha}$, $\bigl|p_i - \frac1n - \theta n^{\alpha-2} (z_i - \bar z)\bigr| \le "
        r"\frac{|2-\alpha|}{2} n^{2\alpha-3} 2^{q(|3-2\alpha| + 2|2-\alpha|)}\, \theta^2 R^2$: exact for sparsemax, "
        r"and uniform at $\theta = 0$."
    ),
    setting=(
        r"every $n \ge 1$, real $\alpha > 1$, $\theta > 0$, $z \in \mathbb{R}^n$; $\bar z$ is the mean of the logits"
    ),
    hypotheses=(
        Hypothesis(
            "small", r"$(\alpha-1) \theta R \le \frac12 n^{1-\alpha}$", sp.Le(a * theta * _wide, n ** (1 - alpha) / 2)
        ),
    ),
    given=(ABOVE_ONE,),
    claims=(
        Claim(
            "expansion",
            sp.Le(sp.Abs(p[i] - 1 / n - theta * n ** (alpha - 2) * (z[i] - _average)), _growth * theta**2 * _wide**2),
        ),
    ),
)

_second_moment = total(p[j] * sp.log(p[j]) ** 2, j)

alpha_slope = theorem(
    name="alpha-slope-at-one",
    title="How softmax starts to become entmax",
    statement=(
        r"At $\alpha = 1$ the derivative of $\mathrm{entmax}_\alpha(z)$ in $\alpha$ from the right is $\frac{p_i}{2} "
        r"\bigl(\sum_j p_j \log^2 p_j - \log^2 p_i\bigr)$, $p = \mathrm{softmax}(z)$: tokens whose $|\log p_i|$ is "
        r"above the root mean square lose mass, the others gain."
    ),
    setting=(
        r"every $n \ge 1$, $z \in \mathbb{R}^n$; $A_i$ is the right derivative of $p_i$ in $\alpha$ at $\alpha = 1$"
    ),
    claims=(Claim("slope", sp.Eq(A[i], p[i] / 2 * (_second_moment - sp.log(p[i]) ** 2))),),
    folklore=(
        Folklore(
            r"Raising $\alpha$ from 1 moves mass to the largest token first of all: false, the largest gains only if "
            r"it is below the root mean square in $|\log p|$, as all above it do.",
            sp.Implies(A[j] > 0, sp.Eq(p[j], p_max)),
        ),
    ),
)
