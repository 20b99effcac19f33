"""Normalisers that keep a chosen number or share of the tokens: r-softmax, budgets and top-k softmax."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import sympy as sp

from ..notation import *
from ..relations import Abs, Eq, Le, Min
from ..theorem import Claim, Folklore, Theorem

theorem = partial(Theorem, area="selections")


_sign = partial(sp.sign, evaluate=False)


def _one_if_positive(number: sp.Expr) -> sp.Expr:
    """1 where a number is positive, else 0 (SymPy folds a piecewise sum into a piecewise one, wrongly)."""
    return pos(_sign(number))


def _chosen(token: sp.Symbol) -> sp.Expr:
    """1 for the tokens before which fewer than K come: with a larger logit, or the same and a smaller number."""
    tied = 1 - Abs(_sign(z[j] - z[token]))
    return _one_if_positive(kept - total(_one_if_positive(z[j] - z[token]) + tied * _one_if_positive(token - j), j))


def shares(mass: Callable[[sp.Symbol], sp.Expr]) -> sp.Expr:
    """Mass of token i over the sum of all masses."""
    return mass(i) / total(mass(k), k)


budget = Min(1, pos(z[i] - tau))
"""Weight of token i in the budget of K tokens, from its threshold."""
r_softmax = shares(lambda token: pos(z[token] - tau) * sp.exp(z[token]))
"""Its weight in r-softmax, from the quantile."""
_moved = total((p[i] - r[i]) ** 2)
_apart = total((z[i] - y[i]) ** 2)
_order = sp.Implies(z[i] >= z[j], p[i] >= p[j])
_same = Eq(r[i], p[perm[i]])
_TURNED = r"; $r, \tau'$ belong to the row $z'_i = z_{\pi(i)} + c$ for any permutation $\pi$ and $c \in \mathbb{R}$"

r_softmax_structure = theorem(
    name="r-softmax-structure",
    title="r-softmax is ordered, and commutes with shifts and permutations",
    statement=(
        r"$z_i \ge z_j$ gives $p_i \ge p_j$; permuting the tokens permutes the weights, and a constant added to "
        r"every logit moves the quantile and nothing else."
    ),
    setting=(
        r"every $n \ge 1$, $0 \le r < 1$, $z \in \mathbb{R}^n$ with a logit above $\tau$; $p_i \propto [z_i - "
        r"\tau]_+ e^{z_i}$ with the $r$-quantile $\tau$, linear between order statistics"
    )
    + _TURNED,
    claims=(Claim("order", _order), Claim("moved", _same), Claim("quantile", Eq(rho, tau + shift))),
)

_NEAREST = ", the nearest point of the cube with that sum"
_BUDGET = (
    r"every $n \ge K \ge 1$, $z \in \mathbb{R}^n$; $p_i = \min(1, [z_i - \tau]_+)$ with $\sum_i p_i = K$" + _NEAREST
)

budget_form = theorem(
    name="budget-form",
    title="The threshold form of a budget is the nearest point of the cube",
    statement=r"Among all $r$ with $0 \le r_i \le 1$ and $\sum_i r_i = K$, $p$ is the nearest to $z$.",
    setting=_BUDGET.removesuffix(_NEAREST) + "; every such $r$",
    given=(
        Every(Eq(p[l], Min(1, pos(z[l] - tau))), l),
        Eq(total(p[i]), total(r[i])),
    ),
    claims=(Claim("nearest", Le(total((p[i] - z[i]) ** 2), total((r[i] - z[i]) ** 2))),),
    source="Niculae & Martins 2020 (the definition)",
)

budget_structure = theorem(
    name="budget-structure",
    title="A budget of K tokens is ordered, and commutes with shifts and permutations",
    statement=(
        r"$z_i \ge z_j$ gives $p_i \ge p_j$; permuting the tokens permutes the weights, and a constant added to "
        r"every logit changes nothing. The threshold need not be unique; the weights are."
    ),
    setting=_BUDGET + _TURNED,
    claims=(Claim("order", _order), Claim("moved", _same)),
)

budget_joining = theorem(
    name="budget-joining",
    title="An added token lowers the weights of a budget, and below the threshold it changes nothing",
    statement=r"$r_k \le p_k$ for every other token; and a token of logit $b \le \tau$ changes no weight.",
    setting=_BUDGET + r"; $r$ belongs to $(z, b)$, with the same $K$",
    claims=(Claim("never-more", Le(r[k], p[k])), Claim("unchanged", sp.Implies(late <= tau, Eq(r[k], p[k])))),
    folklore=(
        Folklore(
            r"A token below every other is not felt by a budget: false; at $K = 2$, $z = (0, 0, 0)$ even a logit of "
            r"$-1/2$ lowers every weight, as the threshold is lower still.",
            sp.Implies(late < z_min, Eq(r[k], p[k])),
        ),
    ),
)

budget_lipschitz = theorem(
    name="budget-lipschitz",
    title="A budget never moves the weights further than the logits",
    statement=(
        r"$\lVert p - p' \rVert_2 \le \lVert z - z' \rVert_2$: the nearest point of a convex set does not expand. "
        r"Sharp for $n \ge 2$."
    ),
    setting=_BUDGET + r"; $r = p'$ belongs to $z'$, with the same $K$",
    claims=(Claim("lipschitz", Le(_moved, _apart)),),
    source="Moreau 1965, for every projection on a closed convex set; for this one shown here by its threshold",
)

top_k = shares(lambda token: _chosen(token) * sp.exp(z[token]))
"""Weight of token i in top-k softmax; of tied tokens the first come first."""
_above = total(sp.Piecewise((1, z[j] > late), (0, True)), j)

top_k_joining = theorem(
    name="top-k-joining",
    title="An added token lowers the weights of top-k softmax only if it is among the K chosen",
    statement=(
        r"$r_i \le p_i$ for every other token, at whatever place the newcomer comes; and if $K$ logits exceed its "
        r"own it changes no weight. (In a row of fewer than $K$ tokens it is always chosen, and felt.)"
    ),
    setting=(
        r"every $n, K \ge 1$, $z \in \mathbb{R}^n$; $p$ is softmax of the $K$ largest logits (all, if $n < K$), of "
        r"tied ones the first; $r$ belongs to the tokens of $z$ in a row that has a further logit $b$ at any place"
    ),
    claims=(
        Claim("never-more", Le(r[i], p[i])),
        Claim("unchanged", sp.Implies(_above > kept - 1, Eq(r[i], p[i]))),
    ),
    folklore=(
        Folklore(
            r"Top-k softmax does not feel a token that is low enough: false for rows shorter than $k$, which choose "
            r"everyone (here, one that is 50 below the least).",
            sp.Implies(late < z_min - 50, Eq(r[i], p[i])),
        ),
    ),
)
