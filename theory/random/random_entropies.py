"""Entropy of attention over random logits: what bounded, light and heavy tails leave of each normaliser."""

from __future__ import annotations

from functools import partial

import sympy as sp

from ..notation import *
from ..relations import Abs, Ge, Gt, Le
from ..theorem import Claim, Folklore, Hypothesis, Theorem

theorem = partial(Theorem, area="random_entropies")

_NEAR = sp.Rational(1, 100)
"""What the laws of long rows are off by at most at the lengths that are tried."""

softmax_gaussian = theorem(
    name="softmax-gaussian",
    title="Softmax of Gaussian logits has the entropy log n minus half the squared scale",
    statement=(
        r"For independent standard normal logits at a fixed scale, $H_1 = \log n - \frac{\theta^2}{2} + o(1)$ for "
        r"softmax: $H_1/\log n \to 1$. The loss is $\theta\psi'(\theta) - \psi(\theta)$ with the logarithm $\psi$ of "
        r"the moment generating function."
    ),
    setting=(
        r"$10^4 \le n \le 10^6$, $\theta \in \{1/2, 1, 3/2\}$; asymptotic, 1/100 is read off these lengths; means "
        r"over independent rows within six standard errors"
    ),
    claims=(Claim("entropy", Le(Abs(mean_entropy - (sp.log(n) - theta**2 / 2)), _NEAR)),),
)

uniform_loss = theta / (sp.exp(theta) - 1) + sp.log(theta) - 1 - sp.log(1 - sp.exp(-theta))
"""What softmax of uniform logits on [0, 1] loses of ``log n``."""

softmax_uniform = theorem(
    name="softmax-uniform",
    title="Softmax of uniform logits disperses completely, even at the scale b log n",
    statement=(
        r"For independent logits uniform on $[0, 1]$, $H_1 = \log n - K(\theta) + O(\theta/n)$ for softmax, "
        r"$K(\theta) = \log\theta - 1 + \frac{\theta}{e^\theta - 1} - \log(1 - e^{-\theta})$. At the scale $\theta = "
        r"b \log n$ of scalable softmax $K$ is $\log\log n$ up to a constant, so $H_1/\log n \to 1$ for every $b$."
    ),
    setting=(
        r"$10^4 \le n \le 10^6$, $\theta = 1$ and $\theta = b \log n$, $b \in \{1/2, 1, 2\}$; asymptotic, 1/100 is "
        r"read off these lengths; means over independent rows within six standard errors"
    ),
    claims=(Claim("entropy", Le(Abs(mean_entropy - (sp.log(n) - uniform_loss)), _NEAR)),),
    folklore=(
        Folklore(
            r"Scalable softmax cures dispersion: false for random bounded logits, where $H_1/\log n \to 1$ at every "
            r"$b$ (here, $b = 1$ and $n = 10^5$: at most 0.8).",
            Le(mean_entropy, sp.Rational(4, 5) * sp.log(n)),
            source="the motivation of scalable softmax",
        ),
    ),
)

random_energy = theorem(
    name="random-energy",
    title="Softmax of Gaussian logits condenses at the scale sqrt(2 log n)",
    statement=(
        r"For independent standard normal logits and $\theta = b \sqrt{2 \log n}$, $H_1/\log n \to 1 - b^2$ for "
        r"softmax while $b < 1$, and to 0 from $b = 1$ on (the random energy model): the critical scale is of order "
        r"$\sqrt{\log n}$, so the scale $\log n$ of scalable softmax makes Gaussian attention one-hot."
    ),
    setting=(
        r"$10^4 \le n \le 10^6$, $b \in \{1/10, 1/5, 3/10, 2/5\}$; asymptotic, 1/100 is read off these lengths; "
        r"means over independent rows within six standard errors"
    ),
    hypotheses=(Hypothesis("warm", r"$b < 1$", strength < 1),),
    claims=(Claim("entropy", Le(Abs(mean_entropy / sp.log(n) - (1 - strength**2)), _NEAR)),),
    source="the random energy model (Derrida 1981); derived here for attention",
)

exponential_condensation = theorem(
    name="exponential-condensation",
    title="Softmax of exponential logits condenses at the scale of their tail",
    statement=(
        r"For independent exponential logits of rate $\lambda$ and $\theta > \lambda$, $\mathbb{E} \sum_i p_i^2 \to "
        r"1 - \frac{\lambda}{\theta}$ for softmax: a few tokens keep a share that does not fall with $n$. For "
        r"$\theta < \lambda$ softmax disperses completely."
    ),
    setting=(
        r"$n = 10^5$, $\lambda = 1$, $\theta \in \{2, 3, 5\}$; asymptotic, 1/50 is what this many rows can tell; "
        r"means over independent rows within six standard errors; the 512 largest logits of each row are drawn, all "
        r"others have about 2/1000"
    ),
    hypotheses=(Hypothesis("cold", r"$\theta > \lambda$", Gt(theta, rate)),),
    claims=(Claim("share", Le(Abs(mean_square - (1 - rate / theta)), 2 * _NEAR)),),
    source="derived here; the limit weights follow the Poisson-Dirichlet law (Derrida 1981, Pitman and Yor 1997)",
    folklore=(
        Folklore(
            r"Softmax over independent logits disperses as the row grows: false for tails as heavy as exponential "
            r"ones (here, $\theta = 2\lambda$ and $n = 10^5$: $H_1 \ge \frac12 \log n$).",
            Ge(mean_entropy, sp.log(n) / 2),
        ),
    ),
)

_TINY = sp.Rational(1, 10**9)

laplace_support = theorem(
    name="laplace-support",
    title="Sparsemax of Laplace logits has a mean support that does not depend on n",
    statement=(
        r"For independent Laplace logits of rate $\lambda$ and $\alpha = 2$, $\mathbb{E}|S|$ is $1 + "
        r"\frac{\lambda}{\theta}$ to within $10^{-9}$ at these lengths (the rest is the chance that the support "
        r"reaches below the median)."
    ),
    setting=(
        r"$10^3 \le n \le 10^6$, $\lambda = \sqrt2$ (variance 1), $\theta \in \{1, 2\}$, $\alpha = 2$; means over "
        r"independent rows within six standard errors"
    ),
    claims=(Claim("size", sp.And(mean_size >= 1 + rate / theta - _TINY, mean_size <= 1 + rate / theta + _TINY)),),
)

entropy_at_scale = theorem(
    name="entropy-at-scale",
    title="The tail of the logits, not the normaliser alone, decides the normalised entropy of long rows",
    statement=(
        r"$H_1/\log n$ tends to a limit $h$ that depends on the tail. Bounded (uniform) logits: 1 for softmax and "
        r"for scalable softmax, $1/\alpha$ for entmax, at $\theta = 1$ and at the adaptive scale $1 + \sqrt{\log "
        r"n}$. Gaussian logits: 1 for softmax, 0 for all others. Laplace logits of variance 1: 1 for softmax, 0 for "
        r"all others. Student logits with 3 degrees of freedom: 0 for every normaliser, softmax included."
    ),
    setting=(
        r"independent logits of variance 1, $10^2 \le n < n' \le 10^6$; softmax, scalable softmax ($\theta = \log "
        r"n$), entmax with $\alpha \in \{3/2, 2\}$ at $\theta = 1$, adaptive-scale entmax ($\alpha = 3/2$, $\theta = "
        r"1 + \sqrt{\log n}$); the longer row is not farther from its limit, for means within six standard errors"
    ),
    claims=(Claim("approach", Le(Abs(mean_entropy2 / sp.log(longer) - limit), Abs(mean_entropy / sp.log(n) - limit))),),
    source="derived here",
    folklore=(
        Folklore(
            r"Softmax attention disperses, whatever the logits: false for heavy tails, where one token wins (here, "
            r"Student logits at $n = 10^6$: $H_1 \ge \frac12 \log n$).",
            Ge(mean_entropy, sp.log(n) / 2),
        ),
        Folklore(
            r"Entmax keeps the entropy bounded while softmax lets it grow: false for bounded random logits, where "
            r"the entropy of entmax grows like $\frac{1}{\alpha} \log n$ (here: at most 3 nats).",
            Le(mean_entropy, 3),
            source="bounded normalised entropy (arXiv 2506.16640, abstract) read as bounded entropy",
        ),
    ),
)
