"""Linear position biases (ALiBi): how far entmax can look back."""

from __future__ import annotations

from functools import partial

import sympy as sp

from ..hypotheses import ABOVE_ONE, SOFTMAX
from ..mapping.entropy import tsallis
from ..notation import *
from ..theorem import Claim, Folklore, Hypothesis, Theorem

theorem = partial(Theorem, area="positions")

_BIASED = (
    r"every $n \ge 1$, real $\alpha > 1$, slope $m > 0$ and contents $c$ of range at most $\rho$; token $k$ lies at "
    r"distance $n - k$ from the last, $z_k = c_k - m (n - k)$"
)

reach_sum = sp.Sum(pos(a * (slope * k - content)) ** q, (k, 1, distance))
"""What nearer tokens of least content have above one of highest content at this distance; at least 1 shuts it out."""

_range = Hypothesis(
    "range",
    r"contents differ by at most $\rho$",
    Every(Every(z[k] + slope * (n - k) - z[l] - slope * (n - l) <= content, k), l),
)

alibi_radius = theorem(
    name="alibi-radius",
    title="The exact reach of entmax under a linear bias",
    statement=(
        r"A token at distance $d$ has probability 0 for all contents of range $\rho$ if $\sum_{k=1}^d [(\alpha-1)(m "
        r"k - \rho)]_+^q \ge 1$; otherwise some contents give it mass (lowest content for all others). So the "
        r"largest distance in reach is free of $n$, and below $\frac{1}{m}(\rho + \frac{1}{\alpha-1})$."
    ),
    setting=_BIASED + r"; $d$ the distance of the first token, $d = n - 1$",
    hypotheses=(_range,),
    given=(ABOVE_ONE,),
    claims=(
        Claim("beyond", sp.Implies(reach_sum >= 1, sp.Eq(p[1], 0))),
        Claim("simple", sp.Implies(slope * distance >= content + 1 / a, sp.Eq(p[1], 0))),
    ),
    folklore=(
        Folklore(
            r"With a position bias entmax attends within $\frac{1}{(\alpha-1) m}$ tokens: false, contents extend the "
            r"reach by $\rho/m$.",
            sp.Implies(slope * distance >= 1 / a, sp.Eq(p[1], 0)),
        ),
    ),
)

alibi_attained = theorem(
    name="alibi-radius-attained",
    title="The reach is attained",
    statement=(
        r"With highest content for the first token and lowest for all others, the first token has mass if and only "
        r"if $\sum_{k=1}^d [(\alpha-1)(m k - \rho)]_+^q < 1$, $d = n - 1$."
    ),
    setting=_BIASED + r"; $c_1 = \rho$ and $c_k = 0$ for the others",
    given=(ABOVE_ONE,),
    claims=(Claim("reached", Iff(sp.Gt(p[1], 0), reach_sum < 1)),),
)

alibi_softmax = theorem(
    name="alibi-softmax",
    title="Softmax under a linear bias decays geometrically, and never vanishes",
    statement=(
        r"For $p = \mathrm{softmax}(z)$, $0 < p_k \le e^{\rho - m (n-k)} \frac{1 - e^{-m}}{1 - e^{-m n}}$: so even "
        r"softmax does not disperse completely under a linear bias, its logits being of unbounded range."
    ),
    setting=_BIASED.replace(r", real $\alpha > 1$", ""),
    hypotheses=(_range,),
    given=(SOFTMAX,),
    claims=(
        Claim("positive", sp.Gt(p[k], 0, evaluate=False)),
        Claim(
            "decay", sp.Le(p[k], sp.exp(content - slope * (n - k)) * (1 - sp.exp(-slope)) / (1 - sp.exp(-slope * n)))
        ),
    ),
)

alibi_scale = theorem(
    name="alibi-scale",
    title="A scale narrows the window, or widens it: where the bias is added decides",
    statement=(
        r"With a scale on contents and bias, $p = \mathrm{entmax}_\alpha(\theta (c - m d))$, nothing at distance $d "
        r"\ge \frac1m \bigl(\rho + \frac{1}{(\alpha-1)\theta}\bigr)$ has mass; with the bias added after the scale, "
        r"$r = \mathrm{entmax}_\alpha(\theta c - m d)$, nothing at $d \ge \frac1m \bigl(\theta \rho + "
        r"\frac{1}{\alpha-1}\bigr)$. Both are attained for two tokens: a growing scale shrinks the first window and "
        r"widens the second."
    ),
    setting=(
        r"every $n \ge 1$, real $\alpha > 1$, $\theta > 0$, slope $m > 0$ and contents $c$ of range at most $\rho$; "
        r"token $k$ lies at distance $n - k$ from the last, $d = n - 1$; $z_k = c_k - m (n - k)$"
    ),
    hypotheses=(_range,),
    given=(ABOVE_ONE,),
    claims=(
        Claim("scaled", sp.Implies(slope * distance >= content + 1 / (a * theta), sp.Eq(p[1], 0))),
        Claim("added", sp.Implies(slope * distance >= theta * content + 1 / a, sp.Eq(r[1], 0))),
    ),
    folklore=(
        Folklore(
            r"A larger scale narrows the window of a linear bias, wherever the bias is added: false if it is added "
            r"after the scale, which then amplifies the contents only.",
            sp.Implies(slope * distance >= content + 1 / (a * theta), sp.Eq(r[1], 0)),
        ),
    ),
)

two_sided_sum = (
    2 * sp.Sum(pos(a * (slope * k - content)) ** q, (k, 1, distance - 1)) + pos(a * (slope * distance - content)) ** q
)
"""The same for tokens on both sides of the query."""

alibi_two_sided = theorem(
    name="alibi-two-sided",
    title="The exact reach under a linear bias that looks both ways",
    statement=(
        r"With the bias $-m |i - j|$ and tokens on both sides of the query, the token at distance $d$ of highest "
        r"content among others of lowest content has mass if and only if $2 \sum_{k=1}^{d-1} [(\alpha-1)(m k - "
        r"\rho)]_+^q + [(\alpha-1)(m d - \rho)]_+^q < 1$."
    ),
    setting=(
        r"every $d \ge 1$, $n = 2 d + 1$ tokens, the query in the middle, real $\alpha > 1$, $m > 0$, $\rho \ge 0$; "
        r"$z_1 = \rho - m d$ and $z_k = -m |d + 1 - k|$ for the others"
    ),
    given=(ABOVE_ONE,),
    claims=(Claim("reached", Iff(sp.Gt(p[1], 0), two_sided_sum < 1)),),
)

_return = reach * (2 * sp.pi / cells) ** 2 / 2
_shared = (cells**bands / n) ** a + a * _return

rotary_returns = theorem(
    name="rotary-returns",
    title="Rotary positions give no decay: near-maximal tokens come back for ever",
    statement=(
        r"For identical keys rotary positions give $z(d) = \sum_{f=1}^F A_f \cos(\omega_f d)$. Among the first $n$ "
        r"distances at least $n / W^F$ have $z(d) \ge z_{\max} - g$, $g = \frac{R}{2} \bigl(\frac{2 "
        r"\pi}{W}\bigr)^2$, $R = \sum A_f$, for every whole $W$; so $p_{\max}^{\alpha-1} \le (W^F/n)^{\alpha-1} + "
        r"(\alpha-1) g$ and $H_1 \ge -\log p_{\max}$. With $W \approx n^{(\alpha-1)/(2 + F(\alpha-1))}$ this gives "
        r"$\liminf H_1/\log n \ge \frac{1}{1 + F(\alpha-1)/2}$, whatever the frequencies."
    ),
    setting=(
        r"every $n, F, W \ge 1$, real $\alpha > 1$, frequencies $\omega_f$, amplitudes $A_f \ge 0$ of sum $R$; $z_k "
        r"= z(k - 1)$"
    ),
    given=(ABOVE_ONE,),
    claims=(
        Claim("returns", sp.Ge(total(sp.Piecewise((1, z[k] >= z_max - _return), (0, True)), k), n / cells**bands)),
        Claim("peak", sp.Le(p_max**a, _shared)),
        Claim("entropy", sp.Ge(tsallis(p, 1), -q * sp.log(_shared))),
    ),
    folklore=(
        Folklore(
            r"Rotary positions make attention decay with the distance: false for identical keys, after a near-period "
            r"the weight is back (here: from the tenth token on it stays below half the first one's).",
            sp.Implies(k >= 10, p[k] <= p[1] / 2),
        ),
    ),
)
