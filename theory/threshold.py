"""The threshold: where it lies, and the form of the maximiser it gives."""

from __future__ import annotations

import sympy as sp

from .entropy import tsallis
from .notation import a, alpha, i, n, p, p_max, pos, q, r, size, tau, top, total, x, z, z_max
from .theorem import Claim, Folklore, Theorem

excess = total(pos(x(i) - tau) ** q) - 1
"""``f(tau)``, strictly decreasing left of the largest ``x_i``; its root is the threshold."""

threshold_form = Theorem(
    name="threshold-form",
    area="threshold",
    title="The maximiser is a thresholded power",
    statement=(
        r"The maximiser of $\langle p, z\rangle + H_\alpha(p)$ over the simplex is unique and equals "
        r"$p_i = [x_i - \tau]_+^q$ with $x = (\alpha-1) z$, $q = 1/(\alpha-1)$ and the unique $\tau$ for "
        r"which these sum "
        r"to 1."
    ),
    setting=r"every $n \ge 1$, real $\alpha > 1$, $z \in \mathbb{R}^n$, and every $r$ in the simplex",
    claims=(
        Claim("form", sp.Eq(p[i], pos(x(i) - tau) ** q)),
        Claim("simplex", sp.Eq(excess, 0)),
        Claim(
            "optimal",
            sp.Le(
                total(r[i] * z[i]) + tsallis(r, alpha),
                total(p[i] * z[i]) + tsallis(p, alpha),
            ),
        ),
    ),
    source="Peters, Niculae, Martins 2019, Proposition 1 and equation 10",
    folklore=(
        Folklore(
            r"The entropy may be normalised by $1/(\alpha-1)$ instead of $1/(\alpha(\alpha-1))$: false, the "
            r"maximiser is then "
            r"$\mathrm{entmax}_\alpha(z/\alpha)$.",
            sp.Le(
                total(r[i] * z[i]) + alpha * tsallis(r, alpha),
                total(p[i] * z[i]) + alpha * tsallis(p, alpha),
            ),
        ),
    ),
)

brackets = Theorem(
    name="threshold-brackets",
    area="threshold",
    title="Two brackets of the threshold",
    statement=(
        r"$x_{\max} - 1 \le x_{\max} - m^{1-\alpha} \le \tau \le x_{\max} - |S|^{1-\alpha} \le x_{\max} - "
        r"n^{1-\alpha}$, "
        r"where $m$ is the multiplicity of the largest logit; and $\tau = x_{\max} - p_{\max}^{\alpha-1}$ exactly."
    ),
    claims=(
        Claim("lower", sp.Ge(tau, a * z_max - 1)),
        Claim("lower-ties", sp.Ge(tau, a * z_max - top ** (1 - alpha))),
        Claim("upper", sp.Le(tau, a * z_max - n ** (1 - alpha))),
        Claim("upper-support", sp.Le(tau, a * z_max - size ** (1 - alpha))),
        Claim("exact", sp.Eq(tau, a * z_max - p_max**a)),
    ),
    source="Peters, Niculae, Martins 2019, section 4 (the outer bracket); the inner one derived here",
    folklore=(
        Folklore(
            r"The threshold lies in $[z_{\max} - 1, z_{\max}]$ for every $\alpha$: false without the factor "
            r"$\alpha - 1$ "
            r"(right for $\alpha = 2$ only).",
            sp.Ge(tau, z_max - 1),
        ),
    ),
)
