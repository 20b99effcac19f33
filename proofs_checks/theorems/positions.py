"""Evidence for the theorems about linear position biases."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import sympy as sp
from flint import fmpq

from entmax_oracle.theory import Theorem
from entmax_oracle.theory import notation as N
from entmax_oracle.theory import positions as T

from ..evidence import Case, Debunked, Needed, Sharp, exact, sampled, symbolic
from ..families import ALPHAS, Draw, family, one_of, unit
from ..rows import Instance, row
from ..symbolic import Step, concludes, identity, nonnegative
from ..symbolic import positive as is_positive

SLOPE: Draw = one_of([fmpq(1, 16), fmpq(1, 4), fmpq(1, 2), 1])


def biased(contents: Sequence[Any], alpha: Any, slope: Any, extent: Any = None) -> Instance:
    """Return a row with a linear bias towards its last token; the range is that of the contents unless given."""
    values = [fmpq(c) for c in contents]
    n, m = len(values), fmpq(slope)
    if n == 0:
        raise ValueError("a token at least")
    spread = max(values) - min(values) if extent is None else fmpq(extent)
    logits = [c - m * (n - 1 - index) for index, c in enumerate(values)]
    return row(logits, alpha) + {N.slope: m, N.content: spread, N.distance: fmpq(n - 1)}


def _radius_proof(theorem: Theorem) -> Iterator[Step]:
    m, k, rho = sp.symbols("m k rho", positive=True)
    a = sp.Symbol("a", positive=True)
    e = sp.Symbol("e", nonnegative=True)
    c = sp.Symbol("c", real=True)
    yield identity(
        "a token nearer by k has a logit above the first by m k + c_k - c_1", (c - m * 0) - (-m * k), c + m * k
    )
    yield nonnegative(
        "c_k - c_1 = e - rho >= -rho, so its term in the criterion is at least [a (m k - rho)]_+^q",
        a * (m * k + (e - rho)) - a * (m * k - rho),
    )
    beyond = sp.Implies(T.reach_sum >= 1, sp.Eq(N.p[1], 0))
    yield concludes("the norm criterion fails when the sum of these reaches 1", theorem.claim("beyond"), beyond)
    yield identity("m d >= rho + 1/a makes the last term alone at least 1", a * ((rho + 1 / a) - rho), 1)
    simple = sp.Implies(N.slope * N.distance >= N.content + 1 / N.a, sp.Eq(N.p[1], 0))
    yield concludes("so", theorem.claim("simple"), simple)


def _near_reach(contents: Sequence[fmpq], alpha: fmpq, slope: fmpq) -> Instance:
    """Return a row whose first token has the highest content."""
    return biased([1, *contents], alpha, slope, 1)


REACH = family(
    r"random contents in $[0, 1]$, $n \le 9$, slopes $1/16$ to $1$",
    _near_reach,
    {"contents": unit},
    {"alpha": one_of(ALPHAS), "slope": SLOPE},
    (1, 8),
    fixed=("alpha", "slope"),
)


def _worst(n: int, alpha: Any, slope: Any, extent: Any) -> Instance:
    return biased([extent] + [0] * (n - 1), alpha, slope, extent)


alibi_radius = Case(
    T.alibi_radius,
    (
        symbolic(_radius_proof),
        sampled(REACH),
        exact(
            lambda: (_worst(n, alpha, fmpq(1, 4), fmpq(1, 4)) for alpha in (fmpq(3, 2), fmpq(2)) for n in range(1, 11)),
            "worst rows at every distance up to 9",
        ),
        exact(
            # Two tokens: both bounds are exact, and these pairs lie just within reach.
            lambda: (_worst(2, alpha, 1 + 1 / (alpha - 1) - fmpq(1, 64), 1) for alpha in ALPHAS),
            "pairs just within reach",
            title="pairs just within reach",
        ),
    ),
    needed=(Needed("range", "a first token far above the range", lambda: biased([9, 0], 2, 2, 0)),),
    folklore=(Debunked(r"sparsemax, slope 1, contents $(1, 0)$", lambda: biased([1, 0], 2, 1)),),
)


def _attained_proof(theorem: Theorem) -> Iterator[Step]:
    m, k, rho = sp.symbols("m k rho", positive=True)
    yield identity("the gap to a token nearer by k is exactly m k - rho", (0 - 0) - (rho - m * k), m * k - rho)
    yield concludes(
        "the norm criterion for the first token", theorem.claim("reached"), N.Iff(N.p[1] > 0, T.reach_sum < 1)
    )


alibi_attained = Case(
    T.alibi_attained,
    (
        symbolic(_attained_proof),
        exact(
            lambda: (
                _worst(n, alpha, slope, extent)
                for alpha in (fmpq(3, 2), fmpq(2), fmpq(3))
                for slope in (fmpq(1, 4), fmpq(33, 100))
                for extent in (fmpq(1, 4), fmpq(1))
                for n in range(1, 11)
            ),
            r"all worst rows of up to 10 tokens for 2 slopes, 2 ranges and 3 exponents",
        ),
        exact(
            lambda: (
                _worst(2, alpha, 1 + 1 / (alpha - 1) + nudge, 1)
                for alpha in ALPHAS
                for nudge in (fmpq(-1, 128), fmpq(0), fmpq(1, 128))
            ),
            "pairs at the reach and close to it",
            title="pairs at the reach",
        ),
    ),
)


def _softmax_proof(theorem: Theorem) -> Iterator[Step]:
    m, k = sp.symbols("m k", positive=True)
    x = sp.exp(-m)
    yield is_positive("exponentials are positive", sp.exp(-m * k))
    yield concludes("so no token vanishes", theorem.claim("positive"), sp.Gt(N.p[N.k], 0, evaluate=False))
    yield identity(
        "the geometric sum over distances 0 … n - 1, times 1 - e^(-m), telescopes",
        sp.expand((1 + x + x**2 + x**3) * (1 - x)),
        1 - x**4,
    )
    bound = sp.exp(N.content - N.slope * (N.n - N.k)) * (1 - sp.exp(-N.slope)) / (1 - sp.exp(-N.slope * N.n))
    yield concludes(
        "p_k = e^(c_k - m d_k) over at least e^(c_k - rho) times that sum, as c_j >= c_k - rho",
        theorem.claim("decay"),
        sp.Le(N.p[N.k], bound),
    )


alibi_softmax = Case(
    T.alibi_softmax,
    (
        symbolic(_softmax_proof),
        sampled(
            family(
                r"random contents, $n \le 7$",
                lambda contents, slope: biased(contents, 1, slope),
                {"contents": unit},
                {"slope": SLOPE},
                (1, 7),
                fixed=("slope",),
            )
        ),
    ),
    sharp=(Sharp("decay", "equal contents", lambda: [biased([0, 0, 0], 1, 1) + {N.k: fmpq(2)}]),),
    needed=(Needed("range", "a first token far above the range", lambda: biased([9, 0], 1, 2, 0)),),
)
