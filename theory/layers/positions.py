"""Linear position biases (ALiBi): how far entmax can look back."""

from __future__ import annotations

from functools import partial

import sympy as sp

from ..hypotheses import ABOVE_ONE, SOFTMAX
from ..mapping.entropy import tsallis
from ..notation import *
from ..relations import Abs, Eq, Ge, Gt, Le, Lt
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
        Claim("beyond", sp.Implies(Ge(reach_sum, 1), Eq(p[1], 0))),
        Claim("simple", sp.Implies(slope * distance >= content + 1 / a, Eq(p[1], 0))),
    ),
    folklore=(
        Folklore(
            r"With a position bias entmax attends within $\frac{1}{(\alpha-1) m}$ tokens: false; contents extend the "
            r"reach by $\rho/m$.",
            sp.Implies(slope * distance >= 1 / a, Eq(p[1], 0)),
        ),
    ),
)

alibi_attained = theorem(
    name="alibi-radius-attained",
    title="The reach of entmax under a linear bias is attained",
    statement=(
        r"With highest content for the first token and lowest for all others, the first token has mass if and only "
        r"if $\sum_{k=1}^d [(\alpha-1)(m k - \rho)]_+^q < 1$, $d = n - 1$."
    ),
    setting=_BIASED + r"; $c_1 = \rho$ and $c_k = 0$ for the others",
    given=(ABOVE_ONE,),
    claims=(Claim("reached", Iff(Gt(p[1], 0), Lt(reach_sum, 1))),),
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
        Claim("positive", Gt(p[k], 0)),
        Claim("decay", Le(p[k], sp.exp(content - slope * (n - k)) * (1 - sp.exp(-slope)) / (1 - sp.exp(-slope * n)))),
    ),
)

alibi_scale = theorem(
    name="alibi-scale",
    title="A scale narrows the window if it multiplies the bias, and widens it if the bias is added after",
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
        Claim("scaled", sp.Implies(slope * distance >= content + 1 / (a * theta), Eq(p[1], 0))),
        Claim("added", sp.Implies(slope * distance >= theta * content + 1 / a, Eq(r[1], 0))),
    ),
    folklore=(
        Folklore(
            r"A larger scale narrows the window of a linear bias, wherever the bias is added: false if it is added "
            r"after the scale, which then amplifies the contents only.",
            sp.Implies(slope * distance >= content + 1 / (a * theta), Eq(r[1], 0)),
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
    claims=(Claim("reached", Iff(Gt(p[1], 0), Lt(two_sided_sum, 1))),),
)

_return = reach * (2 * sp.pi / cells) ** 2 / 2
_shared = (cells**bands / n) ** a + a * _return

rotary_returns = theorem(
    name="rotary-returns",
    title="Rotary positions do not make attention decay: near-maximal logits come back",
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
        Claim("returns", Ge(total(sp.Piecewise((1, z[k] >= z_max - _return), (0, True)), k), n / cells**bands)),
        Claim("peak", Le(p_max**a, _shared)),
        Claim("entropy", Ge(tsallis(p, 1), -q * sp.log(_shared))),
    ),
    folklore=(
        Folklore(
            r"Rotary positions make attention decay with the distance: false for identical keys; after a near-period "
            r"the weight is back (here: from the tenth token on it stays below half the first one's).",
            sp.Implies(k >= 10, p[k] <= p[1] / 2),
        ),
    ),
)

_angle = frequency * (k - 1)
cut_off = sp.acos(tau / (a * amplitude))
"""Angle at which the threshold is crossed: ``(alpha - 1) A cos(u) > tau`` for ``u`` below it."""
_turns = sp.floor(_angle / (2 * sp.pi) + sp.Rational(1, 2))

rotary_cut_off = theorem(
    name="rotary-cut-off",
    title="With one rotary frequency attention is cut off at an angle, and comes back with every turn",
    statement=(
        r"With one frequency $\omega$ the token at distance $d$ has the logit $A \cos(\omega d)$. Let $u = "
        r"\arccos\frac{\tau}{(\alpha-1) A}$. Tokens at $\omega d < u$ have mass, those at $u \le \omega d \le 2\pi - "
        r"u$ have none; so up to half a turn a token has mass if and only if $\omega d < u$. Beyond, it has mass if "
        r"and only if $\omega d$ lies within less than $u$ of a whole number of turns: what is near comes back every "
        r"$2\pi/\omega$ tokens, for ever. (The paper's statement, as quoted, has $\arccos\frac{\tau (\alpha-1)}{\lVert "
        r"q \rVert \lVert k \rVert}$. From $(\alpha-1) A \cos(\omega d) > \tau$, with $A = \lVert q \rVert \lVert k "
        r"\rVert$, follows the quotient here; the product is right for $\alpha = 2$, or for a threshold in the "
        r"coordinates $z/(\alpha-1)$, that is $\tau/(\alpha-1)^2$.)"
    ),
    setting=(
        r"every $n \ge 1$, real $\alpha > 1$, $\omega, A > 0$ such that $\tau \ge -(\alpha-1) A$ (else every token has "
        r"mass); token $k$ lies at distance $k - 1$, $z_k = A \cos(\omega (k - 1))$"
    ),
    given=(ABOVE_ONE,),
    claims=(
        Claim("within", sp.Implies(_angle < cut_off, Gt(p[k], 0))),
        Claim("beyond", sp.Implies(sp.And(cut_off <= _angle, _angle <= 2 * sp.pi - cut_off), Eq(p[k], 0))),
        Claim("returns", Iff(Gt(p[k], 0), Abs(_angle - 2 * sp.pi * _turns) < cut_off)),
    ),
    source="Long-Context Generalization with Sparse Attention (arXiv 2506.16640), Propositions 7 and 8",
    folklore=(
        Folklore(
            r"Under entmax a rotary frequency cuts attention off at a distance: false; beyond half a turn tokens come "
            r"back.",
            sp.Implies(_angle >= cut_off, Eq(p[k], 0)),
        ),
    ),
)

_stands_out = Every(sp.Or(Eq(l, k), z[l] <= z[k] - 1 / a), l)
"""The content of token k exceeds all others by the margin of one-hot answers."""

nope_beside_alibi = theorem(
    name="nope-beside-alibi",
    title="A head without positions and one with a linear bias each see what the other cannot",
    statement=(
        r"Two heads read the same contents $z$ from the last token: $p$ with a linear bias (ALiBi), $r$ without "
        r"positions (NoPE). The first gives nothing to a token at distance $d \ge \frac1m \bigl(z_{\max} - z_{\min} + "
        r"\frac{1}{\alpha-1}\bigr)$, at every length. The second gives everything to a token if and only if its "
        r"content exceeds all others by $\frac{1}{\alpha-1}$, wherever it stands. Both are needed: from $d \ge \frac1m "
        r"\bigl(z_k - z_n + \frac{1}{\alpha-1}\bigr)$ on, the first head does not see a token that the second reads "
        r"alone; and of two tokens of equal content the second head cannot prefer one, where the first prefers the "
        r"nearer, if that has mass."
    ),
    setting=(
        r"every $n \ge 1$, real $\alpha > 1$, slope $m > 0$ and contents $z \in \mathbb{R}^n$; token $k$ lies at "
        r"distance $d = n - k$ from the last, $p = \mathrm{entmax}_\alpha(z_i - m (n - i))$, $r = "
        r"\mathrm{entmax}_\alpha(z)$"
    ),
    given=(ABOVE_ONE,),
    claims=(
        Claim("alibi", sp.Implies(slope * (n - k) >= z_max - z_min + 1 / a, Eq(p[k], 0))),
        Claim("nope", Iff(Eq(r[k], 1), _stands_out)),
        Claim(
            "far",
            sp.Implies(sp.And(_stands_out, slope * (n - k) >= z[k] - z[n] + 1 / a), sp.And(Eq(r[k], 1), Eq(p[k], 0))),
        ),
        Claim("equal", sp.Implies(Eq(z[k], z[l]), Eq(r[k], r[l]))),
        Claim("nearer", sp.Implies(sp.And(Eq(z[k], z[l]), k < l, p[l] > 0), p[k] < p[l])),
    ),
    source="Long-Context Generalization with Sparse Attention (arXiv 2506.16640), NAPE; stated and derived here",
    folklore=(
        Folklore(
            r"A head with a linear bias finds a token that stands out, wherever it is: false beyond its window.",
            sp.Implies(_stands_out, Gt(p[k], 0)),
        ),
    ),
)
