"""The least entropy that bounded logits allow, exactly, and what longer rows do to it."""

from __future__ import annotations

from functools import partial

import sympy as sp

from ..hypotheses import ABOVE_ONE, SEVERAL, SOFTMAX, VARIED
from ..notation import *
from ..relations import Ge, Le, Min, Ne
from ..theorem import Claim, Folklore, Theorem
from .dispersion import shannon, spread, width

theorem = partial(Theorem, area="entropy_floors")

_raised = n - k + k * sp.exp(width)

softmax_floor_exact = theorem(
    name="softmax-floor-exact",
    title="The least entropy of softmax over a range, exactly, at every length",
    statement=(
        r"For $p = \mathrm{softmax}(\theta z)$ and logits of range $D = \theta(z_{\max} - z_{\min})$, $H_1(p) \ge "
        r"\min_{1 \le k \le n} \Bigl(\log M_k - \frac{k e^D D}{M_k}\Bigr)$, $M_k = n - k + k e^D$: the worst rows "
        r"have $k$ tokens at the top and the others at the bottom."
    ),
    setting=r"every $n \ge 1$, $\theta > 0$, $z \in \mathbb{R}^n$; $p = \mathrm{softmax}(\theta z)$",
    given=(SOFTMAX,),
    claims=(Claim("floor", Ge(shannon, Least(sp.log(_raised) - k * sp.exp(width) * width / _raised, k))),),
    folklore=(
        Folklore(
            r"The least entropy of softmax over a range belongs to one large token among equal others: false; more "
            r"at the top may hold less entropy.",
            Ge(shannon, sp.log(_raised.subs(k, 1)) - sp.exp(width) * width / _raised.subs(k, 1)),
        ),
    ),
)

_least = Least(p[l], l)
_most = (_least**a + spread) ** q
_full = sp.floor((1 - n * _least) / (_most - _least))
_rest = 1 - _full * _most - (n - _full - 1) * _least


def _entropy(mass: sp.Expr) -> sp.Expr:
    return sp.Piecewise((-mass * sp.log(mass), mass > 0), (0, True))


_disc = sp.sqrt(k**2 * spread**2 - n * (k * spread**2 - 1))
_low = ((_disc - k * spread) / n) ** 2
_two_levels = sp.Piecewise(
    (k * _entropy((sp.sqrt(_low) + spread) ** 2) + (n - k) * _entropy(_low), k * spread**2 <= 1), (sp.log(n), True)
)
"""Entropy of the two-level row with k tokens at the top, for alpha = 3/2."""
_zeros = sp.floor(spread ** (-q)) * _entropy(spread**q) + _entropy(1 - sp.floor(spread ** (-q)) * spread**q)
"""Entropy of the worst row with zeros."""

floor_at_minimum = theorem(
    name="entropy-floor-at-minimum",
    title="The least entropy of entmax over a range, given its smallest probability",
    statement=(
        r"Let $m = p_{\min}$, $\delta = (\alpha-1)(z_{\max} - z_{\min})$, $M = (m^{\alpha-1} + \delta)^q$ and "
        r"$k = \lfloor \frac{1 - n m}{M - m} \rfloor$. Then $H_1(p)$ is at least the entropy of $k$ tokens at $M$, one "
        r"at $r = 1 - k M - (n-k-1)\, m$ and the others at $m$: $H_1(p) \ge -k M \log M - r \log r - (n - k - 1)\, m "
        r"\log m$."
    ),
    setting=r"every $n \ge 2$, real $\alpha > 1$, $z \in \mathbb{R}^n$ that is not constant",
    given=(
        SEVERAL,
        VARIED,
        ABOVE_ONE,
    ),
    claims=(
        Claim("floor", Ge(shannon, _full * _entropy(_most) + _entropy(_rest) + (n - _full - 1) * _entropy(_least))),
    ),
    folklore=(
        Folklore(
            r"The worst rows over a range have zeros, so that $\lfloor 1/M \rfloor$ tokens at $M = \delta^q$ and a "
            r"rest bound the entropy: false without a dead token; for $\alpha < 2$ a small positive minimum always "
            r"has less, because $M$ grows with an infinite rate at $m = 0$.",
            Ge(shannon, _zeros),
        ),
        Folklore(
            r"If the worst row has no zeros, it has two levels: false for $\alpha < 2$ (here $\alpha = 3/2$: every "
            r"two-level row and the worst row with zeros have more entropy).",
            sp.Or(Ne(alpha, sp.Rational(3, 2)), shannon >= Min(_zeros, Least(_two_levels, k))),
        ),
    ),
)

_near = total(sp.Piecewise((1, a * (z_max - z[i]) < 1), (0, True)))

dispersion_of_bounded = theorem(
    name="dispersion-window",
    title="Enough tokens near the top disperse entmax; too few cannot",
    statement=(
        r"If $\sum_i [x_i - x_{\max} + n^{-(1-\varepsilon)(\alpha-1)}]_+^q \ge 1$ then $H_1(p) \ge (1-\varepsilon) "
        r"\log n$; and always $H_1(p) \le \log \#\{i : z_i > z_{\max} - \frac{1}{\alpha-1}\}$. So complete "
        r"dispersion needs $n^{1-o(1)}$ tokens in that window, and has it for sure when the range is at most "
        r"$n^{-(\alpha-1)(1 - o(1))}$ in the coordinates $x$."
    ),
    setting=r"every $n \ge 2$, real $\alpha > 1$, $z \in \mathbb{R}^n$, $0 < \varepsilon \le 1$",
    given=(
        SEVERAL,
        ABOVE_ONE,
        epsilon <= 1,
    ),
    claims=(
        Claim(
            "enough",
            sp.Implies(
                Ge(total(pos(x(i) - a * z_max + n ** (-(1 - epsilon) * a)) ** q), 1),
                Ge(shannon, (1 - epsilon) * sp.log(n)),
            ),
        ),
        Claim("too-few", Le(shannon, sp.log(_near))),
    ),
)


scalable_floor = theorem(
    name="scalable-softmax-floor",
    title="Scalable softmax still disperses over a small range",
    statement=(
        r"For $p = \mathrm{softmax}(b \log n \cdot z)$, $\frac{H_1(p)}{\log n} \ge 1 - b (z_{\max} - z_{\min})$: a "
        r"range below $1/b$ leaves normalised entropy at every length. (The worst rows approach $1 - b(z_{\max} - "
        r"z_{\min})$, with about $n^{1 - b(z_{\max} - z_{\min})}$ tokens at the top.)"
    ),
    setting=r"every $n \ge 2$, $b > 0$, $z \in \mathbb{R}^n$; $p = \mathrm{softmax}(b \log n \cdot z)$",
    given=(SEVERAL,),
    claims=(Claim("floor", Ge(shannon, (1 - strength * (z_max - z_min)) * sp.log(n))),),
    folklore=(
        Folklore(
            r"Scalable softmax cures dispersion, its normalised entropy stays below $0.9$: false over a range of "
            r"$1/(10 b)$.",
            Le(shannon, sp.Rational(9, 10) * sp.log(n)),
        ),
    ),
)
