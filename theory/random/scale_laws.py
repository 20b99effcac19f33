"""Scales that depend on the length, and what they do to random and bounded logits."""

from __future__ import annotations

from functools import partial

import sympy as sp

from ..hypotheses import FROM_ONE, SEVERAL, SPARSEMAX
from ..notation import *
from ..relations import Abs, Eq, Ge, Gt, Le, Lt
from ..theorem import Claim, Folklore, Hypothesis, Theorem

theorem = partial(Theorem, area="scale_laws")

scale_in_gamma = theorem(
    name="scale-in-gamma",
    title="A larger gamma is a larger scale from three tokens on",
    statement=(
        r"For $\gamma \le \gamma'$, $(\log n)^\gamma \le (\log n)^{\gamma'}$ from three tokens on. For $n = 2$ the "
        r"order is reversed, as $\log 2 < 1$."
    ),
    setting=r"every $n \ge 2$, real $\gamma, \gamma'$",
    hypotheses=(Hypothesis("order", r"$\gamma \le \gamma'$", Le(gamma, gamma2)),),
    given=(SEVERAL,),
    claims=(
        Claim("monotone", sp.Implies(n >= 3, sp.log(n) ** gamma <= sp.log(n) ** gamma2)),
        Claim("reversed", sp.Implies(Eq(n, 2), sp.log(n) ** gamma >= sp.log(n) ** gamma2)),
    ),
)

scale_of_one = theorem(
    name="scale-of-one-token",
    title="For one token the adaptive scale is 0, 1 or infinite, and the probability is 1 in any case",
    statement=(
        r"At $n = 1$ the factor $(\log n)^\gamma$ is $0$ for $\gamma > 0$ and $1$ for $\gamma = 0$; for $\gamma < 0$ "
        r"its reciprocal is $0$, so it has no finite value: there a program that multiplies by it meets $\infty "
        r"\cdot 0$. The single token has all mass at every scale."
    ),
    setting=r"$n = 1$, real $\gamma$, real $\alpha \ge 1$, $\theta > 0$, $z \in \mathbb{R}$",
    hypotheses=(Hypothesis("single", r"$n = 1$", Eq(n, 1)),),
    given=(FROM_ONE,),
    claims=(
        Claim("zero", sp.Implies(gamma > 0, Eq(sp.log(n) ** gamma, 0))),
        Claim("one", sp.Implies(Eq(gamma, 0), Eq(sp.log(n) ** gamma, 1))),
        Claim("infinite", sp.Implies(gamma < 0, Eq(sp.log(n) ** (-gamma), 0))),
        Claim("all", Eq(p[i], 1)),
    ),
    folklore=(
        Folklore(
            r"A larger $\gamma$ is a larger scale: false for two tokens, because $\log 2 < 1$.",
            sp.Implies(gamma <= gamma2, sp.log(n) ** gamma <= sp.log(n) ** gamma2),
        ),
    ),
)

scale_log_plus_one = theorem(
    name="scale-log-n-plus-one",
    title="With log(n + 1) in place of log n the scale is positive for every row",
    statement=(
        r"$\log(n+1) \ge \log 2 > 0$ at every $n \ge 1$, so $(\log(n+1))^\gamma$ is positive for every real $\gamma$, "
        r"from the first row of causal attention on; $\log(n+1) < 1$ at $n = 1$ only, so the order of the exponents is "
        r"the usual one from two tokens on. And $0 < \log(n+1) - \log n < \frac1n$: for $n \ge 2$ the quotient exceeds "
        r"1 by less than $\frac{1}{n \log n}$, and laws of long rows do not notice. (The authors' program has "
        r"$\log(n+1)$ where their paper has $\log n$.)"
    ),
    setting=r"every $n \ge 1$, real $\gamma$",
    claims=(
        Claim("positive", Ge(sp.log(n + 1), sp.log(2))),
        Claim("power", Gt(sp.log(n + 1) ** gamma, 0)),
        Claim("below-one", Iff(sp.log(n + 1) < 1, Eq(n, 1))),
        Claim("more", Gt(sp.log(n + 1) - sp.log(n), 0)),
        Claim("close", Lt(sp.log(n + 1) - sp.log(n), 1 / n)),
    ),
    source="the code of adaptive-scale entmax (github.com/deep-spin/asentmax); derived here",
)

adaptive_scale = offset + strength * sp.log(n) ** gamma
"""Scale of adaptive-scale entmax."""

scale_reductions = theorem(
    name="scale-reductions",
    title="Adaptive-scale entmax contains scalable softmax, and approaches entmax at a fixed scale",
    statement=(
        r"With $\theta_n = \delta + b (\log n)^\gamma$, $b > 0$: at $\alpha = 1$, $\delta = 0$ and $\gamma = 1$ the "
        r"weights are those of scalable softmax, $n^{b z_i} / \sum_j n^{b z_j}$. Entmax at a fixed scale $\delta$ is "
        r"the limit $b \to 0$, never attained, as $\theta_n > \delta$; for $\delta \ge 0$ the scale is positive."
    ),
    setting=r"every $n \ge 2$, $\delta \ge 0$, $b > 0$, real $\gamma$, $z \in \mathbb{R}^n$, real $\alpha \ge 1$",
    given=(
        SEVERAL,
        FROM_ONE,
    ),
    claims=(
        Claim(
            "scalable",
            sp.Implies(
                sp.And(Eq(alpha, 1), Eq(offset, 0), Eq(gamma, 1)),
                Eq(p[i], n ** (strength * z[i]) / total(n ** (strength * z[j]), j)),
            ),
        ),
        Claim("limit", Eq(sp.Limit(adaptive_scale, strength, 0, dir="+"), offset)),
        Claim("above", Gt(adaptive_scale, offset)),
    ),
    source="the definition of adaptive-scale entmax (arXiv 2506.16640); reductions derived here",
)

scalable_softmax = theorem(
    name="scalable-softmax-margin",
    title="A bound on the weight that a margin keeps under scalable softmax",
    statement=(
        r"For $p = \mathrm{softmax}(b \log n \cdot z)$ a token that exceeds all others by $g$ has $p_k \ge "
        r"\frac{1}{1 + (n-1) n^{-b g}}$."
    ),
    setting=r"every $n \ge 2$, $b, g > 0$, $z \in \mathbb{R}^n$; $p = \mathrm{softmax}(b \log n \cdot z)$",
    hypotheses=(
        Hypothesis("gap", r"$z_l \le z_k - g$ for every other $l$", Every(sp.Or(Eq(l, k), z[l] <= z[k] - gap), l)),
    ),
    given=(SEVERAL,),
    claims=(Claim("weight", Ge(p[k], 1 / (1 + (n - 1) * n ** (-strength * gap)))),),
    folklore=(
        Folklore(
            r"Scalable softmax keeps the weight of a token with a margin, whatever the margin: false for $b g < 1$, "
            r"where the $n - 1$ others outweigh it together.",
            sp.Or(z[k] < sp.Rational(1, 2), p[k] >= sp.Rational(1, 2)),
        ),
    ),
)

mean_rivals = rate / (a * theta)
"""``B``: how many exponential logits lie within reach of the largest, on average."""

exponential_one_hot = theorem(
    name="exponential-one-hot",
    title="For exponential logits entmax is one-hot with a probability that does not depend on n",
    statement=(
        r"For independent logits with exponential distribution of rate $\lambda$, $\mathrm{entmax}_\alpha(\theta z)$ "
        r"is one-hot with probability exactly $e^{-B}$, $B = \frac{\lambda}{(\alpha-1)\theta}$, for every $n \ge 2$."
    ),
    setting=r"every $n \ge 2$, real $\alpha > 1$, $\theta, \lambda > 0$; $P$ is the probability that $|S| = 1$",
    claims=(Claim("one-hot", Eq(chance, sp.exp(-mean_rivals))),),
)

sparsemax_poisson = theorem(
    name="sparsemax-poisson",
    title="For exponential logits the support of sparsemax has 1 plus a Poisson number of tokens",
    statement=(
        r"For independent exponential logits of rate $\lambda$ and $\alpha = 2$, $|S| - 1$ is a Poisson number of "
        r"mean $\lambda/\theta$ cut off at $n - 1$: $P(|S| = k) = e^{-B} B^{k-1}/(k-1)!$ for $k < n$, exactly, for "
        r"every finite $n$."
    ),
    setting=r"every $n \ge 2$, $\theta, \lambda > 0$, $1 \le k < n$; $P$ is the probability that $|S| = k$",
    hypotheses=(SPARSEMAX,),
    claims=(Claim("law", Eq(chance, sp.exp(-mean_rivals) * mean_rivals ** (k - 1) / sp.factorial(k - 1))),),
)

gaussian_rivals = sp.sqrt(2) * sp.log(n) ** (sp.Rational(1, 2) - gamma) / (a * strength)
"""``B_n`` for standard normal logits at the scale ``b (log n)^gamma``."""

gaussian_transition = theorem(
    name="gaussian-transition",
    title="For Gaussian logits the critical exponent of the scale is 1/2",
    statement=(
        r"For independent standard normal logits and $\theta = b (\log n)^\gamma$, the probability that entmax is "
        r"one-hot is $e^{-B_n}$, $B_n = \frac{\sqrt2\, (\log n)^{1/2-\gamma}}{(\alpha-1) b}$, up to $\frac{\log\log "
        r"n}{4 \log n}$: it tends to 0 for $\gamma < 1/2$, to a constant at $\gamma = 1/2$, to 1 for $\gamma > 1/2$."
    ),
    setting=(
        r"$10^2 \le n \le 10^{15}$, $\gamma \in \{0, 1/4, 1/2, 3/4, 1\}$, $\alpha \in \{3/2, 2\}$, $b = 1$; $P$ is "
        r"the probability that $|S| = 1$"
    ),
    claims=(Claim("law", Le(Abs(chance - sp.exp(-gaussian_rivals)), sp.log(sp.log(n)) / (4 * sp.log(n)))),),
    source="derived here; the limit by extreme value theory (Gumbel domain of attraction)",
    folklore=(
        Folklore(
            r"The scale must grow like $\log n$ for entmax over Gaussian logits to stay sparse: false; $\sqrt{\log "
            r"n}$ is critical; at $\gamma = 3/4$ the one-hot probability grows with $n$ (here: it stays below a "
            r"fifth).",
            Le(chance, sp.Rational(1, 5)),
        ),
    ),
)

range_bound = 2 * deviation * sp.sqrt(2 * sp.log(n))
"""What the expected range of n sub-Gaussian logits cannot exceed."""
_scaled_range = Le(strength * sp.log(n) ** -sp.Rational(1, 2) * mean_range, 2 * sp.sqrt(2) * deviation * strength)

subgaussian_range = theorem(
    name="subgaussian-range",
    title="Sub-Gaussian logits have a range of order sqrt(log n)",
    statement=(
        r"If $\mathbb{E} e^{t z_i} \le e^{t^2 \sigma^2/2}$ for every token and every real $t$, a bound that normal "
        r"logits of deviation $\sigma$ attain, then $\mathbb{E}(z_{\max} - z_{\min}) \le 2 \sigma \sqrt{2 \log n}$ at "
        r"every length, however the logits depend on each other. So the scale $\theta = b (\log n)^{-1/2}$ keeps the "
        r"expected range of $\theta z$ within $2\sqrt2\, \sigma b$."
    ),
    setting=(
        r"every $n \ge 2$, $\sigma, b > 0$ and $n$ random logits on a probability space with finitely many outcomes, "
        r"$\mathbb{E} e^{t z_i} \le e^{t^2 \sigma^2/2}$ for every $i$ and every real $t$"
    ),
    claims=(Claim("range", Le(mean_range, range_bound)), Claim("scaled", _scaled_range)),
    source="standard (Boucheron, Lugosi and Massart 2013, Theorem 2.5)",
)

gaussian_range = theorem(
    name="scale-keeps-gaussian-range",
    title="The scale with exponent -1/2 keeps the range of Gaussian logits bounded",
    statement=(
        r"For $n$ independent normal logits of deviation $\sigma$, $\mathbb{E}(z_{\max} - z_{\min}) \le 2 \sigma "
        r"\sqrt{2 \log n}$ at every length, and the quotient tends to 1. So $\theta = b (\log n)^{-1/2}$ keeps the "
        r"expected range of $\theta z$ within $2\sqrt2\, \sigma b$, the limit of long rows. (A bounded range is no "
        r"sparse support: that needs the exponent $+1/2$, see gaussian-transition.)"
    ),
    setting=r"every $n \ge 2$, $\sigma, b > 0$; $n$ independent normal logits of mean 0 and deviation $\sigma$",
    claims=(Claim("range", Le(mean_range, range_bound)), Claim("scaled", _scaled_range)),
    source=(
        "Long-Context Generalization with Sparse Attention (arXiv 2506.16640), Equation 10, there for long rows; the "
        "bound at every length is standard"
    ),
)

_NEAR = sp.Rational(1, 100)

uniform_size = (alpha / a) ** (a / alpha) * (n / (a * theta)) ** (1 / alpha)
"""Asymptotic size of the support for uniform logits on [0, 1]."""

bounded_growth = theorem(
    name="bounded-growth",
    title="For bounded random logits the support grows like a power of n",
    statement=(
        r"For independent logits uniform on $[0, 1]$ at a fixed scale, $|S| \sim "
        r"\bigl(\tfrac{\alpha}{a}\bigr)^{a/\alpha} \bigl(\tfrac{n}{a\theta}\bigr)^{1/\alpha}$, $a = \alpha - 1$, and "
        r"$H_1 = \log|S| - \log(q+1) + \frac{q}{q+1} + o(1)$ (at the lengths tried both within 1/100): so $H_1/\log "
        r"n \to 1/\alpha$, strictly between 0 and 1. Supports are not bounded, and yet dispersion is not complete."
    ),
    setting=(
        r"$10^4 \le n \le 10^6$, $\alpha \in \{5/4, 3/2, 2\}$, $\theta = 1$; the law is asymptotic, 1/100 is read "
        r"off these lengths; means over independent rows within six standard errors"
    ),
    claims=(
        Claim("size", Le(Abs(mean_size / uniform_size - 1), _NEAR)),
        Claim("entropy", Le(Abs(mean_entropy - (sp.log(uniform_size) - sp.log(q + 1) + q / (q + 1))), _NEAR)),
    ),
    folklore=(
        Folklore(
            r"Entmax over bounded logits has a support of bounded size: false for random ones (here: at most 500).",
            Le(mean_size, 500),
        ),
        Folklore(
            r"Random bounded logits disperse completely under entmax as they do under softmax: false; $H_1/\log n "
            r"\to 1/\alpha$ (here: above 0.8).",
            Ge(mean_entropy, sp.Rational(4, 5) * sp.log(n)),
        ),
    ),
)
