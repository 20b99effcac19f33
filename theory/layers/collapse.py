"""Representational collapse: what repeating the last token does to a read-out."""

from __future__ import annotations

from functools import partial

import sympy as sp

from ..hypotheses import ABOVE_ONE, FROM_ONE, REPEATED, SEVERAL, SOFTMAX
from ..notation import *
from ..relations import Abs, Eq, Ge, Gt, Le
from ..theorem import Claim, Folklore, Hypothesis, Theorem

theorem = partial(Theorem, area="collapse")

output = total(p[i] * v[i])
"""Read-out ``o`` of the row."""
repeated_output = total(r[i] * v[i], last=n - 1) + 2 * r[n] * v[n]
"""Read-out ``o*`` after the last token has been repeated; ``r_n`` is the weight of each of its two copies."""
moved = 2 * r[n] - p[n]
"""Mass ``eta`` that the repetition moves to the last token."""

_SETTING = (
    r"every $n \ge 1$, real $\alpha \ge 1$, $z, v \in \mathbb{R}^n$ ($v$ any coordinate of the values); $r$ belongs "
    r"to $z$ with its last token repeated"
)

_SOFTMAX_REPEATED = Every(Eq(r[l] * (1 + p[n]), p[l]), l)
_ENTMAX_REPEATED = sp.And(
    Eq(total(r[i], last=n - 1) + 2 * r[n], 1),
    Every(Eq(r[l], sp.Piecewise((pos(a * (z[l] - z[n]) + r[n] ** a) ** q, r[n] > 0), (p[l], True))), l),
)
"""What the weights of the row with its last token repeated have to do with those of the row, as conditions."""

read_out_shift = theorem(
    name="read-out-shift",
    title="Repeating the last token moves a read-out by at most the moved mass times the spread of the values",
    statement=(
        r"$o^* - o = \sum_{i<n} (p_i - r_i)(v_n - v_i)$ with $p_i \ge r_i$, and the mass moved is $\eta = \sum_{i<n} "
        r"(p_i - r_i) = 2 r_n - p_n \in [0, p_n]$. Hence $|o^* - o| \le \eta \max_i |v_n - v_i|$."
    ),
    setting=_SETTING + r"; $R = \max_i |v_n - v_i|$",
    given=(
        FROM_ONE,
        REPEATED,
    ),
    claims=(
        Claim("shift", Eq(repeated_output - output, total((p[i] - r[i]) * (v[n] - v[i]), last=n - 1))),
        Claim("mass", Eq(total(p[i] - r[i], last=n - 1), moved)),
        Claim("not-negative", Ge(moved, 0)),
        Claim("at-most", Le(moved, p[n])),
        Claim("bound", Le(Abs(repeated_output - output), moved * reach)),
    ),
    folklore=(
        Folklore(
            r"Entmax prevents representational collapse: it can, but need not. If the last token is below the "
            r"threshold, the two read-outs are equal, whatever $n$ and the values are.",
            Gt(Abs(repeated_output - output), 0),
        ),
    ),
)

softmax_collapse = theorem(
    name="softmax-collapse",
    title="Softmax moves at most 0.1716 of its mass",
    statement=(r"For softmax $o^* - o = r_n (v_n - o)$, and $\eta = (1 - p_n) r_n \le 3 - 2\sqrt2$."),
    setting=_SETTING.replace(r"real $\alpha \ge 1$", r"$\alpha = 1$"),
    given=(
        _SOFTMAX_REPEATED,
        SOFTMAX,
    ),
    claims=(
        Claim("shift", Eq(repeated_output - output, r[n] * (v[n] - output))),
        Claim("mass", Eq(moved, (1 - p[n]) * r[n])),
        Claim("bound", Le(moved, 3 - 2 * sp.sqrt(2))),
    ),
)

_E = sp.exp(theta * (z_max - z_min))

softmax_collapse_rate = theorem(
    name="softmax-collapse-rate",
    title="Softmax over bounded logits collapses like 1/n",
    statement=(
        r"For softmax over logits of range $D$ with $e^D \le (n-1)/\sqrt2$, $\eta \le \frac{(n-1) "
        r"e^D}{(n-1+e^D)(n-1+2e^D)} \le \frac{e^D}{n-1}$, the first attained."
    ),
    setting=_SETTING.replace(r"real $\alpha \ge 1$", r"$\alpha = 1$").replace(r"n \ge 1", r"n \ge 2"),
    hypotheses=(Hypothesis("long", r"$e^D \le (n-1)/\sqrt2$", (n - 1) / sp.sqrt(2) >= _E),),
    given=(
        SEVERAL,
        _SOFTMAX_REPEATED,
        SOFTMAX,
    ),
    claims=(
        Claim("rate", Le(moved, (n - 1) * _E / ((n - 1 + _E) * (n - 1 + 2 * _E)))),
        Claim("simple", Le(moved, _E / (n - 1))),
    ),
)

persistence = theorem(
    name="collapse-persistence",
    title="Entmax can keep two read-outs apart at every length",
    statement=(
        r"If the first and the last token are tied at the top and every other logit is at least "
        r"$\frac{2^{1-\alpha}}{\alpha-1}$ below, then $o^* - o = (v_n - v_1)/6$ for every $n$: the distance does not "
        r"shrink with length, as it must for softmax over bounded logits."
    ),
    setting=_SETTING.replace(r"\alpha \ge 1", r"\alpha > 1").replace(r"n \ge 1", r"n \ge 2"),
    hypotheses=(
        Hypothesis("tied", r"$z_1 = z_n$", Eq(z[1], z[n])),
        Hypothesis(
            "low",
            r"$z_l \le z_1 - \frac{2^{1-\alpha}}{\alpha-1}$ for every other $l$",
            Every(sp.Or(Eq(l, 1), Eq(l, n), z[l] <= z[1] - 2 ** (-a) / a), l),
        ),
    ),
    given=(
        SEVERAL,
        ABOVE_ONE,
        _ENTMAX_REPEATED,
    ),
    claims=(Claim("distance", Eq(repeated_output - output, (v[n] - v[1]) / 6)),),
)

collapse_through_layers = theorem(
    name="collapse-through-layers",
    title="Depth multiplies a small difference by the layers' Lipschitz constants, and by nothing else",
    statement=(
        r"If two inputs of $L$ layers differ by at most $R$ in every token, and each layer averages with the same "
        r"row-stochastic weights and then applies a map of Lipschitz constant $K$ token by token, the outputs differ "
        r"by at most $K^L R$."
    ),
    setting=(
        r"every $n, L \ge 1$, row-stochastic matrices, token-wise maps of Lipschitz constant $K > 0$; $b$ is the "
        r"difference of the outputs in the last token, $R$ the largest difference of the inputs"
    ),
    claims=(Claim("distance", Le(Abs(late), lipschitz**layers * reach)),),
    folklore=(
        Folklore(
            r"What softmax has brought close stays close in every deeper layer: false for maps of Lipschitz constant "
            r"above 1.",
            Le(Abs(late), reach),
        ),
        Folklore(
            r"A repetition changes one layer only, so with softmax over logits of range $D$ it moves a deep read-out "
            r"by at most $K^L \frac{e^D}{n-1}$ times the spread of the values: false without a causal mask; every "
            r"layer's weights change.",
            Le(Abs(late), lipschitz**layers * sp.exp(extent) / (n - 1) * reach),
            source="ours: an earlier version of this theorem said so",
        ),
    ),
)

fixed_set = theorem(
    name="collapse-fixed-set",
    title="Tokens below the threshold of the rest do not change how far a repetition moves a read-out",
    statement=(
        r"Let $F$ be the last tokens of a row and $\tau_F$ their threshold on their own. If every other token has "
        r"$(\alpha-1) z_l \le \tau_F$, repeating the last token moves the read-out exactly as far as in $F$ alone, "
        r"whatever the number of the others and their values are. So entmax keeps two read-outs apart at every "
        r"length whenever it keeps them apart in some $F$."
    ),
    setting=_SETTING.replace(r"\alpha \ge 1", r"\alpha > 1")
    + r"; the first $m$ tokens are not in $F$, $\tau' = \tau_F$, and $b$ is $o^* - o$ in $F$ alone",
    hypotheses=(
        Hypothesis("below", r"$(\alpha-1) z_l \le \tau_F$ outside $F$", Every(sp.Or(l > outside, x(l) <= rho), l)),
    ),
    given=(ABOVE_ONE,),
    claims=(Claim("same", Eq(repeated_output - output, late)),),
)

total_collapse = theorem(
    name="collapse-total",
    title="Entmax collapses too where ties grow, or where the last token has no mass",
    statement=(
        r"A last token without mass moves nothing, $o^* = o$, and neither does one with all mass. If the largest "
        r"logit occurs $m$ times, the mass moved is at most $\frac1m$: where ties grow with the length, the two "
        r"read-outs meet as they do for softmax. So no choice of $\alpha$ prevents collapse for all logits."
    ),
    setting=_SETTING,
    given=(
        FROM_ONE,
        REPEATED,
    ),
    claims=(
        Claim("dead", sp.Implies(Eq(p[n], 0), Eq(repeated_output - output, 0))),
        Claim("alone", sp.Implies(Eq(p[n], 1), Eq(repeated_output - output, 0))),
        Claim("ties", Le(moved, 1 / top)),
    ),
    folklore=(
        Folklore(
            r"Entmax moves a share of its mass that does not depend on the length when the last token is at the top: "
            r"false with ties (here: at least a tenth).",
            Ge(moved, sp.Rational(1, 10)),
        ),
    ),
)
