"""Evidence for the theorems about Fenchel-Young losses."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import sympy as sp
from flint import fmpq

from entmax_oracle.theory import Theorem
from entmax_oracle.theory import losses as T
from entmax_oracle.theory import notation as N
from entmax_oracle.theory.entropy import tsallis, tsallis_term

from ..evidence import Case, Debunked, Needed, Sharp, exact, sampled, symbolic
from ..families import ALPHAS, family, normalised, one_of, real, rows, weight
from ..rows import Instance, row
from ..symbolic import Step, concludes, identity, nonnegative, rises_from
from ..symbolic import positive as is_positive
from .entropy import bernoulli, exponential_above_line
from .lipschitz import two_rows
from .support import two_alphas

a, p, r, u, w = sp.symbols("a p r u w", positive=True)
alpha = 1 + a


def targeted(z: Sequence[Any], weights: Sequence[Any], alpha: Any) -> Instance:
    """Return a row and a target."""
    return row(z, alpha) + {N.r: normalised([fmpq(entry) for entry in weights])}


TARGETS = family(
    r"random rows and targets, $n \le 5$", targeted, {"z": real, "weights": weight}, {"alpha": one_of(ALPHAS)}, (1, 5)
)


def _conjugate_proof(theorem: Theorem) -> Iterator[Step]:
    z, tau = sp.symbols("z tau", real=True)
    live = {z: (p**a + tau) / a}
    token = p * z + tsallis_term(p, alpha)
    split = a / alpha * p * z + p * (tau + 1) / (alpha * a)
    yield identity(
        "token by token on the support, where z = (p^a + tau) / a; sum p = 1 collects the last term",
        token.subs(live),
        split.subs(live),
    )
    value = N.a / N.alpha * N.total(N.p[N.i] * N.z[N.i]) + (N.tau + 1) / (N.alpha * N.a)
    yield concludes("summed", theorem.claim("value"), sp.Eq(T.conjugate_value, value))
    x, y, h = sp.symbols("x y h", real=True)
    yield identity(
        "the value at z' is at least that of p, <p, z'> + H(p), which is the value at z plus <p, z' - z>",
        (x + y + h),
        (x + h) + y,
    )
    other = N.total(N.r[N.i] * N.y[N.i]) + tsallis(N.r, N.alpha)
    yield concludes(
        "as p is optimal for z only",
        theorem.claim("subgradient"),
        sp.Ge(other, T.conjugate_value + N.total(N.p[N.i] * (N.y[N.i] - N.z[N.i]))),
    )


conjugate = Case(
    T.conjugate,
    (
        symbolic(_conjugate_proof),
        sampled(
            family(
                r"random pairs of rows, $n \le 5$", two_rows, {"z": real, "y": real}, {"alpha": one_of(ALPHAS)}, (1, 5)
            )
        ),
    ),
    sharp=(Sharp("subgradient", "at z itself", lambda: [two_rows([1, 0], [1, 0], 2)]),),
)


def _decomposition_proof(theorem: Theorem) -> Iterator[Step | Iterable[Step]]:
    z, tau = sp.symbols("z tau", real=True)
    d = sp.Symbol("d", nonnegative=True)
    token = p * z + tsallis_term(p, alpha) - r * z - tsallis_term(r, alpha)
    divergence = (r**alpha - p**alpha - alpha * p**a * (r - p)) / (alpha * a)
    level = (tau / a + 1 / (alpha * a)) * (p - r)
    yield identity(
        "a live token's share of the loss is its divergence plus a multiple of p - r",
        token.subs(z, (p**a + tau) / a),
        divergence + level,
    )
    dead = -r * z - tsallis_term(r, alpha)
    yield identity(
        "a dead token's has the slack on top", dead, r**alpha / (alpha * a) + r * (tau / a - z) + level.subs(p, 0)
    )
    slack = N.total(sp.Piecewise((N.r[N.i] * (N.tau / N.a - N.z[N.i]), sp.Eq(N.p[N.i], 0)), (0, True)))
    yield concludes("the multiples sum to 0", theorem.claim("decomposition"), sp.Eq(T.loss, T.bregman + slack))
    yield bernoulli()
    yield identity(
        "divergences are Bernoulli's gap at w = r / p, times p^alpha",
        divergence.subs(r, p * w),
        p**alpha * (w**alpha - 1 - alpha * (w - 1)) / (alpha * a),
    )
    yield nonnegative("slacks are r (tau - x) / a with x = tau - d", r * ((tau - (tau - d)) / a))
    yield concludes("so", theorem.claim("nonnegative"), sp.Ge(T.loss, 0))


decomposition = Case(
    T.decomposition,
    (symbolic(_decomposition_proof), sampled(TARGETS, cases=60)),
    sharp=(Sharp("nonnegative", "the target is p", lambda: [targeted([fmpq(1, 2), 0], [3, 1], 2)]),),
    folklore=(Debunked("sparsemax, a target on a dead token", lambda: targeted([5, 0], [0, 1], 2)),),
)


def _margin_proof(theorem: Theorem) -> Iterator[Step | Iterable[Step]]:
    m = sp.Symbol("n", positive=True)
    yield nonnegative(
        "one-hot on the largest logit is one candidate: Omega* >= z_max + H(one-hot) = z_max",
        0 * m + tsallis_term(sp.Integer(1), alpha),
    )
    yield concludes("so", theorem.claim("lower"), sp.Ge(T.one_hot_loss, N.z_max - N.z[N.k]))
    yield identity(
        "<p, z> <= z_max, and the entropy is at most that of uniform p",
        m * tsallis_term(1 / m, alpha),
        (1 - m ** (-a)) / (alpha * a),
    )
    upper = N.z_max - N.z[N.k] + (1 - N.n ** (1 - N.alpha)) / (N.alpha * N.a)
    yield concludes("so", theorem.claim("upper"), sp.Le(T.one_hot_loss, upper))
    margin = N.Every(sp.Or(sp.Eq(N.l, N.k), N.z[N.l] <= N.z[N.k] - 1 / N.a), N.l)
    yield identity("the loss is 0 if and only if p = e_k, by the one-hot margin: a g >= 1 at g = 1 / a", a * (1 / a), 1)
    yield concludes("so", theorem.claim("margin"), N.Iff(T.one_hot_loss <= 0, margin))


margin_loss = Case(
    T.margin_loss,
    (
        symbolic(_margin_proof),
        exact(
            lambda: [row([3 + nudge, 1], fmpq(3, 2)) for nudge in (0, fmpq(-1, 64), fmpq(1, 64))], "rows at the margin"
        ),
        sampled(rows(sizes=(1, 5)), cases=60),
    ),
    sharp=(
        Sharp("lower", "one-hot, wrong", lambda: [row([5, 0], 2) + {N.k: fmpq(2)}]),
        Sharp("upper", "equal logits", lambda: [row([0, 0, 0], 2) + {N.k: fmpq(1)}]),
    ),
    folklore=(Debunked("sparsemax, margin 1", lambda: row([1, 0], 2) + {N.k: fmpq(1)}),),
)


def _lower_proof(theorem: Theorem) -> Iterator[Step | Iterable[Step]]:
    t, c = sp.symbols("t c", nonnegative=True)
    yield rises_from(
        "the entropy curves by q^(alpha - 2) >= 1 at every q = e^(-t) <= 1, alpha = 2 - c", sp.exp(c * t) - 1, t
    )
    yield identity(
        "integrated twice along the segment from p to y",
        sp.integrate((1 - u) * (w - p) ** 2, (u, 0, 1)),
        (w - p) ** 2 / 2,
    )
    yield concludes(
        "the slack of dead tokens only adds",
        theorem.claim("quadratic"),
        sp.Ge(T.loss, N.total((N.p[N.i] - N.r[N.i]) ** 2) / 2),
    )


quadratic_lower_bound = Case(
    T.quadratic_lower_bound,
    (symbolic(_lower_proof), sampled(TARGETS)),
    sharp=(Sharp("quadratic", r"$\alpha = 2$ and full support", lambda: [targeted([0, 0], [1, 3], 2)]),),
    needed=(Needed("convex-range", r"$\alpha = 3$", lambda: targeted([0, 0], [1, 3], 3)),),
)


def _loss_falls_proof(theorem: Theorem) -> Iterator[Step | Iterable[Step]]:
    t = sp.Symbol("t", positive=True)
    yield exponential_above_line()
    first = (1 - sp.exp(-a * t)) / a
    yield identity(
        "the entropy of every point falls in alpha: (1 - e^(-a t)) / a has slope -(e^(a t) - 1 - a t) e^(-a t) / a^2",
        sp.diff(first, a),
        -(sp.exp(a * t) - 1 - a * t) * sp.exp(-a * t) / a**2,
    )
    yield is_positive("and 1 / (1 + a) falls", -sp.diff(1 / alpha, a))
    falls = sp.Le(N.total(N.r[N.i] * N.z[N.i]) + tsallis(N.r, N.beta) - N.z[N.k], T.one_hot_loss)
    yield concludes(
        "a maximum of smaller functions is smaller; the target's entropy is 0 for both", theorem.claim("falls"), falls
    )


loss_in_alpha = Case(
    T.loss_in_alpha,
    (
        symbolic(_loss_falls_proof),
        sampled(
            family(
                r"random rows at two exponents, $n \le 5$",
                two_alphas,
                {"z": real},
                {"alpha": one_of(ALPHAS), "beta": one_of(ALPHAS)},
                (1, 5),
            )
        ),
    ),
    sharp=(
        Sharp("falls", "one-hot for both", lambda: [two_alphas([fmpq(5), fmpq(0)], fmpq(2), fmpq(3)) + {N.k: fmpq(2)}]),
    ),
    needed=(Needed("order", r"$\alpha = 3$, $\alpha' = 2$", lambda: two_alphas([fmpq(0), fmpq(0)], fmpq(3), fmpq(2))),),
)
