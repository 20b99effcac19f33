"""The function whose root the threshold is: its shape, its roots in closed form, and the power that it sums."""

from __future__ import annotations

from functools import partial

import sympy as sp

from ..hypotheses import ABOVE_ONE, ALPHAS_IN_ORDER, BOTH_ABOVE_ONE, CONVEX_RANGE, LARGE_ALPHA, SORTED, TWO_TOKENS
from ..notation import *
from ..relations import Abs, Eq, Ge, Le, Min
from ..theorem import Claim, Folklore, Hypothesis, Theorem
from .newton import plain

theorem = partial(Theorem, area="excess")


def mass_above(level: sp.Expr) -> sp.Sum:
    """Mass ``F`` of the row above a level, ``sum [x_i - level]_+^q``; the excess is ``F - 1``."""
    return total(pos(x(i) - level) ** q)


_CHORD = (
    r"every $n \ge 1$, real $\alpha > 1$, $z \in \mathbb{R}^n$, levels $\tau'$ and $\tau' + c$ with $c \ge 0$, and "
    r"$0 \le t \le 1$"
)
_between = rho + mix * shift


def _chord(f: sp.Expr, g: sp.Expr) -> sp.Expr:
    return (1 - mix) * f + mix * g


excess_convex = theorem(
    name="excess-convex",
    title="Up to alpha = 2 the excess is convex in the level",
    statement=(
        r"For $\alpha \le 2$ both $F(\tau) = \sum_i [x_i - \tau]_+^q$ and $\lVert [x - \tau]_+ \rVert_q = F^{1/q}$ "
        r"are convex: they lie below their chords. So Newton's step on the excess, from any $\tau' < x_{\max}$, also "
        r"right of the threshold, ends at or left of $\tau$."
    ),
    setting=_CHORD,
    hypotheses=(CONVEX_RANGE,),
    given=(
        ABOVE_ONE,
        mix >= 0,
        mix <= 1,
        shift >= 0,
    ),
    claims=(
        Claim("mass", Le(mass_above(_between), _chord(mass_above(rho), mass_above(rho + shift)))),
        Claim("norm", Le(mass_above(_between) ** a, _chord(mass_above(rho) ** a, mass_above(rho + shift) ** a))),
        Claim("tangent", sp.Implies(rho < a * z_max, plain <= tau)),
    ),
    folklore=(
        Folklore(
            r"The excess is convex for every $\alpha$, so that Newton's method from the left is safe: false for "
            r"$\alpha > 2$, where each of its powers is concave.",
            Le(mass_above(_between), _chord(mass_above(rho), mass_above(rho + shift))),
        ),
        Folklore(
            r"From the right Newton's method falls to the threshold without passing it: false; the excess is convex "
            r"and the step passes the root.",
            sp.Implies(rho > tau, plain >= tau),
        ),
        Folklore(
            r"A Newton step from within the first bracket stays there: false; near $x_{\max}$ the slope vanishes and "
            r"the step has no bound (here: no more than 10 below $\tau$).",
            plain >= tau - 10,
        ),
    ),
)

excess_pieces = theorem(
    name="excess-pieces",
    title="Beyond alpha = 2 the excess is concave between neighbouring logits",
    statement=(
        r"For $\alpha \ge 2$ and no $x_l$ strictly between $\tau'$ and $\tau' + c$, $F$ lies above its chord there; "
        r"across a logit it need not."
    ),
    setting=_CHORD,
    hypotheses=(
        LARGE_ALPHA,
        Hypothesis(
            "same-piece",
            r"$x_l \le \tau'$ or $x_l \ge \tau' + c$ for every $l$",
            Every(sp.Or(x(l) <= rho, x(l) >= rho + shift), l),
        ),
    ),
    given=(
        ABOVE_ONE,
        mix >= 0,
        mix <= 1,
        shift >= 0,
    ),
    claims=(Claim("mass", Ge(mass_above(_between), _chord(mass_above(rho), mass_above(rho + shift)))),),
)

_gap = z[1] - z[2]

two_tokens = theorem(
    name="closed-form-two-tokens",
    title="Entmax of two tokens in closed form",
    statement=(
        r"For $n = 2$ and $|z_1 - z_2| \le \frac{1}{\alpha-1}$, $p_1^{\alpha-1} - p_2^{\alpha-1} = (\alpha-1)(z_1 - "
        r"z_2)$. So $p_1$ is $\frac{1 + z_1 - z_2}{2}$ for $\alpha = 2$, $\frac12 + z_1 - z_2$ for $\alpha = 3$, "
        r"both cut to $[0, 1]$, and $\frac14 \bigl(c + \sqrt{2 - c^2}\bigr)^2$ with $c = \frac{z_1 - z_2}{2}$ for "
        r"$\alpha = \frac32$, $|c| \le 1$."
    ),
    setting=r"$n = 2$, real $\alpha > 1$, $z \in \mathbb{R}^2$",
    given=(
        ABOVE_ONE,
        TWO_TOKENS,
    ),
    claims=(
        Claim("equation", sp.Implies(Abs(_gap) <= 1 / a, Eq(p[1] ** a - p[2] ** a, a * _gap))),
        Claim("sparsemax", sp.Implies(Eq(alpha, 2), Eq(p[1], Min(1, pos((1 + _gap) / 2))))),
        Claim("three", sp.Implies(Eq(alpha, 3), Eq(p[1], Min(1, pos(sp.Rational(1, 2) + _gap))))),
        Claim(
            "three-halves",
            sp.Implies(
                sp.And(Eq(alpha, sp.Rational(3, 2)), Abs(_gap) <= 2),
                Eq(p[1], (_gap / 2 + sp.sqrt(2 - _gap**2 / 4)) ** 2 / 4),
            ),
        ),
    ),
)

_mean = total(x(i), last=size) / size
_centred = x(i) - total(x(k), k, size) / size
_P = total(_centred**2, last=size) / size
_Q = (1 - total(_centred**3, last=size)) / (2 * size)
_third = sp.Rational(1, 3)

four_thirds = theorem(
    name="closed-form-four-thirds",
    title="The threshold for alpha = 4/3 by Cardano's formula",
    statement=(
        r"For $\alpha = 4/3$ and sorted logits $u = \mu - \tau$, $\mu$ the mean of the $x_i$ of the support, solves "
        r"$u^3 + 3 P u = 2 Q$ with $P = \frac{1}{|S|} \sum_{i \in S} (x_i - \mu)^2$, $Q = \frac{1}{2|S|}\bigl(1 - "
        r"\sum_{i \in S} (x_i - \mu)^3\bigr)$, whose only real root is $u = \sqrt[3]{\sqrt{Q^2 + P^3} + Q} - "
        r"\sqrt[3]{\sqrt{Q^2 + P^3} - Q}$."
    ),
    setting=r"every $n \ge 1$, $z \in \mathbb{R}^n$",
    hypotheses=(SORTED, Hypothesis("four-thirds", r"$\alpha = 4/3$", Eq(alpha, sp.Rational(4, 3)))),
    claims=(
        Claim("cubic", Eq((_mean - tau) ** 3 + 3 * _P * (_mean - tau), 2 * _Q)),
        Claim(
            "closed",
            Eq(tau, _mean - (sp.sqrt(_Q**2 + _P**3) + _Q) ** _third + (sp.sqrt(_Q**2 + _P**3) - _Q) ** _third),
        ),
    ),
)

deformed_exponential = theorem(
    name="deformed-exponential",
    title="Probabilities are a deformed exponential of the logit, steeper for larger alpha",
    statement=(
        r"$p_i = E(z_i - \lambda)$ with $E(t) = [1 + (\alpha-1) t]_+^{1/(\alpha-1)}$ and $\lambda = "
        r"\frac{\tau+1}{\alpha-1}$. Where it is positive its slope is $E' = E^{2-\alpha}$, which for a given level "
        r"$E \le 1$ rises with $\alpha$: $p_i^{2-\alpha} \le p_i^{2-\alpha'}$ for $\alpha \le \alpha'$. So two of "
        r"them cross once."
    ),
    setting=r"every $n \ge 1$, real $\alpha, \alpha' > 1$, $z \in \mathbb{R}^n$",
    hypotheses=(ALPHAS_IN_ORDER,),
    given=(BOTH_ABOVE_ONE,),
    claims=(
        Claim("form", Eq(p[i], pos(1 + a * (z[i] - (tau + 1) / a)) ** q)),
        Claim("steeper", sp.Or(Eq(p[i], 0), p[i] ** (2 - alpha) <= p[i] ** (2 - beta))),
    ),
    source="Tsallis 1994 (deformed exponentials); the order derived here",
)
