"""Evidence for the theorems about the threshold."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import sympy as sp
from flint import fmpq

from entmax_oracle.theory import Theorem
from entmax_oracle.theory import notation as N
from entmax_oracle.theory import threshold as T
from entmax_oracle.theory.entropy import tsallis, tsallis_term

from ..evidence import Case, Debunked, Sharp, decided, exact, sampled, symbolic
from ..families import ALPHAS, family, normalised, one_of, real, rows, weight
from ..rows import Instance, chosen, row
from ..symbolic import Step, concludes, identity, nonnegative, positive
from .entropy import bernoulli

a, q = sp.symbols("a q", positive=True)


def _form_proof(theorem: Theorem) -> Iterator[Step | Iterable[Step]]:
    alpha = 1 + a
    z, tau = sp.symbols("z tau", real=True)
    p, r, w, u = sp.symbols("p r w u", positive=True)
    yield identity("f(x_max - 1) >= 0: the largest token alone gives 1", sp.Integer(1) ** q - 1, 0)
    yield identity("f(x_max) = -1: no token is left", sp.Max(0, 0) ** q - 1, -1)
    yield positive("between them f falls strictly, so its root is unique", -sp.diff((z - u) ** q, u).subs(z, u + w))
    yield concludes("tau is defined as the root", theorem.claim("simplex"), sp.Eq(T.excess, 0))
    yield concludes("and p by it", theorem.claim("form"), sp.Eq(N.p[N.i], N.pos(N.x(N.i) - N.tau) ** N.q))
    gradient = z + sp.diff(tsallis_term(p, alpha), p)
    level = tau / a + 1 / (alpha * a)
    yield identity(
        "on the support the objective's gradient is the same for every token",
        gradient.subs(z, (p**a + tau) / a),
        level,
    )
    yield nonnegative(
        "off it, x <= tau, the gradient at p = 0 is no larger", level - (tau - u) / a - 1 / (alpha * a), u / a
    )
    gap = tsallis_term(p, alpha) + sp.diff(tsallis_term(p, alpha), p) * (r - p) - tsallis_term(r, alpha)
    yield bernoulli()
    yield identity(
        "a token's entropy lies below its tangent by a multiple of Bernoulli's gap at w = r / p",
        gap.subs(r, p * w),
        p**alpha * (w**alpha - 1 - alpha * (w - 1)) / (alpha * a),
    )
    yield nonnegative(
        "and below the tangent at 0 by r^alpha / (alpha a)",
        r / (alpha * a) - tsallis_term(r, alpha),
        r**alpha / (alpha * a),
    )
    objectives = [N.total(y[N.i] * N.z[N.i]) + tsallis(y, N.alpha) for y in (N.r, N.p)]
    yield concludes("summed against r - p, whose entries sum to 0", theorem.claim("optimal"), sp.Le(*objectives))


def _rival(z: Sequence[fmpq], weights: Sequence[fmpq], alpha: fmpq) -> Instance:
    return row(z, alpha) + {N.r: normalised(weights)}


def _inverse_points() -> Iterator[Instance]:
    """Rows whose probabilities are exact by construction, with tokens below and on the threshold."""
    nine, eight = fmpq(1, 9), fmpq(1, 8)
    uniform = {N.r: [fmpq(1, 4)] * 4}
    yield chosen([4 * nine, 4 * nine, nine], fmpq(3, 2), dead=[0]) + uniform
    yield chosen([eight, fmpq(8, 27), fmpq(125, 216)], fmpq(4, 3), dead=[-1]) + uniform
    yield chosen([fmpq(1, 2), fmpq(1, 3), fmpq(1, 6)], 3, dead=[0], shift=5) + uniform
    yield chosen([fmpq(1, 2), fmpq(1, 3), fmpq(1, 6)], 2, dead=[-1], shift=-2) + uniform


threshold_form = Case(
    T.threshold_form,
    (
        symbolic(_form_proof),
        exact(_inverse_points, r"exact rows, $\alpha \in \{4/3, 3/2, 2, 3\}$"),
        sampled(
            family(
                r"random rows and points of the simplex, $n \le 6$",
                _rival,
                {"z": real, "weights": weight},
                {"alpha": one_of(ALPHAS)},
            )
        ),
    ),
    sharp=(
        Sharp("optimal", "at the maximiser itself", lambda: [_rival([fmpq(1), fmpq(0)], [fmpq(1), fmpq(0)], fmpq(2))]),
    ),
    folklore=(
        Debunked(
            r"$\alpha = 3$, $p = \mathrm{entmax}(1/2, 0)$ against the maximiser for the other normalisation",
            lambda: row([fmpq(1, 2), 0], 3) + {N.r: row([fmpq(1, 6), 0], 3)[N.p]},
        ),
    ),
)


def _bracket_proof(theorem: Theorem) -> Iterator[Step]:
    m = sp.Symbol("m", positive=True)
    b, u = sp.symbols("b u", positive=True)  # b = alpha - 1, u = x_max - tau
    alpha = 1 + b
    yield identity("m equal terms u^q sum to 1 exactly for u = m^(1 - alpha)", m * (m ** (1 - alpha)) ** (1 / b), 1)
    yield positive("m u^q is increasing in u, so each inequality for f gives one for u", sp.diff(m * u ** (1 / b), u))
    top, size = N.a * N.z_max - N.top ** (1 - N.alpha), N.a * N.z_max - N.size ** (1 - N.alpha)
    yield concludes(
        "the m largest terms alone sum to at most 1: u <= m^(1 - alpha)", theorem.claim("lower-ties"), sp.Ge(N.tau, top)
    )
    yield identity("m = 1 gives the weakest case", sp.Integer(1) ** (1 - alpha), 1)
    yield concludes("so tau >= x_max - 1", theorem.claim("lower"), sp.Ge(N.tau, N.a * N.z_max - 1))
    yield concludes(
        "|S| terms, each at most u^q, sum to 1: u >= |S|^(1 - alpha)",
        theorem.claim("upper-support"),
        sp.Le(N.tau, size),
    )
    yield concludes("|S| <= n", theorem.claim("upper"), sp.Le(N.tau, N.a * N.z_max - N.n ** (1 - N.alpha)))
    yield identity("the largest token has p_max = u^q", (u ** (1 / b)) ** b, u)
    yield concludes("solved for tau", theorem.claim("exact"), sp.Eq(N.tau, N.a * N.z_max - N.p_max**N.a))


brackets = Case(
    T.brackets,
    (
        symbolic(_bracket_proof),
        decided(sizes=(2, 3), alphas=("3/2", 2), claims=("lower", "upper", "exact")),
        sampled(rows()),
    ),
    sharp=(
        Sharp("lower", "one token holds everything", lambda: [row([2, 0, 0], 2)]),
        Sharp("lower-ties", "the largest logits hold everything", lambda: [row([2, 2, 0], 2)]),
        Sharp("upper", "all logits equal", lambda: [row([1, 1, 1, 1], fmpq(3, 2))]),
        Sharp("upper-support", "all logits of the support equal", lambda: [row([1, 1, 1, 1, -9], fmpq(3, 2))]),
    ),
    folklore=(Debunked(r"$\alpha = 3/2$, all mass on one token", lambda: row([4, 0], fmpq(3, 2))),),
)
