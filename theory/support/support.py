"""The support: which tokens keep any mass at all."""

from __future__ import annotations

from functools import partial

import sympy as sp

from ..hypotheses import ABOVE_ONE, ALPHAS_IN_ORDER, BOTH_ABOVE_ONE, SCALES_IN_ORDER, SEVERAL, SORTED, VARIED
from ..notation import *
from ..relations import Eq, Ge, Le, Lt, Max, Min
from ..theorem import Claim, Folklore, Theorem

theorem = partial(Theorem, area="support")

norm_criterion = theorem(
    name="support-norm-criterion",
    title="A token has mass if and only if the logits above it are close enough, in one norm",
    statement=(
        r"Token $k$ is in the support of $\mathrm{entmax}_\alpha(\theta z)$ if and only if $\sum_i [(\alpha-1)\theta "
        r"(z_i - z_k)]_+^q < 1$, that is $\theta \lVert [z - z_k]_+ \rVert_q < q$, $q = 1/(\alpha-1)$."
    ),
    setting=r"every $n \ge 1$, real $\alpha > 1$, $\theta > 0$, $z \in \mathbb{R}^n$",
    given=(ABOVE_ONE,),
    claims=(
        Claim("sum", Iff(p[k] > 0, Lt(total(pos(a * theta * (z[i] - z[k])) ** q), 1))),
        Claim("norm", Iff(p[k] > 0, Lt(theta * total(pos(z[i] - z[k]) ** q) ** a, q))),
    ),
    source="derived here; for alpha = 2 it is the support rule of Martins, Astudillo 2016, Proposition 1",
    folklore=(
        Folklore(
            r"Sparsemax's rule $1 + k z_{(k)} > \sum_{j \le k} z_{(j)}$ works for every $\alpha$ after replacing $z$ "
            r"by $(\alpha-1) z$: false for $\alpha \ne 2$.",
            Iff(p[k] > 0, Lt(total(pos(a * theta * (z[i] - z[k]))), 1)),
        ),
    ),
)

critical_scale = theorem(
    name="critical-scale",
    title="Each token leaves the support at an exact scale, and never comes back",
    statement=(
        r"A token below the largest logit is in the support of $\mathrm{entmax}_\alpha(\theta z)$ if and only if "
        r"$\theta < \theta_k := q / \lVert [z - z_k]_+ \rVert_q$. Hence the support shrinks as the scale grows: for "
        r"$\theta \le \theta'$, whatever has mass at $\theta'$ has mass at $\theta$."
    ),
    setting=(
        r"every $n \ge 1$, real $\alpha > 1$, $\theta, \theta' > 0$, $z \in \mathbb{R}^n$; $r = "
        r"\mathrm{entmax}_\alpha(\theta' z)$"
    ),
    hypotheses=(SCALES_IN_ORDER,),
    given=(ABOVE_ONE,),
    claims=(
        Claim("critical", Iff(p[k] > 0, sp.Or(Eq(z[k], z_max), theta < q / total(pos(z[i] - z[k]) ** q) ** a))),
        Claim("nested", sp.Implies(r[k] > 0, p[k] > 0)),
    ),
)

nested_in_alpha = theorem(
    name="support-nested-in-alpha",
    title="A larger alpha never revives a token",
    statement=(
        r"For $\alpha \le \alpha'$ the support of $\mathrm{entmax}_{\alpha'}(z)$ is contained in that of "
        r"$\mathrm{entmax}_\alpha(z)$."
    ),
    setting=r"every $n \ge 1$, real $\alpha, \alpha' > 1$, $z \in \mathbb{R}^n$; $r = \mathrm{entmax}_{\alpha'}(z)$",
    hypotheses=(ALPHAS_IN_ORDER,),
    given=(BOTH_ABOVE_ONE,),
    claims=(Claim("nested", sp.Implies(r[k] > 0, p[k] > 0)),),
    folklore=(
        Folklore(
            r"A token below the top loses mass as $\alpha$ grows: false; $z = (1, 0.8, 0)$ gives the second token "
            r"$0.374, 0.404, 0.4, 0.3, 0$ at $\alpha = 1, 1.5, 2, 3, 8$.",
            sp.Implies(z[k] < z_max, r[k] <= p[k]),
        ),
    ),
)

size_formula = theorem(
    name="support-size",
    title="The size of the support can be found by binary search",
    statement=(
        r"For sorted logits $|S| \ge k$ if and only if $\sum_{i<k} ((\alpha-1)(z_i - z_k))^q < 1$; the sum grows "
        r"with $k$."
    ),
    hypotheses=(SORTED,),
    given=(ABOVE_ONE,),
    claims=(
        Claim("size", Iff(size >= k, Lt(total((a * (z[i] - z[k])) ** q, last=k - 1), 1))),
        Claim(
            "monotone",
            Le(total((a * (z[i] - z[Max(k - 1, 1)])) ** q, last=k - 1), total((a * (z[i] - z[k])) ** q, last=k - 1)),
        ),
    ),
)

one_hot_margin = theorem(
    name="one-hot-margin",
    title="One token, or a tie at the top, takes everything if and only if its gap is large enough",
    statement=(
        r"For sorted logits, $p = e_1$ if and only if $z_1 - z_2 \ge \frac{1}{\alpha-1}$, whatever $n$ is; and with "
        r"$m$ tied largest logits ($m < n$), $p$ is uniform on them if and only if their gap to the next is at least "
        r"$\frac{m^{1-\alpha}}{\alpha-1}$."
    ),
    setting=r"every $n \ge 2$, real $\alpha > 1$, $z \in \mathbb{R}^n$ that is not constant",
    hypotheses=(SORTED,),
    given=(
        SEVERAL,
        VARIED,
        ABOVE_ONE,
    ),
    claims=(
        Claim("one-hot", Iff(Eq(p[1], 1), z[1] - z[2] >= 1 / a)),
        Claim("ties", Iff(Eq(total(p[i], last=top), 1), z_max - z[top + 1] >= top ** (1 - alpha) / a)),
    ),
    source="Blondel, Martins, Niculae 2020, Proposition 8 (margin of one-hot); ties derived here",
    folklore=(
        Folklore(r"The margin is 1: right for $\alpha = 2$ only.", Iff(Eq(p[1], 1), z[1] - z[2] >= 1)),
        Folklore(
            r"Entmax becomes one-hot as $\alpha$ grows: false with ties, which share the mass at every $\alpha$.",
            sp.Implies(alpha >= 50, sp.Or(Eq(p[i], 0), Eq(p[i], 1))),
        ),
        Folklore(
            r"A large enough scale is close to the limit for all logits at once: false; a gap of $\frac{1}{10 "
            r"\theta}$ leaves the second token with a third (here: at least $9/10$ on the top for $\theta \ge 1000$).",
            sp.Implies(theta >= 1000, total(p[i], last=top) >= sp.Rational(9, 10)),
        ),
    ),
)

_range = a * (z_max - z_min)

full_support = theorem(
    name="full-support",
    title="A small enough range gives every token mass",
    statement=(
        r"If $z_{\max} - z_{\min} < \frac{(n-1)^{1-\alpha}}{\alpha-1}$ every token has mass; if every token has "
        r"mass, $z_{\max} - z_{\min} < \frac{1}{\alpha-1}$."
    ),
    setting=r"every $n \ge 2$, real $\alpha > 1$, $z \in \mathbb{R}^n$",
    given=(
        SEVERAL,
        ABOVE_ONE,
    ),
    claims=(
        Claim("sufficient", sp.Implies(_range < (n - 1) ** (1 - alpha), Ge(size, n))),
        Claim("necessary", sp.Implies(_range >= 1, Eq(sp.Product(p[i], (i, 1, n)), 0))),
    ),
    folklore=(
        Folklore(
            r"A range below $\frac{1}{\alpha-1}$ gives every token mass: false with more than one token at the top.",
            sp.Implies(_range < 1, Ge(size, n)),
        ),
    ),
)

least_support = theorem(
    name="least-support",
    title="The least size of the support over a range of logits",
    statement=(
        r"With $\delta = (\alpha-1)(z_{\max} - z_{\min}) > 0$, $|S| \ge \min(n, \delta^{-q})$, attained by "
        r"$\delta^{-q}$ tied tokens at the top (when that is whole). So bounded logits allow supports of constant "
        r"size, and full ones, for every $n$."
    ),
    setting=r"every $n \ge 2$, real $\alpha > 1$, $z \in \mathbb{R}^n$ that is not constant",
    given=(
        SEVERAL,
        VARIED,
        ABOVE_ONE,
    ),
    claims=(Claim("least", Ge(size, Min(n, _range ** (-q)))),),
    folklore=(
        Folklore(
            r"Bounded logits keep the support of entmax bounded: false; equal logits have full support.", Le(size, 5)
        ),
    ),
)

window = theorem(
    name="support-window",
    title="The support is a window below the largest logit",
    statement=(
        r"Token $k$ has mass if and only if $x_{\max} - x_k < p_{\max}^{\alpha-1}$; in particular only if $z_k > "
        r"z_{\max} - \frac{1}{\alpha-1}$."
    ),
    given=(ABOVE_ONE,),
    claims=(
        Claim("window", Iff(p[k] > 0, a * (z_max - z[k]) < p_max**a)),
        Claim("outer", sp.Implies(p[k] > 0, a * (z_max - z[k]) < 1)),
    ),
)

_next = z[Min(k + 1, n)]

sparsity_from_gap = theorem(
    name="sparsity-from-gap",
    title="A criterion for at most K tokens to have mass",
    statement=(
        r"For sorted logits and $k < n$, $|S| \le k$ if and only if $\sum_{i \le k} (x_i - x_{k+1})^q \ge 1$. It "
        r"suffices that $z_1 - z_{k+1} \ge \frac{1}{\alpha-1}$, or that $z_k - z_{k+1} \ge "
        r"\frac{k^{1-\alpha}}{\alpha-1}$."
    ),
    hypotheses=(SORTED,),
    given=(ABOVE_ONE,),
    claims=(
        Claim("exact", sp.Implies(k < n, Iff(size <= k, Ge(total((a * (z[i] - _next)) ** q, last=k), 1)))),
        Claim("one-gap", sp.Implies(z[1] - _next >= 1 / a, sp.Or(k >= n, size <= k))),
        Claim("step", sp.Implies(z[k] - _next >= k ** (1 - alpha) / a, sp.Or(k >= n, size <= k))),
    ),
    folklore=(
        Folklore(
            r"If at most two tokens lie within $g$ of the top and $(\alpha-1) g \ge 2^{1-\alpha}$, at most two have "
            r"mass: false unless they are tied; sparsemax of $(0.6, 0.1, 0)$ is $(0.7, 0.2, 0.1)$.",
            sp.Implies(z[1] - z[3] >= 2 ** (1 - alpha) / a, size <= 2),
        ),
    ),
)
