"""The threshold: where it lies, and the form of the maximiser it gives."""

from __future__ import annotations

from functools import partial

import sympy as sp

from ..hypotheses import ABOVE_ONE, CONVEX_RANGE, LARGE_ALPHA, LEFT_OF_THRESHOLD, SORTED, SPARSEMAX
from ..notation import *
from ..relations import Eq, Ge, Le
from ..theorem import Claim, Folklore, Hypothesis, Theorem
from .entropy import tsallis

theorem = partial(Theorem, area="threshold")

excess = total(pos(x(i) - tau) ** q) - 1
"""``f(tau)``, strictly decreasing left of the largest ``x_i``; its root is the threshold."""

threshold_form = theorem(
    name="threshold-form",
    title="Entmax is a thresholded power of the logits",
    statement=(
        r"The maximiser of $\langle p, z\rangle + H_\alpha(p)$ over the simplex is unique and equals $p_i = [x_i - "
        r"\tau]_+^q$ with $x = (\alpha-1) z$, $q = 1/(\alpha-1)$ and the unique $\tau$ for which these sum to 1."
    ),
    setting=r"every $n \ge 1$, real $\alpha > 1$, $z \in \mathbb{R}^n$, and every $r$ in the simplex",
    given=(ABOVE_ONE,),
    claims=(
        Claim("form", Eq(p[i], pos(x(i) - tau) ** q)),
        Claim("simplex", Eq(excess, 0)),
        Claim("optimal", Le(total(r[i] * z[i]) + tsallis(r, alpha), total(p[i] * z[i]) + tsallis(p, alpha))),
        Claim(
            "unique",
            Iff(
                Ge(total(r[i] * z[i]) + tsallis(r, alpha), total(p[i] * z[i]) + tsallis(p, alpha)),
                Every(Eq(r[l], p[l]), l),
            ),
        ),
    ),
    source="Peters, Niculae, Martins 2019, Proposition 1 and equation 10",
    folklore=(
        Folklore(
            r"The entropy may be normalised by $1/(\alpha-1)$ instead of $1/(\alpha(\alpha-1))$: false; the "
            r"maximiser is then $\mathrm{entmax}_\alpha(z/\alpha)$.",
            Le(total(r[i] * z[i]) + alpha * tsallis(r, alpha), total(p[i] * z[i]) + alpha * tsallis(p, alpha)),
        ),
    ),
)

brackets = theorem(
    name="threshold-brackets",
    title="Two brackets for the threshold",
    statement=(
        r"$x_{\max} - 1 \le x_{\max} - m^{1-\alpha} \le \tau \le x_{\max} - |S|^{1-\alpha} \le x_{\max} - "
        r"n^{1-\alpha}$, where $m$ is the multiplicity of the largest logit; and $\tau = x_{\max} - "
        r"p_{\max}^{\alpha-1}$ exactly."
    ),
    given=(ABOVE_ONE,),
    claims=(
        Claim("lower", Ge(tau, a * z_max - 1)),
        Claim("lower-ties", Ge(tau, a * z_max - top ** (1 - alpha))),
        Claim("upper", Le(tau, a * z_max - n ** (1 - alpha))),
        Claim("upper-support", Le(tau, a * z_max - size ** (1 - alpha))),
        Claim("exact", Eq(tau, a * z_max - p_max**a)),
    ),
    source="Peters, Niculae, Martins 2019, section 4 (the outer bracket); the inner one derived here",
    folklore=(
        Folklore(
            r"The threshold lies in $[z_{\max} - 1, z_{\max}]$ for every $\alpha$: false without the factor $\alpha "
            r"- 1$ (right for $\alpha = 2$ only).",
            Ge(tau, z_max - 1),
        ),
    ),
)


def sorted_mean(count: sp.Expr) -> sp.Expr:
    """Mean of the first `count` of the ``x_i``."""
    return total(x(i), last=count) / count


sorted_means = theorem(
    name="sorted-means",
    title="Every mean of logits bounds the threshold from below",
    statement=(
        r"For $\alpha \le 2$ and every $k$, $\tau \ge \mu_k - k^{1-\alpha}$ with $\mu_k$ the mean of any $k$ of the "
        r"$x_i$ (best: the largest). For sorted logits and $k = |S|$ this is sparsemax's formula at $\alpha = 2$."
    ),
    hypotheses=(CONVEX_RANGE,),
    given=(ABOVE_ONE,),
    claims=(Claim("mean", Ge(tau, sorted_mean(k) - k ** (1 - alpha))),),
)

sorted_means_above = theorem(
    name="sorted-means-above",
    title="Beyond alpha = 2 the mean of the support bounds the threshold from above",
    statement=r"For $\alpha \ge 2$ and sorted logits, $\tau \le \mu_{|S|} - |S|^{1-\alpha}$.",
    hypotheses=(SORTED, LARGE_ALPHA),
    given=(ABOVE_ONE,),
    claims=(Claim("mean", Le(tau, sorted_mean(size) - size ** (1 - alpha))),),
)

mass = total(pos(x(i) - rho) ** q)
slope_sum = total(sp.Piecewise(((x(i) - rho) ** (q - 1), x(i) > rho), (0, True)))

bend_sum = total(sp.Piecewise(((x(i) - rho) ** (q - 2), x(i) > rho), (0, True)))
_halley = 2 * (mass - 1) * slope_sum / (2 * q * slope_sum**2 - (mass - 1) * (q - 1) * bend_sum)

newton = theorem(
    name="newton-from-the-left",
    title="Newton's method on the q-norm rises to the threshold and never passes it",
    statement=(
        r"For $\alpha \le 2$ and $\tau' \le \tau$, with $F = \sum [x_i - \tau']_+^q$ and $b = \sum [x_i - "
        r"\tau']_+^{q-1}$: $\tau' \le \tau' + \frac{F-1}{q b} \le \tau' + \frac{F - F^{1-1/q}}{b} \le \tau$. The "
        r"step on the q-norm is at least the plain one, and neither overshoots."
    ),
    setting=r"every $n \ge 1$, real $\alpha > 1$, $z \in \mathbb{R}^n$, $\tau' < x_{\max}$",
    hypotheses=(CONVEX_RANGE, LEFT_OF_THRESHOLD),
    given=(
        ABOVE_ONE,
        rho < a * z_max,
    ),
    claims=(
        Claim("rises", Ge((mass - 1) / (q * slope_sum), 0)),
        Claim("longer", Ge((mass - mass ** (1 - 1 / q)) / slope_sum, (mass - 1) / (q * slope_sum))),
        Claim("never-past", Le(rho + (mass - mass ** (1 - 1 / q)) / slope_sum, tau)),
    ),
    folklore=(
        Folklore(
            r"Newton's method from the left is monotone for every $\alpha$: false for $\alpha > 2$, where $f$ is not "
            r"convex.",
            Le(rho + (mass - 1) / (q * slope_sum), tau),
        ),
        Folklore(
            r"Halley's method, being of higher order, rises to the threshold as well: false; from $\tau' = 0$ it "
            r"reaches $0.5999$ past the threshold $0.5$ for $\alpha = 3/2$ and four tokens at $x = 1$, four at "
            r"$10^{-4}$.",
            sp.Implies(sp.And(rho <= tau, alpha <= 2), Le(rho + _halley, tau)),
        ),
    ),
)

_centre = sorted_mean(size)
_scatter = total((x(i) - total(x(k), k, size) / size) ** 2, last=size)

closed_forms = theorem(
    name="closed-form-three-halves",
    title="The threshold of 1.5-entmax in closed form",
    statement=(
        r"For $\alpha = 3/2$ and sorted logits, $\tau = \mu - \sqrt{\frac{1 - V}{|S|}}$ with $\mu$ the mean of the "
        r"$x_i$ of the support and $V = \sum_{i \in S} (x_i - \mu)^2$."
    ),
    setting=r"every $n \ge 1$, $z \in \mathbb{R}^n$",
    hypotheses=(SORTED, Hypothesis("three-halves", r"$\alpha = 3/2$", Eq(alpha, sp.Rational(3, 2)))),
    claims=(Claim("closed", Eq(tau, _centre - sp.sqrt((1 - _scatter) / size))),),
    source="Peters, Niculae, Martins 2019, section 4",
)

closed_form_sparsemax = theorem(
    name="closed-form-sparsemax",
    title="The threshold of sparsemax in closed form",
    statement=(
        r"For $\alpha = 2$ and sorted logits, $\tau = \mu - \frac{1}{|S|}$ with $\mu$ the mean of the support's "
        r"logits."
    ),
    setting=r"every $n \ge 1$, $z \in \mathbb{R}^n$",
    hypotheses=(SORTED, SPARSEMAX),
    claims=(Claim("closed", Eq(tau, sorted_mean(size) - 1 / size)),),
    source="Martins, Astudillo 2016, equation 4",
)
