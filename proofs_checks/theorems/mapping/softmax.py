"""Evidence for the theorems about softmax itself."""

from __future__ import annotations

from entmax_oracle.theory.mapping import softmax as T

from ..vocabulary import *
from .structure import second

x, y, c = sp.symbols("x y c", real=True)
V, W, E = sp.symbols("V W E", positive=True)


@family("random rows and shifts", z=reals, c=real)
def _shifted(z: Row, c: fmpq) -> Instance:
    return row(z, 1) + second(row([value + c for value in z], 1)) + {N.shift: c}


def _structure_proof() -> Proof:
    yield positive("an exponential over a sum of exponentials", sp.exp(x) / W)
    yield concludes("so no weight is zero", "positive", sp.Gt(N.p[N.k], 0, evaluate=False))
    yield identity("exponentials V, the others W, over their own sum", V / (V + W) + W / (V + W), 1)
    yield concludes("so they sum to one", "sum", sp.Eq(N.total(N.p[N.i]), 1))
    yield positive("a larger logit has the larger numerator", sp.diff(sp.exp(x), x))
    yield concludes("over the same sum", "order", N.Iff(N.p[N.i] > N.p[N.j], N.z[N.i] > N.z[N.j]))
    yield identity(
        "a shift multiplies every exponential by e^c, which cancels",
        sp.exp(x + c) / (sp.exp(x + c) + sp.exp(y + c)),
        sp.exp(x) / (sp.exp(x) + sp.exp(y)),
    )
    yield concludes("so it changes nothing", "shift", sp.Eq(N.r[N.i], N.p[N.i]))


softmax_structure = Case(T.softmax_structure, (symbolic(_structure_proof), sampled(_shifted, cases=50)))


@family("random rows, reflected and rotated", z=reals, turn=whole(0, 5))
def _rotated(z: Row, turn: fmpq) -> Instance:
    n = len(z)
    order = [(n - m + int(turn.p)) % n for m in range(n)]  # a reflection, so that more than rotations are tried
    return row(z, 1) + second(row([z[m] for m in order], 1)) + {N.perm: [fmpq(m + 1) for m in order]}


def _permuted() -> Proof:
    yield by("the sum of the exponentials has no order")
    yield concludes("and each token takes its numerator along", "probabilities", sp.Eq(N.r[N.i], N.p[N.perm[N.i]]))


softmax_permutation = Case(T.softmax_permutation, (symbolic(_permuted), sampled(_rotated, cases=50)))


@family("random rows and a further token", z=reals, b=real)
def _joined(z: Row, b: fmpq) -> Instance:
    return row(z, 1) + second(row([*z, b], 1)) + {N.late: b}


def _joining_proof() -> Proof:
    yield by("the newcomer adds E = e^b to the sum W")
    mass = N.total(sp.exp(N.z[N.i]))
    yield concludes(
        "so every weight gets the same factor", "factor", sp.Eq(N.r[N.k], N.p[N.k] * mass / (mass + sp.exp(N.late)))
    )
    yield positive("which is below one", 1 - W / (W + E), E / (W + E))
    yield concludes("and weights are positive", "less", sp.Lt(N.r[N.k], N.p[N.k]))


softmax_joining = Case(T.softmax_joining, (symbolic(_joining_proof), sampled(_joined, cases=50)))
