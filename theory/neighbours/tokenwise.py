"""Weights that are not normalised: sigmoid and rectified linear attention, token by token, and stick-breaking."""

from __future__ import annotations

from functools import partial

import sympy as sp

from ..notation import *
from ..relations import Eq, Gt, Le, Lt
from ..theorem import Claim, Folklore, Theorem

theorem = partial(Theorem, area="tokenwise")


def sigma(logit: sp.Expr) -> sp.Expr:
    """Sigmoid of a logit."""
    return 1 / (1 + sp.exp(-logit))


sigmoid = sigma(z[i] + shift)
"""Weight of token i in sigmoid attention with the bias c."""
rectified = pos(z[i])
"""Its weight in rectified linear attention."""
stick = sigma(z[i]) * sp.Product(1 - sigma(z[j]), (j, i + 1, n))
"""Its weight in stick-breaking attention: its share of what the tokens behind it leave."""

_moved = total((p[i] - r[i]) ** 2)
_apart = total((z[i] - y[i]) ** 2)
_alone = sp.Implies(Eq(z[i], y[j]), Eq(p[i], r[j]))
_SIGMOID = r"every $n \ge 1$, $z, z' \in \mathbb{R}^n$, bias $c \in \mathbb{R}$; $p_i = 1/(1 + e^{-(z_i + c)})$, and "

sigmoid_structure = theorem(
    name="sigmoid-structure",
    title="Sigmoid weights are positive, strictly ordered and independent of other tokens",
    statement=(
        r"$p_k > 0$; $p_i > p_j$ if and only if $z_i > z_j$; and equal logits have equal weights in any two rows "
        r"with the same bias: so permuting the tokens permutes the weights, and with a bias that does not depend on "
        r"the length no other token is ever felt."
    ),
    setting=_SIGMOID + r"$r$ belongs to a row $z'$ of any length $\ge n$ with the same $c$",
    claims=(
        Claim("positive", Gt(p[k], 0)),
        Claim("order", Iff(p[i] > p[j], z[i] > z[j])),
        Claim("alone", _alone),
    ),
)

sigmoid_slope = theorem(
    name="sigmoid-slope",
    title="Sigmoid weights are smooth, with the Lipschitz constant 1/4",
    statement=(
        r"$\partial p_i / \partial z_j = \delta_{ij} p_i (1 - p_i)$, and $\lVert p - p' \rVert_2 \le \frac{1}{4} "
        r"\lVert z - z' \rVert_2$, at every length and with every bias; the constant is approached around $z_i = -c$."
    ),
    setting=_SIGMOID + r"$r = p'$ belongs to $z'$; $D_{ij}$ is the derivative of $p_i$ in $z_j$",
    claims=(
        Claim("formula", Eq(D[i, j], sp.KroneckerDelta(i, j) * p[i] * (1 - p[i]))),
        Claim("lipschitz", Le(_moved, _apart / 16)),
    ),
)

sigmoid_length = theorem(
    name="sigmoid-length-bias",
    title="With the bias -log n every added token lowers every sigmoid weight",
    statement=(
        r"With $c = -\log n$ a token of any logit that joins divides the odds $p_k / (1 - p_k)$ of every other by "
        r"$\frac{n+1}{n}$: it lowers each weight, however low its own logit."
    ),
    setting=(
        r"every $n \ge 1$, $z \in \mathbb{R}^n$ and a further logit $b$; $p_i = 1/(1 + n e^{-z_i})$, and $r$ belongs "
        r"to $(z, b)$, with $n + 1$"
    ),
    given=(Every(Eq(p[l] * (1 + n * sp.exp(-z[l])), 1), l),),
    claims=(Claim("odds", Eq((n + 1) * r[k] * (1 - p[k]), n * p[k] * (1 - r[k]))), Claim("less", Lt(r[k], p[k]))),
    folklore=(
        Folklore(
            r"Sigmoid attention takes each token on its own, so no token feels another: false with the bias $-\log "
            r"n$ that it is used with, which every token that joins lowers.",
            Eq(r[k], p[k]),
        ),
    ),
)

rectified_structure = theorem(
    name="rectified-linear",
    title="Rectified logits are ordered, independent of other tokens, and no further apart than the logits",
    statement=(
        r"$z_i \ge z_j$ gives $p_i \ge p_j$; equal logits have equal weights in any two rows, so permuting the "
        r"tokens permutes the weights and no other token is ever felt; and $\lVert p - p' \rVert_2 \le \lVert z - z' "
        r"\rVert_2$."
    ),
    setting=(
        r"every $n \ge 1$, $z \in \mathbb{R}^n$; $p_i = [z_i]_+$, and $r = p'$ belongs to a row $z'$ of any length "
        r"$\ge n$, whose first $n$ tokens are compared"
    ),
    claims=(
        Claim("order", sp.Implies(z[i] >= z[j], p[i] >= p[j])),
        Claim("alone", _alone),
        Claim("lipschitz", Le(_moved, _apart)),
    ),
)

_STICK = (
    r"every $n \ge 1$, $z \in \mathbb{R}^n$; $p_i = \sigma(z_i) \prod_{j > i} (1 - \sigma(z_j))$ with $\sigma(x) = "
    r"1/(1 + e^{-x})$"
)

stick_structure = theorem(
    name="stick-breaking",
    title="Stick-breaking weights are positive and sum to less than one",
    statement=r"$p_k > 0$, and $\sum_i p_i = 1 - \prod_j (1 - \sigma(z_j)) < 1$.",
    setting=_STICK,
    given=(Every(Eq(p[l], sp.Product(1 / (1 + sp.exp(z[i])), (i, l + 1, n)) / (1 + sp.exp(-z[l]))), l),),
    claims=(
        Claim("positive", Gt(p[k], 0)),
        Claim("rest", Eq(total(p[i]), 1 - sp.Product(1 - sigma(z[j]), (j, 1, n)))),
        Claim("sum", Lt(total(p[i]), 1)),
    ),
    folklore=(
        Folklore(
            r"Stick-breaking weights sum to one: false for every row; a part of the stick is left.",
            Eq(total(p[i]), 1),
        ),
    ),
)

stick_joining = theorem(
    name="stick-breaking-joining",
    title="A token added to stick-breaking takes its share from all before it, and nothing from those behind",
    statement=(
        r"A token of logit $b$ that joins at place $m$ multiplies the weight of every token before it by $1 - "
        r"\sigma(b) < 1$, and leaves those behind it unchanged. So none ever rises; and at the end it lowers every "
        r"other, at every finite $b$."
    ),
    setting=_STICK + r"; $r$ belongs to the tokens of $z$ in a row that has a further logit $b$ at place $m$",
    claims=(
        Claim("before", sp.Implies(Lt(k, place), Eq(r[k], p[k] * (1 - sigma(late))))),
        Claim("behind", sp.Implies(Gt(k, place - 1), Eq(r[k], p[k]))),
        Claim("never-more", Le(r[k], p[k])),
    ),
    folklore=(
        Folklore(
            r"A token that joins a causal row is not felt by those that were there: false for stick-breaking, where "
            r"the last token takes its share first.",
            Eq(r[k], p[k]),
        ),
    ),
)

stick_slope = theorem(
    name="stick-breaking-slope",
    title="Stick-breaking is smooth, with a sharp Lipschitz constant free of the length",
    statement=(
        r"$\partial p_i / \partial z_j$ is $p_i (1 - \sigma(z_i))$ for $j = i$, $-p_i \sigma(z_j)$ for $j > i$ and 0 "
        r"for $j < i$; and $\lVert p - p' \rVert_2 \le 2^{-3/2} \lVert z - z' \rVert_2$ at every length. For $n \ge "
        r"2$ no smaller constant will do: it is approached around $(b, 0)$ for a high $b$, where the first token "
        r"takes all that the last one leaves."
    ),
    setting=_STICK + r"; $r = p'$ belongs to $z'$; $D_{ij}$ is the derivative of $p_i$ in $z_j$",
    claims=(
        Claim(
            "formula", Eq(D[i, j], p[i] * (sp.KroneckerDelta(i, j) - sp.Piecewise((sigma(z[j]), j >= i), (0, True))))
        ),
        Claim("lipschitz", Le(_moved, _apart / 8)),
    ),
    folklore=(
        Folklore(
            r"Stick-breaking contracts by four, like the sigmoids that it is made of: false from two tokens on, "
            r"where what one takes the other loses.",
            Le(_moved, _apart / 16),
        ),
    ),
)
