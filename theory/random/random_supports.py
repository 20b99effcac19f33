"""How many tokens entmax keeps of random logits: exact laws for finite rows, and laws of very long ones."""

from __future__ import annotations

from functools import partial

import sympy as sp

from ..notation import *
from ..relations import Abs, Eq, Ge, Le
from ..theorem import Claim, Folklore, Hypothesis, Theorem

theorem = partial(Theorem, area="random_supports")

mean_support = theorem(
    name="mean-support",
    title="The mean support of random logits is n times one probability",
    statement=(
        r"For exchangeable logits, $\mathbb{E}|S| = n \, P\bigl(\sum_{i \ge 2} [(\alpha-1)\theta(z_i - z_1)]_+^q < "
        r"1\bigr)$: no threshold need be found, whatever the distribution, light tails or heavy."
    ),
    setting=(
        r"every $n \ge 1$, real $\alpha > 1$, $\theta > 0$ and exchangeable logits; $P$ is the probability of the "
        r"event above"
    ),
    claims=(Claim("mean", Eq(mean_size, n * chance)),),
    source="derived here, from the norm criterion",
)

exponential_renewals = theorem(
    name="exponential-renewals",
    title="For exponential logits the support counts renewals, for every alpha and every finite n",
    statement=(
        r"For independent exponential logits of rate $\lambda$, $P(|S| > k) = P\bigl(\sum_{i=1}^k E_i^q < "
        r"B^q\bigr)$, $B = \frac{\lambda}{(\alpha-1)\theta}$, with independent standard exponential $E_i$ and $1 \le "
        r"k < n$: $|S| - 1$ is the number of renewals up to $B^q$ with gaps $E^q$, cut off at $n - 1$. So longer "
        r"rows do not have larger supports."
    ),
    setting=(
        r"every $n \ge 2$, $1 \le k < n$, real $\alpha > 1$, $\theta, \lambda > 0$; $P$ is the probability that $|S| "
        r"> k$, $P'$ that of at least $k$ renewals"
    ),
    claims=(Claim("law", Eq(chance, chance2)),),
)

_spacing = pos(j - 1 / theta)

uniform_sparsemax = theorem(
    name="uniform-sparsemax-law",
    title="The law of the support of sparsemax of uniform logits, in closed form",
    statement=(
        r"For independent logits uniform on $[0, 1]$ and $\alpha = 2$, $P(|S| > k) = 1 - \sum_{j=1}^k "
        r"\frac{(-1)^{k-j} [j - 1/\theta]_+^n}{j^{n+1-k} (j-1)! (k-j)!}$, exactly, for every finite $n$."
    ),
    setting=r"every $n \ge 2$, $1 \le k < n$, $\theta > 0$, $\alpha = 2$; $P$ is the probability that $|S| > k$",
    claims=(
        Claim(
            "law",
            Eq(
                chance,
                1
                - sp.Sum(
                    (-1) ** (k - j) * _spacing**n / (j ** (n + 1 - k) * sp.factorial(j - 1) * sp.factorial(k - j)),
                    (j, 1, k),
                ),
            ),
        ),
    ),
    source="derived here; the law of a weighted sum of uniform spacings is classical (Dempster and Kleyle 1968)",
)

gaussian_window = sp.sqrt(2) * sp.log(n) ** (sp.Rational(1, 2) - gamma) / (a * strength)
"""``B_n`` for standard normal logits at the scale ``b (log n)^gamma``."""

_two_terms = gaussian_window**q / sp.gamma(q + 1) + sp.gamma(2 * q + 1) / (2 * sp.gamma(q + 1) ** 2)

gaussian_support = theorem(
    name="gaussian-support",
    title="For Gaussian logits below the critical scale the support grows like a power of log n",
    statement=(
        r"For independent standard normal logits and $\theta = b (\log n)^\gamma$ with $0 \le \gamma < 1/2$, "
        r"$\mathbb{E}|S|$ is $1 + \mathbb{E} N$ up to a relative error of $q \frac{\log\log n}{\log n}$, where $N$ "
        r"counts the renewals up to $B_n^q$ with gaps $E^q$, $B_n = \frac{\sqrt2 (\log n)^{1/2-\gamma}}{(\alpha-1) "
        r"b}$: the law of exponential logits with the hazard of the largest Gaussian ones. As $B_n \to \infty$, $1 + "
        r"\mathbb{E} N$ is $\frac{B_n^q}{\Gamma(q+1)} + \frac{\Gamma(2q+1)}{2\Gamma(q+1)^2}$; without the constant "
        r"the relative error is of order $B_n^{-q}$, which falls more slowly near $\gamma = 1/2$. So the support is "
        r"a power of $\log n$, never of $n$, and $\mathbb{E} H_1 \le \log \mathbb{E}|S| = o(\log n)$."
    ),
    setting=(
        r"$n \in \{10^6, 10^{15}, 10^{40}, 10^{100}\}$, $\gamma \in \{0, 1/4, 2/5, 9/20\}$, $\alpha \in \{3/2, 2\}$, "
        r"$b = 1$; the law is asymptotic, the order of its error is that of the extreme quantile, its factor $q$ is "
        r"read off these lengths and is larger for $\gamma < 0$; means over independent rows within six standard "
        r"errors; $\mathbb{E} N$ by its power series"
    ),
    claims=(
        Claim("size", Le(Abs(mean_size / (1 + mean_renewals) - 1), q * sp.log(sp.log(n)) / sp.log(n))),
        Claim("two-terms", Le(Abs(1 + mean_renewals - _two_terms), 4 / gaussian_window**2)),
        Claim("entropy", Le(mean_entropy, sp.log(mean_size))),
    ),
    source=(
        "derived here; the limit by extreme value theory (Gumbel domain of attraction), the constant by renewal "
        "theory, the power series due to Smith and Leadbetter (1963)"
    ),
    folklore=(
        Folklore(
            r"A scale that falls with the length, $\gamma < 0$, makes entmax dense: false for Gaussian logits, whose "
            r"support stays polylogarithmic in $n$ (here, $\gamma = -1/2$: $H_1$ at least a third of $\log n$).",
            Ge(mean_entropy, sp.log(n) / 3),
        ),
        Folklore(
            r"At $\gamma = 9/20$ the mean support is $1 + B_n^q / \Gamma(q+1)$ up to a tenth: false for $\alpha = "
            r"3/2$; the renewals that have already begun add $\frac{\Gamma(2q+1)}{2\Gamma(q+1)^2} - 1 = 2$ more.",
            Le(Abs(mean_size / (1 + gaussian_window**q / sp.gamma(q + 1)) - 1), sp.Rational(1, 10)),
        ),
    ),
)

polynomial_cooling = theorem(
    name="polynomial-cooling",
    title="Only a scale that falls like a power of n makes entmax of Gaussian logits dense",
    statement=(
        r"For independent standard normal logits and $\theta = n^{-\eta}$ with $0 < \eta < \alpha - 1$, $H_1/\log n "
        r"\to \frac{\eta}{\alpha-1}$, with a remainder of at most $q \frac{\log\log n}{\log n}$; from $\eta = \alpha "
        r"- 1$ on the limit is 1."
    ),
    setting=(
        r"$n \in \{10^{10}, 10^{20}, 10^{40}\}$, $\eta = (\alpha-1)/16$, $\alpha \in \{3/2, 2\}$; asymptotic, the "
        r"factor $q$ of the remainder is read off these lengths; means within six standard errors"
    ),
    hypotheses=(Hypothesis("slow", r"$\eta < \alpha - 1$", cooling < a),),
    claims=(Claim("entropy", Le(Abs(mean_entropy / sp.log(n) - cooling * q), q * sp.log(sp.log(n)) / sp.log(n))),),
)

stretched_window = tail * sp.log(n) ** (1 - 1 / tail) / (a * strength * sp.log(n) ** gamma)
"""``B_n`` for tails ``exp(-t^nu)`` at the scale ``b (log n)^gamma``."""

stretched_transition = theorem(
    name="stretched-transition",
    title="The tail decides the critical exponent of the scale, 1 - 1/nu",
    statement=(
        r"For independent logits with $P(z > t) = \exp(-t^\nu)$, $\nu \ge 1$, and $\theta = b (\log n)^\gamma$, "
        r"entmax is one-hot with probability $e^{-B_n}$, $B_n = \frac{\nu (\log n)^{1-1/\nu-\gamma}}{(\alpha-1) b}$, "
        r"up to $\frac{1 - 1/\nu}{4 \log n}$: the critical exponent is $\gamma = 1 - 1/\nu$, which is $0$ for "
        r"exponential and Laplace tails, $1/2$ for Gaussian ones, and tends to 1 for ever lighter ones."
    ),
    setting=(
        r"$10^2 \le n \le 10^{40}$, $\nu \in \{1, 3/2, 2, 3\}$, $\gamma \in \{0, 1/3, 1/2, 2/3, 1\}$, $\alpha \in "
        r"\{3/2, 2\}$, $b = 1$; $P$ is the probability that $|S| = 1$; the order of the error is that of the "
        r"curvature of the tail, its factor 1/4 is read off these points"
    ),
    claims=(Claim("law", Le(Abs(chance - sp.exp(-stretched_window)), (1 - 1 / tail) / (4 * sp.log(n)))),),
    folklore=(
        Folklore(
            r"Scaling by $\sqrt{\log n}$ is critical whatever the logits: false for lighter tails than Gaussian "
            r"ones, where the one-hot probability tends to 0 (here, $\nu = 3$: it is above a tenth).",
            Ge(chance, sp.Rational(1, 10)),
        ),
    ),
)

pareto_one_hot = theorem(
    name="pareto-one-hot",
    title="For heavy-tailed logits entmax becomes one-hot at a fixed scale",
    statement=(
        r"For independent logits with $P(z > t) = t^{-\nu}$, $t \ge 1$, entmax is one-hot with probability at least "
        r"$1 - \frac{\nu}{(\alpha-1)\theta} \frac{\Gamma(2 + 1/\nu)\, n!}{\Gamma(n + 1 + 1/\nu)}$, which tends to 1 "
        r"like $n^{-1/\nu}$: the largest logit runs away from the second, and no scale is needed."
    ),
    setting=r"every $n \ge 2$, real $\alpha > 1$, $\theta, \nu > 0$; $P$ is the probability that $|S| = 1$",
    claims=(
        Claim(
            "one-hot",
            Ge(chance, 1 - tail / (a * theta) * sp.gamma(2 + 1 / tail) * sp.gamma(n + 1) / sp.gamma(n + 1 + 1 / tail)),
        ),
    ),
    source="derived here; independence of ratios of Pareto order statistics is classical (Rényi)",
)
