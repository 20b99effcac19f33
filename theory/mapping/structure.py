"""Equivariances and structural identities."""

from __future__ import annotations

from functools import partial

import sympy as sp

from ..hypotheses import ABOVE_ONE, FROM_ONE, SEVERAL
from ..notation import *
from ..relations import Eq, Ge, Le, Max
from ..theorem import Claim, Folklore, Hypothesis, Theorem
from .entropy import tsallis

theorem = partial(Theorem, area="structure")

shift_invariance = theorem(
    name="shift-invariance",
    title="A constant added to every logit changes nothing",
    statement=(
        r"$\mathrm{entmax}_\alpha(z + c\mathbf{1}) = \mathrm{entmax}_\alpha(z)$, and the threshold moves by "
        r"$(\alpha-1) c$."
    ),
    setting=(
        r"every $n \ge 1$, real $\alpha > 1$, $z \in \mathbb{R}^n$, $c \in \mathbb{R}$; $r, \tau'$ belong to $z + "
        r"c\mathbf{1}$"
    ),
    given=(ABOVE_ONE,),
    claims=(Claim("probabilities", Eq(r[i], p[i])), Claim("threshold", Eq(rho, tau + a * shift))),
    source="Blondel, Martins, Niculae 2020, Proposition 1",
    folklore=(
        Folklore(
            r"The threshold moves by $c$: false for $\alpha \ne 2$ in the coordinates $x = (\alpha-1) z$.",
            Eq(rho, tau + shift),
        ),
    ),
)

permutation = theorem(
    name="permutation-equivariance",
    title="Permuting the tokens permutes the probabilities",
    statement=r"If $z'_i = z_{\pi(i)}$ then $p'_i = p_{\pi(i)}$, and the threshold stays.",
    setting=(
        r"every $n \ge 1$, real $\alpha > 1$, $z \in \mathbb{R}^n$, permutation $\pi$; $r, \tau'$ belong to $z_\pi$"
    ),
    given=(ABOVE_ONE,),
    claims=(Claim("probabilities", Eq(r[i], p[perm[i]])), Claim("threshold", Eq(rho, tau))),
    source="Blondel, Martins, Niculae 2020, Proposition 1",
)

temperature = theorem(
    name="temperature",
    title="A scale on the logits is a temperature on the entropy",
    statement=(
        r"$p = \mathrm{entmax}_\alpha(\theta z)$ maximises $\langle p, z\rangle + \frac{1}{\theta} H_\alpha(p)$ over "
        r"the simplex."
    ),
    setting=r"every $n \ge 1$, real $\alpha > 1$, $\theta > 0$, $z \in \mathbb{R}^n$, and every $r$ in the simplex",
    given=(ABOVE_ONE,),
    claims=(
        Claim(
            "optimal",
            Le(total(r[i] * z[i]) + tsallis(r, alpha) / theta, total(p[i] * z[i]) + tsallis(p, alpha) / theta),
        ),
    ),
    source="Blondel, Martins, Niculae 2020, Proposition 1",
    folklore=(
        Folklore(
            r"Scaling the logits sharpens the same weights, $\mathrm{entmax}_\alpha(\theta z) \propto "
            r"\mathrm{entmax}_\alpha(z)^\theta$: true for softmax, false for $\alpha > 1$ (here $r = "
            r"\mathrm{entmax}_\alpha(z)$).",
            Eq(p[i], r[i] ** theta / total(r[j] ** theta, j)),
        ),
    ),
)

order = theorem(
    name="order",
    title="A larger logit gets at least as much, and strictly more if it gets anything",
    statement=(
        r"$z_i \ge z_j$ gives $p_i \ge p_j$; $p_i > p_j$ gives $z_i > z_j$; and $z_i > z_j$ with $p_i > 0$ gives "
        r"$p_i > p_j$."
    ),
    given=(ABOVE_ONE,),
    claims=(
        Claim("weak", sp.Implies(z[i] >= z[j], p[i] >= p[j])),
        Claim("converse", sp.Implies(p[i] > p[j], z[i] > z[j])),
        Claim("strict", sp.Implies(sp.And(z[i] > z[j], p[i] > 0), p[i] > p[j])),
    ),
    source="Blondel, Martins, Niculae 2020, Proposition 1 (weak order); the rest derived here",
    folklore=(
        Folklore(
            r"Entmax preserves order strictly: false for $\alpha > 1$; zeros are tied.",
            sp.Implies(z[i] > z[j], p[i] > p[j]),
        ),
    ),
)

masking = theorem(
    name="masking-is-deletion",
    title="A token at or below the threshold of the others changes nothing",
    statement=(
        r"Let $r, \tau'$ belong to the row without its last token ($r_n := 0$). Then $p_n = 0$ if and only if "
        r"$(\alpha-1) z_n \le \tau'$, and then $p = r$: the masked row equals the shortened one exactly, at a finite "
        r"logit."
    ),
    setting=r"every $n \ge 2$, real $\alpha > 1$, $z \in \mathbb{R}^n$; any token may be last",
    given=(
        SEVERAL,
        ABOVE_ONE,
    ),
    claims=(
        Claim("zero", Iff(Eq(p[n], 0), x(n) <= rho)),
        Claim("equal", sp.Implies(x(n) <= rho, Eq(p[i], r[i]))),
        Claim("threshold", sp.Implies(x(n) <= rho, Eq(tau, rho))),
    ),
    folklore=(
        Folklore(
            r"A row whose tokens are all masked by the same large negative number gives zeros: false; it gives $1/n$ "
            r"each.",
            Eq(p[i], 0),
        ),
        Folklore(
            r"Masked tokens may be counted in a scale that depends on the length: false; scalable softmax at $s = 1$ "
            r"gives the second token of $z = (0, 1)$ $2/3$, and $4/5$ when two masked slots are counted.",
            Eq(p[i], r[i]),
        ),
    ),
)

finite_mask = theorem(
    name="finite-mask",
    title="A finite mask value gives an exact zero",
    statement=(
        r"Every token with $z_j \le z_{\max} - \frac{1}{\alpha-1}$ has probability exactly 0; no smaller gap will do."
    ),
    setting=r"every $n \ge 1$, real $\alpha > 1$, $z \in \mathbb{R}^n$",
    given=(ABOVE_ONE,),
    claims=(Claim("zero", sp.Implies(z[j] <= z_max - 1 / a, Eq(p[j], 0))),),
    folklore=(
        Folklore(
            r"A token at least 1 below the maximum has probability 0: right for $\alpha = 2$, false for $\alpha < 2$.",
            sp.Implies(z[j] <= z_max - 1, Eq(p[j], 0)),
        ),
    ),
)

duplicates = theorem(
    name="duplicates",
    title="Repeating a token never takes mass from those that beat it",
    statement=(
        r"Let the last token occur $M$ times, and $M + 1$ times in $r$. Its mass per copy does not rise, $r_n \le "
        r"p_n$, the mass of all copies does not fall, $(M+1) r_n \ge M p_n$, and it never exceeds $\max\bigl(0, 1 - "
        r"\sum_i [x_i - x_n]_+^q\bigr)$, its limit as $M \to \infty$; for softmax the limit is 1."
    ),
    setting=(
        r"every $n \ge 1$ and $M \ge 1$, real $\alpha > 1$, $z \in \mathbb{R}^n$ whose last entry counts $M$ times "
        r"in $p$, $M + 1$ times in $r$"
    ),
    given=(ABOVE_ONE,),
    claims=(
        Claim("per-copy", Le(r[n], p[n])),
        Claim("together", Ge((copies + 1) * r[n], copies * p[n])),
        Claim("ceiling", Le(copies * p[n], Max(0, 1 - total(pos(x(i) - x(n)) ** q)))),
    ),
    folklore=(
        Folklore(
            r"A token repeated often enough takes almost all mass, as for softmax: false; others that beat it keep "
            r"theirs.",
            Ge(copies * p[n], sp.Rational(99, 100)),
        ),
    ),
)

own_logit = theorem(
    name="own-logit",
    title="Raising a logit raises its token and lowers the others",
    statement=r"If only the last logit is raised, $r_n \ge p_n$ and $r_j \le p_j$ for every other $j$.",
    setting=(
        r"every $n \ge 1$, real $\alpha \ge 1$, $z \in \mathbb{R}^n$; $r$ belongs to $z$ with its last entry raised "
        r"by any $c$"
    ),
    hypotheses=(Hypothesis("raised", r"$c \ge 0$", Ge(shift, 0)),),
    given=(FROM_ONE,),
    claims=(Claim("own", Ge(r[n], p[n])), Claim("others", sp.Or(Eq(j, n), r[j] <= p[j]))),
)

inverse_map = theorem(
    name="inverse-map",
    title="Probabilities determine the logits of the support, up to a constant",
    statement=r"For tokens of the support, $z_i - z_j = \frac{p_i^{\alpha-1} - p_j^{\alpha-1}}{\alpha-1}$.",
    given=(ABOVE_ONE,),
    claims=(
        Claim("differences", sp.Implies(sp.And(p[i] > 0, p[j] > 0), Eq(z[i] - z[j], (p[i] ** a - p[j] ** a) / a))),
    ),
    folklore=(
        Folklore(
            r"Entmax can be inverted on every token, like softmax: false; the logits of dead tokens are lost.",
            Eq(z[i] - z[j], (p[i] ** a - p[j] ** a) / a),
        ),
    ),
)

infinite_logits = theorem(
    name="infinite-logits",
    title="One logit may tend to infinity, two may not",
    statement=(
        r"As a single logit tends to $+\infty$ the probabilities become one-hot at a finite value, "
        r"$\frac{1}{\alpha-1}$ above all others, and stay so: that is their value at $+\infty$. If two logits do so "
        r"at a distance $c$, the first two of a row $(M, M - c, z_3, \dots)$, the others reach 0 and $p_1^{\alpha-1} "
        r"- p_2^{\alpha-1} = (\alpha-1) c$ for every larger $M$ while both have mass: what is reached depends on $c$."
    ),
    setting=r"every $n \ge 2$, real $\alpha > 1$, $z \in \mathbb{R}^n$, $z_1 - z_2 = c$",
    given=(
        SEVERAL,
        ABOVE_ONE,
        Eq(z[1] - z[2], shift),
    ),
    claims=(
        Claim("one", sp.Implies(Every(sp.Or(Eq(l, 1), z[l] <= z[1] - 1 / a), l), Eq(p[1], 1))),
        Claim("two", sp.Implies(sp.And(p[1] > 0, p[2] > 0), Eq(p[1] ** a - p[2] ** a, a * shift))),
    ),
    folklore=(
        Folklore(
            r"Two infinite logits share the mass equally: false; the limit depends on how they grow, as their "
            r"distance stays (here: the first two of a row far above the rest are equal).",
            Eq(p[1], p[2]),
        ),
    ),
)
