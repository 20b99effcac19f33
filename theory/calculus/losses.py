"""Fenchel-Young losses of the Tsallis entropies."""

from __future__ import annotations

from functools import partial

import sympy as sp

from ..hypotheses import ABOVE_ONE, ALPHAS_IN_ORDER, BOTH_ABOVE_ONE, CONVEX_RANGE, SEVERAL
from ..mapping.entropy import tsallis
from ..notation import *
from ..relations import Abs, Eq, Ge, Gt, Le
from ..theorem import Claim, Folklore, Theorem
from .lipschitz import spectral_constant

theorem = partial(Theorem, area="losses")

conjugate_value = total(p[i] * z[i]) + tsallis(p, alpha)
"""``Omega*(z)``: the maximal value of the objective."""
loss = conjugate_value - total(r[i] * z[i]) - tsallis(r, alpha)
"""Loss of the logits ``z`` for the target ``r``."""
bregman = total((r[i] ** alpha - p[i] ** alpha - alpha * p[i] ** a * (r[i] - p[i])) / (alpha * a))
"""Bregman divergence of the target from ``p``."""
one_hot_loss = conjugate_value - z[k]
"""Loss for the target ``e_k``."""

_TARGET = r"every $n \ge 1$, real $\alpha > 1$, $z \in \mathbb{R}^n$, target $r$ in the simplex"

conjugate = theorem(
    name="conjugate",
    title="The maximal value, from the expected logit and the threshold",
    statement=(
        r"$\Omega^*(z) = \max_p \langle p, z\rangle + H_\alpha(p) = \frac{\alpha-1}{\alpha} \langle p, z\rangle + "
        r"\frac{\tau+1}{\alpha(\alpha-1)}$, and $p$ is a subgradient: $\Omega^*(z') \ge \Omega^*(z) + \langle p, z' "
        r"- z\rangle$."
    ),
    setting=r"every $n \ge 1$, real $\alpha > 1$, $z, z' \in \mathbb{R}^n$; $r = \mathrm{entmax}_\alpha(z')$",
    given=(ABOVE_ONE,),
    claims=(
        Claim("value", Eq(conjugate_value, a / alpha * total(p[i] * z[i]) + (tau + 1) / (alpha * a))),
        Claim("subgradient", Ge(total(r[i] * y[i]) + tsallis(r, alpha), conjugate_value + total(p[i] * (y[i] - z[i])))),
    ),
)

decomposition = theorem(
    name="loss-decomposition",
    title="The loss is a Bregman divergence plus the slack of dead tokens",
    statement=(
        r"$L(z; y) = B(y \Vert p) + \sum_{i \notin S} y_i \bigl(\frac{\tau}{\alpha-1} - z_i\bigr) \ge 0$, with "
        r"equality if and only if $y = p$."
    ),
    setting=_TARGET,
    given=(ABOVE_ONE,),
    claims=(
        Claim(
            "decomposition",
            Eq(loss, bregman + total(sp.Piecewise((r[i] * (tau / a - z[i]), Eq(p[i], 0)), (0, True)))),
        ),
        Claim("nonnegative", Ge(loss, 0)),
        Claim("zero", Iff(loss <= 0, Every(Eq(r[l], p[l]), l))),
    ),
    source="Blondel, Martins, Niculae 2020, Proposition 3 (nonnegativity); the decomposition derived here",
    folklore=(
        Folklore(
            r"The loss equals the Bregman divergence $B(y \Vert p)$: false when the target has mass off the support.",
            Eq(loss, bregman),
        ),
    ),
)

margin_loss = theorem(
    name="one-hot-loss",
    title="For one-hot targets the loss lies between the gap and the gap plus a constant",
    statement=(
        r"$g \le L(z; e_k) \le g + \frac{1 - n^{1-\alpha}}{\alpha(\alpha-1)}$ with $g = z_{\max} - z_k$; the loss is "
        r"exactly 0 if and only if $z_k$ exceeds every other logit by $\frac{1}{\alpha-1}$."
    ),
    setting=r"every $n \ge 1$, real $\alpha > 1$, $z \in \mathbb{R}^n$, every class $k$",
    given=(ABOVE_ONE,),
    claims=(
        Claim("lower", Ge(one_hot_loss, z_max - z[k])),
        Claim("upper", Le(one_hot_loss, z_max - z[k] + (1 - n ** (1 - alpha)) / (alpha * a))),
        Claim("margin", Iff(one_hot_loss <= 0, Every(sp.Or(Eq(l, k), z[l] <= z[k] - 1 / a), l))),
    ),
    source="Blondel, Martins, Niculae 2020, Proposition 8 (margin); the bounds derived here",
    folklore=(
        Folklore(
            r"The loss vanishes only in the limit, like cross-entropy: false for $\alpha > 1$; it is 0 from the "
            r"margin $\frac{1}{\alpha-1}$ on.",
            Gt(one_hot_loss, 0),
        ),
    ),
)


loss_in_alpha = theorem(
    name="loss-falls-in-alpha",
    title="For one-hot targets a larger alpha means a smaller loss",
    statement=r"$L_{\alpha'}(z; e_k) \le L_\alpha(z; e_k)$ for $\alpha \le \alpha'$.",
    setting=r"every $n \ge 1$, real $\alpha, \alpha' > 1$, $z \in \mathbb{R}^n$; $r = \mathrm{entmax}_{\alpha'}(z)$",
    hypotheses=(ALPHAS_IN_ORDER,),
    given=(BOTH_ABOVE_ONE,),
    claims=(Claim("falls", Le(total(r[i] * z[i]) + tsallis(r, beta) - z[k], one_hot_loss)),),
)

_gap_of_losses = total(r[i] * y[i]) + tsallis(r, alpha) - conjugate_value - total(target[i] * (y[i] - z[i]))
"""Loss at the logits ``z'`` less the loss at ``z``, for the same target."""
_PAIR = (
    r"every $n \ge 2$, real $\alpha > 1$, $z, z' \in \mathbb{R}^n$, target $Y$ in the simplex; $r = "
    r"\mathrm{entmax}_\alpha(z')$"
)

loss_gradient = theorem(
    name="loss-gradient",
    title="The gradient of the loss is bounded, and exactly zero for dead classes",
    statement=(
        r"$L(\cdot\,; Y)$ is convex with gradient $p - Y$: $L(z'; Y) \ge L(z; Y) + \langle p - Y, z' - z \rangle$; "
        r"and $\lVert p - Y \rVert_1 \le 2$, $\lVert p - Y \rVert_2^2 \le 2$. A class off the support of $p$ and of "
        r"$Y$ has gradient exactly 0: it gets no signal."
    ),
    setting=_PAIR,
    given=(
        SEVERAL,
        ABOVE_ONE,
    ),
    claims=(
        Claim("convex", Ge(_gap_of_losses, total((p[i] - target[i]) * (y[i] - z[i])))),
        Claim("one-norm", Le(total(Abs(target[i] - p[i])), 2)),
        Claim("two-norm", Le(total((p[i] - target[i]) ** 2), 2)),
    ),
    source="Blondel, Martins, Niculae 2020, Proposition 2 (convexity and gradient); the norms derived here",
    folklore=(
        Folklore(
            r"Every class but the target gets a gradient, as with cross-entropy: false for $\alpha > 1$; classes off "
            r"the support get none.",
            sp.Implies(Eq(target[i], 0), p[i] - target[i] > 0),
        ),
    ),
)

loss_smoothness = theorem(
    name="loss-smoothness",
    title="The loss lies below its tangent parabola, and so above the squared error",
    statement=(
        r"For $\alpha \le 2$ and $\Lambda = \max\bigl(2^{\alpha-2}, \frac{n}{n-1} C_n(\alpha)\bigr)$, $L(z'; Y) \le "
        r"L(z; Y) + \langle p - Y, z' - z \rangle + \frac{\Lambda}{2} \lVert z' - z \rVert^2$, and $L(z; Y) \ge "
        r"\frac{1}{2 \Lambda} \lVert p - Y \rVert^2$: better than $\frac12 \lVert p - Y \rVert^2$ wherever $\Lambda "
        r"< 1$."
    ),
    setting=_PAIR,
    hypotheses=(CONVEX_RANGE,),
    given=(
        SEVERAL,
        ABOVE_ONE,
    ),
    claims=(
        Claim(
            "parabola",
            Le(
                _gap_of_losses,
                total((p[i] - target[i]) * (y[i] - z[i])) + spectral_constant / 2 * total((y[i] - z[i]) ** 2),
            ),
        ),
        Claim(
            "squared-error",
            Ge(
                conjugate_value - total(target[i] * z[i]) - tsallis(target, alpha),
                total((p[i] - target[i]) ** 2) / (2 * spectral_constant),
            ),
        ),
    ),
)

label_smoothing = theorem(
    name="label-smoothing",
    title="Smoothed labels shift the loss, and make its minimum finite",
    statement=(
        r"For $Y = (1 - \varepsilon) e_k + \varepsilon/n$, $L(z; Y) = L(z; e_k) + \varepsilon (z_k - \bar z) - "
        r"H_\alpha(Y)$ with the mean $\bar z$; it is nonnegative, and 0 at the finite logits $z_i = "
        r"Y_i^{\alpha-1}/(\alpha-1)$."
    ),
    setting=(
        r"every $n \ge 1$, real $\alpha > 1$, $z \in \mathbb{R}^n$, every class $k$, $0 \le \varepsilon \le 1$; $r = "
        r"Y$"
    ),
    given=(
        ABOVE_ONE,
        Every(Eq(r[l], epsilon / n + sp.Piecewise((1 - epsilon, Eq(l, k)), (0, True))), l),
    ),
    claims=(
        Claim("shift", Eq(loss, one_hot_loss + epsilon * (z[k] - total(z[i]) / n) - tsallis(r, alpha))),
        Claim("nonnegative", Ge(one_hot_loss + epsilon * (z[k] - total(z[i]) / n) - tsallis(r, alpha), 0)),
    ),
)

loss_soft_labels = theorem(
    name="loss-soft-labels",
    title="For soft labels a larger alpha means a smaller loss, up to the entropies of the labels",
    statement=(
        r"$L_{\alpha'}(z; Y) \le L_\alpha(z; Y) + H_\alpha(Y) - H_{\alpha'}(Y)$ for $\alpha \le \alpha'$ and every "
        r"target; the last two terms vanish for one-hot targets only."
    ),
    setting=(
        r"every $n \ge 1$, real $\alpha, \alpha' > 1$, $z \in \mathbb{R}^n$, target $Y$ in the simplex; $r = "
        r"\mathrm{entmax}_{\alpha'}(z)$"
    ),
    hypotheses=(ALPHAS_IN_ORDER,),
    given=(BOTH_ABOVE_ONE,),
    claims=(
        Claim(
            "falls",
            Le(
                total((r[i] - target[i]) * z[i]) + tsallis(r, beta) - tsallis(target, beta),
                total((p[i] - target[i]) * z[i])
                + tsallis(p, alpha)
                - tsallis(target, alpha)
                + (tsallis(target, alpha) - tsallis(target, beta)),
            ),
        ),
    ),
    folklore=(
        Folklore(
            r"A larger $\alpha$ never raises the loss: false for soft labels, which may equal $p$ for one $\alpha$ "
            r"only.",
            Le(
                total((r[i] - target[i]) * z[i]) + tsallis(r, beta) - tsallis(target, beta),
                total((p[i] - target[i]) * z[i]) + tsallis(p, alpha) - tsallis(target, alpha),
            ),
        ),
    ),
)
