"""What happens to a token when others join: non-vanishing attention, exactly."""

from __future__ import annotations

from functools import partial

import sympy as sp

from ..hypotheses import ABOVE_ONE, SOFTMAX
from ..mapping.entropy import tsallis
from ..notation import *
from ..relations import Eq, Ge, Le, Min
from ..theorem import Claim, Folklore, Hypothesis, Theorem

theorem = partial(Theorem, area="vanishing")

_JOINED = r"every $n \ge 1$, real $\alpha > 1$, $z \in \mathbb{R}^n$ and a further logit $b$; $r$ belongs to $(z, b)$"

joining = theorem(
    name="joining-token",
    title="An added token lowers the others, and below the threshold it changes nothing",
    statement=(
        r"Adding a token of logit $b$ never raises another's probability, $r_k \le p_k$; and $r_k = p_k$ if and only "
        r"if $p_k = 0$ or $(\alpha-1) b \le \tau$. So low enough finite logits change nothing at all, where softmax "
        r"always does. (At a scale that depends on the length, $\gamma \ne 0$, neither holds.)"
    ),
    setting=_JOINED,
    given=(ABOVE_ONE,),
    claims=(
        Claim("never-more", Le(r[k], p[k])),
        Claim("unchanged", Iff(Eq(r[k], p[k]), sp.Or(Eq(p[k], 0), a * late <= tau))),
    ),
    folklore=(
        Folklore(
            r"More tokens mean more entropy: false; one token far above the rest takes all mass.",
            Ge(tsallis(r, 1).subs(n, n + 1), tsallis(p, 1)),
        ),
        Folklore(
            r"A joining token never raises another's weight under scalable softmax, $\theta = s \log n$: false; the "
            r"scale grows. At $s = 1$, $z = (0, 1)$ gives $0.667$, and adding a token at $-5$ raises it to $0.749$.",
            Le(r[k], p[k]),
        ),
        Folklore(
            r"A joining token never raises the largest weight under adaptive-scale entmax, $\theta = \delta + \beta "
            r"(\log n)^\gamma$, either: false for every $\gamma > 0$, where it raises the scale; $\alpha = 1.5$, "
            r"$\beta = 1$, $\delta = 0$, $\gamma = 1/2$, $z = (0, 0, 1)$ gives $0.759$, and a token at $-9$ raises "
            r"it to $0.808$.",
            Le(r[k], p[k]),
        ),
        Folklore(
            r"A joining token never raises another's weight under adaptive-scale entmax with a scale that falls with "
            r"the length: false for $\gamma < 0$ too, where the smaller scale lifts the lower tokens; $\alpha = "
            r"1.5$, $\beta = 1$, $\delta = 0$, $\gamma = -1/2$, $z = (0, 1)$ gives the first $0.116$, and a token at "
            r"$-20$ raises it to $0.182$.",
            Le(r[k], p[k]),
        ),
    ),
)

_crowd = total(pos(x(i) - x(k)) ** q)
critical_logit = z[k] + sp.Pow(1 - _crowd, a, evaluate=False) / a
"""Logit at which a joining token drives token k to exactly zero."""

critical_rival = theorem(
    name="critical-rival",
    title="The exact logit at which a rival drives a token to zero",
    statement=(
        r"If $p_k > 0$, a joining token of logit $b$ makes $r_k = 0$ if and only if $b \ge z_k + "
        r"\frac{1}{\alpha-1}\bigl(1 - \sum_i [x_i - x_k]_+^q\bigr)^{\alpha-1}$, which is at most $z_k + "
        r"\frac{1}{\alpha-1}$: entmax vanishes harder than softmax, at a bounded logit."
    ),
    setting=_JOINED,
    given=(ABOVE_ONE,),
    claims=(
        Claim("critical", sp.Implies(p[k] > 0, Iff(Eq(r[k], 0), Ge(late, critical_logit)))),
        Claim("bounded", sp.Implies(p[k] > 0, Le(critical_logit, z[k] + 1 / a))),
    ),
    folklore=(
        Folklore(
            r"The weight of a token with positive weight does not vanish when tokens join: false; one rival is enough.",
            sp.Implies(p[k] > 0, r[k] > 0),
        ),
    ),
)

epsilon_criterion = theorem(
    name="epsilon-criterion",
    title="A criterion for a token to have at least a given weight",
    statement=(
        r"For $0 < \varepsilon \le 1$, $p_k \ge \varepsilon$ if and only if $\sum_i [(\alpha-1)(z_i - z_k) + "
        r"\varepsilon^{\alpha-1}]_+^q \le 1$, the sum over all tokens, $k$ included."
    ),
    setting=r"every $n \ge 1$, real $\alpha > 1$, $z \in \mathbb{R}^n$, $0 < \varepsilon \le 1$",
    given=(
        ABOVE_ONE,
        epsilon <= 1,
    ),
    claims=(Claim("criterion", Iff(p[k] >= epsilon, Le(total(pos(a * (z[i] - z[k]) + epsilon**a) ** q), 1))),),
)

near = total(sp.Piecewise((1, z[i] > z[k] - gap), (0, True)))
"""Number of tokens within the gap below token k, k included."""

needle = theorem(
    name="needle",
    title="With at most K tokens near the top, the largest keeps a weight that does not depend on n",
    statement=(
        r"If no token exceeds $z_k$ and at most $K$ tokens ($k$ included) have $z_i > z_k - g$, then $p_k \ge "
        r"\min\bigl(\frac{1}{K}, ((\alpha-1) g)^q\bigr)$, however many tokens there are below."
    ),
    setting=(
        r"every $n \ge 1$, real $\alpha > 1$, $z \in \mathbb{R}^n$, $g > 0$; $K$ counts the tokens within $g$ of "
        r"$z_k$"
    ),
    hypotheses=(Hypothesis("top", r"$z_l \le z_k$ for every $l$", Every(z[l] <= z[k], l)),),
    given=(ABOVE_ONE,),
    claims=(Claim("weight", Ge(p[k], Min(1 / near, (a * gap) ** q))),),
    folklore=(
        Folklore(
            r"Entmax keeps the weight of the largest token away from zero as $n$ grows: false with ties; it is at "
            r"most $1/n$ for equal logits (here: at least 1/10).",
            sp.Implies(Every(z[l] <= z[k], l), p[k] >= sp.Rational(1, 10)),
        ),
    ),
)

softmax_vanishes = theorem(
    name="softmax-vanishes",
    title="Softmax weights of bounded logits vanish like 1/n",
    statement=(
        r"For $p = \mathrm{softmax}(z)$ and every token, $p_k \le \frac{e^D}{e^D + n - 1}$ with $D = z_{\max} - "
        r"z_{\min}$."
    ),
    setting=r"every $n \ge 1$, $z \in \mathbb{R}^n$; $p = \mathrm{softmax}(z)$",
    given=(SOFTMAX,),
    claims=(Claim("weight", Le(p[k], sp.exp(z_max - z_min) / (sp.exp(z_max - z_min) + n - 1))),),
    folklore=(
        Folklore(
            r"A margin over all other tokens keeps a softmax weight above 1/2: false; the margin must grow like "
            r"$\log n$.",
            sp.Implies(Every(sp.Or(Eq(l, k), z[l] <= z[k] - 2), l), p[k] >= sp.Rational(1, 2)),
        ),
    ),
)

_top_mass = partial(total, last=top)
critical_gap = sp.log((n - top) * mix / (top * (1 - mix)))
"""Scaled gap from which on softmax keeps the share ``t`` on the tokens above."""

softmax_two_level = theorem(
    name="softmax-two-level",
    title="The gap that softmax needs grows with the length, that of entmax does not",
    statement=(
        r"With $m$ tokens a gap $g$ above the $n - m$ others, $p = \mathrm{softmax}(\theta z)$ keeps at least the "
        r"share $t$ of its mass on the $m$ if and only if $\theta g \ge \log\frac{(n-m)\, t}{m (1-t)}$, which grows "
        r"like $\log n$; $r = \mathrm{entmax}_\alpha(\theta z)$ keeps all of it there if and only if $\theta g \ge "
        r"\frac{m^{1-\alpha}}{\alpha-1}$, whatever $n$ is (see one-hot-margin). Here $\theta$ is a scale; where the "
        r"paper's is a temperature, its condition reads $g \ge \theta \log(\dots)$."
    ),
    setting=(
        r"every $1 \le m < n$, real $\alpha > 1$, $\theta, g > 0$, $0 < t < 1$ and real $c$; $z_i = c + g$ for $i \le "
        r"m$ and $z_i = c$ for the others"
    ),
    claims=(
        Claim("softmax", Iff(_top_mass(p[i]) >= mix, theta * gap >= critical_gap)),
        Claim("entmax", Iff(Eq(_top_mass(r[i]), 1), theta * gap >= top ** (1 - alpha) / a)),
    ),
    source="Long-Context Generalization with Sparse Attention (arXiv 2506.16640), Lemma 2; only-if derived here",
    folklore=(
        Folklore(
            r"A gap of $\frac{m^{1-\alpha}}{\alpha-1}$, which gives entmax's whole mass to the tokens above it, gives "
            r"them most of softmax's: false for long rows (here: half of it).",
            sp.Implies(theta * gap >= top ** (1 - alpha) / a, _top_mass(p[i]) >= sp.Rational(1, 2)),
        ),
    ),
)
