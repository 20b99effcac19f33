"""What a program may lose: brackets, budgets, supports, sums and zeros in floating point."""

from __future__ import annotations

from functools import partial

import sympy as sp

from ..calculus.jacobian import Sigma, mean
from ..hypotheses import ABOVE_ONE, CONVEX_RANGE, FROM_ONE, SEVERAL
from ..mapping.entropy import tsallis
from ..notation import *
from ..relations import Abs, Eq, Ge, Le
from ..theorem import Claim, Folklore, Theorem
from .floating import residual

theorem = partial(Theorem, area="rounding")

_APPROXIMATE = (
    r"every $n \ge 1$, real $\alpha > 1$, $z \in \mathbb{R}^n$, $x_{\max} - 1 \le \tau' < x_{\max}$; $r_i = [x_i - "
    r"\tau']_+^q$"
)

certified_bracket = theorem(
    name="certified-bracket",
    title="The sign of the residual certifies probabilities and supports",
    statement=(
        r"If $f(\tau') \ge 0$ then $p_i \le [x_i - \tau']_+^q$ for every token, and every token with $x_i \le \tau'$ "
        r"has probability exactly 0; if $f(\tau') \le 0$ then $p_i \ge [x_i - \tau']_+^q$, and every token with $x_i "
        r"> \tau'$ has mass. Two levels, one of each kind, enclose every probability and decide all tokens outside."
    ),
    setting=_APPROXIMATE,
    given=(
        ABOVE_ONE,
        rho < a * z_max,
        rho >= a * z_max - 1,
    ),
    claims=(
        Claim("above", sp.Implies(Ge(residual, 0), p[i] <= r[i])),
        Claim("below", sp.Implies(Le(residual, 0), p[i] >= r[i])),
        Claim("zero", sp.Implies(sp.And(Ge(residual, 0), x(i) <= rho), Eq(p[i], 0))),
        Claim("mass", sp.Implies(sp.And(Le(residual, 0), x(i) > rho), p[i] > 0)),
    ),
)

condition = q * p_max**a * Sigma
"""Condition number ``kappa`` of a row."""

_rest = sp.Piecewise(((1 - p_max) ** (2 - alpha), p_max < 1), (0, True))
"""What the largest token leaves to the others, to the power ``2 - alpha``: 0 where it leaves nothing."""
worst_condition = q * (p_max + (n - 1) ** a * p_max**a * _rest)
"""The worst condition number for a given largest probability."""

condition_exact = theorem(
    name="condition-number-exact",
    title="The worst condition number for a given largest probability",
    statement=(
        r"For $\alpha \le 2$ and $w = p_{\max}$, $\kappa = q\, w^{\alpha-1} \Sigma \le q \bigl(w + (n-1)^{\alpha-1} "
        r"w^{\alpha-1} (1-w)^{2-\alpha}\bigr)$, the last power read as 0 for $w = 1$; attained when the other "
        r"tokens are equal. And $\kappa \ge q$."
    ),
    setting=r"every $n \ge 2$, real $\alpha > 1$, $p$ in the simplex",
    hypotheses=(CONVEX_RANGE,),
    given=(SEVERAL, ABOVE_ONE),
    claims=(Claim("worst", Le(condition, worst_condition)), Claim("least", Ge(condition, q))),
)

tree_depth = total(sp.Piecewise((1, 2 ** (k - 1) < n), (0, True)), k)
"""``log2 n``, rounded up: the additions a term goes through when a sum is taken in pairs."""
summation_terms = tree_depth + n / 16
"""Roundings that a framework's sum of n terms may add up: pairwise, with a small sequential part."""
budget = 2 * roundoff * (2 * condition + q + 1 + summation_terms + tsallis(p, 1))
"""What a correct kernel may lose of a row, in l1."""

kernel_budget = theorem(
    name="kernel-budget",
    title="A bound on the rounding error of a correct kernel",
    statement=(
        r"A kernel that subtracts the largest logit first, solves for the threshold to the last bit, takes the power "
        r"within one unit and sums in blocks has $\lVert r - p \rVert_1 \le 2u \bigl(2\kappa + q + 1 + H_1(p) + "
        r"\lceil \log_2 n \rceil + \tfrac{n}{16}\bigr)$, $\kappa = q\, p_{\max}^{\alpha-1} \Sigma$, whatever the "
        r"size of the logits; its row sum is off by no more. (A worst case over programs: no single one attains it, "
        r"so no point of sharpness is given; honest ones come to about half of it.)"
    ),
    setting=(
        r"$n \le 64$, $\alpha \in \{5/4, 3/2, 7/4, 2\}$, logits of the format; a bisection in float32 ($u = "
        r"2^{-24}$) and float16 ($u = 2^{-11}$) with NumPy's sum and power; $r$ its output"
    ),
    claims=(
        Claim("error", Le(total(Abs(p[i] - r[i])), budget)),
        Claim("row-sum", Le(Abs(total(r[i]) - 1), budget)),
    ),
    source="derived here to first order in the unit roundoff",
    folklore=(
        Folklore(
            r"A correct kernel's rows sum to 1 within $10^{-6}$ in float32: false for sparsemax of long rows, whose "
            r"threshold has too few bits for that.",
            Le(Abs(total(r[i]) - 1), sp.Rational(1, 10**6)),
        ),
    ),
)

_error = Abs(tau - rho)

support_decisions = theorem(
    name="support-decisions",
    title="An approximate threshold misplaces only tokens within its error of the threshold",
    statement=(
        r"With a threshold off by $E = |\tau' - \tau|$ every token with $|x_i - \tau| > E$ is decided rightly; a "
        r"wrong one has probability at most $E^q$ in either row. For $\alpha \le 2$ that is at most $E$, for $\alpha "
        r"> 2$ far more."
    ),
    setting=_APPROXIMATE,
    given=(
        ABOVE_ONE,
        rho < a * z_max,
        rho >= a * z_max - 1,
    ),
    claims=(
        Claim("kept", sp.Implies(x(i) - tau > _error, r[i] > 0)),
        Claim("dropped", sp.Implies(tau - x(i) >= _error, Eq(r[i], 0))),
        Claim("revived", sp.Implies(Eq(p[i], 0), r[i] <= _error**q)),
        Claim("lost", sp.Implies(Eq(r[i], 0), p[i] <= _error**q)),
    ),
    folklore=(
        Folklore(
            r"A wrong support costs no more than the error of the threshold: false for $\alpha > 2$, where it costs "
            r"a root of it.",
            sp.Implies(Eq(p[i], 0), r[i] <= _error),
        ),
    ),
)

false_zeros = theorem(
    name="false-zeros",
    title="Small probabilities of the support round to zero",
    statement=(
        r"$p_i \le \varepsilon$ if and only if $x_i - \tau \le \varepsilon^{\alpha-1}$. So in float32 ($\varepsilon "
        r"= 2^{-150}$, half the least positive number) a token of the support up to $\varepsilon^{\alpha-1}$ above "
        r"the threshold rounds to 0: $0.0055$ for $\alpha = 1.05$."
    ),
    setting=(
        r"every $n \ge 1$, real $\alpha > 1$, $z \in \mathbb{R}^n$, $\varepsilon > 0$; $r$ is $p$ with everything up "
        r"to $\varepsilon$ set to 0"
    ),
    given=(
        ABOVE_ONE,
        Every(Eq(r[l], sp.Piecewise((p[l], p[l] > epsilon), (0, True))), l),
    ),
    claims=(
        Claim("level", Iff(p[i] <= epsilon, x(i) - tau <= epsilon**a)),
        Claim("underflow", sp.Implies(x(i) - tau <= epsilon**a, Eq(r[i], 0))),
    ),
    folklore=(
        Folklore(
            r"A zero in the output means a token off the support: false for $\alpha$ near 1 in floating point.",
            sp.Implies(Eq(r[i], 0), Eq(p[i], 0)),
        ),
    ),
)

bisection_steps = theorem(
    name="bisection-steps",
    title="About log2(q n / epsilon) halvings reach the tolerance epsilon",
    statement=(
        r"For $\alpha \le 2$ and an approximate threshold $\tau'$ in the first bracket, $\lVert r - p \rVert_1 \le q\, "
        r"n\, |\tau' - \tau|$. So $T$ halvings of $[x_{\max} - 1, x_{\max} - n^{1-\alpha}]$ leave $\lVert r - p "
        r"\rVert_1 \le q\, n\, 2^{-T}$ at the lower end: $T \ge \log_2 (q n / \varepsilon)$ steps suffice for "
        r"$\varepsilon$."
    ),
    setting=(
        r"every $n \ge 1$, $T \ge 0$, real $\alpha > 1$, $z \in \mathbb{R}^n$; $r$ belongs to a level $\tau'$ "
        r"with $x_{\max} - 1 \le \tau' \le x_{\max}$; for the second claim to the lower end of the bracket"
    ),
    hypotheses=(CONVEX_RANGE,),
    given=(ABOVE_ONE,),
    claims=(
        Claim("condition", Le(total(Abs(p[i] - r[i])), q * n * Abs(tau - rho))),
        Claim("error", Le(total(Abs(p[i] - r[i])), q * n * 2 ** (-steps))),
    ),
)

_magnitude = total(Abs(v[i]))

summation_error = theorem(
    name="summation-error",
    title="The rounding error of a sum grows with n term by term, with log n in pairs",
    statement=(
        r"Rounding to nearest, a sum of $n$ terms taken one after the other is off by at most $\bigl((1+u)^{n-1} - "
        r"1\bigr) \sum |v_i|$; taken in pairs, by at most $\bigl((1+u)^{\lceil \log_2 n \rceil} - 1\bigr) \sum "
        r"|v_i|$."
    ),
    setting=(
        r"every $n \ge 1$, $v \in \mathbb{R}^n$ in a binary format without overflow; $b$ the first sum, $c$ the "
        r"second"
    ),
    claims=(
        Claim("sequential", Le(Abs(late - total(v[i])), ((1 + roundoff) ** (n - 1) - 1) * _magnitude)),
        Claim("pairwise", Le(Abs(shift - total(v[i])), ((1 + roundoff) ** tree_depth - 1) * _magnitude)),
    ),
    source="Higham 2002, section 4.2",
    folklore=(
        Folklore(
            r"A sum of probabilities is accurate to the last bit, as nothing cancels: false; roundings add up.",
            Le(Abs(late - total(v[i])), roundoff * _magnitude),
        ),
    ),
)

vjp_mean = theorem(
    name="vjp-mean-error",
    title="An error in the weighted mean enters the backward pass times the total sensitivity",
    statement=(
        r"If the backward pass $s_i (v_i - \bar v)$ uses a mean that is off by $c$, its error in $\ell_1$ is exactly "
        r"$\Sigma |c|$."
    ),
    setting=r"every $n \ge 1$, real $\alpha \ge 1$, $p$ in the simplex, $v \in \mathbb{R}^n$, $c \in \mathbb{R}$",
    given=(FROM_ONE,),
    claims=(Claim("error", Eq(total(Abs(s(i) * (v[i] - mean - shift) - s(i) * (v[i] - mean))), Sigma * Abs(shift))),),
    folklore=(
        Folklore(
            r"The weights $s_i = p_i^{2-\alpha}$ are at most 1: false for $\alpha > 2$, where small probabilities "
            r"make them overflow.",
            Le(s(i), 1),
        ),
    ),
)

vjp_budget = theorem(
    name="vjp-budget",
    title="A bound on the rounding error of a correct backward pass",
    statement=(
        r"A backward pass that rounds $p$ to the format and computes $s_i (v_i - \bar v)$ in it is off by at most "
        r"$2u \bigl(\lceil \log_2 n \rceil + \tfrac{n}{16} + 11\bigr) \Sigma \max_i |v_i|$ in $\ell_1$. (A worst "
        r"case over programs, as in the theorem *kernel-budget*: no single one attains it.)"
    ),
    setting=(
        r"$n \le 64$, $\alpha \in \{1, 5/4, 3/2, 7/4, 2\}$, $v$ of the format; float32 ($u = 2^{-24}$) with NumPy's "
        r"sum and power; $f$ its output, $R = \max_i |v_i|$"
    ),
    claims=(
        Claim(
            "error",
            Le(total(Abs(fl[i] - s(i) * (v[i] - mean))), 2 * roundoff * (summation_terms + 11) * Sigma * reach),
        ),
    ),
    source="derived here to first order in the unit roundoff",
)
