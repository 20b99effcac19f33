"""Entropy and dispersion: when attention spreads over everything, and when it cannot."""

from __future__ import annotations

from functools import partial

import sympy as sp

from ..hypotheses import ABOVE_ONE, BOTH_FROM_ONE, SEVERAL, SOFTMAX, SORTED, VARIED
from ..mapping.entropy import tsallis
from ..notation import *
from ..relations import Eq, Ge, Le
from ..theorem import Claim, Folklore, Hypothesis, Theorem

theorem = partial(Theorem, area="dispersion")

shannon = tsallis(p, 1)
"""Shannon's entropy of ``p``."""
spread = a * (z_max - z_min)
"""Range of the logits in the coordinates of the threshold, ``delta``."""
width = theta * (z_max - z_min)
"""Range of the scaled logits, ``D``."""


entropy_and_support = theorem(
    name="entropy-and-support",
    title="The entropy lies between the largest probability and the size of the support",
    statement=r"$-\log p_{\max} \le H_1(p) \le \log |S|$, both attained by uniform $p$.",
    setting=r"every $n \ge 1$, $p$ in the simplex",
    claims=(Claim("support", Le(shannon, sp.log(size))), Claim("largest", Ge(shannon, -sp.log(p_max)))),
    source="standard (Rényi entropies decrease in their order)",
    folklore=(
        Folklore(
            r"A large support means a large entropy: false; almost all mass may sit on one token of a full support.",
            Ge(shannon, sp.log(size) / 2),
        ),
    ),
)

entropy_of_a_power = theorem(
    name="entropy-of-a-power",
    title="A support of at most n^beta tokens has normalised entropy at most beta",
    statement=(
        r"If $|S| \le n^\beta$ then $H_1(p) \le \beta \log n$: for $\beta < 1$ such rows do not disperse completely. "
        r"Attained by uniform $p$ on $n^\beta$ tokens."
    ),
    setting=r"every $n \ge 1$, real $\beta$, $p$ in the simplex",
    hypotheses=(Hypothesis("few", r"$|S| \le n^\beta$", Le(size, n**growth)),),
    claims=(Claim("entropy", Le(shannon, growth * sp.log(n))),),
    source="Long-Context Generalization with Sparse Attention (arXiv 2506.16640), Proposition 1",
)

_massive = total(sp.Piecewise((p[i], p[i] >= n ** (epsilon - 1)), (0, True)))

dispersion_criterion = theorem(
    name="dispersion-criterion",
    title="Dispersion is complete if and only if no mass stays on tokens above n^(eps - 1)",
    statement=(
        r"With $M_\varepsilon = \sum \{p_i : p_i \ge n^{\varepsilon-1}\}$, $(1-\varepsilon)(1 - M_\varepsilon) \le "
        r"\frac{H_1(p)}{\log n} \le 1 - \varepsilon M_\varepsilon + \frac{1}{e \log n}$. So $H_1 / \log n \to 1$ "
        r"along any sequence of rows if and only if $M_\varepsilon \to 0$ for every $\varepsilon > 0$."
    ),
    setting=r"every $n \ge 2$, $p$ in the simplex, $0 < \varepsilon \le 1$",
    given=(
        SEVERAL,
        epsilon <= 1,
    ),
    claims=(
        Claim("lower", Ge(shannon / sp.log(n), (1 - epsilon) * (1 - _massive))),
        Claim("upper", Le(shannon / sp.log(n), 1 - epsilon * _massive + 1 / (sp.E * sp.log(n)))),
    ),
)

_K = sp.log((sp.exp(width) - 1) / width) + width / (sp.exp(width) - 1) - 1

softmax_floor = theorem(
    name="softmax-entropy-floor",
    title="Softmax over bounded logits disperses completely",
    statement=(
        r"For $p = \mathrm{softmax}(\theta z)$ with logits of range $D = \theta (z_{\max} - z_{\min}) > 0$, $H_1(p) "
        r"\ge \log n - K(D)$, $K(D) = \log\frac{e^D - 1}{D} + \frac{D}{e^D - 1} - 1 \le \min(D^2/8, D)$. The loss "
        r"does not grow with $n$, and $K$ cannot be improved."
    ),
    setting=(
        r"every $n \ge 2$, $\theta > 0$, $z \in \mathbb{R}^n$ that is not constant; $p = \mathrm{softmax}(\theta z)$"
    ),
    given=(
        SEVERAL,
        VARIED,
        SOFTMAX,
    ),
    claims=(
        Claim("closed", Ge(shannon, sp.log(n) - _K)),
        Claim("square", Ge(shannon, sp.log(n) - width**2 / 8)),
        Claim("linear", Ge(shannon, sp.log(n) - width)),
        Claim("constant-square", Le(_K, width**2 / 8)),
        Claim("constant-linear", Le(_K, width)),
    ),
    folklore=(
        Folklore(
            r"Softmax always disperses: false without a bound on the range; the loss is unbounded in $D$.",
            Ge(shannon, sp.log(n) / 2),
        ),
    ),
)

entmax_peak = theorem(
    name="entmax-peak",
    title="The range of the logits bounds the largest probability",
    statement=(
        r"With $\delta = (\alpha-1)(z_{\max} - z_{\min})$, $p_{\max}^{\alpha-1} - \bigl(\frac{1 - "
        r"p_{\max}}{n-1}\bigr)^{\alpha-1} \le \delta$, attained by one large token among equal others. Hence "
        r"$p_{\max} \le (\delta + (n-1)^{1-\alpha})^q$ and $H_1 \ge -q \log(\delta + (n-1)^{1-\alpha})$."
    ),
    setting=r"every $n \ge 2$, real $\alpha > 1$, $z \in \mathbb{R}^n$",
    given=(
        SEVERAL,
        ABOVE_ONE,
    ),
    claims=(
        Claim("peak", Le(p_max**a - ((1 - p_max) / (n - 1)) ** a, spread)),
        Claim("entropy", Ge(shannon, -q * sp.log(spread + (n - 1) ** (1 - alpha)))),
    ),
    folklore=(
        Folklore(
            r"Entmax never disperses completely, its normalised entropy stays below a constant under 1: false; equal "
            r"logits (or $n^{1-o(1)}$ tied ones) give $H_1 = \log n$.",
            Le(shannon, sp.Rational(99, 100) * sp.log(n)),
        ),
        Folklore(
            r"Entmax over bounded logits disperses like softmax, $H_1 \ge \log n - c$ with $c$ free of $n$: false; "
            r"$\delta \ge 1$ allows one-hot for every $n$ (here $c = 2$).",
            Ge(shannon, sp.log(n) - 2),
        ),
    ),
)

_cap = spread**q
_full = sp.floor(1 / _cap)
_rest = 1 - _full * _cap

three_levels = theorem(
    name="entropy-floor-three-levels",
    title="The least entropy over a range has three levels, not two",
    statement=(
        r"If some token is off the support and $M = \delta^q$, $\delta = (\alpha-1)(z_{\max} - z_{\min})$, then $H_1 "
        r"\ge -k M \log M - r \log r$ with $k = \lfloor 1/M \rfloor$, $r = 1 - k M$: the worst row has $k$ tokens at "
        r"the top, one in between and the rest at the bottom."
    ),
    setting=r"every $n \ge 2$, real $\alpha > 1$, $z \in \mathbb{R}^n$ that is not constant",
    hypotheses=(Hypothesis("dead", r"some token has probability 0", size < n),),
    given=(
        SEVERAL,
        VARIED,
        ABOVE_ONE,
    ),
    claims=(Claim("floor", Ge(shannon, -_full * _cap * sp.log(_cap) - _rest * sp.log(_rest))),),
    folklore=(
        Folklore(
            r"The extremal rows have two levels, as for softmax, so the entropy is at least $\log \lceil 1/M "
            r"\rceil$: false; $p = (0.4, 0.4, 0.2)$ has less than $\log 3$.",
            Ge(shannon, sp.log(sp.ceiling(1 / _cap))),
        ),
    ),
)

finite_vocabulary = theorem(
    name="finite-vocabulary",
    title="With repeated logits entmax becomes uniform over the top class",
    statement=(
        r"For sorted logits, when the largest one is repeated $m \ge ((\alpha-1) g)^{-q}$ times, $g$ its gap to the "
        r"next value, $p$ is uniform on these $m$ tokens and $H_1 = \log m$. With finitely many values of fixed "
        r"frequency, as for a vocabulary without positions, entmax keeps $H_1/\log n \to 1$ and yet drops everything "
        r"below the top class."
    ),
    setting=r"every $n \ge 2$, real $\alpha > 1$, $z \in \mathbb{R}^n$ that is not constant",
    hypotheses=(
        SORTED,
        Hypothesis("enough", r"$m^{1-\alpha} \le (\alpha-1) g$", top ** (1 - alpha) <= a * (z_max - z[top + 1])),
    ),
    given=(
        SEVERAL,
        VARIED,
        ABOVE_ONE,
    ),
    claims=(Claim("mass", Eq(total(p[i], last=top), 1)), Claim("entropy", Eq(shannon, sp.log(top)))),
    folklore=(
        Folklore(
            r"A normalised entropy near 1 means that attention does not select: false; entmax may drop every other "
            r"token at $H_1 / \log n = 0.75$.",
            sp.Implies(shannon >= sp.Rational(3, 4) * sp.log(n), Ge(size, n)),
        ),
    ),
)

tsallis_trap = theorem(
    name="tsallis-normalisation-trap",
    title="Normalised Tsallis entropy is near 1 whenever the largest probability is small",
    statement=(
        r"$\frac{H_\alpha(p)}{H_\alpha(1/n)} \ge 1 - p_{\max}^{\alpha-1}$: the ratio tends to 1 as soon as $p_{\max} "
        r"\to 0$, whatever Shannon's ratio does. Dispersion must not be defined by it for $\alpha > 1$."
    ),
    setting=r"every $n \ge 2$, $p$ in the simplex, real $\alpha > 1$",
    given=(
        SEVERAL,
        ABOVE_ONE,
    ),
    claims=(Claim("ratio", Ge(tsallis(p, alpha) * alpha * a / (1 - n ** (1 - alpha)), 1 - p_max**a)),),
    folklore=(
        Folklore(
            r"Normalised entropies agree for all $\alpha$ up to a half: false; uniform over 10 of 1000 tokens has "
            r"ratio 0.99 for $\alpha = 3$ and $1/3$ for Shannon.",
            Le(tsallis(p, alpha) * alpha * a / (1 - n ** (1 - alpha)), shannon / sp.log(n) + sp.Rational(1, 2)),
        ),
    ),
)

majorisation = theorem(
    name="majorisation",
    title="Raising alpha or the scale moves mass to the largest tokens",
    statement=(
        r"For $1 \le \alpha \le \alpha'$ and $\theta \le \theta'$, $r = \mathrm{entmax}_{\alpha'}(\theta' z)$ "
        r"majorises $p = \mathrm{entmax}_\alpha(\theta z)$: the $k$ largest tokens hold at least as much, for every "
        r"$k$. So Shannon's entropy falls."
    ),
    setting=r"every $n \ge 1$, real $\alpha, \alpha' \ge 1$, $\theta, \theta' > 0$, $z \in \mathbb{R}^n$",
    hypotheses=(
        SORTED,
        Hypothesis("alpha", r"$\alpha \le \alpha'$", Le(alpha, beta)),
        Hypothesis("scale", r"$\theta \le \theta'$", Le(theta, eta)),
    ),
    given=(BOTH_FROM_ONE,),
    claims=(
        Claim("prefix", Ge(total(r[i], last=k), total(p[i], last=k))),
        Claim("shannon", Le(tsallis(r, 1), shannon)),
    ),
    folklore=(
        Folklore(
            r"A larger $\alpha$ at a lower scale still concentrates more: false; there is no order then.",
            Ge(total(r[i], last=k), total(p[i], last=k)),
        ),
    ),
)
