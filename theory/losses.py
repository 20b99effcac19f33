"""Fenchel-Young losses of the Tsallis entropies."""

from __future__ import annotations

import sympy as sp

from .entropy import tsallis
from .notation import Every, Iff, a, alpha, beta, i, k, l, n, p, r, tau, total, y, z, z_max
from .theorem import Claim, Folklore, Hypothesis, Theorem

conjugate_value = total(p[i] * z[i]) + tsallis(p, alpha)
"""``Omega*(z)``: the maximal value of the objective."""
loss = conjugate_value - total(r[i] * z[i]) - tsallis(r, alpha)
"""Loss of the logits ``z`` for the target ``r``."""
bregman = total((r[i] ** alpha - p[i] ** alpha - alpha * p[i] ** a * (r[i] - p[i])) / (alpha * a))
"""Bregman divergence of the target from ``p``."""
one_hot_loss = conjugate_value - z[k]
"""Loss for the target ``e_k``."""

_TARGET = r"every $n \ge 1$, real $\alpha > 1$, $z \in \mathbb{R}^n$, target $r$ in the simplex"

conjugate = Theorem(
    name="conjugate",
    area="losses",
    title="The maximal value, without the maximiser's powers",
    statement=(
        r"$\Omega^*(z) = \max_p \langle p, z\rangle + H_\alpha(p) = \frac{\alpha-1}{\alpha} \langle p, z\rangle + "
        r"\frac{\tau+1}{\alpha(\alpha-1)}$, and $p$ is a subgradient: $\Omega^*(z') \ge \Omega^*(z) + "
        r"\langle p, z' - z\rangle$."
    ),
    setting=r"every $n \ge 1$, real $\alpha > 1$, $z, z' \in \mathbb{R}^n$; $r = \mathrm{entmax}_\alpha(z')$",
    claims=(
        Claim("value", sp.Eq(conjugate_value, a / alpha * total(p[i] * z[i]) + (tau + 1) / (alpha * a))),
        Claim(
            "subgradient",
            sp.Ge(total(r[i] * y[i]) + tsallis(r, alpha), conjugate_value + total(p[i] * (y[i] - z[i]))),
        ),
    ),
)

decomposition = Theorem(
    name="loss-decomposition",
    area="losses",
    title="The loss is a Bregman divergence plus the slack of dead tokens",
    statement=(
        r"$L(z; y) = B(y \Vert p) + \sum_{i \notin S} y_i \bigl(\frac{\tau}{\alpha-1} - z_i\bigr) \ge 0$, "
        r"with equality if and "
        r"only if $y = p$."
    ),
    setting=_TARGET,
    claims=(
        Claim(
            "decomposition",
            sp.Eq(loss, bregman + total(sp.Piecewise((r[i] * (tau / a - z[i]), sp.Eq(p[i], 0)), (0, True)))),
        ),
        Claim("nonnegative", sp.Ge(loss, 0)),
    ),
    source="Blondel, Martins, Niculae 2020, Proposition 3 (nonnegativity); the decomposition derived here",
    folklore=(
        Folklore(
            r"The loss equals the Bregman divergence $B(y \Vert p)$: false when the target has mass off the support.",
            sp.Eq(loss, bregman),
        ),
    ),
)

margin_loss = Theorem(
    name="one-hot-loss",
    area="losses",
    title="One-hot targets: between the gap and the gap plus a constant",
    statement=(
        r"$g \le L(z; e_k) \le g + \frac{1 - n^{1-\alpha}}{\alpha(\alpha-1)}$ with $g = z_{\max} - z_k$; "
        r"the loss is exactly 0 if and "
        r"only if $z_k$ exceeds every other logit by $\frac{1}{\alpha-1}$."
    ),
    setting=r"every $n \ge 1$, real $\alpha > 1$, $z \in \mathbb{R}^n$, every class $k$",
    claims=(
        Claim("lower", sp.Ge(one_hot_loss, z_max - z[k])),
        Claim("upper", sp.Le(one_hot_loss, z_max - z[k] + (1 - n ** (1 - alpha)) / (alpha * a))),
        Claim("margin", Iff(one_hot_loss <= 0, Every(sp.Or(sp.Eq(l, k), z[l] <= z[k] - 1 / a), l))),
    ),
    source="Blondel, Martins, Niculae 2020, Proposition 8 (margin); the bounds derived here",
    folklore=(
        Folklore(
            r"The loss vanishes only in the limit, like cross-entropy: false for $\alpha > 1$.",
            sp.Gt(one_hot_loss, 0),
        ),
    ),
)

quadratic_lower_bound = Theorem(
    name="loss-lower-bound",
    area="losses",
    title="A small loss means close probabilities",
    statement=r"$L(z; y) \ge \tfrac12 \lVert p - y \rVert^2$ for $\alpha \le 2$.",
    setting=_TARGET,
    hypotheses=(Hypothesis("convex-range", r"$\alpha \le 2$", sp.Le(alpha, 2)),),
    claims=(Claim("quadratic", sp.Ge(loss, total((p[i] - r[i]) ** 2) / 2)),),
    source="Blondel, Martins, Niculae 2020, section 3 (strong convexity)",
)

loss_in_alpha = Theorem(
    name="loss-falls-in-alpha",
    area="losses",
    title="For one-hot targets a larger alpha means a smaller loss",
    statement=r"$L_{\alpha'}(z; e_k) \le L_\alpha(z; e_k)$ for $\alpha \le \alpha'$.",
    setting=r"every $n \ge 1$, real $\alpha, \alpha' > 1$, $z \in \mathbb{R}^n$; $r = \mathrm{entmax}_{\alpha'}(z)$",
    hypotheses=(Hypothesis("order", r"$\alpha \le \alpha'$", sp.Le(alpha, beta)),),
    claims=(Claim("falls", sp.Le(total(r[i] * z[i]) + tsallis(r, beta) - z[k], one_hot_loss)),),
)
