"""What the tail of random logits decides: power laws at a bounded end, critical scales, and the law given one order."""

from __future__ import annotations

from functools import partial

import sympy as sp

from ..notation import *
from ..relations import Abs, Eq, Ge, Le
from ..theorem import Claim, Folklore, Theorem

theorem = partial(Theorem, area="random_tails")

_growth = 1 + tail * a
_ratio = sp.gamma(tail + 1) * sp.gamma(q + 1) / sp.gamma(tail + q + 1)
"""Mean of the largest weight's power: ``nu B(nu, q + 1)``."""
reached = ((a * theta) ** tail / (n * _ratio)) ** (1 / (tail + q))
"""Distance of the threshold from the end of the distribution, in the threshold's coordinates."""
tail_size = n * (reached / (a * theta)) ** tail
"""Asymptotic size of the support of logits with ``P(z > w - t) = t^nu`` near their end w."""
tail_entropy = (
    sp.log(n) / _growth
    + q / (tail + q) * (sp.log(_ratio) - tail * sp.log(a * theta))
    + q * (sp.digamma(tail + q + 1) - sp.digamma(q + 1))
)
"""Asymptotic entropy of the same: ``log n / (1 + nu (alpha - 1))`` and a constant."""

bounded_tail_growth = theorem(
    name="bounded-tail-growth",
    title="For bounded logits the density at their end decides the limit 1/(1 + nu (alpha - 1))",
    statement=(
        r"For independent logits with $P(z > w - t) = t^\nu$ for $0 \le t \le 1$ (uniform: $\nu = 1$) at a fixed "
        r"scale, $|S|$ grows like $n^{1/(1 + \nu(\alpha-1))}$ and $H_1 = \frac{\log n}{1 + \nu(\alpha-1)} + c + "
        r"o(1)$ with the $c$ below: so $H_1/\log n \to \frac{1}{1 + \nu(\alpha-1)}$, strictly between 0 and 1. The "
        r"more logits crowd at the end ($\nu \to 0$), the nearer to complete dispersion; the rarer they are there, "
        r"the nearer to none. Softmax, $\alpha \to 1$, disperses completely for every $\nu$."
    ),
    setting=(
        r"$n \in \{10^6, 10^9\}$ ($10^9$ for $\nu \ge 2$), $\nu \in \{1/2, 1, 2, 3\}$, $\alpha \in \{3/2, 2\}$, "
        r"$\theta = 1$; asymptotic, 1/50 is read off these lengths; means over independent rows within six standard "
        r"errors"
    ),
    claims=(
        Claim("size", Le(Abs(mean_size / tail_size - 1), sp.Rational(1, 50))),
        Claim("entropy", Le(Abs(mean_entropy - tail_entropy), sp.Rational(1, 50))),
        Claim("exponent", Eq(sp.log(tail_size.subs(n, n * sp.E)) - sp.log(tail_size), 1 / _growth)),
    ),
    source="derived here, by the law of large numbers for the excess",
    folklore=(
        Folklore(
            r"Entmax over bounded random logits has a normalised entropy near $1/\alpha$: false for all but uniform "
            r"ends (here, $\nu = 3$: $H_1 \ge \frac{2}{5} \log n$).",
            Ge(mean_entropy, sp.Rational(2, 5) * sp.log(n)),
        ),
    ),
)

conditional_support_law = theorem(
    name="conditional-support-law",
    title="The law of the support, given one order statistic",
    statement=(
        r"For independent logits with a continuous distribution and $1 \le k < n$, $P(|S| > k) = P\bigl(\sum_{i=1}^k "
        r"((\alpha-1)\theta Y_i)^q < 1\bigr)$, where, given the $(k+1)$-th largest logit, the $Y_i$ are independent "
        r"excesses over it. For exponential logits they are exponential whatever that logit is; in general the law "
        r"of $|S|$ needs the law of one order statistic, and no threshold."
    ),
    setting=(
        r"every $n \ge 2$, $1 \le k < n$, real $\alpha > 1$, $\theta > 0$ and continuous law of the logits; $P$ is "
        r"the probability that $|S| > k$, $P'$ that of the event on the right"
    ),
    claims=(Claim("law", Eq(chance, chance2)),),
    source="derived here, from the norm criterion",
)

gaussian_critical_law = theorem(
    name="gaussian-critical-law",
    title="For Gaussian logits at the critical scale the support counts renewals",
    statement=(
        r"For independent standard normal logits and $\theta = b \sqrt{\log n}$ the law of $|S|$ tends to a limit "
        r"that is neither one-hot nor dense: $|S| - 1$ counts the renewals up to $B^q$ with gaps $E^q$, $B = "
        r"\frac{\sqrt2}{(\alpha-1) b}$, the Poisson law of mean $B$ for sparsemax. $P(|S| > k)$ is that of $k$ "
        r"renewals up to $\frac{\log\log n}{2 \log n}$."
    ),
    setting=(
        r"$n \in \{10^6, 10^{15}, 10^{40}, 10^{100}\}$, $k \in \{1, 2, 4\}$, $\alpha \in \{3/2, 2\}$, $b = 1$; the "
        r"factor 1/2 of the error is read off these points; $P$ is the probability that $|S| > k$, $P'$ that of at "
        r"least $k$ renewals; frequencies in intervals of confidence $1 - 10^{-9}$"
    ),
    claims=(Claim("law", Le(Abs(chance - chance2), sp.log(sp.log(n)) / (2 * sp.log(n)))),),
    source="derived here; the limit by extreme value theory (Gumbel domain of attraction)",
    folklore=(
        Folklore(
            r"At the scale $\sqrt{\log n}$ entmax over Gaussian logits becomes one-hot: false; at $b = 1$ the "
            r"support of sparsemax has more than one token with a probability that tends to $1 - e^{-\sqrt2} = "
            r"0.757$ (here: at most a half).",
            Le(chance, sp.Rational(1, 2)),
        ),
    ),
)

scalable_softmax_gaussian = theorem(
    name="scalable-softmax-gaussian",
    title="Scalable softmax of Gaussian logits becomes one-hot, at the rate 1 / sqrt(log n)",
    statement=(
        r"For independent standard normal logits and $\theta = b \log n$, $\mathbb{E}(1 - p_{\max})$ for softmax is "
        r"$\frac{\sqrt2 \log 2}{b \sqrt{\log n}}$ up to $\frac{\log\log n}{4 \log n}$: $p_{\max} \to 1$ at every "
        r"$b$. The gap below the largest logit is of order $1/\sqrt{\log n}$, so the critical scale of softmax is "
        r"$\sqrt{\log n}$, and $\log n$ is too much."
    ),
    setting=(
        r"$n \in \{10^6, 10^{15}, 10^{40}, 10^{100}\}$, $b \in \{1, 2\}$; the factor 1/4 of the error is read off "
        r"these points; means over independent rows within six standard errors; the 64 largest logits of each row "
        r"are drawn, all others together have less than $10^{-9}$"
    ),
    claims=(
        Claim(
            "peak",
            Le(
                Abs(mean_peak - 1 + sp.sqrt(2) * sp.log(2) / (strength * sp.sqrt(sp.log(n)))),
                sp.log(sp.log(n)) / (4 * sp.log(n)),
            ),
        ),
    ),
)

exponential_critical = theorem(
    name="exponential-critical",
    title="Softmax of exponential logits at the scale of their tail keeps half of the entropy",
    statement=(
        r"For independent exponential logits of rate $\lambda$ and $\theta = \lambda$, between complete dispersion "
        r"($\theta < \lambda$) and condensation ($\theta > \lambda$), $H_1/\log n \to \frac12$ for softmax, up to "
        r"$\frac{\log\log n}{\log n}$: every unit of depth below the largest holds the same mass."
    ),
    setting=(
        r"$n \in \{10^6, 10^{15}, 10^{40}, 10^{100}\}$, $\theta = \lambda = 1$; means over independent rows within "
        r"six standard errors; the 4096 largest logits of each row are drawn, all others stand at their mean"
    ),
    claims=(Claim("half", Le(Abs(mean_entropy / sp.log(n) - sp.Rational(1, 2)), sp.log(sp.log(n)) / sp.log(n))),),
    source="derived here",
    folklore=(
        Folklore(
            r"Softmax over independent exponential logits disperses completely or condenses: false at $\theta = "
            r"\lambda$, where $H_1/\log n \to 1/2$ (here: above 9/10).",
            Ge(mean_entropy, sp.Rational(9, 10) * sp.log(n)),
        ),
    ),
)

_circle = sp.sqrt(2) / sp.pi
"""``P(cos > 1 - t) = sqrt(2 t) / pi`` to leading order, for a uniform angle: a tail of index 1/2."""
rotary_entropy = tail_entropy.subs({tail: sp.Rational(1, 2), theta: 1}) + sp.log(_circle) / (1 + a / 2)
"""Entropy over the logits ``cos(omega d)``: that of ``sqrt(2) n / pi`` logits with a tail of index 1/2."""

rotary_single = theorem(
    name="rotary-single-frequency",
    title="With one rotary frequency and identical keys the normalised entropy tends to 2/(alpha + 1)",
    statement=(
        r"For the logits $z_k = \cos(\omega (k - 1))$ of identical keys under one rotary frequency, $\omega/2\pi$ "
        r"irrational, $H_1 = \frac{2 \log n}{\alpha + 1} + c + o(1)$ for entmax with the $c$ below: the angles are "
        r"equidistributed, and cosines end like a tail of index $1/2$. So $\liminf$ in the theorem *rotary-returns* "
        r"is the limit for one frequency."
    ),
    setting=(
        r"$\omega = 1$, $n \in \{10^3, 10^4, 10^5, 10^6\}$, $\alpha \in \{3/2, 2\}$; asymptotic, 1/50 is read off "
        r"these lengths; computed in float64, within $10^{-6}$"
    ),
    claims=(
        Claim("entropy", Le(sp.Abs(mean_entropy - rotary_entropy), sp.Rational(1, 50))),
        Claim("limit", Eq(rotary_entropy.subs(n, n * sp.E) - rotary_entropy, 2 / (alpha + 1))),
    ),
)
