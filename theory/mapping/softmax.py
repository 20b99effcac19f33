"""What softmax does to its tokens: the yardstick for entmax and for every normaliser that ends in a softmax."""

from functools import partial

import sympy as sp

from ..hypotheses import SECOND_IS_SOFTMAX, SOFTMAX
from ..notation import *
from ..relations import Eq, Gt, Lt
from ..theorem import Claim, Theorem

theorem = partial(Theorem, area="softmax")

softmax_structure = theorem(
    name="softmax-structure",
    title="Softmax is positive, normalised, strictly ordered and invariant to shifts",
    statement=(
        r"$p = \mathrm{softmax}(z)$ has $p_k > 0$ and $\sum_i p_i = 1$; $p_i > p_j$ if and only if $z_i > z_j$; and "
        r"$\mathrm{softmax}(z + c\mathbf{1}) = p$."
    ),
    setting=r"every $n \ge 1$, $z \in \mathbb{R}^n$, $c \in \mathbb{R}$; $r$ belongs to $z + c\mathbf{1}$",
    given=(
        SOFTMAX,
        SECOND_IS_SOFTMAX,
    ),
    claims=(
        Claim("positive", Gt(p[k], 0)),
        Claim("sum", Eq(total(p[i]), 1)),
        Claim("order", Iff(p[i] > p[j], z[i] > z[j])),
        Claim("shift", Eq(r[i], p[i])),
    ),
)

softmax_permutation = theorem(
    name="softmax-permutation",
    title="Permuting the tokens permutes softmax",
    statement=r"If $z'_i = z_{\pi(i)}$ then $\mathrm{softmax}(z')_i = \mathrm{softmax}(z)_{\pi(i)}$.",
    setting=r"every $n \ge 1$, $z \in \mathbb{R}^n$, permutation $\pi$; $r$ belongs to $z_\pi$",
    given=(SOFTMAX,),
    claims=(Claim("probabilities", Eq(r[i], p[perm[i]])),),
)

_mass = total(sp.exp(z[i]))

softmax_joining = theorem(
    name="softmax-joining",
    title="Under softmax an added token takes mass from every other, however low its logit",
    statement=(
        r"Adding a token of logit $b$ multiplies every other weight of softmax by $\frac{W}{W + e^b}$, $W = \sum_i "
        r"e^{z_i}$: it lowers each of them, at every finite $b$."
    ),
    setting=r"every $n \ge 1$, $z \in \mathbb{R}^n$ and a further logit $b$; $r$ belongs to $(z, b)$",
    given=(SOFTMAX,),
    claims=(Claim("factor", Eq(r[k], p[k] * _mass / (_mass + sp.exp(late)))), Claim("less", Lt(r[k], p[k]))),
)
