"""Over-squashing: gradients through stacks of attention layers."""

from __future__ import annotations

from functools import partial

import sympy as sp

from ..calculus.jacobian import Sigma, mean
from ..hypotheses import CONVEX_RANGE, FROM_ONE, OFF_BOUNDARY
from ..notation import *
from ..relations import Abs, Eq, Ge, Gt, Le, Min
from ..theorem import Claim, Folklore, Theorem

theorem = partial(Theorem, area="paths")

gradient_mass = theorem(
    name="gradient-mass",
    title="The total sensitivity of an output is 1, for every normaliser",
    statement=(
        r"With attention held fixed, the derivatives of an output in the values it reads through $L$ layers, $G = "
        r"P^{(L)} \cdots P^{(1)}$, sum to 1. Sparsity does not raise gradient mass, it redistributes it."
    ),
    setting=r"every $n, L \ge 1$ and row-stochastic $P^{(1)}, \dots, P^{(L)}$",
    claims=(Claim("mass", Eq(total(G[i, j], j), 1)),),
    folklore=(
        Folklore(
            r"Sparse attention lets more gradient through in total: false; rows of weights sum to 1 whether they are "
            r"sparse or not, and so do those of their product.",
            Gt(total(G[i, j], j), 1),
        ),
    ),
)

path_counts = theorem(
    name="path-counts",
    title="The number of paths in dense causal attention",
    statement=(
        r"Through $L$ causal layers $\binom{n+L-1}{L}$ paths end at token $n$, $\binom{n-i+L-1}{L-1}$ of them start "
        r"at token $i$. (Without causality $n^L$ and $n^{L-1}$.)"
    ),
    setting=r"every $n, L \ge 1$; all logits finite, so every edge $j \le i$ is there",
    claims=(
        Claim("all", Eq(paths, sp.binomial(n + layers - 1, layers))),
        Claim("each", Eq(w[i], sp.binomial(n - i + layers - 1, layers - 1))),
    ),
    folklore=(
        Folklore(
            r"There are $O(n^L)$ paths between two tokens: too many by a factor of $n$; between two tokens there are "
            r"at most $n^{L-1}$ (here: exactly $n^L$).",
            Eq(w[i], n**layers),
        ),
    ),
)

_product = sp.Product(fan[l], (l, 1, layers))

_later = sp.Product(fan[l], (l, 2, layers))

sparse_paths = theorem(
    name="sparse-paths",
    title="Sparse supports bound the number of paths and lift the largest of them",
    statement=(
        r"If the rows of layer $l$ have at most $s_l$ positive weights, at most $\prod s_l$ paths end at a token, at "
        r"most $\prod_{l \ge 2} s_l$ of them start at any one source, and some source has sensitivity at least $1 / "
        r"\min(n, \prod s_l)$."
    ),
    setting=r"every $n, L \ge 1$ and row-stochastic $P^{(l)}$ with supports of size at most $s_l$",
    claims=(
        Claim("count", Le(paths, _product)),
        Claim("each", Le(w[i], _later)),
        Claim("largest", Ge(peak, 1 / Min(n, _product))),
    ),
    folklore=(
        Folklore(
            r"Sparse attention keeps every useful gradient alive: false; tokens off the support receive exactly none.",
            Gt(G[i, j], 0),
        ),
    ),
)

residual_paths = theorem(
    name="residual-paths",
    title="Residual connections add one to every support",
    statement=(
        r"With residual connections, edges $i \leftarrow i$ besides those of the supports, at most $\prod (s_l + 1)$ "
        r"paths end at a token and at most $\prod_{l \ge 2} (s_l + 1)$ of them start at any one source: still free "
        r"of $n$ where the supports are."
    ),
    setting=(
        r"every $n, L \ge 1$ and row-stochastic $P^{(l)}$ with supports of size at most $s_l$; paths through the "
        r"supports and along residual edges, a residual edge beside a weight of the same token counts once"
    ),
    claims=(
        Claim("count", Le(paths, sp.Product(fan[l] + 1, (l, 1, layers)))),
        Claim("each", Le(w[i], sp.Product(fan[l] + 1, (l, 2, layers)))),
    ),
    folklore=(
        Folklore(
            r"Residual connections do not change the count of paths, $\prod s_l$: false; they add paths that stay at "
            r"a token.",
            Le(paths, _product),
        ),
    ),
)

_width = z_max - z_min

unreachable = theorem(
    name="unreachable-gradient",
    title="Without a path the gradient is exactly zero, through whole layers",
    statement=(
        r"Stack layers of attention with residual connections, token-wise normalisation and token-wise networks. If "
        r"no path leads from token $j$ to the last token, along residual edges and edges $i \leftarrow j$ with $j$ "
        r"in the support of row $i$, then every derivative of the last output in the input of $j$ is exactly 0, "
        r"through the values and through the logits. ($w_j$ counts the paths, $G_{nj}$ is the largest such "
        r"derivative.)"
    ),
    setting=(
        r"every $n, L \ge 1$, real $\alpha > 1$; logits that depend on their two tokens, values and token-wise maps "
        r"that depend on theirs, differentiable where the stack takes them; no token exactly on a threshold, unless "
        r"$\alpha < 2$"
    ),
    claims=(Claim("unreachable", sp.Implies(Eq(w[j], 0), Eq(G[n, j], 0))),),
)

softmax_squashing = theorem(
    name="softmax-squashing",
    title="Softmax over bounded logits squashes every source",
    statement=(
        r"Through $L$ softmax layers with logits of range $D$ every source has sensitivity at most $\frac{e^D}{n - 1 "
        r"+ e^D}$ (each token attends to all)."
    ),
    setting=r"every $n, L \ge 1$, softmax of logits of range at most $D = z_{\max} - z_{\min}$, without causal mask",
    claims=(Claim("entry", Le(G[i, j], sp.exp(_width) / (n - 1 + sp.exp(_width)))),),
)

_harmonic = sp.Sum(1 / k, (k, 1, n))

causal_squashing = theorem(
    name="causal-squashing",
    title="Causal softmax squashes every source of the last token",
    statement=(
        r"Through $L$ causal softmax layers with logits of range $D$ the last token has sensitivity at most $e^{LD} "
        r"H_n^{L-1} / n$ to any source, $H_n$ the harmonic number."
    ),
    setting=r"every $n, L \ge 1$, causal softmax of logits of range at most $D = z_{\max} - z_{\min}$",
    claims=(Claim("entry", Le(G[n, j], sp.exp(layers * _width) * _harmonic ** (layers - 1) / n)),),
    folklore=(
        Folklore(
            r"Deep causal softmax attention squashes every source evenly: false; at fixed length the first token "
            r"collects all sensitivity as the depth grows.",
            Le(G[n, j], sp.Rational(1, 2)),
        ),
    ),
)

causal_sink = theorem(
    name="causal-sink",
    title="In uniform causal attention the first token gains a factor of about log n per layer",
    statement=(
        r"Through $L$ layers of uniform causal attention the sensitivity of the last token to the first satisfies "
        r"$\frac{H_n^{L-1}}{(L-1)!} \le n G_{n1} \le \frac{(\log n + L - 1)^{L-1}}{(L-1)!}$."
    ),
    setting=r"every $n, L \ge 1$, $P^{(l)}_{ij} = 1/i$ for $j \le i$; $H_n$ the harmonic number",
    claims=(
        Claim("lower", Ge(n * G[n, 1], _harmonic ** (layers - 1) / sp.factorial(layers - 1))),
        Claim("upper", Le(n * G[n, 1], (sp.log(n) + layers - 1) ** (layers - 1) / sp.factorial(layers - 1))),
    ),
    folklore=(
        Folklore(
            r"In causal attention the sensitivity to the first token falls like $1/n$, whatever the depth: false; "
            r"each further layer multiplies it by about $\log n$ (here: at most $2/n$).",
            Le(n * G[n, 1], 2),
        ),
    ),
)

read_out_gradient = theorem(
    name="read-out-gradient",
    title="The gradient of a read-out in the logits",
    statement=(
        r"For $o = \sum p_i v_i$, $\partial o / \partial z_j = s_j (v_j - \bar v)$ with the $s$-weighted mean $\bar "
        r"v$: exactly zero for tokens off the support."
    ),
    setting=(
        r"every $n \ge 1$, real $\alpha \ge 1$, $z, v \in \mathbb{R}^n$; $D_{ij}$ is the derivative of $p_i$ in $z_j$"
    ),
    hypotheses=(OFF_BOUNDARY,),
    given=(FROM_ONE,),
    claims=(
        Claim("gradient", Eq(total(v[i] * D[i, j]), s(j) * (v[j] - mean))),
        Claim("dead", sp.Or(p[j] > 0, Eq(total(v[i] * D[i, j]), 0))),
    ),
    folklore=(
        Folklore(
            r"The gradient is $s_j (v_j - o)$ with the output $o$, as for softmax: false for $\alpha > 1$, where the "
            r"mean has the weights $s$, not $p$.",
            Eq(total(v[i] * D[i, j]), s(j) * (v[j] - total(p[k] * v[k], k))),
        ),
    ),
)

gradient_size = theorem(
    name="gradient-size",
    title="A bound on the gradient of a read-out",
    statement=(
        r"$\sum_j s_j |v_j - \bar v| \le \tfrac12 \Sigma R$ for values of range $R$ on the support, and $\Sigma \le "
        r"|S|^{\alpha-1}$ for $\alpha \le 2$: larger than softmax's, where $\Sigma = 1$."
    ),
    setting=r"every $n \ge 1$, real $\alpha \ge 1$, $p$ in the simplex, $v \in \mathbb{R}^n$; $R$ their range",
    hypotheses=(CONVEX_RANGE,),
    given=(FROM_ONE,),
    claims=(
        Claim("total", Le(total(s(j) * Abs(v[j] - mean), j), Sigma * reach / 2)),
        Claim("sensitivity", Le(Sigma, size**a)),
    ),
)
