"""Further neighbours of entmax and softmax: normmax, the self-adjust and the adaptive-temperature softmax."""

from __future__ import annotations

from functools import partial

import sympy as sp

from ..hypotheses import ABOVE_ONE
from ..notation import *
from ..relations import Eq, Le, Max, Min
from ..theorem import Claim, Folklore, Theorem

theorem = partial(Theorem, area="neighbours")

_mass = pos(z[i] - tau) ** q
normmax = _mass / total(_mass.subs(i, k), k)
"""Weight of token i in normmax, from its threshold."""
_low, _high = Min(0, z_min), Max(0, z_max)
self_adjust = (z[i] - _low) / (_high - _low) * sp.exp(z[i]) / total(sp.exp(z[k]), k)
"""Its weight in the normalised self-adjust softmax."""

_FIT = tuple(sp.Rational(number) for number in (-0.037, 0.481, -2.3, 4.917, -1.791))
"""The published coefficients, highest degree first, as the float64 numbers that programs make of them."""


def fit(entropy: sp.Expr) -> sp.Expr:
    """Return the published polynomial of the entropy; where it exceeds 1 it is the scale."""
    return sum((c * entropy**m for m, c in enumerate(reversed(_FIT))), sp.Integer(0))


adaptive_constant = sp.Rational(5, 4) + 3 * (4 * sp.exp(-2) + sp.log(n) ** 2)
"""A Lipschitz constant of the adaptive-temperature softmax."""

_moved = total((p[i] - r[i]) ** 2)
_apart = total((z[i] - y[i]) ** 2)
_TURNED = r"; $r, \tau'$ belong to the row $z'_i = z_{\pi(i)} + c$ for any permutation $\pi$ and $c \in \mathbb{R}$"

_NORMMAX = (
    r"every $n \ge 1$, real $\alpha > 1$, $z \in \mathbb{R}^n$; $p_i \propto [z_i - \tau]_+^{1/(\alpha-1)}$ with "
    r"$\sum_i [z_i - \tau]_+^{\alpha/(\alpha-1)} = 1$"
)

_norm = {each: total(each[i] ** alpha) ** (1 / alpha) for each in (p, r)}

normmax_form = theorem(
    name="normmax-form",
    title="The threshold form of normmax maximises its objective, and the threshold is the maximum",
    statement=(
        r"Among all $r$ in the simplex $p$ maximises $\langle r, z \rangle - \lVert r \rVert_\alpha$, and the "
        r"maximum is $\tau$."
    ),
    setting=_NORMMAX + r"; every $r$ in the simplex",
    given=(
        ABOVE_ONE,
        Eq(total(pos(z[i] - tau) ** (alpha / (alpha - 1))), 1),
    ),
    claims=(
        Claim("optimal", Le(total(r[i] * z[i]) - _norm[r], total(p[i] * z[i]) - _norm[p])),
        Claim("value", Eq(total(p[i] * z[i]) - _norm[p], tau)),
    ),
    source="Blondel, Martins & Niculae 2020 (the definition)",
)

normmax_structure = theorem(
    name="normmax-structure",
    title="Normmax is on the simplex, ordered, and commutes with shifts and permutations",
    statement=(
        r"The threshold is unique, $\sum_i p_i = 1$; $z_i \ge z_j$ gives $p_i \ge p_j$; permuting the tokens "
        r"permutes the weights, and a constant added to every logit moves the threshold and nothing else."
    ),
    setting=_NORMMAX + _TURNED,
    given=(ABOVE_ONE,),
    claims=(
        Claim("sum", Eq(total(p[i]), 1)),
        Claim("order", sp.Implies(z[i] >= z[j], p[i] >= p[j])),
        Claim("moved", Eq(r[i], p[perm[i]])),
        Claim("threshold", Eq(rho, tau + shift)),
    ),
)

normmax_joining = theorem(
    name="normmax-joining",
    title="Adding a token at or below its threshold does not change normmax",
    statement=(
        r"A token of logit $b$ that joins changes no weight if $b \le \tau$; if $b > \tau$ it raises the threshold."
    ),
    setting=_NORMMAX + r"; $r, \tau'$ belong to $(z, b)$",
    given=(ABOVE_ONE,),
    claims=(
        Claim("unchanged", sp.Implies(late <= tau, Eq(r[k], p[k]))),
        Claim("threshold", Iff(rho > tau, late > tau)),
    ),
    folklore=(
        Folklore(
            r"A token that joins takes from the others: false for normmax, where a newcomer that lowers the largest "
            r"raises the share of others.",
            Le(r[k], p[k]),
        ),
    ),
)

normmax_lipschitz = theorem(
    name="normmax-lipschitz",
    title="Normmax at alpha = 2 moves weights up to n times as far as logits",
    statement=(
        r"For $\alpha = 2$, $\lVert p - p' \rVert_2 \le n \lVert z - z' \rVert_2$. For $n \ge 2$ no smaller constant "
        r"will do: it is approached where one token has almost all weight and all others have a little."
    ),
    setting=r"every $n \ge 1$, $z, z' \in \mathbb{R}^n$; $p$ and $r = p'$ are normmax of them at $\alpha = 2$",
    claims=(Claim("lipschitz", Le(_moved, n**2 * _apart)),),
    folklore=(
        Folklore(r"Normmax does not expand, as sparsemax does not: false from two tokens on.", Le(_moved, _apart)),
    ),
)

self_adjust_order = theorem(
    name="self-adjust-order",
    title="The normalised self-adjust softmax is strictly ordered",
    statement=r"$p_i > p_j$ if and only if $z_i > z_j$.",
    setting=(
        r"every $n \ge 1$, $z \in \mathbb{R}^n$ not all zero; $p_i = \frac{z_i - l}{h - l} \mathrm{softmax}(z)_i$, "
        r"$l = \min(0, z_{\min})$, $h = \max(0, z_{\max})$"
    ),
    given=(
        Every(
            Eq(
                p[l] * (Max(0, z_max) - Min(0, z_min)) * total(sp.exp(z[i])),
                (z[l] - Min(0, z_min)) * sp.exp(z[l]),
            ),
            l,
        ),
    ),
    claims=(Claim("order", Iff(p[i] > p[j], z[i] > z[j])),),
    folklore=(
        Folklore(
            r"Its weights sum to one: false; that of the least token is lost (here: two equal logits of 1 and one of "
            r"0).",
            Eq(total(p[i]), 1),
        ),
    ),
)

adaptive_lipschitz = theorem(
    name="adaptive-temperature-lipschitz",
    title="Adaptive-temperature softmax is Lipschitz at every length",
    statement=(
        r"$\lVert p - p' \rVert_2 \le \bigl(\frac{5}{4} + 3 (4 e^{-2} + \log^2 n)\bigr) \lVert z - z' \rVert_2$."
    ),
    setting=(
        r"every $n \ge 1$, $z, z' \in \mathbb{R}^n$; $p = \mathrm{softmax}(\theta z)$ with $\theta = \max(1, -0.037 "
        r"H^4 + 0.481 H^3 - 2.3 H^2 + 4.917 H - 1.791)$ of the entropy $H$ of $\mathrm{softmax}(z)$, the "
        r"coefficients rounded to float64; $r = p'$ belongs to $z'$"
    ),
    claims=(Claim("lipschitz", Le(_moved, adaptive_constant**2 * _apart)),),
)
