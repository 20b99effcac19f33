"""Limits in alpha: softmax on one side, the uniform distribution on the largest logits on the other."""

from __future__ import annotations

import sympy as sp

from .entropy import tsallis
from .notation import Iff, a, alpha, i, p, r, top, top_first, total, z, z_max
from .theorem import Claim, Folklore, Hypothesis, Theorem

softmax_limit = Theorem(
    name="softmax-limit",
    area="limits",
    title="How close entmax is to softmax for alpha near 1",
    statement=(
        r"$\mathrm{KL}(\mathrm{entmax}_\alpha(z) \Vert \mathrm{softmax}(z)) \le "
        r"\frac{\alpha-1}{\alpha}\bigl(H_1(r) + \tfrac12 \sum r_i "
        r"\log^2 r_i\bigr)$ with $r = \mathrm{softmax}(z)$: an explicit rate, uniform on bounded sets."
    ),
    setting=r"every $n \ge 1$, real $\alpha > 1$, $z \in \mathbb{R}^n$; $r = \mathrm{softmax}(z)$",
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

argmax_limit = Theorem(
    name="argmax-limit",
    area="limits",
    title="The limit of large alpha is reached exactly",
    statement=(
        r"For sorted logits with $m$ tied largest ones and gap $g$ to the next, $p$ is uniform on the tie "
        r"if and only if "
        r"$(\alpha-1)\, g\, m^{\alpha-1} \ge 1$: from a finite $\alpha$ on (for $m = 1$, from $1 + 1/g$), "
        r"and never one-hot for ties."
    ),
    setting=r"every $n \ge 2$, real $\alpha > 1$, $z \in \mathbb{R}^n$ that is not constant",
    hypotheses=(Hypothesis("sorted", r"$z_1 \ge z_2 \ge \dots \ge z_n$", top_first()),),
    claims=(
        Claim("reached", Iff(sp.Eq(total(p[i], last=top), 1), a * (z_max - z[top + 1]) * top**a >= 1)),
        Claim("uniform", sp.Or(i > top, sp.Eq(p[i], p[1]))),
    ),
    folklore=(
        Folklore(
            r"Entmax becomes one-hot as $\alpha$ grows: false with ties.",
            sp.Implies(alpha >= 50, sp.Or(sp.Eq(p[i], 0), sp.Eq(p[i], 1))),
        ),
    ),
)
