"""Linear position biases (ALiBi): how far entmax can look back."""

from __future__ import annotations

import sympy as sp

from .notation import Every, Iff, a, content, distance, k, l, n, p, pos, q, slope, z
from .theorem import Claim, Folklore, Hypothesis, Theorem

_BIASED = (
    r"every $n \ge 1$, real $\alpha > 1$, slope $m > 0$ and contents $c$ of range at most $\rho$; token $k$ "
    r"lies at distance "
    r"$n - k$ from the last, $z_k = c_k - m (n - k)$"
)

reach_sum = sp.Sum(pos(a * (slope * k - content)) ** q, (k, 1, distance))
"""What nearer tokens of least content have above one of highest content at this distance; at least 1 shuts it out."""

_range = Hypothesis(
    "range",
    r"contents differ by at most $\rho$",
    Every(Every(z[k] + slope * (n - k) - z[l] - slope * (n - l) <= content, k), l),
)

alibi_radius = Theorem(
    name="alibi-radius",
    area="positions",
    title="The exact reach of entmax under a linear bias",
    statement=(
        r"A token at distance $d$ has probability 0 for all contents of range $\rho$ if "
        r"$\sum_{k=1}^d [(\alpha-1)(m k - \rho)]_+^q \ge 1$; otherwise some contents give it mass (lowest "
        r"content for all "
        r"others). So the largest distance in reach is free of $n$, and below $\frac{1}{m}(\rho + \frac{1}{\alpha-1})$."
    ),
    setting=_BIASED + r"; $d$ the distance of the first token, $d = n - 1$",
    hypotheses=(_range,),
    claims=(
        Claim("beyond", sp.Implies(reach_sum >= 1, sp.Eq(p[1], 0))),
        Claim("simple", sp.Implies(slope * distance >= content + 1 / a, sp.Eq(p[1], 0))),
    ),
    folklore=(
        Folklore(
            r"With a position bias entmax attends within $\frac{1}{(\alpha-1) m}$ tokens: false, contents "
            r"extend the reach by "
            r"$\rho/m$.",
            sp.Implies(slope * distance >= 1 / a, sp.Eq(p[1], 0)),
        ),
    ),
)

alibi_attained = Theorem(
    name="alibi-radius-attained",
    area="positions",
    title="The reach is attained",
    statement=(
        r"With highest content for the first token and lowest for all others, the first token has mass if and only if "
        r"$\sum_{k=1}^d [(\alpha-1)(m k - \rho)]_+^q < 1$, $d = n - 1$."
    ),
    setting=_BIASED + r"; $c_1 = \rho$ and $c_k = 0$ for the others",
    claims=(Claim("reached", Iff(sp.Gt(p[1], 0), reach_sum < 1)),),
)

alibi_softmax = Theorem(
    name="alibi-softmax",
    area="positions",
    title="Softmax under a linear bias decays geometrically, and never vanishes",
    statement=(
        r"For $p = \mathrm{softmax}(z)$, $0 < p_k \le e^{\rho - m (n-k)} \frac{1 - e^{-m}}{1 - e^{-m n}}$: "
        r"so even softmax does "
        r"not disperse completely under a linear bias, its logits being of unbounded range."
    ),
    setting=_BIASED.replace(r", real $\alpha > 1$", ""),
    hypotheses=(_range,),
    claims=(
        Claim("positive", sp.Gt(p[k], 0, evaluate=False)),
        Claim(
            "decay",
            sp.Le(p[k], sp.exp(content - slope * (n - k)) * (1 - sp.exp(-slope)) / (1 - sp.exp(-slope * n))),
        ),
    ),
)
