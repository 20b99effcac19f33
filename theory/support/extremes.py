"""Where entmax is most sensitive, and where it stops being smooth or Lipschitz."""

from __future__ import annotations

from functools import partial

import sympy as sp

from ..calculus.jacobian import mean
from ..calculus.lipschitz import kappa
from ..hypotheses import ABOVE_ONE, CONVEX_RANGE, FROM_ONE, SEVERAL, UNIT_VALUES
from ..notation import *
from ..relations import Abs, Eq, Ge, Gt, Le
from ..theorem import Claim, Folklore, Hypothesis, Theorem

theorem = partial(Theorem, area="extremes")

halves = 4 * (sp.floor(n / 2) ** (-kappa) + sp.ceiling(n / 2) ** (-kappa)) ** (alpha - 3)
"""Lipschitz constant from the maximum norm to the sum norm."""

sup_to_one = theorem(
    name="sup-to-one-exact",
    title="The exact Lipschitz constant from the maximum norm to the sum norm, for even and odd lengths",
    statement=(
        r"For $\alpha \le 2$ and $|v_i| \le 1$, $\lVert J v \rVert_1 \le 4 \bigl(\lfloor n/2 \rfloor^{-\kappa} + "
        r"\lceil n/2 \rceil^{-\kappa}\bigr)^{\alpha-3}$, $\kappa = \frac{\alpha-1}{3-\alpha}$: $n^{\alpha-1}$ for "
        r"even $n$, less for odd $n$, attained in both cases by two blocks of nearly half the tokens."
    ),
    setting=(
        r"every $n \ge 2$, real $\alpha \ge 1$, $p$ in the simplex, $v \in \mathbb{R}^n$; $J$ as in the theorem "
        r"*jacobian*"
    ),
    hypotheses=(CONVEX_RANGE, UNIT_VALUES),
    given=(
        SEVERAL,
        FROM_ONE,
    ),
    claims=(Claim("norm", Le(total(s(i) * Abs(v[i] - mean)), halves)),),
    folklore=(
        Folklore(
            r"Three tokens move by $3^{\alpha-1}$ at most, and some do: false; they move less (here: within 1/50 of "
            r"it).",
            Ge(total(s(i) * Abs(v[i] - mean)), sp.Rational(49, 50) * n**a),
        ),
    ),
)

_apart = total((z[i] - y[i]) ** 2)
_moved = total((p[i] - r[i]) ** 2)

not_lipschitz = theorem(
    name="not-lipschitz",
    title="Beyond alpha = 2 entmax of three tokens is not Lipschitz",
    statement=(
        r"Let $p = (1-\varepsilon, \varepsilon, 0, \dots, 0)$ be the probabilities of $z$, with every dead token on "
        r"the threshold, and let $z'$ be $z$ with tokens 2 and 3 exchanged. Then $\lVert p - p' \rVert_2 = "
        r"(\alpha-1) \varepsilon^{2-\alpha} \lVert z - z' \rVert_2$. For $\alpha > 2$ the factor has no bound: with "
        r"$\varepsilon = \min\bigl(\frac12, (\frac{\alpha-1}{2K})^{1/(\alpha-2)}\bigr)$ it exceeds any given $K$."
    ),
    setting=(
        r"every $n \ge 3$, real $\alpha > 1$, $K > 0$ and $0 < \varepsilon < 1$, chosen as above where $\alpha > 2$; "
        r"$z$, $z'$ as above, $r = \mathrm{entmax}_\alpha(z')$"
    ),
    hypotheses=(Hypothesis("large-alpha", r"$\alpha > 2$", Gt(alpha, 2)),),
    given=(
        ABOVE_ONE,
        n >= 3,
        lipschitz > 0,
        epsilon < 1,
    ),
    claims=(
        Claim("ratio", Eq(_moved, (a * epsilon ** (2 - alpha)) ** 2 * _apart)),
        Claim("unbounded", Gt(_moved, lipschitz**2 * _apart)),
    ),
    folklore=(
        Folklore(
            r"Entmax is Lipschitz for every $\alpha$, with the constant $\alpha - 1$: false for $\alpha > 2$ and "
            r"three tokens; no constant serves.",
            Le(_moved, a**2 * _apart),
        ),
    ),
)

_beyond = pos(1 - a * (z_max - z[k]))

edge_order = theorem(
    name="edge-order",
    title="A token leaves the support like the power q of its distance from the edge",
    statement=(
        r"With the distance $\delta = [1 - (\alpha-1)(z_{\max} - z_k)]_+$ from the one-hot margin, $p_k \le "
        r"\delta^q$ for every token; and of two tokens one has $p_2 \ge (\delta/2)^q$ for $\alpha \le 2$, while it "
        r"is 0 where $(\alpha-1)(z_1 - z_2) \ge 1$. So $p_2$ is of the exact order $\delta^q$ there."
    ),
    setting=r"every $n \ge 2$, real $\alpha > 1$, $z \in \mathbb{R}^n$",
    given=(SEVERAL, ABOVE_ONE),
    claims=(
        Claim("at-most", Le(p[k], _beyond**q)),
        Claim(
            "at-least",
            sp.Implies(sp.And(Eq(n, 2), Le(alpha, 2)), Ge(p[2], (_beyond.subs(k, 2) / 2) ** q)),
        ),
        Claim("edge", sp.Implies(a * (z[1] - z[2]) >= 1, Eq(p[2], 0))),
    ),
    folklore=(
        Folklore(
            r"Entmax with $\alpha < 2$ is smooth, so second derivatives may be taken: false for $\alpha > 3/2$; they "
            r"have no bound at the edge (here, $\alpha = 7/4$: the mass near it is at most $10$ times $\delta^2$).",
            Le(p[2], 10 * _beyond.subs(k, 2) ** 2),
        ),
    ),
)
