"""Evidence for the theorems about limits."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import sympy as sp
from flint import fmpq

from entmax_oracle.theory import Theorem
from entmax_oracle.theory import limits as T
from entmax_oracle.theory import notation as N
from entmax_oracle.theory.entropy import tsallis

from ..evidence import Case, Debunked, Needed, Sharp, exact, sampled, symbolic
from ..families import ALPHAS, family, one_of, real
from ..rows import Instance, row
from ..symbolic import Step, concludes, identity, rises_from
from .support import RANGES

a, u, t = sp.symbols("a u t", positive=True)


def _softmax_proof(theorem: Theorem) -> Iterator[Step | Iterable[Step]]:
    z, L = sp.symbols("z L", real=True)
    p = sp.Symbol("p", positive=True)
    yield identity(
        "log r = z - L: a token of KL(p || r) is -(p z - p log p) + p L, so KL is the gap of r's and p's "
        "Shannon objectives",
        p * (sp.log(p) - (z - L)),
        -(p * z - p * sp.log(p)) + p * L,
    )
    A, B, C, D = sp.symbols("A B C D", real=True)  # <r, z>, <p, z>, H_alpha(r), H_alpha(p)
    h, g = sp.symbols("h g", real=True)  # H_1(r), H_1(p)
    gap = (A + h) - (B + g)
    optimal = (B + D) - (A + C)
    yield identity(
        "p is optimal for H_alpha: the gap plus that advantage is (H_1 - H_alpha)(r) - (H_1 - H_alpha)(p)",
        gap + optimal,
        (h - C) - (g - D),
    )
    yield rises_from("H_1 >= H_alpha, as u - 1 + e^(-u) >= 0", u - 1 + sp.exp(-u), u, order=2)
    yield rises_from(
        "and H_1 - H_alpha is at most its rate, as u - 1 + e^(-u) <= u^2 / 2", u**2 / 2 - u + 1 - sp.exp(-u), u, order=3
    )
    rate = a / (1 + a) * (t + t**2 / 2) - (t - (1 - sp.exp(-a * t)) / (a * (1 + a)))
    yield identity(
        "at u = a t, for a token e^(-t)", rate, ((a * t) ** 2 / 2 - a * t + 1 - sp.exp(-a * t)) / (a * (1 + a))
    )
    divergence = N.total(N.p[N.i] * (sp.log(N.p[N.i]) - sp.log(N.r[N.i])))
    bound = N.a / N.alpha * (tsallis(N.r, 1) + N.total(N.r[N.i] * sp.log(N.r[N.i]) ** 2) / 2)
    yield concludes("so", theorem.claim("divergence"), sp.Le(divergence, bound))


def beside_softmax(z: Sequence[fmpq], alpha: fmpq) -> Instance:
    """Return a row together with its softmax."""
    return row(z, alpha) + {N.r: row(z, 1)[N.p]}


softmax_limit = Case(
    T.softmax_limit,
    (
        symbolic(_softmax_proof),
        sampled(
            family(
                r"random rows, $n \le 6$, $\alpha$ from 1.01",
                beside_softmax,
                {"z": real},
                {"alpha": one_of((fmpq(101, 100), *ALPHAS))},
            )
        ),
    ),
    sharp=(Sharp("divergence", "one token", lambda: [beside_softmax([fmpq(0)], fmpq(2))]),),
)


def _argmax_proof(theorem: Theorem) -> Iterator[Step]:
    m = sp.Symbol("m", positive=True)
    yield identity("m tied tokens alone have x - tau = m^(-a)", m * (m ** (-a)) ** (1 / a), 1)
    yield identity("the next is out if and only if a g >= m^(-a): times m^a", m ** (-a) * m**a, 1)
    reached = N.a * (N.z_max - N.z[N.top + 1]) * N.top**N.a >= 1
    yield concludes("so", theorem.claim("reached"), N.Iff(sp.Eq(N.total(N.p[N.i], last=N.top), 1), reached))
    yield concludes(
        "equal logits have equal probabilities, so the tie is shared evenly",
        theorem.claim("uniform"),
        sp.Or(N.i > N.top, sp.Eq(N.p[N.i], N.p[1])),
    )


argmax_limit = Case(
    T.argmax_limit,
    (
        symbolic(_argmax_proof),
        exact(
            lambda: [row([1, 0], 2), row([1, 1, fmpq(1, 2)], 2), row([3, 1], fmpq(3, 2)), row([1, 1, 0], 100)],
            "rows at the limit",
        ),
        sampled(RANGES),
    ),
    needed=(Needed("sorted", "the runner-up comes last", lambda: row([0, -9, -fmpq(1, 8)], 2)),),
    folklore=(Debunked(r"$\alpha = 100$, two tied tokens", lambda: row([1, 1, 0], 100)),),
)
