"""Evidence for the theorems about softmax itself."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import sympy as sp
from flint import fmpq

from entmax_oracle.theory import Theorem
from entmax_oracle.theory import notation as N
from entmax_oracle.theory.mapping import softmax as T

from ...evidence.arguments import Case, sampled, symbolic
from ...evidence.families import family, real, whole
from ...evidence.instances import Instance, row
from ...evidence.proof import Step, concludes, identity
from ...evidence.proof import positive as is_positive
from .structure import second

x, y, c = sp.symbols("x y c", real=True)
V, W, E = sp.symbols("V W E", positive=True)


def _shifted(z: Sequence[fmpq], c: fmpq) -> Instance:
    return row(z, 1) + second(row([value + c for value in z], 1)) + {N.shift: c}


def _structure_proof(theorem: Theorem) -> Iterator[Step]:
    yield is_positive("an exponential over a sum of exponentials", sp.exp(x) / W)
    yield concludes("so no weight is zero", theorem.claim("positive"), sp.Gt(N.p[N.k], 0, evaluate=False))
    yield identity("exponentials V, the others W, over their own sum", V / (V + W) + W / (V + W), 1)
    yield concludes("so they sum to one", theorem.claim("sum"), sp.Eq(N.total(N.p[N.i]), 1))
    yield is_positive("a larger logit has the larger numerator", sp.diff(sp.exp(x), x))
    yield concludes("over the same sum", theorem.claim("order"), N.Iff(N.p[N.i] > N.p[N.j], N.z[N.i] > N.z[N.j]))
    yield identity(
        "a shift multiplies every exponential by e^c, which cancels",
        sp.exp(x + c) / (sp.exp(x + c) + sp.exp(y + c)),
        sp.exp(x) / (sp.exp(x) + sp.exp(y)),
    )
    yield concludes("so it changes nothing", theorem.claim("shift"), sp.Eq(N.r[N.i], N.p[N.i]))


softmax_structure = Case(
    T.softmax_structure,
    (
        symbolic(_structure_proof),
        sampled(family(r"random rows and shifts, $n \le 6$", _shifted, {"z": real}, {"c": real}), cases=50),
    ),
)


def _rotated(z: Sequence[fmpq], by: fmpq) -> Instance:
    n = len(z)
    order = [(n - m + int(by.p)) % n for m in range(n)]  # a reflection, so that more than rotations are tried
    return row(z, 1) + second(row([z[m] for m in order], 1)) + {N.perm: [fmpq(m + 1) for m in order]}


def _permuted(theorem: Theorem) -> Iterator[Step]:
    yield identity("the sum of the exponentials has no order", sp.exp(x) + sp.exp(y), sp.exp(y) + sp.exp(x))
    yield concludes(
        "and each token takes its numerator along",
        theorem.claim("probabilities"),
        sp.Eq(N.r[N.i], N.p[N.perm[N.i]]),
    )


softmax_permutation = Case(
    T.softmax_permutation,
    (
        symbolic(_permuted),
        sampled(
            family(r"random rows, reflected and rotated, $n \le 6$", _rotated, {"z": real}, {"by": whole(0, 5)}),
            cases=50,
        ),
    ),
)


def _joined(z: Sequence[fmpq], b: fmpq) -> Instance:
    return row(z, 1) + second(row([*z, b], 1)) + {N.late: b}


def _joining_proof(theorem: Theorem) -> Iterator[Step]:
    yield identity("the newcomer adds E = e^b to the sum W", sp.exp(x) / (W + E), sp.exp(x) / W * W / (W + E))
    mass = N.total(sp.exp(N.z[N.i]))
    yield concludes(
        "so every weight gets the same factor",
        theorem.claim("factor"),
        sp.Eq(N.r[N.k], N.p[N.k] * mass / (mass + sp.exp(N.late))),
    )
    yield is_positive("which is below one", 1 - W / (W + E), E / (W + E))
    yield concludes("and weights are positive", theorem.claim("less"), sp.Lt(N.r[N.k], N.p[N.k]))


softmax_joining = Case(
    T.softmax_joining,
    (
        symbolic(_joining_proof),
        sampled(family(r"random rows and a further token, $n \le 6$", _joined, {"z": real}, {"b": real}), cases=50),
    ),
)
